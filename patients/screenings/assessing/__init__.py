"""Answer instruments: begin, answer, complete, and say what came of it."""
