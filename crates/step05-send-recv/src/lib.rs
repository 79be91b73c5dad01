//! send, recv: move bytes through a connection
