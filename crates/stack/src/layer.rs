//! From addresses to frames: whose a function is, and whether it explains anything.

mod languages;
mod noise;
mod owner;

use super::maps::{Code, Mapped};
use super::name;
use super::python;
use super::symbols::{self, Found, Symbols};
use super::walk::Walk;
use languages::{from_java, from_python};
use noise::{mark_start, noise};
use record::event::{Frame, Noise, Stack};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// Turns walks into frames; stacks that came the same way are one stack.
#[derive(Debug, Default)]
pub struct Namer {
    known: HashMap<*const Walk, (Arc<Walk>, Arc<Stack>)>,
}

impl Namer {
    /// The functions of a stack.
    pub(crate) fn name(&mut self, walk: &Arc<Walk>) -> Arc<Stack> {
        // The walk is kept with its name, so that its address keeps its meaning.
        let known = self.known.entry(Arc::as_ptr(walk));
        let (_, stack) = known.or_insert_with(|| (Arc::clone(walk), Arc::new(stack(walk))));
        Arc::clone(stack)
    }
}

/// The frames of a stack, outermost first.
fn stack(walk: &Walk) -> Stack {
    let mut frames = Vec::new();
    let mut generated = false;
    let mut python = walk.python.iter();
    let mut java = walk.java.iter().peekable();
    // From the innermost outwards: what lies outside generated code that could not be followed is of no interest either.
    for (at, &address) in walk.addresses.iter().enumerate() {
        while let Some((_, called)) = java.next_if(|(place, _)| *place <= at) {
            frames.extend(from_java(called));
        }
        let Some(code) = walk.maps.find(address) else {
            continue;
        };
        let mut here = functions(code, address);
        generated |= code.file.is_none();
        for frame in &mut here {
            if generated {
                frame.noise = Some(Noise::Generated);
            }
        }
        // Each run of the interpreter's loop runs Python functions, up to the one it was entered with.
        if here.iter().any(|frame| frame.function == python::LOOP) {
            for called in python.by_ref() {
                frames.push(from_python(called));
                if called.is_entry {
                    break;
                }
            }
        }
        frames.extend(here.into_iter().rev());
    }
    frames.extend(java.flat_map(|(_, called)| from_java(called)));
    // Those whose loop lies further out than the stack could be followed.
    frames.extend(python.map(from_python));
    frames.reverse();
    mark_start(&mut frames, walk.whole);
    Stack {
        frames,
        whole: walk.whole,
    }
}

/// The functions at one address, outermost first.
fn functions(code: &Code, address: u64) -> Vec<Frame> {
    let Some(mapped) = code.file.as_deref() else {
        return vec![Frame {
            function: "?".into(),
            layer: "generated".into(),
            file: None,
            line: None,
            inlined: false,
            noise: Some(Noise::Generated),
        }];
    };
    let symbols = symbols::of(mapped);
    let place = symbols
        .as_ref()
        .and_then(|symbols| Some((symbols, address.wrapping_sub(symbols.bias(code)?))));
    let Some((symbols, in_file)) = place else {
        // No file to look into: its place is where in it the address was mapped from.
        let in_file = (address - code.range.start).wrapping_add(code.offset);
        return frames(mapped, vec![Found::default()], in_file);
    };
    // The start of a program, and what plays a scene, are in every stack: each place is looked up once.
    // What is known of a file is kept as long as the thread lives, so its address keeps its meaning.
    type Place = (*const Symbols, u64, bool, String);
    thread_local! {
        static MET: RefCell<HashMap<Place, Vec<Frame>>> = RefCell::default();
    }
    let (is_program, path) = (mapped.is_program, mapped.path.clone());
    MET.with_borrow_mut(|met| {
        met.entry((Rc::as_ptr(symbols), in_file, is_program, path))
            .or_insert_with(|| frames(mapped, symbols.functions(in_file), in_file))
            .clone()
    })
}

/// What was found at one place in a file, as frames.
fn frames(mapped: &Mapped, found: Vec<Found>, in_file: u64) -> Vec<Frame> {
    let library = mapped.file_name();
    let unnamed = || format!("{library}+{in_file:#x}");
    let frames = found.into_iter().map(|found| {
        let is_rust = found
            .file
            .as_deref()
            .is_some_and(|file| file.ends_with(".rs"));
        let function = match &found.name {
            Some(name) if found.inlined => name::of_inlined(name, is_rust),
            Some(name) => name::plain(name),
            None => unnamed(),
        };
        let (owner, file) = match &found.file {
            Some(file) => {
                let (owner, file) = owner::of_source(file);
                (owner, Some(file))
            }
            None => (None, None),
        };
        let layer = owner
            .or_else(|| owner::of_crate(found.name.as_deref()?, mapped))
            .unwrap_or_else(|| owner::of_file(mapped));
        let noise = noise(&function, &layer, library);
        Frame {
            function,
            layer,
            file,
            line: found.line,
            inlined: found.inlined,
            noise,
        }
    });
    frames.collect()
}
