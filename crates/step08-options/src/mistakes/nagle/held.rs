//! What the kernel says of bytes that it holds back, and how long that lasted. Linux only.

use std::cell::Cell;
use std::io;
use std::os::fd::RawFd;
use std::time::{Duration, Instant};

use lab::Stage;

/// The clock and the send buffer of one connection.
pub(super) struct Watch {
    fd: RawFd,
    begun: Instant,
    unsent: Cell<i32>,
}

impl Watch {
    /// Just before the first send.
    pub(super) fn start(fd: RawFd) -> Watch {
        Watch {
            fd,
            begun: Instant::now(),
            unsent: Cell::new(0),
        }
    }

    /// Just after the last: how many bytes are still here? Then the server may read.
    pub(super) fn look(&self, stage: &Stage) -> io::Result<()> {
        self.unsent.set(not_sent(self.fd)?);
        stage.cue("sent", 6);
        Ok(())
    }

    /// After the answer.
    pub(super) fn judge(&self, stage: &Stage) {
        let took = self.begun.elapsed();
        stage.say(format!("the answer came after {} ms", took.as_millis()));
        match self.unsent.get() {
            // A machine that stood still between the two sends may have missed the sight of it, but not the delay.
            0 if took < DELAY || stage.repaired() => {
                stage.found("sent at once", "no byte was held back");
            }
            count => stage.found("held back", format!("{count} bytes were held back")),
        }
    }
}

/// The acknowledgement that the second piece waits for comes no sooner (TCP_DELACK_MIN in Linux is 40 ms;
/// the kernel's clock may tick a little early).
const DELAY: Duration = Duration::from_millis(36);

/// `ioctl(fd, SIOCOUTQNSD, &n)`: how many bytes of the send buffer have not been sent yet.
#[cfg(target_os = "linux")]
fn not_sent(fd: RawFd) -> io::Result<i32> {
    use step01_socket::with_libc::cvt;

    // From linux/sockios.h: "output queue size (not sent only)". The crate libc has no name for it.
    const SIOCOUTQNSD: libc::c_int = 0x894b;
    let mut count: libc::c_int = 0;
    // SAFETY: this request writes one int, and `count` lives until after the call.
    cvt(unsafe { libc::ioctl(fd, SIOCOUTQNSD as _, &raw mut count) })?;
    Ok(count)
}

/// `setsockopt(fd, IPPROTO_TCP, TCP_QUICKACK, 0)`: acknowledge as in the middle of a conversation.
///
/// Linux acknowledges the first packets of a connection at once, and later only when it must.
/// So that the scene need not be long, it begins where it matters.
#[cfg(target_os = "linux")]
pub(super) fn acknowledge_late(fd: RawFd) -> io::Result<()> {
    step08_options::with_libc::set_int(fd, libc::IPPROTO_TCP, libc::TCP_QUICKACK, 0)
}

/// Other systems have other ways to ask; the scene is not played there.
#[cfg(not(target_os = "linux"))]
fn not_sent(_: RawFd) -> io::Result<i32> {
    Err(io::ErrorKind::Unsupported.into())
}

/// As above.
#[cfg(not(target_os = "linux"))]
pub(super) fn acknowledge_late(_: RawFd) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
