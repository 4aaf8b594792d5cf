"""Conversations judged by a model: scores with their reasons, by the criteria of a rubric."""
