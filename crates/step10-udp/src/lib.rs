//! `sendto`, `recvfrom`: messages without a connection.
//!
//! ```c
//! #include <sys/socket.h>
//!
//! ssize_t sendto(int fd, const void *buf, size_t len, int flags,
//!                const struct sockaddr *addr, socklen_t addrlen);
//! ssize_t recvfrom(int fd, void *buf, size_t len, int flags,
//!                  struct sockaddr *addr, socklen_t *addrlen);
//! ```
//!
//! A **datagram** is one message in one piece: the bytes, and the two addresses.
//! A socket of type `SOCK_DGRAM` sends and receives datagrams, for `AF_INET` by UDP.
//! Nothing is set up before: no `listen`, no `accept`, and no `connect` unless one wants it.
//! One socket can hear from everybody and answer everybody.
//!
//! **`sendto`** hands one datagram to the kernel, with the address it is for.
//! It is taken whole or not at all.
//! The first one also gives the socket a port of its own, if `bind` has not.
//!
//! **`recvfrom`** takes one datagram out of the receive buffer, and says who sent it.
//! It never brings two, and never half of one: what does not fit into the buffer is thrown away.
//! **0 is an empty datagram**, and not the end. There is no end: nobody is connected.
//!
//! UDP promises nothing. A datagram may be lost, come twice, or come before an older one.
//! That a datagram could not be delivered is noticed late or never: see [`with_libc::recv_from`].
//!
//! **`connect`** on such a socket sends nothing. It notes one peer: from now on `send` and `recv`
//! do without an address, datagrams of others are not received, and a refusal is reported.
//!
//! What each layer makes of it (on Linux):
//!
//! | layer | to send | its flags | the sender is | without `bind` | to join a group | to send to it by |
//! |---|---|---|---|---|---|---|
//! | [`with_libc`] | `sendto` | yours | a `sockaddr` | yes | `ip_mreq` | `IP_MULTICAST_IF` |
//! | [`with_nix`] | `sendto` | yours, typed | `Option<SockaddrIn>` | yes | typed | the layer below |
//! | [`with_socket2`] | `send_to` | 0, or yours | `SockAddr` | yes | typed | typed |
//! | [`with_std`] | `send_to` | `MSG_NOSIGNAL` | `SocketAddr` | no | typed | the layer below |
//!
//! See udp(7), ip(7), sendto(2), recvfrom(2), and RFC 768.

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;

/// The most bytes that a datagram holds over IPv4: 65,535 for the whole packet, without the 20 of
/// the smallest IPv4 header and the 8 of the UDP header.
pub const LONGEST: usize = 65_535 - 20 - 8;
