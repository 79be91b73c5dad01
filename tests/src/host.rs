//! A host's name of one's own: a program that asks what its machine is called is told the same everywhere.

use std::ffi::CStr;
use std::io;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

/// What the machine is called.
pub const NAME: &str = "host";

/// Lets a program run on a machine of this name: in a UTS namespace, and for an ordinary user in a user namespace
/// around it, in which the user is the same.
///
/// # Errors
///
/// Why this machine does not let that be done. The command is then as it was.
pub fn name(command: &mut Command) -> Result<(), String> {
    let mut probe = Command::new("true");
    named(&mut probe);
    let probe = probe.stdin(Stdio::null()).status();
    probe.map_err(|error| format!("no host's name of one's own (a UTS namespace): {error}"))?;
    named(command);
    Ok(())
}

fn named(command: &mut Command) {
    // SAFETY: getuid takes nothing and cannot fail.
    let user = unsafe { libc::getuid() };
    // SAFETY: nor can getgid.
    let group = unsafe { libc::getgid() };
    // Written down before the fork: after it nothing may be allocated.
    let maps = [
        (c"/proc/self/setgroups", "deny".to_owned()),
        (c"/proc/self/gid_map", format!("{group} {group} 1")),
        (c"/proc/self/uid_map", format!("{user} {user} 1")),
    ];
    let enter = move || {
        // SAFETY: unshare takes flags by value.
        if unsafe { libc::unshare(libc::CLONE_NEWUTS) } == -1 {
            // SAFETY: as above; the process has one thread.
            cvt(unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWUTS) })?;
            for (path, text) in &maps {
                write(path, text.as_bytes())?;
            }
        }
        // SAFETY: pointer and length are of one string, which is only read.
        cvt(unsafe { libc::sethostname(NAME.as_ptr().cast(), NAME.len()) })?;
        Ok(())
    };
    // SAFETY: the closure makes async-signal-safe system calls only and allocates nothing.
    unsafe { command.pre_exec(enter) };
}

fn write(path: &CStr, bytes: &[u8]) -> io::Result<()> {
    // SAFETY: `path` is a C string, which is only read.
    let file = cvt(unsafe { libc::open(path.as_ptr(), libc::O_WRONLY | libc::O_CLOEXEC) })?;
    // SAFETY: pointer and length are of one slice, which is only read.
    let written = unsafe { libc::write(file, bytes.as_ptr().cast(), bytes.len()) };
    let result = if written == -1 { cvt(-1) } else { Ok(0) };
    // SAFETY: close takes a number by value; the file was opened above and is not used again.
    unsafe { libc::close(file) };
    result.map(drop)
}

fn cvt(result: libc::c_int) -> io::Result<libc::c_int> {
    match result {
        -1 => Err(io::Error::last_os_error()),
        result => Ok(result),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    #[test]
    fn the_name_is_the_programs_and_not_the_machines() {
        let asked = || {
            let mut command = Command::new("uname");
            command.arg("-n");
            command
        };
        let called = |mut command: Command| {
            let output = command.output().expect("uname can be started");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        let before = called(asked());
        let mut command = asked();
        if let Err(why) = super::name(&mut command) {
            return crate::not_run("a host's name of one's own", &why);
        }
        assert_eq!(called(command), super::NAME);
        assert_eq!(called(asked()), before);
    }
}
