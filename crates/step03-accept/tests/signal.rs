//! What a signal does to a server that waits in `accept`. That it waits is read from /proc, on Linux.
//!
//! A handler belongs to the whole process, so this test has the process to itself: it stands alone in its
//! file. Keep it so.
#![cfg(target_os = "linux")]

use std::fs;
use std::io::{self, ErrorKind};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::{close, gettid};
use socket2::{SockRef, Socket};
use step03_accept::{with_libc, with_nix, with_socket2, with_std};

const EINTR: Result<(), ErrorKind> = Err(ErrorKind::Interrupted);

#[test]
fn only_a_handler_without_sa_restart_ends_the_wait_and_only_std_goes_on() {
    handle_usr1(SaFlags::empty());
    assert_eq!(interrupted(None, libc_layer), EINTR);
    assert_eq!(interrupted(None, nix_layer), EINTR);
    assert_eq!(interrupted(None, socket2_layer), EINTR);
    assert_eq!(interrupted(None, std_layer), Ok(()));

    handle_usr1(SaFlags::SA_RESTART);
    assert_eq!(interrupted(None, libc_layer), Ok(()));
    // With a time limit the kernel does not go on by itself, whatever the flag says (signal(7)).
    let limit = Some(Duration::from_secs(3600));
    assert_eq!(interrupted(limit, libc_layer), EINTR);
    assert_eq!(interrupted(limit, std_layer), Ok(()));
}

fn libc_layer(listener: OwnedFd) -> io::Result<()> {
    let (fd, _) = with_libc::accept_peer(listener.as_raw_fd())?;
    Ok(close(fd)?)
}

fn nix_layer(listener: OwnedFd) -> io::Result<()> {
    with_nix::accept(&listener)?;
    Ok(())
}

fn socket2_layer(listener: OwnedFd) -> io::Result<()> {
    with_socket2::accept(&Socket::from(listener))?;
    Ok(())
}

fn std_layer(listener: OwnedFd) -> io::Result<()> {
    with_std::accept(&TcpListener::from(listener))?;
    Ok(())
}

static HANDLED: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::SeqCst);
}

fn handle_usr1(flags: SaFlags) {
    let action = SigAction::new(SigHandler::Handler(count), flags, SigSet::empty());
    // SAFETY: the handler only adds to an atomic number, which may be done at any time.
    unsafe { sigaction(Signal::SIGUSR1, &action) }.unwrap();
}

/// Runs `accept` in a thread, sends that a signal when it sleeps, and then lets a client come.
fn interrupted(
    limit: Option<Duration>,
    accept: fn(OwnedFd) -> io::Result<()>,
) -> Result<(), ErrorKind> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    SockRef::from(&listener).set_read_timeout(limit).unwrap();
    let (name, named) = mpsc::channel();
    thread::scope(|scope| {
        let accepting = scope.spawn(move || {
            // SAFETY: `pthread_self` takes nothing and touches no memory of ours.
            let thread = unsafe { libc::pthread_self() };
            name.send((thread, gettid().as_raw())).unwrap();
            accept(listener.into())
        });
        let (thread, id) = named.recv().unwrap();
        wait_until(|| sleeps_in_accept(id));
        let before = HANDLED.load(Ordering::SeqCst);
        // SAFETY: the thread is not joined yet, so its name is still its own.
        let killed = unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
        assert_eq!(killed, 0);
        wait_until(|| HANDLED.load(Ordering::SeqCst) > before);
        // Who does not go on has its result already; who does must hear of this client. The listener may be gone.
        let _client = TcpStream::connect(address);
        accepting.join().unwrap().map_err(|error| error.kind())
    })
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

fn sleeps_in_accept(thread: i32) -> bool {
    let call = fs::read_to_string(format!("/proc/self/task/{thread}/syscall")).unwrap_or_default();
    let number = call
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok());
    matches!(number, Some(libc::SYS_accept | libc::SYS_accept4))
}
