"""Ask what was explained."""

from typing import Any

from patients.health.education.models import Education
from patients.health.forms import FactForm, Starting


class EducationForm(FactForm):
    """Ask what was explained, in which language and way, and whether it was said back."""

    model = Education
    asked = ("topic", "topic_words", "format", "language", "teach_back")
    folded = ("given_on", "given_by", "remark")

    @classmethod
    def starting(cls, now: Starting) -> dict[str, Any]:
        """Return the person's language, and that one explained it oneself today."""
        return {"language": now.patient.language, "given_on": now.today, "given_by": now.user.full_name}
