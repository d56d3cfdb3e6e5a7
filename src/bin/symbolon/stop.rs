//! Why the tool ends before its work is done.

use std::fmt::Display;
use std::io::Write;
use std::process::ExitCode;

/// A cause in one line, what belongs to it, and who is to blame: the exit code.
#[derive(Debug)]
pub(crate) struct Stop {
    code: u8,
    pub(crate) cause: String,
    /// Facts and hints, a line each.
    pub(crate) more: Vec<String>,
}

impl Stop {
    /// Wrong usage, or a file that can't be used.
    pub(crate) fn usage(cause: impl Display) -> Self {
        Self { code: 2, cause: cause.to_string(), more: Vec::new() }
    }

    /// The peer or the network refused.
    pub(crate) fn refused(cause: impl Display) -> Self {
        Self { code: 1, cause: cause.to_string(), more: Vec::new() }
    }

    /// Says whom it is about.
    pub(crate) fn with(mut self, whom: impl Display) -> Self {
        self.cause = format!("{whom}: {}", self.cause);
        self
    }

    pub(crate) fn hint(self, hint: impl Display) -> Self {
        self.line(format!("hint: {hint}"))
    }

    pub(crate) fn line(mut self, line: impl Display) -> Self {
        self.more.push(line.to_string());
        self
    }

    pub(crate) fn as_json(&self) -> serde_json::Value {
        serde_json::json!({ "error": self.cause, "more": self.more })
    }

    pub(crate) fn report(&self) -> ExitCode {
        tell(format_args!("{}", self.cause));
        for line in &self.more {
            tell(format_args!("  {line}"));
        }
        ExitCode::from(self.code)
    }
}

/// Has a signal that asks us to end do this, each time that one comes.
pub(crate) fn on_signal(act: impl FnMut() + Send + 'static) {
    #[cfg(unix)]
    if let Ok(mut signals) = signal_hook::iterator::Signals::new(signal_hook::consts::TERM_SIGNALS) {
        let mut act = act;
        std::thread::spawn(move || signals.forever().for_each(|_| act()));
    }
    #[cfg(not(unix))]
    drop(act);
}

/// A line on standard error, as a whole. Nobody may be listening there, which is no reason to stop.
pub(crate) fn tell(line: impl Display) {
    let line = format!("symbolon: {line}\n");
    let _ = std::io::stderr().lock().write_all(line.as_bytes());
}
