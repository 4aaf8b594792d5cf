"""The checks that read a conversation alone, a file each, and how they read it."""
