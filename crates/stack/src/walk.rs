//! From registers and a piece of the stack to addresses.

use super::java;
use super::maps::Maps;
use super::memory::Registers;
use super::python::{self, Called, Code};
use super::symbols::{self, Symbols};
use framehop::{ExplicitModuleSectionInfo, FrameAddress, Module, Unwinder};
use std::collections::HashMap;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

#[cfg(target_arch = "aarch64")]
use framehop::aarch64::{CacheAarch64 as Cache, UnwinderAarch64 as Native};
#[cfg(target_arch = "x86_64")]
use framehop::x86_64::{CacheX86_64 as Cache, UnwinderX86_64 as Native};

/// No stack is followed further than this.
const FRAMES: usize = 256;

/// What was read of the code of so many processes is kept.
const PROCESSES: usize = 64;

/// What was copied at a stop.
#[derive(Debug)]
pub(crate) struct Snapshot {
    pub(crate) registers: Registers,
    /// The memory from the stack pointer on, at most [`DEPTH`](super::DEPTH) bytes.
    pub(crate) bytes: Vec<u8>,
    pub(crate) maps: Arc<Maps>,
    /// The Python functions, innermost first.
    pub(crate) python: Vec<Called>,
    /// The runs of Java methods, innermost first.
    pub(crate) java: Vec<java::Run>,
}

/// The way outwards, as addresses.
#[derive(Debug)]
pub(crate) struct Walk {
    /// In each function the address of the instruction that called the next, from the innermost function outwards.
    pub(crate) addresses: Box<[u64]>,
    pub(crate) whole: bool,
    pub(crate) maps: Arc<Maps>,
    /// The Python functions, innermost first.
    pub(crate) python: Vec<Called>,
    /// The Java methods, innermost first: those that lie just further out than so many of the addresses.
    pub(crate) java: Vec<(usize, Vec<java::Called>)>,
}

/// Walks stacks. What it has read of a process's code it keeps.
#[derive(Default)]
pub(crate) struct Walker {
    /// By the address of the [`Maps`], which each walker here keeps alive.
    processes: HashMap<*const Maps, OfMaps>,
}

// The walkers go with the tracer's thread; the pointers in the keys are never followed.
struct OfMaps {
    maps: Arc<Maps>,
    native: Native<&'static [u8]>,
    cache: Cache,
    /// Stacks that were met: most programs call from few places.
    met: HashMap<Key, Arc<Walk>>,
}

/// What makes two stacks one: the addresses, whether that is all, the Python functions and the Java methods.
/// A code object and a method are held by the walk, so their addresses keep their meaning.
type Key = (
    Box<[u64]>,
    bool,
    Vec<(*const Code, Option<u32>)>,
    Vec<(usize, *const java::Method, Option<u32>)>,
);

impl fmt::Debug for Walker {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_struct("Walker")
            .field("processes", &self.processes.len())
            .finish()
    }
}

impl Walker {
    /// Follows a stack outwards, as far as it can be followed.
    pub(crate) fn walk(&mut self, snapshot: &Snapshot) -> Arc<Walk> {
        if self.processes.len() > PROCESSES {
            // Only what makes it quicker is lost.
            self.processes.clear();
        }
        let of_maps = self
            .processes
            .entry(Arc::as_ptr(&snapshot.maps))
            .or_insert_with(|| OfMaps::new(Arc::clone(&snapshot.maps)));
        let Way {
            addresses,
            whole,
            java,
        } = of_maps.follow(snapshot);
        let maps = &of_maps.maps;
        let python = &snapshot.python;
        let whole = whole && python.len() < python::FRAMES;
        let called = python
            .iter()
            .map(|called| (Arc::as_ptr(&called.code), called.line()));
        let methods = java.iter().flat_map(|(at, called)| {
            let called = called.iter();
            called.map(|called| (*at, Arc::as_ptr(&called.method), called.bytecode))
        });
        let met = of_maps
            .met
            .entry((addresses.into(), whole, called.collect(), methods.collect()));
        let key = met.key().0.clone();
        let walk = met.or_insert_with(|| {
            Arc::new(Walk {
                addresses: key,
                whole,
                maps: Arc::clone(maps),
                python: python.clone(),
                java,
            })
        });
        Arc::clone(walk)
    }
}

impl OfMaps {
    fn new(maps: Arc<Maps>) -> OfMaps {
        let mut native = Native::new();
        for code in &maps.code {
            let symbols = code.file.as_deref().and_then(symbols::of);
            let bias = symbols
                .as_ref()
                .and_then(|symbols| symbols.bias(code))
                .filter(|bias| *bias <= code.range.start);
            // framehop counts 32 bits from the module's base.
            let (Some(symbols), Some(bias)) = (symbols, bias) else {
                continue;
            };
            if code.range.end - bias > u64::from(u32::MAX) {
                continue;
            }
            native.add_module(Module::new(
                String::new(),
                code.range.clone(),
                bias,
                sections(&symbols),
            ));
        }
        OfMaps {
            maps,
            native,
            cache: Cache::new(),
            met: HashMap::new(),
        }
    }

    fn follow(&mut self, snapshot: &Snapshot) -> Way {
        let start = snapshot.registers;
        let mut read = |address: u64| {
            let at = address.checked_sub(start.stack).ok_or(())?;
            let at = usize::try_from(at).map_err(drop)?;
            let word = snapshot.bytes.get(at..).and_then(|rest| rest.first_chunk());
            word.map(|word| u64::from_ne_bytes(*word)).ok_or(())
        };
        let mut way = Way::default();
        let mut java = snapshot.java.iter().peekable();
        let mut frame = FrameAddress::InstructionPointer(start.instruction);
        let mut registers = native_registers(&start);
        loop {
            let address = match frame {
                // The call to the kernel is the instruction before the one that comes next.
                FrameAddress::InstructionPointer(address) => address.saturating_sub(1),
                FrameAddress::ReturnAddress(_) => frame.address_for_lookup(),
            };
            // What was mapped when the process was last looked at: generated code may be where nothing was then.
            let code = self.maps.find(address);
            let may_be_java = code.is_none_or(|code| code.file.is_none());
            let run = java.next_if(|run| may_be_java && run.begins_at(registers.sp()));
            let outer = if let Some(run) = run {
                // It was followed at the stop. What called it goes on from there.
                way.java.push((way.addresses.len(), run.called.clone()));
                let Some(caller) = run.caller else { return way };
                registers = native_registers(&caller);
                Ok(Some(caller.instruction))
            } else if code.is_none() || way.addresses.len() == FRAMES {
                // Where there is no code, the way was lost before.
                return way;
            } else {
                way.addresses.push(address);
                let cache = &mut self.cache;
                self.native
                    .unwind_frame(frame, &mut registers, cache, &mut read)
            };
            match outer.map(|outer| outer.map(FrameAddress::from_return_address)) {
                Ok(Some(Some(outer))) => frame = outer,
                Ok(None) => {
                    way.whole = true;
                    return way;
                }
                Ok(Some(None)) | Err(_) => return way,
            }
        }
    }
}

/// How far a stack was followed.
#[derive(Debug, Default)]
struct Way {
    addresses: Vec<u64>,
    java: Vec<(usize, Vec<java::Called>)>,
    /// Whether its end was reached.
    whole: bool,
}

/// The sections that tell how to get from a function to its caller.
fn sections(symbols: &Rc<Symbols>) -> ExplicitModuleSectionInfo<&'static [u8]> {
    let mut info = ExplicitModuleSectionInfo::default();
    let range = |name| symbols.section(name).map(|(range, _)| range);
    let data = |name| symbols.section(name).map(|(_, data)| data);
    info.text_svma = range(".text");
    info.got_svma = range(".got");
    info.eh_frame_svma = range(".eh_frame");
    info.eh_frame = data(".eh_frame");
    info.eh_frame_hdr_svma = range(".eh_frame_hdr");
    info.eh_frame_hdr = data(".eh_frame_hdr");
    info
}

#[cfg(target_arch = "x86_64")]
fn native_registers(registers: &Registers) -> framehop::x86_64::UnwindRegsX86_64 {
    framehop::x86_64::UnwindRegsX86_64::new(registers.instruction, registers.stack, registers.frame)
}

#[cfg(target_arch = "aarch64")]
fn native_registers(registers: &Registers) -> framehop::aarch64::UnwindRegsAarch64 {
    // Return addresses may be signed in their upper bits; programs have at most 48 bits of addresses.
    let mask = framehop::aarch64::PtrAuthMask((1 << 48) - 1);
    framehop::aarch64::UnwindRegsAarch64::new_with_ptr_auth_mask(
        mask,
        registers.link,
        registers.stack,
        registers.frame,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::maps::Files;
    use proptest::prelude::*;

    fn own() -> Arc<Maps> {
        thread_local! {
            static OWN: Arc<Maps> = Arc::new(Files::default().look(std::process::id() as i32));
        }
        OWN.with(Arc::clone)
    }

    /// Addresses of this program's code, so that the walk gets somewhere, and any others.
    fn address() -> impl Strategy<Value = u64> {
        let code: Vec<u64> = own()
            .code
            .iter()
            .flat_map(|code| [code.range.start + 0x10, code.range.end - 1])
            .collect();
        prop_oneof![
            proptest::sample::select(code),
            own().code[0].range.clone(),
            0x7000_0000_u64..0x7000_4000,
            any::<u64>(),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn whatever_lies_on_a_stack_it_is_followed_or_not(
            instruction in address(),
            frame in address(),
            link in address(),
            words in proptest::collection::vec(address(), 0..200),
            cut in 0..8_usize,
            java in proptest::collection::vec((address(), proptest::option::of(address())), 0..6),
        ) {
            let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
            bytes.truncate(bytes.len().saturating_sub(cut));
            for stack in [0x7000_0000, 0x7000_0004, u64::MAX - 15, 0] {
                let registers = Registers { instruction, stack, frame, link };
                // Java that goes round in circles, or leads anywhere.
                let java = java.iter().map(|(at, caller)| {
                    let caller = caller.map(|instruction| Registers { instruction, ..registers });
                    java::Run::anywhere(*at, caller)
                });
                let java = java.collect();
                let snapshot = Snapshot { registers, bytes: bytes.clone(), maps: own(), python: Vec::new(), java };
                let walk = Walker::default().walk(&snapshot);
                prop_assert!(walk.addresses.len() <= FRAMES);
            }
        }
    }
}
