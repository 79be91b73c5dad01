//! A line of the step's own source, found by what it contains, so that it cannot go stale.

/// One line of a source file of the step.
#[derive(Clone, Copy, Debug)]
pub struct Quote {
    /// The file's name below `src/`.
    pub file: &'static str,
    /// The whole text of the file.
    pub text: &'static str,
    /// What the line contains.
    pub needle: &'static str,
}

impl Quote {
    /// The line's number, from 1, and the line without its indentation.
    /// Comment lines are not looked at; `None` when no line has it.
    pub fn line(&self) -> Option<(usize, &'static str)> {
        let mut lines = self.text.lines().enumerate();
        lines
            .find(|(_, line)| !line.trim_start().starts_with("//") && line.contains(self.needle))
            .map(|(index, line)| (index + 1, line.trim()))
    }
}

/// Quotes the first line of a source file (named from the calling file's folder) that contains some text:
/// `quote!("with_libc.rs", "libc::accept(")`.
#[macro_export]
macro_rules! quote {
    ($file:literal, $needle:literal) => {
        $crate::Quote {
            file: $file,
            text: include_str!($file),
            needle: $needle,
        }
    };
}
