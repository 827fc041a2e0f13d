"""The engines, one file each: voices with their persons and licences, and how they speak."""
