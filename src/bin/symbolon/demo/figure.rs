//! Both ends of a handshake in one figure, whatever order their threads took.

use std::sync::{Arc, Mutex, PoisonError};
use symbolon::crypto::Epoch;
use symbolon::observe::Row;
use symbolon::{Kind, Observer, Side, StateName, Trace};

/// What one end did, in order. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Recorder(Arc<Mutex<Record>>);

#[derive(Default)]
struct Record {
    done: Vec<Done>,
    /// K_send.
    epoch: Option<Epoch>,
}

enum Done {
    Send { kind: Kind, bytes: Vec<u8>, epoch: Epoch },
    SendEarlyData,
    Recv,
    Moved { from: StateName, to: StateName },
}

impl Done {
    /// A server leaves START for a ClientHello, but takes it in later.
    fn needs_message(&self) -> bool {
        matches!(self, Self::Recv | Self::Moved { to: StateName::RecvdCh, .. })
    }
}

impl Observer for Recorder {
    fn event(&mut self, event: &Trace<'_>) {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let epoch = record.epoch.unwrap_or(Epoch::Initial);
        match *event {
            Trace::Send { kind, bytes } => record.done.push(Done::Send { kind, bytes: bytes.to_vec(), epoch }),
            Trace::SendEarlyData(_) => record.done.push(Done::SendEarlyData),
            Trace::Recv { .. } | Trace::RecvEarlyData(_) => record.done.push(Done::Recv),
            Trace::Moved { from, to } => record.done.push(Done::Moved { from, to }),
            Trace::SendKey(epoch) => record.epoch = Some(epoch),
            _ => {}
        }
    }
}

impl Recorder {
    fn take(&self) -> std::vec::IntoIter<Done> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner).done).into_iter()
    }
}

/// One end while the figure is drawn.
struct End {
    side: Side,
    done: std::iter::Peekable<std::vec::IntoIter<Done>>,
    /// Rows of messages that the peer did not receive yet.
    on_the_way: std::collections::VecDeque<usize>,
    /// The row of the message sent or received last.
    at: usize,
    path: Vec<StateName>,
}

/// The figure, and the way of each end through its states.
pub(crate) struct Figure {
    pub(crate) rows: Vec<Row>,
    pub(crate) client: Vec<StateName>,
    pub(crate) server: Vec<StateName>,
}

/// Draws what both ends did: each goes as far as the messages that the other has sent let it.
pub(crate) fn draw(client: &Recorder, server: &Recorder) -> Figure {
    let end = |side, recorder: &Recorder| End {
        side,
        done: recorder.take().peekable(),
        on_the_way: Default::default(),
        at: 0,
        path: vec![StateName::Start],
    };
    let (mut client, mut server) = (end(Side::Client, client), end(Side::Server, server));
    let mut first = Row::default();
    first.enter(Side::Client, StateName::Start);
    first.enter(Side::Server, StateName::Start);
    let mut rows = vec![first];
    loop {
        let moved = client.advance(&mut server, &mut rows);
        if !server.advance(&mut client, &mut rows) && !moved {
            return Figure { rows, client: client.path, server: server.path };
        }
    }
}

impl End {
    fn send(&mut self, row: Row, rows: &mut Vec<Row>) {
        self.at = rows.len();
        self.on_the_way.push_back(self.at);
        rows.push(row);
    }

    fn advance(&mut self, peer: &mut Self, rows: &mut Vec<Row>) -> bool {
        let mut moved = false;
        while let Some(done) = self.done.next_if(|done| !done.needs_message() || !peer.on_the_way.is_empty()) {
            moved = true;
            if done.needs_message() {
                self.at = peer.on_the_way.front().copied().unwrap_or(self.at);
            }
            match done {
                Done::Send { kind, bytes, epoch } => self.send(Row::message(self.side, kind, &bytes, epoch), rows),
                Done::SendEarlyData => self.send(Row::early_data(), rows),
                Done::Recv => drop(peer.on_the_way.pop_front()),
                Done::Moved { from, to } if from != to => {
                    self.path.push(to);
                    if let Some(row) = rows.get_mut(self.at) {
                        row.enter(self.side, to);
                    }
                }
                Done::Moved { .. } => {}
            }
        }
        moved
    }
}
