"""What money needs around its transactions."""
