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
chart-log-bars = Log scale: every mark is ten times the one before it or more. Compare the figures, not the lengths.
chart-linear-bars = Bytes in decimal units: 1 MB is 1,000,000 bytes.

curve-title = Resident memory over time
curve-subtitle = Anonymous pages (RssAnon) of one plain run a variant, sampled from outside
curve-file = dashed: file pages (RssFile)
curve-log-both = Log scale on both axes: every mark is ten times the one before it or more.
curve-log-bytes = Log scale of bytes: every mark is ten times the one before it or more.
curve-log-time = Log scale of time: every mark is ten times the one before it or more.

flamegraph-function = Function:
flamegraph-bytes = bytes
flamegraph-all = all
flamegraph-reset = Reset zoom
flamegraph-search = Search
flamegraph-nothing = Nothing was live at the peak: there is no flame to draw.
