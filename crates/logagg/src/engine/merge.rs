//! Merges partial results. Their keys go through the same counter as those of lines, so the same
//! memory limit holds.

use std::fs::File;

use crate::counter::Counter;
use crate::counter::sketch::Sketch;
use crate::counter::spill::SpillFile;
use crate::engine::memory_plan::MemoryPlan;
use crate::engine::{CountOptions, CountOutcome, finish_exact, finish_sketch};
use crate::error::{Error, Result};
use crate::line_offsets::Tally;
use crate::partial::{PartialHeader, PartialReader};

/// Merges in the given order, so that malformed lines are numbered through.
pub fn merge_partials(files: &[String], options: &CountOptions) -> Result<CountOutcome> {
    let plan = MemoryPlan::new(options.memory, options.threads, 0, false)?;
    let spill = SpillFile::new(&options.temp_dir);
    let mut counter = Counter::new(&spill, plan.tables, 0);
    let mut sketch = Sketch::default();
    let mut tally = Tally::default();
    let mut first: Option<PartialHeader> = None;
    for name in files {
        let file =
            File::open(name).map_err(|source| Error::Input { name: name.clone(), offset: 0, source })?;
        let reader = PartialReader::new(name, file)?;
        let head = first.get_or_insert_with(|| reader.head().clone());
        if head != reader.head() {
            let what = format!("it counts {}, and {} counts {}", reader.head(), files[0], head);
            return Err(Error::Partial { name: name.clone(), what });
        }
        let (next, _) = reader.read_all(&mut sketch, &mut |key, count| counter.add(key, count))?;
        tally.append_checked(&next).ok_or_else(|| Error::Partial {
            name: name.clone(),
            what: "more lines than 64 bits can count".into(),
        })?;
    }
    if first.is_some_and(|head| head.sketch) {
        return finish_sketch(sketch, tally, None);
    }
    finish_exact(vec![counter], tally, &plan, options.top, &spill, None)
}
