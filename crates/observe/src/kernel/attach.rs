//! What the kernel wrote down is put to the calls it belongs to.

use super::trace::{self, Entry};
use record::event::{Context, Event, KernelFunction, State, Time, Who};
use std::collections::HashMap;
use std::sync::Arc;

/// The buffer's clock counts in microseconds, rounded down.
const ROUNDING: u64 = 1000;

/// Puts the functions to their calls and adds the changes of state, in order of time.
/// `ahead` is what CLOCK_REALTIME was ahead of the buffer's clock.
#[cfg_attr(
    not(target_os = "linux"),
    expect(dead_code, reason = "nothing is traced there")
)]
pub(crate) fn attach(events: &mut Vec<Event>, trace: &str, ahead: u64) {
    let entries = trace::entries(trace);
    let mut of_thread: HashMap<i32, Vec<&Entry<'_>>> = HashMap::new();
    for entry in &entries {
        of_thread.entry(entry.thread).or_default().push(entry);
    }
    let mut processes: HashMap<i32, Who> = HashMap::new();
    for event in &mut *events {
        let who = event.who();
        processes.insert(who.thread, who);
        let Event::Call(call) = event else { continue };
        let Some(entries) = of_thread.get(&who.thread) else {
            continue;
        };
        let from = call.entered.saturating_sub(ahead + ROUNDING);
        let to = call
            .left
            .map_or(Time::MAX, |left| left.saturating_sub(ahead));
        let first = entries.partition_point(|entry| entry.at < from);
        let mut tree = Tree::default();
        for entry in entries[first..].iter().take_while(|entry| entry.at <= to) {
            if let Some(way) = way(&call.name, &entry.functions) {
                tree.add(way);
            }
        }
        call.kernel = tree.functions().map(Arc::new);
    }
    let changes = entries
        .iter()
        .filter(|entry| entry.name == "inet_sock_set_state");
    for entry in changes {
        let Some(change) = trace::change(entry.text) else {
            continue;
        };
        let context = processes.get(&entry.thread).map(|who| Context {
            who: *who,
            softirq: entry.interrupt,
        });
        events.push(Event::State(State {
            at: entry.at.saturating_add(ahead),
            context,
            local: change.local,
            peer: change.peer,
            from: change.from,
            to: change.to,
            read_from_kernel: true,
        }));
    }
    events.sort_by_key(Event::at);
}

/// The functions from the one that the call enters the kernel by; `None` for what is not the call's own doing.
fn way<'a, 'b>(call: &str, functions: &'b [&'a str]) -> Option<&'b [&'a str]> {
    if functions.iter().any(|name| is_interrupt(name)) {
        return None;
    }
    let enters = |name: &&str| {
        let (before, of) = name.split_once("_sys_").unwrap_or_default();
        before.starts_with("__") && of == call
    };
    // What a call leaves to be done on the way out of the kernel, as older kernels do with the end of a socket.
    let first = functions
        .iter()
        .position(|name| enters(name) || *name == "task_work_run")?;
    let last = functions.iter().rposition(|name| !is_tracing(name))?;
    functions.get(first..=last)
}

/// A hardware interrupt that came in between, on x86_64 and aarch64.
fn is_interrupt(name: &str) -> bool {
    [
        "asm_sysvec_",
        "asm_common_interrupt",
        "el1_interrupt",
        "el1h_64_irq",
    ]
    .iter()
    .any(|interrupt| name.starts_with(interrupt))
}

/// The tracing's own functions, innermost in each stack.
fn is_tracing(name: &str) -> bool {
    [
        "trace_event_",
        "__traceiter_",
        "__probestub_",
        "perf_trace_",
    ]
    .iter()
    .any(|own| name.starts_with(own))
}

/// Where a software interrupt begins.
fn begins_softirq(name: &str) -> bool {
    ["do_softirq", "__do_softirq", "handle_softirqs"].contains(&name)
}

/// Whether a function is about networks.
fn is_network(name: &str) -> bool {
    const NETWORK: [&str; 27] = [
        "sys_",
        "x64_sys_",
        "arm64_sys_",
        "do_accept",
        "inet",
        "tcp_",
        "udp",
        "sock",
        "ip_",
        "ip6_",
        "ipv6_",
        "ipip_",
        "unix_",
        "sk_",
        "skb_",
        "move_addr",
        "lock_sock",
        "release_sock",
        "security_s",
        "loopback_",
        "dev_",
        "netif_",
        "net_rx_",
        "process_backlog",
        "raw_",
        "do_softirq",
        "schedule_timeout",
    ];
    let name = name.trim_start_matches('_');
    NETWORK.iter().any(|start| name.starts_with(start))
        && !name.starts_with("sock_alloc_inode")
        && !name.starts_with("skb_release")
}

/// The functions that were seen, each once below each that called it, in the order in which they were first seen.
#[derive(Default)]
struct Tree {
    nodes: Vec<Node>,
    roots: Vec<usize>,
}

struct Node {
    name: String,
    below: Vec<usize>,
}

impl Tree {
    fn add(&mut self, way: &[&str]) {
        let mut at: Option<usize> = None;
        for name in way {
            let below = match at {
                Some(node) => &self.nodes[node].below,
                None => &self.roots,
            };
            let known = below
                .iter()
                .copied()
                .find(|node| self.nodes[*node].name == **name);
            let node = known.unwrap_or_else(|| {
                let new = self.nodes.len();
                self.nodes.push(Node {
                    name: (*name).to_owned(),
                    below: Vec::new(),
                });
                match at {
                    Some(node) => self.nodes[node].below.push(new),
                    None => self.roots.push(new),
                }
                new
            });
            at = Some(node);
        }
    }

    /// All of them in the order of a drawing; `None` where there is none.
    fn functions(&self) -> Option<Vec<KernelFunction>> {
        let mut functions = Vec::with_capacity(self.nodes.len());
        // A stack of what is still to be written, the next one last. A trace may be deep, so no recursion.
        let mut next: Vec<(usize, usize, bool)> = self
            .roots
            .iter()
            .rev()
            .map(|root| (*root, 0, false))
            .collect();
        while let Some((node, depth, softirq)) = next.pop() {
            let Node { name, below } = &self.nodes[node];
            let softirq = softirq || begins_softirq(name);
            functions.push(KernelFunction {
                name: name.clone(),
                depth,
                softirq,
                noise: !is_network(name),
            });
            next.extend(below.iter().rev().map(|node| (*node, depth + 1, softirq)));
        }
        (!functions.is_empty()).then_some(functions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use record::event::{Call, Outcome, TcpState};

    const THREAD: Who = Who {
        process: 1,
        thread: 2,
    };

    fn accept(entered: Time, left: Option<Time>) -> Event {
        Event::Call(Call {
            who: THREAD,
            name: "accept4".into(),
            entered,
            left,
            args: Vec::new(),
            outcome: Outcome::Returned(4),
            ends: None,
            by_runtime: false,
            stack: None,
            kernel: None,
        })
    }

    fn names(event: &Event) -> Vec<(&str, usize)> {
        let Event::Call(call) = event else {
            return Vec::new();
        };
        let functions = call.kernel.iter().flat_map(|functions| functions.iter());
        functions.map(|f| (&*f.name, f.depth)).collect()
    }

    /// An entry of the thread at this microsecond, with these functions, the innermost first.
    fn entry(thread: i32, micros: u64, functions: &[&str]) -> String {
        let head = format!(" a-{thread} [000] .....  0.{micros:06}: ");
        let functions: Vec<String> = functions.iter().map(|f| format!(" => {f}\n")).collect();
        format!(
            "{head}point: x\n{head}<stack trace>\n{}",
            functions.concat()
        )
    }

    #[test]
    fn an_entry_belongs_to_the_call_it_was_made_in() {
        let to_accept = [
            "trace_event_x",
            "inet_accept",
            "__x64_sys_accept4",
            "do_syscall_64",
        ];
        let trace = [
            entry(2, 100, &to_accept),
            entry(
                2,
                110,
                &["sock_alloc", "__x64_sys_accept4", "do_syscall_64"],
            ),
            entry(
                2,
                111,
                &["sock_alloc", "__x64_sys_accept4", "do_syscall_64"],
            ),
            // Another call, an interrupt, another thread, another time.
            entry(2, 112, &["b", "__x64_sys_close", "do_syscall_64"]),
            entry(2, 113, &["c", "asm_sysvec_x", "__x64_sys_accept4"]),
            entry(3, 114, &["d", "__x64_sys_accept4"]),
            entry(2, 300, &["e", "__x64_sys_accept4"]),
        ];
        let mut events = vec![
            accept(1_000_100_000, Some(1_000_200_000)),
            accept(1_000_250_000, None),
        ];
        attach(&mut events, &trace.concat(), 1_000_000_000);
        assert_eq!(
            names(&events[0]),
            [
                ("__x64_sys_accept4", 0),
                ("inet_accept", 1),
                ("sock_alloc", 1)
            ]
        );
        assert_eq!(names(&events[1]), [("__x64_sys_accept4", 0), ("e", 1)]);
    }

    #[test]
    fn a_change_of_state_is_an_event_of_the_thread_it_was_made_in() {
        let text = "inet_sock_set_state: family=AF_INET protocol=IPPROTO_TCP sport=1 dport=2 \
                    saddr=127.0.0.1 daddr=127.0.0.1 oldstate=TCP_SYN_SENT newstate=TCP_ESTABLISHED";
        let trace =
            format!(" a-2 [000] ..s..  0.000150: {text}\n other-9 [000] .....  0.000160: {text}\n");
        let mut events = vec![accept(100_000, Some(200_000))];
        attach(&mut events, &trace, 0);
        let states: Vec<&State> = events
            .iter()
            .filter_map(|event| match event {
                Event::State(state) => Some(state),
                _ => None,
            })
            .collect();
        assert_eq!(states.len(), 2);
        assert_eq!(states[0].to, TcpState::Established);
        let softirq = Context {
            who: THREAD,
            softirq: true,
        };
        assert_eq!(states[0].context, Some(softirq));
        // Nothing is known of that thread.
        assert_eq!(states[1].context, None);
    }
}
