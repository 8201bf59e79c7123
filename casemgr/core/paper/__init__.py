"""Set words on paper: PDF that screen readers can read, without a network, without a file."""
