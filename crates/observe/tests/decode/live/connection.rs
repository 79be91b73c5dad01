//! A connection on the loopback address, its options, and what fails.

use super::{at, connection, listener, live, must, reads};
use crate::memory;
use libc::*;

#[test]
fn a_connection() {
    let [(client, _), (server, port)] = connection();
    let mut text = *b"hello\n";
    let mut buffer = [0_u8; 64];
    reads(
        SYS_sendto,
        &[client, at(&mut text), 6, MSG_NOSIGNAL as u64, 0, 0],
        &format!(r#"sendto({client}, "hello\n", 6, MSG_NOSIGNAL, NULL, 0) = 6"#),
    );
    let mut waiting = 0_i32;
    let (_, seen) = live(SYS_ioctl, &[server, FIONREAD, at(&mut waiting)]);
    assert_eq!(seen, format!("ioctl({server}, FIONREAD, 6) = 0"));

    let mut name = [0_u8; 128];
    let mut length = 128_u32;
    reads(
        SYS_recvfrom,
        &[
            server,
            at(&mut buffer),
            64,
            0,
            at(&mut name),
            at(&mut length),
        ],
        &format!(r#"recvfrom({server}, "hello\n", 64, 0, no address, 128 -> 0) = 6"#),
    );

    let mut parts = [
        iovec {
            iov_base: text.as_mut_ptr().cast(),
            iov_len: 2,
        },
        iovec {
            iov_base: text[2..].as_mut_ptr().cast(),
            iov_len: 4,
        },
    ];
    reads(
        SYS_writev,
        &[server, at(&mut parts[..]), 2],
        &format!(
            r#"writev({server}, [{{iov_base="he", iov_len=2}}, {{iov_base="llo\n", iov_len=4}}], 2) = 6"#
        ),
    );
    let mut halves = [
        iovec {
            iov_base: buffer.as_mut_ptr().cast(),
            iov_len: 4,
        },
        iovec {
            iov_base: buffer[4..].as_mut_ptr().cast(),
            iov_len: 60,
        },
    ];
    reads(
        SYS_readv,
        &[client, at(&mut halves[..]), 2],
        &format!(
            r#"readv({client}, [{{iov_base="hell", iov_len=4}}, {{iov_base="o\n", iov_len=60}}], 2) = 6"#
        ),
    );

    reads(
        SYS_shutdown,
        &[client, SHUT_WR as u64],
        &format!("shutdown({client}, SHUT_WR) = 0"),
    );
    reads(
        SYS_read,
        &[server, at(&mut buffer), 64],
        &format!(r#"read({server}, "", 64) = 0"#),
    );
    length = 16;
    reads(
        SYS_getpeername,
        &[client, at(&mut name), at(&mut length)],
        &format!("getpeername({client}, 127.0.0.1:{port}, 16) = 0"),
    );
    for fd in [client, server] {
        reads(SYS_close, &[fd], &format!("close({fd}) = 0"));
    }
}

#[test]
fn what_fails() {
    let mut name = memory::inet([127, 0, 0, 1], 9000);
    reads(
        SYS_connect,
        &[u64::MAX, at(&mut name[..]), 16],
        "connect(-1, 127.0.0.1:9000, 16) = -1 EBADF (bad file descriptor)",
    );
    reads(
        SYS_socket,
        &[12345, 1, 0],
        "socket(12345, SOCK_STREAM, 0) = -1 EAFNOSUPPORT (address family not supported)",
    );
    let (listener, _) = listener();
    let mut buffer = [0_u8; 8];
    reads(
        SYS_recvfrom,
        &[listener, at(&mut buffer), 8, MSG_DONTWAIT as u64, 0, 0],
        &format!(
            "recvfrom({listener}, …, 8, MSG_DONTWAIT, NULL, NULL) = -1 ENOTCONN (not connected)"
        ),
    );
    reads(
        SYS_bind,
        &[listener, 8, 16],
        &format!("bind({listener}, 0x8, 16) = -1 EFAULT (bad address)"),
    );
    must(SYS_close, &[listener]);
}

#[test]
fn options() {
    let (fd, _) = listener();
    let mut one = 1_i32;
    let mut length = 4_u32;
    reads(
        SYS_setsockopt,
        &[fd, SOL_SOCKET as u64, SO_REUSEADDR as u64, at(&mut one), 4],
        &format!("setsockopt({fd}, SOL_SOCKET, SO_REUSEADDR, 1, 4) = 0"),
    );
    for (option, text) in [
        (SO_TYPE, "SO_TYPE, SOCK_STREAM"),
        (SO_DOMAIN, "SO_DOMAIN, AF_INET"),
        (SO_ERROR, "SO_ERROR, 0"),
    ] {
        reads(
            SYS_getsockopt,
            &[
                fd,
                SOL_SOCKET as u64,
                option as u64,
                at(&mut one),
                at(&mut length),
            ],
            &format!("getsockopt({fd}, SOL_SOCKET, {text}, 4) = 0"),
        );
    }
    let mut waits = linger {
        l_onoff: 1,
        l_linger: 7,
    };
    let mut limit = timeval {
        tv_sec: 1,
        tv_usec: 500_000,
    };
    let mut congestion = [0_u8; 16];
    let set = |option: i32, value, length| {
        live(
            SYS_setsockopt,
            &[fd, SOL_SOCKET as u64, option as u64, value, length],
        )
        .1
    };
    let linger = set(SO_LINGER, at(&mut waits), 8);
    assert_eq!(
        linger,
        format!("setsockopt({fd}, SOL_SOCKET, SO_LINGER, {{l_onoff=1, l_linger=7}}, 8) = 0")
    );
    let timeout = set(SO_RCVTIMEO, at(&mut limit), 16);
    assert_eq!(
        timeout,
        format!("setsockopt({fd}, SOL_SOCKET, SO_RCVTIMEO, 1.5s, 16) = 0")
    );
    length = 16;
    let args = [
        fd,
        IPPROTO_TCP as u64,
        TCP_CONGESTION as u64,
        at(&mut congestion),
        at(&mut length),
    ];
    let (_, seen) = live(SYS_getsockopt, &args);
    let end = congestion.iter().position(|&byte| byte == 0).unwrap_or(16);
    let name = String::from_utf8_lossy(&congestion[..end]);
    assert_eq!(
        seen,
        format!(r#"getsockopt({fd}, IPPROTO_TCP, TCP_CONGESTION, "{name}", 16) = 0"#)
    );
    must(SYS_close, &[fd]);
}
