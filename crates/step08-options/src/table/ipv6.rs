//! `IPPROTO_IPV6`: what an IPv6 socket has.

use super::{Entry, entries};

/// The options of IPv6.
#[rustfmt::skip]
pub const IPV6: &[Entry] = entries! { IPPROTO_IPV6;
    IPV6_V6ONLY             Flag    ""      ["net.ipv6.bindv6only"] [Ipv6V6Only] [only_v6] []
    // What stands in the header of its packets.
    #[cfg(target_os = "linux")]
    IPV6_UNICAST_HOPS       Int     "hops"  ["net.ipv6.conf.default.hop_limit"] [Ipv6Ttl] [unicast_hops_v6] []
    #[cfg(target_os = "linux")]
    IPV6_TCLASS             Int     ""      []  [Ipv6TClass]            [tclass_v6]         []
    #[cfg(target_os = "linux")]
    IPV6_MTU_DISCOVER       Int     ""      []  []                      []                  []
    #[cfg(target_os = "linux")]
    IPV6_MTU                Int     "bytes" []  []                      []                  []
    #[cfg(target_os = "linux")]
    IPV6_DONTFRAG           Flag    ""      []  [Ipv6DontFrag]          []                  []
    // Which addresses it may have.
    #[cfg(target_os = "linux")]
    IPV6_FREEBIND           Flag    ""      []  []                      [freebind_v6]       []
    #[cfg(target_os = "linux")]
    IPV6_TRANSPARENT        Flag    ""      []  []                      [ip_transparent_v6] []
    // What comes with a message, beside its bytes.
    #[cfg(target_os = "linux")]
    IPV6_RECVPKTINFO        Flag    ""      []  [Ipv6RecvPacketInfo]    []                  []
    #[cfg(target_os = "linux")]
    IPV6_RECVHOPLIMIT       Flag    ""      []  [Ipv6RecvHopLimit]      [recv_hoplimit_v6]  []
    #[cfg(target_os = "linux")]
    IPV6_RECVTCLASS         Flag    ""      []  [Ipv6RecvTClass]        [recv_tclass_v6]    []
    #[cfg(target_os = "linux")]
    IPV6_RECVERR            Flag    ""      []  [Ipv6RecvErr]           []                  []
    // Multicast.
    IPV6_MULTICAST_IF       Int     "index" []  []                      [multicast_if_v6]   []
    IPV6_MULTICAST_HOPS     Int     "hops"  []  [Ipv6MulticastHops]     [multicast_hops_v6] []
    IPV6_MULTICAST_LOOP     Flag    ""      []  []                      [multicast_loop_v6] [UdpSocket.multicast_loop_v6]
    #[cfg(target_os = "linux")]
    IPV6_MULTICAST_ALL      Flag    ""      []  []                      [multicast_all_v6]  []
};
