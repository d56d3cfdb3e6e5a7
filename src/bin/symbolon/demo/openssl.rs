//! The demo's handshakes with openssl, as a client and as a server.

use super::figure::Recorder;
use super::talk::{Said, ask_once, serve_once};
use super::{LINE, Options, PROTOCOL, TIME, item, world};
use crate::pki::{Leaf, SERVER};
use crate::stop::Stop;
use crate::world::{Clients, World};
use crate::wrap::print;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{SystemTime, UNIX_EPOCH};

/// Each of our ends with openssl as the other: a full handshake, and one by its ticket.
pub(super) fn run(options: &Options) -> Result<(), Stop> {
    let version = match version() {
        Ok(version) => version,
        Err(why) => {
            item("openssl", &format!("skipped: {why}"));
            return Ok(());
        }
    };
    print(format_args!("The same with {version}"));
    let world = world(options, Clients::Known)?;
    let results = [
        ("our client and openssl s_server", server_for_us(&world)),
        ("openssl s_client and our server", client_for_us(&world)),
    ];
    let mut failed = Vec::new();
    for (pair, result) in results {
        match result {
            Ok([said, again]) => {
                print(format_args!("\n{pair}: ok"));
                item("negotiated", &said.parameters);
                item("the peer is", &said.proven);
                item("answered", &format!("{:?}", said.answer));
                item("and again", &again.parameters);
            }
            Err(stop) => {
                print(format_args!("\n{pair}: FAILED"));
                failed.push(stop);
            }
        }
    }
    match failed.into_iter().reduce(|first, second| first.line(second.cause)) {
        Some(stop) => Err(stop),
        None => Ok(()),
    }
}

/// The second goes by a ticket of the first.
fn twice(mut once: impl FnMut(usize) -> Result<Said, Stop>) -> Result<[Said; 2], Stop> {
    let both = [once(1)?, once(2)?];
    match [both[0].resumed, both[1].resumed] {
        [false, true] => Ok(both),
        _ => Err(Stop::refused(format_args!("{}; and again: {}", both[0].parameters, both[1].parameters))),
    }
}

/// What `openssl version` says, or why it is of no use here.
fn version() -> Result<String, String> {
    let output = Command::new("openssl").arg("version").stdin(Stdio::null()).stderr(Stdio::null()).output();
    let output = output.map_err(|_| "there is no program of this name on the PATH".to_owned())?;
    let text = String::from_utf8_lossy(&output.stdout);
    let version = text.split(" (").next().unwrap_or_default().trim().to_owned();
    // TLS 1.3 came with OpenSSL 1.1.1; programs of the same name by others lack some of the options.
    let number =
        version.strip_prefix("OpenSSL ").map(|number| number.starts_with("1.1.1") || !number.starts_with(['0', '1']));
    if output.status.success() && number == Some(true) {
        Ok(version)
    } else {
        Err(format!("it says that it is {version:?}, and OpenSSL 1.1.1 or newer is needed"))
    }
}

/// Our client and `openssl s_server`, which sends every line back reversed.
fn server_for_us(world: &World) -> Result<[Said; 2], Stop> {
    let files = Files::write(world)?;
    let mut openssl = Openssl::start(files.command("s_server", "server").args([
        "-accept",
        "127.0.0.1:0",
        "-naccept",
        "2",
        "-rev",
        "-Verify",
        "4",
        "-alpn",
        PROTOCOL,
    ]))?;
    let accept = openssl.line_with("ACCEPT ")?;
    let address = accept.trim_start_matches("ACCEPT ").trim();
    let reversed: String = LINE.chars().rev().collect();
    twice(|_| {
        let tcp = TcpStream::connect(address);
        let tcp = tcp.map_err(|e| Stop::refused(format_args!("openssl s_server: {address}: {e}")))?;
        let said = ask_once(&tcp, world.client_conn()?, Recorder::default()).map_err(|stop| openssl.blamed(stop))?;
        match said.answer == reversed {
            true => Ok(said),
            false => {
                Err(Stop::refused(format_args!("openssl s_server answered {:?} instead of {reversed:?}", said.answer)))
            }
        }
    })
}

/// `openssl s_client` and our server, which sends back what comes.
fn client_for_us(world: &World) -> Result<[Said; 2], Stop> {
    let files = Files::write(world)?;
    twice(|time| {
        let mut command = files.command("s_client", "client");
        command.arg(if time == 1 { "-sess_out" } else { "-sess_in" }).arg(files.0.join("ticket.pem"));
        client_once(world, &mut command)
    })
}

fn client_once(world: &World, command: &mut Command) -> Result<Said, Stop> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(Stop::refused)?;
    let address = listener.local_addr().map_err(Stop::refused)?.to_string();
    let conn = world.server_conn();
    let server = std::thread::spawn(move || serve_once(&listener, conn, Recorder::default()));
    let mut openssl = Openssl::start(command.args([
        "-quiet",
        "-no_ign_eof",
        "-connect",
        &address,
        "-servername",
        SERVER,
        "-verify_hostname",
        SERVER,
        "-alpn",
        PROTOCOL,
    ]))?;
    openssl.say(LINE)?;
    let answer = openssl.line_with("");
    openssl.hang_up();
    let said = server.join().map_err(|_| Stop::refused("the server's thread ended early"))?;
    let said = said.map_err(|stop| openssl.blamed(stop))?;
    match answer? {
        answer if answer.trim_end() == LINE => Ok(said),
        answer => Err(Stop::refused(format_args!("openssl s_client received {answer:?} instead of {LINE:?}"))),
    }
}

/// The throw-away certificates as files, in a folder that nobody else may read, as long as this lives.
struct Files(PathBuf);

impl Files {
    fn write(world: &World) -> Result<Self, Stop> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let path = std::env::temp_dir().join(format!("symbolon-demo-{}-{now}", std::process::id()));
        let mut folder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        let told = |error: std::io::Error| Stop::refused(format_args!("{}: {error}", path.display()));
        folder.create(&path).map_err(told)?;
        let files = Self(path.clone());
        fs::write(path.join("ca.pem"), &world.pki.root).map_err(told)?;
        for (name, Leaf { chain, key }) in [("server", &world.pki.server), ("client", &world.pki.client)] {
            fs::write(path.join(format!("{name}.pem")), chain).map_err(told)?;
            fs::write(path.join(format!("{name}.key")), key.as_bytes()).map_err(told)?;
        }
        Ok(files)
    }

    /// `openssl` with the credential of an end, for TLS 1.3 and with everything verified.
    fn command(&self, command: &str, end: &str) -> Command {
        let file = |name: &str| Path::new(&self.0).join(name);
        let mut openssl = Command::new("openssl");
        openssl.args([command, "-tls1_3", "-verify_return_error"]);
        openssl.arg("-CAfile").arg(file("ca.pem"));
        openssl.arg("-cert").arg(file(&format!("{end}.pem"))).arg("-key").arg(file(&format!("{end}.key")));
        openssl.arg("-cert_chain").arg(file(&format!("{end}.pem")));
        openssl
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running openssl. It ends with this.
struct Openssl {
    child: Child,
    said: Receiver<String>,
    complained: Receiver<String>,
}

impl Openssl {
    fn start(command: &mut Command) -> Result<Self, Stop> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = piped.map_err(|e| Stop::refused(format_args!("openssl does not start: {e}")))?;
        let said = lines_of(child.stdout.take());
        let complained = lines_of(child.stderr.take());
        Ok(Self { child, said, complained })
    }

    /// The next line on its standard output that begins like this.
    fn line_with(&mut self, begin: &str) -> Result<String, Stop> {
        loop {
            match self.said.recv_timeout(TIME) {
                Ok(line) if line.starts_with(begin) => return Ok(line),
                Ok(_) => {}
                Err(_) => return Err(self.blamed(Stop::refused("openssl ended, or said nothing for too long"))),
            }
        }
    }

    fn say(&mut self, line: &str) -> Result<(), Stop> {
        let Some(stdin) = &mut self.child.stdin else { return Ok(()) };
        writeln!(stdin, "{line}").map_err(|e| Stop::refused(format_args!("openssl takes no input: {e}")))
    }

    /// Ends its input, whereupon it closes the connection.
    fn hang_up(&mut self) {
        self.child.stdin = None;
    }

    /// With what openssl complained about.
    fn blamed(&self, stop: Stop) -> Stop {
        self.complained
            .try_iter()
            .take(8)
            .fold(stop, |stop, line| stop.line(format_args!("openssl: {}", line.trim_end())))
    }
}

impl Drop for Openssl {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lines_of(pipe: Option<impl Read + Send + 'static>) -> Receiver<String> {
    let (to, lines) = mpsc::channel();
    if let Some(pipe) = pipe {
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if to.send(line).is_err() {
                    return;
                }
            }
        });
    }
    lines
}
