"""The two databases: how they are opened, and the steps that made their tables."""
