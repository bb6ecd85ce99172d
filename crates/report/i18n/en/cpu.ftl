# `cargo xtask profile --cpu`, criterion's figures, and flamegraphs of time.
flamegraph-idle = Nothing ran for long enough to be seen: there is no flame to draw.
cpu-title = Where { $program } spends its instructions
cpu-flamegraph = { $count } instructions, every one of them counted by { $tool }
cpu-instructions = instructions
cpu-functions = Functions
cpu-lines = Lines
cpu-heading-flamegraph = Where the instructions are spent
heading-stacks = Where the time goes
lead-stacks = Sampled while the work was done over and over; a wide frame took long. Search, click to zoom.
cpu-fact-program = instructions of the program
cpu-fact-process = of the whole process
cpu-fact-wall = under { $tool }
cpu-fact-wall-note = no time of the program's own
cpu-column-function = function
cpu-column-calls = calls
cpu-column-inclusive = inclusive
cpu-column-exclusive = exclusive
cpu-column-share = %
cpu-how = Counted by { $tool }, which interprets every instruction: { $wall } for this run, where the program by itself is many times quicker. The counts are exact and the same on every run of the same work; they are no times. A slow instruction, a miss of the cache and a wait for the disk all count as one, or as nothing.
cpu-inclusive = Inclusive counts a function with everything that it called, exclusive without. What the compiler put into a function counts as that function's own. Among the lines, what is not written in this folder counts for the line that called it.
cpu-hits = Hits are how often the most frequent instruction of a line ran: a loop that the compiler does four rounds at once has a quarter, and a line that it has worked out beforehand has none.
cpu-top = The most expensive function by itself is { $function }: { $share } of the program's instructions. The most expensive line is { $place }: { $line-share }.
cpu-top-function = The most expensive function by itself is { $function }: { $share } of the program's instructions. No line of a file in this folder has a figure: build it with debug = "line-tables-only" in its profile.
cpu-cut = { $share } of the instructions ran in stacks deeper than { $callers } callers: the inclusive figures near the root are too small by as much.
cpu-left-out = { $count } more functions stand in cpu.json.
cpu-failed = The program did not end well: { $cause }. The counts are of what it did until then.
