//! The way to 127.0.0.0/8 leads over another device than the loopback one (rtnetlink(7)), in a network of one's own.
//!
//! A kernel delivers what goes to its own addresses by itself, for it looks into the table `local` first.
//! Here it looks there last: what leaves for 127.0.0.0/8 is sent over the device, and what comes from the device
//! finds `local` and is delivered.
//!
//! ```text
//! 100:  from all to 127.0.0.0/8 iif lo lookup 100      127.0.0.0/8 dev wire src 127.0.0.1 quickack 1
//! 200:  from all lookup local                          (it was 0:)
//! ```
//!
//! The device must be told that 127.0.0.0/8 may come and go over it (`route_localnet`, `accept_local`).
//! This runs in the child that makes the network: it makes system calls only and does not allocate.

use super::{check, socket};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

const NLM_F_REQUEST: u16 = 1;
const NLM_F_ACK: u16 = 4;
const NLM_F_CREATE: u16 = 0x400;

/// The table of our own, and the one that the kernel keeps of its own addresses.
const TABLE: u8 = 100;
const LOCAL: u8 = 255;

/// How many packets the device holds until they are read. What comes on top of that it drops.
const QUEUE: u32 = 10_000;

/// Leads 127.0.0.0/8 over this device.
pub(super) fn over(device: i32) -> io::Result<()> {
    let netlink = socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_ROUTE)?;
    say(&netlink, &settings(device))?;
    say(&netlink, &route(device))?;
    let mut loopback = rule(libc::RTM_NEWRULE, 100, TABLE, 8);
    loopback.attribute(FRA_DST, &[127, 0, 0, 0]);
    loopback.attribute(FRA_IIFNAME, b"lo\0");
    say(&netlink, &loopback)?;
    say(&netlink, &rule(libc::RTM_NEWRULE, 200, LOCAL, 0))?;
    say(&netlink, &rule(libc::RTM_DELRULE, 0, LOCAL, 0))
}

// Attributes of a rule (linux/fib_rules.h).
const FRA_DST: u16 = 1;
const FRA_IIFNAME: u16 = 3;
const FRA_PRIORITY: u16 = 6;

/// `struct fib_rule_hdr`: what it looks for and in which table, and at which place it stands.
fn rule(kind: u16, priority: u32, table: u8, destination_bits: u8) -> Message {
    const FR_ACT_TO_TBL: u8 = 1;
    let mut message = Message::new(kind);
    message.put(&[libc::AF_INET as u8, destination_bits, 0, 0]);
    message.put(&[table, 0, 0, FR_ACT_TO_TBL]);
    message.put(&[0; 4]);
    message.attribute(FRA_PRIORITY, &priority.to_ne_bytes());
    message
}

/// `struct rtmsg`: 127.0.0.0/8 is behind the device, and each segment is acknowledged at once (`quickack`).
/// Else the acknowledgement of a FIN waits for what the other end has to say, and FIN-WAIT-2 is over as it begins.
fn route(device: i32) -> Message {
    const RTAX_QUICKACK: u16 = 15;
    let mut message = Message::new(libc::RTM_NEWROUTE);
    message.put(&[libc::AF_INET as u8, 8, 0, 0]);
    message.put(&[
        TABLE,
        libc::RTPROT_STATIC,
        libc::RT_SCOPE_LINK,
        libc::RTN_UNICAST,
    ]);
    message.put(&[0; 4]);
    message.attribute(libc::RTA_DST, &[127, 0, 0, 0]);
    message.attribute(libc::RTA_OIF, &device.to_ne_bytes());
    message.attribute(libc::RTA_PREFSRC, &[127, 0, 0, 1]);
    let mut metrics = Message::empty();
    metrics.attribute(RTAX_QUICKACK, &1_u32.to_ne_bytes());
    message.attribute(libc::RTA_METRICS, metrics.bytes());
    message
}

/// `struct ifinfomsg`, with the length of its queue, and settings that else are files in /proc/sys/net/ipv4/conf,
/// which not every container can write.
fn settings(device: i32) -> Message {
    const IFLA_TXQLEN: u16 = 13;
    const IFLA_AF_SPEC: u16 = 26;
    const IFLA_INET_CONF: u16 = 1;
    const ACCEPT_LOCAL: u16 = 23;
    const ROUTE_LOCALNET: u16 = 26;
    let mut values = Message::empty();
    values.attribute(ACCEPT_LOCAL, &1_u32.to_ne_bytes());
    values.attribute(ROUTE_LOCALNET, &1_u32.to_ne_bytes());
    let mut inet = Message::empty();
    inet.attribute(IFLA_INET_CONF, values.bytes());
    let mut families = Message::empty();
    families.attribute(libc::AF_INET as u16, inet.bytes());
    let mut message = Message::new(libc::RTM_SETLINK);
    message.put(&[0; 4]);
    message.put(&device.to_ne_bytes());
    message.put(&[0; 8]);
    message.attribute(IFLA_TXQLEN, &QUEUE.to_ne_bytes());
    message.attribute(IFLA_AF_SPEC, families.bytes());
    message
}

/// A netlink message, or a part of one.
struct Message {
    bytes: [u8; 128],
    length: usize,
}

impl Message {
    fn empty() -> Message {
        Message {
            bytes: [0; 128],
            length: 0,
        }
    }

    /// `struct nlmsghdr`; the length is written when it is sent.
    fn new(kind: u16) -> Message {
        let mut message = Message::empty();
        message.put(&[0; 4]);
        message.put(&kind.to_ne_bytes());
        message.put(&(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE).to_ne_bytes());
        message.put(&[0; 8]);
        message
    }

    fn put(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        // All that is put together here is short.
        self.bytes[self.length..end].copy_from_slice(bytes);
        self.length = end;
    }

    /// `struct rtattr`, and its value, rounded up to four bytes.
    fn attribute(&mut self, kind: u16, value: &[u8]) {
        self.put(&(4 + value.len() as u16).to_ne_bytes());
        self.put(&kind.to_ne_bytes());
        self.put(value);
        self.length = self.length.next_multiple_of(4);
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Sends a message and takes the answer, which is an errno or 0.
fn say(netlink: &OwnedFd, message: &Message) -> io::Result<()> {
    let mut bytes = message.bytes;
    bytes[..4].copy_from_slice(&(message.length as u32).to_ne_bytes());
    let fd = netlink.as_raw_fd();
    // SAFETY: send reads as many bytes as the message has, which `bytes` holds.
    check(unsafe { libc::send(fd, bytes.as_ptr().cast(), message.length, 0) } as i32)?;
    let mut answer = [0_u8; 256];
    // SAFETY: recv writes at most as many bytes as the array has.
    check(unsafe { libc::recv(fd, answer.as_mut_ptr().cast(), answer.len(), 0) } as i32)?;
    let errno = [answer[16], answer[17], answer[18], answer[19]];
    match i32::from_ne_bytes(errno) {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(-errno)),
    }
}
