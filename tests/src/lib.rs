//! Helpers for the tests of the whole course.
//!
//! The tests play the steps' programs as a learner does, from outside, and judge them by what comes out:
//! the text in its [normal form](normal::normal_form), the [record](mod@record) of `--json`, the exit status.
//! Nothing in here knows a step's code.

pub mod circles;
pub mod client;
pub mod diagram;
pub mod diff;
pub mod drawing;
pub mod group;
pub mod host;
pub mod lesson;
pub mod links;
pub mod listed;
pub mod matrix;
pub mod normal;
pub mod played;
pub mod programs;
pub mod record;
pub mod refuse;
pub mod run;
pub mod scenes;
pub mod served;
pub mod side_by_side;
pub mod skip;
pub mod sync;
pub mod tables;
pub mod talker;
pub mod temp;
pub mod terminal;
pub mod written;

pub use diff::assert_same;
pub use normal::normal_form;
pub use played::{played, played_in};
pub use programs::{program, root};
pub use record::{Play, record};
pub use run::{Output, Run, run};
pub use scenes::{STEPS, Scene, each_scene, scenes};
pub use served::Served;
pub use side_by_side::side_by_side;
pub use skip::not_run;
