"""Answer as an ordinary Django project would: models and JSON, no token, no scope, no consent, no record of who asked."""
