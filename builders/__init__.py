"""One `datasets` builder per source; `mmgen_datasets.loading.SOURCES` is their table."""
