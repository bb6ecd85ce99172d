# 讲义里的画廊数字。
gallery-measured = { $date } 由 `{ $command }` 测得：{ $cpu }，{ $cores } 核，{ $memory }，{ $tools }。次数和存活字节在你的机器上应当相同；常驻内存和时间只属于那台机器。
gallery-variant = 变体
gallery-language = 语言
gallery-peak = 存活峰值
gallery-a-row = 每{ $one }
gallery-change = 相对基准
gallery-allocations = 分配次数
gallery-rss = RSS 峰值
gallery-wall = 墙钟时间
gallery-taken = reports/gallery/{ $section }：{ $scales }，测于 { $date }，{ $pictures } 张图
gallery-kept = reports/gallery/{ $section }：保持原样；reports/{ $section } 里没有报告
gallery-fewer = reports/gallery/{ $section }：保持原样；reports/{ $section } 里的报告{ $unit }更少（写出节号就会照样收下）
gallery-text = { $path }：数字已更新
gallery-same = { $texts } 篇讲义，数字都与画廊一致
gallery-stale = { $path } 里的数字与画廊不符；请运行：cargo xtask gallery

# cargo xtask site
site-lessons = 课程目录
site-home = 课程首页
site-primer = 写给从 Python 来的人
site-glossary = 词汇表
site-other = English
site-report = 本机测量结果
site-done = 站点：{ $path }（{ $pages } 个页面，{ $files } 个其他文件，{ $links } 个链接有效；{ $outside } 个指向站外，未访问）
