//! `cpu.json`: where a user's own program spent its instructions.

use crate::{Environment, SourceListing};
use serde::{Deserialize, Serialize};

/// The schema name of [`CpuReport`].
pub const CPU_SCHEMA: &str = "heaplab/cpu/v1";

/// One program, run once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CpuReport {
    /// [`CPU_SCHEMA`].
    pub schema: String,
    /// The file's name.
    pub program: String,
    /// The command line.
    pub command: String,
    /// RFC 3339, UTC.
    pub created_at: String,
    /// The language of the pictures: `en` or `zh`.
    pub language: String,
    /// Where it ran.
    pub environment: Environment,
    /// The tool that counted, with its version: `valgrind-3.19.0`.
    pub tool: String,
    /// How long the program took under the tool; without the tool it is much faster.
    pub tool_wall_ns: u64,
    /// How it ended, unless it succeeded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Instructions of the whole process.
    pub process_instructions: u64,
    /// Instructions without those of the loader and of the language's runtime before `main`.
    pub program_instructions: u64,
    /// Instructions of stacks deeper than the tool keeps; inclusive figures near the root lack
    /// them.
    #[serde(default)]
    pub cut_instructions: u64,
    /// Sorted by exclusive instructions, the most expensive first.
    pub functions: Vec<CpuFunction>,
    /// Files of the program's own workspace, the most expensive first.
    pub sources: Vec<SourceListing>,
}

/// One function.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CpuFunction {
    /// Its name.
    pub name: String,
    /// How often it was called.
    pub calls: u64,
    /// Its own instructions and those of everything that it called.
    pub inclusive_instructions: u64,
    /// Its own instructions, with those of functions inlined into it.
    pub exclusive_instructions: u64,
}
