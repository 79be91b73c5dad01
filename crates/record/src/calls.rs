//! The calls that are watched, and what each of them does: one table, read when memory is copied, when it is decoded,
//! and by all who ask what a call was for.
//!
//! Names and order of the parameters are those of the manual pages.
//! Numbers are Linux's. They differ between processors, and the newer ones (aarch64) never had some of the old calls.

use crate::event::{Arg, Value};
use crate::role::Role;
use Kind::*;
use Role::*;
use Scope::*;

/// One watched call.
#[derive(Debug)]
pub struct Signature {
    /// Its number; `None` where this system or this processor has no such call.
    pub number: Option<i64>,
    /// Its name, as the manual page has it.
    pub name: &'static str,
    /// What it does, as far as its name tells: see [`Signature::role_with`].
    pub role: Role,
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

impl Signature {
    /// What it does with these arguments: fcntl has many operations, and some of them copy a descriptor.
    pub fn role_with(&self, args: &[Arg]) -> Role {
        let copies = |arg: &Arg| matches!(&arg.value, Value::Name { name, .. } if ["F_DUPFD", "F_DUPFD_CLOEXEC"].contains(&&**name));
        match self.role {
            Controls if args.iter().any(copies) => Copies,
            role => role,
        }
    }
}

impl Kind {
    /// Whether the kernel writes there, and does not ask what was there before.
    /// What it reads and then writes is none of these: such a value tells both.
    ///
    /// The argument of an ioctl is written or not by its `request`, the argument before it.
    pub fn is_written(self, request: u32) -> bool {
        match self {
            AddressOut { .. } | BytesOut { .. } | VectorsOut { .. } | MessageOut => true,
            MessagesOut { .. } | OptionOut { .. } | EventsOut | Pair => true,
            IoctlArg => is_asked(request),
            _ => false,
        }
    }
}

#[cfg(target_os = "linux")]
use crate::names::ioctl::is_asked;

/// The requests of ioctl are known on Linux only.
#[cfg(not(target_os = "linux"))]
fn is_asked(_: u32) -> bool {
    false
}

/// What the call of this name does; [`Role::Other`] for one that is not watched.
/// Of what its arguments tell, [`role_with`] knows.
pub fn role(name: &str) -> Role {
    role_with(name, &[])
}

/// What the call of this name does with these arguments.
pub fn role_with(name: &str, args: &[Arg]) -> Role {
    named(name).map_or(Other, |signature| signature.role_with(args))
}

/// These values as arguments of the call of this name: each says whether the kernel writes to it.
pub fn args(name: &str, values: impl IntoIterator<Item = (&'static str, Value)>) -> Vec<Arg> {
    let params = named(name).map_or(&[][..], |signature| signature.params);
    let mut request = 0;
    let mut args = Vec::new();
    for (name, value) in values {
        let kind = params.iter().find(|param| param.0 == name);
        let written = kind.is_some_and(|(_, kind)| kind.is_written(request));
        if let Value::Name { raw, .. } = value {
            request = raw as u32;
        }
        args.push(Arg {
            name,
            value,
            written,
        });
    }
    args
}

fn named(name: &str) -> Option<&'static Signature> {
    CALLS.iter().find(|signature| signature.name == name)
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
        if let Some(number) = CALLS[place].number {
            places[number as usize] = Some(place as u8);
        }
        place += 1;
    }
    places
}

macro_rules! calls {
    ($($(#[cfg($only:meta)])? $number:ident $scope:ident $role:ident $name:ident($($param:ident: $kind:expr),*);)*) => {
        /// All calls that are watched.
        pub const CALLS: &[Signature] = &[$(
            Signature {
                number: {
                    #[cfg(all(target_os = "linux" $(, $only)?))]
                    { Some(libc::$number) }
                    #[cfg(not(all(target_os = "linux" $(, $only)?)))]
                    { None }
                },
                name: stringify!($name),
                role: $role,
                scope: $scope,
                params: &[$((stringify!($param), $kind)),*],
            },
        )*];
    };
}

#[rustfmt::skip]
calls! {
    // A socket, its name and its connection.
    SYS_socket          Always  Makes    socket(domain: Domain, type: Type, protocol: Protocol);
    SYS_socketpair      Always  Pairs    socketpair(domain: Domain, type: Type, protocol: Protocol, sv: Pair);
    SYS_bind            Always  Names    bind(sockfd: Fd, addr: AddressIn { length: 2 }, addrlen: Unsigned);
    SYS_listen          Always  Listens  listen(sockfd: Fd, backlog: Int);
    SYS_accept          Always  Accepts  accept(sockfd: Fd, addr: AddressOut { length: 2 }, addrlen: Length);
    SYS_accept4         Always  Accepts  accept4(sockfd: Fd, addr: AddressOut { length: 2 }, addrlen: Length, flags: AcceptFlags);
    SYS_connect         Always  Connects connect(sockfd: Fd, addr: AddressIn { length: 2 }, addrlen: Unsigned);
    SYS_getsockname     Always  AsksName getsockname(sockfd: Fd, addr: AddressOut { length: 2 }, addrlen: Length);
    SYS_getpeername     Always  Asks     getpeername(sockfd: Fd, addr: AddressOut { length: 2 }, addrlen: Length);
    SYS_shutdown        Always  Shuts    shutdown(sockfd: Fd, how: How);
    SYS_setsockopt      Always  Sets     setsockopt(sockfd: Fd, level: Level, optname: OptionName, optval: OptionIn { length: 4 }, optlen: Unsigned);
    SYS_getsockopt      Always  Asks     getsockopt(sockfd: Fd, level: Level, optname: OptionName, optval: OptionOut { length: 4 }, optlen: Length);

    // Data. The C library's send and recv arrive here as sendto and recvfrom.
    SYS_sendto          Always  Sends    sendto(sockfd: Fd, buf: BytesIn { length: 2 }, len: Size, flags: MessageFlags, dest_addr: AddressIn { length: 5 }, addrlen: Unsigned);
    SYS_recvfrom        Always  Receives recvfrom(sockfd: Fd, buf: BytesOut { length: 2 }, len: Size, flags: MessageFlags, src_addr: AddressOut { length: 5 }, addrlen: Length);
    SYS_sendmsg         Always  Sends    sendmsg(sockfd: Fd, msg: MessageIn, flags: MessageFlags);
    SYS_recvmsg         Always  Receives recvmsg(sockfd: Fd, msg: MessageOut, flags: MessageFlags);
    SYS_sendmmsg        Always  Sends    sendmmsg(sockfd: Fd, msgvec: MessagesIn { count: 2 }, vlen: Unsigned, flags: MessageFlags);
    SYS_recvmmsg        Always  Receives recvmmsg(sockfd: Fd, msgvec: MessagesOut { count: 2 }, vlen: Unsigned, flags: MessageFlags, timeout: Timespec);
    SYS_read            Sockets Receives read(fd: Fd, buf: BytesOut { length: 2 }, count: Size);
    SYS_write           Sockets Sends    write(fd: Fd, buf: BytesIn { length: 2 }, count: Size);
    SYS_readv           Sockets Receives readv(fd: Fd, iov: VectorsOut { count: 2 }, iovcnt: Int);
    SYS_writev          Sockets Sends    writev(fd: Fd, iov: VectorsIn { count: 2 }, iovcnt: Int);
    SYS_sendfile        Sockets Moves    sendfile(out_fd: Fd, in_fd: Fd, offset: Offset, count: Size);
    SYS_splice          Sockets Moves    splice(fd_in: Fd, off_in: Offset, fd_out: Fd, off_out: Offset, len: Size, flags: SpliceFlags);

    // Descriptors.
    SYS_close           Sockets Closes   close(fd: Fd);
    SYS_close_range     Always  Closes   close_range(first: Unsigned, last: Unsigned, flags: RangeFlags);
    SYS_dup             Sockets Copies   dup(oldfd: Fd);
    #[cfg(target_arch = "x86_64")]
    SYS_dup2            Sockets Copies   dup2(oldfd: Fd, newfd: Fd);
    SYS_dup3            Sockets Copies   dup3(oldfd: Fd, newfd: Fd, flags: FileFlags);
    SYS_fcntl           Sockets Controls fcntl(fd: Fd, op: Fcntl, arg: FcntlArg);
    SYS_ioctl           Sockets Controls ioctl(fd: Fd, op: Ioctl, argp: IoctlArg);

    // Waiting for many descriptors.
    #[cfg(target_arch = "x86_64")]
    SYS_select          Sockets Waits    select(nfds: Int, readfds: Set { count: 0 }, writefds: Set { count: 0 }, exceptfds: Set { count: 0 }, timeout: Timeval);
    SYS_pselect6        Sockets Waits    pselect6(nfds: Int, readfds: Set { count: 0 }, writefds: Set { count: 0 }, exceptfds: Set { count: 0 }, timeout: Timespec, sigmask: SignalsAndSize);
    #[cfg(target_arch = "x86_64")]
    SYS_poll            Sockets Waits    poll(fds: Polls { count: 1 }, nfds: Unsigned, timeout: Int);
    SYS_ppoll           Sockets Waits    ppoll(fds: Polls { count: 1 }, nfds: Unsigned, tmo_p: Timespec, sigmask: Signals, sigsetsize: Size);
    #[cfg(target_arch = "x86_64")]
    SYS_epoll_create    Always  Watches  epoll_create(size: Int);
    SYS_epoll_create1   Always  Watches  epoll_create1(flags: EpollFlags);
    SYS_epoll_ctl       Always  Watches  epoll_ctl(epfd: Fd, op: EpollOp, fd: Fd, event: EventIn);
    #[cfg(target_arch = "x86_64")]
    SYS_epoll_wait      Always  Waits    epoll_wait(epfd: Fd, events: EventsOut, maxevents: Int, timeout: Int);
    SYS_epoll_pwait     Always  Waits    epoll_pwait(epfd: Fd, events: EventsOut, maxevents: Int, timeout: Int, sigmask: Signals, sigsetsize: Size);
    SYS_epoll_pwait2    Always  Waits    epoll_pwait2(epfd: Fd, events: EventsOut, maxevents: Int, timeout: Timespec, sigmask: Signals, sigsetsize: Size);

    // The second half of a call that a signal cut in two.
    SYS_restart_syscall Always  Other    restart_syscall();

    // What goes past the lens: from here on the program hands its requests over in shared memory, without calls.
    SYS_io_uring_setup  Always  Other    io_uring_setup(entries: Unsigned, params: Opaque);
}
