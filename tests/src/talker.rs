//! A chat program with the test for its person: what it prints is read as it comes, and lines are typed.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use crate::group;
use crate::run::{LIMIT, Run};

/// A program at the other end of three pipes.
#[derive(Debug)]
pub struct Talker {
    child: Child,
    keyboard: Option<ChildStdin>,
    arriving: Receiver<Vec<u8>>,
    printed: Vec<u8>,
    /// How much of it the test has seen.
    seen: usize,
    shown: String,
}

impl Talker {
    /// Starts it. What it complains of stands among what it prints.
    #[track_caller]
    pub fn start(run: Run, shown: &str) -> Talker {
        let (mut reader, writer) = std::io::pipe().expect("a pipe");
        let complaints = writer.try_clone().expect("a copy of a descriptor");
        let mut child = run
            .with_keyboard()
            .start(Stdio::from(writer), Stdio::from(complaints));
        let (sender, arriving) = mpsc::channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                // A test that has failed does not listen any more.
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        Talker {
            keyboard: child.stdin.take(),
            child,
            arriving,
            printed: Vec::new(),
            seen: 0,
            shown: shown.to_owned(),
        }
    }

    /// Types a line, and Enter.
    #[track_caller]
    pub fn types(&mut self, line: &str) {
        let keyboard = self.keyboard.as_mut().expect("its input has not ended");
        let typed = keyboard.write_all(format!("{line}\n").as_bytes());
        typed.unwrap_or_else(|error| panic!("{}: typing: {error}", self.shown));
    }

    /// Ends its input: ctrl-D.
    pub fn ends_input(&mut self) {
        self.keyboard = None;
    }

    /// The next thing that it prints must be exactly this.
    #[track_caller]
    pub fn prints(&mut self, text: &str) {
        let until = self.seen + text.len();
        while self.printed.len() < until && self.more() {}
        let next = &self.printed[self.seen..until.min(self.printed.len())];
        assert!(
            next == text.as_bytes(),
            "{} was to print {:?} and printed {:?}\n{}",
            self.shown,
            start_of(text.as_bytes()),
            start_of(next),
            self.text()
        );
        self.seen = until;
    }

    /// Reads on until a line is whole that begins with this; returns the rest of that line.
    #[track_caller]
    pub fn line(&mut self, begins: &str) -> String {
        let line = self.line_if(begins);
        line.unwrap_or_else(|| panic!("{} ended without {begins:?}\n{}", self.shown, self.text()))
    }

    /// The same; `None` if it ends before.
    #[track_caller]
    pub fn line_if(&mut self, begins: &str) -> Option<String> {
        loop {
            let rest = &self.printed[self.seen..];
            let Some(length) = rest.iter().position(|byte| *byte == b'\n') else {
                if self.more() {
                    continue;
                }
                return None;
            };
            let line = String::from_utf8_lossy(&rest[..length]).into_owned();
            self.seen += length + 1;
            // A prompt ends with no newline: what comes next stands behind it.
            if let Some(rest) = line.trim_start_matches(">>").strip_prefix(begins) {
                return Some(rest.to_owned());
            }
        }
    }

    /// Kills it: it has no time to say goodbye, the kernel closes its sockets.
    #[track_caller]
    pub fn is_killed(mut self) {
        self.child.kill().expect("it is still there");
        self.end();
    }

    /// Ctrl-C.
    pub fn interrupt(&mut self) {
        // SAFETY: kill takes two numbers and touches no memory. The child has not been waited for.
        unsafe { libc::kill(self.child.id() as i32, libc::SIGINT) };
    }

    /// Waits for its end; returns how it ended.
    #[track_caller]
    pub fn status(mut self) -> ExitStatus {
        self.child.wait().expect("it was started")
    }

    /// Waits for its end; returns its exit status and all that it printed.
    #[track_caller]
    pub fn end(mut self) -> (Option<i32>, String) {
        self.keyboard = None;
        while self.more() {}
        let status = self.child.wait().expect("it was started");
        group::assert_gone(self.child.id() as i32, &self.shown);
        let raw = |byte: &u8| byte.is_ascii_control() && *byte != b'\n';
        assert!(
            !self.printed.iter().any(raw),
            "{} sends a control character to the terminal\n{}",
            self.shown,
            self.text()
        );
        assert!(
            !self.text().contains("panicked"),
            "{} panics\n{}",
            self.shown,
            self.text()
        );
        (status.code(), self.text())
    }

    /// All that it has printed.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.printed).into_owned()
    }

    /// Waits for more; false at the end.
    #[track_caller]
    fn more(&mut self) -> bool {
        let begun = Instant::now();
        match self.arriving.recv_timeout(LIMIT) {
            Ok(bytes) => {
                self.printed.extend(bytes);
                true
            }
            Err(RecvTimeoutError::Disconnected) => false,
            Err(RecvTimeoutError::Timeout) => panic!(
                "{} printed nothing more for {} s\n{}",
                self.shown,
                begun.elapsed().as_secs(),
                self.text()
            ),
        }
    }
}

impl Drop for Talker {
    fn drop(&mut self) {
        // It has ended, or a test has failed: either way nobody needs it any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start_of(text: &[u8]) -> String {
    let start = String::from_utf8_lossy(&text[..text.len().min(200)]).into_owned();
    format!("{start} ({} bytes)", text.len())
}
