//! What concerns descriptors of every kind: fcntl, ioctl, offsets, pairs.

use super::options::number;
use super::pointer;
use super::view::View;
use super::waiting::before_and_after;
use crate::layout::{i16_at, i32_at, i64_at};
use record::address;
use record::event::Value;
use record::names::ioctl::{self, Field, IFREQ, Shape};
use record::names::{self, files, signals};

/// The third argument of fcntl; `None` where the operation has none.
pub(super) fn fcntl_argument(operation: i32, register: u64) -> Option<Value> {
    let int = register as i32;
    Some(match operation {
        libc::F_GETFD | libc::F_GETFL | libc::F_GETOWN | libc::F_GETLEASE => return None,
        libc::F_GETPIPE_SZ | libc::F_GET_SEALS | GETSIG => return None,
        libc::F_SETFD => names::flags(files::DESCRIPTOR_FLAGS, int as u32),
        libc::F_SETFL => names::flags(files::FILE_FLAGS, int as u32),
        SETSIG => Value::Name {
            name: signals::name(int).unwrap_or("").into(),
            raw: int.into(),
        },
        libc::F_GETLK | libc::F_SETLK | libc::F_SETLKW => pointer(register),
        libc::F_OFD_GETLK | libc::F_OFD_SETLK | libc::F_OFD_SETLKW => pointer(register),
        SETOWN_EX | GETOWN_EX | GETOWNER_UIDS => pointer(register),
        _ => Value::Int(int.into()),
    })
}

// Not every C library's headers have these.
const SETSIG: i32 = 10;
const GETSIG: i32 = 11;
const SETOWN_EX: i32 = 15;
const GETOWN_EX: i32 = 16;
const GETOWNER_UIDS: i32 = 17;

/// The name of an ioctl request.
pub(super) fn ioctl_request(request: u32) -> Value {
    let raw = i64::from(request);
    Value::Name {
        name: ioctl::name(request).unwrap_or("").into(),
        raw,
    }
}

/// The third argument of ioctl; `None` where the request has none.
pub(super) fn ioctl_argument(view: &View, request: u32, at: u64) -> Option<Value> {
    let value = match ioctl::shape(request) {
        Shape::Nothing => return None,
        Shape::IntIn => view.before(at, 4).and_then(number),
        Shape::IntOut => view.after(at, 4).and_then(number),
        Shape::Interface(field) => interface(view, at, field, asks(request)),
        Shape::Opaque => None,
    };
    Some(value.unwrap_or_else(|| pointer(at)))
}

/// Whether a request only asks, so that before the call there is nothing but a name.
fn asks(request: u32) -> bool {
    ioctl::name(request).is_some_and(|name| name.starts_with("SIOCG"))
}

/// A `struct ifreq`: as it came back, or as it went in when nothing came back.
fn interface(view: &View, at: u64, field: Field, asks: bool) -> Option<Value> {
    let after = view.after(at, IFREQ);
    let bytes = after.or_else(|| view.before(at, IFREQ))?;
    let (name, rest) = bytes.split_at(libc::IFNAMSIZ);
    let end = name
        .iter()
        .position(|&byte| byte == 0)
        .unwrap_or(name.len());
    let name = Value::Bytes {
        data: name[..end].to_vec(),
        total: end as u64,
    };
    if asks && after.is_none() {
        return Some(Value::Struct(vec![("ifr_name", name)]));
    }
    let field = match field {
        Field::Address(field) => (field, Value::Address(address::decode(&rest[..16]))),
        Field::Number(field) => (field, Value::Int(i32_at(rest, 0)?.into())),
        Field::Flags => {
            let bits = u32::from(i16_at(rest, 0)? as u16);
            ("ifr_flags", names::flags(ioctl::INTERFACE_FLAGS, bits))
        }
    };
    Some(Value::Struct(vec![("ifr_name", name), field]))
}

/// An offset in a file that the call moves on.
pub(super) fn offset(view: &View, at: u64) -> Value {
    let int = |bytes| i64_at(bytes, 0).map(Value::Int);
    match view.before(at, 8).and_then(int) {
        Some(before) => before_and_after(before, view.after(at, 8).and_then(int)),
        None => pointer(at),
    }
}

/// The two ends that socketpair has made.
pub(super) fn pair(view: &View, at: u64) -> Value {
    let Some(bytes) = view.after(at, 8) else {
        return pointer(at);
    };
    let (numbers, _) = bytes.as_chunks::<4>();
    Value::List(
        numbers
            .iter()
            .map(|&number| Value::Fd(i32::from_ne_bytes(number)))
            .collect(),
    )
}
