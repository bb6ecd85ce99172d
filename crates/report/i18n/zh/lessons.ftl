# 由各课交来的数据做成的表、图和句子。
lesson-why = 为什么

# 8.1：回收器，以及谁持有谁。
collector-looked-at-title = 回收器：每次检查了多少对象
collector-freed-title = 回收器：每次释放了多少对象
collector-made = 已经造出的对象
collector-objects = 对象
collector-table-title = 回收器：按代统计
collector-generation = 代
collector-collections = 回收次数
collector-requested = 其中主动要求
collector-postponed = 推迟次数
collector-examined = 检查的对象
collector-freed = 释放的对象
collector-resurrected = 复活的对象
owners-held = 没有人在环上：变量一走，{ $objects } 个对象、{ $bytes } 字节跟着走。那 { $weak } 条弱引用什么也不留。
owners-leaked = 没有变量指向这 { $objects } 个对象，却没有一个强引用计数为 0：{ $strong } 条强引用全来自内部。{ $bytes } 字节就这样丢了。把标出的 { $marked } 条改成弱引用，整家人就能释放。

# 8.1.3：一次申请得到什么，归还了多少内存。
blocks-usable-title = 申请多少，实得多少
blocks-usable = 可用
blocks-padding-title = 一块内存里，多给的占多少
blocks-padding = 多给的部分
blocks-requested = 申请
blocks-alignment-title = 对齐，以及它的代价
blocks-alignment-figure = 内存块的最低对齐（字节）
blocks-tiny = 1 到 8 字节
blocks-larger = 9 到 1,024 字节
blocks-alignment-too-low = 按 { $larger } 对齐：放指针或 double 够用，放要求 { $strictest } 字节对齐的类型就不够了；平均每块多给 { $padding } 字节
blocks-alignment-by-size = 按 { $larger } 对齐，不超过 { $pointer } 字节的块只按 { $tiny }：这么小的类型用不着 { $strictest } 字节对齐；平均每块多给 { $padding } 字节
blocks-alignment-any-type = 一律按 { $tiny } 对齐：只知道大小，不知道要放什么类型，就得对任何类型都够用；平均每块多给 { $padding } 字节
returned-title = 归还了多少内存
returned-asked-all = 全部块的申请量
returned-resident = 常驻内存
returned-asked-survivors = 存活块的申请量
returned-resident-then = 此时的常驻内存
returned-came-back = 归还
returned-asked-again = 加上新块的申请量
returned-resident-end = 最后的常驻内存
returned-arenas-stay = 释放了 { $freed } 的字节，{ $held } 个 arena 留下 { $kept } 个，其实 { $needed } 个就够：arena 只能整个归还，而留下的这些里都还有存活的块；新的块又要了 { $new } 个
returned-arenas-go = 释放了 { $freed } 的字节，{ $held } 个 arena 留下 { $kept } 个，其实 { $needed } 个就够：存活的块都挨在一起，所以空出了整个的 arena；新的块又要了 { $new } 个
returned-not-measured = 释放了 { $freed } 的字节；归还了多少，这里测不出
returned-pages-went = 释放了 { $freed } 的字节，还给系统的内存占 { $back }：{ $held } 的页面里还有存活的块，其余的大多还回去了；新的块又多用了 { $new } MiB
returned-pages-held = 释放了 { $freed } 的字节，还给系统的内存占 { $back }：{ $held } 的页面里还有存活的块；新的块又多用了 { $new } MiB
returned-pages-kept = 释放了 { $freed } 的字节，还给系统的内存占 { $back }：只有 { $held } 的页面里还有存活的块，其余的分配器也留着没还；新的块又多用了 { $new } MiB

# 8.6：一个函数的每次调用拿到了什么，又留下了什么。
calls-third-bag = 第三次调用拿到的袋子里的件数
calls-chart-title = { $bag }：存活字节数随调用次数的变化
calls-calls = 调用次数
calls-live = 存活字节数
calls-table-title = 最后一次调用拿到了什么，所有调用又留下了什么
calls-last-bag = 最后一个袋子里的件数
calls-live-half = 一半调用之后的存活字节
calls-live-all = 全部调用之后的存活字节
calls-own-bag = 每次调用的袋子里都只有自己的那一件；后一半调用没有增加存活字节
calls-own-bag-grows = 每次调用的袋子里都只有自己的那一件，可是后一半调用仍增加了 { $grown } 个存活字节，每次 { $per-call }：有谁把东西留着不放
calls-shared-bag = 袋子是共用的：最后一次调用在里面看到了别的调用的 { $others } 件；后一半调用没有增加存活字节
calls-shared-bag-grows = 袋子是共用的：最后一次调用在里面看到了别的调用的 { $others } 件；后一半调用增加了 { $grown } 个存活字节，每次 { $per-call }

pymalloc-title = CPython：自带的分配器与 malloc
pymalloc-rows = 行数
pymalloc-live = 峰值时存活
pymalloc-blocks = 峰值时的块数
pymalloc-grown = RSS 增长（pymalloc）
pymalloc-malloc-grown = RSS 增长（malloc）
pymalloc-wall = 用时（pymalloc）
pymalloc-malloc-wall = 用时（malloc）
pymalloc-too-small = 在这个规模下，差别太小，看不出来
pymalloc-malloc-more = malloc 每块多占 { $each } B
pymalloc-malloc-less = malloc 每块少占 { $each } B：pymalloc 为每一级大小各留的内存池，这里没有装满
