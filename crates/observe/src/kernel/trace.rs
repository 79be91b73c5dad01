//! The text of a trace, as the kernel writes it.
//!
//! ```text
//!     step04-connec-4726    [000] ..s2.  8297.116424: inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP …
//!     step04-connec-4726    [000] ..s2.  8297.116425: <stack trace>
//!  => inet_sk_set_state
//!  => inet_csk_clone_lock
//! ```

use record::event::TcpState;
use std::net::{IpAddr, SocketAddr};

/// One entry of the buffer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The thread in which the kernel was.
    pub thread: i32,
    /// True in a software or hardware interrupt.
    pub interrupt: bool,
    /// The time, in nanoseconds of the buffer's clock.
    pub at: u64,
    /// The trace point's name.
    pub name: &'a str,
    /// What it says.
    pub text: &'a str,
    /// The functions that the kernel was in, from the outermost to the innermost; empty where they were not written down.
    pub functions: Vec<&'a str>,
}

/// A change of state as the kernel's trace point tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// The socket's own address.
    pub local: SocketAddr,
    /// The other end's.
    pub peer: SocketAddr,
    /// The state before.
    pub from: TcpState,
    /// The state after.
    pub to: TcpState,
}

/// The entries of a trace, in its order. Lines of any other kind are passed over.
pub fn entries(trace: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry<'_>> = Vec::new();
    // Whether the functions that come now are those of the last entry.
    let mut stack_of_last = false;
    for line in trace.lines() {
        if let Some(function) = line.strip_prefix(" => ") {
            if let Some(last) = entries.last_mut().filter(|_| stack_of_last) {
                last.functions.push(bare(function.trim()));
            }
            continue;
        }
        let Some(entry) = entry(line) else { continue };
        if entry.text != STACK && entry.name != STACK {
            entries.push(entry);
            stack_of_last = false;
            continue;
        }
        // Another processor's entries may stand between: the stack follows the last entry of its own thread.
        let of = entries.iter().rposition(|e| e.thread == entry.thread);
        if let Some(of) = of.filter(|of| entries[*of].functions.is_empty()) {
            let own = entries.remove(of);
            entries.push(own);
            stack_of_last = true;
        } else {
            stack_of_last = false;
        }
    }
    for entry in &mut entries {
        entry.functions.reverse();
    }
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// What `inet_sock_set_state` says; `None` for any protocol but TCP and for what cannot be read.
pub fn change(text: &str) -> Option<Change> {
    let field = |name: &str| {
        let mut words = text.split(' ');
        words.find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    };
    if field("protocol")? != "IPPROTO_TCP" {
        return None;
    }
    let ends = match field("family")? {
        "AF_INET" => ["saddr", "daddr"],
        "AF_INET6" => ["saddrv6", "daddrv6"],
        _ => return None,
    };
    let address = |ip: &str, port: &str| {
        let ip: IpAddr = field(ip)?.parse().ok()?;
        Some(SocketAddr::new(ip, field(port)?.parse().ok()?))
    };
    Some(Change {
        local: address(ends[0], "sport")?,
        peer: address(ends[1], "dport")?,
        from: state(field("oldstate")?)?,
        to: state(field("newstate")?)?,
    })
}

/// How the kernel announces the functions of the entry before.
const STACK: &str = "<stack trace>";

/// `  task-pid   (tgid) [cpu] flags seconds.micros: name: text`. A task's name may hold anything, so it is read from behind:
/// the first place where all the rest is as it should be.
fn entry(line: &str) -> Option<Entry<'_>> {
    line.match_indices('-')
        .find_map(|(dash, _)| after_name(&line[dash + 1..]))
}

fn after_name(rest: &str) -> Option<Entry<'_>> {
    let (thread, rest) = rest.split_once(' ')?;
    let thread = thread.parse().ok().filter(|thread| *thread >= 0)?;
    let mut rest = rest.trim_start();
    if rest.starts_with('(') {
        rest = rest.split_once(')')?.1.trim_start();
    }
    let (processor, rest) = rest.strip_prefix('[')?.split_once("] ")?;
    processor.parse::<u32>().ok()?;
    let (flags, rest) = rest.split_once(' ')?;
    let interrupt = matches!(flags.chars().nth(2)?, 's' | 'S' | 'h' | 'H' | 'z' | 'Z');
    let (time, rest) = rest.trim_start().split_once(": ")?;
    let (seconds, micros) = time.split_once('.')?;
    let seconds: u64 = seconds.parse().ok()?;
    let micros: u64 = micros.parse().ok().filter(|_| micros.len() == 6)?;
    let at = seconds
        .checked_mul(1_000_000_000)?
        .checked_add(micros * 1000)?;
    let (name, text) = match rest.split_once(": ") {
        Some((name, text)) => (name, text.trim()),
        None => (rest.trim(), ""),
    };
    Some(Entry {
        thread,
        interrupt,
        at,
        name,
        text,
        functions: Vec::new(),
    })
}

/// A function's name without its module, offset or address, and without what the compiler puts behind.
fn bare(function: &str) -> &str {
    let end = function.find(['+', ' ', '.']).unwrap_or(function.len());
    &function[..end]
}

fn state(name: &str) -> Option<TcpState> {
    Some(match name.strip_prefix("TCP_")? {
        "CLOSE" => TcpState::Closed,
        "LISTEN" => TcpState::Listen,
        "SYN_SENT" => TcpState::SynSent,
        // The kernel has two: before and after it has made a socket for the connection.
        "SYN_RECV" | "NEW_SYN_RECV" => TcpState::SynReceived,
        "ESTABLISHED" => TcpState::Established,
        "FIN_WAIT1" => TcpState::FinWait1,
        "FIN_WAIT2" => TcpState::FinWait2,
        "CLOSE_WAIT" => TcpState::CloseWait,
        "CLOSING" => TcpState::Closing,
        "LAST_ACK" => TcpState::LastAck,
        "TIME_WAIT" => TcpState::TimeWait,
        _ => return None,
    })
}
