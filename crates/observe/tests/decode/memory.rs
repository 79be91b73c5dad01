//! A made-up program memory, and calls made in it.

use observe::raw::Raw;
use observe::{copy, decode};
use record::event::{Call, Outcome, Who};
use stack::memory::Memory;

/// Memory that consists of a few stretches of bytes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stretches(pub(crate) Vec<(u64, Vec<u8>)>);

impl Memory for Stretches {
    fn read(&self, address: u64, length: usize) -> Vec<u8> {
        for (start, bytes) in &self.0 {
            let rest = address
                .checked_sub(*start)
                .and_then(|at| bytes.get(at as usize..));
            if let Some(rest) = rest.filter(|rest| !rest.is_empty()) {
                return rest[..rest.len().min(length)].to_vec();
            }
        }
        Vec::new()
    }
}

/// A call that is made in a memory: what lies there before it, and what lies there after it.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    number: i64,
    args: [u64; 6],
    before: Stretches,
    after: Stretches,
}

/// A call with these arguments; those that are missing are 0.
pub(crate) fn made(number: i64, args: &[u64]) -> Made {
    let mut six = [0; 6];
    six[..args.len()].copy_from_slice(args);
    Made {
        number,
        args: six,
        before: Stretches::default(),
        after: Stretches::default(),
    }
}

impl Made {
    /// Bytes that lie there before the call and are not changed by it.
    pub(crate) fn with(mut self, address: u64, bytes: impl AsRef<[u8]>) -> Self {
        self.before.0.push((address, bytes.as_ref().to_vec()));
        self
    }

    /// Bytes that the call writes.
    pub(crate) fn writes(mut self, address: u64, bytes: impl AsRef<[u8]>) -> Self {
        self.after.0.push((address, bytes.as_ref().to_vec()));
        self
    }

    /// The call decoded, when it returned this; `None` for one whose end was not seen.
    pub(crate) fn decoded(&self, returned: Option<i64>) -> Call {
        let after = Stretches([self.after.0.clone(), self.before.0.clone()].concat());
        raw(self.number, self.args, returned, &self.before, &after)
    }

    #[track_caller]
    pub(crate) fn returns(&self, returned: i64, text: &str) -> &Self {
        assert_eq!(self.decoded(Some(returned)).to_string(), text);
        self
    }

    #[track_caller]
    pub(crate) fn never_returns(&self, text: &str) -> &Self {
        let call = self.decoded(None);
        assert_eq!(call.outcome, Outcome::Unfinished);
        assert_eq!(call.to_string(), text);
        self
    }

    /// What an entry row shows, also when the call is already known to have returned this.
    #[track_caller]
    pub(crate) fn begins(&self, returned: i64, text: &str) -> &Self {
        assert_eq!(record::text::head(&self.decoded(Some(returned))), text);
        assert_eq!(record::text::head(&self.decoded(None)), text);
        self
    }

    /// The descriptors that decide whether the call matters.
    pub(crate) fn descriptors(&self) -> Vec<i32> {
        let before = copy::before(self.number, &self.args, &self.before);
        copy::descriptors(self.number, &self.args, &before)
    }
}

/// Copies at both stops, as a tracer would, and decodes.
pub(crate) fn raw(
    number: i64,
    args: [u64; 6],
    returned: Option<i64>,
    memory_before: &dyn Memory,
    memory_after: &dyn Memory,
) -> Call {
    let before = copy::before(number, &args, memory_before);
    let after = returned.map_or(Vec::new(), |returned| {
        copy::after(number, &args, returned, &before, memory_after)
    });
    decode::call(&Raw {
        who: Who {
            process: 1,
            thread: 1,
        },
        number,
        args,
        entered: 1,
        left: returned.map(|returned| (2, returned)),
        before,
        after,
    })
}

/// Bytes of several numbers one after the other.
macro_rules! image {
    ($($number:expr),* $(,)?) => { [$(&$number.to_ne_bytes()[..]),*].concat() };
}
pub(crate) use image;

/// A `struct sockaddr_in`.
pub(crate) fn inet(ip: [u8; 4], port: u16) -> Vec<u8> {
    [&2_u16.to_ne_bytes()[..], &port.to_be_bytes(), &ip, &[0; 8]].concat()
}
