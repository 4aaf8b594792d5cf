"""A run as one page: what it came to, and every conversation beside its picture, clip or sound.

The page is a template whose data come in chunks (`mmgen_datasets.report.chunks`). In a file they
stand in it, after one another; a server can hand out the same chunks one by one.
"""
