//! What comes from the processes: messages of actors, what a guest prints, and what an actor prints.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::os::unix::net::UnixStream;
use std::sync::mpsc::Sender;

use crate::control::{Message, Told, now};
use crate::guest;
use crate::terminal::safe;

/// Passes on each message that comes from an actor, and its end where that is the end of the actor.
pub(super) fn listen_to(
    index: usize,
    channel: UnixStream,
    sender: Sender<(usize, Option<Message>)>,
    ends: bool,
) {
    std::thread::spawn(move || {
        for text in BufReader::new(channel).lines().map_while(Result::ok) {
            if let Some(message) = Message::parse(&text)
                && sender.send((index, Some(message))).is_err()
            {
                return;
            }
        }
        if ends {
            // Nobody listens any more when the scene is over.
            let _ = sender.send((index, None));
        }
    });
}

/// A guest knows no stage: what it prints is what it says, some of it is a cue,
/// and the end of its output is its end.
pub(super) fn hear_guest(
    index: usize,
    output: io::PipeReader,
    sender: Sender<(usize, Option<Message>)>,
) {
    let tell = move |told: Option<Told>| {
        let message = told.map(|told| Message {
            at: now(),
            thread: 0,
            told,
        });
        // Nobody listens any more when the scene is over.
        let _ = sender.send((index, message));
    };
    std::thread::spawn(move || {
        for bytes in BufReader::new(output).split(b'\n').map_while(Result::ok) {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            if let Some((name, value)) = guest::cue(&text) {
                tell(Some(Told::Gave {
                    name: name.to_owned(),
                    value: value.to_owned(),
                }));
            }
            tell(Some(Told::Said(text)));
        }
        tell(None);
    });
}

/// A file without a name, for what an actor prints: only a panic does.
pub(super) fn unnamed_file() -> io::Result<File> {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let path = std::env::temp_dir().join(format!("socket-course-{}-{number}", std::process::id()));
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(&path)?;
    std::fs::remove_file(path)?;
    Ok(file)
}

/// What an actor printed.
pub(crate) fn written(file: &File) -> String {
    let mut text = Vec::new();
    let mut file = file;
    let read = file.rewind().and_then(|()| file.read_to_end(&mut text));
    if read.is_err() {
        return String::new();
    }
    String::from_utf8_lossy(&text)
        .lines()
        .map(safe)
        .collect::<Vec<_>>()
        .join("\n")
}
