//! `getsockopt`, `setsockopt`: ask a socket for one of its options, and change it.
//!
//! ```c
//! #include <sys/socket.h>
//!
//! int getsockopt(int fd, int level, int optname, void *optval, socklen_t *optlen);
//! int setsockopt(int fd, int level, int optname, const void *optval, socklen_t optlen);
//! ```
//!
//! An **option** is a value that the kernel keeps for one socket: how large its buffers are, how
//! long `recv` waits, whether small pieces are held back.
//! Every option has a value from the start, so a program that never calls `setsockopt` has chosen
//! the defaults.
//!
//! Four things name an option and its value:
//!
//! - `level`, the part of the kernel that keeps it: `SOL_SOCKET` for what all sockets have,
//!   `IPPROTO_TCP`, `IPPROTO_IP`, `IPPROTO_IPV6` for what belongs to one protocol.
//! - `optname`, a number. It means nothing without its level: 1 is `SO_DEBUG` in one and
//!   `TCP_NODELAY` in another.
//! - `optval`, where the value is: mostly an `int`, also where it is only on or off;
//!   sometimes a structure, such as `struct timeval` or `struct linger`.
//! - `optlen`, how many bytes that is. `getsockopt` writes into it how many there were.
//!
//! `optval` is a `void *`: the C compiler compares neither the type nor the size with the option.
//! That is what the layers above are about.
//!
//! | layer | an option is | its value | what it has no name for |
//! |---|---|---|---|
//! | [`with_libc`] | a number | bytes and a length | nothing: any number goes |
//! | [`with_nix`] | a type: `sockopt::KeepAlive` | that type's `Val`: `bool`, `usize`, … | a macro declares it |
//! | [`with_socket2`] | a pair of methods: `set_keepalive` | `bool`, `Duration`, … | the layer below |
//! | [`with_std`] | a pair of methods, for a few options | `bool`, `Duration`, … | the layer below |
//!
//! See getsockopt(2), socket(7), tcp(7), ip(7), ipv6(7).

pub mod table;
pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
