saving = saves { $percent }
