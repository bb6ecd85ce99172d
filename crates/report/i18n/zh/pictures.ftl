# 图表和火焰图上的文字。
saving = 省下 { $percent }
watermark = 程序员晚枫

chart-peak-by-variant = 各变体的内存峰值，{ $scales }
chart-legend-rust = Rust：存活堆峰值（heap 探针）
chart-legend-python = CPython：存活堆峰值（heap 探针）
chart-legend-python-versions = { $name }：存活堆峰值（heap 探针）
chart-legend-python-rss = CPython：RSS 峰值（没有记录堆）
chart-legend-python-rss-versions = { $name }：RSS 峰值（没有记录堆）
chart-resident = RSS
chart-noise = 差异太小，看不出来
chart-against-rss = { $saving }（基准的 RSS { $theirs }）
chart-baseline = 基准
chart-more = 多用 { $percent }
chart-same = 一样多
chart-per-row = 每行{ $saving }
chart-rows = { $rows } { unit-many }
chart-not-measured = 未测量
chart-log-bars = 对数刻度：每个刻度是前一个的 { $times } 倍。请看数字，别比长短。
chart-linear-bars = 字节按十进制换算：1 MB 等于 1,000,000 字节。

curve-title = 常驻内存随时间的变化
curve-subtitle = 匿名页（RssAnon），取每个变体的一次 plain 运行，从进程外采样
curve-file = 虚线：文件页（RssFile）
curve-log-both = 对数刻度：字节轴上每个刻度是前一个的 { $bytes } 倍，时间轴上是 { $time } 倍。
curve-log-bytes = 字节轴是对数刻度：每个刻度是前一个的 { $bytes } 倍。
curve-log-time = 时间轴是对数刻度：每个刻度是前一个的 { $time } 倍。

flamegraph-function = 函数：
flamegraph-bytes = 字节
flamegraph-nothing = 峰值时没有存活的内存：没有火焰可画。

# 课程自己交来的图。
picture-as-table = 同样内容的表格
picture-steps-told = { $steps } 行代码以及每行之后的计数；下面的表格里有全部数字。
picture-log-x = 横轴是对数刻度：每个刻度是前一个的 { $times } 倍。
picture-log-y = 纵轴是对数刻度：每个刻度是前一个的 { $times } 倍。请看数字，别比高低。
picture-log-both = 对数刻度：横轴上每个刻度是前一个的 { $x } 倍，纵轴上是 { $y } 倍。
regions-used = 使用中
regions-wasted = 取整浪费
regions-free = 空闲
regions-bookkeeping = 分配器自用
regions-returned = 已还给系统
regions-total = { $state }：{ $bytes }（{ $share }），共 { $spans } 段
regions-row = { $bytes }，使用中 { $share }
regions-spans = { $spans } 段：{ $parts }
graph-nothing = 一个对象也没剩下，没有什么可画。
graph-omitted = 另有 { $nodes } 个对象没有画出来。
graph-strong = 强引用 { $count }
graph-weak = 弱引用 { $count }
graph-bytes = { $own } · 共持有 { $retained }
graph-target = 要查的对象
graph-root = 根
graph-in-cycle = 在环上
graph-leaked = 泄漏
graph-opaque = 看不到内部
graph-legend-target = 双框：要查的对象
graph-legend-root = 根：让别的对象存活的变量
graph-legend-in-cycle = 在强引用的环上
graph-legend-leaked = 斜纹：泄漏，没有任何根能到达
graph-legend-opaque = 点纹：看不到内部（被锁住或借走）
graph-legend-strong = 强引用：让对象存活
graph-legend-weak = 弱引用：不让对象存活
graph-legend-cycle = 构成环的引用
graph-legend-marked = 说明文字所指的那条引用
graph-legend-retained = 共持有：它被释放时会一起释放的字节

# 阶梯图：速度与内存。
ladder-title = 速度与内存峰值
ladder-subtitle = 取 plain 运行。圆环：常驻内存的峰值（VmHWM）；圆点：其中的匿名页（RssAnon）。
ladder-subtitle-file = 两者之间的连线是文件页和共享内存的页，只要还映射着就算常驻。越靠上越快，越靠左越省。
ladder-speed = 速度
ladder-memory = RSS 峰值
ladder-peak = RSS 峰值
ladder-under = 低于 { $limit }
ladder-limit = { $limit }
ladder-a-second = { $amount }/s
ladder-fastest = 在 { $limit } 以内最快的是 { $who }：{ $speed }，峰值 { $peak }。
ladder-none = 没有一个能保持在 { $limit } 以内。
ladder-file = { $who } 的常驻内存有 { $peak }，其中 { $file }（{ $share }）是文件页或共享内存的页。
ladder-log = 对数刻度：同样的距离表示同样的倍数。请看数字，别比远近。
