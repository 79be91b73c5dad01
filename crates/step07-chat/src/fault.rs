//! What can be wrong with a message, apart from any call.

use std::error::Error;
use std::fmt;

use crate::{LIMIT, ROOM};

/// What is wrong with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is longer than the two sides have agreed on; the number is its length in bytes, as far as it is known.
    /// Received: nothing behind it can be understood any more.
    TooLong(usize),
    /// Its bytes are no UTF-8. Here they are; the next message is not touched by that.
    NotUtf8(Vec<u8>),
    /// The connection ended in the middle of it. Here is what had arrived.
    CutOff(Vec<u8>),
    /// It is empty, and without framing nothing at all would be sent.
    Empty,
    /// It has a newline in it, which would end it too early.
    HasNewline,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::TooLong(length) => write!(
                f,
                "a message of {length} bytes or more: at most {LIMIT} are agreed on, and {ROOM} without framing"
            ),
            Fault::NotUtf8(bytes) => write!(f, "a message of {} bytes is not UTF-8", bytes.len()),
            Fault::CutOff(bytes) => write!(
                f,
                "the connection ended in the middle of a message, after {} bytes of it",
                bytes.len()
            ),
            Fault::Empty => write!(
                f,
                "an empty message has no bytes, so without framing nothing would be sent"
            ),
            Fault::HasNewline => write!(f, "a newline would end the message too early"),
        }
    }
}

impl Error for Fault {}

/// Why a message was not received or not sent. `E` is the layer's own error.
#[derive(Debug)]
pub enum Failure<E> {
    /// A call failed: the connection is of no more use.
    Call(E),
    /// The bytes are wrong. To send such a message is refused before a call is made.
    Fault(Fault),
}

impl<E> From<Fault> for Failure<E> {
    fn from(fault: Fault) -> Failure<E> {
        Failure::Fault(fault)
    }
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Call(error) => error.fmt(f),
            Failure::Fault(fault) => fault.fmt(f),
        }
    }
}

impl<E: Error> Error for Failure<E> {}
