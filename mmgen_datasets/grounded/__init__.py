"""Questions whose answers follow from the annotations; no model is asked."""
