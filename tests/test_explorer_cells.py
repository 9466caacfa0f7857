"""What an explorer's cell needs of the cells before it."""

from explorer_cells import needed

BEFORE = [
    "import numpy as np\nfrom helpers import data, explorer",
    "x = 1\nx = 2",
    "def turned(kappa):\n    return kappa * x\nprint(turned(3))",
    "unused = x + 1\nvalley, hill = turned(2), 5",
]


def test_it_is_the_statements_that_bind_what_is_used_in_turn():
    assert needed(BEFORE, "explorer.curve(valley, lambda hill: np.sin(hill))").split("\n") == [
        "import numpy as np",
        "from helpers import data, explorer",
        "x = 2",
        "def turned(kappa):",
        "    return kappa * x",
        "valley, hill = (turned(2), 5)",
    ]


def test_of_names_that_nothing_binds_nothing_is_needed():
    assert needed(BEFORE, "len([])") == ""
