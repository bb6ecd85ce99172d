//! A frame of a stack, and how functions are named.

mod name;

#[cfg(any(feature = "exports", feature = "symbols"))]
pub(crate) use name::demangle;
pub use name::function_name;

/// The name of a frame without a symbol.
pub const UNKNOWN: &str = "[unknown]";

/// What kind of code a frame is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FrameKind {
    /// Machine code, with names from its debug information.
    #[default]
    Native,
    /// Code that a Python interpreter runs.
    Python,
}

/// Which frames of a program that runs Python are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FrameSelection {
    /// Python frames and native ones.
    #[default]
    Both,
    /// Python frames alone. A stack without any keeps its native frames, as memory that Python code
    /// did not ask for.
    Python,
    /// Native frames alone.
    Native,
}

/// One function on a stack. Inlined functions have their own frames.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame {
    /// Demangled and without hashes: `slots_vs_maps::list_dict`.
    pub function: String,
    /// File and line as far as the format has them, never an address:
    /// `8.5.2-slots-vs-maps/src/main.rs:30`.
    pub location: Option<String>,
    /// What kind of code it is. Formats that cannot say it read every frame as native.
    pub kind: FrameKind,
}

impl Frame {
    /// Whether it is a frame of Python code.
    pub fn is_python(&self) -> bool {
        self.kind == FrameKind::Python
    }

    /// The frame of an address without a symbol: `libfoo.so.1+0x1c0a4 in libfoo.so.1`. The address
    /// is that in the file's own address space, so `addr2line -e FILE ADDRESS` finds the line in a
    /// file that has debug information.
    pub fn without_symbol(file: &str, address: u64) -> Frame {
        Frame {
            function: format!("{file}+{address:#x}"),
            location: Some(format!("in {file}")),
            ..Frame::default()
        }
    }

    /// The file of a frame that has no symbol and is named by [`Frame::without_symbol`].
    pub fn unnamed_file(&self) -> Option<&str> {
        let (file, address) = self.function.rsplit_once("+0x")?;
        let is_address = !address.is_empty() && address.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_address.then_some(file)
    }

    /// The file, and the line where it is known.
    pub fn place(&self) -> Option<(&str, Option<u32>)> {
        let location = self.location.as_deref()?;
        let parts = location.rsplit_once(':').and_then(|(file, line)| Some((file, Some(line.parse().ok()?))));
        Some(parts.unwrap_or((location, None)))
    }
}
