//! What goes wrong with `socket`, each mistake broken and repaired.

pub(crate) mod wrong_protocol;
