//! What the scenes of this step have in common.

use std::fs;
use std::os::fd::RawFd;
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use lab::Stage;

/// Where the server listens. The scenes play in an empty folder of their own, so one word will do.
pub(crate) const PATH: &str = "chat";
/// Room for what arrives, in bytes.
pub(crate) const ROOM: usize = 64;

/// Whether there is a socket's file at the path: not another file, and not a link to one.
/// `connect` does not tell. On Linux it is refused at an ordinary file too, and that one is nobody's to remove.
pub(crate) fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket())
}

/// What stands in the file system at the path.
pub(crate) fn look(stage: &Stage, when: &str) {
    let kind = match fs::symlink_metadata(PATH) {
        Ok(file) if file.file_type().is_socket() => {
            format!("a file of type socket, {} bytes", file.len())
        }
        Ok(_) => "another kind of file".to_owned(),
        Err(_) => "nothing".to_owned(),
    };
    stage.say(format!("{when}, at \"{PATH}\": {kind}"));
}

pub(crate) fn heard(bytes: &[u8]) -> String {
    format!("{} bytes: \"{}\"", bytes.len(), bytes.escape_ascii())
}

/// `unlink(path)`: remove the name. Who listens still does; but nobody can connect any more.
pub(crate) fn unlink() -> std::io::Result<()> {
    fs::remove_file(Path::new(PATH))
}

/// `close(fd)`, where its error does not matter.
pub(crate) fn close(fd: RawFd) {
    // The descriptor is this program's own and open; step 6 has what can go wrong.
    let _ = step06_close::with_libc::close(fd);
}
