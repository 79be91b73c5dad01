//! The chat's two commands as they are typed: what is refused, what is said, and how they end.

use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::process::Stdio;

use course_tests::scenes::LAYERS;
use course_tests::talker::Talker;
use course_tests::{Run, run};

const STEP: &str = "step07-chat";

/// A program of the step, with the test for its person.
#[track_caller]
fn started(args: &[&str]) -> Talker {
    Talker::start(Run::new(STEP).args(args), &args.join(" "))
}

#[test]
fn what_cannot_be_asked() {
    let refused = |args: &[&str], says: &[&str]| {
        let output = run(STEP, args).exits(2);
        output.check(output.stdout.is_empty(), "prints to standard output too");
        let all = says.iter().all(|part| output.stderr.contains(part));
        output.check(all, &format!("the message lacks one of {says:?}"));
    };
    refused(&["servre"], &["did you mean server?"]);
    refused(&["client", "--framing", "line"], &["did you mean lines?"]);
    refused(&["client", "--framing"], &["--framing"]);
    refused(
        &["--framing", "lines"],
        &["--framing is for server and client"],
    );
    refused(&["merged", "--framing", "lines"], &["server and client"]);
    refused(&["client", "somewhere"], &["somewhere", ":9000"]);
    refused(&["client", "9000", "9001"], &["\"9001\""]);
    refused(
        &["client", "--json"],
        &["cargo lens target/debug/step07-chat client"],
    );
    refused(&["server", "--layer", "python"], &["layers"]);
    refused(&["serve"], &["it has server and client"]);
    for args in [["server", "--help"], ["--help", "client"]] {
        let help = run(STEP, &args).exits(0).quiet();
        let usage = "-- server [ADDR] [--framing none|lines|length]";
        help.check(help.stdout.contains(usage), "does not say what to type");
    }
}

#[test]
fn errors_name_the_call_and_the_address() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a listener");
    let address = taken.local_addr().expect("its address").to_string();
    for layer in LAYERS {
        let output = run(STEP, &["server", &address, "--layer", layer]).exits(1);
        let says = format!("bind {address}: address already in use (EADDRINUSE)");
        output.check(output.stderr.contains(&says), "does not say why");
    }
    // Not the port that was just given back: somebody else may have it by now.
    let (_bound, address) = crate::serve::refusing();
    let address = address.to_string();
    for layer in LAYERS {
        let output = run(STEP, &["client", &address, "--layer", layer]).exits(1);
        let says = format!("connect {address}: connection refused (ECONNREFUSED)");
        output.check(output.stderr.contains(&says), "does not say why");
    }
}

#[test]
fn length_between_the_layers() {
    let long = "x".repeat(10_000);
    for (index, layer) in LAYERS.iter().enumerate() {
        let options = ["--framing", "length", "--layer"];
        let mut server = started(&[&["server", ":0"], &options[..], &[layer]].concat());
        let address = server.line("listening on ");
        let other = LAYERS[(index + 1) % LAYERS.len()];
        let mut client = started(&[&["client", &address], &options[..], &[other]].concat());
        client.prints(&format!("connected to {address}\n>>"));
        server.line("connected from ");
        for text in ["hello", "", "你好", &long] {
            client.types(text);
            server.prints(&format!("{text}\n>>"));
            server.types(text);
            client.prints(&format!("{text}\n>>"));
        }
        // What is too long is asked for again, and nothing of it was sent.
        client.types(&"x".repeat(70_000));
        client.line("not sent: ");
        client.prints(">>");
        // At the end of its input the client goes, and so does the server.
        client.ends_input();
        client.prints("\n");
        assert_eq!(client.end().0, Some(0));
        server.prints("disconnected\n");
        let mut client = started(&[&["client", &address], &options[..], &[other]].concat());
        client.types("hello");
        server.line("connected from ");
        server.prints("hello\n>>");
        server.ends_input();
        assert_eq!(server.end().0, Some(0));
        client.line("disconnected");
        assert_eq!(client.end().0, Some(0));
    }
}

/// A newline in a server's lines is where the message ends; the two here have not agreed.
#[test]
fn another_framing_is_told() {
    let mut server = started(&["server", ":0", "--framing", "length"]);
    let address = server.line("listening on ");
    let mut client = started(&["client", &address, "--framing", "lines"]);
    client.types("hello");
    server.line("connected from ");
    let why = server.line("disconnected: ");
    assert!(why.starts_with("a message of 1751477356 bytes"), "{why}");
    client.end();
    server.is_killed();
}

#[test]
fn ctrl_c_ends_both() {
    let mut server = started(&["server", ":0"]);
    let address = server.line("listening on ");
    let mut client = started(&["client", &address]);
    client.prints(&format!("connected to {address}\n>>"));
    server.line("connected from ");
    for talker in [&mut client, &mut server] {
        talker.interrupt();
    }
    assert_eq!(client.status().signal(), Some(libc::SIGINT));
    assert_eq!(server.status().signal(), Some(libc::SIGINT));
}

#[test]
fn what_is_typed_may_be_anything() {
    let mut server = started(&["server", ":0", "--framing", "lines"]);
    let address = server.line("listening on ");
    let typed = b"not \xff text\n\x1b[2J\nexit\n".to_vec();
    let client = Run::new(STEP).args(["client", &address, "--framing", "lines"]);
    let child = client.input(typed).start(Stdio::piped(), Stdio::piped());
    server.line("connected from ");
    server.prints("\\u{1b}[2J\n>>");
    server.types("hi");
    server.prints("disconnected\n");
    let output = child.wait_with_output().expect("it ends");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("not sent: that line is not UTF-8"), "{text}");
    assert_eq!(output.status.code(), Some(0));
    server.is_killed();
}

/// `| head -1`: nobody reads, and the program ends without a panic.
#[test]
fn a_reader_that_goes_away() {
    let mut server = started(&["server", ":0"]);
    let address = server.line("listening on ");
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let client = Run::new(STEP).args(["client", &address]);
    let child = client.input("hello\n").start(writer.into(), Stdio::piped());
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(
        (output.status.code(), &output.stderr[..]),
        (Some(0), &b""[..])
    );
    server.is_killed();
}

/// The server closed first, so its port is in TIME_WAIT. std alone has said that this is no reason.
#[test]
fn a_server_that_was_stopped_starts_again_in_std_only() {
    for layer in LAYERS {
        let mut server = started(&["server", ":0", "--layer", layer]);
        let address = server.line("listening on ");
        let mut client = started(&["client", &address]);
        client.prints(&format!("connected to {address}\n>>"));
        server.line("connected from ");
        server.interrupt();
        server.status();
        client.types("exit");
        assert_eq!(client.end().0, Some(0));
        let mut again = started(&["server", &address, "--layer", layer]);
        if layer == "std" {
            again.line("listening on ");
            again.is_killed();
        } else {
            let (status, text) = again.end();
            assert!(text.contains("EADDRINUSE"), "{layer}: {text}");
            assert_eq!(status, Some(1));
        }
    }
}
