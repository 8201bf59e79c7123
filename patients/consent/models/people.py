"""Name people in a consent: somebody of the family, a sponsor, a friend (42 CFR 2.31(a)(4))."""

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from casemgr.core.append_only import append_only
from casemgr.core.sensitivity import Sensitivity
from patients.consent.models.consents import Consent
from patients.consent.models.guards import refuse_if
from patients.world.models import CloseOne

_AROUND = "SELECT 1 FROM patients_closeone o WHERE o.id = NEW.close_one_id AND o.patient_id = about.patient_id"

_BEFORE_SIGNING = "".join(
    (
        "SELECT state, kind, patient_id INTO about FROM patients_consent WHERE id = NEW.consent_id FOR SHARE; ",
        refuse_if(
            "about.state <> 'draft'",
            "people_are_named_before_signing",
            "A person cannot be added to a signed consent: record another.",
        ),
        refuse_if(
            "about.kind <> 'specific'",
            "people_are_named_in_specific_consents",
            "People around somebody are named in a specific consent.",
        ),
        refuse_if(
            f"NOT EXISTS ({_AROUND})",
            "people_named_are_around_the_same_person",
            "Only people around the same person are named.",
        ),
        "RETURN NEW;",
    )
)


class ConsentPerson(models.Model):
    """Name one person around somebody as recipient, as their name stood on the paper, before it is signed and never after.

    They never stand among the organizations: their name there would say whose family is in treatment.
    """

    sensitivity = Sensitivity.PATIENT

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="named_people")
    close_one = models.ForeignKey(CloseOne, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    relation = models.CharField(_("who they are to the person"), max_length=80)

    class Meta:
        ordering = ["id"]
        verbose_name = _("person named in a consent")
        verbose_name_plural = _("people named in consents")
        constraints = [
            models.UniqueConstraint(fields=["consent", "close_one"], name="person_named_once_in_a_consent"),
            models.CheckConstraint(condition=~Q(name=""), name="person_in_a_consent_is_named"),
        ]
        triggers = [
            *append_only(),
            pgtrigger.Trigger(
                name="person_named_before_signing",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("about", "record")],
                func=_BEFORE_SIGNING,
            ),
        ]

    def __str__(self) -> str:
        """Return name and relation as they stand on the paper."""
        return f"{self.name} ({self.relation})"
