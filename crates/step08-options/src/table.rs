//! The common options, level by level, and what each layer calls them.
//!
//! A name that stands here is compiled: `KeepAlive` is the type `nix::sys::socket::sockopt::KeepAlive`,
//! `keepalive` is the method of `socket2::Socket`, `nodelay` that of `std::net::TcpStream`.
//! A name that is missing is searched for in the sources of the layer, by a test.
//!
//! Options that can only be set, such as `IP_ADD_MEMBERSHIP`, are not here: there is nothing to read.
//! Neither are those that only one kind of device or of program needs.

mod ip;
mod ipv6;
mod socket;
mod tcp;
mod value;

use std::io;
use std::net::{TcpStream, UdpSocket};
use std::os::fd::OwnedFd;

use libc::c_int;
use socket2::Socket;

pub use ip::IP;
pub use ipv6::IPV6;
pub use socket::SOCKET;
pub use tcp::TCP;
pub use value::Form;

/// One option.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// The level's name in C.
    pub level: &'static str,
    /// The option's name in C.
    pub name: &'static str,
    /// Both as the numbers that they are.
    pub numbers: (c_int, c_int),
    /// What its value is in C.
    pub form: Form,
    /// What the number counts; empty where it counts nothing.
    pub unit: &'static str,
    /// The setting of the machine that the default comes from, as sysctl(8) names it.
    pub setting: Option<&'static str>,
    /// nix's name, and how to read the option by it.
    pub nix: Option<(&'static str, ReadNix)>,
    /// socket2's name, and how to read the option by it.
    pub socket2: Option<(&'static str, ReadSocket2)>,
    /// std's name, and how to read the option by it.
    pub std: Option<(&'static str, ReadStd)>,
}

/// Reads an option through nix, and shows the value that came.
pub type ReadNix = fn(&OwnedFd) -> nix::Result<String>;

/// Reads an option through socket2, and shows the value that came.
pub type ReadSocket2 = fn(&Socket) -> io::Result<String>;

/// Reads an option through std, and shows the value that came.
/// std has a type for each kind of socket, and some options only for one of them.
#[derive(Clone, Copy, Debug)]
pub enum ReadStd {
    /// Of a TCP socket.
    Stream(fn(&TcpStream) -> io::Result<String>),
    /// Of a UDP socket.
    Datagram(fn(&UdpSocket) -> io::Result<String>),
}

/// All of them.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    [SOCKET, TCP, IP, IPV6].into_iter().flatten()
}

/// Makes the entries of a level. A line is: the C name, the form, what it counts, the setting that
/// the default comes from, and the names in nix, socket2 and std, each in brackets that may be empty.
macro_rules! entries {
    ($level:ident; $(
        $(#[$system:meta])*
        $name:ident $form:ident $unit:literal [$($setting:literal)?] [$($nix:ident)?] [$($socket2:ident)?] [$($std:ident . $method:ident)?]
    )*) => {
        &[$(
            $(#[$system])*
            $crate::table::Entry {
                level: stringify!($level),
                name: stringify!($name),
                numbers: (libc::$level, libc::$name),
                form: $crate::table::Form::$form,
                unit: $unit,
                setting: $crate::table::maybe!($($setting)?),
                nix: $crate::table::maybe!($((stringify!($nix), |fd| {
                    let value = $crate::with_nix::getsockopt(fd, nix::sys::socket::sockopt::$nix)?;
                    Ok(format!("{value:?}"))
                }))?),
                socket2: $crate::table::maybe!($((stringify!($socket2), |socket| {
                    Ok(format!("{:?}", socket.$socket2()?))
                }))?),
                std: $crate::table::maybe!($((
                    concat!(stringify!($std), "::", stringify!($method)),
                    $crate::table::read_std!($std $method),
                ))?),
            },
        )*]
    };
}

/// `Some` of what is there, `None` of nothing.
macro_rules! maybe {
    () => { None };
    ($($some:tt)+) => { Some($($some)+) };
}

/// The reader for a method of one of std's types.
macro_rules! read_std {
    (TcpStream $method:ident) => {
        $crate::table::ReadStd::Stream(|stream| Ok(format!("{:?}", stream.$method()?)))
    };
    (UdpSocket $method:ident) => {
        $crate::table::ReadStd::Datagram(|socket| Ok(format!("{:?}", socket.$method()?)))
    };
}

use {entries, maybe, read_std};
