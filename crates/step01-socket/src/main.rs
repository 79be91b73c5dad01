//! socket: ask the kernel for a socket and get a descriptor
fn main() {}
