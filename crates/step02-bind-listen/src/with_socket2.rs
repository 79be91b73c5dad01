//! The same calls on an owned socket.
//!
//! A [`SockAddr`] holds an address of any family together with its length, in a `sockaddr_storage`
//! of 128 bytes. It is made from std's types and turned back into them (`as_socket`).
//!
//! `bind` and `listen` add nothing: no `SO_REUSEADDR`, and the backlog goes down as it is.
//! Only the socket itself has close-on-exec, from its making. Dropping it closes it.

use std::io;
use std::net::SocketAddrV4;

use socket2::{Domain, SockAddr, Socket, Type};
use step01_socket::with_socket2 as step01;

/// `bind(fd, addr, len)`: give the socket a local address.
///
/// # Errors
///
/// `EADDRINUSE`: another socket has this address; port 0 takes a free one.
/// `EACCES`: the port needs a privilege; take a higher one.
/// The others as for [`with_libc::bind`](crate::with_libc::bind).
pub fn bind(socket: &Socket, address: &SockAddr) -> io::Result<()> {
    socket.bind(address)
}

/// `listen(fd, backlog)`: let the kernel answer clients and queue those whose handshake is done.
///
/// # Errors
///
/// `EOPNOTSUPP`: a socket of this type has no connections: `SOCK_DGRAM`.
/// `EADDRINUSE`: another socket listens here.
/// The others as for [`with_libc::listen`](crate::with_libc::listen).
pub fn listen(socket: &Socket, backlog: i32) -> io::Result<()> {
    socket.listen(backlog)
}

/// `getsockname(fd, addr, len)`: ask for the socket's own address, of whatever family.
///
/// # Errors
///
/// `ENOTSOCK`: made from a descriptor that is not a socket.
/// The others as for [`with_libc::getsockname`](crate::with_libc::getsockname).
pub fn local_address(socket: &Socket) -> io::Result<SockAddr> {
    socket.local_addr()
}

/// Three calls: `socket`, `bind`, `listen`. A socket that waits for clients.
///
/// # Errors
///
/// As for each of the three; `EADDRINUSE` and `EACCES`, of [`bind()`], are the usual ones.
/// The socket is closed by drop, whichever `?` ends the function.
pub fn listen_on(address: SocketAddrV4, backlog: i32) -> io::Result<Socket> {
    let listener = step01::socket(Domain::IPV4, Type::STREAM, None)?;
    bind(&listener, &SockAddr::from(address))?;
    listen(&listener, backlog)?;
    Ok(listener)
}
