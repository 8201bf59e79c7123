"""Gather the tables of the ground floor."""

from casemgr.core.accounts.models import AnsweredRequest, ApiClient, Closure, Membership, OpeningHours, Program, Site, User
from casemgr.core.agreements.models import Agreement
from casemgr.core.audit.models import AuditEvent, AuditSeal
from casemgr.core.deadlines.models import Clock
from casemgr.core.directory.models import Organization, Participation, Practitioner
from casemgr.core.messaging.models import Message
from casemgr.core.outbox.models import Fact
from casemgr.core.policies.models import PolicyStatement

__all__ = [
    "Agreement",
    "AnsweredRequest",
    "ApiClient",
    "AuditEvent",
    "AuditSeal",
    "Clock",
    "Closure",
    "Fact",
    "Membership",
    "Message",
    "OpeningHours",
    "Organization",
    "Participation",
    "PolicyStatement",
    "Practitioner",
    "Program",
    "Site",
    "User",
]
