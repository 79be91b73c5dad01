//! Numbers and addresses out of another program's memory.

use crate::raw::Memory;

/// The eight bytes at an address.
pub(super) fn address(memory: &dyn Memory, place: u64) -> Option<u64> {
    number::<8>(&memory.read(place, 8), 0)
}

/// A number of so many bytes, the lowest first.
pub(super) fn number<const SIZE: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(SIZE)?)?;
    Some(
        bytes
            .iter()
            .rev()
            .fold(0, |number, byte| number << 8 | u64::from(*byte)),
    )
}
