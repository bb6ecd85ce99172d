# The course around the sections: the mind map, predictions.
mindmap-subtitle = From left to right, then the next line. Every figure was measured on this machine, in the last report of its section.
mindmap-not-run = not yet run
mindmap-command = cargo xtask lesson { $section }
mindmap-without = no figure of { $variant } in the last report
mindmap-whose = { $section } · { $variant } at { $rows }
mindmap-node = { $title }: { $said }
