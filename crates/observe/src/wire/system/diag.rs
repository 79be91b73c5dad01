//! What the kernel holds of a TCP socket that no descriptor stands for any more (sock_diag(7)).

use super::socket;
use nix::sys::socket::{MsgFlags, recv, send};
use record::event::TcpState;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::{AsRawFd, OwnedFd};

/// The request's type, and the reply's (linux/sock_diag.h).
const SOCK_DIAG_BY_FAMILY: u16 = 20;
const NLM_F_REQUEST: u16 = 1;
/// A netlink header, then what is asked or answered.
const HEADER: usize = 16;
/// `struct inet_diag_sockid`: two ports, two addresses, a device and a cookie.
const ID: usize = 48;

/// `socket(AF_NETLINK, SOCK_RAW, NETLINK_SOCK_DIAG)`: it answers for the network that it was made in.
pub(super) fn open() -> io::Result<OwnedFd> {
    socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_SOCK_DIAG)
}

/// What is known of a socket.
#[derive(Debug)]
pub(crate) struct Answer {
    /// Its own address. Of a socket that listens it may be a wider one than was asked for: 0.0.0.0 or ::.
    pub(crate) local: SocketAddr,
    pub(crate) state: TcpState,
    pub(crate) receive_queue: u32,
    pub(crate) send_queue: u32,
}

/// Asks for the socket with these two addresses; CLOSED where there is none. `None` where the kernel gives no answer.
pub(super) fn ask(diag: &OwnedFd, local: SocketAddr, peer: SocketAddr) -> Option<Answer> {
    send(diag.as_raw_fd(), &request(local, peer), MsgFlags::empty()).ok()?;
    let none = Answer {
        local,
        state: TcpState::Closed,
        receive_queue: 0,
        send_queue: 0,
    };
    // The kernel has answered before `send` returned.
    let mut reply = [0; 512];
    let length = recv(diag.as_raw_fd(), &mut reply, MsgFlags::MSG_DONTWAIT).ok()?;
    let reply = reply.get(..length)?;
    match u16::from_ne_bytes(*reply.get(4..)?.first_chunk()?) {
        SOCK_DIAG_BY_FAMILY => {
            let message = reply.get(HEADER..)?;
            let (local, of, state) = entry(message)?;
            // Where there is no such connection, but a socket that listens at its port, that is the answer.
            if of.port() != peer.port() {
                return Some(none);
            }
            let queue = |at: usize| Some(u32::from_ne_bytes(*message.get(at..)?.first_chunk()?));
            Some(Answer {
                local,
                state,
                receive_queue: queue(4 + ID + 4)?,
                send_queue: queue(4 + ID + 8)?,
            })
        }
        error if i32::from(error) == libc::NLMSG_ERROR => {
            let errno = i32::from_ne_bytes(*reply.get(HEADER..)?.first_chunk()?);
            (errno == -libc::ENOENT).then_some(none)
        }
        _ => None,
    }
}

/// One `struct inet_diag_msg`: its two addresses and its state.
fn entry(message: &[u8]) -> Option<(SocketAddr, SocketAddr, TcpState)> {
    let is_ipv4 = i32::from(*message.first()?) == libc::AF_INET;
    let end = |port: usize, ip: usize| {
        let port = u16::from_be_bytes(*message.get(port..)?.first_chunk()?);
        let ip = message.get(ip..)?;
        let ip = if is_ipv4 {
            IpAddr::from(*ip.first_chunk::<4>()?)
        } else {
            // An IPv4 connection of a socket of AF_INET6 is one of IPv4.
            IpAddr::from(*ip.first_chunk::<16>()?).to_canonical()
        };
        Some(SocketAddr::new(ip, port))
    };
    Some((end(4, 8)?, end(6, 24)?, state(*message.get(1)?)?))
}

/// `struct nlmsghdr` and `struct inet_diag_req_v2`.
fn request(local: SocketAddr, peer: SocketAddr) -> Vec<u8> {
    let mut request = Vec::with_capacity(HEADER + 8 + ID);
    request.extend(((HEADER + 8 + ID) as u32).to_ne_bytes());
    request.extend(SOCK_DIAG_BY_FAMILY.to_ne_bytes());
    request.extend(NLM_F_REQUEST.to_ne_bytes());
    request.extend([0; 8]);
    let family = if local.is_ipv4() {
        libc::AF_INET
    } else {
        libc::AF_INET6
    };
    request.extend([family as u8, libc::IPPROTO_TCP as u8, 0, 0]);
    request.extend(u32::MAX.to_ne_bytes());
    request.extend(local.port().to_be_bytes());
    request.extend(peer.port().to_be_bytes());
    for address in [local.ip(), peer.ip()] {
        let mut bytes = [0; 16];
        match address {
            IpAddr::V4(v4) => bytes[..4].copy_from_slice(&v4.octets()),
            IpAddr::V6(v6) => bytes = v6.octets(),
        }
        request.extend(bytes);
    }
    // Any device, and no cookie.
    request.extend([0; 4]);
    request.extend([0xff; 8]);
    request
}

/// A state as Linux numbers them (net/tcp_states.h).
pub(crate) fn state(number: u8) -> Option<TcpState> {
    Some(match number {
        1 => TcpState::Established,
        2 => TcpState::SynSent,
        // The second is a connection that is not yet a socket of its own.
        3 | 12 => TcpState::SynReceived,
        4 => TcpState::FinWait1,
        5 => TcpState::FinWait2,
        6 => TcpState::TimeWait,
        7 => TcpState::Closed,
        8 => TcpState::CloseWait,
        9 => TcpState::LastAck,
        10 => TcpState::Listen,
        11 => TcpState::Closing,
        _ => return None,
    })
}
