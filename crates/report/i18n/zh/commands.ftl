# 除了小节的表格之外，各命令要说的话。
lessons-section = 小节
lessons-title = 标题
lessons-minutes = 分钟
lessons-last-run = 上次运行
lessons-never = 尚未运行
lessons-part = 第几场
lessons-ran = { $when }，规模 { $rows }
lessons-progress = { $bar } 已完成 { $done }/{ $lessons } 课，{ $minutes }/{ $all } 分钟
lessons-sittings = 整讲连同答疑 3 小时，或分两场，每场 1.5 小时：{ $minutes } 分钟。
lessons-next = 运行一节：cargo xtask lesson { $section }
report-is-at = 报告：{ $path }
picture-is-at = 图：{ $path }（另有 .png）
flamegraph-by-recorder = 峰值时存活 { $bytes } · heaplab 记录器，{ $rows } { unit-many }
flamegraph-by-dhat = 峰值时存活 { $bytes } · dhat，{ $rows } { unit-many }

# cargo xtask profile
column-program = 程序
column-peak-blocks = 峰值时|块数
column-total-bytes = 总共|分配
column-total-blocks = 总块数
column-end-bytes = 结束时|存活
column-recorder-wall = 用时|（记录中）
column-function = 函数
column-place = 位置
column-at-peak = 峰值时|存活
column-share = 占峰值
heading-program = 程序用了多少内存
heading-sites = 哪些地方分配的
sites-of = { $variant } 的峰值里占用最多的
sites-left = 这里列出占用最多的 { $shown } 个；report.json 里有 { $all } 个，火焰图里有全部。
program-peak = 存活峰值
program-total = 总共分配
program-end = 结束时存活
program-resized = 重分配
program-wall = 用时（记录中）
program-blocks = { $blocks } 块
program-times = { $times } 次
program-command = 命令：{ $command }
program-fact-of = { $blocks } 块，{ $bytes } B
program-note-bytes = 字节是程序申请的大小，不含分配器的取整和记录器自己的块头；用时是记录时的用时，不带记录器会更快。
program-note-error = 有多个线程分配，峰值最多可能差 { $bytes }；其余数字精确到字节。
program-note-slow = 有 { $walks } 次调用栈要靠展开表来走，比较慢：编译时加上 RUSTFLAGS=-Cforce-frame-pointers=yes 会快得多。
program-note-panic = 峰值里有 { $bytes }（{ $share }）是 panic 打印自己的调用栈用掉的，不是程序本身的内存；不设 RUST_BACKTRACE 就不会打印。
unnamed-stripped = { $file } 去掉了符号：表里只有地址，用 addr2line -e 未去符号的文件 地址 可以查到每一行。想直接看到名字，编译时用 strip = false 和 debug = "line-tables-only"，或者把调试文件放在它旁边。
unnamed-system = { $file } 没有调试信息（build id { $id }）：请安装它的调试符号。在 Debian 上 find-dbgsym-packages { $path } 会给出软件包名；其他系统用 debuginfod-find debuginfo { $id } 下载。
unnamed-no-lines = { $file } 没有调试信息：用 debug = "line-tables-only" 编译，表里就有行号和内联函数。
unnamed-split = { $file } 的调试信息在单独的 .dwo 或 .dwp 文件里，而这些文件不在编译时的位置：把 { $file }.dwp 放在它旁边，或者用 split-debuginfo = "off" 编译。
unnamed-deleted = { $file } 在运行时被删除了，所以表里只有地址（build id { $id }）：报告生成之前请保留这个文件。
unnamed-replaced = { $file } 在运行时被另一次编译的结果替换了，所以表里只有地址：它的 build id 原来是 { $id }，现在是 { $found }。
unnamed-unreadable = { $file } 读不了，所以表里只有地址：{ $cause }。
unnamed-no-build-id = 无
program-nothing = 整个运行期间没有分配过内存。

# cargo xtask diff
diff-title = NEW 与 OLD 的比较
diff-names = OLD 是 { $old }，NEW 是 { $new }。
diff-metric-peak-bytes = 峰值时存活
diff-metric-end-bytes = 结束时存活
diff-metric-total-bytes = 总共分配的字节
diff-metric-total-blocks = 总共分配的块数
diff-total-more = { $metric }：NEW 比 OLD 多 { $by }：{ $new }，原来 { $old }
diff-total-less = { $metric }：NEW 比 OLD 少 { $by }：{ $new }，原来 { $old }
diff-total-same = { $metric }：两边都是 { $new }
diff-site-more = 峰值时 NEW 比 OLD 多占 { $by }，在 { $site }：{ $new }，原来 { $old }
diff-site-less = 峰值时 NEW 比 OLD 少占 { $by }，在 { $site }：{ $new }，原来 { $old }
diff-equal = OLD 与 NEW 相同：没有哪个分配点在峰值时占得多了或少了。
diff-sites-equal = 没有哪个分配点在峰值时占得多了或少了，变的只是上面的总数。
diff-called-by = { $site }（经由 { $callers }）
diff-more-sites = 另有 { $count } 个分配点变了，diff.md 里有全部。
diff-rows-differ = OLD 跑了 { $old } 行，NEW 跑了 { $new } 行：数字差别里有一部分来自行数。
diff-only-old = 只在 OLD 里有，没有比较：{ $names }
diff-only-new = 只在 NEW 里有，没有比较：{ $names }
diff-heading-sites = 变了的分配点，差得最多的在前
diff-heading-pictures = 火焰图
diff-picture-new = { $name }：宽度按 NEW
diff-picture-old = { $name }：宽度按 OLD
diff-picture-new-says = 越宽，NEW 峰值时占得越多 · 红：NEW 占得比 OLD 多；蓝：NEW 占得比 OLD 少
diff-picture-old-says = 越宽，OLD 峰值时占得越多，NEW 里消失的也看得见 · 红：NEW 占得比 OLD 多；蓝：NEW 占得比 OLD 少
diff-is-at = 比较结果：{ $path }
