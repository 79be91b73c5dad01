//! What is asked of step 1 alone.

use course_tests::record::returned;

use crate::asked::{Asked, core, scene};
use crate::question::{fails, layer};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("socket", |play, _| {
            let numbers: Vec<_> = play.named(&["socket"]).into_iter().map(returned).collect();
            play.check(
                numbers == [Some(3), Some(4), Some(3)],
                "the lowest free number is not given again",
            );
        }),
        scene("families", |play, _| {
            // nix names only the families that there are, and std has no name for a type.
            let layer = layer(play);
            fails(play, &["socket"], "ESOCKTNOSUPPORT", layer != "std");
            let any_family = ["libc", "socket2"].contains(&layer);
            fails(play, &["socket"], "EAFNOSUPPORT", any_family);
        }),
        core("wrong-protocol", |play, broken| {
            fails(play, &["socket"], "EPROTONOSUPPORT", broken);
        }),
    ],
    taught: &[&["socket"]],
    ..Asked::USUAL
};
