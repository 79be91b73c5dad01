//! The calls that are watched: one table, read both when memory is copied and when it is decoded.
//!
//! Names and order of the parameters are those of the manual pages.
//! Numbers differ between processors, and the newer ones (aarch64) never had some of the old calls.

use Kind::*;
use Scope::*;

/// One watched call.
#[derive(Debug)]
pub struct Signature {
    /// Its number on this processor.
    pub number: i64,
    /// Its name, as the manual page has it.
    pub name: &'static str,
    /// When it is worth keeping.
    pub scope: Scope,
    /// Its parameters, with their names in the manual page.
    pub params: &'static [(&'static str, Kind)],
}

/// When a call is worth keeping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Always.
    Always,
    /// Only when one of its descriptors is a socket: files use this call too.
    Sockets,
}

/// What a parameter means. A number in a kind is the index of another parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the manual pages explain what is meant")]
pub enum Kind {
    // Numbers.
    Int,
    Unsigned,
    Size,
    Fd,
    // Constants and flags.
    Domain,
    Type,
    Protocol,
    How,
    MessageFlags,
    AcceptFlags,
    FileFlags,
    SpliceFlags,
    RangeFlags,
    EpollFlags,
    Level,
    OptionName,
    EpollOp,
    Fcntl,
    FcntlArg,
    Ioctl,
    IoctlArg,
    // Memory the kernel reads.
    AddressIn { length: usize },
    BytesIn { length: usize },
    VectorsIn { count: usize },
    MessageIn,
    MessagesIn { count: usize },
    OptionIn { length: usize },
    EventIn,
    Timespec,
    Timeval,
    Signals,
    SignalsAndSize,
    // Memory the kernel writes.
    AddressOut { length: usize },
    BytesOut { length: usize },
    VectorsOut { count: usize },
    MessageOut,
    MessagesOut { count: usize },
    OptionOut { length: usize },
    EventsOut,
    Pair,
    // Memory the kernel reads and then writes.
    Length,
    Offset,
    Polls { count: usize },
    Set { count: usize },
    // Memory that is not followed.
    Opaque,
}

/// The signature of a call by its number; `None` for one that is not watched.
///
/// The tracer asks at every stop, so this looks in one place instead of searching the list.
pub fn find(number: i64) -> Option<&'static Signature> {
    static PLACES: [Option<u8>; NUMBERS] = places();
    let place = PLACES.get(usize::try_from(number).ok()?)?;
    place.map(|place| &CALLS[usize::from(place)])
}

/// More than the highest number of a system call.
const NUMBERS: usize = 512;

/// For each number the place of its call in the list.
const fn places() -> [Option<u8>; NUMBERS] {
    let mut places = [None; NUMBERS];
    let mut place = 0;
    while place < CALLS.len() {
        places[CALLS[place].number as usize] = Some(place as u8);
        place += 1;
    }
    places
}

macro_rules! calls {
    ($($(#[$cfg:meta])? $number:ident $scope:ident $name:ident($($param:ident: $kind:expr),*);)*) => {
        /// All calls that are watched.
        pub const CALLS: &[Signature] = &[$(
            $(#[$cfg])?
            Signature {
                number: libc::$number,
                name: stringify!($name),
                scope: $scope,
                params: &[$((stringify!($param), $kind)),*],
            },
        )*];
    };
}

#[rustfmt::skip]
calls! {
    // A socket, its name and its connection.
    SYS_socket          Always  socket(domain: Domain, type: Type, protocol: Protocol);
    SYS_socketpair      Always  socketpair(domain: Domain, type: Type, protocol: Protocol, sv: Pair);
    SYS_bind            Always  bind(sockfd: Fd, addr: AddressIn { length: 2 }, addrlen: Unsigned);
    SYS_listen          Always  listen(sockfd: Fd, backlog: Int);
    SYS_accept          Always  accept(sockfd: Fd, addr: AddressOut { length: 2 }, addrlen: Length);
    SYS_accept4         Always  accept4(sockfd: Fd, addr: AddressOut { length: 2 }, addrlen: Length, flags: AcceptFlags);
    SYS_connect         Always  connect(sockfd: Fd, addr: AddressIn { length: 2 }, addrlen: Unsigned);
    SYS_getsockname     Always  getsockname(sockfd: Fd, addr: AddressOut { length: 2 }, addrlen: Length);
    SYS_getpeername     Always  getpeername(sockfd: Fd, addr: AddressOut { length: 2 }, addrlen: Length);
    SYS_shutdown        Always  shutdown(sockfd: Fd, how: How);
    SYS_setsockopt      Always  setsockopt(sockfd: Fd, level: Level, optname: OptionName, optval: OptionIn { length: 4 }, optlen: Unsigned);
    SYS_getsockopt      Always  getsockopt(sockfd: Fd, level: Level, optname: OptionName, optval: OptionOut { length: 4 }, optlen: Length);

    // Data. The C library's send and recv arrive here as sendto and recvfrom.
    SYS_sendto          Always  sendto(sockfd: Fd, buf: BytesIn { length: 2 }, len: Size, flags: MessageFlags, dest_addr: AddressIn { length: 5 }, addrlen: Unsigned);
    SYS_recvfrom        Always  recvfrom(sockfd: Fd, buf: BytesOut { length: 2 }, len: Size, flags: MessageFlags, src_addr: AddressOut { length: 5 }, addrlen: Length);
    SYS_sendmsg         Always  sendmsg(sockfd: Fd, msg: MessageIn, flags: MessageFlags);
    SYS_recvmsg         Always  recvmsg(sockfd: Fd, msg: MessageOut, flags: MessageFlags);
    SYS_sendmmsg        Always  sendmmsg(sockfd: Fd, msgvec: MessagesIn { count: 2 }, vlen: Unsigned, flags: MessageFlags);
    SYS_recvmmsg        Always  recvmmsg(sockfd: Fd, msgvec: MessagesOut { count: 2 }, vlen: Unsigned, flags: MessageFlags, timeout: Timespec);
    SYS_read            Sockets read(fd: Fd, buf: BytesOut { length: 2 }, count: Size);
    SYS_write           Sockets write(fd: Fd, buf: BytesIn { length: 2 }, count: Size);
    SYS_readv           Sockets readv(fd: Fd, iov: VectorsOut { count: 2 }, iovcnt: Int);
    SYS_writev          Sockets writev(fd: Fd, iov: VectorsIn { count: 2 }, iovcnt: Int);
    SYS_sendfile        Sockets sendfile(out_fd: Fd, in_fd: Fd, offset: Offset, count: Size);
    SYS_splice          Sockets splice(fd_in: Fd, off_in: Offset, fd_out: Fd, off_out: Offset, len: Size, flags: SpliceFlags);

    // Descriptors.
    SYS_close           Sockets close(fd: Fd);
    SYS_close_range     Always  close_range(first: Unsigned, last: Unsigned, flags: RangeFlags);
    SYS_dup             Sockets dup(oldfd: Fd);
    #[cfg(target_arch = "x86_64")]
    SYS_dup2            Sockets dup2(oldfd: Fd, newfd: Fd);
    SYS_dup3            Sockets dup3(oldfd: Fd, newfd: Fd, flags: FileFlags);
    SYS_fcntl           Sockets fcntl(fd: Fd, op: Fcntl, arg: FcntlArg);
    SYS_ioctl           Sockets ioctl(fd: Fd, op: Ioctl, argp: IoctlArg);

    // Waiting for many descriptors.
    #[cfg(target_arch = "x86_64")]
    SYS_select          Sockets select(nfds: Int, readfds: Set { count: 0 }, writefds: Set { count: 0 }, exceptfds: Set { count: 0 }, timeout: Timeval);
    SYS_pselect6        Sockets pselect6(nfds: Int, readfds: Set { count: 0 }, writefds: Set { count: 0 }, exceptfds: Set { count: 0 }, timeout: Timespec, sigmask: SignalsAndSize);
    #[cfg(target_arch = "x86_64")]
    SYS_poll            Sockets poll(fds: Polls { count: 1 }, nfds: Unsigned, timeout: Int);
    SYS_ppoll           Sockets ppoll(fds: Polls { count: 1 }, nfds: Unsigned, tmo_p: Timespec, sigmask: Signals, sigsetsize: Size);
    #[cfg(target_arch = "x86_64")]
    SYS_epoll_create    Always  epoll_create(size: Int);
    SYS_epoll_create1   Always  epoll_create1(flags: EpollFlags);
    SYS_epoll_ctl       Always  epoll_ctl(epfd: Fd, op: EpollOp, fd: Fd, event: EventIn);
    #[cfg(target_arch = "x86_64")]
    SYS_epoll_wait      Always  epoll_wait(epfd: Fd, events: EventsOut, maxevents: Int, timeout: Int);
    SYS_epoll_pwait     Always  epoll_pwait(epfd: Fd, events: EventsOut, maxevents: Int, timeout: Int, sigmask: Signals, sigsetsize: Size);
    SYS_epoll_pwait2    Always  epoll_pwait2(epfd: Fd, events: EventsOut, maxevents: Int, timeout: Timespec, sigmask: Signals, sigsetsize: Size);

    // The second half of a call that a signal cut in two.
    SYS_restart_syscall Always  restart_syscall();

    // What goes past the lens: from here on the program hands its requests over in shared memory, without calls.
    SYS_io_uring_setup  Always  io_uring_setup(entries: Unsigned, params: Opaque);
}
