//! The vocabulary: what can happen while a program is observed.
//!
//! A run is one `Vec<Event>`. What observes writes it, what shows only reads it,
//! and nothing else passes between them.
//! All times are on one clock, CLOCK_REALTIME, in nanoseconds.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// A point in time: nanoseconds since 1970-01-01 UTC, read from CLOCK_REALTIME.
///
/// The entry of a call is when the tracer saw the thread stop before it.
/// The exit is when the tracer saw the thread stop after it, so it is a bound: the call ended no later.
pub type Time = u64;

/// Who did it: a thread of a process, as the kernel numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Who {
    /// The process (thread group) id.
    pub process: i32,
    /// The thread id; equal to `process` for the first thread.
    pub thread: i32,
}

impl Who {
    /// No thread of any program: the kernel gives no process the number 0.
    pub const NOBODY: Who = Who {
        process: 0,
        thread: 0,
    };
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A system call.
    Call(Call),
    /// A process or thread began, became another program, got a signal or ended.
    Life(Life),
    /// Something the observed program itself, or whoever plays it, wished to have in the record.
    Mark(Mark),
    /// A TCP socket went from one state to another.
    State(State),
    /// A packet was on the wire.
    Packet(Packet),
    /// What the kernel held of a TCP socket.
    Held(Held),
}

impl Event {
    /// When it happened; for a call, when it was entered.
    pub fn at(&self) -> Time {
        match self {
            Event::Call(call) => call.entered,
            Event::Life(life) => life.at,
            Event::Mark(mark) => mark.at,
            Event::State(state) => state.at,
            Event::Packet(packet) => packet.at,
            Event::Held(held) => held.at,
        }
    }

    /// The thread it happened in; [`Who::NOBODY`] for a packet, which is nobody's once it is on its way,
    /// and for a change of state that is not known to have happened in one.
    pub fn who(&self) -> Who {
        match self {
            Event::Call(call) => call.who,
            Event::Life(life) => life.who,
            Event::Mark(mark) => mark.who,
            Event::State(state) => state.context.map_or(Who::NOBODY, |context| context.who),
            Event::Packet(_) => Who::NOBODY,
            Event::Held(held) => held.who,
        }
    }
}

/// One system call, decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The thread that made it.
    pub who: Who,
    /// The name of the system call as its manual page has it (`accept4`, `sendto`), or `syscall_N` for an unknown one.
    pub name: Cow<'static, str>,
    /// When the thread stopped before the call.
    pub entered: Time,
    /// When it stopped after the call; `None` if that was never seen (killed in the call, exec, end of the run).
    pub left: Option<Time>,
    /// The arguments in the order of the manual page, decoded.
    pub args: Vec<Arg>,
    /// How it ended.
    pub outcome: Outcome,
    /// The addresses of the socket after the call, read from the kernel
    /// (for calls that give a socket an address: bind, listen, connect, accept, accept4).
    pub ends: Option<Ends>,
    /// True when the language's runtime made this call on its own account, not the code that was written:
    /// debug builds of Rust's std ask `fcntl(fd, F_GETFD)` before they close.
    pub by_runtime: bool,
    /// The functions it came through, where that was asked for and they could be followed.
    pub stack: Option<Arc<Stack>>,
    /// The kernel's own functions that it went through, where that was asked for and some were seen.
    pub kernel: Option<Arc<Vec<KernelFunction>>>,
}

/// A function of the kernel that a call went through.
///
/// They come in a list, each before those that it called; [`KernelFunction::depth`] tells which called which.
/// Seen are those on the way to some points of the kernel, where it was asked to tell: it has called many more.
/// One stands once below each that called it, however often it was called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KernelFunction {
    /// Its name in the kernel's source, without what the compiler puts behind it (`.part.0`).
    pub name: String,
    /// How many of the others it is below: 0 for the function that the call enters the kernel by.
    pub depth: usize,
    /// True for what ran in a software interrupt on the way: it works for whichever socket a packet is for,
    /// over loopback that is the other end's.
    pub softirq: bool,
    /// True for what is not about networks: memory, files, the scheduler.
    pub noise: bool,
}

/// A TCP socket went from one state to another.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// When.
    pub at: Time,
    /// Where the kernel made the change, where that is known.
    pub context: Option<Context>,
    /// The socket's own address. Its port is 0 while it has none.
    pub local: SocketAddr,
    /// The other end's; port 0 for a socket that listens.
    pub peer: SocketAddr,
    /// The state before.
    pub from: TcpState,
    /// The state after.
    pub to: TcpState,
    /// True where the kernel said so, or the socket was found in the new state before it left it again;
    /// false where it was only inferred, from packets.
    pub read_from_kernel: bool,
}

impl State {
    /// Whether the kernel made it in the call's thread, between its entry and its exit.
    pub fn is_in(&self, call: &Call) -> bool {
        self.context.is_some_and(|context| context.who == call.who)
            && self.at >= call.entered
            && call.left.is_none_or(|left| self.at <= left)
    }
}

/// A packet, as it was seen on the wire: between the two ends, where the sender's work is done and the receiver's is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Packet {
    /// When the kernel passed it to the device, by its own stamp (SO_TIMESTAMPNS, packet(7)).
    pub at: Time,
    /// When it was handed on to its receiver, where that is later: on a slow wire. Elsewhere it is there at once.
    pub arrived: Option<Time>,
    /// Where it came from. Port 0 where there is none, as in ICMP.
    pub from: SocketAddr,
    /// Where it goes.
    pub to: SocketAddr,
    /// What it is.
    pub what: Content,
    /// The packet from the first byte of its IP header on, cut after [`Packet::SNAP`] bytes.
    pub bytes: Arc<[u8]>,
    /// How long it was in all, its IP header included.
    pub length: u32,
}

impl Packet {
    /// As many bytes are kept of a packet: all headers, and the first bytes of what it carries.
    pub const SNAP: usize = 256;
}

/// What a packet carries.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// A segment of TCP (RFC 9293, section 3.1).
    Tcp(Segment),
    /// A datagram of UDP (RFC 768).
    Udp {
        /// Its data.
        data: Data,
    },
    /// An error or another message of ICMP (RFC 792) or ICMPv6 (RFC 4443).
    Icmp {
        /// The message's type.
        kind: u8,
        /// The code within the type.
        code: u8,
        /// Of an error: where the packet that it is about came from, and where it was to go.
        about: Option<(SocketAddr, SocketAddr)>,
    },
    /// Anything else: the number of its protocol in the IP header.
    Other(u8),
}

/// A segment of TCP.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// The control bits, as they stand in the header.
    pub flags: u8,
    /// The sequence number, as it stands in the header.
    pub sequence: u32,
    /// The acknowledgement number, as it stands in the header. Of meaning with ACK only.
    pub acknowledgement: u32,
    /// The sequence number counted from the sender's SYN, which is 0; `None` where that was not seen.
    pub relative_sequence: Option<u32>,
    /// The acknowledgement number counted from the other end's SYN.
    pub relative_acknowledgement: Option<u32>,
    /// The window, as it stands in the header (before any scaling, RFC 7323).
    pub window: u16,
    /// The bytes of the stream in it.
    pub data: Data,
}

impl Segment {
    /// FIN: no more data from the sender.
    pub const FIN: u8 = 1;
    /// SYN: synchronize sequence numbers.
    pub const SYN: u8 = 2;
    /// RST: reset the connection.
    pub const RST: u8 = 4;
    /// PSH: push function.
    pub const PSH: u8 = 8;
    /// ACK: the acknowledgement number is significant.
    pub const ACK: u8 = 16;
    /// URG: the urgent pointer is significant.
    pub const URG: u8 = 32;
    /// ECE: ECN-Echo (RFC 3168).
    pub const ECE: u8 = 64;
    /// CWR: congestion window reduced (RFC 3168).
    pub const CWR: u8 = 128;

    /// Whether all of these bits are set.
    pub fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }
}

/// Bytes in a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data {
    /// The first of them, as many as were kept.
    pub first: Vec<u8>,
    /// How many there were in all.
    pub total: u32,
}

/// What the kernel held of a TCP socket, read from it while the thread stood still after a call: through a copy of the
/// descriptor (TCP_INFO, tcp(7)), or by its addresses (sock_diag(7)) after the call that closed it.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// When it was read.
    pub at: Time,
    /// The thread whose call came before.
    pub who: Who,
    /// The socket's own address.
    pub local: SocketAddr,
    /// The other end's; port 0 for a socket that listens.
    pub peer: SocketAddr,
    /// Its state.
    pub state: TcpState,
    /// Of a connection: bytes that have arrived and were not yet received.
    /// Of a socket that listens: connections that are done and wait for accept.
    pub receive_queue: u32,
    /// Of a connection: bytes that were sent and are not yet acknowledged; a SYN and a FIN count as one.
    /// Of a socket that listens: how many connections may wait, the backlog after the kernel's own limit.
    pub send_queue: u32,
}

/// In which thread the kernel did something. That need not be a thread of the program whose socket it is:
/// over loopback the kernel takes a packet in while the sender's thread is still in its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// The thread.
    pub who: Who,
    /// True where it was not the thread's own call but a software interrupt on top of it.
    pub softirq: bool,
}

/// The states of a TCP connection, RFC 9293, section 3.3.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the RFC's, and it explains them")]
pub enum TcpState {
    Closed,
    Listen,
    SynSent,
    SynReceived,
    Established,
    FinWait1,
    FinWait2,
    CloseWait,
    Closing,
    LastAck,
    TimeWait,
}

impl TcpState {
    /// Its name as the RFC writes it: `SYN-SENT`.
    pub fn name(self) -> &'static str {
        match self {
            TcpState::Closed => "CLOSED",
            TcpState::Listen => "LISTEN",
            TcpState::SynSent => "SYN-SENT",
            TcpState::SynReceived => "SYN-RECEIVED",
            TcpState::Established => "ESTABLISHED",
            TcpState::FinWait1 => "FIN-WAIT-1",
            TcpState::FinWait2 => "FIN-WAIT-2",
            TcpState::CloseWait => "CLOSE-WAIT",
            TcpState::Closing => "CLOSING",
            TcpState::LastAck => "LAST-ACK",
            TcpState::TimeWait => "TIME-WAIT",
        }
    }
}

/// The functions that a call came through, as the program had them when it stopped before the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stack {
    /// From the outermost function to the innermost, which asked the kernel.
    pub frames: Vec<Frame>,
    /// False where the way outwards was lost: the stack was deeper than the piece that is copied,
    /// or could not be followed. The functions that are there are right all the same.
    pub whole: bool,
}

/// One function of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its name as a person writes it, with its path and without generics (`std::net::tcp::TcpListener::accept`),
    /// or the library and the place in it where no name is known (`libc.so.6+0x10ab4`).
    pub function: String,
    /// Whose it is: `yours` for the program's own, a crate (`std`, which has core and alloc in it, `socket2`, `nix`),
    /// `libc` for the C library, or the library's name (`_socket`, `libnio`).
    pub layer: String,
    /// The source file, where it is known: from the root of its workspace, its crate or the toolchain.
    pub file: Option<String>,
    /// The line of the call to the next function, where it is known.
    pub line: Option<u32>,
    /// True when the compiler put it into the function before it, so that it has no frame of its own.
    pub inlined: bool,
    /// Why it explains nothing of this call, where it does not.
    pub noise: Option<Noise>,
}

/// Why a function of a stack explains nothing of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Noise {
    /// What runs before the program's own first line: the C library's start, the runtime, the start of a thread.
    Start,
    /// What is put around any function that is passed on: catch_unwind, `FnOnce::call_once`, Java's lambdas.
    Glue,
    /// The loop of an interpreter.
    Interpreter,
    /// Code without a file, made while the program ran, that could not be followed; and what lies outside it.
    Generated,
    /// What plays the program. Only who plays it knows that: the tracer never says so.
    Harness,
}

/// One argument of a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Arg {
    /// The parameter's name in the manual page (`sockfd`, `addr`, `backlog`).
    pub name: &'static str,
    /// Its value. For an argument that the kernel writes to, the value after the call.
    pub value: Value,
}

/// A value as a manual page would write it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A number that is just a number (a backlog, a protocol without a name).
    Int(i64),
    /// A file descriptor.
    Fd(i32),
    /// A null pointer where a pointer may be.
    Null,
    /// A pointer whose target was not, or could not be, read.
    Pointer(u64),
    /// One constant (`AF_INET`, `SO_REUSEADDR`), or its number where no name is known.
    Name {
        /// The constant's name; empty when the number is unknown.
        name: Cow<'static, str>,
        /// The number.
        raw: i64,
    },
    /// A set of flags, in the order they are written.
    Flags {
        /// The names of the bits that have one.
        names: Vec<Cow<'static, str>>,
        /// The bits without a name, 0 when there are none.
        rest: u64,
    },
    /// A socket address.
    Address(Address),
    /// An IP address without a port (`imr_multiaddr`).
    Ip(IpAddr),
    /// A length that the call reads and writes (`addrlen`): what went in and what came out.
    Length {
        /// The value before the call.
        before: Option<u32>,
        /// The value after it, where it was seen.
        after: Option<u32>,
    },
    /// Bytes: what was sent or what was received.
    Bytes {
        /// The first bytes, as many as were copied.
        data: Vec<u8>,
        /// How many there were in all.
        total: u64,
    },
    /// A time, in seconds and nanoseconds.
    Duration {
        /// Whole seconds.
        seconds: i64,
        /// The rest, in nanoseconds.
        nanoseconds: i64,
    },
    /// Several values: an iovec array, a poll set.
    List(Vec<Value>),
    /// A structure, field by field, with the field names of the C header.
    Struct(Vec<(&'static str, Value)>),
}

/// A socket address as it lay in memory.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Address {
    /// AF_INET or AF_INET6.
    Inet(SocketAddr),
    /// AF_UNIX with a path in the file system (without its closing NUL).
    UnixPath(Vec<u8>),
    /// AF_UNIX with an abstract name (without its leading NUL).
    UnixAbstract(Vec<u8>),
    /// AF_UNIX without a name: an unbound or anonymous socket.
    UnixUnnamed,
    /// Any other family, or one too short to decode.
    Other {
        /// The family's number; `None` when not even that was there.
        family: Option<u16>,
        /// The bytes after the family.
        data: Vec<u8>,
    },
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It returned this number, zero or more.
    Returned(i64),
    /// It failed with this errno (a positive number, `libc::ECONNREFUSED`).
    Failed(i32),
    /// A signal interrupted it and the kernel started it again; the next call of this thread is the same one.
    Restarted,
    /// It had not ended when the thread was killed, became another program, or the observing stopped.
    Unfinished,
}

/// The two addresses of a socket, as getsockname and getpeername give them.
#[derive(Clone, Debug, PartialEq)]
pub struct Ends {
    /// This end.
    pub local: Option<Address>,
    /// The other end, for a connected socket.
    pub peer: Option<Address>,
}

/// A turn in the life of a process or thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Life {
    /// When.
    pub at: Time,
    /// Whose.
    pub who: Who,
    /// What happened.
    pub what: Turn,
}

/// What can happen to a process or thread.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// It was started by the observer.
    Started,
    /// It was made by fork, vfork or clone.
    Forked {
        /// The thread that made it.
        parent: Who,
    },
    /// It became another program.
    Exec {
        /// The program's path, as the kernel has it in /proc/PID/exe.
        program: String,
    },
    /// A signal was delivered to it.
    Signal(i32),
    /// It returned from main or called exit.
    Exited {
        /// The exit status, 0 to 255.
        status: i32,
    },
    /// A signal killed it.
    Killed {
        /// The signal's number.
        signal: i32,
    },
}

/// A line in the record that is not a system call.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// When.
    pub at: Time,
    /// In whose lane.
    pub who: Who,
    /// What.
    pub what: Note,
}

/// The kinds of mark.
#[derive(Clone, Debug, PartialEq)]
pub enum Note {
    /// The program said this about itself.
    Said(String),
    /// From here on, others may go on that waited for this name.
    Gave(String),
    /// The thread waited for this name and goes on now: everything before the matching [`Note::Gave`] comes first.
    Got(String),
    /// The thread waited until this one slept in a system call, and goes on now.
    SawAsleep {
        /// The thread that sleeps.
        sleeper: Who,
        /// The name of the call it sleeps in.
        call: String,
    },
    /// The calls of this thread up to the matching [`Note::End`] are the ones to look at.
    Begin(String),
    /// See [`Note::Begin`].
    End(String),
}

impl Call {
    /// What it returned, when it succeeded.
    pub fn returned(&self) -> Option<i64> {
        match self.outcome {
            Outcome::Returned(value) => Some(value),
            _ => None,
        }
    }

    /// The errno it failed with.
    pub fn failed(&self) -> Option<i32> {
        match self.outcome {
            Outcome::Failed(errno) => Some(errno),
            _ => None,
        }
    }

    /// The argument of this name, as the manual page names it.
    pub fn arg(&self, name: &str) -> Option<&Value> {
        self.args
            .iter()
            .find(|arg| arg.name == name)
            .map(|arg| &arg.value)
    }

    /// The descriptor that the call is about: its first argument, when that is a descriptor.
    pub fn descriptor(&self) -> Option<i32> {
        match self.args.first()?.value {
            Value::Fd(descriptor) => Some(descriptor),
            _ => None,
        }
    }
}
