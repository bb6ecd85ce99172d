# The course around the sections: the mind map, predictions.
mindmap-subtitle = From left to right, then the next line. Every figure was measured on this machine, in the last report of its section.
mindmap-not-run = not yet run
mindmap-command = cargo xtask lesson { $section }
mindmap-without = no figure of { $variant } in the last report
mindmap-whose = { $section } · { $variant } at { $rows }
mindmap-node = { $title }: { $said }

predict-heading = Predicted and measured
predict-lead = What you said before it ran, and what it was. Where they lie apart: the rules that this run’s own figures show.
predict-said = predicted
predict-was = measured
predict-near = You said { $said }, it was { $was }: { $off } off. That is right.
predict-low = You said { $said }, it was { $was }: { $times } times as much.
predict-high = You said { $said }, it was { $was }: you said { $times } times as much.
predict-not-measured = Its peak was not measured.
predict-other-rows = You spoke of { $asked }, it ran at { $rows }: nothing to compare.
predict-no-rule = The figures of this run show no rule that accounts for it. Its flamegraph says who held the memory.
predict-own-blocks = Each { $unit } has { $each } blocks of its own behind pointers, { $size } each on average: { $bytes } at the peak.
predict-doubling = Capacity doubling: { $count } reallocations at { $place } made blocks { $factor } times as large on average; up to { $bytes } of what was live is room that nothing fills.
predict-tables = A hash table is never full: each of { $tables } has { $buckets } slots of { $slot }, of which at most { $usable } may be used, and { $buckets } control bytes and 16 more. { $idle } of each are no data: { $bytes }.
predict-counts = { $count } blocks behind an Rc or Arc carry two counts of { $header } together: { $bytes }.
predict-padding = Alignment: the fields of a { $unit } have { $fields }, the { $unit } has { $row }. { $padding } of padding each: { $bytes }.
predict-interpreter = { $bytes } were the interpreter’s, resident before the first { $unit }.
predict-turnover = { $total } were asked for, but at most { $peak } in { $blocks } blocks at once: the other { $bytes } had been given back.
predict-rounding = You were near to what the kernel counts, { $resident }: the allocator rounds blocks up and keeps headers, { $block } a block here, { $bytes } in all. The heap probe counts what was asked for.
predict-ask = Predict the peak at { $scales }, such as 2.6GB or 80MB; an empty line leaves a variant out.
predict-ask-live = peak live heap
predict-changed = { $who }: the peak was { $before } and is { $now } ({ $change })

hint = { $section }, hint { $number } of { $of }: { $hint }
hint-of = { $section }
hint-no-more = { $section }: all { $total } hints are told. One way to do it is in solution/main.rs of the lesson’s folder; cargo xtask hint { $section } --restart begins again.

watch-waits = Watching the lesson’s files; Ctrl-C ends it.
watch-changed = Changed: { $variants }
watch-all = every variant
