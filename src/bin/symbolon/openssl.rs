//! A program `openssl` beside us, with the same throw-away certificates.

use crate::pki::{Leaf, Pki};
use crate::stop::Stop;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, TrySendError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What `openssl version` says, or why it is of no use here.
pub(crate) fn version() -> Result<String, String> {
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

/// Everything on loopback is said long before.
const TIME: Duration = Duration::from_secs(10);
/// What is waited for a complaint of a program that has failed; perhaps it has none.
const MOMENT: Duration = Duration::from_millis(200);
/// Lines that wait to be read; what comes beyond them is dropped, so that a long run takes no memory.
const MOST_LINES: usize = 1024;

/// The throw-away certificates as files, in a folder that nobody else may read, as long as this lives.
pub(crate) struct Files(PathBuf);

impl Files {
    pub(crate) fn write(pki: &Pki) -> Result<Self, Stop> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let path = std::env::temp_dir().join(format!("symbolon-{}-{now}", std::process::id()));
        let mut folder = fs::DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        let told = |error: std::io::Error| Stop::refused(format_args!("{}: {error}", path.display()));
        folder.create(&path).map_err(told)?;
        let files = Self(path.clone());
        fs::write(path.join("ca.pem"), &pki.root).map_err(told)?;
        for (name, Leaf { chain, key }) in [("server", &pki.server), ("client", &pki.client)] {
            fs::write(path.join(format!("{name}.pem")), chain).map_err(told)?;
            fs::write(path.join(format!("{name}.key")), key.as_bytes()).map_err(told)?;
        }
        Ok(files)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// `openssl` with the credential of an end, for TLS 1.3 and with everything verified.
    pub(crate) fn command(&self, command: &str, end: &str) -> Command {
        let file = |name: &str| self.path(name);
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
pub(crate) struct Openssl {
    child: Child,
    said: Receiver<String>,
    complained: Receiver<String>,
}

impl Openssl {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Stop> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = piped.map_err(|e| Stop::refused(format_args!("openssl does not start: {e}")))?;
        let said = lines_of(child.stdout.take());
        let complained = lines_of(child.stderr.take());
        Ok(Self { child, said, complained })
    }

    /// The next line on its standard output that begins like this.
    pub(crate) fn line_with(&mut self, begin: &str) -> Result<String, Stop> {
        loop {
            match self.said.recv_timeout(TIME) {
                Ok(line) if line.starts_with(begin) => return Ok(line),
                Ok(_) => {}
                Err(_) => return Err(self.blamed(Stop::refused("openssl ended, or said nothing for too long"))),
            }
        }
    }

    /// Where `s_server` listens.
    pub(crate) fn accepts(&mut self) -> Result<String, Stop> {
        let accept = self.line_with("ACCEPT ")?;
        Ok(accept.trim_start_matches("ACCEPT ").trim().to_owned())
    }

    pub(crate) fn say(&mut self, line: &str) -> Result<(), Stop> {
        let Some(stdin) = &mut self.child.stdin else { return Ok(()) };
        writeln!(stdin, "{line}").map_err(|e| Stop::refused(format_args!("openssl takes no input: {e}")))
    }

    /// Ends its input, whereupon it closes the connection.
    pub(crate) fn hang_up(&mut self) {
        self.child.stdin = None;
    }

    /// With what openssl complained about.
    pub(crate) fn blamed(&self, stop: Stop) -> Stop {
        // Another thread may still be reading it.
        let first = self.complained.recv_timeout(MOMENT).ok();
        first
            .into_iter()
            .chain(self.complained.try_iter())
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
    let (to, lines) = mpsc::sync_channel(MOST_LINES);
    if let Some(pipe) = pipe {
        std::thread::spawn(move || {
            for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                if matches!(to.try_send(line), Err(TrySendError::Disconnected(_))) {
                    return;
                }
            }
        });
    }
    lines
}
