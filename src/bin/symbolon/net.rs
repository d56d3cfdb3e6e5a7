//! TCP with limits on time: nothing that a peer does, or does not, makes us wait for ever.

use crate::stop::{Stop, tell};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// Where to connect to.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let written = "write HOST:PORT, as in example.org:443 or [2001:db8::1]:443";
        let (host, port) = text.rsplit_once(':').ok_or_else(|| format!("there is no port: {written}"))?;
        let port = port.parse().map_err(|_| format!("{port:?} is not a port (0 to 65535): {written}"))?;
        let inside = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = match inside {
            Some(address) => address,
            None if host.contains(':') => return Err(format!("an IPv6 address stands in brackets: {written}")),
            None => host,
        };
        if host.is_empty() {
            return Err(format!("there is no host: {written}"));
        }
        Ok(Self { host: host.to_owned(), port })
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.host.parse() {
            Ok(IpAddr::V6(address)) => write!(f, "[{address}]:{}", self.port),
            _ => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

/// Where to listen.
pub(crate) fn address(text: &str) -> Result<SocketAddr, String> {
    let written = "not an IP address with a port: write ADDR:PORT, as in 127.0.0.1:4433 or [::]:4433";
    text.parse().map_err(|_| written.to_owned())
}

/// How often a waiting connection looks whether it shall stop.
const GLANCE: Duration = Duration::from_millis(100);

/// A socket that gives up: at a point in time however busy it is, and after some time in which nothing comes.
pub(crate) struct Wire<'t> {
    tcp: &'t TcpStream,
    until: Option<Instant>,
    idle: Duration,
    stop: Option<&'t AtomicBool>,
}

impl<'t> Wire<'t> {
    /// For a handshake: all of it must be done within `time`.
    pub(crate) fn new(tcp: &'t TcpStream, time: Duration) -> Self {
        Self { tcp, until: Some(Instant::now() + time), idle: time, stop: None }
    }

    /// Waiting ends, with an error of kind `ConnectionAborted`, once `stop` is true.
    pub(crate) fn stopped_by(mut self, stop: &'t AtomicBool) -> Self {
        self.stop = Some(stop);
        self
    }

    /// From now on everything must be done within `time`.
    pub(crate) fn within(&mut self, time: Duration) {
        (self.until, self.idle) = (Some(Instant::now() + time), time);
    }

    /// From now on only silence counts.
    pub(crate) fn until_idle(&mut self, idle: Duration) {
        (self.until, self.idle) = (None, idle);
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let silent = Instant::now() + self.idle;
        let until = self.until.map_or(silent, |until| until.min(silent));
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ErrorKind::TimedOut.into());
            }
            if self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
                return Err(ErrorKind::ConnectionAborted.into());
            }
            let slice = if self.stop.is_some() { left.min(GLANCE) } else { left };
            self.tcp.set_read_timeout(Some(slice.max(Duration::from_millis(1))))?;
            match self.tcp.read(buf) {
                Err(e) if matches!(e.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                done => return done,
            }
        }
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        // An alert still goes out behind the end of the time: it takes no longer than a full buffer does.
        let left = self.until.map_or(self.idle, |until| until.saturating_duration_since(Instant::now()));
        self.tcp.set_write_timeout(Some(left.max(GLANCE)))?;
        self.tcp.write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

/// Ends our half, and reads what is still on its way: closing with unread bytes would make TCP destroy what we sent last.
pub(crate) fn close(tcp: &TcpStream) {
    const MOST: Duration = Duration::from_secs(1);
    let _ = tcp.shutdown(Shutdown::Write);
    let mut wire = Wire::new(tcp, MOST);
    let mut left = 1 << 20;
    let mut unread = [0; 4096];
    while let Ok(n @ 1..) = wire.read(&mut unread) {
        left -= n.min(left);
        if left == 0 {
            break;
        }
    }
}

/// The next client. It takes as long as it takes until there is one.
pub(crate) fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept() {
            Ok((tcp, address)) => {
                let _ = tcp.set_nodelay(true);
                return (tcp, address);
            }
            // The client gave up already, or we are out of something for the moment.
            Err(error) => {
                tell(format_args!("accept: {error}"));
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }
}

/// Listens, and tells where: port 0 takes a free one.
pub(crate) fn listen(on: SocketAddr) -> Result<(TcpListener, SocketAddr), Stop> {
    let listener = TcpListener::bind(on).map_err(|error| Stop::refused(format_args!("{on}: {error}")))?;
    let address = listener.local_addr().map_err(Stop::refused)?;
    Ok((listener, address))
}

/// Connects within `time`, name look-up included.
pub(crate) fn connect(target: &Target, time: Duration) -> Result<TcpStream, Stop> {
    let since = Instant::now();
    dial(target, &look_up(target, time)?, since, time)
}

/// Connects to the first of the addresses of `target` that answers, at most `time` after `since`.
pub(crate) fn dial(
    target: &Target,
    addresses: &[SocketAddr],
    since: Instant,
    time: Duration,
) -> Result<TcpStream, Stop> {
    let mut last = None;
    for address in addresses {
        let left = time.saturating_sub(since.elapsed());
        if left.is_zero() {
            return Err(late(target, time));
        }
        match TcpStream::connect_timeout(address, left) {
            Ok(tcp) => {
                let _ = tcp.set_nodelay(true);
                return Ok(tcp);
            }
            Err(error) => last = Some((address, error)),
        }
    }
    Err(match last {
        Some((_, error)) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::WouldBlock) => late(target, time),
        Some((_, error)) if error.kind() == ErrorKind::AddrNotAvailable => {
            Stop::refused(format_args!("{target}: {error}"))
                .hint("a port of ours is taken for a minute after its connection: wait, or connect less often")
        }
        Some((address, error)) if address.to_string() == target.to_string() => {
            Stop::refused(format_args!("{target}: {error}"))
        }
        Some((address, error)) => Stop::refused(format_args!("{target} ({address}): {error}")),
        None => Stop::refused(format_args!("{target}: the name has no address")),
    })
}

/// The resolver takes the time that it takes; we don't.
pub(crate) fn look_up(target: &Target, time: Duration) -> Result<Vec<SocketAddr>, Stop> {
    let (to, from) = mpsc::channel();
    let (host, port) = (target.host.clone(), target.port);
    std::thread::spawn(move || to.send((host.as_str(), port).to_socket_addrs().map(Iterator::collect::<Vec<_>>)));
    let found = from.recv_timeout(time).map_err(|_| late(target, time))?;
    found.map_err(|error| Stop::refused(format_args!("{target}: the name can't be looked up: {error}")))
}

fn late(target: &Target, time: Duration) -> Stop {
    Stop::refused(format_args!("{target}: no connection within {} s", time.as_secs_f32()))
        .hint("is it the right host and port, and does a firewall let us through? --timeout waits longer")
}
