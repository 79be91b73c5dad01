//! `kept-end`: the parent keeps a copy of its child's end open, and waits for the end of what the child sends.
//!
//! The actors are those of the scene `pair`, without the line that closes the copy.

use lab::{Scene, Sign};

use crate::scenes::pair;

pub(crate) fn scene() -> Scene {
    Scene::mistake(
        "kept-end",
        "the child has ended, and the parent waits for the end of what it sends",
    )
    .actor("parent", pair::parts())
    .breaks(&[Sign::Stuck(&[("parent", "recv")])])
    .shows(&[Sign::Found("parent", "the end")])
    .cause(
        "fork copied both ends into both processes. The child's end has closed with the child, but the parent \
         has a copy of it: as long as that is open somebody could write to it, the parent itself.",
    )
    .repair("close the child's end in the parent, right after fork")
    .hints(&[
        "The child has ended. Who has its end open still?",
        "Which descriptors did socketpair return, and which of them has the parent closed?",
        "The end comes when the last copy is closed (step 6, dup-keeps-open).",
    ])
}
