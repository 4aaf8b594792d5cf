"""What every implementation of a kind must do; each inherits its contract in a few lines."""
