# What commands print besides a section's table.
lessons-section = section
lessons-title = title
lessons-minutes = min
lessons-last-run = last run
lessons-never = not yet
lessons-part = sitting
lessons-ran = { $when } at { $rows }
lessons-progress = { $bar } { $done } of { $lessons } lessons, { $minutes } of { $all } minutes
lessons-sittings = The lecture takes 3 h with questions, or two sittings of 1.5 h: { $minutes } minutes.
lessons-next = Run one with: cargo xtask lesson { $section }
report-is-at = Report: { $path }
picture-is-at = Picture: { $path } (and .png)
flamegraph-by-recorder = { $bytes } live at the peak · heaplab’s recorder, { $rows } { $unit }
flamegraph-by-dhat = { $bytes } live at the peak · dhat, { $rows } { $unit }

# cargo xtask profile
column-program = program
column-peak-blocks = blocks|at peak
column-total-bytes = bytes|in all
column-total-blocks = blocks|in all
column-end-bytes = live|at end
column-recorder-wall = wall,|recorded
column-function = function
column-place = place
column-at-peak = live at|peak
column-share = of the|peak
heading-program = What the program asked for
heading-sites = Where it was allocated
sites-of = What held the most at the peak of { $variant }
sites-left = The { $shown } that held the most; report.json has { $all }, the flamegraph has them all.
program-peak = Live at the peak
program-total = Allocated in all
program-end = Live at the end
program-resized = Reallocations
program-wall = Wall time, recorded
program-blocks = { $blocks } blocks
program-times = { $times }
program-command = Command: { $command }
program-fact-of = { $blocks } blocks, { $bytes } B
program-note-bytes = Bytes are what the program asked for, without the allocator’s rounding and the recorder’s own headers. Wall time is that under the recorder; without it the program is faster.
program-note-error = Several threads allocated: the peak may be off by { $bytes } at most; every other figure is exact.
program-note-slow = { $walks } stacks had to be walked by unwind tables, which is slow: built with RUSTFLAGS=-Cforce-frame-pointers=yes the program is recorded much faster.
program-note-panic = { $bytes } of the peak, { $share }, are what a panic needed to print its own backtrace, not the program’s memory. Without RUST_BACKTRACE a panic prints none.
unnamed-stripped = { $file } is stripped: its rows are addresses, and addr2line -e UNSTRIPPED ADDRESS gives the line of each. For names, build it with strip = false and debug = "line-tables-only", or put its debug file beside it.
unnamed-system = { $file } comes without debug information (build id { $id }): install its debug symbols. On Debian find-dbgsym-packages { $path } names the package; elsewhere debuginfod-find debuginfo { $id } fetches them.
unnamed-no-lines = { $file } has no debug information: built with debug = "line-tables-only" its rows have lines and inlined functions.
unnamed-split = The debug information of { $file } is in .dwo or .dwp files that are not where they were built: put { $file }.dwp beside it, or build it with split-debuginfo = "off".
unnamed-deleted = { $file } was deleted while it ran, so its rows are addresses (build id { $id }): keep the file until the report is there.
unnamed-replaced = { $file } was replaced by another build while it ran, so its rows are addresses: its build id was { $id } and is now { $found }.
unnamed-unreadable = { $file } cannot be read, so its rows are addresses: { $cause }.
unnamed-no-build-id = none
program-nothing = Nothing was allocated during the whole run.

# cargo xtask diff
diff-title = NEW against OLD
diff-names = OLD is { $old }, NEW is { $new }.
diff-metric-peak-bytes = Live at the peak
diff-metric-end-bytes = Live at the end
diff-metric-total-bytes = Bytes over the whole run
diff-metric-total-blocks = Blocks over the whole run
diff-total-more = { $metric }: NEW has { $by } more than OLD: { $new }, was { $old }
diff-total-less = { $metric }: NEW has { $by } less than OLD: { $new }, was { $old }
diff-total-same = { $metric }: { $new } in both
diff-site-more = NEW holds { $by } more at the peak than OLD at { $site }: { $new }, was { $old }
diff-site-less = NEW holds { $by } less at the peak than OLD at { $site }: { $new }, was { $old }
diff-equal = OLD and NEW are equal: no site holds more or less at the peak.
diff-sites-equal = No site holds more or less at the peak; only the totals above differ.
diff-called-by = { $site } (by way of { $callers })
diff-more-sites = { $count } more sites changed; diff.md has them all.
diff-rows-differ = OLD ran { $old } rows and NEW { $new }: a part of every difference comes from the rows.
diff-only-old = Only in OLD, and not compared: { $names }
diff-only-new = Only in NEW, and not compared: { $names }
diff-heading-sites = Sites that changed, the worst first
diff-heading-pictures = Flamegraphs
diff-picture-new = { $name }: as wide as NEW
diff-picture-old = { $name }: as wide as OLD
diff-picture-new-says = The wider, the more NEW holds at the peak · red: NEW holds more than OLD; blue: NEW holds less than OLD
diff-picture-old-says = The wider, the more OLD holds at the peak, also where nothing is left in NEW · red: NEW holds more than OLD; blue: less
diff-is-at = Comparison: { $path }
