//! `SO_REUSEPORT` on Linux: who gets the clients of a port on which two sockets listen.

#![cfg(target_os = "linux")]

#[path = "../../../tests/src/skip.rs"]
mod skip;

use std::io::{ErrorKind, Read};
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use libc::{AF_INET, POLLIN, SO_REUSEPORT, SOCK_STREAM, SOL_SOCKET, pollfd};
use step01_socket::with_libc::{cvt, socket};
use step02_bind_listen::with_libc::{bind_ipv4, listen, local_address};
use step08_options::with_libc::set_int;

use skip::not_run;

/// So many clients never all go to one of two by chance: 1 in 2 to the power of 199.
const CLIENTS: usize = 200;

#[test]
fn each_of_two_listeners_gets_some_of_the_clients() {
    let (listeners, address) = two_listeners();
    let mut served = [0, 0];
    for _ in 0..CLIENTS {
        let client = TcpStream::connect(address).unwrap();
        let index = waits_at(&listeners);
        // The client is in one queue, and in no other.
        let (connection, peer) = listeners[index].accept().unwrap();
        assert_eq!(peer, client.local_addr().unwrap());
        drop((client, connection));
        served[index] += 1;
    }
    assert!(served[0] > 0 && served[1] > 0, "{served:?}");
}

#[test]
fn who_waits_in_the_queue_of_the_one_that_closes_is_lost() {
    if setting("tcp_migrate_req") != "0" {
        not_run(
            "who waits in the queue of the one that closes",
            "this machine moves the clients to the other queue",
        );
        return;
    }
    let (listeners, address) = two_listeners();
    let mut client = loop {
        let client = TcpStream::connect(address).unwrap();
        match waits_at(&listeners) {
            0 => break client,
            other => drop(listeners[other].accept().unwrap()),
        }
    };
    let [first, second] = listeners;
    drop(first);
    let error = client.read(&mut [0; 8]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
    // The port is not gone: every client comes to the other one now.
    for _ in 0..10 {
        let _client = TcpStream::connect(address).unwrap();
        second.accept().unwrap();
    }
}

/// Two sockets that listen on one port, each with the option before its `bind`.
#[track_caller]
fn two_listeners() -> ([TcpListener; 2], SocketAddrV4) {
    let first = shared(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 0));
    let address = local_address(first.as_raw_fd()).unwrap();
    ([first, shared(address)], address)
}

#[track_caller]
fn shared(address: SocketAddrV4) -> TcpListener {
    let fd = socket(AF_INET, SOCK_STREAM, 0).unwrap();
    // SAFETY: `socket` has just made `fd`, so nothing else owns it.
    let owner = unsafe { OwnedFd::from_raw_fd(fd) };
    set_int(fd, SOL_SOCKET, SO_REUSEPORT, 1).unwrap();
    bind_ipv4(fd, address).unwrap();
    listen(fd, 5).unwrap();
    owner.into()
}

/// Waits until a client is in one of the two queues, and says in which.
#[track_caller]
fn waits_at(listeners: &[TcpListener; 2]) -> usize {
    let mut wanted = listeners.each_ref().map(|listener| pollfd {
        fd: listener.as_raw_fd(),
        events: POLLIN,
        revents: 0,
    });
    // SAFETY: the two entries live until after the call, and 2 is how many there are.
    cvt(unsafe { libc::poll(wanted.as_mut_ptr(), 2, -1) }).unwrap();
    let here: Vec<usize> = (0..2).filter(|at| wanted[*at].revents != 0).collect();
    assert_eq!(here.len(), 1, "one client, and more than one queue has it");
    here[0]
}

/// A setting of the machine; `0` where its kernel does not know it yet.
fn setting(name: &str) -> String {
    let path = format!("/proc/sys/net/ipv4/{name}");
    let text = std::fs::read_to_string(path).unwrap_or_else(|_| "0".into());
    text.trim().to_owned()
}
