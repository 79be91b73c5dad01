//! The calls that make, name, connect and configure sockets, as lines of text.

use super::memory::{image, inet, made};
use libc::*;

const ADDR: u64 = 0x7fff_0000;
const LEN: u64 = 0x7fff_1000;

#[test]
fn socket() {
    made(SYS_socket, &[2, (1 | SOCK_CLOEXEC) as u64, 0])
        .returns(3, "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3")
        .returns(
            -24,
            "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = -1 EMFILE (too many open files)",
        )
        .begins(3, "socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0)");
    made(SYS_socket, &[10, 2, 17]).returns(3, "socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP) = 3");
    made(SYS_socket, &[16, 3, 0]).returns(3, "socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE) = 3");
    // Nothing is guessed of what has no name, and nothing is dropped.
    let unknown =
        "socket(99, SOCK_NONBLOCK|0x1000f, 7) = -1 EAFNOSUPPORT (address family not supported)";
    made(SYS_socket, &[99, 0x1_000f | SOCK_NONBLOCK as u64, 7]).returns(-97, unknown);
    // Only the lower half of a register is an int.
    made(SYS_socket, &[0xffff_ffff_0000_0002, 1, 0])
        .returns(3, "socket(AF_INET, SOCK_STREAM, 0) = 3");
}

#[test]
fn socketpair() {
    made(SYS_socketpair, &[1, 1, 0, ADDR])
        .writes(ADDR, image![3_i32, 4_i32])
        .returns(0, "socketpair(AF_UNIX, SOCK_STREAM, 0, [3, 4]) = 0")
        .begins(0, "socketpair(AF_UNIX, SOCK_STREAM, 0, …)");
}

#[test]
fn bind_and_connect() {
    let address = inet([127, 0, 0, 1], 9000);
    made(SYS_bind, &[3, ADDR, 16])
        .with(ADDR, &address)
        .returns(0, "bind(3, 127.0.0.1:9000, 16) = 0")
        .returns(
            -98,
            "bind(3, 127.0.0.1:9000, 16) = -1 EADDRINUSE (address already in use)",
        );
    made(SYS_connect, &[3, ADDR, 16])
        .with(ADDR, &address)
        .returns(
            -111,
            "connect(3, 127.0.0.1:9000, 16) = -1 ECONNREFUSED (connection refused)",
        )
        .never_returns("connect(3, 127.0.0.1:9000, 16) = ?")
        .begins(-111, "connect(3, 127.0.0.1:9000, 16)");
    made(SYS_bind, &[3, ADDR, 11])
        .with(
            ADDR,
            [&1_u16.to_ne_bytes()[..], b"/tmp/chat and more"].concat(),
        )
        .returns(0, "bind(3, unix:/tmp/chat, 11) = 0");
    // Shorter than it says, longer than it may be, and not there at all.
    made(SYS_bind, &[3, ADDR, 200])
        .with(ADDR, &address)
        .returns(-22, "bind(3, …, 200) = -1 EINVAL (invalid argument)");
    made(SYS_bind, &[3, ADDR, 200])
        .with(ADDR, [address.clone(), vec![0; 300]].concat())
        .returns(
            -22,
            "bind(3, 127.0.0.1:9000, 200) = -1 EINVAL (invalid argument)",
        );
    made(SYS_connect, &[3, 0, 0])
        .returns(-22, "connect(3, NULL, 0) = -1 EINVAL (invalid argument)");
    made(SYS_connect, &[3, 8, 16]).returns(-14, "connect(3, 0x8, 16) = -1 EFAULT (bad address)");
}

#[test]
fn listen_and_shutdown() {
    made(SYS_listen, &[3, 128]).returns(0, "listen(3, 128) = 0");
    made(SYS_listen, &[3, u32::MAX.into()]).returns(0, "listen(3, -1) = 0");
    made(SYS_shutdown, &[3, 1]).returns(0, "shutdown(3, SHUT_WR) = 0");
    made(SYS_shutdown, &[3, 9]).returns(-22, "shutdown(3, 9) = -1 EINVAL (invalid argument)");
}

#[test]
fn accept() {
    made(SYS_accept, &[3, ADDR, LEN])
        .with(LEN, image![16_u32])
        .writes(LEN, image![16_u32])
        .writes(ADDR, inet([127, 0, 0, 1], 40122))
        .returns(4, "accept(3, 127.0.0.1:40122, 16) = 4")
        .returns(
            -11,
            "accept(3, …, 16) = -1 EAGAIN (resource temporarily unavailable)",
        )
        .returns(-512, "accept(3, …, 16) = ?")
        .never_returns("accept(3, …, 16) = ?")
        .begins(4, "accept(3, …, 16)");
    made(SYS_accept, &[3, 0, 0])
        .returns(4, "accept(3, NULL, NULL) = 4")
        .begins(4, "accept(3, NULL, NULL)");
    made(SYS_accept4, &[3, ADDR, LEN, SOCK_CLOEXEC as u64])
        .with(LEN, image![128_u32])
        .writes(LEN, image![16_u32])
        .writes(ADDR, inet([127, 0, 0, 1], 40122))
        .returns(
            4,
            "accept4(3, 127.0.0.1:40122, 128 -> 16, SOCK_CLOEXEC) = 4",
        )
        .begins(4, "accept4(3, …, 128, SOCK_CLOEXEC)");
    // The buffer was too small: the kernel cut the address and told how long it would have been.
    made(SYS_accept, &[3, ADDR, LEN])
        .with(LEN, image![4_u32])
        .writes(LEN, image![16_u32])
        .writes(ADDR, inet([127, 0, 0, 1], 9000))
        .returns(4, r##"accept(3, {AF_INET, 23 28}, 4 -> 16) = 4"##);
}

#[test]
fn names_of_a_socket() {
    made(SYS_getsockname, &[3, ADDR, LEN])
        .with(LEN, image![110_u32])
        .writes(LEN, image![2_u32])
        .writes(ADDR, image![1_u16])
        .returns(0, "getsockname(3, unnamed, 110 -> 2) = 0")
        .begins(0, "getsockname(3, …, 110)");
    made(SYS_getpeername, &[3, ADDR, LEN])
        .with(LEN, image![16_u32])
        .returns(-107, "getpeername(3, …, 16) = -1 ENOTCONN (not connected)");
}

/// setsockopt with this option and this value.
fn set(level: i32, option: i32, value: &[u8]) -> String {
    made(
        SYS_setsockopt,
        &[3, level as u64, option as u64, ADDR, value.len() as u64],
    )
    .with(ADDR, value)
    .decoded(Some(0))
    .to_string()
}

#[test]
fn options_that_are_set() {
    let one = image![1_i32];
    let lines = [
        (
            set(SOL_SOCKET, SO_REUSEADDR, &one),
            "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, 1, 4) = 0",
        ),
        (
            set(SOL_SOCKET, SO_LINGER, &image![1_i32, 0_i32]),
            "setsockopt(3, SOL_SOCKET, SO_LINGER, {l_onoff=1, l_linger=0}, 8) = 0",
        ),
        (
            set(SOL_SOCKET, SO_RCVTIMEO, &image![1_i64, 500_000_i64]),
            "setsockopt(3, SOL_SOCKET, SO_RCVTIMEO, 1.5s, 16) = 0",
        ),
        (
            set(SOL_SOCKET, SO_BINDTODEVICE, b"lo\0"),
            r#"setsockopt(3, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) = 0"#,
        ),
        (
            set(IPPROTO_TCP, TCP_NODELAY, &one),
            "setsockopt(3, IPPROTO_TCP, TCP_NODELAY, 1, 4) = 0",
        ),
        (
            set(IPPROTO_IPV6, IPV6_V6ONLY, &one),
            "setsockopt(3, IPPROTO_IPV6, IPV6_V6ONLY, 1, 4) = 0",
        ),
        (
            set(IPPROTO_IP, IP_MULTICAST_TTL, &[9]),
            "setsockopt(3, IPPROTO_IP, IP_MULTICAST_TTL, 9, 1) = 0",
        ),
        (
            set(IPPROTO_IP, IP_ADD_MEMBERSHIP, &[239, 1, 1, 1, 127, 0, 0, 1]),
            "setsockopt(3, IPPROTO_IP, IP_ADD_MEMBERSHIP, {imr_multiaddr=239.1.1.1, imr_interface=127.0.0.1}, 8) = 0",
        ),
        (
            set(IPPROTO_IP, IP_MULTICAST_IF, &[127, 0, 0, 1]),
            "setsockopt(3, IPPROTO_IP, IP_MULTICAST_IF, 127.0.0.1, 4) = 0",
        ),
        (
            set(
                IPPROTO_IPV6,
                IPV6_ADD_MEMBERSHIP,
                &image![u128::from_be(0xff02 << 112 | 1), 2_i32],
            ),
            "setsockopt(3, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, {ipv6mr_multiaddr=ff02::1, ipv6mr_interface=2}, 20) = 0",
        ),
        (
            set(
                SOL_SOCKET,
                SO_ATTACH_FILTER,
                &image![1_u64, 0x7fff_0000_u64],
            ),
            "setsockopt(3, SOL_SOCKET, SO_ATTACH_FILTER, {len=1, filter=…}, 16) = 0",
        ),
        (
            // A sockaddr_storage, flags, the prefix, the key's length, an index, and a key that is not shown.
            set(
                IPPROTO_TCP,
                TCP_MD5SIG,
                &[
                    inet([127, 0, 0, 1], 9000),
                    vec![0; 112],
                    image![0_u16, 3_u16, 0_i32],
                    vec![b'k'; 80],
                ]
                .concat(),
            ),
            "setsockopt(3, IPPROTO_TCP, TCP_MD5SIG, {addr=127.0.0.1:9000, keylen=3}, 216) = 0",
        ),
        (
            set(SOL_SOCKET, 999, &one),
            "setsockopt(3, SOL_SOCKET, 999, 1, 4) = 0",
        ),
        (
            set(999, 1, b"abc"),
            r#"setsockopt(3, 999, 1, "abc", 3) = 0"#,
        ),
        // Not as long as its kind should be: bytes.
        (
            set(SOL_SOCKET, SO_LINGER, &one),
            r#"setsockopt(3, SOL_SOCKET, SO_LINGER, "\x01\0\0\0", 4) = 0"#,
        ),
    ];
    for (seen, expected) in lines {
        assert_eq!(seen, expected);
    }
    made(SYS_setsockopt, &[3, 1, 2, 0, 4]).returns(
        -14,
        "setsockopt(3, SOL_SOCKET, SO_REUSEADDR, NULL, 4) = -1 EFAULT (bad address)",
    );
}

/// getsockopt with this option, room for 256 bytes, and this answer.
fn get(level: i32, option: i32, answer: &[u8]) -> String {
    made(SYS_getsockopt, &[3, level as u64, option as u64, ADDR, LEN])
        .with(LEN, image![256_u32])
        .writes(LEN, image![answer.len() as u32])
        .writes(ADDR, answer)
        .decoded(Some(0))
        .to_string()
}

#[test]
fn options_that_are_asked_for() {
    let lines = [
        (
            get(SOL_SOCKET, SO_ERROR, &image![111_i32]),
            "SO_ERROR, ECONNREFUSED, 256 -> 4) = 0",
        ),
        (
            get(SOL_SOCKET, SO_ERROR, &image![0_i32]),
            "SO_ERROR, 0, 256 -> 4) = 0",
        ),
        (
            get(SOL_SOCKET, SO_TYPE, &image![2_i32]),
            "SO_TYPE, SOCK_DGRAM, 256 -> 4) = 0",
        ),
        (
            get(SOL_SOCKET, SO_DOMAIN, &image![10_i32]),
            "SO_DOMAIN, AF_INET6, 256 -> 4) = 0",
        ),
        (
            get(SOL_SOCKET, SO_PROTOCOL, &image![6_i32]),
            "SO_PROTOCOL, 6, 256 -> 4) = 0",
        ),
        (
            get(SOL_SOCKET, SO_PEERCRED, &image![42_i32, 1000_i32, -1_i32]),
            "SO_PEERCRED, {pid=42, uid=1000, gid=-1}, 256 -> 12) = 0",
        ),
        (
            get(SOL_SOCKET, SO_COOKIE, &image![7_u64]),
            "SO_COOKIE, 7, 256 -> 8) = 0",
        ),
        (
            get(IPPROTO_TCP, TCP_CONGESTION, b"cubic\0\0\0"),
            r#"TCP_CONGESTION, "cubic", 256 -> 8) = 0"#,
        ),
        (
            get(IPPROTO_TCP, TCP_INFO, &[1; 248]),
            r#"TCP_INFO, (248 bytes), 256 -> 248) = 0"#,
        ),
    ];
    // libc has no name for it yet.
    const SO_COOKIE: i32 = 57;
    for (seen, expected) in lines {
        assert!(
            seen.ends_with(&format!(", {expected}")),
            "{seen}\nshould end with {expected}"
        );
    }
    made(SYS_getsockopt, &[3, 1, 4, ADDR, LEN])
        .with(LEN, image![4_u32])
        .writes(LEN, image![4_u32])
        .writes(ADDR, image![0_i32])
        .returns(0, "getsockopt(3, SOL_SOCKET, SO_ERROR, 0, 4) = 0")
        .begins(0, "getsockopt(3, SOL_SOCKET, SO_ERROR, …, 4)");
}

#[test]
fn descriptors() {
    made(SYS_close, &[3])
        .returns(0, "close(3) = 0")
        .returns(-9, "close(3) = -1 EBADF (bad file descriptor)");
    made(SYS_dup3, &[3, 7, O_CLOEXEC as u64]).returns(7, "dup3(3, 7, O_CLOEXEC) = 7");
    made(SYS_close_range, &[3, u32::MAX.into(), 4])
        .returns(0, "close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC) = 0");
    made(SYS_fcntl, &[3, 1, 0xdead]).returns(1, "fcntl(3, F_GETFD) = 1 (FD_CLOEXEC)");
    made(SYS_fcntl, &[3, 2, 1]).returns(0, "fcntl(3, F_SETFD, FD_CLOEXEC) = 0");
    made(SYS_fcntl, &[3, 3]).returns(0o4002, "fcntl(3, F_GETFL) = 2050 (O_RDWR|O_NONBLOCK)");
    made(SYS_fcntl, &[3, 4, 0o4002]).returns(0, "fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0");
    made(SYS_fcntl, &[3, F_DUPFD_CLOEXEC as u64, 10])
        .returns(10, "fcntl(3, F_DUPFD_CLOEXEC, 10) = 10");
    made(SYS_fcntl, &[3, 10, 13]).returns(0, "fcntl(3, F_SETSIG, SIGPIPE) = 0");
    made(SYS_fcntl, &[3, 7777, 5]).returns(-22, "fcntl(3, 7777, 5) = -1 EINVAL (invalid argument)");
}

#[test]
fn ioctl() {
    made(SYS_ioctl, &[3, FIONBIO, ADDR])
        .with(ADDR, image![1_i32])
        .returns(0, "ioctl(3, FIONBIO, 1) = 0")
        .begins(0, "ioctl(3, FIONBIO, 1)");
    made(SYS_ioctl, &[3, FIONREAD, ADDR])
        .writes(ADDR, image![6_i32])
        .returns(0, "ioctl(3, FIONREAD, 6) = 0")
        .begins(0, "ioctl(3, FIONREAD, …)");
    made(SYS_ioctl, &[3, FIOCLEX, 0xdead]).returns(0, "ioctl(3, FIOCLEX) = 0");
    made(SYS_ioctl, &[3, 0x1234_5678, ADDR]).returns(
        -25,
        "ioctl(3, 305419896, …) = -1 ENOTTY (inappropriate ioctl for the device)",
    );

    let interface = |rest: &[u8]| {
        [
            b"lo\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            rest,
            &[0; 24][rest.len()..],
        ]
        .concat()
    };
    made(SYS_ioctl, &[3, SIOCGIFADDR, ADDR])
        .with(ADDR, interface(&[]))
        .writes(ADDR, interface(&inet([127, 0, 0, 1], 0)))
        .returns(
            0,
            r#"ioctl(3, SIOCGIFADDR, {ifr_name="lo", ifr_addr=127.0.0.1:0}) = 0"#,
        )
        .never_returns(r#"ioctl(3, SIOCGIFADDR, {ifr_name="lo"}) = ?"#);
    made(SYS_ioctl, &[3, SIOCSIFFLAGS, ADDR])
        .with(ADDR, interface(&image![(IFF_UP | IFF_LOOPBACK) as i16]))
        .returns(
            0,
            r#"ioctl(3, SIOCSIFFLAGS, {ifr_name="lo", ifr_flags=IFF_UP|IFF_LOOPBACK}) = 0"#,
        );
}

#[test]
fn others() {
    made(SYS_restart_syscall, &[]).returns(0, "restart_syscall() = 0");
    made(SYS_io_uring_setup, &[8, ADDR]).returns(3, "io_uring_setup(8, …) = 3");
    made(99_999, &[1, 2]).returns(
        -38,
        "syscall_99999(1, 2, 0, 0, 0, 0) = -1 ENOSYS (no such system call)",
    );
    // Numbers the kernel uses for itself are not errors; beyond them are plain results.
    for undecided in [-512, -513, -514, -516] {
        made(SYS_listen, &[3, 1]).returns(undecided, "listen(3, 1) = ?");
    }
    made(SYS_listen, &[3, 1]).returns(-515, "listen(3, 1) = -1 515");
    made(SYS_listen, &[3, 1]).returns(-4096, "listen(3, 1) = -4096");
}
