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
chart-log-bars = 对数刻度：每一格是前一格的 { $times } 倍。请比较数字，不要比较长度。
chart-linear-bars = 字节用十进制单位：1 MB 是 1,000,000 字节。

curve-title = 常驻内存随时间的变化
curve-subtitle = 每个变体一次 plain 运行的匿名页（RssAnon），从进程外采样
curve-file = 虚线：文件页（RssFile）
curve-log-both = 对数刻度：字节轴每一格是前一格的 { $bytes } 倍，时间轴每一格是 { $time } 倍。
curve-log-bytes = 字节轴是对数刻度：每一格是前一格的 { $bytes } 倍。
curve-log-time = 时间轴是对数刻度：每一格是前一格的 { $time } 倍。

flamegraph-function = 函数：
flamegraph-bytes = 字节
flamegraph-nothing = 峰值时没有存活的内存：没有火焰可画。
