//! close, shutdown: end a conversation
