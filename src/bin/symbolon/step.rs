use crate::stop::Stop;
#[derive(clap::Args)]
pub(crate) struct Options {}
pub(crate) fn run(_: &Options) -> Result<(), Stop> {
    Ok(())
}
