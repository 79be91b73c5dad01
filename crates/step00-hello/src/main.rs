//! Two programs say hello and hi.
fn main() {}
