//! The handshake as RFC 8446 §2, Figures 1, 3 and 4 draw it, with the states of Appendix A at its edges.
//!
//! ```text
//! WAIT_SH       + key_share            -------->                    NEGOTIATED
//!                                                    ServerHello
//! WAIT_EE                                            + key_share
//! ```
//!
//! Messages of the client stand on the left, those of the server on the right; `()` are under the keys of early data, `{}`
//! under the handshake keys, `[]` under application keys. Each end's state stands where the message ends that led to it.

use super::dissect;
use crate::connection::Observer;
use crate::crypto::Epoch;
use crate::fault::{Side, StateName};
use crate::handshake::{Kind, Trace};
use crate::resumption::{Declined, EarlyDataDeclined};
use crate::wire::{AlertDescription, CompressedCertificate, HEADER_LEN, Parse};
use alloc::{format, string::String, string::ToString, vec, vec::Vec};
use core::fmt::{self, Write};

/// One message of the figure, and the states that the two ends enter with it. Prints as lines of at most 79 columns.
#[derive(Clone, Debug, Default)]
pub struct Row {
    drawn: Option<Drawn>,
    client: Vec<StateName>,
    server: Vec<StateName>,
}

#[derive(Clone, Debug)]
struct Drawn {
    sender: Side,
    lines: Vec<String>,
    arrow: bool,
}

/// Columns of the states, and of what stands between them.
const STATE: usize = 14;
const BETWEEN: usize = 50;
/// Where the arrows begin, from the end of the client's states.
const ARROW: usize = 21;
const TO_SERVER: &str = "-------->";
const TO_CLIENT: &str = "<--------";

impl Row {
    /// A handshake message, header included, that `sender` sent under its keys of `epoch`.
    #[must_use]
    pub fn message(sender: Side, kind: Kind, bytes: &[u8], epoch: Epoch) -> Self {
        let mut lines = vec![bracketed(&kind.to_string(), epoch)];
        if matches!(kind, Kind::ClientHello | Kind::ServerHello | Kind::HelloRetryRequest | Kind::EncryptedExtensions) {
            // Of EncryptedExtensions the figures tell one extension only.
            let shown = |name| kind != Kind::EncryptedExtensions || name == "early_data";
            let extensions = dissect(bytes).into_iter().filter(|f| f.depth == 1 && f.value.starts_with("extension "));
            lines.extend(extensions.filter(|field| shown(field.name)).map(|field| match field.name {
                // Without a name, its number stands before the length.
                "extension" => format!("+ {}", field.value.split(',').next().unwrap_or_default()),
                name => format!("+ {name}"),
            }));
        }
        if let (Kind::CompressedCertificate, Ok(compressed)) =
            (kind, CompressedCertificate::parse(bytes.get(HEADER_LEN..).unwrap_or_default()))
        {
            let CompressedCertificate { algorithm, uncompressed_length, compressed_certificate_message } = compressed;
            let length = compressed_certificate_message.len();
            lines.push(format!("+ {algorithm}: {length} of {uncompressed_length} bytes"));
        }
        // Where the figure has its arrows: at the end of a flight.
        let arrow = matches!(
            kind,
            Kind::ClientHello | Kind::HelloRetryRequest | Kind::Finished | Kind::NewSessionTicket | Kind::KeyUpdate
        );
        Self { drawn: Some(Drawn { sender, lines, arrow }), ..Self::default() }
    }

    /// An alert.
    #[must_use]
    pub fn alert(sender: Side, description: AlertDescription, epoch: Epoch) -> Self {
        let lines = vec![bracketed(&format!("Alert {description}"), epoch)];
        Self { drawn: Some(Drawn { sender, lines, arrow: true }), ..Self::default() }
    }

    /// The record that is there for middleboxes only (RFC 8446 Appendix D.4).
    #[must_use]
    pub fn change_cipher_spec(sender: Side) -> Self {
        let lines = vec!["(change_cipher_spec)".to_string()];
        Self { drawn: Some(Drawn { sender, lines, arrow: false }), ..Self::default() }
    }

    /// Early data: one row, however many records it takes.
    #[must_use]
    pub fn early_data() -> Self {
        let lines = vec![bracketed("Application Data", Epoch::EarlyData)];
        Self { drawn: Some(Drawn { sender: Side::Client, lines, arrow: true }), ..Self::default() }
    }

    /// No message, but what `side` made of a PSK.
    #[must_use]
    pub fn psk_declined(side: Side, why: Declined) -> Self {
        Self::note(side, "PSK declined:", &why.to_string())
    }

    /// No message, but why `side` knows that there is no early data.
    #[must_use]
    pub fn early_data_declined(side: Side, why: EarlyDataDeclined) -> Self {
        Self::note(side, "No early data:", &why.to_string())
    }

    fn note(side: Side, what: &str, text: &str) -> Self {
        let mut lines = vec![what.to_string()];
        for word in text.split(' ') {
            match lines.last_mut() {
                Some(line) if line.len().saturating_add(word.len()) < BETWEEN => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(word.into()),
            }
        }
        Self { drawn: Some(Drawn { sender: side, lines, arrow: false }), ..Self::default() }
    }

    /// What the handshake is for: data in both directions.
    #[must_use]
    pub fn application_data() -> Self {
        let text = "[Application Data]";
        let lines = vec![format!("{text:<ARROW$}<------->  {text}")];
        Self { drawn: Some(Drawn { sender: Side::Client, lines, arrow: false }), ..Self::default() }
    }

    /// `side` enters this state.
    pub fn enter(&mut self, side: Side, state: StateName) {
        match side {
            Side::Client => self.client.push(state),
            Side::Server => self.server.push(state),
        }
    }
}

fn bracketed(name: &str, epoch: Epoch) -> String {
    match epoch {
        Epoch::Initial => name.into(),
        Epoch::EarlyData => format!("({name})"),
        Epoch::Handshake => format!("{{{name}}}"),
        Epoch::Application(_) => format!("[{name}]"),
    }
}

impl Drawn {
    /// The lines between the states.
    fn between(&self) -> Vec<String> {
        let mut lines: Vec<String> = match self.sender {
            Side::Client => self.lines.clone(),
            Side::Server => self.lines.iter().map(|line| format!("{line:>BETWEEN$}")).collect(),
        };
        let Some(last) = lines.last_mut().filter(|_| self.arrow) else { return lines };
        let arrow = match self.sender {
            Side::Client => TO_SERVER,
            Side::Server => TO_CLIENT,
        };
        let text = last.trim_start().len();
        // Beside the text if there is room, with a space between; else on a line of its own.
        let beside = match self.sender {
            Side::Client => text < ARROW,
            Side::Server => ARROW.saturating_add(arrow.len()).saturating_add(text) < BETWEEN,
        };
        match (beside, self.sender) {
            (true, Side::Client) => *last = format!("{last:<ARROW$}{arrow}"),
            (true, Side::Server) => {
                let rest = BETWEEN.saturating_sub(ARROW).saturating_sub(arrow.len());
                *last = format!("{:ARROW$}{arrow}{:>rest$}", "", last.trim_start());
            }
            (false, _) => lines.push(format!("{:ARROW$}{arrow}", "")),
        }
        lines
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let between = self.drawn.as_ref().map(Drawn::between).unwrap_or_default();
        let last = between.len().saturating_sub(1);
        let states = self.client.len().max(self.server.len());
        for n in 0..between.len().max(last.saturating_add(states)) {
            let state = |of: &[StateName]| n.checked_sub(last).and_then(|n| of.get(n)).map_or("", |s| s.name());
            let (client, server) = (state(&self.client), state(&self.server));
            let text = between.get(n).map_or("", String::as_str);
            let line = format!("{client:<STATE$}{text:<BETWEEN$}  {server}");
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// An [`Observer`] that prints the figure as seen from its end, message by message.
pub struct Print<W: Write> {
    out: W,
    side: Side,
    send: Epoch,
    recv: Epoch,
    /// The message seen last: the state that it leads to is printed beside it.
    open: Option<Row>,
    /// What comes behind the open message, and happened before the state that it leads to.
    behind: Vec<Row>,
    /// Early data flows.
    early_data: bool,
    /// States entered before the message that leads to them is told: hellos are looked at first, and taken later.
    early: Vec<StateName>,
    /// START is printed.
    begun: bool,
}

impl<W: Write> Print<W> {
    /// Prints to `out` what a connection of this side does. Errors of `out` are passed over.
    pub fn new(side: Side, out: W) -> Self {
        Self {
            out,
            side,
            send: Epoch::Initial,
            recv: Epoch::Initial,
            open: None,
            behind: Vec::new(),
            early_data: false,
            early: Vec::new(),
            begun: false,
        }
    }

    fn begin(&mut self, mut row: Row) {
        self.flush();
        if !core::mem::replace(&mut self.begun, true) {
            let mut start = Row::default();
            start.enter(self.side, StateName::Start);
            let _ = write!(self.out, "{start}");
        }
        self.early.drain(..).for_each(|state| row.enter(self.side, state));
        self.open = Some(row);
    }

    fn flush(&mut self) {
        if let Some(row) = self.open.take() {
            let _ = write!(self.out, "{row}");
            for row in self.behind.drain(..) {
                let _ = write!(self.out, "{row}");
            }
        }
    }

    fn message(&mut self, row: Row) {
        self.early_data = false;
        self.begin(row);
    }

    /// The first record of it stands for all until the next message.
    fn early_data(&mut self) {
        if !core::mem::replace(&mut self.early_data, true) {
            self.begin(Row::early_data());
            self.flush();
        }
    }

    /// An alert, in whatever state it comes.
    fn alert(&mut self, row: Row) {
        if !self.early.is_empty() {
            self.begin(Row::default());
        }
        self.begin(row);
        self.flush();
    }
}

impl<W: Write> Drop for Print<W> {
    fn drop(&mut self) {
        self.flush();
    }
}

impl<W: Write> Observer for Print<W> {
    fn event(&mut self, event: &Trace<'_>) {
        let side = self.side;
        match *event {
            Trace::Send { kind, bytes } => self.message(Row::message(side, kind, bytes, self.send)),
            Trace::Recv { kind, bytes } => self.message(Row::message(side.peer(), kind, bytes, self.recv)),
            Trace::SendEarlyData(_) | Trace::RecvEarlyData(_) => self.early_data(),
            Trace::PskDeclined(why) => self.behind.push(Row::psk_declined(side, why)),
            Trace::EarlyDataDeclined(why) => self.behind.push(Row::early_data_declined(side, why)),
            Trace::SendChangeCipherSpec => self.behind.push(Row::change_cipher_spec(side)),
            Trace::SendKey(epoch) => self.send = epoch,
            Trace::RecvKey(epoch) => self.recv = epoch,
            Trace::Moved { to: to @ (StateName::RecvdCh | StateName::Negotiated), .. } => self.early.push(to),
            Trace::Moved { to: StateName::Start, .. } if side == Side::Client => self.early.push(StateName::Start),
            Trace::Moved { from, to } => {
                if from != to {
                    self.open.get_or_insert_default().enter(side, to);
                }
                self.flush();
            }
            Trace::SendAlert(alert) => self.alert(Row::alert(side, alert.description, self.send)),
            Trace::RecvAlert(alert) => self.alert(Row::alert(side.peer(), alert.description, self.recv)),
            // The messages tell it, or are what the choice leads to.
            Trace::Expanded { .. }
            | Trace::Negotiated(_)
            | Trace::TicketAge { .. }
            | Trace::PeerProven(_)
            | Trace::ClientAuth(_)
            | Trace::CredentialUnfit { .. }
            | Trace::CredentialChosen { .. }
            | Trace::PeerTimestamps { .. }
            | Trace::Secret { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_puts_the_states_beside_the_end_of_the_message() {
        let hello = [1, 0, 0, 41, 3, 3].into_iter().chain([0; 41]).collect::<Vec<u8>>();
        let mut row = Row::message(Side::Client, Kind::ClientHello, &hello, Epoch::Initial);
        row.enter(Side::Client, StateName::WaitSh);
        row.enter(Side::Server, StateName::RecvdCh);
        row.enter(Side::Server, StateName::Negotiated);
        let drawn = row.to_string();
        let lines: Vec<_> = drawn.lines().collect();
        assert_eq!(lines[0], "WAIT_SH       ClientHello          -------->                      RECVD_CH");
        assert_eq!(lines[1], "                                                                  NEGOTIATED");
    }

    #[test]
    fn early_data_is_told_where_it_is_accepted_and_where_it_ends() {
        let encrypted_extensions = [8, 0, 0, 11, 0, 9, 0, 42, 0, 0, 0, 58, 0, 1, 2];
        let accepted = Row::message(Side::Server, Kind::EncryptedExtensions, &encrypted_extensions, Epoch::Handshake);
        let drawn = accepted.to_string();
        let lines: Vec<_> = drawn.lines().map(str::trim_start).collect();
        assert_eq!(lines, ["{EncryptedExtensions}", "+ early_data"]);
        let end = Row::message(Side::Client, Kind::EndOfEarlyData, &[5, 0, 0, 0], Epoch::EarlyData).to_string();
        assert_eq!(end.trim(), "(EndOfEarlyData)");
    }

    #[test]
    fn protected_messages_stand_in_brackets_on_their_senders_side() {
        let finished = Row::message(Side::Server, Kind::Finished, &[20, 0, 0, 0], Epoch::Handshake).to_string();
        assert_eq!(finished, "                                   <--------          {Finished}\n");
        let alert = Row::alert(Side::Client, AlertDescription::close_notify, Epoch::Application(0)).to_string();
        assert_eq!(alert, "              [Alert close_notify] -------->\n");
        let long = Row::alert(Side::Client, AlertDescription::certificate_required, Epoch::Handshake).to_string();
        assert_eq!(long, "              {Alert certificate_required}\n                                   -------->\n");
    }
}
