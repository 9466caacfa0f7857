"""How nbgrader sees the course: solutions/ is its source, exercises/ its release; the rest is under gradebook/."""

import os
import sys
from pathlib import Path

from nbgrader.converters import GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties

from grader import grading
from grader.release import StoreNormalised

grading.install()  # `nbgrader autograde`, and the button in Formgrader, run submissions in a sandbox

c = get_config()  # noqa: F821 (traitlets gives it to this file)
root = Path(__file__).parent.resolve()
(root / "gradebook").mkdir(exist_ok=True)

# nbgrader calls `alembic` by its bare name when it creates the gradebook.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

c.CourseDirectory.course_id = "downhill"
c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = f"sqlite:///{root / 'gradebook' / 'gradebook.db'}"
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "gradebook/submitted"
c.CourseDirectory.autograded_directory = "gradebook/autograded"
c.CourseDirectory.feedback_directory = "gradebook/feedback"
c.CourseDirectory.ignore = [*CourseDirectory.ignore.default_args[0], "tasks.py"]

c.GenerateAssignment.preprocessors = [*GenerateAssignment.preprocessors.default_args[0], StoreNormalised]

c.AssignLatePenalties.plugin_class = "grader.deadlines.LatePenalty"
# Points that were given by hand since the grading change what being late costs.
c.GenerateFeedback.preprocessors = [AssignLatePenalties, *GenerateFeedback.preprocessors.default_args[0]]

c.ExportApp.plugin_class = "grader.report.Export"

# A page that shows a submission must not run a student's script, least of all in Formgrader, nor take minutes to make.
c.HTMLExporter.preprocessors = ["grader.pages.Bounded"]
c.HTMLExporter.filters = {
    name: f"grader.pages.{name}" for name in ("markdown2html", "highlight_code", "ansi2html", "clean_html")
}
