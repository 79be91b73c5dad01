//! The chat of step 7: every server talks with every client, in four layers and three languages.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use course_tests::client::{connect, reset};
use course_tests::programs::{installed, python};
use course_tests::talker::Talker;
use course_tests::temp::Temp;
use course_tests::{Run, not_run, root};

/// Those who can hold a conversation: the layers, and the guests.
const SPEAKERS: [&str; 7] = ["libc", "nix", "socket2", "std", "c", "python", "java"];

/// Makes one test of each function for each speaker as the server.
macro_rules! for_each_server {
    ($($test:ident)*) => {
        $(mod $test {
            #[test] fn libc() { super::$test("libc"); }
            #[test] fn nix() { super::$test("nix"); }
            #[test] fn socket2() { super::$test("socket2"); }
            #[test] fn std() { super::$test("std"); }
            #[test] fn c() { super::$test("c"); }
            #[test] fn python() { super::$test("python"); }
            #[test] fn java() { super::$test("java"); }
        })*
    };
}

for_each_server! {
    meets_every_client_with_lines
    meets_every_client_with_lengths
    meets_every_client_without_framing
    is_killed_under_every_client
    stays_whatever_a_peer_sends
    and_its_client_stays_whatever_a_server_sends
}

/// What the two say to each other, each text once in each direction.
const SHORT: [&str; 4] = ["hello", "hi there", "你好", "👋🏽👨\u{200d}👩\u{200d}👧"];

/// The folder of the compiled guests, the same for all tests of this process.
fn compiled() -> &'static Path {
    static FOLDER: OnceLock<Temp> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = Temp::new();
        let guests = root().join("crates/step07-chat/guests");
        let run = |program: &str, args: &[PathBuf]| {
            if let Some(path) = installed(program) {
                Run::path(path).args(args).output().exits(0);
            }
        };
        let (chat, path) = (folder.path().join("chat"), folder.path().to_owned());
        run("cc", &["-o".into(), chat, guests.join("chat.c")]);
        run("javac", &["-d".into(), path, guests.join("Chat.java")]);
        folder
    });
    folder.path()
}

/// A speaker about to be started; `None`, and a note, where its language is missing.
fn speaker(name: &str, role: &str, address: &str, framing: &str) -> Option<Run> {
    let guests = root().join("crates/step07-chat/guests");
    let tool = match name {
        "c" => "cc",
        "python" => "python3",
        "java" => "javac",
        layer => {
            let args = [role, address, "--layer", layer, "--framing", framing];
            return Some(Run::new("step07-chat").args(args));
        }
    };
    if installed(tool).is_none() {
        not_run(&format!("the chat in {name}"), &format!("no {tool}"));
        return None;
    }
    let run = match name {
        "c" => Run::path(compiled().join("chat")),
        "python" => Run::path(python()?.to_owned()).args([guests.join("chat.py")]),
        _ => {
            let class_path = compiled().to_string_lossy().into_owned();
            let quick = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp"];
            let run = Run::path(installed("java")?).args(quick);
            run.args([&class_path, "Chat"])
        }
    };
    Some(run.args([role, address, framing]))
}

/// A server that listens, and where.
#[track_caller]
fn server(name: &str, framing: &str) -> Option<(Talker, String)> {
    let run = speaker(name, "server", "127.0.0.1:0", framing)?;
    let mut server = Talker::start(run, &format!("the server in {name}, {framing}"));
    let address = server.line("listening on ");
    Some((server, address))
}

/// A client that has connected and asks for its first line; the server has said so too.
#[track_caller]
fn client(name: &str, framing: &str, server: &mut Talker, address: &str) -> Option<Talker> {
    let run = speaker(name, "client", address, framing)?;
    let mut client = Talker::start(run, &format!("the client in {name}, {framing}"));
    client.prints(&format!("connected to {address}\n>>"));
    server.line("connected from ");
    Some(client)
}

/// One turn of each: what the client types the server shows, and the other way round.
#[track_caller]
fn turn(server: &mut Talker, client: &mut Talker, question: &str, answer: &str) {
    client.types(question);
    server.prints(&format!("{question}\n>>"));
    server.types(answer);
    client.prints(&format!("{answer}\n>>"));
}

fn meets_every_client_with_lines(name: &str) {
    let Some((mut server, address)) = meets_every_client(name, "lines") else {
        return;
    };
    with_nc(&mut server, &address);
    server.is_killed();
}

fn meets_every_client_with_lengths(name: &str) {
    if let Some((server, _)) = meets_every_client(name, "length") {
        server.is_killed();
    }
}

/// With a framing a message may be empty, and longer than any recv. The server stays.
#[track_caller]
fn meets_every_client(name: &str, framing: &str) -> Option<(Talker, String)> {
    let (mut server, address) = server(name, framing)?;
    let long = "0123456789".repeat(1000);
    let texts = [&SHORT[..], &["", &long]].concat();
    for other in SPEAKERS {
        let Some(mut client) = client(other, framing, &mut server, &address) else {
            continue;
        };
        for (question, answer) in texts.iter().zip(texts.iter().rev()) {
            turn(&mut server, &mut client, question, answer);
        }
        // Without a word: its kernel says goodbye for it.
        client.is_killed();
        server.prints("disconnected\n");
    }
    Some((server, address))
}

fn meets_every_client_without_framing(name: &str) {
    let Some((mut server, address)) = server(name, "none") else {
        return;
    };
    for other in SPEAKERS {
        let Some(mut client) = client(other, "none", &mut server, &address) else {
            continue;
        };
        for (question, answer) in SHORT.iter().zip(SHORT.iter().rev()) {
            turn(&mut server, &mut client, question, answer);
        }
        // Nothing is sent, so it is asked for again, and both wait for nothing.
        client.types("");
        client.line("not sent: ");
        client.prints(">>");
        turn(&mut server, &mut client, "still there?", "yes");
        client.types("exit");
        server.prints("disconnected\n");
        let (status, _) = client.end();
        assert_eq!(status, Some(0), "the client in {other}, after exit");
    }
    with_nc(&mut server, &address);
    of_the_document(&mut server, &address);
    server.is_killed();
}

/// A line of nc has its newline with it, which is not shown.
#[track_caller]
fn with_nc(server: &mut Talker, address: &str) {
    let Some(nc) = installed("nc") else {
        return not_run("the chat with nc", "no nc");
    };
    let (host, port) = address.split_once(':').expect("an address");
    let mut nc = Talker::start(Run::path(nc).args([host, port]), "nc");
    server_hears(server, &mut nc, "hello from nc");
    server.types("hi nc");
    nc.prints("hi nc");
    nc.is_killed();
    server.prints("disconnected\n");
}

#[track_caller]
fn server_hears(server: &mut Talker, other: &mut Talker, text: &str) {
    other.types(text);
    server.line("connected from ");
    server.prints(&format!("{text}\n>>"));
}

/// The document's client, as it stands there, but for the port.
#[track_caller]
fn of_the_document(server: &mut Talker, address: &str) {
    let Some(run) = document("client.py", address) else {
        return;
    };
    let mut client = Talker::start(run, "the document's client");
    client.prints(">>");
    server.line("connected from ");
    turn(server, &mut client, "hello", "hi");
    turn(server, &mut client, "你好", "👋🏽");
    client.types("exit");
    server.prints("disconnected\n");
    assert_eq!(client.end().0, Some(0), "the document's client");
}

/// A program of the document, made to use this address.
fn document(file: &str, address: &str) -> Option<Run> {
    let Some(python) = python() else {
        not_run("the document's programs", "no python3");
        return None;
    };
    let text = fs::read_to_string(root().join("lessons/article").join(file)).expect("it is there");
    let (_, port) = address.split_once(':')?;
    assert!(text.contains("9000"));
    let text = text.replace("9000", port);
    Some(Run::path(python.to_owned()).args(["-u", "-X", "utf8", "-c", &text]))
}

/// The document's server with every client: the port is free when it is asked for.
#[test]
fn the_documents_server_meets_every_client() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a listener");
    let address = free.local_addr().expect("its address").to_string();
    drop(free);
    let Some(run) = document("server.py", &address) else {
        return;
    };
    let mut server = Talker::start(run, "the document's server");
    server.prints("waitting......\n");
    for other in SPEAKERS {
        let Some(run) = speaker(other, "client", &address, "none") else {
            continue;
        };
        let mut client = Talker::start(run, &format!("the client in {other}"));
        client.prints(&format!("connected to {address}\n>>"));
        server.line("连接到达 ");
        turn(&mut server, &mut client, "hello", "hi");
        turn(&mut server, &mut client, "你好", "👋🏽");
        client.types("exit");
        server.prints("连接已断开!\n");
        assert_eq!(client.end().0, Some(0), "the client in {other}");
    }
    server.is_killed();
}

/// nc on the other side: it sends a newline with every line, which is not shown.
#[test]
fn every_client_meets_nc() {
    let Some(nc) = installed("nc") else {
        return not_run("the chat with nc -l", "no nc");
    };
    for other in SPEAKERS {
        for framing in ["none", "lines"] {
            let run = Run::path(nc.clone()).args(["-l", "-v", "127.0.0.1", "0"]);
            let mut server = Talker::start(run, "nc -l");
            // Not every nc chooses a port by itself and says which.
            let Some(place) = server.line_if("Listening on ") else {
                return not_run("the chat with nc -l", "another kind of nc");
            };
            let port = place.rsplit(' ').next().expect("a word");
            let address = format!("127.0.0.1:{port}");
            let Some(run) = speaker(other, "client", &address, framing) else {
                continue;
            };
            let mut client = Talker::start(run, &format!("the client in {other}"));
            client.prints(&format!("connected to {address}\n>>"));
            server.line("Connection received on ");
            let newline = if framing == "lines" { "\n" } else { "" };
            for (question, answer) in [("hello", "hi"), ("你好", "👋🏽")] {
                client.types(question);
                server.prints(&format!("{question}{newline}"));
                server.types(answer);
                client.prints(&format!("{answer}\n>>"));
            }
            client.types("exit");
            assert_eq!(client.end().0, Some(0), "the client in {other}, with nc");
            server.ends_input();
            server.end();
        }
    }
}

/// The client waits for an answer, and the server is gone: that is announced, and is no error.
fn is_killed_under_every_client(name: &str) {
    for other in SPEAKERS {
        let Some((mut server, address)) = server(name, "lines") else {
            return;
        };
        let Some(mut client) = client(other, "lines", &mut server, &address) else {
            continue;
        };
        turn(&mut server, &mut client, "hello", "hi");
        client.types("are you there?");
        server.prints("are you there?\n>>");
        server.is_killed();
        client.prints("disconnected\n");
        let (status, _) = client.end();
        assert_eq!(status, Some(0), "the client in {other}, {name} killed");
    }
}

/// Bytes that a terminal would obey, or that are no text.
const HOSTILE: &[u8] = b"\x1b]0;title\x07\x1b[2J\0\x7f\xc2\x9b31m\xe2\x80\xae\xff\xc3";

fn stays_whatever_a_peer_sends(name: &str) {
    for framing in ["none", "lines", "length"] {
        let Some((mut server, address)) = server(name, framing) else {
            return;
        };
        let socket: SocketAddr = address.parse().expect("an address");
        let call = || connect(socket);
        drop(call());
        server.line("connected from ");
        server.line("disconnected");
        reset(call());
        server.line("connected from ");
        server.line("disconnected");
        let mut stream = call();
        server.line("connected from ");
        let hostile = framed(framing, HOSTILE);
        stream.write_all(&hostile).expect("it is sent");
        server.line("");
        server.types("so it seems");
        answered(&mut stream, framing, "so it seems");
        reset(stream);
        server.line("disconnected");
        if framing == "lines" {
            // A line without an end is refused at some point, and not kept for ever.
            let mut stream = call();
            server.line("connected from ");
            let _ = stream.write_all(&vec![b'x'; 1 << 20]);
            server.line("disconnected: ");
            let mut stream = call();
            stream.write_all(b"half a li").expect("it is sent");
            drop(stream);
            server.line("connected from ");
            server.line("disconnected: ");
        }
        if framing == "length" {
            says_a_wrong_length(&mut server, socket);
            sends_two_at_once(&mut server, socket);
        }
        let mut good = client(name, framing, &mut server, &address).expect("it was there");
        turn(&mut server, &mut good, "hello", "hi");
        good.is_killed();
        server.is_killed();
    }
}

/// The bytes of a message. Where there is no framing, a newline is sent as nc sends one.
fn framed(framing: &str, text: &[u8]) -> Vec<u8> {
    match framing {
        "length" => [&(text.len() as u32).to_be_bytes(), text].concat(),
        _ => [text, b"\n"].concat(),
    }
}

/// A length that is longer than is agreed on, or than what comes, is told, and harms nobody else.
#[track_caller]
fn says_a_wrong_length(server: &mut Talker, address: SocketAddr) {
    for (sent, length) in [
        (&b"\xff\xff\xff\xff"[..], "4294967295"),
        (b"\x80\0\0\0hello", "2147483648"),
        (b"\0\x01\0\x01", "65537"),
        (b"hello\n", "1751477356"),
    ] {
        let mut stream = connect(address);
        stream.write_all(sent).expect("it is sent");
        server.line("connected from ");
        server.line(&format!("disconnected: a message of {length} bytes"));
    }
    for cut_off in [&b"\0\0"[..], b"\0\0\0\x05", b"\0\0\0\x05hell"] {
        let mut stream = connect(address);
        stream.write_all(cut_off).expect("it is sent");
        drop(stream);
        server.line("connected from ");
        let why = server.line("disconnected: ");
        let after = format!("in the middle of a message, after {} bytes", cut_off.len());
        assert!(why.contains(&after), "{why}");
    }
}

/// One recv brings both, and each has its turn. A newline is part of the text: nothing ends with it.
#[track_caller]
fn sends_two_at_once(server: &mut Talker, address: SocketAddr) {
    let mut stream = connect(address);
    let both = [framed("length", b"one\n"), framed("length", b"two")].concat();
    stream.write_all(&both).expect("it is sent");
    server.line("connected from ");
    let shown = server.line("one");
    assert!(!shown.is_empty(), "the newline in it is not shown");
    server.prints(">>");
    server.types("first");
    server.prints("two\n>>");
    server.types("second");
    answered(&mut stream, "length", "first");
    answered(&mut stream, "length", "second");
    drop(stream);
    server.prints("disconnected\n");
}

/// The answer is there, with a newline or without, and with its length in front.
#[track_caller]
fn answered(stream: &mut TcpStream, framing: &str, answer: &str) {
    let expected = match framing {
        "length" => framed(framing, answer.as_bytes()),
        _ => answer.as_bytes().to_vec(),
    };
    let mut received = vec![0; expected.len()];
    stream.read_exact(&mut received).expect("an answer");
    assert_eq!(received, expected);
}

fn and_its_client_stays_whatever_a_server_sends(name: &str) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a listener");
    let address = listener.local_addr().expect("its address").to_string();
    let started = |framing| {
        let run = speaker(name, "client", &address, framing)?;
        let mut client = Talker::start(run, &format!("the client in {name}"));
        client.prints(&format!("connected to {address}\n>>"));
        let (stream, _) = listener.accept().expect("a connection");
        Some((client, stream))
    };
    let Some((mut client, mut stream)) = started("none") else {
        return;
    };
    client.types("hello");
    answered(&mut stream, "none", "hello");
    stream.write_all(HOSTILE).expect("it is sent");
    client.line("");
    client.prints(">>");
    client.types("still here");
    answered(&mut stream, "none", "still here");
    drop(stream);
    client.prints("disconnected\n");
    assert_eq!(client.end().0, Some(0), "{name}");
    let Some((mut client, mut stream)) = started("none") else {
        return;
    };
    client.types("hello");
    answered(&mut stream, "none", "hello");
    reset(stream);
    client.end();
    // A length that nobody has agreed on is an error, and told.
    let Some((mut client, mut stream)) = started("length") else {
        return;
    };
    client.types("hello");
    answered(&mut stream, "length", "hello");
    stream.write_all(b"\xff\xff\xff\xff").expect("it is sent");
    let (status, text) = client.end();
    assert_eq!(status, Some(1), "{name}\n{text}");
    assert!(
        text.contains("a message of 4294967295 bytes"),
        "{name}\n{text}"
    );
    // At the end of its input it goes, and says nothing.
    let Some((mut client, _stream)) = started("none") else {
        return;
    };
    client.ends_input();
    assert_eq!(client.end().0, Some(0), "{name}");
}
