//! The command line of `lens`.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use show::flags;
use show::flags::{ALWAYS, CommandLine, Flag, Misread, SHARED, Words};

flags! {
    /// What `lens` has besides the flags that every program has.
    OWN {
        OUTPUT: Flag::taking("--output", "FILE", "write the report to FILE instead of standard error").short('o');
        PIN: Flag::switch("--pin", "run on one processor: calls are slowed down less, but the command sees a machine \
            with one processor");
        NO_FILTER: Flag::switch("--no-filter", "stop at every call, not only the watched ones: slow, but programs \
            that gain privileges (sudo) then do gain them");
    }
}

/// What `lens --help` prints.
pub(crate) fn help() -> String {
    let options = flags::help(&table());
    format!(
        "\
lens - what a program really asks the kernel to do with its sockets

Usage: lens [OPTIONS] COMMAND [ARG...]

Runs COMMAND and, when it and all it started have ended, shows their socket calls.
Standard input, output and error are the command's own; so is the exit status.
Ctrl-C goes to the command; once that has ended, Ctrl-C ends what it left running.

Options:
{options}
Examples:
  lens python3 chat.py
  lens --json -o calls.jsonl nc 127.0.0.1 9000
  lens --wire --html chat.html python3 chat.py
"
    )
}

fn table() -> Vec<Flag> {
    [SHARED, OWN, ALWAYS].concat()
}

/// What the command line asks for.
#[derive(Debug)]
pub(crate) enum Ask {
    Help,
    Version,
    Run(Args),
}

/// How to run what, and how to show it.
#[derive(Debug)]
pub(crate) struct Args {
    pub(crate) command: Vec<OsString>,
    pub(crate) output: Option<PathBuf>,
    pub(crate) json: bool,
    pub(crate) plain: bool,
    pub(crate) all: bool,
    pub(crate) stack: bool,
    pub(crate) kernel: bool,
    pub(crate) wire: bool,
    pub(crate) share_net: bool,
    pub(crate) svg: Option<PathBuf>,
    pub(crate) html: Option<PathBuf>,
    pub(crate) no_times: bool,
    pub(crate) slow: bool,
    pub(crate) pcap: Option<PathBuf>,
    pub(crate) pin: bool,
    pub(crate) filter: bool,
}

/// A command line that asks for nothing that can be done.
#[derive(Debug)]
pub(crate) struct Misuse(String);

impl fmt::Display for Misuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\ntype `lens --help` to see all options", self.0)
    }
}

/// Reads the command line, without the program's own name.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Ask, Misuse> {
    let line = CommandLine::read(table(), Words::Command, args).map_err(|misread| match misread {
        Misread::NoSuchFlag(flag) => Misuse(format!(
            "there is no option {flag}; an option for the command stands after it: lens COMMAND {flag}"
        )),
        Misread::Value(error) => Misuse(error.to_string()),
    })?;
    if line.has(flags::HELP) {
        return Ok(Ask::Help);
    }
    if line.has(flags::VERSION) {
        return Ok(Ask::Version);
    }
    line.check(&[]).map_err(Misuse)?;
    if line.words().is_empty() {
        return Err(Misuse(
            "no command to run: type for example `lens nc -z 127.0.0.1 9000`".into(),
        ));
    }
    let path = |flag| line.path(flag).map(Path::to_owned);
    Ok(Ask::Run(Args {
        command: line.words().to_vec(),
        output: path(OUTPUT),
        json: line.has(flags::JSON),
        plain: line.has(flags::PLAIN),
        all: line.has(flags::ALL),
        stack: line.has(flags::STACK),
        kernel: line.has(flags::KERNEL),
        wire: line.has(flags::WIRE),
        share_net: line.has(flags::SHARE_NET),
        svg: path(flags::SVG),
        html: path(flags::HTML),
        no_times: line.has(flags::NO_TIMES),
        slow: line.has(flags::SLOW),
        pcap: path(flags::PCAP),
        pin: line.has(PIN),
        filter: !line.has(NO_FILTER),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(args: &[&str]) -> Args {
        match parse(args.iter().map(OsString::from)) {
            Ok(Ask::Run(args)) => args,
            other => panic!("{args:?} gave {other:?}"),
        }
    }

    fn misuse(args: &[&str]) -> String {
        match parse(args.iter().map(OsString::from)) {
            Err(misuse) => misuse.to_string(),
            other => panic!("{args:?} gave {other:?}"),
        }
    }

    #[test]
    fn options_after_the_command_are_the_commands() {
        let args = run(&["--json", "-o", "out", "ls", "--all", "-l", "--", "-o"]);
        assert_eq!(args.command, ["ls", "--all", "-l", "--", "-o"]);
        assert!(args.json && !args.all && args.filter);
        assert_eq!(args.output, Some("out".into()));
    }

    #[test]
    fn two_dashes_end_the_options() {
        assert_eq!(
            run(&["--all", "--", "--strange", "-x"]).command,
            ["--strange", "-x"]
        );
    }

    #[test]
    fn an_unknown_option_says_what_to_type() {
        let text = misuse(&["--jsn", "ls"]);
        assert!(
            text.contains("--jsn") && text.contains("lens --help"),
            "{text}"
        );
        let text = misuse(&["-f", "ls"]);
        assert!(text.contains("-f"), "{text}");
    }

    #[test]
    fn what_is_about_packets_needs_wire() {
        assert!(misuse(&["--share-net", "ls"]).contains("add --wire"));
        assert!(misuse(&["--pcap", "f", "ls"]).contains("add --wire"));
        assert!(run(&["--wire", "--pcap", "f", "ls"]).pcap.is_some());
    }

    #[test]
    fn no_command_says_what_to_type() {
        assert!(misuse(&[]).contains("no command"));
        assert!(misuse(&["--all"]).contains("no command"));
        assert!(misuse(&["-o"]).contains("lens --help"));
    }
}
