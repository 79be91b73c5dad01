//! Whatever a traced program has in its registers and memory: nothing panics, little is copied,
//! and no control character gets out.

use super::memory::raw;
use observe::raw::Raw;
use observe::{copy, decode};
use proptest::prelude::*;
use record::event::{Call, Event, Outcome, Value, Who};
use record::{address, json, text};
use stack::memory::{Memory, Piece};
use std::cell::Cell;

/// Memory that answers at every address, with bytes that follow from a seed, and may give less than was asked for.
#[derive(Debug)]
struct Endless {
    seed: u64,
    /// No read gives more than this.
    most: usize,
    /// Whether half of the words are small, as lengths and counts are.
    tame: bool,
    asked: Cell<usize>,
}

impl Memory for Endless {
    fn read(&self, address: u64, length: usize) -> Vec<u8> {
        assert!(length <= 1024, "{length} bytes in one piece");
        self.asked.set(self.asked.get() + length);
        (0..length.min(self.most) as u64)
            .map(|offset| self.byte(address.wrapping_add(offset)))
            .collect()
    }
}

impl Endless {
    fn byte(&self, address: u64) -> u8 {
        let mut word = ((address / 8) ^ self.seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        word ^= word >> 29;
        word = word.wrapping_mul(0xbf58_476d_1ce4_e5b9);
        if self.tame && word >> 63 == 1 {
            word &= 0x3f;
        }
        word.to_ne_bytes()[(address % 8) as usize]
    }
}

fn endless() -> impl Strategy<Value = Endless> {
    let most = prop_oneof![4 => Just(usize::MAX), 1 => 0..200_usize];
    (any::<u64>(), most, any::<bool>()).prop_map(|(seed, most, tame)| Endless {
        seed,
        most,
        tame,
        asked: Cell::new(0),
    })
}

/// What a register may hold: a small number, an address, anything.
fn register() -> impl Strategy<Value = u64> {
    prop_oneof![
        0..70_u64,
        Just(0),
        Just(0x7fff_0000),
        Just(u64::MAX),
        any::<u64>()
    ]
}

fn number() -> impl Strategy<Value = i64> {
    let watched = copy::watched();
    prop_oneof![20 => (0..watched.len()).prop_map(move |index| watched[index]), 1 => any::<i64>()]
}

fn returned() -> impl Strategy<Value = Option<i64>> {
    let results = prop_oneof![0..300_i64, -600..0_i64, any::<i64>()];
    prop_oneof![9 => results.prop_map(Some), 1 => Just(None)]
}

/// Everything that is made of a call is fit to be printed.
fn is_fit_to_print(call: &Call) {
    for line in [
        call.to_string(),
        format!("{call:#}"),
        text::head(call),
        text::outcome(call),
    ] {
        is_clean(&line);
    }
    let line = json::line(&Event::Call(call.clone()));
    assert!(!line.contains('\n'));
    let object: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(
        object["args"].as_array().map(Vec::len),
        Some(call.args.len())
    );
}

fn is_clean(line: &str) {
    let turns = ['\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}'];
    let bad = line.chars().find(|&character| {
        character.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&character)
            || ('\u{2066}'..='\u{2069}').contains(&character)
            || turns.contains(&character)
    });
    assert_eq!(bad, None, "in {line:?}");
}

/// All bytes in a value lie in one of these pieces.
fn comes_from(value: &Value, pieces: &[Vec<u8>]) {
    match value {
        Value::Bytes { data, .. } if !data.is_empty() => {
            let found = pieces
                .iter()
                .any(|piece| piece.windows(data.len()).any(|part| part == data));
            assert!(found, "{data:?} lies nowhere");
        }
        Value::List(values) => values.iter().for_each(|value| comes_from(value, pieces)),
        Value::Struct(fields) => fields
            .iter()
            .for_each(|(_, value)| comes_from(value, pieces)),
        _ => {}
    }
}

/// Undoes the escapes, to see that nothing was lost.
fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'\\' {
            bytes.push(*first);
            continue;
        }
        let (byte, length) = match rest {
            [b'n', ..] => (b'\n', 1),
            [b'r', ..] => (b'\r', 1),
            [b't', ..] => (b'\t', 1),
            [b'0', ..] => (0, 1),
            [b'x', high, low, ..] => {
                let digits = [*high, *low];
                let digits = str::from_utf8(&digits).expect("two digits");
                (u8::from_str_radix(digits, 16).expect("hexadecimal"), 3)
            }
            [other, ..] => (*other, 1),
            [] => panic!("a lone backslash"),
        };
        bytes.push(byte);
        rest = &rest[length..];
    }
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_call(
        number in number(),
        args in prop::array::uniform6(register()),
        returned in returned(),
        before in endless(),
        after in endless(),
    ) {
        let call = raw(number, args, returned, &before, &after);
        is_fit_to_print(&call);
        prop_assert!(before.asked.get() <= 64 * 1024, "{} bytes before", before.asked.get());
        prop_assert!(after.asked.get() <= 64 * 1024, "{} bytes after", after.asked.get());
        copy::descriptors(number, &args, &copy::before(number, &args, &before));
        copy::descriptors(number, &args, &[]);
    }

    #[test]
    fn any_pieces(
        number in number(),
        args in prop::array::uniform6(register()),
        returned in returned(),
        pieces in prop::collection::vec((register(), prop::collection::vec(any::<u8>(), 0..200)), 0..6),
    ) {
        let pieces: Vec<Piece> = pieces.into_iter().map(|(address, bytes)| Piece { address, bytes }).collect();
        copy::descriptors(number, &args, &pieces);
        let call = decode::call(&Raw {
            who: Who { process: 1, thread: 1 },
            number,
            args,
            entered: 1,
            left: returned.map(|returned| (2, returned)),
            before: pieces.clone(),
            after: pieces,
        });
        is_fit_to_print(&call);
    }

    /// Data comes from the pieces and from nowhere else, also when they are cut anywhere.
    #[test]
    fn nothing_is_read_but_the_pieces(
        number in number(),
        args in prop::array::uniform6(register()),
        returned in 0..300_i64,
        memory in endless(),
        cuts in prop::collection::vec(0..300_usize, 1..10),
    ) {
        let mut before = copy::before(number, &args, &memory);
        let mut after = copy::after(number, &args, returned, &before, &memory);
        for (piece, cut) in before.iter_mut().chain(&mut after).zip(cuts.into_iter().cycle()) {
            piece.bytes.truncate(cut);
        }
        let pieces: Vec<Vec<u8>> = before.iter().chain(&after).map(|piece| piece.bytes.clone()).collect();
        let call = decode::call(&Raw {
            who: Who { process: 1, thread: 1 },
            number,
            args,
            entered: 1,
            left: Some((2, returned)),
            before,
            after,
        });
        is_fit_to_print(&call);
        for arg in &call.args {
            comes_from(&arg.value, &pieces);
        }
    }

    #[test]
    fn any_bytes_as_an_address(bytes in prop::collection::vec(any::<u8>(), 0..140), family in 0..12_u16) {
        is_clean(&address::decode(&bytes).to_string());
        let known = [&family.to_ne_bytes()[..], &bytes].concat();
        is_clean(&address::decode(&known).to_string());
    }

    #[test]
    fn any_bytes_as_data(data in prop::collection::vec(any::<u8>(), 0..80)) {
        let shown = format!("{:#}", Value::Bytes { total: data.len() as u64, data: data.clone() });
        is_clean(&shown);
        prop_assert_eq!(unescape(&shown[1..shown.len() - 1]), data);
    }

    #[test]
    fn any_text_as_data(data in any::<String>(), total in any::<u64>()) {
        let value = Value::Bytes { data: data.clone().into_bytes(), total };
        is_clean(&value.to_string());
        let whole = format!("{:#}", Value::Bytes { data: data.clone().into_bytes(), total: 0 });
        is_clean(&whole);
        prop_assert_eq!(unescape(&whole[1..whole.len() - 1]), data.into_bytes());
    }

    #[test]
    fn any_errno(errno in any::<i32>()) {
        is_clean(&Outcome::Failed(errno).to_string());
        prop_assert_eq!(text::errno_name(errno).is_some(), text::errno_words(errno).is_some());
    }
}
