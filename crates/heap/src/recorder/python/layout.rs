//! Where the structures of an interpreter have what the recorder reads. All offsets are those of
//! 64-bit builds with a global lock, as the headers of each version have them (`pycore_frame.h`,
//! `cpython/pystate.h`, `cpython/code.h`, `cpython/unicodeobject.h`). They do not change within a
//! version such as 3.12; `check` tests them before they are used.

/// How the current frame of a thread is found.
#[derive(Clone, Copy, Debug)]
pub(super) enum CurrentFrame {
    /// The thread's state points to the innermost `_PyCFrame`, which lies on the C stack in the
    /// native frame of its evaluation, and points to the frame.
    InCFrame {
        /// In the thread's state.
        cframe: usize,
        /// In the `_PyCFrame`.
        frame: usize,
        /// In the `_PyCFrame`: the next outer one.
        previous: usize,
    },
    /// The thread's state points to the frame.
    Direct {
        /// In the thread's state.
        frame: usize,
    },
}

/// How the chain of frames shows where a native evaluation begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// The outermost frame of an evaluation has a flag, and the evaluation has a `_PyCFrame`.
    Flag(usize),
    /// A frame with this owner, which lies on the C stack in the native frame of the evaluation.
    Owner(u8),
}

/// The offsets of one version, in bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    pub(super) current: CurrentFrame,
    pub(super) entry: Entry,
    pub(super) frame_code: usize,
    pub(super) frame_previous: usize,
    /// The instruction that runs (3.11 and 3.12: the code unit before the next one).
    pub(super) frame_instruction: usize,
    pub(super) frame_owner: usize,
    pub(super) code_file: usize,
    pub(super) code_name: usize,
    /// How many code units come before the first instruction that counts as the function's own.
    pub(super) code_first_traceable: usize,
    /// The instructions, which are the object's end.
    pub(super) code_units: usize,
    /// The sizes of the structures before the characters of a string.
    pub(super) ascii_bytes: usize,
    pub(super) compact_bytes: usize,
}

/// The number of items in any object with a variable size, and the length of a string.
pub(super) const OBJECT_LENGTH: usize = 16;
/// The flags of a string.
pub(super) const TEXT_STATE: usize = 32;
/// The owner of a frame that belongs to a generator.
pub(super) const OWNED_BY_GENERATOR: u8 = 1;
/// The bytes of a code unit.
pub(super) const CODE_UNIT: usize = 2;

/// A version whose layout is known when the recorder is compiled, so that the offsets are constants.
pub(super) trait Version {
    const LAYOUT: Layout;
}

pub(super) struct V311;
pub(super) struct V312;
pub(super) struct V313;

impl Version for V311 {
    const LAYOUT: Layout = Layout {
        current: CurrentFrame::InCFrame { cframe: 56, frame: 8, previous: 16 },
        entry: Entry::Flag(68),
        frame_code: 32,
        frame_previous: 48,
        frame_instruction: 56,
        frame_owner: 69,
        code_file: 112,
        code_name: 128,
        code_first_traceable: 168,
        code_units: 184,
        ascii_bytes: 48,
        compact_bytes: 72,
    };
}

impl Version for V312 {
    const LAYOUT: Layout = Layout {
        current: CurrentFrame::InCFrame { cframe: 56, frame: 0, previous: 8 },
        entry: Entry::Owner(3),
        frame_code: 0,
        frame_previous: 8,
        frame_instruction: 56,
        frame_owner: 70,
        code_file: 112,
        code_name: 128,
        code_first_traceable: 176,
        code_units: 192,
        ascii_bytes: 40,
        compact_bytes: 56,
    };
}

impl Version for V313 {
    const LAYOUT: Layout = Layout {
        current: CurrentFrame::Direct { frame: 72 },
        code_first_traceable: 184,
        code_units: 200,
        ..V312::LAYOUT
    };
}

/// The layouts that are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum KnownVersion {
    V311 = 1,
    V312 = 2,
    V313 = 3,
}

impl KnownVersion {
    /// From CPython's `PY_VERSION_HEX`.
    pub(super) fn from_hex(version: u64) -> Option<KnownVersion> {
        match version >> 16 {
            0x030b => Some(KnownVersion::V311),
            0x030c => Some(KnownVersion::V312),
            0x030d => Some(KnownVersion::V313),
            _ => None,
        }
    }

    pub(super) fn from_number(number: u8) -> Option<KnownVersion> {
        [KnownVersion::V311, KnownVersion::V312, KnownVersion::V313]
            .into_iter()
            .find(|version| *version as u8 == number)
    }

    pub(super) fn layout(self) -> Layout {
        match self {
            KnownVersion::V311 => V311::LAYOUT,
            KnownVersion::V312 => V312::LAYOUT,
            KnownVersion::V313 => V313::LAYOUT,
        }
    }
}
