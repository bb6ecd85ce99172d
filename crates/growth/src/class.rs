//! The words of a verdict. What they mean stands at the head of the crate.

/// What a site does as requests go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Grows with requests, without a limit.
    UnboundedGrowth,
    /// Outlives requests, up to a limit.
    BoundedCache,
    /// Made at the start or at first use and held to the end.
    FreedOnlyAtExit,
    /// Made by a request and freed by it or soon after.
    Steady,
    /// Kept alive by strong references among its own blocks alone.
    RefcountCycle,
    /// The figures do not say.
    Unknown,
}

/// What became of the blocks when the service was dropped at the end of the largest run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Teardown {
    /// Nothing of it is left: something still owned it.
    Freed,
    /// Part of it is left.
    Partly,
    /// All of it is left: nothing that was dropped owned it.
    Kept,
    /// It was not looked, or there was nothing to free.
    NotAsked,
}

impl Class {
    /// The classes that a program can be of, in the order of a confusion table. [`Class::Unknown`] is an answer alone.
    pub const ALL: [Class; 5] = [
        Class::UnboundedGrowth,
        Class::BoundedCache,
        Class::FreedOnlyAtExit,
        Class::Steady,
        Class::RefcountCycle,
    ];

    /// A short name for tables and files: `unbounded-growth`.
    pub fn name(self) -> &'static str {
        match self {
            Class::UnboundedGrowth => "unbounded-growth",
            Class::BoundedCache => "bounded-cache",
            Class::FreedOnlyAtExit => "freed-only-at-exit",
            Class::Steady => "steady",
            Class::RefcountCycle => "refcount-cycle",
            Class::Unknown => "unknown",
        }
    }
}
