//! `serve`, running: started, talked to, ended.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use crate::run::{LIMIT, Output, Run, finish};

/// A step's `serve`, listening.
#[derive(Debug)]
pub struct Served {
    child: Option<Child>,
    lines: Receiver<Vec<u8>>,
    /// Every line it has printed so far, as bytes.
    pub printed: Vec<Vec<u8>>,
    /// Where it listens.
    pub address: SocketAddr,
    shown: String,
}

impl Served {
    /// Starts `serve 127.0.0.1:0` in one layer and waits until it listens;
    /// an error is the output of a step that has no such half in this layer.
    ///
    /// # Errors
    ///
    /// The output of a program that ended before it said that it listens.
    #[track_caller]
    pub fn start(step: &str, layer: &str, more: &[&str]) -> Result<Served, Box<Output>> {
        let args = [&["serve", "127.0.0.1:0", "--layer", layer], more].concat();
        let shown = format!("{step} {}", args.join(" "));
        let mut child = Run::new(step)
            .args(&args)
            .start(Stdio::piped(), Stdio::piped());
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            thread::spawn(move || {
                for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                    // Who does not listen any more does not want to know.
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            });
        }
        let mut served = Served {
            child: Some(child),
            lines,
            printed: Vec::new(),
            address: ([127, 0, 0, 1], 0).into(),
            shown,
        };
        match served.wait_for("listening on ") {
            Some(line) => {
                let rest = line
                    .split_once("listening on ")
                    .map_or("", |(_, rest)| rest);
                let end = rest.find(|c: char| !c.is_ascii_digit() && !".:".contains(c));
                let address = rest[..end.unwrap_or(rest.len())].parse().ok();
                served.address =
                    address.unwrap_or_else(|| panic!("{}: no address in {line:?}", served.shown));
                Ok(served)
            }
            None => Err(Box::new(served.finish())),
        }
    }

    /// Waits until it prints a line with this in it; `None` when it ends before.
    #[track_caller]
    pub fn wait_for(&mut self, part: &str) -> Option<String> {
        loop {
            match self.lines.recv_timeout(LIMIT) {
                Ok(line) => {
                    self.printed.push(line.clone());
                    let text = String::from_utf8_lossy(&line).into_owned();
                    if text.contains(part) {
                        return Some(text);
                    }
                }
                Err(mpsc::RecvTimeoutError::Disconnected) => return None,
                Err(mpsc::RecvTimeoutError::Timeout) => {
                    panic!(
                        "{}: no line with {part:?} came\n{}",
                        self.shown,
                        self.text()
                    )
                }
            }
        }
    }

    /// What it has printed, for people.
    pub fn text(&self) -> String {
        let lines = self.printed.iter().map(|line| line.escape_ascii());
        lines.map(|line| format!("{line}\n")).collect()
    }

    /// The process that was started.
    pub fn process(&self) -> i32 {
        self.child.as_ref().map_or(0, |child| child.id() as i32)
    }

    /// Sends a signal to it, or to it and all its processes, as a terminal does.
    pub fn signal(&self, signal: i32, all: bool) {
        let process = self.process();
        let target = if all { -process } else { process };
        // SAFETY: kill takes two numbers and touches no memory.
        unsafe { libc::kill(target, signal) };
    }

    /// Waits for its end; nothing of it may be left then.
    #[track_caller]
    pub fn finish(mut self) -> Output {
        while let Ok(line) = self.lines.recv_timeout(LIMIT) {
            self.printed.push(line);
        }
        let mut child = self.child.take().expect("finish takes the child and self");
        let stderr = child.stderr.take().map(OwnedFd::from);
        let mut output = finish(child, None, stderr, self.shown.clone());
        for line in &self.printed {
            output.stdout += &String::from_utf8_lossy(line);
            output.stdout.push('\n');
        }
        output
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            // SAFETY: kill takes two numbers and touches no memory. The group is the program's own.
            unsafe { libc::kill(-(child.id() as i32), libc::SIGKILL) };
            // It has been killed; how it ended is of no interest to a test that fails.
            let _ = child.wait();
        }
    }
}
