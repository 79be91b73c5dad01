//! The functions under a call, of programs in Python and Java.
//!
//! Each version of CPython and each JDK that is found on the machine is asked; for what is missing a line says so.

#![cfg(target_os = "linux")]

#[path = "../../../tests/src/skip.rs"]
mod skip;
#[path = "stack/traced.rs"]
mod traced;

use observe::Record;
use record::event::{Call, Frame, Noise};
use skip::not_run;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use traced::{Scratch, calls, find, in_order, shown, stack, trace};

/// The versions whose structures are known.
const PYTHONS: [&str; 3] = ["3.11", "3.12", "3.13"];
const JAVAS: [&str; 3] = ["17", "21", "25"];

#[test]
fn python_functions_stand_where_they_call() {
    let place = Scratch::new("python");
    place.write(
        "talk.py",
        "import socket, threading
listener = socket.create_server(('127.0.0.1', 0))
def client():
    socket.create_connection(listener.getsockname()).close()
def deeper(n):
    return deeper(n - 1) if n else next(waits())
def waits():
    connection, peer = listener.accept()
    yield connection
thread = threading.Thread(target=client)
thread.start()
deeper(3)
thread.join()
sorted([1, 2], key=lambda n: listener.listen(n) or n)
",
    );
    for version in PYTHONS {
        let Some(python) = python(version) else {
            not_run(
                &format!("the frames of Python {version}"),
                &format!("no Python {version}"),
            );
            continue;
        };
        let mut command = Command::new(python);
        command.arg(place.file("talk.py"));
        // Without a home in the environment the interpreter looks for one as it starts, and that asks nscd: a connect too.
        command.env("HOME", place.file(""));
        let record = trace(command);
        assert!(record.statuses[0].success());
        as_python_calls(&record, version);
    }
}

#[track_caller]
fn as_python_calls(record: &Record, version: &str) {
    let lines = |call: &Call| lines(call, ".py");
    let accept = find(record, "accept4");
    assert_eq!(
        lines(accept),
        [
            "<module>:12",
            "deeper:6",
            "deeper:6",
            "deeper:6",
            "deeper:6",
            "waits:8",
            "socket.accept of python"
        ],
        "{version}: {:#?}",
        accept.stack
    );
    in_order(
        stack(accept),
        &[("python", "socket.accept"), ("libc", "accept4")],
    );
    let connect = find(record, "connect");
    assert_ne!(connect.who.thread, accept.who.thread);
    assert_eq!(lines(connect), ["client:4", "create_connection of python"]);
    // C calls Python again: the loop of the interpreter is there twice, with sorted between.
    let again = calls(record)
        .filter(|call| call.name == "listen")
        .last()
        .unwrap();
    assert_eq!(lines(again), ["<module>:14", "<lambda>:14"]);
    let frames = &stack(again).frames;
    let place = |function: &str| frames.iter().position(|frame| frame.function == function);
    let (module, lambda) = (place("<module>").unwrap(), place("<lambda>").unwrap());
    assert!(frames[module..lambda].len() > 2, "{frames:#?}");
}

/// A program that accepts, deep in calls of its own; C stands between `main` and the rest (reflection).
const TALK: &str = "import java.io.IOException;
import java.net.*;
public class Talk {
    static ServerSocket listener;
    public static void main(String[] args) throws Exception {
        listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread client = new Thread(Talk::connect);
        client.start();
        Talk.class.getMethod(\"start\").invoke(null);
        client.join();
        listener.close();
    }
    static void connect() {
        try (Socket socket = new Socket(listener.getInetAddress(), listener.getLocalPort())) {
        } catch (IOException error) {
            System.exit(3);
        }
    }
    public static void start() throws IOException {
        new Inner().deeper(2);
    }
    static class Inner {
        void deeper(int n) throws IOException {
            if (n > 0) {
                deeper(n - 1);
            } else
                listener
                    .accept()
                    .close();
        }
    }
}
";

/// Compiles what is in the ladders. (All that the JVM runs as it starts would take ten seconds.)
const COMPILED: &[&str] = &[
    "-Xcomp",
    "-XX:CompileCommand=quiet",
    "-XX:CompileCommand=compileonly,Talk*::*",
    "-XX:CompileCommand=compileonly,java.net.*::*",
    "-XX:CompileCommand=compileonly,sun.nio.ch.*::*",
];

#[test]
fn java_methods_stand_where_they_call() {
    let place = Scratch::new("java");
    place.write("Talk.java", TALK);
    let javas = javas();
    let javac = ["--release", "17"];
    if javas.is_empty() || !place.run("javac", &javac, &[&place.file("Talk.java")]) {
        return not_run(
            "Java started from a source file",
            "no known JDK with a compiler",
        );
    }
    for java in javas {
        // As it comes, interpreted, or compiled as soon as it is called, with methods put into others:
        // the methods are the same.
        for way in [&["-Xmixed"][..], &["-Xint"], COMPILED] {
            let mut command = Command::new(&java);
            command.args(way).arg("-cp").arg(place.file("")).arg("Talk");
            let record = trace(command);
            assert!(record.statuses[0].success(), "{way:?}");
            as_java_calls(&record, way[0]);
        }
    }
}

#[track_caller]
fn as_java_calls(record: &Record, way: &str) {
    let accept = calls(record).find(|call| ["accept", "accept4"].contains(&&*call.name));
    let accept = accept.expect("an accept");
    let own = [
        "Talk.main:9",
        "Talk.start:20",
        "Talk$Inner.deeper:25",
        "Talk$Inner.deeper:25",
        "Talk$Inner.deeper:28",
    ];
    assert_eq!(own_lines(accept), own, "{way}: {:#?}", accept.stack);
    assert!(stack(accept).whole, "{way}: {:#?}", accept.stack);
    in_order(
        stack(accept),
        &[
            ("java", "Method.invoke"),
            ("yours", "Talk.start"),
            ("java", "ServerSocket.accept"),
            ("java", "ServerSocket.implAccept"),
            ("java", "NioSocketImpl.accept"),
            ("java", "Net.accept"),
            ("libnio", "sun.nio.ch.Net.accept"),
            ("libc", "accept"),
        ],
    );
    let connect = calls(record).find(|call| {
        // The JVM asks nscd for the user's name.
        call.name == "connect" && !call.to_string().contains("unix:")
    });
    let connect = connect.expect("a connect");
    assert_ne!(connect.who.thread, accept.who.thread);
    assert_eq!(own_lines(connect), ["Talk.connect:14"], "{way}");
    in_order(
        stack(connect),
        &[
            ("yours", "Talk.connect"),
            ("java", "Socket.connect"),
            ("java", "NioSocketImpl.connect"),
            ("java", "Net.connect"),
            ("libnio", "sun.nio.ch.Net.connect0"),
            ("libc", "connect"),
        ],
    );
    let starts = stack(connect).frames.iter();
    let starts = starts.filter(|frame| frame.function == "Thread.run");
    let starts: Vec<_> = starts.map(|frame| frame.noise).collect();
    assert_eq!(starts, [Some(Noise::Start)]);
    let is_inlined = |call: &Call| stack(call).frames.iter().any(|frame| frame.inlined);
    assert_eq!(is_inlined(accept), way == COMPILED[0]);
}

/// The program's own methods, with their lines.
fn own_lines(call: &Call) -> Vec<String> {
    let mut lines = lines(call, ".java");
    lines.retain(|line| !line.ends_with(" of java"));
    lines
}

/// Many threads that each make many calls; what it prints and how it ends depends on all of them.
const CROWD: &str = "import java.io.*;
import java.net.*;
import java.util.*;
public class Crowd {
    public static void main(String[] args) throws Exception {
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        int port = listener.getLocalPort();
        List<Thread> threads = new ArrayList<>();
        long[] sums = new long[16];
        for (int i = 0; i < sums.length; i++) {
            int number = i;
            threads.add(new Thread(() -> sums[number] = ask(listener.getInetAddress(), port, number)));
            threads.add(new Thread(() -> answer(listener)));
        }
        for (Thread thread : threads) thread.start();
        for (Thread thread : threads) thread.join();
        for (long sum : sums) System.out.println(sum);
        System.err.println(\"done\");
        System.exit(7);
    }
    static long ask(InetAddress address, int port, int number) {
        long sum = 0;
        try (Socket socket = new Socket(address, port)) {
            for (int i = 0; i < 40; i++) {
                socket.getOutputStream().write(number + i);
                sum += socket.getInputStream().read();
            }
        } catch (IOException error) {
            return -1;
        }
        return sum;
    }
    static void answer(ServerSocket listener) {
        try (Socket socket = listener.accept()) {
            for (int b; (b = socket.getInputStream().read()) >= 0; ) socket.getOutputStream().write(b);
        } catch (IOException error) {
            System.exit(1);
        }
    }
}
";

#[test]
fn a_crowd_of_java_threads_is_not_disturbed() {
    if javas().is_empty() {
        return;
    }
    let place = Scratch::new("crowd");
    place.write("Crowd.java", CROWD);
    let run = |command: &mut Command| -> Output {
        command.arg(place.file("Crowd.java")).output().unwrap()
    };
    let alone = run(&mut Command::new("java"));
    let mut lens = Command::new(env!("CARGO_BIN_EXE_lens"));
    let watched = run(lens.args(["--stack", "--", "java"]));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!(alone.status.code(), Some(7), "{}", text(&alone.stderr));
    assert_eq!(watched.status, alone.status);
    assert_eq!(text(&watched.stdout), text(&alone.stdout));
    assert_eq!(text(&alone.stderr), "done\n");
    let shown = text(&watched.stderr);
    assert!(shown.lines().any(|line| line == "done"), "{shown}");
    assert!(!shown.contains("JAVA_TOOL_OPTIONS"));
    // What each thread reads and writes comes through its own line.
    for method in ["Crowd.ask", "Crowd.answer"] {
        let ladders = shown.split("-> the kernel");
        let ladders = ladders.filter(|ladder| {
            ladder.contains(method) && ladder.contains("NioSocketImpl") && ladder.contains("libnio")
        });
        assert!(ladders.count() >= 16 * 40, "{method}");
    }
}

/// The functions in files of a kind, those of one's own with their lines.
fn lines(call: &Call, end: &str) -> Vec<String> {
    let frames = shown(stack(call)).into_iter();
    let frames = frames.filter(|frame| {
        frame
            .file
            .as_deref()
            .is_some_and(|file| file.ends_with(end))
    });
    let line = |frame: &Frame| match frame.layer.as_str() {
        "yours" => frame.line.map_or(String::new(), |line| format!(":{line}")),
        layer => format!(" of {layer}"),
    };
    frames
        .map(|frame| format!("{}{}", frame.function, line(frame)))
        .collect()
}

/// An interpreter of this version: one of pyenv's, or on the path.
fn python(version: &str) -> Option<PathBuf> {
    let name = format!("python{version}");
    let home = std::env::home_dir().unwrap_or_default();
    let installed = fs::read_dir(home.join(".pyenv/versions"))
        .into_iter()
        .flatten();
    let installed = installed
        .flatten()
        .map(|folder| folder.path().join("bin").join(&name));
    // What pyenv puts on the path is a script that may lead to nothing.
    installed.chain([name.clone().into()]).find(|program| {
        let output = Command::new(program).arg("-V").output();
        let wanted = format!("Python {version}.");
        output.is_ok_and(|output| output.stdout.starts_with(wanted.as_bytes()))
    })
}

/// The JVMs of known versions on this machine, on the path or where systems keep them.
fn javas() -> Vec<PathBuf> {
    if !cfg!(target_arch = "x86_64") {
        not_run("the frames of Java", "they are read on x86_64 only");
        return Vec::new();
    }
    let installed = fs::read_dir("/usr/lib/jvm").into_iter().flatten().flatten();
    let installed = installed.map(|folder| folder.path().join("bin/java"));
    let mut seen = BTreeSet::new();
    let known = [PathBuf::from("java")]
        .into_iter()
        .chain(installed)
        .filter(|java| {
            let output = Command::new(java).arg("-version").output();
            let said = output.map_or(String::new(), |output| {
                String::from_utf8_lossy(&output.stderr).into_owned()
            });
            let version = said
                .split('"')
                .nth(1)
                .and_then(|version| version.split('.').next());
            version.is_some_and(|version| JAVAS.contains(&version)) && seen.insert(said)
        });
    let known: Vec<PathBuf> = known.collect();
    if known.is_empty() {
        not_run("the frames of Java", &format!("none of the JDKs {JAVAS:?}"));
    }
    known
}
