//! `nagle`: a request in two small sends, and the second one waits for a while.
//!
//! While bytes of ours are under way, TCP holds a small piece back until they are acknowledged
//! (Nagle's algorithm, RFC 9293, section 3.7.4).
//! The peer's kernel holds its acknowledgement back as well, because an answer may soon carry it
//! (RFC 9293, section 3.8.6.3; on Linux for 40 milliseconds at least).
//! Each waits for the other, until a clock runs out.

mod held;

use std::io::{Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::AsRawFd;
use std::time::Instant;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::{MsgFlags, sockopt::TcpNoDelay};
use step04_connect as step04;
use step05_send_recv as step05;
use step06_close::with_libc::close;
use step08_options::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::fresh::on_linux;
use held::Watch;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "nagle",
        "the first half of a request arrives at once, the second only after a while",
    )
    .core()
    .needs(on_linux)
    .actor(
        "client",
        layers(client_libc, client_nix, client_socket2, client_std),
    )
    .peer("server", server)
    .breaks(&[Sign::Found("client", "held back")])
    .shows(&[Sign::Found("client", "sent at once")])
    .cause(
        "TCP holds a small piece back while earlier bytes are not acknowledged, and the peer's \
         kernel is in no hurry to acknowledge: the answer might carry it. But the server cannot \
         answer half a request. So both wait, until the peer's kernel has waited long enough.",
    )
    .repair("TCP_NODELAY; or, better still, the whole request in one send")
    .hints(&[
        "Both sends returned at once. Has everything left the machine that they took?",
        "SIOCOUTQNSD says how many bytes have not been sent yet. What do they wait for?",
        "Which option of TCP says: without delay?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        with_libc::set_int(connection, libc::IPPROTO_TCP, libc::TCP_NODELAY, 1)?;
    }
    wait_for_the_server(stage);
    let watch = Watch::start(connection);
    // WRONG without the option above: a request in two pieces.
    stage.taught(|| {
        step05::with_libc::send(connection, b"GET ", 0)?;
        step05::with_libc::send(connection, b"/\n", 0)
    })?;
    watch.look(stage)?;
    step05::with_libc::recv(connection, &mut [0; 16], 0)?;
    watch.judge(stage);
    close(connection)?;
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        with_nix::setsockopt(&connection, TcpNoDelay, &true)?;
    }
    wait_for_the_server(stage);
    let none = MsgFlags::empty();
    let watch = Watch::start(connection.as_raw_fd());
    // WRONG without the option above.
    stage.taught(|| {
        step05::with_nix::send(&connection, b"GET ", none)?;
        step05::with_nix::send(&connection, b"/\n", none)
    })?;
    watch.look(stage)?;
    step05::with_nix::recv(&connection, &mut [0; 16], none)?;
    watch.judge(stage);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        with_socket2::set_nodelay(&connection, true)?;
    }
    wait_for_the_server(stage);
    let watch = Watch::start(connection.as_raw_fd());
    // WRONG without the option above.
    stage.taught(|| {
        step05::with_socket2::send(&connection, b"GET ")?;
        step05::with_socket2::send(&connection, b"/\n")
    })?;
    watch.look(stage)?;
    step05::with_socket2::recv(&connection, &mut [MaybeUninit::uninit(); 16])?;
    watch.judge(stage);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    if stage.repaired() {
        with_std::set_nodelay(&connection, true)?;
    }
    wait_for_the_server(stage);
    let watch = Watch::start(connection.as_raw_fd());
    // WRONG without the option above.
    stage.taught(|| {
        step05::with_std::write(&connection, b"GET ")?;
        step05::with_std::write(&connection, b"/\n")
    })?;
    watch.look(stage)?;
    step05::with_std::read(&connection, &mut [0; 16])?;
    watch.judge(stage);
    Ok(())
}

/// Until the server is ready for the request.
fn wait_for_the_server(stage: &mut Stage) {
    stage.wait("accepted");
    if !stage.repaired() {
        stage.wait_asleep("server", "recv");
    }
}

/// Cannot answer half a request: answers when it has a whole line, and leaves the acknowledging to the clock.
fn server(stage: &mut Stage) -> Played {
    let mut connection = peer::accept(stage)?;
    held::acknowledge_late(connection.as_raw_fd())?;
    stage.cue("accepted", "");
    if stage.repaired() {
        // Both halves come at once, and a recv may fall between them (step 5): here it comes after.
        stage.wait("sent");
    }
    let (mut buffer, mut count) = ([0; 16], 0);
    let mut begun: Option<Instant> = None;
    while !buffer[..count].ends_with(b"\n") {
        match connection.read(&mut buffer[count..])? {
            0 => return Ok(()),
            more => count += more,
        }
        match begun {
            None => begun = Some(Instant::now()),
            Some(begun) => {
                let later = begun.elapsed().as_millis();
                stage.say(format!("the rest came {later} ms later"));
            }
        }
    }
    connection.write_all(b"ok")?;
    Ok(())
}
