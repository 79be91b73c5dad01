//! The calls that move data, as lines of text.

use super::memory::{image, inet, made};
use libc::*;

const BUF: u64 = 0x7fff_0000;
const ADDR: u64 = 0x7fff_1000;
const LEN: u64 = 0x7fff_2000;
const MSG: u64 = 0x7fff_3000;
const IOV: u64 = 0x7fff_4000;
const CONTROL: u64 = 0x7fff_5000;

#[test]
fn sendto() {
    made(SYS_sendto, &[3, BUF, 5, MSG_NOSIGNAL as u64, 0, 0])
        .with(BUF, "hello world")
        .returns(5, r#"sendto(3, "hello", 5, MSG_NOSIGNAL, NULL, 0) = 5"#)
        .returns(
            -32,
            r#"sendto(3, "hello", 5, MSG_NOSIGNAL, NULL, 0) = -1 EPIPE (broken pipe)"#,
        )
        .begins(5, r#"sendto(3, "hello", 5, MSG_NOSIGNAL, NULL, 0)"#);
    made(SYS_sendto, &[3, BUF, 2, 0x10_4000, ADDR, 16])
        .with(BUF, "hi")
        .with(ADDR, inet([10, 0, 0, 1], 53))
        .returns(
            2,
            r#"sendto(3, "hi", 2, MSG_NOSIGNAL|0x100000, 10.0.0.1:53, 16) = 2"#,
        );
    // Nothing at all, and more than is copied.
    made(SYS_sendto, &[3, BUF, 0, 0, 0, 0]).returns(0, r#"sendto(3, "", 0, 0, NULL, 0) = 0"#);
    let line = format!(
        r#"sendto(3, "{}"... (20000000 bytes), 20000000, 0, NULL, 0) = 3900000"#,
        "a".repeat(32)
    );
    made(SYS_sendto, &[3, BUF, 20_000_000, 0, 0, 0])
        .with(BUF, [b'a'; 5000])
        .returns(3_900_000, &line);
}

#[test]
fn recvfrom() {
    made(SYS_recvfrom, &[4, BUF, 1024, 0, 0, 0])
        .writes(BUF, "hello\nold bytes of the buffer")
        .returns(6, r#"recvfrom(4, "hello\n", 1024, 0, NULL, NULL) = 6"#)
        .returns(0, r#"recvfrom(4, "", 1024, 0, NULL, NULL) = 0"#)
        .returns(
            -104,
            "recvfrom(4, …, 1024, 0, NULL, NULL) = -1 ECONNRESET (connection reset by peer)",
        )
        .never_returns("recvfrom(4, …, 1024, 0, NULL, NULL) = ?")
        .begins(6, "recvfrom(4, …, 1024, 0, NULL, NULL)");
    made(SYS_recvfrom, &[4, BUF, 1024, 0, ADDR, LEN])
        .with(LEN, image![128_u32])
        .writes(BUF, "hi")
        .writes(LEN, image![16_u32])
        .writes(ADDR, inet([127, 0, 0, 1], 9001))
        .returns(
            2,
            r#"recvfrom(4, "hi", 1024, 0, 127.0.0.1:9001, 128 -> 16) = 2"#,
        )
        .begins(2, "recvfrom(4, …, 1024, 0, …, 128)");
    // A connected stream tells no address.
    made(SYS_recvfrom, &[4, BUF, 1024, 0, ADDR, LEN])
        .with(LEN, image![128_u32])
        .writes(BUF, "hi")
        .writes(LEN, image![0_u32])
        .returns(2, r#"recvfrom(4, "hi", 1024, 0, no address, 128 -> 0) = 2"#);
    // With MSG_TRUNC the result is the length of the datagram, not of what was stored.
    made(SYS_recvfrom, &[4, BUF, 4, MSG_TRUNC as u64, 0, 0])
        .writes(BUF, "hellish")
        .returns(
            100,
            r#"recvfrom(4, "hell"... (100 bytes), 4, MSG_TRUNC, NULL, NULL) = 100"#,
        );
}

#[test]
fn read_and_write() {
    made(SYS_read, &[4, BUF, 512])
        .writes(BUF, "hi")
        .returns(2, r#"read(4, "hi", 512) = 2"#)
        .begins(2, "read(4, …, 512)");
    made(SYS_write, &[4, BUF, 2])
        .with(BUF, "hi")
        .returns(2, r#"write(4, "hi", 2) = 2"#);
    made(SYS_sendfile, &[4, 5, ADDR, 100])
        .with(ADDR, image![0_i64])
        .writes(ADDR, image![100_i64])
        .returns(100, "sendfile(4, 5, 0 -> 100, 100) = 100")
        .begins(100, "sendfile(4, 5, 0, 100)");
    made(SYS_splice, &[4, 0, 5, 0, 10, 1])
        .returns(10, "splice(4, NULL, 5, NULL, 10, SPLICE_F_MOVE) = 10");
}

#[test]
fn vectors() {
    made(SYS_writev, &[4, IOV, 2])
        .with(IOV, image![BUF, 5_u64, BUF + 5, 6_u64])
        .with(BUF, "hello world")
        .returns(
            11,
            r#"writev(4, [{iov_base="hello", iov_len=5}, {iov_base=" world", iov_len=6}], 2) = 11"#,
        );
    made(SYS_readv, &[4, IOV, 3])
        .with(IOV, image![BUF, 5_u64, BUF + 5, 100_u64, BUF + 105, 9_u64])
        .writes(BUF, "hello you")
        .returns(
            9,
            concat!(
                r#"readv(4, [{iov_base="hello", iov_len=5}, {iov_base=" you", iov_len=100}, "#,
                r#"{iov_base="", iov_len=9}], 3) = 9"#
            ),
        )
        .never_returns("readv(4, [{iov_base=…, iov_len=5}, {iov_base=…, iov_len=100}, {iov_base=…, iov_len=9}], 3) = ?")
        .begins(9, "readv(4, …, 3)");
    // More entries than are followed, and more than the kernel takes.
    let twenty = (0..20).flat_map(|_| image![BUF, 1_u64]).collect::<Vec<_>>();
    let line = made(SYS_writev, &[4, IOV, 20])
        .with(IOV, &twenty)
        .with(BUF, "x")
        .decoded(Some(20))
        .to_string();
    assert_eq!(line.matches("iov_len=1").count(), 16);
    assert!(line.ends_with("iov_len=1}, …], 20) = 20"), "{line}");
    made(SYS_writev, &[4, IOV, 5000])
        .with(IOV, &twenty)
        .returns(-22, "writev(4, …, 5000) = -1 EINVAL (invalid argument)");
}

fn header(name_length: u32, control_length: u64, flags: u32) -> Vec<u8> {
    image![
        if name_length == 0 { 0 } else { ADDR },
        name_length,
        0_u32,
        IOV,
        1_u64,
        if control_length == 0 { 0 } else { CONTROL },
        control_length,
        flags,
        0_u32,
    ]
}

#[test]
fn sendmsg() {
    made(SYS_sendmsg, &[3, MSG, 0])
        .with(MSG, header(0, 0, 0))
        .with(IOV, image![BUF, 2_u64])
        .with(BUF, "hi")
        .returns(
            2,
            concat!(
                r#"sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="hi", iov_len=2}], msg_iovlen=1, "#,
                "msg_control=NULL, msg_controllen=0}, 0) = 2"
            ),
        );
    // A descriptor, passed to another process.
    made(SYS_sendmsg, &[3, MSG, 0])
        .with(MSG, header(0, 24, 0))
        .with(IOV, image![BUF, 1_u64])
        .with(BUF, "x")
        .with(CONTROL, image![20_u64, SOL_SOCKET, SCM_RIGHTS, 7_i32, 0_u32])
        .returns(
            1,
            concat!(
                r#"sendmsg(3, {msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="x", iov_len=1}], msg_iovlen=1, "#,
                "msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[7]}], msg_controllen=24}, 0) = 1"
            ),
        );
    made(SYS_sendmsg, &[3, 8, 0]).returns(-14, "sendmsg(3, 0x8, 0) = -1 EFAULT (bad address)");
}

#[test]
fn recvmsg() {
    made(SYS_recvmsg, &[3, MSG, 0])
        .with(MSG, header(128, 64, 0xffff))
        .with(IOV, image![BUF, 100_u64])
        .writes(MSG, header(16, 32, MSG_TRUNC as u32))
        .writes(ADDR, inet([127, 0, 0, 1], 9))
        .writes(BUF, "hi")
        .writes(CONTROL, image![28_u64, SOL_SOCKET, SCM_CREDENTIALS, 42_i32, 0_i32, 0_i32, 0_i32])
        .returns(
            2,
            concat!(
                r#"recvmsg(3, {msg_name=127.0.0.1:9, msg_namelen=128 -> 16, msg_iov=[{iov_base="hi", iov_len=100}], "#,
                "msg_iovlen=1, msg_control=[{cmsg_level=SOL_SOCKET, cmsg_type=SCM_CREDENTIALS, ",
                "cmsg_data={pid=42, uid=0, gid=0}}], msg_controllen=64 -> 32, msg_flags=MSG_TRUNC}, 0) = 2"
            ),
        )
        .never_returns(concat!(
            "recvmsg(3, {msg_name=…, msg_namelen=128, msg_iov=[{iov_base=…, iov_len=100}], ",
            "msg_iovlen=1, msg_control=…, msg_controllen=64}, 0) = ?"
        ))
        .begins(2, "recvmsg(3, …, 0)");
}

/// What the control data of a received message decode to.
fn control(bytes: &[u8]) -> String {
    let line = made(SYS_recvmsg, &[3, MSG, 0])
        .with(MSG, header(0, 400, 0))
        .with(IOV, image![BUF, 100_u64])
        .writes(MSG, header(0, bytes.len() as u64, 0))
        .writes(CONTROL, bytes)
        .decoded(Some(0))
        .to_string();
    let (_, control) = line.split_once("msg_control=").expect("control data");
    control
        .split(", msg_controllen")
        .next()
        .unwrap_or_default()
        .to_owned()
}

#[test]
fn control_messages() {
    let one = |level: i32, kind: i32, data: &[u8]| {
        [&image![16 + data.len() as u64, level, kind][..], data].concat()
    };
    let lines = [
        (
            one(1, SO_TIMESTAMPNS, &image![5_i64, 250_000_000_i64]),
            "SOL_SOCKET, cmsg_type=SO_TIMESTAMPNS, cmsg_data=5.25s",
        ),
        (
            one(1, SO_TIMESTAMP, &image![5_i64, 250_000_i64]),
            "SOL_SOCKET, cmsg_type=SO_TIMESTAMP, cmsg_data=5.25s",
        ),
        (
            one(
                0,
                IP_PKTINFO,
                &[&image![1_i32][..], &[127, 0, 0, 1, 127, 0, 0, 2]].concat(),
            ),
            "IPPROTO_IP, cmsg_type=IP_PKTINFO, cmsg_data={ipi_ifindex=1, ipi_spec_dst=127.0.0.1, ipi_addr=127.0.0.2}",
        ),
        (
            one(41, IPV6_PKTINFO, &image![u128::from_be(1), 1_i32]),
            "IPPROTO_IPV6, cmsg_type=IPV6_PKTINFO, cmsg_data={ipi6_addr=::1, ipi6_ifindex=1}",
        ),
        (
            one(0, IP_TTL, &image![64_i32]),
            "IPPROTO_IP, cmsg_type=IP_TTL, cmsg_data=64",
        ),
        (
            one(1, 999, b"abc"),
            r#"SOL_SOCKET, cmsg_type=999, cmsg_data="abc""#,
        ),
        (one(77, 5, b"\0"), r#"77, cmsg_type=5, cmsg_data="\0""#),
        // Descriptors come in fours of bytes.
        (
            one(1, 1, b"abc"),
            r#"SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data="abc""#,
        ),
        (
            one(1, 1, b""),
            "SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[]",
        ),
    ];
    for (bytes, expected) in lines {
        assert_eq!(control(&bytes), format!("[{{cmsg_level={expected}}}]"));
    }
    // Two of them, the second one aligned, and then something that is no header.
    let two = image![
        17_u64, 5_i32, 6_i32, 7_u64, 16_u64, 8_i32, 9_i32, 3_u64, 3_u64
    ];
    assert_eq!(
        control(&two),
        concat!(
            r#"[{cmsg_level=5, cmsg_type=6, cmsg_data="\x07"}, {cmsg_level=8, cmsg_type=9, cmsg_data=""}, "#,
            r#""\x03\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0"]"#
        )
    );
    // Lengths that lie.
    assert_eq!(
        control(&image![15_u64, 0_u64]),
        r#"["\x0f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"]"#
    );
    assert_eq!(
        control(&image![u64::MAX, 0_u64]),
        r#"["\xff\xff\xff\xff\xff\xff\xff\xff\0\0\0\0\0\0\0\0"]"#
    );
}

#[test]
fn several_messages() {
    let message = |length: u32| [header(0, 0, 0), image![length, 0_u32]].concat();
    made(SYS_sendmmsg, &[3, MSG, 2, 0])
        .with(MSG, [message(0), message(0)].concat())
        .with(IOV, image![BUF, 2_u64])
        .with(BUF, "hi")
        .writes(MSG, [message(2), message(0)].concat())
        .returns(
            1,
            concat!(
                r#"sendmmsg(3, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="hi", iov_len=2}], msg_iovlen=1, "#,
                "msg_control=NULL, msg_controllen=0}, msg_len=2}, ",
                r#"{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="hi", iov_len=2}], msg_iovlen=1, "#,
                "msg_control=NULL, msg_controllen=0}}], 2, 0) = 1"
            ),
        );
    made(SYS_recvmmsg, &[3, MSG, 1, MSG_WAITFORONE as u64, 0])
        .with(MSG, message(0))
        .with(IOV, image![BUF, 100_u64])
        .writes(MSG, message(5))
        .writes(BUF, "hello")
        .returns(
            1,
            concat!(
                r#"recvmmsg(3, [{msg_hdr={msg_name=NULL, msg_namelen=0, msg_iov=[{iov_base="hello", iov_len=100}], msg_iovlen=1, "#,
                "msg_control=NULL, msg_controllen=0, msg_flags=0}, msg_len=5}], 1, MSG_WAITFORONE, NULL) = 1"
            ),
        )
        .begins(1, "recvmmsg(3, …, 1, MSG_WAITFORONE, NULL)");
}
