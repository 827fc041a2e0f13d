"""The architectures, one file each: settings and layers."""
