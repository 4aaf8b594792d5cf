"""What a result needs to reach others: its licences, its card, and the way to the hub."""
