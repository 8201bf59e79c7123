"""Say of every kind of entry that has no place on our record why it has none."""

from casemgr.importing.mapping.nodes import Context, Node, NotMapped, check_status, display_of, reference_of

REASONS = {
    "Claim": "bills are not part of the record",
    "Composition": "documents from elsewhere have no place on the record; their parts are taken over one by one",
    "Coverage": "insurance is not part of the record yet",
    "Device": "devices are not part of the record",
    "DiagnosticReport": "reports from elsewhere have no place on the record; their results are taken over as observations",
    "DocumentReference": "documents and notes from elsewhere have no place on the record; a note here is signed by our own staff",
    "ExplanationOfBenefit": "bills are not part of the record",
    "Goal": "a goal has its place in a plan; it is taken over with the care plan that refers to it",
    "ImagingStudy": "images are not part of the record",
    "Immunization": "immunizations are not part of the record yet",
    "Location": "places of other organizations are not kept; the directory keeps the organization",
    "Medication": "it is kept by name in the orders that refer to it",
    "PractitionerRole": "for whom a professional elsewhere works is not kept; the directory keeps the professional and the organization",
    "Procedure": "procedures done elsewhere have no place on the record yet",
    "Provenance": "where an entry comes from is kept as its outside id",
    "RelatedPerson": "relatives are entered by hand, with what may be told to them",
}

PROFESSIONALS = frozenset({"Practitioner", "PractitionerRole", "Organization"})
"""Members of a team whose name a report may show; that of the patient or a relative it may not."""


def reason_for(kind: str) -> str:
    """Return why a resource of this kind is not taken over."""
    return REASONS.get(kind, "the import does not know this kind of resource")


def map_care_team(node: Node, context: Context) -> None:
    """Leave a CareTeam out, and name its professionals so that somebody can act on it.

    A row of our care team belongs to a user and opens the chart to them (42 CFR 2.12(c)(3)); no file from elsewhere may do that.
    """
    status = check_status(node)
    members = [child.child("member") for child in node.children("participant")]
    names = dict.fromkeys(
        display_of(member, context) for member in members if member and context.kind_of(reference_of(member)) in PROFESSIONALS
    )
    if status == "active" and any(names):
        context.note(f"It names {', '.join(name for name in names if name)}.")
    raise NotMapped("being on a care team here opens the chart, and only a person may put somebody there, on the patient's page")
