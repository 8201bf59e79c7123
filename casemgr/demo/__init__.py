"""Make the demo clinic: invented people with believable courses, lived day by day through the same verbs as everybody's."""
