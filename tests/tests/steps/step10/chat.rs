//! The chat of step 10 in every layer: with another one, with itself, with strangers, and with nobody.

use std::net::UdpSocket;
use std::sync::atomic::{AtomicU32, Ordering};

use course_tests::Run;
use course_tests::run::LIMIT;
use course_tests::scenes::LAYERS;
use course_tests::talker::Talker;

const STEP: &str = "step10-udp";

/// A chat between these two addresses, once it says that it is there.
#[track_caller]
fn chat(layer: &str, me: &str, peer: &str) -> Talker {
    let args = ["chat", "--me", me, "--peer", peer, "--layer", layer];
    let shown = format!("{STEP} {}", args.join(" "));
    let mut chat = Talker::start(Run::new(STEP).args(args), &shown);
    let with = if me == peer { "itself" } else { peer };
    chat.prints(&format!("{me} talks with {with}; type a line, or exit\n"));
    chat
}

/// Two addresses of nobody else. Both sides must know both before they begin, so the kernel cannot choose the ports;
/// but the machine has a whole network of its own, 127.0.0.0/8, and each pair has a place of its own in it.
fn addresses() -> [String; 2] {
    static PAIRS: AtomicU32 = AtomicU32::new(0);
    let pair = PAIRS.fetch_add(1, Ordering::Relaxed);
    let (process, pair) = (std::process::id() % 200 + 20, pair % 200 + 1);
    [1, 2].map(|side| format!("127.{process}.{pair}.{side}:9000"))
}

const LINES: [&str; 5] = ["hello", "", "你好 👋", "it\'s \"quoted\"", "0"];

#[test]
fn every_layer_talks_with_every_other() {
    for left in LAYERS {
        for right in LAYERS {
            let [a, b] = addresses();
            let (mut one, mut two) = (chat(left, &a, &b), chat(right, &b, &a));
            let long = "x".repeat(10_000);
            for line in LINES.into_iter().chain([long.as_str()]) {
                one.types(line);
                two.prints(&format!("{a}: {line}\n"));
                two.types(line);
                one.prints(&format!("{b}: {line}\n"));
            }
            one.types("exit");
            assert_eq!(one.end().0, Some(0), "{left} and {right}");
            two.ends_input();
            assert_eq!(two.end().0, Some(0), "{left} and {right}");
        }
    }
}

#[test]
fn talks_to_itself_and_says_everything_before_it_ends() {
    for layer in LAYERS {
        let [me, _] = addresses();
        let run = Run::new(STEP).args(["chat", "--me", &me, "--peer", &me, "--layer", layer]);
        let output = run
            .input("one\ntwo\nexit\nthree\n")
            .output()
            .exits(0)
            .quiet();
        let expected =
            format!("{me} talks with itself; type a line, or exit\n{me}: one\n{me}: two\n");
        output.check(output.stdout == expected, "says something else");
    }
}

/// What a peer may send: the screen stays whole, and the chat goes on.
#[test]
fn what_a_peer_sends_does_no_harm() {
    let shown = [
        (
            &b"\x1b]0;title\x07\x1b[2J\n"[..],
            r"\u{1b}]0;title\u{7}\u{1b}[2J",
        ),
        (b"a\0b\xff", r"a\u{0}b\xff"),
        (b"two\nlines\r\n", r"two\nlines\r"),
        ("\u{202e}txt".as_bytes(), r"\u{202e}txt"),
        (b"", ""),
        (b"exit\n", "exit"),
    ];
    for layer in LAYERS {
        let [me, _] = addresses();
        let peer = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        let there = peer.local_addr().expect("a bound socket has a name");
        let mut chat = chat(layer, &me, &there.to_string());
        // A stranger knows the address, and is not heard.
        let stranger = UdpSocket::bind("127.0.0.1:0").expect("a free port");
        stranger
            .send_to(b"spam\n", &me)
            .expect("an address of this machine");
        for (bytes, text) in shown {
            peer.send_to(bytes, &me)
                .expect("an address of this machine");
            chat.prints(&format!("{there}: {text}\n"));
        }
        let longest = vec![b'y'; 65_507];
        peer.send_to(&longest, &me)
            .expect("an address of this machine");
        chat.prints(&format!("{there}: {}\n", "y".repeat(65_507)));

        peer.set_read_timeout(Some(LIMIT))
            .expect("a limit is no zero");
        chat.types("hello");
        let mut buffer = [0; 16];
        let count = peer.recv(&mut buffer).expect("a line");
        assert_eq!(&buffer[..count], b"hello\n");
        chat.types(&"z".repeat(65_507));
        chat.prints("not sent: 65508 bytes, and a datagram has at most 65507\n");
        chat.types("exit");
        assert_eq!(chat.end().0, Some(0), "{layer}");
    }
}

/// The peer comes later: what was sent before is said to be refused, and what is sent then arrives.
#[test]
fn a_peer_that_is_not_there_yet() {
    for layer in LAYERS {
        let [me, _] = addresses();
        let (deaf, there) = crate::datagrams::deaf();
        let mut chat = chat(layer, &me, &there.to_string());
        for line in ["one", "two"] {
            chat.types(line);
            chat.prints(&format!(
                "nobody is at {there}: a line sent before was refused\n"
            ));
        }
        deaf.connect(&me).expect("an address of this machine");
        deaf.set_read_timeout(Some(LIMIT))
            .expect("a limit is no zero");
        chat.types("three");
        let mut buffer = [0; 16];
        let count = deaf.recv(&mut buffer).expect("a line");
        assert_eq!(&buffer[..count], b"three\n");
        chat.types("exit");
        assert_eq!(chat.end().0, Some(0), "{layer}");
    }
}

#[test]
fn an_address_that_cannot_be_had() {
    let taken = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = taken.local_addr().expect("a bound socket has a name");
    let address = address.to_string();
    for layer in LAYERS {
        let run = Run::new(STEP).args(["chat", "--me", &address, "--layer", layer]);
        crate::serve::one_clear_line(run, &["bind", &address, "EADDRINUSE", "another port"]);
    }
}
