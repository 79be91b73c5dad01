//! The calls of this process, made for real: what the kernel wrote is what is decoded.
//!
//! There is no tracer here. The test copies its own memory before and after each call, as a tracer would.

use super::memory::raw;
use lens::raw::Memory;
use libc::*;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// This process's own memory.
struct Own(File);

impl Own {
    fn open() -> Self {
        Own(File::open("/proc/self/mem").expect("a process may read its own memory"))
    }
}

impl Memory for Own {
    fn read(&self, address: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let read = self.0.read_at(&mut bytes, address).unwrap_or(0);
        bytes.truncate(read);
        bytes
    }
}

/// Makes a call and gives what it returned and how it reads. Those arguments that are missing are 0.
fn live(number: c_long, args: &[u64]) -> (i64, String) {
    let memory = Own::open();
    let mut six = [0; 6];
    six[..args.len()].copy_from_slice(args);
    let [a, b, c, d, e, f] = six;
    let before = lens::copy::before(number, &six, &memory);
    // SAFETY: every pointer among the arguments is null or leads to a buffer on the caller's stack that is as long as
    // the arguments say, made by `at` from an exclusive borrow, and not looked at before the call returns.
    let mut returned = unsafe { syscall(number, a, b, c, d, e, f) };
    if returned == -1 {
        returned = -i64::from(std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
    }
    // The memory before the call is gone: give back what was copied of it.
    let copied = super::memory::Stretches(
        before
            .into_iter()
            .map(|piece| (piece.address, piece.bytes))
            .collect(),
    );
    (
        returned,
        raw(number, six, Some(returned), &copied, &memory).to_string(),
    )
}

/// The address of a buffer that the kernel may write to.
fn at<T: ?Sized>(buffer: &mut T) -> u64 {
    std::ptr::from_mut(buffer).cast::<u8>() as u64
}

/// Makes a call that must read like this.
#[track_caller]
fn reads(number: c_long, args: &[u64], text: &str) -> u64 {
    let (returned, seen) = live(number, args);
    assert_eq!(seen, text);
    returned as u64
}

/// Makes a call that must succeed.
#[track_caller]
fn must(number: c_long, args: &[u64]) -> u64 {
    let (returned, seen) = live(number, args);
    assert!(returned >= 0, "{seen}");
    returned as u64
}

/// A listener on a free port of the loopback address, and that port.
fn listener() -> (u64, u16) {
    let fd = must(
        SYS_socket,
        &[AF_INET as u64, (SOCK_STREAM | SOCK_CLOEXEC) as u64, 0],
    );
    let mut name = super::memory::inet([127, 0, 0, 1], 0);
    reads(
        SYS_bind,
        &[fd, at(&mut name[..]), 16],
        &format!("bind({fd}, 127.0.0.1:0, 16) = 0"),
    );
    reads(SYS_listen, &[fd, 5], &format!("listen({fd}, 5) = 0"));
    let mut length = 16_u32;
    let (_, seen) = live(SYS_getsockname, &[fd, at(&mut name[..]), at(&mut length)]);
    let port = u16::from_be_bytes([name[2], name[3]]);
    assert_eq!(seen, format!("getsockname({fd}, 127.0.0.1:{port}, 16) = 0"));
    (fd, port)
}

/// Two connected sockets: the one that called, the one that was accepted; and their ports.
fn connection() -> [(u64, u16); 2] {
    let (listener, port) = listener();
    let client = must(SYS_socket, &[AF_INET as u64, SOCK_STREAM as u64, 0]);
    let mut name = super::memory::inet([127, 0, 0, 1], port);
    reads(
        SYS_connect,
        &[client, at(&mut name[..]), 16],
        &format!("connect({client}, 127.0.0.1:{port}, 16) = 0"),
    );
    let mut peer = [0_u8; 128];
    let mut length = 128_u32;
    let args = [
        listener,
        at(&mut peer),
        at(&mut length),
        SOCK_CLOEXEC as u64,
    ];
    let (server, seen) = live(SYS_accept4, &args);
    let from = u16::from_be_bytes([peer[2], peer[3]]);
    assert_eq!(
        seen,
        format!("accept4({listener}, 127.0.0.1:{from}, 128 -> 16, SOCK_CLOEXEC) = {server}")
    );
    reads(SYS_close, &[listener], &format!("close({listener}) = 0"));
    [(client, from), (server as u64, port)]
}

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
    let mut name = super::memory::inet([127, 0, 0, 1], 9000);
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

#[test]
fn a_descriptor_and_credentials_through_a_pair() {
    let mut pair = [0_i32; 2];
    let (_, seen) = live(
        SYS_socketpair,
        &[AF_UNIX as u64, SOCK_DGRAM as u64, 0, at(&mut pair)],
    );
    let [left, right] = pair.map(|fd| fd as u64);
    assert_eq!(
        seen,
        format!("socketpair(AF_UNIX, SOCK_DGRAM, 0, [{left}, {right}]) = 0")
    );
    let mut name = [0_u8; 110];
    let mut length = 110_u32;
    reads(
        SYS_getsockname,
        &[left, at(&mut name), at(&mut length)],
        &format!("getsockname({left}, unnamed, 110 -> 2) = 0"),
    );

    let mut byte = *b"x";
    let mut part = iovec {
        iov_base: byte.as_mut_ptr().cast(),
        iov_len: 1,
    };
    let mut control = [
        20_u64,
        u64::from_ne_bytes(two(SOL_SOCKET, SCM_RIGHTS)),
        u64::from_ne_bytes(two(left as i32, 0)),
    ];
    // A msghdr as eight-byte words: name, its length, iov, its length, control, its length, flags.
    let mut message = [0, 0, at(&mut part), 1, at(&mut control), 24, 0];
    reads(
        SYS_sendmsg,
        &[left, at(&mut message), 0],
        &format!(
            "sendmsg({left}, {{msg_name=NULL, msg_namelen=0, msg_iov=[{{iov_base=\"x\", iov_len=1}}], msg_iovlen=1, \
             msg_control=[{{cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[{left}]}}], msg_controllen=24}}, 0) = 1"
        ),
    );
    byte = *b"?";
    control = [0; 3];
    let (_, seen) = live(
        SYS_recvmsg,
        &[right, at(&mut message), MSG_CMSG_CLOEXEC as u64],
    );
    let copy = control[2] as u32 as u64;
    assert_eq!(
        seen,
        format!(
            "recvmsg({right}, {{msg_name=NULL, msg_namelen=0, msg_iov=[{{iov_base=\"x\", iov_len=1}}], msg_iovlen=1, \
             msg_control=[{{cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[{copy}]}}], msg_controllen=24, \
             msg_flags=MSG_CMSG_CLOEXEC}}, MSG_CMSG_CLOEXEC) = 1"
        )
    );
    assert_eq!(byte, *b"x");
    for fd in [left, right, copy] {
        must(SYS_close, &[fd]);
    }
}

#[test]
fn waiting() {
    let [(client, _), (server, _)] = connection();
    let mut byte = *b"x";
    must(SYS_write, &[client, at(&mut byte), 1]);
    let mut limit = timespec {
        tv_sec: 5,
        tv_nsec: 0,
    };
    let mut polls = [
        pollfd {
            fd: server as i32,
            events: POLLIN | POLLOUT,
            revents: 0,
        },
        pollfd {
            fd: -1,
            events: POLLIN,
            revents: 0,
        },
    ];
    reads(
        SYS_ppoll,
        &[at(&mut polls[..]), 2, at(&mut limit), 0, 8],
        &format!(
            "ppoll([{{fd={server}, events=POLLIN|POLLOUT, revents=POLLIN|POLLOUT}}, \
             {{fd=-1, events=POLLIN, revents=0}}], 2, 5s, NULL, 8) = 1"
        ),
    );

    let mut set = [0_u64; 16];
    for fd in [client, server] {
        set[fd as usize / 64] |= 1 << (fd % 64);
    }
    let both = format!("[{}, {}]", client.min(server), client.max(server));
    let nfds = client.max(server) + 1;
    reads(
        SYS_pselect6,
        &[nfds, at(&mut set[..]), 0, 0, 0, 0],
        &format!("pselect6({nfds}, {both} -> [{server}], NULL, NULL, NULL, NULL) = 1"),
    );

    let epoll = must(SYS_epoll_create1, &[EPOLL_CLOEXEC as u64]);
    let mut event = epoll_event {
        events: EPOLLIN as u32,
        u64: 77,
    };
    reads(
        SYS_epoll_ctl,
        &[epoll, EPOLL_CTL_ADD as u64, server, at(&mut event)],
        &format!("epoll_ctl({epoll}, EPOLL_CTL_ADD, {server}, {{events=EPOLLIN, data=77}}) = 0"),
    );
    let mut events = [epoll_event { events: 0, u64: 0 }; 4];
    reads(
        SYS_epoll_pwait,
        &[epoll, at(&mut events[..]), 4, 1000, 0, 8],
        &format!("epoll_pwait({epoll}, [{{events=EPOLLIN, data=77}}], 4, 1000, NULL, 8) = 1"),
    );
    reads(
        SYS_fcntl,
        &[server, F_GETFD as u64],
        &format!("fcntl({server}, F_GETFD) = 1 (FD_CLOEXEC)"),
    );
    reads(
        SYS_fcntl,
        &[client, F_GETFL as u64],
        &format!("fcntl({client}, F_GETFL) = 2 (O_RDWR)"),
    );
    reads(
        SYS_fcntl,
        &[client, F_SETFL as u64, 0o4002],
        &format!("fcntl({client}, F_SETFL, O_RDWR|O_NONBLOCK) = 0"),
    );
    for fd in [client, server, epoll] {
        must(SYS_close, &[fd]);
    }
}

/// Two ints in a row, as eight bytes.
fn two(first: i32, second: i32) -> [u8; 8] {
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&first.to_ne_bytes());
    bytes[4..].copy_from_slice(&second.to_ne_bytes());
    bytes
}
