//! How a step of the course is played.
//!
//! A step's program hands a [`Step`], which has a list of [`Scene`]s, to [`run`].
//! A scene has actors: a server, a client, a second client.
//! Each actor is a process of its own, the step's program started again,
//! and does its part in one plain function that receives a [`Stage`]:
//!
//! ```no_run
//! use lab::{Played, Stage};
//!
//! fn server(stage: &mut Stage) -> Played {
//!     let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//!     stage.cue("listening", listener.local_addr()?);
//!     let (connection, peer) = stage.taught(|| listener.accept())?;
//!     stage.say(format!("{peer} is here"));
//!     drop(connection);
//!     Ok(())
//! }
//! ```
//!
//! Actors meet through cues, never through sleeping for a while:
//! [`Stage::cue`] says "I have done this", [`Stage::wait`] waits for it,
//! and [`Stage::wait_asleep`] waits until another actor really sleeps in a system call.
//! While they play, the lens keeps a record of what reached the kernel;
//! what is printed afterwards is drawn from that record.
//!
//! Beside its scenes a step may have [`Command`]s, which run unwatched in the learner's own terminal.
//!
//! The crate knows how to play and to compare, and nothing of any particular call:
//! what is taught stands in the steps.
//!
//! # Words
//!
//! - A *step* declares scenes, two halves and commands. It is data; its *program* does what a learner asks of it.
//! - A *scene* has *actors*. What one layer makes of an actor is a *part*: a plain function.
//! - A *peer* is an actor whose half is not taught here, the same in every layer.
//!   A *guest* is a program in another language that plays all actors but the peers.
//! - A *mistake* is a scene in two *variants*, broken and repaired, each the other's *twin*.
//! - A *play* is a scene played once, as a *request* says; a *run* is one actor's share of it.
//!   A *performance* is all the plays that one command line asks for.
//! - The *cast* are the processes of a play, a *member* is what the lab knows of one of them,
//!   and the *director* passes on what they tell.
//! - A *message* is what an actor tells the lab, over a hidden *channel*. A *cue* is a message for other actors,
//!   a *finding* one that the scene is judged by; a *sign* is what must be seen for a play to go as announced.
//! - The *taught* call is the one that the scene is about, made inside [`Stage::taught`].
//! - What is *folded* is in the record, and is shown with `--all` only.
//!
//! # What leans on what
//!
//! From the bottom up; a file uses only what stands beside or above it here, and no two files use each other.
//!
//! | | |
//! |---|---|
//! | for all | `trouble`, `terminal`, `screen`, `control`, `folder`, `watch` |
//! | what is declared | `layer`, `variant`, `language`, `quote`, `place`, `stage`, `part`, `peer`, `play`, `sign`, `guest`, `scene`, `halves`, `command`, `step` |
//! | how it is played | `asleep`, `ladder`, `live`, `predict`, `probes`, `resolver`, `request`, `cast`, `direct`, and in the actors' processes `actor` |
//! | what is made of a play | `compare`, `outcome`, `page` |
//! | what is asked for | `cli`, `alone`, `list`, `perform`, `program` |

mod actor;
mod alone;
mod asleep;
mod cast;
mod cli;
mod command;
mod compare;
mod control;
mod direct;
mod folder;
mod guest;
mod halves;
mod ladder;
mod language;
mod layer;
mod list;
mod live;
mod outcome;
mod page;
mod part;
pub mod peer;
mod perform;
mod place;
mod play;
mod predict;
mod probes;
mod program;
mod quote;
mod request;
mod resolver;
mod scene;
mod screen;
mod sign;
mod stage;
mod step;
pub mod terminal;
mod trouble;
mod variant;
mod watch;

pub use command::{Command, Given, Job, Opt, Takes};
pub use guest::Guest;
pub use halves::{Half, Halves};
pub use lab_macros::layers;
pub use language::Language;
pub use layer::Layer;
pub use part::{Act, Part, every_layer};
pub use place::{ANY_PORT, Place};
pub use play::{Play, Run};
pub use program::run;
pub use quote::Quote;
pub use scene::Scene;
pub use sign::Sign;
pub use stage::{Stage, Teller};
pub use step::Step;
pub use trouble::{OnCall, Played, Trouble, errno_of};
pub use variant::Variant;
