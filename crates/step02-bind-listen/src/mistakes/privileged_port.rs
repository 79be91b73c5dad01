//! `privileged-port`: a program without privilege asks for a port below 1024, here 80.
//!
//! Low ports are for the well-known services. On Linux they need the capability
//! CAP_NET_BIND_SERVICE, which root has; `ip_unprivileged_port_start` is the first port that needs
//! none. So that it fails for root too, the actor first gives its capabilities up.

use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4};

use lab::{ANY_PORT, Played, Scene, Sign, Stage, layers};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, SockaddrIn};
use socket2::{Domain, Type};
use step01_socket::{with_nix as nix_socket, with_socket2 as socket2_socket};
use step02_bind_listen::{with_libc, with_nix, with_socket2, with_std};

/// The port of the World Wide Web, as every web server wants it.
const HTTP: SocketAddrV4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80);

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "privileged-port",
        "an ordinary program asks for port 80",
    )
    .actor(
        "server",
        layers(server_libc, server_nix, server_socket2, server_std),
    )
    .needs(machine)
    .breaks(&[Sign::Found("server", "EACCES")])
    .shows(&[Sign::Found("server", "bound")])
    .cause(
        "ports below 1024 need a privilege (on Linux CAP_NET_BIND_SERVICE), and this program has \
         none.",
    )
    .repair("a port from 1024 up; port 0 takes one of those")
    .hints(&[
        "The call that fails is bind, and nobody else uses this address.",
        "EACCES is \"permission denied\": it depends on who runs the program.",
        "It depends on the port's number too. Try a larger one.",
    ])
}

fn server_libc(stage: &mut Stage) -> Played {
    give_up_privileges(stage)?;
    // WRONG in the broken twin: a port below 1024.
    let address = if stage.repaired() { ANY_PORT } else { HTTP };
    match stage.taught(|| with_libc::bound_to(address)) {
        Ok(fd) => stage.found(
            "bound",
            format!("bound to {}", with_libc::local_address(fd)?),
        ),
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    give_up_privileges(stage)?;
    let none = SockFlag::empty();
    let fd = nix_socket::socket(AddressFamily::Inet, SockType::Stream, none, None)?;
    // WRONG in the broken twin: a port below 1024.
    let address = if stage.repaired() { ANY_PORT } else { HTTP };
    match stage.taught(|| with_nix::bind(&fd, &SockaddrIn::from(address))) {
        Ok(()) => stage.found(
            "bound",
            format!("bound to {}", with_nix::local_address(&fd)?),
        ),
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    give_up_privileges(stage)?;
    let socket = socket2_socket::socket(Domain::IPV4, Type::STREAM, None)?;
    // WRONG in the broken twin: a port below 1024.
    let address = if stage.repaired() { ANY_PORT } else { HTTP };
    match stage.taught(|| with_socket2::bind(&socket, &address.into())) {
        Ok(()) => {
            let local = with_socket2::local_address(&socket)?;
            let local = local.as_socket_ipv4().unwrap_or(address);
            stage.found("bound", format!("bound to {local}"));
        }
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    give_up_privileges(stage)?;
    // WRONG in the broken twin: a port below 1024.
    let address = if stage.repaired() { ANY_PORT } else { HTTP };
    match stage.taught(|| with_std::listen_on(address)) {
        Ok(listener) => {
            let local = with_std::local_address(&listener)?;
            stage.found("bound", format!("bound to {local}"));
        }
        Err(error) => stage.found_error("bind", &error),
    }
    Ok(())
}

const START: &str = "/proc/sys/net/ipv4/ip_unprivileged_port_start";

/// Some containers have no privileged ports; other systems have other rules.
fn machine() -> Result<(), String> {
    let text = fs::read_to_string(START).map_err(|error| format!("{START}: {error}"))?;
    match text.trim().parse() {
        Ok(start) if HTTP.port() < start => Ok(()),
        _ => Err(format!(
            "{START} is {}: port {} needs no privilege here",
            text.trim(),
            HTTP.port()
        )),
    }
}

/// `capset(header, data)`: keep no capability at all, as an ordinary user's program has none.
///
/// The C library has no function for it, so the system call is made by its number.
/// See capset(2) and capabilities(7).
#[cfg(target_os = "linux")]
fn give_up_privileges(stage: &Stage) -> Played {
    use step01_socket::with_libc as step01;
    // _LINUX_CAPABILITY_VERSION_3, and 0 for this thread.
    let header: [u32; 2] = [0x2008_0522, 0];
    // Effective, permitted and inheritable, 64 bits each in two halves: all empty.
    let none: [u32; 6] = [0; 6];
    // SAFETY: in version 3, which the kernel knows, capset reads 8 bytes at the first pointer and 24
    // at the second, as many as the arrays have, and writes none.
    step01::cvt(unsafe { libc::syscall(libc::SYS_capset, header.as_ptr(), none.as_ptr()) })?;
    stage.say("has no privileges now, whoever started it");
    Ok(())
}

/// Elsewhere the scene is not played: [`machine`] says why.
#[cfg(not(target_os = "linux"))]
fn give_up_privileges(_: &Stage) -> Played {
    Ok(())
}
