"""Exercise 02: the cases of each task, the known mistakes, and right answers written in other ways."""

import math

import numpy as np

from grader.sentences import BUG_STILL_THERE, DIAGONAL_FOR_EIGENVALUES, LAST_POINT_ALONE, PATH_WITHOUT_START, says
from helpers import functions


def eigenvalues(hessian):
    return np.linalg.eigvalsh(hessian)


def oblique(rng, d):
    """A Hessian of whole numbers whose axes lie anywhere, with eigenvalues of 1 and more."""
    M = rng.integers(-3, 4, (d, d))
    return (M @ M.T + np.eye(d)).round(0)


def ravine_askew(rng):
    off = float(rng.integers(4, 9))
    return np.array([[off + 2, -off], [-off, off + 1]])


def hessian_cases(rng):
    yield (np.array([[1.0, 0.0], [0.0, 25.0]]),)
    yield (ravine_askew(rng),)
    yield (oblique(rng, 3),)
    yield (np.diag(rng.permutation([2.0, 3.0, 40.0])),)  # the one in between is far from the middle
    yield (np.diag(rng.permutation([1.0, 17.0, 20.0, 22.0])),)
    yield (np.array([[float(rng.integers(3, 9))]]),)
    yield (2.5 * np.eye(2),)
    yield ((0.01 * oblique(rng, 4)).round(2),)
    yield (100 * ravine_askew(rng),)


class largest_stable_rate:
    cases = hessian_cases

    class mistakes:
        def one_over_the_largest(hessian):
            """With this rate the factor of the steepest direction is 0: it arrives in a single step. That is a good
            rate, but not yet the border, where this direction leaps to the other side and just as far."""
            return 1 / eigenvalues(hessian)[-1]

        def of_the_flattest(hessian):
            """This is the border of the flattest direction. The steeper ones leave the valley long before: which
            eigenvalue belongs to the steepest?"""
            return 2 / eigenvalues(hessian)[0]

        def by_diagonal(hessian):
            """You take the largest entry of the diagonal: the curvature along one of the axes. An oblique ravine bends
            more in between: look at its eigenvalues."""
            return 2 / np.max(np.diag(hessian))

        def by_the_sum(hessian):
            """You add up all the eigenvalues, which is the same as the diagonal's sum. Each direction has a factor of
            its own, so one eigenvalue alone decides."""
            return 2 / np.trace(hessian)

        def by_both_ends(hessian):
            """This is the fastest rate, at which the flattest and the steepest direction shrink alike. Beyond it
            descent is slower but still converges, for a little while."""
            return 2 / (eigenvalues(hessian)[0] + eigenvalues(hessian)[-1])

        def by_matrix_norm(hessian):
            """`np.linalg.norm` of a matrix is the root of the sum of all its entries squared, which mixes all
            eigenvalues. Take the eigenvalues themselves."""
            return 2 / np.linalg.norm(hessian)

        def the_curvature(hessian):
            """This is the largest curvature itself. The more the surface bends, the smaller the rate must be."""
            return eigenvalues(hessian)[-1]

        def upside_down(hessian):
            """Your border grows with the curvature. The more the surface bends, the smaller the rate must be: solve 1 −
            αλ = −1 for α once more."""
            return eigenvalues(hessian)[-1] / 2

        def of_the_mean(hessian):
            """You take the mean of the eigenvalues. Each direction has a factor of its own, and the first that leaves
            the valley decides."""
            return 2 / np.mean(eigenvalues(hessian))

    class right:
        def by_any_solver(hessian):
            return 2 / max(np.linalg.eigvals(hessian).real)

        def by_spectral_norm(hessian):
            return 2.0 / float(np.linalg.norm(hessian, 2))

        def by_inverse(hessian):
            return 2 * np.min(np.linalg.eigvalsh(np.linalg.inv(hessian)))

        def of_each(hessian):
            return min(2 / value for value in eigenvalues(hessian))


class fastest_rate:
    cases = hessian_cases

    class mistakes:
        def the_border(hessian):
            """This is the border. There the steepest direction swings for ever and does not shrink at all."""
            return 2 / eigenvalues(hessian)[-1]

        def steepest_at_once(hessian):
            """At this rate the steepest direction arrives in one step, but the flattest is slower than it need be.
            Raise the rate until the two are equally fast."""
            return 1 / eigenvalues(hessian)[-1]

        def flattest_at_once(hessian):
            """At this rate the flattest direction arrives in one step, but the steepest one may leave the valley. Both
            ends count."""
            return 1 / eigenvalues(hessian)[0]

        def one_over_both_ends(hessian):
            """The right eigenvalues, but the rate is too low: put it into 1 − αλ for the smallest and for the largest
            λ, and see whether the two factors are opposite numbers."""
            return 1 / (eigenvalues(hessian)[0] + eigenvalues(hessian)[-1])

        def by_the_sum(hessian):
            """You add up all the eigenvalues. The factors of those in between are smaller than the two at the ends, and
            do not set the pace."""
            return 2 / np.trace(hessian)

        def by_the_mean(hessian):
            """You take the mean of all the eigenvalues. The factors of those in between are smaller than the two at the
            ends, and do not set the pace."""
            return 1 / np.mean(eigenvalues(hessian))

        def by_diagonal(hessian):
            """You look at the diagonal of the Hessian, the curvatures along the axes. An oblique ravine bends more, and
            less, in between: look at its eigenvalues."""
            return 2 / (np.min(np.diag(hessian)) + np.max(np.diag(hessian)))

        def geometric_mean(hessian):
            """You take the root of a product of two eigenvalues. At the best rate their two factors 1 − αλ are opposite
            numbers, and from that comes a sum."""
            return 1 / np.sqrt(eigenvalues(hessian)[0] * eigenvalues(hessian)[-1])

        def mean_of_two_rates(hessian):
            """You take the middle between two rates, the best of the flattest and the best of the steepest direction.
            The first of them is far beyond the border where a ravine is long."""
            return (1 / eigenvalues(hessian)[0] + 1 / eigenvalues(hessian)[-1]) / 2

        def upside_down(hessian):
            """Your rate grows with the curvature. The more the surface bends, the smaller the rate must be: solve the
            equation for α once more."""
            return (eigenvalues(hessian)[0] + eigenvalues(hessian)[-1]) / 2

    class right:
        def by_sorting(hessian):
            values = sorted(np.linalg.eigvals(hessian).real)
            return float(1 / (values[0] / 2 + values[-1] / 2))

        def by_condition(hessian):
            kappa, border = np.linalg.cond(hessian), 2 / np.linalg.norm(hessian, 2)
            return border * kappa / (kappa + 1)

        def by_search(hessian):
            """The lowest place of the slowest factor, by cutting thirds off both sides."""
            values = eigenvalues(hessian)
            low, high = 0.0, 2 / values[-1]
            for _ in range(150):
                a, b = low + (high - low) / 3, high - (high - low) / 3
                if np.max(abs(1 - a * values)) < np.max(abs(1 - b * values)):
                    high = b
                else:
                    low = a
            return low


class inverse_time_decay:
    def cases(rng):
        yield 0.5, 1.0, np.arange(4)
        for decay, t in [
            (0.5, np.array([0, 1, 2, 5, 10, 100])),
            (0.01, np.arange(7)),
            (3.0, np.array([0.0, 2.0, 4.0, 6.0])),
            (0.2, np.array([0, 50, 200])),
            (0.0, np.arange(3)),
            (0.05, np.array([0.0])),
        ]:
            yield round(rng.uniform(0.2, 0.9), 3), decay, t
        yield 0.8, round(rng.uniform(0.1, 0.4), 2), np.arange(0, 50, 7)

    class mistakes:
        def brackets_forgotten(lr, decay, t):
            """Without brackets, `lr / 1 + decay * t` divides by 1 alone, and the rate grows. What stands under the
            fraction line needs brackets around it."""
            return lr / 1 + decay * t

        def one_forgotten(lr, decay, t):
            """At t = 0 you divide by 0. One more term stands under the fraction line."""
            return lr / (decay * t)

        def counts_from_one(lr, decay, t):
            """Your first rate is lower than `lr`, as if t began at 1."""
            return lr / (1 + decay * (t + 1))

        def counts_the_entries(lr, decay, t):
            """You use each entry's place in the array, 0, 1, 2 and so on. The iterations are the values in `t`, which
            may leave some out."""
            return lr / (1 + decay * np.arange(len(t)))

        def from_the_rate_before(lr, decay, t):
            """Each of your rates is made from the one before it, so the divisions pile up. Begin with `lr` for each of
            them."""
            return lr / np.cumprod(1 + decay * t)

        def powers_of_decay(lr, decay, t):
            """You multiply by `decay` once for each iteration. That is another schedule, which falls by the same factor
            every time; here the rate is divided by a sum that grows."""
            return lr * decay**t

        def exponential(lr, decay, t):
            """This rate falls exponentially, so fast that all the rates together have a limited sum. There is no
            exponential in 1/t decay."""
            return lr * np.exp(-decay * t)

        def straight_line(lr, decay, t):
            """Your rate falls along a straight line, and would go below 0. Divide by the bracket."""
            return lr * (1 - decay * t)

        def without_decay(lr, decay, t):
            """Your rates do not depend on `decay`. It multiplies t."""
            return lr / (1 + t)

        def decay_as_power(lr, decay, t):
            """You raise the bracket to the power `decay`. In the formula it multiplies t, inside the bracket."""
            return lr / (1 + t) ** decay

        def decay_outside(lr, decay, t):
            """`decay` multiplies the whole bracket, and at t = 0 the rate is no longer `lr`. It multiplies t alone."""
            return lr / (decay * (1 + t))

        def rates_cut_to_whole_numbers(lr, decay, t):
            """Your rates are whole numbers wherever t is: `np.zeros_like(t)` makes an array of the same kind as t, and
            it cuts off the digits of what is written into it. Make it of floats."""
            return (lr / (1 + decay * t)).astype(t.dtype)

    class right:
        def by_loop(lr, decay, t):
            rates = []
            for iteration in t:
                rates.append(lr / (1.0 + decay * iteration))
            return np.array(rates)

        def as_list(lr, decay, t):
            return [lr * (1 + decay * float(iteration)) ** -1 for iteration in t]

        def by_reciprocal(lr, decay, t):
            return np.reciprocal(1 / lr + t * (decay / lr))


def with_rates(gradient, start, rates):
    path = np.empty((len(rates) + 1, len(start)))
    path[0] = start
    for t, rate in enumerate(rates):
        path[t + 1] = path[t] - rate * gradient(path[t])
    return path


class descend_with_decay:
    def cases(rng):
        yield functions.square.gradient, np.array([3.0]), 0.1, 0.5, 4
        for f, lr, decay, steps in [
            (functions.ravine, 0.06, 0.1, 8),
            (functions.double_well, 0.03, 1.0, 6),
            (functions.himmelblau, 0.01, 0.3, 7),
            (functions.square, 0.8, 0.2, 9),
            (functions.ravine, 0.03, 2.0, 5),
            (functions.saddle, 0.05, 0.0, 3),
            (functions.ravine, 0.05, 0.4, 1),
        ]:
            low, high = np.array(f.domain).T
            yield f.gradient, rng.uniform(low + 0.6 * (high - low), high).round(2), lr, decay, steps
        yield functions.ravine.gradient, np.array([1.0, -2.0]), 0.05, 0.1, 0

    class mistakes:
        @says(BUG_STILL_THERE)
        def rate_written_over(gradient, start, lr, decay, steps):
            return with_rates(gradient, start, lr / np.cumprod(1 + decay * np.arange(steps)))

        def rate_divided_each_time(gradient, start, lr, decay, steps):
            """The rate still piles up: it is divided by the same number again in each turn of the loop. In 1/t decay
            each rate comes from the first one and from t."""
            return with_rates(gradient, start, lr / (1 + decay) ** np.arange(steps))

        def rate_never_falls(gradient, start, lr, decay, steps):
            """All your steps use the same rate. That mends the standstill, but the rate should fall with t."""
            return with_rates(gradient, start, np.full(steps, lr))

        def rate_of_the_end(gradient, start, lr, decay, steps):
            """All your steps use the rate that belongs to the last one. Each step has a rate of its own."""
            return with_rates(gradient, start, np.full(steps, lr / (1 + decay * max(steps - 1, 0))))

        def first_rate_divided(gradient, start, lr, decay, steps):
            """Your first step is already shorter than `lr` makes it, as if t began at 1."""
            return with_rates(gradient, start, lr / (1 + decay * np.arange(1, steps + 1)))

        def slope_of_the_start(gradient, start, lr, decay, steps):
            """The rates are right, but each step uses the gradient at the start. Take it anew wherever the descent has
            got to."""
            moves = [lr / (1 + decay * t) * gradient(start) for t in range(steps)]
            return start - np.cumsum([np.zeros(len(start)), *moves], axis=0)

        def climbs(gradient, start, lr, decay, steps):
            """The rates are right, but the steps go uphill. Look at the sign."""
            return with_rates(gradient, start, [-lr / (1 + decay * t) for t in range(steps)])

        @says(PATH_WITHOUT_START)
        def without_start(gradient, start, lr, decay, steps):
            return descend_with_decay.right.by_rows(gradient, start, lr, decay, steps)[1:]

        @says(LAST_POINT_ALONE)
        def end_alone(gradient, start, lr, decay, steps):
            return descend_with_decay.right.by_rows(gradient, start, lr, decay, steps)[-1]

    class right:
        def by_rows(gradient, start, lr, decay, steps):
            return with_rates(gradient, start, [lr / (1 + decay * t) for t in range(steps)])

        def as_list(gradient, start, lr, decay, steps):
            theta, path = start, [start]
            for t in range(steps):
                rate = lr / (1 + t * decay)
                theta = theta - rate * gradient(theta)
                path.append(theta)
            return path

        def while_falling(gradient, start, lr, decay, steps):
            theta, below, path = start.copy(), 1.0, [start.copy()]
            while len(path) <= steps:
                theta -= lr / below * gradient(theta)
                below += decay
                path.append(theta.copy())
            return np.vstack(path)


def clear_shrink(rng, r, above_half):
    """A part to be left for which log(shrink)/log(r) is clear of whole and half numbers."""
    least, most = (0.6, 0.9) if above_half else (0.1, 0.4)
    while True:
        shrink = round(rng.uniform(0.01, 0.3), 4)
        if least < np.log(shrink) / np.log(r) % 1 < most:
            return shrink


def factors(hessian, lr):
    return 1 - lr * eigenvalues(hessian)


def slowest(hessian, lr):
    return np.max(abs(factors(hessian, lr)))


def count(r, shrink):
    """The answer, once r is known."""
    if r >= 1:
        return -1
    k = 0
    while r**k > shrink:
        k += 1
    return k


def by_logarithm(r, shrink):
    """As it comes, without a word about r = 0 or r ≥ 1."""
    return int(np.ceil(np.log(shrink) / np.log(r)))


class steps_needed:
    relative, absolute = 0, 0

    def cases(rng):
        yield np.array([[2.0]]), 0.1, 0.1

        yield np.array([[4.0]]), 0.4, clear_shrink(rng, 0.6, False)  # the factor is negative

        def case(hessian, part_of_border, above_half):
            """The rate is that part of the border, in two significant digits."""
            lr = float(f"{part_of_border * 2 / eigenvalues(hessian)[-1]:.2g}")
            return hessian, lr, clear_shrink(rng, np.max(abs(1 - lr * eigenvalues(hessian))), above_half)

        yield case(ravine_askew(rng), 0.5, True)
        yield case(oblique(rng, 3), 0.7, False)
        # at 0.048, where the steepest direction is the slowest
        yield case(np.diag(rng.permutation([3.0, 16.0, 40.0])), 0.96, True)
        yield np.array([[4.0, 1.0], [1.0, 4.0]]), 0.35, clear_shrink(rng, 0.75, True)  # both are: −0.05 and −0.75
        yield np.diag(rng.permutation([1.0, 6.0, 40.0])), 0.06, 0.1  # beyond the border
        yield 100 * ravine_askew(rng), 0.01, 0.2
        yield np.array([[8.0]]), 0.25, 0.1  # on the border, to the last bit
        yield np.array([[4.0]]), 0.25, 0.3  # r = 0
        yield case(ravine_askew(rng), 0.2, False)

    class mistakes:
        def without_absolute_value(hessian, lr, shrink):
            """A direction that swings has a negative factor, and you lose sight of it. It is the factor's size that
            counts."""
            return count(np.max(factors(hessian, lr)), shrink)

        def logarithm_without_absolute_value(hessian, lr, shrink):
            """A direction that swings has a negative factor, and a negative number has no logarithm. It is the factor's
            size that counts."""
            return by_logarithm(np.max(factors(hessian, lr)), shrink)

        def steepest_only(hessian, lr, shrink):
            """You follow the steepest direction alone. At a low rate the flattest one takes longer: look at all the
            factors."""
            return count(abs(factors(hessian, lr)[-1]), shrink)

        def flattest_only(hessian, lr, shrink):
            """You follow the flattest direction alone. At a high rate the steepest one swings, and takes longer or
            never comes to rest: look at all the factors."""
            return count(abs(factors(hessian, lr)[0]), shrink)

        @says(DIAGONAL_FOR_EIGENVALUES)
        def diagonal_only(hessian, lr, shrink):
            return count(np.max(abs(1 - lr * np.diag(hessian))), shrink)

        def mean_of_the_factors(hessian, lr, shrink):
            """You take the mean of the factors. The slowest direction is the last to arrive, however fast the others
            are."""
            return count(np.mean(abs(factors(hessian, lr))), shrink)

        def factor_of_the_best_rate(hessian, lr, shrink):
            """This is how many steps the best rate would need. Here the rate is given."""
            values = eigenvalues(hessian)
            return count((values[-1] - values[0]) / (values[-1] + values[0]), shrink)

        def one_too_few(hessian, lr, shrink):
            """You are one step short: after so many steps, more than `shrink` is left. The last step is not taken in
            part."""
            k = count(slowest(hessian, lr), shrink)
            return k - 1 if k > 0 else k

        def one_too_many(hessian, lr, shrink):
            """You count one step too many: one step earlier no more than `shrink` is left already."""
            k = count(slowest(hessian, lr), shrink)
            return k + 1 if k > 0 else k

        def rounded_count(hessian, lr, shrink):
            """You round to the nearest whole number, so that sometimes a step is missing. There is no part of a step:
            what is left of it has to be taken whole."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else int(np.round(np.log(shrink) / np.log(r)))

        def parts_of_a_step(hessian, lr, shrink):
            """There is no part of a step: what is left of the last one has to be taken whole. Round up."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else float(np.log(shrink) / np.log(r))

        def formula_alone(hessian, lr, shrink):
            """The formula with the logarithms fits only where r lies between 0 and 1. At 0 it stops with an error, at 1
            it divides by zero, and beyond it gives a negative number of steps: ask for these cases first."""
            return math.ceil(math.log(shrink) / math.log(slowest(hessian, lr)))

        def no_end_to_diverging(hessian, lr, shrink):
            """Where the rate lies beyond the border you return a negative number of steps, or divide by the logarithm
            of 1. Look at r first: from 1 on, nothing shrinks."""
            return by_logarithm(slowest(hessian, lr), shrink)

        def border_taken_for_convergence(hessian, lr, shrink):
            """At the border itself r is exactly 1: descent swings for ever, and its error does not shrink. That rate
            needs a −1 as well."""
            r = slowest(hessian, lr)
            return -1 if r > 1 else by_logarithm(r, shrink) if r else 1

        def logarithm_of_zero(hessian, lr, shrink):
            """Where r is 0 its logarithm is −∞, and your count comes out as 0. But before the first step nothing has
            shrunk yet."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else by_logarithm(r, shrink)

        def no_logarithm_of_zero(hessian, lr, shrink):
            """Where r is 0 there is no logarithm, and `math.log` stops with an error. Ask for this case first: how many
            steps does it take?"""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else math.ceil(math.log(shrink) / math.log(r))

        def cost_for_distance(hessian, lr, shrink):
            """You count until the cost has shrunk so far: it falls by r² at each step. The error is asked for."""
            r = slowest(hessian, lr)
            return count(r if r >= 1 else r**2, shrink)

        def what_has_gone(hessian, lr, shrink):
            """You count until the part `shrink` of the error has gone. It is the part that may be left."""
            return count(slowest(hessian, lr), 1 - shrink)

    class right:
        def with_logarithms(hessian, lr, shrink):
            r = max(abs(1 - lr * value) for value in np.linalg.eigvals(hessian).real)
            if r >= 1:
                return -1
            return math.ceil(math.log(shrink) / math.log(r)) if r > 0 else 1

        def by_matrix(hessian, lr, shrink):
            r = np.linalg.norm(np.eye(len(hessian)) - lr * hessian, 2)
            if r >= 1:
                return np.int64(-1)
            return np.int64(np.argmax(r ** np.arange(2000) <= shrink))

        def one_by_one(hessian, lr, shrink):
            left, k = np.ones(len(hessian)), 0
            if not np.all(abs(factors(hessian, lr)) < 1):
                return -1
            while np.max(abs(left)) > shrink:
                left, k = left * factors(hessian, lr), k + 1
            return float(k)
