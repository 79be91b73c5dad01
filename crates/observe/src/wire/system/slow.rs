//! A slow wire: a TUN device (linux/Documentation/networking/tuntap) that 127.0.0.0/8 is led over,
//! and a thread that hands on each packet, unchanged and in order, when its time has come.
//!
//! A queueing discipline would do that within the kernel, but netem is often missing, and a token bucket that is slow enough
//! drops what is larger than its bucket for ever. This passes packets of any size.
//!
//! Not so ::1: what comes for it over any other device than the loopback one, the kernel drops (RFC 4291 section 2.5.3,
//! `ip6_rcv_core` in net/ipv6/ip6_input.c). Packets of IPv6 are as fast as ever.

use super::{Network, about_device, check, open, route};
use crate::wire::parse;
use crate::wire::slow::Sample;
use record::event::{Content, TcpState};
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

/// How long each packet is on its way.
pub(super) const DELAY: Duration = Duration::from_millis(100);
/// The wire counts as quiet when there has been nothing on it for this long: longer than an acknowledgement is held back.
const QUIET: Duration = Duration::from_millis(250);
/// No longer is waited for that, whoever goes on.
const LAST: Duration = Duration::from_secs(3);
/// The most that a packet of IPv4 can be.
const LARGEST: usize = 65_535;
/// The device's name.
const NAME: &[u8] = b"wire\0";

/// `open("/dev/net/tun")` and `ioctl(TUNSETIFF)`: a device whose packets come to this descriptor, with the way to
/// 127.0.0.0/8 led over it. It is there as long as the descriptor is open.
///
/// This runs in the child that makes the network: it makes system calls only.
pub(super) fn lay() -> io::Result<OwnedFd> {
    /// `_IOW('T', 202, int)`.
    const TUNSETIFF: u32 = 0x4004_54ca;
    const IFF_TUN: i16 = 1;
    const IFF_NO_PI: i16 = 0x1000;
    let tun = open(c"/dev/net/tun", libc::O_RDWR | libc::O_NONBLOCK)?;
    let mut request = about_device(NAME);
    request.ifr_ifru.ifru_flags = IFF_TUN | IFF_NO_PI;
    // SAFETY: TUNSETIFF reads and writes one ifreq, which lives on this frame.
    check(unsafe { libc::ioctl(tun.as_raw_fd(), TUNSETIFF as _, &mut request) })?;
    let socket = super::socket(libc::AF_INET, libc::SOCK_DGRAM, 0)?;
    let ask = |name: libc::c_ulong, fill: &dyn Fn(&mut libc::ifreq)| {
        let mut request = about_device(NAME);
        fill(&mut request);
        // SAFETY: each of these requests reads or writes one ifreq, which lives on this frame.
        check(unsafe { libc::ioctl(socket.as_raw_fd(), name as _, &mut request) })?;
        io::Result::Ok(request)
    };
    // As large as over the loopback device, so that the same calls make the same packets, or nearly.
    ask(libc::SIOCSIFMTU, &|request| {
        request.ifr_ifru.ifru_mtu = LARGEST as i32
    })?;
    ask(libc::SIOCSIFFLAGS, &|request| {
        request.ifr_ifru.ifru_flags = libc::IFF_UP as i16
    })?;
    let index = ask(libc::SIOCGIFINDEX, &|_| ())?;
    // SAFETY: SIOCGIFINDEX has filled in this field.
    route::over(unsafe { index.ifr_ifru.ifru_ifindex })?;
    Ok(tun)
}

/// Hands on the packets until the run is over and the wire is quiet. Gives what the kernel held of both ends of a
/// connection each time that a packet of it was sent or handed on.
pub(super) fn relay(network: &Network, over: &Receiver<()>) -> Vec<Sample> {
    let mut samples = Vec::new();
    let Some(Ok(tun)) = network.tun.as_ref().map(OwnedFd::try_clone) else {
        return samples;
    };
    let mut tun = File::from(tun);
    let mut on_the_way: VecDeque<(Instant, Box<[u8]>)> = VecDeque::new();
    let mut last = Instant::now();
    let mut ended = None;
    let mut packet = vec![0; LARGEST + 1];
    loop {
        let mut moved = false;
        while let Ok(length) = tun.read(&mut packet) {
            let bytes = &packet[..length];
            // What else the kernel says on a new device, about IPv6, is nobody's.
            if bytes.first().is_some_and(|first| first >> 4 == 4) {
                on_the_way.push_back((Instant::now() + DELAY, bytes.into()));
                moved = true;
                look(network, bytes, &mut samples);
            }
        }
        while let Some((due, _)) = on_the_way.front()
            && *due <= Instant::now()
            && let Some((_, bytes)) = on_the_way.pop_front()
        {
            // What the kernel does not take is lost, as on any wire.
            let _ = tun.write(&bytes);
            look(network, &bytes, &mut samples);
            moved = true;
        }
        if moved {
            last = Instant::now();
            continue;
        }
        if ended.is_none() && over.try_recv() != Err(TryRecvError::Empty) {
            ended = Some(Instant::now());
        }
        if let Some(ended) = ended
            && (on_the_way.is_empty() && last.elapsed() > QUIET || ended.elapsed() > LAST)
        {
            return samples;
        }
        let until_due = on_the_way
            .front()
            .map_or(Duration::from_millis(20), |(due, _)| {
                due.saturating_duration_since(Instant::now())
            });
        // Now and then a look whether the run is over.
        wait(&tun, until_due.min(Duration::from_millis(20)));
    }
}

/// Asks for both ends of the connection that this packet belongs to, which takes microseconds. To ask for all sockets
/// takes milliseconds: the kernel goes through those of every network.
fn look(network: &Network, bytes: &[u8], samples: &mut Vec<Sample>) {
    let at = super::now();
    let Some(packet) = parse::packet(at, bytes, bytes.len() as u32) else {
        return;
    };
    if !matches!(packet.what, Content::Tcp(_)) {
        return;
    }
    for (local, peer) in [(packet.from, packet.to), (packet.to, packet.from)] {
        let state = network.ask(local, peer).map(|answer| answer.state);
        // CLOSED stands for no such socket.
        if let Some(state) = state.filter(|state| *state != TcpState::Closed) {
            samples.push(Sample {
                at,
                local,
                peer,
                state,
            });
        }
    }
}

/// `ppoll`: until a packet comes, but no longer than this.
fn wait(tun: &File, pause: Duration) {
    let pause = libc::timespec {
        tv_sec: 0,
        tv_nsec: i64::from(pause.subsec_nanos()),
    };
    let mut poll = libc::pollfd {
        fd: tun.as_raw_fd(),
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one pollfd and one timespec, both on this frame; no signal mask.
    unsafe { libc::ppoll(&mut poll, 1, &pause, std::ptr::null()) };
}
