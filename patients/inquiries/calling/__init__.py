"""Call somebody by name about a person in danger whom nobody knows yet."""
