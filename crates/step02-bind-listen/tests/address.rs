//! The address as the kernel wants it, byte by byte.

use std::net::{Ipv4Addr, SocketAddrV4};

use nix::sys::socket::SockaddrIn;
use step02_bind_listen::with_libc;

#[test]
fn the_bytes_of_an_address_are_in_network_order() {
    let address = with_libc::sockaddr_in(SocketAddrV4::new(Ipv4Addr::new(192, 168, 1, 77), 8080));
    assert_eq!(address.sin_port.to_ne_bytes(), [0x1f, 0x90]);
    assert_eq!(address.sin_addr.s_addr.to_ne_bytes(), [192, 168, 1, 77]);
}

#[cfg(target_os = "linux")]
#[test]
fn all_sixteen_bytes_are_as_the_kernel_reads_them() {
    let address = with_libc::sockaddr_in(SocketAddrV4::new(Ipv4Addr::LOCALHOST, 8080));
    // SAFETY: both types are 16 bytes long, none of them is padding, and any bytes make an array.
    let bytes: [u8; 16] = unsafe { std::mem::transmute(address) };
    let mut expected = [0; 16];
    expected[..2].copy_from_slice(&2_u16.to_ne_bytes());
    expected[2..8].copy_from_slice(&[0x1f, 0x90, 127, 0, 0, 1]);
    assert_eq!(bytes, expected);
}

#[test]
fn an_address_comes_back_as_it_went_in() {
    for port in [0, 1, 8080, 9999, 65535] {
        let address = SocketAddrV4::new(Ipv4Addr::new(10, 20, 30, 40), port);
        assert_eq!(
            with_libc::socket_addr(&with_libc::sockaddr_in(address)).unwrap(),
            address
        );
    }
}

#[test]
fn nix_builds_the_same_address() {
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 9000);
    let ours = with_libc::sockaddr_in(address);
    let theirs = SockaddrIn::from(address);
    let theirs: &libc::sockaddr_in = theirs.as_ref();
    assert_eq!(ours.sin_port, theirs.sin_port);
    assert_eq!(ours.sin_addr.s_addr, theirs.sin_addr.s_addr);
    assert_eq!(ours.sin_family, theirs.sin_family);
}
