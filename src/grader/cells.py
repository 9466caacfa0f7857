"""The roles that nbgrader gives to cells, read from their metadata."""


def role(cell) -> dict:
    """What nbgrader's metadata say about a cell: {} for a cell without a role."""
    return cell.metadata.get("nbgrader", {})


def is_answer(cell) -> bool:
    """Whether this is a code cell that the student fills in."""
    return cell.cell_type == "code" and bool(role(cell).get("solution"))


def is_check(cell) -> bool:
    """Whether this is a code cell worth points: a task's check."""
    return cell.cell_type == "code" and bool(role(cell).get("grade")) and not role(cell).get("solution")


def is_question(cell) -> bool:
    """Whether this is a text cell worth points: a question answered in the student's own words, graded by hand."""
    return cell.cell_type == "markdown" and bool(role(cell).get("grade")) and bool(role(cell).get("solution"))


def checked_task(cell) -> str | None:
    """The task that a check cell checks; None for other cells."""
    return role(cell)["grade_id"].removeprefix("check_") if is_check(cell) else None
