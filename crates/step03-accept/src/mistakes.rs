//! What goes wrong with `accept`, each mistake broken and repaired.

pub(crate) mod accept_datagram;
pub(crate) mod addrlen;
pub(crate) mod emfile_spin;
pub(crate) mod forgot_listen;
pub(crate) mod one_at_a_time;
pub(crate) mod talk_to_listener;
pub(crate) mod too_many_files;
