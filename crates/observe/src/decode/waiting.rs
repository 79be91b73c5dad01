//! poll sets, select sets, epoll events, timeouts and signal masks.

use super::message::rest;
use super::options;
use super::pointer;
use super::view::View;
use crate::copy::{EVENTS, POLLS, SET};
use crate::layout::{self, i16_at, i32_at, u32_at, u64_at};
use record::event::Value;
use record::names::{self, files, signals as signal_names};

/// A poll set: what was asked, and once it is known, what was told.
pub(super) fn polls(view: &View, at: u64, count: u32) -> Value {
    let shown = (count as usize).min(POLLS);
    let asked = view
        .some_before(at, shown * layout::POLLFD)
        .chunks_exact(layout::POLLFD);
    let told = view.some_after(at, shown * layout::POLLFD);
    let mut list: Vec<Value> = asked
        .enumerate()
        .filter_map(|(index, poll)| {
            let flags = |bits: i16| names::flags(files::POLL, u32::from(bits as u16));
            let mut fields = vec![
                ("fd", Value::Fd(i32_at(poll, 0)?)),
                ("events", flags(i16_at(poll, 4)?)),
            ];
            let revents = i16_at(told, index * layout::POLLFD + 6);
            fields.extend(revents.map(|bits| ("revents", flags(bits))));
            Some(Value::Struct(fields))
        })
        .collect();
    if at == 0 || (list.is_empty() && count > 0) {
        return pointer(at);
    }
    rest(&mut list, count.into(), at, layout::POLLFD);
    Value::List(list)
}

/// A set of select, before the call and after it: the kernel takes out what is not ready.
pub(super) fn set(view: &View, at: u64, descriptors: i32) -> Value {
    let size = layout::set_size(descriptors);
    let members = |bytes: &[u8]| {
        let fds = layout::set_members(bytes, descriptors);
        let mut list: Vec<Value> = fds.into_iter().map(Value::Fd).collect();
        if size > SET {
            list.push(Value::Pointer(at.wrapping_add(SET as u64)));
        }
        Value::List(list)
    };
    let Some(before) = view.before(at, size.min(SET)) else {
        return pointer(at);
    };
    before_and_after(members(before), view.after(at, size.min(SET)).map(members))
}

/// A value that the call changes. What it was alone, until it is known what became of it.
pub(super) fn before_and_after(before: Value, after: Option<Value>) -> Value {
    match after {
        Some(after) => Value::Struct(vec![("before", before), ("after", after)]),
        None => before,
    }
}

/// The event that epoll_ctl is given.
pub(super) fn event(view: &View, at: u64) -> Value {
    view.before(at, layout::EPOLL_EVENT)
        .and_then(one_event)
        .unwrap_or_else(|| pointer(at))
}

/// The events that epoll_wait has written.
pub(super) fn events(view: &View, at: u64) -> Value {
    let Some(returned) = view.returned else {
        return pointer(at);
    };
    let shown = usize::try_from(returned).unwrap_or(EVENTS).min(EVENTS);
    let bytes = view.some_after(at, shown * layout::EPOLL_EVENT);
    let mut list: Vec<Value> = bytes
        .chunks_exact(layout::EPOLL_EVENT)
        .filter_map(one_event)
        .collect();
    if at == 0 || (list.is_empty() && returned > 0) {
        return pointer(at);
    }
    rest(&mut list, returned, at, layout::EPOLL_EVENT);
    Value::List(list)
}

/// `data` is whatever the program gave with the descriptor, often the descriptor itself.
fn one_event(bytes: &[u8]) -> Option<Value> {
    Some(Value::Struct(vec![
        ("events", names::flags(files::EPOLL, u32_at(bytes, 0)?)),
        (
            "data",
            Value::Int(u64_at(bytes, layout::EPOLL_DATA)? as i64),
        ),
    ]))
}

/// A timeout, as it went in. (Linux's select and ppoll write the time that is left into it; that is not shown.)
/// The fraction counts in units of this many nanoseconds: 1 in a timespec, 1000 in a timeval.
pub(super) fn time(view: &View, at: u64, unit: i64) -> Value {
    let bytes = view.before(at, layout::TIME);
    bytes
        .and_then(|bytes| options::time(bytes, unit))
        .unwrap_or_else(|| pointer(at))
}

/// A signal mask: the signals that are blocked while the call waits.
pub(super) fn signals(view: &View, at: u64) -> Value {
    let Some(mask) = view.before(at, 8).and_then(|bytes| u64_at(bytes, 0)) else {
        return pointer(at);
    };
    let blocked = (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1);
    let names = blocked.map(|signal| Value::Name {
        name: signal_names::name(signal).unwrap_or("").into(),
        raw: signal.into(),
    });
    Value::List(names.collect())
}

/// pselect6 has its mask in a structure, because a call takes no more than six arguments.
pub(super) fn signals_and_size(view: &View, at: u64) -> Value {
    let Some(pair) = view.before(at, 16) else {
        return pointer(at);
    };
    let (Some(mask), Some(size)) = (u64_at(pair, 0), u64_at(pair, 8)) else {
        return pointer(at);
    };
    Value::Struct(vec![
        ("ss", signals(view, mask)),
        ("ss_len", Value::Int(size as i64)),
    ])
}
