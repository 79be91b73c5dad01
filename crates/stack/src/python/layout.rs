//! Where things lie in CPython, by version, on machines of 64 bits.

use crate::memory::Memory;
use crate::read::number;

/// The offsets within the interpreter's structures.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) runtime_interpreters: u64,
    pub(super) interpreter_threads: u64,
    pub(super) thread_next: usize,
    pub(super) thread_interpreter: usize,
    pub(super) thread_id: usize,
    pub(super) current: Current,
    pub(super) frame_code: usize,
    pub(super) frame_previous: usize,
    pub(super) frame_instruction: usize,
    pub(super) entry: Entry,
    pub(super) code_first_line: usize,
    pub(super) code_file: usize,
    pub(super) code_qualified_name: usize,
    pub(super) code_lines: usize,
    pub(super) code_instructions: u64,
    /// Where the characters of a text begin: one of ASCII only, and any other.
    pub(super) ascii: u64,
    pub(super) text: u64,
}

/// How a thread leads to its innermost frame.
#[derive(Clone, Copy, Debug)]
pub(super) enum Current {
    /// By a pointer to a structure (`_PyCFrame`), and where the frame stands in that.
    Through(usize, u64),
    Directly(usize),
}

/// What tells that the interpreter's loop was entered anew.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// A byte in the frame of the function that it was entered with.
    Marked(usize),
    /// A frame of its own before that function's, which says who owns it: the C stack.
    Apart(usize),
}

/// `FRAME_OWNED_BY_CSTACK`.
pub(super) const OWNED_BY_C: u8 = 3;

/// CPython 3.11: `Include/internal/pycore_frame.h`, `Include/cpython/pystate.h`, `Include/cpython/code.h`.
const PYTHON_3_11: Layout = Layout {
    runtime_interpreters: 40,
    interpreter_threads: 16,
    thread_next: 8,
    thread_interpreter: 16,
    thread_id: 160,
    current: Current::Through(56, 8),
    frame_code: 32,
    frame_previous: 48,
    frame_instruction: 56,
    entry: Entry::Marked(68),
    code_first_line: 72,
    code_file: 112,
    code_qualified_name: 128,
    code_lines: 136,
    code_instructions: 184,
    ascii: 48,
    text: 72,
};

const PYTHON_3_12: Layout = Layout {
    interpreter_threads: 72,
    thread_id: 144,
    current: Current::Through(56, 0),
    frame_code: 0,
    frame_previous: 8,
    entry: Entry::Apart(70),
    code_first_line: 68,
    code_instructions: 192,
    ascii: 40,
    text: 56,
    ..PYTHON_3_11
};

impl Layout {
    /// Where things lie in this version; `None` if that is not known.
    pub(super) fn of(version: u64, runtime: u64, memory: &dyn Memory) -> Option<Layout> {
        match version >> 16 {
            0x030b => Some(PYTHON_3_11),
            0x030c => Some(PYTHON_3_12),
            0x030d => told(&memory.read(runtime, TOLD)),
            _ => None,
        }
    }

    /// How much of a frame is to be read.
    pub(super) fn frame(&self) -> usize {
        let (Entry::Marked(last) | Entry::Apart(last)) = self.entry;
        let fields = [self.frame_code, self.frame_previous, self.frame_instruction];
        let words = fields.into_iter().max().map_or(0, |last| last + 8);
        words.max(last + 1)
    }

    /// How much of a code object is to be read.
    pub(super) fn code(&self) -> usize {
        let fields = [
            self.code_file,
            self.code_qualified_name,
            self.code_lines,
            self.code_first_line,
        ];
        fields.into_iter().max().map_or(0, |last| last + 8)
    }

    /// How much of a thread's structure is to be read.
    pub(super) fn thread(&self) -> usize {
        let (Current::Through(current, _) | Current::Directly(current)) = self.current;
        let fields = [
            self.thread_next,
            self.thread_interpreter,
            self.thread_id,
            current,
        ];
        fields.into_iter().max().map_or(0, |last| last + 8)
    }
}

/// How much of `_PyRuntime` is read where it tells the offsets itself.
const TOLD: usize = 8 * 46;

/// CPython 3.13 tells most offsets itself, at the beginning of `_PyRuntime` (`_Py_DebugOffsets`): 64-bit numbers behind
/// a mark and the version. In a build without the global lock objects are laid out in another way.
fn told(table: &[u8]) -> Option<Layout> {
    let word = |index: usize| number::<8>(table, 8 * index);
    // No structure is as large as that: it would be something else.
    let offset = |index| word(index).filter(|offset| *offset < 1 << 20);
    let place = |index| offset(index).map(|offset| offset as usize);
    if !table.starts_with(b"xdebugpy") || word(1)? >> 16 != 0x030d || word(2)? != 0 {
        return None;
    }
    Some(Layout {
        runtime_interpreters: offset(5)?,
        interpreter_threads: offset(9)?,
        thread_next: place(21)?,
        thread_interpreter: place(22)?,
        current: Current::Directly(place(23)?),
        thread_id: place(25)?,
        frame_previous: place(29)?,
        frame_code: place(30)?,
        frame_instruction: place(31)?,
        entry: Entry::Apart(place(33)?),
        code_file: place(35)?,
        code_qualified_name: place(37)?,
        code_lines: place(38)?,
        code_first_line: place(39)?,
        code_instructions: offset(43)?,
        ..PYTHON_3_12
    })
}
