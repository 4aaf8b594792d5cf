"""Tiny models with real tokenizers, built from configs: no download, seconds, random weights.

They need the packages of the group ``models``; a test that asks for one is skipped, with the
package's name, where that is missing. Nothing here is imported before a fixture asks.
"""
