"""How far a long loop has come: `for epoch in progress.bar(range(10), "epochs"):`."""

import time
from collections.abc import Iterator, Sequence

import ipywidgets
from IPython.display import display

_PAUSE = 0.1  # seconds between updates of the bar; drawing it more often would slow the loop down


def bar(items: Sequence, what: str) -> Iterator:
    """Yield the items one by one, under a bar that fills as they are done and stays full at the end.

    what   the name of the items, in the plural: "epochs"

    If the loop is interrupted, the bar stays where it was. A notebook stores only the line "10 epochs".
    Raises TypeError for items that cannot be counted in advance.
    """
    if not hasattr(items, "__len__"):
        raise TypeError(f"A bar must know how many {what} there are: give it a list, an array or a range.")
    return _with_bar(items, f"{len(items)} {what}")


def _with_bar(items, all_of_them):
    shown = ipywidgets.IntProgress(max=len(items), style={"description_width": "initial"})
    shown.description = f"0 of {all_of_them}"
    view = shown._repr_mimebundle_()
    display(view | {"text/plain": all_of_them}, raw=True)
    drawn = time.monotonic()
    for done, item in enumerate(items):
        if time.monotonic() - drawn > _PAUSE:
            shown.value, shown.description = done, f"{done} of {all_of_them}"
            drawn = time.monotonic()
        yield item
    shown.value, shown.description, shown.bar_style = len(items), all_of_them, "success"
