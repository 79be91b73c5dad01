//! Errors as sentences: what happened, on which call and address, and what to do.

use std::error::Error;
use std::fmt;
use std::io;

/// How an actor's part ended.
pub type Played = Result<(), Trouble>;

/// Something went wrong that the scene did not announce.
pub struct Trouble {
    text: String,
}

impl Trouble {
    /// Trouble in the scene's own words.
    pub fn new(text: impl Into<String>) -> Trouble {
        Trouble { text: text.into() }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

// Trouble is not itself an Error, so that `?` can take every error there is.
impl<E: Error + 'static> From<E> for Trouble {
    fn from(error: E) -> Trouble {
        Trouble::new(words(&error))
    }
}

/// The errno inside an error of any layer: `io::Error` of libc, socket2 and std, `Errno` of nix.
pub fn errno_of(error: &(dyn Error + 'static)) -> Option<i32> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return error.raw_os_error();
    }
    error
        .downcast_ref::<nix::errno::Errno>()
        .map(|errno| *errno as i32)
}

/// Adds the call and the address to an error, and what one can do about it.
pub trait OnCall<T> {
    /// `bind(...).on("bind", address)?`
    ///
    /// # Errors
    ///
    /// The same error as a sentence.
    fn on(self, call: &str, address: impl fmt::Display) -> Result<T, Trouble>;
}

impl<T, E: Error + 'static> OnCall<T> for Result<T, E> {
    fn on(self, call: &str, address: impl fmt::Display) -> Result<T, Trouble> {
        self.map_err(|error| {
            let advice = errno_of(&error)
                .and_then(|errno| advice(call, errno))
                .map(|a| format!(": {a}"))
                .unwrap_or_default();
            Trouble::new(format!("{call} {address}: {}{advice}", words(&error)))
        })
    }
}

/// `permission denied (EACCES)`, or the error's own words when it has no errno.
pub(crate) fn words(error: &(dyn Error + 'static)) -> String {
    match errno_of(error) {
        Some(errno) => match record::text::errno_name(errno) {
            Some(name) => format!(
                "{} ({name})",
                record::text::errno_words(errno).unwrap_or("an error")
            ),
            None => format!("errno {errno}"),
        },
        None => error.to_string(),
    }
}

fn advice(call: &str, errno: i32) -> Option<&'static str> {
    Some(match errno {
        libc::EACCES if call != "bind" => {
            "that is a broadcast address, or a rule of this machine forbids it; give the address of one machine"
        }
        libc::EACCES => "ports below 1024 need a privilege; try 9000",
        libc::EADDRINUSE => {
            "another socket has this address; stop that program (or wait a minute, if it has \
             just ended: TIME_WAIT), or give another port as ADDR"
        }
        libc::EADDRNOTAVAIL => "no interface of this machine has this address; try 127.0.0.1",
        libc::ECONNREFUSED => {
            "nobody listens there; start a server in a second terminal first (the step's own, or nc -l)"
        }
        libc::EMFILE => "this process has no descriptors left; see `ulimit -n`",
        libc::ETIMEDOUT => "nobody answered; is that machine up?",
        _ => return None,
    })
}
