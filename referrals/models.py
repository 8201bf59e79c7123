"""Gather the tables of the third storey."""

from referrals.casework.models import Task
from referrals.referral.models import Referral

__all__ = ["Referral", "Task"]
