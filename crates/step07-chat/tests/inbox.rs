//! Messages do not depend on how the stream was cut; and what is no message is a fault, each with its name.

use step07_chat::{Fault, Framing, Inbox, LIMIT};

/// What comes out when the stream arrives in these parts: the messages, and how it ended.
fn read(framing: Framing, parts: &[&[u8]]) -> (Vec<String>, Result<(), Fault>) {
    let mut inbox = Inbox::new(framing);
    let mut messages = Vec::new();
    for part in parts {
        inbox.arrived(part);
        loop {
            match inbox.next_message() {
                Ok(Some(message)) => messages.push(message),
                Ok(None) => break,
                Err(fault) => return (messages, Err(fault)),
            }
        }
    }
    let end = inbox.end();
    (messages, end)
}

#[test]
fn the_cuts_do_not_matter() {
    let messages = ["hello", "", "你好 👋🏽", "x"];
    for framing in [Framing::Lines, Framing::Length] {
        let bytes: Vec<u8> = messages
            .iter()
            .flat_map(|message| framing.bytes(message).unwrap())
            .collect();
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let parts = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                let (read, end) = read(framing, &parts);
                assert_eq!(read, messages, "{framing:?}, cut at {first} and {second}");
                assert_eq!(end, Ok(()));
            }
        }
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(read(framing, &single).0, messages);
    }
}

#[test]
fn without_framing_the_cuts_are_the_messages() {
    let (messages, end) = read(Framing::None, &[b"hel", b"lo", b"hi\n", b"\r\n"]);
    assert_eq!(messages, ["hel", "lo", "hi", ""]);
    assert_eq!(end, Ok(()));
}

#[test]
fn a_carriage_return_before_the_newline_goes_too() {
    let (messages, _) = read(Framing::Lines, &[b"one\r\n\r\ntwo\rthree\n"]);
    assert_eq!(messages, ["one", "", "two\rthree"]);
}

#[test]
fn an_end_in_the_middle_is_told() {
    for (framing, bytes) in [
        (Framing::Lines, &b"half"[..]),
        (Framing::Length, b"\0\0"),
        (Framing::Length, b"\0\0\0\x05hel"),
    ] {
        let (messages, end) = read(framing, &[bytes]);
        assert!(messages.is_empty());
        assert_eq!(end, Err(Fault::CutOff(bytes.to_vec())));
    }
}

#[test]
fn what_is_not_utf8_is_handed_out_and_the_next_message_follows() {
    for (framing, bytes) in [
        (Framing::Lines, &b"\xff\xc3\nhi\n"[..]),
        (Framing::Length, b"\0\0\0\x02\xff\xc3\0\0\0\x02hi"),
    ] {
        let mut inbox = Inbox::new(framing);
        inbox.arrived(bytes);
        let fault = inbox.next_message().unwrap_err();
        assert_eq!(fault, Fault::NotUtf8(b"\xff\xc3".to_vec()));
        assert_eq!(inbox.next_message().unwrap().as_deref(), Some("hi"));
    }
}

#[test]
fn too_long_is_refused_before_it_is_kept() {
    let line = vec![b'x'; LIMIT];
    assert_eq!(read(Framing::Lines, &[&line, b"\n"]).0[0].len(), LIMIT);
    let (_, end) = read(Framing::Lines, &[&line, b"x"]);
    assert_eq!(end, Err(Fault::TooLong(LIMIT + 1)));
    // A length in host order, of 5 bytes.
    let (_, end) = read(Framing::Length, &[b"\x05\0\0\0hello"]);
    assert_eq!(end, Err(Fault::TooLong(0x0500_0000)));
}
