//! The names of methods.

use super::compressed;
use super::layout::Layout;
use crate::memory::Memory;
use crate::read::{address, number};
use std::collections::HashMap;
use std::sync::Arc;

/// No longer line table is read, and no longer text.
const LINES: usize = 256 * 1024;
const TEXT: u64 = 1024;
/// Methods are forgotten when there are so many.
const KNOWN: usize = 10_000;
/// JVM_ACC_NATIVE: the method is written in C.
const NATIVE: u64 = 0x100;

/// A Java method.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Method {
    /// What it consists of: another one may come to lie at the same address.
    identity: [u64; 3],
    /// As in the class file, with its package: `java/net/ServerSocket`.
    pub(crate) class: String,
    pub(crate) name: String,
    /// The source file, without its folder.
    pub(crate) file: Option<String>,
    is_native: bool,
    /// Where its bytecodes begin, and how many bytes they are.
    code: u64,
    length: u64,
    lines: Vec<u8>,
    version: u64,
}

impl Method {
    /// The index of a bytecode that lies at this address.
    pub(super) fn index(&self, bytecode: u64) -> Option<u32> {
        let index = bytecode.checked_sub(self.code)?;
        (index < self.length && !self.is_native).then_some(index as u32)
    }

    pub(crate) fn line(&self, bytecode: u32) -> Option<u32> {
        compressed::line(&self.lines, self.version, bytecode)
    }

    /// Whether a frame that is at this address may be one of this method.
    pub(super) fn may_be_at(&self, bytecode: u64) -> bool {
        self.is_native || self.index(bytecode).is_some()
    }
}

/// The methods that were met.
#[derive(Clone, Debug, Default)]
pub(super) struct Methods {
    known: HashMap<u64, Arc<Method>>,
    /// Those that were taken from there without a look whether they are still the same.
    unchecked: Vec<(u64, Arc<Method>)>,
}

impl Methods {
    /// The method whose structure lies there. No read when it is known: it has to be checked later,
    /// but for one that stays where it is.
    pub(super) fn at(
        &mut self,
        place: u64,
        layout: &Layout,
        memory: &dyn Memory,
    ) -> Option<Arc<Method>> {
        if let Some(known) = self.known.get(&place) {
            let known = Arc::clone(known);
            if !layout.lasting.contains(&place) {
                self.unchecked.push((place, Arc::clone(&known)));
            }
            return Some(known);
        }
        let at = &layout.method;
        let bytes = memory.read(place, at.fixed.max(at.flags) + 8);
        let fixed = number::<8>(&bytes, at.fixed)?;
        let flags = number::<2>(&bytes, at.flags)?;
        let head = memory.read(fixed, at.code);
        let identity = identity(fixed, &head, layout)?;
        let pool = number::<8>(&head, at.pool)?;
        let (size, length) = (
            number::<4>(&head, at.size)?,
            number::<2>(&head, at.code_size)?,
        );
        let field = |start: u64, offset: usize| start.wrapping_add(offset as u64);
        let pool_bytes = memory.read(pool, at.pool_entries);
        let entries = number::<4>(&pool_bytes, at.pool_length)?;
        let entry = |index: u64| {
            let index = (index > 0 && index < entries).then_some(index)?;
            let place = field(pool, at.pool_entries).wrapping_add(8 * index);
            symbol(address(memory, place)?, layout, memory)
        };
        let class = number::<8>(&pool_bytes, at.pool_class)?;
        let class = address(memory, field(class, at.class_name))?;
        // The table of lines stands behind the bytecodes, before the end of the whole.
        let code = field(fixed, at.code);
        let begin = code.checked_add(length)?;
        let end = fixed.checked_add(size.checked_mul(8)?)?;
        let has_lines = number::<4>(&head, at.fixed_flags)? & at.has_lines != 0;
        let lines = if has_lines {
            memory.read(begin, end.checked_sub(begin)?.min(LINES as u64) as usize)
        } else {
            Vec::new()
        };
        let method = Arc::new(Method {
            identity,
            class: symbol(class, layout, memory)?,
            name: entry(number::<2>(&head, at.name)?)?,
            file: entry(number::<2>(&pool_bytes, at.pool_file)?),
            is_native: flags & NATIVE != 0,
            code,
            length,
            lines,
            version: layout.version,
        });
        if self.known.len() >= KNOWN {
            self.known.clear();
        }
        self.known.insert(place, Arc::clone(&method));
        Some(method)
    }

    /// What has to be read to see whether those that were taken unchecked are still the same.
    pub(super) fn to_check(&self, layout: &Layout, pieces: &mut Vec<(u64, usize)>) {
        for (place, method) in &self.unchecked {
            let fixed = place.wrapping_add(layout.method.fixed as u64);
            pieces.push((fixed, 8));
            pieces.push((method.identity[0], layout.method.code));
        }
    }

    /// Takes what was read from the front of these bytes, and forgets those that are not the same.
    pub(super) fn check(&mut self, layout: &Layout, bytes: &mut &[u8]) -> bool {
        let mut all_same = true;
        for (place, method) in std::mem::take(&mut self.unchecked) {
            let fixed = bytes.split_off(..8);
            let head = bytes.split_off(..layout.method.code);
            let now = fixed
                .zip(head)
                .and_then(|(fixed, head)| identity(number::<8>(fixed, 0)?, head, layout));
            if now != Some(method.identity) {
                self.known.remove(&place);
                all_same = false;
            }
        }
        all_same
    }
}

/// What tells a method from another one that comes to lie in its place.
fn identity(fixed: u64, head: &[u8], layout: &Layout) -> Option<[u64; 3]> {
    let at = &layout.method;
    let sizes = number::<4>(head, at.size)? << 32 | number::<2>(head, at.code_size)? << 16;
    let name = number::<2>(head, at.name)?;
    Some([fixed, number::<8>(head, at.pool)?, sizes | name])
}

/// A text of the JVM. Those that could not be the name of anything are none.
fn symbol(place: u64, layout: &Layout, memory: &dyn Memory) -> Option<String> {
    let at = &layout.method;
    let head = memory.read(place, at.text);
    let length = number::<2>(&head, at.text_length)?;
    if !(1..=TEXT).contains(&length) {
        return None;
    }
    let bytes = memory.read(place.wrapping_add(at.text as u64), length as usize);
    let text = (bytes.len() as u64 == length).then_some(bytes)?;
    // Modified UTF-8: what is not the same in it is rare in names.
    let text = String::from_utf8_lossy(&text).into_owned();
    (!text.chars().any(char::is_control)).then_some(text)
}
