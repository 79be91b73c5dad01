//! A terminal that nobody sits at.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::Stdio;
use std::thread;

use crate::run::{Output, Run, finish};

/// Runs a program whose standard output is a terminal of this many columns; line ends are put back to `\n`.
///
/// # Errors
///
/// When the system gives no terminal.
#[track_caller]
pub fn on_terminal(run: Run, columns: u16, shown: &str) -> io::Result<Output> {
    let (ours, theirs) = open(columns)?;
    let mut child = run.start(Stdio::from(theirs), Stdio::piped());
    let stderr = child.stderr.take().map(OwnedFd::from);
    // A terminal keeps only a little, so it is read while the program writes; it ends when the last writer does.
    let reader = thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = File::from(ours).read_to_end(&mut bytes);
        bytes
    });
    let mut output = finish(child, None, stderr, shown.to_owned());
    let bytes = reader.join().unwrap_or_default();
    output.stdout = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
    Ok(output)
}

fn open(columns: u16) -> io::Result<(OwnedFd, OwnedFd)> {
    let size = libc::winsize {
        ws_row: 50,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let (mut ours, mut theirs) = (-1, -1);
    // SAFETY: the two numbers and `size` live during the call; a null name and null settings are allowed.
    let result = unsafe {
        libc::openpty(
            &mut ours,
            &mut theirs,
            std::ptr::null_mut(),
            std::ptr::null(),
            &size,
        )
    };
    if result == -1 {
        return Err(io::Error::last_os_error());
    }
    for descriptor in [ours, theirs] {
        // SAFETY: fcntl with F_SETFD changes one flag of a descriptor number.
        unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    // SAFETY: openpty just opened this descriptor, and nothing else owns it.
    let ours = unsafe { OwnedFd::from_raw_fd(ours) };
    // SAFETY: openpty just opened this descriptor, and nothing else owns it.
    let theirs = unsafe { OwnedFd::from_raw_fd(theirs) };
    Ok((ours, theirs))
}
