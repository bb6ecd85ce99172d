//! Counts web server logs: PV (lines with an address), UV (distinct addresses), the most frequent
//! addresses and the malformed lines, exactly and within a memory limit.
//!
//! The tool is `logagg`, which README.md describes. In the library, [`engine::run`] counts inputs:
//!
//! ```
//! use heaplab_logagg::engine::{CountOptions, run};
//!
//! let file = std::env::temp_dir().join(format!("logagg-doc-{}", std::process::id()));
//! std::fs::write(&file, "1.2.3.4 - -\n::1 - -\n1.2.3.4 - -\n1.2.3 - -\n")?;
//! let outcome = run(&[file.display().to_string()], &CountOptions::new(1), &(), None)?;
//! std::fs::remove_file(&file)?;
//! assert_eq!((outcome.pv, outcome.uv), (3, 2));
//! assert_eq!(outcome.tally.malformed_lines, [4]);
//! assert_eq!(outcome.top[0].key, b"1.2.3.4");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! From bytes to the result: `input` reads windows, `extract` finds the key of each line, `counter`
//! counts keys in the hash tables of `table` and spills them to disk, `engine` runs all of it on
//! threads or processes, `report` prints the result. Each module uses only those before it. Lesson
//! 8.7 also uses `file_parts`, `shared_table` and `log_cache`.

pub mod byte_size;
pub mod counter;
pub mod engine;
pub mod error;
pub mod extract;
pub mod file_parts;
pub mod generate;
pub mod input;
pub mod key;
pub mod line_offsets;
pub mod log_cache;
pub mod partial;
pub mod report;
pub mod resident_memory;
pub mod shared_table;
mod table;
