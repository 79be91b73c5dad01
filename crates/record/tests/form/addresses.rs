//! Socket addresses, byte by byte.

use record::address::decode;
use record::event::Address;

/// What the address is, as text.
#[track_caller]
fn reads(bytes: &[u8], text: &str) {
    assert_eq!(decode(bytes).to_string(), text);
}

/// The family comes in the machine's own byte order, everything after it in network byte order.
fn with_family(family: u16, rest: &[u8]) -> Vec<u8> {
    [&family.to_ne_bytes(), rest].concat()
}

#[test]
fn inet() {
    let image = with_family(2, &[0x23, 0x28, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    reads(&image, "127.0.0.1:9000");
    // What follows the structure does not belong to it.
    reads(&[&image[..], b"garbage"].concat(), "127.0.0.1:9000");
    reads(&with_family(2, &[0; 14]), "0.0.0.0:0");
}

#[test]
fn inet_without_htons() {
    let image = with_family(2, &[0x90, 0x1f, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    reads(&image, "127.0.0.1:36895");
}

#[test]
fn inet_too_short() {
    let image = with_family(2, &[0x23, 0x28, 127, 0, 0, 1]);
    let data = vec![0x23, 0x28, 127, 0, 0, 1];
    assert_eq!(
        decode(&image),
        Address::Other {
            family: Some(2),
            data
        }
    );
    reads(&image, "{AF_INET, 23 28 7f 00 00 01}");
}

#[test]
fn inet6() {
    let mut rest = [0; 26];
    rest[..2].copy_from_slice(&[0x23, 0x28]);
    rest[21] = 1;
    reads(&with_family(10, &rest), "[::1]:9000");

    // fe80::2 on interface 3.
    rest[6..8].copy_from_slice(&[0xfe, 0x80]);
    rest[21] = 2;
    rest[22..].copy_from_slice(&3_u32.to_ne_bytes());
    reads(&with_family(10, &rest), "[fe80::2%3]:9000");
    // Without the scope, as RFC 2133 had it.
    reads(&with_family(10, &rest[..22]), "[fe80::2]:9000");
    // And one byte less.
    assert!(matches!(
        decode(&with_family(10, &rest[..21])),
        Address::Other {
            family: Some(10),
            ..
        }
    ));
}

#[test]
fn unix() {
    reads(&with_family(1, b"/tmp/chat"), "unix:/tmp/chat");
    reads(&with_family(1, b"/tmp/chat\0"), "unix:/tmp/chat");
    reads(&with_family(1, b"/tmp/chat\0old bytes"), "unix:/tmp/chat");
    reads(&with_family(1, b"\0name"), "unix:@name");
    // Every byte counts in an abstract name, NULs too.
    reads(&with_family(1, b"\0name\0\0"), r"unix:@name\0\0");
    reads(&with_family(1, b"\0"), "unix:@");
    reads(&with_family(1, b""), "unnamed");
    reads(
        &with_family(1, b"/tmp/\x1b[31m\xff"),
        r"unix:/tmp/\x1b[31m\xff",
    );
}

#[test]
fn others() {
    reads(&[], "no address");
    reads(&[7], r#"{?, "\x07"}"#);
    reads(&with_family(0x7777, b"x"), r#"{30583, "x"}"#);
}

#[test]
#[cfg(target_os = "linux")]
fn other_families_have_names() {
    reads(&with_family(0, &[]), "{AF_UNSPEC}");
    reads(&with_family(16, &[0, 0, 1]), r#"{AF_NETLINK, "\0\0\x01"}"#);
}
