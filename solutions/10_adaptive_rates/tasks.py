"""Exercise 10: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import BUG_STILL_THERE, LAST_POINT_ALONE, PATH_WITHOUT_START, says
from helpers import functions


def entries(rng, d, least, most):
    """Both signs, and none near 0 or near 1, where a number is its own square."""
    return (rng.choice([-1, 1], d) * rng.uniform(least, most, d)).round(2)


def memory(rng, d):
    return rng.uniform(2, 30, d).round(2)


def with_a_zero(gradient):
    gradient[0] = 0.0
    return gradient


def running(memory, new, keep):
    return keep * memory + (1 - keep) * new


def adagrad(theta, squares, gradient, lr, eps):
    squares = squares + gradient**2
    return theta - lr * gradient / (np.sqrt(squares) + eps), squares


WITHOUT_EPS = (
    "If an entry's gradient has always been 0, your step divides 0 by 0. That is what ε is for: below the fraction "
    "line, it keeps what you divide by away from 0."
)
ONE_MEMORY_FOR_ALL = "You combine the entries of the gradient. Each of them has its own memory: work entry by entry."
MOVE_FOR_THETA = "Your first result is the move. The task asks for the new θ."
AS_RMSPROP = "Your memory is a running mean, as RMSprop's is, and forgets. Adagrad adds up all squares in full."
UPHILL = "Your step goes uphill. The gradient points uphill, and descent goes the other way: look at the sign."
ROOT_REMEMBERED = "θ is right, but you return a root as the memory. The next step needs the memory before the root."


EPS_BESIDE_THE_MOVE = (
    "You add ε to the move, after the division. It belongs below the fraction line: put brackets around the root and ε."
)
EMPTIED = (
    "Where an entry of the gradient is 0, your memory loses what it held. A square of 0 adds nothing, but it takes "
    "nothing away either."
)


class adagrad_step:
    def cases(rng):
        yield np.array([3.0]), np.array([9.0]), np.array([4.0]), 0.5, 1.25
        for d, lr, eps in [(1, 0.1, 0.5), (2, 0.01, 1e-10), (3, 0.3, 2.0)]:
            yield entries(rng, d, 1, 4), memory(rng, d), entries(rng, d, 1.5, 6), lr, eps
        yield entries(rng, 2, 1, 4), np.zeros(2), entries(rng, 2, 1.5, 6), 1.5, 0.3  # the first step
        yield entries(rng, 2, 1, 4), np.zeros(2), with_a_zero(entries(rng, 2, 1.5, 6)), 0.2, 1e-10  # 0/ε
        yield entries(rng, 2, 1, 4), memory(rng, 2), with_a_zero(entries(rng, 2, 1.5, 6)), 0.2, 0.1  # it remembers

    class mistakes:
        @says(MOVE_FOR_THETA)
        def move_alone(theta, squares, gradient, lr, eps):
            new, squares = adagrad(theta, squares, gradient, lr, eps)
            return theta - new, squares

        def eps_under_the_root(theta, squares, gradient, lr, eps):
            """Your ε is under the root, as in Keras. In PyTorch's form, which the task asks for, it is added to the
            root."""
            squares = squares + gradient**2
            return theta - lr * gradient / np.sqrt(squares + eps), squares

        @says(WITHOUT_EPS)
        def without_eps(theta, squares, gradient, lr, eps):
            squares = squares + gradient**2
            return theta - lr * gradient / np.sqrt(squares), squares

        def eps_beside_the_fraction(theta, squares, gradient, lr, eps):
            """You add ε to the fraction as a whole. It belongs below the fraction line: put brackets around the root
            and ε."""
            squares = squares + gradient**2
            return theta - lr * (gradient / np.sqrt(squares) + eps), squares

        def eps_beside_theta(theta, squares, gradient, lr, eps):
            """You add ε to θ, after the division. It belongs below the fraction line: put brackets around the root and
            ε."""
            squares = squares + gradient**2
            return theta - lr * gradient / np.sqrt(squares) + eps, squares

        @says(EPS_BESIDE_THE_MOVE)
        def eps_beside_the_move(theta, squares, gradient, lr, eps):
            squares = squares + gradient**2
            return theta - (lr * gradient / np.sqrt(squares) + eps), squares

        @says(EPS_BESIDE_THE_MOVE)
        def eps_beside_a_move_that_may_be_0(theta, squares, gradient, lr, eps):
            squares = squares + gradient**2
            return theta - (lr * gradient / np.where(squares > 0, np.sqrt(squares), 1) + eps), squares

        def eps_under_the_old_root(theta, squares, gradient, lr, eps):
            """Two things are wrong. Your ε is under the root; in PyTorch's form it is added to the root. And your step
            divides by the root of the old sum: add this gradient's square first."""
            return theta - lr * gradient / np.sqrt(squares + eps), squares + gradient**2

        @says(EMPTIED)
        def emptied_where_the_gradient_is_0(theta, squares, gradient, lr, eps):
            squares = np.where(gradient == 0, 0.0, squares + gradient**2)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def eps_twice(theta, squares, gradient, lr, eps):
            """Your ε comes in twice, under the root and again beside it. In PyTorch's form it is beside the root
            alone."""
            squares = squares + gradient**2
            return theta - lr * gradient / (np.sqrt(squares + eps) + eps), squares

        def theta_divided_too(theta, squares, gradient, lr, eps):
            """You divide θ too. Only the gradient is divided: check your brackets."""
            squares = squares + gradient**2
            return (theta - lr * gradient) / (np.sqrt(squares) + eps), squares

        def sign_lost(theta, squares, gradient, lr, eps):
            """You step by the size of the gradient, so all entries of θ fall, whatever the slope. Keep the sign."""
            squares = squares + gradient**2
            return theta - lr * abs(gradient) / (np.sqrt(squares) + eps), squares

        def larger_of_root_and_eps(theta, squares, gradient, lr, eps):
            """Your memory is right, but you do not add ε to the root. Divide by their sum, in every entry."""
            squares = squares + gradient**2
            return theta - lr * gradient / np.maximum(np.sqrt(squares), eps), squares

        def one_root_for_all(theta, squares, gradient, lr, eps):
            """Your memory is right, but you divide every entry by one number made of all of them. Each entry is divided
            by its own root."""
            squares = squares + gradient**2
            return theta - lr * gradient / (np.sqrt(np.sum(squares)) + eps), squares

        def root_forgotten(theta, squares, gradient, lr, eps):
            """You divide by the sum of the squares instead of its root. With gradients ten times as large, your step
            would be ten times shorter; it should not change."""
            squares = squares + gradient**2
            return theta - lr * gradient / (squares + eps), squares

        def sum_before_this_step(theta, squares, gradient, lr, eps):
            """Your step divides by the root of the old sum. Add this gradient's square to the sum first."""
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares + gradient**2

        def nothing_remembered(theta, squares, gradient, lr, eps):
            """You ignore the sum that was passed in. Dividing by the size of this gradient alone leaves only its
            sign."""
            squares = gradient**2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        @says(AS_RMSPROP)
        def rmsprop_with_kerass_memory(theta, squares, gradient, lr, eps):
            squares = running(squares, gradient**2, 0.9)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        @says(AS_RMSPROP)
        def rmsprop_with_pytorchs_memory(theta, squares, gradient, lr, eps):
            squares = running(squares, gradient**2, 0.99)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def square_of_the_sum(theta, squares, gradient, lr, eps):
            """You add first and square afterwards, the old memory too. Square the gradient alone, then add."""
            squares = (squares + gradient) ** 2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def gradient_not_squared(theta, squares, gradient, lr, eps):
            """You add the gradient itself to the memory. It is a sum of squares."""
            squares = squares + gradient
            with np.errstate(invalid="ignore"):
                return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def sizes_added(theta, squares, gradient, lr, eps):
            """You add the size of the gradient to the memory. It is a sum of squares."""
            squares = squares + abs(gradient)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def mean_of_squares(theta, squares, gradient, lr, eps):
            """Your memory is a mean of the old value and the new square. Adagrad adds up: it never forgets."""
            squares = (squares + gradient**2) / 2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        @says(ONE_MEMORY_FOR_ALL)
        def one_sum_for_all(theta, squares, gradient, lr, eps):
            squares = squares + np.sum(gradient**2)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        @says(ROOT_REMEMBERED)
        def root_remembered(theta, squares, gradient, lr, eps):
            theta, squares = adagrad(theta, squares, gradient, lr, eps)
            return theta, np.sqrt(squares)

        def eps_remembered(theta, squares, gradient, lr, eps):
            """You add ε to the memory, so that it would be added again at every step. It belongs to the step alone."""
            squares = squares + gradient**2 + eps
            return theta - lr * gradient / np.sqrt(squares), squares

        @says(UPHILL)
        def climbs(theta, squares, gradient, lr, eps):
            squares = squares + gradient**2
            return theta + lr * gradient / (np.sqrt(squares) + eps), squares

        def rate_below(theta, squares, gradient, lr, eps):
            """Your rate is below the fraction line, so a larger rate makes a shorter step."""
            squares = squares + gradient**2
            return theta - gradient / (lr * np.sqrt(squares) + eps), squares

        def sign_for_the_gradient(theta, squares, gradient, lr, eps):
            """Only the sign of the gradient is above your fraction line. Its size belongs there too."""
            squares = squares + gradient**2
            return theta - lr * np.sign(gradient) / (np.sqrt(squares) + eps), squares

        def square_in_the_step(theta, squares, gradient, lr, eps):
            """The gradient's square is above your fraction line. The square belongs in the memory; the step needs the
            gradient with its sign."""
            squares = squares + gradient**2
            return theta - lr * gradient**2 / (np.sqrt(squares) + eps), squares

        @says(eps_remembered.__doc__)
        def eps_in_the_memory_and_in_the_step(theta, squares, gradient, lr, eps):
            squares = squares + gradient**2 + eps
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def roots_added(theta, squares, gradient, lr, eps):
            """You divide by the root of the old sum plus the size of the gradient. Add the squares first, and take the
            root of the sum."""
            return theta - lr * gradient / (np.sqrt(squares) + np.abs(gradient) + eps), squares + gradient**2

    class right:
        def by_entries(theta, squares, gradient, lr, eps):
            where, total = np.empty(len(theta)), np.empty(len(theta))
            for i in range(len(theta)):
                total[i] = squares[i] + gradient[i] * gradient[i]
                where[i] = theta[i] - lr / (total[i] ** 0.5 + eps) * gradient[i]
            return where, total

        def as_lists(theta, squares, gradient, lr, eps):
            total = [s + g * g for s, g in zip(squares, gradient, strict=True)]
            return [[p - lr * g / (s**0.5 + eps) for p, g, s in zip(theta, gradient, total, strict=True)], total]

        def on_copies(theta, squares, gradient, lr, eps):
            theta, squares = theta.copy(), squares.copy()
            squares += np.square(gradient)
            theta -= gradient * (lr / (np.sqrt(squares) + eps))
            return theta, squares


def adadelta(theta, squares, moves, gradient, rho, eps):
    squares = running(squares, gradient**2, rho)
    move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
    return theta - move, squares, running(moves, move**2, rho)


class adadelta_step:
    def cases(rng):
        yield np.array([5.0]), np.array([8.0]), np.array([3.0]), np.array([6.0]), 0.75, 1.0
        for d, rho, eps in [(1, 0.9, 0.5), (2, 0.8, 1e-6), (3, 0.6, 2.0)]:
            yield entries(rng, d, 1, 4), memory(rng, d), memory(rng, d), entries(rng, d, 1.5, 6), rho, eps
        yield entries(rng, 2, 1, 4), np.zeros(2), np.zeros(2), entries(rng, 2, 1.5, 6), 0.9, 0.3  # the first step
        first = with_a_zero(entries(rng, 2, 1.5, 6))
        yield entries(rng, 2, 1, 4), np.zeros(2), np.zeros(2), first, 0.9, 1e-6  # √ε/√ε · 0
        yield entries(rng, 1, 1, 4), memory(rng, 1), memory(rng, 1), -rng.uniform(1.5, 6, 1).round(2), 0.7, 0.2
        still = with_a_zero(entries(rng, 2, 1.5, 6))
        yield entries(rng, 2, 1, 4), memory(rng, 2), memory(rng, 2), still, 0.75, 0.1  # its memories fade all the same

    class mistakes:
        def rmsprop(theta, squares, moves, gradient, rho, eps):
            """This is RMSprop with a rate of 1: the root of the mean squared move is missing from your step."""
            squares = running(squares, gradient**2, rho)
            move = gradient / np.sqrt(squares + eps)
            return theta - move, squares, running(moves, move**2, rho)

        def eps_beside_the_roots(theta, squares, moves, gradient, rho, eps):
            """You add ε to the roots, as PyTorch's RMSprop does. Here it is under both of them."""
            squares = running(squares, gradient**2, rho)
            move = (np.sqrt(moves) + eps) / (np.sqrt(squares) + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def eps_below_only(theta, squares, moves, gradient, rho, eps):
            """There is an ε below the fraction line but none above it. Where nothing has moved yet, your step is 0, and
            so is every later one."""
            squares = running(squares, gradient**2, rho)
            move = np.sqrt(moves) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def eps_above_only(theta, squares, moves, gradient, rho, eps):
            """There is an ε above the fraction line but none below it. If an entry's gradient has always been 0, your
            step is NaN."""
            squares = running(squares, gradient**2, rho)
            move = np.sqrt(moves + eps) / np.sqrt(squares) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        @says(WITHOUT_EPS)
        def without_eps(theta, squares, moves, gradient, rho, eps):
            squares = running(squares, gradient**2, rho)
            move = np.sqrt(moves) / np.sqrt(squares) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def roots_forgotten(theta, squares, moves, gradient, rho, eps):
            """You divide one mean square by the other. Take the root of each: a mean of squares has the unit of a
            square."""
            squares = running(squares, gradient**2, rho)
            move = (moves + eps) / (squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def old_squares_in_the_step(theta, squares, moves, gradient, rho, eps):
            """Your step divides by the old mean of the squared gradients. Update that memory with this gradient first,
            then take the step."""
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, running(squares, gradient**2, rho), running(moves, move**2, rho)

        def gradient_in_both(theta, squares, moves, gradient, rho, eps):
            """Both of your memories take in the squared gradient. The second one remembers how far θ has moved."""
            new = running(squares, gradient**2, rho)
            move = np.sqrt(moves + eps) / np.sqrt(new + eps) * gradient
            return theta - move, new, running(moves, gradient**2, rho)

        def moves_updated_with_the_gradient_first(theta, squares, moves, gradient, rho, eps):
            """Both of your memories take in the squared gradient before the step. The second one is updated after the
            step, with the square of the move."""
            squares, moves = running(squares, gradient**2, rho), running(moves, gradient**2, rho)
            return theta - np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient, squares, moves

        def theta_for_the_move(theta, squares, moves, gradient, rho, eps):
            """Your second memory takes in θ² instead of the square of the move. What counts is how far θ has moved, not
            where it is."""
            new, squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return new, squares, running(moves, new**2, rho)

        def new_moves_in_the_step(theta, squares, moves, gradient, rho, eps):
            """You update the second memory first and then step with the new one. The u in the step is the old one: it
            cannot know this move yet."""
            _, squares, new = adadelta(theta, squares, moves, gradient, rho, eps)
            return theta - np.sqrt(new + eps) / np.sqrt(squares + eps) * gradient, squares, new

        def moves_faded_first(theta, squares, moves, gradient, rho, eps):
            """You multiply the second memory by ρ before the step. The u in the step is the old one, as it was passed
            in."""
            squares = running(squares, gradient**2, rho)
            move = np.sqrt(rho * moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def squares_of_means(theta, squares, moves, gradient, rho, eps):
            """You square after you have averaged. A mean of squares is not the square of a mean."""
            squares = running(np.sqrt(squares), gradient, rho) ** 2
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(np.sqrt(moves), move, rho) ** 2

        def moves_square_of_mean(theta, squares, moves, gradient, rho, eps):
            """In your second memory you square after you have averaged. A mean of squares is not the square of a
            mean."""
            theta_new, squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return theta_new, squares, running(np.sqrt(moves), theta - theta_new, rho) ** 2

        @says(MOVE_FOR_THETA)
        def move_for_theta(theta, squares, moves, gradient, rho, eps):
            new, squares, moves = adadelta(theta, squares, moves, gradient, rho, eps)
            return theta - new, squares, moves

        def move_for_memory(theta, squares, moves, gradient, rho, eps):
            """Your third result is the move itself. The task asks for the running mean of the squared moves."""
            new, squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return new, squares, theta - new

        def sum_of_moves(theta, squares, moves, gradient, rho, eps):
            """Your second memory is a sum and never forgets. It is a running mean, like the first."""
            new, squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return new, squares, moves + (theta - new) ** 2

        def eps_beside_the_lower_root(theta, squares, moves, gradient, rho, eps):
            """Below the fraction line you add ε to the root, as PyTorch's RMSprop does. Here it is under both roots."""
            squares = running(squares, gradient**2, rho)
            move = np.sqrt(moves + eps) / (np.sqrt(squares) + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def eps_beside_the_upper_root(theta, squares, moves, gradient, rho, eps):
            """Above the fraction line you add ε to the root. Here it is under both roots."""
            squares = running(squares, gradient**2, rho)
            move = (np.sqrt(moves) + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def shares_exchanged(theta, squares, moves, gradient, rho, eps):
            """You have exchanged the two shares of the means: ρ is the share of the old memory, 1 − ρ that of the new
            square."""
            return adadelta(theta, squares, moves, gradient, 1 - rho, eps)

        def whole_squares(theta, squares, moves, gradient, rho, eps):
            """You add the new squares in full. Each counts 1 − ρ only; otherwise the memories are not means."""
            squares = rho * squares + gradient**2
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, rho * moves + move**2

        def whole_square_of_the_gradient(theta, squares, moves, gradient, rho, eps):
            """Your first memory takes in the new square in full. It counts 1 − ρ only; otherwise the memory is not a
            mean."""
            squares = rho * squares + gradient**2
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def whole_square_of_the_move(theta, squares, moves, gradient, rho, eps):
            """Your second memory takes in the new square in full. It counts 1 − ρ only; otherwise the memory is not a
            mean."""
            new, squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return new, squares, rho * moves + (theta - new) ** 2

        def nothing_of_the_gradients_fades(theta, squares, moves, gradient, rho, eps):
            """Your first memory keeps all it had and never forgets. Only the share ρ of it is kept."""
            squares = squares + (1 - rho) * gradient**2
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def nothing_of_the_moves_fades(theta, squares, moves, gradient, rho, eps):
            """Your second memory keeps all it had and never forgets. Only the share ρ of it is kept."""
            new, squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return new, squares, moves + (1 - rho) * (theta - new) ** 2

        def sum_of_gradients(theta, squares, moves, gradient, rho, eps):
            """Your first memory is a sum and never forgets. It is a running mean, like the second."""
            squares = squares + gradient**2
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def shares_of_the_gradients_exchanged(theta, squares, moves, gradient, rho, eps):
            """In your first memory the two shares are exchanged: ρ is the share of the old memory, 1 − ρ that of the
            new square."""
            squares = running(squares, gradient**2, 1 - rho)
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        def shares_of_the_moves_exchanged(theta, squares, moves, gradient, rho, eps):
            """In your second memory the two shares are exchanged: ρ is the share of the old memory, 1 − ρ that of the
            new square."""
            new, squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return new, squares, running(moves, (theta - new) ** 2, 1 - rho)

        def sums(theta, squares, moves, gradient, rho, eps):
            """Your memories are sums, as in Adagrad, and never forget. Here they are running means, and ρ is the share
            that is kept."""
            squares = squares + gradient**2
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, moves + move**2

        def gradient_below(theta, squares, moves, gradient, rho, eps):
            """The gradient is below your fraction line, so your step is short where the slope is steep. The quotient of
            the two roots is multiplied by it."""
            squares = running(squares, gradient**2, rho)
            with np.errstate(divide="ignore"):
                move = np.sqrt(moves + eps) / np.sqrt(squares + eps) / gradient
            return theta - move, squares, running(moves, move**2, rho)

        def rho_for_a_rate(theta, squares, moves, gradient, rho, eps):
            """You multiply the step by ρ. Adadelta has no learning rate: ρ is only the share of the memories that is
            kept."""
            squares = running(squares, gradient**2, rho)
            move = rho * np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, move**2, rho)

        @says(ONE_MEMORY_FOR_ALL)
        def one_for_all(theta, squares, moves, gradient, rho, eps):
            squares = running(squares, np.sum(gradient**2), rho)
            move = np.sqrt(moves + eps) / np.sqrt(squares + eps) * gradient
            return theta - move, squares, running(moves, np.sum(move**2), rho)

        @says(ROOT_REMEMBERED)
        def roots_remembered(theta, squares, moves, gradient, rho, eps):
            theta, squares, moves = adadelta(theta, squares, moves, gradient, rho, eps)
            return theta, np.sqrt(squares), np.sqrt(moves)

        def eps_remembered(theta, squares, moves, gradient, rho, eps):
            """θ is right, but ε has got into the memories, where it would be added again at every step."""
            theta, squares, moves = adadelta(theta, squares, moves, gradient, rho, eps)
            return theta, squares + eps, moves + eps

        def kept_where_the_gradient_is_0(theta, squares, moves, gradient, rho, eps):
            """Where an entry of the gradient is 0, your memories stay as they are. Each of them keeps only the share ρ,
            whatever the gradient is."""
            theta, its_squares, its_moves = adadelta(theta, squares, moves, gradient, rho, eps)
            return theta, np.where(gradient == 0, squares, its_squares), np.where(gradient == 0, moves, its_moves)

        def emptied_where_the_gradient_is_0(theta, squares, moves, gradient, rho, eps):
            """Where an entry of the gradient is 0, your memories lose all they held. Each of them keeps the share ρ,
            whatever the gradient is."""
            theta, squares, moves = adadelta(theta, squares, moves, gradient, rho, eps)
            return theta, np.where(gradient == 0, 0.0, squares), np.where(gradient == 0, 0.0, moves)

        def moves_without_eps(theta, squares, moves, gradient, rho, eps):
            """θ and the first memory are right. The move that your second memory takes in lacks the ε under the upper
            root: let it take in the very Δ by which θ moves."""
            theta, its_squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return theta, its_squares, running(moves, moves / (its_squares + eps) * gradient**2, rho)

        @says(UPHILL)
        def climbs(theta, squares, moves, gradient, rho, eps):
            new, squares, moves = adadelta(theta, squares, moves, gradient, rho, eps)
            return 2 * theta - new, squares, moves

        def size_of_the_move(theta, squares, moves, gradient, rho, eps):
            """Your second memory takes in the size of the move. It is a mean of squares, like the first."""
            moved, squares, _ = adadelta(theta, squares, moves, gradient, rho, eps)
            return moved, squares, running(moves, np.abs(theta - moved), rho)

    class right:
        def by_entries(theta, squares, moves, gradient, rho, eps):
            where, of_gradients, of_moves = [], [], []
            for p, s, u, g in zip(theta, squares, moves, gradient, strict=True):
                s = s + (1 - rho) * (g * g - s)
                move = g * ((u + eps) / (s + eps)) ** 0.5
                where.append(p - move)
                of_gradients.append(s)
                of_moves.append(u + (1 - rho) * (move * move - u))
            return where, of_gradients, of_moves

        def by_one_root(theta, squares, moves, gradient, rho, eps):
            squares = np.average([squares, gradient**2], axis=0, weights=[rho, 1 - rho])
            ratio = (moves + eps) / (squares + eps)
            theta = theta - np.sqrt(ratio) * gradient
            return [theta, squares, moves * rho + ratio * gradient * gradient * (1 - rho)]


def recipe(lr, steps, warm_up, least):
    t = np.arange(steps)
    wave = least + (lr - least) / 2 * (1 + np.cos(np.pi * (t - warm_up) / (steps - warm_up)))
    return np.where(t < warm_up, lr / warm_up + (lr - lr / warm_up) * t / warm_up, wave)


class recipe_rates:
    def cases(rng):
        yield 0.8, 8, 4, 0.2
        for warm_up, more in [(3, 6), (5, 7), (2, 5), (6, 14)]:
            lr = round(rng.uniform(0.2, 2), 2)
            least = round(lr * rng.uniform(0.25, 0.4), 3)  # above α/W for some W
            yield lr, warm_up + more + int(rng.integers(4)), warm_up, least
        yield round(rng.uniform(0.2, 2), 2), 10 + int(rng.integers(4)), 4, 0.0  # down to 0, as in the lesson
        # a warm-up of one step, which has the whole rate
        yield round(rng.uniform(0.2, 2), 2), 6 + int(rng.integers(4)), 1, 0.1

    class mistakes:
        def least_ignored(lr, steps, warm_up, least):
            """Your cosine falls to 0. Here it falls to `least`."""
            return recipe(lr, steps, warm_up, 0.0)

        def least_added(lr, steps, warm_up, least):
            """Your cosine falls as it would to 0, and `least` is added to it, so it begins above α. Only what is above
            `least` falls."""
            wave = recipe(lr, steps, warm_up, 0.0)
            return np.where(np.arange(steps) < warm_up, wave, wave + least)

        def cut_off(lr, steps, warm_up, least):
            """Your cosine falls towards 0 and is cut off at `least`. It should reach `least` smoothly, at the end of
            the wave."""
            wave = recipe(lr, steps, warm_up, 0.0)
            return np.where(np.arange(steps) < warm_up, wave, np.maximum(wave, least))

        def cut_off_everywhere(lr, steps, warm_up, least):
            """Your rates are cut off at `least`, those of the warm-up too. It is where the cosine ends, and nothing
            else."""
            return np.maximum(recipe(lr, steps, warm_up, 0.0), least)

        def least_as_a_factor(lr, steps, warm_up, least):
            """You take `least` for a share of α. It is a rate itself."""
            return recipe(lr, steps, warm_up, lr * least)

        def warm_up_of_lesson_2(lr, steps, warm_up, least):
            """Your warm-up takes equal steps from α/W to α and is at α one step too early. In the formula the cosine
            begins with α, at t = W."""
            t = np.arange(steps)
            return np.where(t < warm_up, lr * (t + 1) / warm_up, recipe(lr, steps, warm_up, least))

        def divided_by_one_step_less(lr, steps, warm_up, least):
            """In your warm-up you divide by W − 1. It is at α one step too early, and 0/0 if it has a single step."""
            t = np.arange(steps)
            rise = lr / warm_up + (lr - lr / warm_up) * t / max(warm_up - 1, 1)
            return np.where(t < warm_up, rise, recipe(lr, steps, warm_up, least)) if warm_up > 1 else ...

        def from_zero(lr, steps, warm_up, least):
            """Your warm-up begins at 0, and so the first step has length 0. It begins at α/W."""
            t = np.arange(steps)
            return np.where(t < warm_up, lr * t / warm_up, recipe(lr, steps, warm_up, least))

        def lesson_2_and_least_ignored(lr, steps, warm_up, least):
            """Two things are wrong. Your warm-up takes equal steps from α/W to α and is at α one step too early. And
            your cosine falls to 0 instead of `least`."""
            return recipe_rates.mistakes.warm_up_of_lesson_2(lr, steps, warm_up, 0.0)

        def lesson_2_and_down_by_the_last_step(lr, steps, warm_up, least):
            """Two things are wrong. Your warm-up is at α one step too early, and your cosine is at `least` one step too
            early. In the formulas neither part reaches its end within its own steps."""
            t = np.arange(steps)
            wave = recipe_rates.mistakes.down_by_the_last_step(lr, steps, warm_up, least)
            return np.where(t < warm_up, lr * (t + 1) / warm_up, wave)

        def from_zero_and_cut_off(lr, steps, warm_up, least):
            """Two things are wrong. Your warm-up begins at 0 instead of α/W. And your cosine falls towards 0 and is cut
            off at `least`; it should reach `least` smoothly, at the end of the wave."""
            t = np.arange(steps)
            return np.where(t < warm_up, lr * t / warm_up, recipe_rates.mistakes.cut_off(lr, steps, warm_up, least))

        def from_zero_and_least_ignored(lr, steps, warm_up, least):
            """Two things are wrong. Your warm-up begins at 0 instead of α/W. And your cosine falls to 0 instead of
            `least`."""
            return recipe_rates.mistakes.from_zero(lr, steps, warm_up, 0.0)

        def from_least(lr, steps, warm_up, least):
            """Your warm-up begins at `least`. It begins at α/W; `least` is where the cosine ends."""
            t = np.arange(steps)
            return np.where(t < warm_up, least + (lr - least) * t / warm_up, recipe(lr, steps, warm_up, least))

        def no_warm_up(lr, steps, warm_up, least):
            """Your rates have no warm-up: the wave begins at once, and is as long as the run."""
            return least + (lr - least) / 2 * (1 + np.cos(np.pi * np.arange(steps) / steps))

        def warm_up_at_the_first_rate(lr, steps, warm_up, least):
            """Your rate stays at α/W throughout the warm-up. It rises from there to α, a little in every step. If you
            divide t by W with `//`: that gives whole numbers, and 0 for every t below W."""
            return np.where(np.arange(steps) < warm_up, lr / warm_up, recipe(lr, steps, warm_up, least))

        def warm_up_at_the_whole_rate(lr, steps, warm_up, least):
            """Your rate is α throughout the warm-up. It rises to α from α/W."""
            return np.where(np.arange(steps) < warm_up, lr, recipe(lr, steps, warm_up, least))

        def wave_from_the_start(lr, steps, warm_up, least):
            """Your wave is counted from the start of the run, so the rate falls suddenly at t = W. Count it from the
            end of the warm-up."""
            t = np.arange(steps)
            wave = least + (lr - least) / 2 * (1 + np.cos(np.pi * t / steps))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def wave_too_long(lr, steps, warm_up, least):
            """Your wave is as long as the whole run, so it is cut short. It has only the T − W steps after the
            warm-up."""
            t = np.arange(steps)
            wave = least + (lr - least) / 2 * (1 + np.cos(np.pi * (t - warm_up) / steps))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def wave_too_short(lr, steps, warm_up, least):
            """Your wave is counted from the start of the run and only T − W long, so it turns up again before the
            end."""
            t = np.arange(steps)
            wave = least + (lr - least) / 2 * (1 + np.cos(np.pi * t / (steps - warm_up)))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def down_by_the_last_step(lr, steps, warm_up, least):
            """Your last rate is `least` itself, so the wave is one step too short. In the formula it would be reached
            at t = T, after the last step."""
            t = np.arange(steps)
            wave = least + (lr - least) / 2 * (1 + np.cos(np.pi * (t - warm_up) / (steps - warm_up - 1)))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def quarter_of_a_wave(lr, steps, warm_up, least):
            """Yours is a quarter of a wave. The cosine goes from 1 to −1: 1 is added, and the whole halved."""
            t = np.arange(steps)
            wave = least + (lr - least) * np.cos(np.pi / 2 * (t - warm_up) / (steps - warm_up))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def not_halved(lr, steps, warm_up, least):
            """Your wave begins too high: 1 plus the cosine goes from 2 to 0, so it is halved."""
            t = np.arange(steps)
            wave = least + (lr - least) * (1 + np.cos(np.pi * (t - warm_up) / (steps - warm_up)))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def cosine_alone(lr, steps, warm_up, least):
            """Your rates become negative or fall below `least`: 1 is added to the cosine before it is halved."""
            t = np.arange(steps)
            wave = least + (lr - least) * np.cos(np.pi * (t - warm_up) / (steps - warm_up))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def rises_from_least(lr, steps, warm_up, least):
            """After the warm-up your rates rise, from `least` towards α. They should fall, from α towards `least`: look
            at the sign of the cosine, and at which end each of the two rates belongs to."""
            rates = recipe(lr, steps, warm_up, least)
            return np.where(np.arange(steps) < warm_up, rates, lr + least - rates)

        def rises_from_zero(lr, steps, warm_up, least):
            """After the warm-up your rates rise, from 0 towards α. They should fall, from α towards `least`: look at
            the sign of the cosine, and at where `least` comes in."""
            rates = recipe(lr, steps, warm_up, 0.0)
            return np.where(np.arange(steps) < warm_up, rates, lr - rates)

        def rises_above_the_highest_rate(lr, steps, warm_up, least):
            """After the warm-up your rates rise above α. They should fall, from α towards `least`: look at the sign of
            what you add to α."""
            rates = recipe(lr, steps, warm_up, least)
            return np.where(np.arange(steps) < warm_up, rates, 2 * lr - rates)

        def falls_towards_the_highest_rate(lr, steps, warm_up, least):
            """After the warm-up your rates fall towards α, from above it. They should fall from α towards `least`: what
            is left at the end of the wave is the rate that the wave is added to."""
            rates = recipe(lr, steps, warm_up, least)
            return np.where(np.arange(steps) < warm_up, rates, rates + lr - least)

        def straight_down(lr, steps, warm_up, least):
            """Your rate falls on a straight line. The task asks for half a wave of the cosine."""
            t = np.arange(steps)
            line = lr + (least - lr) * (t - warm_up) / (steps - warm_up)
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), line)

        def both_at_once(lr, steps, warm_up, least):
            """Your warm-up is multiplied by a wave that is falling already. The wave begins when the warm-up is
            over."""
            t = np.arange(steps)
            rise = np.minimum(1, 1 / warm_up + (1 - 1 / warm_up) * t / warm_up)
            return rise * (least + (lr - least) / 2 * (1 + np.cos(np.pi * t / steps)))

        def in_degrees(lr, steps, warm_up, least):
            """Your wave does not fall as it should: NumPy's cosine takes radians, where half a turn is π, not 180."""
            t = np.arange(steps)
            wave = least + (lr - least) / 2 * (1 + np.cos(180 * (t - warm_up) / (steps - warm_up)))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def whole_wave(lr, steps, warm_up, least):
            """Your wave falls and rises again: from the top to the bottom it is half a turn, π, and not a whole one."""
            t = np.arange(steps)
            wave = least + (lr - least) / 2 * (1 + np.cos(2 * np.pi * (t - warm_up) / (steps - warm_up)))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def from_one(lr, steps, warm_up, least):
            """You begin with t = 1. The first step has t = 0."""
            t = np.arange(1, steps + 1)
            wave = least + (lr - least) / 2 * (1 + np.cos(np.pi * (t - warm_up) / (steps - warm_up)))
            return np.where(t < warm_up, lr / warm_up + (lr - lr / warm_up) * t / warm_up, wave)

        def one_too_many(lr, steps, warm_up, least):
            """There is one rate too many, for t = T. There are as many rates as steps: t goes from 0 to T − 1."""
            return np.append(recipe(lr, steps, warm_up, least), least)

        def wave_on_top(lr, steps, warm_up, least):
            """There are W rates too many: the warm-up is part of the T steps, not in front of them."""
            return recipe(lr, steps + warm_up, warm_up, least)

        def wave_alone(lr, steps, warm_up, least):
            """Your rates begin after the warm-up. Its W rates come first."""
            return recipe(lr, steps, warm_up, least)[warm_up:]

        def warm_up_alone(lr, steps, warm_up, least):
            """Your rates end with the warm-up. The wave follows."""
            return recipe(lr, steps, warm_up, least)[:warm_up]

        def equal_factors(lr, steps, warm_up, least):
            """After the warm-up your rate falls by the same factor in every step. The task asks for half a wave of the
            cosine."""
            t = np.arange(steps)
            fall = lr * (least / lr) ** ((t - warm_up) / (steps - warm_up))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), fall) if least else ...

        def sine_for_cosine(lr, steps, warm_up, least):
            """Your wave is a sine, which begins at 0 and comes back to it. The cosine begins at 1 and ends at −1."""
            t = np.arange(steps)
            wave = least + (lr - least) / 2 * (1 + np.sin(np.pi * (t - warm_up) / (steps - warm_up)))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def from_the_last_of_the_warm_up(lr, steps, warm_up, least):
            """Your cosine falls from the last rate of the warm-up. It falls from α, which is the rate at t = W."""
            rates = recipe(lr, steps, warm_up, least)
            t = np.arange(steps)
            wave = recipe(rates[warm_up - 1], steps, warm_up, least)
            return np.where(t < warm_up, rates, wave)

        def warm_up_subtracted_twice(lr, steps, warm_up, least):
            """Your wave is W steps late. Where t counts from the end of the warm-up, W has been subtracted already."""
            t = np.arange(steps)
            wave = least + (lr - least) / 2 * (1 + np.cos(np.pi * (t - 2 * warm_up) / (steps - warm_up)))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def cosine_of_pi_alone(lr, steps, warm_up, least):
            """After the warm-up your rate falls on a straight line, from halfway. `np.cos(np.pi)` is −1: what changes
            with t has to be inside the brackets of the cosine."""
            t = np.arange(steps)
            line = least + (lr - least) / 2 * (1 - (t - warm_up) / (steps - warm_up))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), line)

        def least_halved(lr, steps, warm_up, least):
            """Your cosine falls to half of `least`. Only the part of the rate above `least` is halved."""
            t = np.arange(steps)
            wave = recipe(lr, steps, warm_up, least)
            return np.where(t < warm_up, wave, wave - least / 2)

        def least_added_to_the_height(lr, steps, warm_up, least):
            """Your cosine falls from α + `least` to 0: halfway it is right, but the wave is too high. Only what is
            above `least` falls."""
            t = np.arange(steps)
            wave = (lr + least) / 2 * (1 + np.cos(np.pi * (t - warm_up) / (steps - warm_up)))
            return np.where(t < warm_up, recipe(lr, steps, warm_up, least), wave)

        def constant_after_the_warm_up(lr, steps, warm_up, least):
            """After the warm-up your rate stays at α. It should fall on half a wave of the cosine."""
            return np.where(np.arange(steps) < warm_up, recipe(lr, steps, warm_up, least), lr)

        def wave_from_before(lr, steps, warm_up, least):
            """You use the wave's formula during the warm-up, too. The first W rates rise in equal steps from α/W."""
            t = np.arange(steps)
            return least + (lr - least) / 2 * (1 + np.cos(np.pi * (t - warm_up) / (steps - warm_up)))

        def waves_on_both_sides(lr, steps, warm_up, least):
            """Your warm-up rises on a wave, too. It rises in equal steps."""
            t = np.arange(steps)
            rise = lr / warm_up + (lr - lr / warm_up) / 2 * (1 - np.cos(np.pi * t / warm_up))
            return np.where(t < warm_up, rise, recipe(lr, steps, warm_up, least))

    class right:
        def in_two_parts(lr, steps, warm_up, least):
            first = lr / warm_up
            up = [first + (lr - first) * t / warm_up for t in range(warm_up)]
            down = [(1 + np.cos(np.pi * k / (steps - warm_up))) / 2 for k in range(steps - warm_up)]
            return up + [least + (lr - least) * share for share in down]

        def by_interpolation(lr, steps, warm_up, least):
            up = np.linspace(lr / warm_up, lr, warm_up, endpoint=False)
            angle = np.linspace(0, np.pi, steps - warm_up, endpoint=False)
            return np.concatenate([up, (lr + least) / 2 + (lr - least) / 2 * np.cos(angle)])

        def by_squares(lr, steps, warm_up, least):
            rates = np.empty(steps)
            for t in range(steps):
                if t < warm_up:
                    rates[t] = lr * (warm_up + t * (warm_up - 1)) / warm_up**2
                else:
                    rates[t] = least + (lr - least) * np.cos(np.pi / 2 * (t - warm_up) / (steps - warm_up)) ** 2
            return rates


def shrunk(parameters, factor, decays=lambda p: p.ndim > 1):
    return [factor * p if decays(p) else p.copy() for p in parameters]


SAME_AMOUNT_FOR_ALL = (
    "You take the same amount from every entry of a matrix. Decay multiplies: a large entry loses more than a small "
    "one."
)


class left_by_decay:
    def cases(rng):
        def some(*shapes):
            return [rng.uniform(1, 4, shape).round(2) for shape in shapes]

        def rates(steps):
            return rng.uniform(0.05, 0.6, steps).round(2)

        yield [np.array([[4.0, -8.0]]), np.array([4.0])], np.array([0.5, 0.25]), 1.0
        yield some((3, 2), (2,), (2, 4), (4,)), rates(3), 0.5
        yield some((2,), (2, 2), (2,)), rates(4), 0.25
        yield some((1, 3), (5,), (3, 1)), rates(1), 0.2  # more numbers in the bias than in a matrix
        yield some((4,), (2, 2)), rates(3), 0.0  # no decay

    class mistakes:
        def all_of_them(parameters, rates, weight_decay):
            """You shrink everything. Biases and scales, which have one dimension, stay as they are."""
            return shrunk(parameters, np.prod(1 - rates * weight_decay), lambda p: True)

        def more_than_one_row(parameters, rates, weight_decay):
            """You shrink what has more than one row or entry. Count dimensions instead: an array of shape (1, 3) is a
            matrix, and one of shape (5,) is not."""
            return shrunk(parameters, np.prod(1 - rates * weight_decay), lambda p: len(p) > 1)

        def the_others(parameters, rates, weight_decay):
            """You shrink the biases and scales and leave the matrices. It is the other way round."""
            return shrunk(parameters, np.prod(1 - rates * weight_decay), lambda p: p.ndim == 1)

        def none_of_them(parameters, rates, weight_decay):
            """Nothing shrinks. The matrices lose a share in every step."""
            return shrunk(parameters, 1.0)

        def by_position(parameters, rates, weight_decay):
            """You shrink the first parameter, the third and so on. Matrices and biases need not take turns: look at the
            number of dimensions."""
            factor = np.prod(1 - rates * weight_decay)
            return [p.copy() if k % 2 else factor * p for k, p in enumerate(parameters)]

        def by_size(parameters, rates, weight_decay):
            """You recognise matrices by how many numbers they hold. A matrix may be small and a bias long: look at the
            number of dimensions."""
            return shrunk(parameters, np.prod(1 - rates * weight_decay), lambda p: p.size > 4)

        def sum_of_the_shares(parameters, rates, weight_decay):
            """You subtract the shares of all steps from the start at once. Each step takes its share of what is
            left."""
            return shrunk(parameters, 1 - weight_decay * np.sum(rates))

        def exponential(parameters, rates, weight_decay):
            """You use e to the power of minus the sum, which is nearly right where the shares are tiny. Each step
            multiplies by 1 minus its share."""
            return shrunk(parameters, np.exp(-weight_decay * np.sum(rates)))

        def mean_rate(parameters, rates, weight_decay):
            """You shrink in every step by the mean rate. Each step has its own rate."""
            return shrunk(parameters, (1 - weight_decay * np.mean(rates)) ** len(rates))

        def first_rate(parameters, rates, weight_decay):
            """You shrink in every step by the first rate. Each step has its own rate."""
            return shrunk(parameters, (1 - weight_decay * rates[0]) ** len(rates))

        def last_rate(parameters, rates, weight_decay):
            """You shrink in every step by the last rate. Each step has its own rate."""
            return shrunk(parameters, (1 - weight_decay * rates[-1]) ** len(rates))

        def largest_rate(parameters, rates, weight_decay):
            """You shrink in every step by the largest rate. Each step has its own rate."""
            return shrunk(parameters, (1 - weight_decay * max(rates)) ** len(rates))

        def without_rates(parameters, rates, weight_decay):
            """You shrink by 1 minus the decay in every step. Both frameworks multiply the decay by the rate of the
            step."""
            return shrunk(parameters, (1 - weight_decay) ** len(rates))

        def rates_alone(parameters, rates, weight_decay):
            """You shrink by 1 minus the rate in every step: the weight decay is missing."""
            return shrunk(parameters, np.prod(1 - rates))

        def what_is_lost(parameters, rates, weight_decay):
            """For the matrices you return the share that is lost. The task asks what is left."""
            return shrunk(parameters, 1 - np.prod(1 - rates * weight_decay))

        def what_is_taken(parameters, rates, weight_decay):
            """You multiply the shares that the steps take. What is left after a step is 1 minus its share."""
            return shrunk(parameters, np.prod(rates * weight_decay))

        def grown(parameters, rates, weight_decay):
            """Your matrices grow. The share is taken away."""
            return shrunk(parameters, np.prod(1 + rates * weight_decay))

        def one_step_alone(parameters, rates, weight_decay):
            """You shrink once, by the first rate. Every step shrinks again."""
            return shrunk(parameters, 1 - weight_decay * rates[0])

        def last_step_alone(parameters, rates, weight_decay):
            """You shrink only once, by the last rate, as if each step began with what was passed in. Every step shrinks
            what the step before has left."""
            return shrunk(parameters, 1 - weight_decay * rates[-1])

        def all_by_the_last_step_alone(parameters, rates, weight_decay):
            """Two things are wrong. You shrink everything, though biases and scales stay as they are. And you shrink
            only once, by the last rate, as if each step began with what was passed in."""
            return shrunk(parameters, 1 - weight_decay * rates[-1], lambda p: True)

        def first_step_left_out(parameters, rates, weight_decay):
            """You leave the first step out. It shrinks the matrices, too, by its own rate."""
            return shrunk(parameters, np.prod(1 - rates[1:] * weight_decay))

        def last_step_left_out(parameters, rates, weight_decay):
            """You leave the last step out. It shrinks the matrices, too, by its own rate."""
            return shrunk(parameters, np.prod(1 - rates[:-1] * weight_decay))

        def one_minus_the_product(parameters, rates, weight_decay):
            """You multiply the shares that the steps take, and subtract their product from 1. The other way round: what
            is left after one step is 1 minus its share, and these factors are multiplied."""
            return shrunk(parameters, 1 - np.prod(rates * weight_decay))

        def decay_outside_the_brackets(parameters, rates, weight_decay):
            """You multiply by 1 minus the rate, and by the decay. The decay belongs to the rate: what is left after a
            step is 1 minus the product of the two."""
            return shrunk(parameters, np.prod((1 - rates) * weight_decay))

        def matrices_alone(parameters, rates, weight_decay):
            """You return the matrices alone. The biases and scales belong in the list, unchanged."""
            return [p for p in shrunk(parameters, np.prod(1 - rates * weight_decay)) if p.ndim > 1]

        def first_one_alone(parameters, rates, weight_decay):
            """Your list holds the first parameter only. Is your `return` inside the loop or after it?"""
            return shrunk(parameters, np.prod(1 - rates * weight_decay))[:1]

        def matrices_first(parameters, rates, weight_decay):
            """You return the matrices first and then the others. Keep the order in which they were passed in."""
            return sorted(shrunk(parameters, np.prod(1 - rates * weight_decay)), key=lambda p: -p.ndim)

        def twice_the_shares(parameters, rates, weight_decay):
            """Each of your steps takes twice its share, as the derivative of a penalty λw² would. AdamW's decay
            multiplies the parameter itself."""
            return shrunk(parameters, np.prod(1 - 2 * rates * weight_decay))

        def divided_in_each_step(parameters, rates, weight_decay):
            """You divide by 1 plus the share in each step, which is nearly the same while the shares are tiny. Each
            step multiplies by 1 minus its share."""
            return shrunk(parameters, 1 / np.prod(1 + rates * weight_decay))

        @says(SAME_AMOUNT_FOR_ALL)
        def same_amount_off(parameters, rates, weight_decay):
            return [p - sum(rates) * weight_decay if p.ndim > 1 else p.copy() for p in parameters]

        @says(SAME_AMOUNT_FOR_ALL)
        def same_amount_towards_zero(parameters, rates, weight_decay):
            return [p - np.sign(p) * sum(rates) * weight_decay if p.ndim > 1 else p.copy() for p in parameters]

        def zeros_for_the_rest(parameters, rates, weight_decay):
            """The matrices are right, but you return zeros for the biases and scales. They stay as they are."""
            return [
                p if p.ndim > 1 else np.zeros_like(p) for p in shrunk(parameters, np.prod(1 - rates * weight_decay))
            ]

        def single_rows_spared(parameters, rates, weight_decay):
            """You leave a matrix with a single row as it is. It has two dimensions, and shrinks like any other."""
            return shrunk(parameters, np.prod(1 - rates * weight_decay), lambda p: p.ndim > 1 and len(p) > 1)

        def single_columns_spared(parameters, rates, weight_decay):
            """You leave a matrix with a single column as it is. It has two dimensions, and shrinks like any other."""
            return shrunk(parameters, np.prod(1 - rates * weight_decay), lambda p: p.size > len(p))

        def taken_away(parameters, rates, weight_decay):
            """You return what the decay takes away from each parameter. The task asks what is left."""
            left = shrunk(parameters, np.prod(1 - rates * weight_decay))
            return [p - its for p, its in zip(parameters, left, strict=True)]

        def half_of_the_shares(parameters, rates, weight_decay):
            """Each of your steps takes half of its share. The decay has no ½ in it."""
            return shrunk(parameters, np.prod(1 - rates * weight_decay / 2))

    class right:
        def step_by_step(parameters, rates, weight_decay):
            left = [p.copy() for p in parameters]
            for rate in rates:
                for p in left:
                    if p.ndim >= 2:
                        p -= rate * weight_decay * p
            return left

        def by_logarithms(parameters, rates, weight_decay):
            factor = np.exp(np.sum(np.log1p(-rates * weight_decay)))
            return [p * (factor if len(p.shape) == 2 else 1) for p in parameters]


EXPONENT_TIMES_T = "You multiply by t. It is an exponent, written with two stars."


def keras_form(t, lr, beta_1, beta_2, eps):
    root = np.sqrt(1 - beta_2**t)
    return lr * root / (1 - beta_1**t), eps * root


class to_keras_form:
    absolute = 0

    def cases(rng):
        yield 2, 0.3, 0.5, 0.6, 0.5
        yield 1, 0.001, 0.9, 0.999, 1e-8
        yield 10, 0.001, 0.9, 0.999, 1e-7
        for t in (1, 3, 6):
            beta_1, beta_2 = rng.uniform(0.5, 0.8), rng.uniform(0.85, 0.95)
            yield t, round(rng.uniform(0.1, 0.8), 2), round(beta_1, 3), round(beta_2, 3), round(rng.uniform(2, 5), 2)

    class mistakes:
        def eps_as_it_is(t, lr, beta_1, beta_2, eps):
            """Your rate is right, but ε cannot stay as it is: PyTorch adds it to the root of the corrected v, Keras to
            the root of v itself."""
            return keras_form(t, lr, beta_1, beta_2, eps)[0], eps

        def eps_the_other_way(t, lr, beta_1, beta_2, eps):
            """Your rate is right. Your second number translates in the other direction, from Keras to PyTorch."""
            return keras_form(t, lr, beta_1, beta_2, eps)[0], eps / np.sqrt(1 - beta_2**t)

        def rate_without_root(t, lr, beta_1, beta_2, eps):
            """Your ε is right, but the correction of v in your rate lacks its root: v̂ is under a root."""
            return lr * (1 - beta_2**t) / (1 - beta_1**t), keras_form(t, lr, beta_1, beta_2, eps)[1]

        def eps_by_the_whole_correction(t, lr, beta_1, beta_2, eps):
            """Your rate is right, but you scale ε by the correction of the rate. What is above the fraction line in
            PyTorch's form does not affect ε."""
            rate, _ = keras_form(t, lr, beta_1, beta_2, eps)
            return rate, eps * rate / lr

        def eps_without_root(t, lr, beta_1, beta_2, eps):
            """Your rate is right, but the factor of your ε lacks a root: v is under a root in PyTorch's form, and its
            correction with it."""
            return keras_form(t, lr, beta_1, beta_2, eps)[0], eps * (1 - beta_2**t)

        def eps_by_m(t, lr, beta_1, beta_2, eps):
            """Your rate is right, but your ε is scaled by the correction of m. It is added to the root of v."""
            return keras_form(t, lr, beta_1, beta_2, eps)[0], eps * (1 - beta_1**t)

        def eps_the_other_way_without_root(t, lr, beta_1, beta_2, eps):
            """Your rate is right. Your ε is divided by the correction of v; follow it through the fraction, and through
            the root."""
            return keras_form(t, lr, beta_1, beta_2, eps)[0], eps / (1 - beta_2**t)

        def eps_under_the_root(t, lr, beta_1, beta_2, eps):
            """Your rate is right, but your ε has got under the root, together with the correction of v. It is
            multiplied by that root."""
            return keras_form(t, lr, beta_1, beta_2, eps)[0], np.sqrt(eps * (1 - beta_2**t))

        def v_left_out(t, lr, beta_1, beta_2, eps):
            """Your numbers make up for the missing correction of m, but not for that of v. It changes both of them."""
            return lr / (1 - beta_1**t), eps

        def rate_as_it_is(t, lr, beta_1, beta_2, eps):
            """Your ε is right, but your rate is still PyTorch's. Keras's form does not correct m and v, so the rate has
            to make up for both."""
            return lr, keras_form(t, lr, beta_1, beta_2, eps)[1]

        def nothing_translated(t, lr, beta_1, beta_2, eps):
            """You return α and ε as they are. Both have to change, since Keras's form does not correct m and v."""
            return lr, eps

        def rate_without_v(t, lr, beta_1, beta_2, eps):
            """Your ε is right. Your rate makes up for the missing correction of m, but not for that of v."""
            return lr / (1 - beta_1**t), keras_form(t, lr, beta_1, beta_2, eps)[1]

        def rate_without_m(t, lr, beta_1, beta_2, eps):
            """Your ε is right. Your rate makes up for the missing correction of v, but not for that of m."""
            return lr * np.sqrt(1 - beta_2**t), keras_form(t, lr, beta_1, beta_2, eps)[1]

        def rate_root_over_all(t, lr, beta_1, beta_2, eps):
            """Your ε is right. In your rate the root covers both corrections, but only v is under a root in PyTorch's
            form."""
            rate = lr * np.sqrt((1 - beta_2**t) / (1 - beta_1**t))
            return rate, keras_form(t, lr, beta_1, beta_2, eps)[1]

        def rate_upside_down(t, lr, beta_1, beta_2, eps):
            """Your ε is right. Your rate is upside down: m̂ is m divided by its correction, and v̂ is below the
            fraction line."""
            return lr * (1 - beta_1**t) / np.sqrt(1 - beta_2**t), keras_form(t, lr, beta_1, beta_2, eps)[1]

        def divided_twice(t, lr, beta_1, beta_2, eps):
            """Your ε is right. Your rate is divided by both corrections, but v̂ is below the fraction line: follow its
            correction through."""
            rate = lr / (1 - beta_1**t) / np.sqrt(1 - beta_2**t)
            return rate, keras_form(t, lr, beta_1, beta_2, eps)[1]

        def betas_exchanged(t, lr, beta_1, beta_2, eps):
            """You have exchanged the two β: β₁ belongs to m and β₂ to v."""
            return keras_form(t, lr, beta_2, beta_1, eps)

        def exponent_forgotten(t, lr, beta_1, beta_2, eps):
            """Your two numbers are the same at every step. The corrections fade as t grows: it is an exponent."""
            return keras_form(1, lr, beta_1, beta_2, eps)

        @says(EXPONENT_TIMES_T)
        def times_t(t, lr, beta_1, beta_2, eps):
            root = np.sqrt(abs(1 - beta_2 * t))
            return lr * root / (1 - beta_1 * t), eps * root

        def exponent_outside(t, lr, beta_1, beta_2, eps):
            """You take powers of 1 − β. The exponent t belongs to β alone."""
            root = np.sqrt((1 - beta_2) ** t)
            return lr * root / (1 - beta_1) ** t, eps * root

        def powers_alone(t, lr, beta_1, beta_2, eps):
            """You use βᵗ. The corrections are 1 − βᵗ."""
            root = np.sqrt(beta_2**t)
            return lr * root / beta_1**t, eps * root

        def power_alone_for_m(t, lr, beta_1, beta_2, eps):
            """Your ε is right. In your rate you divide by β₁ᵗ. The correction of m is 1 − β₁ᵗ."""
            root = np.sqrt(1 - beta_2**t)
            return lr * root / beta_1**t, eps * root

        def power_alone_for_v(t, lr, beta_1, beta_2, eps):
            """You use β₂ᵗ in both results. The correction of v is 1 − β₂ᵗ."""
            root = np.sqrt(beta_2**t)
            return lr * root / (1 - beta_1**t), eps * root

        def eps_by_the_power_alone(t, lr, beta_1, beta_2, eps):
            """Your rate is right. In your ε you use β₂ᵗ. The correction of v is 1 − β₂ᵗ."""
            return keras_form(t, lr, beta_1, beta_2, eps)[0], eps * np.sqrt(beta_2**t)

        def eps_times_the_rate(t, lr, beta_1, beta_2, eps):
            """Your rate is right, but you multiply ε by all of it. ε is below the fraction line, and neither α nor the
            correction of m is there."""
            rate, _ = keras_form(t, lr, beta_1, beta_2, eps)
            return rate, eps * rate

        def always_the_second_step(t, lr, beta_1, beta_2, eps):
            """Your two numbers are those of step 2, whatever t is. The example is right, and no other step: the
            exponent is t."""
            return keras_form(2, lr, beta_1, beta_2, eps)

        def usual_constants(t, lr, beta_1, beta_2, eps):
            """You use 0.9 and 0.999 instead of the β that are passed in."""
            return keras_form(t, lr, 0.9, 0.999, eps)

        def v_on_the_wrong_side(t, lr, beta_1, beta_2, eps):
            """You divide by the root of v's correction, in both results. It is v that is divided by its correction, and
            v is below the fraction line."""
            root = np.sqrt(1 - beta_2**t)
            return lr / root / (1 - beta_1**t), eps / root

        def one_step_ahead(t, lr, beta_1, beta_2, eps):
            """These are the numbers of the next step. t starts at 1, so it is the exponent as it is."""
            return keras_form(t + 1, lr, beta_1, beta_2, eps)

        def one_step_behind(t, lr, beta_1, beta_2, eps):
            """These are the numbers of the step before, and at the first step you divide by 0. t starts at 1, so it is
            the exponent as it is."""
            with np.errstate(all="ignore"):
                root = np.sqrt(1 - beta_2 ** (t - 1))
                return lr * root / np.float64(1 - beta_1 ** (t - 1)), eps * root

        def other_direction(t, lr, beta_1, beta_2, eps):
            """You translate in the other direction, from Keras to PyTorch."""
            root = np.sqrt(1 - beta_2**t)
            return lr * (1 - beta_1**t) / root, eps / root

        def root_before_the_power(t, lr, beta_1, beta_2, eps):
            """You take the power t of the whole root. The exponent belongs to β₂ alone, under the root."""
            root = np.sqrt(1 - beta_2) ** t
            return lr * root / (1 - beta_1**t), eps * root

    class right:
        def by_two_steps(t, lr, beta_1, beta_2, eps):
            """From the formula itself: m/(1 − β₁ᵗ) over √v/√(1 − β₂ᵗ) + ε, multiplied above and below."""
            of_m, of_v = 1 / (1 - beta_1**t), (1 - beta_2**t) ** -0.5
            return [lr * of_m / of_v, eps / of_v]

        def by_the_paper(t, lr, beta_1, beta_2, eps):
            left = 1 - np.power([beta_1, beta_2], float(t))
            return np.array([lr / left[0], eps]) * left[1] ** 0.5

        def by_loop(t, lr, beta_1, beta_2, eps):
            left_1 = left_2 = 1.0
            for _ in range(t):
                left_1, left_2 = left_1 * beta_1, left_2 * beta_2
            root = (1 - left_2) ** 0.5
            return lr / (1 - left_1) * root, root * eps


def adam(theta, m, v, gradient, t, lr, eps=1e-8):
    m, v = running(m, gradient, 0.9), running(v, gradient**2, 0.999)
    return theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + eps), m, v


def walking(step):
    """A path by one step (θ, m, v, ∇J, t, α) → (θ, m, v)."""

    def run(gradient, start, lr, steps):
        theta, m, v, path = start, np.zeros_like(start), np.zeros_like(start), [start]
        for t in range(1, steps + 1):
            theta, m, v = step(theta, m, v, gradient(theta), t, lr)
            path.append(theta)
        return np.array(path)

    return run


def adam_in_keras(theta, m, v, gradient, t, lr, eps):
    m, v = running(m, gradient, 0.9), running(v, gradient**2, 0.999)
    rate, _ = keras_form(t, lr, 0.9, 0.999, eps)
    return theta - rate * m / (np.sqrt(v) + eps), m, v


EPS_OF_KERAS = (
    "The memories are right now, but this is Keras's form of Adam, in which ε is added to the root of the uncorrected "
    "v. Correct v first, then add ε to its root: where a slope is tiny, it matters."
)


def adam_with_betas(beta_1, beta_2, corrected_1=None, corrected_2=None):
    def step(theta, m, v, gradient, t, lr):
        m, v = running(m, gradient, beta_1), running(v, gradient**2, beta_2)
        for_m, for_v = 1 - (corrected_1 or beta_1) ** t, 1 - (corrected_2 or beta_2) ** t
        return theta - lr * (m / for_m) / (np.sqrt(v / for_v) + 1e-8), m, v

    return walking(step)


def corrected_by(divisors):
    """The path whose memories are divided by divisors(t), whatever these are, before the step."""

    def step(theta, m, v, gradient, t, lr):
        m, v = running(m, gradient, 0.9), running(v, gradient**2, 0.999)
        for_m, for_v = divisors(t)
        return theta - lr * (m / for_m) / (np.sqrt(v / for_v) + 1e-8), m, v

    return walking(step)


def of_the_squares(squares):
    """The path whose v takes in squares(∇J, m) in place of ∇J²."""

    def step(theta, m, v, gradient, t, lr):
        m = running(m, gradient, 0.9)
        v = running(v, squares(gradient, m), 0.999)
        return theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v

    return walking(step)


def in_one_array(under_the_root):
    """The path whose m and v are one array, changed in place: the first to m's new value, then, from there, to v's."""

    def step(theta, m, v, gradient, t, lr):
        both = running(running(v, gradient, 0.9), gradient**2, 0.999)
        root = np.sqrt(under_the_root(both / (1 - 0.999**t)))
        return theta - lr * (both / (1 - 0.9**t)) / (root + 1e-8), both, both

    return walking(step)


def with_the_largest(compared, corrected):
    """The path that divides by the root of the largest v so far: of compared(v, t), and then corrected(it, t)."""

    def path(gradient, start, lr, steps):
        theta, m, v, most, points = start, np.zeros_like(start), np.zeros_like(start), np.zeros_like(start), [start]
        for t in range(1, steps + 1):
            slope = gradient(theta)
            m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
            most = np.maximum(most, compared(v, t))
            theta = theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(corrected(most, t)) + 1e-8)
            points.append(theta)
        return np.array(points)

    return path


def nadam(theta, m, v, gradient, t, lr):
    m, v = running(m, gradient, 0.9), running(v, gradient**2, 0.999)
    ahead = (0.9 * m + 0.1 * gradient) / (1 - 0.9**t)
    return theta - lr * ahead / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v


def pulled(share, theta, m, v, gradient, t, lr):
    """Adam's step from a θ that has shrunk by that share."""
    return adam(theta * (1 - share), m, v, gradient, t, lr)


def with_a_rate_corrected_again(eps):
    """The path whose rate is corrected as in Keras's form, but from what the step before has left of it."""

    def path(gradient, start, lr, steps):
        theta, m, v, points = start, np.zeros_like(start), np.zeros_like(start), [start]
        for t in range(1, steps + 1):
            slope = gradient(theta)
            m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
            lr = lr * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
            theta = theta - lr * m / (np.sqrt(v) + eps(t))
            points.append(theta)
        return np.array(points)

    return path


RATE_CORRECTED_AGAIN = (
    "Your rate is corrected again and again: each step begins with what the last one has made of it. The rate that is "
    "passed in stays as it is; give the corrected one another name."
)
IN_FULL = (
    "A memory of yours takes in the new slope, or its square, in full. The program had that part right: a running mean "
    "takes in 0.1 of the slope, and 0.001 of its square."
)
OTHER_BETAS = "At least one of your memories does not fade as it should: β₁ = 0.9 belongs to m, and β₂ = 0.999 to v."
ONE_V_FOR_ALL = "You combine the squares of all entries, so that they share one v. Each entry has its own."
ONE_ARRAY_FOR_BOTH = (
    "Even your first step is wrong now. Are m and v one array under two names, as after `m = v = …`? Then `*=` and "
    "`+=` on one of them change the other as well."
)
LARGEST_V = "Your steps divide by the root of the largest v so far, as in AMSGrad. Adam's v may also fall."
TOO_LARGE_AN_EPS = "Your ε is larger than the program's, which shows where a slope is small. It is 1e-8."


class adam_path:
    def cases(rng):
        yield functions.square.gradient, np.array([1.0]), 0.75, 4  # it crosses to the other side
        for f, lr, steps in [
            (functions.ravine, 0.4, 4),
            (functions.himmelblau, 0.2, 3),
            (functions.double_well, 0.1, 5),
            (functions.saddle, 0.3, 2),
            (functions.rosenbrock, 0.05, 5),
            (functions.plateau, 0.5, 1),
        ]:
            low, high = np.array(f.domain).T
            yield f.gradient, rng.uniform(low + 0.6 * (high - low), high).round(2), lr, steps
        yield functions.ravine.gradient, np.array([1.5, 0.0]), 0.2, 3  # the slope of one entry is always 0
        yield functions.square.gradient, np.array([1e-7]), 0.3, 2  # a first slope as small as ε
        yield functions.ravine.gradient, np.array([1.0, -2.0]), 0.1, 0
        yield functions.square.gradient, np.array([1.0]), 0.99, 3  # almost level after one step: v falls

    class mistakes:
        @says(BUG_STILL_THERE)
        def still_corrected_again(gradient, start, lr, steps):
            def step(theta, m, v, slope, t, lr):
                theta, m, v = adam(theta, m, v, slope, t, lr)
                return theta, m / (1 - 0.9**t), v / (1 - 0.999**t)

            return walking(step)(gradient, start, lr, steps)

        def memories_forgotten(gradient, start, lr, steps):
            """Your m and v begin at 0 again in every step. Both are kept from one step to the next."""

            def step(theta, m, v, slope, t, lr):
                return adam(theta, 0 * m, 0 * v, slope, t, lr)

            return walking(step)(gradient, start, lr, steps)

        def m_fixed_only(gradient, start, lr, steps):
            """You have fixed half of the bug: m goes into the next turn as it should, but v goes into it corrected."""

            def step(theta, m, v, slope, t, lr):
                theta, m, v = adam(theta, m, v, slope, t, lr)
                return theta, m, v / (1 - 0.999**t)

            return walking(step)(gradient, start, lr, steps)

        def v_fixed_only(gradient, start, lr, steps):
            """You have fixed half of the bug: v goes into the next turn as it should, but m goes into it corrected."""

            def step(theta, m, v, slope, t, lr):
                theta, m, v = adam(theta, m, v, slope, t, lr)
                return theta, m / (1 - 0.9**t), v

            return walking(step)(gradient, start, lr, steps)

        def correction_thrown_out(gradient, start, lr, steps):
            """The correction is gone altogether. The memories are right now, but even the first step is wrong."""

            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
                return theta - lr * m / (np.sqrt(v) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        def only_m_corrected(gradient, start, lr, steps):
            """The memories are right now, but v is no longer corrected. Both m and v begin at 0."""

            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
                return theta - lr * m / (1 - 0.9**t) / (np.sqrt(v) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        def only_v_corrected(gradient, start, lr, steps):
            """The memories are right now, but m is no longer corrected. Both m and v begin at 0."""

            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
                return theta - lr * m / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        def always_the_first_step(gradient, start, lr, steps):
            """The memories are right now, but you correct every step as if it were the first. The exponent is t."""
            return walking(lambda theta, m, v, slope, t, lr: adam(theta, m, v, slope, 1, lr))(
                gradient, start, lr, steps
            )

        def one_behind_from_the_second_step(gradient, start, lr, steps):
            """The memories are right now, and so is the first step. From the second step on, your exponent is one too
            small: it is t, the number of the step."""
            return walking(lambda theta, m, v, slope, t, lr: adam(theta, m, v, slope, max(1, t - 1), lr))(
                gradient, start, lr, steps
            )

        def always_the_last_step(gradient, start, lr, steps):
            """The memories are right now, but you correct every step as if it were the last. The exponent is t, which
            grows from turn to turn."""
            return walking(lambda theta, m, v, slope, t, lr: adam(theta, m, v, slope, steps, lr))(
                gradient, start, lr, steps
            )

        @says(EXPONENT_TIMES_T)
        def times_t(gradient, start, lr, steps):
            with np.errstate(invalid="ignore"):
                return corrected_by(lambda t: (1 - 0.9 * t, 1 - 0.999 * t))(gradient, start, lr, steps)

        @says(EXPONENT_TIMES_T)
        def first_correction_times_t(gradient, start, lr, steps):
            return corrected_by(lambda t: (0.1 * t, 0.001 * t))(gradient, start, lr, steps)

        @says(RATE_CORRECTED_AGAIN)
        def rate_corrected_again(gradient, start, lr, steps):
            return with_a_rate_corrected_again(lambda t: 1e-8)(gradient, start, lr, steps)

        @says(RATE_CORRECTED_AGAIN)
        def rate_corrected_again_and_eps_translated(gradient, start, lr, steps):
            return with_a_rate_corrected_again(lambda t: 1e-8 * np.sqrt(1 - 0.999**t))(gradient, start, lr, steps)

        def corrected_after_the_step(gradient, start, lr, steps):
            """Your correction comes after the step: the step uses m and v without it, and what is corrected goes into
            the next turn. Correct copies of them before the step."""

            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
                theta = theta - lr * m / (np.sqrt(v) + 1e-8)
                return theta, m / (1 - 0.9**t), v / (1 - 0.999**t)

            return walking(step)(gradient, start, lr, steps)

        @says(IN_FULL)
        def both_in_full(gradient, start, lr, steps):
            return corrected_by(lambda t: (0.1 * (1 - 0.9**t), 0.001 * (1 - 0.999**t)))(gradient, start, lr, steps)

        @says(IN_FULL)
        def slope_in_full(gradient, start, lr, steps):
            return corrected_by(lambda t: (0.1 * (1 - 0.9**t), 1 - 0.999**t))(gradient, start, lr, steps)

        @says(IN_FULL)
        def square_in_full(gradient, start, lr, steps):
            return corrected_by(lambda t: (1 - 0.9**t, 0.001 * (1 - 0.999**t)))(gradient, start, lr, steps)

        def brackets_missing(gradient, start, lr, steps):
            """The memories are right now, but the correction lacks its brackets: `m / 1 - 0.9**t` divides m by 1 and
            then subtracts."""

            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
                with np.errstate(invalid="ignore"):
                    return theta - lr * (m - 0.9**t) / (np.sqrt(v - 0.999**t) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        def memories_reset(gradient, start, lr, steps):
            """Your memories are reset in every turn of the loop. Every step is then a first step, and only the sign of
            the gradient is left."""
            return walking(lambda theta, m, v, slope, t, lr: adam(theta, 0 * m, 0 * v, slope, 1, lr))(
                gradient, start, lr, steps
            )

        def t_from_two(gradient, start, lr, steps):
            """The memories are right now, but your t is one too large in every turn. The first step has t = 1."""
            return walking(lambda theta, m, v, slope, t, lr: adam(theta, m, v, slope, t + 1, lr))(
                gradient, start, lr, steps
            )

        def one_array_again_and_again(gradient, start, lr, steps):
            """All rows after the start are the same: the path holds one array many times, and `theta -= …` writes into
            it. Make a new array in each step."""
            path = walking(adam)(gradient, start, lr, steps)
            return np.array([start, *[path[-1]] * steps])

        def every_row_the_last(gradient, start, lr, steps):
            """All rows are the same: the path holds one array many times, and `theta -= …` writes into it. Make a new
            array in each step."""
            return np.array([walking(adam)(gradient, start, lr, steps)[-1]] * (steps + 1))

        @says(ONE_V_FOR_ALL)
        def one_mean_for_all(gradient, start, lr, steps):
            return of_the_squares(lambda slope, m: np.mean(slope**2))(gradient, start, lr, steps)

        @says(ONE_V_FOR_ALL)
        def one_memory_for_all(gradient, start, lr, steps):
            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, np.sum(slope**2), 0.999)
                return theta - lr * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        def betas_of_the_correction_exchanged(gradient, start, lr, steps):
            """The memories are right now, but m is corrected with v's β and v with m's."""

            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
                return theta - lr * (m / (1 - 0.999**t)) / (np.sqrt(v / (1 - 0.9**t)) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        def corrected_before_the_update(gradient, start, lr, steps):
            """You correct m and v before this step's gradient has been added. Update them first, then correct."""

            def step(theta, m, v, slope, t, lr):
                m_hat, v_hat = m / (1 - 0.9**t), v / (1 - 0.999**t)
                return theta - lr * m_hat / (np.sqrt(v_hat) + 1e-8), running(m, slope, 0.9), running(v, slope**2, 0.999)

            return walking(step)(gradient, start, lr, steps)

        def multiplied_by_the_correction(gradient, start, lr, steps):
            """The memories are right now, but you multiply by 1 − βᵗ. The means are too small at first, so they are
            divided by it."""

            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
                return theta - lr * (m * (1 - 0.9**t)) / (np.sqrt(v * (1 - 0.999**t)) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        def kept_at_the_start(gradient, start, lr, steps):
            """You take every step from the start. Each begins where the step before it ended."""
            return walking(lambda theta, m, v, slope, t, lr: adam(start, m, v, slope, t, lr))(
                gradient, start, lr, steps
            )

        @says(EPS_OF_KERAS)
        def kerass_form(gradient, start, lr, steps):
            return walking(lambda *arguments: adam_in_keras(*arguments, eps=1e-8))(gradient, start, lr, steps)

        @says(EPS_OF_KERAS)
        def kerass_form_and_eps(gradient, start, lr, steps):
            return walking(lambda *arguments: adam_in_keras(*arguments, eps=1e-7))(gradient, start, lr, steps)

        def another_eps(gradient, start, lr, steps):
            """The memories are right now, but your ε is 1e-7, Keras's default. The program had 1e-8, which shows where
            a slope is tiny."""
            return walking(lambda *arguments: adam(*arguments, eps=1e-7))(gradient, start, lr, steps)

        def eps_under_the_root(gradient, start, lr, steps):
            """The memories are right now, but your ε is under the root, where it counts as much as its own root does
            outside. The program had added it to the root."""

            def step(theta, m, v, slope, t, lr):
                m, v = running(m, slope, 0.9), running(v, slope**2, 0.999)
                return theta - lr * (m / (1 - 0.9**t)) / np.sqrt(v / (1 - 0.999**t) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        @says(WITHOUT_EPS)
        def without_eps(gradient, start, lr, steps):
            return walking(lambda *arguments: adam(*arguments, eps=0.0))(gradient, start, lr, steps)

        def slope_of_the_start(gradient, start, lr, steps):
            """Each of your steps uses the gradient at the start. The program had that part right: take the gradient
            wherever the descent now is."""
            slope = gradient(start)
            return walking(adam)(lambda theta: slope, start, lr, steps)

        def climbs(gradient, start, lr, steps):
            """The memories are right now, but the path goes uphill. Look at the sign of the step."""
            return walking(adam)(gradient, start, -lr, steps)

        @says(PATH_WITHOUT_START)
        def without_start(gradient, start, lr, steps):
            return walking(adam)(gradient, start, lr, steps)[1:]

        @says(LAST_POINT_ALONE)
        def end_alone(gradient, start, lr, steps):
            return walking(adam)(gradient, start, lr, steps)[-1]

        def begins_with_the_first_slope(gradient, start, lr, steps):
            """After the first step your memories are the first slope and its square, and no later step is corrected.
            Only the first step is then the same: correct copies of them in every step."""
            theta, path, m, v = start, [start], gradient(start), gradient(start) ** 2
            for _ in range(steps):
                m, v = running(m, gradient(theta), 0.9), running(v, gradient(theta) ** 2, 0.999)
                theta = theta - lr * m / (np.sqrt(v) + 1e-8)
                path.append(theta)
            return np.array(path)

        def without_m(gradient, start, lr, steps):
            """v is right, but your step uses the slope in place of m, as RMSprop does."""
            return walking(
                lambda theta, m, v, slope, t, lr: (
                    theta - lr * slope / (np.sqrt(running(v, slope**2, 0.999) / (1 - 0.999**t)) + 1e-8),
                    m,
                    running(v, slope**2, 0.999),
                )
            )(gradient, start, lr, steps)

        def looks_ahead(gradient, start, lr, steps):
            """Your step mixes m with this slope once more, as Nadam does. Adam uses m alone."""
            return walking(nadam)(gradient, start, lr, steps)

        @says(OTHER_BETAS)
        def beta_2_of_a_hundredth(gradient, start, lr, steps):
            return adam_with_betas(0.9, 0.99)(gradient, start, lr, steps)

        @says(OTHER_BETAS)
        def beta_2_of_a_hundredth_with_the_right_correction(gradient, start, lr, steps):
            return adam_with_betas(0.9, 0.99, 0.9, 0.999)(gradient, start, lr, steps)

        @says(OTHER_BETAS)
        def beta_1_for_both(gradient, start, lr, steps):
            return adam_with_betas(0.9, 0.9)(gradient, start, lr, steps)

        @says(OTHER_BETAS)
        def beta_2_for_both(gradient, start, lr, steps):
            return adam_with_betas(0.999, 0.999)(gradient, start, lr, steps)

        @says(OTHER_BETAS)
        def betas_exchanged(gradient, start, lr, steps):
            return adam_with_betas(0.999, 0.9)(gradient, start, lr, steps)

        def shares_of_m_exchanged(gradient, start, lr, steps):
            """Your m keeps 0.1 of what it was and takes in 0.9 of the slope. It is the other way round."""
            return adam_with_betas(0.1, 0.999, 0.9)(gradient, start, lr, steps)

        def shares_of_both_exchanged(gradient, start, lr, steps):
            """Your m and v each keep the small share of what they were and take in the large share of what is new. It
            is the other way round."""
            return adam_with_betas(0.1, 0.001, 0.9, 0.999)(gradient, start, lr, steps)

        def one_correction_for_both(gradient, start, lr, steps):
            """The memories are right now, but you correct v with β₁. Each memory is corrected with its own β."""
            return corrected_by(lambda t: (1 - 0.9**t, 1 - 0.9**t))(gradient, start, lr, steps)

        def other_correction_for_both(gradient, start, lr, steps):
            """The memories are right now, but you correct m with β₂. Each memory is corrected with its own β."""
            return corrected_by(lambda t: (1 - 0.999**t, 1 - 0.999**t))(gradient, start, lr, steps)

        def root_corrected(gradient, start, lr, steps):
            """The memories are right now, but you divide the root of v by the whole correction. Correct v, then take
            the root."""
            return corrected_by(lambda t: (1 - 0.9**t, (1 - 0.999**t) ** 2))(gradient, start, lr, steps)

        def sizes_for_squares(gradient, start, lr, steps):
            """Your v takes in the size of the slope. It is a mean of squares."""
            return of_the_squares(lambda slope, m: np.abs(slope))(gradient, start, lr, steps)

        def squares_about_m(gradient, start, lr, steps):
            """Your v takes in the square of the slope's distance from m, as AdaBelief does. Adam takes the square of
            the slope itself."""
            return of_the_squares(lambda slope, m: (slope - m) ** 2)(gradient, start, lr, steps)

        def squares_of_m(gradient, start, lr, steps):
            """Your v takes in the square of m. It takes in the square of the slope."""
            return of_the_squares(lambda slope, m: m**2)(gradient, start, lr, steps)

        def squares_of_the_corrected_m(gradient, start, lr, steps):
            """Your v takes in the square of the corrected m. It takes in the square of the slope."""

            def step(theta, m, v, slope, t, lr):
                m = running(m, slope, 0.9)
                m_hat = m / (1 - 0.9**t)
                v = running(v, m_hat**2, 0.999)
                return theta - lr * m_hat / (np.sqrt(v / (1 - 0.999**t)) + 1e-8), m, v

            return walking(step)(gradient, start, lr, steps)

        @says(TOO_LARGE_AN_EPS)
        def eps_of_a_thousandth(gradient, start, lr, steps):
            return walking(lambda *arguments: adam(*arguments, eps=1e-3))(gradient, start, lr, steps)

        @says(TOO_LARGE_AN_EPS)
        def eps_of_a_millionth(gradient, start, lr, steps):
            return walking(lambda *arguments: adam(*arguments, eps=1e-6))(gradient, start, lr, steps)

        def shrinking_rate(gradient, start, lr, steps):
            """The memories are right now, but your rate shrinks with the root of t. It stays as it is passed in."""
            return walking(lambda theta, m, v, slope, t, lr: adam(theta, m, v, slope, t, lr / np.sqrt(t)))(
                gradient, start, lr, steps
            )

        def decoupled_decay(gradient, start, lr, steps):
            """The memories are right now, but θ also shrinks in each step, as with AdamW's decay. Adam has none."""
            return walking(lambda theta, m, v, slope, t, lr: pulled(0.01 * lr, theta, m, v, slope, t, lr))(
                gradient, start, lr, steps
            )

        @says(ONE_ARRAY_FOR_BOTH)
        def one_array_for_both(gradient, start, lr, steps):
            with np.errstate(invalid="ignore"):
                return in_one_array(lambda v: v)(gradient, start, lr, steps)

        @says(ONE_ARRAY_FOR_BOTH)
        def one_array_for_both_without_its_sign(gradient, start, lr, steps):
            return in_one_array(np.abs)(gradient, start, lr, steps)

        @says(LARGEST_V)
        def largest_v(gradient, start, lr, steps):
            return with_the_largest(lambda v, t: v, lambda most, t: most / (1 - 0.999**t))(gradient, start, lr, steps)

        @says(LARGEST_V)
        def largest_corrected_v(gradient, start, lr, steps):
            return with_the_largest(lambda v, t: v / (1 - 0.999**t), lambda most, t: most)(gradient, start, lr, steps)

        def largest_slope_for_the_root(gradient, start, lr, steps):
            """You divide by the largest slope so far, which fades slowly, as AdaMax does. Adam divides by the root of
            v."""
            theta, m, most, path = start, np.zeros_like(start), np.zeros_like(start), [start]
            for t in range(1, steps + 1):
                slope = gradient(theta)
                m, most = running(m, slope, 0.9), np.maximum(0.999 * most, np.abs(slope))
                theta = theta - lr * m / (1 - 0.9**t) / (most + 1e-8)
                path.append(theta)
            return np.array(path)

    class right:
        def by_rows(gradient, start, lr, steps):
            path = np.empty((steps + 1, len(start)))
            path[0] = start
            m, v = np.zeros(len(start)), np.zeros(len(start))
            for k in range(steps):
                slope = gradient(path[k])
                m = m + 0.1 * (slope - m)
                v = v + 0.001 * (slope * slope - v)
                path[k + 1] = path[k] - lr * m / (1 - 0.9 ** (k + 1)) / (np.sqrt(v / (1 - 0.999 ** (k + 1))) + 1e-8)
            return path

        def as_list(gradient, start, lr, steps):
            theta, m, v, left_1, left_2, path = start, 0.0, 0.0, 1.0, 1.0, [start]
            while len(path) <= steps:
                slope = gradient(theta)
                m, v = 0.9 * m + 0.1 * slope, 0.999 * v + 0.001 * slope**2
                left_1, left_2 = 0.9 * left_1, 0.999 * left_2
                theta = theta - lr * (m / (1 - left_1)) / ((v / (1 - left_2)) ** 0.5 + 1e-8)
                path.append(theta)
            return path

        def by_weights(gradient, start, lr, steps):
            path, slopes = [start], []
            for t in range(1, steps + 1):
                slopes.append(gradient(path[-1]))
                ages = np.arange(t)[::-1]
                m = np.average(slopes, axis=0, weights=0.9**ages)
                v = np.average(np.square(slopes), axis=0, weights=0.999**ages)
                path.append(path[-1] - lr * m / (np.sqrt(v) + 1e-8))
            return np.array(path)
