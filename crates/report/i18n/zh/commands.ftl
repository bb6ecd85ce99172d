# 除了小节的表格之外，各命令要说的话。
lessons-section = 小节
lessons-title = 标题
lessons-minutes = 分钟
lessons-last-run = 上次运行
lessons-never = 尚未运行
lessons-next = 运行一节：cargo xtask lesson { $section }
report-is-at = 报告：{ $path }
flamegraph-by-recorder = 峰值时存活 { $bytes } · heaplab 记录器，{ $rows } { $unit ->
flamegraph-by-dhat = 峰值时存活 { $bytes } · dhat，{ $rows } { $unit ->
    [rows] 行
    [requests] 次请求
    [calls] 次调用
    [bytes] 字节
   *[other] { $unit }
 }
