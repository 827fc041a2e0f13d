"""What passes between steps: plain data with read and write. Steps import it, not each other."""
