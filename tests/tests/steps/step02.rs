//! What is asked of step 2 alone.

use course_tests::record::arg;

use crate::asked::{Asked, Serves, core, scene};
use crate::question::{ACCEPTS, fails, ports, returns, waits};

pub(crate) const ASKED: Asked = Asked {
    scenes: &[
        core("bind-listen", |play, _| {
            play.check(
                ports(play, "bind") == [0],
                "bind asks for another port than 0",
            );
            play.check(ports(play, "getsockname")[0] != 0, "no port was given");
            play.check(
                returns(play, &["connect"]) == [0],
                "the client is not connected",
            );
            play.check(play.named(ACCEPTS).is_empty(), "somebody accepts");
        }),
        core("no-htons", |play, broken| {
            let port = if broken { 36895 } else { 8080 };
            play.check(ports(play, "bind") == [port], "bind gets another port");
        }),
        scene("htonl-port", |play, broken| {
            let port = if broken { 0 } else { 9999 };
            play.check(ports(play, "bind") == [port], "bind gets another port");
        }),
        core("address-in-use", |play, broken| {
            fails(play, &["bind"], "EADDRINUSE", broken);
            let binds = ports(play, "bind");
            let had = ports(play, "getsockname");
            play.check(
                had.contains(binds.last().unwrap_or(&-1)) == broken,
                "the port is not the one that the earlier server has",
            );
        }),
        scene("privileged-port", |play, broken| {
            fails(play, &["bind"], "EACCES", broken);
            let low = ports(play, "bind")
                .iter()
                .any(|port| (1..1024).contains(port));
            play.check(low == broken, "another port");
        }),
        core("any-or-loopback", |play, broken| {
            fails(play, &["connect"], "ECONNREFUSED", broken);
            let ip = if broken { "127.0.0.1" } else { "0.0.0.0" };
            let bind = play.named(&["bind"]);
            play.check(arg(bind[0], "addr")["ip"] == ip, "bound to another address");
        }),
        core("backlog", |play, broken| {
            play.check(
                waits(play, &["connect"]) == usize::from(broken),
                "a client waits, or none",
            );
        }),
    ],
    taught: &[&["bind"], &["listen"]],
    typed: &["serve [ADDR]"],
    serves: Serves::QueueOnly,
    ..Asked::USUAL
};
