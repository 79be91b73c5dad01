//! Where there are no abstract names, there is nothing to play.

use lab::{Played, Stage};

pub(crate) fn needed() -> Result<(), String> {
    Err("this system has no abstract names (Linux has)".to_owned())
}

pub(crate) fn nothing(_: &mut Stage) -> Played {
    Ok(())
}

pub(crate) use nothing as client;

/// One for each layer, for these are functions of four types.
macro_rules! nothing_in {
    ($($layer:ident)*) => {
        $(pub(crate) fn $layer(stage: &mut Stage) -> Played {
            nothing(stage)
        })*
    };
}

nothing_in! { server_libc server_nix server_socket2 server_std }
