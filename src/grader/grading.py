"""`nbgrader autograde` with another heart: submissions run in a sandbox, and what is worth points is decided outside.

nbgrader's release format, gradebook, Formgrader, feedback and export stay; `Autograde` takes the place of its class of
that name. For each submission:

    submissions   reads it, and puts the released check cells among the student's cells
    sandbox       runs the cells; at a check cell, calls the task's function on visible and hidden cases
    verdicts      judges what came back
    report        keeps what was found, and tells

A task's verdict becomes the output of its check cell, which nbgrader's own scoring then reads: an error is worth 0.
"""

import contextlib
import os
import sys
import tempfile
import textwrap
import time
import warnings
from collections import deque
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from nbgrader import converters, utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy.exc import SAWarning
from tqdm import tqdm
from traitlets import Bool, Dict, TraitError, validate
from traitlets.config import Application

from grader import report, sandbox, submissions, verdicts
from grader.hidden import hidden_tasks
from grader.report import FAILED, GRADED, MISSING, NOT_DONE, PARTLY, TO_DO, UNREADABLE, Record
from helpers import checks

_WIDTH = 96  # letters: what a page of feedback shows of a line in an output


class Refused(Exception):
    """The grading cannot begin, or not go on; the message says why and what to do."""


class Exercise(NamedTuple):
    """What was released of an exercise: the notebook, checks.json as bytes, and its tasks."""

    name: str
    notebook: nbformat.NotebookNode
    checks_json: bytes
    tasks: dict


class Waiting(NamedTuple):
    """A submission that is in the sandbox."""

    digest: str
    handed_in: submissions.HandedIn
    assembled: submissions.Assembled
    cells: list[submissions.CodeCell]


def install() -> None:
    """Let nbgrader's command line and Formgrader grade this way. Called by nbgrader_config.py."""
    from nbgrader.apps import api, autogradeapp

    autogradeapp.Autograde = api.Autograde = Autograde


class Autograde(converters.Autograde):
    """In place of nbgrader's class; its options (--student, --force, …) mean the same."""

    accept_risk = Bool(
        False,
        help="Run submissions with all your rights where there is no sandbox. They can then read and change whatever "
        "you can: answers, other submissions, points, your files.",
    ).tag(config=True)

    limits = Dict(
        help=f"Limits of a submission that shall not be as they are: {sandbox.LIMITS}.",
    ).tag(config=True)

    @validate("limits")
    def _known_limits(self, proposal):
        try:
            return {name: type(getattr(sandbox.Limits(), name))(value) for name, value in proposal.value.items()}
        except (AttributeError, ValueError):
            known = ", ".join(sandbox.Limits._fields)
            raise TraitError(f"limits takes numbers under the names {known}.") from None

    def start(self) -> None:
        """Grade what is to be graded, and report. Raises NbGraderException, after saying why, where that cannot be."""
        try:
            if os.name == "nt":
                raise Refused("Grading does not run on Windows: use Linux, in a virtual machine if need be.")
            with (
                _alone(self._gradebook, self.coursedir.assignment_id),
                Gradebook(self.coursedir.db_url, self.coursedir.course_id) as self._opened,
            ):
                self._start()
        except Refused as reason:
            self.log.error("%s", reason)
            raise NbGraderException(str(reason)) from None

    @property
    def _gradebook(self) -> Path:
        return Path(self.coursedir.root) / "gradebook"

    def _start(self) -> None:
        exercise = self._exercise()
        folders = self._folders()
        digests = {student: submissions.digest(folder) for student, folder in folders.items()}
        chosen = [student for student in folders if self._is_chosen(student)]
        if not chosen:
            place = f"{self.coursedir.submitted_directory}/{self.coursedir.student_id}/{exercise.name}"
            raise Refused(f"There is nothing to grade: no folder {place}. INSTRUCTORS.md says how to collect.")
        if not self.accept_risk and (missing := sandbox.missing()):
            raise Refused(f"{missing} INSTRUCTORS.md says what else can be done.")
        if caution := sandbox.caution():
            self.log.warning("%s", caution)
        if self.force:
            # Written down, so that after an interruption a call without --force goes on where it stopped.
            again = [Record(student, TO_DO, "", "") for student in chosen]
            report.remember(self._gradebook, exercise.name, *again)
        kept = report.records(self._gradebook, exercise.name)
        todo = [s for s in chosen if not self._is_done(exercise, kept.get(s), digests[s])]
        try:
            self._grade(exercise, {student: folders[student] for student in todo}, digests)
        except KeyboardInterrupt:
            raise Refused("Stopped. What is graded is kept; the same command without --force goes on.") from None
        finally:
            failed = self._report(exercise, digests)
        if failed:
            raise Refused(f"The grading itself failed on {', '.join(failed)}. The others are not touched by that.")

    # ---- what there is

    def _exercise(self) -> Exercise:
        name, released = self.coursedir.assignment_id, Path(self.coursedir.root) / self.coursedir.release_directory
        if self.config.Execute.get("enabled", True) is False:
            raise Refused("--no-execute is not possible: points are given for what a submission does when it runs.")
        make = f"python -m grader.release {name}"
        if not (released / name / f"{name}.ipynb").is_file():
            there = ", ".join(sorted(path.parent.name for path in released.glob("*/checks.json"))) or "none"
            raise Refused(f"There is no released exercise {name}; there are: {there}. `{make}` releases it.")
        notebook = nbformat.read(released / name / f"{name}.ipynb", as_version=4)
        try:
            data = checks.read(released / name / "checks.json")
        except checks.CheckError as error:
            raise Refused(f"exercises/{name}: {error} Or say `{make}`.") from None
        roles = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
        points = {role["grade_id"]: float(role["points"]) for role in roles if role.get("grade")}
        with self._book() as book:
            try:
                there = {cell.name: cell.max_score for cell in book.find_notebook(name, name).grade_cells}
            except MissingEntry:
                there = None
        if there != points:
            raise Refused(f"The gradebook does not know {name} as it stands in exercises/. Say `{make}` first.")
        return Exercise(name, notebook, (released / name / "checks.json").read_bytes(), data["tasks"])

    def _folders(self) -> dict[str, Path]:
        """Student → folder of this exercise, of all who have one, in order."""
        place = Path(self.coursedir.format_path(self.coursedir.submitted_directory, "x", "x")).parents[1]
        if not place.is_dir():
            return {}
        found = {}
        for path in sorted(place.iterdir()):
            folder = path / self.coursedir.assignment_id
            if not path.name.startswith(".") and not path.is_symlink() and os.path.lexists(folder):
                found[path.name] = folder
        return found

    def _is_chosen(self, student: str) -> bool:
        pattern, excluded = str(self.coursedir.student_id), self.coursedir.student_id_exclude.split(",")
        return student not in excluded and (student == pattern or fnmatchcase(student, pattern))

    def _is_done(self, exercise: Exercise, record: Record | None, digest: str) -> bool:
        there = record is not None and record.digest == digest and record.status not in (TO_DO, FAILED)
        return there and (self._destination(exercise, record.student).is_dir() or record.status == MISSING)

    def _destination(self, exercise: Exercise, student: str) -> Path:
        return Path(self.coursedir.format_path(self.coursedir.autograded_directory, student, exercise.name))

    # ---- grading

    def _grade(self, exercise: Exercise, todo: dict[str, Path], digests: dict[str, str]) -> None:
        if not todo:
            return
        solution = Path(self.coursedir.root) / self.coursedir.source_directory / exercise.name
        try:
            hidden = hidden_tasks(solution, self._gradebook)
        except RuntimeError as error:
            raise Refused(str(error)) from None
        code = [cell.source for cell in exercise.notebook.cells if cell.cell_type == "code"]
        waiting: dict[str, Waiting] = {}
        refused: deque[tuple[str, Exception]] = deque()
        runs = sandbox.run(
            self._to_run(exercise, todo, digests, hidden, waiting, refused),
            sandbox.Limits(**self.limits),
            workers=_cores() + 1,  # while one hangs, or waits for the disk, no core is without work
            confined=not self.accept_risk,
            libraries=sandbox.LIBRARIES + sandbox.on_demand(code),
        )
        with (
            tqdm(total=len(todo), desc=exercise.name, unit=" submissions", disable=None, file=sys.stderr) as bar,
            contextlib.closing(runs),
        ):
            for run in runs:
                self._kept(exercise, run.key, waiting.pop(run.key), run, hidden)
                bar.update()
                self._close(exercise, digests, refused, bar)
            self._close(exercise, digests, refused, bar)

    def _to_run(self, exercise, folders, digests, hidden: dict, waiting: dict, refused: deque):
        """The submissions that can be run, one by one as the sandbox, in threads of its own, asks for them.

        Those that cannot be run go to `refused`, with the reason.
        """
        for student, folder in folders.items():
            try:
                handed_in = submissions.read(folder, exercise.name, self.coursedir.ignore)
                assembled = submissions.assemble(exercise.notebook, handed_in.notebook)
                cells = submissions.code_cells(assembled.notebook, exercise.notebook)
            except Exception as reason:
                refused.append((student, reason))
                continue
            waiting[student] = Waiting(digests[student], handed_in, assembled, cells)
            steps = tuple(_step(cell, exercise.tasks, hidden) for cell in cells)
            yield sandbox.Submission(student, steps, handed_in.files | {"checks.json": exercise.checks_json})

    def _close(self, exercise: Exercise, digests: dict[str, str], refused: deque, bar) -> None:
        """Write down what cannot be run, and why."""
        while refused:
            student, reason = refused.popleft()
            if isinstance(reason, submissions.Missing):
                self._missing(exercise, Record(student, MISSING, str(reason), digests[student]))
            elif isinstance(reason, submissions.Unreadable):
                self._unreadable(exercise, Record(student, UNREADABLE, str(reason), digests[student]))
            else:
                self._failed(exercise, student, digests[student], reason)
            bar.update()

    def _kept(self, exercise: Exercise, student: str, it: Waiting, run: sandbox.Run, hidden: dict) -> None:
        """Write a submission's points, its notebook and its record. What fails here fails for this one alone."""
        try:
            if run.stopped and all(run.stopped in done.stopped for done in run.steps):
                raise sandbox.SandboxError(run.stopped)  # nothing was run: that says nothing of the submission
            notebook, record = judged(exercise, student, it, run, hidden)
            self._into_gradebook(exercise, student, notebook, it.handed_in.files.get("timestamp.txt"))
            self._write(exercise, student, notebook, it.handed_in.files | {"checks.json": exercise.checks_json})
        except Exception as error:
            self._failed(exercise, student, it.digest, error)
        else:
            self._remember(exercise, record)

    def _into_gradebook(self, exercise: Exercise, student: str, notebook, timestamp: bytes | None = None) -> None:
        """The points of a judged notebook, as nbgrader reads them out of its outputs."""
        before, sources, when = self._graded_before(exercise, student), _sources(notebook), {}
        if timestamp is not None:
            with contextlib.suppress(ValueError, OverflowError):
                when = {"timestamp": utils.parse_utc(timestamp.decode().strip())}
        with self._book() as book, warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own way to use its database
            # nbgrader commits each point by itself, and each time waits for the disk; here all at once, or nothing.
            with mock.patch.object(book.db, "commit", book.db.flush):
                if self.create_student:
                    book.update_or_create_student(student)
                submission = book.update_or_create_submission(exercise.name, student, **when)
                by_hand = self._given_by_hand(book, exercise, student)
                points = SaveAutoGrades(parent=self)
                points.gradebook, points.student_id = book, student
                points.notebook_id = points.assignment_id = exercise.name
                for k, cell in enumerate(notebook.cells):
                    points.preprocess_cell(cell, {}, k)
                # Points by hand stay. They need another look where something has changed; nbgrader asks for it always.
                for grade, automatic, wanted in by_hand:
                    changed = automatic != grade.auto_score or before.get(grade.name) != sources.get(grade.name)
                    grade.needs_manual_grade = wanted or changed
            book.db.commit()
            late = submission.total_seconds_late > 0 or submission.late_submission_penalty
        if late:  # nbgrader opens the gradebook anew for this, which would be a third of the time
            about = {"student": student, "assignment": exercise.name, "notebook": exercise.name}
            resources = {"nbgrader": about | {"db_url": self.coursedir.db_url}}
            AssignLatePenalties(parent=self).preprocess(notebook, resources)

    def _given_by_hand(self, book: Gradebook, exercise: Exercise, student: str) -> list[tuple]:
        """The grades that have points by hand; with each its automatic points, and whether it waits for a look."""
        grades = book.find_submission_notebook(exercise.name, exercise.name, student).grades
        return [(one, one.auto_score, one.needs_manual_grade) for one in grades if one.manual_score is not None]

    def _graded_before(self, exercise: Exercise, student: str) -> dict[str, str]:
        """What stood in the cells with points when they were last graded: name → text."""
        path = self._destination(exercise, student) / f"{exercise.name}.ipynb"
        return _sources(nbformat.read(path, as_version=4)) if path.is_file() else {}

    @contextlib.contextmanager
    def _book(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook, opened once; what was not committed is undone."""
        try:
            yield self._opened
        finally:
            self._opened.db.remove()

    def _missing(self, exercise: Exercise, record: Record) -> None:
        if self.create_student:
            with self._book() as book:
                book.update_or_create_student(record.student)
        self._remember(exercise, record)

    def _unreadable(self, exercise: Exercise, record: Record) -> None:
        """No points, neither given nor refused, and a page in Formgrader and feedback that says why."""
        try:
            notebook = new_notebook(metadata=exercise.notebook.metadata)
            said = f"**This submission could not be graded:** {record.reason} The points below are not a grade."
            notebook.cells = [new_markdown_cell(said, id="reason"), *nbformat.from_dict(exercise.notebook.cells)]
            self._into_gradebook(exercise, record.student, new_notebook())
            with self._book() as book:
                for grade in book.find_submission_notebook(exercise.name, exercise.name, record.student).grades:
                    grade.auto_score, grade.needs_manual_grade = None, True
                book.db.commit()
            self._write(exercise, record.student, notebook, {})
        except Exception as error:
            self._failed(exercise, record.student, record.digest, error)
        else:
            self._remember(exercise, record)

    def _write(self, exercise: Exercise, student: str, notebook, files: dict[str, bytes]) -> None:
        """The graded notebook and what belongs to it, all of it or nothing."""
        place = self._destination(exercise, student)
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._gradebook / "grading") as scratch:
            new = Path(scratch) / "new"
            content = {**files, f"{exercise.name}.ipynb": nbformat.writes(notebook).encode()}
            for name, data in content.items():
                (new / name).parent.mkdir(parents=True, exist_ok=True)
                (new / name).write_bytes(data)
                (new / name).chmod(int(str(self.permissions), 8))
            if os.path.lexists(place):
                place.rename(Path(scratch) / "old")
            new.rename(place)
        if self.coursedir.groupshared:
            self.set_permissions(exercise.name, student)

    def _failed(self, exercise: Exercise, student: str, digest: str, error: Exception) -> None:
        self.log.error("While grading %s:", student, exc_info=error)
        said = f"the grading itself failed ({type(error).__name__}: {error}); nothing was written down."
        self._remember(exercise, Record(student, FAILED, said, digest))

    def _remember(self, exercise: Exercise, record: Record) -> None:
        report.remember(self._gradebook, exercise.name, record)

    # ---- telling

    def _report(self, exercise: Exercise, digests: dict[str, str]) -> list[str]:
        """Write the report, show what of it was asked for, and return the names on which the grading failed."""
        with self._book() as book:
            rows = report.rows(book, exercise.name, self._gradebook, digests)
        path = report.write(rows, self._gradebook, exercise.name)
        chosen = [row for row in rows if self._is_chosen(row.student)]
        if isinstance(self.parent, Application):  # not from Formgrader, which has no screen
            print(report.table(chosen))
            print(f"In full: {path.relative_to(self.coursedir.root)}")
        return [row.student for row in chosen if row.status == FAILED]


def _sources(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """What stands in the cells with points: name → text."""
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in notebook.cells if utils.is_grade(cell)}


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def _alone(gradebook: Path, exercise: str) -> Iterator[None]:
    """One grading at a time. Raises Refused where another one is at work; of one that crashed nothing stays locked."""
    try:
        import fcntl  # Windows has none, and the rest of nbgrader works there
    except ImportError:
        raise Refused("Submissions cannot be run on Windows. INSTRUCTORS.md says what else can be done.") from None

    (gradebook / "grading").mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(gradebook / "grading" / "lock", "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Refused(f"Another grading is at work: {file.read().strip()}. Wait until it is done.") from None
        file.truncate(0)
        file.write(f"{exercise}, process {os.getpid()}, since {time.strftime('%H:%M')}")
        file.flush()
        yield


# ---- from cells to steps, and from what they gave to a notebook with points


def _step(cell: submissions.CodeCell, visible: dict, hidden: dict) -> sandbox.Step:
    if cell.task is None:
        return sandbox.Step(cell.source)
    task = visible[cell.task]
    return sandbox.Step(cell.source, cell.task, tuple(task["parameters"]), verdicts.cases(task, hidden[cell.task]))


def judged(exercise: Exercise, student: str, it: Waiting, run: sandbox.Run, hidden: dict):
    """The notebook with its outputs, a check cell's being the verdict, and the record of the submission."""
    notebook, stops = it.assembled.notebook, []
    found: dict[str, verdicts.Verdict] = {}
    for cell, done in zip(it.cells, run.steps, strict=True):
        if cell.task is not None:
            task = exercise.tasks[cell.task]
            new = verdicts.verdict(cell.task, task, hidden[cell.task], done.outcomes, done.stopped)
            found[cell.task] = _better(found.get(cell.task), new)
        else:
            notebook.cells[cell.cell].outputs = [*nbformat.from_dict(done.outputs), *_stopped(done.stopped)]
            if done.stopped and not run.stopped:
                stops.append(f"Cell {cell.cell + 1}: {done.stopped}")
    for k, cell in enumerate(it.cells):
        if cell.cell is not None:
            notebook.cells[cell.cell].execution_count = k + 1
            if cell.task is not None:
                notebook.cells[cell.cell].outputs = [_said(found[cell.task])]
    told = [one.said.split("\n")[0] for one in found.values() if one.kind == verdicts.STOPPED]
    stops = [run.stopped] if run.stopped else [*stops, *told]
    return notebook, Record(student, *_status(notebook, found, stops, it), it.digest)


def _better(first: verdicts.Verdict | None, second: verdicts.Verdict) -> verdicts.Verdict:
    """Of two verdicts on a function that is defined twice, the one that counts."""
    if first is None or second.kind == verdicts.DONE:
        return second
    return second if first.kind == verdicts.NOT_DONE else first


def _status(notebook, found: dict, stops: list[str], it: Waiting) -> tuple[str, str]:
    kinds = {one.kind for one in found.values()}
    questions = [cell for cell in notebook.cells if cell.cell_type != "code" and utils.is_grade(cell)]
    untouched = all(utils.compute_checksum(cell) == cell.metadata.nbgrader.checksum for cell in questions)
    status = PARTLY if stops else NOT_DONE if kinds <= {verdicts.NOT_DONE} and untouched else GRADED
    return status, " ".join([*stops, *it.assembled.remarks, *it.handed_in.remarks])


def _said(verdict: verdicts.Verdict) -> nbformat.NotebookNode:
    if verdict.kind == verdicts.DONE:
        return new_output("stream", name="stdout", text=f"{verdict.said}\n")
    lines = [textwrap.fill(line, _WIDTH, break_long_words=False) for line in verdict.said.split("\n")]
    return new_output("error", ename="CheckFailed", evalue=verdict.said, traceback=lines)


def _stopped(sentence: str) -> list[nbformat.NotebookNode]:
    return [new_output("error", ename="Stopped", evalue=sentence, traceback=[sentence])] if sentence else []
