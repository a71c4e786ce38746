"""A week rehearsed: the real station and forty real receivers under a simulated clock, with seeded faults."""
