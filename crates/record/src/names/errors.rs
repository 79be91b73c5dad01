//! The errors: their names, and what they say in words.

/// The name of an errno (`ECONNREFUSED`).
pub fn name(errno: i32) -> Option<&'static str> {
    entry(errno).map(|entry| entry.1)
}

/// What an errno says, in words.
pub fn words(errno: i32) -> Option<&'static str> {
    entry(errno).map(|entry| entry.2)
}

type Entry = (i32, &'static str, &'static str);

fn entry(errno: i32) -> Option<&'static Entry> {
    EVERYWHERE
        .iter()
        .chain(LINUX)
        .find(|entry| entry.0 == errno)
}

macro_rules! errors {
    ($($name:ident $words:literal)*) => { &[$((libc::$name, stringify!($name), $words)),*] };
}

/// What every Unix has, most of it from POSIX, under its own numbers.
#[rustfmt::skip]
const EVERYWHERE: &[Entry] = errors! {
    EPERM            "operation not permitted"
    ENOENT           "no such file or directory"
    ESRCH            "no such process"
    EINTR            "interrupted by a signal"
    EIO              "input/output error"
    ENXIO            "no such device or address"
    E2BIG            "argument list too long"
    ENOEXEC          "not an executable format"
    EBADF            "bad file descriptor"
    ECHILD           "no child processes"
    EAGAIN           "resource temporarily unavailable"
    ENOMEM           "cannot allocate memory"
    EACCES           "permission denied"
    EFAULT           "bad address"
    ENOTBLK          "block device required"
    EBUSY            "device or resource busy"
    EEXIST           "file exists"
    EXDEV            "link across file systems"
    ENODEV           "no such device"
    ENOTDIR          "not a directory"
    EISDIR           "is a directory"
    EINVAL           "invalid argument"
    ENFILE           "too many open files in the system"
    EMFILE           "too many open files"
    ENOTTY           "inappropriate ioctl for the device"
    ETXTBSY          "program file is being written or run"
    EFBIG            "file too large"
    ENOSPC           "no space left on the device"
    ESPIPE           "cannot seek"
    EROFS            "read-only file system"
    EMLINK           "too many links"
    EPIPE            "broken pipe"
    EDOM             "argument outside the function's domain"
    ERANGE           "result out of range"
    EDEADLK          "deadlock avoided"
    ENAMETOOLONG     "file name too long"
    ENOLCK           "no locks available"
    ENOSYS           "no such system call"
    ENOTEMPTY        "directory not empty"
    ELOOP            "too many symbolic links"
    ENOMSG           "no message of the wanted type"
    EIDRM            "identifier removed"
    ENOSTR           "not a stream device"
    ENODATA          "no data available"
    ETIME            "timer expired"
    ENOSR            "out of stream resources"
    EREMOTE          "object is remote"
    ENOLINK          "link has been severed"
    EPROTO           "protocol error"
    EMULTIHOP        "multihop attempted"
    EBADMSG          "bad message"
    EOVERFLOW        "value too large for its type"
    EILSEQ           "invalid multibyte character"
    EUSERS           "too many users"
    ENOTSOCK         "not a socket"
    EDESTADDRREQ     "destination address required"
    EMSGSIZE         "message too long"
    EPROTOTYPE       "wrong protocol type for the socket"
    ENOPROTOOPT      "no such option for this protocol"
    EPROTONOSUPPORT  "protocol not supported"
    ESOCKTNOSUPPORT  "socket type not supported"
    EOPNOTSUPP       "operation not supported"
    EPFNOSUPPORT     "protocol family not supported"
    EAFNOSUPPORT     "address family not supported"
    EADDRINUSE       "address already in use"
    EADDRNOTAVAIL    "address not available"
    ENETDOWN         "network is down"
    ENETUNREACH      "network is unreachable"
    ENETRESET        "network dropped the connection"
    ECONNABORTED     "connection aborted"
    ECONNRESET       "connection reset by peer"
    ENOBUFS          "no buffer space available"
    EISCONN          "already connected"
    ENOTCONN         "not connected"
    ESHUTDOWN        "cannot send after shutdown"
    ETOOMANYREFS     "too many references"
    ETIMEDOUT        "timed out"
    ECONNREFUSED     "connection refused"
    EHOSTDOWN        "host is down"
    EHOSTUNREACH     "no route to host"
    EALREADY         "already in progress"
    EINPROGRESS      "now in progress"
    ESTALE           "stale file handle"
    EDQUOT           "disk quota exceeded"
    ECANCELED        "canceled"
    EOWNERDEAD       "owner died"
    ENOTRECOVERABLE  "state not recoverable"
};

/// The rest of Linux's numbers.
#[cfg(target_os = "linux")]
#[rustfmt::skip]
const LINUX: &[Entry] = errors! {
    ECHRNG           "channel number out of range"
    EL2NSYNC         "level 2 not synchronized"
    EL3HLT           "level 3 halted"
    EL3RST           "level 3 reset"
    ELNRNG           "link number out of range"
    EUNATCH          "protocol driver not attached"
    ENOCSI           "no CSI structure available"
    EL2HLT           "level 2 halted"
    EBADE            "invalid exchange"
    EBADR            "invalid request descriptor"
    EXFULL           "exchange full"
    ENOANO           "no anode"
    EBADRQC          "invalid request code"
    EBADSLT          "invalid slot"
    EBFONT           "bad font file format"
    ENONET           "machine is not on the network"
    ENOPKG           "package not installed"
    EADV             "advertise error"
    ESRMNT           "srmount error"
    ECOMM            "communication error on send"
    EDOTDOT          "RFS-specific error"
    ENOTUNIQ         "name not unique on the network"
    EBADFD           "file descriptor in bad state"
    EREMCHG          "remote address changed"
    ELIBACC          "cannot access a needed shared library"
    ELIBBAD          "corrupted shared library"
    ELIBSCN          ".lib section corrupted"
    ELIBMAX          "too many shared libraries"
    ELIBEXEC         "cannot execute a shared library directly"
    ERESTART         "interrupted, should be restarted"
    ESTRPIPE         "streams pipe error"
    EUCLEAN          "structure needs cleaning"
    ENOTNAM          "not a XENIX named type file"
    ENAVAIL          "no XENIX semaphores available"
    EISNAM           "is a named type file"
    EREMOTEIO        "remote input/output error"
    ENOMEDIUM        "no medium found"
    EMEDIUMTYPE      "wrong medium type"
    ENOKEY           "required key not available"
    EKEYEXPIRED      "key has expired"
    EKEYREVOKED      "key has been revoked"
    EKEYREJECTED     "key was rejected"
    ERFKILL          "not possible due to RF-kill"
    EHWPOISON        "memory page has a hardware error"
};

#[cfg(not(target_os = "linux"))]
const LINUX: &[Entry] = &[];
