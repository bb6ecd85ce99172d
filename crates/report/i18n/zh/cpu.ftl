# `cargo xtask profile --cpu`、criterion 的数字，以及时间的火焰图。
flamegraph-idle = 运行得太短，什么也没看到：没有火焰可画。
cpu-title = { $program } 的指令花在哪里
cpu-flamegraph = 共 { $count } 条指令，由 { $tool } 逐条计数
cpu-instructions = 条指令
cpu-functions = 函数
cpu-lines = 源码行
cpu-heading-flamegraph = 指令花在哪里
heading-stacks = 时间花在哪里
lead-stacks = 把工作反复做，边做边采样；方框越宽，用时越长。可以搜索，点击可放大。
cpu-fact-program = 程序自身的指令数
cpu-fact-process = 整个进程的指令数
cpu-fact-wall = 在 { $tool } 之下的用时
cpu-fact-wall-note = 不是程序平时的用时
cpu-column-function = 函数
cpu-column-calls = 调用次数
cpu-column-inclusive = 含被调函数
cpu-column-exclusive = 仅自身
cpu-column-share = 占比
cpu-how = 由 { $tool } 计数，它逐条解释执行每一条指令：这一次用了 { $wall }，程序自己跑要快许多倍。计数是精确的，同样的工作每次都一样；但它不是时间。一条慢指令、一次缓存未命中、一次等待磁盘，都只算一条，或者根本不算。
cpu-inclusive = “含被调函数”把一个函数和它调用的一切算在一起，“仅自身”只算它自己。被编译器内联进来的代码，在函数表里算作外层函数自己的；在源码行里，凡不是写在这个文件夹里的，都记在调用它的那一行。
cpu-hits = “次数”是这一行里执行得最多的那条指令的执行次数：编译器一次做四轮的循环，次数只有四分之一；编译时就已算好的行，没有次数。
cpu-top = 仅自身最贵的函数是 { $function }：占程序指令的 { $share }。最贵的一行是 { $place }：占 { $line-share }。
cpu-top-function = 仅自身最贵的函数是 { $function }：占程序指令的 { $share }。这个文件夹里没有一行源码有数字：请在它的 profile 里加上 debug = "line-tables-only" 再构建。
cpu-cut = 有 { $share } 的指令所在的调用栈深过 { $callers } 层：靠近根部的“含被调函数”少算了这么多。
cpu-left-out = 另有 { $count } 个函数，见 cpu.json。
cpu-failed = 程序没有正常结束：{ $cause }。计数只到那时为止。
