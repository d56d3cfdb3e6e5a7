//! Text in columns that fit the terminal.

use std::io::{IsTerminal, Write};

/// A line on standard output. It may be closed; what is shown there works all the same.
pub(crate) fn print(line: impl std::fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

/// Columns of the terminal, and 80 where there is none.
pub(crate) fn columns() -> usize {
    let terminal = std::io::stdout().is_terminal().then(crossterm::terminal::size);
    terminal.and_then(Result::ok).map_or(80, |(columns, _)| usize::from(columns).clamp(60, 160))
}

/// `head`, and behind it `text` broken at spaces, or inside of words that are longer than a line; what does not fit goes
/// on below, under its own beginning.
pub(crate) fn wrapped(head: &str, text: &str, columns: usize) -> String {
    let indent = head.chars().count();
    let room = columns.saturating_sub(indent + 1).max(16);
    let mut lines: Vec<String> = vec![String::new()];
    for word in text.split_whitespace() {
        let letters: Vec<char> = word.chars().collect();
        // Hexadecimal is easier to count in whole groups of bytes.
        let most = if letters.len() > room { room - room % 16 } else { room };
        for (n, piece) in letters.chunks(most).enumerate() {
            let piece: String = piece.iter().collect();
            match lines.last_mut() {
                Some(line) if line.is_empty() => *line = piece,
                Some(line) if n == 0 && line.chars().count() + 1 + piece.chars().count() <= room => {
                    line.push(' ');
                    line.push_str(&piece);
                }
                _ => lines.push(piece),
            }
        }
    }
    head.to_owned() + &lines.join(&format!("\n{:indent$}", ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_goes_on_below_its_beginning() {
        assert_eq!(wrapped("a  ", "one two three four", 20), "a  one two three\n   four");
        assert_eq!(wrapped("a  ", &"x".repeat(20), 20), format!("a  {}\n   xxxx", "x".repeat(16)));
        assert_eq!(wrapped("a  ", "", 20), "a  ");
    }
}
