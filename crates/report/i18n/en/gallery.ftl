# The gallery's figures in the lessons' texts.
gallery-measured = Measured on { $date } by `{ $command }`: { $cpu }, { $cores } cores, { $memory }, { $tools }. Counts and live bytes should be the same with you; resident memory and time are that machine's.
gallery-variant = variant
gallery-language = language
gallery-peak = peak live
gallery-a-row = per { $one }
gallery-change = against baseline
gallery-allocations = allocations
gallery-rss = peak RSS
gallery-wall = wall time
gallery-taken = reports/gallery/{ $section }: { $scales }, measured on { $date }, { $pictures } pictures
gallery-kept = reports/gallery/{ $section }: kept as it is; no report of it lies in reports/{ $section }
gallery-fewer = reports/gallery/{ $section }: kept as it is; the report in reports/{ $section } has fewer { $unit } (name the section to take it all the same)
gallery-text = { $path }: figures put in
gallery-same = { $texts } texts, all as the gallery says
gallery-stale = { $path } says other figures than the gallery; run: cargo xtask gallery

# cargo xtask site
site-lessons = Lessons
site-home = The course
site-primer = For people from Python
site-glossary = Glossary
site-other = 中文
site-report = Measured here
site-done = Site: { $path } ({ $pages } pages, { $files } other files, { $links } links hold; { $outside } lead outside and were not asked)
