//! How a record is written: addresses from bytes, calls as text, events as JSON.

mod addresses;
mod json;
mod text;
