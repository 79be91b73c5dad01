//! Calls as a manual page would write them.
//!
//! ```text
//! socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, 0) = 3
//! connect(3, 127.0.0.1:9000, 16) = -1 ECONNREFUSED (connection refused)
//! accept(3, 127.0.0.1:40122, 128 -> 16) = 4
//! sendto(4, "hello\n", 6, MSG_NOSIGNAL, NULL, 0) = 6
//! ```
//!
//! - Addresses are `127.0.0.1:9000`, `[::1]:9000`, `unix:/tmp/chat`, `unix:@abstract`, `unnamed` for an AF_UNIX socket
//!   without a name, `no address` where the length was 0, and `{AF_NETLINK, "…"}` for any other family.
//!   An internet address that was cut off is `{AF_INET, 9c 40}`: the bytes of it that there are.
//! - A value that the call changed is `before -> after`.
//! - Bytes are in quotes with the escapes of C; `\x` always has two digits. No control character is ever written,
//!   nor one that turns the direction of writing, so what a program sends cannot play tricks on the terminal.
//! - `…` stands for what was not copied or is not there yet. With `{:#}` pointers are shown as numbers instead,
//!   and bytes are not cut to [`SHOWN`].
//! - An unknown constant is its number, unknown flags are in hexadecimal.

mod bytes;

use crate::event::{Address, Arg, Call, Outcome, Segment, Value};
use crate::names::{self, errors, signals};
use std::fmt::{self, Display, Formatter, Write};

pub use bytes::SHOWN;
pub use bytes::{escape, printable};

/// The name of an errno of this system: `ECONNREFUSED`.
pub fn errno_name(errno: i32) -> Option<&'static str> {
    errors::name(errno)
}

/// What an errno says, in lower-case words: `connection refused`.
pub fn errno_words(errno: i32) -> Option<&'static str> {
    errors::words(errno)
}

/// The name of a signal: `SIGPIPE`, `SIGRTMIN+1`.
pub fn signal_name(signal: i32) -> Option<&'static str> {
    signals::name(signal)
}

/// The names of TCP's control bits that are set, in the order in which they are usually written: `SYN`, `ACK`.
pub fn control_bits(flags: u8) -> Vec<&'static str> {
    let names = [
        (Segment::SYN, "SYN"),
        (Segment::FIN, "FIN"),
        (Segment::RST, "RST"),
        (Segment::PSH, "PSH"),
        (Segment::ACK, "ACK"),
        (Segment::URG, "URG"),
        (Segment::ECE, "ECE"),
        (Segment::CWR, "CWR"),
    ];
    let set = names.into_iter().filter(|(bit, _)| flags & bit != 0);
    set.map(|(_, name)| name).collect()
}

/// A call as it is made: name and arguments as they were before it.
/// An argument that the kernel writes to is `…`.
pub fn head(call: &Call) -> String {
    let mut text = String::new();
    let args = call.args.iter().map(|arg| entry(call, arg));
    // Writing to a String cannot fail.
    let _ = write!(text, "{}({})", call.name, Separated(args.collect(), ", "));
    text
}

/// How a call ended: `= 4`, `= -1 EAGAIN (resource temporarily unavailable)`, `= ?` while it has not, or `restarted`.
///
/// Flags that fcntl returns are also named: `= 2050 (O_RDWR|O_NONBLOCK)`.
pub fn outcome(call: &Call) -> String {
    let meaning = returned_flags(call).map_or(String::new(), |flags| format!(" ({flags})"));
    match call.outcome {
        Outcome::Restarted => Outcome::Restarted.to_string(),
        ref outcome => format!("= {outcome}{meaning}"),
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        let args = Separated(self.args.iter().map(|arg| &arg.value).collect(), ", ");
        // When an address is bad, it is worth seeing.
        if f.alternate() || self.outcome == Outcome::Failed(libc::EFAULT) {
            write!(f, "{}({args:#}) {}", self.name, outcome(self))
        } else {
            write!(f, "{}({args}) {}", self.name, outcome(self))
        }
    }
}

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match *self {
            Outcome::Returned(value) => write!(f, "{value}"),
            Outcome::Failed(errno) => match (errors::name(errno), errors::words(errno)) {
                (Some(name), Some(words)) => write!(f, "-1 {name} ({words})"),
                _ => write!(f, "-1 {errno}"),
            },
            Outcome::Restarted => f.write_str("restarted"),
            Outcome::Unfinished => f.write_str("?"),
        }
    }
}

impl Display for Value {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Value::Int(value) => write!(f, "{value}"),
            Value::Fd(fd) => write!(f, "{fd}"),
            Value::Null => f.write_str("NULL"),
            Value::Pointer(address) if f.alternate() => write!(f, "{address:#x}"),
            Value::Pointer(_) => f.write_str("…"),
            Value::Name { name, raw } if name.is_empty() => write!(f, "{raw}"),
            Value::Name { name, .. } => escape(f, name.as_bytes()),
            Value::Flags { names, rest } => flags(f, names, *rest),
            Value::Address(address) => Display::fmt(address, f),
            Value::Ip(ip) => write!(f, "{ip}"),
            Value::Length { before, after } => match (before, after) {
                (Some(before), Some(after)) if before != after => write!(f, "{before} -> {after}"),
                (Some(length), _) | (None, Some(length)) => write!(f, "{length}"),
                (None, None) => f.write_str("…"),
            },
            Value::Bytes { data, total } => bytes::quoted(f, data, *total),
            Value::Duration {
                seconds,
                nanoseconds,
            } => duration(f, *seconds, *nanoseconds),
            Value::List(values) => {
                f.write_str("[")?;
                Display::fmt(&Separated(values.iter().collect(), ", "), f)?;
                f.write_str("]")
            }
            Value::Struct(fields) => structure(f, fields),
        }
    }
}

impl Display for Address {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        match self {
            Address::Inet(address) => write!(f, "{address}"),
            Address::UnixPath(path) => {
                f.write_str("unix:")?;
                escape(f, path)
            }
            Address::UnixAbstract(name) => {
                f.write_str("unix:@")?;
                escape(f, name)
            }
            Address::UnixUnnamed => f.write_str("unnamed"),
            Address::Other { family: None, data } if data.is_empty() => f.write_str("no address"),
            Address::Other { family, data } => {
                match family.map(|family| (family, names::family(family))) {
                    Some((_, Some(name))) => write!(f, "{{{name}")?,
                    Some((family, None)) => write!(f, "{{{family}")?,
                    None => f.write_str("{?")?,
                }
                match family.map(i32::from) {
                    _ if data.is_empty() => {}
                    // Cut off: numbers they are, port and address, and no text.
                    Some(libc::AF_INET | libc::AF_INET6) => {
                        let numbers: Vec<String> =
                            data.iter().map(|b| format!("{b:02x}")).collect();
                        write!(f, ", {}", numbers.join(" "))?;
                    }
                    _ => {
                        f.write_str(", ")?;
                        bytes::quoted(f, data, data.len() as u64)?;
                    }
                }
                f.write_str("}")
            }
        }
    }
}

/// Values with something between them.
struct Separated<T>(Vec<T>, &'static str);

impl<T: Display> Display for Separated<T> {
    fn fmt(&self, f: &mut Formatter) -> fmt::Result {
        for (index, value) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(self.1)?;
            }
            value.fmt(f)?;
        }
        Ok(())
    }
}

/// Flags, `|` between them; the bits without a name come last.
fn flags(f: &mut Formatter, names: &[impl AsRef<str>], rest: u64) -> fmt::Result {
    for (index, name) in names.iter().enumerate() {
        if index > 0 {
            f.write_str("|")?;
        }
        escape(f, name.as_ref().as_bytes())?;
    }
    match (names.is_empty(), rest) {
        (true, 0) => f.write_str("0"),
        (true, rest) => write!(f, "{rest:#x}"),
        (false, 0) => Ok(()),
        (false, rest) => write!(f, "|{rest:#x}"),
    }
}

/// A time in seconds; one whose parts are not in order is shown as it is.
fn duration(f: &mut Formatter, seconds: i64, nanoseconds: i64) -> fmt::Result {
    if seconds < 0 || !(0..1_000_000_000).contains(&nanoseconds) {
        return write!(f, "{seconds}s and {nanoseconds}ns");
    }
    let fraction = format!("{nanoseconds:09}");
    match fraction.trim_end_matches('0') {
        "" => write!(f, "{seconds}s"),
        fraction => write!(f, "{seconds}.{fraction}s"),
    }
}

/// A structure. One with the two fields `before` and `after` is a value that the call changed.
fn structure(f: &mut Formatter, fields: &[(&'static str, Value)]) -> fmt::Result {
    if let [("before", before), ("after", after)] = fields {
        before.fmt(f)?;
        if before != after {
            f.write_str(" -> ")?;
            after.fmt(f)?;
        }
        return Ok(());
    }
    f.write_str("{")?;
    for (index, (name, value)) in fields.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        write!(f, "{name}=")?;
        value.fmt(f)?;
    }
    f.write_str("}")
}

/// An argument as it was before the call.
fn entry(call: &Call, arg: &Arg) -> Value {
    let written = match (&*call.name, arg.name) {
        ("accept" | "accept4" | "getsockname" | "getpeername", "addr") => true,
        ("recvfrom" | "read", "buf") | ("recvfrom", "src_addr") => true,
        ("readv", "iov") | ("recvmsg", "msg") | ("recvmmsg", "msgvec") => true,
        ("getsockopt", "optval") | ("socketpair", "sv") => true,
        ("epoll_wait" | "epoll_pwait" | "epoll_pwait2", "events") => true,
        ("ioctl", "argp") => asks(call),
        _ => false,
    };
    match (&arg.value, written) {
        (Value::Null, _) => Value::Null,
        (_, true) => Value::Pointer(0),
        (value, false) => undone(value),
    }
}

/// Whether an ioctl writes to its argument.
fn asks(call: &Call) -> bool {
    match call.args.get(1).map(|arg| &arg.value) {
        Some(Value::Name { name, .. }) => {
            [
                "FIONREAD",
                "FIOGETOWN",
                "SIOCOUTQ",
                "SIOCOUTQNSD",
                "SIOCATMARK",
            ]
            .contains(&&**name)
                || name.starts_with("SIOCG")
        }
        _ => false,
    }
}

/// A value without what the call has done to it.
fn undone(value: &Value) -> Value {
    match value {
        Value::Length { before, .. } => Value::Length {
            before: *before,
            after: None,
        },
        Value::List(values) => Value::List(values.iter().map(undone).collect()),
        Value::Struct(fields) => match &fields[..] {
            [("before", before), ("after", _)] => undone(before),
            _ => {
                let kept = fields
                    .iter()
                    .filter(|(name, _)| !["revents", "msg_len"].contains(name));
                Value::Struct(kept.map(|(name, value)| (*name, undone(value))).collect())
            }
        },
        other => other.clone(),
    }
}

/// The flags that a successful `fcntl(fd, F_GETFL)` or `fcntl(fd, F_GETFD)` has returned.
#[cfg(target_os = "linux")]
fn returned_flags(call: &Call) -> Option<Value> {
    use crate::names::files::{DESCRIPTOR_FLAGS, FILE_FLAGS};
    let ("fcntl", Outcome::Returned(returned @ 1..)) = (&*call.name, &call.outcome) else {
        return None;
    };
    let table = match &call.args.get(1)?.value {
        Value::Name { name, .. } if name == "F_GETFL" => FILE_FLAGS,
        Value::Name { name, .. } if name == "F_GETFD" => DESCRIPTOR_FLAGS,
        _ => return None,
    };
    Some(names::flags(table, *returned as u32))
}

#[cfg(not(target_os = "linux"))]
fn returned_flags(_: &Call) -> Option<Value> {
    None
}
