//! A client's tickets in a file, by which its next run comes back (RFC 8446 §4.6.1).
//!
//! The first line says what the file is; every other line has the name of a server and a ticket in hexadecimal, the newest last.
//! The file is locked while it changes, so that no ticket is used by two processes.

use crate::explain::{hex, unhex};
use crate::stop::{Stop, tell};
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, Write};
use std::path::{Path, PathBuf};
use symbolon::resumption::{ClientTickets, Ticket};
use zeroize::Zeroizing;

const TITLE: &str = "# tickets of symbolon client";
/// The most tickets; the oldest go.
const MOST: usize = 64;
/// The most tickets of one server.
const MOST_OF_ONE: usize = 8;
/// The longest line: other tickets are not kept.
const LONGEST_LINE: usize = 1 << 15;
/// The longest file, in bytes.
const LONGEST: u64 = 1 << 22;

#[derive(Debug)]
pub(crate) struct TicketFile(PathBuf);

type Lines = Vec<Zeroizing<String>>;

impl TicketFile {
    /// A file that can't be used is found out here, before somebody connects.
    pub(crate) fn open(path: &Path) -> Result<Self, Stop> {
        let file = Self(path.to_owned());
        match file.change(|_| ()) {
            Ok(()) => Ok(file),
            Err(error) if error.kind() == ErrorKind::InvalidData => {
                Err(Stop::usage(format_args!("{}: there is something else than tickets in it", path.display()))
                    .hint("--tickets takes a file of its own, and makes it if it is not there"))
            }
            Err(error) => Err(Stop::usage(format_args!("{}: {error}", path.display()))),
        }
    }

    /// Changes the tickets while nobody else does.
    fn change<T>(&self, edit: impl FnOnce(&mut Lines) -> T) -> io::Result<T> {
        let mut file = open(&self.0)?;
        if !file.metadata()?.is_file() {
            return Err(ErrorKind::InvalidData.into());
        }
        file.lock()?;
        let mut text = Zeroizing::new(String::new());
        (&file).take(LONGEST).read_to_string(&mut text)?;
        let mut lines = text.lines();
        if !matches!(lines.next(), None | Some(TITLE)) {
            return Err(ErrorKind::InvalidData.into());
        }
        close_to_others(&file)?;
        let mut lines: Lines = lines.map(|line| Zeroizing::new(line.to_owned())).collect();
        let done = edit(&mut lines);
        lines.drain(..lines.len().saturating_sub(MOST));
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "{TITLE}")?;
        lines.iter().try_for_each(|line| writeln!(file, "{}", line.as_str()))?;
        Ok(done)
    }

    /// A ticket less is no reason to stop.
    fn or_tell<T>(&self, done: io::Result<T>) -> Option<T> {
        done.map_err(|error| tell(format_args!("{}: {error}; the ticket is lost", self.0.display()))).ok()
    }
}

impl ClientTickets for TicketFile {
    fn put(&self, server: &str, ticket: Ticket) {
        let bytes = Zeroizing::new(hex(&ticket.to_bytes()));
        let line = Zeroizing::new(format!("{server} {}", bytes.as_str()));
        if line.len() <= LONGEST_LINE {
            self.or_tell(self.change(|lines| {
                // A server that hands out many does not drive out the tickets of the others.
                let own: Vec<_> = (0..lines.len()).filter(|at| is_of(&lines[*at], server)).collect();
                if let [oldest, ..] = own[..]
                    && own.len() >= MOST_OF_ONE
                {
                    lines.remove(oldest);
                }
                lines.push(line);
            }));
        }
    }

    fn take(&self, server: &str) -> Option<Ticket> {
        let done = self.change(|lines| {
            loop {
                let line = lines.remove(lines.iter().rposition(|line| is_of(line, server))?);
                // What can't be read is of another version.
                let ticket = line.split_once(' ').and_then(|(_, bytes)| Ticket::from_bytes(&unhex(bytes)?));
                if ticket.is_some() {
                    return ticket;
                }
            }
        });
        self.or_tell(done).flatten()
    }
}

/// Whether a line has a ticket of this server.
fn is_of(line: &str, server: &str) -> bool {
    line.split(' ').next() == Some(server)
}

/// A file that is made here is for its owner only: what is in it opens connections in our name.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// As a file that we made.
#[cfg_attr(not(unix), allow(unused_variables))]
fn close_to_others(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(())
}
