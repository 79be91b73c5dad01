//! Programs traced with their stacks, and what is asked of those.

use observe::{Options, Record};
use record::event::{Call, Event, Frame, Stack};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) fn stacks() -> Options {
    Options {
        stacks: true,
        ..Options::default()
    }
}

#[track_caller]
pub(crate) fn trace(command: Command) -> Record {
    observe::start(vec![command], &stacks())
        .unwrap()
        .wait()
        .unwrap()
}

pub(crate) fn calls(record: &Record) -> impl Iterator<Item = &Call> {
    record.events.iter().filter_map(|event| match event {
        Event::Call(call) => Some(call),
        _ => None,
    })
}

#[track_caller]
pub(crate) fn find<'a>(record: &'a Record, name: &str) -> &'a Call {
    calls(record)
        .find(|call| call.name == name)
        .unwrap_or_else(|| panic!("no {name} in {record:#?}"))
}

#[track_caller]
pub(crate) fn stack(call: &Call) -> &Stack {
    call.stack.as_deref().expect("a stack")
}

pub(crate) fn shown(stack: &Stack) -> Vec<&Frame> {
    let shown = stack.frames.iter().filter(|frame| frame.noise.is_none());
    shown.collect()
}

/// These layers and ends of names come in this order, and the last is the last.
#[track_caller]
pub(crate) fn in_order(stack: &Stack, wanted: &[(&str, &str)]) {
    let mut frames = stack.frames.iter();
    for (layer, end) in wanted {
        let found = frames.any(|frame| frame.layer == *layer && frame.function.ends_with(end));
        assert!(found, "no {end} of {layer} where it should be: {stack:#?}");
    }
    if let Some(("libc", _)) = wanted.last() {
        // Newer versions of glibc have a function of their own between theirs and the kernel.
        assert!(
            frames.all(|frame| frame.layer == "libc"),
            "something lies between libc and the kernel: {stack:#?}"
        );
    }
}

/// A folder for one test.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Scratch {
        let name = format!("lens-stack-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        let mut file = fs::File::create(self.file(name)).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    /// Runs a compiler; false where there is none or it cannot do that.
    pub(crate) fn run(&self, program: &str, words: &[&str], files: &[&Path]) -> bool {
        let mut command = Command::new(program);
        command.args(words).args(files).current_dir(&self.0);
        command.output().is_ok_and(|output| output.status.success())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
