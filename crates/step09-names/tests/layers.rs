//! What each layer makes of names, and of addresses of either family.

mod helpers;

use std::error::Error;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6, TcpListener};
use std::os::fd::AsRawFd;

use nix::sys::socket::SockaddrStorage;
use socket2::SockAddr;
use step02_bind_listen as step02;
use step09_names::with_libc::{AddrList, ResolverError, hints};
use step09_names::{with_libc, with_nix, with_socket2, with_std};

use helpers::{FIGURES, asked, figures, list_of, owner, port_text, with_ipv6};

#[test]
fn each_layer_finds_the_same_addresses() {
    for (host, ip) in [
        (c"127.0.0.1", IpAddr::from(Ipv4Addr::LOCALHOST)),
        (c"::1", IpAddr::from(Ipv6Addr::LOCALHOST)),
    ] {
        let expected = SocketAddr::new(ip, 9000);
        let list = with_libc::getaddrinfo(Some(host), Some(c"9000"), &asked()).unwrap();
        let found: Vec<_> = list.iter().filter_map(with_libc::address_of).collect();
        assert_eq!(found, [expected]);

        let found = with_nix::lookup(Some(host), Some(c"9000"), &asked()).unwrap();
        assert_eq!(found, [SockaddrStorage::from(expected)]);

        let found = with_socket2::lookup(Some(host), Some(c"9000"), &asked()).unwrap();
        assert_eq!(found, [SockAddr::from(expected)]);

        let found = with_std::lookup(host.to_str().unwrap(), 9000).unwrap();
        assert_eq!(found, [expected]);
    }
}

#[test]
fn an_entry_has_what_socket_and_connect_need() {
    let list = list_of(c"::1", c"80");
    let entries: Vec<_> = list.iter().collect();
    let [entry] = entries[..] else {
        panic!("{} entries", entries.len());
    };
    assert_eq!(entry.family(), libc::AF_INET6);
    assert_eq!(entry.kind(), libc::SOCK_STREAM);
    assert_eq!(entry.protocol(), libc::IPPROTO_TCP);
    assert_eq!(entry.length() as usize, size_of::<libc::sockaddr_in6>());
}

#[test]
fn without_a_name_it_is_this_machine() {
    let ips = |flags| {
        let hints = hints(libc::AF_INET, libc::SOCK_STREAM, flags);
        let list = with_libc::getaddrinfo(None, Some(c"80"), &hints).unwrap();
        let found = list.iter().filter_map(with_libc::address_of);
        found.map(|address| address.ip()).collect::<Vec<_>>()
    };
    assert_eq!(ips(0), [Ipv4Addr::LOCALHOST]);
    assert_eq!(ips(libc::AI_PASSIVE), [Ipv4Addr::UNSPECIFIED]);
}

#[test]
fn the_resolver_has_errors_of_its_own() {
    let figures_only = hints(libc::AF_UNSPEC, libc::SOCK_STREAM, libc::AI_NUMERICHOST);
    let error = with_libc::getaddrinfo(Some(c"localhost"), None, &figures_only).unwrap_err();
    assert_eq!(
        (error.code(), error.name()),
        (libc::EAI_NONAME, "EAI_NONAME")
    );
    assert!(error.to_string().ends_with(" (EAI_NONAME)"), "{error}");
    let error = with_nix::lookup(Some(c"localhost"), None, &figures_only).unwrap_err();
    assert_eq!(error.code(), libc::EAI_NONAME);
    let error = with_socket2::lookup(Some(c"localhost"), None, &figures_only).unwrap_err();
    assert_eq!(error.code(), libc::EAI_NONAME);

    let no_family = hints(99, libc::SOCK_STREAM, 0);
    let error = with_libc::getaddrinfo(Some(c"127.0.0.1"), None, &no_family).unwrap_err();
    assert_eq!(error.code(), libc::EAI_FAMILY);
}

#[test]
fn only_eai_system_keeps_an_errno() {
    // SAFETY: `close` takes a number by value, and no descriptor has this one.
    let failed = unsafe { libc::close(-1) };
    let error = ResolverError::of(libc::EAI_SYSTEM).unwrap();
    assert_eq!(failed, -1);
    let errno = error.source().unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(errno.raw_os_error(), Some(libc::EBADF));
    assert!(error.to_string().contains("(EAI_SYSTEM): "), "{error}");

    let error = ResolverError::of(libc::EAI_AGAIN).unwrap();
    assert!(error.source().is_none());
    assert!(ResolverError::of(0).is_none());
}

#[test]
fn of_an_error_std_keeps_the_text_and_not_the_code() {
    // No label of a name may be empty: no name server can be asked for this one.
    let error = with_std::lookup("no..name", 80).unwrap_err();
    assert_eq!(error.raw_os_error(), None);
    assert!(error.to_string().contains("lookup"), "{error}");
    // What cannot be a C string does not come as far as the resolver.
    let error = with_std::lookup("no\0name", 80).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
}

#[test]
fn an_address_becomes_two_texts_in_every_layer() {
    let scoped = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 0);
    for (address, host) in [
        (SocketAddr::from((Ipv4Addr::LOCALHOST, 80)), "127.0.0.1"),
        (SocketAddr::from(scoped), "::1"),
    ] {
        let expected = (host.to_owned(), "80".to_owned());
        let nix = with_nix::name_of(&SockaddrStorage::from(address), FIGURES);
        assert_eq!(figures(nix), expected);
        let socket2 = with_socket2::name_of(&SockAddr::from(address), FIGURES);
        assert_eq!(figures(socket2), expected);
        assert_eq!(figures(with_std::name_of(address, FIGURES)), expected);
    }
}

#[test]
fn the_walk_ends_at_the_first_that_answers() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // Bound, and nobody listens: it refuses for certain.
    let nobody = step02::with_libc::bound_to("127.0.0.1:0".parse().unwrap()).unwrap();
    let nobody = owner(nobody);
    let refuses: SocketAddr = step02::with_libc::local_address(nobody.as_raw_fd())
        .unwrap()
        .into();

    let lists = [refuses, address].map(|a| list_of(c"127.0.0.1", &port_text(a)));
    let fd = with_libc::connect_each(lists.iter().flat_map(AddrList::iter)).unwrap();
    drop(owner(fd));
    let error = with_libc::connect_each(lists[..1].iter().flat_map(AddrList::iter)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    let error = with_libc::connect_each([]).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EADDRNOTAVAIL));

    let addresses = [refuses, address].map(SockaddrStorage::from);
    with_nix::connect_each(&addresses).unwrap();
    assert_eq!(
        with_nix::connect_each(&addresses[..1]).unwrap_err(),
        nix::errno::Errno::ECONNREFUSED
    );
    let addresses = [refuses, address].map(SockAddr::from);
    with_socket2::connect_each(&addresses).unwrap();
    let error = with_socket2::connect_each(&addresses[..1]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);

    with_std::connect_each(&[refuses, address]).unwrap();
    let error = with_std::connect_each(&[refuses]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    // What std says of an empty list is its own, and no errno.
    assert_eq!(
        with_std::connect_each(&[]).unwrap_err().raw_os_error(),
        None
    );
}

#[test]
fn each_layer_sets_v6only_and_std_drops_two_layers() {
    if !with_ipv6() {
        return;
    }
    // Of a socket bound to ::1 Linux says that it is for IPv6 only, whatever was set.
    let any: SocketAddr = "[::]:0".parse().unwrap();
    for only in [true, false] {
        let says = |socket: &dyn AsRawFd| helpers::v6only(socket.as_raw_fd());
        let raw = owner(with_libc::listen_on(any, only, 1).unwrap());
        assert_eq!(says(&raw), only);
        let backlog = nix::sys::socket::Backlog::new(1).unwrap();
        assert_eq!(
            says(&with_nix::listen_on(any, only, backlog).unwrap()),
            only
        );
        assert_eq!(says(&with_socket2::listen_on(any, only, 1).unwrap()), only);
        assert_eq!(says(&with_std::listen_v6only(any, only, 1).unwrap()), only);
    }
    // It is for IPv6 sockets, and for the time before bind.
    let four = TcpListener::bind("127.0.0.1:0").unwrap();
    assert!(with_libc::set_v6only(four.as_raw_fd(), true).is_err());
    let bound = TcpListener::bind(any).unwrap();
    let error = with_libc::set_v6only(bound.as_raw_fd(), true).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EINVAL));
}

#[test]
fn of_this_step_nix_has_gethostname() {
    let raw = with_libc::gethostname().unwrap();
    let nix = nix::unistd::gethostname().unwrap();
    assert_eq!(raw.as_bytes(), nix.as_encoded_bytes());
}
