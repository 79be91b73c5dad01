//! What is asked of step 4 alone.

use crate::asked::{Asked, core, scene};
use crate::question::{fails, waits};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("connect", |play, _| {
            let connect = play.named(&["connect"])[0];
            let port = connect["ends"]["local"]["port"].as_i64().unwrap_or(0);
            play.check(port > 0, "no port of the client's own");
        }),
        core("refused", |play, broken| {
            fails(play, &["connect"], "ECONNREFUSED", broken);
        }),
        core("timeout", |play, broken| {
            play.check(
                (waits(play, &["connect"]) > 0) == broken,
                "whether connect waits for ever",
            );
            fails(play, &["connect"], "EINPROGRESS", !broken);
        }),
        scene("self-connect", |play, _| {
            let ends = &play.named(&["connect"])[0]["ends"];
            play.check(ends["local"]["text"].is_string(), "no address");
            play.check(ends["local"] == ends["peer"], "not connected to itself");
        }),
    ],
    taught: &[&["connect"]],
    typed: &["connect ADDR"],
    ..Asked::USUAL
};
