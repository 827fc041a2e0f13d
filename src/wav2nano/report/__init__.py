"""The experiment's figures in one place, and the pages of its report."""
