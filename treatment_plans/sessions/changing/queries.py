"""Read what rests on the day and the hours of a session."""

from treatment_plans.sessions.models import Attendance, Session


def others_took_part(session: Session) -> bool:
    """Say whether somebody else took part; family, above, keeps them by the note."""
    return Attendance.objects.filter(session=session, participants__in_error_why="").exists()


def is_in_several_sessions(session: Session) -> bool:
    """Say whether the parts of the meeting of a group stand in other sessions as well, written by those who may see these people."""
    same = {name: getattr(session, name) for name in ("site", "kind", "title", "starts_at", "ends_at")}
    rows = Session.objects.filter(**same)
    return rows.exclude(pk=session.pk).exists() and rows.filter(meeting__isnull=False).exists()


def is_of_a_group(session: Session) -> bool:
    """Say whether a session is a meeting of a group that meets again and gives it its title."""
    return Session.objects.filter(pk=session.pk, meeting__isnull=False).exists()
