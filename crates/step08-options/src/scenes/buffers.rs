//! `buffer-doubling`: the size that was set is not the size that is read.

use std::net::TcpStream;

use lab::{Play, Played, Stage};
use libc::{SO_RCVBUF, SOL_SOCKET, c_int};
use nix::sys::socket::sockopt::RcvBuf;
use socket2::SockRef;
use step06_close::with_libc::close;
use step08_options::{with_libc, with_nix};

use super::fresh::{fresh_libc, fresh_nix, fresh_socket2, value_in};

/// Three wishes, in bytes: one that the kernel grants, one too small and one too large for it.
const WISHES: [usize; 3] = [20_000, 1, 1 << 30];

pub(super) fn program_libc(stage: &mut Stage) -> Played {
    let fd = fresh_libc()?;
    let mut sizes = Vec::new();
    for wish in WISHES {
        stage.taught(|| with_libc::set_int(fd, SOL_SOCKET, SO_RCVBUF, wish as c_int))?;
        sizes.push(with_libc::get_int(fd, SOL_SOCKET, SO_RCVBUF)? as usize);
    }
    judge(stage, &sizes);
    close(fd)?;
    Ok(())
}

pub(super) fn program_nix(stage: &mut Stage) -> Played {
    let fd = fresh_nix()?;
    let mut sizes = Vec::new();
    for wish in WISHES {
        stage.taught(|| with_nix::setsockopt(&fd, RcvBuf, &wish))?;
        sizes.push(with_nix::getsockopt(&fd, RcvBuf)?);
    }
    judge(stage, &sizes);
    Ok(())
}

pub(super) fn program_socket2(stage: &mut Stage) -> Played {
    let socket = fresh_socket2()?;
    let mut sizes = Vec::new();
    for wish in WISHES {
        stage.taught(|| socket.set_recv_buffer_size(wish))?;
        sizes.push(socket.recv_buffer_size()?);
    }
    judge(stage, &sizes);
    Ok(())
}

pub(super) fn program_std(stage: &mut Stage) -> Played {
    let stream = TcpStream::from(fresh_socket2()?);
    // std has no such method: socket2 borrows the descriptor.
    let socket = SockRef::from(&stream);
    let mut sizes = Vec::new();
    for wish in WISHES {
        stage.taught(|| socket.set_recv_buffer_size(wish))?;
        sizes.push(socket.recv_buffer_size()?);
    }
    judge(stage, &sizes);
    Ok(())
}

fn judge(stage: &Stage, sizes: &[usize]) {
    let doubled = sizes[0] == 2 * WISHES[0];
    // The smallest and the largest size are the kernel's to choose.
    let (raised, cut) = (sizes[1] > WISHES[1], sizes[2] < WISHES[2]);
    let token = match (doubled, raised, cut) {
        (true, true, true) => "doubled",
        _ => "something else",
    };
    let mut pairs = WISHES.iter().zip(sizes);
    let text = pairs
        .by_ref()
        .map(|(wish, size)| format!("{wish} became {size}"));
    stage.found(token, text.collect::<Vec<_>>().join(", "));
}

/// What was set and what was read, as the record has it.
pub(super) fn idea(play: &Play) -> Option<String> {
    let value = |name| value_in(play.call("program", name)?);
    let (set, read) = (value("setsockopt")?, value("getsockopt")?);
    (read == 2 * set).then(|| {
        format!(
            "setsockopt asked for {set} bytes, returned 0, and getsockopt says {read}. \
             Linux doubles the wish: the other half is for its own bookkeeping."
        )
    })
}
