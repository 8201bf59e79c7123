"""Keep every clock that a regulation or a program's policy starts: what is owed, since when, until when."""
