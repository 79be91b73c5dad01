//! The same scene as a program in another language.
//!
//! A guest is written as a textbook in its language would write it, and knows nothing of cues.
//! So the lab gives it what a person at a terminal would:
//!
//! - It is started when it is its turn: the actor's process waits, and then becomes the guest by exec.
//!   A client is not started before its server listens (or, where that is a guest too, sleeps in accept).
//! - What it prints is heard. `listening on ADDRESS` and `connected from ADDRESS` are the cues
//!   `listening` and `connected`. A Rust actor that waits for any other cue of a guest goes on when the guest has ended.
//! - Where it waits for a person (`input()`, `getchar()`), the lab presses Enter, once all the others
//!   have ended, wait or sleep. What is to be typed before that is said with [`Guest::typing`].

use std::ffi::OsString;
use std::path::Path;
use std::process::{self, Stdio};

use crate::folder::Folder;
use crate::language::Language;
use crate::quote::Quote;
use crate::trouble::{Trouble, trouble};

/// The same scene as a program in another language; made by [`guest!`](crate::guest!).
///
/// It plays every actor of the scene that is not a peer.
/// Its arguments are the actor's name, where it plays several,
/// and an address, where there are two sides: 127.0.0.1:0 (or the scene's path) for the side that listens,
/// which prints `listening on ADDRESS`, and that address for the other.
#[derive(Clone, Copy, Debug)]
pub struct Guest {
    /// The language.
    pub language: Language,
    /// The source file's path.
    pub path: &'static str,
    /// The lines that make the taught call.
    pub quotes: &'static [Quote],
    /// What each actor is given to type, line after line, where it waits for a person.
    pub typed: &'static [(&'static str, &'static [&'static str])],
}

/// Names a guest of the step: the language, the file in the step's folder `guests`, and what the lines contain
/// that the comparison quotes: `guest!(Python, "accept.py", "listener.accept()")`.
#[macro_export]
macro_rules! guest {
    ($language:ident, $file:literal $(, $needle:literal)* $(,)?) => {
        $crate::Guest {
            language: $crate::Language::$language,
            path: concat!(env!("CARGO_MANIFEST_DIR"), "/guests/", $file),
            quotes: &[$($crate::Quote {
                file: concat!("guests/", $file),
                text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/guests/", $file)),
                needle: $needle,
            }),*],
            typed: &[],
        }
    };
}

/// What a guest prints that is a cue, and the cue's name. The value is the rest of the line.
const CUES: [(&str, &str); 2] = [
    ("listening on ", "listening"),
    ("connected from ", "connected"),
];

/// The cue in a line that a guest printed: its name and its value.
pub(crate) fn cue(line: &str) -> Option<(&'static str, &str)> {
    let mut cues = CUES.into_iter();
    cues.find_map(|(begins, name)| Some((name, line.strip_prefix(begins)?)))
}

/// Whether a guest itself gives this cue.
pub(crate) fn gives(name: &str) -> bool {
    CUES.iter().any(|(_, cue)| *cue == name)
}

/// A guest that can be started: compiled, where its language is.
pub(crate) struct Ready<'a> {
    pub(crate) guest: &'a Guest,
    /// The command without the guest's own arguments.
    pub(crate) command: Vec<OsString>,
    /// Where the compiled program lies, as long as it is needed.
    _folder: Option<Folder>,
}

impl Guest {
    /// The same guest, and what each actor is given to type.
    pub const fn typing(self, typed: &'static [(&'static str, &'static [&'static str])]) -> Guest {
        Guest { typed, ..self }
    }

    /// The source file, from the step's folder.
    pub(crate) fn file(&self) -> &'static str {
        let mut parts = self.path.rmatch_indices('/');
        let start = parts.nth(1).map_or(0, |(at, _)| at + 1);
        &self.path[start..]
    }

    /// Makes the guest ready to be started. Its tool must be on the machine.
    ///
    /// # Errors
    ///
    /// What the compiler says of a program that it does not take; and a source file that is gone.
    pub(crate) fn prepare(&self) -> Result<Ready<'_>, Trouble> {
        let source = Path::new(self.path);
        if !source.is_file() {
            return Err(trouble!(
                "{} is not there; guests are played where the step was built",
                self.path
            ));
        }
        let mut command: Vec<OsString> = self.language.command().iter().map(Into::into).collect();
        let mut folder = None;
        if self.language == Language::C {
            let place = Folder::new()?;
            let stem = source.file_stem().unwrap_or(source.as_os_str());
            let program = place.path().join(stem);
            compile(&command, source, &program, self.file())?;
            command = vec![program.into()];
            folder = Some(place);
        } else {
            command.push(source.into());
        }
        Ok(Ready {
            guest: self,
            command,
            _folder: folder,
        })
    }
}

fn compile(
    compiler: &[OsString],
    source: &Path,
    program: &Path,
    file: &str,
) -> Result<(), Trouble> {
    let mut command = process::Command::new(&compiler[0]);
    command.args(&compiler[1..]);
    command.args(["-std=c99", "-Wall", "-Wextra", "-o"]);
    command.arg(program).arg(source).stdin(Stdio::null());
    let name = compiler[0].to_string_lossy();
    let output = command
        .output()
        .map_err(|error| trouble!("{name}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    Err(trouble!(
        "{name} does not compile {file} ({}):\n{}",
        output.status,
        text.trim_end()
    ))
}
