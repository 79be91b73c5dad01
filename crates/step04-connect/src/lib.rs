//! `connect`: call a listening socket.
//!
//! ```c
//! #include <sys/socket.h>
//!
//! int connect(int fd, const struct sockaddr *addr, socklen_t len);
//! ```
//!
//! A client makes two calls before it can talk: `socket` and `connect`.
//!
//! **`connect`** makes the kernel send a SYN to the address and wait for the answer.
//! That is the three-way handshake of RFC 9293, section 3.5: SYN, SYN-ACK, ACK.
//! The call returns when the SYN-ACK is there. The server's kernel has sent it, not its program:
//! the server may be busy elsewhere and not have called `accept` yet.
//!
//! A client need not call `bind`. If the socket has no address, `connect` gives it one:
//! the address of the interface that leads to the server, and a free port, called **ephemeral**.
//! On Linux its range is `net.ipv4.ip_local_port_range`, 32768 to 60999 unless changed.
//!
//! If the answer is a RST, nobody listens there: `ECONNREFUSED`, and at once.
//! If no answer comes, the kernel repeats the SYN for a minute or two: then `ETIMEDOUT`.
//!
//! What each layer makes of it:
//!
//! - [`with_libc`]: one call, an address by hand, a descriptor to close if it fails.
//! - [`with_nix`]: one call, a typed address.
//! - [`with_socket2`]: one call; also `connect_timeout`, made of several.
//! - [`with_std`]: `socket` and `connect` in one function. It goes on after a signal, and tries
//!   each address of a name in turn; also `connect_timeout`.
//!
//! The other three return `EINTR` after a signal, if its handler was installed without
//! `SA_RESTART`.
//!
//! A socket whose `connect` has failed is not to be used again (POSIX leaves its state open):
//! close it and make a new one. The functions `connect_to` do so.
//!
//! See connect(2), ip(7) and tcp(7).

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
