//! accept: take one finished connection off the queue
fn main() {}
