"""Take specimens and talk about them: the one place that knows both what was found and what is prescribed."""
