"""Targeted generation, MM-Gen's way: from a few references of a task to data for it."""
