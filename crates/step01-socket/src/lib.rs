//! `socket`: ask the kernel for a socket and get a descriptor.
//!
//! ```c
//! #include <sys/socket.h>
//!
//! int socket(int domain, int type, int protocol);
//! ```
//!
//! A **socket** is an object inside the kernel: one end of a conversation.
//! A program never holds the socket itself.
//! It holds a **descriptor**: a small number, the index of an entry in the table of open files
//! that the kernel keeps for each process.
//! A program starts with 0, 1 and 2 (standard input, output and error).
//! The kernel always hands out the lowest free number, so the first socket is usually 3.
//!
//! The three arguments say what kind of conversation it will be:
//!
//! - `domain`, the address family: `AF_INET` for IPv4, `AF_INET6` for IPv6, `AF_UNIX` for a path.
//! - `type`, the manner: `SOCK_STREAM` for a stream of bytes in order, `SOCK_DGRAM` for single
//!   messages.
//! - `protocol`: 0 for the usual one. For `AF_INET` and `SOCK_STREAM` that is TCP.
//!
//! The new socket has no address and no peer, and not one packet has left the machine.
//! The next steps give it both.
//!
//! What each layer makes of it:
//!
//! | layer | you get | closed by | close-on-exec | failure |
//! |---|---|---|---|---|
//! | [`with_libc`] | `RawFd`, a number | you | only if you ask | -1 and errno |
//! | [`with_nix`] | `OwnedFd` | drop | only if you ask | `Errno` |
//! | [`with_socket2`] | `Socket` | drop | set | `io::Error` |
//! | [`with_std`] | no such call | drop | set | `io::Error` |
//!
//! **Close-on-exec** is a mark on a descriptor: the kernel closes it when the process becomes
//! another program (`execve`). Without the mark the other program inherits an open socket.
//!
//! See socket(2), ip(7) and tcp(7), and POSIX.1-2024, `socket`.

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
