//! The lists of Python locations in the tables. Texts are stored once each, because most functions
//! share their file with others.

use std::sync::atomic::{AtomicU8, AtomicU32};

/// Python locations at most.
pub const MAX_PYTHON_LOCATIONS: usize = 1 << 20;
/// Distinct names of functions and files at most.
pub const MAX_PYTHON_TEXTS: usize = 1 << 19;
/// Bytes of all these names together at most.
pub const PYTHON_TEXT_BYTES: usize = 64 << 20;

/// A line of a Python function.
#[derive(Debug, Default)]
#[repr(C)]
pub struct PythonLocationRow {
    /// The text of the function's qualified name.
    pub function: AtomicU32,
    /// The text of the file's name.
    pub file: AtomicU32,
    /// 0 if unknown.
    pub line: AtomicU32,
    /// Nothing yet.
    pub reserved: AtomicU32,
}

/// A text: UTF-8 in [`PythonTables::text`].
#[derive(Debug, Default)]
#[repr(C)]
pub struct PythonTextRow {
    /// Where it begins.
    pub offset: AtomicU32,
    /// Its length in bytes.
    pub bytes: AtomicU32,
}

/// Everything that the recording has about Python code. Entry 0 of both lists is not used.
#[derive(Debug)]
#[repr(C, align(4096))]
pub struct PythonTables {
    /// The locations.
    pub locations: [PythonLocationRow; MAX_PYTHON_LOCATIONS],
    /// The texts.
    pub texts: [PythonTextRow; MAX_PYTHON_TEXTS],
    /// Their bytes.
    pub text: [AtomicU8; PYTHON_TEXT_BYTES],
}
