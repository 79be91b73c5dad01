//! `--layer LANGUAGE`: a scene as a guest plays it, in full.

use super::guests::{self, Tried};
use super::next::next;
use super::performance::Performance;
use crate::language::Language;
use crate::terminal::print;
use crate::trouble::Trouble;

/// Plays and prints it.
pub(super) fn in_language(
    performance: &mut Performance<'_>,
    language: Language,
) -> Result<(), Trouble> {
    let guest = guests::of(performance.scene, language)?;
    let mut out = performance.title(language.name());
    match guests::play(performance, guest, Some(""))? {
        Tried::Played(play) => {
            let screen = performance.screen;
            out += &screen.headline(&performance.idea(&play));
            out += &format!("\n{}\n", screen.bold(guest.file()));
            out += &guests::lanes(performance, &play);
            out += &performance.trouble(&play);
        }
        other => out += &guests::not_played(&other, &performance.screen),
    }
    out += "\n";
    out += &next(performance);
    print(&out)
}
