//! What a handshake takes: instructions, and stack.

use crate::board;

/// Instructions up to CONNECTED.
#[derive(Default)]
pub(crate) struct Figures {
    instructions: u32,
}

impl Figures {
    pub(crate) fn begin() -> Self {
        board::count_instructions();
        Self::default()
    }

    /// The handshake is over.
    pub(crate) fn connected(&mut self) {
        self.instructions = board::instructions();
    }

    /// Prints the figures and ends the image.
    pub(crate) fn report(&self) -> ! {
        print("stack ", board::stack_used());
        print("instructions ", self.instructions);
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
