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
//! A connection carries a **stream of bytes** each way. It keeps the order, and it keeps nothing else:
//! where one `send` ended and the next began is not to be seen at the other end.
//!
//! **`send`** copies bytes into the socket's send buffer in the kernel and returns how many.
//! That may be fewer than `len`. If the buffer is full, it waits.
//! When it returns, the bytes are in this machine's kernel; that the peer has them, no one has said.
//!
//! **`recv`** copies bytes that have arrived out of the receive buffer and returns how many.
//! It waits until there is at least one, and it does not wait for `len`.
//! **0 means the end**: the peer will send no more. It never means "nothing yet".
//!
//! What each layer makes of it:
//!
//! | layer | to send | after the peer is gone | to receive into | the rest |
//! |---|---|---|---|---|
//! | [`with_libc`] | `send`, your flags | `SIGPIPE`, unless `MSG_NOSIGNAL` | `&mut [u8]` | you loop |
//! | [`with_nix`] | `send`, your flags | `SIGPIPE`, unless `MSG_NOSIGNAL` | `&mut [u8]` | you loop |
//! | [`with_socket2`] | `send`, flags 0 or yours | `SIGPIPE`, unless `MSG_NOSIGNAL` | `&mut [MaybeUninit<u8>]` | `write_all` |
//! | [`with_std`] | `send`, `MSG_NOSIGNAL` | `EPIPE` | `&mut [u8]` | `write_all` |
//!
//! `SIGPIPE` kills a process that has not said otherwise. Every Rust program has: the runtime ignores
//! the signal before `main`, so here all four layers report `EPIPE`. A C program dies.
//!
//! On Linux glibc's `send` and `recv` reach the kernel as `sendto` and `recvfrom` without an address.
//!
//! See send(2), recv(2), write(2), read(2), and RFC 9293, section 3.10.2 (SEND) and 3.10.3 (RECEIVE).

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
