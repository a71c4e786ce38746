"""Many real receiver agents under one simulated clock, with seeded faults."""
