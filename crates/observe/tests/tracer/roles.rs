//! The programs that the tests trace: each does one thing.
//!
//! A role is played in a child, which must not be the one that judges: it panics where something is not as it should be,
//! and the test sees the exit status.

use std::ffi::CString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::mem;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::process::{self, Command};
use std::thread;

/// The call that the C library's poll makes.
#[cfg(target_arch = "x86_64")]
const POLL: i64 = libc::SYS_poll;
#[cfg(not(target_arch = "x86_64"))]
const POLL: i64 = libc::SYS_ppoll;

/// How it goes on after a stop: ppoll has written the rest of its time back and is made again.
#[cfg(target_arch = "x86_64")]
const POLL_AGAIN: i64 = libc::SYS_restart_syscall;
#[cfg(not(target_arch = "x86_64"))]
const POLL_AGAIN: i64 = libc::SYS_ppoll;

/// The descriptor that is hidden.
pub(crate) const HIDDEN: i32 = 700;

roles! {
    Talk => talk,
    Files => files,
    Numbers => numbers,
    CloseTwice => close_twice,
    CheckAndClose => check_and_close,
    Fork => fork,
    Spawn => spawn,
    Threads => threads,
    ExecInThread => exec_in_thread,
    SleepInAccept => sleep_in_accept,
    Interrupted => interrupted,
    Restarted => restarted,
    PollInterrupted => poll_interrupted,
    HandlerOnce => handler_once,
    Trifle => trifle,
    StoppedInAccept => stopped_in_accept,
    StoppedInPoll => stopped_in_poll,
    RealTime => real_time,
    Abort => abort,
    TalkOnHidden => talk_on_hidden,
}

/// Waits until a thread sleeps in this call, as /proc tells. Looks again and again: a traced program has no other way.
pub(crate) fn wait_until_asleep(process: i32, thread: i32, number: i64) {
    loop {
        let task = format!("/proc/{process}/task/{thread}");
        let stat = fs::read_to_string(format!("{task}/stat")).expect("the thread is there");
        // The state stands after the name, which stands in parentheses and may contain anything.
        let state = stat
            .rsplit(") ")
            .next()
            .and_then(|rest| rest.chars().next());
        let call = fs::read_to_string(format!("{task}/syscall")).unwrap_or_default();
        if state == Some('S') && call.split(' ').next() == Some(&number.to_string()) {
            return;
        }
        thread::yield_now();
    }
}

/// Gives this descriptor the hidden number. Runs between fork and exec.
pub(crate) fn move_to_hidden(fd: i32) -> io::Result<()> {
    // SAFETY: dup2 takes two numbers; the hidden number is free in a process that is about to become another program.
    if unsafe { libc::dup2(fd, HIDDEN) } == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

fn talk() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut server, _) = listener.accept().unwrap();
    client.write_all(b"hello").unwrap();
    let mut buffer = [0; 5];
    server.read_exact(&mut buffer).unwrap();
    drop(client);
    assert_eq!(server.read(&mut buffer).unwrap(), 0);
}

fn files() {
    let (mut reader, mut writer) = io::pipe().unwrap();
    writer.write_all(b"hello").unwrap();
    drop(writer);
    io::copy(
        &mut reader,
        &mut File::options().write(true).open("/dev/null").unwrap(),
    )
    .unwrap();
    // SAFETY: a poll of nothing, for no time, reads no memory.
    unsafe { libc::poll(std::ptr::null_mut(), 0, 0) };
}

fn numbers() {
    let mut file = File::options().write(true).open("/dev/null").unwrap();
    file.write_all(b"file").unwrap();
    let number = file.as_raw_fd();
    drop(file);

    let socket = datagram();
    assert_eq!(socket.as_raw_fd(), number);
    write(&socket);
    close(socket);

    let file = OwnedFd::from(File::options().write(true).open("/dev/null").unwrap());
    assert_eq!(file.as_raw_fd(), number);
    write(&file);
    let socket = datagram();
    // SAFETY: dup2 takes two numbers. The first file is closed, which nothing but `file` refers to.
    unsafe { libc::dup2(socket.as_raw_fd(), number) };
    write(&file);
    let null = File::options().write(true).open("/dev/null").unwrap();
    // SAFETY: as above.
    unsafe { libc::dup2(null.as_raw_fd(), number) };
    write(&file);
    close(file);
    close(socket);
}

fn close_twice() {
    let fd = datagram().into_raw_fd();
    // SAFETY: the descriptor is this function's own.
    unsafe { libc::close(fd) };
    // SAFETY: nothing has been opened since, so there is nothing that this could close.
    unsafe { libc::close(fd) };
}

fn check_and_close() {
    let socket = datagram();
    let fd = socket.as_raw_fd();
    let check = || {
        // SAFETY: F_GETFD takes no third argument and touches no memory.
        unsafe { libc::fcntl(fd, libc::F_GETFD) }
    };
    check();
    let mut length = 0;
    // SAFETY: the address has no room, so only the length is written.
    unsafe { libc::getsockname(fd, std::ptr::null_mut(), &mut length) };
    let null = OwnedFd::from(File::open("/dev/null").unwrap());
    check();
    close(null);
    check();
    close(socket);
}

fn fork() {
    let (here, there) = UnixStream::pair().unwrap();
    let (here, there) = (OwnedFd::from(here), OwnedFd::from(there));
    // SAFETY: the child makes system calls and ends.
    match unsafe { libc::fork() } {
        0 => {
            write(&there);
            close(there);
            // SAFETY: ends the process and nothing else.
            unsafe { libc::_exit(0) };
        }
        child => {
            close(there);
            let mut buffer = [0; 8];
            let buffer = (&raw mut buffer).cast();
            // SAFETY: the buffer has eight bytes.
            assert_eq!(unsafe { libc::read(here.as_raw_fd(), buffer, 8) }, 2);
            mem::forget(here);
            // SAFETY: a null status is allowed.
            unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
        }
    }
}

fn spawn() {
    assert!(Command::new("true").status().unwrap().success());
}

fn threads() {
    thread::scope(|scope| {
        for number in 0..4 {
            scope.spawn(move || {
                let domain = if number % 2 == 0 {
                    libc::AF_INET
                } else {
                    libc::AF_UNIX
                };
                close(socket(domain));
            });
        }
    });
}

fn exec_in_thread() {
    let listener = listener();
    let this = process::id() as i32;
    thread::spawn(move || {
        wait_until_asleep(this, this, libc::SYS_accept);
        let words = ["sh", "-c", "exit 7"].map(|word| CString::new(word).unwrap());
        let [shell, option, script] = &words;
        let words = [
            shell.as_ptr(),
            option.as_ptr(),
            script.as_ptr(),
            std::ptr::null(),
        ];
        // SAFETY: the words are C strings that live until the exec, and the list ends with a null.
        unsafe { libc::execvp(shell.as_ptr(), words.as_ptr()) };
        unreachable!("exec failed");
    });
    accept(&listener).unwrap();
}

fn sleep_in_accept() {
    accept(&listener()).unwrap();
}

fn interrupted() {
    let listener = listener();
    handle(libc::SIGUSR1, 0);
    when_asleep(libc::SYS_accept, |this| signal_thread(this, libc::SIGUSR1));
    let error = accept(&listener).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::Interrupted);
}

fn restarted() {
    let listener = listener();
    handle(libc::SIGUSR1, libc::SA_RESTART);
    let address = listener.local_addr().unwrap();
    when_asleep(libc::SYS_accept, move |this| {
        signal_thread(this, libc::SIGUSR1);
        wait_until_asleep(this, this, libc::SYS_accept);
        TcpStream::connect(address).unwrap();
    });
    accept(&listener).unwrap();
}

fn poll_interrupted() {
    let listener = listener();
    handle(libc::SIGUSR1, libc::SA_RESTART);
    when_asleep(POLL, |this| signal_thread(this, libc::SIGUSR1));
    assert_eq!(
        poll(&listener).unwrap_err().kind(),
        io::ErrorKind::Interrupted
    );
}

fn handler_once() {
    let listener = listener();
    handle(libc::SIGCHLD, libc::SA_RESETHAND);
    when_asleep(libc::SYS_accept, |this| signal_thread(this, libc::SIGCHLD));
    assert_eq!(
        accept(&listener).unwrap_err().kind(),
        io::ErrorKind::Interrupted
    );
    disturb_and_connect(&listener, libc::SIGCHLD);
}

fn trifle() {
    disturb_and_connect(&listener(), libc::SIGWINCH);
}

fn disturb_and_connect(listener: &TcpListener, signal: i32) {
    let address = listener.local_addr().unwrap();
    when_asleep(libc::SYS_accept, move |this| {
        signal_thread(this, signal);
        TcpStream::connect(address).unwrap();
    });
    accept(listener).unwrap();
}

fn stopped_in_accept() {
    let listener = listener();
    stop_and_connect(&listener, libc::SYS_accept, libc::SYS_accept);
    accept(&listener).unwrap();
}

fn stopped_in_poll() {
    let listener = listener();
    stop_and_connect(&listener, POLL, POLL_AGAIN);
    poll(&listener).unwrap();
}

/// Another process stops this one once it sleeps, lets it go on, waits until it sleeps again, and connects.
fn stop_and_connect(listener: &TcpListener, first: i64, again: i64) {
    let this = process::id() as i32;
    let address = listener.local_addr().unwrap();
    // SAFETY: this process has one thread that matters, and the child only reads files, makes calls and ends.
    if unsafe { libc::fork() } != 0 {
        return;
    }
    wait_until_asleep(this, this, first);
    let send = |signal| {
        // SAFETY: kill takes two numbers and touches no memory.
        unsafe { libc::kill(this, signal) };
    };
    send(libc::SIGSTOP);
    // A traced process is stopped in state `t` rather than `T`.
    loop {
        let stat = fs::read_to_string(format!("/proc/{this}/stat")).unwrap();
        if matches!(
            stat.rsplit(") ")
                .next()
                .and_then(|rest| rest.chars().next()),
            Some('t' | 'T')
        ) && is_stopped(this)
        {
            break;
        }
        thread::yield_now();
    }
    send(libc::SIGCONT);
    wait_until_asleep(this, this, again);
    drop(TcpStream::connect(address));
    // SAFETY: ends the process and nothing else.
    unsafe { libc::_exit(0) };
}

/// True when the process's parent would be told that it is stopped: no stopping signal waits any more.
fn is_stopped(process: i32) -> bool {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let pending = |name| {
        let mask = status
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap();
        u64::from_str_radix(mask.trim(), 16).unwrap() & (1 << (libc::SIGSTOP - 1)) != 0
    };
    !pending("SigPnd:") && !pending("ShdPnd:")
}

fn real_time() {
    let signal = libc::SIGRTMIN() + 3;
    handle(signal, 0);
    // SAFETY: raise takes a number and touches no memory.
    unsafe { libc::raise(signal) };
}

fn abort() {
    process::abort();
}

fn talk_on_hidden() {
    // SAFETY: the test has given this process the hidden descriptor and nothing else refers to it.
    let hidden = unsafe { OwnedFd::from_raw_fd(HIDDEN) };
    let (here, there) = UnixStream::pair().unwrap();
    let (here, there) = (OwnedFd::from(here), OwnedFd::from(there));
    write(&here);
    (UnixStream::from(hidden)).write_all(b"heard").unwrap();
    close(here);
    close(there);
}

fn listener() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

/// The plain call, which is not tried again after a signal as std's is.
fn accept(listener: &TcpListener) -> io::Result<OwnedFd> {
    // SAFETY: null addresses are allowed.
    let fd = unsafe {
        libc::accept(
            listener.as_raw_fd(),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        )
    };
    if fd == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just made this descriptor for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// The plain call, with a time out that never comes: only then it goes on by restart_syscall.
fn poll(listener: &TcpListener) -> io::Result<()> {
    let mut set = libc::pollfd {
        fd: listener.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: set is one pollfd.
    let result = unsafe { libc::poll(&mut set, 1, 3_600_000) };
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Does something in another thread once this one sleeps in a call.
fn when_asleep(number: i64, action: impl FnOnce(i32) + Send + 'static) {
    let this = process::id() as i32;
    thread::spawn(move || {
        wait_until_asleep(this, this, number);
        action(this);
    });
}

/// `tgkill` to the first thread of this process.
fn signal_thread(this: i32, signal: i32) {
    // SAFETY: tgkill takes three numbers and touches no memory.
    unsafe { libc::syscall(libc::SYS_tgkill, this, this, signal) };
}

fn handle(signal: i32, flags: i32) {
    extern "C" fn nothing(_: i32) {}
    // SAFETY: sigaction is a C structure of numbers and addresses, for which all bits zero is a value.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = nothing as *const () as usize;
    action.sa_flags = flags;
    // SAFETY: the handler does nothing, which may be done at any moment.
    unsafe { libc::sigaction(signal, &action, std::ptr::null_mut()) };
}

fn datagram() -> OwnedFd {
    socket(libc::AF_INET)
}

fn socket(domain: i32) -> OwnedFd {
    // SAFETY: socket takes three numbers and touches no memory.
    let fd = unsafe { libc::socket(domain, libc::SOCK_DGRAM, 0) };
    assert_ne!(fd, -1);
    // SAFETY: the kernel has just made this descriptor for us.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

fn write(to: &OwnedFd) {
    // SAFETY: the two bytes are in the program's constants.
    unsafe { libc::write(to.as_raw_fd(), c"hi".as_ptr().cast(), 2) };
}

/// The plain call, without the check that a debug build of std makes.
fn close(fd: OwnedFd) {
    let fd = fd.into_raw_fd();
    // SAFETY: the owner was taken apart on the line above, so the descriptor is closed once.
    unsafe { libc::close(fd) };
}
