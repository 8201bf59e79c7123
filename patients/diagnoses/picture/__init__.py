"""Put what a person has into one picture of both axes."""
