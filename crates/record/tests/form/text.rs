//! Values and outcomes as text.

use record::event::{Arg, Call, Outcome, Value, Who};
use record::text;

pub(crate) fn call(name: &'static str, args: Vec<(&'static str, Value)>, outcome: Outcome) -> Call {
    Call {
        who: Who {
            process: 10,
            thread: 11,
        },
        name: name.into(),
        entered: 1_700_000_000_123_456_789,
        left: Some(1_700_000_000_123_456_999),
        args: args
            .into_iter()
            .map(|(name, value)| Arg { name, value })
            .collect(),
        outcome,
        ends: None,
        by_runtime: false,
        stack: None,
        kernel: None,
    }
}

fn bytes(data: &[u8]) -> Value {
    Value::Bytes {
        data: data.to_vec(),
        total: data.len() as u64,
    }
}

#[track_caller]
fn shows(value: &Value, text: &str) {
    assert_eq!(value.to_string(), text);
}

#[test]
fn bytes_are_escaped_as_in_c() {
    shows(&bytes(b"hello\n"), r#""hello\n""#);
    shows(&bytes(b"\t\r\\\"'\x07"), r#""\t\r\\\"'\x07""#);
    shows(&bytes(b"\0a\0"), r#""\0a\0""#);
    shows(&bytes(b"\x001"), r#""\x001""#);
    shows(&bytes(b""), r#""""#);
}

#[test]
fn utf8_stands_where_it_can_be_seen() {
    shows(&bytes("Grüße, 世界".as_bytes()), r#""Grüße, 世界""#);
    // Not UTF-8 (Latin-1), and a character cut in two.
    shows(&bytes(b"Gr\xfc\xc3"), r#""Gr\xfc\xc3""#);
}

#[test]
fn no_byte_reaches_the_terminal_that_could_act_there() {
    shows(&bytes(b"\x1b[2J\x7f"), r#""\x1b[2J\x7f""#);
    // CSI as one C1 control.
    shows(&bytes("\u{9b}31m".as_bytes()), r#""\xc2\x9b31m""#);
    // Overrides and isolates of the direction of writing, marks without a width, a combining mark.
    let invisible = [
        '\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{200f}', '\u{200b}', '\u{feff}',
        '\u{2028}', '\u{301}',
    ];
    for mark in invisible {
        let text = bytes(mark.to_string().as_bytes()).to_string();
        assert!(text.starts_with(r#""\x"#), "{:?} shows as {text}", mark);
    }
}

#[test]
fn long_data_is_cut_and_its_length_told() {
    let long = Value::Bytes {
        data: vec![b'a'; 256],
        total: 20_000_000,
    };
    shows(
        &long,
        &format!(r#""{}"... (20000000 bytes)"#, "a".repeat(32)),
    );
    assert_eq!(
        format!("{long:#}"),
        format!(r#""{}"... (20000000 bytes)"#, "a".repeat(256))
    );
    // All there is fits.
    shows(&bytes(&[b'a'; 32]), &format!(r#""{}""#, "a".repeat(32)));
    shows(
        &bytes(&[b'a'; 33]),
        &format!(r#""{}"... (33 bytes)"#, "a".repeat(32)),
    );
    // The cut goes before a character, not through it.
    let umlauts = "ä".repeat(20);
    shows(
        &bytes(format!("-{umlauts}").as_bytes()),
        &format!(r#""-{}"... (41 bytes)"#, "ä".repeat(15)),
    );
    shows(
        &bytes(&[0x80; 40]),
        &format!(r#""{}"... (40 bytes)"#, r"\x80".repeat(32)),
    );
}

#[test]
fn constants_and_flags() {
    let name = |name: &'static str, raw| Value::Name {
        name: name.into(),
        raw,
    };
    shows(&name("AF_INET", 2), "AF_INET");
    shows(&name("", 77), "77");
    shows(&name("", -1), "-1");
    let flags = |names: &[&'static str], rest| Value::Flags {
        names: names.iter().map(|&name| name.into()).collect(),
        rest,
    };
    shows(&flags(&[], 0), "0");
    shows(&flags(&["MSG_NOSIGNAL"], 0), "MSG_NOSIGNAL");
    shows(
        &flags(&["SOCK_STREAM", "SOCK_CLOEXEC"], 0),
        "SOCK_STREAM|SOCK_CLOEXEC",
    );
    shows(
        &flags(&["MSG_NOSIGNAL"], 0x10_0000),
        "MSG_NOSIGNAL|0x100000",
    );
    shows(&flags(&[], 0x10_0000), "0x100000");
}

#[test]
fn lengths_and_changed_values() {
    let length = |before, after| Value::Length { before, after };
    shows(&length(Some(16), Some(16)), "16");
    shows(&length(Some(128), Some(16)), "128 -> 16");
    shows(&length(Some(16), None), "16");
    shows(&length(None, None), "…");
    let set = |fds: &[i32]| Value::List(fds.iter().copied().map(Value::Fd).collect());
    let changed = |a, b| Value::Struct(vec![("before", a), ("after", b)]);
    shows(&changed(set(&[3, 4]), set(&[4])), "[3, 4] -> [4]");
    shows(&changed(set(&[3]), set(&[3])), "[3]");
}

#[test]
fn times() {
    let time = |seconds, nanoseconds| Value::Duration {
        seconds,
        nanoseconds,
    };
    shows(&time(2, 0), "2s");
    shows(&time(0, 250_000_000), "0.25s");
    shows(&time(1, 1), "1.000000001s");
    shows(&time(-1, 0), "-1s and 0ns");
    shows(&time(1, 1_000_000_000), "1s and 1000000000ns");
}

#[test]
fn pointers_differ_from_run_to_run_and_are_hidden_unless_asked_for() {
    let pointer = Value::List(vec![Value::Pointer(0x7ffe_1234)]);
    shows(&pointer, "[…]");
    assert_eq!(format!("{pointer:#}"), "[0x7ffe1234]");
    shows(&Value::Null, "NULL");
    // Except where a bad one is the whole point.
    let args = vec![
        ("sockfd", Value::Fd(3)),
        ("addr", Value::Pointer(1)),
        ("addrlen", Value::Int(16)),
    ];
    let bad = call("bind", args, Outcome::Failed(libc::EFAULT));
    assert_eq!(
        bad.to_string(),
        "bind(3, 0x1, 16) = -1 EFAULT (bad address)"
    );
}

#[test]
fn outcomes() {
    let with = |outcome| call("accept", vec![("sockfd", Value::Fd(3))], outcome);
    assert_eq!(with(Outcome::Returned(4)).to_string(), "accept(3) = 4");
    assert_eq!(with(Outcome::Unfinished).to_string(), "accept(3) = ?");
    assert_eq!(with(Outcome::Restarted).to_string(), "accept(3) restarted");
    let again = with(Outcome::Failed(libc::EAGAIN));
    assert_eq!(
        text::outcome(&again),
        "= -1 EAGAIN (resource temporarily unavailable)"
    );
    assert_eq!(text::outcome(&with(Outcome::Failed(4000))), "= -1 4000");
    assert_eq!(text::outcome(&with(Outcome::Returned(0))), "= 0");
    assert_eq!(
        Outcome::Failed(libc::ECONNREFUSED).to_string(),
        "-1 ECONNREFUSED (connection refused)"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn every_errno_and_signal_of_linux_has_a_name() {
    // 41 and 58 are aliases that never became errors of their own.
    for errno in (1..=133).filter(|errno| ![41, 58].contains(errno)) {
        let name = text::errno_name(errno).unwrap_or_else(|| panic!("no name for errno {errno}"));
        assert!(name.starts_with('E'), "{errno}: {name}");
        let words = text::errno_words(errno).expect("words");
        assert!(
            !words.is_empty() && !words.ends_with('.'),
            "{errno}: {words}"
        );
    }
    for errno in [-1, 0, 41, 58, 134, 512] {
        assert_eq!(
            (text::errno_name(errno), text::errno_words(errno)),
            (None, None)
        );
    }
    let known = |signal: &i32| text::signal_name(*signal).is_some();
    assert!(
        (1..=64)
            .filter(|signal| ![32, 33].contains(signal))
            .all(|signal| known(&signal))
    );
    assert_eq!(text::signal_name(13), Some("SIGPIPE"));
    assert_eq!(text::signal_name(0), None);
}
