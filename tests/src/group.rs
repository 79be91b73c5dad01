//! The processes a program leaves behind. There must be none.

use std::fs;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

/// Fails unless every process of this process group ends. Waits for each to end; a zombie has ended.
#[track_caller]
pub fn assert_gone(group: i32, what: &str) {
    for process in members(group) {
        if !ends(process) {
            let name = fs::read_to_string(format!("/proc/{process}/cmdline")).unwrap_or_default();
            // SAFETY: kill takes two numbers and touches no memory.
            unsafe { libc::kill(-group, libc::SIGKILL) };
            panic!(
                "{what} left process {process} behind: {}",
                name.replace('\0', " ")
            );
        }
    }
}

/// The living processes of a group.
pub fn members(group: i32) -> Vec<i32> {
    // SAFETY: kill with signal 0 sends nothing; it takes two numbers and touches no memory.
    let nobody = unsafe { libc::kill(-group, 0) } == -1
        && io::Error::last_os_error().raw_os_error() == Some(libc::ESRCH);
    if nobody {
        return Vec::new();
    }
    let Ok(all) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    all.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|process| {
            let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
            // Behind the name in parentheses: state, parent, group.
            let mut fields = stat
                .rsplit_once(") ")
                .map(|(_, rest)| rest.split(' '))
                .into_iter()
                .flatten();
            let state = fields.next();
            fields.nth(1).and_then(|field| field.parse().ok()) == Some(group)
                && !matches!(state, Some("Z" | "X"))
        })
        .collect()
}

/// Waits for a process, anybody's child, to end; false when it does not.
fn ends(process: i32) -> bool {
    // SAFETY: pidfd_open(2) takes two numbers and touches no memory.
    let descriptor = unsafe { libc::syscall(libc::SYS_pidfd_open, process, 0) };
    if descriptor == -1 {
        return io::Error::last_os_error().raw_os_error() == Some(libc::ESRCH);
    }
    // SAFETY: the call just made returned this descriptor, and nothing else owns it.
    let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor as i32) };
    let mut poll = libc::pollfd {
        fd: descriptor.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    let limit = Duration::from_secs(20).as_millis() as i32;
    // SAFETY: `poll` is one pollfd and lives during the call.
    unsafe { libc::poll(&mut poll, 1, limit) == 1 }
}
