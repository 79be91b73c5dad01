//! `serve` of a step that echoes datagrams, with real clients: whatever is sent to it, it stays, and answers the others.

use std::net::{SocketAddr, UdpSocket};

use course_tests::Served;
use course_tests::run::LIMIT;

/// The most bytes of a datagram over IPv4.
const LONGEST: usize = 65_507;

/// A client of this server alone: an answer that does not come is an error, and a refusal too.
#[track_caller]
fn client(server: SocketAddr) -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    socket.connect(server).expect("an address of this machine");
    let limit = socket.set_read_timeout(Some(LIMIT));
    limit.expect("a limit is no zero");
    socket
}

/// The next datagram for this client.
#[track_caller]
fn answer(client: &UdpSocket, after: &str) -> Vec<u8> {
    let mut buffer = vec![0; LONGEST];
    let count = client.recv(&mut buffer);
    let count = count.unwrap_or_else(|error| panic!("no answer after {after}: {error}"));
    buffer.truncate(count);
    buffer
}

/// Sends this, and it must come back.
#[track_caller]
fn is_echoed(client: &UdpSocket, bytes: &[u8], after: &str) {
    let sent = client.send(bytes);
    sent.unwrap_or_else(|error| panic!("cannot send after {after}: {error}"));
    let answer = answer(client, after);
    assert!(
        answer == bytes,
        "another answer after {after}: {} bytes",
        answer.len()
    );
}

/// A well-behaved client gets its own word back, and the server says who it was.
#[track_caller]
pub(crate) fn still_answers(served: &mut Served, after: &str) {
    let client = client(served.address);
    is_echoed(&client, b"hello\n", after);
    let here = client.local_addr().expect("a bound socket has a name");
    let line = served.wait_for(&here.to_string());
    assert!(line.is_some(), "after {after}: has ended");
}

/// A server that is there, with all kinds of clients, to its end.
#[track_caller]
pub(crate) fn serve_stays_up(mut served: Served) {
    let address = served.address;
    still_answers(&mut served, "nothing");

    is_echoed(&client(address), b"", "an empty datagram");
    let escapes = b"\x1b]0;title\x07\x1b[2J\0\x7f\xc2\x9b31m\n\xff";
    is_echoed(&client(address), escapes, "escape sequences");
    is_echoed(&client(address), &[0x9b; LONGEST], "the longest datagram");

    // Who is gone before the answer comes: the refusal is about that answer, and concerns nobody else.
    for _ in 0..20 {
        client(address).send(b"gone").expect("it is still there");
    }
    still_answers(&mut served, "clients that did not wait");

    let (one, two) = (client(address), client(address));
    one.send(b"one").expect("it is still there");
    two.send(b"two").expect("it is still there");
    assert_eq!(answer(&two, "two at once"), b"two");
    assert_eq!(answer(&one, "two at once"), b"one");

    served.signal(libc::SIGINT, true);
    let output = served.finish();
    let raw = |c: char| c.is_control() && c != '\n';
    output.check(!output.stdout.contains(raw), "a raw control character");
    output.check(!output.stderr.contains("panicked"), "a panic");
}

/// An address where nobody receives, and nobody else can: a socket that is connected to itself.
#[track_caller]
pub(crate) fn deaf() -> (UdpSocket, SocketAddr) {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a free port");
    let address = socket.local_addr().expect("a bound socket has a name");
    socket.connect(address).expect("its own address");
    (socket, address)
}
