//! Whatever number a safe function of the libc layer is given for an option: an answer or an error, and
//! nothing else.
#![forbid(unsafe_code)]

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

use libc::{IPPROTO_TCP, SO_RCVTIMEO, SO_SNDTIMEO, SOL_SOCKET, TCP_NODELAY, timeval};
use step08_options::table::{self, Form};
use step08_options::with_libc::{get_int, get_timeout, set_int, set_timeout};

const MINUTE: timeval = timeval {
    tv_sec: 60,
    tv_usec: 0,
};

fn socket() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_filter_is_not_read_into_an_int_nor_into_the_tables_bytes() {
    use libc::SO_ATTACH_FILTER;
    use socket2::{SockFilter, SockRef};

    let socket = socket();
    // As many instructions as a filter may have, of eight bytes each: 32,768 bytes.
    let longest: Vec<SockFilter> = (0..4096).map(|_| SockFilter::new(6, 0, 0, 1)).collect();
    for filter in [&longest[..4], &longest[..512], &longest] {
        SockRef::from(&socket).attach_filter(filter).unwrap();
        let error = get_int(socket.as_raw_fd(), SOL_SOCKET, SO_ATTACH_FILTER).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        assert!(error.to_string().contains("instructions"), "{error}");

        let mut entry = *table::SOCKET.first().unwrap();
        entry.numbers = (SOL_SOCKET, SO_ATTACH_FILTER);
        for form in [
            Form::Flag,
            Form::Int,
            Form::InAddr,
            Form::Timeval,
            Form::Linger,
            Form::Chars,
            Form::Struct,
        ] {
            entry.form = form;
            let error = entry.read(socket.as_raw_fd()).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidInput, "{form:?}: {error}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_time_is_not_taken_for_a_filter_with_its_pointer() {
    use libc::{SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF};

    let socket = socket();
    for name in [SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF] {
        // To the kernel: one instruction, at address 4096.
        let limit = timeval {
            tv_sec: 1,
            tv_usec: 4096,
        };
        let error = set_timeout(socket.as_raw_fd(), name, limit).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidInput);
        // An error of the kernel's would say that it had looked there: EFAULT.
        assert_eq!(error.raw_os_error(), None, "{error}");
    }
}

#[test]
fn only_two_options_are_times() {
    let fd = socket();
    for name in -1..200 {
        let is_time = [SO_RCVTIMEO, SO_SNDTIMEO].contains(&name);
        assert_eq!(set_timeout(fd.as_raw_fd(), name, MINUTE).is_ok(), is_time);
        let read = get_timeout(fd.as_raw_fd(), name);
        assert_eq!(read.ok().map(|limit| limit.tv_sec), is_time.then_some(60));
    }
}

#[test]
fn a_value_that_is_no_int_is_not_made_one() {
    let socket = socket();
    // Errors of the kernel's, by errno; nothing is invented.
    for (level, name) in [(SOL_SOCKET, -1), (-1, 1), (i32::MAX, i32::MIN)] {
        let error = get_int(socket.as_raw_fd(), level, name).unwrap_err();
        assert!(error.raw_os_error().is_some(), "{level} {name}: {error}");
        let error = set_int(socket.as_raw_fd(), level, name, 1).unwrap_err();
        assert!(error.raw_os_error().is_some(), "{level} {name}: {error}");
    }
    let error = get_int(-1, IPPROTO_TCP, TCP_NODELAY).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EBADF));
}
