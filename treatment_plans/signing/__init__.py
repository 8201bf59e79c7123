"""Keep what was signed: add to it, co-sign it, say that it was late, mark it as an error; never change it."""
