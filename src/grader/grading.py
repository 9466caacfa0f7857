"""`nbgrader autograde`, replaced: submissions run in a sandbox, and what is worth points is decided outside it.

nbgrader's release format, gradebook, Formgrader, feedback and export stay; `Autograde` replaces its class of that name,
and `GenerateFeedback` finds the notebooks for its.
For each submission:

    submissions   reads it, and puts the released check cells among the student's cells
    sandbox       runs the cells; at a check cell, calls the task's function on visible and hidden cases
    verdicts      judges the outcomes
    deadlines     takes off what handing in late costs
    report        keeps what was found, and shows it

A task's verdict becomes the output of its check cell, which nbgrader's own scoring then reads: an error is worth 0.
"""

import contextlib
import glob
import os
import queue
import sys
import textwrap
import time
import traceback
import warnings
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from nbgrader import converters, utils
from nbgrader.api import Comment, Grade, Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.converters import NbGraderException
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy import Index
from sqlalchemy.exc import SAWarning
from tqdm import tqdm
from traitlets import Bool, Dict, TraitError, validate
from traitlets.config import Application

import checks
from grader import deadlines, files, names, report, sandbox, submissions, verdicts
from grader.cells import checked_task, is_check, role
from grader.hidden import hidden_tasks
from grader.report import FAILED, GRADED, MISSING, NOT_DONE, PARTLY, TO_DO, UNREADABLE, Entry

_MOST_OUTPUTS = 1000  # of a submission, that are kept in its graded notebook
# nbgrader looks things up by these. Without an index, each answer takes longer the more students there are.
_INDICES = [
    Index("grade_by_notebook", Grade.notebook_id),
    Index("comment_by_notebook", Comment.notebook_id),
    Index("submitted_notebook_by_assignment", SubmittedNotebook.assignment_id),
]
_WIDTH = 96  # characters of a line in an output that a page of feedback shows


class Refused(Exception):
    """Grading cannot begin or continue; the message says why and what to do."""


class Misnamed(Exception):
    """A student's folder has a name that nbgrader could not keep or show; the message says what is wrong with it."""


class NotRun(Exception):
    """A submission could not be run; the message, a sentence of the grader's, says why."""


class Exercise(NamedTuple):
    """A released exercise: the notebook, checks.json as bytes, its tasks, and their hidden cases."""

    name: str
    notebook: nbformat.NotebookNode
    checks_json: bytes
    tasks: dict


class Pending(NamedTuple):
    """A submission that is being run."""

    handed_in: submissions.HandedIn
    assembled: submissions.Assembled
    cells: list[submissions.CodeCell]


class Intake:
    """The submissions, read one by one as the sandbox, in threads of its own, asks for the next to run.

    Those that cannot be run are set aside, with the reason.
    """

    def __init__(self, exercise: Exercise, hidden: dict, folders: Mapping[str, Path], ignore: list[str]):
        self._exercise, self._hidden, self._folders, self._ignore = exercise, hidden, folders, ignore
        self._pending: dict[str, Pending] = {}
        self._set_aside: queue.SimpleQueue[tuple[str, Exception]] = queue.SimpleQueue()

    def __iter__(self) -> Iterator[sandbox.Submission]:
        for student, folder in self._folders.items():
            try:
                if problem := names.problem(student):
                    raise Misnamed(f"{problem}: rename the folder and grade again.")
                self._pending[student] = pending = self._read(folder)
            except Exception as reason:
                self._set_aside.put((student, reason))
            else:
                steps = tuple(_step(cell, self._exercise.tasks, self._hidden) for cell in pending.cells)
                beside = pending.handed_in.files | {"checks.json": self._exercise.checks_json}
                yield sandbox.Submission(student, steps, beside)

    def take(self, student: str) -> Pending:
        """The submission of this student, whose run is over."""
        return self._pending.pop(student)

    def set_aside(self) -> Iterator[tuple[str, Exception]]:
        """Those that could not be run, each given once: student, reason."""
        while not self._set_aside.empty():
            yield self._set_aside.get()

    def _read(self, folder: Path) -> Pending:
        handed_in = submissions.read(folder, self._exercise.name, self._ignore)
        assembled = submissions.assemble(self._exercise.notebook, handed_in.notebook)
        cells = submissions.code_cells(assembled.notebook, self._exercise.notebook)
        return Pending(handed_in, assembled, cells)


def install() -> None:
    """Make nbgrader's command line and Formgrader grade like this. Called by nbgrader_config.py."""
    from nbgrader.apps import api, autogradeapp, generatefeedbackapp

    autogradeapp.Autograde = api.Autograde = Autograde
    generatefeedbackapp.GenerateFeedback = api.GenerateFeedback = GenerateFeedback


class GenerateFeedback(converters.GenerateFeedback):
    """Replaces nbgrader's class, for which a name with brackets or a star is a pattern that other names fit."""

    def init_notebooks(self) -> None:
        """Find each chosen student's own notebook. Raises NbGraderException, after logging why, if there is none."""
        chosen = self._format_source(self.coursedir.assignment_id, self.coursedir.student_id)
        notebooks = f"{self.coursedir.notebook_id}.ipynb"
        found = {
            folder: glob.glob(os.path.join(glob.escape(folder), notebooks)) for folder in {chosen, *glob.glob(chosen)}
        }
        self.assignments = {folder: own for folder, own in found.items() if own}
        if not self.assignments:
            said = f"Nothing has been graded in {chosen}."
            self.log.error("%s", said)
            raise NbGraderException(said)


class Autograde(converters.Autograde):
    """Replaces nbgrader's class; its options (--student, --force, …) mean the same."""

    accept_risk = Bool(
        False,
        help="Run submissions with all your rights if there is no sandbox. They can then read and change whatever you "
        "can: answers, other submissions, points, your files.",
    ).tag(config=True)

    limits = Dict(
        help=f"Overrides of a submission's default limits: {sandbox.LIMITS}.",
    ).tag(config=True)

    @validate("limits")
    def _known_limits(self, proposal):
        try:
            return {name: type(getattr(sandbox.Limits(), name))(value) for name, value in proposal.value.items()}
        except (AttributeError, ValueError):
            known = ", ".join(sandbox.Limits._fields)
            raise TraitError(f"limits takes numbers under the names {known}.") from None

    def start(self) -> None:
        """Grade whatever needs grading, and report. Raises NbGraderException, after logging why, if it cannot."""
        try:
            if os.name == "nt":
                raise Refused("Grading does not run on Windows: use Linux, in a virtual machine if necessary.")
            with (
                _alone(self._gradebook, self.coursedir.assignment_id),
                Gradebook(self.coursedir.db_url, self.coursedir.course_id) as self._opened,
            ):
                for index in _INDICES:
                    index.create(self._opened.engine, checkfirst=True)
                self._start()
        except (Refused, deadlines.Wrong) as reason:
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
        with self._book() as book:
            deadlines.read(Path(self.coursedir.root), deadlines.known_students(Path(self.coursedir.root), book))
        if missing := self._missing_sandbox():
            raise Refused(f"{missing} INSTRUCTORS.md lists the alternatives.")
        if caution := sandbox.caution():
            self.log.warning("%s", caution)
        if self.force:
            # Written down, so that after an interruption a call without --force continues where this one stopped.
            again = [Entry(student, TO_DO, "", "") for student in chosen]
            report.remember(self._gradebook, exercise.name, *again)
        journal = report.journal(self._gradebook, exercise.name)
        todo = [s for s in chosen if not self._is_done(exercise, journal.get(s), digests[s])]
        try:
            self._grade(exercise, {student: folders[student] for student in todo}, digests)
        except KeyboardInterrupt:
            raise Refused("Stopped. What is graded is kept; the same command without --force continues.") from None
        finally:
            failed = self._report(exercise, digests)
        if failed:
            raise Refused(f"The grading itself failed on {', '.join(failed)}. The others are not affected.")

    # ---- what to grade

    def _exercise(self) -> Exercise:
        name, released = self.coursedir.assignment_id, Path(self.coursedir.root) / self.coursedir.release_directory
        if self.config.Execute.get("enabled", True) is False:
            raise Refused("--no-execute is impossible: points are given for what a submission does when it runs.")
        make = f"python -m grader.release {name}"
        if not (released / name / f"{name}.ipynb").is_file():
            others = ", ".join(sorted(path.parent.name for path in released.glob("*/checks.json"))) or "none"
            raise Refused(f"There is no released exercise {name}; released are: {others}. Run `{make}` to release it.")
        notebook = nbformat.read(released / name / f"{name}.ipynb", as_version=4)
        try:
            data = checks.read(released / name / "checks.json")
        except checks.CheckError as error:
            raise Refused(f"exercises/{name}: {error} Or run `{make}`.") from None
        released_points = {
            role(cell)["grade_id"]: float(role(cell)["points"]) for cell in notebook.cells if utils.is_grade(cell)
        }
        with self._book() as book:
            try:
                known_points = {cell.name: cell.max_score for cell in book.find_notebook(name, name).grade_cells}
            except MissingEntry:
                known_points = None
        if known_points != released_points:
            raise Refused(f"The gradebook does not know {name} as it is in exercises/. Run `{make}` first.")
        return Exercise(name, notebook, (released / name / "checks.json").read_bytes(), data["tasks"])

    def _folders(self) -> dict[str, Path]:
        """Student → folder of this exercise, for everyone who has one, ordered by name."""
        place = Path(self.coursedir.format_path(self.coursedir.submitted_directory, "x", "x")).parents[1]
        if not place.is_dir():
            return {}
        found = {}
        for path in sorted(place.iterdir()):
            folder = path / self.coursedir.assignment_id
            if not path.name.startswith(".") and os.path.lexists(folder):
                found[path.name] = folder
        return found

    def _is_chosen(self, student: str) -> bool:
        pattern, excluded = str(self.coursedir.student_id), self.coursedir.student_id_exclude.split(",")
        return student not in excluded and (student == pattern or fnmatchcase(student, pattern))

    def _is_done(self, exercise: Exercise, entry: Entry | None, digest: str) -> bool:
        if entry is None or entry.digest != digest or entry.status in (TO_DO, FAILED):
            return False
        return entry.status == MISSING or self._destination(exercise, entry.student).is_dir()

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
        intake = Intake(exercise, hidden, todo, self.coursedir.ignore)
        runs = self._runs(intake, sandbox.LIBRARIES + sandbox.on_demand(code))
        with (
            tqdm(total=len(todo), desc=exercise.name, unit=" submissions", disable=None, file=sys.stderr) as bar,
            contextlib.closing(runs),
        ):
            for run in runs:
                self._keep(exercise, run.key, digests[run.key], intake.take(run.key), run, hidden)
                bar.update()
                self._keep_set_aside(exercise, intake, digests, bar)
            self._keep_set_aside(exercise, intake, digests, bar)

    def _missing_sandbox(self) -> str:
        """Why submissions cannot be run, a sentence; "" where they can."""
        return "" if self.accept_risk else sandbox.missing()

    def _runs(self, intake: Intake, libraries: tuple[str, ...]) -> Iterator[sandbox.Run]:
        """Run the submissions of the intake, and yield each as it is done."""
        return sandbox.run(
            intake,
            sandbox.Limits(**self.limits),
            workers=cores() + 1,  # while one hangs or waits for the disk, every core still has work
            confined=not self.accept_risk,
            libraries=libraries,
        )

    def _keep_set_aside(self, exercise: Exercise, intake: Intake, digests: dict[str, str], bar: tqdm) -> None:
        """Write down what cannot be run, and why."""
        for student, reason in intake.set_aside():
            if isinstance(reason, Misnamed):  # nothing of it enters the gradebook, whose pages would show the name
                self._remember(exercise, Entry(student, UNREADABLE, str(reason), digests[student]))
            elif isinstance(reason, submissions.Missing):
                self._missing(exercise, Entry(student, MISSING, str(reason), digests[student]))
            elif isinstance(reason, submissions.Unreadable):
                self._unreadable(exercise, Entry(student, UNREADABLE, str(reason), digests[student]))
            else:
                self._failed(exercise, student, digests[student], reason)
            bar.update()

    def _keep(self, exercise, student: str, digest: str, pending: Pending, run: sandbox.Run, hidden: dict) -> None:
        """Write down a submission's points, its notebook and its entry. A failure here affects this one alone."""
        try:
            if run.stopped and not any(done.ran for done in run.steps):
                raise NotRun(run.stopped)  # this says nothing about the submission
            notebook, status, reason = judged(exercise, pending, run, hidden)
            beside = pending.handed_in.files | {"checks.json": exercise.checks_json}
            with self._writing(exercise, student, notebook, beside):
                self._into_gradebook(exercise, student, notebook)
        except Exception as error:
            self._failed(exercise, student, digest, error)
        else:
            self._remember(exercise, Entry(student, status, reason, digest))

    def _into_gradebook(self, exercise: Exercise, student: str, notebook) -> None:
        """Enter the points of a judged notebook, as nbgrader reads them from its outputs."""
        before, now = self._graded_before(exercise, student), _answered(notebook)
        with self._book() as book, warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # about the way nbgrader uses its database
            with _one_transaction(book.db):
                if self.create_student:
                    book.update_or_create_student(student)
                book.update_or_create_submission(exercise.name, student)
                by_hand = self._given_by_hand(book, exercise, student)
                points = SaveAutoGrades(parent=self)
                points.gradebook, points.student_id = book, student
                points.notebook_id = points.assignment_id = exercise.name
                for k, cell in enumerate(notebook.cells):
                    points.preprocess_cell(cell, {}, k)
                # Points by hand stay. They need another look if something has changed; nbgrader always asks for it.
                for grade, automatic, needed_look in by_hand:
                    changed = automatic != grade.auto_score or before.get(grade.name) != now.get(grade.name)
                    grade.needs_manual_grade = needed_look or changed
            book.db.commit()

    def _given_by_hand(self, book: Gradebook, exercise: Exercise, student: str) -> list[tuple]:
        """The grades with points by hand, each with its automatic points and whether it needs another look."""
        grades = book.find_submission_notebook(exercise.name, exercise.name, student).grades
        by_hand = [grade for grade in grades if grade.manual_score is not None]
        return [(grade, grade.auto_score, grade.needs_manual_grade) for grade in by_hand]

    def _graded_before(self, exercise: Exercise, student: str) -> dict[str, list[str]]:
        """What the grades were given to when they were last graded."""
        path = self._destination(exercise, student) / f"{exercise.name}.ipynb"
        return _answered(nbformat.read(path, as_version=4)) if path.is_file() else {}

    @contextlib.contextmanager
    def _book(self) -> Iterator[Gradebook]:
        """nbgrader's gradebook, opened once; whatever was not committed is undone."""
        try:
            yield self._opened
        finally:
            self._opened.db.remove()

    def _missing(self, exercise: Exercise, entry: Entry) -> None:
        if self.create_student:
            with self._book() as book:
                book.update_or_create_student(entry.student)
        self._remember(exercise, entry)

    def _unreadable(self, exercise: Exercise, entry: Entry) -> None:
        """Give no points and refuse none, and make a page for Formgrader and feedback that says why."""
        try:
            notebook = new_notebook(metadata=exercise.notebook.metadata)
            said = f"**This submission could not be graded:** {entry.reason} The points below are not a grade."
            notebook.cells = [new_markdown_cell(said, id="reason"), *nbformat.from_dict(exercise.notebook.cells)]
            with self._writing(exercise, entry.student, notebook, {}):
                self._into_gradebook(exercise, entry.student, new_notebook())
                with self._book() as book:
                    for grade in book.find_submission_notebook(exercise.name, exercise.name, entry.student).grades:
                        grade.auto_score, grade.needs_manual_grade = None, True
                    book.db.commit()
        except Exception as error:
            self._failed(exercise, entry.student, entry.digest, error)
        else:
            self._remember(exercise, entry)

    @contextlib.contextmanager
    def _writing(self, exercise: Exercise, student: str, notebook, beside: dict[str, bytes]) -> Iterator[None]:
        """Write the graded notebook and the files beside it, all of it, or nothing if the block ends with an error.

        Points are entered in the block, so there are none to a notebook that a full disk does not take.
        """
        contents = beside | {f"{exercise.name}.ipynb": nbformat.writes(notebook).encode()}
        folder, scratch = self._destination(exercise, student), self._gradebook / "grading"
        with files.writing_folder(folder, contents, scratch, mode=int(str(self.permissions), 8)):
            yield
        if self.coursedir.groupshared:
            self.set_permissions(exercise.name, student)

    def _failed(self, exercise: Exercise, student: str, digest: str, error: Exception) -> None:
        lines = "".join(traceback.format_exception(error)).split("\n")
        self.log.error("While grading %s:\n%s", names.plain(student), "\n".join(map(names.plain, lines)))
        why = f": {error}" if isinstance(error, NotRun) else f" ({type(error).__name__}). The log shows where."
        said = f"grading itself failed, and nothing was written down{why}"
        self._remember(exercise, Entry(student, FAILED, said, digest))

    def _remember(self, exercise: Exercise, entry: Entry) -> None:
        report.remember(self._gradebook, exercise.name, entry)

    # ---- reporting

    def _report(self, exercise: Exercise, digests: dict[str, str]) -> list[str]:
        """Take off what being late costs, write the report, show the part that was asked for.

        Returns the names on which grading failed.
        """
        with self._book() as book:
            deadlines.enter(Path(self.coursedir.root), book, exercise.name, self.config)
            lines = report.lines(book, exercise.name, self._gradebook, digests)
        path = report.write(lines, self._gradebook, exercise.name)
        chosen = [line for line in lines if self._is_chosen(line.student)]
        if isinstance(self.parent, Application):  # not from Formgrader, which has no terminal
            print(report.table(chosen))
            print(f"In full: {path.relative_to(self.coursedir.root)}")
        return [line.student for line in chosen if line.status == FAILED]


@contextlib.contextmanager
def _one_transaction(session) -> Iterator[None]:
    """Let commits of an SQLAlchemy session only flush: nbgrader commits point by point, and each waits for the disk.

    The caller commits once, afterwards: all or nothing.
    """
    commit = session.commit
    session.commit = session.flush
    try:
        yield
    finally:
        session.commit = commit


def _answered(notebook: nbformat.NotebookNode) -> dict[str, list[str]]:
    """Cell with points → what they are given to: its text, or that of the cells with the function that it checks."""
    return {
        role(cell)["grade_id"]: [
            one.source
            for one in notebook.cells
            if one is cell or (is_check(cell) and submissions.defines(one, checked_task(cell)))
        ]
        for cell in notebook.cells
        if utils.is_grade(cell)
    }


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextlib.contextmanager
def _alone(gradebook: Path, exercise: str) -> Iterator[None]:
    """One grading at a time. Raises Refused if another one is at work; one that crashed leaves nothing locked."""
    try:
        import fcntl  # Windows does not have it, and the rest of nbgrader works there
    except ImportError:
        raise Refused("Submissions cannot be run on Windows. INSTRUCTORS.md lists the alternatives.") from None

    try:
        (gradebook / "grading").mkdir(mode=0o700, parents=True, exist_ok=True)
        file = open(gradebook / "grading" / "lock", "a+", encoding="utf-8")  # noqa: SIM115 (closed below)
    except OSError as error:
        raise Refused(f"{error.filename} cannot be written: {error.strerror}.") from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise Refused(f"Another grading is at work: {file.read().strip()}. Wait until it is done.") from None
        file.truncate(0)
        file.write(f"{exercise}, process {os.getpid()}, since {time.strftime('%H:%M')}")
        file.flush()
        yield


# ---- from cells to steps, and from their results to a notebook with points


def _step(cell: submissions.CodeCell, visible: dict, hidden: dict) -> sandbox.Step:
    if cell.task is None:
        return sandbox.Step(cell.source)
    task = visible[cell.task]
    return sandbox.Step(cell.source, cell.task, tuple(task["parameters"]), verdicts.cases(task, hidden[cell.task]))


class Judged(NamedTuple):
    """The verdict on a task, and why its calls were stopped, in the grader's own words; "" if they were not."""

    verdict: verdicts.Verdict
    stopped: str


def judged(exercise: Exercise, pending: Pending, run: sandbox.Run, hidden: dict) -> tuple:
    """The notebook with its outputs, a check cell's being the verdict; and the submission's status and reason."""
    notebook, stops, room = pending.assembled.notebook, {}, _MOST_OUTPUTS
    found: dict[str, Judged] = {}
    for cell, done in zip(pending.cells, run.steps, strict=True):
        if cell.task is not None:
            task = exercise.tasks[cell.task]
            verdict = verdicts.verdict(cell.task, task, hidden[cell.task], done.outcomes, done.stopped)
            found[cell.task] = _better(found.get(cell.task), Judged(verdict, done.stopped))
        else:
            outputs = nbformat.from_dict(done.outputs[:room])
            room -= len(outputs)
            notebook.cells[cell.cell].outputs = [*outputs, *_stopped(done.stopped)]
            stops[cell.cell] = done.stopped
    for k, cell in enumerate(pending.cells):
        if cell.cell is not None:
            notebook.cells[cell.cell].execution_count = k + 1
            if cell.task is not None:
                verdict, stopped = found[cell.task]
                notebook.cells[cell.cell].outputs = [_output(verdict)]
                stops[cell.cell] = stopped if verdict.kind == verdicts.STOPPED else ""
    reasons = [f"Cell {k + 1}: {stopped}" for k, stopped in sorted(stops.items()) if stopped]
    if run.stopped:
        reasons = [run.stopped]
    status = PARTLY if reasons else NOT_DONE if _is_untouched(notebook, found) else GRADED
    return notebook, status, " ".join([*reasons, *pending.assembled.remarks, *pending.handed_in.remarks])


def _better(first: Judged | None, second: Judged) -> Judged:
    """The verdict that counts, of two on a function that is defined twice."""
    if first is None or second.verdict.kind == verdicts.DONE:
        return second
    return second if first.verdict.kind == verdicts.NOT_DONE else first


def _is_untouched(notebook, found: dict[str, Judged]) -> bool:
    """Whether no task was begun and no question answered."""
    questions = [cell for cell in notebook.cells if utils.is_grade(cell) and not is_check(cell)]
    return all(one.verdict.kind == verdicts.NOT_DONE for one in found.values()) and all(
        utils.compute_checksum(cell) == cell.metadata.nbgrader.checksum for cell in questions
    )


def _output(verdict: verdicts.Verdict) -> nbformat.NotebookNode:
    if verdict.kind == verdicts.DONE:
        return new_output("stream", name="stdout", text=f"{verdict.said}\n")
    lines = [textwrap.fill(line, _WIDTH, break_long_words=False) for line in verdict.said.split("\n")]
    return new_output("error", ename="CheckFailed", evalue=verdict.said, traceback=lines)


def _stopped(sentence: str) -> list[nbformat.NotebookNode]:
    return [new_output("error", ename="Stopped", evalue=sentence, traceback=[sentence])] if sentence else []
