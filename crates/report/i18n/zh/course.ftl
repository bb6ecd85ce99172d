# 各课之外：思维导图、预测。
mindmap-subtitle = 从左到右，再看下一行。每个数字都是这台机器自己的，取自该节最近一次的报告。
mindmap-not-run = 还没有运行
mindmap-command = cargo xtask lesson { $section }
mindmap-without = 最近一次的报告里没有 { $variant } 的数字
mindmap-whose = { $section } · { $variant }，规模 { $rows }
mindmap-node = { $title }：{ $said }
