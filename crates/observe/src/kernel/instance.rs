//! A private instance of the kernel's tracing, from its making to its removal.

use super::trace;
use crate::orphan;
use crate::tracer::Refused;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Where tracefs is, or was before Linux 4.1.
const TRACEFS: [&str; 2] = ["/sys/kernel/tracing", "/sys/kernel/debug/tracing"];
/// What the names of all instances begin with that are made here.
const PREFIX: &str = "socket-course";
/// The trace point that must be there.
const STATES: &str = "sock/inet_sock_set_state";
/// Trace points that sockets pass, and a condition. One that a kernel does not have is done without.
const POINTS: [(&str, &str); 12] = [
    ("kmem/kmem_cache_alloc", ""),
    ("kmem/kmem_cache_free", ""),
    ("kmem/kmalloc", ""),
    // A thread that was only interrupted does not sleep.
    ("sched/sched_switch", "prev_state != 0"),
    ("net/net_dev_queue", ""),
    ("net/net_dev_start_xmit", ""),
    ("net/netif_receive_skb", ""),
    ("skb/skb_copy_datagram_iovec", ""),
    ("skb/consume_skb", ""),
    ("sock/sk_data_ready", ""),
    ("sock/sock_send_length", ""),
    ("sock/sock_recv_length", ""),
];
/// For each processor. What does not fit drops the oldest.
const BUFFER_KIB: &str = "4096";

/// Goes through the whole set-up once, and looks whether this thread is found in what was recorded.
pub(super) fn can_watch() -> Result<(), Refused> {
    let watch = Watch::start()?;
    let marker = watch.folder.write("trace_marker", "here");
    marker.map_err(|error| refused(format!("its `trace_marker` cannot be written ({error})")))?;
    // SAFETY: gettid takes nothing and touches no memory.
    let this = unsafe { libc::gettid() };
    let trace = watch.end().trace;
    if !trace::entries(&trace)
        .iter()
        .any(|entry| entry.thread == this)
    {
        return Err(refused(
            "what the kernel writes there of this process cannot be told from others': \
             in a container with process ids of its own, run it outside"
                .into(),
        ));
    }
    Ok(())
}

/// An instance that records what the kernel does for the children of the thread that made it.
#[derive(Debug)]
pub(crate) struct Watch {
    folder: Folder,
    ahead: u64,
}

/// What was recorded.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) trace: String,
    /// What CLOCK_REALTIME was ahead of the trace's clock, in nanoseconds.
    pub(crate) ahead: u64,
}

impl Watch {
    /// Makes the instance and switches it on: from now on the children of this thread, and theirs, are watched.
    pub(crate) fn start() -> Result<Watch, Refused> {
        let mut tracefs = TRACEFS.iter().map(Path::new);
        let tracefs = tracefs.find(|path| path.join("instances").is_dir());
        let Some(tracefs) = tracefs else {
            return Err(if is_root() {
                refused(
                    "tracefs is not mounted: type `mount -t tracefs nodev /sys/kernel/tracing`"
                        .into(),
                )
            } else {
                refused("this is not root, or tracefs is not mounted".into())
            });
        };
        let instances = tracefs.join("instances");
        remove_leftovers(&instances);
        let folder = Folder::make(&instances).map_err(|error| {
            let path = instances.display();
            refused(format!("an instance in {path} cannot be made ({error})"))
        })?;
        folder.switch_on()?;
        Ok(Watch {
            folder,
            ahead: ahead(),
        })
    }

    /// Ends the watching and removes the instance.
    pub(crate) fn end(self) -> Seen {
        let _ = self.folder.write("tracing_on", "0");
        // The kernel's own lists of names are ASCII, a program's name need not be.
        let trace = fs::read(self.folder.path.join("trace")).unwrap_or_default();
        Seen {
            trace: String::from_utf8_lossy(&trace).into_owned(),
            ahead: self.ahead,
        }
    }
}

/// The instance's folder, which is removed when this is dropped; and by the guard should this process be killed.
#[derive(Debug)]
struct Folder {
    path: PathBuf,
    /// While it is open, the guard waits.
    _guard: Option<OwnedFd>,
}

impl Folder {
    fn make(instances: &Path) -> io::Result<Folder> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let own = Owner::this().ok_or_else(|| io::Error::other("/proc is not there"))?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = instances.join(own.name(number));
        fs::create_dir(&path)?;
        // From here on the folder is removed again, whatever happens.
        let mut folder = Folder { path, _guard: None };
        folder._guard = Some(guard(&folder.path)?);
        Ok(folder)
    }

    fn write(&self, file: &str, text: &str) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(self.path.join(file));
        file?.write_all(text.as_bytes())
    }

    fn switch_on(&self) -> Result<(), Refused> {
        // SAFETY: gettid takes nothing and touches no memory.
        let this = unsafe { libc::gettid() };
        let must = |file: &str, text: &str| {
            let missing =
                |error| refused(format!("this kernel's tracing refuses `{file}` ({error})"));
            self.write(file, text).map_err(missing)
        };
        must("trace_clock", "mono")?;
        must("options/stacktrace", "1")?;
        must("options/event-fork", "1")?;
        must("set_event_pid", &this.to_string())?;
        // Taken over from the machine's own settings, where somebody has changed them. Not every kernel has each.
        for off in [
            "sym-offset",
            "sym-addr",
            "raw",
            "hex",
            "bin",
            "fields",
            "latency-format",
        ] {
            let _ = self.write(&format!("options/{off}"), "0");
        }
        let _ = self.write("buffer_size_kb", BUFFER_KIB);
        for (point, only) in POINTS {
            // What this thread itself does is of no interest, only what its children do.
            let mut filter = format!("common_pid != {this}");
            if !only.is_empty() {
                filter = format!("{filter} && {only}");
            }
            if self
                .write(&format!("events/{point}/filter"), &filter)
                .is_ok()
            {
                let _ = self.write(&format!("events/{point}/enable"), "1");
            }
        }
        must(&format!("events/{STATES}/enable"), "1")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Where that fails the guard tries again, and then the next run.
        let _ = fs::remove_dir(&self.path);
    }
}

/// The process that an instance belongs to, as the instance's name tells it:
/// a process id alone may be another's by now, or mean another in another container.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Owner {
    /// The namespace that the process id is one of.
    namespace: String,
    process: i32,
    /// When it began, in the kernel's ticks.
    began: u64,
}

impl Owner {
    fn this() -> Option<Owner> {
        Owner::of(std::process::id().try_into().ok()?)
    }

    /// `None` when there is no such process.
    fn of(process: i32) -> Option<Owner> {
        let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
        let namespace = namespace.to_string_lossy();
        let namespace = namespace.chars().filter(char::is_ascii_digit).collect();
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The second field is the program's name in parentheses, whatever it holds; the 22nd is the time.
        let after_name = stat.rsplit_once(')')?.1;
        let began = after_name.split_whitespace().nth(19)?.parse().ok()?;
        Some(Owner {
            namespace,
            process,
            began,
        })
    }

    fn name(&self, number: u32) -> String {
        let Owner {
            namespace,
            process,
            began,
        } = self;
        format!("{PREFIX}.{namespace}.{process}.{began}.{number}")
    }

    /// Whose the instance of this name is; `None` when it was not made here.
    fn from_name(name: &str) -> Option<Owner> {
        let mut parts = name.split('.');
        if parts.next()? != PREFIX {
            return None;
        }
        let owner = Owner {
            namespace: parts.next()?.to_owned(),
            process: parts.next()?.parse().ok()?,
            began: parts.next()?.parse().ok()?,
        };
        parts.next()?.parse::<u32>().ok()?;
        parts.next().is_none().then_some(owner)
    }
}

/// Removes what processes have left that were killed.
fn remove_leftovers(instances: &Path) {
    let Some(this) = Owner::this() else { return };
    for entry in fs::read_dir(instances).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(Owner::from_name);
        if owner.is_some_and(|owner| is_left(&owner, &this, Owner::of(owner.process).as_ref())) {
            let _ = fs::remove_dir(entry.path());
        }
    }
}

/// Whether an instance is left over. `now` is the process that has the owner's id now.
fn is_left(owner: &Owner, this: &Owner, now: Option<&Owner>) -> bool {
    owner.namespace == this.namespace && now != Some(owner)
}

/// Starts a process that removes the folder when this one is gone, however that happens. It ends when the given
/// descriptor is closed, by this process or by its end.
fn guard(folder: &Path) -> io::Result<OwnedFd> {
    let folder = std::ffi::CString::new(folder.as_os_str().as_bytes())?;
    orphan::start(None, || remove(&folder))
}

/// Removes the folder. It makes system calls only, as a guard must.
fn remove(folder: &std::ffi::CStr) {
    let errno = || io::Error::last_os_error().raw_os_error();
    let again = libc::timespec {
        tv_sec: 0,
        tv_nsec: 10_000_000,
    };
    // Busy while a traced process still ends; not there when it was removed in the ordinary way.
    for _ in 0..200 {
        // SAFETY: rmdir reads a string with its NUL, which is this process's own copy.
        let removed = unsafe { libc::rmdir(folder.as_ptr()) } == 0;
        if removed || errno() != Some(libc::EBUSY) {
            break;
        }
        // SAFETY: nanosleep reads the timespec, which lives during the call, and is given no place to write to.
        unsafe { libc::nanosleep(&again, std::ptr::null_mut()) };
    }
}

/// What CLOCK_REALTIME is ahead of CLOCK_MONOTONIC. Asked a few times, for another thread may run in between.
fn ahead() -> u64 {
    let tries = (0..5).map(|_| {
        let before = clock(libc::CLOCK_MONOTONIC);
        let real = clock(libc::CLOCK_REALTIME);
        let after = clock(libc::CLOCK_MONOTONIC);
        (
            after - before,
            real.saturating_sub(before + (after - before) / 2),
        )
    });
    tries.min().map_or(0, |(_, ahead)| ahead)
}

fn clock(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: clock_gettime writes one timespec, which lives on this frame.
    unsafe { libc::clock_gettime(clock, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn is_root() -> bool {
    // SAFETY: geteuid takes nothing and touches no memory.
    unsafe { libc::geteuid() == 0 }
}

fn refused(reason: String) -> Refused {
    Refused::because(format!(
        "the kernel's own functions need root and tracefs, and {reason}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(namespace: &str, process: i32, began: u64) -> Owner {
        Owner {
            namespace: namespace.into(),
            process,
            began,
        }
    }

    #[test]
    fn a_name_tells_its_owner() {
        let one = owner("4026531836", 4711, 99);
        assert_eq!(Owner::from_name(&one.name(3)), Some(one));
        for other in [
            "foo",
            "socket-course",
            "socket-course.1.2.3",
            "socket-course.1.2.3.4.5",
            "socket-course.1.x.3.4",
            "socket-courses.1.2.3.4",
        ] {
            assert_eq!(Owner::from_name(other), None, "{other}");
        }
    }

    #[test]
    fn only_what_the_dead_have_left_is_removed() {
        let this = owner("1", 10, 5);
        let theirs = owner("1", 20, 6);
        assert!(is_left(&theirs, &this, None), "it is dead");
        assert!(!is_left(&theirs, &this, Some(&theirs)), "it lives");
        let same_number = owner("1", 20, 7);
        assert!(
            is_left(&theirs, &this, Some(&same_number)),
            "its number is another's"
        );
        let elsewhere = owner("2", 20, 6);
        assert!(!is_left(&elsewhere, &this, None), "nobody can know");
        assert!(!is_left(&this, &this, Some(&this)), "it is this one");
    }

    #[test]
    fn this_process_is_known_and_alive() {
        let this = Owner::this().expect("/proc");
        assert_eq!(Owner::of(this.process), Some(this));
        assert_eq!(Owner::of(i32::MAX), None);
    }
}
