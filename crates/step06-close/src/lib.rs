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
//! The *connection* ends only with its last descriptor: a copy keeps it alive, be it made by `dup`
//! or by `fork`, or left open across `execve`. The peer notices nothing.
//!
//! **`shutdown`** ends the *connection*, or half of it, and closes no descriptor.
//! `SHUT_WR` is the **half-close**, and says: I have sent everything.
//! The peer's `recv` returns 0, and the peer can still answer.
//!
//! Both send a FIN, after all bytes that are still in the send buffer (RFC 9293, section 3.6).
//! `close` returns at once and leaves that to the kernel.
//! In two cases it sends a RST instead, which throws away what is under way:
//! when received bytes were left unread, and when `SO_LINGER` is set to 0.
//!
//! The end that closes first stays in TIME_WAIT after the last packet, on Linux for 60 seconds.
//! Its port is busy that long, unless both its own socket and the next one to bind the port have
//! `SO_REUSEADDR`.
//!
//! What each layer makes of it:
//!
//! | layer | close | its error | close twice | `SO_LINGER` | a copy |
//! |---|---|---|---|---|---|
//! | [`with_libc`] | `close` | returned | compiles | `setsockopt` | `dup` |
//! | [`with_nix`] | drop, `close` | lost, returned | does not compile | `setsockopt` | `dup` |
//! | [`with_socket2`] | drop | lost | does not compile | `set_linger` | with close-on-exec |
//! | [`with_std`] | drop | lost | does not compile | not in Rust 1.95 | with close-on-exec |
//!
//! See close(2), dup(2), shutdown(2), socket(7).

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
