# 几个解释器并排比较。
heading-versions = CPython 换个版本，变了什么
lead-versions = 每个数字旁边是它相对前一个版本的变化。◀ 标出每一项里最大的变化。时间只列出、不排名：它取决于机器当时还在忙什么。
versions-live = 存活峰值，每行
versions-blocks = 峰值时的块数，每行
versions-resident = RSS 峰值
versions-wall = 用时
versions-largest = “{ $quantity }”变化最大的：{ $variant }，从 { $older } 到 { $newer }，{ $from } → { $to }（{ $change }）。
