//! Code that the JVM has made: whose it is, and which methods the compiler has put into it.

use super::compressed::Stream;
use super::layout::{Code, Heap, Kind, Layout, Scopes, Undo};
use super::method::{Method, Methods};
use crate::memory::Memory;
use crate::read::{address, number};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// So many bytes of a table of beginnings are read at once, so often.
const BEGINNINGS: u64 = 256;
const HOPS: usize = 4096;
/// The most that is read of the table of places in a compiled method, and of what is said about one of them:
/// three numbers of five bytes.
const PLACES: u64 = 1024 * 1024;
const SCOPE: usize = 15;
/// The size of a PcDesc: four numbers, of which the first is the place and the second leads to what is said about it.
const PLACE: usize = 16;
/// No more methods are put into one.
const INLINED: usize = 32;
/// Places are forgotten when there are so many.
const KNOWN: usize = 10_000;

/// A method, and where in it, if that is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    pub(crate) method: Arc<Method>,
    pub(crate) bytecode: Option<u32>,
    /// Whether it has no frame of its own.
    pub(crate) inlined: bool,
}

impl Called {
    pub(crate) fn line(&self) -> Option<u32> {
        self.method.line(self.bytecode?)
    }
}

/// What runs at a place in compiled code.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    blob: u64,
    identity: [u64; 3],
    /// The size of its frame, in bytes, with the address to return to.
    pub(super) frame: u64,
    /// The methods, innermost first. None for a stub.
    pub(super) called: Vec<Called>,
    /// Where above its stack pointer the place is kept that it was at, if this is where invalid code is left.
    pub(super) kept: Option<u64>,
}

/// The places that were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    known: HashMap<u64, Arc<Compiled>>,
    /// Those that were taken from there without a look whether they are still the same.
    unchecked: Vec<(u64, Arc<Compiled>)>,
}

impl Places {
    /// What runs at this address. No read when it is known: it has to be checked later.
    pub(super) fn at(
        &mut self,
        place: u64,
        layout: &Layout,
        methods: &mut Methods,
        memory: &dyn Memory,
    ) -> Option<Arc<Compiled>> {
        if let Some(known) = self.known.get(&place) {
            let known = Arc::clone(known);
            self.unchecked.push((place, Arc::clone(&known)));
            return Some(known);
        }
        let heap = heap(place, layout)?;
        let start = beginning(place, heap, memory)?;
        let bytes = memory.read(start, heap.header + layout.blob.size);
        let blob = Blob::parse(start, place, &bytes, heap, layout)?;
        let is_method = blob.is_method(layout, memory);
        let kept = blob.kept(place, layout).filter(|_| is_method);
        let called = if is_method && kept.is_none() {
            blob.called(place, layout, methods, memory)?
        } else {
            Vec::new()
        };
        let compiled = Arc::new(Compiled {
            blob: start,
            identity: blob.identity(),
            frame: blob.frame,
            called,
            kept,
        });
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        self.known.insert(place, Arc::clone(&compiled));
        Some(compiled)
    }

    /// Forgets all: some were named by methods that are no longer what they were.
    pub(super) fn forget(&mut self) {
        self.known.clear();
    }

    /// What has to be read to see whether those that were taken unchecked are still the same.
    pub(super) fn to_check(&self, layout: &Layout, pieces: &mut Vec<(u64, usize)>) {
        for (place, compiled) in &self.unchecked {
            let header = heap(*place, layout).map_or(0, |heap| heap.header);
            pieces.push((compiled.blob, header + layout.blob.size));
        }
    }

    /// Takes what was read from the front of these bytes, and forgets those that are not the same.
    pub(super) fn check(&mut self, layout: &Layout, bytes: &mut &[u8]) -> bool {
        let mut all_same = true;
        for (place, compiled) in std::mem::take(&mut self.unchecked) {
            let now = heap(place, layout).and_then(|heap| {
                let bytes = bytes.split_off(..heap.header + layout.blob.size)?;
                Blob::parse(compiled.blob, place, bytes, heap, layout)
            });
            if now.is_none_or(|blob| blob.identity() != compiled.identity) {
                self.known.remove(&place);
                all_same = false;
            }
        }
        all_same
    }
}

/// The heap that has this address in it.
fn heap(place: u64, layout: &Layout) -> Option<&Heap> {
    let mut heaps = layout.heaps.iter();
    heaps.find(|heap| heap.range.contains(&place))
}

/// Where the piece begins that this address lies in, by the heap's table. A byte of it says how many segments
/// the beginning lies before this one at least, 0 is a beginning, and 255 is free.
fn beginning(place: u64, heap: &Heap, memory: &dyn Memory) -> Option<u64> {
    let mut segment = (place - heap.range.start) >> heap.shift;
    let mut read = 0..0;
    let mut bytes = Vec::new();
    for _ in 0..HOPS {
        if !read.contains(&segment) {
            read = (segment + 1).saturating_sub(BEGINNINGS)..segment + 1;
            let length = (read.end - read.start) as usize;
            bytes = memory.read(heap.table.wrapping_add(read.start), length);
        }
        match bytes.get((segment - read.start) as usize)? {
            0 => return Some(heap.range.start + (segment << heap.shift)),
            0xff => return None,
            back => segment = segment.checked_sub(u64::from(*back))?,
        }
    }
    None
}

/// The head of a piece of code.
struct Blob<'a> {
    start: u64,
    bytes: &'a [u8],
    code: Range<u64>,
    frame: u64,
    /// Of a compiled method: the method, and its number among all that were compiled. Of a stub anything.
    method: u64,
    id: u64,
}

impl<'a> Blob<'a> {
    /// The piece of code that begins there, if this place is in it.
    fn parse(
        start: u64,
        place: u64,
        bytes: &'a [u8],
        heap: &Heap,
        layout: &Layout,
    ) -> Option<Blob<'a>> {
        let at = &layout.blob;
        let is_used = *bytes.get(heap.used)? == 1;
        let length = match heap.used {
            4 => number::<4>(bytes, 0)?,
            _ => number::<8>(bytes, 0)?,
        };
        let end = start.checked_add(length.checked_mul(1 << heap.shift)?)?;
        if !is_used || !(start..end).contains(&place) {
            return None;
        }
        let bytes = bytes.get(heap.header..)?;
        let start = start.wrapping_add(heap.header as u64);
        let code = match at.code {
            Code::Addresses(begin, end) => number::<8>(bytes, begin)?..number::<8>(bytes, end)?,
            Code::Offsets(begin, end) => {
                let (begin, end) = (number::<4>(bytes, begin)?, number::<4>(bytes, end)?);
                start.wrapping_add(begin)..start.wrapping_add(end)
            }
        };
        let frame = number::<4>(bytes, at.frame_size)?;
        let (method, id) = (number::<8>(bytes, at.method)?, number::<4>(bytes, at.id)?);
        code.contains(&place).then_some(Blob {
            start,
            bytes,
            code,
            // A frame has two words at least: the frame pointer, and the address to return to.
            frame: (2..=u64::from(u16::MAX))
                .contains(&frame)
                .then_some(8 * frame)?,
            method,
            id,
        })
    }

    fn identity(&self) -> [u64; 3] {
        [self.code.start, self.method, self.id]
    }

    fn is_method(&self, layout: &Layout, memory: &dyn Memory) -> bool {
        match layout.blob.kind {
            Kind::Number(at, method) => self.bytes.get(at) == Some(&method),
            Kind::Name(at) => number::<8>(self.bytes, at).is_some_and(|name| {
                let name = memory.read(name, 15);
                name.starts_with(b"nmethod\0") || name.starts_with(b"native nmethod\0")
            }),
        }
    }

    /// Where in the frame the place is kept that the code was at, if this one is where invalid code is left.
    fn kept(&self, place: u64, layout: &Layout) -> Option<u64> {
        let handler = |at| match layout.blob.undo {
            Undo::Addresses(_) => number::<8>(self.bytes, at),
            Undo::Offsets(_) => {
                number::<4>(self.bytes, at).map(|offset| self.start.wrapping_add(offset))
            }
        };
        let (Undo::Addresses(handlers) | Undo::Offsets(handlers)) = layout.blob.undo;
        let is_left = handlers.into_iter().any(|at| handler(at) == Some(place));
        number::<4>(self.bytes, layout.blob.kept).filter(|_| is_left)
    }

    /// The methods that run at a place, innermost first. If the place is not in the table, only the one
    /// that was compiled.
    fn called(
        &self,
        place: u64,
        layout: &Layout,
        methods: &mut Methods,
        memory: &dyn Memory,
    ) -> Option<Vec<Called>> {
        let whole = methods.at(self.method, layout, memory)?;
        let inlined = self.inlined(place, layout, methods, memory);
        // The outermost is the one that was compiled, or else this was something else.
        let inlined = inlined.filter(|called| called.last().is_some_and(|c| c.method == whole));
        Some(inlined.unwrap_or_else(|| {
            vec![Called {
                method: whole,
                bytecode: None,
                inlined: false,
            }]
        }))
    }

    fn inlined(
        &self,
        place: u64,
        layout: &Layout,
        methods: &mut Methods,
        memory: &dyn Memory,
    ) -> Option<Vec<Called>> {
        let offset = |at| number::<4>(self.bytes, at);
        let pointer = |at| number::<8>(self.bytes, at);
        let (places, scopes, metadata) = match layout.blob.scopes {
            Scopes::Inside {
                scopes,
                places,
                places_end,
                metadata,
            } => {
                let places = self.start.wrapping_add(offset(places)?)
                    ..self.start.wrapping_add(offset(places_end)?);
                let metadata = self.start.wrapping_add(offset(metadata)?);
                (places, pointer(scopes)?, metadata)
            }
            Scopes::Beside {
                fixed,
                places,
                scopes,
                changing,
                metadata,
            } => {
                let fixed = pointer(fixed)?;
                let scopes = fixed.wrapping_add(offset(scopes)?);
                let metadata = pointer(changing)?.wrapping_add(offset(metadata)?);
                (
                    fixed.wrapping_add(offset(places)?)..scopes,
                    scopes,
                    metadata,
                )
            }
        };
        let length = places.end.checked_sub(places.start)?.min(PLACES);
        let table = memory.read(places.start, length as usize);
        let wanted = u64::from(u32::try_from(place - self.code.start).ok()?);
        let row = table
            .chunks_exact(PLACE)
            .find(|row| number::<4>(row, 0) == Some(wanted))?;
        // Nothing is said about some places.
        let mut scope = number::<4>(row, 4).filter(|scope| *scope != 0)?;
        let mut called = Vec::new();
        while scope != 0 && called.len() < INLINED {
            let bytes = memory.read(scopes.wrapping_add(scope), SCOPE);
            let mut stream = Stream::new(&bytes, layout.version);
            let outer = u64::from(stream.number()?);
            let method = u64::from(stream.number()?).checked_sub(1)?;
            // The number before the first bytecode stands for the entry.
            let bytecode = stream.number()?.checked_sub(1);
            let method = address(memory, metadata.wrapping_add(8 * method))?;
            called.push(Called {
                method: methods.at(method, layout, memory)?,
                bytecode,
                inlined: outer != 0,
            });
            // What is outside was written before.
            scope = if outer < scope { outer } else { return None };
        }
        Some(called)
    }
}
