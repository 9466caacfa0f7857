"""Exercise 01: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import (
    BUG_STILL_THERE,
    LAST_POINT_ALONE,
    ONE_ROW_TOO_MANY,
    PATH_CLIMBS,
    RATE_FORGOTTEN,
    START_LEFT_OUT,
    says,
)
from helpers import functions


class step:
    def cases(rng):
        yield np.array([3.0]), np.array([6.0]), 0.1
        for d, lr in [(1, 0.25), (2, 0.03), (3, 0.7), (5, 0.01), (2, 1.5), (4, 0.125)]:
            yield rng.normal(0, 3, d).round(2), rng.normal(0, 5, d).round(2), lr
        yield rng.normal(0, 3, 3).round(2), np.zeros(3), 0.4

    class mistakes:
        def climbs(theta, gradient, lr):
            """The gradient points uphill, and your step goes along with it: the cost would grow. Look at the sign."""
            return theta + lr * gradient

        @says(RATE_FORGOTTEN)
        def without_rate(theta, gradient, lr):
            return theta - gradient

        def the_move_alone(theta, gradient, lr):
            """This is how far the step goes, but not where it arrives. Where did it set out from?"""
            return -lr * gradient

        def rate_on_theta(theta, gradient, lr):
            """The learning rate multiplies θ as well. It should scale the gradient alone: look at the brackets."""
            return lr * (theta - gradient)

        def divides_by_rate(theta, gradient, lr):
            """The gradient is divided by the learning rate, so that a smaller rate makes a longer step."""
            return theta - gradient / lr

        def equal_steps(theta, gradient, lr):
            """Your step is as long wherever the slope is steep or gentle: only the gradient's direction, or its sign,
            is left. In the rule a steeper slope makes a longer step."""
            return theta - lr * gradient / np.linalg.norm(gradient)

        def in_place(theta, gradient, lr):
            """The result is right, but the θ that was passed in is no longer what it was: `theta -= …` writes into the
            caller's array. Make a new array instead."""
            theta -= lr * gradient
            return theta

    class right:
        def entry_by_entry(theta, gradient, lr):
            result = np.empty(len(theta))
            for i in range(len(theta)):
                result[i] = theta[i] - lr * gradient[i]
            return result

        def on_a_copy(theta, gradient, lr):
            result = theta.copy()
            result -= gradient * lr
            return result

        def as_a_list(theta, gradient, lr):
            return [t + (-lr) * g for t, g in zip(theta, gradient, strict=True)]


class numerical_gradient:
    def cases(rng):
        yield functions.square, np.array([3.0]), 0.1
        for f, h in [
            (functions.double_well, 0.2),
            (functions.rosenbrock, 0.5),
            (functions.himmelblau, 0.1),
            (functions.saddle, 0.3),
            (functions.ravine, 0.05),
            (functions.rosenbrock, 0.01),
            (functions.plateau, 0.4),
        ]:
            low, high = np.array(f.domain).T
            slopes = np.zeros(1)
            # The last digits of a slope close to a whole number would decide where `whole_numbers` cuts it.
            while np.any(abs(slopes - slopes.round()) < 1e-6):
                theta = rng.uniform(low, high).round(2)
                slopes = numerical_gradient.right.on_copies(f, theta, h)
            yield f, theta, h

    class mistakes:
        def forward_difference(f, theta, h):
            """You look ahead only, at θ + h. A central difference also looks behind, and is far nearer to the slope."""
            return np.array([(f(theta + e) - f(theta)) / h for e in h * np.eye(len(theta))])

        def backward_difference(f, theta, h):
            """You look behind only, at θ − h. A central difference also looks ahead, and is far nearer to the slope."""
            return np.array([(f(theta) - f(theta - e)) / h for e in h * np.eye(len(theta))])

        def divides_by_h(f, theta, h):
            """Each entry is twice the slope. How far apart are the two points at which you take f?"""
            return np.array([(f(theta + e) - f(theta - e)) / h for e in h * np.eye(len(theta))])

        def no_division(f, theta, h):
            """This is how much f changes between two points, not how much it changes for each unit on the way. Divide
            by the distance of the two points."""
            return np.array([f(theta + e) - f(theta - e) for e in h * np.eye(len(theta))])

        def multiplies_by_h(f, theta, h):
            """Without brackets, `a / 2 * h` divides by 2 and then multiplies by h. Put brackets around the distance."""
            return np.array([(f(theta + e) - f(theta - e)) / 2 * h for e in h * np.eye(len(theta))])

        def own_h(f, theta, h):
            """The slope is good, but it was taken with another h than the one passed in."""
            return np.array([(f(theta + e) - f(theta - e)) / 2e-5 for e in 1e-5 * np.eye(len(theta))])

        def behind_minus_ahead(f, theta, h):
            """Each entry has the right size and the wrong sign: from which of the two values is the other
            subtracted?"""
            return np.array([(f(theta - e) - f(theta + e)) / (2 * h) for e in h * np.eye(len(theta))])

        def all_entries_at_once(f, theta, h):
            """All entries of your result are the same, because all entries of θ move at once. `theta + h` adds h to
            every entry: entry i of the gradient wants entry i alone moved."""
            return np.full(len(theta), (f(theta + h) - f(theta - h)) / (2 * h))

        def not_put_back(f, theta, h):
            """The first entry is right and the later ones are not: an entry that was moved is not put back before the
            next one moves."""
            result, point = np.empty(len(theta)), theta.copy()
            for i in range(len(theta)):
                point[i] += h
                ahead = f(point)
                point[i] -= 2 * h
                result[i] = (ahead - f(point)) / (2 * h)
            return result

        def whole_numbers(f, theta, h):
            """Your result holds whole numbers: an array made with `dtype=int`, or of whole numbers such as `[0] * n`,
            cuts off the digits of what is written into it. Make it of floats."""
            result = np.zeros(len(theta), dtype=int)
            for i, e in enumerate(h * np.eye(len(theta))):
                result[i] = (f(theta + e) - f(theta - e)) / (2 * h)
            return result

    class right:
        def on_copies(f, theta, h):
            result = np.empty(len(theta))
            for i in range(len(theta)):
                ahead, behind = theta.copy(), theta.copy()
                ahead[i] += h
                behind[i] -= h
                result[i] = (f(ahead) - f(behind)) / (ahead[i] - behind[i])
            return result

        def all_at_once(f, theta, h):
            shifts = h * np.eye(len(theta))
            return (f(theta + shifts) - f(theta - shifts)) / (2 * h)

        def put_back(f, theta, h):
            point, result = theta.copy(), []
            for i in range(len(point)):
                kept = point[i]
                point[i] = kept - h
                behind = f(point)
                point[i] = kept + h
                result.append(0.5 * (f(point) - behind) / h)
                point[i] = kept
            return result


class descend:
    def cases(rng):
        yield functions.square.gradient, np.array([3.0]), 0.1, 3
        for f, lr, steps in [
            (functions.ravine, 0.03, 4),
            (functions.himmelblau, 0.01, 5),
            (functions.double_well, 0.02, 2),
            (functions.rosenbrock, 0.001, 3),
            (functions.saddle, 0.1, 6),
            (functions.himmelblau, 0.005, 1),
        ]:
            low, high = np.array(f.domain).T
            yield f.gradient, rng.uniform(low, high).round(2), lr, steps
        yield functions.ravine.gradient, rng.uniform(-3, 3, 2).round(2), 0.02, 0

    class mistakes:
        @says(PATH_CLIMBS)
        def climbs(gradient, start, lr, steps):
            return descend.right.by_rows(gradient, start, -lr, steps)

        def gradient_taken_once(gradient, start, lr, steps):
            """Your path is a straight line of equal steps. The gradient is taken at the start and never again: it has
            to be taken anew at each point."""
            g = gradient(start)
            return np.array([start - k * lr * g for k in range(steps + 1)])

        def always_from_the_start(gradient, start, lr, steps):
            """Every step sets out from the start, so the path stays at its second point. Each step begins where the
            last one ended."""
            return np.array([start] + [start - lr * gradient(start)] * steps)

        def one_array_many_times(gradient, start, lr, steps):
            """All rows of your path are the same, and the start was changed as well: the list holds one array many
            times over, and `theta -= …` changed it in all of them. Make a new array at each step."""
            theta, path = start, [start]
            for _ in range(steps):
                theta -= lr * gradient(theta)
                path.append(theta)
            return np.array(path)

        def one_copy_many_times(gradient, start, lr, steps):
            """All rows of your path are the same: the list holds one array many times over, and `theta -= …` changed it
            in all of them. Make a new array at each step, or append a copy."""
            return descend.mistakes.one_array_many_times(gradient, start.copy(), lr, steps)

        def changes_the_start(gradient, start, lr, steps):
            """The path is right, but the start that was passed in has been moved to its end: `theta = start` gives the
            array a second name, and `theta -= …` writes into it."""
            path = descend.right.by_rows(gradient, start, lr, steps)
            start[:] = path[-1]
            return path

        @says(START_LEFT_OUT)
        def start_left_out(gradient, start, lr, steps):
            return descend.right.by_rows(gradient, start, lr, steps)[1:]

        @says(ONE_ROW_TOO_MANY)
        def one_step_too_many(gradient, start, lr, steps):
            return descend.right.by_rows(gradient, start, lr, steps + 1)

        def one_step_too_few(gradient, start, lr, steps):
            """Your path has one step too few: its last point is missing. How many times does the loop run?"""
            return descend.right.by_rows(gradient, start, lr, steps)[: max(steps, 1)]

        @says(LAST_POINT_ALONE)
        def last_point_alone(gradient, start, lr, steps):
            return descend.right.by_rows(gradient, start, lr, steps)[-1]

        def rounded_path(gradient, start, lr, steps):
            """Your path holds whole numbers: an array made with `dtype=int` cuts off the digits of what is written into
            it. Make it of floats."""
            return descend.right.by_rows(gradient, start, lr, steps).astype(int)

    class right:
        def by_rows(gradient, start, lr, steps):
            path = np.empty((steps + 1, len(start)))
            path[0] = start
            for k in range(steps):
                path[k + 1] = path[k] - lr * gradient(path[k])
            return path

        def with_copies(gradient, start, lr, steps):
            theta = start.copy()
            path = [theta.copy()]
            while len(path) <= steps:
                theta -= lr * gradient(theta)
                path.append(theta.copy())
            return path

        def by_recursion(gradient, start, lr, steps):
            if steps == 0:
                return start.reshape(1, -1)
            rest = descend.right.by_recursion(gradient, start - lr * gradient(start), lr, steps - 1)
            return np.vstack([start, rest])


def by_rule(minimum, maximum, saddle):
    """The kind of point by three tests of the eigenvalues, in this order; else undecided."""

    def judge(hessian):
        values = np.linalg.eigvalsh(hessian)
        values = np.where(abs(values) <= 1e-9 * abs(values).max(), 0.0, values)
        for kind, test in (("saddle", saddle), ("minimum", minimum), ("maximum", maximum)):
            if test(values):
                return kind
        return "undecided"

    return judge


def both_signs(values):
    return values.min() < 0 < values.max()


def judge_with(hessian, border):
    values = np.linalg.eigvalsh(hessian)
    up, down = np.any(values > border(values)), np.any(values < -border(values))
    if up and down:
        return "saddle"
    if np.any(abs(values) <= border(values)):
        return "undecided"
    return "minimum" if up else "maximum"


class stationary_point:
    def cases(rng):
        def definite(d):
            M = rng.integers(-3, 4, (d, d))
            return (M @ M.T + np.eye(d)).round(0)

        def flat(a, b):
            """+1 and −1 times the outer products of two whole-number vectors in three dimensions: λ = 0 to rounding."""
            u, v = rng.permutation([1.0, 2.0, -1.0]), rng.permutation([0.0, 3.0, 1.0])
            return a * np.outer(u, u) + b * np.outer(v, v)

        off = float(rng.integers(4, 9))
        yield (np.array([[2.0, 0.0], [0.0, 4.0]]),)
        yield (-definite(3),)
        yield (np.array([[1.0, off], [off, 2.0]]),)  # a saddle, though both entries of the diagonal are positive
        yield (definite(4),)
        yield (-definite(2),)
        yield (np.diag(rng.permutation([-2.0, -3.0, 5.0])),)  # a saddle whose determinant is positive
        yield (np.diag(rng.permutation([-1.0, 4.0, 6.0, 7.0])),)
        yield (flat(1, 1),)  # no negative eigenvalue, and one that is zero
        yield (flat(-1, -1),)
        yield (np.diag([-2.0, -1e-12, -3.0]),)  # zero beside the others, and none is above it
        yield (flat(1, -1),)  # both signs beside a zero: a saddle
        yield (1e9 * flat(1, 1),)  # its zero comes out as about 1e-7
        yield (1e-11 * definite(2),)  # small, but no entry is small beside the others
        yield (np.diag([5.0, -1e-6]),)
        yield (np.zeros((2, 2)),)

    class mistakes:
        def zero_is_a_minimum(hessian):
            """A zero eigenvalue is taken for a sign that the point is a minimum, or a maximum. Along that direction the
            slope does not change to second order, and the Hessian cannot decide."""
            return by_rule(lambda v: v.min() >= 0, lambda v: v.max() <= 0, both_signs)(hessian)

        def zero_first(hessian):
            """A saddle beside a zero eigenvalue comes out as undecided. One direction that rises and one that falls are
            enough for a saddle, whatever a third one does: ask for both signs first."""
            return by_rule(lambda v: v.min() > 0, lambda v: v.max() < 0, lambda v: both_signs(v) and v.all())(hessian)

        def else_a_saddle(hessian):
            """What is neither minimum nor maximum comes out as a saddle. A saddle needs a direction that rises and one
            that falls; beside zeros there may be only one of them, or none."""
            return by_rule(lambda v: v.min() > 0, lambda v: v.max() < 0, lambda v: v.min() <= 0 <= v.max())(hessian)

        def upside_down(hessian):
            """Minimum and maximum have changed places. Where all second derivatives are positive, the surface bends
            upwards on all sides: what is that point?"""
            return by_rule(lambda v: v.max() < 0, lambda v: v.min() > 0, both_signs)(hessian)

        def no_saddle(hessian):
            """A saddle comes out as undecided. If one direction rises and another falls, the point is decided: it is
            neither minimum nor maximum."""
            return by_rule(lambda v: v.min() > 0, lambda v: v.max() < 0, lambda v: False)(hessian)

        def by_diagonal(hessian):
            """You look at the diagonal of the Hessian only. Off-diagonal entries can make a saddle even where the whole
            diagonal is positive: the eigenvalues decide."""
            return stationary_point.right.by_signs(np.diag(np.diag(hessian)))

        def by_determinant(hessian):
            """You decide by the determinant and one more sign. That works for two variables; with three or more, a
            positive determinant can come from two negative eigenvalues. Take the eigenvalues themselves."""
            determinant, trace = np.linalg.det(hessian), np.trace(hessian)
            if determinant < 0:
                return "saddle"
            if determinant < 1e-9:
                return "undecided"
            return "minimum" if trace > 0 else "maximum"

        def exact_zero(hessian):
            """A zero eigenvalue hardly ever comes out as exactly 0: rounding leaves something like 1e-16, of either
            sign. Compare |λ| with 1e-9·max|λ|."""
            return judge_with(hessian, lambda values: 0.0)

        def absolute_zero(hessian):
            """Your border for “zero” is 1e-9 whatever the size of the other eigenvalues. A Hessian in small units is
            then taken for zero, and rounding in a large one for a curvature. Measure it by the largest |λ|."""
            return judge_with(hessian, lambda values: 1e-9)

    class right:
        def by_signs(hessian):
            values = np.linalg.eigvals(hessian).real
            signs = {int(np.sign(v)) if abs(v) > 1e-9 * max(abs(values)) else 0 for v in values}
            if {1, -1} <= signs:
                return "saddle"
            return {(1,): "minimum", (-1,): "maximum"}.get(tuple(signs), "undecided")

        def by_sorting(hessian):
            values = sorted(np.linalg.eigvalsh(hessian))
            small = 1e-9 * max(-values[0], values[-1])
            if values[0] < -small and values[-1] > small:
                return "saddle"
            if values[0] > small:
                return "minimum"
            return "maximum" if values[-1] < -small else "undecided"


def count_steps(gradient, start, lr, tolerance, most, size=np.linalg.norm):
    theta = start
    for k in range(most):
        slope = gradient(theta)
        if size(slope) <= tolerance:
            return k
        theta = theta - lr * slope
    return most


class steps_until_flat:
    def cases(rng):
        yield functions.square.gradient, np.array([3.0]), 0.1, 0.5, 50
        for f, lr, tolerance, most in [
            (functions.ravine, 0.05, 0.01, 300),
            (functions.himmelblau, 0.005, 1e-3, 400),
            (functions.double_well, 0.03, 0.05, 200),
            (functions.ravine, 0.03, 1e-4, 300),
            (functions.square, 0.45, 1e-6, 90),
            (functions.ravine, 0.001, 1e-3, 12),
            (functions.square, 0.01, 1e-8, 7),
        ]:
            low, high = np.array(f.domain).T
            start = rng.uniform(low + 0.6 * (high - low), high).round(2)  # clear of slopes that are flat at once
            yield f.gradient, start, lr, tolerance, most
        yield functions.ravine.gradient, np.zeros(2), 0.05, 0.1, 20

    class mistakes:
        @says(BUG_STILL_THERE)
        def slope_never_taken_again(gradient, start, lr, tolerance, most):
            return 0 if np.linalg.norm(gradient(start)) <= tolerance else most

        def one_too_many(gradient, start, lr, tolerance, most):
            """You count one step too many. Look at the slope before you step: where it is flat at once, no step is
            taken."""
            return min(count_steps(gradient, start, lr, tolerance, 10_000) + 1, most)

        def never_gives_up(gradient, start, lr, tolerance, most):
            """You go on beyond the most steps that are allowed."""
            return count_steps(gradient, start, lr, tolerance, 10_000)

        def first_entry_only(gradient, start, lr, tolerance, most):
            """You look at one entry of the gradient. The slope is flat where the length of the whole gradient is
            small."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: abs(g[0]))

        def squared_length(gradient, start, lr, tolerance, most):
            """You compare the square of the gradient's length with the tolerance: the root is missing."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: g @ g)

        def sign_forgotten(gradient, start, lr, tolerance, most):
            """A gradient that points the other way counts as flat at once: a sum, or an entry without its absolute
            value, can be small or negative on a steep slope. Take the gradient's length."""
            return count_steps(gradient, start, lr, tolerance, most, size=np.sum)

        def gives_up_early(gradient, start, lr, tolerance, most):
            """You stop one step before the most that are allowed."""
            return min(count_steps(gradient, start, lr, tolerance, most), most - 1)

    class right:
        step_by_step = count_steps

        def along_a_path(gradient, start, lr, tolerance, most):
            path = descend.right.by_rows(gradient, start, lr, most)
            flat = [np.sqrt(np.sum(gradient(theta) ** 2)) <= tolerance for theta in path]
            return flat.index(True) if True in flat else most
