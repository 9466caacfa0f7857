"""What goes back to a platform: each score in its row, nothing where there is none, and no formula."""

import csv
import io
import json
import re
import zipfile

import pytest

from classroom import NAME, small_gradebook
from grader import giveback, platforms

MOODLE = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade)\n"
    "Participant 7,Ada,ada@example.org,Submitted,,20.00,Yes,-\n"
    'Participant 8,"=HYPERLINK(""x"")",b@example.org,Submitted,,20.00,Yes,-\n'
    "Participant 9,Cara,c@example.org,Submitted,3.00,20.00,Yes,-\n"
)
CANVAS = (
    "Student,ID,SIS Login ID,Section,Exercise 1 (4711),Exercise 2 (4712),Final Score\n"
    "    Points Possible,,,,20,20,(read only)\n"
    '"Lovelace, Ada",7,ada,A,,12,50\n"+Blaise, Pascal",8,b,A,,,0\n"Student, Test",1,,A,,,\n'
)


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    """Ada has 17.5 of 20 points, =Blaise has three points still to be given by hand, Cara has handed in nothing."""
    points = {"Ada": (17, 0.5), "=Blaise": (17, None), "Cara": None}
    return small_gradebook(tmp_path_factory.mktemp("graded") / "gradebook.db", NAME, points)


def collected(course, platform, **numbers):
    said = {
        student: {"platform": platform, "id": number, "prefix": f"{student}_{number}_assignsubmission_file"}
        for student, number in numbers.items()
    }
    (course / "gradebook/collected").mkdir(exist_ok=True)
    (course / f"gradebook/collected/{NAME}.json").write_text(json.dumps(said), encoding="utf-8")


def given_back(course, content, *column):
    (course / "export.csv").write_text(content, encoding="utf-8")
    said = giveback.give_back(course, NAME, course / "export.csv", *column)
    written = (course / "build/giveback" / NAME / "export.csv").read_text(encoding="utf-8")
    return said, written, list(csv.reader(io.StringIO(written.removeprefix("\ufeff"))))


def test_moodles_worksheet_gets_each_score_in_its_row(course):
    collected(course, "Moodle", **{"Ada": "7", "=Blaise": "8", "Gone": "99"})
    said, written, (header, ada, blaise, cara) = given_back(course, MOODLE)
    assert written.startswith("\ufeff") and header == MOODLE.lstrip("\ufeff").split("\n")[0].split(",")
    assert ada == ["Participant 7", "Ada", "ada@example.org", "Submitted", "17.5", "20.00", "Yes", "-"]
    assert blaise[4] == "" and cara[4] == "3.00"  # not final, and not ours
    assert blaise[1] == '\'=HYPERLINK("x")'
    assert said[0].startswith("Scores filled in: 1, in build/giveback/")
    assert said[1:] == [
        "=Blaise: points are still to be given by hand.",
        "Gone: is not in the exported file.",
        f"No pages of feedback: first make them with `nbgrader generate_feedback {NAME}`.",
    ]


def test_canvass_gradebook_gets_them_in_the_assignments_column(course):
    collected(course, "Canvas", Ada="7")
    _, _, (_, possible, ada, blaise, _) = given_back(course, CANVAS, "Exercise 1 (4711)")
    assert ada == ["Lovelace, Ada", "7", "ada", "A", "17.5", "12", "50"]
    assert possible[4] == "20" and blaise[0] == "'+Blaise, Pascal" and blaise[4] == ""


IN_OTHER_LANGUAGES = {
    "German": (
        "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,Bewertung kann geändert werden,"
        "Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),Feedback als Kommentar\n"
        'Teilnehmer/in7,Ada,ada@example.org,Zur Bewertung abgegeben,,"20,00",Ja,"Montag, 19. Oktober 2026, 23:58",-,\n'
        'Teilnehmer/in9,Cara,c@example.org,Keine Abgabe,"3,00","20,00",Ja,-,"Dienstag, 20. Oktober 2026, 08:00",\n'
    ),
    "French": (
        "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,La note peut être modifiée,"
        "Dernière modification (travail remis),Dernière modification (note),Feedback par commentaires\n"
        'Participant7,Ada,ada@example.org,Remis pour évaluation,,"20,00",Oui,"lundi 19 octobre 2026, 23:58",-,\n'
        'Participant9,Cara,c@example.org,Aucun devoir,"3,00","20,00",Oui,-,"mardi 20 octobre 2026, 08:00",\n'
    ),
    "Spanish": (
        "Identificador,Nombre completo,Dirección de correo,Estado,Calificación,Calificación máxima,"
        "La calificación puede ser cambiada,Última modificación (entrega),Última modificación (calificación),"
        "Comentarios de retroalimentación\n"
        'Participante7,Ada,ada@example.org,Enviado,,"20,00",Sí,"lunes, 19 de octubre de 2026, 23:58",-,\n'
        'Participante9,Cara,c@example.org,No entregado,"3,00","20,00",Sí,-,"martes, 20 de octubre de 2026, 08:00",\n'
    ),
}


@pytest.mark.parametrize("exported", IN_OTHER_LANGUAGES.values(), ids=IN_OTHER_LANGUAGES)
def test_a_worksheet_in_another_language_comes_back_with_the_score_alone_changed(course, exported):
    collected(course, "Moodle", Ada="7")
    _, written, _ = given_back(course, exported)
    before = ',,"20,00"'
    assert exported.count(before) == 1 and written == exported.replace(before, ',"17,5","20,00"')
    with pytest.raises(giveback.Refused, match="Moodle gives 10 points"):
        given_back(course, exported.replace("20,00", "10,00"))


@pytest.mark.parametrize("exported", IN_OTHER_LANGUAGES.values(), ids=IN_OTHER_LANGUAGES)
def test_a_worksheet_in_another_language_says_when_each_was_handed_in(exported):
    assert platforms.times(exported) == {"7": "2026-10-19T23:58:00"}


@pytest.mark.parametrize(
    ("content", "column", "complaint"),
    [
        (
            "Kennung,Bewertung\n1,\n",
            [],
            "neither Moodle's grading worksheet in English, German, French or Spanish.*It has: Kennung, Bewertung.*",
        ),
        ("", [], "It has: nothing"),
        (CANVAS, [], r"Name one of the file's assignments.*Exercise 1 \(4711\), Exercise 2 \(4712\)"),
        (CANVAS, ["Exercise 3 (1)"], "Name one of"),
        (CANVAS.replace(",20,20,", ",100,20,"), ["Exercise 1 (4711)"], "Canvas gives 100 points.*has 20"),
        (MOODLE.replace("20.00", "100.00"), [], "Moodle gives 100 points.*has 20"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(course, content, column, complaint):
    collected(course, "Moodle", Ada="7")
    with pytest.raises(giveback.Refused, match=complaint):
        given_back(course, content, *column)


def test_a_platforms_students_alone_are_filled_in(course):
    collected(course, "Canvas", Ada="7")
    said, _, (_, ada, *_) = given_back(course, MOODLE)
    assert ada[4] == "" and said[0].startswith("Scores filled in: 0,")


def test_a_students_long_text_or_misleading_name_stops_nothing(course):
    collected(course, "Moodle", Ada="7")
    text = MOODLE.replace(",Yes,-\n", f',Yes,-,"{"x" * 200_000}"\n').replace("(grade)\n", "(grade),Online text\n")
    _, _, (_, ada, *_) = given_back(course, text)
    assert (ada[4], len(ada[-1])) == ("17.5", 200_000)
    collected(course, "Canvas", Ada="7")
    _, _, rows = given_back(course, CANVAS + "Points Possible,9,p,A,12,3,0\n", "Exercise 1 (4711)")
    assert rows[2][4] == "17.5" and rows[-1][4] == "12"


def test_negative_points_of_others_stay_as_they_were(course):
    collected(course, "Canvas", Ada="7")
    assert given_back(course, CANVAS.replace(",12,50", ",-2.5,50"), "Exercise 1 (4711)")[2][2][5] == "-2.5"


def rows_of_php(text):
    """As PHP's fgetcsv reads: a quote ends a cell unless it is doubled or follows a backslash, which stays."""
    rows, cell, quoted, k = [[]], "", False, 0
    while k < len(text):
        c = text[k]
        if quoted and c == "\\" and k + 1 < len(text):
            cell, k = cell + text[k : k + 2], k + 1
        elif quoted and text[k : k + 2] == '""':
            cell, k = cell + '"', k + 1
        elif c == '"':
            quoted = not quoted
        elif not quoted and c in ",\n":
            rows[-1].append(cell)
            cell, rows = "", rows + [[]] * (c == "\n")
        else:
            cell += c
        k += 1
    return [row for row in rows if row]


def as_moodle_writes(row):
    """As PHP's fputcsv writes: in quotes, and a quote is doubled unless it follows a backslash."""
    cells = [re.sub(r'(?<!\\)"', '""', cell) for cell in row]
    return ",".join(f'"{cell}"' for cell in cells) + "\n"


def with_name(name):
    """The worksheet with another name for Blaise."""
    header, ada, _, cara = MOODLE.splitlines(keepends=True)
    return header + ada + as_moodle_writes(["Participant 8", name, "b@example.org", "S", "", "20", "Yes", "-"]) + cara


@pytest.mark.parametrize("name", ['a "quoted" one', "a\\b, c", 'two\nlines, "\\ a"', '"', ""])
def test_no_name_of_a_students_is_read_as_other_cells(course, name):
    collected(course, "Moodle", Ada="7")
    _, written, _ = given_back(course, with_name(name))
    rows = rows_of_php(written)
    assert [row[0].removeprefix("\ufeff") for row in rows] == ["Identifier", *(f"Participant {k}" for k in (7, 8, 9))]
    assert {len(row) for row in rows} == {8} and [row[4] for row in rows[1:]] == ["17.5", "", "3.00"]


@pytest.mark.parametrize(
    "name",
    [
        'x\\",b,S,,20,Yes,-\nParticipant 9,Cara,c@x,S,0,20,Yes,-\nx,', 'x\\"\nParticipant 8,x,x,S,20,20,Yes,-\nx,',
        "ends in a backslash, \\", '\\""',
    ],
)  # fmt: skip
def test_a_text_that_could_be_other_cells_is_refused_with_its_line(course, name):
    """With it a student could enter points, or a time of handing in, in a row for anybody."""
    collected(course, "Moodle", Ada="7")
    with pytest.raises(giveback.Refused, match="line 3 has a backslash before a quotation mark"):
        given_back(course, with_name(name))
    with pytest.raises(ValueError, match="line 3 has a backslash before a quotation mark"):
        platforms.times(with_name(name).replace("Email address", "Last modified (submission)"))


def test_feedback_goes_back_under_moodles_names(course):
    collected(course, "Moodle", Ada="7", Cara="9")
    page = course / "gradebook/feedback/Ada" / NAME / f"{NAME}.html"
    page.parent.mkdir(parents=True)
    page.write_text("well done")
    given_back(course, MOODLE)
    with zipfile.ZipFile(course / "build/giveback" / NAME / "feedback.zip") as archive:
        assert archive.namelist() == [f"Ada_7_assignsubmission_file_/{NAME}.html"]


def test_the_command_says_what_it_did_and_refuses_with_a_sentence(course, monkeypatch, capsys):
    collected(course, "Moodle", Ada="7")
    (course / "export.csv").write_text(MOODLE, encoding="utf-8")
    monkeypatch.chdir(course)
    giveback.main([NAME, "export.csv"])
    assert capsys.readouterr().out.startswith("Scores filled in: 1,")
    for arguments, complaint in [([NAME, "gone.csv"], "gone.csv cannot be read"), ([NAME], "Usage: ")]:
        with pytest.raises(SystemExit, match=complaint):
            giveback.main(arguments)
    (course / "gradebook/gradebook.db").unlink()
    with pytest.raises(SystemExit, match="Nothing has been graded yet"):
        giveback.main([NAME, "export.csv"])
