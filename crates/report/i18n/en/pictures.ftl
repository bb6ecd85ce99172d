# What stands on the charts and flamegraphs.
saving = saves { $percent }
watermark = 程序员晚枫

chart-peak-by-variant = Peak memory by variant, { $rows } { $unit }
chart-legend-rust = Rust: peak live heap (heap probe)
chart-legend-python = CPython: peak RSS (it has no heap probe)
chart-baseline = baseline
chart-more = { $percent } more
chart-same = as much
chart-per-row = { $saving } a row
chart-rows = { $rows } { $unit }
chart-not-measured = not measured
chart-log-bars = Log scale: every mark is { $times } times the one before it. Compare the figures, not the lengths.
chart-linear-bars = Bytes in decimal units: 1 MB is 1,000,000 bytes.

curve-title = Resident memory over time
curve-subtitle = Anonymous pages (RssAnon) of one plain run a variant, sampled from outside
curve-file = dashed: file pages (RssFile)
curve-log-both = Log scales: every mark of bytes is { $bytes } times the one before it, every mark of time { $time } times.
curve-log-bytes = Log scale of bytes: every mark is { $bytes } times the one before it.
curve-log-time = Log scale of time: every mark is { $time } times the one before it.

flamegraph-function = Function:
flamegraph-bytes = bytes
flamegraph-nothing = Nothing was live at the peak: there is no flame to draw.
