"""Models of Transformers in this process: several chats at once, beginnings evaluated once."""
