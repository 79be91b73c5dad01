//! What goes wrong with `connect`, each mistake broken and repaired.

pub(crate) mod refused;
pub(crate) mod self_connect;
pub(crate) mod timeout;
