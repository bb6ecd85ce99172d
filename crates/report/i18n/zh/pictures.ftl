watermark = 程序员晚枫
