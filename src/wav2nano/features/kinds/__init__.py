"""The kinds of features, one file each: settings, values, reference, tables for C."""
