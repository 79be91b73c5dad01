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
