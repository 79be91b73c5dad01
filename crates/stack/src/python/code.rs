//! Python's code objects: what a function is called, where it stands, and which line it is in.

use super::super::read::number;
use super::layout::Layout;
use crate::memory::Memory;
use std::collections::HashMap;
use std::sync::Arc;

/// The longest name that is read, in characters, and the longest line table, in bytes.
const NAME: u64 = 1024;
const TABLE: u64 = 256 * 1024;
/// Names of code objects are forgotten when there are so many.
const KNOWN: usize = 10_000;

/// Where the fields of `bytes` and `str` lie.
mod at {
    pub(super) const BYTES_LENGTH: usize = 16;
    pub(super) const BYTES: u64 = 32;
    pub(super) const TEXT_LENGTH: usize = 16;
    pub(super) const TEXT_STATE: usize = 32;
}

/// A code object: a function, or the body of a module.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// What it consists of: another one may come to lie at the same address.
    identity: [u64; 4],
    pub(in super::super) name: String,
    pub(in super::super) file: String,
    first_line: i32,
    lines: Vec<u8>,
}

/// A function that has been called and has not returned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Called {
    pub(in super::super) code: Arc<Code>,
    /// How far into its code it is, in bytes.
    pub(super) instruction: u64,
    /// Whether the interpreter's loop was entered with it.
    pub(in super::super) is_entry: bool,
}

/// The code objects of a program that were read.
#[derive(Clone, Debug, Default)]
pub(super) struct Codes {
    /// By where they lie.
    known: HashMap<u64, Arc<Code>>,
    /// Those that were taken from there without a look whether they are still the same.
    unchecked: Vec<(u64, Arc<Code>)>,
}

impl Codes {
    /// The code object that lies there. No read when it is known: it has to be checked later.
    pub(super) fn at(
        &mut self,
        place: u64,
        layout: &Layout,
        memory: &dyn Memory,
    ) -> Option<Arc<Code>> {
        if let Some(known) = self.known.get(&place) {
            // A function that calls itself is looked at once.
            if self.unchecked.last().is_none_or(|(last, _)| *last != place) {
                self.unchecked.push((place, Arc::clone(known)));
            }
            return Some(Arc::clone(known));
        }
        let identity = identity(&memory.read(place, layout.code()), layout)?;
        let [file, name, lines, first_line] = identity;
        let length = number::<8>(&memory.read(lines, at::BYTES_LENGTH + 8), at::BYTES_LENGTH)?;
        let code = Arc::new(Code {
            identity,
            name: text(memory, name, layout)?,
            file: text(memory, file, layout)?,
            first_line: first_line as i32,
            lines: memory.read(lines.wrapping_add(at::BYTES), length.min(TABLE) as usize),
        });
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        self.known.insert(place, Arc::clone(&code));
        Some(code)
    }

    /// Whether the code objects that were taken as known are still the same. Forgets those that are not.
    pub(super) fn is_as_known(&mut self, layout: &Layout, memory: &dyn Memory) -> bool {
        let unchecked = std::mem::take(&mut self.unchecked);
        if unchecked.is_empty() {
            return true;
        }
        let size = layout.code();
        let pieces: Vec<(u64, usize)> = unchecked.iter().map(|(place, _)| (*place, size)).collect();
        let bytes = memory.read_all(&pieces);
        let mut all_same = true;
        for (index, (place, code)) in unchecked.iter().enumerate() {
            let now = bytes
                .get(index * size..)
                .and_then(|bytes| identity(bytes, layout));
            if now != Some(code.identity) {
                self.known.remove(place);
                all_same = false;
            }
        }
        all_same
    }
}

impl Called {
    /// The line it is in.
    pub(in super::super) fn line(&self) -> Option<u32> {
        let line = line(&self.code.lines, self.code.first_line, self.instruction / 2)?;
        u32::try_from(line).ok().filter(|line| *line > 0)
    }
}

/// The line of an instruction, from the table of a code object (`Objects/locations.md`).
pub(super) fn line(table: &[u8], first: i32, instruction: u64) -> Option<i32> {
    let mut bytes = table.iter().copied().peekable();
    let mut line = first;
    let mut start = 0_u64;
    while let Some(head) = bytes.next() {
        let end = start + u64::from(head & 7) + 1;
        let kind = (head >> 3) & 15;
        let has_line = kind != 15;
        let delta = match kind {
            13 | 14 => signed(&mut bytes)?,
            11 => 1,
            12 => 2,
            _ => 0,
        };
        line = line.checked_add(delta)?;
        if (start..end).contains(&instruction) {
            return has_line.then_some(line);
        }
        // The rest of the entry are columns: every byte of it has its highest bit clear.
        while bytes.next_if(|byte| byte & 0x80 == 0).is_some() {}
        start = end;
    }
    None
}

/// A number in groups of six bits, the lowest first and the sign in the lowest bit.
fn signed(bytes: &mut impl Iterator<Item = u8>) -> Option<i32> {
    let mut value = 0_u32;
    for shift in (0..30).step_by(6) {
        let byte = bytes.next()?;
        value |= u32::from(byte & 63) << shift;
        if byte & 64 == 0 {
            let half = (value >> 1) as i32;
            return Some(if value & 1 == 1 { -half } else { half });
        }
    }
    None
}

/// What tells a code object from another one that comes to lie in its place.
fn identity(bytes: &[u8], layout: &Layout) -> Option<[u64; 4]> {
    let field = |at| number::<8>(bytes, at);
    Some([
        field(layout.code_file)?,
        field(layout.code_qualified_name)?,
        field(layout.code_lines)?,
        number::<4>(bytes, layout.code_first_line)?,
    ])
}

/// A `str`.
fn text(memory: &dyn Memory, place: u64, layout: &Layout) -> Option<String> {
    let head = memory.read(place, at::TEXT_STATE + 4);
    let length = number::<8>(&head, at::TEXT_LENGTH)?.min(NAME);
    let state = number::<4>(&head, at::TEXT_STATE)?;
    let (kind, is_compact, is_ascii) = ((state >> 2) & 7, state & 32 != 0, state & 64 != 0);
    if !is_compact || ![1, 2, 4].contains(&kind) {
        return None;
    }
    let begin = place.wrapping_add(if is_ascii { layout.ascii } else { layout.text });
    let bytes = memory.read(begin, (length * kind) as usize);
    if bytes.len() as u64 != length * kind {
        return None;
    }
    let characters = bytes.chunks_exact(kind as usize).map(|chunk| {
        let code = chunk
            .iter()
            .rev()
            .fold(0, |code, byte| code << 8 | u32::from(*byte));
        char::from_u32(code)
            .filter(|c| !c.is_control())
            .unwrap_or('\u{fffd}')
    });
    Some(characters.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_the_table() {
        // Two instructions without columns in the first line, one two lines on, one without a line, one three back.
        let table = [
            0x80 | 13 << 3 | 1,
            0,
            0x80 | 12 << 3,
            5,
            9,
            0x80 | 15 << 3,
            0x80 | 13 << 3,
            0b111,
        ];
        let found = (0..6).map(|instruction| line(&table, 10, instruction));
        let found: Vec<_> = found.collect();
        assert_eq!(found, [Some(10), Some(10), Some(12), None, Some(9), None]);
    }
}
