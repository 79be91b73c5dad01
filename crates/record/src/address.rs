//! Socket addresses as they lie in memory.

use crate::event::Address;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

// Linux's numbers of the three families, so that a record reads alike wherever it is looked at.

/// AF_UNIX on Linux.
pub const AF_UNIX: u16 = 1;
/// AF_INET on Linux.
pub const AF_INET: u16 = 2;
/// AF_INET6 on Linux.
pub const AF_INET6: u16 = 10;

/// Decodes a `struct sockaddr` of Linux: the family in this machine's byte order, then what the family lays down.
///
/// `bytes` is the address as far as its length reaches (`addrlen`), which is what tells an unnamed AF_UNIX socket
/// from one with an abstract name, and where a path ends that has no closing NUL.
/// What is too short for its family comes back as [`Address::Other`].
pub fn decode(bytes: &[u8]) -> Address {
    let Some(family) = bytes
        .first_chunk()
        .map(|&family| u16::from_ne_bytes(family))
    else {
        return Address::Other {
            family: None,
            data: bytes.to_vec(),
        };
    };
    let decoded = match family {
        AF_INET => inet(bytes),
        AF_INET6 => inet6(bytes),
        AF_UNIX => Some(unix(&bytes[2..])),
        _ => None,
    };
    decoded.unwrap_or_else(|| Address::Other {
        family: Some(family),
        data: bytes[2..].to_vec(),
    })
}

/// `struct sockaddr_in`: port and address in network byte order, eight bytes of padding.
fn inet(bytes: &[u8]) -> Option<Address> {
    let bytes: &[u8; 16] = bytes.first_chunk()?;
    let ip = Ipv4Addr::new(bytes[4], bytes[5], bytes[6], bytes[7]);
    Some(Address::Inet(SocketAddr::V4(SocketAddrV4::new(
        ip,
        port(bytes),
    ))))
}

/// `struct sockaddr_in6`: port, flow information, address, scope.
///
/// The kernel also takes the 24 bytes of RFC 2133, from before there was a scope.
fn inet6(bytes: &[u8]) -> Option<Address> {
    let number = |offset| Some(u32::from_ne_bytes(*bytes.get(offset..)?.first_chunk()?));
    let flow = number(4)?;
    let ip: [u8; 16] = *bytes.get(8..)?.first_chunk()?;
    let scope = number(24).unwrap_or(0);
    let address = SocketAddrV6::new(Ipv6Addr::from(ip), port(bytes), flow, scope);
    Some(Address::Inet(SocketAddr::V6(address)))
}

/// The path of a `struct sockaddr_un`.
fn unix(path: &[u8]) -> Address {
    match path {
        [] => Address::UnixUnnamed,
        // Every byte of the length belongs to an abstract name, further NULs too.
        [0, name @ ..] => Address::UnixAbstract(name.to_vec()),
        _ => {
            let end = path
                .iter()
                .position(|&byte| byte == 0)
                .unwrap_or(path.len());
            Address::UnixPath(path[..end].to_vec())
        }
    }
}

fn port(bytes: &[u8]) -> u16 {
    u16::from_be_bytes([bytes[2], bytes[3]])
}
