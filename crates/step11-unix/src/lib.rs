//! `AF_UNIX`, `socketpair`, `sendmsg`, `recvmsg`: sockets within one machine.
//!
//! ```c
//! #include <sys/socket.h>
//! #include <sys/un.h>
//!
//! struct sockaddr_un {
//!     sa_family_t sun_family;    // AF_UNIX
//!     char        sun_path[108]; // 104 on macOS
//! };
//!
//! int socketpair(int domain, int type, int protocol, int sv[2]);
//! ssize_t sendmsg(int fd, const struct msghdr *msg, int flags);
//! ssize_t recvmsg(int fd, struct msghdr *msg, int flags);
//! ```
//!
//! All calls of the steps before work here too, on an address that is a **path** instead of a
//! number and a port. No network takes part: the kernel copies bytes from one process to another.
//!
//! - **`bind` makes a file** of a type of its own, which holds no bytes and only marks the place.
//!   It stays when the socket is closed: `unlink` is the program's business.
//! - **A client has no name**, unless it binds one.
//! - An **abstract name** (Linux) begins with a NUL. There is no file, and it is gone with the socket.
//! - **`socketpair`** makes two connected sockets without any name, for a process and its child.
//! - A datagram (`SOCK_DGRAM`) keeps its boundaries as everywhere; here it is not lost either.
//!
//! Two things can be sent here that no network carries, in a control message beside the bytes:
//! a **descriptor** (`SCM_RIGHTS`), which the receiver gets under a number of its own,
//! and the sender's identity. Who is at the other end can also be asked (`SO_PEERCRED`).
//!
//! What each layer makes of it (on Linux):
//!
//! | layer | the address | the file | control messages | the peer |
//! |---|---|---|---|---|
//! | [`with_libc`] | `sockaddr_un` and a length | `unlink` yourself | `CMSG_…` by hand | `SO_PEERCRED` |
//! | [`with_nix`] | `UnixAddr` | `unlink` yourself | typed | typed |
//! | [`with_socket2`] | `SockAddr::unix` | `unlink` yourself | as bytes | none: through nix |
//! | [`with_std`] | a path | `unlink` yourself | unstable: through nix | unstable: through nix |
//!
//! See unix(7), socketpair(2), sendmsg(2), recvmsg(2), cmsg(3).

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
