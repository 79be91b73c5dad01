//! The measuring, and the work that is measured.

use super::{bare, languages};
use crate::wire;
use std::env;
use std::error::Error;
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem;
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

const ROUNDS: usize = 9;
/// How many times each kind of work is done in one run.
const TALKS: &str = "20000";
const CONNECTIONS: &str = "1500";
const UNWATCHED: &str = "1000000";
/// The processor that everything runs on in the first question.
pub(crate) const PROCESSOR: usize = 0;

/// Measures, or is the program that is measured.
pub(crate) fn run() -> ExitCode {
    let args: Vec<String> = env::args().collect();
    let result = match args.get(1..).unwrap_or_default() {
        [only] if only == "packets" => observe::can_trace()
            .map_err(Into::into)
            .and_then(|()| wire::measure()),
        [work, times] => work_for(work, times),
        _ => measure(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<(), Box<dyn Error>> {
    observe::can_trace()?;
    let build = if cfg!(debug_assertions) {
        "debug"
    } else {
        "release"
    };
    println!("{build} build, {ROUNDS} rounds, medians");

    match Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
    {
        Ok(status) if status.success() => {
            println!("\nwatched calls, pinned to processor {PROCESSOR}: the lens against strace");
            against_strace("talk", TALKS, 2 * TALKS.parse::<u32>()?)?;
            against_strace("connect", CONNECTIONS, 5 * CONNECTIONS.parse::<u32>()?)?;
            against_strace("files", TALKS, 2 * TALKS.parse::<u32>()?)?;
        }
        _ => println!("\nskipped: strace is not installed, so there is nothing to compare with"),
    }

    println!(
        "\nwatched calls, pinned to processor {PROCESSOR}: what copying the stack adds to the stop"
    );
    with_stacks("talk", TALKS, 2 * TALKS.parse::<u32>()?)?;
    with_stacks("connect", CONNECTIONS, 5 * CONNECTIONS.parse::<u32>()?)?;

    println!("\nthe same in other languages, pinned to processor {PROCESSOR}");
    languages::measure(ROUNDS, PROCESSOR)?;

    println!("\na call that is not watched, {UNWATCHED} times: traced against untraced");
    let (mut traced, mut untraced) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        // How long the program itself says its calls took: its start is not in question here.
        untraced.push(said(|command| Ok(command.status().map(drop)?))?);
        traced.push(said(|command| {
            let command = mem::replace(command, Command::new(""));
            Ok(observe::start(vec![command], &observe::Options::default())?
                .wait()
                .map(drop)?)
        })?);
    }
    let (traced, untraced) = (median(traced), median(untraced));
    let a_call = |time: Duration| time.as_secs_f64() * 1e9 / UNWATCHED.parse().unwrap_or(1.0);
    println!(
        "  getppid  untraced {:.0} ns a call   traced {:.0} ns: {:.0} ns more",
        a_call(untraced),
        a_call(traced),
        a_call(traced) - a_call(untraced),
    );
    // In a process of its own: a fork of this one, which by now has held a million events, takes milliseconds.
    if Command::new(env::current_exe()?)
        .arg("packets")
        .status()?
        .success()
    {
        Ok(())
    } else {
        Err("the packets could not be measured".into())
    }
}

fn against_strace(work: &str, times: &str, calls: u32) -> Result<(), Box<dyn Error>> {
    let (mut traced, mut whole, mut strace_times) = (Vec::new(), Vec::new(), Vec::new());
    let mut bare_times = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        traced.push(lens(work, times, false)?);
        whole.push(start.elapsed());
        let start = Instant::now();
        strace(work, times)?;
        strace_times.push(start.elapsed());
        let start = Instant::now();
        bare(program(work, times)?)?;
        bare_times.push(start.elapsed());
    }
    let [traced, whole, strace, bare] = [traced, whole, strace_times, bare_times].map(median);
    let a_call = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(calls);
    println!(
        "  {work:8} strace {:6.2} µs a call   lens {:6.2}: ratio {:.2}   with decoding {:6.2}: ratio {:.2}",
        a_call(strace),
        a_call(traced),
        a_call(traced) / a_call(strace),
        a_call(whole),
        a_call(whole) / a_call(strace),
    );
    println!(
        "  {:8} stopping only {:6.2} µs a call: ratio {:.2}",
        "",
        a_call(bare),
        a_call(bare) / a_call(strace),
    );
    Ok(())
}

fn with_stacks(work: &str, times: &str, calls: u32) -> Result<(), Box<dyn Error>> {
    let (mut without, mut with, mut whole) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        without.push(lens(work, times, false)?);
        let start = Instant::now();
        with.push(lens(work, times, true)?);
        whole.push(start.elapsed());
    }
    let [without, with, whole] = [without, with, whole].map(median);
    let a_call = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(calls);
    println!(
        "  {work:8} without stacks {:6.2} µs a call   with {:6.2}: {:.2} µs more   with names {:6.2}",
        a_call(without),
        a_call(with),
        a_call(with) - a_call(without),
        a_call(whole),
    );
    Ok(())
}

/// Gives the time until the program had ended; what is left after that is decoding.
fn lens(work: &str, times: &str, stacks: bool) -> Result<Duration, Box<dyn Error>> {
    let options = observe::Options {
        pin: Some(PROCESSOR),
        stacks,
        // strace does not ask for them either.
        ends: false,
        ..observe::Options::default()
    };
    let start = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let record = observe::start(vec![program(work, times)?], &options)?.wait()?;
    if !record.statuses.iter().all(|status| status.success()) {
        return Err(format!("{work} failed: {:?}", record.statuses).into());
    }
    let end = record.events.last().ok_or("nothing was recorded")?.at();
    Ok(Duration::from_nanos(end).saturating_sub(start))
}

fn strace(work: &str, times: &str) -> Result<(), Box<dyn Error>> {
    let calls: Vec<String> = observe::copy::watched()
        .iter()
        .map(i64::to_string)
        .collect();
    let mut command = Command::new("strace");
    command.args([
        "-f",
        "--seccomp-bpf",
        "-o",
        "/dev/null",
        "-e",
        &format!("trace={}", calls.join(",")),
    ]);
    command.arg(env::current_exe()?).args([work, times]);
    // SAFETY: the hook runs between fork and exec and only makes a system call.
    unsafe { command.pre_exec(pin) };
    if command.status()?.success() {
        Ok(())
    } else {
        Err("strace failed".into())
    }
}

/// In a thread of its own, because it stays on the one processor.
fn bare(command: Command) -> io::Result<()> {
    let tracer = thread::spawn(|| {
        pin()?;
        bare::trace(command)
    });
    tracer
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the tracer panicked")))
}

pub(crate) fn program(work: &str, times: &str) -> io::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.args([work, times]);
    Ok(command)
}

/// `sched_setaffinity`: what is to be compared runs on one processor.
fn pin() -> io::Result<()> {
    // SAFETY: cpu_set_t is a set of bits, for which all bits zero is a value.
    let mut set: libc::cpu_set_t = unsafe { mem::zeroed() };
    // SAFETY: PROCESSOR is a small constant, so its bit lies in the set.
    unsafe { libc::CPU_SET(PROCESSOR, &mut set) };
    // SAFETY: the kernel reads as many bytes as it is told the set has.
    let result = unsafe { libc::sched_setaffinity(0, size_of_val(&set), &set) };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// The time that the program with the unwatched calls prints, run in this way.
fn said(
    run: impl FnOnce(&mut Command) -> Result<(), Box<dyn Error>>,
) -> Result<Duration, Box<dyn Error>> {
    said_by(program("getppid", UNWATCHED)?, run)
}

/// The time that a program prints, run in this way.
pub(crate) fn said_by(
    mut command: Command,
    run: impl FnOnce(&mut Command) -> Result<(), Box<dyn Error>>,
) -> Result<Duration, Box<dyn Error>> {
    let (mut reader, writer) = io::pipe()?;
    command.stdout(writer);
    run(&mut command)?;
    drop(command);
    let mut text = String::new();
    reader.read_to_string(&mut text)?;
    Ok(Duration::from_nanos(text.trim().parse()?))
}

pub(crate) fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The program that is measured.
fn work_for(work: &str, times: &str) -> Result<(), Box<dyn Error>> {
    let times: u32 = times.parse()?;
    match work {
        // Two calls a time, both on a socket: sendto and recvfrom.
        "talk" => {
            let (mut here, mut there) = UnixStream::pair()?;
            let mut buffer = [0; 64];
            for _ in 0..times {
                here.write_all(b"hello, this is a line of a chat\n")?;
                let _ = there.read(&mut buffer)?;
            }
        }
        // Five calls a time: socket, connect, accept4 and two closes (and in a debug build two checks of std's).
        "connect" => {
            let listener = TcpListener::bind(("127.0.0.1", 0))?;
            let address = listener.local_addr()?;
            for _ in 0..times {
                let client = TcpStream::connect(address)?;
                let (server, _) = listener.accept()?;
                drop((client, server));
            }
        }
        // Two calls a time, neither on a socket: write and read.
        "files" => {
            let (mut null, mut zero) = (
                File::options().write(true).open("/dev/null")?,
                File::open("/dev/zero")?,
            );
            let mut buffer = [0; 64];
            for _ in 0..times {
                null.write_all(b"hello, this is a line of a chat\n")?;
                let _ = zero.read(&mut buffer)?;
            }
        }
        "getppid" => {
            let start = Instant::now();
            for _ in 0..times {
                let _ = std::os::unix::process::parent_id();
            }
            println!("{}", start.elapsed().as_nanos());
        }
        "scene" => return wire::scene(),
        other => return Err(format!("no work called {other}").into()),
    }
    Ok(())
}
