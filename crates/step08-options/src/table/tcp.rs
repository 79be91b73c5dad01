//! `IPPROTO_TCP`: what a TCP socket has besides.

// std has the methods that only Linux has in traits of their own.
#[cfg(target_os = "linux")]
use std::os::linux::net::TcpStreamExt as _;

use super::{Entry, entries};

/// The options of TCP.
#[rustfmt::skip]
pub const TCP: &[Entry] = entries! { IPPROTO_TCP;
    // When bytes go out, and in what pieces.
    TCP_NODELAY         Flag    ""      []  [TcpNoDelay]        [tcp_nodelay]       [TcpStream.nodelay]
    #[cfg(target_os = "linux")]
    TCP_CORK            Flag    ""      []  []                  [tcp_cork]          []
    #[cfg(target_os = "linux")]
    TCP_QUICKACK        Flag    ""      []  []                  [tcp_quickack]      [TcpStream.quickack]
    #[cfg(target_os = "linux")]
    TCP_MAXSEG          Int     "bytes" []  [TcpMaxSeg]         [tcp_mss]           []
    #[cfg(target_os = "linux")]
    TCP_NOTSENT_LOWAT   Int     "bytes" []  []                  [tcp_notsent_lowat] []
    #[cfg(target_os = "linux")]
    TCP_WINDOW_CLAMP    Int     "bytes" []  []                  []                  []
    #[cfg(target_os = "linux")]
    TCP_CONGESTION      Chars   ""      ["net.ipv4.tcp_congestion_control"] [TcpCongestion] [tcp_congestion] []
    // When the peer counts as gone.
    #[cfg(target_os = "linux")]
    TCP_KEEPIDLE        Int     "s"     ["net.ipv4.tcp_keepalive_time"] [TcpKeepIdle] [tcp_keepalive_time] []
    TCP_KEEPINTVL       Int     "s"     ["net.ipv4.tcp_keepalive_intvl"] [TcpKeepInterval] [tcp_keepalive_interval] []
    TCP_KEEPCNT         Int     "probes" ["net.ipv4.tcp_keepalive_probes"] [TcpKeepCount] [tcp_keepalive_retries] []
    #[cfg(target_os = "linux")]
    TCP_USER_TIMEOUT    Int     "ms"    []  [TcpUserTimeout]    [tcp_user_timeout]  []
    // How a connection begins and ends.
    #[cfg(target_os = "linux")]
    TCP_SYNCNT          Int     "tries" ["net.ipv4.tcp_syn_retries"] [] []          []
    #[cfg(target_os = "linux")]
    TCP_DEFER_ACCEPT    Int     "s"     []  []                  []                  []
    #[cfg(target_os = "linux")]
    TCP_FASTOPEN        Int     "places" [] []                  []                  []
    #[cfg(target_os = "linux")]
    TCP_LINGER2         Int     "s"     ["net.ipv4.tcp_fin_timeout"] [] []          []
    // How it is doing.
    #[cfg(target_os = "linux")]
    TCP_INFO            Struct  "bytes" []  []                  []                  []
};
