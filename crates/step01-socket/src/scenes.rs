//! How `socket` works: the scenes that are not mistakes.
//!
//! One process plays alone: a new socket has no peer, and no packet leaves the machine.

mod families;
mod socket;

use lab::{Layer, Play, Scene, Sign, layers, quote};

/// The main scene: three sockets, and the numbers the kernel gives them.
pub(crate) fn socket() -> Scene {
    Scene::new(
        "socket",
        "a socket is a number to the program: the lowest that is free",
    )
    .core()
    .actor("program", layers!(socket::program))
    .shows(&[Sign::Found("program", "lowest")])
    .idea(idea_of_socket)
    .quote(Layer::Libc, quote!("with_libc.rs", "libc::socket("))
    .quote(Layer::Nix, quote!("with_nix.rs", "socket::socket("))
    .quote(Layer::Socket2, quote!("with_socket2.rs", "Socket::new("))
    .quote(Layer::Std, quote!("scenes/socket.rs", "TcpListener::bind("))
}

/// The numbers as the record has them: two sockets, one closed, a third.
fn idea_of_socket(play: &Play) -> Option<String> {
    let calls = play.calls("program");
    let made = calls.iter().filter(|call| call.name == "socket");
    let made: Vec<i64> = made.filter_map(|call| call.returned()).collect();
    let closed = i64::from(play.call("program", "close")?.descriptor()?);
    let [first, second, third] = made[..] else {
        return None;
    };
    (first == 3 && closed == first && third == first).then(|| {
        format!(
            "0, 1 and 2 are taken, so the first socket is descriptor {first}. The second is \
             {second}. After close({closed}) the next socket is {third} again."
        )
    })
}

/// Not a mistake: one call for each kind of conversation, and what this kernel says to it.
pub(crate) fn families() -> Scene {
    Scene::new(
        "families",
        "families and types: which sockets this kernel makes, and which it refuses",
    )
    .actor("program", layers!(families::program))
    .shows(&[Sign::Found("program", "made")])
    .idea(idea_of_families)
}

/// One type, two families, two answers.
fn idea_of_families(play: &Play) -> Option<String> {
    let calls = play.calls("program");
    let asked = |text| {
        calls
            .iter()
            .find(move |call| call.to_string().starts_with(text))
    };
    asked("socket(AF_UNIX, SOCK_SEQPACKET")?.returned()?;
    let refused = asked("socket(AF_INET, SOCK_SEQPACKET")?;
    refused.failed()?;
    let refused = refused.to_string();
    let (_, answer) = refused.split_once(" = -1 ")?;
    Some(format!(
        "Family and type must fit: AF_UNIX has SOCK_SEQPACKET, \
         AF_INET with the same type is {answer}."
    ))
}
