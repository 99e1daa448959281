from shidra.foundation.organisations.models.organisation import Identifier, Organisation, Sector

__all__ = ["Identifier", "Organisation", "Sector"]
