"""Parquet with conversations and media, of the hub or of a folder, to LLaVA's JSON and files."""
