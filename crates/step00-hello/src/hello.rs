//! The two programs, in thirty lines of std.

use std::io::{Read, Write};
use std::net::{SocketAddrV4, TcpListener, TcpStream};

use lab::{ANY_PORT, OnCall, Played, Stage, Trouble};

pub(crate) fn server(stage: &mut Stage) -> Played {
    let listener = TcpListener::bind(ANY_PORT)?;
    stage.cue("listening", listener.local_addr()?);
    let (mut connection, _) = stage.taught(|| listener.accept())?;
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer)?;
    let heard = String::from_utf8_lossy(&buffer[..count]);
    stage.found(&heard, format!("heard {heard:?}"));
    connection.write_all(b"hi")?;
    Ok(())
}

pub(crate) fn client(stage: &mut Stage) -> Played {
    let address = stage.wait_address("listening")?;
    stage.wait_asleep("server", "accept");
    let _connection = say_hello(stage, address)?;
    // The server closes first, so that the same happens each time.
    stage.wait_done("server");
    Ok(())
}

fn say_hello(stage: &Stage, address: SocketAddrV4) -> Result<TcpStream, Trouble> {
    let mut connection = TcpStream::connect(address).on("connect", address)?;
    connection.write_all(b"hello")?;
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer)?;
    let heard = String::from_utf8_lossy(&buffer[..count]);
    stage.found(&heard, format!("heard {heard:?}"));
    Ok(connection)
}

/// The client alone, for a server that is there already: `serve`, or the Python one.
pub(crate) fn connect(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    say_hello(stage, address).map(drop)
}

/// The server alone, for one client after the other.
pub(crate) fn serve(stage: &mut Stage) -> Played {
    let address = stage.address()?;
    let listener = TcpListener::bind(address).on("bind", address)?;
    stage.say(format!("listening on {}", listener.local_addr()?));
    loop {
        let (connection, peer) = listener.accept().on("accept", address)?;
        stage.say(format!("{peer} is here"));
        // What goes wrong with one client is no reason to leave the others.
        if let Err(error) = answer(stage, connection) {
            stage.say(format!("{peer}: {error}"));
        }
    }
}

fn answer(stage: &Stage, mut connection: TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 1024];
    let count = connection.read(&mut buffer)?;
    stage.say(format!(
        "heard {:?}",
        String::from_utf8_lossy(&buffer[..count])
    ));
    connection.write_all(b"hi")
}
