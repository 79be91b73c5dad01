//! What a call does, in one word: what a send is and what a receive is, whatever the call's name.

/// What a call does.
///
/// Which call has which role stands in [`crate::calls`], beside its parameters, and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Makes a socket: socket(2).
    Makes,
    /// Makes two sockets that are connected to each other: socketpair(2).
    Pairs,
    /// Gives a socket its own address: bind(2).
    Names,
    /// Asks for a socket's own address: getsockname(2).
    AsksName,
    /// Lets connections come in: listen(2).
    Listens,
    /// Takes a connection that has come in, and makes a socket of it: accept(2).
    Accepts,
    /// Connects a socket to the address of another: connect(2).
    Connects,
    /// Hands bytes over to be sent: send(2) and write(2) in all their forms.
    Sends,
    /// Takes bytes that have arrived: recv(2) and read(2) in all their forms.
    Receives,
    /// Takes bytes from one descriptor and hands them over to another: sendfile(2), splice(2).
    Moves,
    /// Ends one direction of a connection, or both, and keeps the descriptor: shutdown(2).
    Shuts,
    /// Ends descriptors: close(2), close_range(2).
    Closes,
    /// Makes a second descriptor for what another one is for: dup(2), and fcntl(2) with F_DUPFD.
    Copies,
    /// Changes how a socket behaves: setsockopt(2).
    Sets,
    /// Asks a socket for anything but its own address: getpeername(2), getsockopt(2).
    Asks,
    /// Asks or changes a descriptor; which of the two, its operation tells: fcntl(2), ioctl(2).
    Controls,
    /// Waits until one of several descriptors is ready: select(2), poll(2), epoll_wait(2).
    Waits,
    /// Makes or changes the list of descriptors that epoll(7) waits for: epoll_create(2), epoll_ctl(2).
    Watches,
    /// None of these.
    Other,
}
