//! What is asked of step 0 alone.

use course_tests::record::arg;

use crate::asked::{Asked, Serves, core};
use crate::question::{ACCEPTS, RECVS, SENDS, texts};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[core("hello", |play, _| {
        play.check(play.is("layer", "std"), "in another layer than std");
        play.check(texts(play, SENDS) == ["hello", "hi"], "what is said");
        play.check(texts(play, RECVS).concat() == "hellohi", "what is heard");
        let listens = arg(play.named(&["bind"])[0], "addr")["ip"].clone();
        let called = arg(play.named(&["connect"])[0], "addr")["ip"].clone();
        play.check(listens == called, "another machine is called");
        play.check(play.named(ACCEPTS).len() == 1, "not one client");
    })],
    typed: &["serve [ADDR]", "connect [ADDR]"],
    layers: &["std"],
    serves: Serves::Streams(|answer| answer == "hi"),
    ..Asked::USUAL
};
