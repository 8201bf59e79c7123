"""Say what the record knows of somebody who leaves: safety, orders, naloxone and the calendar are read together here."""
