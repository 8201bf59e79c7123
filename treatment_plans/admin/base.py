"""Be the base of the tables of the second storey in the record room."""

RECORDED = ("recorded_at", "recorded_by")
"""Who wrote a row, and when: the last fields that every table shows."""
