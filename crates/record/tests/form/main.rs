//! How a record is written: addresses from bytes, calls as text, events as JSON; and what its calls tell of themselves.

mod addresses;
mod carried;
mod json;
mod text;
