//! connect: call a listening socket
fn main() {}
