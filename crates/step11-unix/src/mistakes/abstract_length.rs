//! `abstract-length`: the length of an abstract name is that of the whole structure. Linux only.

use lab::{Part, Scene, Sign};

use crate::scenes::PATH;

pub(crate) fn scene() -> Scene {
    let ruled_out = "the length is worked out from the name, it is no argument";
    let parts = [
        Part::Plays(here::server),
        Part::RuledOut(ruled_out),
        Part::RuledOut(ruled_out),
        Part::RuledOut(ruled_out),
    ];
    Scene::mistake(
        "abstract-length",
        "server and client have written the same abstract name, and connect is refused (Linux)",
    )
    .at_path(PATH)
    .needs(here::needed)
    .actor("server", parts)
    .peer("client", here::client)
    .breaks(&[Sign::Found("client", "ECONNREFUSED")])
    .shows(&[Sign::Found("client", "connected")])
    .cause(
        "A path ends at its NUL, an abstract name at the length that was given to bind. With sizeof (struct sockaddr_un) \
         all the zeroes behind it belong to the name, and the client asked for another one.",
    )
    .repair("count: the family, the NUL in front, and the bytes of the name")
    .hints(&[
        "Compare the two names in bind and in connect, up to their very ends.",
        "Which argument of bind says where an abstract name ends?",
        "A path may be followed by NULs, and nothing happens. What is different here?",
    ])
}

#[cfg(target_os = "linux")]
mod here {
    use std::os::linux::net::SocketAddrExt;
    use std::os::unix::net::{SocketAddr, UnixStream};

    use lab::{Played, Stage};
    use step11_unix::with_libc;

    use crate::scenes::{abstract_name::here::own_name, close};

    pub(super) fn needed() -> Result<(), String> {
        Ok(())
    }

    pub(super) fn server(stage: &mut Stage) -> Played {
        let name = own_name();
        let mut address = with_libc::address::abstract_sockaddr_un(name.as_bytes())?;
        if !stage.repaired() {
            // WRONG: the size of the structure, as it does no harm with a path.
            address = address.with_length(size_of::<libc::sockaddr_un>() as libc::socklen_t)?;
        }
        let listener = stage.taught(|| with_libc::listen_at(&address, 1))?;
        stage.cue("listening", &name);
        stage.wait("tried");
        close(listener);
        Ok(())
    }

    pub(super) fn client(stage: &mut Stage) -> Played {
        let name = stage.wait("listening");
        let address = SocketAddr::from_abstract_name(&name)?;
        match UnixStream::connect_addr(&address) {
            Ok(_) => stage.found("connected", format!("connected to @{name}")),
            Err(error) => stage.found_error("connect", &error),
        }
        stage.cue("tried", "");
        Ok(())
    }
}

/// Where there are no abstract names, there is nothing to play.
#[cfg(not(target_os = "linux"))]
mod here {
    pub(super) use crate::scenes::abstract_name::here::{
        needed, nothing as client, nothing as server,
    };
}
