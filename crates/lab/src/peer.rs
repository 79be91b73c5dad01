//! The half that is not taught yet: a client before step 4, a server after it.
//!
//! A few plain lines of std. The drawing marks these lanes, and the lesson that explains them comes later.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::place::ANY_PORT;
use crate::stage::Stage;
use crate::trouble::{OnCall, Played, Trouble};

/// A client: waits for the cue `listening`, connects there, and gives the cue `connected` with its own address.
/// Then it reads until the other side is done, so that it is the server that ends the conversation.
pub fn client(stage: &mut Stage) -> Played {
    let mut connection = connect(stage)?;
    let mut rest = Vec::new();
    connection.read_to_end(&mut rest)?;
    Ok(())
}

/// A client that says hello as soon as it is connected, and gives the cue `sent`.
pub fn client_says_hello(stage: &mut Stage) -> Played {
    let mut connection = connect(stage)?;
    connection.write_all(b"hello")?;
    stage.cue("sent", 5);
    let mut rest = Vec::new();
    connection.read_to_end(&mut rest)?;
    Ok(())
}

/// A server: listens on a port of the kernel's choice, gives the cue `listening` with its address,
/// takes one connection and reads until the client is done.
pub fn server(stage: &mut Stage) -> Played {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    stage.cue("listening", listener.local_addr()?);
    let (mut connection, _) = listener.accept()?;
    let mut rest = Vec::new();
    connection.read_to_end(&mut rest)?;
    Ok(())
}

/// Waits for the cue `listening`, connects to the address it names and gives the cue `connected`.
///
/// # Errors
///
/// Those of connect(2).
pub fn connect(stage: &mut Stage) -> Result<TcpStream, Trouble> {
    let address = stage.wait_address("listening")?;
    let connection = TcpStream::connect(address).on("connect", address)?;
    stage.cue("connected", connection.local_addr()?);
    Ok(connection)
}

/// Listens on a port of the kernel's choice, gives the cue `listening` with its address and takes one connection.
///
/// # Errors
///
/// Those of bind(2), listen(2) and accept(2).
pub fn accept(stage: &mut Stage) -> Result<TcpStream, Trouble> {
    let listener = TcpListener::bind(ANY_PORT)?;
    stage.cue("listening", listener.local_addr()?);
    let (connection, _) = listener.accept()?;
    Ok(connection)
}
