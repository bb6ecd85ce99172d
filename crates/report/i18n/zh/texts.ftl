## 终端表格、网页和 summary.md 的文字。数字传进来时已经排好格式；表头里的竖线在终端上换行。

language-rust = Rust
language-python = CPython
language-rust-short = rust
language-python-short = py
whose = { $language } 的 { $variant }
yes = 有
no = 无
baseline = 基准
metric-rss = RSS 峰值
metric-heap = 存活堆峰值
at-scale = { $rows } { unit-many }
# A lesson with another unit gives its Chinese word in Cargo.toml (unit-zh).
unit-many = { $unit ->
    [rows] 行
    [requests] 次请求
    [calls] 次调用
    [bytes] 字节
    [run] 次运行
   *[other] { $unit }
 }
unit-one = { unit-many }
each-row = 每{ $one } { $each } 次
value-each-row = 每{ $one } { $value }
by-signal = （信号 { $signal }）

column-variant = 变体
column-language = 语言
column-rows = 行数
column-peak-live = 存活堆|峰值
against-live = 存活堆峰值 { $mine }，基准 { $theirs }
against-live-each = 存活堆峰值每行 { $mine }，基准 { $theirs }
against-rss = RSS 峰值 { $mine }，基准 { $theirs }
against-rss-each = RSS 峰值每行 { $mine }，基准 { $theirs }
against-rss-short = RSS
against-noise = 差异太小
column-rss-peak = RSS|峰值
wall-too-short = <0.1 ms
wall-per-call = 每次 { $time }
note-too-short = 用时不到 0.1 ms 的太短，跑一次测不准：打开和关闭测量区间本身就要这么久，所以不给数字。
note-per-call = 每次调用的用时（criterion）：{ $times }。
note-per-call-one = { $who } { $time }
column-rss-anon = RSS|匿名页
column-rss-file = RSS|文件页
column-allocations = 分配次数
column-wall = 用时
column-against = 与基准|相比
column-end-a-row = 结束时每行存活
column-slowdown = 记录器开销
column-claim = 课上的说法
column-says = 课上说
column-verdict = 结论
column-why = 原因
column-code = 代码
column-line = 行号
heading-figures = 本节的数字
column-what = 项目
column-value = 内容
column-births = 新分配
column-reallocations = 重分配
column-dhat-blocks = dhat 的块数
column-heap-bytes = heaplab 记录器
column-counts-bytes = stats_alloc
column-dhat-bytes = dhat
column-peak = 峰值
column-end = 结束时

failed = { $probe } 探针：{ $cause }
failed-by-signal = { $failed }（信号 { $signal }）

note-baseline = “与基准相比”比的是存活堆峰值；没有记录堆、或绕过记录器自己映射内存的变体比 RSS 峰值（标 RSS），基准是 { $names }。
note-baseline-name = { $section } 里 { $who }
note-ladder = “存活峰值”只是一个进程向分配器要的内存：映射的页、别的进程占的内存都不在里面。这一节以常驻内存为准，“阶梯”图比的就是它。
note-per-row = { $mark } 两边行数不同，按每行折算后再比。
note-lowered = 可用内存装不下要求的规模，下列变体少跑了一些：{ $names }。
note-lowered-name = { $who } 要求 { $asked } { unit-many }，只跑了 { $rows }
note-heap-rows = { $mark } 在记录器下，每个对象都是一块，行数再多就太慢或太占内存，所以少跑了一些。存活峰值和分配次数属于这个规模：{ $names }。
note-pymalloc = CPython 的存活峰值和分配次数来自 PYTHONMALLOC=malloc 的运行，那里每个对象都是单独的一块。它的用时和 RSS 来自普通运行，小对象由 CPython 自己的 pymalloc 分配。pymalloc 把一块取整到 16 字节；glibc 的 malloc 还要在前面放 8 字节，至少占 32 字节。
note-heap-rows-name = { $who } 跑了 { $rows }
note-once = 用时：每个变体只跑了一次 plain。
note-repetitions = 用时取 { $most } 次 plain 运行的中位数。
note-fewer = 用时取 { $most } 次 plain 运行的中位数；次数较少的有：{ $names }。
note-fewer-name = { $who }（×{ $repetitions }）
note-fewer-language = 所有 { $language } 变体（×{ $repetitions }）
note-dhat = dhat 每次分配要花几微秒，所以只在 { $rows } 的规模上跑。
note-rule = 同一段程序，三个探针报出三种“字节数”：块变大时，heaplab 记录器和 stats_alloc 只加增长的部分，dhat 则把每次重分配当成一个全新的块，按新大小整个再算一遍。以 { $who } 为例：{ $sentence }
rule-example = 以 { $who } 为例：{ $sentence }
note-not-measured = – 表示没有测量：对应的探针没有跑。

equation-dhat-blocks = dhat 的块数 = 新分配 + 重分配
equation-dhat-bytes = dhat 的字节数 = 新分配的字节 + 每次重分配后的新大小
equation-peak-bytes = dhat 的峰值 = 记录器的峰值
equation-end-bytes = dhat 结束时 = 记录器结束时
equation-allocations = stats_alloc 的分配次数 = 新分配
equation-reallocations = stats_alloc 的重分配次数 = 记录器的重分配次数
equation-bytes-allocated = stats_alloc 的字节数 = 新分配的字节 + 增长
reconcile-agrees = 规模为 { $rows } 时新分配了 { $blocks } 块，共 { $births }；{ $reallocations } 次重分配又让它们长了 { $grown }，所以记录器和 stats_alloc 都报 { $heap }。dhat 不加增长的部分，而是把每次的新大小都加上，共 { $resized }，于是报 { $dhat }。
reconcile-nothing-grew = 规模为 { $rows } 时新分配了 { $blocks } 块，共 { $births }；没有一块重分配过，所以三个探针都报 { $dhat }。
reconcile-fails = 探针之间对不上账：“{ $equation }”不成立，实测 { $counted }，应为 { $expected }，相差 { $off }。
reconcile-unkept = 表里的等式都成立，但有一个没写进报告的量对不上：可能是峰值或结束时的块数，也可能是释放之后剩下的字节。

goal-met = { $variant } 一行不丢，只用 { $peak }，而 { $baseline } 要 { $from }，省了 { $saved }（要求 { $asked }）。
goal-missed = 最好的 { $variant } 用 { $peak }，{ $baseline } 用 { $from }，只省了 { $saved }（要求 { $asked }）。
goal-missed-more = 最好的 { $variant } 也要 { $peak }，{ $baseline } 才 { $from }，反而多用了 { $saved }（要求省 { $asked }）。
goal-under = { $variant } 的常驻内存峰值是 { $peak }，低于要求的 { $limit }。
goal-over = 最好的 { $variant }，常驻内存峰值也有 { $peak }，没有低于要求的 { $limit }。
goal-no-rss = plain 探针没有任何候选变体的 RSS 峰值：{ $names }
goal-line = { $badge }：{ $sentence }
goal-not-judged = { $promise }（{ $why }）
goal-unknown-metric = heaplab 只会比 peak_bytes，不会比 { $names }
goal-no-baseline = 堆探针没有测到基准 { $baseline } 的峰值
goal-no-candidate = 堆探针没有测到任何一个候选变体的峰值：{ $names }
goal-not-comparable = 没有哪个候选变体与 { $baseline } 干同样的活、跑同样的行数：{ $names }

who-figure = { $who }，{ $what }
who-minus = { $who } 与 { $minus } 之差
why-no-measure = 无法判定：这个说法没有指定 { $language } 要测什么。
why-not-run = 无法判定：这份报告里没有跑 { $who }。
why-not-measured = 无法判定：没有测到 { $who } 的 { $metric }。
why-rows-differ = 无法判定：{ $names } 跑的行数不一样。
why-other-rows = 无法判定：课上说的是 { $says } { unit-many }，而这次 { $who } 跑的规模是 { $rows }，测得 { $value }。
why-exactly = { $who }：{ $value }，与课上说的完全一致。
why-count-about = { $who }：{ $value }，课上说 { $says }，相差不到四分之一。
why-count-below = { $who }：{ $value }，没有超过课上给的上限 { $says }。
why-count-other = { $who }：{ $value }，课上说的却是 { $says }。
why-about = { $who } 用了 { $value }，是课上所说 { $says } 的 { $ratio } 倍，相差不到四分之一。
why-below = { $who } 用了 { $value }，是课上给的上限 { $says } 的 { $ratio } 倍。
why-more = { $who } 用了 { $value }，是课上所说 { $says } 的 { $ratio } 倍。
why-less = { $who } 只用了 { $value }，是课上所说 { $says } 的 { $ratio } 倍。
why-nothing = { $who } 合 { $value }，与课上说的 { $says } 相符。
why-something = { $who } 合 { $value }，课上说的却是 { $says }。
why-negative = { $who } 合 { $value }，不增反减，课上说的却是 { $says }。
why-other-quantity = 它的{ $metric }是 { $value }。
why-other-quantity-same = 按{ $metric }（{ $value }）来判断，结论相同。
why-other-quantity-holds = 按{ $metric }（{ $value }）来判断，这句话成立。课上的数更接近{ $meant }，说的应当就是它。
why-other-quantity-fails = 按{ $metric }（{ $value }）来判断，这句话不成立。课上的数更接近{ $meant }，说的应当就是它。
why-a-row = 平均每{ $one } { $bytes }。
why-start = 开工之前已经常驻 { $start }，剩下的摊到每{ $one }是 { $bytes }。
why-mostly-interpreter = 其中 { $start }（{ $percent }）在开工之前就已常驻，那是解释器自己的开销，真正干活只多用了 { $added }。
why-mostly-process = 其中 { $start }（{ $percent }）在开工之前就已常驻，那是进程自己的开销，真正干活只多用了 { $added }。
why-allocations = { $variant } 平均每{ $one }分配 { $each } 次。
why-beside = { $who } 为 { $value }，是 { $language } 的 { $ratio } 倍。
why-beside-heap = { $who } 为 { $value }（口径不同），是 { $language } 的 { $ratio } 倍。
why-beside-alone = { $who } 为 { $value }。

skip = 跳到正文
contents = 目录
lesson-number = 第 { $number } 节
badge-met = 目标达成
badge-missed = 目标未达成
badge-unknown = 目标无法判定
headline-of = 存活堆峰值比 { $baseline } 少了这么多
fact-rows = 规模
fact-rows-exact = 要求 { $scales }
fact-saving = 变化最大
fact-saving-of = { $who }，与 { $baseline } 相比
fact-variants = 变体数
fact-variants-of = Rust { $rust } 个，CPython { $python } 个
fact-machine = 机器
fact-cores = { $cores } 核
heading-comparison = 各变体的峰值
heading-runs = 全部测量
heading-curve = 常驻内存随时间的变化
heading-claims = 课上怎么说，实测怎么样
heading-attachments = 本课自己的测量
heading-tool-results = 课上的工具自己怎么说
heading-flamegraphs = 内存是谁申请的、在谁手里、活了多久
heading-reconciler = 三个探针对账
heading-failures = 出错的测量
heading-environment = 机器与构建
lead-curve = 内核统计的 RSS：一次 plain 运行期间，从进程外每隔几毫秒采样一次。
heading-findings = 课上没说、我们另外发现的
lead-findings = 这些不是课上的说法，而是 heaplab 在课上内容之外测到的。
finding-shown = { $who }，{ $what }：{ $value }。
finding-not-shown = { $who }，{ $what }：{ $value }；这次运行没有体现出来。
finding-not-measured = { $who } 里没有测到。
lead-claims = 把课上的每句话，和 CPython、Rust 在这台机器上干同样的活测得的数字摆在一起。
lead-tool-results = 每个工具各运行一次，要么在被测区间结束之后，要么在它自己的进程里。下面是原样的输出，其中没有一个数字出自 heaplab。
lead-flamegraphs = 按调用栈展开，最上面是根，越宽占得越多。先选一个视图；点一下某一格放大，再点一下还原；方向键、回车和 Esc 也可以操作。
lead-reconciler = 块变大以后，记录器仍当它是同一块，只加增长的部分；stats_alloc 加的也是增长；dhat 则把每次重分配都算成一个新块，按新大小整个计入。所以 dhat 的块数 = 新分配 + 重分配，字节数 = 新分配的字节 + 每次重分配后的新大小。至于峰值和结束时的存活量，谁来数都一样。
failures-count = 有 { $count } 项测量失败
verdict-holds = 成立
verdict-fails = 不成立
verdict-open = 无法判定
flamegraph-of = { $variant } 的火焰图：峰值字节按调用栈展开
agrees = 对得上
differs = 对不上
group-blocks = 块数
group-bytes = 字节数，各由谁数
group-live = 存活字节
environment-os = 系统
environment-cpu = 处理器
environment-cores = 核数
environment-memory = 内存
environment-rustc = 编译器
environment-python = Python
environment-commit = 提交
environment-frame-pointers = 帧指针
environment-created = 测量时间
