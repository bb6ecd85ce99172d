# The reconciler's table: a row per tool, and why its figures are not the recorder's.
heading-tools = Tool by tool
lead-tools = The same work at the same scale under every tool that is here. Small print: how far a figure lies from the recorder’s. – means that the tool does not say.
tools-of = { $variant } at { $rows } { $unit }, tool by tool
tools-not-asked = valgrind and heaptrack were not asked (--quick or --tools no)
column-tool = tool
column-tool-blocks = blocks
column-tool-bytes = bytes|in all
column-tool-peak = peak
column-tool-end = at the|end
column-reason = why
tool-recorder = heaplab’s recorder
tool-stats-alloc = stats_alloc
tool-dhat = dhat
tool-resident = VmHWM (the kernel)
tool-valgrind-dhat = valgrind’s DHAT
tool-heaptrack = heaptrack
gap-explained = explained
gap-open = not all explained
gap-itself = The measured region alone; a block that grows stays one block and its growth is added. The others are held against this.
gap-counts = The same region by the same rule, growth ({ $grown }) added. It knows what is live, but keeps no peak.
gap-nothing-grew = Nothing was reallocated: both rules give one figure.
gap-reallocations = { $reallocations } reallocations are as many blocks more, and their new sizes ({ $resized }) stand in place of the growth ({ $grown }): { $more } B more in all.
gap-reallocations-blocks = { $reallocations } reallocations are as many blocks more; it does not add up bytes over the run.
gap-outside = It watches the whole process, from before main to its exit. By its call stacks this lies outside the region: { $parts }.
gap-other-moment = The process’s peak fell at another moment than the region’s; the region held { $bytes } B less then.
gap-part-blocks = { $figure } blocks
gap-part-bytes = { $figure } B in all
gap-part-peak = { $figure } B at the peak
gap-part-end = { $figure } B at the end
gap-unexplained = Not explained: { $parts }.
gap-not-installed = Not installed here. cargo xtask doctor says how to get it.
gap-failed = It gave no figures: { $cause }
gap-resident = It counts pages, not requests: { $start } were resident before the region opened, { $live } were asked for at the peak, and the system’s allocator rounds { $blocks } blocks up by { $least } to { $most } (a header of 8 bytes, steps of 16, at least 32; large blocks in whole pages).
gap-resident-file = File pages that came in meanwhile: { $file }.
gap-resident-within = That accounts for all of it, within the bounds of the rounding.
gap-resident-more = Not explained by these: { $low } to { $high }, such as freed memory that the allocator keeps.
gap-resident-less = That is { $low } to { $high } more than became resident: asked for and never written to.

## What recording costs
cost-memory = { $cost } of memory
cost-memory-each = { $cost } of memory, { $each } a block
note-cost = The recorder’s own cost, in no figure above: { $parts }.
note-cost-time = { $range } the plain run’s wall time
note-cost-memory = { $range } of memory (VmHWM less the plain run’s; medians of pairs)
note-cost-one = { $figure } ({ $who })
note-cost-range = { $least } ({ $least_who }) to { $most } ({ $most_who })

## live.svg
heading-live = Live bytes over the allocation clock
lead-live = Every recorded run: what was live, against how much had been asked for so far. Unlike RSS over time it is the same on every run, where one thread allocates.
live-title = Live bytes over the allocation clock
live-subtitle = Across: bytes asked for so far (allocation clock) · up: bytes live · the heap probe, each panel with axes of its own
live-legend = Dashed: the peak. Grey: marks that the program set. The clock counts births and growth.
live-panel = { $variant } · peak { $peak } of { $clock } asked for
