"""Complete search by OR-Tools CP-SAT, in a process of its own (Apache-2.0; some 75 MB of memory while it runs)."""
