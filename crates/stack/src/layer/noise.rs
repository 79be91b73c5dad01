//! What explains nothing: how a program or thread starts, an interpreter's own functions, and glue.

use super::owner::is_interpreter;
use record::event::{Frame, Noise};

/// Why a function explains nothing, as far as its name tells.
pub(super) fn noise(function: &str, layer: &str, library: &str) -> Option<Noise> {
    if is_interpreter(library) {
        return Some(Noise::Interpreter);
    }
    match layer {
        "std" => {
            let start = [
                "std::rt::",
                "std::thread::",
                "std::sys::thread::",
                "std::sys::pal::unix::thread::",
            ];
            let glue = [
                "std::panic::",
                "std::panicking::",
                "std::sys::backtrace::",
                "core::ops::function::",
                "core::panic::",
            ];
            if start.iter().any(|path| function.starts_with(path)) {
                Some(Noise::Start)
            } else if glue.iter().any(|path| function.starts_with(path))
                || ["call_once", "call_mut", "call"]
                    .iter()
                    .any(|end| function.ends_with(&format!(">::{end}")))
            {
                Some(Noise::Glue)
            } else {
                None
            }
        }
        "libc" => {
            let start = [
                "__libc_start_main",
                "__libc_start_call_main",
                "_start",
                "start_thread",
                "clone",
                "clone3",
                "__clone",
                "__clone3",
            ];
            start.contains(&function).then_some(Noise::Start)
        }
        _ => (function == "_start" || function == "__rust_try").then_some(Noise::Start),
    }
}

/// Whatever lies outside the start of a program or thread is part of that start, also where it has no name
/// (what calls main in glibc is not exported); and so is the C `main` that Rust's runtime is called from.
pub(super) fn mark_start(frames: &mut [Frame], whole: bool) {
    let is_start = |frame: &Frame| {
        frame.noise == Some(Noise::Start) && !["python", "java"].contains(&&frame.layer[..])
    };
    let inner = match frames.iter().rposition(is_start) {
        Some(last) => last + 1,
        // Of a thread's start a stripped C library names nothing.
        None if whole => 0,
        None => return,
    };
    let rest = frames[inner..].iter();
    let unnamed = rest.take_while(|frame| frame.layer == "libc" && frame.function.contains('+'));
    let outer = inner + unnamed.count();
    for frame in &mut frames[..outer] {
        frame.noise.get_or_insert(Noise::Start);
    }
}
