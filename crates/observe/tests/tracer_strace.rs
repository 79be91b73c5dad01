//! The lens and strace, asked about the same program, tell the same calls with the same results.

#![cfg(target_os = "linux")]

#[path = "support/python.rs"]
mod python;
#[path = "../../../tests/src/skip.rs"]
mod skip;

use observe::Options;
use python::python;
use record::event::{Event, Outcome};
use record::text;
use skip::not_run;
use std::fs;
use std::process::{Command, Stdio};

/// A conversation of one thread with itself, with most of the calls, and files in between.
const PYTHON: &str = r#"
import os, select, socket
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", 0))
listener.listen(3)
client = socket.create_connection(listener.getsockname())
server, _ = listener.accept()
client.sendall(b"hello")
print(server.recv(3), server.recv(9))
os.write(server.fileno(), b"by write")
print(os.read(client.fileno(), 100))
with open("/dev/null", "wb") as null:
    null.write(b"not a socket")
server.setblocking(False)
try:
    server.recv(1)
except BlockingIOError:
    print("nothing yet")
print(select.select([server, client], [server], [], 0)[1] == [server])
poll = select.poll()
poll.register(client, select.POLLIN)
print(poll.poll(0))
copy = client.dup()
os.dup2(copy.fileno(), 30)
os.close(30)
client.shutdown(socket.SHUT_WR)
poll = select.epoll()
poll.register(server, select.EPOLLIN)
print(poll.poll(1))
server.close()
one, two = socket.socketpair()
one.sendmsg([b"a", b"bc"])
print(two.recvmsg(10))
datagram = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagram.bind(("127.0.0.1", 0))
datagram.sendto(b"to myself", datagram.getsockname())
print(datagram.recvfrom(100)[0])
try:
    socket.socket().connect(("127.0.0.1", 1))
except ConnectionRefusedError:
    print("refused")
try:
    socket.socket(socket.AF_UNIX).connect("/no/such/socket")
except FileNotFoundError:
    print("no such socket")
"#;

#[test]
fn python_talking_to_itself() {
    let Some(python) = python() else {
        not_run("Python beside strace", "no python3");
        return;
    };
    agree(&[&python, "-c", PYTHON]);
}

#[test]
fn programs_without_sockets() {
    agree(&["ls", "/"]);
    agree(&["cat", "/etc/passwd"]);
}

#[test]
fn a_name_is_looked_up() {
    agree(&["getent", "ahosts", "localhost"]);
}

#[track_caller]
fn agree(command: &[&str]) {
    if Command::new("strace")
        .arg("-V")
        .stdout(Stdio::null())
        .status()
        .is_err()
    {
        not_run(&format!("{command:?} beside strace"), "no strace");
        return;
    }
    if Command::new(command[0])
        .args(&command[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_err()
    {
        not_run(
            &format!("{command:?} beside strace"),
            &format!("no {}", command[0]),
        );
        return;
    }
    let ours = by_lens(command);
    let theirs = by_strace(command);
    assert_eq!(ours, theirs, "{command:?}");
}

/// `name = result` for each call; descriptors and counts are the same from run to run, ports are not shown.
fn by_lens(command: &[&str]) -> Vec<String> {
    let mut traced = Command::new(command[0]);
    traced
        .args(&command[1..])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let record = observe::start(vec![traced], &Options::default())
        .unwrap()
        .wait()
        .unwrap();
    let call = |event: &Event| match event {
        Event::Call(call) => Some(match call.outcome {
            Outcome::Returned(result) => format!("{} = {result}", call.name),
            Outcome::Failed(errno) => {
                format!(
                    "{} = -1 {}",
                    call.name,
                    text::errno_name(errno).unwrap_or("?")
                )
            }
            ref other => format!("{} = {other:?}", call.name),
        }),
        _ => None,
    };
    record.events.iter().filter_map(call).collect()
}

fn by_strace(command: &[&str]) -> Vec<String> {
    let directory = std::env::temp_dir();
    let file = directory.join(format!(
        "lens-test-strace-{}-{}",
        std::process::id(),
        command.len()
    ));
    let watched: Vec<String> = observe::copy::watched()
        .iter()
        .map(i64::to_string)
        .collect();
    // -y names what a descriptor is, which is how calls on files are told from calls on sockets.
    let status = Command::new("strace")
        .args([
            "-f",
            "-y",
            "-e",
            "signal=none",
            "-e",
            &format!("trace={}", watched.join(",")),
            "-o",
        ])
        .arg(&file)
        .args(command)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let told = fs::read_to_string(&file).unwrap();
    let _ = fs::remove_file(&file);
    assert!(status.unwrap().code().is_some());
    told.lines().filter_map(line).collect()
}

/// `1234  read(3<socket:[5]>, "hi", 9) = 2` as `read = 2`, if it is about sockets.
fn line(line: &str) -> Option<String> {
    let line = line.split_once(' ')?.1.trim_start();
    let (name, rest) = line.split_once('(')?;
    let (arguments, result) = rest.rsplit_once(" = ")?;
    let on_files_too = [
        "read",
        "write",
        "readv",
        "writev",
        "close",
        "close_range",
        "dup",
        "dup2",
        "dup3",
        "fcntl",
        "ioctl",
        "poll",
        "ppoll",
        "select",
        "pselect6",
        "sendfile",
        "splice",
    ];
    if on_files_too.contains(&name)
        && !arguments.contains("<socket:[")
        && !arguments.contains("<TCP")
    {
        return None;
    }
    let mut words = result.split(' ');
    let number = words.next()?.split('<').next()?;
    Some(match number {
        "-1" => format!("{name} = -1 {}", words.next()?),
        number => format!("{name} = {number}"),
    })
}
