//! `close`, `shutdown`: end a conversation.
//!
//! ```c
//! #include <unistd.h>
//!
//! int close(int fd);
//! int dup(int fd);
//!
//! #include <sys/socket.h>
//!
//! int shutdown(int fd, int how);   // SHUT_RD, SHUT_WR, SHUT_RDWR
//! ```
//!
//! **`close`** gives back the *descriptor*. The number is free, and the next socket may get it.
//! The *connection* ends only with its last descriptor: a copy made by `dup`, by `fork`, or left open
//! across `execve` keeps it alive, and the peer notices nothing.
//!
//! **`shutdown`** ends the *connection*, or half of it, however many descriptors there are, and closes
//! none of them. `SHUT_WR` is the **half-close**: "I have said everything". The peer's `recv` returns 0,
//! and the peer can still answer.
//!
//! Both send a FIN, after all bytes that are still in the send buffer (RFC 9293, section 3.6).
//! `close` returns at once and leaves that to the kernel. It sends a RST instead, which throws away
//! what is under way, in two cases: bytes were received that nobody read, or `SO_LINGER` is set to 0.
//!
//! The end that closes first stays in TIME_WAIT for a while after the last packet: 60 seconds on Linux.
//! Its port is busy that long, for a `bind` without `SO_REUSEADDR`.
//!
//! What each layer makes of it:
//!
//! | layer | close | its error | twice | `SO_LINGER` | a copy |
//! |---|---|---|---|---|---|
//! | [`with_libc`] | you call it | returned | compiles | `setsockopt` | `dup` |
//! | [`with_nix`] | drop, or `close` | lost, or returned | does not compile | `setsockopt` | `dup` |
//! | [`with_socket2`] | drop | lost | does not compile | `set_linger` | with close-on-exec |
//! | [`with_std`] | drop | lost | does not compile | not in stable Rust | with close-on-exec |
//!
//! See close(2), dup(2), shutdown(2), socket(7).

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
