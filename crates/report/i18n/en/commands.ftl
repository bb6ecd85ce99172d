# What commands print besides a section's table.
lessons-section = section
lessons-title = title
lessons-minutes = min
lessons-last-run = last run
lessons-never = not yet
lessons-next = Run one with: cargo xtask lesson { $section }
report-is-at = Report: { $path }
flamegraph-by-recorder = { $bytes } live at the peak · heaplab’s recorder, { $rows } { $unit }
flamegraph-by-dhat = { $bytes } live at the peak · dhat, { $rows } { $unit }
