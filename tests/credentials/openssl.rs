//! The same with `openssl s_server` and `s_client`.

use super::chosen;
use super::util::openssl::{Both, Files, connect, error, is_missing, new_key};
use super::util::pki::{For, PKCS_ED25519, Pki};
use super::util::provider::{local, provider};
use rcgen::KeyPair;
use symbolon::wire::{AlertDescription, SerializedSct, SignatureScheme, Vector};
use symbolon::{Anchors, AuthorityHints, ClientConfig, Error, ServerConfig, Trace};

const P256: SignatureScheme = SignatureScheme::ecdsa_secp256r1_sha256;
const ED25519: SignatureScheme = SignatureScheme::ed25519;

/// Two timestamps of a version that nobody knows, which OpenSSL counts as well.
const LIST: [u8; 12] = [0, 10, 0, 3, 9, 9, 9, 0, 3, 8, 8, 8];

#[test]
fn s_client_chooses_our_certificate_by_the_authorities_that_it_names() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let other = Pki::new("other");
    let config = || {
        let first = local(&other.server("server.test"));
        ServerConfig::builder(provider()).credential(first).credential(local(&both.world.server))
    };
    let (ours, openssl) = both.accepted(config(), &["-requestCAfile", &both.root]);
    openssl.wait_for("Verify return code: 0 (ok)");
    assert_eq!(ours.seen.count(&chosen(1, 2, P256)), 1);

    let (met, openssl) = both.accept(config(), &[]);
    assert!(matches!(error(met), Error::PeerAlert(alert) if alert.description == AlertDescription::unknown_ca));
    openssl.wait_for("unable to get local issuer certificate");

    // Of two that may not be shown to a stranger none is.
    let strict = config().authority_hints(AuthorityHints::Require);
    let stranger = both.folder.write("stranger.pem", &Pki::new("stranger").root.pem);
    let (met, openssl) = both.accept(strict, &["-requestCAfile", &stranger]);
    assert!(matches!(error(met), Error::Refused(refusal) if refusal.reason.name() == "NoCommonAuthority"));
    openssl.wait_for("handshake failure");
}

#[test]
fn our_client_chooses_by_what_s_server_asks_for() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let edwards = Pki::with("edwards", &PKCS_ED25519);
    let config = || {
        ClientConfig::builder(provider())
            .anchors(both.world.anchors())
            .credential(local(&edwards.client("robot.test")))
            .credential(local(&both.world.client))
    };
    let at = both.folder.write("edwards.pem", &edwards.root.pem);
    for (args, expected) in [
        (["-CAfile", &both.root], chosen(1, 2, P256)),
        (["-CAfile", &at], chosen(0, 2, ED25519)),
        (["-client_sigalgs", "ecdsa_secp256r1_sha256"], chosen(1, 2, P256)),
    ] {
        // Whoever comes is let in: what is shown is the matter here.
        let mut server = both.s_server(&[&["-verify", "3"], &args[..]].concat());
        let ours = both.connect(config(), &mut server);
        assert_eq!(ours.seen.count(&expected), 1, "{args:?}");
        server.wait_for("CN");
    }
}

#[test]
fn s_server_chooses_among_its_certificates_by_the_schemes_that_we_list() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let other = Pki::with("edwards", &PKCS_ED25519);
    // OpenSSL has one place for each kind of key.
    let key = KeyPair::from_pem(&new_key("ED25519", "")).unwrap();
    let chain = other.leaf_with_key("server.test", For::Server, key, |_| {});
    let second = Files::of(&both.folder, "second", &chain, &other);
    let [_, cert, _, key] = second.alone();
    let between = both.folder.write("between.pem", &other.intermediate.pem);
    let roots = format!("{}{}", both.world.pki.root.pem, other.root.pem);
    for scheme in [ED25519, P256] {
        let mut server = both.s_server(&["-dcert", cert, "-dkey", key, "-dcert_chain", &between]);
        let config = ClientConfig::builder(provider())
            .anchors(Anchors::from_pem(roots.as_bytes()).unwrap())
            .schemes(vec![scheme])
            .certificate_schemes(vec![P256, ED25519].into_iter().filter(|s| *s != scheme).collect::<Vec<_>>());
        let ours = connect(config, "server.test", &mut server).unwrap_or_else(|failed| panic!("{failed}"));
        assert_eq!(ours.tls.conn().negotiated().peer_scheme, Some(scheme));
    }
}

// [6962-3.3-2]
#[test]
fn s_client_sees_our_timestamps_if_it_asks() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let logs = both.folder.write("logs", "enabled_logs =\n");
    for (args, expected) in
        [(&["-ct", "-ctlogfile", &logs][..], "SCTs present (2)"), (&[], "Verify return code: 0 (ok)")]
    {
        let credential = local(&both.world.server).timestamps(&LIST).unwrap();
        let config = ServerConfig::builder(provider()).credential(credential);
        let (_ours, openssl) = both.accepted(config, args);
        let said = openssl.wait_for(expected);
        assert_eq!(said.contains("SCTs present"), !args.is_empty(), "{said}");
    }
}

// [6962-3.3.1-1]
#[test]
fn timestamps_of_s_server_come_if_we_ask() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    // Of a ClientHello and a certificate (0x1080), the extension 18.
    let block = [&[0, 0, 0x10, 0x80, 0, 18, 0, LIST.len() as u8][..], &LIST].concat();
    let text = format!(
        "-----BEGIN SERVERINFOV2 FOR TIMESTAMPS-----\n{}\n-----END SERVERINFOV2 FOR TIMESTAMPS-----\n",
        base64(&block)
    );
    let file = both.folder.write("serverinfo.pem", &text);
    for ask in [true, false] {
        let mut server = both.s_server(&["-serverinfo", &file]);
        let ours = both.connect(both.world.client_config().ask_timestamps(ask), &mut server);
        let scts = [SerializedSct(&[9; 3]), SerializedSct(&[8; 3])];
        let told = format!("{:?}", Trace::PeerTimestamps { at: 0, list: Vector::items(&scts) });
        assert_eq!(ours.seen.count(&told), usize::from(ask));
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for part in bytes.chunks(3) {
        let group = part.iter().chain([&0; 2]).take(3).fold(0_u32, |all, byte| all << 8 | u32::from(*byte));
        for n in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * n)) as usize & 63];
            text.push(if n <= part.len() { digit.into() } else { '=' });
        }
    }
    text
}
