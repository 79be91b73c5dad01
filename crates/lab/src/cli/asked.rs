//! What was asked for: the command line, understood.

use show::flags::CommandLine;

use crate::command::{Command, Given};
use crate::halves::Half;
use crate::language::Language;
use crate::layer::Layer;
use crate::scene::Scene;
use crate::variant::Variant;

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Task<'a> {
    Play(&'a Scene),
    List,
    /// `serve` or `connect`, and the place behind it.
    Half(&'static str, Half, String),
    Command(&'a Command, Given),
    Help,
    Version,
}

/// The command line, understood.
#[derive(Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) task: Task<'a>,
    pub(crate) layer: Option<Layer>,
    /// A guest instead of a layer.
    pub(crate) language: Option<Language>,
    pub(crate) variant: Option<Variant>,
    pub(crate) repeat: Option<u32>,
    pub(crate) flags: CommandLine,
}
