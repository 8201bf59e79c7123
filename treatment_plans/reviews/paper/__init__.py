"""Put a plan on paper for the person, in plain words, in English or Spanish."""
