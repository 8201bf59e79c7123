"""Sign, end and replace agreements with organizations."""
