# 对账表：每个工具一行，以及它的数字为什么与记录器不同。
heading-tools = 逐个工具对账
lead-tools = 同样的工作、同样的规模，本机上的每个工具各测一遍。小字是与记录器相差多少；– 表示该工具不给出这一项。
tools-of = { $variant }，规模 { $rows }，逐个工具
tools-not-asked = 没有用 valgrind 和 heaptrack（--quick 或 --tools no）
column-tool = 工具
column-tool-blocks = 块数
column-tool-bytes = 累计|字节
column-tool-peak = 峰值
column-tool-end = 结束时
column-reason = 原因
tool-recorder = heaplab 记录器
tool-stats-alloc = stats_alloc
tool-dhat = dhat
tool-resident = VmHWM（内核）
tool-valgrind-dhat = valgrind 的 DHAT
tool-heaptrack = heaptrack
gap-explained = 已解释
gap-open = 未能全部解释
gap-itself = 只算被测区域；块长大后仍算一块，增长量另加。其余各行都与这一行对照。
gap-counts = 同一区域、同一规则，增长量（{ $grown }）计入总数。它知道还有多少存活，但不保留峰值。
gap-nothing-grew = 没有发生过重分配，两种规则得数相同。
gap-reallocations = { $reallocations } 次重分配各多算一块，并以新大小（{ $resized }）代替增长量（{ $grown }），累计多出 { $more } B。
gap-reallocations-blocks = { $reallocations } 次重分配各多算一块；它不累计整个运行的字节数。
gap-outside = 它看到整个进程，从 main 之前直到退出。按调用栈，以下部分在被测区域之外：{ $parts }。
gap-other-moment = 整个进程的峰值与区域的峰值不在同一时刻，那时区域比自己的峰值少 { $bytes } B。
gap-part-blocks = { $figure } 块
gap-part-bytes = 累计 { $figure } B
gap-part-peak = 峰值处 { $figure } B
gap-part-end = 结束时 { $figure } B
gap-unexplained = 未能解释：{ $parts }。
gap-not-installed = 本机未安装；运行 cargo xtask doctor 可知如何安装。
gap-failed = 没有得到数字：{ $cause }
gap-resident = 它数的是内存页而不是申请量：区域开始前已常驻 { $start }，峰值时申请着 { $live }，系统分配器把 { $blocks } 块向上取整，多占 { $least } 到 { $most }（每块头部 8 字节，按 16 字节取整，至少 32 字节；大块按整页）。
gap-resident-file = 其间读入的文件页：{ $file }。
gap-resident-within = 在取整的上下限之内，以上已解释全部差额。
gap-resident-more = 仍未解释：{ $low } 到 { $high }，例如已释放、但分配器没有归还的内存。
gap-resident-less = 这比实际常驻的多 { $low } 到 { $high }：申请了，却从未写过。

## 记录本身的代价
cost-memory = 内存 { $cost }
cost-memory-each = 内存 { $cost }，每块 { $each }
note-cost = 记录器自身的代价（上面的数字都不含它）：{ $parts }。
note-cost-time = 用时是不记录时的 { $range }
note-cost-memory = 内存比不记录时多 { $range }（VmHWM 之差，均取各对的中位数）
note-cost-one = { $figure }（{ $who }）
note-cost-range = { $least }（{ $least_who }）到 { $most }（{ $most_who }）

## live.svg
heading-live = 存活字节随分配时钟的变化
lead-live = 每次记录：当时存活多少，对照到那时为止一共申请了多少。与 RSS 随时间的曲线不同，只要是单线程分配，它每次运行都一样。
live-title = 存活字节随分配时钟的变化
live-subtitle = 横轴：到那时为止申请的字节（分配时钟）· 纵轴：存活字节 · heap 探针，每幅小图各有坐标
live-legend = 虚线：峰值。灰线：程序自己设的标记。时钟累计新块与增长。
live-panel = { $variant } · 峰值 { $peak }，共申请 { $clock }
