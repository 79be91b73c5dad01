//! What goes wrong with names and families, each mistake broken and repaired.

pub(crate) mod localhost_v6;
pub(crate) mod not_found;
pub(crate) mod static_buffer;
pub(crate) mod v6only;
