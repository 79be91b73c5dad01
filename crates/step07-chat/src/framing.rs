//! Where a message ends, and so: which bytes it is sent as.

use crate::{Fault, LIMIT, ROOM};

/// How two programs know where a message ends. Both must use the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Not at all: one `recv` is taken for one message.
    /// That is a hope and no rule. It holds while both wait for each other and write little.
    None,
    /// With a newline.
    Lines,
    /// They know beforehand: four bytes with the length come first, the highest byte first (network order).
    Length,
}

impl Framing {
    /// All of them.
    pub const ALL: [Framing; 3] = [Framing::None, Framing::Lines, Framing::Length];

    /// The name, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Framing::None => "none",
            Framing::Lines => "lines",
            Framing::Length => "length",
        }
    }

    /// The framing of this name.
    pub fn from_name(name: &str) -> Option<Framing> {
        Framing::ALL
            .into_iter()
            .find(|framing| framing.name() == name)
    }

    /// The bytes that a message is sent as.
    ///
    /// # Errors
    ///
    /// A message that this framing cannot carry: [`Fault::TooLong`]; without framing also
    /// [`Fault::Empty`]; and in lines [`Fault::HasNewline`].
    pub fn bytes(self, message: &str) -> Result<Vec<u8>, Fault> {
        let text = message.as_bytes();
        let limit = match self {
            Framing::None => ROOM,
            Framing::Lines | Framing::Length => LIMIT,
        };
        if text.len() > limit {
            return Err(Fault::TooLong(text.len()));
        }
        match self {
            Framing::None if text.is_empty() => Err(Fault::Empty),
            Framing::None => Ok(text.to_vec()),
            Framing::Lines if text.contains(&b'\n') => Err(Fault::HasNewline),
            Framing::Lines => Ok([text, b"\n"].concat()),
            Framing::Length => {
                // It fits: the limit is far below 4 GiB.
                let length = (text.len() as u32).to_be_bytes();
                Ok([&length, text].concat())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Framing;
    use crate::{Fault, LIMIT, ROOM};

    #[test]
    fn a_message_as_bytes() {
        assert_eq!(Framing::None.bytes("hi"), Ok(b"hi".to_vec()));
        assert_eq!(Framing::Lines.bytes("hi"), Ok(b"hi\n".to_vec()));
        assert_eq!(Framing::Length.bytes("hi"), Ok(b"\0\0\0\x02hi".to_vec()));
        assert_eq!(Framing::Lines.bytes(""), Ok(b"\n".to_vec()));
        assert_eq!(Framing::Length.bytes("\n"), Ok(b"\0\0\0\x01\n".to_vec()));
    }

    #[test]
    fn what_a_framing_cannot_carry() {
        assert_eq!(Framing::None.bytes(""), Err(Fault::Empty));
        assert_eq!(Framing::Lines.bytes("a\nb"), Err(Fault::HasNewline));
        for (framing, limit) in [
            (Framing::None, ROOM),
            (Framing::Lines, LIMIT),
            (Framing::Length, LIMIT),
        ] {
            assert!(framing.bytes(&"x".repeat(limit)).is_ok());
            let long = "x".repeat(limit + 1);
            assert_eq!(framing.bytes(&long), Err(Fault::TooLong(limit + 1)));
        }
    }

    #[test]
    fn names_lead_back() {
        for framing in Framing::ALL {
            assert_eq!(Framing::from_name(framing.name()), Some(framing));
        }
        assert_eq!(Framing::from_name("line"), None);
    }
}
