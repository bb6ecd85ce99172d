# 图表和火焰图上的文字。
saving = 省下 { $percent }
watermark = 程序员晚枫

chart-peak-by-variant = 各变体的内存峰值，{ $rows } { $unit ->
    [rows] 行
    [requests] 次请求
    [calls] 次调用
    [bytes] 字节
   *[other] { $unit }
 }
chart-legend-rust = Rust：存活堆峰值（heap 探针）
chart-legend-python = CPython：RSS 峰值（没有 heap 探针）
chart-baseline = 基准
chart-more = 多用 { $percent }
chart-same = 一样多
chart-per-row = 每行{ $saving }
chart-rows = { $rows } { $unit ->
    [rows] 行
    [requests] 次请求
    [calls] 次调用
    [bytes] 字节
   *[other] { $unit }
 }
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
