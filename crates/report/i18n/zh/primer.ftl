# 写给从 Python 来的人。
primer-line = 打印的内容
primer-python = CPython { $version }
primer-agrees = 相同
primer-refused = 编译器拒绝 { $file }：
primer-next = 一个词的两个程序，以及它们为什么这样打印：cargo xtask primer WORD。同样的内容写成文字：lessons/primer/README.zh-CN.md
primer-stale = { $path } 的 { $word } 已过时；更新：cargo xtask primer --bless
primer-renewed = { $path }：已更新
primer-same = { $words } 个词：文中所写与程序打印的一致
