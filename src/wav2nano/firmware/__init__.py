"""From a quantised model to firmware whose answers are checked."""
