//! `lost`: six datagrams sent, and counted as received. The receiver's buffer is full, and nobody says so.

use std::mem::MaybeUninit;

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{MsgFlags, SockaddrIn};
use socket2::{SockAddr, SockRef};
use step10_udp::{with_libc, with_nix, with_socket2, with_std};

const WORDS: [&[u8]; 6] = [b"1", b"2", b"3", b"4", b"5", b"6"];

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "lost",
        "each sendto succeeds, nothing leaves the machine, and some never arrive",
    )
    .core()
    .actor(
        "client",
        layers!(client),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("server", "some are lost")])
    .shows(&[Sign::Found("server", "all arrived")])
    .cause(
        "UDP waits for nobody. When the receive buffer is full the kernel throws a datagram away, and tells \
         neither side. sendto had succeeded before: it says that the datagram has left, and no more.",
    )
    .repair("the receiver answers each one, and the sender waits for the answer before it sends the next")
    .hints(&[
        "Count the sends of the client and the messages that the server found.",
        "The server reads late, and its receive buffer is small. Where could the others have waited?",
        "How could the sender learn that one has arrived? Only one side knows that.",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_libc::unbound()?;
    for word in WORDS {
        // Wrong alone: that it was sent says nothing about the other side.
        stage.taught(|| with_libc::send_to(socket, word, 0, server))?;
        if stage.repaired() {
            with_libc::recv_from(socket, &mut [0; 2], 0)?;
        }
    }
    done(stage);
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let server = SockaddrIn::from(stage.wait_address("listening")?);
    let (socket, none) = (with_nix::unbound()?, MsgFlags::empty());
    for word in WORDS {
        // Wrong alone.
        stage.taught(|| with_nix::send_to(&socket, word, none, server))?;
        if stage.repaired() {
            with_nix::recv_from(&socket, &mut [0; 2])?;
        }
    }
    done(stage);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let server = SockAddr::from(stage.wait_address("listening")?);
    let socket = with_socket2::unbound()?;
    for word in WORDS {
        // Wrong alone.
        stage.taught(|| with_socket2::send_to(&socket, word, &server))?;
        if stage.repaired() {
            with_socket2::recv_from(&socket, &mut [MaybeUninit::uninit(); 2])?;
        }
    }
    done(stage);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let server = stage.wait_address("listening")?;
    let socket = with_std::bound_to(ANY_PORT)?;
    for word in WORDS {
        // Wrong alone.
        stage.taught(|| with_std::send_to(&socket, word, server.into()))?;
        if stage.repaired() {
            with_std::recv_from(&socket, &mut [0; 2])?;
        }
    }
    done(stage);
    Ok(())
}

fn done(stage: &Stage) {
    stage.say(format!("{} sent, and no call failed", WORDS.len()));
    stage.cue("sent", WORDS.len());
}

/// Has the smallest receive buffer that the kernel gives. Broken, it reads only when all are sent.
fn server(stage: &mut Stage) -> Played {
    let socket = with_std::bound_to(ANY_PORT)?;
    SockRef::from(&socket).set_recv_buffer_size(1)?;
    stage.cue("listening", socket.local_addr()?);
    let mut arrived = 0;
    if stage.repaired() {
        while arrived < WORDS.len() {
            let (_, client) = with_std::recv_from(&socket, &mut [0; 1])?;
            arrived += 1;
            with_std::send_to(&socket, b"ok", client)?;
        }
    } else {
        stage.wait("sent");
        with_std::recv_from(&socket, &mut [0; 1])?;
        arrived += 1;
        // No more is sent, so from now on what is not there is lost, and nothing to wait for.
        socket.set_nonblocking(true)?;
        while with_std::recv_from(&socket, &mut [0; 1]).is_ok() {
            arrived += 1;
        }
    }
    let token = match arrived < WORDS.len() {
        true => "some are lost",
        false => "all arrived",
    };
    let all = WORDS.len();
    stage.found(token, format!("{arrived} of {all} arrived: {token}"));
    Ok(())
}
