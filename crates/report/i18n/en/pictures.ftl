# What stands on the charts and flamegraphs.
saving = saves { $percent }
watermark = 程序员晚枫

chart-peak-by-variant = Peak memory by variant, { $scales }
chart-legend-rust = Rust: peak live heap (heap probe)
chart-legend-python = CPython: peak live heap (heap probe)
chart-legend-python-versions = { $name }: peak live heap (heap probe)
chart-legend-python-rss = CPython: peak RSS (its heap was not recorded)
chart-legend-python-rss-versions = { $name }: peak RSS (its heap was not recorded)
chart-resident = RSS
chart-noise = difference too small to show
chart-against-rss = { $saving } (baseline’s RSS { $theirs })
chart-baseline = baseline
chart-more = { $percent } more
chart-same = as much
chart-per-row = { $saving } per row
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

# Pictures that lessons hand over.
picture-as-table = The same as a table
picture-steps-told = { $steps } lines of code with what was counted after each; the table below has every figure.
picture-log-x = Log scale from left to right: every mark is { $times } times the one before it.
picture-log-y = Log scale upwards: every mark is { $times } times the one before it. Compare the figures, not the heights.
picture-log-both = Log scales: from left to right every mark is { $x } times the one before it, upwards { $y } times.
regions-used = in use
regions-wasted = wasted by rounding up
regions-free = free
regions-bookkeeping = bookkeeping
regions-returned = given back to the system
regions-total = { $state }: { $bytes } ({ $share }), spans: { $spans }
regions-row = { $bytes }, { $share } in use
regions-spans = { $spans } spans: { $parts }
graph-nothing = No object is left: there is nothing to draw.
graph-omitted = And { $nodes } more that are not drawn.
graph-strong = strong { $count }
graph-weak = weak { $count }
graph-bytes = { $own } · holds { $retained }
graph-target = asked about
graph-root = root
graph-in-cycle = on a cycle
graph-leaked = leaked
graph-opaque = closed
graph-legend-target = double frame: what was asked about
graph-legend-root = root: a variable that keeps others alive
graph-legend-in-cycle = on a cycle of strong references
graph-legend-leaked = striped: leaked, no root reaches it
graph-legend-opaque = dotted: cannot be looked into (locked or borrowed)
graph-legend-strong = strong reference: keeps alive
graph-legend-weak = weak reference: keeps nothing alive
graph-legend-cycle = reference that closes a cycle
graph-legend-marked = the reference that the sentence is about
graph-legend-retained = holds: what would go free with it

# The ladder: speed against memory.
ladder-title = Speed against peak memory
ladder-subtitle = Plain runs. A ring: the peak of all that was resident (VmHWM). A dot: of it, anonymous pages (RssAnon).
ladder-subtitle-file = The line between them: pages of files and of shared memory, which count as long as they are mapped. Better is up and to the left.
ladder-speed = Speed
ladder-memory = Peak RSS
ladder-peak = peak RSS
ladder-under = under { $limit }
ladder-limit = { $limit }
ladder-a-second = { $amount }/s
ladder-fastest = Fastest under { $limit }: { $who }, { $speed } with a peak of { $peak }.
ladder-none = Nothing stays under { $limit }.
ladder-file = { $who } has { $peak } resident, and { $file } of it ({ $share }) are pages of files or of shared memory.
ladder-log = Log scales: equal distances are equal factors. Compare the figures, not the distances.
