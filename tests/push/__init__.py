"""Pushes to a hub on loopback."""
