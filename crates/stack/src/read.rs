//! Numbers and addresses out of another program's memory.

use crate::memory::Memory;

/// The eight bytes at an address.
pub(super) fn address(memory: &dyn Memory, place: u64) -> Option<u64> {
    number::<8>(&memory.read(place, 8), 0)
}

/// A number of so many bytes, the lowest first.
pub(super) fn number<const SIZE: usize>(bytes: &[u8], at: usize) -> Option<u64> {
    // Copied as one piece: this is done at stops, and counts in debug builds too.
    let bytes = bytes.get(at..at.checked_add(SIZE)?)?;
    let mut whole = [0; 8];
    whole.get_mut(..SIZE)?.copy_from_slice(bytes);
    Some(u64::from_le_bytes(whole))
}
