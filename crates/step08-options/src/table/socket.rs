//! `SOL_SOCKET`: what sockets of every kind have.

use super::{Entry, entries};

/// The options of the socket itself.
#[rustfmt::skip]
pub const SOCKET: &[Entry] = entries! { SOL_SOCKET;
    // What it is; these can only be read.
    #[cfg(target_os = "linux")]
    SO_DOMAIN       Int     ""      []  []                  [domain]                []
    SO_TYPE         Int     ""      []  [SockType]          [r#type]                []
    #[cfg(target_os = "linux")]
    SO_PROTOCOL     Int     ""      []  []                  [protocol]              []
    #[cfg(target_os = "linux")]
    SO_ACCEPTCONN   Flag    ""      []  [AcceptConn]        [is_listener]           []
    SO_ERROR        Int     "errno" []  [SocketError]       [take_error]            [TcpStream.take_error]
    // Its address.
    SO_REUSEADDR    Flag    ""      []  [ReuseAddr]         [reuse_address]         []
    SO_REUSEPORT    Flag    ""      []  [ReusePort]         [reuse_port]            []
    #[cfg(target_os = "linux")]
    SO_BINDTODEVICE Chars   ""      []  [BindToDevice]      [device]                []
    // Its buffers.
    SO_RCVBUF       Int     "bytes" ["net.ipv4.tcp_rmem"] [RcvBuf] [recv_buffer_size] []
    SO_SNDBUF       Int     "bytes" ["net.ipv4.tcp_wmem"] [SndBuf] [send_buffer_size] []
    SO_RCVLOWAT     Int     "bytes" []  []                  []                      []
    SO_SNDLOWAT     Int     "bytes" []  []                  []                      []
    // How long it waits.
    SO_RCVTIMEO     Timeval "s"     []  [ReceiveTimeout]    [read_timeout]          [TcpStream.read_timeout]
    SO_SNDTIMEO     Timeval "s"     []  [SendTimeout]       [write_timeout]         [TcpStream.write_timeout]
    SO_LINGER       Linger  "s"     []  [Linger]            [linger]                []
    SO_KEEPALIVE    Flag    ""      []  [KeepAlive]         [keepalive]             []
    // What it sends and takes.
    SO_BROADCAST    Flag    ""      []  [Broadcast]         [broadcast]             [UdpSocket.broadcast]
    SO_OOBINLINE    Flag    ""      []  [OobInline]         [out_of_band_inline]    []
    SO_DONTROUTE    Flag    ""      []  [DontRoute]         []                      []
    #[cfg(target_os = "linux")]
    SO_PRIORITY     Int     ""      []  [Priority]          [priority]              []
    #[cfg(target_os = "linux")]
    SO_MARK         Int     ""      []  [Mark]              [mark]                  []
    SO_TIMESTAMP    Flag    ""      []  [ReceiveTimestamp]  []                      []
    SO_DEBUG        Flag    ""      []  []                  []                      []
};
