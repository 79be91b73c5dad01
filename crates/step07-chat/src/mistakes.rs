//! What goes wrong in a chat, each mistake broken and repaired.

pub(crate) mod cut;
pub(crate) mod empty_line;
mod hear;
pub(crate) mod host_order_length;
pub(crate) mod merged;
pub(crate) mod struct_padding;
pub(crate) mod utf8_split;

use lab::Stage;
use step07_chat::Framing;

/// Wrong: one recv is taken for one message. Repaired: this framing.
fn framing(stage: &Stage, repaired: Framing) -> Framing {
    if stage.repaired() {
        repaired
    } else {
        Framing::None
    }
}
