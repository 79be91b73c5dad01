//! `bind`, `listen`, `getsockname`: give a socket an address and open its door.
//!
//! ```c
//! #include <sys/socket.h>
//!
//! int bind(int fd, const struct sockaddr *addr, socklen_t len);
//! int listen(int fd, int backlog);
//! int getsockname(int fd, struct sockaddr *addr, socklen_t *len);
//! ```
//!
//! A server makes three calls before anyone can reach it: `socket`, `bind`, `listen`.
//!
//! **`bind`** gives the socket a local address: an IP address of this machine and a port.
//! Port 0 means "any free one, you choose". The address 0.0.0.0 means "every address of mine".
//!
//! An IPv4 address goes to the kernel as 16 bytes. Port and IP address are in **network byte
//! order**, the highest byte first, whatever the processor does. The family is in the processor's
//! order.
//!
//! ```c
//! #include <netinet/in.h>
//!
//! struct sockaddr_in {             // bytes for 127.0.0.1:8080 on Linux
//!     sa_family_t    sin_family;   // 02 00         AF_INET, in the processor's own order
//!     in_port_t      sin_port;     // 1f 90         8080 = 0x1f90, highest byte first
//!     struct in_addr sin_addr;     // 7f 00 00 01   127.0.0.1
//!     char           sin_zero[8];  // 00 …          unused
//! };
//! ```
//!
//! macOS and the BSDs have one byte more in front, `sin_len`, and a family of one byte.
//! So the code builds the address from zeroed memory and sets the three fields by name.
//!
//! **`listen`** turns the socket into a listener. From now on the kernel answers clients by itself:
//! it makes the three-way handshake (RFC 9293, section 3.5), and puts each connection on a queue
//! when its handshake is complete. No call of the program is needed for that; `accept`, the next
//! step, only takes one off. `backlog` bounds that queue. It does not bound the number of clients.
//!
//! **`getsockname`** asks which address a socket has: the one way to learn what port 0 became.
//!
//! What each layer makes of it:
//!
//! - [`with_libc`]: the struct by hand, three calls, and you close what you opened if one fails.
//! - [`with_nix`]: a typed address, and a typed backlog that refuses more than `SOMAXCONN`.
//! - [`with_socket2`]: methods of the socket; the backlog is any number.
//! - [`with_std`]: one function for all of it. It adds `SO_REUSEADDR` and chooses the backlog, 128.
//!
//! See bind(2), listen(2), getsockname(2) and ip(7).

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
