//! The two forms of a mistake.

/// A mistake is played twice: as it goes wrong, and repaired.
/// A scene that is not a mistake has one form, `Repaired`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Variant {
    /// The wrong idea, as a beginner writes it.
    Broken,
    /// The same program put right.
    Repaired,
}

impl Variant {
    /// The name, as it is typed behind `--`.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Broken => "broken",
            Variant::Repaired => "repaired",
        }
    }
}
