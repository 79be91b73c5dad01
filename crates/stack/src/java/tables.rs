//! The tables that libjvm exports for tools that look into a JVM from outside (`vmStructs.cpp`): which structure has
//! which field at which offset, where the static variables are, and the values of some constants.

use crate::maps::Maps;
use crate::memory::Memory;
use crate::read::{address, number};
use crate::symbols;
use std::collections::HashMap;

/// Where a mapped libjvm has its tables: the variable of each name.
#[derive(Clone, Debug)]
pub(super) struct Library(HashMap<&'static str, u64>);

/// The variables that lead to the tables, without the `gHotSpotVM` that all begin with.
const EXPORTED: [&str; 15] = [
    "Structs",
    "StructEntryArrayStride",
    "StructEntryTypeNameOffset",
    "StructEntryFieldNameOffset",
    "StructEntryIsStaticOffset",
    "StructEntryOffsetOffset",
    "StructEntryAddressOffset",
    "Types",
    "TypeEntryArrayStride",
    "TypeEntryTypeNameOffset",
    "TypeEntrySizeOffset",
    "IntConstants",
    "IntConstantEntryArrayStride",
    "IntConstantEntryNameOffset",
    "IntConstantEntryValueOffset",
];

/// A row is no longer, a table has no more rows, and all names lie within so many bytes.
const STRIDE: u64 = 256;
const ROWS: usize = 10_000;
const TEXTS: u64 = 32 * 1024 * 1024;
/// No name is longer.
const NAME: u64 = 128;
/// So much is read at once.
const PIECE: usize = 64 * 1024;

/// What stands in the tables.
#[derive(Debug, Default)]
pub(super) struct Tables {
    /// `Structure::field`: its offset, or the address of a static one.
    fields: HashMap<String, u64>,
    sizes: HashMap<String, u64>,
    constants: HashMap<String, u64>,
}

impl Library {
    /// The libjvm that is mapped here, if there is one with all the tables.
    pub(super) fn find(maps: &Maps) -> Option<Library> {
        maps.code.iter().find_map(|code| {
            let mapped = code.file.as_deref()?;
            if mapped.file_name() != "libjvm.so" {
                return None;
            }
            let symbols = symbols::of(mapped)?;
            let bias = symbols.bias(code)?;
            let places = EXPORTED.into_iter().map(|name| {
                let place = symbols.exported(&format!("gHotSpotVM{name}"))?;
                Some((name, place.wrapping_add(bias)))
            });
            Some(Library(places.collect::<Option<_>>()?))
        })
    }

    /// Reads the tables. `None` before libjvm has filled them.
    pub(super) fn tables(&self, memory: &dyn Memory) -> Option<Tables> {
        let mut tables = Tables::default();
        let value = |name: &str| address(memory, *self.0.get(name)?);
        let offset = |name: &str| Some(value(name)?.min(STRIDE) as usize);

        let structure = offset("StructEntryTypeNameOffset")?;
        let field = offset("StructEntryFieldNameOffset")?;
        let is_static = offset("StructEntryIsStaticOffset")?;
        let (inside, fixed) = (
            offset("StructEntryOffsetOffset")?,
            offset("StructEntryAddressOffset")?,
        );
        let rows = rows(
            memory,
            value("Structs")?,
            value("StructEntryArrayStride")?,
            structure,
        )?;
        let texts = Texts::around(memory, &rows, &[structure, field])?;
        for row in &rows {
            let at = if number::<4>(row, is_static)? == 0 {
                inside
            } else {
                fixed
            };
            if let (Some(structure), Some(field)) = (texts.at(row, structure), texts.at(row, field))
            {
                let name = format!("{structure}::{field}");
                tables.fields.insert(name, number::<8>(row, at)?);
            }
        }

        let lists = [
            ("Types", "TypeEntry", "TypeName", "Size"),
            ("IntConstants", "IntConstantEntry", "Name", "Value"),
        ];
        for (list, entry, name, number_of) in lists {
            let name = offset(&format!("{entry}{name}Offset"))?;
            let at = offset(&format!("{entry}{number_of}Offset"))?;
            let stride = value(&format!("{entry}ArrayStride"))?;
            let rows = self::rows(memory, value(list)?, stride, name)?;
            let texts = Texts::around(memory, &rows, &[name])?;
            let into = if list == "Types" {
                &mut tables.sizes
            } else {
                &mut tables.constants
            };
            for row in &rows {
                // Constants have four bytes, and no structure needs more.
                if let Some(name) = texts.at(row, name) {
                    into.insert(name, number::<4>(row, at)?);
                }
            }
        }
        Some(tables)
    }

    #[cfg(test)]
    pub(super) fn anywhere(place: u64) -> Library {
        let places = (0..).step_by(8).map(|at| place.wrapping_add(at));
        Library(EXPORTED.into_iter().zip(places).collect())
    }
}

impl Tables {
    /// The offset of a field, `Structure::field`.
    pub(super) fn offset(&self, field: &str) -> Option<usize> {
        // No structure is that large: this must be something else.
        let offset = *self.fields.get(field)?;
        (offset < 64 * 1024).then_some(offset as usize)
    }

    /// The address of a static variable.
    pub(super) fn variable(&self, field: &str) -> Option<u64> {
        self.fields.get(field).copied()
    }

    pub(super) fn size(&self, structure: &str) -> Option<usize> {
        let size = *self.sizes.get(structure)?;
        (size < 64 * 1024).then_some(size as usize)
    }

    pub(super) fn constant(&self, name: &str) -> Option<i32> {
        self.constants.get(name).map(|value| *value as u32 as i32)
    }
}

/// The rows of a table up to the first one without a name.
fn rows(memory: &dyn Memory, start: u64, stride: u64, name: usize) -> Option<Vec<Vec<u8>>> {
    if start == 0 || !(8..=STRIDE).contains(&stride) {
        return None;
    }
    let stride = stride as usize;
    let piece = PIECE / stride * stride;
    let mut rows = Vec::new();
    let mut place = start;
    while rows.len() < ROWS {
        let bytes = memory.read(place, piece);
        for row in bytes.chunks_exact(stride) {
            if number::<8>(row, name)? == 0 {
                return Some(rows);
            }
            rows.push(row.to_vec());
        }
        if bytes.len() < piece {
            return None;
        }
        place = place.wrapping_add(piece as u64);
    }
    None
}

/// The memory that has all names of a table in it, read at once.
struct Texts {
    start: u64,
    bytes: Vec<u8>,
}

impl Texts {
    fn around(memory: &dyn Memory, rows: &[Vec<u8>], columns: &[usize]) -> Option<Texts> {
        let pointers = rows
            .iter()
            .flat_map(|row| {
                columns
                    .iter()
                    .filter_map(|column| number::<8>(row, *column))
            })
            .filter(|pointer| *pointer != 0);
        let (start, last) = pointers.fold((u64::MAX, 0), |(start, last), pointer| {
            (start.min(pointer), last.max(pointer))
        });
        let length = last.checked_sub(start)?;
        (length < TEXTS).then(|| Texts {
            start,
            bytes: memory.read(start, (length + NAME) as usize),
        })
    }

    /// The text that a column of a row points to.
    fn at(&self, row: &[u8], column: usize) -> Option<String> {
        let at = number::<8>(row, column)?.checked_sub(self.start)?;
        let bytes = self.bytes.get(usize::try_from(at).ok()?..)?;
        let end = bytes
            .iter()
            .take(NAME as usize)
            .position(|byte| *byte == 0)?;
        str::from_utf8(&bytes[..end]).ok().map(str::to_owned)
    }
}
