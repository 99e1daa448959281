"""Background work: asked for with its use case, run once, tried again, taken over from the dead."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import translation
from django_scopes import get_scope
from django_tasks_db.models import DBTaskResult

from shidra.foundation.jobs import registry
from shidra.foundation.jobs.asking import ask_job, run_waiting_jobs, take_job, try_again
from shidra.foundation.jobs.models import Job
from shidra.foundation.jobs.running import JobTaken, Progress, process_of, run_job
from shidra.foundation.jobs.watching import ask_what_is_due, restart_dead_jobs
from shidra.kernel import clock
from shidra.kernel.errors import RuleBroken
from tests.world import World, signed_in

RAN: list[dict[str, Any]] = []


@pytest.fixture(autouse=True)
def works() -> Iterator[None]:
    """Some work to ask for, known only in these tests."""
    RAN.clear()

    @registry.job("test.note")
    def note(progress: Progress, **arguments: Any) -> dict[str, Any]:
        progress(1, 2)
        RAN.append({**arguments, "scope": get_scope(), "language": translation.get_language()})
        progress(2)
        return {"noted": len(RAN)}

    @registry.job("test.broken", tries=3)
    def broken(progress: Progress) -> None:
        RAN.append({})
        raise OSError("the disk is tired")

    @registry.job("test.rule")
    def rule(progress: Progress) -> None:
        RAN.append({})
        raise RuleBroken("file_empty", "The file %(name)s is empty.", name="a.xlsx")

    yield
    for name in [name for name in registry._known if name.startswith("test.")]:
        del registry._known[name]


def test_a_job_runs_in_the_scope_and_language_it_was_asked_for_in(world: World) -> None:
    world.steward.language = "ar"
    world.steward.save()
    job = ask_job("test.note", by=world.steward, initiative=world.initiative, colour="blue")
    assert run_waiting_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.result, job.done, job.total) == (Job.State.DONE, {"noted": 1}, 2, 2)
    assert RAN[0]["colour"] == "blue"
    assert RAN[0]["scope"]["initiative"] == world.initiative.pk
    assert RAN[0]["language"] == "ar"


def test_work_nobody_knows_is_refused(db: None) -> None:
    with pytest.raises(LookupError):
        ask_job("test.unknown")


def test_a_key_is_asked_for_once(db: None) -> None:
    assert ask_job("test.note", key="once").pk == ask_job("test.note", key="once").pk
    assert run_waiting_jobs() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_is_lost_with_the_use_case_that_asked_for_it() -> None:
    with transaction.atomic():
        ask_job("test.note")
        transaction.set_rollback(True)
    assert not Job.objects.exists()
    assert not DBTaskResult.objects.exists()


def test_a_broken_rule_ends_a_job_and_tells_why(db: None) -> None:
    job = ask_job("test.rule")
    assert run_waiting_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.problem, job.result) == (
        Job.State.FAILED,
        "The file a.xlsx is empty.",
        {"code": "file_empty"},
    )


def test_a_fault_is_tried_again_with_growing_waits_and_then_shown(db: None) -> None:
    job = ask_job("test.broken")
    waits = []
    for _try in range(3):
        DBTaskResult.objects.all().delete()
        take_job.func(job.pk)
        waits += [round((task.run_after - clock.now()).total_seconds(), -1) for task in DBTaskResult.objects.all()]
    job.refresh_from_db()
    assert waits == [10, 40]
    assert job.state == Job.State.FAILED
    assert "fault of ours" in job.problem
    assert "the disk is tired" in job.fault
    assert "the disk is tired" not in job.problem
    try_again(job)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.attempts, len(RAN)) == (1, 4)


def test_a_job_whose_worker_died_is_found_and_run_again(db: None) -> None:
    job = ask_job("test.note")
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    here = _this_host()
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.RUNNING, worker=f"{here} {process_of(child.pid)}", attempts=1, heard_from_at=clock.now()
    )
    assert restart_dead_jobs() == 0, "it is alive"
    child.kill()
    child.communicate()
    assert restart_dead_jobs() == 1
    assert run_waiting_jobs() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.DONE, 2)


def test_a_number_that_came_again_is_not_the_same_process(db: None) -> None:
    job = ask_job("test.note")
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, worker=f"{_this_host()} 1:99999999999", attempts=1)
    assert restart_dead_jobs() == 1


def test_a_worker_elsewhere_is_dead_when_it_is_silent(db: None) -> None:
    job = ask_job("test.note")
    for minutes, found in ((1, 0), (3, 1)):
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.RUNNING,
            worker="elsewhere 7:1",
            attempts=1,
            heard_from_at=clock.now() - timedelta(minutes=minutes),
        )
        assert restart_dead_jobs() == found


def test_a_job_that_kills_its_workers_is_given_up(db: None) -> None:
    job = ask_job("test.note")
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, worker="elsewhere 7:1", attempts=3)
    assert restart_dead_jobs() == 1
    job.refresh_from_db()
    assert job.state == Job.State.FAILED
    assert "3 times" in job.problem


def test_who_was_replaced_stops_and_changes_nothing(db: None) -> None:
    job = ask_job("test.note")
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=1)
    job.refresh_from_db()
    progress = Progress(job)
    Job.objects.filter(pk=job.pk).update(attempts=2)
    with pytest.raises(JobTaken):
        progress(5)
    job.refresh_from_db()
    assert job.done == 0


def test_what_the_queue_lost_is_queued_again(db: None) -> None:
    job = ask_job("test.note")
    DBTaskResult.objects.all().delete()
    assert restart_dead_jobs() == 0, "give it time"
    with clock.frozen_at(clock.now() + timedelta(minutes=5)):
        assert restart_dead_jobs() == 1
    job.refresh_from_db()
    assert DBTaskResult.objects.filter(pk=job.task).exists()


def test_progress_is_saved_twice_a_second_at_most(db: None, django_assert_num_queries: Any) -> None:
    job = ask_job("test.note")
    Job.objects.filter(pk=job.pk).update(state=Job.State.RUNNING, attempts=1)
    job.refresh_from_db()
    progress = Progress(job)
    with django_assert_num_queries(1):
        for done in range(1000):
            progress(done, 1000)


def test_the_clock_asks_once_a_stretch(db: None) -> None:
    @registry.clockwork("test.hourly", every=timedelta(hours=1))
    def hourly(progress: Progress) -> None:
        RAN.append({})

    start = clock.now().replace(minute=5)
    for minutes in (0, 10, 20, 60, 70):
        with clock.frozen_at(start + timedelta(minutes=minutes)):
            ask_what_is_due()
    assert Job.objects.filter(name="test.hourly").count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_worker_empties_the_queue() -> None:
    from django.core.management import call_command

    ask_job("test.note", colour="green")
    call_command("db_worker", batch=True, interval=0, startup_delay=False, reload=False, verbosity=0)
    assert [ran["colour"] for ran in RAN] == ["green"]
    assert Job.objects.get(name="test.note").state == Job.State.DONE


def test_only_who_asked_sees_a_job(world: World) -> None:
    job = ask_job("test.note", by=world.reporter, initiative=world.initiative, then="/en/work/first-steps/")
    address = f"/en/work/jobs/{job.pk}/"
    assert signed_in(world.reporter).get(address).status_code == 200
    assert signed_in(world.steward).get(address).status_code == 404
    fragment = {"HTTP_HX_REQUEST": "true"}
    waiting = signed_in(world.reporter).get(address, **fragment)
    assert f'hx-get="{address}"' in waiting.text
    run_waiting_jobs()
    done = signed_in(world.reporter).get(address, **fragment)
    assert done.headers["HX-Redirect"] == "/en/work/first-steps/"
    assert "hx-get" not in done.text
    assert signed_in(world.reporter).get(address).headers["Location"] == "/en/work/first-steps/"


def test_what_ended_meanwhile_is_told_at_home_until_it_was_looked_at(world: World) -> None:
    done = ask_job("test.note", by=world.reporter, initiative=world.initiative, then="/en/work/first-steps/settings/")
    failed = ask_job("test.rule", by=world.reporter, initiative=world.initiative)
    client, home = signed_in(world.reporter), "/en/work/first-steps/"
    assert "finished" not in client.get(home).text
    run_waiting_jobs()
    page = client.get(home).text
    assert "Work in the background: finished" in page
    assert "Work in the background: not finished" in page
    assert "The file a.xlsx is empty." in page
    assert "finished" not in signed_in(world.steward).get(home).text
    assert client.get(f"/en/work/jobs/{done.pk}/").headers["Location"] == "/en/work/first-steps/settings/"
    assert "The file a.xlsx is empty." in client.get(f"/en/work/jobs/{failed.pk}/").text
    assert "finished" not in client.get(home).text


def _this_host() -> str:
    import socket

    return socket.gethostname()[:60]


def test_all_work_of_this_installation_says_what_it_does() -> None:
    every = [task for task in registry.recurring() if not task.name.startswith("test.")]
    assert every
    unnamed = {task.name for task in every if task.label == "Work in the background"}
    assert not unnamed, "give them a label"
    assert registry.label_of("from.the_future") == "from.the_future"
