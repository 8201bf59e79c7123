"""Suggest words that put the person first, while somebody writes; nothing is ever blocked, kept or logged."""
