"""Write a safety plan together with the person, go through it again, and put it on paper for them."""
