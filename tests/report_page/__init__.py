"""The page of a run in a browser: what it shows, where it leads, and that it loads nothing."""
