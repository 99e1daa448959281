"""Every write to accounts that is not allauth's own."""

from shidra.foundation.people.usecases.change_profile import change_profile
from shidra.foundation.people.usecases.close_account import close_account
from shidra.foundation.people.usecases.register_person import deactivate_person, reactivate_person, register_person

__all__ = ["change_profile", "close_account", "deactivate_person", "reactivate_person", "register_person"]
