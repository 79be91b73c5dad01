//! The kernel's functions as text.

use record::event::{KernelFunction, State};

/// Between a function and the one that it called.
const ARROW: &str = " -> ";

/// The functions, set in below those that called them; a chain of which each called only the next stands in one line.
///
/// What is not about networks is folded into one line that says how many functions it stands for; `all` shows it.
/// A chain that is longer than `width` goes on in the next line, further in.
pub fn lines(functions: &[KernelFunction], width: usize, all: bool) -> Vec<String> {
    let shown = shown(functions, all);
    let mut lines = vec!["in the kernel:".to_owned()];
    // How far what stands below each of the functions further out is set in.
    let mut indents: Vec<usize> = Vec::new();
    let mut in_softirq = false;
    for (index, (function, depth)) in shown.iter().enumerate() {
        indents.truncate(*depth);
        let only_child = index > 0
            && shown[index - 1].1 + 1 == *depth
            && !shown[index + 1..]
                .iter()
                .take_while(|(_, other)| other >= depth)
                .any(|(_, other)| other == depth);
        let begins_softirq = function.softirq && (!in_softirq || !parent_in_softirq(&shown, index));
        in_softirq = function.softirq;
        let indent = indents.last().copied().unwrap_or(0);
        match lines.last_mut() {
            Some(line) if only_child && !begins_softirq => {
                if line.len() + ARROW.len() + function.name.len() <= width {
                    *line += &format!("{ARROW}{}", function.name);
                } else {
                    lines.push(format!("{:indent$}  {}{}", "", &ARROW[1..], function.name));
                }
                indents.push(indent);
            }
            _ => {
                let softirq = if begins_softirq { "softirq: " } else { "" };
                lines.push(format!("{:indent$}  {softirq}{}", "", function.name));
                indents.push(indent + 2);
            }
        }
    }
    let folded = functions.len() - shown.len();
    if folded > 0 {
        lines.push(format!("({folded} folded: memory, files, the scheduler)"));
    }
    if shown.iter().any(|(function, _)| function.softirq) {
        lines.push("(softirq: here packets come in, for whichever socket)".to_owned());
    }
    lines
}

/// A change of state in one line: `state 127.0.0.1:40122 (peer 127.0.0.1:9000): SYN-SENT -> ESTABLISHED`.
pub fn state(state: &State) -> String {
    let (from, to) = (state.from.name(), state.to.name());
    let peer = match state.peer.port() {
        0 => String::new(),
        _ => format!(" (peer {})", state.peer),
    };
    let softirq = if state.context.is_some_and(|context| context.softirq) {
        ", in a softirq"
    } else {
        ""
    };
    let inferred = if state.read_from_kernel {
        ""
    } else {
        ", inferred"
    };
    format!(
        "state {}{peer}: {from} -> {to}{softirq}{inferred}",
        state.local
    )
}

/// What is shown, with the number of those shown that it is below.
fn shown(functions: &[KernelFunction], all: bool) -> Vec<(&KernelFunction, usize)> {
    let mut shown: Vec<(&KernelFunction, usize)> = Vec::new();
    // The real depths of the shown functions that the next one is below.
    let mut above: Vec<usize> = Vec::new();
    for function in functions {
        while above.last().is_some_and(|depth| *depth >= function.depth) {
            above.pop();
        }
        if all || !function.noise {
            shown.push((function, above.len()));
            above.push(function.depth);
        }
    }
    shown
}

/// Whether the shown function that this one is below is in a software interrupt.
fn parent_in_softirq(shown: &[(&KernelFunction, usize)], index: usize) -> bool {
    let depth = shown[index].1;
    let parent = shown[..index]
        .iter()
        .rev()
        .find(|(_, other)| *other < depth);
    parent.is_some_and(|(parent, _)| parent.softirq)
}
