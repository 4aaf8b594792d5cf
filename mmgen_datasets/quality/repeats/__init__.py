"""What says or shows the same as something else: earlier conversations, and benchmarks."""
