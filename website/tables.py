"""An explorer's tables, packed for the site: exact, and small once a server has compressed them.

A path changes little from step to step. So of each number, as the integer of its 32 bits, the difference from the step
before is kept, with the sign in the lowest bit; and of all these, first the lowest bytes, then the next. course.js
reads them back.
"""

import numpy as np


def pack(tables: dict[str, bytes], shapes: dict[str, dict]) -> bytes:
    """The tables one after the other, in the order of `shapes`."""
    return b"".join(_pack(np.frombuffer(tables[name], "<u4"), tuple(about["shape"])) for name, about in shapes.items())


def _pack(bits: np.ndarray, shape: tuple[int, ...]) -> bytes:
    columns = bits.reshape(shape if len(shape) > 1 else (*shape, 1))
    first = np.zeros_like(columns[..., :1, :])
    difference = np.diff(columns, axis=-2, prepend=first).view("<i4")
    coded = ((difference << 1) ^ (difference >> 31)).view("<u4")
    by_column = np.ascontiguousarray(np.moveaxis(coded, -1, 0))
    return by_column.view("u1").reshape(-1, 4).T.tobytes()
