//! From copies to calls.
//!
//! Pure: nothing is read here but the copies, so it can be done at any time, and whatever the traced program
//! had in its memory, it cannot do more than make the result odd. What was not copied is shown as a pointer.

mod control;
mod descriptors;
mod message;
mod options;
mod view;
mod waiting;

use crate::copy::{ADDRESS, DATA};
use crate::raw::Raw;
use record::address;
use record::calls::{self, Kind};
use record::event::{Arg, Call, Outcome, Value};
use record::names::{self, files, options as option_names, sockets};
use view::View;

/// Decodes one call.
///
/// A result of -512, -513, -514 or -516 is not an error but "to be decided" (a signal came in between): the outcome is then
/// [`Outcome::Unfinished`], and whoever knows what became of it may say so.
/// `ends`, `by_runtime` and `stack` are not known here and stay empty.
pub fn call(raw: &Raw) -> Call {
    let outcome = outcome(raw.left.map(|(_, returned)| returned));
    let (name, args) = match calls::find(raw.number) {
        Some(signature) => {
            let view = View::new(raw, &outcome);
            let args = signature
                .params
                .iter()
                .enumerate()
                .filter_map(|(index, &(name, kind))| {
                    Some(Arg {
                        name,
                        value: value(&view, index, kind)?,
                    })
                });
            (signature.name.into(), args.collect())
        }
        None => (format!("syscall_{}", raw.number).into(), registers(raw)),
    };
    Call {
        who: raw.who,
        name,
        entered: raw.entered,
        left: raw.left.map(|(at, _)| at),
        args,
        outcome,
        ends: None,
        by_runtime: false,
        stack: None,
        kernel: None,
    }
}

/// The kernel's own numbers for "a signal interrupted this, and it may be started again" (include/linux/errno.h).
const RESTARTS: [i64; 4] = [-512, -513, -514, -516];

fn outcome(returned: Option<i64>) -> Outcome {
    match returned {
        None => Outcome::Unfinished,
        Some(returned) if RESTARTS.contains(&returned) => Outcome::Unfinished,
        Some(returned @ -4095..=-1) => Outcome::Failed(-returned as i32),
        Some(returned) => Outcome::Returned(returned),
    }
}

/// The arguments of a call that is not known.
fn registers(raw: &Raw) -> Vec<Arg> {
    let names = ["arg1", "arg2", "arg3", "arg4", "arg5", "arg6"];
    let args = names.into_iter().zip(raw.args);
    args.map(|(name, register)| Arg {
        name,
        value: Value::Int(register as i64),
    })
    .collect()
}

/// The value of one argument; `None` for one that this form of the call does not have.
fn value(view: &View, index: usize, kind: Kind) -> Option<Value> {
    let register = view.args[index];
    let int = register as i32;
    let bits = register as u32;
    Some(match kind {
        Kind::Int => Value::Int(int.into()),
        Kind::Unsigned => Value::Int(bits.into()),
        // A size above what fits is shown negative, as a C program that computed -1 meant it.
        Kind::Size => Value::Int(register as i64),
        Kind::Fd => Value::Fd(int),

        Kind::Domain => names::name(sockets::FAMILIES, int),
        Kind::Type => socket_type(bits),
        Kind::Protocol => protocol(view.args[0] as i32, int),
        Kind::How => names::name(sockets::SHUT, int),
        Kind::MessageFlags => names::flags(sockets::MESSAGE_FLAGS, bits),
        Kind::AcceptFlags => names::flags(sockets::TYPE_FLAGS, bits),
        Kind::FileFlags => names::flags(files::FILE_FLAGS, bits),
        Kind::SpliceFlags => names::flags(files::SPLICE, bits),
        Kind::RangeFlags => names::flags(files::CLOSE_RANGE, bits),
        Kind::EpollFlags => names::flags(files::EPOLL_CREATE, bits),
        Kind::Level => names::name(option_names::LEVELS, int),
        Kind::OptionName => options::name(view.args[index - 1] as i32, int),
        Kind::EpollOp => names::name(files::EPOLL_CTL, int),
        Kind::Fcntl => names::name(files::FCNTL, int),
        Kind::FcntlArg => {
            return descriptors::fcntl_argument(view.args[index - 1] as i32, register);
        }
        Kind::Ioctl => descriptors::ioctl_request(bits),
        Kind::IoctlArg => {
            return descriptors::ioctl_argument(view, view.args[index - 1] as u32, register);
        }

        Kind::AddressIn { length } => address_in(view, register, view.args[length] as u32),
        Kind::AddressOut { length } => address_out(view, register, view.args[length]),
        Kind::Length => length(view, register),
        Kind::BytesIn { length } => bytes_in(view, register, view.args[length]),
        Kind::BytesOut { length } => bytes_out(view, register, view.args[length]),
        Kind::VectorsIn { count } => message::vectors_in(view, register, view.args[count]),
        Kind::VectorsOut { count } => {
            message::vectors_out(view, register, view.args[count], view.returned)
        }
        Kind::MessageIn => message::message_in(view, register),
        Kind::MessageOut => message::message_out(view, register, view.returned),
        Kind::MessagesIn { count } => message::messages_in(view, register, view.args[count]),
        Kind::MessagesOut { count } => message::messages_out(view, register, view.args[count]),
        Kind::OptionIn { length } => options::option_in(view, register, view.args[length] as u32),
        Kind::OptionOut { length } => options::option_out(view, register, view.args[length]),

        Kind::Polls { count } => waiting::polls(view, register, view.args[count] as u32),
        Kind::Set { count } => waiting::set(view, register, view.args[count] as i32),
        Kind::EventIn => waiting::event(view, register),
        Kind::EventsOut => waiting::events(view, register),
        Kind::Timespec => waiting::time(view, register, 1),
        Kind::Timeval => waiting::time(view, register, 1000),
        Kind::Signals => waiting::signals(view, register),
        Kind::SignalsAndSize => waiting::signals_and_size(view, register),
        Kind::Offset => descriptors::offset(view, register),
        Kind::Pair => descriptors::pair(view, register),
        Kind::Opaque => pointer(register),
    })
}

/// A pointer that is not followed.
fn pointer(address: u64) -> Value {
    if address == 0 {
        Value::Null
    } else {
        Value::Pointer(address)
    }
}

/// The type of a socket with the flags that may be added to it: `SOCK_STREAM|SOCK_CLOEXEC`.
fn socket_type(bits: u32) -> Value {
    let (flags, rest) = names::split(sockets::TYPE_FLAGS, bits);
    let kind = rest & sockets::TYPE_MASK;
    match names::find(sockets::TYPES, kind.into()) {
        Some(name) => {
            let names = std::iter::once(name).chain(flags).map(Into::into).collect();
            Value::Flags {
                names,
                rest: (rest & !sockets::TYPE_MASK).into(),
            }
        }
        None => Value::Flags {
            names: flags.into_iter().map(Into::into).collect(),
            rest: rest.into(),
        },
    }
}

/// A protocol. Zero, "the usual one", stays a zero as it is written.
fn protocol(family: i32, protocol: i32) -> Value {
    match family {
        libc::AF_INET | libc::AF_INET6 if protocol != 0 => {
            names::name(sockets::PROTOCOLS, protocol)
        }
        libc::AF_NETLINK => names::name(sockets::NETLINK_PROTOCOLS, protocol),
        _ => Value::Int(protocol.into()),
    }
}

fn address_in(view: &View, at: u64, length: u32) -> Value {
    let shown = (length as usize).min(ADDRESS);
    match view.before(at, shown) {
        Some(bytes) => Value::Address(address::decode(bytes)),
        None => pointer(at),
    }
}

fn address_out(view: &View, at: u64, length_at: u64) -> Value {
    match view.written(at, length_at, ADDRESS) {
        Some((bytes, _)) => Value::Address(address::decode(bytes)),
        None => pointer(at),
    }
}

/// A length that is read and written: room before, use after.
fn length(view: &View, at: u64) -> Value {
    let before = view.u32_before(at);
    let after = view.u32_after(at);
    if before.is_none() && after.is_none() {
        pointer(at)
    } else {
        Value::Length { before, after }
    }
}

fn bytes_in(view: &View, at: u64, length: u64) -> Value {
    let data = view.some_before(at, usize::try_from(length).unwrap_or(DATA).min(DATA));
    if at == 0 || (data.is_empty() && length > 0) {
        return pointer(at);
    }
    Value::Bytes {
        data: data.to_vec(),
        total: length,
    }
}

/// What was received. With MSG_TRUNC the result is the length of the datagram, which may exceed the buffer.
/// (On a stream MSG_TRUNC throws the data away instead. That is not told apart: shown is what lay in the buffer.)
fn bytes_out(view: &View, at: u64, room: u64) -> Value {
    let Some(returned) = view.returned else {
        return pointer(at);
    };
    let data = view.some_after(
        at,
        usize::try_from(returned.min(room))
            .unwrap_or(DATA)
            .min(DATA),
    );
    if at == 0 || (data.is_empty() && returned.min(room) > 0) {
        return pointer(at);
    }
    Value::Bytes {
        data: data.to_vec(),
        total: returned,
    }
}

/// An address of a message: a pointer and its length, in memory copied at one of the stops.
fn address_of(bytes: Option<&[u8]>, at: u64) -> Value {
    bytes.map_or_else(
        || pointer(at),
        |bytes| Value::Address(address::decode(bytes)),
    )
}
