"""Read a program's list of interventions: the product's own, as far as the program did not change it."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from casemgr.core.accounts.models import Program
from treatment_plans.plan.catalog.models import InterventionType
from treatment_plans.plan.catalog.rules import Listed, Shipped, code_for, lacks_source, shipped
from treatment_plans.plan.models import InterventionKind

NAMES = {**dict(InterventionKind.choices), "rapid_resolution": _("Rapid Resolution Therapy")}
CAUTIONS = {
    "yoga": _(
        "Ask before: high or low blood pressure, pregnancy, glaucoma, recent surgery, joints; "
        "and whether closed eyes, touch or lying down feel safe."
    ),
    "exercise": _(
        "Ask before: heart or lungs, QTc, fainting, pregnancy, recent surgery, an eating disorder. When in doubt, the doctor first."
    ),
}
"""What the product comes with, in words; program policy, from memory."""


def intervention_types(program: Program, *, with_all: bool = False) -> list[Listed]:
    """Return in one statement what a program offers, each with its evidence tag; with all, also what it does not offer."""
    rows = {row.code: row for row in InterventionType.objects.filter(program=program)}
    ours = [_changed(code, one, rows.pop(code, None)) for code, one in shipped().items()]
    own = [_changed(row.code, None, row) for row in sorted(rows.values(), key=lambda row: (row.name.lower(), row.pk))]
    last = [one for one in ours if one.code == InterventionKind.OTHER]
    found = [*(one for one in ours if one not in last), *own, *last]
    return [one for one in found if with_all or one.is_offered]


def intervention_type(program: Program, code: str) -> Listed | None:
    """Return one intervention as a program lists it, offered or not."""
    return next((one for one in intervention_types(program, with_all=True) if one.code == code), None)


def intervention_names(program: Program, codes: Iterable[str]) -> dict[str, str]:
    """Return what a program calls these interventions; a code that nobody knows stands for itself."""
    listed = {one.code: one.name for one in intervention_types(program, with_all=True)}
    return {code: listed.get(code, code) for code in codes}


def free_code(program: Program, name: str) -> str:
    """Return a code for a new intervention that neither the product nor the program uses."""
    return code_for(name, {one.code for one in intervention_types(program, with_all=True)})


def says_no_source(evidence: str, source: str) -> bool:
    """Say whether a tag claims evidence without saying where it is shown."""
    return lacks_source(evidence, source)


def _changed(code: str, one: Shipped | None, row: InterventionType | None) -> Listed:
    """Return an intervention as the product lists it, or as the program changed it."""
    if row is not None:
        return Listed(code, row.name, row.evidence, row.source, row.caution, row.is_offered, True)
    assert one is not None
    return Listed(code, str(NAMES[code]), one.evidence, one.source, str(CAUTIONS.get(code, "")), one.is_offered, False)
