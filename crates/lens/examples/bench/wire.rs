//! What packets cost: the same small scene with and without them, by turns.

use std::error::Error;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use observe::wire::{How, Network};
use record::event::{Call, Event, Time};

use crate::measure::{PROCESSOR, median, program};

const ROUNDS: usize = 41;
/// How much longer a run may be.
const MOST: Duration = Duration::from_millis(25);
/// How much later or longer a call may be.
const MOST_A_CALL: Duration = Duration::from_micros(100);

/// The scene: a connection from its beginning to its end, both halves in one thread, so that the order is always the same.
pub(super) fn scene() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (mut server, _) = listener.accept()?;
    let mut buffer = [0; 64];
    for _ in 0..3 {
        client.write_all(b"hello")?;
        let _ = server.read(&mut buffer)?;
        server.write_all(b"hi")?;
        let _ = client.read(&mut buffer)?;
    }
    drop(client);
    let _ = server.read(&mut buffer)?;
    Ok(())
}

/// One call in all rounds.
#[derive(Debug, Default)]
struct Times {
    /// From the entry of the call before it to its own.
    since: Vec<Duration>,
    /// From its entry to its exit.
    took: Vec<Duration>,
}

/// All rounds of the scene, with packets or without.
#[derive(Debug, Default)]
struct Rounds {
    runs: Vec<Duration>,
    calls: Vec<(String, Times)>,
}

pub(super) fn measure() -> Result<(), Box<dyn Error>> {
    println!(
        "\npackets: a scene of one connection, {ROUNDS} rounds, pinned to processor {PROCESSOR}"
    );
    if let Err(refused) = Network::open(How::default()) {
        println!("skipped: {refused}");
        return Ok(());
    }
    let (mut without, mut with) = (Rounds::default(), Rounds::default());
    for _ in 0..ROUNDS {
        without.play(false)?;
        with.play(true)?;
    }
    let [before, after] = [&without, &with].map(|rounds| median(rounds.runs.clone()));
    println!(
        "  a run, to its end  without {:6.2} ms   with {:6.2}: {:.2} ms more, {:.2} of the {} ms allowed",
        milliseconds(before),
        milliseconds(after),
        milliseconds(after) - milliseconds(before),
        (milliseconds(after) - milliseconds(before)) / milliseconds(MOST),
        MOST.as_millis(),
    );
    let mut most = (0.0, 0.0);
    for ((name, before), (_, after)) in without.calls.into_iter().zip(with.calls) {
        let [since, since_with, took, took_with] =
            [before.since, after.since, before.took, after.took]
                .map(|times| microseconds(median(times)));
        let (later, longer) = (since_with - since, took_with - took);
        println!(
            "  {name:12} begins {since:6.1} µs after the one before, with packets {since_with:6.1}: {later:+6.1}   \
             takes {took:5.1}, with packets {took_with:5.1}: {longer:+6.1}",
        );
        most.0 = f64::max(most.0, later);
        most.1 = f64::max(most.1, longer);
    }
    let allowed = microseconds(MOST_A_CALL);
    println!(
        "  at most a call begins {:.1} µs later, {:.2} of the {allowed} µs allowed, and takes {:.1} µs more, {:.2}",
        most.0,
        most.0 / allowed,
        most.1,
        most.1 / allowed,
    );
    Ok(())
}

impl Rounds {
    fn play(&mut self, wire: bool) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        let network = wire.then(|| Network::open(How::default())).transpose()?;
        let options = observe::Options {
            pin: Some(PROCESSOR),
            wire: network.map(Arc::new),
            ..observe::Options::default()
        };
        let record = observe::start(vec![program("scene", "1")?], &options)?.wait()?;
        drop(options);
        self.runs.push(start.elapsed());
        let calls: Vec<&Call> = record
            .events
            .iter()
            .filter_map(|event| match event {
                Event::Call(call) => Some(call),
                _ => None,
            })
            .collect();
        let mut before = calls.first().ok_or("nothing was recorded")?.entered;
        if self.calls.is_empty() {
            self.calls = calls
                .iter()
                .map(|call| (call.name.to_string(), Times::default()))
                .collect();
        }
        if self.calls.len() != calls.len() {
            return Err("not the same calls in each round".into());
        }
        let span = |from: Time, to: Time| Duration::from_nanos(to.saturating_sub(from));
        for (call, (_, times)) in calls.into_iter().zip(&mut self.calls) {
            times.since.push(span(before, call.entered));
            before = call.entered;
            let left = call.left.ok_or("a call never returned")?;
            times.took.push(span(call.entered, left));
        }
        Ok(())
    }
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}
