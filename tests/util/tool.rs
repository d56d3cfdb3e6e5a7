//! Runs the tool, with files of a throw-away PKI, and waits no longer than anybody would.
#![allow(unreachable_pub)]

use crate::util::pki::{Chain, Pki};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// Whatever hangs is stopped, and fails its test.
pub const MOST: Duration = Duration::from_secs(60);

pub fn symbolon() -> Command {
    Command::new(env!("CARGO_BIN_EXE_symbolon"))
}

/// A folder with certificates of one CA, and a stranger's.
pub struct Files {
    pub dir: PathBuf,
    pub pki: Pki,
}

impl Files {
    pub fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("symbolon-tool-{}-{number}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        let files = Self { dir, pki: Pki::new("test") };
        files.write("ca.pem", &files.pki.root.pem);
        files.put("server", &files.pki.server("server.test"));
        files.put("client", &files.pki.client("robot.test"));
        let stranger = Pki::new("stranger");
        files.write("stranger-ca.pem", &stranger.root.pem);
        files.put("stranger", &stranger.client("stranger.test"));
        files
    }

    pub fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.dir.join(name), text).unwrap();
    }

    pub fn put(&self, name: &str, chain: &Chain) {
        self.write(&format!("{name}.pem"), &chain.pem);
        self.write(&format!("{name}.key"), &chain.key_pem);
    }

    /// `--cert` and `--key` of a credential here.
    pub fn shows(&self, name: &str) -> [String; 4] {
        ["--cert".into(), self.path(&format!("{name}.pem")), "--key".into(), self.path(&format!("{name}.key"))]
    }

    /// A server of ours; words that end as files do (`.pem`, `.log`) are files of this folder.
    pub fn server(&self, options: &str) -> Server {
        let mut command = symbolon();
        command.args(["server", "--listen", "127.0.0.1:0"]).args(self.shows("server")).args(self.words(options));
        Server::start(&mut command)
    }

    /// Our client, at a server that it knows as `server.test`.
    pub fn client(&self, address: &str, options: &str) -> Command {
        let mut command = symbolon();
        command.args(["client", address, "--name", "server.test", "--ca", &self.path("ca.pem")]);
        command.args(self.words(options));
        command
    }

    pub fn words(&self, options: &str) -> Vec<String> {
        options
            .split_whitespace()
            .map(|word| match Path::new(word).extension().and_then(|e| e.to_str()) {
                Some("pem" | "key" | "log" | "tickets" | "txt") => self.path(word),
                _ => word.to_owned(),
            })
            .collect()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// A running server, which told its address.
pub struct Server {
    pub child: Child,
    pub address: String,
}

impl Server {
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut address).unwrap();
        Self { child, address: address.trim_end().to_owned() }
    }

    pub fn connect(&self) -> TcpStream {
        let tcp = TcpStream::connect(&self.address).unwrap();
        tcp.set_read_timeout(Some(MOST)).unwrap();
        tcp
    }

    /// Waits for it to end by itself, and returns its exit code and what it said on standard error.
    pub fn end(mut self) -> (Option<i32>, String) {
        let code = wait(&mut self.child);
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (code, said)
    }

    pub fn terminate(self) -> (Option<i32>, String) {
        assert!(Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap().success());
        self.end()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn wait(child: &mut Child) -> Option<i32> {
    let until = Instant::now() + MOST;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("it hangs");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a program came to.
pub struct Done {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a program with this input.
pub fn run(command: &mut Command, input: &[u8]) -> Done {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let (input, id) = (input.to_vec(), child.id());
    let feed = std::thread::spawn(move || drop(stdin.write_all(&input)));
    let (to, done) = std::sync::mpsc::channel();
    std::thread::spawn(move || to.send(child.wait_with_output()));
    let Ok(done) = done.recv_timeout(MOST) else {
        let _ = Command::new("kill").arg(id.to_string()).status();
        panic!("it hangs");
    };
    feed.join().unwrap();
    let Output { status, stdout, stderr } = done.unwrap();
    Done { code: status.code(), out: String::from_utf8(stdout).unwrap(), err: String::from_utf8(stderr).unwrap() }
}

impl Done {
    pub fn is(self, code: i32, says: &[&str]) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        for text in says {
            assert!(self.out.contains(text) || self.err.contains(text), "no {text:?} in:\n{}{}", self.out, self.err);
        }
        assert!(!self.err.contains("panicked"), "{}", self.err);
        self
    }
}

pub fn has_openssl() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("skipped: there is no openssl on the PATH");
    }
    there
}
