//! What is copied at the two stops of a call.
//!
//! At a stop the traced thread waits, so this does the least: it follows the pointers of the call and copies what they lead to.
//! [`crate::decode`] reads the copies later.
//!
//! Every length comes from the traced program and may be anything, so each has a limit, named below.
//! Nothing is lost by it but bytes: the decoded call still tells how many there were.

use crate::layout::{self, Header, Vector};
use record::calls::{self, CALLS, Kind, Scope};
use record::names::ioctl::{self, Shape};
use stack::memory::{Memory, Piece};

/// The most bytes copied of one buffer of data.
pub const DATA: usize = 256;
/// The most bytes copied of one socket address: a `sockaddr_storage`.
pub const ADDRESS: usize = 128;
/// The most bytes copied of the value of a socket option.
pub const OPTION: usize = 256;
/// The most bytes copied of the control messages of one message.
pub const CONTROL: usize = 512;
/// The most entries followed of one iovec array.
pub const VECTORS: usize = 16;
/// The most messages followed in one sendmmsg or recvmmsg.
pub const MESSAGES: usize = 8;
/// The most entries copied of the set of one poll.
pub const POLLS: usize = 64;
/// The most events copied of one epoll_wait.
pub const EVENTS: usize = 64;
/// The most bytes copied of each set of one select: 4096 descriptors.
pub const SET: usize = 512;

/// The name of a call that is watched, by its number on this architecture.
pub fn name(number: i64) -> Option<&'static str> {
    calls::find(number).map(|signature| signature.name)
}

/// The numbers of the calls that are watched, on this architecture.
///
/// `io_uring_setup` is among them only so that it can be said that what follows is not seen.
pub fn watched() -> &'static [i64] {
    static NUMBERS: [i64; CALLS.len()] = {
        let mut numbers = [0; CALLS.len()];
        let mut index = 0;
        while index < CALLS.len() {
            numbers[index] = CALLS[index].number;
            index += 1;
        }
        numbers
    };
    &NUMBERS
}

/// Copies what the call's arguments point to, at the stop before the call.
pub fn before(number: i64, args: &[u64; 6], memory: &dyn Memory) -> Vec<Piece> {
    let mut copies = Copies::new(memory);
    let Some(signature) = calls::find(number) else {
        return copies.pieces;
    };
    for (index, &(_, kind)) in signature.params.iter().enumerate() {
        let at = args[index];
        match kind {
            Kind::AddressIn { length } => copies.take(at, size32(args[length]), ADDRESS),
            Kind::BytesIn { length } => copies.take(at, size(args[length]), DATA),
            Kind::OptionIn { length } => copies.take(at, size32(args[length]), OPTION),
            Kind::VectorsIn { count } => copies.vectors(at, args[count], true),
            Kind::VectorsOut { count } => copies.vectors(at, args[count], false),
            Kind::MessageIn => copies.message_in(at),
            Kind::MessageOut => copies.message_out(at),
            Kind::MessagesIn { count } => {
                copies.each_message(at, size32(args[count]), Copies::message_in)
            }
            Kind::MessagesOut { count } => {
                copies.each_message(at, size32(args[count]), Copies::message_out);
            }
            Kind::EventIn => copies.take(at, layout::EPOLL_EVENT, usize::MAX),
            Kind::Timespec | Kind::Timeval => copies.take(at, layout::TIME, usize::MAX),
            Kind::Signals | Kind::Offset => copies.take(at, 8, usize::MAX),
            Kind::SignalsAndSize => copies.signals(at),
            Kind::Length => copies.take(at, 4, usize::MAX),
            Kind::Polls { count } => copies.polls(at, args[count]),
            Kind::Set { count } => copies.set(at, args[count]),
            Kind::IoctlArg => match ioctl::shape(args[index - 1] as u32) {
                Shape::IntIn => copies.take(at, 4, usize::MAX),
                Shape::Interface(_) => copies.take(at, ioctl::IFREQ, usize::MAX),
                Shape::Nothing | Shape::IntOut | Shape::Opaque => {}
            },
            _ => {}
        }
    }
    copies.pieces
}

/// Copies what the call has written, at the stop after it.
///
/// `returned` is as the kernel gave it: zero or more, or minus the errno.
/// A call that failed wrote nothing that is worth a copy.
pub fn after(
    number: i64,
    args: &[u64; 6],
    returned: i64,
    before: &[Piece],
    memory: &dyn Memory,
) -> Vec<Piece> {
    let mut copies = Copies::new(memory);
    let Some(signature) = calls::find(number) else {
        return copies.pieces;
    };
    let Ok(returned) = u64::try_from(returned) else {
        return copies.pieces;
    };
    for (index, &(_, kind)) in signature.params.iter().enumerate() {
        let at = args[index];
        match kind {
            Kind::AddressOut { length } => copies.sized(at, args[length], before, ADDRESS),
            Kind::OptionOut { length } => copies.sized(at, args[length], before, OPTION),
            Kind::BytesOut { length } => {
                copies.take(at, size(returned.min(args[length])), DATA);
            }
            Kind::VectorsOut { count } => copies.filled(at, args[count], returned, before),
            Kind::MessageOut => copies.message_filled(at, returned, before),
            Kind::MessagesIn { .. } => {
                copies.each_message(at, size(returned), |copies, message| {
                    copies.take(message, layout::MMSGHDR, usize::MAX);
                })
            }
            Kind::MessagesOut { .. } => {
                copies.each_message(at, size(returned), |copies, message| {
                    let length_at = message.wrapping_add(layout::MMSGHDR_LENGTH as u64);
                    let length = copies.u32(length_at).unwrap_or(0);
                    copies.message_filled(message, length.into(), before);
                })
            }
            Kind::EventsOut => {
                let size = size(returned).min(EVENTS) * layout::EPOLL_EVENT;
                copies.take(at, size, usize::MAX);
            }
            Kind::Pair | Kind::Offset => copies.take(at, 8, usize::MAX),
            Kind::Polls { count } => copies.polls(at, args[count]),
            Kind::Set { count } => copies.set(at, args[count]),
            Kind::IoctlArg => match ioctl::shape(args[index - 1] as u32) {
                Shape::IntOut => copies.take(at, 4, usize::MAX),
                Shape::Interface(_) => copies.take(at, ioctl::IFREQ, usize::MAX),
                Shape::Nothing | Shape::IntIn | Shape::Opaque => {}
            },
            _ => {}
        }
    }
    copies.pieces
}

/// The descriptors that decide whether the call matters: when none of them is a socket, it does not.
///
/// Empty for a call that always matters. A call that names no descriptor at all, such as a poll of nothing
/// that is only a sleep, gives the one descriptor that is never a socket, -1.
///
/// Only poll, ppoll, select and pselect6 need `before`: for all others the answer is in the registers,
/// and whoever wishes can ask before anything is copied.
pub fn descriptors(number: i64, args: &[u64; 6], before: &[Piece]) -> Vec<i32> {
    let Some(signature) = calls::find(number) else {
        return Vec::new();
    };
    if signature.scope == Scope::Always {
        return Vec::new();
    }
    let mut found = Vec::new();
    for (index, &(_, kind)) in signature.params.iter().enumerate() {
        let at = args[index];
        match kind {
            Kind::Fd => found.push(at as i32),
            Kind::Polls { count } => {
                if size32(args[count]) > POLLS {
                    // Not all were copied, and a socket may be among the rest.
                    return Vec::new();
                }
                let size = size32(args[count]) * layout::POLLFD;
                let polls = layout::find(before, at, size).chunks_exact(layout::POLLFD);
                found.extend(polls.filter_map(|poll| layout::i32_at(poll, 0)));
            }
            Kind::Set { count } => {
                let size = layout::set_size(args[count] as i32);
                if size > SET {
                    return Vec::new();
                }
                let set = layout::find(before, at, size);
                found.extend(layout::set_members(set, args[count] as i32));
            }
            _ => {}
        }
    }
    found.retain(|&fd| fd >= 0);
    if found.is_empty() {
        found.push(-1);
    }
    found
}

/// The pieces copied so far at one stop.
struct Copies<'a> {
    memory: &'a dyn Memory,
    pieces: Vec<Piece>,
}

impl<'a> Copies<'a> {
    fn new(memory: &'a dyn Memory) -> Self {
        Copies {
            memory,
            pieces: Vec::new(),
        }
    }

    /// Copies `length` bytes, but no more than `limit`.
    fn take(&mut self, address: u64, length: usize, limit: usize) {
        let length = length.min(limit);
        if address == 0 || length == 0 {
            return;
        }
        let mut bytes = self.memory.read(address, length);
        bytes.truncate(length);
        if !bytes.is_empty() {
            self.pieces.push(Piece { address, bytes });
        }
    }

    /// Copies bytes and gives them back, to follow what they point to.
    fn follow(&mut self, address: u64, length: usize) -> Vec<u8> {
        self.take(address, length, usize::MAX);
        layout::find(&self.pieces, address, length).to_vec()
    }

    /// Copies a 32-bit number and gives it back.
    fn u32(&mut self, address: u64) -> Option<u32> {
        layout::u32_at(&self.follow(address, 4), 0)
    }

    /// Copies an iovec array, and the data it points to when it goes out.
    fn vectors(&mut self, address: u64, count: u64, with_data: bool) {
        let array = self.follow(address, layout::vectors_shown(count) * layout::IOVEC);
        if with_data {
            for vector in array.chunks_exact(layout::IOVEC).filter_map(Vector::read) {
                self.take(vector.base, size(vector.length), DATA);
            }
        }
    }

    /// Copies the data that `filled` bytes fill, in the iovec array that was copied before the call.
    fn filled(&mut self, address: u64, count: u64, filled: u64, before: &[Piece]) {
        let array = layout::find(
            before,
            address,
            layout::vectors_shown(count) * layout::IOVEC,
        );
        let mut rest = filled;
        for vector in array.chunks_exact(layout::IOVEC).filter_map(Vector::read) {
            let part = vector.length.min(rest);
            self.take(vector.base, size(part), DATA);
            rest -= part;
        }
    }

    /// Copies a msghdr that is sent and all it points to.
    fn message_in(&mut self, address: u64) {
        let Some(header) = Header::read(&self.follow(address, layout::MSGHDR)) else {
            return;
        };
        self.take(header.name, header.name_length as usize, ADDRESS);
        self.vectors(header.vectors, header.vector_count, true);
        self.take(header.control, size(header.control_length), CONTROL);
    }

    /// Copies a msghdr that is to be filled, and where its data will go.
    fn message_out(&mut self, address: u64) {
        let Some(header) = Header::read(&self.follow(address, layout::MSGHDR)) else {
            return;
        };
        self.vectors(header.vectors, header.vector_count, false);
    }

    /// Copies a msghdr that was filled with this many bytes, and all it points to.
    fn message_filled(&mut self, address: u64, filled: u64, before: &[Piece]) {
        let room = Header::read(layout::find(before, address, layout::MSGHDR));
        let header = Header::read(&self.follow(address, layout::MSGHDR));
        let (Some(room), Some(header)) = (room, header) else {
            return;
        };
        let name_length = header.name_length.min(room.name_length);
        self.take(header.name, name_length as usize, ADDRESS);
        self.filled(header.vectors, header.vector_count, filled, before);
        let control_length = header.control_length.min(room.control_length);
        self.take(header.control, size(control_length), CONTROL);
    }

    /// Does the same for each message of an array of mmsghdr.
    fn each_message(&mut self, address: u64, count: usize, copy: impl Fn(&mut Self, u64)) {
        for index in 0..count.min(MESSAGES) {
            copy(self, address.wrapping_add((index * layout::MMSGHDR) as u64));
        }
    }

    /// Copies a value and its length, which says how much of it the kernel has written:
    /// never more than the room there was, though the length may say how much it would have been.
    fn sized(&mut self, address: u64, length_at: u64, before: &[Piece], limit: usize) {
        let room = layout::u32_at(layout::find(before, length_at, 4), 0);
        let room = room.unwrap_or(0) as usize;
        if address == 0 || length_at == 0 || room == 0 {
            self.take(length_at, 4, usize::MAX);
            return;
        }
        // Both at once, for each reading is a system call: what is in the room behind the value is dropped.
        let mut both = self
            .memory
            .read_all(&[(length_at, 4), (address, room.min(limit))]);
        let Some(length) = layout::u32_at(&both, 0) else {
            return;
        };
        let length = room.min(length as usize).min(limit);
        let value = both.split_off(4);
        self.pieces.push(Piece {
            address: length_at,
            bytes: both,
        });
        match value.get(..length) {
            Some([]) => {}
            Some(value) => self.pieces.push(Piece {
                address,
                bytes: value.to_vec(),
            }),
            // Not all of the room can be read.
            None => self.take(address, length, limit),
        }
    }

    /// Copies a signal set that stands behind a pointer, as pselect6 has it.
    fn signals(&mut self, address: u64) {
        let pair = self.follow(address, 16);
        if let Some(set) = layout::u64_at(&pair, 0) {
            self.take(set, 8, usize::MAX);
        }
    }

    fn polls(&mut self, address: u64, count: u64) {
        self.take(
            address,
            size32(count).min(POLLS) * layout::POLLFD,
            usize::MAX,
        );
    }

    fn set(&mut self, address: u64, count: u64) {
        self.take(address, layout::set_size(count as i32), SET);
    }
}

/// A length that the program gave as a size_t.
fn size(register: u64) -> usize {
    usize::try_from(register).unwrap_or(usize::MAX)
}

/// A length that the program gave as a 32-bit number: the upper half of the register means nothing.
fn size32(register: u64) -> usize {
    register as u32 as usize
}
