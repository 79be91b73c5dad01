//! Where an actor stands: what it may ask, and how it tells what it saw.

use std::error::Error;
use std::fmt::Display;
use std::net::{SocketAddr, SocketAddrV4};
use std::path::Path;

use crate::control::{ActorEnd, Told};
use crate::layer::Layer;
use crate::scene::Variant;
use crate::trouble::{Trouble, errno_of, words};

/// What an actor's function receives.
///
/// An error of the stage itself means that the lab is gone; the functions then end the process,
/// so that no actor outlives its scene.
#[derive(Debug)]
pub struct Stage {
    pub(crate) end: ActorEnd,
    pub(crate) layer: Layer,
    pub(crate) variant: Variant,
    /// What stood behind `serve` or `connect`.
    pub(crate) place: Option<String>,
}

impl Stage {
    /// The layer this actor plays in.
    pub fn layer(&self) -> Layer {
        self.layer
    }

    /// True in the repaired twin of a mistake: `if stage.repaired() { listen(socket, 1)?; }`.
    pub fn repaired(&self) -> bool {
        self.variant == Variant::Repaired
    }

    /// The address given to `serve` or `connect`, in a step whose halves [take addresses](crate::Place::Address).
    ///
    /// # Errors
    ///
    /// In a scene there is none.
    pub fn address(&self) -> Result<SocketAddrV4, Trouble> {
        let address = self.given()?;
        address.parse().map_err(|_| {
            Trouble::new(format!(
                "{address} is not an IPv4 address; this step uses AF_INET: give an IPv4 address"
            ))
        })
    }

    /// The host and the service given to `serve` or `connect`, as they were typed, in a step whose halves
    /// [take names](crate::Place::Host); nothing was looked up. Of an IPv6 address in figures the brackets are gone.
    ///
    /// # Errors
    ///
    /// In a scene there is none.
    pub fn host_and_service(&self) -> Result<(&str, &str), Trouble> {
        let (host, service) = self.given()?.rsplit_once(':').unwrap_or_default();
        Ok((host.trim_matches(['[', ']']), service))
    }

    /// The path given to `serve` or `connect`, in a step whose halves [take paths](crate::Place::Path).
    ///
    /// # Errors
    ///
    /// In a scene there is none.
    pub fn path(&self) -> Result<&Path, Trouble> {
        self.given().map(Path::new)
    }

    fn given(&self) -> Result<&str, Trouble> {
        let given = self.place.as_deref();
        given.ok_or_else(|| Trouble::new("this scene was given no address"))
    }

    /// A line for this actor's lane: what the program itself saw.
    pub fn say(&self, text: impl Display) {
        self.tell(Told::Said(text.to_string()));
    }

    /// The word the scene is judged by, and the sentence that is shown. The last finding counts.
    pub fn found(&self, token: impl Display, text: impl Display) {
        self.tell(Told::Found {
            token: token.to_string(),
            text: text.to_string(),
        });
    }

    /// Finds an error: the word is the errno's name (`EINVAL`), the sentence names the call.
    pub fn found_error(&self, call: &str, error: &(impl Error + 'static)) {
        let token = errno_of(error)
            .and_then(record::text::errno_name)
            .unwrap_or("error");
        self.found(token, format!("{call}: {}", words(error)));
    }

    /// A cue: "I have done this". Who waits for the name goes on and receives the value.
    pub fn cue(&self, name: &str, value: impl Display) {
        self.tell(Told::Gave {
            name: name.to_owned(),
            value: value.to_string(),
        });
    }

    /// Waits for a cue and returns its value; at once if it was given before.
    pub fn wait(&mut self, name: &str) -> String {
        let value = self.ask(Told::Waits {
            name: name.to_owned(),
        });
        self.tell(Told::Got {
            name: name.to_owned(),
        });
        value
    }

    /// Waits until another actor has done its part: whatever it owned is closed.
    pub fn wait_done(&mut self, actor: &str) {
        self.wait(&done(actor));
    }

    /// The cue that every actor of a layer gives at its end.
    pub(crate) fn is_done(&self, actor: &str) {
        self.cue(&done(actor), "");
    }

    /// Waits for a cue whose value is an IPv4 address with a port.
    ///
    /// # Errors
    ///
    /// When the value is no such address.
    pub fn wait_address(&mut self, name: &str) -> Result<SocketAddrV4, Trouble> {
        let value = self.wait(name);
        value.parse().map_err(|_| {
            Trouble::new(format!(
                "the cue {name:?} is {value:?}, not an IPv4 address"
            ))
        })
    }

    /// Waits for a cue whose value is an address with a port, of IPv4 or IPv6.
    ///
    /// # Errors
    ///
    /// When the value is no such address.
    pub fn wait_socket_address(&mut self, name: &str) -> Result<SocketAddr, Trouble> {
        let value = self.wait(name);
        value.parse().map_err(|_| {
            Trouble::new(format!(
                "the cue {name:?} is {value:?}, not an address with a port"
            ))
        })
    }

    /// Waits until another actor sleeps in a system call. The call is named as in C;
    /// `accept` is also accept4, `recv` any way to receive and `send` any way to send.
    pub fn wait_asleep(&mut self, actor: &str, call: &str) {
        let thread = self.ask(Told::WaitsAsleep {
            actor: actor.to_owned(),
            call: call.to_owned(),
        });
        let thread = thread.parse().unwrap_or(0);
        self.tell(Told::SawAsleep {
            actor: actor.to_owned(),
            call: call.to_owned(),
            thread,
        });
    }

    /// Makes the taught call. What reaches the kernel inside it is what the layers are compared by,
    /// and `--predict` stops before the first one.
    pub fn taught<T>(&mut self, call: impl FnOnce() -> T) -> T {
        self.ask(Told::Begins);
        let result = call();
        self.tell(Told::Ends);
        result
    }

    /// Calls a function of the C library's resolver.
    ///
    /// What it asks of the system meanwhile, with sockets of its own, is another thing on every machine:
    /// a daemon, a name server, the way to each address. So it is folded, as what a runtime does on its own account;
    /// `--all` shows it.
    pub fn resolver<T>(&mut self, call: impl FnOnce() -> T) -> T {
        self.tell(Told::Resolves);
        let result = call();
        self.tell(Told::Resolved);
        result
    }

    /// A line for this actor's lane about what differs from machine to machine: what a name resolves to.
    /// Two runs are the same without it.
    pub fn say_of_machine(&self, text: impl Display) {
        self.say(format!("this machine: {text}"));
    }

    /// A part of the stage for another thread of this actor.
    pub fn teller(&self) -> Teller {
        Teller {
            end: self.end.clone(),
        }
    }

    fn tell(&self, told: Told) {
        self.end
            .tell(told)
            .unwrap_or_else(|_| std::process::exit(1));
    }

    fn ask(&self, told: Told) -> String {
        self.end.ask(told).unwrap_or_else(|_| std::process::exit(1))
    }
}

/// What another thread of an actor may do: tell, not wait.
#[derive(Clone, Debug)]
pub struct Teller {
    end: ActorEnd,
}

impl Teller {
    /// See [`Stage::say`].
    pub fn say(&self, text: impl Display) {
        self.tell(Told::Said(text.to_string()));
    }

    /// See [`Stage::cue`].
    pub fn cue(&self, name: &str, value: impl Display) {
        self.tell(Told::Gave {
            name: name.to_owned(),
            value: value.to_string(),
        });
    }

    /// See [`Stage::found`].
    pub fn found(&self, token: impl Display, text: impl Display) {
        self.tell(Told::Found {
            token: token.to_string(),
            text: text.to_string(),
        });
    }

    fn tell(&self, told: Told) {
        self.end
            .tell(told)
            .unwrap_or_else(|_| std::process::exit(1));
    }
}

/// The name of the cue that an actor has done its part.
fn done(actor: &str) -> String {
    format!("{actor} is done")
}
