//! From bytes to messages: what has arrived, however the stream was cut.

use std::mem::take;

use crate::{Fault, Framing, LIMIT};

/// What has arrived and is not yet taken out as a message.
#[derive(Clone, Debug)]
pub struct Inbox {
    framing: Framing,
    rest: Vec<u8>,
}

impl Inbox {
    /// An empty one. A connection has one of its own, from its first byte to its last.
    pub fn new(framing: Framing) -> Inbox {
        let rest = Vec::new();
        Inbox { framing, rest }
    }

    /// Takes in what one `recv` brought: `&buffer[..count]`, never the whole buffer.
    pub fn arrived(&mut self, bytes: &[u8]) {
        self.rest.extend_from_slice(bytes);
    }

    /// Takes the next message out; `None` while it is not whole.
    ///
    /// A newline at the end is not part of it, nor is a carriage return before that newline (telnet
    /// sends both). Without framing that holds too, because `nc` sends a newline with every line.
    ///
    /// # Errors
    ///
    /// [`Fault::NotUtf8`]: the message is out, and the next one can follow.
    /// [`Fault::TooLong`]: the end of the message is not known, so nothing can follow.
    pub fn next_message(&mut self) -> Result<Option<String>, Fault> {
        let message = match self.framing {
            Framing::None if self.rest.is_empty() => None,
            Framing::None => Some(without_newline(take(&mut self.rest))),
            Framing::Lines => self.next_line()?,
            Framing::Length => self.next_counted()?,
        };
        // Only a whole message is text: a cut may fall inside a letter.
        let text = message.map(String::from_utf8).transpose();
        text.map_err(|error| Fault::NotUtf8(error.into_bytes()))
    }

    /// The peer will send no more. Was that between two messages?
    ///
    /// # Errors
    ///
    /// [`Fault::CutOff`], if a part of a message is left.
    pub fn end(&mut self) -> Result<(), Fault> {
        if self.rest.is_empty() {
            return Ok(());
        }
        Err(Fault::CutOff(take(&mut self.rest)))
    }

    fn next_line(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let newline = self.rest.iter().position(|byte| *byte == b'\n');
        let length = newline.unwrap_or(self.rest.len());
        if length > LIMIT {
            return Err(Fault::TooLong(length));
        }
        Ok(newline.map(|newline| without_newline(self.rest.drain(..=newline).collect())))
    }

    fn next_counted(&mut self) -> Result<Option<Vec<u8>>, Fault> {
        let Some((length, rest)) = self.rest.split_first_chunk() else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(*length) as usize;
        if length > LIMIT {
            return Err(Fault::TooLong(length));
        }
        if rest.len() < length {
            return Ok(None);
        }
        let message = rest[..length].to_vec();
        self.rest.drain(..size_of::<u32>() + length);
        Ok(Some(message))
    }
}

fn without_newline(mut message: Vec<u8>) -> Vec<u8> {
    if message.pop_if(|byte| *byte == b'\n').is_some() {
        message.pop_if(|byte| *byte == b'\r');
    }
    message
}
