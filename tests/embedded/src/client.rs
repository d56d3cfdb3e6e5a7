//! The client: it knows the server's name and root, shows its own certificate, says a line and hears it back reversed.

use crate::figures::Figures;
use crate::link::Link;
use crate::random::Repeatable;
use crate::{AT_LEAST, board, finish, handshake, line, pki, say};
use symbolon::crypto::Crypto;
use symbolon::crypto::rustcrypto::{RustCrypto, Selection};
use symbolon::{Anchors, ClientConfig, ClientWith, Connection, Error, RecvBuf, Role, SendBuf, ServerName};

/// Bytes of the longest message to come, as a record.
const RECV_LEN: usize = 960;
/// Bytes of the longest flight to go out, as records.
const SEND_LEN: usize = 640;

/// Runs the client, prints its figures, and ends the image.
pub fn client<S: Selection>() -> ! {
    let mut figures = Figures::begin();
    let outcome = run::<S>(&mut figures);
    finish(outcome, figures)
}

#[inline(never)]
fn run<S: Selection>(figures: &mut Figures) -> Result<(), Error> {
    let config = ClientConfig::builder(RustCrypto::<_, S>::new(Repeatable::new()))
        .anchors(Anchors::from_static(&pki::ANCHORS))
        .credentials_static(&pki::CLIENT_CREDENTIALS)
        // The provider has no RSA, so certificates signed with it are not asked for.
        .certificate_schemes(&[])
        .one_operation_per_step()
        .build();
    let (Ok(config), Ok(name)) = (config, ServerName::dns("server.test")) else { board::give_up("configuration") };
    let (mut rx, mut tx) = ([0; RECV_LEN], [0; SEND_LEN]);
    let (mut rx, mut tx) = (RecvBuf::over(&mut rx), SendBuf::over(&mut tx));
    let mut link = Link::open();
    let mut tls = ClientWith::new(&config, name, AT_LEAST);
    let outcome = talk(&mut tls, &mut rx, &mut tx, &mut link, figures);
    // close_notify, or the alert.
    link.send(&mut tx);
    outcome
}

fn talk<R: Role, C: Crypto>(
    tls: &mut Connection<'_, R, C>,
    rx: &mut RecvBuf<'_>,
    tx: &mut SendBuf<'_>,
    link: &mut Link,
    figures: &mut Figures,
) -> Result<(), Error> {
    handshake(tls, rx, tx, link, figures)?;
    say(tls, tx, link, b"symbolon\n")?;
    let mut heard = [0; 16];
    if line(tls, rx, tx, link, &mut heard)? != b"nolobmys\n" {
        board::give_up("the peer answered something else");
    }
    if let Some(mut app) = tls.app() {
        app.close(tx);
    }
    Ok(())
}
