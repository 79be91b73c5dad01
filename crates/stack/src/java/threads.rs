//! The threads of a JVM, and the anchor that each leaves when its Java calls C.

use super::super::read::{address, number};
use super::layout::Layout;
use crate::memory::Memory;
use std::collections::HashMap;

/// No more threads are looked through.
const THREADS: u64 = 4096;
/// The size of an anchor: three words.
const ANCHOR: usize = 32;

/// The threads that were found.
#[derive(Clone, Debug, Default)]
pub(super) struct Threads {
    /// The JVM's structure of each thread, and where the thread's stack ends.
    known: HashMap<i32, (u64, u64)>,
}

impl Threads {
    /// One thread, whose structure lies here and whose stack ends there.
    #[cfg(test)]
    pub(super) fn one(thread: i32, place: u64, end: u64) -> Threads {
        Threads {
            known: HashMap::from([(thread, (place, end))]),
        }
    }

    /// Where the stack of a thread ends, if that is known.
    pub(super) fn end(&self, thread: i32) -> Option<u64> {
        self.known.get(&thread).map(|(_, end)| *end)
    }

    /// The anchor of a thread, by the stack it runs on: found once in the list, and looked at again each time.
    pub(super) fn anchor(
        &mut self,
        thread: i32,
        stack: u64,
        layout: &Layout,
        memory: &dyn Memory,
    ) -> Option<Vec<u8>> {
        let at = &layout.thread;
        let fields = [at.stack_base, at.stack_size, at.anchor];
        let begin = *fields.iter().min()?;
        let length = fields.iter().max()? - begin + ANCHOR;
        let look = |place: u64| {
            let bytes = memory.read(place.wrapping_add(begin as u64), length);
            let base = number::<8>(&bytes, at.stack_base - begin)?;
            let size = number::<8>(&bytes, at.stack_size - begin)?;
            let is_it = (base.saturating_sub(size)..base).contains(&stack);
            let anchor = bytes.get(at.anchor - begin..).filter(|_| is_it)?;
            Some((anchor.to_vec(), base))
        };
        let known = self.known.get(&thread);
        if let Some((anchor, _)) = known.and_then(|(place, _)| look(*place)) {
            return Some(anchor);
        }
        let list = address(memory, at.list)?;
        let length = memory.read(list.wrapping_add(at.length as u64), 4);
        let length = number::<4>(&length, 0)?.min(THREADS);
        let elements = address(memory, list.wrapping_add(at.elements as u64))?;
        let elements = memory.read(elements, 8 * length as usize);
        // The newest stand last.
        let places = elements
            .rchunks_exact(8)
            .filter_map(|place| number::<8>(place, 0));
        for place in places {
            if let Some((anchor, end)) = look(place) {
                self.known.insert(thread, (place, end));
                return Some(anchor);
            }
        }
        None
    }
}
