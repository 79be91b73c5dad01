//! `abstract`: a name without a file, which is gone with the socket. Linux only.

#[cfg(not(target_os = "linux"))]
#[path = "abstract_name/elsewhere.rs"]
pub(crate) mod here;
#[cfg(target_os = "linux")]
#[path = "abstract_name/linux.rs"]
pub(crate) mod here;

use lab::{Play, Scene, layers};

use super::PATH;

/// An abstract name, and two servers under it, one after the other.
pub(crate) fn scene() -> Scene {
    Scene::new(
        "abstract",
        "a name that is no file, and nothing to unlink (Linux)",
    )
    .at_path(PATH)
    .actor("server", layers!(here::server))
    .peer("client", here::client)
    .needs(here::needed)
    .idea(idea)
}

/// Only said when both servers could bind, and the folder was empty.
fn idea(play: &Play) -> Option<String> {
    let calls = play.calls("server");
    let bound = calls
        .iter()
        .filter(|call| call.name == "bind" && call.returned() == Some(0));
    let names: Vec<String> = bound
        .map(|call| call.arg("addr").map(ToString::to_string))
        .collect::<Option<_>>()?;
    let [first, again] = &names[..] else {
        return None;
    };
    let connected = play.call("client", "connect")?.returned()? == 0;
    (first == again && connected && play.cue("files")? == "0").then(|| {
        "The same name was bound twice, one after the other, with nothing to remove in between: \
         there never was a file."
            .to_owned()
    })
}
