"""Full-integer quantisation and the reference runtime for it."""
