//! What OpenSSL exports is what we do.

use super::util::openssl::{Both, Openssl, Ours, is_missing};
use super::{SUITES, client_without_credential, open_server};
use symbolon::Role;

const LABEL: &str = "EXPERIMENTAL-symbolon";
/// More than one block of any hash, and no whole number of them.
const LEN: usize = 100;
const ARGS: [&str; 4] = ["-keymatexport", LABEL, "-keymatexportlen", "100"];

fn assert_exports<R: Role>(ours: &Ours<R>, peer: &Openssl) {
    let mut exported = [0; LEN];
    ours.tls.conn().export(LABEL, &[], &mut exported).unwrap();
    peer.wait_for(&format!("Keying material: {}\n", hex::encode_upper(exported)));
}

// [7.5-1] [7.5-2]
#[test]
fn our_client_exports_what_s_server_does() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&ARGS);
    for (suite, _) in SUITES {
        let ours = both.connect(client_without_credential(&both).suites(vec![suite]), &mut server);
        assert_exports(&ours, &server);
        ours.close();
    }
}

// [7.5-1] [7.5-2]
#[test]
fn our_server_exports_what_s_client_does() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    for (_, suite) in SUITES {
        let (ours, client) = both.accepted(open_server(&both), &[&ARGS[..], &["-ciphersuites", suite]].concat());
        assert_exports(&ours, &client);
    }
}
