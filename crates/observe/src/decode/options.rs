//! The values of socket options.

use super::pointer;
use super::view::View;
use crate::copy::OPTION;
use crate::layout::{TIME, i32_at, i64_at, pair_at};
use record::address;
use record::event::Value;
use record::names::options::{self, Form};
use record::names::{self, errors, sockets};
use std::net::{IpAddr, Ipv4Addr};

/// The name of an option.
pub(super) fn name(level: i32, option: i32) -> Value {
    let name = options::find(level, option).map_or("", |(name, _)| name);
    Value::Name {
        name: name.into(),
        raw: option.into(),
    }
}

/// The value that setsockopt is given.
pub(super) fn option_in(view: &View, at: u64, length: u32) -> Value {
    match view.before(at, (length as usize).min(OPTION)) {
        Some(bytes) => decode(form(view), bytes, length),
        None => pointer(at),
    }
}

/// The value that getsockopt has written.
pub(super) fn option_out(view: &View, at: u64, length_at: u64) -> Value {
    match view.written(at, length_at, OPTION) {
        Some((bytes, length)) => decode(form(view), bytes, length),
        None => pointer(at),
    }
}

/// The form of the value of the option that the second and third argument name.
/// An unknown option's value reads as a number when it is as long as one.
fn form(view: &View) -> Form {
    options::find(view.args[1] as i32, view.args[2] as i32).map_or(Form::Number, |(_, form)| form)
}

/// Decodes a value; one whose length does not fit its form is bytes.
fn decode(form: Form, bytes: &[u8], length: u32) -> Value {
    let total = u64::from(length);
    let known = match form {
        Form::Number => number(bytes),
        Form::Linger => linger(bytes),
        Form::Time => time(bytes, 1000),
        Form::Credentials => credentials(bytes),
        Form::Error => int(bytes).map(error),
        Form::Type => int(bytes).map(|raw| names::name(sockets::TYPES, raw)),
        Form::Family => int(bytes).map(|raw| names::name(sockets::FAMILIES, raw)),
        Form::Text => Some(text(bytes, total)),
        Form::Address => Some(Value::Address(address::decode(bytes))),
        Form::Multicast => multicast(bytes),
        Form::MulticastSource => multicast_source(bytes),
        Form::Multicast6 => multicast6(bytes),
        Form::Program => program(bytes),
        Form::Signature => signature(bytes),
        Form::Large => Some(Value::Bytes {
            data: Vec::new(),
            total,
        }),
        Form::Bytes => None,
    };
    known.unwrap_or_else(|| Value::Bytes {
        data: bytes.to_vec(),
        total,
    })
}

/// A number as long as its bytes: some options of IP take a single byte, some of the socket level give eight.
pub(super) fn number(bytes: &[u8]) -> Option<Value> {
    Some(Value::Int(match bytes.len() {
        1 => bytes[0].into(),
        4 => i32_at(bytes, 0)?.into(),
        8 => i64_at(bytes, 0)?,
        _ => return None,
    }))
}

fn int(bytes: &[u8]) -> Option<i32> {
    i32_at(bytes, 0).filter(|_| bytes.len() == 4)
}

/// SO_ERROR's value: 0, or an errno.
fn error(errno: i32) -> Value {
    match errors::name(errno) {
        Some(name) => Value::Name {
            name: name.into(),
            raw: errno.into(),
        },
        None => Value::Int(errno.into()),
    }
}

fn linger(bytes: &[u8]) -> Option<Value> {
    let fields = [("l_onoff", 0), ("l_linger", 4)];
    ints(bytes, 8, fields)
}

/// `struct ucred`: who is at the other end. A group or user that is not known is -1.
pub(super) fn credentials(bytes: &[u8]) -> Option<Value> {
    let fields = [("pid", 0), ("uid", 4), ("gid", 8)];
    ints(bytes, 12, fields)
}

fn ints<const N: usize>(
    bytes: &[u8],
    size: usize,
    fields: [(&'static str, usize); N],
) -> Option<Value> {
    if bytes.len() != size {
        return None;
    }
    let values =
        fields.map(|(name, offset)| Some((name, Value::Int(i32_at(bytes, offset)?.into()))));
    Some(Value::Struct(
        values.into_iter().collect::<Option<Vec<_>>>()?,
    ))
}

/// A timeval (`unit` is 1000 nanoseconds) or a timespec (1).
pub(super) fn time(bytes: &[u8], unit: i64) -> Option<Value> {
    let (seconds, fraction) = pair_at(bytes, 0).filter(|_| bytes.len() == TIME)?;
    Some(Value::Duration {
        seconds,
        nanoseconds: fraction.saturating_mul(unit),
    })
}

/// `struct sock_fprog`: how many instructions, and where they are.
fn program(bytes: &[u8]) -> Option<Value> {
    if bytes.len() != size_of::<libc::sock_fprog>() {
        return None;
    }
    let count = u16::from_ne_bytes(*bytes.first_chunk()?);
    let at = bytes.last_chunk().copied().map(u64::from_ne_bytes)?;
    Some(Value::Struct(vec![
        ("len", Value::Int(count.into())),
        ("filter", pointer(at)),
    ]))
}

/// `struct tcp_md5sig`: a `sockaddr_storage`, flags, and a key, which is nobody's business.
fn signature(bytes: &[u8]) -> Option<Value> {
    const STORAGE: usize = size_of::<libc::sockaddr_storage>();
    let address = bytes.get(..STORAGE)?;
    let length = bytes.get(STORAGE + 2..)?.first_chunk()?;
    Some(Value::Struct(vec![
        ("addr", Value::Address(address::decode(address))),
        ("keylen", Value::Int(u16::from_ne_bytes(*length).into())),
    ]))
}

/// A string, which may or may not have a NUL at its end, and a buffer after it.
fn text(bytes: &[u8], total: u64) -> Value {
    match bytes.iter().position(|&byte| byte == 0) {
        Some(end) => Value::Bytes {
            data: bytes[..end].to_vec(),
            total: end as u64,
        },
        None => Value::Bytes {
            data: bytes.to_vec(),
            total,
        },
    }
}

/// An IPv4 address in a structure.
pub(super) fn ip_at(bytes: &[u8], offset: usize) -> Option<Value> {
    let ip: [u8; 4] = *bytes.get(offset..)?.first_chunk()?;
    Some(Value::Ip(IpAddr::V4(Ipv4Addr::from(ip))))
}

/// An IPv6 address in a structure.
pub(super) fn ip6_at(bytes: &[u8], offset: usize) -> Option<Value> {
    let ip: [u8; 16] = *bytes.get(offset..)?.first_chunk()?;
    Some(Value::Ip(IpAddr::from(ip)))
}

fn multicast(bytes: &[u8]) -> Option<Value> {
    match bytes.len() {
        4 => ip_at(bytes, 0),
        8 => Some(Value::Struct(vec![
            ("imr_multiaddr", ip_at(bytes, 0)?),
            ("imr_interface", ip_at(bytes, 4)?),
        ])),
        12 => Some(Value::Struct(vec![
            ("imr_multiaddr", ip_at(bytes, 0)?),
            ("imr_address", ip_at(bytes, 4)?),
            ("imr_ifindex", Value::Int(i32_at(bytes, 8)?.into())),
        ])),
        _ => None,
    }
}

fn multicast_source(bytes: &[u8]) -> Option<Value> {
    if bytes.len() != 12 {
        return None;
    }
    Some(Value::Struct(vec![
        ("imr_multiaddr", ip_at(bytes, 0)?),
        ("imr_interface", ip_at(bytes, 4)?),
        ("imr_sourceaddr", ip_at(bytes, 8)?),
    ]))
}

fn multicast6(bytes: &[u8]) -> Option<Value> {
    if bytes.len() != 20 {
        return None;
    }
    Some(Value::Struct(vec![
        ("ipv6mr_multiaddr", ip6_at(bytes, 0)?),
        ("ipv6mr_interface", Value::Int(i32_at(bytes, 16)?.into())),
    ]))
}
