//! What goes wrong with Unix sockets, each mistake broken and repaired.

pub(crate) mod abstract_length;
pub(crate) mod control_truncated;
pub(crate) mod descriptor_as_text;
pub(crate) mod kept_end;
pub(crate) mod no_return_address;
pub(crate) mod path_too_long;
pub(crate) mod stale_path;
