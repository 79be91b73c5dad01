//! The command line of `lens`.

use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;

/// What `lens --help` prints.
pub(crate) const HELP: &str = "\
lens - what a program really asks the kernel to do with its sockets

Usage: lens [OPTIONS] COMMAND [ARG...]

Runs COMMAND and, when it and all it started have ended, shows their socket calls.
Standard input, output and error are the command's own; so is the exit status.
Ctrl-C goes to the command; once that has ended, Ctrl-C ends what it left running.

Options:
  -o, --output FILE  write the report to FILE instead of standard error
      --json         one JSON object per event and line, for other programs
      --plain        no colour
      --all          also what the language's runtime does on its own account
      --stack        under each call the functions it came through; --all shows
                     those too that explain nothing, such as the program's start
      --kernel       under each call the kernel's own functions, and what becomes
                     of TCP sockets; for root, where tracefs is mounted
      --wire         also the packets between the programs, in a private network
                     that has nothing but a loopback device
      --share-net    with --wire: in the machine's own network; needs CAP_NET_RAW
      --svg FILE     draw the run into FILE: calls, packets, states as a ladder
      --html FILE    the same as a page that tells of each call its stack, too
      --no-times     in drawings only the order, the same each time
      --slow         with --wire: each packet to 127.0.0.0/8 takes 0.1 s, so that
                     states that are soon over can be watched
      --pcap FILE    with --wire: write the packets to FILE, for Wireshark or tshark
      --pin          run on one processor: calls are slowed down less, but the
                     command sees a machine with one processor
      --no-filter    stop at every call, not only the watched ones: slow, but
                     programs that gain privileges (sudo) then do gain them
  -h, --help         print this
  -V, --version      print the version

Examples:
  lens python3 chat.py
  lens --json -o calls.jsonl nc 127.0.0.1 9000
  lens --wire --html chat.html python3 chat.py
";

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

impl From<lexopt::Error> for Misuse {
    fn from(error: lexopt::Error) -> Self {
        Misuse(error.to_string())
    }
}

/// Reads the command line, without the program's own name.
pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Ask, Misuse> {
    use lexopt::Arg::{Long, Short, Value};

    let mut parsed = Args {
        command: Vec::new(),
        output: None,
        json: false,
        plain: false,
        all: false,
        stack: false,
        kernel: false,
        wire: false,
        share_net: false,
        svg: None,
        html: None,
        no_times: false,
        slow: false,
        pcap: None,
        pin: false,
        filter: true,
    };
    let mut parser = lexopt::Parser::from_args(args);
    while let Some(argument) = parser.next()? {
        match argument {
            Short('h') | Long("help") => return Ok(Ask::Help),
            Short('V') | Long("version") => return Ok(Ask::Version),
            Short('o') | Long("output") => parsed.output = Some(parser.value()?.into()),
            Long("json") => parsed.json = true,
            Long("plain") => parsed.plain = true,
            Long("all") => parsed.all = true,
            Long("stack") => parsed.stack = true,
            Long("kernel") => parsed.kernel = true,
            Long("wire") => parsed.wire = true,
            Long("share-net") => parsed.share_net = true,
            Long("svg") => parsed.svg = Some(parser.value()?.into()),
            Long("html") => parsed.html = Some(parser.value()?.into()),
            Long("no-times") => parsed.no_times = true,
            Long("slow") => parsed.slow = true,
            Long("pcap") => parsed.pcap = Some(parser.value()?.into()),
            Long("pin") => parsed.pin = true,
            Long("no-filter") => parsed.filter = false,
            // From the command on, every argument is the command's, also those that look like options of ours.
            Value(program) => {
                parsed.command.push(program);
                parsed.command.extend(parser.raw_args()?);
            }
            Short(_) | Long(_) => {
                let option = match argument {
                    Short(letter) => format!("-{letter}"),
                    Long(name) => format!("--{name}"),
                    Value(_) => String::new(),
                };
                return Err(Misuse(format!(
                    "there is no option {option}; an option for the command stands after it: lens COMMAND {option}"
                )));
            }
        }
    }
    if parsed.no_times && parsed.svg.is_none() && parsed.html.is_none() {
        return Err(Misuse(
            "--no-times is for drawings: add --svg FILE or --html FILE".into(),
        ));
    }
    let of_wire = [
        ("--share-net", parsed.share_net),
        ("--slow", parsed.slow),
        ("--pcap", parsed.pcap.is_some()),
    ];
    if let Some((option, _)) = of_wire.iter().find(|(_, given)| *given && !parsed.wire) {
        return Err(Misuse(format!(
            "{option} is about packets, which are seen with --wire only: add --wire"
        )));
    }
    if parsed.share_net && parsed.slow {
        return Err(Misuse(
            "only a private network is made slow: leave out --share-net or --slow".into(),
        ));
    }
    if parsed.command.is_empty() {
        return Err(Misuse(
            "no command to run: type for example `lens nc -z 127.0.0.1 9000`".into(),
        ));
    }
    Ok(Ask::Run(parsed))
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
