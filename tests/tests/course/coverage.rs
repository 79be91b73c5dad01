//! What beginners get wrong, counted: each of it is a scene of some step.

use course_tests::{STEPS, scenes};

/// What a beginner gets wrong, and the scenes that show it: step and name. They are mistakes, so they stand in the matrix.
const WRONG: [(&str, &[(&str, &str)]); 19] = [
    (
        "one recv is not one message",
        &[
            ("step05-send-recv", "one-recv"),
            ("step07-chat", "merged"),
            ("step07-chat", "cut"),
        ],
    ),
    (
        "zero bytes is the end, not \"nothing yet\"",
        &[("step05-send-recv", "end-of-stream")],
    ),
    (
        "the whole buffer used instead of [..n]",
        &[("step05-send-recv", "whole-buffer")],
    ),
    ("htonl on a port", &[("step02-bind-listen", "htonl-port")]),
    ("no htons", &[("step02-bind-listen", "no-htons")]),
    (
        "EADDRINUSE on restart: TIME_WAIT",
        &[("step06-close", "time-wait")],
    ),
    (
        "SIGPIPE: the server is gone",
        &[("step05-send-recv", "sigpipe")],
    ),
    (
        "the first write after the peer closed succeeds",
        &[("step05-send-recv", "first-write")],
    ),
    (
        "close with unread input resets",
        &[("step06-close", "unread-reset")],
    ),
    (
        "localhost is refused, 127.0.0.1 works",
        &[("step09-names", "localhost-v6")],
    ),
    (
        "INADDR_ANY where loopback was meant",
        &[("step02-bind-listen", "any-or-loopback")],
    ),
    (
        "listen forgotten, or accept on a datagram socket",
        &[
            ("step03-accept", "forgot-listen"),
            ("step03-accept", "accept-datagram"),
        ],
    ),
    (
        "errno read after another call",
        &[("step06-close", "late-errno")],
    ),
    (
        "EMFILE leaves the connection queued",
        &[("step03-accept", "emfile-spin")],
    ),
    (
        "inet_ntoa's static buffer",
        &[("step09-names", "static-buffer")],
    ),
    (
        "a UDP error appears on a later call",
        &[("step10-udp", "late-error")],
    ),
    (
        "both sides wait for ever",
        &[
            ("step05-send-recv", "both-wait"),
            ("step06-close", "half-close"),
            ("step07-chat", "empty-line"),
        ],
    ),
    (
        "a connect to a free port of one's own range",
        &[("step04-connect", "self-connect")],
    ),
    (
        "one client at a time",
        &[("step03-accept", "one-at-a-time")],
    ),
];

/// The wrong pictures behind them, and the scenes that show what is so.
const PICTURES: [(&str, &[(&str, &str)]); 7] = [
    (
        "accept does the handshake",
        &[("step03-accept", "connected-before-accept")],
    ),
    ("accept gets a new port", &[("step03-accept", "same-port")]),
    (
        "backlog is the most clients one can have",
        &[("step02-bind-listen", "backlog")],
    ),
    (
        "sent means received",
        &[("step05-send-recv", "sent-not-received")],
    ),
    (
        "close always ends the connection",
        &[
            ("step06-close", "dup-keeps-open"),
            ("step06-close", "exec-leak"),
        ],
    ),
    (
        "an empty datagram is the end",
        &[("step10-udp", "empty-datagram")],
    ),
    (
        "a silent peer will be noticed",
        &[("step08-options", "silent-peer")],
    ),
];

#[test]
fn what_beginners_get_wrong_is_there() {
    let wrong = WRONG.iter().map(|of| (of, true));
    let all = wrong.chain(PICTURES.iter().map(|of| (of, false)));
    let mut missing = Vec::new();
    for ((what, places), is_mistake) in all {
        assert!(!places.is_empty(), "nothing shows that {what}");
        for (step, name) in *places {
            if let Err(why) = shows(step, name, is_mistake) {
                missing.push(format!("{what}: {why}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Whether there is such a scene, and a mistake where it must be one.
fn shows(step: &str, name: &str, is_mistake: bool) -> Result<(), String> {
    if !STEPS.contains(&step) {
        return Err(format!("the course has no step {step}"));
    }
    let scenes = scenes(step);
    let scene = scenes.iter().find(|scene| scene.name == name);
    let scene = scene.ok_or_else(|| format!("{step} has no scene {name}"))?;
    if is_mistake && !scene.mistake {
        return Err(format!(
            "{step} {name} is no mistake, so the matrix lacks it"
        ));
    }
    Ok(())
}

#[test]
fn a_name_that_is_mistyped_is_found() {
    assert_eq!(shows("step03-accept", "forgot-listen", true), Ok(()));
    for (step, name) in [
        ("step03-acept", "forgot-listen"),
        ("step99-none", "forgot-listen"),
        ("step03-accept", "forgot-lisp"),
        ("step03-accept", "same-port"),
    ] {
        assert!(shows(step, name, true).is_err(), "{step} {name}");
    }
}
