//! The server that cannot answer half a request.

use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::time::Instant;

use lab::{Played, Stage, peer};

use super::held;

/// Answers when it has a whole line, and leaves the acknowledging to the clock.
pub(super) fn server(stage: &mut Stage) -> Played {
    let mut connection = peer::accept(stage)?;
    held::acknowledge_late(connection.as_raw_fd())?;
    stage.cue("accepted", "");
    if stage.repaired() {
        // Both halves come at once, and a recv may fall between them (step 5): here it comes after.
        stage.wait("sent");
    }
    let (mut buffer, mut count) = ([0; 16], 0);
    count += connection.read(&mut buffer)?;
    let begun = Instant::now();
    while !buffer[..count].ends_with(b"\n") {
        count += connection.read(&mut buffer[count..])?;
        stage.say(format!(
            "the rest came {} ms later",
            begun.elapsed().as_millis()
        ));
    }
    connection.write_all(b"ok")?;
    Ok(())
}
