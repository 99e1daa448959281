from shidra.foundation.initiatives.models.initiative import Initiative, PastName, StatusChange
from shidra.foundation.initiatives.models.membership import Invitation, Membership, Partnership, Role

__all__ = ["Initiative", "Invitation", "Membership", "Partnership", "PastName", "Role", "StatusChange"]
