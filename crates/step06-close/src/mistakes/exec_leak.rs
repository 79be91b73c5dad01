//! `exec-leak`: a program that the server starts inherits the connection, and so it stays open.

mod cloexec;

use std::fs;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};

use lab::{ANY_PORT, Part, Played, Scene, Sign, Stage, peer};
use nix::sys::socket::Backlog;
use step02_bind_listen as step02;
use step03_accept::{with_libc, with_nix, with_socket2, with_std};
use step06_close as step06;

pub(crate) fn scene() -> Scene {
    let parts = [
        Part::Plays(server_libc),
        Part::Plays(server_nix),
        Part::Handled(server_socket2, "accept passes SOCK_CLOEXEC to accept4"),
        Part::Handled(server_std, "accept passes SOCK_CLOEXEC to accept4"),
    ];
    Scene::mistake(
        "exec-leak",
        "the server starts a program and closes the connection; the program has a copy of it",
    )
    .wire()
    .actor("server", parts)
    .peer("client", client)
    .breaks(&[Sign::Stuck(&[("client", "recv")])])
    .shows(&[Sign::Found("client", "0")])
    .cause(
        "fork copies every descriptor, and execve keeps those without close-on-exec. \
         The other program does not know of the connection, and holds it open as long as it runs.",
    )
    .repair("accept4 with SOCK_CLOEXEC: execve closes the copy")
    .hints(&[
        "The server has closed, and the client still sleeps in recv. Who else has the connection?",
        "What does a program that is started inherit from the one that starts it?",
        "Compare the call that accepted the connection with the one that std makes.",
    ])
    .needs(cat)
}

fn server_libc(stage: &mut Stage) -> Played {
    let listener = step02::with_libc::listen_on(ANY_PORT, 1)?;
    stage.cue("listening", step02::with_libc::local_address(listener)?);
    let repaired = stage.repaired();
    let connection = stage.taught(|| match repaired {
        // WRONG: the descriptor stays open across execve.
        false => with_libc::accept_peer(listener).map(|(connection, _)| connection),
        true => cloexec::accept_libc(listener),
    })?;
    let cat = start_cat(stage)?;
    step06::with_libc::close(connection)?;
    stage.cue("closed", "");
    stage.wait("seen");
    end_cat(cat)?;
    step06::with_libc::close(listener)?;
    Ok(())
}

fn server_nix(stage: &mut Stage) -> Played {
    let listener = step02::with_nix::listen_on(ANY_PORT, Backlog::new(1)?)?;
    stage.cue("listening", step02::with_nix::local_address(&listener)?);
    let repaired = stage.repaired();
    let connection = stage.taught(|| match repaired {
        // WRONG: the descriptor stays open across execve.
        false => with_nix::accept(&listener),
        true => cloexec::accept_nix(&listener),
    })?;
    let cat = start_cat(stage)?;
    step06::with_nix::close(connection)?;
    stage.cue("closed", "");
    stage.wait("seen");
    end_cat(cat)?;
    Ok(())
}

fn server_socket2(stage: &mut Stage) -> Played {
    let listener = step02::with_socket2::listen_on(ANY_PORT, 1)?;
    let address = step02::with_socket2::local_address(&listener)?;
    stage.cue("listening", address.as_socket_ipv4().unwrap_or(ANY_PORT));
    let (connection, _) = stage.taught(|| with_socket2::accept(&listener))?;
    let cat = start_cat(stage)?;
    step06::with_socket2::close(connection);
    stage.cue("closed", "");
    stage.wait("seen");
    end_cat(cat)?;
    Ok(())
}

fn server_std(stage: &mut Stage) -> Played {
    let listener = step02::with_std::listen_on(ANY_PORT)?;
    stage.cue("listening", step02::with_std::local_address(&listener)?);
    let (connection, _) = stage.taught(|| with_std::accept(&listener))?;
    let cat = start_cat(stage)?;
    step06::with_std::close(connection);
    stage.cue("closed", "");
    stage.wait("seen");
    end_cat(cat)?;
    Ok(())
}

/// Any program would do that runs for a while. `cat` runs until its standard input, a pipe, ends.
fn start_cat(stage: &Stage) -> io::Result<Child> {
    let cat = Command::new("cat").stdin(Stdio::piped()).spawn()?;
    // Linux shows there what a process has open.
    let open = format!("/proc/{}/fd", cat.id());
    let is_socket = |number: &i32| {
        let link = fs::read_link(format!("{open}/{number}"));
        link.is_ok_and(|to| to.to_string_lossy().starts_with("socket:"))
    };
    if fs::exists(&open)? {
        let sockets: Vec<i32> = (0..64).filter(is_socket).collect();
        stage.say(format!(
            "cat runs; the sockets it has inherited: {sockets:?}"
        ));
    }
    Ok(cat)
}

/// `wait` first closes the pipe, and so ends the program.
fn end_cat(mut cat: Child) -> io::Result<()> {
    cat.wait().map(drop)
}

/// Asks for the end only when the server has closed: then it should be there.
fn client(stage: &mut Stage) -> Played {
    let mut connection = peer::connect(stage)?;
    stage.wait("closed");
    let count = connection.read(&mut [0; 64])?;
    stage.found(count, format!("recv returned {count}: the end"));
    stage.cue("seen", count);
    Ok(())
}

fn cat() -> Result<(), String> {
    let run = Command::new("cat").stdin(Stdio::null()).status();
    run.map(drop)
        .map_err(|error| format!("the program `cat` does not run: {error}"))
}
