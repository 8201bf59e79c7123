"""Keep what a specimen showed, given what is prescribed; it opens a conversation and never has a consequence."""
