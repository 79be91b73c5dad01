//! `--help`.

use super::typed;
use crate::step::Step;

/// The text of `--help`.
pub(crate) fn help(step: &Step) -> String {
    let run = typed(step);
    let mut out = format!("{}\n\n{run} [SCENE] [OPTIONS]\n", step.title);
    if let Some(halves) = &step.halves {
        let (word, default) = (halves.take.word(), halves.take.default());
        for (name, half) in halves.all() {
            let place = match step.scene(name) {
                // The name alone is the scene.
                Some(_) => word.to_owned(),
                None => format!("[{word}]    (default {default})"),
            };
            out += &format!("{run} {name} {place}\n    {}\n", half.about);
        }
    }
    for command in &step.commands {
        out += &format!("{run} {}\n    {}\n", command.usage(), command.about);
    }
    out += "
Without a SCENE the main one is played; --list names them all.

  --list        the scenes, with a line each
  --layer L     one layer, in full: libc, nix, socket2 or std
  --predict     stop before the taught call and ask what it will do
  --broken      a mistake without its repair, with hints
  --repaired    the repaired twin of a mistake
  --repeat N    play it N times and count how it came out
";
    if step.has_guests() {
        out += "  --guests      the same in other languages; --layer c, python or java for one\n";
    }
    for option in step.commands.iter().flat_map(|command| command.options) {
        let line = format!("  {:12}  {}\n", option.name, option.about);
        if !out.contains(&line) {
            out += &line;
        }
    }
    out += "  --stack       the functions between the taught call and the kernel
  --kernel      the kernel's own functions below it, and the TCP states (needs root)
  --wire        also the packets between the actors, in a private network
  --no-wire     no packets, where they are shown without being asked for
  --share-net   with --wire: in the machine's own network (needs CAP_NET_RAW)
  --svg FILE    draw it into FILE: calls, packets and states as a ladder
  --html FILE   the same as a page that tells of each call its stack, too
  --no-times    in drawings only the order, the same each time
  --slow        with --wire: each packet of IPv4 takes 0.1 s, to watch short states
  --pcap FILE   with --wire: the packets of the first play, for Wireshark or tshark
  --json        the record, one JSON object a line
  --plain       no colour
  --all         also what the language's runtime does on its own account
  --no-lens     play without watching the system calls
  --help, --version

Exit status: 0 when it went as announced (a mistake that fails as announced too),
1 when it did not, 2 for a command line that is not understood.
";
    out
}
