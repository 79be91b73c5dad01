//! What the kernel holds of a traced program's TCP socket, read at a stop after a call that may have changed it.

use super::ends;
use crate::raw::Raw;
use crate::wire::{self, Answer, Network};
use record::event::{Held, TcpState, Time, Who};
use std::mem;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

/// A socket that is about to be closed: by its addresses it is found again afterwards.
pub(super) type Tuple = (SocketAddr, SocketAddr);

/// The addresses of a TCP socket that is about to be closed, if it has any.
pub(super) fn before_close(process: BorrowedFd<'_>, fd: i32) -> Option<Tuple> {
    let copy = ends::copy(process, fd)?;
    info(&copy)?;
    tuple(&copy).filter(|(local, _)| local.port() != 0)
}

/// Looks at every socket that this call, which is over, may have changed: its own, and with them the one that listens
/// where it has connected to, and what is left of the one that it has `closed`.
pub(super) fn after(
    network: &Network,
    process: BorrowedFd<'_>,
    call: &Raw,
    closed: Option<Tuple>,
    now: impl Fn() -> Time,
    held: &mut Vec<Held>,
) {
    let Some((_, returned)) = call.left else {
        return;
    };
    let changed = changed(call.number, &call.args, returned)
        .into_iter()
        .flatten();
    for fd in changed {
        let Some(seen) = look(process, fd, call.who, &now) else {
            continue;
        };
        let peer = seen.peer;
        held.push(seen);
        // A socket that listens where this one connects to may have one connection more in its queue.
        if call.number == libc::SYS_connect && peer.port() != 0 {
            held.extend(listener(network, peer, call.who, &now));
        }
    }
    if let Some(closed) = closed {
        held.extend(after_close(network, closed, call.who, &now));
    }
}

/// The sockets that this call may have changed: that of its first argument, and one that it has made.
fn changed(number: i64, args: &[u64; 6], returned: i64) -> [Option<i32>; 2] {
    let fd = args[0] as i32;
    match number {
        libc::SYS_accept | libc::SYS_accept4 => {
            let made = i32::try_from(returned).ok().filter(|&made| made >= 0);
            [made.and(Some(fd)), made]
        }
        libc::SYS_connect
        | libc::SYS_listen
        | libc::SYS_shutdown
        | libc::SYS_sendto
        | libc::SYS_sendmsg
        | libc::SYS_sendmmsg
        | libc::SYS_recvfrom
        | libc::SYS_recvmsg
        | libc::SYS_recvmmsg
        | libc::SYS_read
        | libc::SYS_readv
        | libc::SYS_write
        | libc::SYS_writev => [Some(fd), None],
        _ => [None, None],
    }
}

/// What a socket that listens at this address holds; `None` where none does, in this network.
fn listener(
    network: &Network,
    local: SocketAddr,
    who: Who,
    now: impl Fn() -> Time,
) -> Option<Held> {
    let answer = network.system.ask(local, no_address(local))?;
    (answer.state == TcpState::Listen).then(|| {
        // It may listen at every address, and then that is its own, not the one that was called.
        let own = (answer.local, no_address(answer.local));
        answered(answer, own, who, now())
    })
}

/// Reads a socket's state and queues through a copy of its descriptor: TCP_INFO, SIOCINQ and SIOCOUTQ (tcp(7)).
///
/// `None` for what is no TCP socket, or where the system does not give the copy.
fn look(process: BorrowedFd<'_>, fd: i32, who: Who, now: impl Fn() -> Time) -> Option<Held> {
    let copy = ends::copy(process, fd)?;
    let info = info(&copy)?;
    let state = wire::tcp_state(info.tcpi_state)?;
    let (local, peer) = tuple(&copy)?;
    let (receive_queue, send_queue) = match state {
        // Of a socket that listens these two fields have a meaning of their own (net/ipv4/tcp.c, tcp_get_info).
        TcpState::Listen => (info.tcpi_unacked, info.tcpi_sacked),
        // What was sent last is not forgotten, but nothing of it is on its way any more.
        TcpState::Closed => (queue(&copy, libc::FIONREAD), 0),
        _ => (queue(&copy, libc::FIONREAD), queue(&copy, libc::TIOCOUTQ)),
    };
    Some(Held {
        at: now(),
        who,
        local,
        peer,
        state,
        receive_queue,
        send_queue,
    })
}

/// What has become of it: for others may have copies of the descriptor, and a connection lives on after its close.
fn after_close(network: &Network, tuple: Tuple, who: Who, now: impl Fn() -> Time) -> Option<Held> {
    let answer = network.system.ask(tuple.0, tuple.1)?;
    Some(answered(answer, tuple, who, now()))
}

fn answered(answer: Answer, (local, peer): Tuple, who: Who, at: Time) -> Held {
    Held {
        at,
        who,
        local,
        peer,
        state: answer.state,
        receive_queue: answer.receive_queue,
        send_queue: answer.send_queue,
    }
}

/// Both addresses; port 0 in place of one that the socket does not have. An IPv4 address stands as such
/// also where a socket of AF_INET6 has it, for so it stands in its packets.
fn tuple(socket: &OwnedFd) -> Option<Tuple> {
    let local = ends::inet(ends::name(socket, libc::getsockname)?)?;
    let peer = ends::name(socket, libc::getpeername).and_then(ends::inet);
    Some((
        canonical(local),
        canonical(peer.unwrap_or(no_address(local))),
    ))
}

/// The address of nobody, of the same family.
fn no_address(like: SocketAddr) -> SocketAddr {
    match like {
        SocketAddr::V4(_) => SocketAddr::from(([0; 4], 0)),
        SocketAddr::V6(_) => SocketAddr::from(([0; 16], 0)),
    }
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// `getsockopt(TCP_INFO)`; `None` for what is not TCP.
fn info(socket: &OwnedFd) -> Option<libc::tcp_info> {
    // SAFETY: tcp_info is a C structure of numbers, for which all bits zero is a value.
    let mut info: libc::tcp_info = unsafe { mem::zeroed() };
    let mut length = size_of_val(&info) as libc::socklen_t;
    // SAFETY: the kernel writes at most `length` bytes to the structure, which is as long as that and lives on this frame.
    let result = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::IPPROTO_TCP,
            libc::TCP_INFO,
            (&raw mut info).cast(),
            &mut length,
        )
    };
    (result == 0).then_some(info)
}

/// `ioctl(SIOCINQ)` or `ioctl(SIOCOUTQ)`: bytes in a queue; 0 where there is none.
fn queue(socket: &OwnedFd, request: libc::c_ulong) -> u32 {
    let mut count: libc::c_int = 0;
    // SAFETY: both requests write one int, which lives on this frame.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), request as _, &mut count) };
    if result == 0 { count.max(0) as u32 } else { 0 }
}
