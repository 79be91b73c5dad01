//! What lies behind the pointers of most calls: addresses, data and lengths.

use super::view::View;
use crate::copy::{ADDRESS, DATA};
use record::address;
use record::event::Value;

/// A pointer that is not followed.
pub(super) fn pointer(address: u64) -> Value {
    if address == 0 {
        Value::Null
    } else {
        Value::Pointer(address)
    }
}

/// An address that the call reads.
pub(super) fn address_in(view: &View, at: u64, length: u32) -> Value {
    let shown = (length as usize).min(ADDRESS);
    match view.before(at, shown) {
        Some(bytes) => Value::Address(address::decode(bytes)),
        None => pointer(at),
    }
}

/// An address that the call has written.
pub(super) fn address_out(view: &View, at: u64, length_at: u64) -> Value {
    match view.written(at, length_at, ADDRESS) {
        Some((bytes, _)) => Value::Address(address::decode(bytes)),
        None => pointer(at),
    }
}

/// A length that is read and written: room before, use after.
pub(super) fn length(view: &View, at: u64) -> Value {
    let before = view.u32_before(at);
    let after = view.u32_after(at);
    if before.is_none() && after.is_none() {
        pointer(at)
    } else {
        Value::Length { before, after }
    }
}

/// What is sent.
pub(super) fn bytes_in(view: &View, at: u64, length: u64) -> Value {
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
pub(super) fn bytes_out(view: &View, at: u64, room: u64) -> Value {
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
pub(super) fn address_of(bytes: Option<&[u8]>, at: u64) -> Value {
    bytes.map_or_else(
        || pointer(at),
        |bytes| Value::Address(address::decode(bytes)),
    )
}
