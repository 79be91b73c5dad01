//! The time, as the kernel's clocks tell it.

use record::event::Time;

/// The time on CLOCK_REALTIME, which everything in a record is told by.
pub(crate) fn now() -> Time {
    read(libc::CLOCK_REALTIME)
}

/// `clock_gettime`: nanoseconds on a clock that every Linux has.
pub(crate) fn read(clock: libc::clockid_t) -> Time {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: clock_gettime writes one timespec, which lives on this frame.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}
