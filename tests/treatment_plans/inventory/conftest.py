"""Furnish the stock room with a product and a lot."""

from tests.treatment_plans.medication.conftest import buprenorphine, lot, methadone

__all__ = ["buprenorphine", "lot", "methadone"]
