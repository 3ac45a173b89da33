"""Pages: what everyone reads, and what staff write."""
