//! A frame of a stack, and how functions are named.

mod name;

pub use name::function_name;

/// The name of a frame without a symbol.
pub const UNKNOWN: &str = "[unknown]";

/// One function on a stack. Inlined functions have their own frames.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame {
    /// Demangled and without hashes: `slots_vs_maps::list_dict`.
    pub function: String,
    /// File and line as far as the format has them, never an address:
    /// `8.5.2-slots-vs-maps/src/main.rs:30`.
    pub location: Option<String>,
}

impl Frame {
    /// The file, and the line where it is known.
    pub fn place(&self) -> Option<(&str, Option<u32>)> {
        let location = self.location.as_deref()?;
        let parts = location.rsplit_once(':').and_then(|(file, line)| Some((file, Some(line.parse().ok()?))));
        Some(parts.unwrap_or((location, None)))
    }
}
