from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms
from django.template import Context, Template

from casemgr.core.ui.forms import asked, error_links


class Note(forms.Form):
    title = forms.CharField(label="Title", help_text="In one line.")
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    text = forms.CharField(label="Text", required=False)

    def clean(self):
        if self.cleaned_data.get("text") == "bad":
            raise forms.ValidationError("This note cannot be signed.")
        return self.cleaned_data


def draw(form, options="submit='Save note'") -> str:
    return Template("{% load ui %}{% ui_form form " + options + " %}").render(Context({"form": form, "csrf_token": "token"}))


def test_a_form_carries_its_token_once():
    assert draw(Note()).count("csrfmiddlewaretoken") == 1
    assert draw(Note()).count("<form") == 1


def test_help_stands_before_the_field_and_belongs_to_it():
    drawn = draw(Note())
    assert drawn.index("In one line.") < drawn.index('name="title"')
    assert 'aria-describedby="id_title_helptext"' in drawn


def test_only_what_is_not_required_says_so():
    drawn = draw(Note())
    assert drawn.count("(optional)") == 1


class LowerCase(forms.Form):
    """Have labels as the words of a table's columns are written."""

    keeper = forms.CharField(label="who keeps them")
    told = forms.BooleanField(label="told the person")
    how = forms.ChoiceField(label="how it went", choices=[("a", "A")], widget=forms.RadioSelect)


def test_a_label_begins_with_a_capital_however_it_was_written():
    drawn = draw(LowerCase({}))
    for label in ("Who keeps them", "Told the person", "How it went"):
        assert f">{label}" in drawn
        assert f">{label}: This field is required.<" in drawn


class Open(forms.Form):
    why = asked(forms.CharField(label="How it is known", required=False))
    name = forms.CharField(label="Name", required=False)

    def clean(self):
        self.add_error("name", "Write at least one name.")


def test_what_a_verb_asks_for_is_not_called_optional_and_neither_is_what_was_refused():
    assert draw(Open()).count("(optional)") == 1
    assert draw(Open({})).count("(optional)") == 0


def test_errors_are_summed_up_with_links_and_stand_at_the_field():
    drawn = draw(Note({"text": "typed"}))
    assert "2 things need your attention" in drawn
    assert '<a href="#id_title">Title: This field is required.</a>' in drawn
    assert '<a href="#id_kind_0">Kind: This field is required.</a>' in drawn
    assert 'id="id_title_error"' in drawn
    assert 'aria-invalid="true"' in drawn


def test_typed_text_is_kept():
    assert 'value="typed"' in draw(Note({"text": "typed"}))


def test_errors_of_the_whole_form_are_told_once():
    drawn = draw(Note({"title": "t", "kind": "a", "text": "bad"}))
    assert drawn.count("This note cannot be signed.") == 1


def test_an_unbound_form_has_no_errors():
    assert error_links(Note()) == []


def test_a_crispy_layout_is_followed_without_a_second_form():
    form = Note()
    form.helper = FormHelper()
    form.helper.layout = Layout("text", HTML("<p>between</p>"), "title")
    drawn = draw(form)
    assert drawn.index('name="text"') < drawn.index("between") < drawn.index('name="title"')
    assert drawn.count("<form") == 1


def test_a_changed_form_is_guarded_unless_it_asks_not_to_be():
    assert "data-guard" in draw(Note())
    assert "data-guard" not in draw(Note(), "guard=False")
    assert "data-guard" not in draw(Note(), "method='get'")


def test_what_was_typed_is_escaped_in_errors_and_fields():
    drawn = draw(Note({"kind": "<script>", "text": '"><script>'}))
    assert "<script>" not in drawn
