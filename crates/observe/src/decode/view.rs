//! One call's registers and copies, as the decoding sees them.

use crate::layout;
use crate::raw::Raw;
use record::event::Outcome;
use stack::memory::Piece;

/// The registers and copies of one call.
pub(super) struct View<'a> {
    pub(super) args: &'a [u64; 6],
    /// What the call returned, when it succeeded: only then has it written anything.
    pub(super) returned: Option<u64>,
    before: &'a [Piece],
    after: &'a [Piece],
}

impl<'a> View<'a> {
    pub(super) fn new(raw: &'a Raw, outcome: &Outcome) -> Self {
        let returned = match outcome {
            Outcome::Returned(returned) => u64::try_from(*returned).ok(),
            _ => None,
        };
        View {
            args: &raw.args,
            returned,
            before: &raw.before,
            after: if returned.is_some() { &raw.after } else { &[] },
        }
    }

    /// All of these bytes, as they were before the call. Behind a null pointer there are none.
    pub(super) fn before(&self, at: u64, length: usize) -> Option<&'a [u8]> {
        if at == 0 {
            None
        } else {
            layout::find_whole(self.before, at, length)
        }
    }

    /// All of these bytes, as they were after the call succeeded.
    pub(super) fn after(&self, at: u64, length: usize) -> Option<&'a [u8]> {
        if at == 0 || self.returned.is_none() {
            return None;
        }
        layout::find_whole(self.after, at, length)
    }

    /// As many of these bytes as were copied before the call.
    pub(super) fn some_before(&self, at: u64, length: usize) -> &'a [u8] {
        layout::find(self.before, at, length)
    }

    /// As many of these bytes as were copied after the call.
    pub(super) fn some_after(&self, at: u64, length: usize) -> &'a [u8] {
        layout::find(self.after, at, length)
    }

    pub(super) fn u32_before(&self, at: u64) -> Option<u32> {
        layout::u32_at(self.before(at, 4)?, 0)
    }

    pub(super) fn u32_after(&self, at: u64) -> Option<u32> {
        layout::u32_at(self.after(at, 4)?, 0)
    }

    /// What the kernel wrote where a length stands behind a pointer, and that length.
    /// The length may exceed the room there was; the bytes do not.
    pub(super) fn written(&self, at: u64, length_at: u64, limit: usize) -> Option<(&'a [u8], u32)> {
        let room = self.u32_before(length_at)?;
        let length = self.u32_after(length_at)?;
        let shown = (length.min(room) as usize).min(limit);
        Some((self.after(at, shown)?, length))
    }
}
