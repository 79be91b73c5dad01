//! What `lens` writes when the command has ended.

use crate::cli::Args;
use record::event::{Event, Turn};
use record::json;
use show::draw::{Drawing, Files, Sheet};
use show::lanes::{self, Style};
use show::order::{self, Lane};
use show::pcap;
use std::collections::BTreeMap;
use std::env;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};

/// No wider, even where the terminal is: lines of text become hard to read.
const WIDEST: usize = 100;

/// Where the report goes, and how it looks.
pub(crate) struct Output {
    to: Box<dyn Write>,
    json: bool,
    pcap: Option<File>,
    style: Style,
    stacks: bool,
    drawings: Files,
    /// What a drawing is called.
    title: String,
    timed: bool,
}

impl Output {
    /// Opens the file, if the report is to go to one.
    pub(crate) fn open(args: &Args) -> io::Result<Output> {
        let (to, terminal): (Box<dyn Write>, bool) = match &args.output {
            Some(path) => {
                let file = File::create(path).map_err(|error| {
                    let path = path.display();
                    io::Error::new(
                        error.kind(),
                        format!("cannot write the report to {path}: {error}"),
                    )
                })?;
                (Box::new(BufWriter::new(file)), false)
            }
            None => (
                Box::new(BufWriter::new(io::stderr())),
                io::stderr().is_terminal(),
            ),
        };
        let pcap = args.pcap.as_ref().map(|path| {
            File::create(path).map_err(|error| {
                let path = path.display();
                io::Error::new(
                    error.kind(),
                    format!("cannot write the packets to {path}: {error}"),
                )
            })
        });
        let pcap = pcap.transpose()?;
        let no_colour = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let width = if terminal {
            terminal_width().unwrap_or(WIDEST)
        } else {
            WIDEST
        };
        let style = Style {
            width: width.min(WIDEST),
            colour: terminal && !args.plain && !no_colour,
            all: args.all,
            ..Style::default()
        };
        let words = args.command.iter().map(|word| word.to_string_lossy());
        Ok(Output {
            to,
            pcap,
            json: args.json,
            style,
            stacks: args.stack,
            drawings: Files::open(args.svg.as_deref(), args.html.as_deref())?,
            title: words.collect::<Vec<_>>().join(" "),
            timed: !args.no_times,
        })
    }

    /// Writes the report, about which nobody can be told when that fails: whoever reads it has closed it.
    /// Then the drawings.
    ///
    /// # Errors
    ///
    /// A drawing that cannot be written.
    pub(crate) fn write(mut self, mut events: Vec<Event>) -> io::Result<()> {
        let drawn = if self.drawings.is_empty() {
            Ok(())
        } else {
            self.draw(&events)
        };
        if !self.stacks {
            // They were only for the page.
            for event in &mut events {
                if let Event::Call(call) = event {
                    call.stack = None;
                }
            }
        }
        let _ = self.try_write(&events);
        if let Some(file) = self.pcap {
            let _ = pcap::write(&mut BufWriter::new(file), &events);
        }
        drawn
    }

    fn draw(&mut self, events: &[Event]) -> io::Result<()> {
        let (all, timed) = (self.style.all, self.timed);
        let lanes = lanes(events);
        let sheet = if timed {
            Sheet::by_time("", events, &lanes, all)
        } else {
            Sheet::causal("", events, &lanes, all)
        };
        let drawing = Drawing {
            title: std::mem::take(&mut self.title),
            sheets: vec![sheet],
            all,
            timed,
        };
        std::mem::take(&mut self.drawings).write(&drawing)
    }

    /// There was nothing to see.
    pub(crate) fn give_up(self) {
        if !self.drawings.is_empty() {
            eprintln!("lens: not drawn: nothing was seen");
        }
        self.drawings.give_up();
    }

    fn try_write(&mut self, events: &[Event]) -> io::Result<()> {
        if self.json {
            for event in events {
                writeln!(self.to, "{}", json::line(event))?;
            }
            return self.to.flush();
        }
        let lanes = lanes(events);
        if lanes.is_empty() {
            writeln!(self.to, "lens: no socket calls")?;
        } else {
            let rows = order::by_time(events, &lanes, self.style.all);
            write!(
                self.to,
                "{}",
                lanes::draw(events, &rows, &lanes, &self.style)
            )?;
        }
        self.to.flush()
    }
}

/// A lane for each process that made a call.
fn lanes(events: &[Event]) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    // The program each process is at this point of the record; what it is made by fork it has from its maker.
    let mut programs: BTreeMap<i32, String> = BTreeMap::new();
    for event in events {
        let process = event.who().process;
        match event {
            Event::Life(life) => match &life.what {
                Turn::Exec { program } => {
                    let name = program.rsplit('/').next().unwrap_or(program);
                    programs.insert(process, name.into());
                }
                Turn::Forked { parent } if parent.process != process => {
                    let name = programs.get(&parent.process).cloned().unwrap_or_default();
                    programs.insert(process, name);
                }
                _ => {}
            },
            Event::Call(_) if !lanes.iter().any(|lane| lane.processes == [process]) => {
                let program = programs.get(&process).map_or("", String::as_str);
                lanes.push(Lane {
                    name: format!("{program} {process}"),
                    processes: vec![process],
                });
            }
            _ => {}
        }
    }
    lanes
}

/// The number of columns of the terminal at standard error.
fn terminal_width() -> Option<usize> {
    // SAFETY: winsize is four numbers, for which all bits zero is a value.
    let mut size: libc::winsize = unsafe { std::mem::zeroed() };
    // SAFETY: TIOCGWINSZ writes one winsize, which lives on this frame.
    let result = unsafe { libc::ioctl(libc::STDERR_FILENO, libc::TIOCGWINSZ, &mut size) };
    (result == 0 && size.ws_col > 0).then_some(size.ws_col.into())
}
