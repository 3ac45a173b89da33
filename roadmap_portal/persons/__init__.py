"""What the portal knows of people: for how long, and what each may have of it (requirements P4 to P7)."""
