//! `reuse-port`: two servers on one port at the same time, by the wrong option.

mod second;
mod start;

use lab::{Played, Scene, Sign, Stage, layers, peer};

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "reuse-port",
        "a second server is to share the port of the first, with SO_REUSEADDR",
    )
    .actor("new server", layers!(second::new))
    .actor("old server", layers!(second::old))
    .peer("client", client)
    .breaks(&[Sign::Found("new server", "EADDRINUSE")])
    .shows(&[Sign::Found("new server", "accepted")])
    .cause(
        "SO_REUSEADDR overlooks what an old server has left behind. A socket that listens is not \
         left behind, it is in use, and no second one may listen there.",
    )
    .repair(
        "SO_REUSEPORT before bind, in both: they share the port, \
         and when the old one goes there is still one that listens",
    )
    .hints(&[
        "The old server is still running. Is that what SO_REUSEADDR is about?",
        "Which option says that two sockets may have one address at the same time?",
        "Both owners of the port have to agree.",
    ])
}

/// Calls when the old server has gone: whoever has the port then answers.
fn client(stage: &mut Stage) -> Played {
    if stage.repaired() {
        stage.wait("old server gone");
        let connection = peer::connect(stage)?;
        stage.wait("accepted");
        drop(connection);
    }
    Ok(())
}
