//! What a mapped file tells of an address: function, source file and line.

use super::maps::{Code, Mapped};
use addr2line::gimli::{Dwarf, EndianSlice, LittleEndian, SectionId};
use object::read::elf::{ElfFile64, ProgramHeader};
use object::{Endianness, Object, ObjectSection, ObjectSymbol, SymbolKind};
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::Range;
use std::os::unix::fs::MetadataExt;
use std::rc::Rc;
use std::sync::{Mutex, PoisonError};

/// A file larger than this is not read: its functions have no names.
const LARGEST: u64 = 1 << 30;

type Slice = EndianSlice<'static, LittleEndian>;

/// A function at an address, as the file has it; not yet a name that a person would write.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Found {
    /// Mangled or not.
    pub(super) name: Option<String>,
    pub(super) file: Option<String>,
    pub(super) line: Option<u32>,
    pub(super) inlined: bool,
}

/// What is known of one file.
pub(crate) struct Symbols {
    elf: ElfFile64<'static, Endianness>,
    loads: Vec<Load>,
    /// Read when the first name is asked for.
    table: OnceCell<Vec<Symbol>>,
    lines: OnceCell<Option<addr2line::Context<Slice>>>,
}

/// A part of the file that is mapped as code.
struct Load {
    offset: Range<u64>,
    address: u64,
}

struct Symbol {
    address: Range<u64>,
    name: &'static str,
}

thread_local! {
    static KNOWN: RefCell<HashMap<Identity, Option<Rc<Symbols>>>> = RefCell::default();
}

/// What tells one state of one file from all others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

/// What this file tells; `None` when it is gone, or no ELF file of this machine's kind.
pub(super) fn of(mapped: &Mapped) -> Option<Rc<Symbols>> {
    let file = mapped.file.as_ref()?;
    let data = file.metadata().ok()?;
    let identity = Identity {
        device: data.dev(),
        inode: data.ino(),
        size: data.size(),
        modified: (data.mtime(), data.mtime_nsec()),
        changed: (data.ctime(), data.ctime_nsec()),
    };
    KNOWN.with_borrow_mut(|known| {
        let symbols = known.entry(identity.clone());
        symbols
            .or_insert_with(|| Symbols::parse(bytes(&identity, file)?).map(Rc::new))
            .clone()
    })
}

/// The bytes of a file, kept for as long as this program runs: what is found in them refers to them,
/// and a run looks at the same few files again and again.
fn bytes(identity: &Identity, file: &File) -> Option<&'static [u8]> {
    static READ: Mutex<Option<HashMap<Identity, &'static [u8]>>> = Mutex::new(None);
    let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let read = read.get_or_insert_default();
    if let Some(bytes) = read.get(identity) {
        return Some(bytes);
    }
    let bytes: &'static [u8] = Box::leak(whole(file, identity.size).ok()?.into_boxed_slice());
    read.insert(identity.clone(), bytes);
    Some(bytes)
}

fn whole(mut file: &File, size: u64) -> io::Result<Vec<u8>> {
    if size > LARGEST {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.rewind()?;
    file.take(LARGEST).read_to_end(&mut bytes)?;
    Ok(bytes)
}

impl Symbols {
    pub(crate) fn parse(bytes: &'static [u8]) -> Option<Symbols> {
        let elf = ElfFile64::<Endianness>::parse(bytes).ok()?;
        let endian = elf.endian();
        if endian != Endianness::Little {
            return None;
        }
        let loads = elf.elf_program_headers().iter().filter_map(|header| {
            let is_code = header.p_type(endian) == object::elf::PT_LOAD
                && header.p_flags(endian) & object::elf::PF_X != 0;
            let offset = header.p_offset(endian);
            let end = offset.checked_add(header.p_filesz(endian))?;
            is_code.then(|| Load {
                offset: offset..end,
                address: header.p_vaddr(endian),
            })
        });
        Some(Symbols {
            loads: loads.collect(),
            elf,
            table: OnceCell::new(),
            lines: OnceCell::new(),
        })
    }

    /// How far the addresses in the process lie above those in the file.
    pub(super) fn bias(&self, code: &Code) -> Option<u64> {
        // A mapping begins at a whole page, which may be before the part begins.
        let load = self.loads.iter().find(|load| {
            code.offset < load.offset.end
                && code
                    .offset
                    .saturating_add(code.range.end - code.range.start)
                    > load.offset.start
        })?;
        let address = (load.address)
            .checked_add(code.offset)?
            .checked_sub(load.offset.start)?;
        Some(code.range.start.wrapping_sub(address))
    }

    /// Where something that the file exports lies, function or not.
    pub(super) fn exported(&self, name: &str) -> Option<u64> {
        let mut symbols = self.elf.dynamic_symbols();
        let symbol = symbols.find(|symbol| symbol.is_definition() && symbol.name() == Ok(name))?;
        Some(symbol.address())
    }

    /// A section: its addresses and its bytes.
    pub(super) fn section(&self, name: &str) -> Option<(Range<u64>, &'static [u8])> {
        let section = self.elf.section_by_name(name)?;
        let end = section.address().checked_add(section.size())?;
        Some((section.address()..end, section.data().ok()?))
    }

    /// The functions at an address of the file, from the outermost to the innermost inlined one. Never empty.
    pub(super) fn functions(&self, address: u64) -> Vec<Found> {
        let mut found = self.in_lines(address).unwrap_or_default();
        if found.is_empty() {
            found.push(Found::default());
        }
        found.reverse();
        // The symbol has the whole path, which the debug information of a function with lines only may lack.
        if let Some(symbol) = self.symbol(address) {
            found[0].name = Some(symbol.to_owned());
        }
        for inner in &mut found[1..] {
            inner.inlined = true;
        }
        found
    }

    /// What the debug information has, innermost first.
    fn in_lines(&self, address: u64) -> Option<Vec<Found>> {
        let lines = self.lines.get_or_init(|| self.load_lines()).as_ref()?;
        let mut frames = lines.find_frames(address).skip_all_loads().ok()?;
        let mut found = Vec::new();
        while let Ok(Some(frame)) = frames.next() {
            let name = frame
                .function
                .as_ref()
                .and_then(|function| function.raw_name().ok());
            let place = frame.location.as_ref();
            found.push(Found {
                name: name.map(|name| name.into_owned()),
                file: place.and_then(|place| place.file).map(str::to_owned),
                line: place.and_then(|place| place.line).filter(|line| *line > 0),
                inlined: false,
            });
        }
        Some(found)
    }

    fn load_lines(&self) -> Option<addr2line::Context<Slice>> {
        let load = |id: SectionId| -> Result<Slice, ()> {
            let section = self.elf.section_by_name(id.name());
            let data = section
                // Compressed ones are left out: reading them takes more code than all the rest.
                .filter(|section| {
                    section
                        .compressed_file_range()
                        .is_ok_and(|range| range.format == object::CompressionFormat::None)
                })
                .and_then(|section| section.data().ok());
            Ok(EndianSlice::new(data.unwrap_or(&[]), LittleEndian))
        };
        let dwarf = Dwarf::load(load).ok()?;
        addr2line::Context::from_dwarf(dwarf).ok()
    }

    /// The name of the function that this address is in, if a symbol covers it.
    fn symbol(&self, address: u64) -> Option<&'static str> {
        let table = self.table.get_or_init(|| self.load_table());
        let end = table.partition_point(|symbol| symbol.address.start <= address);
        // Symbols do not lie in one another but for a few; one that covers the address is near.
        let near = table[..end].iter().rev().take(8);
        let near = near.filter(|symbol| symbol.address.contains(&address));
        // Of several at one address the plainest: `send`, not `__send`.
        let underscores = |name: &str| name.len() - name.trim_start_matches('_').len();
        near.min_by_key(|symbol| {
            let start = std::cmp::Reverse(symbol.address.start);
            (start, underscores(symbol.name), symbol.name.len())
        })
        .map(|symbol| symbol.name)
    }

    fn load_table(&self) -> Vec<Symbol> {
        let all = self.elf.symbols().chain(self.elf.dynamic_symbols());
        let functions = all.filter(|symbol| {
            matches!(symbol.kind(), SymbolKind::Text | SymbolKind::Unknown)
                && symbol.is_definition()
        });
        let mut table: Vec<Symbol> = functions
            .filter_map(|symbol| {
                let name = symbol.name().ok().filter(|name| !name.is_empty())?;
                let end = symbol.address().checked_add(symbol.size())?;
                let address = symbol.address()..end;
                // A symbol without a size says where something begins, but not what belongs to it.
                (!address.is_empty()).then_some(Symbol { address, name })
            })
            .collect();
        table.sort_by_key(|symbol| symbol.address.start);
        table
    }
}
