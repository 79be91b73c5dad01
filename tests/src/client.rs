//! Clients, well-behaved and not.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::fd::AsRawFd;

use crate::run::LIMIT;

/// Connects; a peer that says nothing for too long is an error and not for ever.
#[track_caller]
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, LIMIT)
        .unwrap_or_else(|error| panic!("connect {address}: {error}"));
    stream
        .set_read_timeout(Some(LIMIT))
        .expect("a limit is no zero");
    stream
        .set_write_timeout(Some(LIMIT))
        .expect("a limit is no zero");
    stream
}

/// Sends this, ends its own direction and reads to the end. A server that closes with something unread
/// resets the connection: that is an end too.
#[track_caller]
pub fn talk(mut stream: TcpStream, text: &[u8]) -> Vec<u8> {
    let mut answer = Vec::new();
    // A server may close before everything is sent.
    let _ = stream
        .write_all(text)
        .and_then(|()| stream.shutdown(Shutdown::Write));
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
            panic!("no end came within {} s", LIMIT.as_secs())
        }
        _ => answer,
    }
}

/// Ends the connection with a reset instead of an end of stream: SO_LINGER with 0 seconds, then close.
pub fn reset(stream: TcpStream) {
    let linger = libc::linger {
        l_onoff: 1,
        l_linger: 0,
    };
    // SAFETY: the kernel reads one linger structure, which lives on this frame, of the length given.
    let result = unsafe {
        libc::setsockopt(
            stream.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_LINGER,
            (&raw const linger).cast(),
            size_of::<libc::linger>() as libc::socklen_t,
        )
    };
    assert_eq!(result, 0, "setsockopt SO_LINGER");
    drop(stream);
}
