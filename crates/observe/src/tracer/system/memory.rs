//! Reading the memory of a stopped thread.

use stack::memory::Memory;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

/// The memory of a traced thread's process.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remote {
    pub(super) thread: i32,
}

impl Memory for Remote {
    fn read(&self, address: u64, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        let got = match copy(self.thread, address, &mut bytes) {
            Ok(got) => got,
            // Some filters refuse process_vm_readv; a tracer may read the memory as a file as well.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EPERM | libc::ENOSYS)) => {
                let file = File::open(format!("/proc/{}/mem", self.thread));
                file.and_then(|file| file.read_at(&mut bytes, address))
                    .unwrap_or(0)
            }
            // The kernel does not promise to copy what lies before a page that cannot be read, so ask for just that.
            Err(_) => {
                let page = 4096 - (address % 4096) as usize;
                if page < length {
                    copy(self.thread, address, &mut bytes[..page]).unwrap_or(0)
                } else {
                    0
                }
            }
        };
        bytes.truncate(got);
        bytes
    }

    /// One system call for all, where that is allowed.
    fn read_all(&self, pieces: &[(u64, usize)]) -> Vec<u8> {
        let mut bytes = vec![0; pieces.iter().map(|(_, length)| length).sum()];
        let there: Vec<libc::iovec> = pieces.iter().copied().map(there).collect();
        let got = readv(self.thread, &there, &mut bytes).unwrap_or(0);
        if got == bytes.len() {
            return bytes;
        }
        let each = pieces.iter().map(|(address, length)| {
            let piece = self.read(*address, *length);
            (piece.len() == *length).then_some(piece)
        });
        each.map_while(|piece| piece).flatten().collect()
    }
}

/// One piece of another process's memory.
fn copy(thread: i32, address: u64, bytes: &mut [u8]) -> io::Result<usize> {
    readv(thread, &[there((address, bytes.len()))], bytes)
}

/// A piece of another process's memory, as process_vm_readv takes it.
fn there((address, length): (u64, usize)) -> libc::iovec {
    libc::iovec {
        iov_base: std::ptr::without_provenance_mut(address as usize),
        iov_len: length,
    }
}

/// `process_vm_readv`: several pieces of another process's memory, one behind the other.
fn readv(thread: i32, there: &[libc::iovec], bytes: &mut [u8]) -> io::Result<usize> {
    let here = libc::iovec {
        iov_base: bytes.as_mut_ptr().cast(),
        iov_len: bytes.len(),
    };
    let count = there.len() as libc::c_ulong;
    // SAFETY: the kernel writes into `here` only, which is all of `bytes`, borrowed mutably;
    // what is in `there` are addresses of another process, never followed in this one.
    let got = unsafe { libc::process_vm_readv(thread, &here, 1, there.as_ptr(), count, 0) };
    usize::try_from(got).map_err(|_| io::Error::last_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lies_before_an_unreadable_page_is_read() {
        let page = 4096;
        // SAFETY: a new private mapping wherever the kernel likes touches no memory that is in use.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                2 * page,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert_ne!(start, libc::MAP_FAILED);
        let second = start.wrapping_byte_add(page);
        // SAFETY: the second page of the mapping made above, which nothing refers to.
        assert_eq!(unsafe { libc::munmap(second, page) }, 0);

        let memory = Remote {
            thread: std::process::id() as i32,
        };
        let address = start.addr() as u64 + page as u64 - 10;
        assert_eq!(memory.read(address, 64), vec![0; 10]);
        assert_eq!(memory.read(second.addr() as u64, 64), Vec::<u8>::new());
        assert_eq!(memory.read(0, 64), Vec::<u8>::new());
        let here = (start.addr() as u64, 5);
        assert_eq!(memory.read_all(&[here, (address, 3)]), vec![0; 8]);
        assert_eq!(memory.read_all(&[here, (0, 3), here]), vec![0; 5]);

        // SAFETY: the first page of the mapping made above, which nothing refers to any more.
        assert_eq!(unsafe { libc::munmap(start, page) }, 0);
    }
}
