//! close, shutdown: end a conversation
fn main() {}
