"""The course's data: 100 points around a line, 442 patients, standardising, and batches.

The points are y = 2x + 50 + noise of σ = 20, drawn by TensorFlow from seed 23. `tools/make_points.py`
writes them to points.csv, with the three pairs of weight and bias that are drawn next.
"""

from collections.abc import Iterator

import numpy as np

from helpers import arguments

TRUE_SLOPE, TRUE_INTERCEPT, NOISE = 2.0, 50.0, 20.0


def points() -> tuple[np.ndarray, np.ndarray]:
    """The 100 points (x, y), both float64 of shape (100,), each exactly a float32 number as TensorFlow drew it."""
    rows = _rows("points.csv")
    return rows[:, 0], rows[:, 1]


def start_pairs() -> np.ndarray:
    """The pairs (W, b) that TensorFlow draws after the points, float64 of shape (3, 2), in the order of the draws."""
    return _rows("start_pairs.csv")


def diabetes() -> tuple[np.ndarray, np.ndarray]:
    """442 patients: ten measurements each, and how far their diabetes had progressed a year later.

    float64 of shapes (442, 10) and (442,), as measured: age, sex, body mass index, blood pressure and six values of the
    blood serum. From Bradley Efron, Trevor Hastie, Iain Johnstone and Robert Tibshirani, Least Angle Regression, Annals
    of Statistics 32(2), 407-499, 2004, in the form in which scikit-learn ships them.
    """
    rows = _rows("diabetes.csv", number=np.float64)
    return rows[:, :-1], rows[:, -1]


def standardise(x) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(z, mean, std) with z = (x − mean)/std, for x of shape (n,) or (n, p), column by column.

    std is that of the whole population (ddof = 0). Raises ValueError for NaN, for no data, and for a column that does
    not vary, whose std is 0.
    """
    x = np.asarray(x, dtype=np.float64)
    if x.ndim not in (1, 2) or x.size == 0:
        raise ValueError(f"x has shape {x.shape}, but (n,) or (n, p) with n ≥ 1 is needed.")
    if not np.isfinite(x).all():
        raise ValueError("x holds NaN or infinity: drop those examples first.")
    mean, std = x.mean(axis=0), x.std(axis=0)
    if np.any(x.max(axis=0) == x.min(axis=0)):  # std itself may be off from 0 by rounding
        raise ValueError("a column of x has the same value everywhere: leave it out, the intercept stands for it.")
    return (x - mean) / std, mean, std


def batches(n: int, size: int, rng: "np.random.Generator") -> Iterator[np.ndarray]:
    """One epoch: the indices 0 … n − 1 shuffled by `rng`, in arrays of `size`; the last may be shorter.

    Raises TypeError or ValueError if n or size is not a whole number of at least 1, or `rng` not a generator.
    """
    # The type of rng is quoted above because NumPy loads its generators only when they are first named.
    n, size = arguments.count(n, "n", least=1), arguments.count(size, "size", least=1)
    if not isinstance(rng, np.random.Generator):
        raise TypeError(f"rng must be a generator, such as np.random.default_rng(0), not {rng!r}.")
    order = rng.permutation(n)
    return (order[first : first + size] for first in range(0, n, size))


def _rows(name: str, number: type = np.float32) -> np.ndarray:
    """A CSV of the package as an array; its numbers are decimal forms of `number`, and become exactly those."""
    from importlib.resources import files  # slow to load, and needed only for the data

    lines = files("helpers").joinpath(name).read_text(encoding="utf-8").splitlines()
    return np.loadtxt(lines, delimiter=",", skiprows=2, dtype=number).astype(np.float64)  # origin, column names
