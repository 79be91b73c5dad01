//! `--help`.

use show::flags;

use super::table::{GUESTS, table};
use crate::step::Step;

/// The text of `--help`.
pub(crate) fn help(step: &Step) -> String {
    let run = step.typed();
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
    let mut table = table(step);
    table.retain(|flag| flag.name != GUESTS.name || step.has_guests());
    out += &format!(
        "
Without a SCENE the main one is played; --list names them all.

{}
--stack and --kernel tell of the taught calls, and with --all of all calls.
Of several plays --pcap takes the first.

Exit status: 0 when it went as announced (a mistake that fails as announced too),
1 when it did not, 2 for a command line that is not understood.
",
        flags::help(&table)
    );
    out
}
