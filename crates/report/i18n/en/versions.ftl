# Several interpreters side by side.
heading-versions = What a version of CPython changes
lead-versions = Every figure stands beside its change from the version before it. The mark ◀ stands at the largest change of a quantity. Time is shown and not ranked: it depends on what else the machine does.
versions-live = peak live, per row
versions-blocks = blocks at the peak, per row
versions-resident = peak RSS
versions-wall = time
versions-largest = Largest change of “{ $quantity }”: { $variant } from { $older } to { $newer }, { $from } → { $to } ({ $change }).
