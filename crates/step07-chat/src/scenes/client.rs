//! The client of the main scene: hello, the answer, and the end.

use lab::{Played, Stage};
use step04_connect as step04;
use step06_close as step06;
use step07_chat::{Inbox, with_libc, with_nix, with_socket2, with_std};

use super::NONE;

pub(super) fn client_libc(stage: &mut Stage) -> Played {
    let connection = step04::with_libc::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_libc::send(connection, NONE, "hello")?;
    let answer = with_libc::receive(connection, &mut Inbox::new(NONE))?;
    stage.say(answer.unwrap_or_default());
    Ok(step06::with_libc::close(connection)?)
}

pub(super) fn client_nix(stage: &mut Stage) -> Played {
    let connection = step04::with_nix::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_nix::send(&connection, NONE, "hello")?;
    let answer = with_nix::receive(&connection, &mut Inbox::new(NONE))?;
    stage.say(answer.unwrap_or_default());
    Ok(())
}

pub(super) fn client_socket2(stage: &mut Stage) -> Played {
    let connection = step04::with_socket2::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_socket2::send(&connection, NONE, "hello")?;
    let answer = with_socket2::receive(&connection, &mut Inbox::new(NONE))?;
    stage.say(answer.unwrap_or_default());
    Ok(())
}

pub(super) fn client_std(stage: &mut Stage) -> Played {
    let connection = step04::with_std::connect_to(stage.wait_address("listening")?)?;
    stage.wait_asleep("server", "recv");
    with_std::send(&connection, NONE, "hello")?;
    let answer = with_std::receive(&connection, &mut Inbox::new(NONE))?;
    stage.say(answer.unwrap_or_default());
    Ok(())
}
