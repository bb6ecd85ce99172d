//! `cpu.json`: where a program of the student's own spent its instructions.

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
    /// What counted, with its version: `valgrind-3.19.0`.
    pub tool: String,
    /// How long the program took under the tool, which is no time of the program's own.
    pub tool_wall_ns: u64,
    /// How it ended, unless it ended well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Instructions of the whole process.
    pub process_instructions: u64,
    /// Without those of the loader and of what the language runs before `main`.
    pub program_instructions: u64,
    /// Instructions of stacks that were deeper than the tool keeps: inclusive figures miss them at the root.
    #[serde(default)]
    pub cut_instructions: u64,
    /// What cost the most by itself first.
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
    /// With those of everything that it called.
    pub inclusive_instructions: u64,
    /// Its own, with those of what the compiler put into it.
    pub exclusive_instructions: u64,
}
