//! `serve` and `connect` with real peers: whatever a client does, the server stays, and at its end nothing is left.

use std::any::Any;
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::Command;

use course_tests::client::{connect, reset, talk};
use course_tests::programs::{installed, python};
use course_tests::temp::Temp;
use course_tests::{Run, Served, not_run, run};

use crate::asked::Serves;
use crate::datagrams;
use crate::steps::asked_of;

for_each_step! {
    serve_stays_up
    serve_ends_and_leaves_nothing
    addresses_that_cannot_be_had
    connect_is_refused
    connect_meets_a_server
}

/// The layers of a step that have this half.
fn layers(step: &str, half: &str) -> &'static [&'static str] {
    match asked_of(step).has_half(half) {
        true => asked_of(step).layers,
        false => &[],
    }
}

#[track_caller]
fn started(step: &str, layer: &str, more: &[&str]) -> Served {
    Served::start(step, layer, more)
        .unwrap_or_else(|output| panic!("{} does not serve\n{}", output.shown, output.all()))
}

/// Whether the step's halves send datagrams, where the others make connections.
fn sends_datagrams(step: &str) -> bool {
    matches!(asked_of(step).serves, Serves::Datagrams)
}

/// Takes an address for as long as the value lives; an error where somebody else has it.
fn take(step: &str, address: SocketAddr) -> std::io::Result<(Box<dyn Any>, SocketAddr)> {
    if sends_datagrams(step) {
        let socket = UdpSocket::bind(address)?;
        let address = socket.local_addr()?;
        return Ok((Box::new(socket), address));
    }
    let listener = TcpListener::bind(address)?;
    let address = listener.local_addr()?;
    Ok((Box::new(listener), address))
}

/// A well-behaved client gets what this step's server gives.
#[track_caller]
fn still_answers(step: &str, served: &mut Served, after: &str) {
    let is_right = match asked_of(step).serves {
        Serves::Datagrams => return datagrams::still_answers(served, after),
        Serves::QueueOnly => return drop(connect(served.address)),
        Serves::Streams(is_right) => is_right,
    };
    let stream = connect(served.address);
    let here = stream.local_addr().expect("a connected socket has a name");
    let answer = talk(stream, b"hello\n");
    let answer = String::from_utf8_lossy(&answer);
    assert!(
        is_right(&answer),
        "{step}, after {after}: answers {answer:?}\n{}",
        served.text()
    );
    let line = served.wait_for(&here.to_string());
    assert!(line.is_some(), "{step}, after {after}: has ended");
}

fn serve_stays_up(step: &str) {
    for layer in layers(step, "serve") {
        let mut served = started(step, layer, &[]);
        if sends_datagrams(step) {
            datagrams::serve_stays_up(served);
            continue;
        }
        let address = served.address;
        // A server that never accepts has room for a handful only, and hears nothing of them.
        let queue_only = matches!(asked_of(step).serves, Serves::QueueOnly);
        still_answers(step, &mut served, "nothing");

        drop(connect(address));
        still_answers(step, &mut served, "a client that says nothing");

        reset(connect(address));
        if !queue_only {
            still_answers(step, &mut served, "a reset");
            let mut stream = connect(address);
            // It may be closed by now.
            let _ = stream.write_all(b"\x1b]0;title\x07\x1b[2J\0\x7f\xc2\x9b31m\n");
            reset(stream);
            still_answers(step, &mut served, "a reset behind bytes");

            let binary: Vec<u8> = (0..65_536_u32)
                .map(|n| [0, 0x1b, b'[', (n >> 8) as u8, n as u8, 0x9b][n as usize % 6])
                .collect();
            talk(connect(address), &binary);
            still_answers(step, &mut served, "64 kB of binary");

            for _ in 0..100 {
                talk(connect(address), b"x\n");
            }
            still_answers(step, &mut served, "100 clients");

            foreign_clients(step, &mut served);
        }
        served.signal(libc::SIGINT, true);
        let output = served.finish();
        let raw = |c: char| c.is_control() && c != '\n';
        output.check(!output.stdout.contains(raw), "a raw control character");
        output.check(!output.stderr.contains("panicked"), "a panic");
    }
}

/// Clients in other programs, where they are there.
#[track_caller]
fn foreign_clients(step: &str, served: &mut Served) {
    let (host, port) = (served.address.ip().to_string(), served.address.port());
    match python() {
        Some(python) => {
            // A server that closes first may have reset the connection: then there is no more to say.
            let script = format!(
                "import socket\n\
                 s = socket.create_connection(('{host}', {port}), 60)\n\
                 try:\n\
                 \x20 s.sendall(b'hello\\n')\n\
                 \x20 s.shutdown(socket.SHUT_WR)\n\
                 \x20 while s.recv(1024): pass\n\
                 except OSError as e: assert not isinstance(e, TimeoutError)\n"
            );
            let run = Run::path(python.to_owned()).args(["-c", &script]);
            let output = run.output().exits(0);
            output.quiet();
            still_answers(step, served, "python3");
        }
        None => not_run(&format!("{step} serve with python3"), "not installed"),
    }
    match netcat() {
        Some((program, ends)) => {
            let port = port.to_string();
            let run = Run::path(program).args(ends).args([&host, &port]);
            // Its exit status tells of the reset that step 3 ends with, or does not.
            run.input("hello\n").output();
            still_answers(step, served, "nc");
        }
        None => not_run(&format!("{step} serve with nc"), "not installed"),
    }
}

/// The nc there is, and what makes it end its direction when its input has ended.
fn netcat() -> Option<(PathBuf, Vec<&'static str>)> {
    let program = installed("nc")?;
    let help = Command::new(&program).arg("-h").output().ok()?;
    let help = [help.stdout, help.stderr].concat();
    let help = String::from_utf8_lossy(&help).into_owned();
    let shuts_down = help.lines().any(|line| line.trim_start().starts_with("-N"));
    Some((
        program,
        if shuts_down {
            vec!["-N"]
        } else {
            vec!["-q", "1"]
        },
    ))
}

fn serve_ends_and_leaves_nothing(step: &str) {
    for layer in layers(step, "serve") {
        for more in [&[][..], &["--no-lens"]] {
            for (signal, all) in [
                (libc::SIGINT, true),
                (libc::SIGINT, false),
                (libc::SIGTERM, false),
                (libc::SIGHUP, true),
                (libc::SIGKILL, false),
            ] {
                let mut served = started(step, layer, more);
                still_answers(step, &mut served, "nothing");
                let address = served.address;
                served.signal(signal, all);
                // `finish` waits for the end of its output and of every process it has.
                let output = served.finish();
                output.check(
                    output.signal() == Some(signal) || output.status.code().is_some(),
                    "ended otherwise",
                );
                output.check(!output.stderr.contains("panicked"), "a panic");
                let again = take(step, address);
                output.check(
                    again.is_ok() || signal != libc::SIGKILL,
                    "the address is still taken",
                );
            }
        }
    }
}

/// Exit status 1 and one line that says it all.
#[track_caller]
pub(crate) fn one_clear_line(run: Run, says: &[&str]) {
    let output = run.output().exits(1);
    let [line] = output.complaints()[..] else {
        panic!("{}: not one line\n{}", output.shown, output.all());
    };
    let all = says.iter().all(|part| line.contains(part));
    output.check(all, &format!("the line lacks one of {says:?}"));
    // What the call does is shown as it happens; nothing may say that all is well.
    output.check(!output.stdout.contains("listening on"), "claims to listen");
}

fn addresses_that_cannot_be_had(step: &str) {
    let layers = layers(step, "serve");
    let any_port = (Ipv4Addr::LOCALHOST, 0).into();
    let (_taken, address) = take(step, any_port).expect("a free port");
    let address = address.to_string();
    for layer in layers {
        let run = Run::new(step).args(["serve", &address, "--layer", layer]);
        one_clear_line(run, &["bind", &address, "EADDRINUSE", "another port"]);
        let nowhere = "192.0.2.1:9000";
        let run = Run::new(step).args(["serve", nowhere, "--layer", layer]);
        one_clear_line(run, &["bind", nowhere, "EADDRNOTAVAIL", "127.0.0.1"]);
    }
    if layers.is_empty() {
        return;
    }
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start");
    let first: u16 = first
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(1024);
    if first <= 80 {
        return not_run(
            &format!("{step} serve on a privileged port"),
            "here every user may bind port 80",
        );
    }
    let temp = Temp::new();
    for layer in layers {
        let run = crate::user::ordinary(&temp, step);
        let run = run.args(["serve", "127.0.0.1:80", "--layer", layer]);
        one_clear_line(run, &["bind", "127.0.0.1:80", "EACCES", "9000"]);
    }
}

/// An address where nobody listens, and nobody else can: bound, and without listen.
pub(crate) fn refusing() -> (std::os::fd::OwnedFd, SocketAddr) {
    use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
    // SAFETY: socket(2) takes three numbers and touches no memory.
    let socket = unsafe { libc::socket(libc::AF_INET, libc::SOCK_STREAM | libc::SOCK_CLOEXEC, 0) };
    assert!(socket >= 0, "socket");
    // SAFETY: the call just made returned this descriptor, and nothing else owns it.
    let socket = unsafe { OwnedFd::from_raw_fd(socket) };
    let mut address = libc::sockaddr_in {
        sin_family: libc::AF_INET as libc::sa_family_t,
        sin_port: 0,
        sin_addr: libc::in_addr {
            s_addr: u32::from(Ipv4Addr::LOCALHOST).to_be(),
        },
        sin_zero: [0; 8],
    };
    let mut length = size_of::<libc::sockaddr_in>() as libc::socklen_t;
    // SAFETY: `address` is a sockaddr_in of the length given and lives during the call.
    let result = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) };
    assert_eq!(result, 0, "bind");
    let (place, room) = ((&raw mut address).cast(), &raw mut length);
    // SAFETY: `address` has room for the length given; both live during the call.
    let result = unsafe { libc::getsockname(socket.as_raw_fd(), place, room) };
    assert_eq!(result, 0, "getsockname");
    let port = u16::from_be(address.sin_port);
    (socket, (Ipv4Addr::LOCALHOST, port).into())
}

fn connect_is_refused(step: &str) {
    let (_bound, address): (Box<dyn Any>, _) = if sends_datagrams(step) {
        let (socket, address) = datagrams::deaf();
        (Box::new(socket), address)
    } else {
        let (socket, address) = refusing();
        (Box::new(socket), address)
    };
    let address = address.to_string();
    for layer in layers(step, "connect") {
        let run = Run::new(step).args(["connect", &address, "--layer", layer]);
        one_clear_line(
            run,
            &["connect", &address, "ECONNREFUSED", "second terminal"],
        );
    }
}

fn connect_meets_a_server(step: &str) {
    let other = if asked_of(step).has_half("serve") {
        step
    } else {
        "step03-accept"
    };
    for layer in layers(step, "connect") {
        let mut served = started(other, layer, &[]);
        let address = served.address.to_string();
        let output = run(step, &["connect", &address, "--layer", layer]).exits(0);
        let output = output.quiet();
        output.check(!output.stdout.is_empty(), "says nothing");
        still_answers(other, &mut served, step);
        served.signal(libc::SIGINT, true);
        served.finish();
    }
}
