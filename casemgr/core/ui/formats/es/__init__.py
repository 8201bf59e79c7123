"""Hold how Spanish is written in the United States."""
