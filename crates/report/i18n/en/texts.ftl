## Words of the table, the page and summary.md. Figures come formatted. A bar in a column's head is a line break on the
## terminal.

language-rust = Rust
language-python = CPython
language-rust-short = rust
language-python-short = py
whose = { $language } { $variant }
yes = yes
no = no
baseline = baseline
metric-rss = peak RSS
metric-heap = peak live heap
at-scale = at { $rows } { $unit }
unit-many = { $unit }
unit-one = { $unit ->
    [rows] row
    [requests] request
    [calls] call
    [bytes] byte
   *[other] { $other }
 }
each-row = { $each } per { $one }
value-each-row = { $value } per { $one }
by-signal = {" "}(signal { $signal })

column-variant = variant
column-language = lang
column-rows = rows
column-peak-live = peak|live
against-live = peak live { $mine } against { $theirs }
against-live-each = peak live per row { $mine } against { $theirs }
against-rss = peak RSS { $mine } against { $theirs }
against-rss-each = peak RSS per row { $mine } against { $theirs }
against-rss-short = RSS
against-noise = too small
column-rss-peak = peak|RSS
wall-too-short = <0.1 ms
wall-per-call = { $time } per call
note-too-short = Wall times below 0.1 ms are too short to time once: opening and closing the measured region takes as long, so no number is given.
note-per-call = Time per call, by criterion: { $times }.
note-per-call-one = { $who } { $time }
column-rss-anon = RSS|anon
column-rss-file = RSS|file
column-allocations = allo-|cations
column-wall = wall
column-against = against|baseline
column-end-a-row = live at end, per row
column-slowdown = recorder’s cost
column-claim = claim
column-says = lecture
column-verdict = verdict
column-why = why
column-code = code
column-line = line
heading-figures = Figures of this section
column-what = what
column-value = value
column-births = births
column-reallocations = reallocations
column-dhat-blocks = dhat’s blocks
column-heap-bytes = heaplab’s recorder
column-counts-bytes = stats_alloc
column-dhat-bytes = dhat
column-peak = peak
column-end = end

failed = { $probe } probe: { $cause }
failed-by-signal = { $failed } (signal { $signal })

note-baseline = “Against the baseline” compares peak live heap, or peak RSS (marked RSS) where no heap was recorded or the variant maps memory past the recorder, with { $names }.
note-baseline-name = { $who } in { $section }
note-ladder = Peak live is what one process asked its allocator for: mapped pages and what other processes hold are not in it. Here resident memory decides: the ladder compares it.
note-per-row = { $mark } compared per row, because the two ran at different numbers of rows.
note-lowered = Run at less than the scale that was asked for, because more would not have fitted into the available memory: { $names }.
note-lowered-name = { $who } ran { $rows } of { $asked } { $unit }
note-heap-rows = { $mark } Under the recorder fewer rows ran, because every object is a block there and more would have taken too much time or memory. Peak live and allocations are of these rows: { $names }.
note-pymalloc = CPython’s peak live and allocations come from a run with PYTHONMALLOC=malloc, in which every object is a block of its own. Its time and RSS come from a plain run with pymalloc, CPython’s own allocator for small objects. pymalloc rounds a block up to 16 bytes; glibc’s malloc puts 8 bytes before it as well, and takes 32 at least.
note-heap-rows-name = { $who } ran { $rows }
note-once = Wall time: one plain run each.
note-repetitions = Wall time: median of { $most } repetitions of the plain run.
note-fewer = Wall time: median of { $most } repetitions of the plain run; fewer for { $names }.
note-fewer-name = { $who } (×{ $repetitions })
note-fewer-language = every { $language } variant (×{ $repetitions })
note-dhat = dhat costs microseconds per allocation, so it ran at a scale of { $rows } only.
note-rule = Three probes, three “bytes”: heaplab’s recorder adds what a block grows by, and so does stats_alloc; dhat counts each reallocation as a new block of the whole new size. For example { $who }: { $sentence }
rule-example = For example { $who }: { $sentence }
note-not-measured = – was not measured: the probe did not run.

equation-dhat-blocks = dhat’s blocks = births + reallocations
equation-dhat-bytes = dhat’s bytes = birth bytes + new sizes of every reallocation
equation-peak-bytes = dhat’s peak = the recorder’s peak
equation-end-bytes = dhat’s end = the recorder’s end
equation-allocations = stats_alloc’s allocations = births
equation-reallocations = stats_alloc’s reallocations = the recorder’s
equation-bytes-allocated = stats_alloc’s bytes = birth bytes + growth
reconcile-agrees = At a scale of { $rows }, { $blocks } blocks were born with { $births } and grew by { $grown } in { $reallocations } reallocations: the recorder and stats_alloc say { $heap }. dhat adds the new sizes, { $resized }, instead of the growth and says { $dhat }.
reconcile-nothing-grew = At a scale of { $rows }, { $blocks } blocks were born with { $births } and none was reallocated: all three probes say { $dhat }.
reconcile-fails = The probes do not agree on “{ $equation }”: counted { $counted }, expected { $expected }, { $off } apart.
reconcile-unkept = Every equation shown here holds, but the probes differ in a quantity that the report does not keep: blocks at peak or end, or what the frees left.

goal-met = { $variant } keeps all rows at { $peak } where { $baseline } takes { $from }: { $saved } less (asked: { $asked }).
goal-missed = { $variant }, the best, takes { $peak } where { $baseline } takes { $from }: { $saved } less (asked: { $asked }).
goal-missed-more = even the best, { $variant }, takes { $peak } where { $baseline } takes { $from }: { $saved } more (asked: { $asked } less).
goal-under = { $variant } peaks at { $peak } of resident memory, below the { $limit } that were asked for.
goal-over = { $variant }, the best, peaks at { $peak } of resident memory, not below the { $limit } that were asked for.
goal-no-rss = the plain probe has no peak RSS of any candidate: { $names }
goal-line = { $badge }: { $sentence }
goal-not-judged = { $promise } ({ $why })
goal-unknown-metric = heaplab cannot compare { $names }, only peak_bytes
goal-no-baseline = the heap probe has no peak of the baseline { $baseline }
goal-no-candidate = the heap probe has no peak of any candidate: { $names }
goal-not-comparable = no candidate did the same work as { $baseline } at the same number of rows: { $names }

who-figure = { $who }, { $what }
who-minus = { $who } less { $minus }
why-no-measure = Not judged: the claim names no measure of { $language }.
why-not-run = Not judged: { $who } has no run in this report.
why-not-measured = Not judged: the { $metric } of { $who } was not measured.
why-rows-differ = Not judged: { $names } ran at different numbers of rows.
why-other-rows = Not judged: the claim speaks of { $says } { $unit }, { $who } ran { $rows } and took { $value }.
why-exactly = { $who }: { $value }, just what the lecture says.
why-count-about = { $who }: { $value }, where the lecture says { $says }: within a quarter of it.
why-count-below = { $who }: { $value }, not above the { $says } that the lecture allows.
why-count-other = { $who }: { $value }, where the lecture says { $says }.
why-about = { $who } took { $value }, { $ratio } times the { $says } that the lecture says: within a quarter of it.
why-below = { $who } took { $value }, { $ratio } times the { $says } that the lecture allows.
why-more = { $who } took { $value }, { $ratio } times the { $says } that the lecture says.
why-less = { $who } took { $value }, only { $ratio } times the { $says } that the lecture says.
why-nothing = { $who } comes to { $value }: the { $says } that the lecture says.
why-something = { $who } comes to { $value }, where the lecture says { $says }.
why-negative = { $who } comes to { $value }, less than nothing, where the lecture says { $says }.
why-other-quantity = Its { $metric } is { $value }.
why-other-quantity-same = Judged by { $metric }, which is { $value }, the verdict is the same.
why-other-quantity-holds = Judged by { $metric }, which is { $value }, it would hold. The lecture’s number is nearer to { $meant }, so that is what it must have meant.
why-other-quantity-fails = Judged by { $metric }, which is { $value }, it would not hold. The lecture’s number is nearer to { $meant }, so that is what it must have meant.
why-a-row = That is { $bytes } per { $one }.
why-start = { $start } were resident before the first { $one }; the rest is { $bytes } per { $one }.
why-mostly-interpreter = { $start } of it ({ $percent }) were resident before the first { $one }: that is the interpreter itself, the work added { $added }.
why-mostly-process = { $start } of it ({ $percent }) were resident before the first { $one }: that is the process itself, the work added { $added }.
why-allocations = { $variant } makes { $each } allocations per { $one }.
why-beside = { $who }: { $value }, { $ratio } times { $language }’s.
why-beside-heap = { $who }: { $value } by another measure, { $ratio } times { $language }’s.
why-beside-alone = { $who }: { $value }.

skip = Skip to the content
contents = Contents
lesson-number = lesson { $number }
badge-met = Goal met
badge-missed = Goal missed
badge-unknown = Goal not judged
headline-of = less peak live heap than { $baseline }
fact-rows = Scale
fact-rows-exact = { $scales } asked for
fact-saving = Biggest change
fact-saving-of = { $who } against { $baseline }
fact-variants = Variants measured
fact-variants-of = { $rust } in Rust, { $python } in CPython
fact-machine = Machine
fact-cores = { $cores } cores
heading-comparison = Peak by variant
heading-runs = Every run
heading-curve = Resident memory over time
heading-claims = What the lecture says, and what was measured
heading-attachments = What the lesson measured itself
heading-tool-results = What the lecture’s own tools say
heading-flamegraphs = Who asks for the memory, who holds it, how long
heading-reconciler = Three probes, one truth
heading-failures = What went wrong
heading-environment = Machine and build
lead-curve = RSS as the kernel counts it, sampled from outside every few milliseconds while one plain run worked.
heading-findings = What we found besides
lead-findings = No claims of the lecture: what heaplab measured in addition to what it says.
finding-shown = { $who }, { $what }: { $value }.
finding-not-shown = { $who }, { $what }: { $value }: this run does not show it.
finding-not-measured = Not measured in { $who }.
lead-claims = Each sentence of the lecture beside the same work in CPython and in Rust, measured on this machine.
lead-tool-results = Each tool ran once, after the measured region or in a process of its own. Its output is shown as it came: no figure here is from heaplab.
lead-flamegraphs = By call stack, the root on top: the wider, the more. Choose a view; click a frame to zoom in and once more to get out; arrow keys, Enter and Esc do the same.
lead-reconciler = The recorder keeps a grown block as one block and adds its growth; stats_alloc adds the same growth; dhat counts every reallocation as a new block of the whole new size. So dhat’s blocks are births + reallocations, and its bytes are birth bytes + new sizes. Peak and end are the same whoever counts.
failures-count = { $count } of the measurements failed
verdict-holds = holds
verdict-fails = does not hold
verdict-open = not judged
flamegraph-of = Flamegraph of { $variant }: bytes at the peak by call stack
agrees = agree
differs = differ
group-blocks = blocks
group-bytes = bytes, by
group-live = live bytes
environment-os = System
environment-cpu = Processor
environment-cores = Cores
environment-memory = Memory
environment-rustc = Compiler
environment-python = Python
environment-commit = Commit
environment-frame-pointers = Frame pointers
environment-created = Measured at
