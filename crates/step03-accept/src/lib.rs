//! `accept`: take one connection off the listener's queue.
//!
//! ```c
//! #include <sys/socket.h>
//!
//! int accept(int fd, struct sockaddr *addr, socklen_t *len);
//! int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags);   // not on macOS
//! int getpeername(int fd, struct sockaddr *addr, socklen_t *len);
//! ```
//!
//! The listener of the last step has a queue. Each entry is a connection whose handshake is
//! complete: the kernel did it, and the client may have sent its first bytes by now.
//!
//! **`accept`** takes the oldest entry off the queue and gives it a descriptor of its own.
//! If the queue is empty, it waits.
//! It sends nothing and it receives nothing: not a packet leaves the machine because of it.
//!
//! So a server with three clients holds four sockets. The listener keeps on listening and never
//! carries a byte; each of the other three talks to one client.
//! All four have the same local port. The kernel tells their packets apart by all four numbers of a
//! connection: local address and port, peer's address and port.
//!
//! The client's address comes back in `addr`, and its size in `len`, a *value-result* argument:
//! in goes how many bytes there is room for, out comes how many the address has.
//! Who passes two null pointers gets no address, and can ask later with **`getpeername`**.
//!
//! What each layer makes of it (on Linux):
//!
//! | layer | system call | close-on-exec | the client's address | after a signal handler |
//! |---|---|---|---|---|
//! | [`with_libc`] | `accept` | no | in your `sockaddr` | `EINTR` |
//! | [`with_nix`] | `accept`, two nulls | no | ask `getpeername` | `EINTR` |
//! | [`with_socket2`] | `accept4` | set | `SockAddr` | `EINTR` |
//! | [`with_std`] | `accept4` | set | `SocketAddr` | called again |
//!
//! The last column is about a handler that was installed without `SA_RESTART`. After one with that
//! flag the kernel itself goes on waiting, unless the listener has a receive timeout (signal(7)).
//!
//! See accept(2), getpeername(2), and RFC 9293, section 3.10.1 (OPEN).

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
