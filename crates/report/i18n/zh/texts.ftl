saving = 省下 { $percent }
