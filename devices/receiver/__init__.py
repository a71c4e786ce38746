"""The reference receiver: takes its signed week, plays it at the instant, keeps proof until the station signs for it."""
