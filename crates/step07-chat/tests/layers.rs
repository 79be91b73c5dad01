//! Messages through each layer: whole, in order, and with an end.

mod helpers;

use std::net::TcpStream;
use std::os::fd::{AsRawFd, OwnedFd};
use std::thread;

use nix::errno::Errno;
use socket2::Socket;
use step07_chat::{
    Failure, Fault, Framing, Inbox, LIMIT, with_libc, with_nix, with_socket2, with_std,
};

use helpers::pair;

/// What `receive` of a layer does on this descriptor, its errors as words.
type Receive = fn(&OwnedFd, &mut Inbox) -> Result<Option<String>, String>;
/// What `send` of a layer does.
type Send = fn(&OwnedFd, Framing, &str) -> Result<(), String>;

fn words<E: std::fmt::Debug>(failure: Failure<E>) -> String {
    format!("{failure:?}")
}

/// The layers, each on a copy of the descriptor where it wants an owner of its own.
const LAYERS: [(Send, Receive); 4] = [
    (
        |fd, framing, text| with_libc::send(fd.as_raw_fd(), framing, text).map_err(words),
        |fd, inbox| with_libc::receive(fd.as_raw_fd(), inbox).map_err(words),
    ),
    (
        |fd, framing, text| with_nix::send(fd, framing, text).map_err(words),
        |fd, inbox| with_nix::receive(fd, inbox).map_err(words),
    ),
    (
        |fd, framing, text| {
            let socket = Socket::from(fd.try_clone().unwrap());
            with_socket2::send(&socket, framing, text).map_err(words)
        },
        |fd, inbox| {
            let socket = Socket::from(fd.try_clone().unwrap());
            with_socket2::receive(&socket, inbox).map_err(words)
        },
    ),
    (
        |fd, framing, text| {
            let stream = TcpStream::from(fd.try_clone().unwrap());
            with_std::send(&stream, framing, text).map_err(words)
        },
        |fd, inbox| {
            let stream = TcpStream::from(fd.try_clone().unwrap());
            with_std::receive(&stream, inbox).map_err(words)
        },
    ),
];

#[test]
fn every_layer_hears_every_layer() {
    let long = "你".repeat(LIMIT / 3);
    for framing in [Framing::Lines, Framing::Length] {
        for (send, _) in LAYERS {
            for (_, receive) in LAYERS {
                let (a, b) = pair();
                let texts = ["hello", "", "👋🏽", &long];
                thread::scope(|scope| {
                    scope.spawn(|| {
                        for text in texts {
                            send(&a, framing, text).unwrap();
                        }
                    });
                    let mut inbox = Inbox::new(framing);
                    for text in texts {
                        let heard = receive(&b, &mut inbox).unwrap();
                        assert!(heard.as_deref() == Some(text), "{framing:?}");
                    }
                });
                drop(a);
                assert_eq!(receive(&b, &mut Inbox::new(framing)), Ok(None));
            }
        }
    }
}

#[test]
fn a_message_that_cannot_be_carried_is_not_sent() {
    for (send, receive) in LAYERS {
        let (a, b) = pair();
        let refused = send(&a, Framing::None, "").unwrap_err();
        assert_eq!(refused, words(Failure::<()>::Fault(Fault::Empty)));
        let refused = send(&a, Framing::Lines, "two\nlines").unwrap_err();
        assert_eq!(refused, words(Failure::<()>::Fault(Fault::HasNewline)));
        drop(a);
        assert_eq!(receive(&b, &mut Inbox::new(Framing::Lines)), Ok(None));
    }
}

#[test]
fn an_end_in_the_middle_is_a_fault_in_every_layer() {
    for (send, receive) in LAYERS {
        let (a, b) = pair();
        send(&a, Framing::None, "half a li").unwrap();
        drop(a);
        let fault = receive(&b, &mut Inbox::new(Framing::Lines)).unwrap_err();
        assert!(fault.contains("CutOff"), "{fault}");
    }
}

#[test]
fn a_peer_that_is_gone_is_an_error_of_the_call() {
    let (a, b) = pair();
    drop(b);
    // The first is taken by this kernel, and answered with a reset.
    with_nix::send(&a, Framing::Lines, "one").unwrap();
    let failure = loop {
        if let Err(failure) = with_nix::send(&a, Framing::Lines, "two") {
            break failure;
        }
    };
    assert!(
        matches!(failure, Failure::Call(Errno::EPIPE | Errno::ECONNRESET)),
        "{failure}"
    );
}
