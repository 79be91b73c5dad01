//! The functions that this step declares itself: that the declarations are right, only a call can show.
//!
//! One test, and so one thread: the old functions write over each other's answers.

use std::ffi::CStr;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use step09_names::with_libc;

#[test]
fn the_declarations_are_those_of_the_headers() {
    // inet_pton and inet_ntop, against std's own reading of the same figures.
    for text in [
        c"127.0.0.1",
        c"0.0.0.0",
        c"255.1.2.3",
        c"::1",
        c"::",
        c"2001:db8::1:0:0:1",
    ] {
        let ip: IpAddr = text.to_str().unwrap().parse().unwrap();
        assert_eq!(with_libc::inet_pton(text), Some(ip));
        assert_eq!(with_libc::inet_ntop(ip).as_c_str(), text);
    }
    let longest = Ipv6Addr::from([0xff; 16]);
    let text = with_libc::inet_ntop(longest.into());
    assert_eq!(with_libc::inet_pton(&text), Some(longest.into()));
    for text in [
        c"localhost",
        c"127.1",
        c"1.2.3.4.5",
        c"256.0.0.1",
        c":::",
        c"",
        c"::1%lo",
    ] {
        assert_eq!(with_libc::inet_pton(text), None, "{text:?}");
    }

    // inet_ntoa: one buffer.
    let (one, other) = (Ipv4Addr::new(127, 0, 0, 1), Ipv4Addr::new(192, 0, 2, 255));
    // SAFETY: this program calls these functions in one thread only.
    let first = unsafe { with_libc::inet_ntoa(one) };
    // SAFETY: as before.
    let second = unsafe { with_libc::inet_ntoa(other) };
    assert_eq!(first, second);
    // SAFETY: the buffer is the library's, and no call comes before it is read.
    assert_eq!(unsafe { CStr::from_ptr(first) }, c"192.0.2.255");

    // gethostbyname of figures asks nobody, and what it has copied stays.
    // SAFETY: as before.
    let host = unsafe { with_libc::gethostbyname(c"127.0.0.1") }.unwrap();
    assert_eq!(
        (host.name.as_c_str(), &host.addresses[..]),
        (c"127.0.0.1", &[one][..])
    );
    // SAFETY: as before.
    let none = unsafe { with_libc::gethostbyname(c"::1") }.unwrap_err();
    assert_eq!(none.0, 1, "{none}: not HOST_NOT_FOUND");
    assert!(none.to_string().ends_with("(h_errno 1)"), "{none}");

    // gethostbyaddr and getservbyname know what the machine knows; what they say must fit.
    // SAFETY: as before.
    if let Ok(host) = unsafe { with_libc::gethostbyaddr(one) } {
        assert_eq!(host.addresses, [one]);
    }
    // SAFETY: as before.
    let port = unsafe { with_libc::getservbyname(c"http", c"tcp") };
    assert!(port.is_none_or(|port| port == 80), "{port:?}");
    // SAFETY: as before.
    let none = unsafe { with_libc::getservbyname(c"no-such-service", c"tcp") };
    assert_eq!(none, None);
}
