//! A chat: two people, one connection, taking turns.
//!
//! ```c
//! socket, bind, listen, accept        // the server
//! socket, connect                     // the client
//! send, recv                          // both, in turns
//! close                               // both
//! ```
//!
//! No call is new here. What is new is what no call gives: **where a message ends**.
//! TCP carries bytes, and two programs that want to exchange messages must agree on a **framing**:
//!
//! | framing | a message is | what can go wrong |
//! |---|---|---|
//! | [`None`](Framing::None) | what one `recv` of at most 1024 bytes brings | merged, cut, split inside a letter; an empty one is not there |
//! | [`Lines`](Framing::Lines) | UTF-8 text up to a newline | a text with a newline in it cannot be sent |
//! | [`Length`](Framing::Length) | four bytes with its length, highest byte first, then the text | the two must agree on the order of these bytes |
//!
//! [`Framing`] and [`Inbox`] know bytes and make no call, so they are the same for all layers.
//! The layers differ in how the bytes move: `receive` and `send` of
//! [`with_libc`], [`with_nix`], [`with_socket2`] and [`with_std`].
//!
//! | layer | the connection | an error | to go on after `EINTR` |
//! |---|---|---|---|
//! | [`with_libc`] | `RawFd` | `io::Error` | a loop of your own, both ways |
//! | [`with_nix`] | `impl AsFd` | `Errno` | a loop of your own, both ways |
//! | [`with_socket2`] | `&Socket` | `io::Error` | a loop to receive; `write_all` has its own |
//! | [`with_std`] | `&TcpStream` | `io::Error` | a loop to receive; `write_all` has its own |
//!
//! See RFC 9293, section 3.9.1, for what TCP promises: a stream. RFC 3629 is UTF-8.

mod fault;
mod framing;
mod inbox;
mod limits;
pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;

pub use fault::{Failure, Fault};
pub use framing::Framing;
pub use inbox::Inbox;
pub use limits::{LIMIT, ROOM};
