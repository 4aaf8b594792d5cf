"""Choosing conversations: conditions, fair shares and seeded draws."""
