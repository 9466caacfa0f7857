"""Exercise 01: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import (
    BUG_STILL_THERE,
    ONE_ROW_TOO_MANY,
    PATH_CLIMBS,
    RATE_FORGOTTEN,
    SLOPES_CUT_OFF,
    says,
)
from helpers import functions

MOVED_BY_ITS_SIZE = "How far you move an entry depends on its size. The move is h, whatever θ is."


class step:
    def cases(rng):
        yield np.array([3.0, -1.0]), np.array([6.0, -4.0]), 0.1
        for d, lr in [(1, 0.25), (2, 0.03), (3, 0.7), (5, 0.01), (2, 1.5), (4, 0.125)]:
            yield rng.normal(0, 3, d).round(2), rng.normal(0, 5, d).round(2), lr
        yield rng.normal(0, 3, 3).round(2), np.zeros(3), 0.4

    class mistakes:
        def climbs(theta, gradient, lr):
            """Your step goes uphill, because the gradient points that way: the cost would grow. Look at the sign."""
            return theta + lr * gradient

        @says(RATE_FORGOTTEN)
        def without_rate(theta, gradient, lr):
            return theta - gradient

        def the_move_alone(theta, gradient, lr):
            """This is the move, but not the point where it ends. Where does the step begin?"""
            return -lr * gradient

        def rate_on_theta(theta, gradient, lr):
            """The learning rate multiplies θ as well. It should scale the gradient alone: look at the brackets."""
            return lr * (theta - gradient)

        def rate_on_theta_alone(theta, gradient, lr):
            """The learning rate multiplies θ, and not the gradient. It should be the other way round."""
            return lr * theta - gradient

        def divides_by_rate(theta, gradient, lr):
            """You divide the gradient by the learning rate, so a smaller rate makes a longer step."""
            return theta - gradient / lr

        def equal_steps(theta, gradient, lr):
            """Your step has the same length on steep and gentle slopes, because you divide the gradient by its norm.
            In the rule a steeper slope makes a longer step."""
            return theta - lr * gradient / np.linalg.norm(gradient)

        def by_signs(theta, gradient, lr):
            """You move every entry by the same distance: only the signs of the gradient are left. In the rule a steeper
            slope makes a longer step."""
            return theta - lr * np.sign(gradient)

        def always_smaller(theta, gradient, lr):
            """Your step makes every entry of θ smaller, because the gradient has lost its signs. Where the slope is
            negative, downhill is towards larger θ."""
            return theta - lr * np.abs(gradient)

        def one_length_for_all(theta, gradient, lr):
            """You move every entry by the same amount, from the gradient's norm. Each entry moves by its own slope."""
            return theta - lr * np.linalg.norm(gradient)

        def one_sum_for_all(theta, gradient, lr):
            """You move every entry by the sum of all slopes. Each entry moves by its own slope."""
            return theta - lr * np.sum(gradient)

        def one_mean_for_all(theta, gradient, lr):
            """You move every entry by the mean of all slopes. Each entry moves by its own slope."""
            return theta - lr * np.mean(gradient)

        def slope_of_a_square(theta, gradient, lr):
            """In place of the gradient you use 2θ, which is the slope of θ² alone. The gradient at θ is passed in,
            whatever the cost is: use `gradient`."""
            return theta - lr * 2 * theta

        def own_rate(theta, gradient, lr):
            """Your rate is 0.1 whatever is passed in. Use `lr`."""
            return theta - 0.1 * gradient

        def rate_squared(theta, gradient, lr):
            """The learning rate enters twice. Multiply the gradient by it once."""
            return theta - lr**2 * gradient

        def gradient_squared(theta, gradient, lr):
            """You square the gradient, so its signs are lost and steep slopes count too much. The move is the rate
            times the gradient."""
            return theta - lr * gradient**2

        def rate_taken_from_theta(theta, gradient, lr):
            """The rate is subtracted from θ, and what is left multiplies the gradient. The rate itself multiplies the
            gradient: look at the brackets."""
            return (theta - lr) * gradient

        def places_swapped(theta, gradient, lr):
            """θ and the gradient are in each other's place. The step begins at θ."""
            return gradient - lr * theta

        def times_theta(theta, gradient, lr):
            """You multiply the gradient by θ as well. The move is the rate times the gradient, wherever θ is."""
            return theta - lr * gradient * theta

        def rate_subtracted(theta, gradient, lr):
            """You subtract the rate as well as the gradient. The rate multiplies the gradient."""
            return theta - lr - gradient

        @says(SLOPES_CUT_OFF)
        def clipped(theta, gradient, lr):
            return theta - lr * np.clip(gradient, -1, 1)

        def product_for_the_gradient(theta, gradient, lr):
            """You move every entry by the product of θ and the gradient, which is a single number. Each entry moves by
            its own slope."""
            return theta - lr * (theta @ gradient)

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


ALL_ENTRIES_AT_ONCE = (
    "`theta + h` moves every entry of θ at once, so each slope answers to all the moves together. Column j of the "
    "Hessian needs entry j moved and the others left where they are."
)
HALF_A_FORWARD_DIFFERENCE = (
    "You move ahead only, to θ + h, and divide by 2h. A central difference also moves back, to θ − h: only then are "
    "the two points 2h apart."
)
OTHERS_SET_TO_ZERO = (
    "Your slopes belong to points of which all entries but one are 0. Move one entry of θ, and leave the others as "
    "they are."
)
DIAGONAL_ALONE = (
    "You keep only how each slope changes along its own axis, which is the diagonal of the Hessian. Moving one entry "
    "changes the other slopes too, and those changes fill the rest of the matrix."
)


def columns(gradient, theta, h):
    """Column j: what the gradient gains between θ − h·eⱼ and θ + h·eⱼ."""
    return np.column_stack([gradient(theta + move) - gradient(theta - move) for move in h * np.eye(len(theta))])


class numerical_hessian:
    def cases(rng):
        yield functions.ravine.gradient, np.array([3.0, -1.0]), 0.1
        for f, h in [
            (functions.himmelblau, 0.5),
            (functions.rosenbrock, 0.1),
            (functions.double_well, 0.2),
            (functions.saddle, 0.3),
            (functions.himmelblau, 0.01),
            (functions.rosenbrock, 0.4),
        ]:
            low, high = np.array(f.domain).T
            yield f.gradient, rng.uniform(low, high).round(1), h
        yield functions.plateau.gradient, rng.uniform(0.6, 2, 1).round(1), 0.4

    class mistakes:
        def forward_difference(gradient, theta, h):
            """You move ahead only, to θ + h. A central difference also moves back, to θ − h, and is much more
            accurate."""
            moves = h * np.eye(len(theta))
            return np.column_stack([(gradient(theta + move) - gradient(theta)) / h for move in moves])

        @says(forward_difference.__doc__)
        def forward_difference_in_rows(gradient, theta, h):
            return numerical_hessian.mistakes.forward_difference(gradient, theta, h).T

        @says(HALF_A_FORWARD_DIFFERENCE)
        def half_a_forward_difference(gradient, theta, h):
            return numerical_hessian.mistakes.forward_difference(gradient, theta, h) / 2

        @says(HALF_A_FORWARD_DIFFERENCE)
        def half_a_forward_difference_in_rows(gradient, theta, h):
            return numerical_hessian.mistakes.forward_difference(gradient, theta, h).T / 2

        def backward_difference(gradient, theta, h):
            """You move back only, to θ − h. A central difference also moves ahead, to θ + h, and is much more
            accurate."""
            moves = h * np.eye(len(theta))
            return np.column_stack([(gradient(theta) - gradient(theta - move)) / h for move in moves])

        @says(backward_difference.__doc__)
        def backward_difference_in_rows(gradient, theta, h):
            return numerical_hessian.mistakes.backward_difference(gradient, theta, h).T

        def no_division(gradient, theta, h):
            """This is how much the slopes change between the two points, not how much they change per unit of θ. Divide
            by the distance between the points."""
            return columns(gradient, theta, h)

        def own_h(gradient, theta, h):
            """This is a good Hessian, but its h is not the one that was passed in."""
            return columns(gradient, theta, 1e-5) / 2e-5

        def divided_by_its_square(gradient, theta, h):
            """You divide by a square of h. That belongs to second differences of the *cost*; here the gradient has been
            differentiated once already, and one division by the distance is enough."""
            return columns(gradient, theta, h) / h**2

        def half_the_distance(gradient, theta, h):
            """You move by h/2 to either side. Here the moves are h long, so that the two points are 2h apart."""
            return columns(gradient, theta, h / 2) / h

        def moves_of_length_one(gradient, theta, h):
            """You move by 1 and divide by 2h. The move and the division belong together: move by h."""
            return columns(gradient, theta, 1.0) / (2 * h)

        @says(MOVED_BY_ITS_SIZE)
        def in_proportion_to_theta(gradient, theta, h):
            moves = np.diag(h * theta)
            return np.column_stack([(gradient(theta + m) - gradient(theta - m)) / (2 * h) for m in moves])

        def moves_that_pile_up(gradient, theta, h):
            """What you compute first is right, and it is still there in what comes later. Does each move hold the
            earlier moves, or do you add up in one array? Begin with zeros again for every entry of θ."""
            moves = h * np.tri(len(theta))
            return np.column_stack([(gradient(theta + m) - gradient(theta - m)) / (2 * h) for m in moves])

        @says(moves_that_pile_up.__doc__)
        def moves_that_pile_up_in_rows(gradient, theta, h):
            return numerical_hessian.mistakes.moves_that_pile_up(gradient, theta, h).T

        def twice_the_distance(gradient, theta, h):
            """You move by 2h to either side. Here the moves are h long, so that the two points are 2h apart."""
            return columns(gradient, theta, 2 * h) / (4 * h)

        def slopes_on_the_diagonal(gradient, theta, h):
            """You put the gradient itself on the diagonal. The Hessian holds how the slopes change when θ moves."""
            return np.diag(gradient(theta))

        def upper_half(gradient, theta, h):
            """Your matrix has zeros below its diagonal. The Hessian is symmetric: both halves belong to it."""
            return np.triu(columns(gradient, theta, h)) / (2 * h)

        def lower_half(gradient, theta, h):
            """Your matrix has zeros above its diagonal. The Hessian is symmetric: both halves belong to it."""
            return np.tril(columns(gradient, theta, h)) / (2 * h)

        def second_difference(gradient, theta, h):
            """You take a second difference, with the middle point counted twice. Of the cost it would be a second
            derivative; of the gradient it is a third one."""
            moves = h * np.eye(len(theta))
            return np.column_stack(
                [(gradient(theta + m) - 2 * gradient(theta) + gradient(theta - m)) / h**2 for m in moves]
            )

        @says(DIAGONAL_ALONE)
        def own_slopes_in_every_row(gradient, theta, h):
            return np.stack([np.diag(columns(gradient, theta, h)) / (2 * h)] * len(theta))

        def columns_added(gradient, theta, h):
            """Your result is one array, the sum of the Hessian's columns. `theta + h` gives that, because it moves
            every entry of θ at once, and so does a loop that adds to one array. Each column has its own place in the
            matrix, and belongs to one entry moved alone."""
            return columns(gradient, theta, h).sum(axis=1) / (2 * h)

        @says(ALL_ENTRIES_AT_ONCE)
        def all_moves_in_each_column(gradient, theta, h):
            change = (gradient(theta + h) - gradient(theta - h)) / (2 * h)
            return np.column_stack([change] * len(theta))

        @says(ALL_ENTRIES_AT_ONCE)
        def all_moves_in_each_row(gradient, theta, h):
            return np.stack([(gradient(theta + h) - gradient(theta - h)) / (2 * h)] * len(theta))

        @says(DIAGONAL_ALONE)
        def own_slopes_in_an_array(gradient, theta, h):
            return np.diag(columns(gradient, theta, h)) / (2 * h)

        @says(DIAGONAL_ALONE)
        def own_slopes_in_a_matrix(gradient, theta, h):
            return np.diag(np.diag(columns(gradient, theta, h))) / (2 * h)

        def last_column_alone(gradient, theta, h):
            """You return one column, the last one. Each column has its own place in the matrix: keep them all."""
            return columns(gradient, theta, h)[:, -1] / (2 * h)

        def last_column_everywhere(gradient, theta, h):
            """All your columns are the last one: each turn of the loop overwrites the whole matrix, where it should
            fill one column."""
            return np.column_stack([columns(gradient, theta, h)[:, -1] / (2 * h)] * len(theta))

        def slopes_multiplied(gradient, theta, h):
            """You multiply the slopes with each other. The Hessian holds second derivatives: how the slopes *change*
            when θ moves."""
            return np.outer(gradient(theta), gradient(theta))

        def not_put_back(gradient, theta, h):
            """What you compute first is right, and the rest is not: an entry that was moved is not put back before the
            next one moves."""
            result, point = np.empty((len(theta), len(theta))), theta.copy()
            for j in range(len(theta)):
                point[j] += h
                ahead = gradient(point)
                point[j] -= 2 * h
                result[:, j] = (ahead - gradient(point)) / (2 * h)
            return result

        @says(not_put_back.__doc__)
        def not_put_back_in_rows(gradient, theta, h):
            return numerical_hessian.mistakes.not_put_back(gradient, theta, h).T

        @says(OTHERS_SET_TO_ZERO)
        def others_set_to_zero(gradient, theta, h):
            ahead, behind = np.diag(theta + h), np.diag(theta - h)
            return np.column_stack([(gradient(a) - gradient(b)) / (2 * h) for a, b in zip(ahead, behind, strict=True)])

        @says(OTHERS_SET_TO_ZERO)
        def others_set_to_zero_in_rows(gradient, theta, h):
            return numerical_hessian.mistakes.others_set_to_zero(gradient, theta, h).T

        def half_the_move(gradient, theta, h):
            """You move by h/2 to either side, and divide by 2h. The move and the division belong together: move by
            h."""
            return columns(gradient, theta, h / 2) / (2 * h)

        def at_zero(gradient, theta, h):
            """You take the differences around 0. Take them around the θ that is passed in."""
            return columns(gradient, np.zeros(len(theta)), h) / (2 * h)

        @says(MOVED_BY_ITS_SIZE)
        def moved_and_divided_in_proportion(gradient, theta, h):
            moves = np.diag(h * theta)
            return np.column_stack([(gradient(theta + m) - gradient(theta - m)) / (2 * np.sum(m)) for m in moves])

        @says(MOVED_BY_ITS_SIZE)
        def moved_in_proportion(gradient, theta, h):
            moves = h * np.maximum(1, abs(theta))
            return np.column_stack(
                [(gradient(theta + move) - gradient(theta - move)) / (2 * np.sum(move)) for move in np.diag(moves)]
            )

    class right:
        def on_copies(gradient, theta, h):
            result = np.empty((len(theta), len(theta)))
            for j in range(len(theta)):
                ahead, behind = theta.copy(), theta.copy()
                ahead[j] += h
                behind[j] -= h
                result[:, j] = (gradient(ahead) - gradient(behind)) / (ahead[j] - behind[j])
            return result

        def row_by_row(gradient, theta, h):
            def change(i, move):
                return (gradient(theta + move)[i] - gradient(theta - move)[i]) / (2 * h)

            return [[change(i, move) for move in h * np.eye(len(theta))] for i in range(len(theta))]

        def all_at_once(gradient, theta, h):
            moves = h * np.eye(len(theta))
            return (gradient(theta + moves) - gradient(theta - moves)) / (2 * h)

        def symmetric_part(gradient, theta, h):
            H = columns(gradient, theta, h) / h
            return (H + H.T) / 4

        def one_half_mirrored(gradient, theta, h):
            H = columns(gradient, theta, h) / (2 * h)
            return np.tril(H) + np.tril(H, -1).T


def points_until(gradient, start, lr, most, stops):
    """The points of a descent that ends after a step for which stops(before, after) holds, or after `most` steps."""
    path = [start]
    for _ in range(most):
        path.append(path[-1] - lr * gradient(path[-1]))
        if stops(path[-2], path[-1]):
            break
    return np.array(path)


def stalls(f, fraction):
    return lambda before, after: f(before) - f(after) <= fraction * abs(f(before))


def is_clear(f, gradient, start, lr, fraction, most):
    """Whether no step of the descent lowers the cost by nearly the fraction, so that rounding decides nothing."""
    costs = [f(point) for point in points_until(gradient, start, lr, most, lambda before, after: False)]
    falls = -np.diff(costs) / np.abs(costs[:-1])
    return np.all(np.abs(falls - fraction) > 1e-4 * fraction)


ENDS_ON_PROGRESS = (
    "You end after the first step whenever the test is *not* met. A step that lowers the cost by more than the "
    "fraction is one to go on from."
)


class descend_until_stalled:
    def cases(rng):
        def drawn(f, lr, fraction, most, low, high):
            """A case from a start between low and high."""
            while True:
                case = f.value, f.gradient, rng.uniform(low, high).round(2), lr, fraction, most
                if is_clear(*case):
                    return case

        yield functions.double_well.value, functions.double_well.gradient, np.array([2.0]), 0.02, 0.25, 10
        yield drawn(functions.ravine, 0.02, 0.05, 4, [0.02, 0.01], [0.03, 0.02])  # small costs; stalls after the budget
        yield drawn(functions.himmelblau, 0.005, 0.3, 40, [4.0, -1.0], [4.5, 1.0])
        yield drawn(functions.double_well, 0.03, 0.02, 50, [-2.3], [-1.9])  # the cost is below 0
        yield drawn(functions.ravine, 0.1, 0.01, 60, [2.8, 0.1], [3.2, 0.12])  # beyond the border: the cost rises later
        yield drawn(functions.ravine, 0.1, 0.5, 5, [0.5, 1.5], [1.0, 2.5])  # the first step raises the cost already
        yield drawn(functions.ravine, 0.02, 0.05, 60, [2.0, 1.0], [3.0, 2.0])
        yield drawn(functions.plateau, 0.5, 1e-3, 20, [6.0], [9.0])  # stalls at once, far from the lowest point
        yield drawn(functions.saddle, 0.1, 0.05, 30, [1.2, 0.3], [1.8, 0.6])
        yield drawn(functions.rosenbrock, 0.001, 0.05, 25, [-1.5, 0.5], [-1.0, 1.5])
        yield functions.square.value, functions.square.gradient, np.zeros(1), 0.1, 0.1, 3  # a cost of 0
        yield functions.square.value, functions.square.gradient, np.ones(1), 0.25, 0.75, 3  # exactly the fraction
        yield functions.ravine.value, functions.ravine.gradient, rng.uniform(1, 3, 2).round(2), 0.02, 0.5, 0

    class mistakes:
        def never_stalls(f, gradient, start, lr, fraction, most):
            """You take `most` steps whatever the cost does. Compare the costs before and after each step, and leave the
            loop when the test is met."""
            return points_until(gradient, start, lr, most, lambda before, after: False)

        def no_budget(f, gradient, start, lr, fraction, most):
            """You go on beyond `most` steps if the test is not met by then. A descent needs both ends."""
            return points_until(gradient, start, lr, 200, stalls(f, fraction))

        def first_step_alone(f, gradient, start, lr, fraction, most):
            """Your descent ends after its first step in every case. Are both costs taken at the same point, as after
            `theta -= …`, which moves θ under all of its names? Or is a `return` in the loop that belongs after it?"""
            return points_until(gradient, start, lr, most, lambda before, after: True)

        @says(ENDS_ON_PROGRESS)
        def one_step_only(f, gradient, start, lr, fraction, most):
            return points_until(gradient, start, lr, most, lambda a, b: not stalls(f, fraction)(a, b))

        @says(ENDS_ON_PROGRESS)
        def one_step_only_or_at_a_tie(f, gradient, start, lr, fraction, most):
            return points_until(gradient, start, lr, most, lambda a, b: f(a) - f(b) >= fraction * abs(f(a)))

        def rise_for_fall(f, gradient, start, lr, fraction, most):
            """You take the cost before the step from the cost after it. Every step that lowers the cost then meets your
            test: the formula has the decrease, which is the other way round."""
            return points_until(gradient, start, lr, most, lambda a, b: f(b) - f(a) <= fraction * abs(f(a)))

        def absolute_decrease(f, gradient, start, lr, fraction, most):
            """You compare the decrease itself with `fraction`. The test is relative: a decrease of 0.1 is much for a
            cost of 0.2, and little for a cost of 1000."""
            return points_until(gradient, start, lr, most, lambda a, b: f(a) - f(b) <= fraction)

        def of_the_first_cost(f, gradient, start, lr, fraction, most):
            """You compare each decrease with the cost at the start. The test compares it with the cost just before the
            step."""
            return points_until(gradient, start, lr, most, lambda a, b: f(a) - f(b) <= fraction * abs(f(start)))

        def of_the_cost_after(f, gradient, start, lr, fraction, most):
            """You compare each decrease with the cost after the step. The test compares it with the cost before the
            step."""
            return points_until(gradient, start, lr, most, lambda a, b: f(a) - f(b) <= fraction * abs(f(b)))

        def since_the_start(f, gradient, start, lr, fraction, most):
            """You measure how far the cost has fallen since the start. The test looks at one step: the cost just before
            it and just after it."""
            return points_until(gradient, start, lr, most, lambda a, b: f(start) - f(b) <= fraction * abs(f(start)))

        def what_is_left(f, gradient, start, lr, fraction, most):
            """You compare the cost that is left with `fraction`. The test is about what the step took away: the
            difference of the two costs."""
            return points_until(gradient, start, lr, most, lambda a, b: f(b) <= fraction * abs(f(a)))

        def down_to_a_fraction(f, gradient, start, lr, fraction, most):
            """You stop when the cost is down to a fraction of its first value. That asks how far the descent has come;
            the test asks whether it still makes progress."""
            return points_until(gradient, start, lr, most, lambda a, b: f(b) <= fraction * abs(f(start)))

        def only_when_it_rises(f, gradient, start, lr, fraction, most):
            """You stop only when a step raises the cost. A small decrease should end the descent too."""
            return points_until(gradient, start, lr, most, lambda a, b: f(b) >= f(a))

        def filled_up_with_zeros(f, gradient, start, lr, fraction, most):
            """Your array has a row for each of the `most` steps, and those that were not taken are left at 0. Return
            only the rows that the descent has reached."""
            path = points_until(gradient, start, lr, most, stalls(f, fraction))
            return np.vstack([path, np.zeros((most + 1 - len(path), len(start)))])

        def sign_of_the_cost_kept(f, gradient, start, lr, fraction, most):
            """On a cost below 0 your descent does not stop when it should. A fraction of a negative cost is negative,
            and no small decrease is below that: the formula has |J|."""
            return points_until(gradient, start, lr, most, lambda a, b: f(a) - f(b) <= fraction * f(a))

        def rises_go_on(f, gradient, start, lr, fraction, most):
            """Your descent goes on when a step raises the cost. The decrease is negative then, and so it is below the
            fraction: compare the decrease itself, not its size, and nothing else."""
            return points_until(gradient, start, lr, most, lambda a, b: abs(f(a) - f(b)) <= fraction * abs(f(a)))

        def ratio_of_nothing(f, gradient, start, lr, fraction, most):
            """Where the cost is 0 your descent never stops. Do you divide by it? 0/0 is NaN, and a comparison with NaN
            is false. The formula of the task needs no division."""
            return points_until(gradient, start, lr, most, lambda a, b: np.divide(f(a) - f(b), abs(f(a))) <= fraction)

        def ratio_to_a_signed_cost(f, gradient, start, lr, fraction, most):
            """You divide by the cost itself. Where that is below 0, every decrease looks like a rise, and where it is 0
            there is nothing to compare. The formula has |J|, and needs no division."""
            return points_until(gradient, start, lr, most, lambda a, b: np.divide(f(a) - f(b), f(a)) <= fraction)

        def by_the_gradient_norm(f, gradient, start, lr, fraction, most):
            """You look at the gradient's norm. That is another of the lesson's three tests; this one compares two
            costs."""
            return points_until(gradient, start, lr, most, lambda a, b: np.linalg.norm(gradient(b)) <= fraction)

        def by_the_move(f, gradient, start, lr, fraction, most):
            """You look at how far θ moves. The test compares two costs."""
            return points_until(
                gradient, start, lr, most, lambda a, b: np.linalg.norm(b - a) <= fraction * np.linalg.norm(a)
            )

        def ties_go_on(f, gradient, start, lr, fraction, most):
            """Your descent goes on where a step lowers the cost by exactly the fraction. The test has ≤, so that is an
            end too, and so is a step that leaves a cost of 0 where it is."""
            return points_until(gradient, start, lr, most, lambda a, b: f(a) - f(b) < fraction * abs(f(a)))

        def no_step_taken(f, gradient, start, lr, fraction, most):
            """Your path holds the start alone. Does the descent end before its first step, or are its points not kept?
            The test compares the costs before and after a step, so a step has to be taken first."""
            return np.array([start])

        def last_step_dropped(f, gradient, start, lr, fraction, most):
            """The last point is missing where the test ends your descent. The step that met the test has been taken,
            and belongs to the path."""
            path = points_until(gradient, start, lr, most, stalls(f, fraction))
            return path[:-1] if len(path) > 1 and stalls(f, fraction)(path[-2], path[-1]) else path

        def one_step_late(f, gradient, start, lr, fraction, most):
            """You take one more step after the test has been met. Test the step that you have just taken, and leave the
            loop at once."""
            path = points_until(gradient, start, lr, most, stalls(f, fraction))
            if len(path) > 1 and len(path) <= most and stalls(f, fraction)(path[-2], path[-1]):
                path = np.vstack([path, path[-1] - lr * gradient(path[-1])])
            return path

        @says(ONE_ROW_TOO_MANY)
        def one_step_more_than_most(f, gradient, start, lr, fraction, most):
            return points_until(gradient, start, lr, most + 1, stalls(f, fraction))

        @says(PATH_CLIMBS)
        def climbs(f, gradient, start, lr, fraction, most):
            return points_until(gradient, start, -lr, most, stalls(f, fraction))

        def costs_for_points(f, gradient, start, lr, fraction, most):
            """You return the costs. The task asks for the points of the path."""
            return np.array([f(point) for point in points_until(gradient, start, lr, most, stalls(f, fraction))])

        def gradient_computed_once(f, gradient, start, lr, fraction, most):
            """Your steps are all the same: the gradient is computed at the start and never again. Compute it at each
            point."""
            return points_until(lambda theta: gradient(start), start, lr, most, stalls(f, fraction))

        def always_from_the_start(f, gradient, start, lr, fraction, most):
            """Every step begins at the start, so your path stays at its second point. Each step should begin where the
            last one ended."""
            return np.array([start] + [start - lr * gradient(start)] * min(most, 2))

    class right:
        def in_one_loop(f, gradient, start, lr, fraction, most):
            return points_until(gradient, start, lr, most, stalls(f, fraction))

        def with_a_flag(f, gradient, start, lr, fraction, most):
            theta, path, steps, stalled = start.copy(), [start.copy()], 0, False
            while steps < most and not stalled:
                before = f(theta)
                theta -= lr * gradient(theta)
                path.append(theta.copy())
                stalled = before - f(theta) <= fraction * abs(before)
                steps += 1
            return path

        def cut_afterwards(f, gradient, start, lr, fraction, most):
            path = points_until(gradient, start, lr, most, lambda before, after: False)
            costs = np.array([f(point) for point in path])
            met = np.flatnonzero(costs[:-1] - costs[1:] <= fraction * np.abs(costs[:-1]))
            return path[: met[0] + 2] if len(met) else path

        def by_recursion(f, gradient, start, lr, fraction, most):
            def onwards(theta, left):
                if left == 0:
                    return [theta]
                there = theta - lr * gradient(theta)
                if f(theta) - f(there) <= fraction * abs(f(theta)):
                    return [theta, there]
                return [theta, *onwards(there, left - 1)]

            return np.array(onwards(start, most))


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


def judge_with(hessian, limit):
    values = np.linalg.eigvalsh(hessian)
    up, down = np.any(values > limit(values)), np.any(values < -limit(values))
    if up and down:
        return "saddle"
    if np.any(abs(values) <= limit(values)):
        return "undecided"
    return "minimum" if up else "maximum"


def is_small(determinant, hessian):
    """Whether a determinant may be taken for 0, in proportion or not."""
    return abs(determinant) < 1e-6 * max(1, np.max(np.abs(hessian))) ** len(hessian)


BY_ENTRIES = (
    "You look at the signs of the entries. All entries of [[1, 2], [2, 1]] are positive, and yet it belongs to a "
    "saddle: the eigenvalues decide."
)


ZERO_HAS_A_SIGN = (
    "You count a zero eigenvalue as positive, or as negative. In its direction the surface is flat to second order, "
    "and the Hessian cannot decide what it does further away."
)


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
        yield (np.diag(rng.permutation([-2.0, -3.0, 4.0])),)  # a saddle: positive determinant, negative trace
        yield (np.diag(rng.permutation([-1.0, 4.0, 6.0, 7.0])),)
        yield (flat(1, 1),)  # no negative eigenvalue, and one that is zero
        yield (flat(-1, -1),)
        yield (np.diag([-2.0, -1e-12, -3.0]),)  # zero beside the others, and none is above it
        yield (flat(1, -1),)  # both signs beside a zero: a saddle
        yield (1e9 * flat(1, 1),)  # its zero comes out as about 1e-7
        yield (1e-11 * definite(2),)  # small, but no entry is small beside the others
        yield (np.diag([5.0, -1e-6]),)
        yield (np.diag(rng.permutation([2.0, 1e-10])),)
        yield (np.diag([3e-9, -4.0]),)  # flat beside the other direction: the limit is 4e-9
        yield (np.diag(rng.permutation([4.0, 5e-9, 4.0])),)  # not flat: the limit is 4e-9 here too
        yield (np.array([[1.0, 1 - 1.5e-9], [1 - 1.5e-9, 1.0]]),)  # 2 and 1.5e-9, which is flat: the limit is 2e-9
        yield (np.zeros((2, 2)),)

    class mistakes:
        @says(ZERO_HAS_A_SIGN)
        def zero_is_positive(hessian):
            return by_rule(lambda v: v.min() >= 0, lambda v: v.max() < 0, both_signs)(hessian)

        @says(ZERO_HAS_A_SIGN)
        def zero_is_negative(hessian):
            return by_rule(lambda v: v.min() > 0, lambda v: v.max() <= 0, both_signs)(hessian)

        @says(ZERO_HAS_A_SIGN)
        def zero_is_a_minimum(hessian):
            return by_rule(lambda v: v.min() >= 0, lambda v: v.max() <= 0, both_signs)(hessian)

        def zero_first(hessian):
            """You call a saddle undecided when one of its eigenvalues is zero. One direction that rises and one that
            falls are enough for a saddle, whatever a third one does: look for both signs first."""
            return by_rule(lambda v: v.min() > 0, lambda v: v.max() < 0, lambda v: both_signs(v) and v.all())(hessian)

        def else_a_saddle(hessian):
            """You call every point a saddle that is neither a minimum nor a maximum. A saddle needs a direction that
            rises and one that falls; if some eigenvalues are zero, there may be only one of them, or none."""
            return by_rule(lambda v: v.min() > 0, lambda v: v.max() < 0, lambda v: v.min() <= 0 <= v.max())(hessian)

        def inflection_for_undecided(hessian):
            """You have an answer of your own where the Hessian has none. Its eigenvalues cannot tell the inflection of
            θ³ from the minimum of θ⁴: both have the second derivative 0. Answer "undecided"."""
            kind = stationary_point.right.by_signs(hessian)
            return "inflection" if kind == "undecided" else kind

        def never_undecided(hessian):
            """You never answer "undecided". Some eigenvalues may be zero and the others all of one sign: then second
            derivatives are too coarse to tell."""
            values = np.linalg.eigvalsh(hessian)
            return "minimum" if np.all(values > 0) else "maximum" if np.all(values < 0) else "saddle"

        @says(BY_ENTRIES)
        def by_entries(hessian):
            low, high = hessian.min(), hessian.max()
            limit = 1e-9 * max(abs(low), abs(high))
            if low < -limit and high > limit:
                return "saddle"
            return "minimum" if low > limit else "maximum" if high < -limit else ...

        @says(BY_ENTRIES)
        def by_entries_with_zeros(hessian):
            if np.all(hessian > 0):
                return "minimum"
            return "maximum" if np.all(hessian < 0) else "undecided" if np.any(hessian == 0) else "saddle"

        def one_sign_is_enough(hessian):
            """You call saddles minima, as if one positive eigenvalue were enough. A minimum needs all of them to be
            positive: if another is negative, the point is a saddle."""
            kind = stationary_point.right.by_signs(hessian)
            return {"saddle": "minimum", "undecided": ...}.get(kind, kind)

        def first_two_eigenvalues(hessian):
            """You look at two of the eigenvalues, the smallest ones. If there are more, the others count too."""
            return by_rule(lambda v: np.all(v[:2] > 0), lambda v: np.all(v[:2] < 0), lambda v: v[0] < 0 < v[:2].max())(
                hessian
            )

        def by_trace(hessian):
            """You decide by the trace, the sum of the eigenvalues, or by the largest of them alone. A large positive
            one can outweigh a negative one: look at each of them."""
            trace = np.trace(hessian)
            return "minimum" if trace > 0 else "maximum" if trace < 0 else ...

        def by_product(hessian):
            """You decide by the product of the eigenvalues. Two negative ones have a positive product, and so have
            four: look at each of them."""
            values = np.linalg.eigvalsh(hessian)
            values[abs(values) <= 1e-9 * np.max(abs(values))] = 0  # what rounding leaves of a zero has either sign
            product = np.prod(np.sign(values))
            return "minimum" if product > 0 else "saddle" if product < 0 else "undecided"

        def smallest_decides(hessian):
            """You call every point a maximum that is not a minimum. If the smallest eigenvalue is negative, the others
            may still be positive: look at all of them."""
            return "minimum" if np.linalg.eigvalsh(hessian)[0] > 0 else "maximum"

        def by_first_entry(hessian):
            """You look at one entry of the Hessian, the curvature along the first axis. The surface may curve another
            way in other directions: the eigenvalues decide."""
            return "minimum" if hessian[0, 0] > 0 else "maximum" if hessian[0, 0] < 0 else "undecided"

        def undecided_only_if_all_are_zero(hessian):
            """You answer "undecided" only if all eigenvalues are zero. If the rest are all of one sign, a single zero
            is enough."""
            kind = stationary_point.right.by_signs(hessian)
            if kind == "undecided" and np.any(hessian):
                return "minimum" if np.trace(hessian) > 0 else "maximum"
            return kind

        def no_answer_for_zeros(hessian):
            """Your answer is wrong only where all entries of the Hessian are 0. Then max|λ| is 0 too: |λ|/max|λ| is
            NaN, and each |λ| equals the limit."""
            return stationary_point.right.by_signs(hessian) if np.any(hessian) else ...

        def generous_limit(hessian):
            """Your limit for “zero” is too generous: a curvature a millionth as large as the largest is small, but it
            is not zero. Compare |λ| with 1e-9·max|λ|."""
            return judge_with(hessian, lambda values: 1e-5 * abs(values).max())

        def strict_limit(hessian):
            """Your limit for “zero” is too strict. Compare |λ| with 1e-9·max|λ|, and not with less."""
            return judge_with(hessian, lambda values: 1e-12 * abs(values).max())

        def mean_for_largest(hessian):
            """Your limit for “zero” is a little below 1e-9·max|λ|. Is it scaled by the mean of the |λ|, or by another
            of them than the largest?"""
            return judge_with(hessian, lambda values: 1e-9 * abs(values).mean())

        def sum_for_largest(hessian):
            """Your limit for “zero” is a little above 1e-9·max|λ|. Is it scaled by the sum of the |λ|, or by a norm
            that mixes them? The task scales it by the largest one."""
            return judge_with(hessian, lambda values: 1e-9 * abs(values).sum())

        def entries_for_eigenvalues(hessian):
            """You scale the limit by the largest entry of the Hessian. The task scales it by the largest |λ|, which can
            be larger."""
            return judge_with(hessian, lambda values: 1e-9 * np.max(np.abs(hessian)))

        def upside_down(hessian):
            """Minimum and maximum are swapped. If all eigenvalues are positive, the surface curves upwards on all
            sides: what kind of point is at its bottom?"""
            return by_rule(lambda v: v.max() < 0, lambda v: v.min() > 0, both_signs)(hessian)

        def no_saddle(hessian):
            """You call saddles undecided. If one direction rises and another falls, there is nothing left to decide:
            the point is neither a minimum nor a maximum."""
            return by_rule(lambda v: v.min() > 0, lambda v: v.max() < 0, lambda v: False)(hessian)

        def by_diagonal(hessian):
            """You look only at the diagonal of the Hessian. Off-diagonal entries can make a saddle even if the whole
            diagonal is positive: the eigenvalues decide."""
            return stationary_point.right.by_signs(np.diag(np.diag(hessian)))

        def by_determinant(hessian):
            """You decide by the determinant and one more sign. That works for two variables; with three or more, a
            positive determinant can come from two negative eigenvalues, and a negative one from three. Take the
            eigenvalues themselves."""
            determinant, signs = np.linalg.det(hessian), np.sign([hessian[0, 0], np.trace(hessian)])
            if is_small(determinant, hessian):
                return ...
            if determinant < 0:
                return "saddle"
            return "minimum" if np.all(signs > 0) else "maximum" if np.all(signs < 0) else ...

        def by_determinant_alone(hessian):
            """You decide by the sign of the determinant, which is the product of the eigenvalues. Two negative ones
            have a positive product: look at each of them."""
            determinant = np.linalg.det(hessian)
            return ... if is_small(determinant, hessian) else "minimum" if determinant > 0 else "maximum"

        def exact_zero(hessian):
            """A computed eigenvalue that should be 0 need not be exactly 0: rounding can leave something like 1e-16, of
            either sign. Compare |λ| with 1e-9·max|λ|."""
            return judge_with(hessian, lambda values: 0.0)

        def absolute_zero(hessian):
            """Your limit for “zero” is 1e-9, whatever the size of the other eigenvalues. Then a Hessian in small units
            counts as zero, and rounding errors in a large one count as curvature. Measure it by the largest |λ|."""
            return judge_with(hessian, lambda values: 1e-9)

        def fixed_limit(hessian):
            """Your limit for “zero” is a fixed number, or you round the eigenvalues to some decimal places. Then every
            eigenvalue of a Hessian in small units counts as zero. Measure the limit by the largest |λ|."""
            if np.max(np.abs(hessian)) > 1e6:  # what rounding leaves of its zeros may be above such a limit or below it
                return ...
            strict, generous = (judge_with(hessian, lambda values, limit=limit: limit) for limit in (2e-11, 2e-6))
            return strict if strict == generous else ...

        def smallest_alone(hessian):
            """You call every point with a negative eigenvalue a saddle. If the smallest one is negative, the largest
            decides between a saddle and a maximum."""
            low = np.linalg.eigvalsh(hessian)[0]
            return "minimum" if low > 0 else "saddle" if low < 0 else "undecided"

        def limit_of_the_last(hessian):
            """Your limit for “zero” is wrong where the largest |λ| belongs to a negative eigenvalue. Take absolute
            values first, then the largest."""
            return judge_with(hessian, lambda values: 1e-9 * values[-1])

        def singular_values(hessian):
            """Your answer depends on the sizes of the eigenvalues alone, which are the singular values of a symmetric
            matrix. Their signs decide."""
            values = abs(np.linalg.eigvalsh(hessian))
            return "undecided" if np.any(values <= 1e-9 * np.max(values)) else "minimum"

        def never_a_saddle(hessian):
            """You never answer "saddle". If you use `any`, compare the eigenvalues first: `values.any()` is True or
            False, whatever their signs."""
            return by_rule(lambda v: v.min() > 0, lambda v: v.all(), lambda v: False)(hessian)

        def saddle_without_limit(hessian):
            """In your code an eigenvalue that counts as zero can still make a saddle. Apply the limit to both signs
            before you call a point a saddle."""
            values = np.linalg.eigvalsh(hessian)
            if np.min(abs(values)) < 1e-14 * np.max(abs(values)):  # what rounding leaves of a zero has either sign
                return ...
            return "saddle" if both_signs(values) else stationary_point.right.by_signs(hessian)

        def first_and_last_of_unsorted(hessian):
            """Some saddles whose Hessian is diagonal escape you. The first and the last eigenvalue are the smallest and
            the largest only if they are sorted: `np.linalg.eigvalsh` sorts them, `np.linalg.eigvals` does not."""
            kind, values = stationary_point.right.by_signs(hessian), np.diag(hessian)
            if kind in ("minimum", "maximum"):
                return kind
            if kind == "undecided" or not np.array_equal(hessian, np.diag(values)):
                return ...
            return "minimum" if values[0] > 0 else "saddle" if values[-1] > 0 else "maximum"

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
            (functions.square, 0.45, 3e-6, 90),
            (functions.ravine, 0.001, 1e-3, 12),
            (functions.square, 0.01, 1e-8, 7),
            (functions.square, 0.4999, 0.01, 15),  # flat after one step
            (functions.square, 0.5, 0.01, 9),  # so flat that the slope is exactly 0
            (functions.himmelblau, 0.002, 0.5, 400),  # both entries of the gradient stay alive to the end
        ]:
            low, high = np.array(f.domain).T
            start = rng.uniform(low + 0.6 * (high - low), high).round(2)  # clear of slopes that are flat at once
            yield f.gradient, start, lr, tolerance, most
        yield functions.ravine.gradient, np.zeros(2), 0.05, 0.1, 20
        yield functions.square.gradient, np.array([1.0]), 0.25, 1.0, 10  # after one step the slope is 1.0 exactly

    class mistakes:
        @says(BUG_STILL_THERE)
        def slope_never_taken_again(gradient, start, lr, tolerance, most):
            return 0 if np.linalg.norm(gradient(start)) <= tolerance else most

        def one_too_many(gradient, start, lr, tolerance, most):
            """You count one step too many: if the start is flat already, the count is 0."""
            return min(count_steps(gradient, start, lr, tolerance, 10_000) + 1, most)

        def never_gives_up(gradient, start, lr, tolerance, most):
            """You go on beyond `most` steps. The loop needs both conditions."""
            return count_steps(gradient, start, lr, tolerance, 10_000)

        def largest_entry(gradient, start, lr, tolerance, most):
            """You compare the largest entry of the gradient with the tolerance. The norm takes all entries into
            account: it is larger wherever more than one of them is not 0."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: np.max(np.abs(g)))

        def sum_of_sizes(gradient, start, lr, tolerance, most):
            """You add up the sizes of the gradient's entries. The norm is the root of the sum of their squares."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: np.sum(np.abs(g)))

        def entries_that_cancel(gradient, start, lr, tolerance, most):
            """You take the size of the sum of the gradient's entries, in which they can cancel. The norm squares each
            of them first, then adds, then takes the root."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: abs(np.sum(g)))

        def any_entry(gradient, start, lr, tolerance, most):
            """You stop as soon as one entry of the gradient is small. The slope may still be steep along another
            axis."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: np.min(np.abs(g)))

        def always_from_the_start(gradient, start, lr, tolerance, most):
            """Every step begins at the start. Each step should begin where the last one ended."""
            second = start - lr * gradient(start)
            flat = [np.linalg.norm(gradient(theta)) <= tolerance for theta in (start, second)]
            return flat.index(True) if True in flat else most

        def first_entry_only(gradient, start, lr, tolerance, most):
            """You look only at the first entry of the gradient. The slope is flat where the norm of the whole gradient
            is small."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: abs(g[0]))

        def last_entry_only(gradient, start, lr, tolerance, most):
            """You look only at the last entry of the gradient. The slope is flat where the norm of the whole gradient
            is small."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: abs(g[-1]))

        def largest_with_its_sign(gradient, start, lr, tolerance, most):
            """You compare the entries with the tolerance without regard to their signs: −100 is a steep slope, and less
            than any tolerance. Take the gradient's norm."""
            return count_steps(gradient, start, lr, tolerance, most, size=np.max)

        def mean_of_sizes(gradient, start, lr, tolerance, most):
            """You take the mean of the sizes of the gradient's entries. The norm is the root of the sum of their
            squares."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: np.mean(np.abs(g)))

        def tolerance_squared(gradient, start, lr, tolerance, most):
            """You compare the norm with the square of the tolerance, or its root with the tolerance itself. Compare the
            norm with the tolerance."""
            return count_steps(gradient, start, lr, tolerance**2, most)

        def size_of_theta(gradient, start, lr, tolerance, most):
            """You look at how far θ is from 0. What should be small is the gradient's norm."""
            theta = start
            for k in range(most):
                if np.linalg.norm(theta) <= tolerance:
                    return k
                theta = theta - lr * gradient(theta)
            return most

        def either_condition(gradient, start, lr, tolerance, most):
            """With `or` the loop goes on as long as one of its conditions holds, so it takes `most` steps or more. Both
            must hold for another step."""
            return max(most, count_steps(gradient, start, lr, tolerance, 10_000))

        def sign_forgotten(gradient, start, lr, tolerance, most):
            """You compare the sum or the mean of the gradient's entries with the tolerance. On a steep slope it can be
            negative, or its terms can cancel. Take the gradient's norm."""
            return count_steps(gradient, start, lr, tolerance, most, size=np.sum)

        def gives_up_early(gradient, start, lr, tolerance, most):
            """Where the slope never gets flat, you return one less than `most`."""
            return min(count_steps(gradient, start, lr, tolerance, most), most - 1)

        def start_not_looked_at(gradient, start, lr, tolerance, most):
            """You take a step before you look at the slope. If the start is flat already, the count is 0."""
            return max(1, count_steps(gradient, start, lr, tolerance, most))

        def slope_of_the_point_before(gradient, start, lr, tolerance, most):
            """Unless the start is flat, you count one step too many. Does the slope that you test belong to the point
            before the last step? Compute it again after each move."""
            count = count_steps(gradient, start, lr, tolerance, 10_000)
            return min(count + (count > 0), most)

        def counted_from_zero_after_the_step(gradient, start, lr, tolerance, most):
            """Where the slope gets flat in time, your count lacks a step. Do you return a counter that has not counted
            the step before it yet?"""
            theta = start
            for k in range(most):
                theta = theta - lr * gradient(theta)
                if np.linalg.norm(gradient(theta)) <= tolerance:
                    return k
            return most

        def by_the_move(gradient, start, lr, tolerance, most):
            """You compare the length of the step with the tolerance. The rate makes it shorter than the gradient's
            norm, however steep the slope is."""
            return count_steps(gradient, start, lr, tolerance, most, size=lambda g: np.linalg.norm(lr * g))

        def steps_by_the_first_slope(gradient, start, lr, tolerance, most):
            """You test the slope where θ is now, but every step still uses the slope at the start. Both need the slope
            at the new θ."""
            theta = start
            for k in range(most):
                if np.linalg.norm(gradient(theta)) <= tolerance:
                    return k
                theta = theta - lr * gradient(start)
            return most

        def relative_to_the_start(gradient, start, lr, tolerance, most):
            """You compare the norm with a fraction of its value at the start. Here it is compared with the tolerance
            itself."""
            return count_steps(gradient, start, lr, tolerance * np.linalg.norm(gradient(start)), most)

        def minus_one_for_giving_up(gradient, start, lr, tolerance, most):
            """You return −1 where `most` steps are not enough. The task asks for `most` itself."""
            count = count_steps(gradient, start, lr, tolerance, most)
            return -1 if count == most else count

        def something_else_for_most(gradient, start, lr, tolerance, most):
            """Your count is right where the slope gets flat in time. Where `most` steps are not enough, you do not
            return `most`."""
            count = count_steps(gradient, start, lr, tolerance, most)
            return ... if count == most else count

        def counted_in_twos(gradient, start, lr, tolerance, most):
            """Your count grows by two at each step, or at two places. Each step counts once."""
            count, theta = 0, start
            while np.linalg.norm(gradient(theta)) > tolerance and count < most:
                theta, count = theta - lr * gradient(theta), count + 2
            return count

    class right:
        step_by_step = count_steps

        def along_a_path(gradient, start, lr, tolerance, most):
            path = points_until(gradient, start, lr, most, lambda before, after: False)
            flat = [np.sqrt(np.sum(gradient(theta) ** 2)) <= tolerance for theta in path]
            return flat.index(True) if True in flat else most
