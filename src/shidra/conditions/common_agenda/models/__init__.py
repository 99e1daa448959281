from shidra.conditions.common_agenda.models.agenda import CommonAgenda
from shidra.conditions.common_agenda.models.outcome import Outcome, OutcomeStatement

__all__ = ["CommonAgenda", "Outcome", "OutcomeStatement"]
