"""Keep a program's list of interventions: add what is its own, change what is there, offer it or not."""

from datetime import datetime

from django.utils.translation import gettext as _

from casemgr.core.accounts.models import Program, User
from casemgr.core.accounts.rules import Can
from casemgr.core.action import action
from casemgr.core.refusals import Reason, Refused
from treatment_plans.plan.catalog.models import EvidenceTag, InterventionType
from treatment_plans.plan.catalog.queries import free_code, intervention_type, intervention_types, says_no_source

CLINICAL_POLICY = "Program policy"


@action(Can.SET_PRACTICE)
def list_intervention(
    *, program: Program, name: str, evidence: str = EvidenceTag.CUSTOM, source: str = "", caution: str = "", by: User, at: datetime
) -> InterventionType:
    """Put an intervention of the program's own on its list."""
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    _refuse_if_wrong(program, "", name, evidence, source)
    return InterventionType.objects.create(
        program=program,
        code=free_code(program, name),
        name=name.strip(),
        evidence=evidence,
        source=source.strip(),
        caution=caution.strip(),
        recorded_by=by,
        recorded_at=at,
    )


@action(Can.SET_PRACTICE)
def change_listed_intervention(
    *,
    program: Program,
    code: str,
    name: str,
    evidence: str,
    source: str = "",
    caution: str = "",
    is_offered: bool = True,
    by: User,
    at: datetime,
) -> InterventionType:
    """Change what a program's list says of one intervention, and whether it is offered."""
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    if intervention_type(program, code) is None:
        raise Refused(Reason(_("This intervention is not on the list."), field="code", code="not_listed"))
    _refuse_if_wrong(program, code, name, evidence, source)
    facts = {"name": name.strip(), "evidence": evidence, "source": source.strip(), "caution": caution.strip(), "is_offered": is_offered}
    written = {**facts, "recorded_by": by, "recorded_at": at}
    row, _made = InterventionType.objects.update_or_create(program=program, code=code, defaults=written)
    return row


def _refuse_if_wrong(program: Program, code: str, name: str, evidence: str, source: str) -> None:
    """Refuse a name that is missing or taken, an unknown tag, and evidence without a source."""
    reasons = []
    taken = {one.name.lower() for one in intervention_types(program, with_all=True) if one.code != code}
    if not name.strip():
        reasons.append(Reason(_("Say what it is called."), field="name"))
    elif name.strip().lower() in taken:
        reasons.append(Reason(_("An intervention of this name is on the list already."), field="name", code="name_taken"))
    if evidence not in EvidenceTag.values:
        reasons.append(Reason(_("Choose a tag from the list."), field="evidence"))
    elif says_no_source(evidence, source):
        text = _("Say where it is shown that it helps, or tag it as the program's own.")
        reasons.append(Reason(text, field="source", code="no_source", source=CLINICAL_POLICY))
    if reasons:
        raise Refused(*reasons)
