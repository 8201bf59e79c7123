"""Open the demo clinic: a program, two sites, staff of each role, partners, stock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from casemgr.api.actions import register_client
from casemgr.core.accounts.models import Program, Purpose, Site, User
from casemgr.core.accounts.rules import Role
from casemgr.core.administration.accounts.actions import add_site, add_user, close_site, found_program, grant_membership, set_opening_hours
from casemgr.core.administration.directory.actions import add_organization
from casemgr.core.directory.models import Organization
from treatment_plans.inventory.actions import add_product, receive_lot
from treatment_plans.inventory.models import Product
from treatment_plans.plan.catalog.actions import list_intervention

PASSWORD = "demo-clinic-2026"  # noqa: S105 - said in the README: for development only
PROGRAM = "Cedar Integrated Care"
TIME_ZONE = "America/New_York"

STAFF: tuple[tuple[str, str, str, Role, int | None], ...] = (
    ("case.manager@demo.test", "Carmen Ortiz", "CCM", Role.CASE_MANAGER, 0),
    ("therapist@demo.test", "Theo Brandt", "LCSW", Role.THERAPIST, 0),
    ("nurse@demo.test", "Nora Whitfield", "RN", Role.NURSE, 0),
    ("prescriber@demo.test", "Priya Raman", "MD", Role.PRESCRIBER, None),
    ("director@demo.test", "Desmond Clarke", "MBA", Role.DIRECTOR, None),
    ("privacy@demo.test", "Pilar Vance", "CHPC", Role.PRIVACY_OFFICER, None),
    ("front.desk@demo.test", "Faith Adeyemi", "", Role.FRONT_DESK, 0),
    ("peer@demo.test", "Pablo Reyna", "CPRS", Role.PEER, 0),
    ("case.manager.two@demo.test", "Cora Lindqvist", "CCM", Role.CASE_MANAGER, 0),
    ("case.manager.south@demo.test", "Clay Burgess", "CCM", Role.CASE_MANAGER, 1),
    ("therapist.two@demo.test", "Tess Okafor", "LPC", Role.THERAPIST, 0),
    ("therapist.south@demo.test", "Tobias Engel", "LMFT", Role.THERAPIST, 1),
    ("nurse.two@demo.test", "Nils Aaltonen", "LPN", Role.NURSE, 0),
    ("nurse.south@demo.test", "Nia Baptiste", "RN", Role.NURSE, 1),
    ("front.desk.south@demo.test", "Finn Gallagher", "", Role.FRONT_DESK, 1),
)
"""E-mail, name, letters behind it, role, number of the site (nothing for all sites)."""

ADMINISTRATOR = ("admin@demo.test", "Ada Novotny")
FOR_TREATMENT = ("patient.read", "medications.read", "plan.read", "plan.propose", "appointments.read", "referrals.read", "referrals.answer")
FOR_HOUSING = ("patient.read", "housing.read", "referrals.read", "referrals.answer")
CLIENTS = (
    ("demo-hospital", "demo-hospital-secret-2026", "St. Anne Hospital", "treatment", FOR_TREATMENT),
    ("demo-housing", "demo-housing-secret-2026", "Grove Street Homes", "housing", FOR_HOUSING),
)
"""Client id, secret (fixed, for development only), organisation, purpose of use, scopes."""


@dataclass
class DemoClinic:
    """Hold what the days need: program, sites, staff by e-mail, partners by name, products by substance."""

    program: Program
    sites: list[Site]
    staff: dict[str, User]
    partners: dict[str, Organization]
    products: dict[str, Product]
    administrator: User
    system: User

    @property
    def staff_by_key(self) -> dict[int | None, User]:
        """Return the staff by their keys."""
        return {user.pk: user for user in self.staff.values()}

    def of_role(self, role: Role, site_number: int) -> list[User]:
        """Return the staff of a role who work at this site."""
        return [self.staff[email] for email, _name, _title, held, site in STAFF if held is role and site in (None, site_number)]


def open_clinic(*, at: datetime) -> DemoClinic:
    """Open everything that must be there before the first person comes."""
    system = User.objects.system()
    program = found_program(
        name=PROGRAM,
        time_zone=TIME_ZONE,
        email=ADMINISTRATOR[0],
        full_name=ADMINISTRATOR[1],
        password=PASSWORD,
        by=system,
        at=at,
    )
    admin = User.objects.get(email=ADMINISTRATOR[0])
    sites = _open_sites(program, admin, at)
    staff = _hire(program, sites, admin, at)
    partners = _partners(admin, at)
    for client_id, secret, organization, purpose, scopes in CLIENTS:
        register_client(
            organization=partners[organization],
            name=organization,
            client_id=client_id,
            client_secret=secret,
            scopes=scopes,
            purpose=purpose,
            by=admin,
            at=at,
        )
    products = _stock(sites, staff, at)
    garden = {"name": "Garden group", "evidence": "experience", "source": "Three years on Mill Road", "caution": "Ask about allergies."}
    list_intervention(program=program, by=staff["director@demo.test"], at=at, **garden)
    return DemoClinic(program, sites, staff, partners, products, admin, system)


def _open_sites(program: Program, admin: User, at: datetime) -> list[Site]:
    """Open two sites: North doses every day, South is closed on Sundays."""
    sites = [
        add_site(program=program, name="North", address="12 Cedar Avenue", phone="555-0110", by=admin, at=at),
        add_site(program=program, name="South", address="400 Mill Road", phone="555-0140", by=admin, at=at),
    ]
    for site, days in zip(sites, (7, 6), strict=True):
        dosing = [(weekday, time(5, 30), time(11, 30)) for weekday in range(days)]
        set_opening_hours(site=site, hours=dosing, purpose=Purpose.DOSING, by=admin, at=at)
        set_opening_hours(site=site, hours=[(weekday, time(8), time(18)) for weekday in range(5)], purpose=Purpose.CLINIC, by=admin, at=at)
    holiday = at.date() + timedelta(days=400)
    close_site(site=sites[1], day=date(holiday.year, 1, 1), reason="New Year's Day", by=admin, at=at)
    return sites


def _hire(program: Program, sites: list[Site], admin: User, at: datetime) -> dict[str, User]:
    """Make the staff and give each their role."""
    staff = {}
    for email, name, title, role, site in STAFF:
        user = add_user(email=email, full_name=name, title=title, password=PASSWORD, by=admin, at=at)
        place = None if site is None else sites[site]
        grant_membership(user=user, program=program, site=place, role=role, starts_on=at.date(), by=admin, at=at)
        staff[email] = user
    return staff


def _partners(admin: User, at: datetime) -> dict[str, Organization]:
    """Name the organisations that the clinic works with."""
    rows = (
        ("St. Anne Hospital", "hospital", "covered_entity"),
        ("Grove Street Homes", "housing", "neither"),
        ("Harbor Shelter", "housing", "neither"),
        ("Second Chance Works", "employment", "neither"),
        ("Eastside Primary Care", "clinic", "covered_entity"),
        ("Lakeside Legal Aid", "legal_aid", "neither"),
    )
    return {
        name: add_organization(
            name=name, kind=kind, hipaa_role=hipaa, address=f"{number} Partner Street", phone=f"555-09{number:02d}", by=admin, at=at
        )
        for number, (name, kind, hipaa) in enumerate(rows, start=10)
    }


def _stock(sites: list[Site], staff: dict[str, User], at: datetime) -> dict[str, Product]:
    """Put medication on the shelf of each site."""
    nurses = (staff["nurse@demo.test"], staff["nurse.south@demo.test"])
    products = {
        "methadone": add_product(
            name="Methadone 10 mg/mL oral concentrate",
            substance="methadone",
            form="oral concentrate",
            rxnorm="991147",
            mg_per_ml=Decimal(10),
            by=nurses[0],
            at=at,
        ),
        "buprenorphine": add_product(
            name="Buprenorphine 8 mg / naloxone 2 mg sublingual film",
            substance="buprenorphine",
            form="sublingual film",
            rxnorm="1010604",
            mg_per_unit=Decimal(8),
            by=nurses[0],
            at=at,
        ),
    }
    for site, nurse in zip(sites, nurses, strict=True):
        for substance, product in products.items():
            for number in (1, 2):
                receive_lot(
                    product=product,
                    site=site,
                    number=f"{substance[:3].upper()}-{site.name[0]}{number}",
                    expires_on=at.date() + timedelta(days=900 + number),
                    mg=Decimal(2_000_000),
                    by=nurse,
                    at=at,
                )
    return products
