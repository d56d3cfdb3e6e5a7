//! `symbolon client`: standard input to the peer, the peer to standard output.

use crate::explain::{Case, manner, parameters, proven};
use crate::files;
use crate::net::{self, Target, Wire};
use crate::options::{seconds, seconds_or_none};
use crate::outbox::Outbox;
use crate::stop::{Stop, on_signal, tell};
use crate::trust::ClientOptions;
use crate::watch::Watch;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};
use symbolon::crypto::Ring;
use symbolon::io::blocking::{Cause, ClientStream, Handshake};
use symbolon::resumption::EarlyDataDeclined;
use symbolon::{ClientAuthState, ClientWith, EarlyDataState, Error, Event, RecvBuf, SendBuf, Side, UnixTime};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to connect to.
    #[arg(value_name = "HOST:PORT")]
    target: Target,
    #[command(flatten)]
    client: ClientOptions,
    /// Sends this file before standard input, and as early data if a ticket allows it: then who records it can send it again.
    #[arg(long, value_name = "FILE", requires = "tickets")]
    early_data: Option<PathBuf>,
    /// How long the peer may be silent after the end of standard input before we leave.
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = seconds)]
    wait: Duration,
    /// Gives up a server that takes nothing of our input for so long.
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = seconds)]
    idle: Duration,
    /// How long a server that we showed a certificate may take to say what it makes of it, before we send anything; most
    /// servers say it at once or never. 0 does not wait.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = seconds_or_none)]
    await_client_auth: Duration,
}

/// After the end of input, silence that follows an answer means that the answer is complete: then we say so too
/// (close_notify), which lets the peer close. It may still go on sending.
const QUIET: Duration = Duration::from_secs(1);

pub(crate) fn run(options: &Options) -> Result<(), Stop> {
    let trusting = options.client.config()?;
    let name = options.client.trust.server_name(&options.target)?;
    let first_data = options.early_data.as_deref().map(files::read).transpose()?;
    let watch = options.client.settings.watch(Side::Client, 1)?;
    let timeout = options.client.settings.timeout;
    let tcp = Arc::new(net::connect(&options.target, timeout)?);
    let server_name = name.to_string();
    let case = || Case { witness: watch.witness(), ca: &trusting.ca, server_name: &server_name, timeout };
    // The server is to see our alert, and no reset in its place.
    let failed = |cause: &Cause, conn: &ClientWith<'_, Ring>| {
        if let Cause::Tls(_) = cause {
            net::close(&tcp);
        }
        case().explain(cause, conn)
    };
    let conn = ClientWith::new(Arc::new(trusting.config), name, UnixTime::now());
    let handshake = Handshake::new(conn, Wire::new(&tcp, timeout)).observer(watch.clone());
    let handshake = match &first_data {
        Some(bytes) => handshake.first_data(bytes),
        None => handshake,
    };
    let mut tls = handshake.complete().map_err(|end| failed(&end.cause, &end.conn))?;
    let manner = manner(tls.conn(), watch.witness().declined);
    tell(format_args!("connected to {}: {}; {manner}", options.target, parameters(tls.conn())));
    tell(format_args!("the server is {}", proven(tls.conn())));
    if options.client.certificates.ask_timestamps {
        let count = watch.witness().timestamps;
        tell(format_args!("{count} certificate timestamps came beside its certificates, and are not verified"));
    }
    if let Some(path) = &options.early_data {
        tell_of_early_data(path, tls.conn().negotiated().early_data, watch.witness().no_early_data);
    }
    if tls.conn().client_auth() == ClientAuthState::Sent && !options.await_client_auth.is_zero() {
        tls.transport_mut().within(options.await_client_auth);
        tls.await_client_auth().map_err(|cause| failed(&cause, tls.conn()))?;
    }
    match tls.conn().client_auth() {
        ClientAuthState::NotRequested => {}
        outcome => tell(outcome),
    }
    let mut live = Live::new(tls, &tcp, watch.clone());
    match live.pump(options.wait, options.idle) {
        Ok(()) => Ok(()),
        Err(Over::Output(error)) => Err(Stop::refused(format_args!("standard output: {error}"))),
        Err(Over::Stuck { time, option }) => {
            let seconds = time.as_secs_f32();
            Err(Stop::refused(format_args!("the server did not take what we sent for {seconds} s"))
                .hint(format_args!("{option} waits longer")))
        }
        Err(Over::Cause(cause)) => Err(failed(&cause, &live.conn)),
    }
}

fn tell_of_early_data(path: &Path, state: EarlyDataState, declined: Option<EarlyDataDeclined>) {
    let became = match state {
        EarlyDataState::Accepted => "accepted",
        EarlyDataState::Rejected => "rejected, so it was sent again once connected",
        EarlyDataState::NotOffered | EarlyDataState::Offered => "not offered, so it was sent once connected",
    };
    let why = declined.map(|why| format!(": {why}")).unwrap_or_default();
    tell(format_args!("early data of {}: {became}{why}", path.display()));
}

/// A connection that is CONNECTED. All of it belongs to one thread; others wait for the network, for standard input, and
/// for the peer to take what we send.
struct Live {
    conn: ClientWith<'static, Ring>,
    rx: RecvBuf<'static>,
    tx: SendBuf<'static>,
    tcp: Arc<TcpStream>,
    outbox: Outbox,
    watch: Watch,
    /// The peer said something since our last input.
    answered: bool,
}

/// What the other threads tell.
enum Happened {
    Received(Vec<u8>),
    /// The transport ended, properly or not.
    Ended(Option<std::io::Error>),
    Input(Vec<u8>),
    InputEnded,
    Signal,
}

/// Why it is over before its time.
enum Over {
    Cause(Cause),
    Output(std::io::Error),
    /// The peer took nothing for `time`, which `option` sets.
    Stuck {
        time: Duration,
        option: &'static str,
    },
}

impl From<Error> for Over {
    fn from(error: Error) -> Self {
        Self::Cause(Cause::Tls(error))
    }
}

/// How far we are on the way out.
struct Leaving {
    /// When input ended, or the peer took or said anything after it.
    since: Instant,
    /// close_notify is sent.
    closed: bool,
}

impl Live {
    fn new(tls: ClientStream<'static, Ring, Wire<'_>>, tcp: &Arc<TcpStream>, watch: Watch) -> Self {
        let (conn, rx, tx, _) = tls.into_parts();
        Self { conn, rx, tx, tcp: tcp.clone(), outbox: Outbox::start(tcp.clone()), watch, answered: false }
    }

    fn pump(&mut self, wait: Duration, idle: Duration) -> Result<(), Over> {
        let happenings = self.start_threads();
        let mut leaving: Option<Leaving> = None;
        // The server may have spoken first.
        self.answered = !self.rx.data().is_empty();
        if !print(self.rx.data())? {
            self.close();
            return Ok(());
        }
        loop {
            if self.drain()? {
                self.close();
                return Ok(());
            }
            // A peer that sends, and takes nothing, is stuck as well.
            if self.outbox.stuck_since().is_some_and(|since| since.elapsed() >= idle) {
                return Err(Over::Stuck { time: idle, option: "--idle" });
            }
            let happened = match &leaving {
                None => happenings.recv_timeout(idle),
                Some(leaving) => happenings.recv_timeout(self.until(leaving, wait)),
            };
            match happened {
                Ok(Happened::Received(bytes)) => {
                    if let Some(leaving) = &mut leaving {
                        leaving.since = Instant::now();
                    }
                    if self.receive(&bytes)? {
                        self.close();
                        return Ok(());
                    }
                }
                Ok(Happened::Input(bytes)) => {
                    self.answered = false;
                    self.write(&bytes)?;
                }
                Ok(Happened::InputEnded) => {
                    leaving = Some(Leaving { since: Instant::now(), closed: false });
                }
                Ok(Happened::Ended(error)) => {
                    let closed = leaving.is_some_and(|leaving| leaving.closed);
                    return self.ended(error, closed);
                }
                Err(RecvTimeoutError::Timeout) => {
                    let Some(leaving) = &mut leaving else { continue };
                    match self.outbox.stuck_since() {
                        Some(since) if since.elapsed() >= wait => {
                            return Err(Over::Stuck { time: wait, option: "--wait" });
                        }
                        Some(_) => leaving.since = Instant::now(),
                        None if leaving.since.elapsed() < self.patience(leaving, wait) => {}
                        None if leaving.closed => return Ok(()),
                        None => {
                            self.close();
                            *leaving = Leaving { since: Instant::now(), closed: true };
                        }
                    }
                }
                Ok(Happened::Signal) | Err(RecvTimeoutError::Disconnected) => {
                    self.close();
                    return Ok(());
                }
            }
        }
    }

    /// How long to wait for the next event.
    fn until(&self, leaving: &Leaving, wait: Duration) -> Duration {
        let since = self.outbox.stuck_since().unwrap_or(leaving.since);
        self.patience(leaving, wait).saturating_sub(since.elapsed()).max(Duration::from_millis(10))
    }

    /// How long the peer may be silent.
    fn patience(&self, leaving: &Leaving, wait: Duration) -> Duration {
        if self.answered && !leaving.closed { wait.min(QUIET) } else { wait }
    }

    /// Takes in what came. True if nothing more will, or nobody wants it.
    fn receive(&mut self, mut bytes: &[u8]) -> Result<bool, Over> {
        while !bytes.is_empty() {
            let n = self.rx.receive(bytes);
            bytes = bytes.get(n..).unwrap_or_default();
            if self.drain()? {
                return Ok(true);
            }
            if n == 0 {
                return Err(Over::Cause(Cause::Io(ErrorKind::OutOfMemory.into())));
            }
        }
        Ok(false)
    }

    /// Goes through all records that are complete. True if the peer has closed, or nobody reads what it says.
    fn drain(&mut self) -> Result<bool, Over> {
        loop {
            let event = self.conn.step_with(&mut self.rx, &mut self.tx, &mut self.watch);
            let closed = match event {
                Ok(Event::Data(data)) => {
                    self.answered = true;
                    if print(data)? { None } else { Some(true) }
                }
                Ok(Event::PeerClosed) => Some(true),
                Ok(Event::NeedRecv | Event::Ask(_)) => Some(false),
                Ok(Event::Moved { .. } | Event::Yield | Event::NeedSend | Event::EarlyData(_)) => None,
                Err(error) => {
                    self.post();
                    self.outbox.drain(QUIET);
                    return Err(error.into());
                }
            };
            self.post();
            if let Some(closed) = closed {
                return Ok(closed);
            }
        }
    }

    fn write(&mut self, mut bytes: &[u8]) -> Result<(), Over> {
        while !bytes.is_empty() {
            let Some(mut app) = self.conn.app() else { return Ok(()) };
            let Ok(written) = app.write_with(bytes, &mut self.tx, &mut self.watch) else { return Ok(()) };
            bytes = bytes.get(written?..).unwrap_or_default();
            self.post();
        }
        Ok(())
    }

    /// Hands the records that wait to the thread that writes them.
    fn post(&mut self) {
        let bytes = self.tx.to_send();
        self.outbox.put(bytes);
        let n = bytes.len();
        self.tx.sent(n);
    }

    /// Says that we will send no more.
    fn close(&mut self) {
        if let Some(mut app) = self.conn.app() {
            app.close(&mut self.tx);
        }
        self.post();
        self.outbox.drain(QUIET);
        let _ = self.tcp.shutdown(Shutdown::Write);
    }

    /// The transport ended without close_notify, which is the peer's fault unless we had closed before.
    fn ended(&mut self, error: Option<std::io::Error>, closed: bool) -> Result<(), Over> {
        if closed {
            tell("the server ended the connection without close_notify, after ours");
            return Ok(());
        }
        match error {
            Some(error) => Err(Over::Cause(Cause::Io(error))),
            None => Ok(self.conn.end_of_input()?),
        }
    }

    fn start_threads(&self) -> Receiver<Happened> {
        let (to, happenings) = mpsc::sync_channel(16);
        let (tcp, network) = (self.tcp.clone(), to.clone());
        std::thread::spawn(move || {
            let _ = tcp.set_read_timeout(None);
            let end = forward(&*tcp, &network, Happened::Received, || {});
            let _ = network.send(Happened::Ended(end));
        });
        let (outbox, input) = (self.outbox.clone(), to.clone());
        std::thread::spawn(move || {
            // An input that can't be read has ended: `symbolon client` may be started without any.
            let _ = forward(std::io::stdin(), &input, Happened::Input, || outbox.wait_for_room());
            let _ = input.send(Happened::InputEnded);
        });
        on_signal(move || {
            let _ = to.send(Happened::Signal);
        });
        happenings
    }
}

/// Puts data on standard output. False if nobody reads there any more: `symbolon client .. | head` is done.
fn print(data: &[u8]) -> Result<bool, Over> {
    let mut out = std::io::stdout().lock();
    match out.write_all(data).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Over::Output(error)),
    }
}

/// Reads until the end, and sends piece by piece. Returns the error that ended it, if one did.
fn forward(
    mut from: impl Read,
    to: &SyncSender<Happened>,
    wrap: impl Fn(Vec<u8>) -> Happened,
    before: impl Fn(),
) -> Option<std::io::Error> {
    let mut buf = vec![0; 1 << 14];
    loop {
        before();
        match from.read(&mut buf) {
            Ok(0) => return None,
            Ok(n) => to.send(wrap(buf.get(..n).unwrap_or_default().to_vec())).ok()?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Some(error),
        }
    }
}
