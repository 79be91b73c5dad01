//! What stacks cost in a program in Python or Java.

use super::measure::{median, said_by};
use record::event::{Event, Frame};
use std::error::Error;
use std::mem;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// How many times the work is done in one run, and the calls that it makes each time.
const TIMES: u32 = 5000;
const CALLS: u32 = 2;

/// The programs, and what runs each.
const PROGRAMS: [(&str, &str, &str); 2] = [
    ("python3", "talk.py", "-V"),
    ("java", "Talk.java", "-version"),
];

pub(crate) fn measure(rounds: usize, processor: usize) -> Result<(), Box<dyn Error>> {
    for (tool, file, version) in PROGRAMS {
        let mut asked = Command::new(tool);
        asked
            .arg(version)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        if !asked.status().is_ok_and(|status| status.success()) {
            println!("  skipped: {tool} is not installed");
            continue;
        }
        let (mut without, mut with, mut functions) = (Vec::new(), Vec::new(), 0);
        for _ in 0..rounds {
            without.push(talk(tool, file, processor, false)?.0);
            let (time, names) = talk(tool, file, processor, true)?;
            with.push(time);
            functions = names;
        }
        let [without, with] = [without, with].map(median);
        let a_call = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(TIMES * CALLS);
        println!(
            "  {tool:8} without stacks {:6.2} µs a call   with {:6.2}: {:.2} µs more, with {functions} functions of its own in each",
            a_call(without),
            a_call(with),
            a_call(with) - a_call(without),
        );
    }
    Ok(())
}

/// How long the calls took, and how many functions in its language the program was in at most of them.
fn talk(
    tool: &str,
    file: &str,
    processor: usize,
    stacks: bool,
) -> Result<(Duration, usize), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/bench");
    let mut command = Command::new(tool);
    command.arg(folder.join(file)).arg(TIMES.to_string());
    let options = observe::Options {
        pin: Some(processor),
        stacks,
        ends: false,
        ..observe::Options::default()
    };
    let mut functions = Vec::new();
    let time = said_by(command, |command| {
        let command = mem::replace(command, Command::new(""));
        let record = observe::start(vec![command], &options)?.wait()?;
        let calls = record.events.iter().filter_map(|event| match event {
            Event::Call(call) => call.stack.as_ref(),
            _ => None,
        });
        let is_own = |frame: &&Frame| {
            let end = file.rsplit('.').next();
            end.is_some_and(|end| {
                frame
                    .file
                    .as_deref()
                    .is_some_and(|file| file.ends_with(end))
            })
        };
        functions.extend(calls.map(|stack| stack.frames.iter().filter(is_own).count()));
        Ok(())
    })?;
    functions.sort_unstable();
    let middle = functions.get(functions.len() / 2).copied();
    Ok((time, middle.unwrap_or(0)))
}
