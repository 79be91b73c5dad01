//! Where things lie in this JVM, as far as it matters here.

use super::tables::Tables;
use crate::memory::Memory;
use crate::read::{address, number};
use std::ops::Range;

/// The versions of HotSpot that the frames were compared with. Others are not read.
const VERSIONS: [u64; 3] = [17, 21, 25];
/// No JVM has more pieces of memory for generated code.
const HEAPS: u64 = 8;

#[derive(Debug)]
pub(super) struct Layout {
    pub(super) version: u64,
    /// The code of the interpreter.
    pub(super) interpreter: Range<u64>,
    /// Where Java that was called from C returns to.
    pub(super) call_stub: u64,
    pub(super) heaps: Vec<Heap>,
    /// The classes that the JVM had ready in a file (class data sharing): they stay as long as it runs.
    pub(super) lasting: Range<u64>,
    pub(super) thread: Thread,
    pub(super) blob: Blob,
    pub(super) method: Method,
}

/// A piece of memory for generated code. A table of bytes says where in it each blob begins.
#[derive(Debug)]
pub(super) struct Heap {
    pub(super) range: Range<u64>,
    pub(super) table: u64,
    pub(super) shift: u32,
    /// The size of what lies before each blob, and in it whether the blob is in use.
    pub(super) header: usize,
    pub(super) used: usize,
}

/// The list of threads, and a thread in it.
#[derive(Debug)]
pub(super) struct Thread {
    /// Where the pointer to the list is; the length and the pointers in the list.
    pub(super) list: u64,
    pub(super) length: usize,
    pub(super) elements: usize,
    pub(super) stack_base: usize,
    pub(super) stack_size: usize,
    pub(super) anchor: usize,
    /// In an anchor: the registers of the innermost Java frame.
    pub(super) stack: usize,
    pub(super) instruction: usize,
    pub(super) frame: usize,
    /// From the frame of the call stub to its pointer to a JavaCallWrapper, and the anchor in that.
    pub(super) wrapper: i64,
    pub(super) wrapper_anchor: usize,
}

/// A piece of generated code: a compiled method or a stub.
#[derive(Debug)]
pub(super) struct Blob {
    /// How much of it is read.
    pub(super) size: usize,
    pub(super) frame_size: usize,
    pub(super) kind: Kind,
    pub(super) code: Code,
    pub(super) method: usize,
    pub(super) id: usize,
    pub(super) scopes: Scopes,
    pub(super) undo: Undo,
    /// Where in the frame of code that is to be left the place is kept that it would have been returned to.
    pub(super) kept: usize,
}

/// Where code that is no longer valid is returned to instead, so that it goes on in the interpreter:
/// two addresses, or in newer versions two offsets from the beginning of the code.
#[derive(Debug)]
pub(super) enum Undo {
    Addresses([usize; 2]),
    Offsets([usize; 2]),
}

/// What tells a compiled method from a stub: its name, or in newer versions a number.
#[derive(Debug)]
pub(super) enum Kind {
    Name(usize),
    Number(usize, u8),
}

/// Where the code begins and ends: two addresses, or in newer versions two offsets.
#[derive(Debug)]
pub(super) enum Code {
    Addresses(usize, usize),
    Offsets(usize, usize),
}

/// Where the tables are that tell which methods were put into a compiled one.
#[derive(Debug)]
pub(super) enum Scopes {
    /// In the blob: an address and three offsets.
    Inside {
        scopes: usize,
        places: usize,
        places_end: usize,
        metadata: usize,
    },
    /// In newer versions in two pieces of memory beside it.
    Beside {
        fixed: usize,
        places: usize,
        scopes: usize,
        changing: usize,
        metadata: usize,
    },
}

/// Method, ConstMethod, ConstantPool, Klass and Symbol.
#[derive(Debug)]
pub(super) struct Method {
    pub(super) fixed: usize,
    pub(super) flags: usize,
    pub(super) pool: usize,
    pub(super) size: usize,
    pub(super) fixed_flags: usize,
    pub(super) has_lines: u64,
    pub(super) code_size: usize,
    pub(super) name: usize,
    /// The size of a ConstMethod: behind it stand the bytecodes.
    pub(super) code: usize,
    pub(super) pool_class: usize,
    pub(super) pool_file: usize,
    pub(super) pool_length: usize,
    pub(super) pool_entries: usize,
    pub(super) class_name: usize,
    pub(super) text_length: usize,
    pub(super) text: usize,
}

/// Whether the JVM is one of the known versions.
pub(super) fn is_known(tables: &Tables, memory: &dyn Memory) -> bool {
    version(tables, memory).is_some()
}

fn version(tables: &Tables, memory: &dyn Memory) -> Option<u64> {
    let major = tables.variable("Abstract_VM_Version::_vm_major_version")?;
    let version = number::<4>(&memory.read(major, 4), 0)?;
    VERSIONS.contains(&version).then_some(version)
}

impl Layout {
    /// `None` for a version that is not known, or that has not all of this; and before the JVM has made its heaps.
    pub(super) fn read(tables: &Tables, memory: &dyn Memory) -> Option<Layout> {
        let pointer = |variable: &str| {
            let value = address(memory, tables.variable(variable)?)?;
            (value != 0).then_some(value)
        };
        let version = version(tables, memory)?;
        // These two are numbers of words from the frame pointer, and the same in all these versions.
        let sender = tables.constant("frame::interpreter_frame_sender_sp_offset")?;
        let last = tables.constant("frame::interpreter_frame_last_sp_offset")?;
        if (sender, last) != (-1, -2) {
            return None;
        }
        let codelets = pointer("AbstractInterpreter::_code")?;
        let begin = codelets.wrapping_add(tables.offset("StubQueue::_stub_buffer")? as u64);
        let begin = address(memory, begin)?;
        let limit = codelets.wrapping_add(tables.offset("StubQueue::_buffer_limit")? as u64);
        let limit = number::<4>(&memory.read(limit, 4), 0)?;
        Some(Layout {
            version,
            interpreter: begin..begin.checked_add(limit)?,
            call_stub: pointer("StubRoutines::_call_stub_return_address")?,
            heaps: heaps(tables, memory, pointer("CodeCache::_heaps")?)?,
            // Not every version tells.
            lasting: pointer("MetaspaceObj::_shared_metaspace_base").unwrap_or(0)
                ..pointer("MetaspaceObj::_shared_metaspace_top").unwrap_or(0),
            thread: thread(tables)?,
            blob: blob(tables)?,
            method: method(tables)?,
        })
    }
}

fn heaps(tables: &Tables, memory: &dyn Memory, list: u64) -> Option<Vec<Heap>> {
    let at = |start: u64, field: &str| Some(start.wrapping_add(tables.offset(field)? as u64));
    let length = memory.read(at(list, "GrowableArrayBase::_len")?, 4);
    let length = number::<4>(&length, 0)?.min(HEAPS);
    let elements = address(memory, at(list, "GrowableArray<int>::_data")?)?;
    let heaps = (0..length).map(|index| {
        let heap = address(memory, elements.wrapping_add(8 * index))?;
        let reserved = at(heap, "CodeHeap::_memory")?;
        let low = address(memory, at(reserved, "VirtualSpace::_low_boundary")?)?;
        let high = address(memory, at(reserved, "VirtualSpace::_high_boundary")?)?;
        let table = at(heap, "CodeHeap::_segmap")?;
        let shift = memory.read(at(heap, "CodeHeap::_log2_segment_size")?, 4);
        Some(Heap {
            range: low..high,
            table: address(memory, at(table, "VirtualSpace::_low")?)?,
            shift: u32::try_from(number::<4>(&shift, 0)?)
                .ok()
                .filter(|shift| *shift < 32)?,
            header: tables.size("HeapBlock")?,
            used: tables.offset("HeapBlock::Header::_used")?,
        })
    });
    let heaps: Vec<Heap> = heaps.collect::<Option<_>>()?;
    (!heaps.is_empty()).then_some(heaps)
}

fn thread(tables: &Tables) -> Option<Thread> {
    Some(Thread {
        list: tables.variable("ThreadsSMRSupport::_java_thread_list")?,
        length: tables.offset("ThreadsList::_length")?,
        elements: tables.offset("ThreadsList::_threads")?,
        stack_base: tables.offset("JavaThread::_stack_base")?,
        stack_size: tables.offset("JavaThread::_stack_size")?,
        anchor: tables.offset("JavaThread::_anchor")?,
        stack: tables.offset("JavaFrameAnchor::_last_Java_sp")?,
        instruction: tables.offset("JavaFrameAnchor::_last_Java_pc")?,
        frame: tables.offset("JavaFrameAnchor::_last_Java_fp")?,
        wrapper: tables
            .constant("frame::entry_frame_call_wrapper_offset")?
            .into(),
        wrapper_anchor: tables.offset("JavaCallWrapper::_anchor")?,
    })
}

fn blob(tables: &Tables) -> Option<Blob> {
    let kind = tables.offset("CodeBlob::_kind").and_then(|at| {
        let compiled = tables.constant("CodeBlobKind::Nmethod")?;
        Some(Kind::Number(at, u8::try_from(compiled).ok()?))
    });
    let name = || Some(Kind::Name(tables.offset("CodeBlob::_name")?));
    let offset = |field: &str| tables.offset(field);
    let addresses = || {
        let begin = offset("CodeBlob::_code_begin")?;
        Some(Code::Addresses(begin, offset("CodeBlob::_code_end")?))
    };
    let offsets = || {
        let begin = offset("CodeBlob::_code_offset")?;
        Some(Code::Offsets(begin, offset("CodeBlob::_data_offset")?))
    };
    let inside = || {
        Some(Scopes::Inside {
            scopes: offset("CompiledMethod::_scopes_data_begin")?,
            places: offset("nmethod::_scopes_pcs_offset")?,
            places_end: offset("nmethod::_dependencies_offset")?,
            metadata: offset("nmethod::_metadata_offset")?,
        })
    };
    let beside = || {
        Some(Scopes::Beside {
            fixed: offset("nmethod::_immutable_data")?,
            places: offset("nmethod::_scopes_pcs_offset")?,
            scopes: offset("nmethod::_scopes_data_offset")?,
            changing: offset("CodeBlob::_mutable_data")?,
            metadata: offset("CodeBlob::_relocation_size")?,
        })
    };
    let addresses_of_undo = || {
        Some(Undo::Addresses([
            offset("CompiledMethod::_deopt_handler_begin")?,
            offset("CompiledMethod::_deopt_mh_handler_begin")?,
        ]))
    };
    let offsets_of_undo = || {
        Some(Undo::Offsets([
            offset("nmethod::_deopt_handler_offset")?,
            offset("nmethod::_deopt_mh_handler_offset")?,
        ]))
    };
    let method = || offset("CompiledMethod::_method").or_else(|| offset("nmethod::_method"));
    Some(Blob {
        size: tables.size("nmethod")?,
        frame_size: offset("CodeBlob::_frame_size")?,
        kind: kind.or_else(name)?,
        code: addresses().or_else(offsets)?,
        method: method()?,
        id: offset("nmethod::_compile_id")?,
        scopes: inside().or_else(beside)?,
        undo: addresses_of_undo().or_else(offsets_of_undo)?,
        kept: offset("nmethod::_orig_pc_offset")?,
    })
}

fn method(tables: &Tables) -> Option<Method> {
    let flags = ["ConstMethod::_flags", "ConstMethod::_flags._flags"];
    let has_lines = [
        "ConstMethod::_has_linenumber_table",
        "ConstMethodFlags::_misc_has_linenumber_table",
    ];
    let has_lines = has_lines.iter().find_map(|name| tables.constant(name))?;
    Some(Method {
        fixed: tables.offset("Method::_constMethod")?,
        flags: tables.offset("Method::_access_flags")?,
        pool: tables.offset("ConstMethod::_constants")?,
        size: tables.offset("ConstMethod::_constMethod_size")?,
        fixed_flags: flags.iter().find_map(|field| tables.offset(field))?,
        has_lines: u64::try_from(has_lines).ok()?,
        code_size: tables.offset("ConstMethod::_code_size")?,
        name: tables.offset("ConstMethod::_name_index")?,
        code: tables.size("ConstMethod")?,
        pool_class: tables.offset("ConstantPool::_pool_holder")?,
        pool_file: tables.offset("ConstantPool::_source_file_name_index")?,
        pool_length: tables.offset("ConstantPool::_length")?,
        pool_entries: tables.size("ConstantPool")?,
        class_name: tables.offset("Klass::_name")?,
        text_length: tables.offset("Symbol::_length")?,
        text: tables.offset("Symbol::_body")?,
    })
}
