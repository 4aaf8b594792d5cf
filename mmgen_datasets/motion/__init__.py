"""Motion: joints of a moving person, their features, and codes of them."""
