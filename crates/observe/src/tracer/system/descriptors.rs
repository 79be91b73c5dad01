//! Which descriptors of a process are sockets.
//!
//! read, write, close and the like are worth keeping only on sockets. What a descriptor is, /proc tells; it is asked once,
//! when the descriptor is first used in such a call, and forgotten when the number may come to mean something else.

use std::collections::BTreeMap;
use std::io;
use std::ops::RangeInclusive;
use std::os::unix::ffi::OsStrExt;

/// What is known of the descriptors of one process.
#[derive(Clone, Debug, Default)]
pub(super) struct Descriptors {
    known: BTreeMap<i32, Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Socket,
    Other,
    /// It was a socket and has been closed. Closing it a second time is worth showing.
    ClosedSocket,
}

impl Descriptors {
    /// True when `fd` is a socket in this thread, or was one when it was last open.
    pub(super) fn is_socket(&mut self, thread: i32, fd: i32) -> bool {
        match self.known.get(&fd) {
            Some(Kind::Socket) => return true,
            Some(Kind::Other) => return false,
            Some(Kind::ClosedSocket) | None => {}
        }
        if fd < 0 {
            return false;
        }
        match look(thread, fd) {
            Ok(kind) => {
                self.known.insert(fd, kind);
                kind == Kind::Socket
            }
            // Not open: the number is free, so there is nothing to remember.
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.known.contains_key(&fd),
            // No way to know (no /proc): rather one call too many in the record than one too few.
            Err(_) => true,
        }
    }

    /// True when one of the open descriptors in this range is a socket.
    pub(super) fn has_socket(&mut self, thread: i32, range: RangeInclusive<u32>) -> bool {
        let Ok(entries) = std::fs::read_dir(format!("/proc/{thread}/fd")) else {
            return true;
        };
        let open: Vec<i32> = entries
            .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
            .filter(|&fd: &i32| range.contains(&(fd as u32)))
            .collect();
        open.into_iter().any(|fd| self.is_socket(thread, fd))
    }

    /// A call has made this descriptor, and it is a socket.
    pub(super) fn made_socket(&mut self, fd: i32) {
        self.known.insert(fd, Kind::Socket);
    }

    /// Forgets what this call, which is about to be made or has been made, closes or replaces.
    pub(super) fn forget(&mut self, number: i64, args: &[u64; 6]) {
        #[cfg(target_arch = "x86_64")]
        if number == libc::SYS_dup2 {
            self.known.remove(&(args[1] as i32));
        }
        match number {
            libc::SYS_dup3 => drop(self.known.remove(&(args[1] as i32))),
            libc::SYS_close => self.closed(args[0] as i32),
            libc::SYS_close_range if args[2] as u32 & libc::CLOSE_RANGE_CLOEXEC == 0 => {
                let range = args[0] as u32..=args[1] as u32;
                let known: Vec<i32> = self.known.keys().copied().collect();
                for fd in known.into_iter().filter(|&fd| range.contains(&(fd as u32))) {
                    self.closed(fd);
                }
            }
            _ => {}
        }
    }

    /// The process became another program, which closed what was marked close-on-exec.
    pub(super) fn exec(&mut self) {
        self.known.clear();
    }
}

impl Descriptors {
    fn closed(&mut self, fd: i32) {
        if let Some(kind) = self.known.remove(&fd)
            && kind != Kind::Other
        {
            self.known.insert(fd, Kind::ClosedSocket);
        }
    }
}

/// Asks /proc what a descriptor is.
fn look(thread: i32, fd: i32) -> io::Result<Kind> {
    let target = std::fs::read_link(format!("/proc/{thread}/fd/{fd}"))?;
    let is_socket = target.as_os_str().as_bytes().starts_with(b"socket:[");
    Ok(if is_socket { Kind::Socket } else { Kind::Other })
}
