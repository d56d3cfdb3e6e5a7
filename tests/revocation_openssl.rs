//! Revocation with OpenSSL: CRLs and OCSP responses that it makes, and staples that it sends and sees.
#![cfg(all(feature = "std", feature = "ring"))]

mod util;

use symbolon::wire::AlertDescription;
use symbolon::x509::{
    Certificate, Crls, OcspResponse, Purpose, Question, Revocation, RevocationStatus, Teller, verify,
};
use symbolon::{Anchors, Reason, UnixTime};
use util::ca::Signs;
use util::crl::{Crl, serial};
use util::ocsp::{Ocsp, has_sha1, revoked};
use util::openssl::{Both, Folder, error, is_missing, output};
use util::pair::World;
use util::pki::{Chain, NOW};
use util::provider::{local, provider};

/// A CA of OpenSSL's own kind: the intermediate of `world`, which issued these, and revoked one.
struct Authority {
    folder: Folder,
    config: String,
}

impl Authority {
    fn new(world: &World, revoked: Option<&Chain>) -> Self {
        let folder = Folder::new();
        folder.write("ca.pem", &world.pki.intermediate.pem);
        folder.write("ca.key", &world.pki.intermediate.key_pem());
        folder.write("crlnumber", "1f\n");
        let mut index = String::new();
        for chain in [&world.server, &world.client] {
            let serial = hex(Certificate::parse(&chain.leaf.der).unwrap().serial());
            let (flag, since) = match revoked {
                Some(other) if other.leaf.der == chain.leaf.der => ("R", "260520101112Z,keyCompromise"),
                _ => ("V", ""),
            };
            index.push_str(&format!("{flag}\t491231000000Z\t{since}\t{serial}\tunknown\t/CN={serial}\n"));
        }
        folder.write("index", &index);
        let config = format!(
            "[ca]\ndefault_ca=d\n[d]\ndatabase={}\ncrlnumber={}\ndefault_md=sha256\ncrl_extensions=e\n\
             [e]\nauthorityKeyIdentifier=keyid\n",
            folder.path("index"),
            folder.path("crlnumber")
        );
        let config = folder.write("config", &config);
        Self { folder, config }
    }

    /// A CRL in PEM, of 2026-05-01 to 2026-07-01.
    fn crl(&self) -> Vec<u8> {
        let (ca, key) = (self.folder.path("ca.pem"), self.folder.path("ca.key"));
        let times = ["-crl_lastupdate", "260501000000Z", "-crl_nextupdate", "260701000000Z"];
        output(&[&["ca", "-config", &self.config, "-gencrl", "-cert", &ca, "-keyfile", &key], &times[..]].concat(), b"")
    }

    /// An OCSP response for a leaf, of now to tomorrow.
    fn ocsp(&self, leaf: &str, hash: &str) -> Vec<u8> {
        let (ca, key, index) = (self.folder.path("ca.pem"), self.folder.path("ca.key"), self.folder.path("index"));
        let (leaf, response) = (self.folder.write("leaf.pem", leaf), self.folder.path("response.der"));
        let signer = ["-index", &index, "-CA", &ca, "-rsigner", &ca, "-rkey", &key, "-ndays", "1"];
        let about = [hash, "-issuer", &ca, "-cert", &leaf, "-respout", &response, "-noverify"];
        output(&[&["ocsp"], &signer[..], &about].concat(), b"");
        std::fs::read(response).unwrap()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// The verdict on the server's chain at this time.
fn verdict(
    world: &World,
    now: UnixTime,
    policy: &Revocation,
    staple: Option<&[u8]>,
) -> Result<RevocationStatus, Reason> {
    let anchors = world.anchors();
    let staples = [staple];
    let question = Question::new(&anchors, now, Purpose::Server).revocation(policy).staples(&staples);
    let chain = [&world.server.leaf.der[..], &world.pki.intermediate.der];
    verify(&provider(), &chain, &question).map(|verified| verified.revocation()).map_err(|fault| fault.reason())
}

// [5280-5.1-1]
#[test]
fn crls_of_openssl_ca_are_understood() {
    if is_missing() {
        return;
    }
    let world = World::new();
    for (revoked, by_us) in
        [(None, None), (Some(&world.client), None), (Some(&world.server), Some(Reason::CertificateRevoked))]
    {
        let crl = Authority::new(&world, revoked).crl();
        let crls =
            Crls::from_pem(&provider(), &crl, &Anchors::from_der([&world.pki.intermediate.der]).unwrap()).unwrap();
        let list = crls.iter().next().unwrap();
        assert_eq!(
            (list.number(), list.len(), list.is_verified()),
            (&[0x1f][..], usize::from(revoked.is_some()), true)
        );
        assert_eq!(verdict(&world, UnixTime(NOW), &Revocation::require(crls), None).err(), by_us);
    }
}

// [6960-4.2.1-1]
#[test]
fn responses_of_openssl_ocsp_are_understood() {
    if is_missing() {
        return;
    }
    let world = World::new();
    for hash in ["-sha1", "-sha256"].into_iter().filter(|hash| *hash != "-sha1" || has_sha1()) {
        for (revoked, expected) in
            [(None, Ok(Some(Teller::Ocsp))), (Some(&world.server), Err(Reason::CertificateRevoked))]
        {
            let response = Authority::new(&world, revoked).ocsp(&world.server.leaf.pem, hash);
            let parsed = OcspResponse::parse(&response).unwrap();
            let single = parsed.responses().next().unwrap().unwrap();
            let policy = Revocation::require(Crls::default());
            let told = verdict(&world, single.this_update, &policy, Some(&response)).map(|status| match status {
                RevocationStatus::Good { by, .. } => Some(by),
                _ => None,
            });
            assert_eq!(told, expected, "{hash}");
        }
    }
}

// [4.4.2.1-1] [4.4.2.1-2]
#[test]
fn a_staple_of_s_server_is_judged() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let issuer = &both.world.pki.intermediate;
    let mut ocsp = Ocsp::of(issuer, &both.world.server.leaf.der);
    let good = both.folder.path("good.der");
    std::fs::write(&good, ocsp.sign(issuer)).unwrap();
    ocsp.cert_status = revoked();
    let bad = both.folder.path("revoked.der");
    std::fs::write(&bad, ocsp.sign(issuer)).unwrap();
    let policy = || Revocation::require(Crls::default()).ask_staple();

    let mut server = both.s_server(&["-status_file", &good]);
    let ours = both.connect(both.world.client_config().revocation(policy()), &mut server);
    let status = ours.tls.conn().peer().unwrap().revocation();
    assert!(matches!(status, RevocationStatus::Good { by: Teller::Ocsp, .. }), "{status:?}");

    let mut server = both.s_server(&["-status_file", &bad]);
    let failed = util::openssl::connect(both.world.client_config().revocation(policy()), "server.test", &mut server);
    assert_eq!(refused(error(failed)), (Reason::CertificateRevoked, AlertDescription::certificate_revoked));
    server.wait_for("alert number 44");

    let mut server = both.s_server(&[]);
    let failed = util::openssl::connect(both.world.client_config().revocation(policy()), "server.test", &mut server);
    assert_eq!(refused(error(failed)).0, Reason::RevocationUnknown);
}

fn refused(error: symbolon::Error) -> (Reason, AlertDescription) {
    let symbolon::Error::Refused(refusal) = error else { panic!("{error:?}") };
    (refusal.reason, refusal.alert())
}

// [4.4.2.1-2] [6066-8-2]
#[test]
fn s_client_sees_our_staple_if_it_asks() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let response =
        Ocsp::of(&both.world.pki.intermediate, &both.world.server.leaf.der).sign(&both.world.pki.intermediate);
    let client = both.client.with_chain();
    for (args, expected) in [(&["-status"][..], "Cert Status: good"), (&[], "Verify return code: 0 (ok)")] {
        let config = both.world.server_config_of(local(&both.world.server).staple(&response).unwrap());
        let (_ours, openssl) = both.accepted(config, &[&client[..], args].concat());
        let said = openssl.wait_for(expected);
        assert_eq!(said.contains("OCSP Response Status: successful"), !args.is_empty(), "{said}");
    }
}

#[test]
fn a_client_of_openssl_that_was_revoked_is_refused_with_certificate_revoked() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let issuer = &both.world.pki.intermediate;
    let serial = serial(&both.world.client.leaf.der);
    let client = both.client.with_chain();
    for (serials, revoked) in [(&[&serial[..]][..], true), (&[], false)] {
        let crl = Crl::of(issuer, serials).sign(issuer);
        let crls = Crls::from_der(&provider(), &[&crl], &Anchors::from_der([issuer.der()]).unwrap()).unwrap();
        // s_client is asked for a staple as well, and has none.
        let config = both.world.server_config().revocation(Revocation::require(crls).ask_staple());
        let (met, openssl) = both.accept(config, &client);
        match revoked {
            true => {
                assert_eq!(refused(error(met)), (Reason::CertificateRevoked, AlertDescription::certificate_revoked));
                openssl.wait_for("alert certificate revoked");
            }
            false => {
                let status = met.unwrap_or_else(|failed| panic!("{failed}")).tls.conn().peer().unwrap().revocation();
                assert!(matches!(status, RevocationStatus::Good { by: Teller::Crl, .. }), "{status:?}");
            }
        }
    }
}
