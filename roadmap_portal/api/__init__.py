"""What every resource of the API shares: it is only read, by all, in pages; a fault names its parameter."""
