"""A partner's own file in one go, for the command line: the steps of the web, one after the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from shidra.conditions.shared_measurement.intake.mapping import Mapping
from shidra.conditions.shared_measurement.intake.proposing import encode
from shidra.conditions.shared_measurement.models import Batch, Round, Upload
from shidra.conditions.shared_measurement.uploading import proposals_of
from shidra.conditions.shared_measurement.usecases.confirm_mapping import answer_questions, confirm_mapping
from shidra.conditions.shared_measurement.usecases.read_upload import prepare_upload, read_upload
from shidra.conditions.shared_measurement.usecases.receive_upload import receive_upload
from shidra.conditions.shared_measurement.usecases.take_upload import finish_taking, take_upload
from shidra.foundation.initiatives.models import Initiative
from shidra.foundation.organisations.models import Organisation
from shidra.foundation.people.models import Person
from shidra.kernel.errors import RuleBroken, gettext_noop


@dataclass(frozen=True, slots=True)
class FileReport:
    """Where the file stands. `questions` are open (key, kind, word, options); `issues` stop the file or ask for a word;
    `problems` say why it was refused; `mapping` is what was what, to be handed over with the next file."""

    upload_id: int
    state: str
    state_words: str
    counts: dict[str, int] = field(default_factory=dict)
    questions: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)
    problems: list[dict[str, Any]] = field(default_factory=list)
    mapping: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Plain dicts, lists, texts and numbers."""
        return asdict(self)


def import_file(
    *,
    by: Person | None,
    initiative: Initiative,
    organisation: Organisation,
    round: Round | None,
    name: str,
    chunks: Iterable[bytes],
    mapping: dict[str, Any] | None = None,
    take: bool = False,
) -> FileReport:
    """Receive, read, map and preview a file, and `take` its values in if nothing is open.

    `mapping` may hold `answers` (by the keys of questions) and `tables` (of an earlier report); without, the partner's
    recipes are used. Raises what the use cases of the single steps raise.
    """
    given = mapping or {}
    upload = receive_upload(
        by=by, initiative=initiative, organisation=organisation, round=round, name=name, chunks=chunks, reading=False
    )
    upload.mapping = {"answers": _answers(given), "source": Batch.Source.COMMAND}
    upload.save(update_fields=["mapping"])
    upload = read_upload(by=by, upload=upload)
    questions: list[dict[str, Any]] = []
    if upload.state == Upload.State.ASKING:
        answer_questions(by=by, upload=upload, answers={})
        questions = [
            {
                "key": question.key, "kind": question.kind, "word": question.word,
                "options": [option.value for option in question.options],
            }
            for proposal in proposals_of(upload)
            for question in proposal.questions
        ]  # fmt: skip
        if not questions:
            confirm_mapping(by=by, upload=upload, work=False)
            upload = prepare_upload(by=by, upload=upload)
    if take and upload.state == Upload.State.PREVIEWED and not upload.preview["open"]:
        take_upload(by=by, upload=upload, work=False)
        upload = finish_taking(by=by, upload=upload)
    issues = (
        [issue for issue in upload.preview.get("issues", []) if not issue.get("explanation")] if upload.preview else []
    )
    return FileReport(
        upload_id=upload.pk,
        state=upload.state,
        state_words=str(Upload.State(upload.state).label),
        counts=dict(upload.preview.get("counts", {})) if upload.preview else {},
        questions=questions,
        issues=issues,
        problems=list(upload.problems),
        mapping={"answers": upload.mapping.get("answers", {}), "tables": upload.mapping.get("tables", [])},
    )


def _answers(given: dict[str, Any]) -> dict[str, str]:
    """The answers of a mapping file; what its tables say about columns counts as an answer too."""
    answers: dict[str, str] = {}
    try:
        for number, kept in enumerate(given.get("tables") or []):
            table = Mapping.from_json(kept)
            answers |= {f"column.{number}.{at}": encode(column) for at, column in table.columns if at >= 0}
            answers |= {
                f"{kind}.{number}": getattr(table.facts, kind)
                for kind in ("indicator", "period", "place")
                if getattr(table.facts, kind)
            }
            if table.decimal_mark:
                answers[f"decimal_mark.{number}"] = table.decimal_mark
            if table.skipped:
                answers[f"table.{number}"] = "-"
        answers |= {str(key): str(answer) for key, answer in (given.get("answers") or {}).items()}
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        raise RuleBroken(
            "mapping_unreadable", gettext_noop("The mapping cannot be read: %(problem)s"), problem=repr(problem)[:200]
        ) from None
    return answers
