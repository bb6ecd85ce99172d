# 各课之外：思维导图、预测。
mindmap-subtitle = 从左到右，再看下一行。每个数字都是这台机器自己的，取自该节最近一次的报告。
mindmap-not-run = 还没有运行
mindmap-command = cargo xtask lesson { $section }
mindmap-without = 最近一次的报告里没有 { $variant } 的数字
mindmap-whose = { $section } · { $variant }，规模 { $rows }
mindmap-node = { $title }：{ $said }

predict-heading = 预测与实测
predict-lead = 运行之前你说了多少，实际又是多少。差得远的，列出这次运行的数字所显示的规则。
predict-said = 预测
predict-was = 实测
predict-near = 你说 { $said }，实际 { $was }：只差 { $off }，猜对了。
predict-low = 你说 { $said }，实际 { $was }：是你说的 { $times } 倍。
predict-high = 你说 { $said }，实际 { $was }：你说的是实际的 { $times } 倍。
predict-not-measured = 没有测到它的峰值。
predict-other-rows = 你预测的规模是 { $asked }，它运行的规模是 { $rows }：无从比较。
predict-no-rule = 这次运行的数字里，没有哪条规则解释得了这个差距。内存在谁手里，请看火焰图。
predict-own-blocks = 每{ $unit }另有 { $each } 个堆块，藏在指针后面，平均每块 { $size }：峰值时共 { $bytes }。
predict-doubling = 容量翻倍：{ $place } 处的 { $count } 次重新分配，平均每次变为原来的 { $factor } 倍；存活的内存里，最多有 { $bytes } 是空着的余量。
predict-tables = 哈希表从不装满：{ $tables } 张表，每张有 { $buckets } 个槽，每槽 { $slot }，最多只用其中 { $usable } 个；另有 { $buckets } 个控制字节，再加 16 个。每张表有 { $idle } 不是数据：共 { $bytes }。
predict-counts = { $count } 个 Rc 或 Arc 的堆块，每块带着两个计数，合计 { $header }：共 { $bytes }。
predict-padding = 对齐：每{ $unit }的字段合计 { $fields }，实际却占 { $row }。各有 { $padding } 填充：共 { $bytes }。
predict-interpreter = 其中 { $bytes } 属于解释器，处理第一{ $unit }之前就已驻留。
predict-turnover = 总共要过 { $total }，但同时最多只有 { $blocks } 块、{ $peak }：其余 { $bytes } 早已还回去了。
predict-rounding = 你说的更接近内核统计的 { $resident }：分配器会把每块向上取整，还要加上块头，这里平均每块 { $block }，共 { $bytes }。堆探针只统计程序申请的字节。
predict-ask = 请预测规模 { $scales } 时的峰值，例如 2.6GB 或 80MB；直接回车则跳过该变体。
predict-ask-live = 存活堆峰值
predict-changed = { $who }：峰值原来 { $before }，现在 { $now }（{ $change }）

hint = { $section }，提示 { $number }/{ $of }：{ $hint }
hint-of = { $section }
hint-no-more = { $section }：{ $total } 条提示都说完了。本课文件夹的 solution/main.rs 里有一种做法；cargo xtask hint { $section } --restart 可从头再来。

watch-waits = 正在留意本课的文件；按 Ctrl-C 结束。
watch-changed = 有改动：{ $variants }
watch-all = 所有变体
