from shidra.foundation.initiatives.models.initiative import FieldOfAction, Initiative, PastName, StatusChange
from shidra.foundation.initiatives.models.membership import Invitation, Membership, Partnership, Role

__all__ = ["FieldOfAction", "Initiative", "Invitation", "Membership", "Partnership", "PastName", "Role", "StatusChange"]
