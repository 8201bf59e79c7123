"""Find the features: the packages that speak the seven words."""

from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType

APPS = ("casemgr", "patients", "treatment_plans", "referrals")


def modules_called(word: str) -> list[str]:
    """Return the dotted names of all modules of this name, in all apps."""
    found = []
    for app in APPS:
        package = import_module(app)
        for module in walk_packages(package.__path__, f"{app}."):
            if module.name.rsplit(".", 1)[-1] == word and ".migrations" not in module.name and ".commands" not in module.name:
                found.append(module.name)
    return sorted(found)


def import_every(word: str) -> list[ModuleType]:
    """Import all modules of this name."""
    return [import_module(name) for name in modules_called(word)]
