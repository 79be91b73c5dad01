//! What goes wrong with `accept`, each mistake broken and repaired.

pub(crate) mod forgot_listen;
