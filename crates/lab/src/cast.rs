//! The processes of a scene: how they are started, heard and ended.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use lens::event::Event;

use crate::control::{Line, Told, now};
use crate::direct::{Request, safe};
use crate::trouble::Trouble;

/// The processes of a scene, traced or not.
pub(crate) enum Cast {
    Traced(lens::Running),
    Plain(Vec<Child>),
}

impl Cast {
    pub(crate) fn start(
        prepared: Vec<Prepared>,
        request: &Request<'_>,
        hidden: RawFd,
    ) -> Result<Cast, Trouble> {
        // The actors' ends of the lines must stay open until the processes have them.
        let (mut commands, lines): (Vec<Command>, Vec<UnixStream>) = prepared
            .into_iter()
            .map(|actor| (actor.command, actor.line))
            .unzip();
        let cast = if request.trace {
            let options = lens::Options {
                hide: Some(hidden),
                pin: this_processor(),
                live: request.live.map(|live| live.sender.clone()),
                stacks: request.stack,
                kernel: request.kernel,
                wire: request.wire.clone(),
                ..lens::Options::default()
            };
            Cast::Traced(lens::start(commands, &options)?)
        } else {
            Cast::Plain(
                commands
                    .iter_mut()
                    .map(start_plain)
                    .collect::<io::Result<_>>()?,
            )
        };
        drop(lines);
        Ok(cast)
    }

    pub(crate) fn processes(&self) -> Vec<i32> {
        match self {
            Cast::Traced(running) => running.processes().to_vec(),
            Cast::Plain(children) => children.iter().map(|child| child.id() as i32).collect(),
        }
    }

    /// Waits until the processes have ended by themselves, but no longer than this.
    pub(crate) fn let_end(&mut self, until: Instant, look_again: Duration) {
        while self.is_alive() && Instant::now() < until {
            std::thread::sleep(look_again);
        }
    }

    fn is_alive(&mut self) -> bool {
        match self {
            // Signal 0 is none: it only asks whether there is anyone to get it.
            Cast::Traced(running) => running.reach().signal(0),
            Cast::Plain(children) => children
                .iter_mut()
                .any(|child| matches!(child.try_wait(), Ok(None))),
        }
    }

    pub(crate) fn kill_all(&mut self) {
        match self {
            Cast::Traced(running) => running.kill_all(),
            Cast::Plain(children) => {
                for child in children {
                    // One that has ended already cannot be killed, and need not.
                    let _ = child.kill();
                }
            }
        }
    }

    pub(crate) fn end(self) -> Result<(Vec<Event>, Vec<ExitStatus>), Trouble> {
        match self {
            Cast::Traced(running) => {
                let record = running.wait()?;
                if record.lost_packets > 0 {
                    eprintln!(
                        "{} packets came faster than they could be kept and are missing",
                        record.lost_packets
                    );
                }
                Ok((record.events, record.statuses))
            }
            Cast::Plain(children) => {
                let statuses = children.into_iter().map(|mut child| child.wait());
                Ok((Vec::new(), statuses.collect::<io::Result<_>>()?))
            }
        }
    }
}

/// Starts a process that the lens does not hold: it is to end when the lab does.
fn start_plain(command: &mut Command) -> io::Result<Child> {
    #[cfg(target_os = "linux")]
    {
        let with_parent = || {
            // SAFETY: prctl(PR_SET_PDEATHSIG) takes a signal number and touches no memory.
            let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            if result == -1 {
                Err(io::Error::last_os_error())
            } else {
                Ok(())
            }
        };
        // SAFETY: the closure makes one async-signal-safe system call and allocates nothing.
        unsafe { command.pre_exec(with_parent) };
    }
    command.spawn()
}

/// The processor this thread is on: one for the whole scene makes a stop of the tracer several times cheaper.
#[cfg(target_os = "linux")]
fn this_processor() -> Option<usize> {
    // SAFETY: sched_getcpu(3) takes nothing and touches no memory of this process.
    let processor = unsafe { libc::sched_getcpu() };
    usize::try_from(processor).ok()
}

#[cfg(not(target_os = "linux"))]
fn this_processor() -> Option<usize> {
    None
}

/// What the lab holds of an actor's process before it is started.
pub(crate) struct Prepared {
    pub(crate) command: Command,
    /// The actor's end of the line; to be closed here once the process has it.
    pub(crate) line: UnixStream,
}

/// What the lab holds of an actor's process while it plays.
pub(crate) struct Held {
    /// The lab's end of the line.
    pub(crate) line: UnixStream,
    /// What the process prints.
    pub(crate) output: File,
    /// A guest's standard input.
    pub(crate) keyboard: Option<io::PipeWriter>,
}

/// Prepares the process of one actor: the step's program once more. What the actor tells arrives at `sender`.
pub(crate) fn prepare(
    request: &Request<'_>,
    index: usize,
    hidden: RawFd,
    sender: &Sender<(usize, Option<Line>)>,
) -> io::Result<(Prepared, Held)> {
    let (here, there) = UnixStream::pair()?;
    let output = unnamed_file()?;
    let actor = &request.scene.actors[index];
    // A peer is the same helper beside a guest as beside the four layers.
    let guest = request.guest.filter(|_| !actor.is_peer);
    let mut command = Command::new(std::env::current_exe()?);
    command.args([
        crate::cli::ACTOR,
        request.scene.name,
        request.variant.name(),
        guest.map_or(request.layer.name(), |ready| ready.guest.language.name()),
        actor.name,
    ]);
    command.arg(hidden.to_string());
    command.args(request.address);
    if request.address.is_none() {
        // A name server that does not answer is not to hold up a scene: see resolv.conf(5).
        command.env("RES_OPTIONS", "timeout:1 attempts:1");
    }
    command.stderr(output.try_clone()?);
    let mut keyboard = None;
    if let Some(ready) = guest {
        command.args(&ready.command);
        let (reader, writer) = io::pipe()?;
        command.stdout(writer);
        hear_guest(index, reader, sender.clone());
        let (reader, writer) = io::pipe()?;
        command.stdin(reader);
        keyboard = Some(writer);
    } else {
        command.stdin(Stdio::null()).stdout(output.try_clone()?);
    }
    hand_over(&mut command, there.as_raw_fd(), hidden);
    listen_to(index, here.try_clone()?, sender.clone(), guest.is_none());
    let prepared = Prepared {
        command,
        line: there,
    };
    let held = Held {
        line: here,
        output,
        keyboard,
    };
    Ok((prepared, held))
}

/// Puts the actor's end of the line at the hidden number, and makes sure that nothing else is inherited:
/// the first descriptor an actor gets is 3.
fn hand_over(command: &mut Command, line: RawFd, hidden: RawFd) {
    let before_exec = move || {
        close_on_exec_from(3);
        no_core_file();
        // SAFETY: dup2(2) works on descriptor numbers only; async-signal-safe, as the time between fork and exec asks.
        let result = unsafe { libc::dup2(line, hidden) };
        if result == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    };
    // SAFETY: the closure makes async-signal-safe system calls only and allocates nothing.
    unsafe { command.pre_exec(before_exec) };
}

/// A scene in which an actor aborts must not leave a core file in somebody's folder.
fn no_core_file() {
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: setrlimit(2) only reads the structure, which lives during the call.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &none) };
}

#[cfg(target_os = "linux")]
fn close_on_exec_from(first: RawFd) {
    // SAFETY: close_range(2) with CLOSE_RANGE_CLOEXEC sets one flag on descriptor numbers.
    // Kernels before 5.11 refuse it; then an actor keeps what the shell left open, and its numbers begin higher.
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            libc::c_uint::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
}

#[cfg(not(target_os = "linux"))]
fn close_on_exec_from(first: RawFd) {
    for descriptor in first..256 {
        // SAFETY: fcntl(2) with F_SETFD sets one flag on a descriptor number; a closed number is refused.
        unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
}

/// Passes on each line that comes from an actor, and its end where that is the end of the actor.
fn listen_to(index: usize, line: UnixStream, sender: Sender<(usize, Option<Line>)>, ends: bool) {
    std::thread::spawn(move || {
        for text in BufReader::new(line).lines().map_while(Result::ok) {
            if let Some(line) = Line::parse(&text)
                && sender.send((index, Some(line))).is_err()
            {
                return;
            }
        }
        if ends {
            // Nobody listens any more when the scene is over.
            let _ = sender.send((index, None));
        }
    });
}

/// A guest knows no stage: what it prints is what it says, some of it is a cue,
/// and the end of its output is its end.
fn hear_guest(index: usize, output: io::PipeReader, sender: Sender<(usize, Option<Line>)>) {
    let tell = move |told: Option<Told>| {
        let line = told.map(|told| Line {
            at: now(),
            thread: 0,
            told,
        });
        // Nobody listens any more when the scene is over.
        let _ = sender.send((index, line));
    };
    std::thread::spawn(move || {
        for bytes in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((name, value)) = crate::guest::cue(&text) {
                tell(Some(Told::Gave {
                    name: name.to_owned(),
                    value: value.to_owned(),
                }));
            }
            tell(Some(Told::Said(text)));
        }
        tell(None);
    });
}

/// A file without a name, for what an actor prints: only a panic does.
fn unnamed_file() -> io::Result<File> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("socket-course-{}-{number}", std::process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

/// What an actor printed.
pub(crate) fn written(file: &File) -> String {
    let mut text = Vec::new();
    let mut file = file;
    let read = file.rewind().and_then(|()| file.read_to_end(&mut text));
    if read.is_err() {
        return String::new();
    }
    String::from_utf8_lossy(&text)
        .lines()
        .map(safe)
        .collect::<Vec<_>>()
        .join("\n")
}
