//! The calls of this process, made for real: what the kernel wrote is what is decoded.
//!
//! There is no tracer here. The test copies its own memory before and after each call, as a tracer would.

mod connection;
mod descriptors;

use super::memory::{self, raw};
use libc::*;
use stack::memory::Memory;
use std::fs::File;
use std::os::unix::fs::FileExt;

/// This process's own memory.
struct Own(File);

impl Own {
    fn open() -> Self {
        Own(File::open("/proc/self/mem").expect("a process may read its own memory"))
    }
}

impl Memory for Own {
    fn read(&self, address: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let read = self.0.read_at(&mut bytes, address).unwrap_or(0);
        bytes.truncate(read);
        bytes
    }
}

/// Makes a call and gives what it returned and how it reads. Those arguments that are missing are 0.
fn live(number: c_long, args: &[u64]) -> (i64, String) {
    let memory = Own::open();
    let mut six = [0; 6];
    six[..args.len()].copy_from_slice(args);
    let [a, b, c, d, e, f] = six;
    let before = observe::copy::before(number, &six, &memory);
    // SAFETY: every pointer among the arguments is null or leads to a buffer on the caller's stack that is as long as
    // the arguments say, made by `at` from an exclusive borrow, and not looked at before the call returns.
    let mut returned = unsafe { syscall(number, a, b, c, d, e, f) };
    if returned == -1 {
        returned = -i64::from(std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
    }
    // The memory before the call is gone: give back what was copied of it.
    let copied = memory::Stretches(
        before
            .into_iter()
            .map(|piece| (piece.address, piece.bytes))
            .collect(),
    );
    (
        returned,
        raw(number, six, Some(returned), &copied, &memory).to_string(),
    )
}

/// The address of a buffer that the kernel may write to.
fn at<T: ?Sized>(buffer: &mut T) -> u64 {
    std::ptr::from_mut(buffer).cast::<u8>() as u64
}

/// Makes a call that must read like this.
#[track_caller]
fn reads(number: c_long, args: &[u64], text: &str) -> u64 {
    let (returned, seen) = live(number, args);
    assert_eq!(seen, text);
    returned as u64
}

/// Makes a call that must succeed.
#[track_caller]
fn must(number: c_long, args: &[u64]) -> u64 {
    let (returned, seen) = live(number, args);
    assert!(returned >= 0, "{seen}");
    returned as u64
}

/// A listener on a free port of the loopback address, and that port.
fn listener() -> (u64, u16) {
    let fd = must(
        SYS_socket,
        &[AF_INET as u64, (SOCK_STREAM | SOCK_CLOEXEC) as u64, 0],
    );
    let mut name = memory::inet([127, 0, 0, 1], 0);
    reads(
        SYS_bind,
        &[fd, at(&mut name[..]), 16],
        &format!("bind({fd}, 127.0.0.1:0, 16) = 0"),
    );
    reads(SYS_listen, &[fd, 5], &format!("listen({fd}, 5) = 0"));
    let mut length = 16_u32;
    let (_, seen) = live(SYS_getsockname, &[fd, at(&mut name[..]), at(&mut length)]);
    let port = u16::from_be_bytes([name[2], name[3]]);
    assert_eq!(seen, format!("getsockname({fd}, 127.0.0.1:{port}, 16) = 0"));
    (fd, port)
}

/// Two connected sockets: the one that called, the one that was accepted; and their ports.
fn connection() -> [(u64, u16); 2] {
    let (listener, port) = listener();
    let client = must(SYS_socket, &[AF_INET as u64, SOCK_STREAM as u64, 0]);
    let mut name = memory::inet([127, 0, 0, 1], port);
    reads(
        SYS_connect,
        &[client, at(&mut name[..]), 16],
        &format!("connect({client}, 127.0.0.1:{port}, 16) = 0"),
    );
    let mut peer = [0_u8; 128];
    let mut length = 128_u32;
    let args = [
        listener,
        at(&mut peer),
        at(&mut length),
        SOCK_CLOEXEC as u64,
    ];
    let (server, seen) = live(SYS_accept4, &args);
    let from = u16::from_be_bytes([peer[2], peer[3]]);
    assert_eq!(
        seen,
        format!("accept4({listener}, 127.0.0.1:{from}, 128 -> 16, SOCK_CLOEXEC) = {server}")
    );
    reads(SYS_close, &[listener], &format!("close({listener}) = 0"));
    [(client, from), (server as u64, port)]
}
