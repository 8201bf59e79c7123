"""Let the database keep what was signed as it was signed, and refuse a plan that forgets one disorder."""
