//! Each refusal of a client's certificate many times over TCP, by OpenSSL and by our server: every time the client is told so,
//! and why, before its application reads or writes a byte. Whom they accept, they confirm as soon.
#![cfg(all(feature = "ring", feature = "std"))]

mod util;

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use symbolon::io::blocking::{ClientStream, Failed, Handshake};
use symbolon::wire::AlertDescription;
use symbolon::{
    Allow, ClientAuth, ClientAuthState, ClientConfig, ClientRole, ClientWith, Confirmation, Credential, ServerConfig,
    ServerName, ServerWith, Side, UnixTime, WhyNothingSent,
};
use util::openssl::{Both, is_missing};
use util::pair::World;
use util::pki::{For, NOW};
use util::provider::{Provider, local, provider};
use util::wrong::{SHOWN_BY_OPENSSL, Wrong};

const RUNS: usize = 200;
/// No run takes nearly as long, unless it never ends.
const PATIENCE: Duration = Duration::from_secs(30);
const CONFIRMED: ClientAuthState = ClientAuthState::Confirmed(Confirmation::NewSessionTicket);

/// A client that is to be refused, and the alerts that OpenSSL and we refuse it with.
struct Case {
    name: String,
    client: Arc<ClientConfig<Provider>>,
    by_openssl: AlertDescription,
    by_us: AlertDescription,
    nothing_sent: Option<WhyNothingSent>,
}

fn client(world: &World, credential: Option<Credential>) -> Arc<ClientConfig<Provider>> {
    let config = ClientConfig::builder(provider()).anchors(world.anchors());
    let config = match credential {
        Some(credential) => config.credential(credential),
        None => config,
    };
    Arc::new(config.build().unwrap())
}

/// All nine.
fn cases(world: &World) -> Vec<Case> {
    let shows_wrong = |wrong: Wrong| Case {
        name: format!("{wrong:?}"),
        client: client(world, Some(wrong.shown(&world.pki, "robot.test", For::Client).credential())),
        by_openssl: wrong.of_openssl().1,
        by_us: wrong.reason(Side::Client).alert(),
        nothing_sent: None,
    };
    let shows_nothing = Case {
        name: "nothing".to_owned(),
        client: client(world, None),
        by_openssl: AlertDescription::certificate_required,
        by_us: AlertDescription::certificate_required,
        nothing_sent: Some(WhyNothingSent::NoCredential),
    };
    let all = SHOWN_BY_OPENSSL.into_iter().chain([Wrong::Key]).map(shows_wrong);
    all.chain([shows_nothing]).collect()
}

/// A socket that does not wait for more before it sends, and for no peer for ever.
fn patient(tcp: TcpStream) -> TcpStream {
    tcp.set_nodelay(true).unwrap();
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    tcp
}

type Awaited = Result<ClientStream<'static, Provider, TcpStream>, Box<Failed<'static, ClientRole, Provider>>>;

fn meet(client: &Arc<ClientConfig<Provider>>, tcp: TcpStream) -> Awaited {
    let tcp = patient(tcp);
    let name = ServerName::dns("server.test").unwrap().into_owned();
    Handshake::new(ClientWith::new(client.clone(), name, UnixTime(NOW)), tcp).await_client_auth().complete()
}

/// Panics if the client is not refused, or not by this.
fn assert_refused(case: &Case, met: Awaited, alert: AlertDescription, run: usize) {
    let Err(failed) = met else { panic!("{}, run {run}: not refused", case.name) };
    let refused = ClientAuthState::Refused { alert, nothing_sent: case.nothing_sent };
    assert_eq!(failed.conn.client_auth(), refused, "{}, run {run}: {failed}", case.name);
}

/// Our server, which tells the outcome of each connection, and holds it until the next one comes.
fn our_server(world: &World) -> (SocketAddr, Receiver<ClientAuthState>) {
    let config = ServerConfig::builder(provider())
        .credential(local(&world.server))
        .client_auth(ClientAuth::require(world.anchors(), Allow::dns("robot.test")))
        .confirm_client_auth();
    let (config, listener) = (Arc::new(config.build().unwrap()), TcpListener::bind("127.0.0.1:0").unwrap());
    let address = listener.local_addr().unwrap();
    let (to, outcomes) = channel();
    std::thread::spawn(move || {
        let mut held = None;
        for tcp in listener.incoming().map_while(Result::ok) {
            let conn = ServerWith::new(config.clone(), UnixTime(NOW));
            let (outcome, tls) = match Handshake::new(conn, patient(tcp)).complete() {
                Ok(tls) => (tls.conn().client_auth(), Some(tls)),
                Err(failed) => (failed.conn.client_auth(), None),
            };
            held = tls.or(held);
            if to.send(outcome).is_err() {
                return;
            }
        }
    });
    (address, outcomes)
}

#[test]
fn s_server_refuses_every_time_and_the_client_knows_why() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let judge = ["-Verify", "3", "-verify_return_error", "-verify_hostname", "robot.test"];
    let mut server = both.s_server(&[&judge[..], &["-cipher", "DEFAULT:@SECLEVEL=2"]].concat());
    for case in cases(&both.world) {
        for run in 0..RUNS {
            assert_refused(&case, meet(&case.client, server.dial()), case.by_openssl, run);
        }
    }
}

#[test]
fn our_server_refuses_every_time_and_the_client_knows_why() {
    if is_missing() {
        return; // It makes the weak key.
    }
    let world = World::new();
    let (address, outcomes) = our_server(&world);
    for case in cases(&world) {
        for run in 0..RUNS {
            let alert = case.by_us;
            assert_refused(&case, meet(&case.client, TcpStream::connect(address).unwrap()), alert, run);
            let nothing_sent = case.nothing_sent.map(|_| WhyNothingSent::Unknown);
            let outcome = outcomes.recv_timeout(PATIENCE).unwrap();
            assert_eq!(outcome, ClientAuthState::Refused { alert, nothing_sent }, "{}, run {run}", case.name);
        }
    }
}

#[test]
fn s_server_confirms_by_its_tickets_every_time() {
    if is_missing() {
        return;
    }
    let both = Both::new();
    let mut server = both.s_server(&["-Verify", "3", "-verify_return_error"]);
    let client = client(&both.world, Some(local(&both.world.client)));
    for run in 0..RUNS {
        let mut tls = meet(&client, server.dial()).unwrap();
        assert_eq!((tls.conn().client_auth(), tls.data()), (CONFIRMED, &b""[..]), "run {run}");
        tls.close().unwrap();
    }
}

#[test]
fn our_server_confirms_every_time() {
    let world = World::new();
    let (address, outcomes) = our_server(&world);
    let client = client(&world, Some(local(&world.client)));
    for run in 0..RUNS {
        let tls = meet(&client, TcpStream::connect(address).unwrap()).unwrap();
        assert_eq!((tls.conn().client_auth(), tls.data()), (CONFIRMED, &b""[..]), "run {run}");
        let outcome = outcomes.recv_timeout(PATIENCE).unwrap();
        assert_eq!(outcome, ClientAuthState::Confirmed(Confirmation::OwnVerdict), "run {run}");
    }
}
