//! What is asked of one step alone. Each step has a file for it in `tests/steps`, and the tests of all steps go by it.

use course_tests::Play;
use course_tests::scenes::LAYERS;

/// What a step's own file says of it. Whatever is as in most steps is left to [`Asked::USUAL`].
pub(crate) struct Asked {
    /// The scenes, the main one first, each with the question that is put to its record.
    pub(crate) scenes: &'static [Scene],
    /// The calls that the main scene makes in every other language, each by the names that it can have.
    pub(crate) taught: &'static [&'static [&'static str]],
    /// What can be typed besides a scene, as `--help` has it: the halves `serve` and `connect`, and commands of its own.
    pub(crate) typed: &'static [&'static str],
    /// The layers that its halves are there in.
    pub(crate) layers: &'static [&'static str],
    /// How `serve` treats a client that says `hello`, and a newline.
    pub(crate) serves: Serves,
    /// Whether its halves ask the resolver for the name in an address.
    pub(crate) resolves: bool,
    /// The words above what `--kernel` shows.
    pub(crate) in_kernel: &'static str,
}

impl Asked {
    /// A step as most are.
    pub(crate) const USUAL: Asked = Asked {
        scenes: &[],
        taught: &[],
        typed: &[],
        layers: &LAYERS,
        serves: Serves::Streams(|answer| !answer.is_empty()),
        resolves: false,
        in_kernel: "in the kernel:",
    };

    /// Whether the step has this half, and its end is an address of the network.
    pub(crate) fn has_half(&self, half: &str) -> bool {
        let is_half = |typed: &str| matches!(typed.strip_prefix(half), Some(" ADDR" | " [ADDR]"));
        self.typed.iter().any(|typed| is_half(typed))
    }

    /// Whether the step has halves whose ends are paths.
    pub(crate) fn takes_paths(&self) -> bool {
        self.typed.contains(&"serve [PATH]")
    }
}

/// How a step's server treats its clients.
#[derive(Clone, Copy)]
pub(crate) enum Serves {
    /// It accepts, and gives an answer of which this holds.
    Streams(fn(&str) -> bool),
    /// It never accepts: to be connected is all there is.
    QueueOnly,
    /// It sends each datagram back.
    Datagrams,
}

/// A scene, and what must hold of each record of it.
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    /// Whether no learner should miss it.
    pub(crate) core: bool,
    pub(crate) holds: Holds,
}

/// Checks one play, whichever layer it is in. The second argument tells whether the mistake happens in it:
/// not in the repaired twin, and not in a layer that handles it.
pub(crate) type Holds = fn(&Play, bool);

/// A scene that no learner should miss.
pub(crate) const fn core(name: &'static str, holds: Holds) -> Scene {
    let core = true;
    Scene { name, core, holds }
}

/// Any other scene.
pub(crate) const fn scene(name: &'static str, holds: Holds) -> Scene {
    let core = false;
    Scene { name, core, holds }
}
