//! How wide the output is, and whether it has colour.

use std::io::IsTerminal;

/// The terminal, or what stands in for it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    pub(crate) width: usize,
    pub(crate) colour: bool,
    pub(crate) all: bool,
}

impl Screen {
    /// At most 100 columns; 80 where nobody says how wide it is. Colour only on a terminal that wants it.
    pub(crate) fn new(plain: bool, all: bool) -> Screen {
        let terminal = std::io::stdout().is_terminal();
        let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        let columns = variable("COLUMNS").and_then(|columns| columns.to_str()?.parse().ok());
        let width = if terminal {
            terminal_width().or(columns)
        } else {
            columns
        };
        let dumb = variable("TERM").is_some_and(|term| term == "dumb");
        Screen {
            width: width.unwrap_or(80).clamp(40, 100),
            colour: terminal && !plain && !dumb && variable("NO_COLOR").is_none(),
            all,
        }
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        if self.colour {
            format!("\x1b[1m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// A sentence in bold, in lines no longer than the screen.
    pub(crate) fn headline(&self, text: &str) -> String {
        self.fill(0, text)
            .lines()
            .map(|line| self.bold(line) + "\n")
            .collect()
    }

    /// Text in lines no longer than the screen, each set in by `indent`.
    pub(crate) fn fill(&self, indent: usize, text: &str) -> String {
        let room = self.width.saturating_sub(indent).max(20);
        let mut out = String::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room {
                    out += &format!("{:indent$}{line}\n", "");
                    line.clear();
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line += word;
            }
            out += &format!("{:indent$}{line}\n", "");
        }
        out
    }
}

fn terminal_width() -> Option<usize> {
    // SAFETY: an all-zero winsize is a valid value of the plain C structure.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: TIOCGWINSZ fills the winsize it is given; `size` lives during the call.
    let result = unsafe { libc::ioctl(libc::STDOUT_FILENO, libc::TIOCGWINSZ, &mut size) };
    (result == 0 && size.ws_col > 0).then_some(usize::from(size.ws_col))
}
