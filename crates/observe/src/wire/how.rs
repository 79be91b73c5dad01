//! What kind of network is asked for.

/// Which network the programs run in.
#[derive(Clone, Copy, Debug, Default)]
pub struct How {
    /// The machine's own, which needs CAP_NET_RAW, instead of a private one.
    pub share_net: bool,
    /// A wire on which each packet takes a tenth of a second, so that short-lived states can be watched.
    /// What is sent to 127.0.0.0/8 goes over it; ::1 keeps its full speed.
    pub slow: bool,
}
