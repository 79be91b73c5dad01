//! Numbers in the JVM's compressed streams (`compressedStream.hpp`, `unsigned5.hpp`).

/// A stream of bytes that small numbers take one of.
#[derive(Clone, Debug)]
pub(super) struct Stream<'a> {
    bytes: &'a [u8],
    /// Since JDK 20 no byte of a number is zero.
    without_zero: bool,
}

impl<'a> Stream<'a> {
    pub(super) fn new(bytes: &'a [u8], version: u64) -> Stream<'a> {
        Stream {
            bytes,
            without_zero: version >= 20,
        }
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    /// At most five bytes of six bits more each; one that is below 192 is the last.
    pub(super) fn number(&mut self) -> Option<u32> {
        let mut sum = 0_u32;
        for shift in (0..30).step_by(6) {
            let byte = self.byte()?;
            let digit = byte.checked_sub(u8::from(self.without_zero))?;
            sum = sum.wrapping_add(u32::from(digit) << shift);
            if byte < 192 {
                break;
            }
        }
        Some(sum)
    }

    /// The sign is in the lowest bit.
    pub(super) fn signed(&mut self) -> Option<i32> {
        let number = self.number()?;
        Some((number >> 1) as i32 ^ -((number & 1) as i32))
    }
}

/// The line of a bytecode, from the table of a method: pairs of what is to be added to the bytecode's index and
/// to the line, in one byte if both are small.
pub(super) fn line(table: &[u8], version: u64, bytecode: u32) -> Option<u32> {
    let mut stream = Stream::new(table, version);
    let bytecode = i32::try_from(bytecode).ok()?;
    let (mut at, mut line) = (0_i32, 0_i32);
    let mut best: Option<(i32, i32)> = None;
    loop {
        match stream.byte()? {
            0 => break,
            0xff => {
                at = at.checked_add(stream.signed()?)?;
                line = line.checked_add(stream.signed()?)?;
            }
            both => {
                at = at.checked_add(i32::from(both >> 3))?;
                line = line.checked_add(i32::from(both & 7))?;
            }
        }
        if at <= bytecode && best.is_none_or(|(best, _)| best <= at) {
            best = Some((at, line));
        }
    }
    best.and_then(|(_, line)| u32::try_from(line).ok())
        .filter(|line| *line > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_each_version_writes_them() {
        let older = [0, 191, 192, 1, 255, 255, 255, 255, 255];
        let mut stream = Stream::new(&older, 17);
        let numbers: Vec<u32> = std::iter::from_fn(|| stream.number()).collect();
        assert_eq!(&numbers[..3], [0, 191, 192 + (1 << 6)]);
        assert_eq!(numbers.len(), 4);

        let newer = [1, 191, 192, 1, 192, 2, 0];
        let mut stream = Stream::new(&newer, 21);
        let numbers: Vec<u32> = std::iter::from_fn(|| stream.number()).collect();
        assert_eq!(numbers, [0, 190, 191, 191 + 64]);
        assert_eq!(Stream::new(&[5], 17).signed(), Some(-3));
        assert_eq!(Stream::new(&[7], 21).signed(), Some(3));
    }

    #[test]
    fn lines_are_found_in_the_table() {
        // Bytecode 0 is in line 5, bytecode 6 in line 7, bytecode 7 in line 4.
        let table = [5, 6 << 3 | 2, 0xff, 2, 5, 0];
        let found = [0, 5, 6, 7, 1000].map(|bytecode| line(&table, 17, bytecode));
        assert_eq!(found, [Some(5), Some(5), Some(7), Some(4), Some(4)]);
        assert_eq!(line(&[3 << 3 | 1, 0], 17, 2), None);
        assert_eq!(line(&[1, 1, 1], 17, 0), None);
    }
}
