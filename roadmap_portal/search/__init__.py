"""Search over commitments, actors, published updates and reports: ranked, highlighted, and what was probably meant."""
