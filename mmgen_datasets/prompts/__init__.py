"""Recipes: what to ask a model about a sample, and how to read its reply."""
