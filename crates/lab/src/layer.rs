//! The four layers.

/// The four ways to make the same call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// The C library's functions, raw.
    Libc,
    /// The same calls, typed.
    Nix,
    /// The same calls on an owned socket.
    Socket2,
    /// Rust's standard library.
    Std,
}

impl Layer {
    /// All of them, from the kernel upwards.
    pub const ALL: [Layer; 4] = [Layer::Libc, Layer::Nix, Layer::Socket2, Layer::Std];

    /// The name, as it is typed after `--layer`.
    pub fn name(self) -> &'static str {
        match self {
            Layer::Libc => "libc",
            Layer::Nix => "nix",
            Layer::Socket2 => "socket2",
            Layer::Std => "std",
        }
    }

    /// The layer of this name.
    pub fn from_name(name: &str) -> Option<Layer> {
        Layer::ALL.into_iter().find(|layer| layer.name() == name)
    }
}
