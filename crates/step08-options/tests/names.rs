//! Which layer has a name for which option. A name that is in the table is compiled; a name that is
//! missing there is searched for in the layer's own source. Linux only, as most of the table is.
#![cfg(target_os = "linux")]

#[path = "../../../tests/src/skip.rs"]
mod skip;

use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::Command;

use step08_options::table::{self, Entry};
use step08_options::with_libc;

use skip::not_run;

/// What a layer's source speaks of, and the table has no name for all the same.
/// The reason is a piece of that source.
const NOT_FOR_ALL: [(&str, &str, &str); 5] = [
    // Set by TcpListener::bind, and no method.
    ("std", "SO_REUSEADDR", "c::SO_REUSEADDR, 1 as c_int)"),
    // Not in stable Rust.
    ("std", "SO_LINGER", r#"unstable(feature = "tcp_linger""#),
    (
        "std",
        "TCP_DEFER_ACCEPT",
        r#"unstable(feature = "tcp_deferaccept""#,
    ),
    // For AF_UNIX sockets, and not in stable Rust.
    ("std", "SO_MARK", "fn set_mark("),
    // Deprecated: a listener of std is bound already.
    (
        "std",
        "IPV6_V6ONLY",
        "this option can only be set before the socket is bound",
    ),
];

/// Three options of one kind, and each has another value: a layer's name leads to its own one.
#[test]
fn a_name_leads_to_its_own_option() {
    let stream = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let raw = OwnedFd::from(stream);
    let socket = socket2::Socket::from(raw.try_clone().unwrap());
    for (name, value) in [
        ("TCP_KEEPIDLE", 71),
        ("TCP_KEEPINTVL", 72),
        ("TCP_KEEPCNT", 73),
    ] {
        let entry = table::all().find(|entry| entry.name == name).unwrap();
        let (level, number) = entry.numbers;
        with_libc::set_int(raw.as_raw_fd(), level, number, value).unwrap();
        let (_, nix) = entry.nix.unwrap();
        assert_eq!(nix(&raw).unwrap(), value.to_string(), "{name}");
        let (_, socket2) = entry.socket2.unwrap();
        // A number, or a Duration in seconds.
        assert_eq!(
            socket2(&socket).unwrap().trim_end_matches('s'),
            value.to_string(),
            "{name}"
        );
    }
}

#[test]
fn nix_has_no_name_for_the_others() {
    let source = code(&package("nix").join("src/sys/socket/sockopt.rs"));
    compare("nix", &source, |entry| entry.nix.is_some());
}

#[test]
fn socket2_has_no_name_for_the_others() {
    let source = package("socket2").join("src");
    let source = code(&source.join("socket.rs")) + &code(&source.join("sys/unix.rs"));
    compare("socket2", &source, |entry| entry.socket2.is_some());
}

#[test]
fn std_has_no_name_for_the_others() {
    let Some(library) = library() else {
        not_run(
            "the names of std",
            "the source of std is not here; rustup component add rust-src",
        );
        return;
    };
    let files = [
        "net/tcp.rs",
        "net/udp.rs",
        "os/net/linux_ext/tcp.rs",
        "sys/net/connection/socket/mod.rs",
        "sys/net/connection/socket/unix.rs",
    ];
    let source: String = files.iter().map(|file| code(&library.join(file))).collect();
    compare("std", &source, |entry| entry.std.is_some());
}

/// Both ways: what has a name is in the source, what has none is not, or it is in the list above.
#[track_caller]
fn compare(layer: &str, source: &str, is_named: impl Fn(&Entry) -> bool) {
    let mut wrong = Vec::new();
    for entry in table::all() {
        let reason = NOT_FOR_ALL
            .iter()
            .find(|(of, option, _)| *of == layer && *option == entry.name);
        let spoken_of = has_word(source, entry.name);
        match (is_named(entry), spoken_of, reason) {
            (true, true, None) | (false, false, None) => {}
            (false, true, Some((_, _, reason))) if source.contains(reason) => {}
            (named, spoken_of, _) => wrong.push(format!(
                "{}: a name in the table: {named}; in the source: {spoken_of}",
                entry.name
            )),
        }
    }
    assert!(wrong.is_empty(), "{layer}:\n{}", wrong.join("\n"));
}

fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

/// A source file without its comments.
#[track_caller]
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path);
    let text = text.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| format!("{line}\n")).collect()
}

/// Where the source of a package lies that this crate is built with.
#[track_caller]
fn package(name: &str) -> PathBuf {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version=1", "--offline", "--locked"]);
    // What other systems would need is not downloaded here.
    let here = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    cargo.args(["--filter-platform", &here]);
    cargo.current_dir(env!("CARGO_MANIFEST_DIR"));
    let output = cargo.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let paths = text.split("\"manifest_path\":\"").skip(1);
    let mut paths = paths.filter_map(|rest| Path::new(rest.split('"').next()?).parent());
    let found = paths.find(|path| {
        let folder = path.file_name().unwrap_or_default().to_string_lossy();
        let version = folder
            .strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('-'));
        version.is_some_and(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    });
    found.expect("the package is a dependency").to_path_buf()
}

/// The source of std, where it is installed.
fn library() -> Option<PathBuf> {
    let rustc = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = String::from_utf8(rustc.ok()?.stdout).ok()?;
    let library = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/std/src");
    library.is_dir().then_some(library)
}

#[test]
fn the_defaults_are_the_machines_settings() {
    use std::os::fd::AsRawFd;
    let tcp = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    let tcp6 = socket2::Socket::new(socket2::Domain::IPV6, socket2::Type::STREAM, None);
    for entry in table::all() {
        let Some(setting) = entry.setting else {
            continue;
        };
        let path = format!("/proc/sys/{}", setting.replace('.', "/"));
        let Ok(text) = fs::read_to_string(&path) else {
            not_run(&path, "it cannot be read");
            continue;
        };
        let fd = match (entry.level, &tcp6) {
            ("IPPROTO_IPV6", Ok(tcp6)) => tcp6.as_raw_fd(),
            ("IPPROTO_IPV6", Err(_)) => continue,
            _ => tcp.as_raw_fd(),
        };
        let value = entry.read(fd).unwrap();
        let value = match value.as_str() {
            "on" => "1",
            "off" => "0",
            other => other.trim_matches('"'),
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        assert!(
            words.contains(&value),
            "{}: {value}, and {setting} is {words:?}",
            entry.name
        );
    }
}
