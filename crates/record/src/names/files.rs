//! What concerns descriptors of every kind: fcntl, the flags of open files, poll, epoll.

use super::{Table, table};

/// Operations of fcntl.
#[rustfmt::skip]
pub const FCNTL: Table = table![
    F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_GETLK, F_SETLK, F_SETLKW, F_SETOWN, F_GETOWN,
    F_SETSIG = 10, F_GETSIG = 11, F_SETOWN_EX = 15, F_GETOWN_EX = 16, F_GETOWNER_UIDS = 17,
    F_OFD_GETLK, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_GETLEASE, F_DUPFD_QUERY = 1027, F_CANCELLK = 1029,
    F_DUPFD_CLOEXEC, F_NOTIFY, F_SETPIPE_SZ, F_GETPIPE_SZ, F_ADD_SEALS, F_GET_SEALS,
];

/// Flags of a descriptor.
pub const DESCRIPTOR_FLAGS: Table = table![FD_CLOEXEC];

/// Flags of an open file, with the numbers of the kernel: the C library has 0 for O_LARGEFILE.
///
/// The access mode is not a set of bits, but O_RDONLY is 0 and no file has both of the others, so it reads as one.
pub const FILE_FLAGS: Table = table![
    O_WRONLY,
    O_RDWR,
    O_CREAT,
    O_EXCL,
    O_NOCTTY,
    O_TRUNC,
    O_APPEND,
    O_NONBLOCK,
    O_SYNC,
    O_DSYNC,
    O_ASYNC,
    O_DIRECT,
    O_LARGEFILE = LARGE_FILE,
    O_TMPFILE,
    O_DIRECTORY,
    O_NOFOLLOW,
    O_NOATIME,
    O_CLOEXEC,
    O_PATH,
];

#[cfg(target_arch = "aarch64")]
const LARGE_FILE: i64 = 0o400_000;
#[cfg(not(target_arch = "aarch64"))]
const LARGE_FILE: i64 = 0o100_000;

/// Flags of splice.
pub const SPLICE: Table = table![
    SPLICE_F_MOVE,
    SPLICE_F_NONBLOCK,
    SPLICE_F_MORE,
    SPLICE_F_GIFT
];

/// Flags of close_range.
pub const CLOSE_RANGE: Table = table![CLOSE_RANGE_UNSHARE = 1 << 1, CLOSE_RANGE_CLOEXEC = 1 << 2];

/// What poll waits for and tells.
#[rustfmt::skip]
pub const POLL: Table = table![
    POLLIN, POLLPRI, POLLOUT, POLLERR, POLLHUP, POLLNVAL, POLLRDNORM, POLLRDBAND, POLLWRNORM, POLLWRBAND,
    POLLMSG = 0x400, POLLREMOVE = 0x1000, POLLRDHUP = 0x2000,
];

/// What epoll waits for and tells.
#[rustfmt::skip]
pub const EPOLL: Table = table![
    EPOLLIN, EPOLLPRI, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDNORM, EPOLLRDBAND, EPOLLWRNORM, EPOLLWRBAND,
    EPOLLMSG, EPOLLRDHUP, EPOLLEXCLUSIVE, EPOLLWAKEUP, EPOLLONESHOT, EPOLLET,
];

/// Operations of epoll_ctl.
pub const EPOLL_CTL: Table = table![EPOLL_CTL_ADD, EPOLL_CTL_DEL, EPOLL_CTL_MOD];

/// Flags of epoll_create1.
pub const EPOLL_CREATE: Table = table![EPOLL_CLOEXEC];
