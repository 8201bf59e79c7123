"""Give clocks more time, and look at them every night."""
