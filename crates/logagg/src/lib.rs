//! Counts web server logs: PV, UV, the top addresses and the lines without one, exactly, within a limit of memory.
//!
//! The tool is `logagg`; README.md tells how it is used. The library, from the bytes to the result:
//!
//! - [`extract`]: where in a line the key is. `address`: what is an address. `input`: files and streams in windows. `range`: from
//!   windows to lines. `deal`: which thread counts what.
//! - `table`: open addressing, for three kinds of key. `counter`: tables that spill when they are full. `spill`: the temporary
//!   file. `combine`: every key once. `top`: the largest counts. `sketch`: UV by HyperLogLog.
//! - [`engine`]: a whole run. `ledger`: line numbers through all inputs. `plan`: who gets how much memory. [`partial`]: results
//!   that merge.
//!
//! ```
//! use heaplab_logagg::engine::{Options, run};
//!
//! let file = std::env::temp_dir().join(format!("logagg-doc-{}", std::process::id()));
//! std::fs::write(&file, "1.2.3.4 - -\n::1 - -\n1.2.3.4 - -\n1.2.3 - -\n")?;
//! let outcome = run(&[file.display().to_string()], &Options::new(1), &(), None)?;
//! std::fs::remove_file(&file)?;
//! assert_eq!((outcome.pv, outcome.uv), (3, 2));
//! assert_eq!(outcome.tally.malformed_lines, [4]);
//! assert_eq!(outcome.top[0].key, b"1.2.3.4");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod address;
pub mod byte_size;
mod combine;
mod counter;
pub mod engine;
pub mod error;
pub mod extract;
pub mod follow;
pub mod generate;
pub mod input;
pub mod key;
mod key_codec;
pub mod line_offsets;
mod memory_plan;
pub mod merge;
pub mod partial;
mod prefetch;
pub mod processes;
pub mod range;
pub mod report;
pub mod resident_memory;
pub mod scan;
pub mod sketch;
pub mod spill;
mod table;
pub mod top;
mod work_queue;
