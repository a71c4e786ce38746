"""The reference receiver: takes its signed week, plays at the instant, keeps proof until the station signs for it."""
