//! A stack all the way, from registers to names.

use crate::layer::Namer;
use crate::maps::{Code, Files, Mapped, Maps};
use crate::memory::Registers;
use crate::symbols::*;
use crate::walk::{Snapshot, Walker};
use proptest::prelude::*;
use std::fs::{self, File};
use std::sync::Arc;

/// A small ELF file: whatever `true` is here.
fn small() -> Option<Vec<u8>> {
    ["/bin/true", "/usr/bin/true", "/bin/cat"]
        .into_iter()
        .find_map(|path| fs::read(path).ok())
        .filter(|bytes| bytes.starts_with(b"\x7fELF"))
}

/// Asks all there is to ask of a file with these bytes, mapped at `START`.
fn ask(bytes: Vec<u8>, place: u64) {
    const START: u64 = 0x5555_0000_0000;
    let name = format!(
        "lens-elf-{}-{:?}",
        std::process::id(),
        std::thread::current().id()
    );
    let path = std::env::temp_dir().join(name);
    let length = bytes.len() as u64;
    fs::write(&path, bytes).unwrap();
    let file = File::open(&path).unwrap();
    fs::remove_file(&path).unwrap();
    let mapped = Mapped {
        path: "/x/odd".into(),
        file: Some(file),
        is_program: true,
    };
    let code = Code {
        range: START..START + length.max(1).next_multiple_of(4096),
        offset: 0,
        file: Some(Arc::new(mapped)),
    };
    let maps = Arc::new(Maps { code: vec![code] });
    let registers = Registers {
        instruction: START + 1 + place % length.max(1),
        stack: 0x7000_0000,
        frame: 0x7000_0040,
        link: START + 9,
    };
    let word = START + place.rotate_left(7) % length.max(1);
    let snapshot = Snapshot {
        registers,
        bytes: word.to_ne_bytes().repeat(64),
        maps,
        python: Vec::new(),
        java: Vec::new(),
    };
    let walk = Walker::default().walk(&snapshot);
    let stack = Namer::default().name(&walk);
    assert!(!stack.frames.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_file_that_is_cut_off_or_damaged_has_fewer_names(
        is_cut in proptest::bool::weighted(0.3),
        cut in any::<proptest::sample::Index>(),
        damage in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 0..40),
        in_head in proptest::collection::vec((0..256_usize, any::<u8>()), 0..3),
        place in any::<u64>(),
    ) {
        let Some(whole) = small() else { return Ok(()) };
        // The section headers stand last: a file that is cut off has none of its sections.
        let length = if is_cut { cut.index(whole.len()).max(1) } else { whole.len() };
        let mut bytes = whole[..length].to_vec();
        for (index, byte) in damage {
            let index = index.index(bytes.len());
            bytes[index] = byte;
        }
        for (index, byte) in in_head {
            if let Some(place) = bytes.get_mut(index) {
                *place = byte;
            }
        }
        ask(bytes, place);
    }
}

#[test]
fn what_is_no_elf_file_has_no_names() {
    assert!(Symbols::parse(b"").is_none());
    assert!(Symbols::parse(b"#!/bin/sh\n").is_none());
    ask(Vec::new(), 0);
    ask(b"text".to_vec(), 3);
}

#[test]
fn the_same_way_is_one_stack() {
    let own = Arc::new(Files::default().look(std::process::id() as i32));
    let registers = Registers {
        instruction: own.code[0].range.start + 1,
        ..Registers::default()
    };
    let snapshot = Snapshot {
        registers,
        bytes: Vec::new(),
        maps: own,
        python: Vec::new(),
        java: Vec::new(),
    };
    let (mut walker, mut namer) = (Walker::default(), Namer::default());
    let [first, second] = [walker.walk(&snapshot), walker.walk(&snapshot)];
    assert!(Arc::ptr_eq(&first, &second));
    assert!(Arc::ptr_eq(&namer.name(&first), &namer.name(&second)));
    assert!(!first.whole && first.addresses.len() == 1);
    assert_eq!(namer.name(&first).frames.len(), 1);
}
