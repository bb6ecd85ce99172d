# Tables, charts and sentences made of the figures that lessons hand over.
lesson-why = why

# 8.1: the collector, and who owns whom.
collector-looked-at-title = The collector: how much it looked at, run by run
collector-freed-title = The collector: how much it freed, run by run
collector-made = objects made so far
collector-objects = objects
collector-table-title = The collector by generation
collector-generation = generation
collector-collections = collections
collector-requested = asked for
collector-postponed = put off
collector-examined = looked at
collector-freed = freed
collector-resurrected = resurrected
owners-held = No owner is on a cycle: when the variable goes, { $objects } objects and { $bytes } bytes go with it. The { $weak } weak references do not hold anything.
owners-leaked = No variable refers to these { $objects } objects, and no strong count is 0: all { $strong } strong references come from inside. { $bytes } bytes are lost. Make the { $marked } marked ones weak, and the whole family goes free.

# 8.1.3: what a request gets, and what memory came back.
blocks-usable-title = What a request gets
blocks-usable = usable
blocks-padding-title = How much of a block nobody asked for
blocks-padding = not asked for
blocks-requested = requested
blocks-alignment-title = Alignment, and what it costs
blocks-alignment-figure = lowest alignment of a block, in bytes
blocks-tiny = 1 to 8 bytes
blocks-larger = 9 to 1,024 bytes
blocks-alignment-too-low = multiples of { $larger }: enough for a pointer or a double, too little for a type that needs { $strictest }; { $padding } bytes a block are padding
blocks-alignment-by-size = multiples of { $larger }, and of { $tiny } for blocks up to { $pointer } bytes: no type that small needs { $strictest }; { $padding } bytes a block are padding
blocks-alignment-any-type = multiples of { $tiny }: good for any type, since a size does not tell which type it is for; { $padding } bytes a block are padding
returned-title = What memory came back
returned-asked-all = asked for, all blocks
returned-resident = resident
returned-asked-survivors = asked for, survivors
returned-resident-then = resident then
returned-came-back = came back
returned-asked-again = asked for, with new blocks
returned-resident-end = resident at the end
returned-arenas-stay = { $freed } of the bytes were freed and { $kept } of { $held } arenas stayed, where { $needed } would do: an arena goes back only as a whole, and these still hold survivors; the new blocks needed { $new } more
returned-arenas-go = { $freed } of the bytes were freed and { $kept } of { $held } arenas stayed, where { $needed } would do: the survivors stand together, so whole arenas became free; the new blocks needed { $new } more
returned-not-measured = { $freed } of the bytes were freed; what came back was not measured here
returned-pages-went = { $freed } of the bytes were freed and { $back } of the memory came back: { $held } of the pages hold a survivor, and most of the others went; the new blocks took { $new } MiB more
returned-pages-held = { $freed } of the bytes were freed and { $back } of the memory came back: { $held } of the pages still hold a survivor; the new blocks took { $new } MiB more
returned-pages-kept = { $freed } of the bytes were freed and { $back } of the memory came back: only { $held } of the pages hold a survivor, and the allocator kept the others all the same; the new blocks took { $new } MiB more

# 8.6: what the calls of one function got, and what they left alive.
calls-third-bag = items in the bag of the third call
calls-chart-title = { $bag }: live bytes over the calls
calls-calls = calls
calls-live = live bytes
calls-table-title = What the last call got, and what the calls left alive
calls-last-bag = items in the last bag
calls-live-half = live after half the calls
calls-live-all = live after all calls
calls-own-bag = each call finds its own item alone in the bag; the second half of the calls added no live bytes
calls-own-bag-grows = each call finds its own item alone in the bag, and yet the second half of the calls added { $grown } live bytes, { $per-call } per call: something keeps what it was given
calls-shared-bag = the bag is shared: the last call finds { $others } items of other calls in it; the second half of the calls added no live bytes
calls-shared-bag-grows = the bag is shared: the last call finds { $others } items of other calls in it; the second half of the calls added { $grown } live bytes, { $per-call } per call

pymalloc-title = CPython with its own allocator and with malloc
pymalloc-rows = rows
pymalloc-live = live at the peak
pymalloc-blocks = blocks at the peak
pymalloc-grown = RSS grew by, with pymalloc
pymalloc-malloc-grown = RSS grew by, with malloc
pymalloc-wall = time, with pymalloc
pymalloc-malloc-wall = time, with malloc
pymalloc-too-small = the difference is too small to show at this scale
pymalloc-malloc-more = malloc takes { $each } B more per block
pymalloc-malloc-less = malloc takes { $each } B less per block: pymalloc’s pools, one for each size class, are not full here
