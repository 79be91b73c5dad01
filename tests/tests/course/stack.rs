//! `--stack`: the functions between the taught line and the kernel, layer by layer.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use course_tests::record::parse;
use course_tests::{Output, Play, not_run, played, played_in};
use serde_json::Value;

for_each_step! {
    every_taught_call_has_its_functions
}

/// The plays of a step's main scene, with stacks; empty where nothing is traced.
#[track_caller]
fn plays(step: &str) -> Vec<Play> {
    plays_in(step, &[])
}

/// The same, with more options.
#[track_caller]
fn plays_in(step: &str, options: &[&str]) -> Vec<Play> {
    let output = played(step, &[&["--json", "--stack"], options].concat()).exits(0);
    let plays = parse(&output.stdout).expect("JSON lines");
    let plays: Vec<Play> = plays.into_iter().filter(Play::is_played).collect();
    if plays.iter().any(|play| !play.is_traced()) {
        not_run(&format!("the stacks of {step}"), "nothing is traced here");
        return Vec::new();
    }
    plays
}

/// The frames that are shown, outermost first.
fn shown(call: &Value) -> Vec<&Value> {
    let frames = call["stack"]["frames"].as_array().into_iter().flatten();
    frames.filter(|frame| frame["noise"].is_null()).collect()
}

fn word<'a>(frame: &'a Value, key: &str) -> &'a str {
    frame[key].as_str().unwrap_or("")
}

fn every_taught_call_has_its_functions(step: &str) {
    for play in plays(step) {
        for call in play.calls() {
            let frames = shown(call);
            let name = call["name"].as_str().unwrap_or("");
            play.check(!frames.is_empty(), &format!("{name} has no functions"));
            for frame in frames {
                let function = word(frame, "function");
                play.check(
                    !function.starts_with("lab::") || word(call, "text").starts_with("fcntl"),
                    &format!("{name} comes through {function}"),
                );
                play.check(
                    !function.contains("17h") && !function.starts_with("_R"),
                    &format!("{function} is no name"),
                );
                let path = word(frame, "file");
                play.check(
                    !path.starts_with('/'),
                    &format!("{path} is a path of one machine"),
                );
            }
        }
    }
    let fits = |output: &Output, room: usize| {
        let lines = output.stdout.lines();
        let longest = lines.max_by_key(|line| line.chars().count()).unwrap_or("");
        output.check(
            longest.chars().count() <= room,
            &format!("is too long for {room} columns: {longest}"),
        );
    };
    for (columns, room) in [("60", 60), ("120", 100)] {
        fits(&played_in(columns, step, &["--stack"]).exits(0), room);
    }
    let output = played(step, &["--stack"]).exits(0);
    // Where nobody says how wide it is.
    fits(&output, 80);
    if output.stdout.contains("was not traced") || output.stderr.contains("not traced:") {
        return;
    }
    output.check(output.stdout.contains("-> the kernel"), "shows no stack");
    let plain = played(step, &[]).exits(0);
    plain.check(!plain.stdout.contains("-> the kernel"), "shows stacks");
    plain.check(!plain.stdout.contains("folded"), "shows stacks");
}

/// The functions of accept in one layer, from the line in the step's own library on, without the C library's own:
/// newer versions have one more between theirs and the kernel.
fn ladder(play: &Play) -> Vec<String> {
    let accept = play.named(&["accept", "accept4"]);
    let frames = accept.first().map(|call| shown(call)).unwrap_or_default();
    let from = frames
        .iter()
        .position(|frame| word(frame, "function").contains("::with_"));
    let frames = frames[from.unwrap_or(0)..].iter().filter(|frame| {
        word(frame, "layer") != "libc" || !word(frame, "function").contains(['+', '_'])
    });
    let rung = |frame: &&Value| format!("{} {}", word(frame, "layer"), word(frame, "function"));
    frames.map(rung).collect()
}

#[test]
fn the_ladders_of_accept() {
    for play in plays("step03-accept") {
        let layer = play.head["layer"].as_str().unwrap_or("").to_owned();
        let expected: &[&str] = match layer.as_str() {
            "libc" => &[
                "yours step03_accept::with_libc::accept_peer",
                "yours step03_accept::with_libc::accept",
                "libc accept",
            ],
            "nix" => &[
                "yours step03_accept::with_nix::accept",
                "nix nix::sys::socket::accept",
                "libc accept",
            ],
            "socket2" => &[
                "yours step03_accept::with_socket2::accept",
                "socket2 socket2::socket::Socket::accept",
                "socket2 socket2::sys::Socket::_accept4",
                "socket2 socket2::sockaddr::SockAddr::try_init",
                "socket2 socket2::sys::Socket::_accept4::{closure}",
                "libc accept4",
            ],
            // What std looks like inside differs by version; see the next test.
            _ => {
                let ladder = ladder(&play);
                let first = "yours step03_accept::with_std::accept";
                play.check(ladder.first().is_some_and(|rung| rung == first), first);
                play.check(
                    ladder.last().is_some_and(|rung| rung == "libc accept4"),
                    "does not end in accept4",
                );
                let mut rungs = ladder.iter();
                for rung in [
                    "std::net::tcp::TcpListener::accept",
                    "::TcpListener::accept",
                    "::Socket::accept",
                    "::cvt_r",
                ] {
                    play.check(
                        rungs.any(|r| r.starts_with("std ") && r.ends_with(rung)),
                        &format!("{rung} is not where it should be in {ladder:#?}"),
                    );
                }
                continue;
            }
        };
        if cfg!(debug_assertions) {
            assert_eq!(ladder(&play), expected, "{}", play.name());
        } else {
            // An optimised build has fewer functions of its own, and no lines of them.
            let last = expected.last().map(|rung| (*rung).to_owned());
            assert_eq!(ladder(&play).pop(), last, "{}", play.name());
        }
    }
}

#[test]
fn the_ladders_of_accept_in_other_languages() {
    /// What runs each, how it says its version, and the versions whose functions are known.
    const KNOWN: [(&str, &str, &str, &[&str]); 3] = [
        ("c", "cc", "--version", &[""]),
        (
            "python",
            "python3",
            "-V",
            &["Python 3.11.", "Python 3.12.", "Python 3.13."],
        ),
        ("java", "java", "-version", &["\"17.", "\"21.", "\"25."]),
    ];
    for (language, tool, option, versions) in KNOWN {
        let what = format!("the ladder of accept in {language}");
        let output = Command::new(tool).arg(option).output();
        let version = output.map_or(String::new(), |output| {
            String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
        });
        let is_known = versions.iter().any(|known| version.contains(known));
        if version.is_empty() || !is_known || (language == "java" && !cfg!(target_arch = "x86_64"))
        {
            not_run(
                &what,
                &format!("{tool} is not one whose functions are known"),
            );
            continue;
        }
        for play in plays_in("step03-accept", &["--layer", language]) {
            let mut ladder = ladder(&play);
            // Python's own part in C is seen where it is a library of its own.
            ladder.retain(|rung| !rung.starts_with("_socket "));
            let expected: &[&str] = match language {
                "c" => &["yours main", "libc accept"],
                "python" => &["yours <module>", "python socket.accept", "libc accept4"],
                _ => &[
                    "yours Accept.main",
                    "java ServerSocket.accept",
                    "java ServerSocket.implAccept",
                    "java ServerSocket.implAccept",
                    "java ServerSocket.platformImplAccept",
                    "java ServerSocket.implAccept",
                    "java NioSocketImpl.accept",
                    "java Net.accept",
                    "libnio sun.nio.ch.Net.accept",
                    "libc accept",
                ],
            };
            assert_eq!(ladder, expected, "{}", play.name());
            let accept = play.named(&["accept", "accept4"]);
            let frames = shown(accept[0]);
            let own = frames.iter().find(|frame| word(frame, "layer") == "yours");
            let own = own.expect("a function of the guest");
            // The C guest is compiled without debug information.
            let has_line = own["line"].is_u64() && word(own, "file").contains("ccept.");
            play.check(
                language == "c" || has_line,
                &format!("{language} names no line: {own}"),
            );
        }
    }
}

#[test]
fn std_is_as_its_source_has_it() {
    let Some(source) = rust_src() else {
        return not_run(
            "std's functions against its source",
            "rust-src is not installed",
        );
    };
    let mut compared = 0;
    for step in [
        "step03-accept",
        "step04-connect",
        "step05-send-recv",
        "step10-udp",
    ] {
        let plays = plays(step);
        for play in plays.iter().filter(|play| play.is("layer", "std")) {
            for call in play.calls() {
                let frames = shown(call).into_iter();
                for frame in frames.filter(|frame| word(frame, "layer") == "std") {
                    // An optimised build tells no lines of what was compiled with it.
                    if frame["line"].is_null() {
                        continue;
                    }
                    is_as_in(&source, frame, play);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 10 || plays("step03-accept").is_empty());
}

/// The nearest function above the line of a frame has the frame's name.
#[track_caller]
fn is_as_in(source: &std::path::Path, frame: &Value, play: &Play) {
    let (file, function) = (word(frame, "file"), word(frame, "function"));
    if !file.starts_with("library/") {
        return;
    }
    let line = frame["line"].as_u64().unwrap_or(0) as usize;
    let text = fs::read_to_string(source.join(file)).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    play.check(
        (1..=lines.len()).contains(&line),
        &format!("{file} has no line {line}"),
    );
    let name = function.trim_end_matches("::{closure}");
    let name = name.rsplit("::").next().unwrap_or(name);
    let above = enclosing(&lines[..line]);
    // A function that a macro writes has its name where the macro is used.
    let in_macro = above.is_some_and(|_| text.contains("macro_rules!"));
    play.check(
        above == Some(name) || in_macro,
        &format!("{file}:{line} is in {above:?}, not in {function}"),
    );
}

/// The function that the last of these lines is in, as the indentation tells: whatever stands further left encloses it.
fn enclosing<'a>(lines: &[&'a str]) -> Option<&'a str> {
    let mut left = usize::MAX;
    // A function that ends is still in its last line.
    let lines = match lines {
        [before @ .., last] if last.trim() == "}" => before,
        _ => lines,
    };
    for line in lines.iter().rev() {
        let text = line.trim_start();
        let indent = line.len() - text.len();
        // The end of a long signature stands as far left as its beginning.
        let is_signature = text.starts_with([')', '{']) || text.starts_with("where");
        if text.is_empty() || text.starts_with("//") || indent >= left || is_signature {
            continue;
        }
        left = indent;
        if let Some((_, rest)) = text.split_once("fn ")
            && let Some(end) = rest.find(|c: char| !c.is_alphanumeric() && c != '_')
            && end > 0
        {
            return Some(&rest[..end]);
        }
    }
    None
}

/// Where the toolchain has the source of its library.
fn rust_src() -> Option<PathBuf> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).args(["--print", "sysroot"]).output();
    let sysroot = String::from_utf8(output.ok()?.stdout).ok()?;
    let source = PathBuf::from(sysroot.trim()).join("lib/rustlib/src/rust");
    source
        .join("library/std/src/lib.rs")
        .is_file()
        .then_some(source)
}
