//! iovec arrays and msghdr structures.

use super::control;
use super::view::View;
use super::{address_of, bytes_in, pointer};
use crate::copy::{ADDRESS, CONTROL, DATA, MESSAGES};
use crate::layout::{self, Header, Vector};
use record::event::Value;
use record::names::{self, sockets};

/// An iovec array whose data goes out.
pub(super) fn vectors_in(view: &View, at: u64, count: u64) -> Value {
    vectors(view, at, count, |vector| {
        bytes_in(view, vector.base, vector.length)
    })
}

/// An iovec array that was filled with this many bytes, from its first buffer on.
pub(super) fn vectors_out(view: &View, at: u64, count: u64, filled: Option<u64>) -> Value {
    let mut rest = filled;
    vectors(view, at, count, |vector| match &mut rest {
        Some(rest) => {
            let part = vector.length.min(*rest);
            *rest -= part;
            let shown = usize::try_from(part).unwrap_or(DATA).min(DATA);
            let data = view.some_after(vector.base, shown);
            if data.is_empty() && part > 0 {
                return pointer(vector.base);
            }
            Value::Bytes {
                data: data.to_vec(),
                total: part,
            }
        }
        None => pointer(vector.base),
    })
}

fn vectors(view: &View, at: u64, count: u64, mut data: impl FnMut(Vector) -> Value) -> Value {
    let shown = layout::vectors_shown(count);
    let array = view.some_before(at, shown * layout::IOVEC);
    let mut list: Vec<Value> = array
        .chunks_exact(layout::IOVEC)
        .filter_map(Vector::read)
        .map(|vector| {
            Value::Struct(vec![
                ("iov_base", data(vector)),
                ("iov_len", Value::Int(vector.length as i64)),
            ])
        })
        .collect();
    if at == 0 || (list.is_empty() && count > 0) {
        return pointer(at);
    }
    rest(&mut list, count, at, layout::IOVEC);
    Value::List(list)
}

/// Puts a pointer in the place of the entries of an array that were not copied.
pub(super) fn rest(list: &mut Vec<Value>, count: u64, at: u64, size: usize) {
    if (list.len() as u64) < count {
        list.push(Value::Pointer(at.wrapping_add((list.len() * size) as u64)));
    }
}

/// A message that is sent.
pub(super) fn message_in(view: &View, at: u64) -> Value {
    match view.before(at, layout::MSGHDR).and_then(Header::read) {
        Some(header) => Value::Struct(header_in(view, header)),
        None => pointer(at),
    }
}

/// The messages of a sendmmsg. How much of each was sent is known of as many as the call returned.
pub(super) fn messages_in(view: &View, at: u64, count: u64) -> Value {
    messages(view, at, count, |message, header| {
        let sent = view.u32_after(message.wrapping_add(layout::MMSGHDR_LENGTH as u64));
        (Value::Struct(header_in(view, header)), sent)
    })
}

/// A message that is received.
pub(super) fn message_out(view: &View, at: u64, filled: Option<u64>) -> Value {
    match view.before(at, layout::MSGHDR).and_then(Header::read) {
        Some(header) => Value::Struct(header_out(view, at, header, filled)),
        None => pointer(at),
    }
}

/// The messages of a recvmmsg.
pub(super) fn messages_out(view: &View, at: u64, count: u64) -> Value {
    messages(view, at, count, |message, header| {
        let received = view.u32_after(message.wrapping_add(layout::MMSGHDR_LENGTH as u64));
        let header = header_out(view, message, header, received.map(Into::into));
        (Value::Struct(header), received)
    })
}

/// An array of mmsghdr, each with its length once that is known.
fn messages(
    view: &View,
    at: u64,
    count: u64,
    header: impl Fn(u64, Header) -> (Value, Option<u32>),
) -> Value {
    let count = u64::from(count as u32);
    let mut list = Vec::new();
    for index in 0..count.min(MESSAGES as u64) {
        let message = at.wrapping_add(index * layout::MMSGHDR as u64);
        let Some(copied) = view.before(message, layout::MSGHDR).and_then(Header::read) else {
            break;
        };
        let (value, length) = header(message, copied);
        let mut fields = vec![("msg_hdr", value)];
        fields.extend(length.map(|length| ("msg_len", Value::Int(length.into()))));
        list.push(Value::Struct(fields));
    }
    if list.is_empty() && count > 0 {
        return pointer(at);
    }
    rest(&mut list, count, at, layout::MMSGHDR);
    Value::List(list)
}

/// The fields of a msghdr that is sent. Its flags mean nothing there.
fn header_in(view: &View, header: Header) -> Vec<(&'static str, Value)> {
    let name_length = (header.name_length as usize).min(ADDRESS);
    let control_length = usize::try_from(header.control_length)
        .unwrap_or(CONTROL)
        .min(CONTROL);
    let control = view.before(header.control, control_length);
    vec![
        (
            "msg_name",
            address_of(view.before(header.name, name_length), header.name),
        ),
        ("msg_namelen", Value::Int(header.name_length.into())),
        (
            "msg_iov",
            vectors_in(view, header.vectors, header.vector_count),
        ),
        ("msg_iovlen", Value::Int(header.vector_count as i64)),
        (
            "msg_control",
            control_of(control, header.control, header.control_length),
        ),
        ("msg_controllen", Value::Int(header.control_length as i64)),
    ]
}

/// The fields of a msghdr that is received: room before, what came after.
fn header_out(
    view: &View,
    at: u64,
    before: Header,
    filled: Option<u64>,
) -> Vec<(&'static str, Value)> {
    let after = view
        .after(at, layout::MSGHDR)
        .and_then(Header::read)
        .filter(|_| filled.is_some());
    let name = after.and_then(|after| {
        let length = after.name_length.min(before.name_length) as usize;
        view.after(before.name, length.min(ADDRESS))
    });
    let control_length = after.map_or(0, |after| after.control_length.min(before.control_length));
    let control = after.and_then(|_| {
        let shown = usize::try_from(control_length)
            .unwrap_or(CONTROL)
            .min(CONTROL);
        view.after(before.control, shown)
    });
    let mut fields = vec![
        ("msg_name", address_of(name, before.name)),
        (
            "msg_namelen",
            Value::Length {
                before: Some(before.name_length),
                after: after.map(|after| after.name_length),
            },
        ),
        (
            "msg_iov",
            vectors_out(view, before.vectors, before.vector_count, filled),
        ),
        ("msg_iovlen", Value::Int(before.vector_count as i64)),
        (
            "msg_control",
            control_of(control, before.control, control_length),
        ),
        (
            "msg_controllen",
            Value::Length {
                before: Some(saturated(before.control_length)),
                after: after.map(|after| saturated(after.control_length)),
            },
        ),
    ];
    let flags = after.map(|after| names::flags(sockets::MESSAGE_FLAGS, after.flags));
    fields.extend(flags.map(|flags| ("msg_flags", flags)));
    fields
}

fn control_of(bytes: Option<&[u8]>, at: u64, length: u64) -> Value {
    bytes.map_or_else(|| pointer(at), |bytes| control::decode(bytes, length))
}

/// The kernel refuses lengths of control data far below what a u32 holds.
fn saturated(length: u64) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
