//! How long a message may be.

/// Room for what one `recv` brings, in bytes. Without framing that is also the longest message.
pub const ROOM: usize = 1024;

/// The longest message with framing, in bytes. Without a limit any peer could have us keep all it sends.
pub const LIMIT: usize = 64 * 1024;
