//! `getaddrinfo`, `getnameinfo`: names for people, addresses for the kernel.
//!
//! ```c
//! #include <sys/types.h>
//! #include <sys/socket.h>
//! #include <netdb.h>
//!
//! int getaddrinfo(const char *node, const char *service,
//!                 const struct addrinfo *hints, struct addrinfo **res);
//! void freeaddrinfo(struct addrinfo *res);
//! const char *gai_strerror(int code);
//! int getnameinfo(const struct sockaddr *addr, socklen_t addrlen, char *host, socklen_t hostlen,
//!                 char *serv, socklen_t servlen, int flags);
//!
//! #include <arpa/inet.h>
//!
//! int inet_pton(int af, const char *src, void *dst);
//! const char *inet_ntop(int af, const void *src, char *dst, socklen_t size);
//! ```
//!
//! No system call takes a name. `connect` wants an address in binary, with its length, on a socket
//! of the right family.
//!
//! **`getaddrinfo`** makes addresses of two texts, a host and a service.
//! It is a function of the C library, in your process: it reads files, asks other programs and name
//! servers, and puts what it found in an order (RFC 6724).
//! The answer is a **list**. Each entry has the three arguments of `socket` and the last two of
//! `connect`, so a program can walk the list without knowing one family from another.
//!
//! **`getnameinfo`** is the way back: an address becomes two texts.
//!
//! **`inet_pton`** and **`inet_ntop`** know only addresses written in figures. They ask nobody.
//!
//! The error of the resolver is a number of its own (`EAI_NONAME`), not an errno.
//!
//! What each layer makes of it:
//!
//! | layer | name to addresses | the error | walk the list | address to name |
//! |---|---|---|---|---|
//! | [`with_libc`] | `getaddrinfo` | [`ResolverError`](with_libc::ResolverError) | a loop of your own | `getnameinfo` |
//! | [`with_nix`] | drop a layer | the same | a loop of your own | drop a layer |
//! | [`with_socket2`] | drop a layer | the same | a loop of your own | drop a layer |
//! | [`with_std`] | `ToSocketAddrs` | `io::Error`, only its text | `TcpStream::connect` | drop a layer |
//!
//! See getaddrinfo(3), getnameinfo(3), inet_pton(3), inet_ntop(3), gethostbyname(3), ipv6(7),
//! RFC 3493, RFC 6724, and POSIX.1-2024, `freeaddrinfo`.

pub mod with_libc;
pub mod with_nix;
pub mod with_socket2;
pub mod with_std;
