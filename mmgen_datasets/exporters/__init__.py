"""Exporters: a result in the format that a trainer reads."""
