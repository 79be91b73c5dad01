//! The languages beside Rust that stand on the same API, and what runs a program in each.

use std::path::PathBuf;

/// A language that a guest is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// C, compiled by `cc`, or what the variable `CC` names.
    C,
    /// Python, run by `python3`.
    Python,
    /// Java, run from its source file by `java`, which takes the compiler of a JDK.
    Java,
}

impl Language {
    /// All of them, in the order of the comparison.
    pub const ALL: [Language; 3] = [Language::C, Language::Python, Language::Java];

    /// The name, as it is typed after `--layer`.
    pub fn name(self) -> &'static str {
        match self {
            Language::C => "c",
            Language::Python => "python",
            Language::Java => "java",
        }
    }

    /// The language of this name.
    pub fn from_name(name: &str) -> Option<Language> {
        let mut all = Language::ALL.into_iter();
        all.find(|language| language.name() == name)
    }

    /// The words of the command that compiles or runs a source file.
    pub(crate) fn command(self) -> Vec<String> {
        let words = match self {
            Language::C => std::env::var("CC").unwrap_or_default(),
            Language::Python => "python3".to_owned(),
            Language::Java => JAVA.to_owned(),
        };
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            vec!["cc".to_owned()]
        } else {
            words
        }
    }

    /// The program that this machine lacks for the language.
    pub(crate) fn missing(self) -> Option<String> {
        let mut needed = vec![self.command().swap_remove(0)];
        if self == Language::Java {
            // `java FILE.java` compiles the file first, and a JRE alone has no compiler.
            needed.push("javac".to_owned());
        }
        needed.into_iter().find(|program| !is_here(program))
    }
}

/// A program that ends at once has nothing from the slow compiler and the parallel collector.
/// And threads that look at the container's limits again and again take a descriptor for a moment each time:
/// without them the program's sockets have the same numbers in every run.
const JAVA: &str = "java -XX:+IgnoreUnrecognizedVMOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
                    -XX:-UseContainerSupport";

/// Whether a program is on this machine: a path as it stands, a name in one of the folders of PATH.
fn is_here(program: &str) -> bool {
    if program.contains('/') {
        return PathBuf::from(program).is_file();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}
