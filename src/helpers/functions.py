"""Curves and surfaces to descend, each with its gradient, its Hessian and its known minima.

A cost is a `Function`. Its `value` and `gradient` take one point θ of shape (d,), or many at once of shape
(…, d), so that the same code serves descent and drawing; another last length raises ValueError. `square`,
`double_well` and the like are ready made; `quadratic` and `mean_squared_error` make one from a matrix or from data.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import arguments


@dataclass(frozen=True, eq=False)
class Function:
    """A cost J(θ) and what is known about it; only `value` and `gradient` are required.

    value(theta)       J, shape (…) for theta of shape (…, d)
    gradient(theta)    ∇J, shape (…, d)
    hessian(theta)     H, shape (d, d), for one point
    minima             the lowest points near by, shape (k, d)
    domain             what a picture should show, shape (d, 2): from and to, for each entry of θ
    curvature          L = λ_max, where H is the same everywhere, as on a quadratic; None elsewhere
    value_and_gradient(theta)  both for one point, if that is cheaper than one after the other; `descend` then calls
                       nothing else, so if you replace one of the two, replace this too
    formula            TeX, for titles
    """

    value: Callable
    gradient: Callable
    name: str = "J"
    formula: str = "J(θ)"
    hessian: Callable | None = None
    minima: np.ndarray | None = None
    domain: np.ndarray | None = None
    curvature: float | None = None
    value_and_gradient: Callable | None = None

    def __call__(self, theta):
        return self.value(theta)

    def __repr__(self):
        return f"<{self.name}: {self.formula}>"


def domain_to_draw(function: Function, d: int) -> np.ndarray:
    """The function's domain, shape (d, 2). Raises ValueError if it has none, or one of another shape."""
    if np.shape(function.domain) != (d, 2):
        raise ValueError(
            f"to draw {function.name} here, it needs a domain of shape ({d}, 2), from and to for each entry of θ: "
            "dataclasses.replace(function, domain=np.array(…)) gives it one."
        )
    return function.domain


def _points(theta, d: int, name: str):
    """θ as it came, if it has an entry for each of the d axes; a list or a number becomes an array.

    Anything with a shape is left as it is: the plain formulas below work on tensors of other libraries too.
    """
    theta = theta if hasattr(theta, "shape") else np.asarray(theta, dtype=np.float64)
    shape = tuple(theta.shape)
    if shape[-1:] != (d,):
        raise ValueError(f"{name} needs θ of shape ({d},), or (…, {d}) for many points at once; this one has {shape}.")
    return theta


def _curve(name, formula, value, slope, second, minima, domain) -> Function:
    """A Function of one variable from plain formulas: value(t), slope(t), second derivative(t)."""
    return Function(
        name=name,
        formula=formula,
        value=lambda theta: value(_points(theta, 1, name)[..., 0]),
        gradient=lambda theta: slope(_points(theta, 1, name)),
        hessian=lambda theta: np.reshape(second(_points(theta, 1, name)[0]), (1, 1)),
        minima=np.reshape(np.array(minima, dtype=float), (-1, 1)),
        domain=np.array([domain], dtype=float),
    )


def _surface(name, formula, value, slopes, second, minima, domain) -> Function:
    """A Function of two variables from plain formulas: value(a, b), slopes(a, b) → two, second(a, b) → 2 × 2."""

    def entries(theta):
        theta = _points(theta, 2, name)
        return theta[..., 0], theta[..., 1]

    return Function(
        name=name,
        formula=formula,
        value=lambda theta: value(*entries(theta)),
        gradient=lambda theta: np.stack(slopes(*entries(theta)), axis=-1),
        hessian=lambda theta: np.array(second(*entries(theta)), dtype=float),
        minima=np.array(minima, dtype=float),
        domain=np.array(domain, dtype=float),
    )


def quadratic(hessian, minimum=None, name: str = "quadratic") -> Function:
    """J(θ) = ½ (θ − θ*)ᵀ H (θ − θ*): the cost whose Hessian is H everywhere.

    hessian   symmetric, shape (d, d)
    minimum   θ*, shape (d,); the origin by default. If H has a negative eigenvalue, θ* is not a lowest point:
              `minima` is then empty and `curvature` None.

    Raises ValueError if H is not a finite symmetric matrix or θ* does not fit it.
    """
    H = np.array(hessian, dtype=np.float64)
    if H.ndim != 2 or H.shape[0] != H.shape[1] or H.size == 0:
        raise ValueError(f"hessian has shape {H.shape}, but a square matrix of shape (d, d) is needed.")
    if not np.isfinite(H).all() or not np.allclose(H, H.T, rtol=0, atol=1e-12 * np.abs(H).max()):
        raise ValueError("hessian must be finite and symmetric: (H + H.T) / 2 is its symmetric part.")
    centre = np.zeros(len(H)) if minimum is None else arguments.vector(minimum, "minimum")
    if centre.shape != (len(H),):
        raise ValueError(f"minimum has shape {centre.shape}, but the Hessian asks for ({len(H)},).")
    eigenvalues = np.linalg.eigvalsh(H)
    convex = eigenvalues[0] >= -1e-9 * eigenvalues[-1] and eigenvalues[-1] > 0  # a zero may be off by rounding

    def offset(theta):
        return _points(theta, len(H), name) - centre

    return Function(
        name=name,
        formula=r"\frac{1}{2}(\theta-\theta^*)^T H\,(\theta-\theta^*)",
        value=lambda theta: 0.5 * np.sum(offset(theta) @ H * offset(theta), axis=-1),
        gradient=lambda theta: offset(theta) @ H,
        hessian=lambda theta: H.copy(),
        minima=centre.reshape(1, -1) if convex else np.empty((0, len(H))),
        domain=np.stack([centre - 4, centre + 4], axis=1),
        curvature=float(eigenvalues[-1]) if convex else None,
    )


def mean_squared_error(x, y) -> Function:
    """The cost of a line, J(w, b) = (1/n) Σ (w xᵢ + b − yᵢ)², θ = (w, b); for x of shape (n, p), θ = (w₁ … w_p, b).

    x, y   shapes (n,) or (n, p), and (n,), in any units; n ≥ 1
    The minimum is NumPy's least-squares solution. Raises ValueError if the shapes do not fit or the data has NaN.
    """
    x, y = np.array(x, dtype=np.float64), np.array(y, dtype=np.float64)  # copies: the cost must not change later
    if y.ndim != 1 or x.ndim not in (1, 2) or len(x) != len(y) or len(y) == 0:
        raise ValueError(
            f"x has shape {x.shape} and y {y.shape}, but (n,) or (n, p) and (n,) with n ≥ 1 are needed: "
            "x.ravel() or y.ravel() makes shape (n,) of (n, 1)."
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x or y holds NaN or infinity: drop those examples first.")
    n, name = len(y), "mean squared error"
    X = np.column_stack([x, np.ones(n)])
    H = 2 / n * (X.T @ X)
    best = np.linalg.lstsq(X, y, rcond=None)[0]

    def value_and_gradient(theta):
        residual = X @ theta
        residual -= y
        return residual @ residual / n, residual @ X * (2 / n)

    def gradient(theta):
        theta = _points(theta, len(best), name)
        return value_and_gradient(theta)[1] if theta.ndim == 1 else (theta - best) @ H

    def value(theta):
        theta = _points(theta, len(best), name)
        if theta.ndim == 1:
            return value_and_gradient(theta)[0]
        return lowest + 0.5 * np.sum((theta - best) @ H * (theta - best), axis=-1)

    lowest = value_and_gradient(best)[0]
    reach = np.maximum(1.0, np.abs(best))
    return Function(
        name=name,
        formula=r"\frac{1}{n}\sum_i (w x_i + b - y_i)^2",
        value=value,
        gradient=gradient,
        hessian=lambda theta: H.copy(),
        minima=best.reshape(1, -1),
        domain=np.stack([best - reach, best + reach], axis=1),
        curvature=float(np.linalg.eigvalsh(H)[-1]),
        value_and_gradient=value_and_gradient,
    )


square = _curve("square", r"\theta^2", lambda t: t**2, lambda t: 2 * t, lambda t: 2.0, minima=[0], domain=(-3.5, 3.5))

# The roots of the slope 4θ³ − 8θ + 1 are irrational: two minima and, between them, a maximum.
_wells = np.sort(np.roots([4.0, 0.0, -8.0, 1.0]).real)
double_well = _curve(
    "double well",
    r"\theta^4 - 4\theta^2 + \theta",
    lambda t: t**4 - 4 * t**2 + t,
    lambda t: 4 * t**3 - 8 * t + 1,
    lambda t: 12 * t**2 - 8,
    minima=[_wells[0], _wells[2]],
    domain=(-2.4, 2.4),
)

inflection = _curve(
    "inflection", r"\theta^3", lambda t: t**3, lambda t: 3 * t**2, lambda t: 6 * t, minima=[], domain=(-1.6, 1.6)
)

plateau = _curve(
    "plateau",
    r"\theta^2 / (1+\theta^2)",
    lambda t: t**2 / (1 + t**2),
    lambda t: 2 * t / (1 + t**2) ** 2,
    lambda t: (2 - 6 * t**2) / (1 + t**2) ** 3,
    minima=[0],
    domain=(-12, 12),
)

absolute = _curve("absolute value", r"|\theta|", np.abs, np.sign, lambda t: 0.0, minima=[0], domain=(-3, 3))

ravine = quadratic([[1.0, 0.0], [0.0, 25.0]], name="ravine")

saddle = _surface(
    "saddle",
    r"\theta_1^2 - \theta_2^2 + \frac{1}{4}\theta_2^4",
    lambda a, b: a**2 - b**2 + b**4 / 4,
    lambda a, b: (2 * a, b**3 - 2 * b),
    lambda a, b: [[2.0, 0.0], [0.0, 3 * b**2 - 2]],
    minima=[[0.0, -np.sqrt(2)], [0.0, np.sqrt(2)]],
    domain=[[-2.0, 2.0], [-2.2, 2.2]],
)

# Rosenbrock (1960), The Computer Journal 3(3), 175–184.
rosenbrock = _surface(
    "Rosenbrock",
    r"(1-\theta_1)^2 + 100\,(\theta_2-\theta_1^2)^2",
    lambda a, b: (1 - a) ** 2 + 100 * (b - a**2) ** 2,
    lambda a, b: (-2 * (1 - a) - 400 * a * (b - a**2), 200 * (b - a**2)),
    lambda a, b: [[2 - 400 * b + 1200 * a**2, -400 * a], [-400 * a, 200.0]],
    minima=[[1.0, 1.0]],
    domain=[[-2.0, 2.0], [-1.0, 3.0]],
)

# Himmelblau (1972), Applied Nonlinear Programming. Its minima other than (3, 2) to full double precision.
himmelblau = _surface(
    "Himmelblau",
    r"(\theta_1^2+\theta_2-11)^2 + (\theta_1+\theta_2^2-7)^2",
    lambda a, b: (a**2 + b - 11) ** 2 + (a + b**2 - 7) ** 2,
    lambda a, b: (
        4 * a * (a**2 + b - 11) + 2 * (a + b**2 - 7),
        2 * (a**2 + b - 11) + 4 * b * (a + b**2 - 7),
    ),
    lambda a, b: [[12 * a**2 + 4 * b - 42, 4 * (a + b)], [4 * (a + b), 12 * b**2 + 4 * a - 26]],
    minima=[
        [3.0, 2.0],
        [-2.805118086952745, 3.131312518250573],
        [-3.779310253377747, -3.283185991286170],
        [3.584428340330492, -1.848126526964404],
    ],
    domain=[[-5.0, 5.0], [-5.0, 5.0]],
)
