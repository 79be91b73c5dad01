//! The requests of ioctl that a socket understands, and what their argument points to.

use super::{Table, table};
use std::mem::size_of;

/// The size of a `struct ifreq`.
pub const IFREQ: usize = size_of::<libc::ifreq>();

/// What the third argument of a request is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// There is none.
    Nothing,
    /// A pointer to an int that the kernel reads.
    IntIn,
    /// A pointer to an int that the kernel writes.
    IntOut,
    /// A pointer to a `struct ifreq`.
    Interface(Field),
    /// Something that is not followed.
    Opaque,
}

/// Which member of the union in a `struct ifreq`, and its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// A socket address (`ifr_addr`).
    Address(&'static str),
    /// A number (`ifr_mtu`).
    Number(&'static str),
    /// The interface's flags (`ifr_flags`).
    Flags,
}

/// The name of a request.
pub fn name(request: u32) -> Option<&'static str> {
    find(request).map(|entry| entry.1)
}

/// What the argument of a request is.
pub fn shape(request: u32) -> Shape {
    find(request).map_or(Shape::Opaque, |entry| entry.2)
}

type Request = (i64, &'static str, Shape);

fn find(request: u32) -> Option<&'static Request> {
    REQUESTS.iter().find(|entry| entry.0 == i64::from(request))
}

macro_rules! requests {
    ($($shape:expr => $($name:ident $(= $number:expr)?),*;)*) => {
        &[$($((table!(@ $name $($number)?), stringify!($name), $shape),)*)*]
    };
}

/// All requests that have a name here.
/// FIONREAD is also SIOCINQ and TIOCINQ, SIOCOUTQ is also TIOCOUTQ: each has the name its manual page prefers.
#[rustfmt::skip]
const REQUESTS: &[Request] = requests! {
    Shape::Nothing  => FIOCLEX, FIONCLEX;
    Shape::IntIn    => FIONBIO, FIOASYNC, FIOSETOWN = 0x8901, SIOCSPGRP = 0x8902;
    Shape::IntOut   => FIONREAD, SIOCOUTQ = libc::TIOCOUTQ as i64, SIOCOUTQNSD = 0x894b, FIOGETOWN = 0x8903,
                       SIOCGPGRP = 0x8904, SIOCATMARK = 0x8905;
    Shape::Interface(Field::Number("ifr_ifindex"))      => SIOCGIFNAME, SIOCGIFINDEX;
    Shape::Interface(Field::Flags)                      => SIOCGIFFLAGS, SIOCSIFFLAGS;
    Shape::Interface(Field::Address("ifr_addr"))        => SIOCGIFADDR, SIOCSIFADDR;
    Shape::Interface(Field::Address("ifr_dstaddr"))     => SIOCGIFDSTADDR, SIOCSIFDSTADDR;
    Shape::Interface(Field::Address("ifr_broadaddr"))   => SIOCGIFBRDADDR, SIOCSIFBRDADDR;
    Shape::Interface(Field::Address("ifr_netmask"))     => SIOCGIFNETMASK, SIOCSIFNETMASK;
    Shape::Interface(Field::Address("ifr_hwaddr"))      => SIOCGIFHWADDR, SIOCSIFHWADDR;
    Shape::Interface(Field::Number("ifr_metric"))       => SIOCGIFMETRIC, SIOCSIFMETRIC;
    Shape::Interface(Field::Number("ifr_mtu"))          => SIOCGIFMTU, SIOCSIFMTU;
    Shape::Interface(Field::Number("ifr_qlen"))         => SIOCGIFTXQLEN, SIOCSIFTXQLEN;
    Shape::Opaque   =>
        SIOCGSTAMP = 0x8906, SIOCGSTAMPNS = 0x8907, SIOCADDRT, SIOCDELRT, SIOCRTMSG = 0x890d, SIOCSIFLINK, SIOCGIFCONF,
        SIOCGIFMEM, SIOCSIFMEM, SIOCSIFNAME, SIOCGIFENCAP, SIOCSIFENCAP, SIOCGIFSLAVE, SIOCSIFSLAVE, SIOCADDMULTI,
        SIOCDELMULTI, SIOCSIFPFLAGS, SIOCGIFPFLAGS, SIOCDIFADDR, SIOCSIFHWBROADCAST, SIOCGIFCOUNT, SIOCGIFBR,
        SIOCSIFBR, SIOCETHTOOL = 0x8946, SIOCDARP, SIOCGARP, SIOCSARP, SIOCDRARP, SIOCGRARP, SIOCSRARP, SIOCGIFMAP,
        SIOCSIFMAP, SIOCADDDLCI = 0x8980, SIOCDELDLCI = 0x8981, SIOCPROTOPRIVATE = 0x89e0, SIOCDEVPRIVATE = 0x89f0, TCGETS, TIOCGWINSZ, TIOCGPGRP;
};

/// Flags of a network interface.
#[rustfmt::skip]
pub const INTERFACE_FLAGS: Table = table![
    IFF_UP, IFF_BROADCAST, IFF_DEBUG, IFF_LOOPBACK, IFF_POINTOPOINT, IFF_NOTRAILERS, IFF_RUNNING, IFF_NOARP,
    IFF_PROMISC, IFF_ALLMULTI, IFF_MASTER, IFF_SLAVE, IFF_MULTICAST, IFF_PORTSEL, IFF_AUTOMEDIA, IFF_DYNAMIC,
];
