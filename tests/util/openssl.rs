//! `openssl s_client` and `openssl s_server` as peers: started, typed to, listened to, and gone when the test is over.

use super::pair::{ClientRole, Seen, ServerRole, World};
use super::pki::{Chain, NOW, Pki};
use super::provider::Provider;
use std::io::{ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, LazyLock, Mutex};
use std::time::{Duration, Instant};
use symbolon::config::{ClientConfigBuilder, ServerConfigBuilder};
use symbolon::io::blocking::{Cause, Failed, Handshake, Stream};
use symbolon::{ClientWith, Error, Negotiated, Observer, Role, ServerName, ServerWith, Trace, UnixTime};

/// Nothing here takes nearly as long, unless it never ends.
const PATIENCE: Duration = Duration::from_secs(30);

/// True if there is no OpenSSL to talk to; says so once, past the test harness.
pub fn is_missing() -> bool {
    static WHY: LazyLock<Option<String>> = LazyLock::new(|| {
        let why = match Command::new("openssl").arg("version").output() {
            Err(error) => Some(format!("`openssl version` can't be run: {error}")),
            Ok(output) => {
                let version = String::from_utf8_lossy(&output.stdout).into_owned();
                (!version.starts_with("OpenSSL 3.")).then(|| format!("OpenSSL 3 is needed, this is {}", version.trim()))
            }
        };
        if let Some(why) = &why {
            let _ = writeln!(std::io::stderr(), "skipped: tests against OpenSSL: {why}");
        }
        why
    });
    WHY.is_some()
}

/// A folder that is gone when the test is over.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("openssl-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }

    /// Writes a file, and returns its path.
    pub fn write(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Certificates, where OpenSSL finds them.
pub struct Files {
    leaf: String,
    chain: String,
    key: String,
}

impl Files {
    /// Of a leaf under `pki`.
    pub fn of(folder: &Folder, name: &str, chain: &Chain, pki: &Pki) -> Self {
        Self {
            leaf: folder.write(&format!("{name}.pem"), &chain.leaf.pem),
            chain: folder.write(&format!("{name}-chain.pem"), &pki.intermediate.pem),
            key: folder.write(&format!("{name}.key"), &chain.key_pem),
        }
    }

    /// Leaf and key alone.
    pub fn alone(&self) -> [&str; 4] {
        ["-cert", &self.leaf, "-key", &self.key]
    }

    pub fn with_chain(&self) -> Vec<&str> {
        [&self.alone()[..], &["-cert_chain", &self.chain]].concat()
    }
}

/// A [`World`] that both sides have.
pub struct Both {
    pub folder: Folder,
    pub world: World,
    pub root: String,
    pub server: Files,
    pub client: Files,
}

impl Both {
    pub fn new() -> Self {
        Self::of(World::new())
    }

    pub fn of(world: World) -> Self {
        let folder = Folder::new();
        Self {
            root: folder.write("root.pem", &world.pki.root.pem),
            server: Files::of(&folder, "server", &world.server, &world.pki),
            client: Files::of(&folder, "client", &world.client, &world.pki),
            folder,
            world,
        }
    }

    /// `s_server` as `server.test`, with these arguments too.
    pub fn s_server(&self, args: &[&str]) -> Openssl {
        Openssl::server(&[&self.server.with_chain()[..], &["-CAfile", &self.root], args].concat())
    }

    /// Our client against it.
    pub fn connect(&self, config: ClientConfigBuilder<Provider>, server: &mut Openssl) -> Ours<ClientRole> {
        connect(config, "server.test", server).unwrap_or_else(|failed| panic!("{failed}: {}", server.wait_for("")))
    }

    /// Our server against `s_client`, which knows the root and names `server.test`, with these arguments too.
    pub fn accept(&self, config: ServerConfigBuilder<Provider>, args: &[&str]) -> (Met<ServerRole>, Openssl) {
        let judge = ["-CAfile", &self.root, "-verify_return_error", "-verify_hostname", "server.test"];
        accept(config, &[&judge[..], &["-servername", "server.test"], args].concat())
    }

    /// The same, CONNECTED.
    pub fn accepted(&self, config: ServerConfigBuilder<Provider>, args: &[&str]) -> (Ours<ServerRole>, Openssl) {
        let (met, client) = self.accept(config, args);
        (met.unwrap_or_else(|failed| panic!("{failed}: {}", client.wait_for(""))), client)
    }
}

/// A new key as PKCS#8 in PEM, as OpenSSL makes it.
pub fn new_key(algorithm: &str, option: &str) -> String {
    let option = if option.is_empty() { vec![] } else { vec!["-pkeyopt", option] };
    let pem = output(&[&["genpkey", "-quiet", "-algorithm", algorithm], &option[..]].concat(), b"");
    String::from_utf8(pem).unwrap()
}

/// Runs a command that ends by itself, and returns what it wrote.
pub fn output(args: &[&str], input: &[u8]) -> Vec<u8> {
    let mut command = Command::new("openssl");
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "openssl {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// A running `openssl`, and everything that it said.
pub struct Openssl {
    child: Child,
    stdin: Option<ChildStdin>,
    said: Arc<Said>,
    /// Where it listens, if it does.
    port: u16,
    /// Our end of its transport stays open as long: closed with bytes unread, TCP would drop what we sent last.
    held: Vec<TcpStream>,
}

#[derive(Default)]
struct Said {
    /// With a flag: nothing more will come.
    bytes: Mutex<(Vec<u8>, bool)>,
    more: Condvar,
}

impl Said {
    fn listen(self: &Arc<Self>, mut from: impl Read + Send + 'static) {
        let said = self.clone();
        std::thread::spawn(move || {
            let mut some = [0; 1 << 14];
            while let Ok(n @ 1..) = from.read(&mut some) {
                said.bytes.lock().unwrap().0.extend_from_slice(&some[..n]);
                said.more.notify_all();
            }
            said.bytes.lock().unwrap().1 = true;
            said.more.notify_all();
        });
    }

    /// Everything said, once `enough` of it is; the flag tells that nothing more will come.
    fn wait(&self, what: &str, enough: impl Fn(&[u8], bool) -> bool) -> Vec<u8> {
        let end = Instant::now() + PATIENCE;
        let mut bytes = self.bytes.lock().unwrap();
        loop {
            let over = bytes.1;
            if enough(&bytes.0, over) {
                return bytes.0.clone();
            }
            let left = end.saturating_duration_since(Instant::now());
            let text = String::from_utf8_lossy(&bytes.0);
            assert!(!over && !left.is_zero(), "openssl did not say {what:?}, but:\n{text}");
            bytes = self.more.wait_timeout(bytes, left).unwrap().0;
        }
    }
}

impl Openssl {
    /// `s_server` on a port that the system chose.
    pub fn server(args: &[&str]) -> Self {
        let mut server = Self::start("s_server", &[&["-accept", "127.0.0.1:0"], args].concat());
        const LISTENS: &str = "ACCEPT 127.0.0.1:";
        let said =
            server.wait_until("its port", |said| said.split_once(LISTENS).is_some_and(|(_, port)| port.contains('\n')));
        let port = said.split_once(LISTENS).unwrap().1.lines().next().unwrap();
        server.port = port.parse().unwrap();
        server
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Connects to it.
    pub fn dial(&mut self) -> TcpStream {
        self.held.clear();
        let tcp = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        self.held.push(tcp.try_clone().unwrap());
        patient(tcp)
    }

    /// `s_client` at this `s_server`.
    pub fn meets(&self, args: &[&str]) -> Self {
        Self::client(self.port, args)
    }

    fn client(port: u16, args: &[&str]) -> Self {
        let address = format!("127.0.0.1:{port}");
        Self::start("s_client", &[&["-connect", &address], args].concat())
    }

    pub fn start(command: &str, args: &[&str]) -> Self {
        let now = NOW.to_string();
        // One pipe for both, so that what it says comes in the order in which it said it.
        let (from, to) = std::io::pipe().unwrap();
        let mut child = Command::new("openssl")
            .arg(command)
            .args(["-attime", &now])
            .args(args)
            .stdin(Stdio::piped())
            .stdout(to.try_clone().unwrap())
            .stderr(to)
            .spawn()
            .unwrap();
        let said = Arc::<Said>::default();
        said.listen(from);
        Self { stdin: child.stdin.take(), child, said, port: 0, held: Vec::new() }
    }

    /// Types.
    pub fn write(&mut self, bytes: &[u8]) {
        self.stdin.as_mut().unwrap().write_all(bytes).unwrap();
    }

    /// A writer that types while the test listens.
    pub fn take_stdin(&mut self) -> ChildStdin {
        self.stdin.take().unwrap()
    }

    /// Everything said, once it has this in it.
    pub fn wait_for(&self, text: &str) -> String {
        self.wait_until(text, |said| said.contains(text))
    }

    pub fn wait_until(&self, what: &str, enough: impl Fn(&str) -> bool) -> String {
        let said = self.said.wait(what, |said, _| enough(&String::from_utf8_lossy(said)));
        String::from_utf8_lossy(&said).into_owned()
    }

    /// Everything said, once that is at least `len` bytes.
    pub fn wait_for_bytes(&self, len: usize) -> Vec<u8> {
        self.said.wait("as much", |said, _| said.len() >= len)
    }

    /// Ends its input, and returns everything that it said until it ended.
    pub fn finish(mut self) -> String {
        self.stdin = None;
        String::from_utf8(self.said.wait("its last word", |_, over| over)).unwrap()
    }
}

impl Drop for Openssl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What happened on our side, kept while the stream lives.
#[derive(Clone, Default)]
pub struct Watch(Arc<Mutex<Seen>>);

impl Watch {
    /// How often this was seen.
    pub fn count(&self, event: &str) -> usize {
        self.0.lock().unwrap().events.iter().filter(|seen| *seen == event).count()
    }
}

impl Observer for Watch {
    fn event(&mut self, event: &Trace<'_>) {
        self.0.lock().unwrap().event(event);
    }
}

/// Our end of a connection to OpenSSL.
pub struct Ours<R: Role> {
    pub tls: Stream<'static, R, Provider, TcpStream>,
    pub seen: Watch,
}

/// CONNECTED, or why not.
pub type Met<R> = Result<Ours<R>, Box<Failed<'static, R, Provider>>>;

/// Our client against `openssl s_server`.
pub fn connect(config: ClientConfigBuilder<Provider>, name: &str, server: &mut Openssl) -> Met<ClientRole> {
    complete(handshake(config, name, server))
}

/// The same at `server.test`; this is what it says first.
pub fn connect_saying(
    config: ClientConfigBuilder<Provider>,
    first_data: &[u8],
    server: &mut Openssl,
) -> Met<ClientRole> {
    complete(handshake(config, "server.test", server).first_data(first_data))
}

type OverTcp<R> = Handshake<'static, R, Provider, TcpStream>;

fn handshake(config: ClientConfigBuilder<Provider>, name: &str, server: &mut Openssl) -> OverTcp<ClientRole> {
    let tcp = server.dial();
    let name = ServerName::dns(name).unwrap().into_owned();
    Handshake::new(ClientWith::new(Arc::new(config.build().unwrap()), name, UnixTime(NOW)), tcp)
}

/// Our server against `openssl s_client` with these arguments.
pub fn accept(config: ServerConfigBuilder<Provider>, args: &[&str]) -> (Met<ServerRole>, Openssl) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let mut client = Openssl::client(listener.local_addr().unwrap().port(), args);
    let end = Instant::now() + PATIENCE;
    let tcp = loop {
        match listener.accept() {
            Ok((tcp, _)) => break tcp,
            Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
        }
        if client.child.try_wait().unwrap().is_some() || Instant::now() > end {
            panic!("s_client did not connect: {}", client.finish());
        }
        std::thread::sleep(Duration::from_millis(2));
    };
    tcp.set_nonblocking(false).unwrap();
    client.held.push(tcp.try_clone().unwrap());
    let conn = ServerWith::new(Arc::new(config.build().unwrap()), UnixTime(NOW));
    let met = complete(Handshake::new(conn, patient(tcp)));
    (met, client)
}

/// The same, with an end to all waiting.
fn patient(tcp: TcpStream) -> TcpStream {
    tcp.set_nodelay(true).unwrap();
    tcp.set_read_timeout(Some(PATIENCE)).unwrap();
    tcp.set_write_timeout(Some(PATIENCE)).unwrap();
    tcp
}

fn complete<R: Role>(handshake: OverTcp<R>) -> Met<R> {
    let seen = Watch::default();
    let tls = handshake.observer(seen.clone()).complete()?;
    Ok(Ours { tls, seen })
}

impl<R: Role> Ours<R> {
    pub fn negotiated(&self) -> &Negotiated {
        self.tls.conn().negotiated()
    }

    /// The dNSNames of the peer.
    pub fn peer(&self) -> Vec<&str> {
        self.tls.conn().peer().map(|peer| peer.dns().collect()).unwrap_or_default()
    }

    /// Ends it properly, so that `s_server` takes the next connection.
    pub fn close(mut self) {
        self.tls.close().unwrap();
    }

    /// Says a line each way.
    pub fn talk(&mut self, peer: &mut Openssl, words: &str) {
        // A digit in front: no letter that OpenSSL takes for a command.
        self.tls.write_all(format!("0 heard {words}\n").as_bytes()).unwrap();
        peer.wait_for(&format!("0 heard {words}\n"));
        let line = format!("1 said {words}\n");
        peer.write(line.as_bytes());
        let mut read = vec![0; line.len()];
        self.tls.read_exact(&mut read).unwrap_or_else(|e| panic!("{e}: {}", peer.wait_for("")));
        assert_eq!(String::from_utf8(read).unwrap(), line);
    }
}

/// Why there is no connection. A client learns what the server thinks of its certificate only when it reads.
pub fn error<R: Role>(met: Met<R>) -> Error {
    match met {
        Ok(mut ours) => {
            let error = ours.tls.read(&mut [0]).expect_err("the peer went on");
            *error.get_ref().and_then(|error| error.downcast_ref()).unwrap_or_else(|| panic!("{error}"))
        }
        Err(failed) => match failed.cause {
            Cause::Tls(error) => error,
            other => panic!("{other}"),
        },
    }
}
