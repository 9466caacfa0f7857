"""A whole term of one exercise with 30 students, half on Moodle and half on Canvas, by the commands of the guide."""

import csv
import json
import re
import shutil
import subprocess
import sys
import zipfile

import pytest
from nbgrader.api import Gradebook

from classroom import NAME, ROOT, answers, filled
from grader import sandbox

pytestmark = pytest.mark.long
MOODLE = [f"Moodle Student{k}" for k in range(15)]
CANVAS = [f"canvas{k}" for k in range(15)]
WRONG = {"stationary_point": "def stationary_point(hessian):\n    return 'minimum'"}  # worth 4 of the 20 points
DEADLINES = f"""
zone = "Europe/Berlin"
percent_per_day = 10

[{NAME}]
deadline = 2025-10-20T23:59:00
extensions = {{ "Moodle Student2" = %s-10-27T23:59:00, canvas2 = 2025-10-27T23:59:00 }}
"""
TIMES = {  # of handing in, in October 2025; the others are in time
    0: "Monday, 20 October 2025, 11:59 PM",
    1: "Wednesday, 22 October 2025, 12:00 PM",  # two days begun
    2: "Sunday, 26 October 2025, 10:00 PM",  # within the extension
}
LATE = {1, 2}  # Canvas's marks


RAN = set()  # the commands that were run


def run(root, module, *arguments, code=0):
    """Run a command of the guide; what it printed."""
    RAN.add(f"{module} {arguments[0]}" if module == "nbgrader" else module)
    command = [sys.executable, "-m", module, *map(str, arguments)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def submission(root, k):
    """The notebook of the k-th student of a platform: every third has one task wrong."""
    changes = WRONG if k % 3 == 0 else {}
    return json.dumps(filled(root, NAME, answers(root, NAME) | changes)).encode()


def downloads(root, place):
    """What the platforms give: Moodle's and Canvas's archives, Moodle's worksheet, and Canvas's gradebook."""
    with zipfile.ZipFile(place / "moodle.zip", "w") as archive:
        for k, name in enumerate(MOODLE):
            archive.writestr(f"{name}_{100 + k}_assignsubmission_file_/{NAME}.ipynb", submission(root, k))
    with zipfile.ZipFile(place / "canvas.zip", "w") as archive:
        for k, name in enumerate(CANVAS):
            late = "_LATE" if k in LATE else ""
            archive.writestr(f"{name}{late}_{200 + k}_{300 + k}_{NAME}.ipynb", submission(root, k))
    with open(place / "worksheet.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        columns = ["Identifier", "Full name", "Grade", "Maximum Grade"]
        rows.writerow([*columns, "Last modified (submission)", "Last modified (grade)"])
        for k, name in enumerate(MOODLE):
            time = TIMES.get(k, "Sunday, 19 October 2025, 4:05 PM")
            rows.writerow([f"Participant {100 + k}", name, "", "20.00", time, "-"])
    with open(place / "canvas.csv", "w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["Student", "ID", "Exercise 1 (4711)"])
        rows.writerow(["    Points Possible", "", "20"])
        rows.writerows([name, 200 + k, ""] for k, name in enumerate(CANVAS))


def give(root, **points):
    """Points for the question in the student's own words, as Formgrader enters them; `everybody` for all."""
    with Gradebook(f"sqlite:///{root / 'gradebook/gradebook.db'}", "downhill") as book:
        for student in [student.id for student in book.students]:
            if (some := points.get(student.replace(" ", "_"), points.get("everybody"))) is not None:
                grade = book.find_grade("at_rest", NAME, NAME, student)
                grade.manual_score, grade.needs_manual_grade = some, False
        book.db.commit()


def scores(root):
    """student → score, as `nbgrader export` says."""
    run(root, "nbgrader", "export", "--to", "gradebook/grades.csv")
    with open(root / "gradebook/grades.csv", encoding="utf-8", newline="") as file:
        return {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}


def expected(by_hand=2.0):
    """The score of each student: 17 points by checks and 2 by hand, less 4 if a task is wrong, less being late."""
    found = {}
    for names in (MOODLE, CANVAS):
        for k, name in enumerate(names):
            found[name] = 17 + by_hand - 4 * (k % 3 == 0)
    found[MOODLE[1]] *= 0.8
    found[CANVAS[1]] *= 0.9
    return found


def given_back(root, file):
    with open(root / "build/giveback" / NAME / file, encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


def test_a_term_of_thirty_students(tmp_path):
    if reason := sandbox.missing():
        pytest.skip(reason)
    root, place = tmp_path / "course", tmp_path / "downloads"
    root.mkdir()
    place.mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions" / NAME, root / "solutions" / NAME)
    run(root, "grader.release", NAME)
    run(root, "nbgrader", "db", "student", "add", MOODLE[2])
    downloads(root, place)
    (root / "gradebook/deadlines.toml").write_text(DEADLINES % 2025, encoding="utf-8")

    said = run(root, "grader.collect", NAME, place / "moodle.zip", place / "worksheet.csv", place / "canvas.zip")
    assert "30 taken, 0 newer, 0 unchanged, 0 left out" in said and "worksheet.csv: of 15 students" in said
    said = run(root, "nbgrader", "autograde", NAME)
    assert "\n30 graded\n" in said
    with open(root / f"gradebook/grading/{NAME}.csv", encoding="utf-8", newline="") as file:
        penalties = {row["student"]: float(row["penalty"]) for row in csv.DictReader(file)}
    assert {student: one for student, one in penalties.items() if one} == {MOODLE[1]: 3.4, CANVAS[1]: 1.7}
    give(root, everybody=2.0)
    assert scores(root) == pytest.approx(expected())

    # Somebody hands in again, late, and another asks for another look.
    with zipfile.ZipFile(place / "again.zip", "w") as archive:
        archive.writestr(f"canvas3_LATE_203_999_{NAME}-1.ipynb", submission(root, 1))
    assert "0 taken, 1 newer" in run(root, "grader.collect", NAME, place / "again.zip")
    assert "30 graded" in run(root, "nbgrader", "autograde", NAME)
    run(root, "grader.regrade", NAME, "canvas4", "I name three cases")
    give(root, canvas4=3.0)
    now = expected() | {"canvas3": 19 * 0.9, "canvas4": 20.0}
    assert scores(root) == pytest.approx(now)
    assert f"{NAME}  canvas4: 19 → 20  I name three cases" in run(root, "grader.regrade")

    # An extension that was granted after the grading takes a penalty back, without grading anything again.
    file = root / "gradebook/deadlines.toml"
    file.write_text((DEADLINES % 2025).replace("{ ", "{ canvas1 = 2025-10-27T23:59:00, "), encoding="utf-8")
    now["canvas1"] = 19.0
    assert scores(root) == pytest.approx(now)

    run(root, "nbgrader", "generate_feedback", NAME)
    page = (root / "gradebook/feedback" / MOODLE[1] / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert len(list((root / "gradebook/feedback").iterdir())) == 30 and re.search(r"[Pp]enalty\D*3\.8\b", page)

    assert "Scores filled in: 15," in run(root, "grader.giveback", NAME, place / "worksheet.csv")
    assert "Scores filled in: 15," in run(root, "grader.giveback", NAME, place / "canvas.csv")
    header, *rows = given_back(root, "worksheet.csv")
    assert {row[1]: float(row[header.index("Grade")]) for row in rows} == pytest.approx({m: now[m] for m in MOODLE})
    _, _, *rows = given_back(root, "canvas.csv")
    assert {row[0]: float(row[2]) for row in rows} == pytest.approx({c: now[c] for c in CANVAS})
    with zipfile.ZipFile(root / "build/giveback" / NAME / "feedback.zip") as archive:
        assert len(archive.namelist()) == 15

    run(root, "grader.overview", NAME)
    page = (root / f"gradebook/grading/{NAME}_class.html").read_text(encoding="utf-8")
    assert "stationary_point (4 points): 21 of 30 passed" in page
    # 21 have the solution's answers to the letter, and 9 the same with one task wrong.
    assert "246 pairs are alike (a hint, not a proof), of 30 submissions" in run(root, "grader.similar", NAME)

    file.write_text(DEADLINES % 2999, encoding="utf-8")
    assert "Students may hand in until 2999-10-27 23:59" in run(root, "grader.publish", NAME, code=1)
    file.write_text(DEADLINES % 2025, encoding="utf-8")
    run(root, "grader.publish", NAME)
    assert (root / "build/answers" / NAME / f"{NAME}_answers.html").is_file()
    assert not list((root / "build").rglob("tasks.py"))

    guide = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
    story = guide[: guide.index("## Change an exercise")]
    told = set(re.findall(r"^\.venv/bin/python -m (grader\.\w+|nbgrader \w+)", story, re.MULTILINE))
    assert told - RAN == {"grader.bundle"}  # which packs the whole course: test_bundle.py
