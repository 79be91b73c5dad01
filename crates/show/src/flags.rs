//! The flags of a command line, a row each: from its row a flag is read, checked and told of in `--help`.
//!
//! `lens` and the programs of the steps have a dozen flags in common, [`SHARED`] and [`ALWAYS`]. Each program
//! has a table of its own besides, made with [`flags!`](crate::flags!); [`CommandLine::read`] takes them together.
//! A flag more is a row more, and the code that obeys it.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use lexopt::Arg::{Long, Short, Value};

/// A flag: one row of a table.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// As it is typed, dashes included.
    pub name: &'static str,
    short: Option<char>,
    value: Option<&'static str>,
    about: &'static str,
    needs: Option<Need>,
    clashes: &'static [Clash],
    contrary: Option<&'static str>,
    at_once: bool,
}

/// What a flag means nothing without: one of these flags. Why is said behind the flag's name.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    one_of: &'static [&'static str],
    why: &'static str,
}

/// Flags that cannot be given, with another flag or at all. Those that need one of them cannot be given either.
#[derive(Clone, Copy, Debug)]
pub struct Clash {
    with: &'static [&'static str],
    why: &'static str,
}

impl Need {
    /// One of these flags, by their names.
    pub const fn of(one_of: &'static [&'static str], why: &'static str) -> Need {
        Need { one_of, why }
    }
}

impl Clash {
    /// These flags, by their names, and why not.
    pub const fn of(with: &'static [&'static str], why: &'static str) -> Clash {
        Clash { with, why }
    }
}

impl Flag {
    /// A flag without a value, and what it is for.
    pub const fn switch(name: &'static str, about: &'static str) -> Flag {
        Flag {
            name,
            short: None,
            value: None,
            about,
            needs: None,
            clashes: &[],
            contrary: None,
            at_once: false,
        }
    }

    /// A flag with a value, `--svg FILE` or `--svg=FILE`: its name, its value's name, and what it is for.
    pub const fn taking(name: &'static str, value: &'static str, about: &'static str) -> Flag {
        let mut flag = Flag::switch(name, about);
        flag.value = Some(value);
        flag
    }

    /// The same with a short form: `h` for `-h`.
    pub const fn short(mut self, letter: char) -> Flag {
        self.short = Some(letter);
        self
    }

    /// The same, meaning nothing without others. [`help`] names them first.
    pub const fn needs(mut self, need: Need) -> Flag {
        self.needs = Some(need);
        self
    }

    /// The same, not to be given with others.
    pub const fn clashes(mut self, clashes: &'static [Clash]) -> Flag {
        self.clashes = clashes;
        self
    }

    /// The same, saying the contrary of another. Of the two the last that was typed counts.
    pub const fn contrary_to(mut self, flag: Flag) -> Flag {
        self.contrary = Some(flag.name);
        self
    }

    /// The same, obeyed at once: what stands behind it is not looked at.
    pub const fn at_once(mut self) -> Flag {
        self.at_once = true;
        self
    }

    /// As it is typed, with its value: `--svg FILE`.
    fn typed(&self) -> String {
        let value = self.value.map(|value| format!(" {value}"));
        format!("{}{}", self.name, value.unwrap_or_default())
    }

    fn is_called(&self, typed: &str) -> bool {
        let short = self.short.map(|letter| format!("-{letter}"));
        self.name == typed || short.is_some_and(|short| short == typed)
    }

    fn needs_one_of(&self, names: &[&str]) -> bool {
        let mut needed = self.needs.iter().flat_map(|need| need.one_of);
        needed.any(|name| names.contains(name))
    }
}

/// Makes a table of flags, and of each row a constant by which a program asks whether the flag was given.
#[macro_export]
macro_rules! flags {
    ($(#[$doc:meta])* $vis:vis $table:ident { $($name:ident: $flag:expr;)+ }) => {
        $(
            #[doc = concat!("The row of [`", stringify!($table), "`] with this name.")]
            $vis const $name: $crate::flags::Flag = $flag;
        )+
        $(#[$doc])*
        $vis const $table: &[$crate::flags::Flag] = &[$($name),+];
    };
}

const OF_PACKETS: Need = Need::of(
    &[WIRE.name],
    "is about packets, which are seen with --wire only",
);
const OF_DRAWINGS: Need = Need::of(&[SVG.name, HTML.name], "is for drawings");

flags! {
    /// The flags of every program that shows a run.
    pub SHARED {
        STACK: Flag::switch("--stack", "also the functions that calls came through; with --all also those \
            that explain nothing, like the program's start");
        KERNEL: Flag::switch("--kernel", "also the kernel's own functions below a call, and what becomes \
            of TCP sockets; for root, where tracefs is mounted");
        WIRE: Flag::switch("--wire", "also the packets between the programs, in a private network \
            that has nothing but a loopback device");
        SHARE_NET: Flag::switch("--share-net", "the machine's own network; needs CAP_NET_RAW")
            .needs(OF_PACKETS)
            .clashes(&[Clash::of(&[SLOW.name], "only a private network is made slow, not the machine's own")]);
        SLOW: Flag::switch("--slow", "each packet to 127.0.0.0/8 takes 0.1 s, so that states \
            that are soon over can be watched")
            .needs(OF_PACKETS);
        PCAP: Flag::taking("--pcap", "FILE", "packets into FILE, for Wireshark or tshark")
            .needs(OF_PACKETS);
        SVG: Flag::taking("--svg", "FILE", "draw the run into FILE: calls, packets, states as a ladder");
        HTML: Flag::taking("--html", "FILE", "the same as a page that tells of each call its stack, too");
        NO_TIMES: Flag::switch("--no-times", "only the order, the same each time").needs(OF_DRAWINGS);
        JSON: Flag::switch("--json", "the record for other programs: JSON, one object a line");
        PLAIN: Flag::switch("--plain", "no colour");
        ALL: Flag::switch("--all", "also what the language's runtime does on its own account");
    }
}

flags! {
    /// The flags of every program.
    pub ALWAYS {
        HELP: Flag::switch("--help", "print this").short('h').at_once();
        VERSION: Flag::switch("--version", "print the version").short('V').at_once();
    }
}

/// A command line, read: which flags were given, and the words between them.
#[derive(Debug)]
pub struct CommandLine {
    table: Vec<Flag>,
    given: Vec<(Flag, OsString)>,
    words: Vec<OsString>,
}

/// What the words of a command line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// The program's own. Flags may stand between them.
    Own,
    /// A command: from the first word on everything is the command's, also what looks like a flag.
    Command,
}

/// A command line that cannot be read.
#[derive(Debug)]
pub enum Misread {
    /// No table has this flag.
    NoSuchFlag(String),
    /// A value is missing, or one too many.
    Value(lexopt::Error),
}

impl From<lexopt::Error> for Misread {
    fn from(error: lexopt::Error) -> Misread {
        Misread::Value(error)
    }
}

impl CommandLine {
    /// Reads a command line, without the program's own name.
    ///
    /// # Errors
    ///
    /// A flag that is in no table, and one whose value is missing or too much.
    pub fn read(
        table: Vec<Flag>,
        words: Words,
        args: impl IntoIterator<Item = OsString>,
    ) -> Result<CommandLine, Misread> {
        let mut line = CommandLine {
            table,
            given: Vec::new(),
            words: Vec::new(),
        };
        let mut parser = lexopt::Parser::from_args(args);
        while let Some(arg) = parser.next()? {
            let name = match arg {
                Long(name) => format!("--{name}"),
                Short(letter) => format!("-{letter}"),
                Value(word) => {
                    line.words.push(word);
                    if words == Words::Command {
                        line.words.extend(parser.raw_args()?);
                    }
                    continue;
                }
            };
            let mut known = line.table.iter();
            let flag = known.find(|flag| flag.is_called(&name)).copied();
            let flag = flag.ok_or(Misread::NoSuchFlag(name))?;
            let value = match flag.value {
                Some(_) => parser.value()?,
                None => OsString::new(),
            };
            line.given.retain(|(other, _)| {
                other.contrary != Some(flag.name) && flag.contrary != Some(other.name)
            });
            line.given.push((flag, value));
            if flag.at_once {
                break;
            }
        }
        Ok(line)
    }

    /// The words, in the order in which they were typed.
    pub fn words(&self) -> &[OsString] {
        &self.words
    }

    /// The flags that were given, in the order in which they were typed.
    pub fn given(&self) -> impl Iterator<Item = Flag> {
        self.given.iter().map(|(flag, _)| *flag)
    }

    /// Whether a flag was given.
    pub fn has(&self, flag: Flag) -> bool {
        self.is_given(flag.name)
    }

    /// Whether a flag was given, or one that needs it.
    pub fn asks_for(&self, flag: Flag) -> bool {
        self.of(&[flag.name]).is_some()
    }

    /// The value of a flag. Where it was given twice the last counts.
    pub fn value(&self, flag: Flag) -> Option<&OsStr> {
        let mut given = self.given.iter().rev();
        let (_, value) = given.find(|(other, _)| other.name == flag.name)?;
        Some(value)
    }

    /// The same, where it is a file.
    pub fn path(&self, flag: Flag) -> Option<&Path> {
        self.value(flag).map(Path::new)
    }

    /// Whether the flags that were given go together. What is implied is as good as given.
    ///
    /// # Errors
    ///
    /// Why they do not, and what to add or to leave out.
    pub fn check(&self, implied: &[Flag]) -> Result<(), String> {
        for flag in self.given() {
            self.clash(flag.clashes)?;
            let Some(need) = flag.needs else { continue };
            let is_implied = |name: &str| implied.iter().any(|flag| flag.name == name);
            let mut needed = need.one_of.iter();
            if !needed.any(|name| self.is_given(name) || is_implied(name)) {
                let these = self
                    .table
                    .iter()
                    .filter(|other| need.one_of.contains(&other.name));
                let these: Vec<String> = these.map(Flag::typed).collect();
                return Err(format!(
                    "{} {}: add {}",
                    flag.name,
                    need.why,
                    these.join(" or ")
                ));
            }
        }
        Ok(())
    }

    /// Whether none of these flags was given.
    ///
    /// # Errors
    ///
    /// Why it cannot be, and which one to leave out.
    pub fn clash(&self, clashes: &[Clash]) -> Result<(), String> {
        for clash in clashes {
            if let Some(flag) = self.of(clash.with) {
                return Err(format!("{}; leave out {}", clash.why, flag.name));
            }
        }
        Ok(())
    }

    /// One of these flags that was given, or one that needs one of them.
    fn of(&self, names: &[&str]) -> Option<Flag> {
        let mut itself = self.given().filter(|flag| names.contains(&flag.name));
        let mut others = self.given().filter(|flag| flag.needs_one_of(names));
        itself.next().or_else(|| others.next())
    }

    fn is_given(&self, name: &str) -> bool {
        self.given().any(|flag| flag.name == name)
    }
}

/// How wide a help text is. Wider terminals there are, but not everywhere.
const WIDTH: usize = 80;

/// What `--help` tells of the flags: a line each, or several where one is too short.
pub fn help(table: &[Flag]) -> String {
    let heads = table.iter().map(|flag| match flag.short {
        Some(letter) => format!("  -{letter}, {}", flag.typed()),
        None => format!("      {}", flag.typed()),
    });
    let heads: Vec<String> = heads.collect();
    let column = heads.iter().map(String::len).max().unwrap_or(0) + 2;
    let mut out = String::new();
    for (head, flag) in heads.iter().zip(table) {
        let with = flag
            .needs
            .map(|need| format!("with {}: ", need.one_of.join(" or ")));
        let text = with.unwrap_or_default() + flag.about;
        let mut line = format!("{head:column$}");
        for word in text.split_whitespace() {
            if line.len() + word.len() > WIDTH {
                out += &format!("{}\n", line.trim_end());
                line = " ".repeat(column);
            }
            line += word;
            line.push(' ');
        }
        out += &format!("{}\n", line.trim_end());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOSE: Flag = Flag::switch("--lose", "x").needs(OF_PACKETS);
    const NO_WIRE: Flag = Flag::switch("--no-wire", "x")
        .contrary_to(WIRE)
        .clashes(&[Clash::of(&["--wire"], "no packets")]);

    fn read(line: &str) -> Result<CommandLine, Misread> {
        let table = [SHARED, &[NO_WIRE, LOSE], ALWAYS].concat();
        CommandLine::read(table, Words::Own, line.split(' ').map(OsString::from))
    }

    #[track_caller]
    fn checked(line: &str, implied: &[Flag]) -> String {
        let line = read(line).expect("it can be read");
        line.check(implied).err().unwrap_or_default()
    }

    #[test]
    fn what_a_flag_needs_is_asked_for() {
        let text = "--slow is about packets, which are seen with --wire only: add --wire";
        assert_eq!(checked("--slow", &[]), text);
        assert_eq!(checked("--slow --wire", &[]), "");
        assert_eq!(checked("--slow", &[WIRE]), "");
        let text = "--no-times is for drawings: add --svg FILE or --html FILE";
        assert_eq!(checked("--no-times", &[WIRE]), text);
        assert_eq!(checked("--html x --no-times", &[]), "");
    }

    #[test]
    fn what_clashes_with_a_flag_clashes_with_what_needs_it() {
        assert_eq!(
            checked("--no-wire --lose", &[WIRE]),
            "no packets; leave out --lose"
        );
        let text = "only a private network is made slow, not the machine's own; leave out --slow";
        assert_eq!(checked("--slow --share-net", &[WIRE]), text);
    }

    #[test]
    fn of_two_contraries_and_of_two_values_the_last_counts() {
        let line = read("--wire --no-wire --svg a --svg=b").expect("it can be read");
        assert!(line.has(NO_WIRE) && !line.asks_for(WIRE));
        assert_eq!(line.path(SVG), Some(Path::new("b")));
        let line = read("--no-wire --wire").expect("it can be read");
        assert!(line.has(WIRE) && !line.has(NO_WIRE));
    }

    #[test]
    fn what_is_asked_for_without_its_name() {
        let line = read("--pcap x a b").expect("it can be read");
        assert!(line.asks_for(WIRE) && !line.has(WIRE));
        assert_eq!(line.words(), ["a", "b"]);
    }

    #[test]
    fn what_cannot_be_read() {
        assert!(matches!(read("--wir"), Err(Misread::NoSuchFlag(name)) if name == "--wir"));
        assert!(matches!(read("-x"), Err(Misread::NoSuchFlag(name)) if name == "-x"));
        assert!(matches!(read("--svg"), Err(Misread::Value(_))));
        assert!(matches!(read("--json=x"), Err(Misread::Value(_))));
        // Who asks for help gets it.
        let line = read("--json -h --wir").expect("it can be read");
        assert!(line.has(HELP) && line.has(JSON));
    }

    #[test]
    fn every_flag_is_told_of_in_lines_that_fit() {
        let table = [SHARED, ALWAYS].concat();
        let text = help(&table);
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
        for flag in table {
            assert!(text.contains(&format!(" {}", flag.typed())), "{text}");
        }
        assert!(text.contains("  -h, --help       print this\n"), "{text}");
        assert!(
            text.contains("      --pcap FILE  with --wire: packets into FILE"),
            "{text}"
        );
    }
}
