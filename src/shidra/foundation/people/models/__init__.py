from shidra.foundation.people.models.person import Person

__all__ = ["Person"]
