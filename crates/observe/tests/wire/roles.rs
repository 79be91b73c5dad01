//! The programs whose packets are caught: this test's own executable, run again.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream, UdpSocket};
use std::thread;

/// How many connections [`Role::Connections`] makes.
pub(crate) const CONNECTIONS: usize = 1000;
/// How many bytes [`Role::Bulk`] sends.
pub(crate) const BULK: usize = 20_000_000;
/// How many bytes [`Role::SomeBulk`] sends.
pub(crate) const SOME: usize = 2_000_000;
/// The largest datagram over IPv4.
pub(crate) const LARGEST: usize = 65_507;

roles! {
    Connections => connections,
    Bulk => || bulk(BULK),
    SomeBulk => || bulk(SOME),
    Datagrams => datagrams,
}

/// One connection after the other; the client closes first, the server when it has seen that.
fn connections() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind");
    let address = listener.local_addr().expect("getsockname");
    for _ in 0..CONNECTIONS {
        let client = TcpStream::connect(address).expect("connect");
        let (mut server, _) = listener.accept().expect("accept");
        drop(client);
        assert_eq!(server.read(&mut [0]).expect("recv"), 0);
    }
}

/// Many bytes in one direction.
fn bulk(count: usize) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind");
    let address = listener.local_addr().expect("getsockname");
    let sender = thread::spawn(move || {
        let mut stream = TcpStream::connect(address).expect("connect");
        stream.write_all(&vec![b'x'; count]).expect("send");
    });
    let (mut stream, _) = listener.accept().expect("accept");
    let mut received = Vec::new();
    stream.read_to_end(&mut received).expect("recv");
    assert_eq!(received.len(), count);
    sender.join().expect("the sender is done");
}

/// A small datagram, the largest, and one to a port that nobody has.
fn datagrams() {
    let receiver = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind");
    let address = receiver.local_addr().expect("getsockname");
    let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("bind");
    let mut buffer = vec![0; LARGEST];
    for length in [3, LARGEST] {
        sender.send_to(&vec![b'x'; length], address).expect("send");
        assert_eq!(receiver.recv(&mut buffer).expect("recv"), length);
    }
    sender.connect(address).expect("connect");
    drop(receiver);
    sender.send(b"late").expect("send");
    let error = sender.recv(&mut buffer).expect_err("nobody is there");
    assert_eq!(error.raw_os_error(), Some(libc::ECONNREFUSED));
}
