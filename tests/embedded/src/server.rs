//! The server: it demands a client certificate under its root, admits one name, and says each line back as it heard it.

use crate::figures::Figures;
use crate::link::Link;
use crate::random::Repeatable;
use crate::{AT_LEAST, board, finish, handshake, line, pki, say};
use symbolon::crypto::Crypto;
use symbolon::crypto::rustcrypto::{RustCrypto, Selection};
use symbolon::identity::{Allow, AllowRule};
use symbolon::{Anchors, ClientAuth, Connection, Error, RecvBuf, Role, SendBuf, ServerConfig, ServerWith};

/// Bytes of the longest message to come, as a record.
const RECV_LEN: usize = 640;
/// Bytes of the longest flight to go out, as records.
const SEND_LEN: usize = 1280;

/// Runs the server, prints its figures, and ends the image.
pub fn server<S: Selection>() -> ! {
    let mut figures = Figures::begin();
    let outcome = run::<S>(&mut figures);
    finish(outcome, figures)
}

#[inline(never)]
fn run<S: Selection>(figures: &mut Figures) -> Result<(), Error> {
    let admitted = Allow::any_of(&[AllowRule::Dns("client.test")]);
    let config = ServerConfig::builder(RustCrypto::<_, S>::new(Repeatable::new()))
        .credentials_static(&pki::SERVER_CREDENTIALS)
        .client_auth(ClientAuth::require(Anchors::from_static(&pki::ANCHORS), admitted))
        // The provider has no RSA, so certificates signed with it are not asked for.
        .certificate_schemes(&[])
        .one_operation_per_step()
        .build();
    let Ok(config) = config else { board::give_up("configuration") };
    let (mut rx, mut tx) = ([0; RECV_LEN], [0; SEND_LEN]);
    let (mut rx, mut tx) = (RecvBuf::over(&mut rx), SendBuf::over(&mut tx));
    let mut link = Link::open();
    let mut tls = ServerWith::new(&config, AT_LEAST);
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
    let mut heard = [0; 16];
    let heard = line(tls, rx, tx, link, &mut heard)?;
    say(tls, tx, link, heard)?;
    if let Some(mut app) = tls.app() {
        app.close(tx);
    }
    Ok(())
}
