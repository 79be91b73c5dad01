//! Whatever lies in a process is followed or not, and nothing goes wrong over it.

use super::frames::FRAMES;
use super::*;
use layout::{Blob, Code, Heap, Kind, Scopes, Thread, Undo};
use proptest::prelude::*;
use tables::Tables;

/// Where the parts of the JVM lie in these tests.
const STACK: u64 = 0x7000_0000;
const INTERPRETER: u64 = 0x1_0000;
const CALL_STUB: u64 = 0x2_0000;
const HEAP: u64 = 0x10_0000;

/// As in JDK 17, or as in JDK 25.
fn layout(is_new: bool) -> Layout {
    let heap = Heap {
        range: HEAP..HEAP + 0x10_0000,
        table: 0x9000,
        shift: 6,
        header: if is_new { 8 } else { 16 },
        used: if is_new { 4 } else { 8 },
    };
    let (kind, code) = if is_new {
        (Kind::Number(56, 1), Code::Offsets(36, 40))
    } else {
        (Kind::Name(96), Code::Addresses(32, 40))
    };
    let scopes = if is_new {
        Scopes::Beside {
            fixed: 96,
            places: 196,
            scopes: 200,
            changing: 16,
            metadata: 28,
        }
    } else {
        Scopes::Inside {
            scopes: 120,
            places: 268,
            places_end: 272,
            metadata: 260,
        }
    };
    Layout {
        version: if is_new { 25 } else { 17 },
        interpreter: INTERPRETER..INTERPRETER + 0x1000,
        call_stub: CALL_STUB,
        heaps: vec![heap],
        lasting: 0..64,
        thread: Thread {
            list: 0x8000,
            length: 4,
            elements: 16,
            stack_base: 592,
            stack_size: 600,
            anchor: 656,
            stack: 0,
            instruction: 8,
            frame: 16,
            wrapper: -6,
            wrapper_anchor: 32,
        },
        blob: Blob {
            size: if is_new { 224 } else { 352 },
            frame_size: if is_new { 44 } else { 28 },
            kind,
            code,
            method: if is_new { 80 } else { 112 },
            id: if is_new { 212 } else { 304 },
            scopes,
            undo: if is_new {
                Undo::Offsets([176, 180])
            } else {
                Undo::Addresses([128, 136])
            },
            kept: if is_new { 208 } else { 300 },
        },
        method: layout::Method {
            fixed: 8,
            flags: 40,
            pool: 8,
            size: 24,
            fixed_flags: 28,
            has_lines: 1,
            code_size: 32,
            name: 34,
            code: 48,
            pool_class: 24,
            pool_file: 54,
            pool_length: 60,
            pool_entries: 72,
            class_name: 24,
            text_length: 4,
            text: 6,
        },
    }
}

fn java(layout: Option<Layout>) -> Java {
    Java {
        library: Library::anywhere(0x5000),
        layout: layout.map(Arc::new),
        tries: 0,
        threads: Threads::one(1, 0x6000, STACK),
        methods: Methods::default(),
        places: Places::default(),
    }
}

/// Memory in which anything lies anywhere, another time something else.
struct Odd(Vec<u8>, std::cell::Cell<usize>);

impl Memory for Odd {
    fn read(&self, address: u64, length: usize) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        self.1.set(self.1.get() % 1000 + 1);
        let again = if self.1.get() > 500 { 8 } else { 0 };
        let start = (address % 4096) as usize + again;
        let start = start % self.0.len();
        let bytes = self.0[start..].iter().chain(self.0.iter().cycle());
        // Now and then it ends.
        let length = if self.1.get().is_multiple_of(17) {
            length / 2
        } else {
            length
        };
        bytes.take(length.min(4096)).copied().collect()
    }
}

/// Numbers as they lie in a JVM's memory, so that the way leads somewhere, and any others.
fn word() -> impl Strategy<Value = u64> {
    prop_oneof![
        STACK..STACK + 0x1000,
        (STACK..STACK + 0x1000).prop_map(|place| place & !7),
        INTERPRETER..INTERPRETER + 0x1000,
        Just(CALL_STUB),
        HEAP..HEAP + 0x10_0000,
        0..64_u64,
        (0..64_u64).prop_map(|half| half << 32 | half),
        any::<u64>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(80))]

    #[test]
    fn whatever_lies_there_is_followed_or_not(
        words in proptest::collection::vec(word(), 0..300),
        memory in proptest::collection::vec(word(), 0..300),
        is_new in any::<bool>(),
        start in (word(), word(), word()),
    ) {
        let bytes = |words: &[u64]| -> Vec<u8> {
            words.iter().flat_map(|word| word.to_le_bytes()).collect()
        };
        let memory = Odd(bytes(&memory), Default::default());
        let bytes = bytes(&words);
        let stack = Stack { start: STACK, bytes: &bytes };
        let layout = layout(is_new);
        let anchor: Vec<u8> = [start.0, start.1, start.2, 0]
            .iter()
            .flat_map(|word| word.to_le_bytes())
            .collect();
        let mut java = java(None);
        for _ in 0..2 {
            let runs = java.follow_all(&anchor, &layout, &stack, &memory);
            prop_assert!(runs.len() <= FRAMES + 1);
            for called in runs.iter().flat_map(|run| &run.called) {
                let _ = called.line();
            }
            let _ = java.is_as_known(&layout, &memory);
        }
    }

    #[test]
    fn whatever_a_process_has_for_a_jvm_is_read_or_not(
        memory in proptest::collection::vec(word(), 0..300),
        is_new in any::<bool>(),
        is_known in any::<bool>(),
    ) {
        let memory: Vec<u8> = memory.iter().flat_map(|word| word.to_le_bytes()).collect();
        let registers = Registers { stack: STACK, ..Registers::default() };
        let bytes = memory.clone();
        let memory = Odd(memory, Default::default());
        let mut java = java(is_known.then(|| layout(is_new)));
        let _ = java.runs(1, &registers, &bytes, &memory);
        let _ = java.runs(2, &registers, &bytes, &memory);
        prop_assert!(Layout::read(&Tables::default(), &memory).is_none());
    }
}
