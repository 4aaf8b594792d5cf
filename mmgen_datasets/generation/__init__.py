"""From samples to conversations: requests, the engine that asks, the journal that keeps."""
