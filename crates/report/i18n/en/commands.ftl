# What commands print besides a section's table.
lessons-section = section
lessons-title = title
lessons-minutes = min
lessons-last-run = last run
lessons-never = not yet
lessons-next = Run one with: cargo xtask lesson { $section }
report-is-at = Report: { $path }
flamegraph-subtitle = { $bytes } live at the peak · dhat, { $rows } { $unit }
