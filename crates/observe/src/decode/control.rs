//! Control messages: what travels beside the data.

use super::options::{credentials, ip_at, ip6_at, number, time};
use crate::layout::{CMSGHDR, TIME, i32_at, u32_at, u64_at};
use record::address;
use record::event::Value;
use record::names::options as option_names;
use record::names::{self, sockets};

/// Decodes the control messages in a buffer of which `bytes` were copied and that is `length` long.
///
/// What follows a header that cannot be true is shown as bytes.
pub(super) fn decode(bytes: &[u8], length: u64) -> Value {
    let mut list = Vec::new();
    let mut rest = bytes;
    let mut left = length;
    while left > 0 {
        let Some((message, size)) = first(rest) else {
            list.push(Value::Bytes {
                data: rest.to_vec(),
                total: left,
            });
            break;
        };
        list.push(message);
        rest = rest.get(size..).unwrap_or(&[]);
        left = left.saturating_sub(size as u64);
    }
    Value::List(list)
}

/// The first message and how far it reaches, the gap to the next one included.
fn first(bytes: &[u8]) -> Option<(Value, usize)> {
    let size = usize::try_from(u64_at(bytes, 0)?).ok()?;
    let level = i32_at(bytes, 8)?;
    let kind = i32_at(bytes, 12)?;
    let data = bytes.get(CMSGHDR..size)?;
    let value = Value::Struct(vec![
        ("cmsg_level", names::name(option_names::LEVELS, level)),
        ("cmsg_type", type_name(level, kind)),
        ("cmsg_data", value(level, kind, data)),
    ]);
    Some((value, size.checked_next_multiple_of(8)?))
}

/// At the socket level the types have names of their own, at the others they are named like the options that ask for them.
fn type_name(level: i32, kind: i32) -> Value {
    let name = match level {
        libc::SOL_SOCKET => names::find(sockets::CONTROL, kind.into()),
        _ => option_names::find(level, kind).map(|(name, _)| name),
    };
    Value::Name {
        name: name.unwrap_or("").into(),
        raw: kind.into(),
    }
}

fn value(level: i32, kind: i32, data: &[u8]) -> Value {
    let known = match (level, kind) {
        (libc::SOL_SOCKET, libc::SCM_RIGHTS) => descriptors(data),
        (libc::SOL_SOCKET, libc::SCM_CREDENTIALS) => credentials(data),
        (libc::SOL_SOCKET, libc::SO_TIMESTAMP | libc::SO_TIMESTAMP_NEW) => time(data, 1000),
        (libc::SOL_SOCKET, libc::SO_TIMESTAMPNS | libc::SO_TIMESTAMPNS_NEW) => time(data, 1),
        (libc::SOL_SOCKET, libc::SO_TIMESTAMPING | libc::SO_TIMESTAMPING_NEW) => times(data),
        (libc::SOL_SOCKET, libc::SO_RXQ_OVFL | libc::SO_MARK) => number(data),
        (libc::IPPROTO_IP, libc::IP_PKTINFO) => packet_info(data),
        (libc::IPPROTO_IP, libc::IP_TTL | libc::IP_TOS) => number(data),
        (libc::IPPROTO_IP, libc::IP_RECVORIGDSTADDR) => Some(Value::Address(address::decode(data))),
        (libc::IPPROTO_IPV6, libc::IPV6_PKTINFO) => packet_info6(data),
        (libc::IPPROTO_IPV6, libc::IPV6_HOPLIMIT | libc::IPV6_TCLASS) => number(data),
        _ => None,
    };
    known.unwrap_or_else(|| Value::Bytes {
        data: data.to_vec(),
        total: data.len() as u64,
    })
}

/// SCM_RIGHTS: descriptors that arrive under the numbers the receiver has free.
fn descriptors(data: &[u8]) -> Option<Value> {
    let (numbers, rest) = data.as_chunks::<4>();
    let list = numbers
        .iter()
        .map(|&number| Value::Fd(i32::from_ne_bytes(number)));
    rest.is_empty().then(|| Value::List(list.collect()))
}

/// SO_TIMESTAMPING: three times, of which most are zero.
fn times(data: &[u8]) -> Option<Value> {
    if data.len() != 3 * TIME {
        return None;
    }
    data.chunks_exact(TIME)
        .map(|one| time(one, 1))
        .collect::<Option<Vec<_>>>()
        .map(Value::List)
}

/// `struct in_pktinfo`: which interface, which address of it, and the address in the packet.
fn packet_info(data: &[u8]) -> Option<Value> {
    if data.len() != 12 {
        return None;
    }
    Some(Value::Struct(vec![
        ("ipi_ifindex", Value::Int(i32_at(data, 0)?.into())),
        ("ipi_spec_dst", ip_at(data, 4)?),
        ("ipi_addr", ip_at(data, 8)?),
    ]))
}

/// `struct in6_pktinfo`.
fn packet_info6(data: &[u8]) -> Option<Value> {
    if data.len() != 20 {
        return None;
    }
    Some(Value::Struct(vec![
        ("ipi6_addr", ip6_at(data, 0)?),
        ("ipi6_ifindex", Value::Int(u32_at(data, 16)?.into())),
    ]))
}
