//! The flags of a step's program.

use show::flags;
use show::flags::{ALWAYS, Clash, Flag, HTML, KERNEL, PLAIN, SHARED, SVG, WIRE};

use crate::command::{Opt, Takes};
use crate::step::Step;

flags! {
    /// What every step has besides the flags of every program that shows a run.
    pub(crate) OWN {
        LIST: Flag::switch("--list", "the scenes, with a line each");
        LAYER: Flag::taking("--layer", "L", "one layer, in full: libc, nix, socket2 or std");
        PREDICT: Flag::switch("--predict", "stop before the taught call and ask what it will do");
        BROKEN: Flag::switch("--broken", "a mistake without its repair, with hints");
        REPAIRED: Flag::switch("--repaired", "the repaired twin of a mistake").contrary_to(BROKEN);
        REPEAT: Flag::taking("--repeat", "N", "play it N times and count how it came out")
            .clashes(&[
                Clash::of(&[SVG.name, HTML.name], "one play is drawn, and --repeat only counts how many came out"),
            ]);
        GUESTS: Flag::switch("--guests", "the same in other languages; one of them alone with --layer c, \
            --layer python or --layer java");
        NO_WIRE: Flag::switch("--no-wire", "no packets, where they are shown without being asked for")
            .contrary_to(WIRE)
            .clashes(&[Clash::of(&[WIRE.name], "--no-wire leaves the packets out")]);
        NO_LENS: Flag::switch("--no-lens", "play without watching the system calls")
            .clashes(&[
                Clash::of(&[SVG.name, HTML.name], "what is drawn is what the lens saw, and --no-lens does not look"),
                Clash::of(&[WIRE.name], "packets are put beside the calls, and --no-lens leaves those out"),
            ]);
    }
}

/// What cannot be asked of a half.
pub(super) const NOT_OF_A_HALF: &[Clash] = &[
    Clash::of(
        &[KERNEL.name],
        "what the kernel did is read when a scene has ended, and a half goes on",
    ),
    Clash::of(
        &[SVG.name, HTML.name],
        "a drawing is made when a scene has ended, and a half goes on",
    ),
    Clash::of(
        &[WIRE.name],
        "a half talks to whoever is there over the machine's own network, \
              and packets are seen in a private one",
    ),
];

/// What can be asked of a command of the step's own, which runs unwatched, besides its own options.
pub(super) const OF_A_COMMAND: [Flag; 3] = [LAYER, PLAIN, NO_LENS];

/// All the flags of a step's program.
pub(super) fn table(step: &Step) -> Vec<Flag> {
    let mut table = OWN.to_vec();
    for option in step.commands.iter().flat_map(|command| command.options) {
        if table.iter().all(|flag| flag.name != option.name) {
            table.push(of_option(option));
        }
    }
    table.extend_from_slice(SHARED);
    table.extend_from_slice(ALWAYS);
    table
}

/// The option of a command as a flag.
pub(super) fn of_option(option: &Opt) -> Flag {
    let value = match option.takes {
        Takes::OneOf(_) => "WORD",
        Takes::Address | Takes::AddressOr(_) => "ADDR",
    };
    Flag::taking(option.name, value, option.about)
}
