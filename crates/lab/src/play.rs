//! Playing one scene in one layer: processes, cues, the end, and the record.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, Write};
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use lens::event::{Call, Event, Mark, Note, Turn, Who};

use crate::asleep::asleep_in;
use crate::control::{Line, Told, answer, hidden_descriptor};
use crate::scene::{Layer, Part, Scene, Sign, Variant};
use crate::trouble::Trouble;

/// After this long a scene is stuck. Long, because a busy machine is not a fault of the scene.
const DEADLINE: Duration = Duration::from_secs(30);
/// How often /proc is asked while somebody waits for a sleeper.
const LOOK_AGAIN: Duration = Duration::from_micros(300);

/// How a scene is to be played.
pub(crate) struct Request<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) layer: Layer,
    pub(crate) variant: Variant,
    /// Whether the lens watches.
    pub(crate) trace: bool,
    /// For `serve` and `connect`: the address, and no deadline.
    pub(crate) address: Option<SocketAddr>,
    /// What is told about each line an actor says, while it plays.
    pub(crate) live: Option<&'a mut dyn FnMut(&str)>,
    /// What is done before the taught actor makes the taught call for the first time.
    pub(crate) before_taught: Option<&'a mut dyn FnMut()>,
}

/// A scene that was played: who did what, what reached the kernel, and whether it went as announced.
#[derive(Debug)]
pub struct Play {
    pub(crate) layer: Layer,
    pub(crate) variant: Variant,
    pub(crate) traced: bool,
    pub(crate) runs: Vec<Run>,
    /// The record, in order of time, marks included.
    pub(crate) events: Vec<Event>,
    /// Why it did not go as announced.
    pub(crate) trouble: Option<String>,
}

/// One actor's part in a play.
#[derive(Debug)]
pub struct Run {
    pub(crate) actor: &'static str,
    pub(crate) is_peer: bool,
    pub(crate) process: i32,
    pub(crate) findings: Vec<(String, String)>,
    pub(crate) said: Vec<String>,
    pub(crate) cues: Vec<(String, String)>,
    pub(crate) status: Option<ExitStatus>,
}

impl Play {
    /// The layer that was played.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// Which twin of a mistake was played.
    pub fn variant(&self) -> Variant {
        self.variant
    }

    /// The calls of an actor and of the processes and threads it made, in order of time,
    /// without those that the language's runtime made on its own account.
    pub fn calls(&self, actor: &str) -> Vec<&Call> {
        let lane = self.lane(actor);
        let calls = self.events.iter().filter_map(|event| match event {
            Event::Call(call) if !call.by_runtime && lane.contains(&call.who.process) => Some(call),
            _ => None,
        });
        calls.collect()
    }

    /// The first call of an actor with this system call's name.
    /// `accept` is also accept4, `recv` any way to receive and `send` any way to send.
    pub fn call(&self, actor: &str, name: &str) -> Option<&Call> {
        self.calls(actor)
            .into_iter()
            .find(|call| is_called(call, name))
    }

    /// The calls that reached the kernel inside [`Stage::taught`](crate::Stage::taught).
    pub fn taught(&self, actor: &str) -> Vec<&Call> {
        let calls = self.calls(actor);
        let mut found = Vec::new();
        let mut begun: HashMap<Who, u64> = HashMap::new();
        let lane = self.lane(actor);
        for event in &self.events {
            let Event::Mark(mark) = event else { continue };
            if !lane.contains(&mark.who.process) {
                continue;
            }
            match mark.what {
                Note::Begin(_) => {
                    begun.insert(mark.who, mark.at);
                }
                Note::End(_) => {
                    if let Some(from) = begun.remove(&mark.who) {
                        let inside = |call: &&&Call| (from..=mark.at).contains(&call.entered);
                        found.extend(calls.iter().filter(inside).copied());
                    }
                }
                _ => {}
            }
        }
        // A taught call that never came back has no end.
        for (who, from) in begun {
            found.extend(
                calls
                    .iter()
                    .filter(|call| call.who == who && call.entered >= from)
                    .copied(),
            );
        }
        found
    }

    /// The last finding of an actor: the word, as the scene is judged by it.
    pub fn finding(&self, actor: &str) -> Option<&str> {
        self.run(actor)?
            .findings
            .last()
            .map(|(token, _)| token.as_str())
    }

    /// The value of a cue that some actor gave.
    pub fn cue(&self, name: &str) -> Option<&str> {
        let mut cues = self.runs.iter().flat_map(|run| &run.cues);
        cues.find(|(cue, _)| cue == name)
            .map(|(_, value)| value.as_str())
    }

    /// How an actor's process ended.
    pub fn status(&self, actor: &str) -> Option<ExitStatus> {
        self.run(actor)?.status
    }

    pub(crate) fn run(&self, actor: &str) -> Option<&Run> {
        self.runs.iter().find(|run| run.actor == actor)
    }

    /// The processes whose calls belong into an actor's lane: its own and those it made.
    pub(crate) fn lane(&self, actor: &str) -> Vec<i32> {
        let mut lane: Vec<i32> = self.run(actor).map(|run| run.process).into_iter().collect();
        for event in &self.events {
            if let Event::Life(life) = event
                && let Turn::Forked { parent } = life.what
                && lane.contains(&parent.process)
                && !lane.contains(&life.who.process)
            {
                lane.push(life.who.process);
            }
        }
        lane
    }
}

/// Whether a system call is this call of the socket API.
pub(crate) fn is_called(call: &Call, name: &str) -> bool {
    let family: &[&str] = match name {
        "accept" => &["accept", "accept4"],
        "recv" => &["recvfrom", "recvmsg", "read", "readv"],
        "send" => &["sendto", "sendmsg", "write", "writev"],
        "poll" => &["poll", "ppoll"],
        other => return call.name == other,
    };
    family.contains(&&*call.name)
}

/// Plays a scene.
///
/// # Errors
///
/// When it could not even be started. A scene that goes wrong is a [`Play`] with trouble in it.
pub(crate) fn play(request: Request<'_>) -> Result<Play, Trouble> {
    let scene = request.scene;
    let hidden = hidden_descriptor();
    let (sender, receiver) = mpsc::channel();
    let mut actors = Vec::new();
    let mut commands = Vec::new();
    for (index, actor) in scene.actors.iter().enumerate() {
        let (here, there) = UnixStream::pair()?;
        let output = unnamed_file()?;
        let mut command = command(&request, actor.name, hidden, &output)?;
        hand_over(&mut command, there.as_raw_fd(), hidden);
        commands.push((command, there));
        listen_to(index, here.try_clone()?, sender.clone());
        actors.push(Actor {
            run: Run {
                actor: actor.name,
                is_peer: actor.is_peer,
                process: 0,
                findings: Vec::new(),
                said: Vec::new(),
                cues: Vec::new(),
                status: None,
            },
            line: here,
            output,
            ready: 0,
            waiting: None,
            gone: false,
            done: false,
            failed: None,
        });
    }
    drop(sender);
    let cast = Cast::start(commands, request.trace, hidden)?;
    for (actor, process) in actors.iter_mut().zip(cast.processes()) {
        actor.run.process = process;
    }
    Director {
        request,
        actors,
        cues: HashMap::new(),
        marks: Vec::new(),
        receiver,
        cast,
        stuck: false,
    }
    .play()
}

/// Where the lab keeps what it knows of an actor while the scene plays.
struct Actor {
    run: Run,
    line: UnixStream,
    output: File,
    ready: u64,
    waiting: Option<Waiting>,
    gone: bool,
    done: bool,
    failed: Option<String>,
}

enum Waiting {
    Cue(String),
    Asleep { actor: String, call: String },
}

struct Director<'a> {
    request: Request<'a>,
    actors: Vec<Actor>,
    cues: HashMap<String, String>,
    marks: Vec<Mark>,
    receiver: Receiver<(usize, Option<Line>)>,
    cast: Cast,
    stuck: bool,
}

impl Director<'_> {
    fn play(mut self) -> Result<Play, Trouble> {
        let mut until = Instant::now() + DEADLINE;
        let mut trouble = None;
        while !self.actors.iter().all(|actor| actor.gone) {
            self.answer_who_waits()?;
            if self.is_stuck_as_announced() {
                self.stuck = true;
                break;
            }
            if let Some(failed) = self.actors.iter().find_map(|actor| actor.failed.clone()) {
                trouble = Some(failed);
                break;
            }
            if let Some(name) = self.waits_in_vain() {
                trouble = Some(name);
                break;
            }
            let looks = self
                .actors
                .iter()
                .any(|actor| matches!(actor.waiting, Some(Waiting::Asleep { .. })));
            let pause = if looks || self.announces_stuck() {
                LOOK_AGAIN
            } else {
                Duration::from_millis(50)
            };
            match self.receiver.recv_timeout(pause) {
                Ok((index, Some(line))) => until += self.hear(index, line)?,
                Ok((index, None)) => self.actors[index].gone = true,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.request.address.is_none() && Instant::now() > until {
                trouble = Some(format!(
                    "the scene did not end within {} s: {}",
                    DEADLINE.as_secs(),
                    self.positions()
                ));
                break;
            }
        }
        self.cast.kill_all();
        self.finish(trouble)
    }

    /// Takes in one line of an actor; returns how long the person in front was asked, which no deadline counts.
    fn hear(&mut self, index: usize, line: Line) -> Result<Duration, Trouble> {
        let mut asked = Duration::ZERO;
        let taught_actor = self.request.scene.taught_actor();
        let actor = &mut self.actors[index];
        let who = Who {
            process: actor.run.process,
            thread: line.thread,
        };
        let note = match line.told {
            Told::Ready => {
                actor.ready = line.at;
                return Ok(asked);
            }
            Told::Said(text) => {
                let text = safe(&text);
                if let Some(live) = &mut self.request.live {
                    live(&text);
                }
                actor.run.said.push(text.clone());
                Note::Said(text)
            }
            Told::Found { token, text } => {
                let text = safe(&text);
                if let Some(live) = &mut self.request.live {
                    live(&text);
                }
                actor.run.findings.push((token, text.clone()));
                Note::Said(text)
            }
            Told::Gave { name, value } => {
                actor.run.cues.push((name.clone(), value.clone()));
                self.cues.insert(name.clone(), value);
                Note::Gave(name)
            }
            Told::Waits { name } => {
                actor.waiting = Some(Waiting::Cue(name));
                return Ok(asked);
            }
            Told::WaitsAsleep {
                actor: sleeper,
                call,
            } => {
                actor.waiting = Some(Waiting::Asleep {
                    actor: sleeper,
                    call,
                });
                return Ok(asked);
            }
            Told::Got { name } => Note::Got(name),
            Told::SawAsleep {
                actor: sleeper,
                call,
                thread,
            } => {
                let process = self
                    .actors
                    .iter()
                    .find(|a| a.run.actor == sleeper)
                    .map_or(0, |a| a.run.process);
                Note::SawAsleep {
                    sleeper: Who { process, thread },
                    call,
                }
            }
            Told::Begins => {
                if actor.run.actor == taught_actor
                    && let Some(before) = self.request.before_taught.take()
                {
                    let start = Instant::now();
                    before();
                    asked = start.elapsed();
                }
                tell(&mut actor.line, "");
                Note::Begin(String::new())
            }
            Told::Ends => Note::End(String::new()),
            Told::Done => {
                actor.done = true;
                return Ok(asked);
            }
            Told::Failed(text) => {
                actor.failed = Some(format!("{}: {}", actor.run.actor, safe(&text)));
                return Ok(asked);
            }
        };
        self.marks.push(Mark {
            at: line.at,
            who,
            what: note,
        });
        Ok(asked)
    }

    fn answer_who_waits(&mut self) -> Result<(), Trouble> {
        for index in 0..self.actors.len() {
            let answer = match &self.actors[index].waiting {
                None => continue,
                Some(Waiting::Cue(name)) => self.cues.get(name).cloned(),
                Some(Waiting::Asleep { actor, call }) => {
                    self.sleeper(actor, call)?.map(|thread| thread.to_string())
                }
            };
            if let Some(answer) = answer {
                self.actors[index].waiting = None;
                tell(&mut self.actors[index].line, &answer);
            }
        }
        Ok(())
    }

    /// The thread of this actor that sleeps in this call, if it does.
    /// An actor that waits for a cue sleeps too, in a read that nobody should see.
    fn sleeper(&self, name: &str, call: &str) -> Result<Option<i32>, Trouble> {
        let Some(actor) = self.actors.iter().find(|actor| actor.run.actor == name) else {
            return Err(Trouble::new(format!(
                "there is no actor {name:?} in this scene to wait for"
            )));
        };
        let plays = !actor.gone && !actor.done && actor.ready != 0 && actor.waiting.is_none();
        Ok(if plays {
            asleep_in(actor.run.process, call)
        } else {
            None
        })
    }

    fn announces_stuck(&self) -> bool {
        self.signs()
            .iter()
            .any(|sign| matches!(sign, Sign::Stuck(_)))
    }

    fn is_stuck_as_announced(&self) -> bool {
        self.signs().iter().any(|sign| match sign {
            // Twice: whoever woke up between the two looks is not stuck.
            Sign::Stuck(sleepers) => [(); 2].iter().all(|()| {
                sleepers
                    .iter()
                    .all(|(actor, call)| matches!(self.sleeper(actor, call), Ok(Some(_))))
            }),
            _ => false,
        })
    }

    /// Says who waits for a cue that nobody is left to give.
    fn waits_in_vain(&self) -> Option<String> {
        let idle = |actor: &Actor| actor.gone || matches!(actor.waiting, Some(Waiting::Cue(_)));
        if !self.actors.iter().all(idle) {
            return None;
        }
        let waiting = self.actors.iter().find_map(|actor| match &actor.waiting {
            Some(Waiting::Cue(name)) if !actor.gone => Some((actor.run.actor, name)),
            _ => None,
        });
        // The cue itself may be on its way: then it is there, and the next round answers.
        let (actor, name) = waiting.filter(|(_, name)| !self.cues.contains_key(*name))?;
        Some(format!(
            "{actor} waits for the cue {name:?}, and nobody is left to give it{}",
            self.complaints()
        ))
    }

    fn positions(&self) -> String {
        let positions: Vec<String> = self
            .actors
            .iter()
            .map(|actor| {
                let name = actor.run.actor;
                match &actor.waiting {
                    _ if actor.gone => format!("{name} has ended"),
                    Some(Waiting::Cue(cue)) => format!("{name} waits for the cue {cue:?}"),
                    Some(Waiting::Asleep { actor, call }) => {
                        format!("{name} waits until {actor} sleeps in {call}")
                    }
                    None => format!("{name} is in a call or busy"),
                }
            })
            .collect();
        positions.join(", ") + &self.complaints()
    }

    /// What the actors wrote to their standard error: a panic's message, say.
    fn complaints(&self) -> String {
        let outputs = self.actors.iter().filter_map(|actor| {
            let text = written(&actor.output);
            (!text.is_empty()).then(|| format!("\n{} wrote: {text}", actor.run.actor))
        });
        outputs.collect()
    }

    fn signs(&self) -> &[Sign] {
        announced(self.request.scene, self.request.layer, self.request.variant)
    }

    fn finish(self, trouble: Option<String>) -> Result<Play, Trouble> {
        let complaints = self.complaints();
        let Director {
            request,
            actors,
            mut marks,
            cast,
            stuck,
            receiver,
            cues: _,
        } = self;
        drop(receiver);
        let (events, statuses) = cast.end()?;
        let ready: HashMap<i32, u64> = actors
            .iter()
            .map(|actor| (actor.run.process, actor.ready))
            .collect();
        let hidden = hidden_descriptor();
        let mut events: Vec<Event> = events
            .into_iter()
            .filter(|event| match event {
                // The lab's own line, and what the runtime did before the actor's function began.
                Event::Call(call) => {
                    call.descriptor() != Some(hidden)
                        && ready
                            .get(&call.who.process)
                            .is_none_or(|ready| call.entered > *ready)
                }
                Event::Life(life) => ready
                    .get(&life.who.process)
                    .is_none_or(|ready| life.at > *ready),
                Event::Mark(_) => true,
            })
            .collect();
        events.extend(marks.drain(..).map(Event::Mark));
        events.sort_by_key(Event::at);
        let mut runs = Vec::new();
        let mut failed = None;
        for (actor, status) in actors.into_iter().zip(statuses) {
            let announced_death = status.signal().is_some_and(|signal| {
                let signs = announced(request.scene, request.layer, request.variant);
                signs.contains(&Sign::Killed(actor.run.actor, signal))
            });
            if !(actor.done || stuck || announced_death || failed.is_some()) {
                failed = Some(format!(
                    "{} ended with {status}{complaints}",
                    actor.run.actor
                ));
            }
            runs.push(Run {
                status: Some(status),
                ..actor.run
            });
        }
        let mut play = Play {
            layer: request.layer,
            variant: request.variant,
            traced: request.trace,
            runs,
            events,
            trouble: trouble.or(failed),
        };
        if play.trouble.is_none() && request.address.is_none() {
            let signs = announced(request.scene, request.layer, request.variant);
            play.trouble = signs.iter().find_map(|sign| missing(&play, sign, stuck));
        }
        Ok(play)
    }
}

/// What must be seen when this twin is played in this layer.
pub(crate) fn announced(scene: &Scene, layer: Layer, variant: Variant) -> &[Sign] {
    let handled = scene
        .actors
        .iter()
        .any(|actor| matches!(actor.parts[layer as usize], Part::Handled(..)));
    if variant == Variant::Broken && !handled {
        &scene.broken
    } else {
        &scene.expected
    }
}

/// What is missing of a sign.
fn missing(play: &Play, sign: &Sign, stuck: bool) -> Option<String> {
    match sign {
        Sign::Found(actor, token) => match play.finding(actor) {
            Some(found) if found == *token => None,
            Some(found) => Some(format!("{actor} was to find {token:?} and found {found:?}")),
            None => Some(format!("{actor} was to find {token:?} and found nothing")),
        },
        Sign::Killed(actor, signal) => {
            let status = play.status(actor)?;
            (status.signal() != Some(*signal)).then(|| {
                format!("{actor} was to be killed by signal {signal} and ended with {status}")
            })
        }
        Sign::Stuck(_) => {
            (!stuck).then(|| "the actors were to wait for each other, and did not".to_owned())
        }
    }
}

/// A person's terminal never gets what a peer sent as it is: control characters are written as escapes.
fn safe(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() {
                c.escape_default().to_string()
            } else {
                c.to_string()
            }
        })
        .collect()
}

fn tell(line: &mut UnixStream, text: &str) {
    // An actor that is gone needs no answer; its end arrives on its own.
    let _ = line.write_all(answer(text).as_bytes());
}

/// The step's program once more, as one actor of a scene.
fn command(
    request: &Request<'_>,
    actor: &str,
    hidden: RawFd,
    output: &File,
) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([
        crate::cli::ACTOR,
        request.scene.name,
        request.variant.name(),
        request.layer.name(),
        actor,
    ]);
    command.arg(hidden.to_string());
    command.args(request.address.map(|address| address.to_string()));
    command
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output.try_clone()?);
    Ok(command)
}

/// Puts the actor's end of the line at the hidden number, and makes sure that nothing else is inherited:
/// the first descriptor an actor gets is 3.
fn hand_over(command: &mut Command, line: RawFd, hidden: RawFd) {
    let before_exec = move || {
        close_on_exec_from(3);
        // SAFETY: dup2(2) works on descriptor numbers only; async-signal-safe, as the time between fork and exec asks.
        let result = unsafe { libc::dup2(line, hidden) };
        if result == -1 {
            Err(io::Error::last_os_error())
        } else {
            Ok(())
        }
    };
    // SAFETY: the closure makes async-signal-safe system calls only and allocates nothing.
    unsafe { command.pre_exec(before_exec) };
}

#[cfg(target_os = "linux")]
fn close_on_exec_from(first: RawFd) {
    // SAFETY: close_range(2) with CLOSE_RANGE_CLOEXEC sets one flag on descriptor numbers.
    // Kernels before 5.11 refuse it; then an actor keeps what the shell left open, and its numbers begin higher.
    unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            libc::c_uint::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    };
}

#[cfg(not(target_os = "linux"))]
fn close_on_exec_from(first: RawFd) {
    for descriptor in first..256 {
        // SAFETY: fcntl(2) with F_SETFD sets one flag on a descriptor number; a closed number is refused.
        unsafe { libc::fcntl(descriptor, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
}

/// Passes on each line that comes from an actor, and its end.
fn listen_to(index: usize, line: UnixStream, sender: Sender<(usize, Option<Line>)>) {
    std::thread::spawn(move || {
        for text in BufReader::new(line).lines().map_while(Result::ok) {
            if let Some(line) = Line::parse(&text)
                && sender.send((index, Some(line))).is_err()
            {
                return;
            }
        }
        let _ = sender.send((index, None));
    });
}

/// A file without a name, for what an actor prints: only a panic does.
fn unnamed_file() -> io::Result<File> {
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

fn written(file: &File) -> String {
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

/// The processes of a scene, traced or not.
enum Cast {
    Traced(lens::Running),
    Plain(Vec<Child>),
}

impl Cast {
    fn start(
        commands: Vec<(Command, UnixStream)>,
        trace: bool,
        hidden: RawFd,
    ) -> Result<Cast, Trouble> {
        // The actors' ends of the lines must stay open until the processes have them.
        let (mut commands, lines): (Vec<Command>, Vec<UnixStream>) = commands.into_iter().unzip();
        let cast = if trace {
            let options = lens::Options {
                hide: Some(hidden),
                pin: this_processor(),
                ..lens::Options::default()
            };
            Cast::Traced(lens::start(commands, &options)?)
        } else {
            Cast::Plain(
                commands
                    .iter_mut()
                    .map(start_plain)
                    .collect::<io::Result<_>>()?,
            )
        };
        drop(lines);
        Ok(cast)
    }

    fn processes(&self) -> Vec<i32> {
        match self {
            Cast::Traced(running) => running.processes().to_vec(),
            Cast::Plain(children) => children.iter().map(|child| child.id() as i32).collect(),
        }
    }

    fn kill_all(&mut self) {
        match self {
            Cast::Traced(running) => running.kill_all(),
            Cast::Plain(children) => {
                for child in children {
                    // One that has ended already cannot be killed, and need not.
                    let _ = child.kill();
                }
            }
        }
    }

    fn end(self) -> Result<(Vec<Event>, Vec<ExitStatus>), Trouble> {
        match self {
            Cast::Traced(running) => {
                let record = running.wait()?;
                Ok((record.events, record.statuses))
            }
            Cast::Plain(children) => {
                let statuses = children.into_iter().map(|mut child| child.wait());
                Ok((Vec::new(), statuses.collect::<io::Result<_>>()?))
            }
        }
    }
}

/// Starts a process that the lens does not hold: it is to end when the lab does.
fn start_plain(command: &mut Command) -> io::Result<Child> {
    #[cfg(target_os = "linux")]
    {
        let with_parent = || {
            // SAFETY: prctl(PR_SET_PDEATHSIG) takes a signal number and touches no memory.
            let result = unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            if result == -1 {
                Err(io::Error::last_os_error())
            } else {
                Ok(())
            }
        };
        // SAFETY: the closure makes one async-signal-safe system call and allocates nothing.
        unsafe { command.pre_exec(with_parent) };
    }
    command.spawn()
}

/// The processor this thread is on: one for the whole scene makes a stop of the tracer several times cheaper.
#[cfg(target_os = "linux")]
fn this_processor() -> Option<usize> {
    // SAFETY: sched_getcpu(3) takes nothing and touches no memory of this process.
    let processor = unsafe { libc::sched_getcpu() };
    usize::try_from(processor).ok()
}

#[cfg(not(target_os = "linux"))]
fn this_processor() -> Option<usize> {
    None
}
