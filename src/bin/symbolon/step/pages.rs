//! What is printed of a handshake, arrow by arrow.

use super::derivation::{From, derivation};
use super::offered::{Tickets, explained};
use crate::explain::{agreed, hex};
use crate::wrap::{columns, print, wrapped};
use crossterm::event::{self, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::style::Stylize;
use crossterm::terminal;
use std::io::{IsTerminal, Write};
use symbolon::crypto::Ring;
use symbolon::observe::dissect;
use symbolon::{Connection, Kind, Role, SecretName, StateName};

/// What an arrow does.
pub(super) enum Told {
    Message { verb: &'static str, kind: Kind, bytes: Vec<u8> },
    Secret { name: SecretName, bytes: zeroize::Zeroizing<Vec<u8>> },
    Line(String),
}

/// What whoever reads wants.
#[derive(PartialEq, Eq)]
pub(super) enum Wish {
    Next,
    Quit,
}

/// The printer.
pub(super) struct Pages {
    number: usize,
    /// Both ends are shown: what one sends need not be taken apart again where it is received.
    both: bool,
    waits: bool,
    terminal: bool,
    columns: usize,
    /// A HelloRetryRequest was shown.
    retried: bool,
    tickets: Tickets,
}

impl Pages {
    /// `all`: nobody is waited for.
    pub(super) fn new(all: bool, both: bool) -> Self {
        let terminal = std::io::stdout().is_terminal();
        let waits = terminal && std::io::stdin().is_terminal() && !all;
        Self { number: 0, both, waits, terminal, columns: columns(), retried: false, tickets: Tickets::default() }
    }

    /// Another handshake begins.
    pub(super) fn chapter(&mut self, text: &str) {
        self.retried = false;
        print(wrapped("", text, self.columns));
        print("");
    }

    /// An arrow, and what it did.
    pub(super) fn arrow<R: Role>(
        &mut self,
        conn: &Connection<'_, R, Ring>,
        told: &[Told],
        from: StateName,
        to: StateName,
    ) -> Wish {
        self.page(conn, told, &format!("{from} → {to}"), to)
    }

    /// What happened without an arrow.
    pub(super) fn between<R: Role>(&mut self, conn: &Connection<'_, R, Ring>, told: &[Told], what: &str) -> Wish {
        let state = conn.state();
        self.page(conn, told, &format!("{state}: {what}"), state)
    }

    fn page<R: Role>(&mut self, conn: &Connection<'_, R, Ring>, told: &[Told], title: &str, at: StateName) -> Wish {
        self.number += 1;
        let title = format!("── {} ── {} ── {title} ", self.number, conn.side());
        let rule = "─".repeat(self.columns.saturating_sub(title.chars().count() + 1));
        print(self.bold(&format!("{title}{rule}")));
        self.told(told);
        match at {
            StateName::RecvdCh => print("  Recv ClientHello"),
            StateName::Negotiated => print(wrapped("  Select parameters: ", &agreed(conn), self.columns)),
            _ => {}
        }
        // A server reads the ClientHello for good only when it answers; it waits for no other.
        let waits = !matches!(at, StateName::RecvdCh | StateName::Negotiated);
        let expects: Vec<String> = conn.expects().iter().filter(|_| waits).map(ToString::to_string).collect();
        match expects.as_slice() {
            [] => print(format_args!("  the {} goes on without a message", conn.side())),
            kinds => print(format_args!("  may come next: {}", kinds.join(" or "))),
        }
        print("");
        if self.waits { self.ask() } else { Wish::Next }
    }

    /// What happened.
    pub(super) fn told(&mut self, told: &[Told]) {
        for (n, one) in told.iter().enumerate() {
            match one {
                Told::Line(line) => print(wrapped("  ", line, self.columns)),
                Told::Message { verb, kind, bytes } => self.message(verb, *kind, bytes),
                Told::Secret { name, bytes } => {
                    // Only an Early Secret of a PSK has a binder_key.
                    let of_psk = matches!(told.get(n + 1), Some(Told::Secret { name: SecretName::Binder(_), .. }));
                    let early = if of_psk { From::Psk } else { From::Nothing };
                    print(format_args!("  secret {name}"));
                    print(wrapped("    = ", &derivation(*name, early), self.columns));
                    print(wrapped("    = ", &hex(bytes), self.columns));
                }
            }
        }
    }

    fn message(&mut self, verb: &str, kind: Kind, bytes: &[u8]) {
        match kind {
            Kind::HelloRetryRequest => self.retried = true,
            Kind::NewSessionTicket => self.tickets.remember(bytes),
            _ => {}
        }
        match (self.both && matches!(verb, "Recv" | "Expanded"), kind) {
            // Told when it came; read only now.
            (true, Kind::ClientHello) => return,
            (true, _) => return print(format_args!("  {verb} {kind}")),
            (false, _) => print(self.bold(&format!("  {verb} {kind}, {} bytes", bytes.len()))),
        }
        for field in dissect(bytes) {
            let indent = 2 * usize::from(field.depth);
            let head =
                format!("  {:>6}  {:indent$}{:<name$}  ", field.offset, "", field.name, name = 30 - indent.min(20));
            if head.chars().count() > 42 {
                // A long name has its line, so that values stay in their column.
                print(head.trim_end());
                print(wrapped(&" ".repeat(42), &field.value, self.columns));
            } else {
                print(wrapped(&head, &field.value, self.columns));
            }
        }
        if kind == Kind::ClientHello {
            let lines = explained(bytes, self.retried, &self.tickets);
            for line in lines {
                // A drawing keeps its gaps.
                let fits = line.chars().count() + 2 < self.columns;
                print(if fits { format!("  {line}") } else { wrapped("  ", &line, self.columns) });
            }
        }
    }

    /// Bold, where there is a terminal to show it.
    fn bold(&self, text: &str) -> String {
        if self.terminal { text.bold().to_string() } else { text.to_owned() }
    }

    /// Waits for a key.
    fn ask(&mut self) -> Wish {
        let prompt = "any key: the next arrow   a: all the rest   q: quit";
        let _ = write!(std::io::stdout(), "{prompt}").and_then(|()| std::io::stdout().flush());
        let key = key();
        let _ = write!(std::io::stdout(), "\r{:1$}\r", "", prompt.len());
        match key {
            Some(KeyEvent { code: KeyCode::Char('q') | KeyCode::Esc, .. }) => Wish::Quit,
            Some(KeyEvent { code: KeyCode::Char('c' | 'd'), modifiers, .. })
                if modifiers.contains(KeyModifiers::CONTROL) =>
            {
                Wish::Quit
            }
            // Without keys there is nobody to wait for.
            Some(KeyEvent { code: KeyCode::Char('a'), .. }) | None => {
                self.waits = false;
                Wish::Next
            }
            Some(_) => Wish::Next,
        }
    }
}

fn key() -> Option<KeyEvent> {
    terminal::enable_raw_mode().ok()?;
    let key = loop {
        match event::read() {
            Ok(event::Event::Key(key)) if key.kind == KeyEventKind::Press => break Some(key),
            Ok(_) => {}
            Err(_) => break None,
        }
    };
    let _ = terminal::disable_raw_mode();
    key
}
