//! What `serve` and `connect` of every layer share: errors at a path, as sentences, and a path that may be taken.

use std::error::Error;
use std::path::Path;

use lab::{Played, Stage, Trouble, errno_of};

use crate::scenes::is_socket;

/// Adds the call and the path to an error, and what one can do about it.
pub(crate) trait AtPath<T> {
    /// `bind(...).at("bind", path)?`
    fn at(self, call: &str, path: &Path) -> Result<T, Trouble>;
}

impl<T, E: Error + 'static> AtPath<T> for Result<T, E> {
    fn at(self, call: &str, path: &Path) -> Result<T, Trouble> {
        self.map_err(|error| {
            let advice = advice(call, errno_of(&error));
            let (path, error) = (path.display(), Trouble::from(error));
            Trouble::new(format!("{call} {path}: {error}{advice}"))
        })
    }
}

fn advice(call: &str, errno: Option<i32>) -> &'static str {
    match (call, errno) {
        (_, Some(libc::EADDRINUSE)) => {
            ": somebody listens there, or it is another kind of file; take another path"
        }
        (_, Some(libc::EACCES)) => ": not yours to use; take a path in a folder of your own",
        (_, Some(libc::ENOTDIR)) => ": a part of the path is no folder",
        ("bind", Some(libc::ENOENT)) => ": there is no such folder",
        (_, Some(libc::ENOENT)) => {
            ": there is no such file; start a server in a second terminal first (`serve`, or nc -lU)"
        }
        (_, Some(libc::ECONNREFUSED)) => {
            ": there is a file, and nobody listens; start a server in a second terminal first \
             (`serve`, or nc -lU)"
        }
        (_, Some(libc::EPROTOTYPE)) => ": that socket is not for streams",
        // Layers that measure the path have no errno for it.
        (_, Some(libc::ENAMETOOLONG) | None) => ": take a shorter path",
        _ => "",
    }
}

/// Says so and removes the file, if it is in the way, is a socket's, and nobody listens there:
/// connecting to it was refused. An error of `bind` that this does not mend comes back.
pub(crate) fn make_room<E: Error + 'static>(
    stage: &Stage,
    path: &Path,
    bound: E,
    connect: impl FnOnce() -> Result<(), E>,
) -> Played {
    let in_use = errno_of(&bound) == Some(libc::EADDRINUSE);
    let refused = |error: &E| errno_of(error) == Some(libc::ECONNREFUSED);
    if !in_use || !is_socket(path) || !connect().is_err_and(|error| refused(&error)) {
        return Err(bound).at("bind", path);
    }
    std::fs::remove_file(path).at("unlink", path)?;
    stage.say(format!(
        "{} was left over, nobody listened there: removed",
        path.display()
    ));
    Ok(())
}

/// Trouble with one client is said, and the next client is waited for.
pub(crate) fn say_end(stage: &Stage, end: Result<(), impl Error + 'static>) {
    match end {
        Ok(()) => stage.say("the end: recv returned 0"),
        Err(error) => stage.say(Trouble::from(error)),
    }
}

/// Whether an error of `accept` was about one client only: a signal came first, or the client is gone.
pub(crate) fn passes(error: &(dyn Error + 'static)) -> bool {
    matches!(errno_of(error), Some(libc::EINTR | libc::ECONNABORTED))
}
