"""Forms on money, one subject a module."""
