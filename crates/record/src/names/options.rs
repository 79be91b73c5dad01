//! The options of setsockopt and getsockopt: levels, names, and what their values are.

use super::{Table, table};

/// What the value of an option is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A number: mostly an int, also where only 0 and 1 have a meaning.
    Number,
    /// A `struct linger`.
    Linger,
    /// A `struct timeval`.
    Time,
    /// A `struct ucred`.
    Credentials,
    /// An int that is an errno.
    Error,
    /// An int that is a socket type.
    Type,
    /// An int that is an address family.
    Family,
    /// A string.
    Text,
    /// A socket address.
    Address,
    /// A `struct in_addr`, `struct ip_mreq` or `struct ip_mreqn`: the length tells which.
    Multicast,
    /// A `struct ip_mreq_source`.
    MulticastSource,
    /// A `struct ipv6_mreq`.
    Multicast6,
    /// A `struct sock_fprog`: a filter for packets.
    Program,
    /// A `struct tcp_md5sig`: for which peer, and how long the key is.
    Signature,
    /// Bytes.
    Bytes,
    /// A structure so large that only its length is told.
    Large,
}

/// One option: its number, its name and its value's form.
type Options = &'static [(i64, &'static str, Form)];

/// The name of an option and the form of its value.
pub fn find(level: i32, option: i32) -> Option<(&'static str, Form)> {
    let options = match level {
        libc::SOL_SOCKET => SOCKET,
        libc::IPPROTO_IP => IP,
        libc::IPPROTO_IPV6 => IPV6,
        libc::IPPROTO_TCP => TCP,
        libc::IPPROTO_UDP => UDP,
        libc::SOL_NETLINK => NETLINK,
        libc::SOL_PACKET => PACKET,
        _ => return None,
    };
    options
        .iter()
        .find(|entry| entry.0 == i64::from(option))
        .map(|entry| (entry.1, entry.2))
}

/// Levels, with the names that ip(7), tcp(7) and udp(7) use.
pub const LEVELS: Table = table![
    SOL_SOCKET,
    IPPROTO_IP,
    IPPROTO_TCP,
    IPPROTO_UDP,
    IPPROTO_IPV6,
    IPPROTO_ICMP,
    IPPROTO_ICMPV6,
    IPPROTO_SCTP,
    IPPROTO_UDPLITE,
    SOL_RAW = 255,
    SOL_PACKET = 263,
    SOL_ATM = 264,
    SOL_IRDA = 266,
    SOL_LLC = 268,
    SOL_DCCP = 269,
    SOL_NETLINK = 270,
    SOL_TIPC = 271,
    SOL_RXRPC = 272,
    SOL_PPPOL2TP = 273,
    SOL_BLUETOOTH = 274,
    SOL_RDS = 276,
    SOL_IUCV = 277,
    SOL_CAIF = 278,
    SOL_ALG = 279,
    SOL_NFC = 280,
    SOL_KCM = 281,
    SOL_TLS = 282,
    SOL_XDP = 283,
    SOL_MPTCP = 284,
    SOL_MCTP = 285,
    SOL_SMC = 286,
    SOL_VSOCK = 287,
];

macro_rules! options {
    ($($form:ident: $($name:ident $(= $number:expr)?),*;)*) => {
        &[$($((table!(@ $name $($number)?), stringify!($name), Form::$form),)*)*]
    };
}

#[rustfmt::skip]
const SOCKET: Options = options! {
    Number:
        SO_DEBUG, SO_REUSEADDR, SO_DONTROUTE, SO_BROADCAST, SO_SNDBUF, SO_RCVBUF, SO_KEEPALIVE, SO_OOBINLINE,
        SO_NO_CHECK, SO_PRIORITY, SO_BSDCOMPAT, SO_REUSEPORT, SO_PASSCRED, SO_RCVLOWAT, SO_SNDLOWAT,
        SO_SECURITY_AUTHENTICATION = 22, SO_SECURITY_ENCRYPTION_TRANSPORT = 23, SO_SECURITY_ENCRYPTION_NETWORK = 24,
        SO_DETACH_FILTER, SO_TIMESTAMP, SO_ACCEPTCONN, SO_SNDBUFFORCE, SO_RCVBUFFORCE, SO_PASSSEC, SO_TIMESTAMPNS,
        SO_MARK, SO_TIMESTAMPING, SO_RXQ_OVFL, SO_WIFI_STATUS = 41, SO_PEEK_OFF, SO_NOFCS = 43, SO_LOCK_FILTER = 44,
        SO_SELECT_ERR_QUEUE = 45, SO_BUSY_POLL, SO_MAX_PACING_RATE = 47, SO_BPF_EXTENSIONS = 48,
        SO_INCOMING_CPU = 49, SO_ATTACH_BPF = 50, SO_ATTACH_REUSEPORT_EBPF = 52, SO_CNX_ADVICE = 53,
        SO_INCOMING_NAPI_ID = 56, SO_COOKIE = 57, SO_ZEROCOPY = 60, SO_BINDTOIFINDEX = 62, SO_TIMESTAMP_NEW = 63,
        SO_TIMESTAMPNS_NEW = 64, SO_TIMESTAMPING_NEW = 65, SO_DETACH_REUSEPORT_BPF = 68, SO_PREFER_BUSY_POLL = 69,
        SO_BUSY_POLL_BUDGET = 70, SO_NETNS_COOKIE = 71, SO_BUF_LOCK = 72, SO_RESERVE_MEM = 73, SO_TXREHASH = 74,
        // A number and not a name: which protocol it is depends on the family, and that is not known here.
        SO_PROTOCOL,
        SO_RCVMARK = 75, SO_PASSPIDFD = 76, SO_PEERPIDFD = 77, SO_RCVPRIORITY = 82, SO_PASSRIGHTS = 83, SO_INQ = 84;
    Linger:         SO_LINGER;
    Time:           SO_RCVTIMEO, SO_SNDTIMEO, SO_RCVTIMEO_NEW = 66, SO_SNDTIMEO_NEW = 67;
    Credentials:    SO_PEERCRED;
    Error:          SO_ERROR;
    Type:           SO_TYPE;
    Family:         SO_DOMAIN;
    Text:           SO_BINDTODEVICE, SO_PEERSEC;
    Address:        SO_PEERNAME;
    Program:        SO_ATTACH_FILTER, SO_ATTACH_REUSEPORT_CBPF = 51;
    Bytes:          SO_PEERGROUPS = 59, SO_TXTIME = 61;
    Large:          SO_MEMINFO = 55;
};

#[rustfmt::skip]
const IP: Options = options! {
    Number:
        IP_TOS, IP_TTL, IP_HDRINCL, IP_ROUTER_ALERT, IP_RECVOPTS, IP_RETOPTS, IP_PKTINFO, IP_MTU_DISCOVER, IP_RECVERR,
        IP_RECVTTL, IP_RECVTOS, IP_MTU, IP_FREEBIND, IP_PASSSEC, IP_TRANSPARENT, IP_RECVORIGDSTADDR, IP_MINTTL,
        IP_NODEFRAG, IP_CHECKSUM, IP_BIND_ADDRESS_NO_PORT, IP_RECVFRAGSIZE, IP_RECVERR_RFC4884 = 26,
        IP_MULTICAST_TTL, IP_MULTICAST_LOOP, IP_MULTICAST_ALL, IP_UNICAST_IF, IP_LOCAL_PORT_RANGE = 51, IP_PROTOCOL = 52;
    Multicast:          IP_MULTICAST_IF, IP_ADD_MEMBERSHIP, IP_DROP_MEMBERSHIP;
    MulticastSource:    IP_UNBLOCK_SOURCE, IP_BLOCK_SOURCE, IP_ADD_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP;
    Address:            SO_ORIGINAL_DST = 80;
    Bytes:
        IP_OPTIONS, IP_PKTOPTIONS, IP_IPSEC_POLICY, IP_XFRM_POLICY, IP_MSFILTER, MCAST_JOIN_GROUP = 42,
        MCAST_BLOCK_SOURCE = 43, MCAST_UNBLOCK_SOURCE = 44, MCAST_LEAVE_GROUP = 45, MCAST_JOIN_SOURCE_GROUP = 46,
        MCAST_LEAVE_SOURCE_GROUP = 47, MCAST_MSFILTER = 48;
};

#[rustfmt::skip]
const IPV6: Options = options! {
    Number:
        IPV6_ADDRFORM, IPV6_CHECKSUM, IPV6_NEXTHOP, IPV6_AUTHHDR = 10, IPV6_UNICAST_HOPS, IPV6_MULTICAST_IF, IPV6_MULTICAST_HOPS,
        IPV6_MULTICAST_LOOP, IPV6_ROUTER_ALERT, IPV6_MTU_DISCOVER, IPV6_MTU, IPV6_RECVERR, IPV6_V6ONLY,
        IPV6_MULTICAST_ALL = 29, IPV6_ROUTER_ALERT_ISOLATE = 30, IPV6_RECVERR_RFC4884 = 31, IPV6_HDRINCL,
        IPV6_RECVPKTINFO, IPV6_RECVHOPLIMIT, IPV6_HOPLIMIT, IPV6_RECVHOPOPTS, IPV6_RECVRTHDR, IPV6_RECVDSTOPTS,
        IPV6_RECVPATHMTU, IPV6_DONTFRAG, IPV6_RECVTCLASS, IPV6_TCLASS, IPV6_AUTOFLOWLABEL = 70, IPV6_ADDR_PREFERENCES,
        IPV6_MINHOPCOUNT = 73, IPV6_RECVORIGDSTADDR = 74, IPV6_TRANSPARENT, IPV6_UNICAST_IF, IPV6_RECVFRAGSIZE = 77,
        IPV6_FREEBIND = 78, IPV6_FLOWINFO = 11, IPV6_FLOWINFO_SEND = 33;
    Multicast6:     IPV6_ADD_MEMBERSHIP = 20, IPV6_DROP_MEMBERSHIP = 21, IPV6_JOIN_ANYCAST = 27, IPV6_LEAVE_ANYCAST = 28;
    Address:        IP6T_SO_ORIGINAL_DST = 80;
    Bytes:
        IPV6_2292PKTINFO, IPV6_2292HOPOPTS, IPV6_2292DSTOPTS, IPV6_2292RTHDR, IPV6_2292PKTOPTIONS, IPV6_2292HOPLIMIT,
        IPV6_FLOWLABEL_MGR = 32, IPV6_IPSEC_POLICY = 34, IPV6_XFRM_POLICY = 35, IPV6_PKTINFO, IPV6_HOPOPTS,
        IPV6_RTHDRDSTOPTS, IPV6_RTHDR, IPV6_DSTOPTS, IPV6_PATHMTU, MCAST_JOIN_GROUP = 42, MCAST_BLOCK_SOURCE = 43,
        MCAST_UNBLOCK_SOURCE = 44, MCAST_LEAVE_GROUP = 45, MCAST_JOIN_SOURCE_GROUP = 46, MCAST_LEAVE_SOURCE_GROUP = 47,
        MCAST_MSFILTER = 48;
};

#[rustfmt::skip]
const TCP: Options = options! {
    Number:
        TCP_NODELAY, TCP_MAXSEG, TCP_CORK, TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT, TCP_SYNCNT, TCP_LINGER2,
        TCP_DEFER_ACCEPT, TCP_WINDOW_CLAMP, TCP_QUICKACK, TCP_THIN_LINEAR_TIMEOUTS, TCP_THIN_DUPACK, TCP_USER_TIMEOUT,
        TCP_REPAIR, TCP_REPAIR_QUEUE, TCP_QUEUE_SEQ, TCP_FASTOPEN, TCP_TIMESTAMP, TCP_NOTSENT_LOWAT, TCP_SAVE_SYN,
        TCP_FASTOPEN_CONNECT, TCP_FASTOPEN_NO_COOKIE, TCP_INQ, TCP_TX_DELAY = 37, TCP_IS_MPTCP = 43, TCP_RTO_MAX_MS = 44,
        TCP_RTO_MIN_US = 45, TCP_DELACK_MAX_US = 46;
    Text:   TCP_CONGESTION, TCP_ULP;
    Signature: TCP_MD5SIG, TCP_MD5SIG_EXT = 32;
    Bytes:
        TCP_COOKIE_TRANSACTIONS, TCP_REPAIR_OPTIONS, TCP_SAVED_SYN, TCP_REPAIR_WINDOW, TCP_FASTOPEN_KEY,
        TCP_ZEROCOPY_RECEIVE, TCP_AO_ADD_KEY = 38, TCP_AO_DEL_KEY = 39, TCP_AO_INFO = 40,
        TCP_AO_GET_KEYS = 41, TCP_AO_REPAIR = 42;
    Large:  TCP_INFO, TCP_CC_INFO;
};

#[rustfmt::skip]
const UDP: Options = options! {
    Number: UDP_CORK = 1, UDP_ENCAP = 100, UDP_NO_CHECK6_TX = 101, UDP_NO_CHECK6_RX = 102, UDP_SEGMENT = 103, UDP_GRO = 104;
};

#[rustfmt::skip]
const NETLINK: Options = options! {
    Number:
        NETLINK_ADD_MEMBERSHIP, NETLINK_DROP_MEMBERSHIP, NETLINK_PKTINFO, NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS,
        NETLINK_LISTEN_ALL_NSID, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 11, NETLINK_GET_STRICT_CHK = 12;
    Bytes: NETLINK_LIST_MEMBERSHIPS;
};

#[rustfmt::skip]
const PACKET: Options = options! {
    Number:
        PACKET_RECV_OUTPUT = 3, PACKET_COPY_THRESH = 7, PACKET_AUXDATA = 8, PACKET_ORIGDEV = 9, PACKET_VERSION = 10,
        PACKET_HDRLEN = 11, PACKET_RESERVE = 12, PACKET_LOSS = 14, PACKET_TIMESTAMP = 17, PACKET_FANOUT = 18,
        PACKET_QDISC_BYPASS = 20, PACKET_IGNORE_OUTGOING = 23;
    Bytes:
        PACKET_ADD_MEMBERSHIP = 1, PACKET_DROP_MEMBERSHIP = 2, PACKET_RX_RING = 5, PACKET_STATISTICS = 6,
        PACKET_TX_RING = 13, PACKET_VNET_HDR = 15;
};
