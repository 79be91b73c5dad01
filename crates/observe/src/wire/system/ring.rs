//! The buffer that a packet socket shares with the kernel (packet_mmap, TPACKET_V2).
//!
//! The kernel writes each packet into the next free frame, and nobody has to wake up for it:
//! who reads may come when it suits. What finds no free frame is lost, and counted.

use super::{check, set};
use crate::orphan;
use record::event::{Packet, Time};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU32, Ordering};

/// The kernel's header, the address and a packet's first [`Packet::SNAP`] bytes fit.
const FRAME: usize = 512;
const BLOCK: usize = 64 * 1024;
/// 4 MB in all.
const FRAMES: usize = 8192;
/// Where the address of a frame stands: behind the header, rounded up to 16.
const ADDRESS: usize = size_of::<libc::tpacket2_hdr>().next_multiple_of(16);

const _: () = assert!(ADDRESS + size_of::<libc::sockaddr_ll>() + 32 + Packet::SNAP <= FRAME);

/// A packet socket and the memory that it shares with the kernel.
#[derive(Debug)]
pub(super) struct Ring {
    socket: OwnedFd,
    memory: NonNull<u8>,
    /// The frame that the kernel fills next.
    next: usize,
    /// While it is open, another process keeps the socket open too, see [`Ring::open`].
    _keeper: OwnedFd,
}

// SAFETY: the memory is this Ring's own until it is dropped; any one thread may read it.
unsafe impl Send for Ring {}

/// A packet as it was copied from the buffer.
#[derive(Debug)]
pub(super) struct Frame {
    pub(super) at: Time,
    /// The device's number.
    pub(super) device: i32,
    /// On its way out over the device; else it came in.
    pub(super) outgoing: bool,
    pub(super) length: u32,
    pub(super) bytes: Box<[u8]>,
}

impl Ring {
    /// Makes the buffer, and from then on takes in what comes over this device; over all with 0, and then also what goes out.
    ///
    /// Whoever closes such a socket last waits until no processor can be looking at it any more, some 30 ms.
    /// Nobody shall wait for that at the end of a run, so a process of its own closes it last.
    pub(super) fn open(socket: OwnedFd, device: i32) -> io::Result<Ring> {
        const TPACKET_V2: i32 = libc::tpacket_versions::TPACKET_V2 as i32;
        set(&socket, libc::SOL_PACKET, libc::PACKET_VERSION, &TPACKET_V2)?;
        let request = libc::tpacket_req {
            tp_block_size: BLOCK as u32,
            tp_block_nr: (FRAMES * FRAME / BLOCK) as u32,
            tp_frame_size: FRAME as u32,
            tp_frame_nr: FRAMES as u32,
        };
        set(&socket, libc::SOL_PACKET, libc::PACKET_RX_RING, &request)?;
        if device != 0 {
            // The loopback device has each packet twice, once on its way out and once in. Before Linux 4.20 this is
            // unknown, and half of the buffer goes to what is left out later.
            let ignore = libc::PACKET_IGNORE_OUTGOING;
            let _ = set(&socket, libc::SOL_PACKET, ignore, &1_i32);
        }
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: a new mapping, at a place of the kernel's choice, touches no memory of ours.
        let memory = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                FRAMES * FRAME,
                protection,
                libc::MAP_SHARED,
                socket.as_raw_fd(),
                0,
            )
        };
        if memory == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let memory = NonNull::new(memory.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        let keeper = orphan::start(Some(socket.as_fd()), || ());
        let ring = Ring {
            _keeper: keeper?,
            socket,
            memory,
            next: 0,
        };
        ring.bind(device)?;
        Ok(ring)
    }

    /// `bind` to a device, all protocols.
    fn bind(&self, device: i32) -> io::Result<()> {
        // SAFETY: sockaddr_ll is a C structure of numbers, for which all bits zero is a value.
        let mut address: libc::sockaddr_ll = unsafe { std::mem::zeroed() };
        address.sll_family = libc::AF_PACKET as u16;
        address.sll_protocol = (libc::ETH_P_ALL as u16).to_be();
        address.sll_ifindex = device;
        let length = size_of_val(&address) as libc::socklen_t;
        // SAFETY: the kernel reads `length` bytes of the address, which lives through the call.
        let result =
            unsafe { libc::bind(self.socket.as_raw_fd(), (&raw const address).cast(), length) };
        check(result).map(drop)
    }

    /// Takes all packets that have come.
    pub(super) fn drain(&mut self, mut take: impl FnMut(Frame)) {
        while let Some(frame) = self.frame() {
            self.next = (self.next + 1) % FRAMES;
            take(frame);
        }
    }

    /// The next packet, where there is one.
    fn frame(&mut self) -> Option<Frame> {
        // SAFETY: `next` is below FRAMES, so the frame lies in the mapping.
        let at = unsafe { self.memory.add(self.next * FRAME) };
        // SAFETY: tp_status is the frame's first field, four bytes at an address that is a multiple of 512; the kernel
        // and this thread use it by turns, and only as an atomic number.
        let status = unsafe { AtomicU32::from_ptr(at.as_ptr().cast()) };
        if status.load(Ordering::Acquire) & libc::TP_STATUS_USER == 0 {
            return None;
        }
        // SAFETY: with TP_STATUS_USER the kernel has written the header and does not touch the frame until it is given back;
        // the frame's address suits the structure.
        let header = unsafe { at.cast::<libc::tpacket2_hdr>().read() };
        // SAFETY: the same for the address behind the header.
        let address = unsafe { at.add(ADDRESS) };
        // SAFETY: the same; ADDRESS is a multiple of 16, which suits the structure.
        let address = unsafe { address.cast::<libc::sockaddr_ll>().read() };
        let begin = usize::from(header.tp_net).min(FRAME);
        let length = (header.tp_snaplen as usize)
            .min(FRAME - begin)
            .min(Packet::SNAP);
        // SAFETY: begin is at most FRAME, so this is in the frame or at its end.
        let bytes = unsafe { at.add(begin) };
        // SAFETY: begin + length is at most FRAME, so the bytes lie in the frame, and the kernel leaves them alone.
        let bytes = unsafe { std::slice::from_raw_parts(bytes.as_ptr(), length) };
        let frame = Frame {
            at: u64::from(header.tp_sec) * 1_000_000_000 + u64::from(header.tp_nsec),
            length: header.tp_len,
            device: address.sll_ifindex,
            outgoing: address.sll_pkttype == libc::PACKET_OUTGOING,
            bytes: bytes.into(),
        };
        status.store(libc::TP_STATUS_KERNEL, Ordering::Release);
        Some(frame)
    }

    /// `getsockopt(PACKET_STATISTICS)`: how many packets found no free frame since this was last asked.
    pub(super) fn lost(&self) -> u32 {
        let mut statistics = libc::tpacket_stats {
            tp_packets: 0,
            tp_drops: 0,
        };
        let mut length = size_of_val(&statistics) as libc::socklen_t;
        // SAFETY: the kernel writes at most `length` bytes to the structure, which is as long as that and lives on this frame.
        let result = unsafe {
            libc::getsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_PACKET,
                libc::PACKET_STATISTICS,
                (&raw mut statistics).cast(),
                &mut length,
            )
        };
        if result == 0 { statistics.tp_drops } else { 0 }
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        // SAFETY: the mapping is this Ring's own, and nothing borrows from it.
        unsafe { libc::munmap(self.memory.as_ptr().cast(), FRAMES * FRAME) };
    }
}
