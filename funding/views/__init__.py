"""Pages on money, one subject a module."""
