//! Whatever a safe function of the libc layer is given: an answer or an error, and nothing else.
#![forbid(unsafe_code)]

#[path = "helpers/folder.rs"]
mod folder;

use std::io::{ErrorKind, Read};
use std::mem::MaybeUninit;
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::sys::socket::MsgFlags;
use socket2::Socket;
use step11_unix::with_libc::address::sockaddr_un;
use step11_unix::with_libc::message::{descriptors_in, recvmsg, rights, sendmsg, space};
use step11_unix::{with_libc, with_nix, with_socket2};

#[test]
fn what_was_put_into_a_control_message_is_found_in_it() {
    for numbers in [&[][..], &[3], &[3, 4], &[3, 4, 5], &[-1, i32::MAX, 0]] {
        let control = rights(numbers).unwrap();
        assert_eq!(control.len(), space(numbers.len()).unwrap());
        assert_eq!(descriptors_in(&control), numbers);
        // Two of them, one behind the other, and zeroes where nothing was written.
        let two = [&control[..], &control, &[0; 64]].concat();
        assert_eq!(descriptors_in(&two), [numbers, numbers].concat());
    }
}

#[test]
fn a_control_message_that_is_cut_off_has_no_more_than_is_there() {
    let control = rights(&[3, 4, 5, 6]).unwrap();
    for end in 0..control.len() {
        assert_eq!(descriptors_in(&control[..end]), [], "{end} bytes");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_header_may_lie_about_its_length() {
    let mut control = rights(&[3, 4, 5, 6]).unwrap();
    // The first member of a cmsghdr. First, 1,020 descriptors: room for 4,080 bytes that are not there.
    for lie in [16 + 4080, usize::MAX, usize::MAX - 7, 1 << 31, 15, 1, 0] {
        control[..size_of::<usize>()].copy_from_slice(&lie.to_ne_bytes());
        assert_eq!(descriptors_in(&control), [], "{lie}");
        assert_eq!(descriptors_in(&control[..16]), [], "{lie}");
    }
    // One that says less is believed.
    control[..size_of::<usize>()].copy_from_slice(&(16_usize + 4).to_ne_bytes());
    assert_eq!(descriptors_in(&control), [3]);
}

#[test]
fn bytes_may_be_any_bytes() {
    // A generator of Lehmer's, so that it is the same each time.
    let mut seed: u64 = 11;
    for length in 0..2000 {
        let bytes = (0..length % 97).map(|_| {
            seed = seed * 48_271 % 0x7fff_ffff;
            // Every second is a small number, as they stand in headers.
            (seed % [24, 256][(seed % 2) as usize]) as u8
        });
        let bytes: Vec<u8> = bytes.collect();
        assert!(descriptors_in(&bytes).len() <= bytes.len() / 4);
    }
}

#[test]
fn a_number_of_descriptors_that_c_cannot_say_is_refused() {
    let (one, _other) = UnixStream::pair().unwrap();
    one.set_nonblocking(true).unwrap();
    for room in [usize::MAX, usize::MAX / 4 + 1, 1 << 30, 1 << 29] {
        assert_eq!(space(room).unwrap_err().raw_os_error(), Some(libc::EINVAL));
        let error = recvmsg(one.as_raw_fd(), &mut [0; 8], room, 0).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
        let errno = with_nix::recvmsg(&one, &mut [0; 8], room, MsgFlags::empty()).unwrap_err();
        assert_eq!(errno, Errno::EINVAL);
        let socket = Socket::from(one.try_clone().unwrap());
        let buffer = &mut [MaybeUninit::uninit(); 8];
        let error = with_socket2::recvmsg(&socket, buffer, room, 0).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
    }
    // And one that the kernel refuses.
    let numbers = [one.as_raw_fd(); 1000];
    let error = sendmsg(one.as_raw_fd(), b"x", &numbers, 0).unwrap_err();
    assert!(error.raw_os_error().is_some(), "{error}");
}

#[test]
fn an_address_is_never_longer_than_itself() {
    let folder = folder::Folder::new();
    let path = folder.join("chat");
    let address = sockaddr_un(&path).unwrap();
    let size = size_of::<libc::sockaddr_un>() as libc::socklen_t;
    for length in [size + 1, 4096, libc::socklen_t::MAX] {
        let error = address.with_length(length).unwrap_err();
        assert_eq!(error.raw_os_error(), Some(libc::EINVAL), "{length}");
    }
    for length in 0..=size {
        let part = address.with_length(length).unwrap();
        assert!(part.name().len() < size as usize);
        // Long enough for the whole path it is bound there. Shorter ones would be bound elsewhere.
        if length >= address.length() {
            let fd = with_libc::bound_at(libc::SOCK_DGRAM, &part).unwrap();
            step06_close::with_libc::close(fd).unwrap();
            assert_eq!(folder.files(), ["chat"]);
            std::fs::remove_file(&path).unwrap();
        }
    }
}

#[test]
fn the_client_of_another_family_is_an_error_and_its_connection_is_closed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let error = with_libc::accept_peer(listener.as_raw_fd()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));
    match client.read(&mut [0; 1]) {
        Ok(count) => assert_eq!(count, 0, "nobody has the connection any more"),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
}

#[test]
fn only_rights_are_read_as_descriptors() {
    let control = rights(&[3, 4]).unwrap();
    let message = (libc::SOL_SOCKET, libc::SCM_RIGHTS);
    // The level and the type stand behind the length, in one piece each.
    let start = control.len() - 8 - 2 * size_of::<i32>();
    let words = |level: i32, kind: i32| [level.to_ne_bytes(), kind.to_ne_bytes()].concat();
    assert_eq!(control[start..start + 8], words(message.0, message.1));
    for (level, kind) in [(message.0, message.1 + 1), (message.0 + 1, message.1)] {
        let mut other = control.clone();
        other[start..start + 8].copy_from_slice(&words(level, kind));
        assert!(descriptors_in(&other).is_empty(), "{level} {kind}");
    }
}
