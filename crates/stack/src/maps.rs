//! What is mapped where in a process: the files whose code its stack can lead to.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;

/// The code of a process at one moment.
#[derive(Debug, Default)]
pub(crate) struct Maps {
    /// The executable mappings, by address.
    pub(crate) code: Vec<Code>,
}

/// One executable mapping.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) range: Range<u64>,
    /// Where in the file it begins.
    pub(crate) offset: u64,
    /// `None` for code without a file: made at run time, or the kernel's own (`[vdso]`).
    pub(crate) file: Option<Arc<Mapped>>,
}

/// A mapped file.
#[derive(Debug)]
pub(crate) struct Mapped {
    /// Its path, as the process sees it.
    pub(crate) path: String,
    /// The very file that is mapped, held open: its path may lead to another one by the time it is read.
    /// `None` where it cannot be had.
    pub(crate) file: Option<File>,
    /// Whether it is the program itself, and not a library.
    pub(crate) is_program: bool,
}

impl Mapped {
    /// Its name without the folders.
    pub(crate) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl Maps {
    /// The mapping that has this address in it.
    pub(crate) fn find(&self, address: u64) -> Option<&Code> {
        let index = self.code.partition_point(|code| code.range.end <= address);
        self.code
            .get(index)
            .filter(|code| code.range.contains(&address))
    }
}

/// As many files are held open. What further files have for names is not known: descriptors are few.
const HELD: usize = 200;

/// The files that were met so far: each is opened once.
#[derive(Debug, Default)]
pub(crate) struct Files {
    known: HashMap<(String, String, bool), Arc<Mapped>>,
}

impl Files {
    /// Reads which code a process has now. The process must be stopped, or what is read may be half old and half new.
    pub(crate) fn look(&mut self, process: i32) -> Maps {
        let Ok(text) = fs::read(format!("/proc/{process}/maps")) else {
            return Maps::default();
        };
        let text = String::from_utf8_lossy(&text);
        let lines: Vec<Line> = text.lines().filter_map(Line::parse).collect();
        let program = fs::read_link(format!("/proc/{process}/exe")).ok();
        let program = program.and_then(|path| path.into_os_string().into_string().ok());
        let mut maps = Maps::default();
        for line in lines.iter().filter(|line| line.executable) {
            let file = line.path.starts_with('/').then(|| {
                let is_program = program.as_deref() == Some(line.path);
                // The device and inode are part of the key: a path may come to mean another file.
                let key = (line.path.to_owned(), line.identity.to_owned(), is_program);
                let may_open = self.known.len() < HELD;
                let known = self.known.entry(key);
                Arc::clone(known.or_insert_with(|| {
                    let first = lines
                        .iter()
                        .find(|other| other.is_same_file(line) && other.offset == 0);
                    Arc::new(Mapped {
                        path: line
                            .path
                            .strip_suffix(" (deleted)")
                            .unwrap_or(line.path)
                            .to_owned(),
                        file: may_open
                            .then(|| open(process, line, first, is_program))
                            .flatten(),
                        is_program,
                    })
                }))
            });
            maps.code.push(Code {
                range: line.range.clone(),
                offset: line.offset,
                file,
            });
        }
        maps.code.sort_by_key(|code| code.range.start);
        maps
    }
}

/// Opens the file that is mapped here, by whichever way leads to that very file.
fn open(process: i32, line: &Line, first: Option<&Line>, is_program: bool) -> Option<File> {
    let path = line.path.strip_suffix(" (deleted)").unwrap_or(line.path);
    let mut ways = vec![format!("/proc/{process}/root{path}")];
    if is_program {
        ways.push(format!("/proc/{process}/exe"));
    }
    // Only for root; but it leads to a file that is deleted, too.
    ways.push(format!(
        "/proc/{process}/map_files/{:x}-{:x}",
        line.range.start, line.range.end
    ));
    let found = ways.iter().filter_map(|way| open_plain(way).ok());
    found
        .into_iter()
        .find(|file| is_mapped(process, file, line, first))
}

/// Opens a regular file, and does not wait for anything that is none.
fn open_plain(path: &str) -> io::Result<File> {
    let mut options = File::options();
    let file = options
        .read(true)
        .custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY)
        .open(Path::new(path))?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::ErrorKind::InvalidInput.into())
    }
}

/// Whether this is the file that is mapped there. Device and inode tell, but not on every file system
/// (overlayfs shows others than stat does): then the first bytes do, which have the build id in them.
fn is_mapped(process: i32, file: &File, line: &Line, first: Option<&Line>) -> bool {
    let Ok(data) = file.metadata() else {
        return false;
    };
    let device = format!(
        "{:02x}:{:02x}",
        libc::major(data.dev()),
        libc::minor(data.dev())
    );
    if line.identity == format!("{device} {}", data.ino()) {
        return true;
    }
    let Some(first) = first else {
        return false;
    };
    let length = (first.range.end - first.range.start).min(4096) as usize;
    let (mut there, mut here) = (vec![0; length], vec![0; length]);
    let memory = File::open(format!("/proc/{process}/mem"));
    let read = memory.and_then(|memory| memory.read_exact_at(&mut there, first.range.start));
    let shorter = length.min(usize::try_from(data.size()).unwrap_or(length));
    read.is_ok()
        && file.read_exact_at(&mut here[..shorter], 0).is_ok()
        && here[..shorter] == there[..shorter]
}

/// A line of /proc/PID/maps.
#[derive(Debug, PartialEq)]
struct Line<'a> {
    range: Range<u64>,
    executable: bool,
    offset: u64,
    /// Device and inode, as they stand there.
    identity: String,
    path: &'a str,
}

impl<'a> Line<'a> {
    fn parse(text: &'a str) -> Option<Line<'a>> {
        let (fields, path) = match text.match_indices(['/', '[']).next() {
            Some((at, _)) => text.split_at(at),
            None => (text, ""),
        };
        let mut fields = fields.split_ascii_whitespace();
        let (start, end) = fields.next()?.split_once('-')?;
        let rights = fields.next()?;
        let number = |text| u64::from_str_radix(text, 16).ok();
        let offset = number(fields.next()?)?;
        let (device, inode) = (fields.next()?, fields.next()?);
        let range = number(start)?..number(end)?;
        (!range.is_empty()).then(|| Line {
            range,
            executable: rights.contains('x'),
            offset,
            identity: format!("{device} {inode}"),
            path,
        })
    }

    fn is_same_file(&self, other: &Line) -> bool {
        self.identity == other.identity && self.path == other.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read() {
        let line = Line::parse(
            "7f0c9e000000-7f0c9e026000 r-xp 00028000 fe:01 1234                       /usr/lib/a b.so (deleted)",
        );
        let expected = Line {
            range: 0x7f0c_9e00_0000..0x7f0c_9e02_6000,
            executable: true,
            offset: 0x28000,
            identity: "fe:01 1234".into(),
            path: "/usr/lib/a b.so (deleted)",
        };
        assert_eq!(line, Some(expected));
        let stack = Line::parse("7ffd0000-7ffd1000 rw-p 00000000 00:00 0    [stack]");
        assert_eq!(stack.map(|line| line.path), Some("[stack]"));
        let anonymous = Line::parse("7ffd0000-7ffd1000 rwxp 00000000 00:00 0 ");
        assert_eq!(anonymous.map(|line| line.path), Some(""));
        for odd in ["", "x", "5-4 r 0 0 0", "1-2 r-xp", "zz-1 r-xp 0 0:0 0"] {
            assert_eq!(Line::parse(odd), None, "{odd}");
        }
    }

    #[test]
    fn this_program_is_found_in_itself() {
        let maps = Files::default().look(std::process::id() as i32);
        let here = this_program_is_found_in_itself as fn() as usize as u64;
        let code = maps.find(here).expect("this function is mapped");
        let file = code.file.as_ref().expect("from a file");
        assert!(file.is_program && file.file.is_some(), "{file:?}");
        assert!(maps.find(0).is_none());
        assert!(Files::default().look(-1).code.is_empty());
    }
}
