"""Full-integer quantisation."""
