//! The keys of a server's tickets, as they are now: of a file that may be written anew, or our own.

use crate::files;
use crate::stop::{Stop, tell};
use std::fs::Metadata;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use symbolon::crypto::Ring;
use symbolon::resumption::{TicketKey, TicketKeys};

/// A key of our own seals for so long, which is as long as its tickets are good.
const A_DAY: Duration = Duration::from_secs(86_400);

pub(crate) struct LiveKeys {
    keys: Arc<TicketKeys>,
    source: Source,
}

enum Source {
    File { path: PathBuf, stamp: Stamp },
    Generated { since: Instant },
}

/// What changes when a file is written; `None` if it can't be told.
type Stamp = Option<(SystemTime, u64)>;

impl LiveKeys {
    /// Of a file, or generated.
    pub(crate) fn new(path: Option<&Path>) -> Result<Self, Stop> {
        let Some(path) = path else {
            let keys = TicketKeys::generate(&Ring::new())
                .map_err(|_| Stop::refused("there is no randomness for a ticket key"))?;
            return Ok(Self { keys: Arc::new(keys), source: Source::Generated { since: Instant::now() } });
        };
        // Before the file is read: what is written meanwhile shows the next time.
        let source = Source::File { path: path.to_owned(), stamp: stamp(path) };
        Ok(Self { keys: Arc::new(read(path)?), source })
    }

    /// For configurations, which then always have those of now.
    pub(crate) fn shared(&self) -> Arc<TicketKeys> {
        self.keys.clone()
    }

    /// Takes note of a file that has changed. A bad one is told of, and the keys stay.
    pub(crate) fn refresh(&mut self) {
        match &mut self.source {
            Source::File { path, stamp: seen } => {
                let now = stamp(path);
                if now == *seen {
                    return;
                }
                *seen = now;
                match read(path) {
                    Ok(keys) => {
                        self.keys.replace(keys);
                        tell(format_args!("{}: the ticket keys were read again", path.display()));
                    }
                    Err(stop) => tell(format_args!("{}; the ticket keys of before stay", stop.cause)),
                }
            }
            Source::Generated { since } if since.elapsed() >= A_DAY => {
                // Without randomness the old key has to do.
                if let Ok(key) = TicketKey::generate(&Ring::new()) {
                    self.keys.rotate(key);
                    *since = Instant::now();
                }
            }
            Source::Generated { .. } => {}
        }
    }
}

fn stamp(path: &Path) -> Stamp {
    let of = |file: Metadata| Some((file.modified().ok()?, file.len()));
    std::fs::metadata(path).ok().and_then(of)
}

fn read(path: &Path) -> Result<TicketKeys, Stop> {
    let bytes = files::read(path)?;
    let text = std::str::from_utf8(&bytes).unwrap_or_default();
    TicketKeys::from_text(&Ring::new(), text).map_err(|error| {
        Stop::usage(format_args!("{}: {error}", path.display()))
            .hint("openssl rand -hex 32 makes a key; put a new one in front of the others every day")
    })
}
