//! The two options of multicast. They take structures, and the kernel looks only at their length.

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::RawFd;

use libc::socklen_t;
use step08_options::with_libc::setsockopt;

/// `setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, …)`: receive what is sent to this group.
///
/// `interface` is the address of the interface it is to come in by; 0.0.0.0 leaves that to the kernel.
///
/// # Errors
///
/// - `EINVAL`: `group` is no multicast address (224.0.0.0 to 239.255.255.255).
/// - `ENODEV`: no interface has that address.
/// - `EADDRINUSE`: this socket has joined already.
///
/// See ip(7).
pub fn join(fd: RawFd, group: Ipv4Addr, interface: Ipv4Addr) -> io::Result<()> {
    let request = libc::ip_mreq {
        imr_multiaddr: in_addr(group),
        imr_interface: in_addr(interface),
    };
    let (level, name) = (libc::IPPROTO_IP, libc::IP_ADD_MEMBERSHIP);
    let (value, length) = (
        (&raw const request).cast(),
        size_of_val(&request) as socklen_t,
    );
    // SAFETY: `length` is the size of `request`, which lives until after the call, and has no pointer.
    unsafe { setsockopt(fd, level, name, value, length) }
}

/// `setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, …)`: send to groups by the interface with this address.
///
/// # Errors
///
/// `EADDRNOTAVAIL`: no interface has that address.
///
/// See ip(7).
pub fn send_groups_by(fd: RawFd, interface: Ipv4Addr) -> io::Result<()> {
    let address = in_addr(interface);
    let (level, name) = (libc::IPPROTO_IP, libc::IP_MULTICAST_IF);
    let (value, length) = (
        (&raw const address).cast(),
        size_of_val(&address) as socklen_t,
    );
    // SAFETY: `length` is the size of `address`, which lives until after the call, and is no pointer.
    unsafe { setsockopt(fd, level, name, value, length) }
}

fn in_addr(address: Ipv4Addr) -> libc::in_addr {
    libc::in_addr {
        s_addr: u32::from(address).to_be(),
    }
}
