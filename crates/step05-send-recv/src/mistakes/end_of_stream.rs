//! `end-of-stream`: 0 from `recv` taken for "nothing yet".

use std::mem::MaybeUninit;

use lab::{Played, Scene, Sign, Stage, layers, peer};
use nix::sys::socket::MsgFlags;
use step04_connect as step04;
use step05_send_recv::{with_libc, with_nix, with_socket2, with_std};

use crate::scenes::ROOM;

/// Where the scene stops the broken loop. By itself it would go on for ever, as fast as the machine can.
const ROUNDS: u32 = 4;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "end-of-stream",
        "recv returns 0, and the program tries again",
    )
    .core()
    .actor("client", layers!(client))
    .peer("server", server)
    .breaks(&[Sign::Found("client", "4")])
    .shows(&[Sign::Found("client", "1")])
    .cause(
        "0 means that the peer has ended its side and everything was read. That is final: \
             recv will not wait any more, and every further call returns 0 at once. \
             For \"nothing yet\" recv would have waited.",
    )
    .repair("0 ends the loop")
    .hints(&[
        "Look at the calls at the end: did recv wait before it returned?",
        "When nothing has arrived yet, recv waits. So what else may 0 mean?",
        "The peer has closed. What will the next recv bring, and the one after it?",
    ])
}

fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    let mut zeros = 0;
    while zeros < ROUNDS {
        let count = stage.taught(|| with_libc::recv(connection, &mut buffer, 0))?;
        if count == 0 {
            zeros += 1;
            if stage.repaired() {
                break;
            }
            // Wrong: 0 is the end, and the loop goes on as if more could come.
        }
    }
    found(stage, zeros);
    Ok(())
}

fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    let mut zeros = 0;
    while zeros < ROUNDS {
        let none = MsgFlags::empty();
        let count = stage.taught(|| with_nix::recv(&connection, &mut buffer, none))?;
        if count == 0 {
            zeros += 1;
            if stage.repaired() {
                break;
            }
            // Wrong: 0 is the end.
        }
    }
    found(stage, zeros);
    Ok(())
}

fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [MaybeUninit::uninit(); ROOM];
    let mut zeros = 0;
    while zeros < ROUNDS {
        let received = stage.taught(|| with_socket2::recv(&connection, &mut buffer))?;
        if received.is_empty() {
            zeros += 1;
            if stage.repaired() {
                break;
            }
            // Wrong: an empty slice is the end.
        }
    }
    found(stage, zeros);
    Ok(())
}

fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    let mut buffer = [0; ROOM];
    let mut zeros = 0;
    while zeros < ROUNDS {
        let count = stage.taught(|| with_std::read(&connection, &mut buffer))?;
        if count == 0 {
            zeros += 1;
            if stage.repaired() {
                break;
            }
            // Wrong: 0 is the end.
        }
    }
    found(stage, zeros);
    Ok(())
}

fn found(stage: &Stage, zeros: u32) {
    let times = match zeros {
        1 => "once".to_owned(),
        ROUNDS => format!("{zeros} times, and here the scene stops the loop"),
        _ => format!("{zeros} times"),
    };
    stage.found(zeros, format!("recv returned 0, {times}"));
}

/// Says one word and is done.
fn server(stage: &mut Stage) -> Played {
    let connection = peer::accept(stage)?;
    with_std::write_all(&connection, b"hello")?;
    Ok(())
}
