//! `send`, `recv`: move bytes through a connection.
//!
//! ```c
//! #include <sys/socket.h>
//!
//! ssize_t send(int fd, const void *buf, size_t len, int flags);
//! ssize_t recv(int fd, void *buf, size_t len, int flags);
//!
//! #include <unistd.h>
//!
//! ssize_t write(int fd, const void *buf, size_t len);   // send with flags 0
//! ssize_t read(int fd, void *buf, size_t len);          // recv with flags 0
//! ```
//!
//! A connection carries a **stream of bytes** each way.
//! It keeps the order, and it keeps nothing else: where one `send` ended and the next began is not
//! to be seen at the other end.
//!
//! **`send`** copies bytes into the socket's send buffer in the kernel and returns how many.
//! That may be fewer than `len`.
//! If the buffer is full, it waits.
//! When it returns, the bytes are in this machine's kernel. Whether the peer has them is not known.
//!
//! **`recv`** copies bytes that have arrived out of the receive buffer and returns how many.
//! It waits until there is at least one, and it does not wait for `len`.
//! **0 means the end**: the peer will send no more. It never means "nothing yet".
//!
//! What each layer makes of it (on Linux):
//!
//! | layer | to send | its flags | to receive into | to send everything |
//! |---|---|---|---|---|
//! | [`with_libc`] | `send` | yours | `&mut [u8]` | a loop of your own |
//! | [`with_nix`] | `send` | yours, typed | `&mut [u8]` | a loop of your own |
//! | [`with_socket2`] | `send` | 0, or yours | `&mut [MaybeUninit<u8>]` | `write_all` |
//! | [`with_std`] | `write` | `MSG_NOSIGNAL` | `&mut [u8]` | `write_all` |
//!
//! `MSG_NOSIGNAL` is about a peer that is gone. With it, `send` fails with `EPIPE`.
//! Without it, the signal `SIGPIPE` comes first, and kills a process that has not said otherwise.
//! Every Rust program has said otherwise: its runtime ignores the signal before `main` begins.
//! So here all four layers report `EPIPE`, where a C program dies.
//!
//! On Linux x86_64 and aarch64 the kernel has no `send` and no `recv`:
//! the C library passes them on as `sendto` and `recvfrom`, without an address.
//!
//! See send(2), recv(2), write(2), read(2), and RFC 9293, sections 3.10.2 and 3.10.3.

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
