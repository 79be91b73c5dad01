//! What the value of an option is in C, and how to read it without knowing more than that.

use std::fmt::Write as _;
use std::io;
use std::net::Ipv4Addr;
use std::os::fd::RawFd;

use libc::c_int;

use super::Entry;
use crate::with_libc;

/// What the value of an option is in C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An `int` that is 0 or not 0.
    Flag,
    /// An `int`.
    Int,
    /// A `struct timeval`.
    Timeval,
    /// A `struct linger`.
    Linger,
    /// A `struct in_addr`.
    InAddr,
    /// Characters, with or without a NUL at their end.
    Chars,
    /// A larger structure, of which this course reads no more than the length.
    Struct,
}

impl Form {
    /// The type as it is written in C, without `struct`.
    pub fn name(self) -> &'static str {
        match self {
            Form::Flag | Form::Int => "int",
            Form::Timeval => "timeval",
            Form::Linger => "linger",
            Form::InAddr => "in_addr",
            Form::Chars => "char[]",
            Form::Struct => "struct",
        }
    }
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

/// Characters up to a NUL, with what is not printable escaped.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    let mut shown = String::from("\"");
    for byte in &bytes[..end.unwrap_or(bytes.len())] {
        // Writing to a String does not fail.
        let _ = write!(shown, "{}", byte.escape_ascii());
    }
    shown + "\""
}
