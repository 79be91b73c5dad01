//! Whatever a safe function of the libc layer is given: an answer or an error, and nothing else.
#![forbid(unsafe_code)]

use std::io::Read;
use std::net::{IpAddr, Ipv4Addr};
use std::os::fd::AsRawFd;
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};

use step09_names::with_libc::{
    self, HostError, ResolverError, accept_peer, address_of, empty_storage, getaddrinfo, hints,
    inet_ntop, inet_pton, local_address, name_of, socket_addr,
};

/// Families that are not in the internet, and numbers that are nothing at all.
const FAMILIES: [i32; 6] = [0, libc::AF_UNIX, libc::AF_INET, libc::AF_INET6, 99, -1];

#[test]
fn hints_may_be_any_numbers() {
    let (mut lists, mut errors) = (0, 0);
    for family in FAMILIES {
        for kind in [0, libc::SOCK_STREAM, libc::SOCK_RAW, 99, -1] {
            for flags in 0..0x800 {
                // In figures, so that nobody is asked.
                let asked = hints(family, kind, flags | libc::AI_NUMERICHOST);
                match getaddrinfo(Some(c"127.0.0.1"), Some(c"80"), &asked) {
                    Ok(list) => {
                        lists += 1;
                        for address in list.iter().filter_map(address_of) {
                            // AI_V4MAPPED wraps it in an IPv6 one.
                            let ip = address.ip().to_canonical();
                            assert_eq!((ip, address.port()), (Ipv4Addr::LOCALHOST.into(), 80));
                        }
                    }
                    Err(_) => errors += 1,
                }
            }
        }
    }
    assert!(lists > 0 && errors > 0, "{lists} lists, {errors} errors");
}

#[test]
fn the_flags_of_getnameinfo_may_be_any_number() {
    let asked = hints(libc::AF_INET, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
    let list = getaddrinfo(Some(c"127.0.0.1"), Some(c"80"), &asked).unwrap();
    let entry = list.iter().next().unwrap();
    let figures = libc::NI_NUMERICHOST | libc::NI_NUMERICSERV;
    for flags in 0..0x1000 {
        if let Ok((host, service)) = name_of(entry, flags | figures) {
            assert_eq!((&*host, &*service), (c"127.0.0.1", c"80"));
        }
    }
}

#[test]
fn a_length_says_no_more_than_the_storage_has() {
    let (storage, room) = empty_storage();
    for length in [0, 1, room, room + 1, u32::MAX] {
        assert_eq!(socket_addr(&storage, length), None, "of no family");
    }
    let (storage, length) = with_libc::storage_of((Ipv4Addr::LOCALHOST, 80).into());
    let address = "127.0.0.1:80".parse().ok();
    assert_eq!(socket_addr(&storage, length), address);
    assert_eq!(socket_addr(&storage, u32::MAX), address);
    assert_eq!(socket_addr(&storage, length - 1), None, "too short");
}

#[test]
fn an_address_of_a_third_family_is_an_error_and_the_connection_is_closed() {
    let path = std::env::temp_dir().join(format!("step09-{}", std::process::id()));
    let listener = UnixListener::bind(&path).unwrap();
    let client = UnixStream::connect(&path);
    std::fs::remove_file(&path).unwrap();

    let error = local_address(listener.as_raw_fd()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));
    let error = accept_peer(listener.as_raw_fd()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));
    let end = client.unwrap().read(&mut [0; 1]);
    assert_eq!(end.unwrap(), 0, "nobody has the connection any more");

    let unnamed = UnixDatagram::unbound().unwrap();
    let error = local_address(unnamed.as_raw_fd()).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EAFNOSUPPORT));
}

#[test]
fn an_error_may_have_any_number() {
    for code in (-200..200).chain([i32::MIN, i32::MAX]) {
        let words = HostError(code).to_string();
        assert!(words.ends_with(&format!("(h_errno {code})")), "{words}");
        let error = ResolverError::of(code);
        assert_eq!(error.is_none(), code == 0);
        assert!(error.is_none_or(|error| !error.to_string().is_empty()));
    }
}

#[test]
fn figures_may_be_any_text() {
    for text in [
        c"",
        c":",
        c"::::::::",
        c"1.2.3.4%",
        c"\xff\xfe",
        c"fe80::1%lo",
    ] {
        assert_eq!(inet_pton(text), None, "{text:?}");
    }
    let long = std::ffi::CString::new("1:".repeat(10_000)).unwrap();
    assert_eq!(inet_pton(&long), None);
    let longest = IpAddr::from([0xffff; 8]);
    assert_eq!(inet_pton(&inet_ntop(longest)), Some(longest));
}

#[test]
fn an_address_that_was_cut_off_is_none() {
    for (text, whole) in [("127.0.0.1:80", 16), ("[::1]:80", 28)] {
        let (storage, length) = with_libc::storage_of(text.parse().unwrap());
        assert_eq!(length, whole);
        assert_eq!(socket_addr(&storage, length), text.parse().ok());
        for short in 0..whole {
            assert_eq!(
                socket_addr(&storage, short),
                None,
                "{text} in {short} bytes"
            );
        }
    }
}
