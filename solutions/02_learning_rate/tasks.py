"""Exercise 02: the cases of each task, the known mistakes, and right answers written in other ways."""

import math

import numpy as np

from grader.sentences import BUG_STILL_THERE, DIAGONAL_FOR_EIGENVALUES, FIXED_FRACTION_OFF, says
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
    yield (np.array([[5.0, 4.0], [4.0, 5.0]]),)
    yield (np.array([[1.0, 0.0], [0.0, 25.0]]),)
    yield (ravine_askew(rng),)
    yield (oblique(rng, 3),)
    yield (np.diag(rng.permutation([2.0, 3.0, 40.0])),)  # the one in between is far from the middle
    yield (np.diag(rng.permutation([1.0, 17.0, 20.0, 22.0])),)
    yield (np.array([[float(rng.integers(3, 9))]]),)
    yield (2.5 * np.eye(2),)
    yield ((0.01 * oblique(rng, 4)).round(2),)
    yield (100 * ravine_askew(rng),)
    yield (5 * np.eye(4) - 1,)  # (1, 1, 1, 1) is its flattest direction


def is_diagonal(hessian):
    return np.array_equal(hessian, np.diag(np.diag(hessian)))


class largest_stable_rate:
    cases = hessian_cases

    class mistakes:
        def one_over_the_largest(hessian):
            """At this rate the factor of the steepest direction is 0: it arrives in a single step. That is a good rate,
            but not the border, at which this direction leaps to the other side and just as far."""
            return 1 / eigenvalues(hessian)[-1]

        def of_the_flattest(hessian):
            """This is the border of the flattest direction. The steeper ones diverge long before it: which eigenvalue
            belongs to the steepest?"""
            return 2 / eigenvalues(hessian)[0]

        def by_diagonal(hessian):
            """You take the largest entry of the diagonal, which is the curvature along one of the axes. An oblique
            ravine curves more in between: look at its eigenvalues."""
            return 2 / np.max(np.diag(hessian))

        def by_the_sum(hessian):
            """You use the sum of all eigenvalues, which is also the sum of the diagonal. Each direction has its own
            factor, so one eigenvalue alone decides."""
            return 2 / np.trace(hessian)

        def by_both_ends(hessian):
            """This is the fastest rate, at which the flattest and the steepest direction shrink equally fast. A little
            above it, descent is slower but still converges."""
            return 2 / (eigenvalues(hessian)[0] + eigenvalues(hessian)[-1])

        def by_matrix_norm(hessian):
            """`np.linalg.norm` of a matrix is the root of the sum of its squared entries, which mixes all eigenvalues.
            Take the eigenvalues themselves."""
            return 2 / np.linalg.norm(hessian)

        def the_curvature(hessian):
            """This is the largest curvature itself. The more the surface curves, the smaller the rate must be."""
            return eigenvalues(hessian)[-1]

        def times_the_curvature(hessian):
            """You multiply by the largest eigenvalue. The more the surface curves, the smaller the rate must be."""
            return 2 * eigenvalues(hessian)[-1]

        def by_row_sums(hessian):
            """You take the largest sum of the sizes in a row. No eigenvalue is above that, so your rate is safe, but it
            is not yet the border: take the largest eigenvalue itself."""
            return 2 / np.linalg.norm(hessian, 1)

        def by_row_sums_with_signs(hessian):
            """You take the largest sum of the entries in a row, in which positive and negative ones cancel. The largest
            eigenvalue is another number."""
            return 2 / np.max(np.sum(hessian, axis=1))

        def by_condition(hessian):
            """You use the condition number, which compares the largest eigenvalue with the smallest. The border depends
            on the largest alone."""
            return 2 / np.linalg.cond(hessian)

        def by_determinant(hessian):
            """You use the determinant, which is the product of all eigenvalues. Each direction has its own factor, so
            one eigenvalue alone decides."""
            return 2 / np.linalg.det(hessian)

        def by_first_entry(hessian):
            """You use the first entry of the Hessian, which is the curvature along the first axis. Other directions may
            curve more: look at its eigenvalues."""
            return 2 / hessian[0, 0]

        def by_last_entry(hessian):
            """You use the last entry of the Hessian, which is the curvature along the last axis. Other directions may
            curve more: look at its eigenvalues."""
            return 2 / hessian[-1, -1]

        def last_of_unsorted(hessian):
            """On a diagonal matrix you use the last entry, which need not be the largest eigenvalue.
            `np.linalg.eigvals` returns them in no particular order; `np.linalg.eigvalsh` sorts them."""
            return 2 / hessian[-1, -1] if is_diagonal(hessian) else ...

        def first_of_unsorted(hessian):
            """On a diagonal matrix you use the first entry, which need not be the largest eigenvalue.
            `np.linalg.eigvals` returns them in no particular order; `np.linalg.eigvalsh` sorts them."""
            return 2 / hessian[0, 0] if is_diagonal(hessian) else ...

        def eigenvectors_for_eigenvalues(hessian):
            """On a diagonal matrix you return 2, whatever its entries are. `np.linalg.eigh` returns the eigenvalues
            first. The eigenvectors, which come second, have length 1 however much the surface curves."""
            return 2.0 if is_diagonal(hessian) else ...

        def by_all_entries(hessian):
            """You add up the sizes of all entries. Each direction has its own curvature, an eigenvalue, and one of them
            decides."""
            return 2 / np.sum(np.abs(hessian))

        def squared(hessian):
            """You square the eigenvalue. In the factor 1 − αλ it is not squared."""
            return 2 / eigenvalues(hessian)[-1] ** 2

        def the_condition(hessian):
            """This is the condition number κ, which has no units. A rate has those of 1/λ: set the factor of one
            eigenvalue to −1 and solve for it."""
            return np.linalg.cond(hessian)

        def flattest_at_once(hessian):
            """At this rate the factor of the flattest direction is 0: it arrives in a single step, while steeper ones
            may diverge. Which eigenvalue sets the border?"""
            return 1 / eigenvalues(hessian)[0]

        def by_the_difference(hessian):
            """You subtract the smallest eigenvalue from the largest. Only the largest decides: set its factor to −1."""
            return 2 / max(eigenvalues(hessian)[-1] - eigenvalues(hessian)[0], 1e-3)

        def of_the_mean(hessian):
            """You take the mean of the eigenvalues. Each direction has its own factor, and the first one to diverge
            decides."""
            return 2 / np.mean(eigenvalues(hessian))

        def of_both_ends_together(hessian):
            """You take the root of a product of eigenvalues. Each direction has its own factor, and the first one to
            diverge decides."""
            values = eigenvalues(hessian)
            return 2 / np.sqrt(values[0] * values[-1])

        def root_of_the_largest(hessian):
            """You take the root of the largest eigenvalue. The factor 1 − αλ holds λ itself."""
            return 2 / np.sqrt(eigenvalues(hessian)[-1])

        def by_the_condition_number(hessian):
            """You use the condition number κ, a ratio of eigenvalues. The border depends on their size: set the factor
            of one of them to −1 and solve for the rate."""
            values = eigenvalues(hessian)
            return 2 / (1 + values[-1] / values[0])

        def factor_for_the_rate(hessian):
            """You subtract from 1, as in the factor 1 − αλ. The task asks for the α at which that factor is −1."""
            return 1 - 2 / eigenvalues(hessian)[-1]

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
            """This is the border. There the steepest direction swings forever and does not shrink at all."""
            return 2 / eigenvalues(hessian)[-1]

        def steepest_at_once(hessian):
            """At this rate the steepest direction arrives in one step, but the flattest is slower than it need be.
            Raise the rate until the two are equally fast."""
            return 1 / eigenvalues(hessian)[-1]

        def flattest_at_once(hessian):
            """At this rate the flattest direction arrives in one step, but the steepest one may diverge. Both ends
            count."""
            return 1 / eigenvalues(hessian)[0]

        def by_the_sum(hessian):
            """You use the sum of all eigenvalues. The factors of those in between are smaller than the two at the ends,
            and do not set the pace."""
            return 2 / np.trace(hessian)

        def by_the_mean(hessian):
            """You take the mean of all the eigenvalues. The factors of those in between are smaller than the two at the
            ends, and do not set the pace."""
            return 1 / np.mean(eigenvalues(hessian))

        def by_diagonal(hessian):
            """You look at the diagonal of the Hessian, which holds the curvatures along the axes. An oblique ravine
            curves more, and less, in between: look at its eigenvalues."""
            return 2 / (np.min(np.diag(hessian)) + np.max(np.diag(hessian)))

        def geometric_mean(hessian):
            """You take the root of a product of two eigenvalues. At the best rate their factors 1 − αλ have opposite
            signs and the same size: that equation has no square root in it."""
            return 1 / np.sqrt(eigenvalues(hessian)[0] * eigenvalues(hessian)[-1])

        def mean_of_two_rates(hessian):
            """You take the mean of two rates, the best of the flattest and the best of the steepest direction. In a
            long ravine the first of them is far above the border."""
            return (1 / eigenvalues(hessian)[0] + 1 / eigenvalues(hessian)[-1]) / 2

        def two_over_the_mean(hessian):
            """You divide 2 by the mean of the eigenvalues. At the best rate the smallest and the largest one decide,
            and their sum is what you need."""
            return 2 / np.mean(eigenvalues(hessian))

        def by_median(hessian):
            """You take the median of the eigenvalues. What counts is how slow the two ends are, not what is between
            them."""
            return 1 / np.median(eigenvalues(hessian))

        def mean_of_two_borders(hessian):
            """You take the mean of two borders, that of the flattest and that of the steepest direction. The first of
            them is far above the second in a long ravine."""
            return 1 / eigenvalues(hessian)[0] + 1 / eigenvalues(hessian)[-1]

        def by_the_product(hessian):
            """You multiply the two eigenvalues. At the best rate their factors 1 − αλ have the same size and opposite
            signs: write that down and solve it for α."""
            return 2 / (eigenvalues(hessian)[0] * eigenvalues(hessian)[-1])

        def by_first_and_last_entry(hessian):
            """You take the first and the last entry of the diagonal. The smallest and the largest eigenvalue are what
            counts."""
            return 2 / (hessian[0, 0] + hessian[-1, -1])

        def by_condition(hessian):
            """You use κ without the eigenvalues, so your rate stays the same when the cost is multiplied by 100. It
            should be a hundred times smaller then."""
            return 2 / np.linalg.cond(hessian)

        def too_far_below_the_border(hessian):
            """You use (κ − 1)/κ where the best rate is κ/(κ + 1) of the border. The two are close only if κ is
            large."""
            kappa = np.linalg.cond(hessian)
            return 2 / eigenvalues(hessian)[-1] * (kappa - 1) / kappa

        def factor_times_the_border(hessian):
            """You multiply the border by (κ − 1)/(κ + 1), the factor per step at the best rate. That is what a step
            leaves of the error, and not a fraction of the border."""
            kappa = np.linalg.cond(hessian)
            return 2 / eigenvalues(hessian)[-1] * (kappa - 1) / (kappa + 1)

        def the_factor(hessian):
            """This is (κ − 1)/(κ + 1), the factor per step at the best rate. The task asks for the rate itself."""
            low, high = eigenvalues(hessian)[[0, -1]]
            return (high - low) / (high + low)

        def by_the_difference(hessian):
            """You subtract the smallest eigenvalue from the largest. Set 1 − αλ for the one to −(1 − αλ) for the other
            once more, and mind the signs."""
            return 2 / max(eigenvalues(hessian)[-1] - eigenvalues(hessian)[0], 1e-3)

        def just_below_the_border(hessian):
            """You take a fixed fraction of the border. How far the best rate is below it depends on the smallest
            eigenvalue too."""
            return 0.99 * 2 / eigenvalues(hessian)[-1]

        def halfway_to_the_border(hessian):
            """You take the middle between 1/L, at which the steepest direction arrives in one step, and the border. The
            best rate also depends on the smallest eigenvalue."""
            return 1.5 / eigenvalues(hessian)[-1]

        def of_momentum(hessian):
            """You take the roots of the eigenvalues. That is for the heavy ball of a later lesson; here the two factors
            are 1 − αλ."""
            return 4 / (np.sqrt(eigenvalues(hessian)[0]) + np.sqrt(eigenvalues(hessian)[-1])) ** 2

        def by_entries(hessian):
            """You take the smallest and the largest entry of the Hessian. Its eigenvalues are what counts."""
            return 2 / max(np.min(hessian) + np.max(hessian), 1e-3)

        def by_the_condition_number(hessian):
            """You use the condition number κ where the largest eigenvalue belongs. That is right only where the
            smallest one is 1."""
            values = eigenvalues(hessian)
            return 2 / (1 + values[-1] / values[0])

        def mean_of_the_best_of_all(hessian):
            """You take the mean of the rates that suit each direction best. In a long ravine that of the flattest is
            far above the border."""
            return np.mean(1 / eigenvalues(hessian))

        def two_smallest(hessian):
            """You use the two smallest eigenvalues. If there are more, that leaves out the steepest direction, which
            swings first as the rate grows."""
            return 2 / np.sum(eigenvalues(hessian)[:2]) if len(hessian) > 1 else ...

        def nearly_the_border(hessian):
            """You take nine tenths of the border. The best rate also depends on the smallest eigenvalue."""
            return 1.8 / eigenvalues(hessian)[-1]

    class right:
        def by_sorting(hessian):
            values = sorted(np.linalg.eigvals(hessian).real)
            return float(1 / (values[0] / 2 + values[-1] / 2))

        def by_condition(hessian):
            kappa, border = np.linalg.cond(hessian), 2 / np.linalg.norm(hessian, 2)
            return border * kappa / (kappa + 1)

        def by_search(hessian):
            """Where the largest factor is smallest, found by cutting a third off one side or the other."""
            values = eigenvalues(hessian)
            low, high = 0.0, 2 / values[-1]
            for _ in range(150):
                a, b = low + (high - low) / 3, high - (high - low) / 3
                if np.max(abs(1 - a * values)) < np.max(abs(1 - b * values)):
                    high = b
                else:
                    low = a
            return low


def end(gradient, start, lr, steps):
    """Where a descent of that many steps ends."""
    theta = start
    for _ in range(steps):
        theta = theta - lr * gradient(theta)
    return theta


def final_costs(f, gradient, start, rates, steps):
    """The cost at the end of each rate's descent; infinite where it is no number."""
    costs = np.array([f(end(gradient, start, lr, steps)) for lr in rates])
    return np.where(np.isfinite(costs), costs, np.inf)


def has_one_winner(f, gradient, start, rates, steps):
    """Whether the lowest cost at the end is clear of the next, so that rounding decides nothing."""
    with np.errstate(all="ignore"):
        first, second = np.sort(final_costs(f, gradient, start, rates, steps))[:2]
    return second - first > 1e-3 * (1e-3 + abs(first))


ON_FROM_THE_LAST = (
    "Your second descent goes on where the first has ended, and so on. For a fair comparison each of them has to begin "
    "at `start`."
)
COSTS_ON_THE_WAY = (
    "You compare costs from on the way, such as the lowest one, or the last before a rise. A descent above the border "
    "can pass a low point and fly off; what counts is where it ends."
)


class best_of_sweep:
    def cases(rng):
        def drawn(f, rates, steps, low, high):
            """A case from a start between low and high, with the rates in that order."""
            while True:
                case = f.value, f.gradient, rng.uniform(low, high).round(2), np.array(rates), steps
                if has_one_winner(*case):
                    return case

        ravine, wells = functions.ravine, functions.double_well
        yield ravine.value, ravine.gradient, np.array([3.5, 1.0]), np.array([0.1, 0.03, 0.001, 0.3, 0.01]), 50
        yield drawn(wells, [0.5, 0.003, 0.02, 0.3, 0.01], 12, [1.8], [2.2])  # the first ends at NaN
        yield drawn(
            functions.himmelblau, [0.0003, 0.3, 0.003, 0.001], 20, [-1.0, -1.0], [1.0, 1.0]
        )  # so does one within
        yield drawn(functions.rosenbrock, [0.003, 0.0001, 0.001, 0.01], 30, [-1.4, 0.8], [-1.0, 1.2])
        yield drawn(ravine, [0.02, 0.1, 0.04], 10, [3.0, 0.01], [3.5, 0.01])  # 0.1 falls at first, and ends high
        yield drawn(ravine, [0.001, 0.002, 0.004, 0.008], 15, [2.0, 1.0], [3.0, 2.0])  # the highest is not too high
        yield drawn(functions.plateau, [300.0, 3.0, 30.0, 1.0, 100.0], 8, [5.0], [7.0])
        yield drawn(functions.saddle, [0.1, 0.01, 0.3, 0.9], 10, [1.0, 0.3], [1.6, 0.8])
        yield drawn(functions.absolute, [0.4, 0.6, 0.52], 5, [2.05], [2.2])  # a step more or fewer has another winner
        yield drawn(wells, [0.02, 0.06], 1, [-1.32], [-1.28])  # costs below 0, and one step only
        yield drawn(ravine, [0.01, 0.03, 0.02], 2, [4000.0, 3000.0], [5000.0, 4000.0])  # costs of millions to the end
        yield drawn(ravine, [0.11, 0.09, 0.1], 4, [0.5, 2.0], [1.0, 3.0])  # all of them end above the start

    class mistakes:
        def nan_wins(f, gradient, start, rates, steps):
            """You return a rate whose descent ends at NaN: `np.argmin` takes a NaN for the least of all, and so does
            `min` if it comes first. Look for costs that are not finite before you compare, but not by `==`: NaN equals
            nothing."""
            return rates[np.argmin([f(end(gradient, start, lr, steps)) for lr in rates])]

        def first_cost_never_beaten(f, gradient, start, rates, steps):
            """If the first descent ends at NaN, you keep its rate: no cost is lower than NaN, since `<` with
            NaN is always false. Look for costs that are not finite before you compare."""
            best, lowest = rates[0], f(end(gradient, start, rates[0], steps))
            for lr in rates[1:]:
                if (cost := f(end(gradient, start, lr, steps))) < lowest:
                    best, lowest = lr, cost
            return best

        def nan_taken_for_zero(f, gradient, start, rates, steps):
            """You turn NaN into a number, such as 0 or −1, that is lower than the costs. A descent that ends at NaN
            should count as infinitely high."""
            costs = [f(end(gradient, start, lr, steps)) for lr in rates]
            return rates[np.argmin(np.nan_to_num(costs))]

        @says(ON_FROM_THE_LAST)
        def goes_on_from_the_last(f, gradient, start, rates, steps):
            costs, theta = [], start
            for lr in rates:
                theta = end(gradient, theta, lr, steps)
                costs.append(f(theta))
            return rates[np.argmin(np.where(np.isfinite(costs), costs, np.inf))]

        @says(ON_FROM_THE_LAST)
        def goes_on_from_the_last_to_none(f, gradient, start, rates, steps):
            best, lowest, theta = None, np.inf, start
            for lr in rates:
                theta = end(gradient, theta, lr, steps)
                if (cost := f(theta)) < lowest:
                    best, lowest = lr, cost
            return best

        def positions_that_have_shifted(f, gradient, start, rates, steps):
            """You leave out the costs that are not finite and then look up a position in all the rates. Once something
            is left out, the positions no longer fit: leave out the same rates too."""
            costs = np.array([f(end(gradient, start, lr, steps)) for lr in rates])
            return rates[np.argmin(costs[np.isfinite(costs)])]

        def positions_in_given_rates(f, gradient, start, rates, steps):
            """Your costs are in the order of the sorted rates, but you look up the position of the lowest one in
            `rates`. Both must be in the same order."""
            return rates[np.argmin(final_costs(f, gradient, start, sorted(rates), steps))]

        def lower_than_the_start(f, gradient, start, rates, steps):
            """You ask for an end below the cost at the start. If all descents end above it, the lowest end still
            wins: begin with infinity."""
            costs = final_costs(f, gradient, start, rates, steps)
            return rates[np.argmin(costs)] if np.min(costs) < f(start) else ...

        def positions_in_sorted_rates(f, gradient, start, rates, steps):
            """You look up the position of the lowest cost in the sorted rates, but your costs are in the order of
            `rates`. Both must be in the same order."""
            costs = np.array([f(end(gradient, start, lr, steps)) for lr in rates])
            return sorted(rates)[np.argmin(costs)] if np.all(np.isfinite(costs)) else ...

        def lowest_begins_at_zero(f, gradient, start, rates, steps):
            """Your lowest cost so far begins at 0, and a cost above 0 never gets below that. Begin with infinity."""
            costs = np.minimum(final_costs(f, gradient, start, rates, steps), 0)
            return rates[np.argmin(costs)]

        def last_that_ends_lower(f, gradient, start, rates, steps):
            """You compare each cost with the same number, so the last rate that gets below it wins. When a rate is the
            best so far, remember its cost too."""
            lower = final_costs(f, gradient, start, rates, steps) < f(start)
            return rates[np.flatnonzero(lower)[-1]]

        def better_than_the_one_before(f, gradient, start, rates, steps):
            """You compare each cost with the one before it. Compare it with the lowest so far."""
            costs = final_costs(f, gradient, start, rates, steps)
            if np.any(np.isinf(costs)):
                return ...
            return rates[max(k for k in range(len(rates)) if k == 0 or costs[k] < costs[k - 1])]

        def nearest_to_zero(f, gradient, start, rates, steps):
            """You look for the descent that ends nearest to θ = 0. The lowest point can be anywhere: compare the
            costs."""
            ends = [np.linalg.norm(end(gradient, start, lr, steps)) for lr in rates]
            return rates[np.argmin(np.where(np.isfinite(ends), ends, np.inf))]

        def the_last(f, gradient, start, rates, steps):
            """You return the last of the rates, whatever its descent does. A variable keeps its last value when a loop
            is over."""
            return rates[-1]

        def position_for_rate(f, gradient, start, rates, steps):
            """You return the position of the best rate in `rates`. The task asks for the rate itself."""
            return int(np.argmin(final_costs(f, gradient, start, rates, steps)))

        def cost_for_rate(f, gradient, start, rates, steps):
            """You return the lowest cost. The task asks for the rate that leads to it."""
            return np.min(final_costs(f, gradient, start, rates, steps))

        @says(COSTS_ON_THE_WAY)
        def lowest_on_the_way(f, gradient, start, rates, steps):
            on_the_way = [final_costs(f, gradient, start, rates, k) for k in range(1, steps + 1)]
            return rates[np.argmin(np.min(on_the_way, axis=0))]

        @says(COSTS_ON_THE_WAY)
        def lowest_from_the_start_on(f, gradient, start, rates, steps):
            on_the_way = [final_costs(f, gradient, start, rates, k) for k in range(steps + 1)]
            return rates[np.argmin(np.min(on_the_way, axis=0))]

        @says(COSTS_ON_THE_WAY)
        def ended_by_a_rise(f, gradient, start, rates, steps):
            def last_before_a_rise(lr):
                theta = start
                for _ in range(steps):
                    there = theta - lr * gradient(theta)
                    if not f(there) <= f(theta):
                        break
                    theta = there
                return f(theta)

            return rates[np.argmin([last_before_a_rise(lr) for lr in rates])]

        def without_any_that_rises(f, gradient, start, rates, steps):
            """A rate whose cost rises on the way does not win in your code. It may rise at first and still be the one
            that ends lowest."""
            on_the_way = np.array([final_costs(f, gradient, start, rates, k) for k in range(steps + 1)])
            rises = ~np.all(on_the_way[1:] <= on_the_way[:-1], axis=0)
            if np.all(rises):
                return ...
            return rates[np.argmin(np.where(rises, np.inf, on_the_way[-1]))]

        def stops_at_the_first_that_diverges(f, gradient, start, rates, steps):
            """Your sweep is over as soon as a descent diverges. The rates are in no particular order: leave that one
            out, and go on with the next."""
            costs = final_costs(f, gradient, start, rates, steps)
            tried = np.argmax(np.isinf(costs)) if np.any(np.isinf(costs)) else len(costs)
            return rates[np.argmin(costs[:tried])] if tried else ...

        def after_one_step(f, gradient, start, rates, steps):
            """You compare the costs after one step. A rate that falls fastest at first need not end lowest."""
            return rates[np.argmin(final_costs(f, gradient, start, rates, 1))]

        def flattest_end(f, gradient, start, rates, steps):
            """You look for the end where the slope is flattest. It can be flat far above the lowest point, or at a
            saddle: compare the costs."""
            norms = [np.linalg.norm(gradient(end(gradient, start, lr, steps))) for lr in rates]
            return rates[np.argmin(np.where(np.isfinite(norms), norms, np.inf))]

        def largest_that_ends_lower(f, gradient, start, rates, steps):
            """You return the largest rate that lowers the cost at all. It can be close to the border, and end higher
            than a smaller rate."""
            lower = final_costs(f, gradient, start, rates, steps) < f(start)
            return max(lr for lr, fine in zip(rates, lower, strict=True) if fine)

        def largest_that_stays_finite(f, gradient, start, rates, steps):
            """You return the largest rate whose cost is still a finite number. A descent that diverges needs many steps
            to reach infinity: compare the costs."""
            finite = np.isfinite(final_costs(f, gradient, start, rates, steps))
            return max(lr for lr, fine in zip(rates, finite, strict=True) if fine)

        def first_that_stays_finite(f, gradient, start, rates, steps):
            """You return the first rate whose cost is still a finite number. Try them all, and compare the costs."""
            return rates[np.argmax(np.isfinite(final_costs(f, gradient, start, rates, steps)))]

        def largest(f, gradient, start, rates, steps):
            """You return the largest rate. Above the border a descent diverges: compare the costs at the end."""
            return np.max(rates)

        def smallest(f, gradient, start, rates, steps):
            """You return the smallest rate. It is safe, and slow: compare the costs at the end."""
            return np.min(rates)

        def first_that_ends_lower(f, gradient, start, rates, steps):
            """You return the first rate that lowers the cost. Try them all, and keep the one that ends lowest."""
            lower = final_costs(f, gradient, start, rates, steps) < f(start)
            return rates[np.argmax(lower)]

        def highest_end(f, gradient, start, rates, steps):
            """You return the rate whose descent ends highest among those that stay finite."""
            costs = final_costs(f, gradient, start, rates, steps)
            return rates[np.argmax(np.where(np.isfinite(costs), costs, -np.inf))]

        def stops_at_the_first_rise(f, gradient, start, rates, steps):
            """You stop at the first rate that ends higher than the one before it. The rates are in no particular order:
            try them all."""
            costs = final_costs(f, gradient, start, rates, steps)
            k = 0
            while k + 1 < len(rates) and costs[k + 1] <= costs[k]:
                k += 1
            return rates[k]

        def sizes_of_costs(f, gradient, start, rates, steps):
            """You look for the cost nearest to 0. A cost can be negative, and then lower is further from 0."""
            return rates[np.argmin(np.abs(final_costs(f, gradient, start, rates, steps)))]

        def slope_of_the_start(f, gradient, start, rates, steps):
            """Every step uses the gradient at the start. Compute it again wherever the descent has got to."""
            return rates[np.argmin(final_costs(f, lambda theta: gradient(start), start, rates, steps))]

        def first_of_the_rates(f, gradient, start, rates, steps):
            """You return the first of the rates, whatever its descent does. Is `return` inside the loop, or are all
            your costs the same?"""
            return rates[0]

        def first_rate_alone(f, gradient, start, rates, steps):
            """You never look beyond the first rate. Is `return` inside the loop?"""
            return rates[0] if np.isfinite(f(end(gradient, start, rates[0], steps))) else ...

        def nan_not_above(f, gradient, start, rates, steps):
            """NaN gets past your comparison: it is neither above nor below any number. Look for costs that are not
            finite before you compare."""
            best, lowest = rates[0], np.inf
            for lr in rates:
                if not (cost := f(end(gradient, start, lr, steps))) > lowest:
                    best, lowest = lr, cost
            return best

        def a_hundred_steps(f, gradient, start, rates, steps):
            """You take many steps, such as 50 or 100, whatever is passed in. Use `steps`."""
            return rates[np.argmin(final_costs(f, gradient, start, rates, 100))]

        def second_lowest(f, gradient, start, rates, steps):
            """You return the rate whose cost is the second lowest."""
            return rates[np.argsort(final_costs(f, gradient, start, rates, steps))[1]]

    class right:
        def lowest_so_far(f, gradient, start, rates, steps):
            best, lowest = None, np.inf
            for lr in rates:
                cost = f(end(gradient, start, lr, steps))
                if cost < lowest:
                    best, lowest = float(lr), cost
            return best

        def by_key(f, gradient, start, rates, steps):
            def height(lr):
                cost = f(end(gradient, start, lr, steps))
                return cost if math.isfinite(cost) else math.inf

            return min(rates.tolist(), key=height)

        def all_at_once(f, gradient, start, rates, steps):
            theta = np.tile(start, (len(rates), 1))
            for _ in range(steps):
                theta = theta - rates[:, np.newaxis] * gradient(theta)
            return rates[np.nanargmin(f(theta))]


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
            """Each of your rates is the one before it, divided by the same number once more. In 1/t decay the first
            rate is divided by a number that grows by the same amount from step to step."""
            return with_rates(gradient, start, lr / (1 + decay) ** np.arange(steps))

        def rate_never_falls(gradient, start, lr, decay, steps):
            """All your steps use the same rate. The descent no longer comes to rest, but the rate should fall with
            t."""
            return with_rates(gradient, start, np.full(steps, lr))

        def rate_of_the_end(gradient, start, lr, decay, steps):
            """All your steps use the rate of the last step. Each step has its own rate."""
            return with_rates(gradient, start, np.full(steps, lr / (1 + decay * max(steps - 1, 0))))

        def first_rate_divided(gradient, start, lr, decay, steps):
            """Your first step uses a rate lower than `lr`, as if t began at 1. It begins at 0."""
            return with_rates(gradient, start, lr / (1 + decay * np.arange(1, steps + 1)))

        def divided_before_the_first_step(gradient, start, lr, decay, steps):
            """The rate still piles up: every turn of the loop divides it once more, and the first step already uses a
            lower one. In 1/t decay each rate comes from the first one and from t."""
            return with_rates(gradient, start, lr / (1 + decay) ** np.arange(1, steps + 1))

        def multiplied_each_time(gradient, start, lr, decay, steps):
            """You write over `lr` and multiply it by `decay` in every turn. In 1/t decay each rate comes from the first
            one and from t."""
            return with_rates(gradient, start, lr * decay ** np.arange(1, steps + 1))

        def t_outside_the_bracket(gradient, start, lr, decay, steps):
            """Your first step does not move at all, and the rate grows with t: t multiplies the whole quotient. It
            belongs in the bracket, with `decay`."""
            return with_rates(gradient, start, lr / (1 + decay) * np.arange(steps))

        def steps_for_t(gradient, start, lr, decay, steps):
            """You put the number of steps where t belongs, so all your rates are the same, and low."""
            return with_rates(gradient, start, np.full(steps, lr / (1 + decay * steps)))

        def decay_not_multiplied(gradient, start, lr, decay, steps):
            """You add `decay` to t. In the bracket it multiplies t."""
            return with_rates(gradient, start, lr / (1 + decay + np.arange(steps)))

        def one_multiplied_by_t(gradient, start, lr, decay, steps):
            """From t = 1 on you divide by (1 + decay)·t. In the bracket, t multiplies `decay` alone."""
            return with_rates(gradient, start, lr / np.maximum(1, (1 + decay) * np.arange(steps)))

        def point_divided_too(gradient, start, lr, decay, steps):
            """You divide the whole new point by the bracket. Only the rate is divided by it."""
            path = [start]
            for t in range(steps):
                path.append((path[-1] - lr * gradient(path[-1])) / (1 + decay * t))
            return np.array(path)

        def decay_subtracted(gradient, start, lr, decay, steps):
            """You subtract `decay` in each step, so the rate soon gets below 0. Divide by the bracket."""
            return with_rates(gradient, start, lr - decay * np.arange(steps))

        def powers_of_decay(gradient, start, lr, decay, steps):
            """You multiply by `decay` once for each step. That is another schedule, which falls by the same factor each
            time; here the rate is divided by a sum that grows."""
            return with_rates(gradient, start, lr * decay ** np.arange(steps))

        def exponential(gradient, start, lr, decay, steps):
            """Your rate falls exponentially, so fast that the sum of all rates stays finite. There is no exponential in
            1/t decay."""
            return with_rates(gradient, start, lr * np.exp(-decay * np.arange(steps)))

        def straight_line(gradient, start, lr, decay, steps):
            """Your rate falls along a straight line, and would get below 0. Divide by the bracket."""
            return with_rates(gradient, start, lr * (1 - decay * np.arange(steps)))

        def root_of_the_bracket(gradient, start, lr, decay, steps):
            """You divide by the root of the bracket, which is another schedule. Here it is the bracket itself."""
            return with_rates(gradient, start, lr / np.sqrt(1 + decay * np.arange(steps)))

        def square_of_the_bracket(gradient, start, lr, decay, steps):
            """You divide by the bracket twice, or by its square. Divide the first rate once."""
            return with_rates(gradient, start, lr / (1 + decay * np.arange(steps)) ** 2)

        def one_row_too_few(gradient, start, lr, decay, steps):
            """Your path has one row too few, and where `steps` is 0 there is no row for the start. The start is the
            first row, and each step adds one."""
            path = with_rates(gradient, start, lr / (1 + decay * np.arange(steps)))[:-1]
            path[0] = start  # an IndexError where there are no steps
            return path

        def rates_for_points(gradient, start, lr, decay, steps):
            """You return the rates. The task asks for the points of the path."""
            return lr / (1 + decay * np.arange(steps + 1))

        def backwards(gradient, start, lr, decay, steps):
            """Your rates rise: the last step uses the highest. Count t upwards from 0."""
            return with_rates(gradient, start, lr / (1 + decay * np.arange(steps)[::-1]))

        def slope_of_the_start(gradient, start, lr, decay, steps):
            """The rates are right, but each step uses the gradient at the start. Compute it again wherever the descent
            has got to."""
            moves = [lr / (1 + decay * t) * gradient(start) for t in range(steps)]
            return start - np.cumsum([np.zeros(len(start)), *moves], axis=0)

        @says(FIXED_FRACTION_OFF)
        def fixed_part_taken_off(gradient, start, lr, decay, steps):
            return with_rates(gradient, start, lr * (1 - decay) ** np.arange(steps))

        def decay_subtracted_down_to_0(gradient, start, lr, decay, steps):
            """You subtract decay·t from the rate. Divide the rate by 1 + decay·t."""
            return with_rates(gradient, start, np.maximum(lr - decay * np.arange(steps), 0))

        def decay_over_all_steps(gradient, start, lr, decay, steps):
            """You divide t by the number of steps. The rate of a step depends on t alone, however many steps follow."""
            return with_rates(gradient, start, lr / (1 + decay * np.arange(steps) / max(steps, 1)))

        def written_over_after_the_step(gradient, start, lr, decay, steps):
            """The rate still piles up: you overwrite `lr` after each step, and divide it again after the next. Each
            rate comes from the first one and from t."""
            return with_rates(gradient, start, lr / np.cumprod(1 + decay * np.maximum(np.arange(steps) - 1, 0)))

        def one_step_late(gradient, start, lr, decay, steps):
            """The second step still uses the first rate, and all that follow are late by one as well. Step t uses the
            rate of t."""
            return with_rates(gradient, start, lr / (1 + decay * np.maximum(np.arange(steps) - 1, 0)))

        def written_over_from_one_on(gradient, start, lr, decay, steps):
            """The rate still piles up, because you overwrite `lr` and divide it again. And your first step already uses
            a lower one: t begins at 0."""
            return with_rates(gradient, start, lr / np.cumprod(1 + decay * np.arange(1, steps + 1)))

        def rate_grows(gradient, start, lr, decay, steps):
            """Your rate grows: you multiply it by 1 + decay·t. Divide by that."""
            return with_rates(gradient, start, lr * (1 + decay * np.arange(steps)))

        def falls_only_once(gradient, start, lr, decay, steps):
            """Your rate falls once, after the first step, and then stays. It falls with every step."""
            return with_rates(gradient, start, lr / (1 + decay * np.minimum(np.arange(steps), 1)))

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
    """A fraction for which log(shrink)/log(r) is clear of whole and half numbers."""
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


def squarings(r, shrink):
    """How often r has to be squared."""
    k = 0
    while r**2**k > shrink:
        k += 1
    return k


NO_END_TO_DIVERGING = (
    "If the rate is above the border you return a negative number of steps, and on it you divide by the logarithm of "
    "1. Look at r first: at 1 or more, nothing shrinks."
)
ENTRIES_FOR_EIGENVALUES = "You compute 1 − αλ with the entries of the Hessian in place of its eigenvalues."
ONE_ERROR_FOR_ALL = (
    "You count how one particular error shrinks, such as (1, …, 1). From another start it can take longer: the slowest "
    "direction alone sets the pace."
)


QUOTIENT_IN_THE_LOGARITHM = (
    "You take the logarithm of shrink/r. The number of steps is the quotient of two logarithms, which is another "
    "number."
)
SQUARED_AT_EACH_STEP = "In your count each step squares what is left of the error. Each step multiplies it by r."


def by_logarithm(r, shrink):
    """The formula alone, which ignores r = 0 and r ≥ 1."""
    return int(np.ceil(np.log(shrink) / np.log(r)))


TWO_BASES = (
    "Your two logarithms have different bases. Their quotient is the number of steps only if both have the same."
)


def in_bases(hessian, lr, shrink, of_shrink, of_r):
    """The number of steps by two logarithms of different bases."""
    r = slowest(hessian, lr)
    return -1 if r >= 1 else max(1, math.ceil(math.log(shrink, of_shrink) / math.log(r, of_r))) if r else 1


class steps_needed:
    relative, absolute = 0, 0

    def cases(rng):
        yield np.array([[5.0, 4.0], [4.0, 5.0]]), 0.21, 0.1
        yield np.array([[2.0]]), 0.1, 0.1

        yield np.array([[4.0]]), 0.4, clear_shrink(rng, 0.6, False)  # the factor is negative

        def case(hessian, fraction_of_border, above_half):
            """The rate is that fraction of the border, to two significant digits."""
            lr = float(f"{fraction_of_border * 2 / eigenvalues(hessian)[-1]:.2g}")
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
        yield np.array([[2.0]]), 0.45, 0.5  # r = 0.1: one step leaves less than may be left
        yield case(ravine_askew(rng), 0.2, False)
        yield np.array([[1.0]]), 0.5, 0.25  # a tie: after two steps, exactly a quarter is left
        yield np.diag([1.0, 300.0]), 0.003, clear_shrink(rng, 0.997, True)  # hundreds of steps
        yield np.array([[2.0]]), 0.35, 0.0285  # r = 0.3: 2.96 steps; 1 − r is far from −ln r, and so are its kin

    class mistakes:
        def at_most_a_hundred(hessian, lr, shrink):
            """Your count is wrong only where hundreds of steps are needed. Does it end before that? Only where r is 1
            or more is there no end."""
            k = count(slowest(hessian, lr), shrink)
            return ... if k > 100 else k

        def without_absolute_value(hessian, lr, shrink):
            """A direction that swings has a negative factor, and `max` overlooks it. The size of a factor is what
            counts."""
            return count(np.max(factors(hessian, lr)), shrink)

        def logarithm_without_absolute_value(hessian, lr, shrink):
            """A direction that swings has a negative factor. `max` overlooks it, and where all factors are negative
            there is no logarithm to take. The size of a factor is what counts."""
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

        def sum_of_the_factors(hessian, lr, shrink):
            """You add up the factors. Each direction shrinks by its own, and the slowest alone sets the pace."""
            return count(np.sum(abs(factors(hessian, lr))), shrink)

        def product_of_the_factors(hessian, lr, shrink):
            """You multiply the factors with each other. Each direction shrinks by its own, and the slowest alone sets
            the pace."""
            return count(np.prod(abs(factors(hessian, lr))), shrink)

        def norm_of_the_factors(hessian, lr, shrink):
            """You take the norm of the factors, which mixes them. The slowest direction alone sets the pace."""
            return count(np.linalg.norm(factors(hessian, lr)), shrink)

        def mean_curvature(hessian, lr, shrink):
            """You compute one factor from the mean of the eigenvalues. Each direction has its own, and the slowest sets
            the pace."""
            return count(abs(1 - lr * np.mean(eigenvalues(hessian))), shrink)

        def what_a_step_removes(hessian, lr, shrink):
            """You use 1 − r, which is what a step takes away. What it leaves, r, is multiplied from step to step."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else count(max(1 - r, 0), shrink) if r else 1

        def the_factor_itself(hessian, lr, shrink):
            """This is r, what one step leaves. The task asks how many steps it takes."""
            return slowest(hessian, lr)

        def sign_of_a_logarithm(hessian, lr, shrink):
            """Your count is negative where the descent converges. Both logarithms are negative, so their quotient is
            not."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else -int(np.log(shrink) / np.log(r)) if r else 1

        @says(ENTRIES_FOR_EIGENVALUES)
        def entries_for_eigenvalues(hessian, lr, shrink):
            return count(np.max(abs(1 - lr * hessian)), shrink)

        @says(ENTRIES_FOR_EIGENVALUES)
        def entries_of_the_matrix(hessian, lr, shrink):
            return count(np.max(abs(np.eye(len(hessian)) - lr * hessian)), shrink)

        def rounded_down(hessian, lr, shrink):
            """You round down, so that more than `shrink` is left. Steps are whole numbers: round up."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else int(np.log(shrink) / np.log(r)) if r else ...

        def zero_for_never(hessian, lr, shrink):
            """You return 0 where the rate does not converge. That would say that nothing needs to be done; the task
            asks for −1."""
            return max(count(slowest(hessian, lr), shrink), 0)

        def infinity_for_never(hessian, lr, shrink):
            """You return infinity where the rate does not converge. That is well said, but the task asks for −1."""
            k = count(slowest(hessian, lr), shrink)
            return np.inf if k < 0 else k

        def factor_of_the_best_rate(hessian, lr, shrink):
            """This is how many steps the best rate would need. Use the rate that is passed in."""
            values = eigenvalues(hessian)
            return count((values[-1] - values[0]) / (values[-1] + values[0]), shrink)

        def factor_of_the_best_rate_below_the_border(hessian, lr, shrink):
            """This is how many steps the best rate would need, as long as the one that is passed in converges. Use the
            rate that is passed in."""
            values = eigenvalues(hessian)
            return -1 if slowest(hessian, lr) >= 1 else count((values[-1] - values[0]) / sum(values[[0, -1]]), shrink)

        def one_too_few(hessian, lr, shrink):
            """You are one step short in every case: after that many steps, more than `shrink` is left. Does your count
            leave out the last step, or begin one too low?"""
            k = count(slowest(hessian, lr), shrink)
            return k - 1 if k > 0 else k

        def one_too_many(hessian, lr, shrink):
            """You count one step too many: one step earlier, no more than `shrink` is left already."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else count(r, shrink) + 1 if r else ...

        def one_more_at_a_tie(hessian, lr, shrink):
            """Where a whole number of steps leaves exactly `shrink`, you take one step more. No more than `shrink` may
            be left: exactly `shrink` is allowed."""
            r = slowest(hessian, lr)
            k = count(r, shrink)
            return k + 1 if k > 0 and r**k == shrink else k

        def rounded_count(hessian, lr, shrink):
            """You round to the nearest whole number, so sometimes a step is missing. Steps are whole numbers: round
            up."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else int(np.round(np.log(shrink) / np.log(r))) if r else ...

        def parts_of_a_step(hessian, lr, shrink):
            """You return a fraction of a step. Steps are whole numbers: round up."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else float(np.log(shrink) / np.log(r)) if r else ...

        def formula_alone(hessian, lr, shrink):
            """The formula with the logarithms holds only for r between 0 and 1. At 0 it stops with an error, at 1 it
            divides by zero, and above 1 it gives a negative number of steps: check for these cases first."""
            return math.ceil(math.log(shrink) / math.log(slowest(hessian, lr)))

        @says(NO_END_TO_DIVERGING)
        def no_end_to_diverging(hessian, lr, shrink):
            return by_logarithm(slowest(hessian, lr), shrink)

        @says(NO_END_TO_DIVERGING)
        def no_end_to_diverging_but_one_step_for_zero(hessian, lr, shrink):
            r = slowest(hessian, lr)
            return by_logarithm(r, shrink) if r else 1

        @says(QUOTIENT_IN_THE_LOGARITHM)
        def logarithm_of_the_quotient(hessian, lr, shrink):
            r = slowest(hessian, lr)
            return -1 if r >= 1 else math.ceil(math.log(shrink / r)) if r else 1

        @says(QUOTIENT_IN_THE_LOGARITHM)
        def size_of_the_logarithm_of_the_quotient(hessian, lr, shrink):
            r = slowest(hessian, lr)
            return -1 if r >= 1 else math.ceil(abs(math.log(shrink / r))) if r else 1

        @says(ONE_ERROR_FOR_ALL)
        def from_ones(hessian, lr, shrink):
            if slowest(hessian, lr) >= 1:
                return -1
            error, k = np.ones(len(hessian)), 0
            while np.linalg.norm(error) > shrink * np.sqrt(len(hessian)):
                error, k = error - lr * hessian @ error, k + 1
            return k

        @says(ONE_ERROR_FOR_ALL)
        def from_equal_shares(hessian, lr, shrink):
            if slowest(hessian, lr) >= 1:
                return -1
            k = 0
            while np.linalg.norm(factors(hessian, lr) ** k) > shrink * np.sqrt(len(hessian)):
                k += 1
            return k

        def for_long_ravines(hessian, lr, shrink):
            """You use ½κ·ln(1/shrink). That is an approximation for the best rate in a long ravine: use the rate that
            is passed in."""
            values = eigenvalues(hessian)
            if slowest(hessian, lr) >= 1:
                return -1
            return math.ceil(values[-1] / values[0] / 2 * math.log(1 / shrink))

        def border_taken_for_convergence(hessian, lr, shrink):
            """At the border itself r is exactly 1: descent swings forever, and the error does not shrink. Return −1
            there too."""
            r = slowest(hessian, lr)
            return -1 if r > 1 else by_logarithm(r, shrink) if r else 1

        def logarithm_of_zero(hessian, lr, shrink):
            """If r is 0, and its logarithm −∞, your count is 0. But before the first step nothing has shrunk yet."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else by_logarithm(r, shrink)

        def no_logarithm_of_zero(hessian, lr, shrink):
            """If r is 0 there is no logarithm, and `math.log` stops with an error. Check for this case first: how many
            steps does it take?"""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else math.ceil(math.log(shrink) / math.log(r))

        def cost_for_distance(hessian, lr, shrink):
            """You count until the cost has shrunk that far: it falls by the factor r² at each step. The task asks for
            the error."""
            r = slowest(hessian, lr)
            return count(r if r >= 1 else r**2, shrink)

        def what_has_gone(hessian, lr, shrink):
            """You count until the fraction `shrink` of the error is gone. It is the fraction that may be left."""
            return count(slowest(hessian, lr), 1 - shrink)

        def something_for_never(hessian, lr, shrink):
            """In some case r is 1 or more, and you do not return the number −1. Nothing shrinks there: look at r before
            you count, at r = 1 as well."""
            r = slowest(hessian, lr)
            return ... if r >= 1 else count(r, shrink)

        @says(TWO_BASES)
        def decimal_and_natural_logarithm(hessian, lr, shrink):
            return in_bases(hessian, lr, shrink, 10, math.e)

        @says(TWO_BASES)
        def natural_and_decimal_logarithm(hessian, lr, shrink):
            return in_bases(hessian, lr, shrink, math.e, 10)

        @says(TWO_BASES)
        def binary_and_natural_logarithm(hessian, lr, shrink):
            return in_bases(hessian, lr, shrink, 2, math.e)

        @says(TWO_BASES)
        def natural_and_binary_logarithm(hessian, lr, shrink):
            return in_bases(hessian, lr, shrink, math.e, 2)

        def one_minus_r_for_its_logarithm(hessian, lr, shrink):
            """Your counts are those of ln(1/shrink)/(1 − r). The formula has −ln r below the line, and 1 − r is close
            to it only where r is close to 1."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else math.ceil(math.log(shrink) / (r - 1)) if r else ...

        def in_equal_parts(hessian, lr, shrink):
            """In your count the error falls by the same amount at each step. It is multiplied by r."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else int(np.ceil((1 - shrink) / (1 - r)))

        @says(SQUARED_AT_EACH_STEP)
        def squared_from_the_first_step_on(hessian, lr, shrink):
            r = slowest(hessian, lr)
            return -1 if r >= 1 else squarings(r, shrink)

        @says(SQUARED_AT_EACH_STEP)
        def squared_after_the_first_step(hessian, lr, shrink):
            r = slowest(hessian, lr)
            return -1 if r >= 1 else 1 + squarings(r, shrink)

        def always_one(hessian, lr, shrink):
            """You find one step enough wherever the rate converges. Does the loop end too soon?"""
            return -1 if slowest(hessian, lr) >= 1 else 1

        def quotient_upside_down(hessian, lr, shrink):
            """You find one step enough where many are needed, and count several where one is enough. Is a quotient
            upside down?"""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else math.ceil(math.log(r) / math.log(shrink)) if r else 1

        def at_most_two(hessian, lr, shrink):
            """You never count more than two steps. Is `return` inside the loop?"""
            return min(count(slowest(hessian, lr), shrink), 2)

        def fraction_left(hessian, lr, shrink):
            """You return the fraction of the error that is left in the end. The task asks for the number of steps."""
            r = slowest(hessian, lr)
            return -1 if r >= 1 else r ** count(r, shrink) if r else ...

        def half_the_border(hessian, lr, shrink):
            """You return −1 above half the border. There the steepest direction swings, but it still converges."""
            return -1 if lr * eigenvalues(hessian)[-1] > 1 else count(slowest(hessian, lr), shrink)

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
