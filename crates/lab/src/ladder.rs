//! The functions between the line that a learner wrote and the kernel.

use record::event::{Call, Event, Frame, Noise};
use show::stack as functions;
use std::sync::Arc;

/// Marks what plays the actors in the stacks of a record: it is there, but no part of the scene.
pub(crate) fn mark_stage(events: &mut [Event]) {
    for event in events {
        if let Event::Call(call) = event {
            mark(call);
        }
    }
}

/// The same for one call.
pub(crate) fn mark(call: &mut Call) {
    let Some(stack) = &mut call.stack else { return };
    let is_lab = |frame: &Frame| frame.function.starts_with("lab::");
    let Some(first) = stack.frames.iter().position(is_lab) else {
        return;
    };
    let stack = Arc::make_mut(stack);
    // From main to the actor's function: this many of the lab's own, with what std puts between them.
    let entry = stack
        .frames
        .iter()
        .rposition(|frame| frame.function.starts_with("lab::actor::"));
    for frame in &mut stack.frames[..=entry.unwrap_or(first)] {
        frame.noise.get_or_insert(Noise::Harness);
    }
    // And within it: `Stage::taught` and the closure that it was given.
    for index in 0..stack.frames.len() {
        let after_lab = index > 0 && is_lab(&stack.frames[index - 1]);
        let frame = &mut stack.frames[index];
        if is_lab(frame) || (after_lab && frame.function.ends_with("::{closure}")) {
            frame.noise.get_or_insert(Noise::Harness);
        }
    }
}

/// The rungs of a call by layer, from the innermost function of the program itself to the kernel:
/// `("std", "net::tcp::TcpListener::accept -> …")`. Empty where the call has no stack.
pub(crate) fn rungs(call: &Call) -> Vec<(String, String)> {
    let Some(stack) = &call.stack else {
        return Vec::new();
    };
    let shown: Vec<&Frame> = stack
        .frames
        .iter()
        .filter(|frame| frame.noise.is_none())
        .collect();
    // The function that was called for this layer, and not the scene around it.
    let own = shown.iter().take_while(|frame| frame.layer == "yours");
    let first = own.count().saturating_sub(OWN);
    let mut rungs: Vec<(String, Vec<(String, usize)>)> = Vec::new();
    for frame in &shown[first..] {
        let path = functions::path(frame);
        if rungs.last().is_none_or(|(layer, _)| *layer != frame.layer) {
            rungs.push((frame.layer.clone(), Vec::new()));
        }
        let Some((_, names)) = rungs.last_mut() else {
            continue;
        };
        match names.last_mut() {
            // What is dropped is dropped part by part.
            Some((name, times)) if *name == path => *times += 1,
            _ => names.push((path, 1)),
        }
    }
    let name = |(name, times): (String, usize)| match times {
        1 => name,
        times => format!("{name} ({times} times)"),
    };
    let rungs = rungs.into_iter().map(|(layer, names)| {
        let names: Vec<String> = names.into_iter().map(name).collect();
        (layer, names.join(" -> "))
    });
    rungs.collect()
}

/// Breaks the names that are longer than this between two parts of their path: `std::net`, `sun.nio.ch`.
pub(crate) fn fit(names: &str, room: usize) -> String {
    let mut out = String::new();
    for word in names.split_inclusive(' ') {
        let mut width = 0;
        for part in word
            .split_inclusive("::")
            .flat_map(|part| part.split_inclusive('.'))
        {
            let length = part.trim_end().chars().count();
            if width > 0 && width + length > room {
                out.push(' ');
                width = 0;
            }
            out += part;
            width += length;
        }
    }
    out
}

/// How many of the program's own functions stand on a ladder: the one that calls the layer.
const OWN: usize = 1;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_broken_in_their_path() {
        assert_eq!(fit("a::b -> c", 80), "a::b -> c");
        assert_eq!(
            fit("sys::net::Socket::accept -> x", 16),
            "sys::net:: Socket::accept -> x"
        );
        assert_eq!(
            fit("sun.nio.ch.FileDispatcherImpl.write0", 35),
            "sun.nio.ch.FileDispatcherImpl. write0"
        );
        assert_eq!(
            fit("averylongnamewithoutanypart", 5),
            "averylongnamewithoutanypart"
        );
        assert_eq!(fit("", 5), "");
    }
}
