"""Tell partners who is here and what is done for them: one view for each part of the record that a consent can open."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError

from casemgr.api.gate import PAGE, GatedView, OnePatient, answer_many, body_of
from casemgr.api.v1 import shapes
from casemgr.sharing.parts import appointments, housing, medications, plan
from patients.consent.models import InformationCategory
from patients.consent.queries import people_known_to, place_of, recipient_facts
from patients.disclosures.actions import Released
from patients.record.queries import search_patients


class PatientList(GatedView):
    """List the people about whom a consent lets you know."""

    http_method_names = ["get"]
    scope = "patient.read"
    categories = frozenset({InformationCategory.DEMOGRAPHICS.value})
    told = "Who the person is (list)"

    @extend_schema(
        operation_id="list_patients",
        responses=shapes.about_many("PatientsAnswer", shapes.Patient(many=True)),
        parameters=[
            OpenApiParameter("after", UUID, description="The id of the last person of the page before; `next` holds the whole address."),
        ],
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the next 20 people."""
        if "search" in request.GET:
            raise ValidationError({"search": "No name in an address, where logs keep it: send it to POST /api/v1/patients/search."})
        released = self.release_many(after=self._after(request))
        data = [one.person or {} for one in released]
        return answer_many(data, released, f"{request.path}?after={data[-1]['id']}" if len(data) == PAGE else None)

    def _after(self, request: HttpRequest) -> int | None:
        """Return the key after which the page begins."""
        text = request.GET.get("after")
        if not text:
            return None
        try:
            place = place_of(UUID(text), recipient=self.partner.organization)
        except ValueError:
            place = None
        if place is None:
            raise ValidationError({"after": "This is not the id of a person from an earlier page."})
        return place


class PatientSearch(GatedView):
    """Search the people about whom a consent lets you know; what you look for stands in the body, never in the address."""

    http_method_names = ["post"]
    scope = "patient.read"
    categories = frozenset({InformationCategory.DEMOGRAPHICS.value})
    told = "Who the person is (list)"

    @extend_schema(
        operation_id="search_patients",
        request=shapes.PatientSearch(),
        responses=shapes.about_many("PatientsFound", shapes.Patient(many=True)),
    )
    def post(self, request: HttpRequest) -> HttpResponse:
        """Return the 20 best matches, the best first."""
        wanted = shapes.PatientSearch(data=body_of(request))
        wanted.is_valid(raise_exception=True)
        text = wanted.validated_data["search"].strip()
        released = self._found(text) if text else []
        return answer_many([one.person or {} for one in released], released, None)

    def _found(self, text: str) -> list[Released]:
        """Search among those whom the partner may know, and ask the gate about whoever was found."""
        partner = self.partner
        known = people_known_to(
            recipient=recipient_facts(partner.organization), purpose=partner.purpose, categories=self.categories, at=timezone.now()
        )
        found = [patient.pk for patient in search_patients(known, text, limit=PAGE)]
        place = {key: number for number, key in enumerate(found)}
        return sorted(self.release_many(among=found), key=lambda one: place[one.patient_id])


@extend_schema_view(
    get=extend_schema(
        operation_id="get_patient",
        description="Return name, birth date and language.",
        responses=shapes.about_one("PatientAnswer", shapes.Patient()),
    )
)
class PatientDetail(OnePatient):
    """Tell who a person is."""

    scope = "patient.read"
    categories = frozenset({InformationCategory.DEMOGRAPHICS.value})
    told = "Who the person is"

    def read(self, released: Released, person: dict[str, Any]) -> Any:
        """Return name, birth date and language."""
        return person


@extend_schema_view(
    get=extend_schema(
        operation_id="get_medications",
        description="Return orders with the last dose given, newest first.",
        responses=shapes.about_one("MedicationsAnswer", shapes.Medication(many=True)),
    )
)
class PatientMedications(OnePatient):
    """Tell what the program prescribes and gives."""

    scope = "medications.read"
    categories = frozenset({InformationCategory.MEDICATIONS.value})
    told = "Medications and last doses"

    def read(self, released: Released, person: dict[str, Any]) -> Any:
        """Return orders with the last dose given, newest first."""
        return medications(released.patient_id, released.program_id)


@extend_schema_view(
    get=extend_schema(
        operation_id="get_plan",
        description="Return the active plan, or null when there is none.",
        responses=shapes.about_one("PlanAnswer", shapes.Plan(allow_null=True)),
    )
)
class PatientPlan(OnePatient):
    """Tell the treatment plan."""

    scope = "plan.read"
    categories = frozenset({InformationCategory.PLAN.value})
    told = "Treatment plan"

    def read(self, released: Released, person: dict[str, Any]) -> Any:
        """Return the active plan, or null when there is none."""
        return plan(released.patient_id, released.program_id)


@extend_schema_view(
    get=extend_schema(
        operation_id="get_appointments",
        description="Return the 50 latest appointments, those to come first.",
        responses=shapes.about_one("AppointmentsAnswer", shapes.Appointment(many=True)),
    )
)
class PatientAppointments(OnePatient):
    """Tell when a person is or was expected, and whether they came."""

    scope = "appointments.read"
    categories = frozenset({InformationCategory.APPOINTMENTS.value})
    told = "Appointments and attendance"

    def read(self, released: Released, person: dict[str, Any]) -> Any:
        """Return the 50 latest appointments, those to come first."""
        return appointments(released.patient_id, released.program_id)


@extend_schema_view(
    get=extend_schema(
        operation_id="get_housing",
        description="Return the 50 latest housing tasks.",
        responses=shapes.about_one("HousingAnswer", shapes.HousingTask(many=True)),
    )
)
class PatientHousing(OnePatient):
    """Tell what is done about housing, and nothing of the treatment."""

    scope = "housing.read"
    categories = frozenset({InformationCategory.HOUSING.value})
    told = "Housing tasks"

    def read(self, released: Released, person: dict[str, Any]) -> Any:
        """Return the 50 latest housing tasks."""
        return housing(released.patient_id, released.program_id)
