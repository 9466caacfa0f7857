"""Curves and surfaces to descend, each with its gradient, its Hessian and the minima it is known to have.

A cost is a `Function`. Its `value` and `gradient` take one point θ of shape (d,), or many at once of shape
(…, d), so that the same code serves descent and drawing. `square`, `double_well` and the like are ready made;
`quadratic` and `mean_squared_error` make one from a matrix or from data.
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
    value_and_gradient(theta)  both for one point, where that is cheaper than one after the other
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


def _curve(name, formula, value, slope, second, minima, domain) -> Function:
    """A Function of one variable from plain formulas: value(t), slope(t), second derivative(t)."""
    return Function(
        name=name,
        formula=formula,
        value=lambda theta: value(np.asarray(theta)[..., 0]),
        gradient=lambda theta: slope(np.asarray(theta)),
        hessian=lambda theta: np.reshape(second(np.asarray(theta)[0]), (1, 1)),
        minima=np.reshape(np.array(minima, dtype=float), (-1, 1)),
        domain=np.array([domain], dtype=float),
    )


def _stack(*entries):
    """The entries of a gradient as one array, along a new last axis."""
    return np.stack(np.broadcast_arrays(*entries), axis=-1)


def quadratic(hessian, minimum=None, name: str = "quadratic") -> Function:
    """J(θ) = ½ (θ − θ*)ᵀ H (θ − θ*): the cost whose Hessian is H everywhere.

    hessian   symmetric, shape (d, d)
    minimum   θ*, shape (d,); the origin by default. It is a minimum only where H is positive definite.

    Raises ValueError where H is not a finite symmetric matrix or θ* does not fit it.
    """
    H = np.array(hessian, dtype=np.float64)
    if H.ndim != 2 or H.shape[0] != H.shape[1] or H.size == 0:
        raise ValueError(f"hessian has shape {H.shape}, but a square matrix of shape (d, d) is needed.")
    if not np.isfinite(H).all() or not np.allclose(H, H.T):
        raise ValueError("hessian must be finite and symmetric: (H + H.T) / 2 is its symmetric part.")
    centre = np.zeros(len(H)) if minimum is None else arguments.vector(minimum, "minimum")
    if centre.shape != (len(H),):
        raise ValueError(f"minimum has shape {centre.shape}, but the Hessian asks for ({len(H)},).")
    eigenvalues = np.linalg.eigvalsh(H)
    convex = eigenvalues[0] > 0
    return Function(
        name=name,
        formula=r"\frac{1}{2}(\theta-\theta^*)^T H\,(\theta-\theta^*)",
        value=lambda theta: 0.5 * np.sum((theta - centre) @ H * (theta - centre), axis=-1),
        gradient=lambda theta: (theta - centre) @ H,
        hessian=lambda theta: H.copy(),
        minima=centre.reshape(1, -1) if convex else np.empty((0, len(H))),
        domain=np.stack([centre - 4, centre + 4], axis=1),
        curvature=float(eigenvalues[-1]) if convex else None,
    )


def mean_squared_error(x, y) -> Function:
    """The cost of a line, J(w, b) = (1/n) Σ (w xᵢ + b − yᵢ)², θ = (w, b); for x of shape (n, p), θ = (w₁ … w_p, b).

    x, y   shapes (n,) or (n, p), and (n,), in any units; n ≥ 1
    The minimum is NumPy's least-squares solution. Raises ValueError where the shapes do not fit or data is NaN.
    """
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if y.ndim != 1 or x.ndim not in (1, 2) or len(x) != len(y) or len(y) == 0:
        raise ValueError(
            f"x has shape {x.shape} and y {y.shape}, but (n,) or (n, p) and (n,) with n ≥ 1 are needed: "
            "x.ravel() or y.ravel() makes shape (n,) of (n, 1)."
        )
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("x or y holds NaN or infinity: drop those examples first.")
    n = len(y)
    X = np.column_stack([x, np.ones(n)])
    H = 2 / n * (X.T @ X)
    best = np.linalg.lstsq(X, y, rcond=None)[0]

    def value_and_gradient(theta):
        residual = X @ theta
        residual -= y
        return residual @ residual / n, residual @ X * (2 / n)

    def gradient(theta):
        theta = np.asarray(theta)
        return value_and_gradient(theta)[1] if theta.ndim == 1 else (theta - best) @ H

    def value(theta):
        theta = np.asarray(theta)
        if theta.ndim == 1:
            return value_and_gradient(theta)[0]
        return lowest + 0.5 * np.sum((theta - best) @ H * (theta - best), axis=-1)

    lowest = value_and_gradient(best)[0]
    reach = np.maximum(1.0, np.abs(best))
    return Function(
        name="mean squared error",
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
    r"\frac{\theta^2}{1+\theta^2}",
    lambda t: t**2 / (1 + t**2),
    lambda t: 2 * t / (1 + t**2) ** 2,
    lambda t: (2 - 6 * t**2) / (1 + t**2) ** 3,
    minima=[0],
    domain=(-12, 12),
)

absolute = _curve("absolute value", r"|\theta|", np.abs, np.sign, lambda t: 0.0, minima=[0], domain=(-3, 3))

ravine = quadratic([[1.0, 0.0], [0.0, 25.0]], name="ravine")

saddle = Function(
    name="saddle",
    formula=r"\theta_1^2 - \theta_2^2 + \frac{1}{4}\theta_2^4",
    value=lambda theta: theta[..., 0] ** 2 - theta[..., 1] ** 2 + theta[..., 1] ** 4 / 4,
    gradient=lambda theta: _stack(2 * theta[..., 0], theta[..., 1] ** 3 - 2 * theta[..., 1]),
    hessian=lambda theta: np.array([[2.0, 0.0], [0.0, 3 * theta[1] ** 2 - 2]]),
    minima=np.array([[0.0, -np.sqrt(2)], [0.0, np.sqrt(2)]]),
    domain=np.array([[-2.0, 2.0], [-2.2, 2.2]]),
)

# Rosenbrock (1960), The Computer Journal 3(3), 175–184.
rosenbrock = Function(
    name="Rosenbrock",
    formula=r"(1-\theta_1)^2 + 100\,(\theta_2-\theta_1^2)^2",
    value=lambda theta: (1 - theta[..., 0]) ** 2 + 100 * (theta[..., 1] - theta[..., 0] ** 2) ** 2,
    gradient=lambda theta: _stack(
        -2 * (1 - theta[..., 0]) - 400 * theta[..., 0] * (theta[..., 1] - theta[..., 0] ** 2),
        200 * (theta[..., 1] - theta[..., 0] ** 2),
    ),
    hessian=lambda theta: np.array(
        [[2 - 400 * theta[1] + 1200 * theta[0] ** 2, -400 * theta[0]], [-400 * theta[0], 200.0]]
    ),
    minima=np.array([[1.0, 1.0]]),
    domain=np.array([[-2.0, 2.0], [-1.0, 3.0]]),
)

# Himmelblau (1972), Applied Nonlinear Programming. Its minima other than (3, 2) to full double precision.
himmelblau = Function(
    name="Himmelblau",
    formula=r"(\theta_1^2+\theta_2-11)^2 + (\theta_1+\theta_2^2-7)^2",
    value=lambda theta: (theta[..., 0] ** 2 + theta[..., 1] - 11) ** 2 + (theta[..., 0] + theta[..., 1] ** 2 - 7) ** 2,
    gradient=lambda theta: _stack(
        4 * theta[..., 0] * (theta[..., 0] ** 2 + theta[..., 1] - 11) + 2 * (theta[..., 0] + theta[..., 1] ** 2 - 7),
        2 * (theta[..., 0] ** 2 + theta[..., 1] - 11) + 4 * theta[..., 1] * (theta[..., 0] + theta[..., 1] ** 2 - 7),
    ),
    hessian=lambda theta: np.array(
        [
            [12 * theta[0] ** 2 + 4 * theta[1] - 42, 4 * (theta[0] + theta[1])],
            [4 * (theta[0] + theta[1]), 12 * theta[1] ** 2 + 4 * theta[0] - 26],
        ]
    ),
    minima=np.array(
        [
            [3.0, 2.0],
            [-2.805118086952745, 3.131312518250573],
            [-3.779310253377747, -3.283185991286170],
            [3.584428340330492, -1.848126526964404],
        ]
    ),
    domain=np.array([[-5.0, 5.0], [-5.0, 5.0]]),
)
