"""Walk a long list page by page without counting it."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value

M = TypeVar("M", bound=Model)
PAGE = 50


@dataclass(frozen=True)
class Slice(Generic[M]):
    """Hold one page of a list and the key from which the next one goes on."""

    rows: list[M]
    next_key: str


class _Beyond(Func):
    """Compare two columns with two values as one: only so can an index begin at the key, however deep the page."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # no other database
        """Return the comparison."""
        parts = [compiler.compile(expression) for expression in self.source_expressions]
        (one, two, value, row_id), sign = [sql for sql, _parameters in parts], self.extra["sign"]
        return f"({one}, {two}) {sign} ({value}, {row_id})", [each for _sql, parameters in parts for each in parameters]


def slice_of(rows: QuerySet[M], *, by: str, after: str = "", size: int = PAGE) -> Slice[M]:
    """Return the page after a key, in the order of the field `by` and then of the row's own key.

    A key that nobody gave out starts at the beginning.
    """
    field, direction = by.lstrip("-"), "-" if by.startswith("-") else ""
    key = _read(rows.model, field, after)
    if key is not None:
        value, row_id = key
        rows = rows.filter(_Beyond(F(field), F("pk"), Value(value), Value(row_id), sign="<" if direction else ">"))
    found = list(rows.order_by(by, f"{direction}pk")[: size + 1])
    page = found[:size]
    return Slice(page, _write(page[-1], field) if len(found) > size else "")


def _write(row: Model, field: str) -> str:
    """Return the key of a row."""
    value = getattr(row, field)
    return f"{value.isoformat() if hasattr(value, 'isoformat') else value}~{row.pk}"


def _read(model: type[Model], field: str, text: str) -> tuple[Any, int] | None:
    """Return what a key says, or nothing when it is none."""
    value, _tilde, row_id = text.rpartition("~")
    if not row_id.isdecimal():
        return None
    if field == "pk":
        return int(row_id), int(row_id)
    column: Any = model._meta.get_field(field)
    try:
        return column.to_python(value), int(row_id)
    except (ValidationError, ValueError, TypeError):
        return None
