//! connect: call a listening socket
