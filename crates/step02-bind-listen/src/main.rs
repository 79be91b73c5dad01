//! bind, listen, getsockname: give a socket an address and open its door
fn main() {}
