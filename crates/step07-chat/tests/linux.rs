//! A signal while `receive` sleeps: every layer goes on. That the thread sleeps is read from /proc, on Linux.
#![cfg(target_os = "linux")]

mod helpers;

use std::fs;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use nix::unistd::gettid;
use socket2::Socket;
use step05_send_recv::with_libc::recv;
use step07_chat::{Framing, Inbox, with_libc, with_nix, with_socket2, with_std};

use helpers::pair;

static HANDLED: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::SeqCst);
}

/// A handler without SA_RESTART: the kernel does not go on by itself.
fn handle_usr1() {
    let action = SigAction::new(
        SigHandler::Handler(count),
        SaFlags::empty(),
        SigSet::empty(),
    );
    // SAFETY: the handler only adds to an atomic number, which may be done at any time.
    unsafe { sigaction(Signal::SIGUSR1, &action) }.unwrap();
}

/// Runs `receive` in a thread, interrupts it in its sleep, and then sends it a line.
fn interrupted<T: Send>(receive: impl FnOnce(OwnedFd) -> T + Send) -> T {
    let (a, b) = pair();
    let (name, named) = mpsc::channel();
    thread::scope(|scope| {
        let receiving = scope.spawn(move || {
            // SAFETY: `pthread_self` takes nothing and touches no memory.
            let thread = unsafe { libc::pthread_self() };
            name.send((thread, gettid().as_raw())).unwrap();
            receive(b)
        });
        let (thread, id) = named.recv().unwrap();
        wait_until(|| sleeps_in_recv(id));
        let before = HANDLED.load(Ordering::SeqCst);
        // SAFETY: the thread is there: it sleeps until it is sent something.
        let killed = unsafe { libc::pthread_kill(thread, libc::SIGUSR1) };
        assert_eq!(killed, 0);
        wait_until(|| HANDLED.load(Ordering::SeqCst) > before);
        // Whoever does not go on has its result already; who does must hear this.
        with_nix::send(&a, Framing::Lines, "hello").unwrap();
        receiving.join().unwrap()
    })
}

fn wait_until(mut condition: impl FnMut() -> bool) {
    while !condition() {
        thread::yield_now();
    }
}

fn sleeps_in_recv(thread: i32) -> bool {
    let call = fs::read_to_string(format!("/proc/self/task/{thread}/syscall")).unwrap_or_default();
    call.split(' ').next() == Some(&libc::SYS_recvfrom.to_string())
}

#[test]
fn a_signal_does_not_end_the_wait() {
    handle_usr1();
    // The call itself is ended by it.
    let error = interrupted(|fd| recv(fd.as_raw_fd(), &mut [0; 16], 0).unwrap_err());
    assert_eq!(error.kind(), ErrorKind::Interrupted);

    let hello = Some("hello".to_owned());
    let inbox = || Inbox::new(Framing::Lines);
    let heard = interrupted(|fd| with_libc::receive(fd.as_raw_fd(), &mut inbox()).unwrap());
    assert_eq!(heard, hello);
    let heard = interrupted(|fd| with_nix::receive(&fd, &mut inbox()).unwrap());
    assert_eq!(heard, hello);
    let heard = interrupted(|fd| with_socket2::receive(&Socket::from(fd), &mut inbox()).unwrap());
    assert_eq!(heard, hello);
    let heard = interrupted(|fd| with_std::receive(&TcpStream::from(fd), &mut inbox()).unwrap());
    assert_eq!(heard, hello);
}
