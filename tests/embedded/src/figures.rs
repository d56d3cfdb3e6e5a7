//! What a handshake takes: instructions, and stack.

use crate::board::{self, Moment};

/// Instructions up to CONNECTED.
pub(crate) struct Figures {
    began: Moment,
    handshake: u32,
    longest_step: u32,
}

impl Figures {
    pub(crate) fn begin() -> Self {
        board::count_instructions();
        Self { began: Moment::now(), handshake: 0, longest_step: 0 }
    }

    /// A step is over that began then.
    pub(crate) fn stepped(&mut self, since: Moment) {
        self.longest_step = self.longest_step.max(since.instructions());
    }

    /// The handshake is over.
    pub(crate) fn connected(&mut self) {
        self.handshake = self.began.instructions();
    }

    /// Prints the figures and ends the image.
    pub(crate) fn report(&self) -> ! {
        print("stack ", board::stack_used());
        print("instructions ", self.handshake);
        print("longest step ", self.longest_step);
        board::exit(true)
    }
}

/// Without `core::fmt`, which would be larger than what it prints.
fn print(name: &str, mut n: u32) {
    let mut line = *b"          \n";
    for digit in line.iter_mut().rev().skip(1) {
        *digit = b"0123456789"[(n % 10) as usize];
        n /= 10;
    }
    board::print(name.as_bytes());
    board::print(&line);
}
