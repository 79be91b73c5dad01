//! A record as a picture: the classic ladder. Each lane is a line from the top to the bottom with its calls beside it,
//! packets go from one line to the other, and bars along the lines are the states of the connections.
//!
//! [`svg`] is a picture by itself, [`html`] a page that also tells, of a call that one points to,
//! the functions it came through. Both are one file that needs nothing else.
//!
//! Heights tell the order. Where there are times they stand at the side; a longer pause has more room, but not as much more.

mod draft;
mod files;
mod html;
mod ladder;
mod measure;
mod palette;
mod sheet;
mod states;
mod svg;
mod words;
mod xml;

pub use files::Files;
pub use html::html;
pub use sheet::{Drawing, Sheet};
pub use svg::svg;
