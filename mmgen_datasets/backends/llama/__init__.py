"""llama.cpp through llama-cpp-python: a model file, its memory, and the chats that share it."""
