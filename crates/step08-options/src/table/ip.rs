//! `IPPROTO_IP`: what an IPv4 socket has.

use super::{Entry, entries};

/// The options of IPv4.
#[rustfmt::skip]
pub const IP: &[Entry] = entries! { IPPROTO_IP;
    // What stands in the header of its packets.
    #[cfg(target_os = "linux")]
    IP_TTL              Int     "hops"  ["net.ipv4.ip_default_ttl"] [Ipv4Ttl] [ttl_v4] [TcpStream.ttl]
    #[cfg(target_os = "linux")]
    IP_TOS              Int     ""      []  [Ipv4Tos]           [tos_v4]            []
    #[cfg(target_os = "linux")]
    IP_MTU_DISCOVER     Int     ""      []  []                  []                  []
    #[cfg(target_os = "linux")]
    IP_MTU              Int     "bytes" []  [IpMtu]             []                  []
    // Which addresses it may have.
    #[cfg(target_os = "linux")]
    IP_FREEBIND         Flag    ""      []  [IpFreebind]        [freebind_v4]       []
    #[cfg(target_os = "linux")]
    IP_TRANSPARENT      Flag    ""      []  [IpTransparent]     [ip_transparent_v4] []
    #[cfg(target_os = "linux")]
    IP_BIND_ADDRESS_NO_PORT Flag ""     []  [IpBindAddressNoPort] []                []
    // What comes with a message, beside its bytes.
    #[cfg(target_os = "linux")]
    IP_PKTINFO          Flag    ""      []  [Ipv4PacketInfo]    []                  []
    #[cfg(target_os = "linux")]
    IP_RECVTTL          Flag    ""      []  [Ipv4RecvTtl]       []                  []
    #[cfg(target_os = "linux")]
    IP_RECVTOS          Flag    ""      []  [IpRecvTos]         [recv_tos_v4]       []
    #[cfg(target_os = "linux")]
    IP_RECVERR          Flag    ""      []  [Ipv4RecvErr]       []                  []
    // Multicast.
    IP_MULTICAST_IF     InAddr  ""      []  []                  [multicast_if_v4]   []
    IP_MULTICAST_TTL    Int     "hops"  []  [IpMulticastTtl]    [multicast_ttl_v4]  [UdpSocket.multicast_ttl_v4]
    IP_MULTICAST_LOOP   Flag    ""      []  [IpMulticastLoop]   [multicast_loop_v4] [UdpSocket.multicast_loop_v4]
    #[cfg(target_os = "linux")]
    IP_MULTICAST_ALL    Flag    ""      []  []                  [multicast_all_v4]  []
};
