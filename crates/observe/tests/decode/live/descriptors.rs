//! Descriptors that are passed on, and descriptors that are waited for.

use super::{at, connection, live, must, reads};
use libc::*;

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
