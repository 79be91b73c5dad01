//! One option, as a row of the table: what it is, and how to read it in each layer.

use std::io;
use std::net::{Ipv4Addr, TcpStream, UdpSocket};
use std::os::fd::{OwnedFd, RawFd};

use libc::c_int;
use socket2::Socket;

use super::value::{Form, text};
use crate::with_libc;

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

impl Entry {
    /// `getsockopt(fd, level, optname, optval, optlen)`: reads the option and shows its value.
    ///
    /// # Errors
    ///
    /// As for [`with_libc::get_int`].
    pub fn read(&self, fd: RawFd) -> io::Result<String> {
        let (level, name) = self.numbers;
        Ok(match self.form {
            Form::Flag if with_libc::get_int(fd, level, name)? == 0 => "off".to_owned(),
            Form::Flag => "on".to_owned(),
            Form::Int => with_libc::get_int(fd, level, name)?.to_string(),
            Form::InAddr => {
                let octets = with_libc::get_int(fd, level, name)?.to_ne_bytes();
                Ipv4Addr::from(octets).to_string()
            }
            Form::Timeval => {
                let limit = with_libc::get_timeout(fd, name)?;
                match limit.tv_usec {
                    0 => limit.tv_sec.to_string(),
                    micros => format!("{}.{micros:06}", limit.tv_sec),
                }
            }
            Form::Linger => match self.read_bytes(fd)?.split_at_checked(size_of::<c_int>()) {
                Some((on, _)) if on.iter().all(|byte| *byte == 0) => "off".to_owned(),
                _ => "on".to_owned(),
            },
            Form::Chars => text(&self.read_bytes(fd)?),
            Form::Struct => self.read_bytes(fd)?.len().to_string(),
        })
    }

    fn read_bytes(&self, fd: RawFd) -> io::Result<Vec<u8>> {
        let (level, name) = self.numbers;
        with_libc::get_bytes(fd, level, name)
    }
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

pub(crate) use {entries, maybe, read_std};
