//! `lens`: what a program really asks the kernel to do with its sockets.
//!
//! ```text
//! cargo run -p lens -- python3 chat.py
//! ```
//!
//! Runs the command with this program's own standard streams, and when it has ended writes the report to standard error.
//! `lens --help` tells the options.

mod cli;
mod inherited;
mod relay;
mod report;

use inherited::Inherited;
use observe::wire::{How, Network};
use std::env;
use std::fmt::Display;
use std::io::{self, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{self, Command, ExitStatus};
use std::sync::Arc;

/// A command line that cannot be understood.
const MISUSE: i32 = 2;
/// As in a shell: the command was found but could not be run.
const NOT_RUNNABLE: i32 = 126;
/// As in a shell: the command was not found.
const NOT_FOUND: i32 = 127;

fn main() {
    let args = match cli::parse(env::args_os().skip(1)) {
        Ok(cli::Ask::Run(args)) => args,
        Ok(cli::Ask::Help) => {
            let _ = io::stdout().write_all(cli::HELP.as_bytes());
            return;
        }
        Ok(cli::Ask::Version) => {
            let _ = writeln!(io::stdout(), "lens {}", env!("CARGO_PKG_VERSION"));
            return;
        }
        Err(misuse) => {
            say(&misuse);
            process::exit(MISUSE);
        }
    };
    // The report's file first: a run whose report cannot be written would be for nothing.
    let output = match report::Output::open(&args) {
        Ok(output) => output,
        Err(error) => {
            say(&error);
            process::exit(MISUSE);
        }
    };
    let inherited = Inherited::and_block(&relay::SIGNALS);
    let result = run(&args, &inherited, output);
    // What came for the command and was not passed on in time is not meant for this program.
    inherited::drop_pending(&relay::SIGNALS);
    inherited.unblock();
    match result {
        Ok(status) => end_like(status),
        Err(error) => {
            say(&error);
            process::exit(match error.kind() {
                io::ErrorKind::NotFound => NOT_FOUND,
                _ => NOT_RUNNABLE,
            });
        }
    }
}

/// Runs the command, traced if that is possible, and reports. Gives how the command ended.
fn run(args: &cli::Args, inherited: &Inherited, output: report::Output) -> io::Result<ExitStatus> {
    let relay = relay::Relay::start()?;
    // What this system refuses with a filter it may allow without, so that trial is only for the filter.
    let trial = if args.filter {
        observe::can_trace()
    } else {
        Ok(())
    };
    let started = match trial {
        Ok(()) => {
            let mut options = options(args);
            if args.kernel {
                match observe::kernel::can_watch() {
                    Ok(()) => options.kernel = true,
                    Err(refused) => say(&format_args!("not shown: {refused}")),
                }
            }
            if args.wire {
                options.wire = open_network(args);
            }
            observe::start(vec![command(args, inherited)], &options)
        }
        Err(refused) => Err(refused.into()),
    };
    match started {
        Ok(running) => {
            relay.to(relay::Target::Traced(running.reach()));
            let record = running.wait()?;
            relay.done();
            output.write(record.events)?;
            if record.lost_packets > 0 {
                say(&format_args!(
                    "{} packets came faster than they could be kept and are missing",
                    record.lost_packets
                ));
            }
            record
                .statuses
                .first()
                .copied()
                .ok_or_else(|| io::Error::other("no status"))
        }
        Err(error)
            if error
                .get_ref()
                .is_some_and(|inner| inner.is::<observe::Refused>()) =>
        {
            say(&format_args!(
                "running without a look at the calls: {error}"
            ));
            let mut child = command(args, inherited).spawn().map_err(|error| {
                let program = args.command[0].to_string_lossy();
                io::Error::new(error.kind(), format!("cannot start {program}: {error}"))
            })?;
            relay.to(relay::Target::Untraced(child.id() as i32));
            let status = child.wait();
            relay.done();
            output.give_up();
            status
        }
        Err(error) => {
            output.give_up();
            Err(error)
        }
    }
}

/// The network that the command is to run in. Where it cannot be had, one line says why.
fn open_network(args: &cli::Args) -> Option<Arc<Network>> {
    let how = How {
        share_net: args.share_net,
        slow: args.slow,
    };
    match Network::open(how) {
        Ok(network) => {
            if let Some(remark) = network.remark() {
                say(&remark);
            }
            Some(Arc::new(network))
        }
        Err(refused) => {
            say(&format_args!("no packets: {refused}"));
            None
        }
    }
}

fn command(args: &cli::Args, inherited: &Inherited) -> Command {
    let mut command = Command::new(&args.command[0]);
    command.args(&args.command[1..]);
    let inherited = *inherited;
    // SAFETY: the hook runs between fork and exec, where only async-signal-safe functions may be called:
    // `restore` makes a few system calls and nothing else.
    unsafe { command.pre_exec(move || inherited.restore()) };
    command
}

fn options(args: &cli::Args) -> observe::Options {
    observe::Options {
        filter: args.filter,
        pin: args.pin.then(this_processor),
        // The page tells them of each call.
        stacks: args.stack || args.html.is_some(),
        // Nothing else shows them, or needs them to find the ends of packets.
        ends: args.json || args.wire || args.svg.is_some() || args.html.is_some(),
        ..observe::Options::default()
    }
}

/// The processor this program is on now: one it may run on.
fn this_processor() -> usize {
    #[cfg(target_os = "linux")]
    // SAFETY: sched_getcpu takes no argument and touches no memory of ours.
    let processor = unsafe { libc::sched_getcpu() };
    #[cfg(not(target_os = "linux"))]
    let processor = 0;
    usize::try_from(processor).unwrap_or(0)
}

/// One line on standard error; where nobody reads that, there is nobody to tell.
fn say(what: &dyn Display) {
    let _ = writeln!(io::stderr(), "lens: {what}");
}

/// Ends this program as the command ended: with its exit status, or by its signal.
fn end_like(status: ExitStatus) -> ! {
    let Some(signal) = status.signal() else {
        process::exit(status.code().unwrap_or(1));
    };
    let no_core = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the kernel reads one rlimit, which lives on this frame. The command has left its core, if any; this would
    // be another.
    unsafe { libc::setrlimit(libc::RLIMIT_CORE, &no_core) };
    // SAFETY: SIG_DFL is not a function, so nothing will be called.
    unsafe { libc::signal(signal, libc::SIG_DFL) };
    let only = inherited::set(&[signal]);
    // SAFETY: the set lives on this frame, and a null third argument asks for nothing.
    unsafe { libc::pthread_sigmask(libc::SIG_UNBLOCK, &only, std::ptr::null_mut()) };
    // SAFETY: raise takes a number and touches no memory.
    unsafe { libc::raise(signal) };
    // The signal did not kill: then as a shell tells it.
    process::exit(128 + signal)
}
