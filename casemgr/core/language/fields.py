"""Mark the fields in which somebody writes about a person."""

from django import forms


class WordsField(forms.CharField):
    """Ask for words about a person; under it stands, while somebody writes, what could be said more kindly."""

    is_person_first = True
