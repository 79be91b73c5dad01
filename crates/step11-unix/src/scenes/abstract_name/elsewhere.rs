//! Where there are no abstract names, there is nothing to play.

use lab::{Played, Stage};

pub(crate) fn needed() -> Result<(), String> {
    Err("this system has no abstract names (Linux has)".to_owned())
}

pub(crate) fn nothing(_: &mut Stage) -> Played {
    Ok(())
}

pub(crate) use nothing as client;
pub(crate) use nothing as server_libc;
pub(crate) use nothing as server_nix;
pub(crate) use nothing as server_socket2;
pub(crate) use nothing as server_std;
