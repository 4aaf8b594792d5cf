"""The checks of what is claimed: against annotations, and against what else is claimed.

`reading` finds the things that a text names and whether it says that they are there; `grounding`
what of it an answer claims in its conversation; `support` what the annotations hold for it.
"""
