//! How to trace.

use crate::wire::Network;
use record::event::Event;
use std::os::fd::RawFd;
use std::sync::Arc;
use std::sync::mpsc::Sender;

/// How to trace.
#[derive(Clone, Debug)]
pub struct Options {
    /// Stop the program only at the calls that are watched, by a seccomp filter.
    ///
    /// Without it the program stops at every call: slower by far, but it does not need `no_new_privs`.
    pub filter: bool,
    /// A descriptor that is not part of what is observed: reads, writes and the like on it neither stop nor show.
    pub hide: Option<RawFd>,
    /// Run the programs and the tracer on this one processor: a stop is then much cheaper,
    /// but the programs see a machine of one processor.
    pub pin: Option<usize>,
    /// Where each call goes as soon as it is over, for programs that run on and on.
    ///
    /// Such calls are not in the [`Record`](crate::Record). The program waits while a call is decoded,
    /// and [`Call::by_runtime`](record::event::Call::by_runtime) is never set: what comes next is not yet known.
    pub live: Option<Sender<Event>>,
    /// Keep the functions that each call came through ([`Call::stack`](record::event::Call::stack)).
    ///
    /// Registers and a piece of the stack are copied before each call, and the functions of a program in Python or Java,
    /// which makes its stop longer by some microseconds; and the program also stops where it maps a library. Names are looked up afterwards.
    pub stacks: bool,
    /// Ask the kernel for the addresses of a socket after each call that gives it one
    /// ([`Call::ends`](record::event::Call::ends)). Where only the calls themselves are wanted, it is time saved.
    pub ends: bool,
    /// Look into the kernel too ([`crate::kernel`]): its functions under each call
    /// ([`Call::kernel`](record::event::Call::kernel)) and what becomes of TCP sockets ([`Event::State`]).
    ///
    /// Needs root and tracefs; [`crate::kernel::can_watch`] tells whether it can be had. Calls that go to
    /// [`Options::live`] are without it, for the kernel's side is read at the end.
    pub kernel: bool,
    /// The network that the programs run in, if their packets are to be seen ([`Event::Packet`]).
    ///
    /// While it is used by one run, another that is given the same waits for it.
    pub wire: Option<Arc<Network>>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            filter: true,
            hide: None,
            pin: None,
            live: None,
            stacks: false,
            ends: true,
            kernel: false,
            wire: None,
        }
    }
}
