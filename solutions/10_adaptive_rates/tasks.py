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


def adagrad(theta, squares, gradient, lr, eps):
    squares = squares + gradient**2
    return theta - lr * gradient / (np.sqrt(squares) + eps), squares


EPS_UNDER_THE_ROOT = "Your ε stands under the root, as Keras has it. In PyTorch's form it is added to the root."
WITHOUT_EPS = "There is no ε in your step. Where an entry's gradient has always been 0, that divides 0 by 0."
ONE_MEMORY_FOR_ALL = "You add up the squares of all entries, so that they share one memory. Each entry has its own."
STEP_CLIMBS = "Your step goes along with the gradient, uphill. Look at the sign."


class adagrad_step:
    def cases(rng):
        yield np.array([3.0]), np.array([9.0]), np.array([4.0]), 0.5, 0.0
        for d, lr, eps in [(1, 0.1, 0.5), (2, 0.01, 1e-10), (2, 0.3, 2.0)]:
            yield entries(rng, d, 1, 4), memory(rng, d), entries(rng, d, 1.5, 6), lr, eps
        yield entries(rng, 2, 1, 4), np.zeros(2), entries(rng, 2, 1.5, 6), 1.5, 0.3  # the first step
        yield entries(rng, 2, 1, 4), np.zeros(2), with_a_zero(entries(rng, 2, 1.5, 6)), 0.2, 1e-10  # 0/ε

    class mistakes:
        @says(EPS_UNDER_THE_ROOT)
        def eps_under_the_root(theta, squares, gradient, lr, eps):
            squares = squares + gradient**2
            return theta - lr * gradient / np.sqrt(squares + eps), squares

        @says(WITHOUT_EPS)
        def without_eps(theta, squares, gradient, lr, eps):
            squares = squares + gradient**2
            return theta - lr * gradient / np.sqrt(squares), squares

        def eps_beside_the_fraction(theta, squares, gradient, lr, eps):
            """Your ε is added to the whole fraction, or to θ. It belongs below the fraction line: put brackets around
            the root and ε."""
            squares = squares + gradient**2
            return theta - lr * (gradient / np.sqrt(squares) + eps), squares

        def root_forgotten(theta, squares, gradient, lr, eps):
            """You divide by the sum of the squares and not by its root: a gradient ten times as large would make a step
            ten times as short."""
            squares = squares + gradient**2
            return theta - lr * gradient / (squares + eps), squares

        def square_forgotten(theta, squares, gradient, lr, eps):
            """Your memory adds the size of the gradient, not its square."""
            squares = squares + abs(gradient)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def sum_before_this_step(theta, squares, gradient, lr, eps):
            """Your step divides by the root of the old sum. The square of this gradient belongs into the sum before the
            step."""
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares + gradient**2

        def nothing_remembered(theta, squares, gradient, lr, eps):
            """The sum that was passed in plays no part: you divide by the size of this gradient alone, which leaves its
            sign."""
            squares = gradient**2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        @says(ONE_MEMORY_FOR_ALL)
        def one_sum_for_all(theta, squares, gradient, lr, eps):
            squares = squares + np.sum(gradient**2)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def root_remembered(theta, squares, gradient, lr, eps):
            """θ is right, but you return the root as the memory. The next step needs the sum itself."""
            theta, squares = adagrad(theta, squares, gradient, lr, eps)
            return theta, np.sqrt(squares)

        def eps_remembered(theta, squares, gradient, lr, eps):
            """Your ε has got into the memory, and would be added again at every step. It belongs into the step
            alone."""
            squares = squares + gradient**2 + eps
            return theta - lr * gradient / np.sqrt(squares), squares

        def old_sum_back(theta, squares, gradient, lr, eps):
            """θ is right, but the sum that you return is the one that was passed in. Nothing would ever be added up."""
            return adagrad(theta, squares, gradient, lr, eps)[0], squares.copy()

        @says(STEP_CLIMBS)
        def climbs(theta, squares, gradient, lr, eps):
            squares = squares + gradient**2
            return theta + lr * gradient / (np.sqrt(squares) + eps), squares

        def multiplies(theta, squares, gradient, lr, eps):
            """You multiply by the root. Dividing by it is what makes steep axes tame."""
            squares = squares + gradient**2
            return theta - lr * gradient * (np.sqrt(squares) + eps), squares

        def sum_first(theta, squares, gradient, lr, eps):
            """Both arrays are right, and in the wrong order: θ is returned first, then the sum."""
            return adagrad(theta, squares, gradient, lr, eps)[::-1]

        def theta_alone(theta, squares, gradient, lr, eps):
            """The new θ is right, but the new sum is missing: the next step needs it, so return both."""
            return adagrad(theta, squares, gradient, lr, eps)[0]

        def writes_into_the_sum(theta, squares, gradient, lr, eps):
            """The result is right, but the sum that was passed in is no longer what it was: `squares += …` writes into
            the caller's array. Make a new one."""
            squares += gradient**2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

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


def mean_of_squares(squares, gradient, alpha):
    return alpha * squares + (1 - alpha) * gradient**2


def rmsprop(theta, squares, gradient, lr, alpha, eps):
    squares = mean_of_squares(squares, gradient, alpha)
    return theta - lr * gradient / (np.sqrt(squares) + eps), squares


class rmsprop_step:
    def cases(rng):
        yield np.array([3.0]), np.array([8.0]), np.array([6.0]), 0.5, 0.75, 1.0
        for d, lr, alpha, eps in [(1, 0.1, 0.9, 0.5), (2, 0.01, 0.99, 1e-8), (3, 0.3, 0.6, 2.0)]:
            yield entries(rng, d, 1, 4), memory(rng, d), entries(rng, d, 1.5, 6), lr, alpha, eps
        yield entries(rng, 2, 1, 4), np.zeros(2), entries(rng, 2, 1.5, 6), 0.2, 0.9, 0.3  # the first step
        yield entries(rng, 2, 1, 4), np.zeros(2), with_a_zero(entries(rng, 2, 1.5, 6)), 0.2, 0.9, 1e-8

    class mistakes:
        @says(EPS_UNDER_THE_ROOT)
        def eps_under_the_root(theta, squares, gradient, lr, alpha, eps):
            squares = mean_of_squares(squares, gradient, alpha)
            return theta - lr * gradient / np.sqrt(squares + eps), squares

        @says(WITHOUT_EPS)
        def without_eps(theta, squares, gradient, lr, alpha, eps):
            squares = mean_of_squares(squares, gradient, alpha)
            return theta - lr * gradient / np.sqrt(squares), squares

        def root_forgotten(theta, squares, gradient, lr, alpha, eps):
            """You divide by the mean of the squares and not by its root: a gradient ten times as large would make a
            step ten times as short."""
            squares = mean_of_squares(squares, gradient, alpha)
            return theta - lr * gradient / (squares + eps), squares

        def square_forgotten(theta, squares, gradient, lr, alpha, eps):
            """Your memory takes in the size of the gradient, not its square."""
            squares = alpha * squares + (1 - alpha) * abs(gradient)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def shares_exchanged(theta, squares, gradient, lr, alpha, eps):
            """The two shares have changed places: alpha is what the old memory keeps, and near 1 the memory is long."""
            return rmsprop(theta, squares, gradient, lr, 1 - alpha, eps)

        def adds_the_whole_square(theta, squares, gradient, lr, alpha, eps):
            """The new square comes in whole. Only the share 1 − alpha of it does: else the memory is no mean."""
            squares = alpha * squares + gradient**2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def forgets_nothing(theta, squares, gradient, lr, alpha, eps):
            """This is Adagrad: your memory is a sum, and alpha plays no part."""
            return adagrad(theta, squares, gradient, lr, eps)

        def keeps_all_of_the_old(theta, squares, gradient, lr, alpha, eps):
            """The old memory is kept whole, and beside it a share of the new square: that only grows. The old one keeps
            the share alpha."""
            squares = squares + (1 - alpha) * gradient**2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def alpha_for_the_rate(theta, squares, gradient, lr, alpha, eps):
            """You have taken alpha for the learning rate. In this rule alpha is the share of the memory that is kept,
            and `lr` is the rate."""
            return rmsprop(theta, squares, gradient, alpha, lr, eps)

        def alpha_steps(theta, squares, gradient, lr, alpha, eps):
            """Your memory is right, but your step is multiplied by alpha, which is the share of the memory that is
            kept. The learning rate is `lr`."""
            squares = mean_of_squares(squares, gradient, alpha)
            return theta - alpha * gradient / (np.sqrt(squares) + eps), squares

        def mean_before_this_step(theta, squares, gradient, lr, alpha, eps):
            """Your step divides by the root of the old mean. The square of this gradient belongs into the mean before
            the step."""
            return theta - lr * gradient / (np.sqrt(squares) + eps), mean_of_squares(squares, gradient, alpha)

        def mean_of_gradients(theta, squares, gradient, lr, alpha, eps):
            """You square after the mean is taken. The memory is a mean of squares, not the square of a mean."""
            squares = (alpha * np.sqrt(squares) + (1 - alpha) * gradient) ** 2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        @says(ONE_MEMORY_FOR_ALL)
        def one_for_all(theta, squares, gradient, lr, alpha, eps):
            squares = alpha * squares + (1 - alpha) * np.sum(gradient**2)
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

        def root_remembered(theta, squares, gradient, lr, alpha, eps):
            """θ is right, but you return the root as the memory. The next step needs the mean itself."""
            theta, squares = rmsprop(theta, squares, gradient, lr, alpha, eps)
            return theta, np.sqrt(squares)

        @says(STEP_CLIMBS)
        def climbs(theta, squares, gradient, lr, alpha, eps):
            squares = mean_of_squares(squares, gradient, alpha)
            return theta + lr * gradient / (np.sqrt(squares) + eps), squares

        def mean_first(theta, squares, gradient, lr, alpha, eps):
            """Both arrays are right, and in the wrong order: θ is returned first, then the mean."""
            return rmsprop(theta, squares, gradient, lr, alpha, eps)[::-1]

        def theta_alone(theta, squares, gradient, lr, alpha, eps):
            """The new θ is right, but the new mean is missing: the next step needs it, so return both."""
            return rmsprop(theta, squares, gradient, lr, alpha, eps)[0]

        def writes_into_the_mean(theta, squares, gradient, lr, alpha, eps):
            """The result is right, but the memory that was passed in is no longer what it was. Make a new array."""
            squares *= alpha
            squares += (1 - alpha) * gradient**2
            return theta - lr * gradient / (np.sqrt(squares) + eps), squares

    class right:
        def by_entries(theta, squares, gradient, lr, alpha, eps):
            where, mean = np.empty(len(theta)), np.empty(len(theta))
            for i in range(len(theta)):
                mean[i] = squares[i] + (1 - alpha) * (gradient[i] ** 2 - squares[i])
                where[i] = theta[i] - lr * gradient[i] / (np.sqrt(mean[i]) + eps)
            return where, mean

        def as_lists(theta, squares, gradient, lr, alpha, eps):
            mean = [alpha * s + (1 - alpha) * g * g for s, g in zip(squares, gradient, strict=True)]
            return [[p - lr * g / (s**0.5 + eps) for p, g, s in zip(theta, gradient, mean, strict=True)], mean]

        def by_average(theta, squares, gradient, lr, alpha, eps):
            mean = np.average([squares, gradient**2], axis=0, weights=[alpha, 1 - alpha])
            return theta - np.divide(lr * gradient, mean**0.5 + eps), mean


def adam_cases(rng):
    yield np.array([3.0]), np.zeros(1), np.zeros(1), np.array([4.0]), 1, 0.1, 0.5, 0.75, 0.0
    for d, t, lr, b1, b2, eps in [
        (2, 3, 0.01, 0.9, 0.999, 1e-8),
        (2, 7, 0.3, 0.6, 0.95, 2.0),
    ]:
        m = entries(rng, d, 0.5, 3)
        yield entries(rng, d, 1, 4), m, memory(rng, d), entries(rng, d, 1.5, 6), t, lr, b1, b2, eps
    yield entries(rng, 2, 1, 4), np.zeros(2), np.zeros(2), entries(rng, 2, 1.5, 6), 1, 0.2, 0.9, 0.999, 0.3
    yield entries(rng, 2, 1, 4), np.zeros(2), np.zeros(2), with_a_zero(entries(rng, 2, 1.5, 6)), 2, 0.2, 0.9, 0.99, 1e-8


def means(m, v, gradient, beta_1, beta_2):
    return beta_1 * m + (1 - beta_1) * gradient, beta_2 * v + (1 - beta_2) * gradient**2


def adam(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
    m, v = means(m, v, gradient, beta_1, beta_2)
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def keras(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
    m, v = means(m, v, gradient, beta_1, beta_2)
    return theta - lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t) * m / (np.sqrt(v) + eps), m, v


ONE_STEP_AHEAD = "Your correction is that of the next step. t begins at 1, so it is the exponent as it is."
EXPONENT_FORGOTTEN = "Your correction is the same at every step: t is missing in it. It is an exponent."
V_FROM_M = "Your v is made from m. It is the running mean of the squared gradients themselves: look at what you square."
ADAM_CLIMBS = "Your step goes uphill: m is a mean of gradients, which point there. Look at the sign."
V_BEFORE_M = "All three arrays are right, but v is returned before m."
MEANS_LEFT_OUT = "The new θ is right, but m and v are missing: the next step needs them, so return all three."


class adam_step:
    cases = adam_cases

    class mistakes:
        def uncorrected(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """There is no correction in your step, so the first ones come out too long or too short. m and v began at
            0: divide them by what the formula says."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (np.sqrt(v) + eps), m, v

        def m_alone_corrected(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your m is corrected and your v is not. Both began at 0."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (1 - beta_1**t) / (np.sqrt(v) + eps), m, v

        def v_alone_corrected(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your v is corrected and your m is not. Both began at 0."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v

        @says(ONE_STEP_AHEAD)
        def one_step_ahead(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            m, v = means(m, v, gradient, beta_1, beta_2)
            m_hat, v_hat = m / (1 - beta_1 ** (t + 1)), v / (1 - beta_2 ** (t + 1))
            return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v

        def one_step_behind(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your correction is that of the step before, and in the first step it divides by 0. t begins at 1, so it
            is the exponent as it is."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            first, second = np.float64(1 - beta_1 ** (t - 1)), np.float64(1 - beta_2 ** (t - 1))
            return theta - lr * (m / first) / (np.sqrt(v / second) + eps), m, v

        @says(EXPONENT_FORGOTTEN)
        def exponent_forgotten(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (1 - beta_1) / (np.sqrt(v / (1 - beta_2)) + eps), m, v

        def multiplies_by_the_correction(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """You multiply by 1 − βᵗ. m and v are too small at first, so they are divided by it."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m * (1 - beta_1**t) / (np.sqrt(v * (1 - beta_2**t)) + eps), m, v

        def corrections_exchanged(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your m is corrected by β₂ and your v by β₁. Each is corrected by its own."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (1 - beta_2**t) / (np.sqrt(v / (1 - beta_1**t)) + eps), m, v

        def corrected_outside_the_root(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """You divide the root of v by 1 − β₂ᵗ. v itself is divided by it, and then the root is taken."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (1 - beta_1**t) / (np.sqrt(v) / (1 - beta_2**t) + eps), m, v

        def hats_remembered(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """θ is right, but you return the corrected means. The next step would correct them once more: keep m and v
            as they were before the correction."""
            theta, m, v = adam(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)
            return theta, m / (1 - beta_1**t), v / (1 - beta_2**t)

        def keras_for_torch(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """This is Keras's form: its ε is added to the root of the uncorrected v. In PyTorch's it is added to the
            root of the corrected one."""
            return keras(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)

        def eps_under_the_root(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your ε stands under the root. It is added to the root."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (1 - beta_1**t) / np.sqrt(v / (1 - beta_2**t) + eps), m, v

        @says(WITHOUT_EPS)
        def without_eps(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            return adam(theta, m, v, gradient, t, lr, beta_1, beta_2, 0.0)

        def root_forgotten(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """You divide by the corrected v and not by its root: a gradient ten times as large would make a step ten
            times as short."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (1 - beta_1**t) / (v / (1 - beta_2**t) + eps), m, v

        def square_forgotten(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your v takes in the size of the gradient, not its square."""
            m, v = beta_1 * m + (1 - beta_1) * gradient, beta_2 * v + (1 - beta_2) * abs(gradient)
            return theta - lr * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v

        @says(V_FROM_M)
        def v_from_m(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            m = beta_1 * m + (1 - beta_1) * gradient
            v = beta_2 * v + (1 - beta_2) * m**2
            return theta - lr * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v

        def betas_exchanged(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """The two β have changed places: β₁ belongs to m, β₂ to v."""
            return adam(theta, m, v, gradient, t, lr, beta_2, beta_1, eps)

        def shares_exchanged(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """In your means the shares have changed places: β is what the old one keeps, and 1 − β what the new one
            gets."""
            m, v = means(m, v, gradient, 1 - beta_1, 1 - beta_2)
            return theta - lr * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v

        def sums_for_means(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Gradient and square come into your m and v whole. Only the share 1 − β of each does."""
            m, v = beta_1 * m + gradient, beta_2 * v + gradient**2
            return theta - lr * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v

        def gradient_for_m(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your m is right, but the step does not use it: the gradient itself stands above the fraction line."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * gradient / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v

        def step_before_the_means(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your step uses m and v as they were passed in. Bring them up to date with this gradient first."""
            step = lr * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps)
            return theta - step, *means(m, v, gradient, beta_1, beta_2)

        def v_above_m_below(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """In your step m and v have changed places: m stands above the fraction line and the root of v below it."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * (v / (1 - beta_2**t)) / (np.sqrt(abs(m / (1 - beta_1**t))) + eps), m, v

        @says(ADAM_CLIMBS)
        def climbs(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            return adam(theta, m, v, gradient, t, -lr, beta_1, beta_2, eps)

        @says(V_BEFORE_M)
        def v_before_m(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            theta, m, v = adam(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)
            return theta, v, m

        @says(MEANS_LEFT_OUT)
        def theta_alone(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            return adam(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)[0]

        def writes_into_the_means(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """The result is right, but the m and v that were passed in are no longer what they were: `m *= …` and `m +=
            …` write into the caller's array. Make new ones."""
            new = adam(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)
            m[:], v[:] = new[1], new[2]
            return new

    class right:
        def by_entries(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            where, first, second = np.empty((3, len(theta)))
            for i in range(len(theta)):
                first[i] = m[i] + (1 - beta_1) * (gradient[i] - m[i])
                second[i] = v[i] + (1 - beta_2) * (gradient[i] ** 2 - v[i])
                size = (second[i] / (1 - beta_2**t)) ** 0.5
                where[i] = theta[i] - lr / (1 - beta_1**t) * first[i] / (size + eps)
            return where, first, second

        def as_torch_writes_it(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            m, v = means(m, v, gradient, beta_1, beta_2)
            denominator = np.sqrt(v) / (1 - beta_2**t) ** 0.5 + eps
            return [theta - lr / (1 - beta_1**t) * m / denominator, m, v]

        def on_copies(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            theta, m, v = theta.copy(), m.copy(), v.copy()
            m *= beta_1
            m += (1 - beta_1) * gradient
            v *= beta_2
            v += (1 - beta_2) * np.square(gradient)
            theta -= lr * (m / (1 - np.power(beta_1, t))) / (np.sqrt(v / (1 - np.power(beta_2, t))) + eps)
            return theta, m, v


class adam_step_keras:
    cases = adam_cases

    class mistakes:
        def torch_for_keras(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """This is PyTorch's form. In Keras's ε is added to the root of v as it is, without correction."""
            return adam(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)

        def rate_uncorrected(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """The rate is not corrected in your step, and m and v are not either. The fraction with the root multiplies
            the rate."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * m / (np.sqrt(v) + eps), m, v

        def correction_without_root(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """The root of 1 − β₂ᵗ is missing in your corrected rate."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * (1 - beta_2**t) / (1 - beta_1**t) * m / (np.sqrt(v) + eps), m, v

        def root_of_the_whole_correction(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your root covers the whole correction. It covers only what stands above its fraction line."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * np.sqrt((1 - beta_2**t) / (1 - beta_1**t)) * m / (np.sqrt(v) + eps), m, v

        def correction_upside_down(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your correction stands upside down: the root with β₂ belongs above the fraction line, the one with β₁
            below."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * (1 - beta_1**t) / np.sqrt(1 - beta_2**t) * m / (np.sqrt(v) + eps), m, v

        def betas_of_the_correction_exchanged(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """The two β have changed places in your correction: the root has the β₂ in it."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * np.sqrt(1 - beta_1**t) / (1 - beta_2**t) * m / (np.sqrt(v) + eps), m, v

        def half_of_the_correction(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your rate is divided by 1 − β₁ᵗ, but the root of 1 − β₂ᵗ above it is missing."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr / (1 - beta_1**t) * m / (np.sqrt(v) + eps), m, v

        def corrected_twice(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """You correct the rate, and m and v as well. In Keras's form the corrected rate stands for both."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            rate = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            return theta - rate * m / (1 - beta_1**t) / (np.sqrt(v / (1 - beta_2**t)) + eps), m, v

        @says(ONE_STEP_AHEAD)
        def one_step_ahead(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            m, v = means(m, v, gradient, beta_1, beta_2)
            rate = lr * np.sqrt(1 - beta_2 ** (t + 1)) / (1 - beta_1 ** (t + 1))
            return theta - rate * m / (np.sqrt(v) + eps), m, v

        @says(EXPONENT_FORGOTTEN)
        def exponent_forgotten(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            m, v = means(m, v, gradient, beta_1, beta_2)
            return theta - lr * np.sqrt(1 - beta_2) / (1 - beta_1) * m / (np.sqrt(v) + eps), m, v

        def eps_under_the_root(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """Your ε stands under the root. That is where Keras has it in Adagrad and RMSprop; in Adam it is added to
            the root."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            rate = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            return theta - rate * m / np.sqrt(v + eps), m, v

        @says(WITHOUT_EPS)
        def without_eps(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            return keras(theta, m, v, gradient, t, lr, beta_1, beta_2, 0.0)

        def root_forgotten(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """You divide by v and not by its root: a gradient ten times as large would make a step ten times as
            short."""
            m, v = means(m, v, gradient, beta_1, beta_2)
            rate = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            return theta - rate * m / (v + eps), m, v

        @says(V_FROM_M)
        def v_from_m(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            m = beta_1 * m + (1 - beta_1) * gradient
            v = beta_2 * v + (1 - beta_2) * m**2
            rate = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
            return theta - rate * m / (np.sqrt(v) + eps), m, v

        def rate_remembered(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            """θ is right, but you return corrected means. In this form m and v are not corrected at all."""
            theta, m, v = keras(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)
            return theta, m / (1 - beta_1**t), v / (1 - beta_2**t)

        @says(ADAM_CLIMBS)
        def climbs(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            return keras(theta, m, v, gradient, t, -lr, beta_1, beta_2, eps)

        @says(V_BEFORE_M)
        def v_before_m(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            theta, m, v = keras(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)
            return theta, v, m

        @says(MEANS_LEFT_OUT)
        def theta_alone(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            return keras(theta, m, v, gradient, t, lr, beta_1, beta_2, eps)[0]

    class right:
        def by_entries(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            rate = lr * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
            first = [beta_1 * a + (1 - beta_1) * g for a, g in zip(m, gradient, strict=True)]
            second = [beta_2 * b + (1 - beta_2) * g * g for b, g in zip(v, gradient, strict=True)]
            moves = [rate * a / (b**0.5 + eps) for a, b in zip(first, second, strict=True)]
            return [theta - np.array(moves), first, second]

        def as_keras_writes_it(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            alpha = lr * np.sqrt(1 - np.power(beta_2, t)) / (1 - np.power(beta_1, t))
            m = m + (gradient - m) * (1 - beta_1)
            v = v + (np.square(gradient) - v) * (1 - beta_2)
            return theta - m * alpha / (np.sqrt(v) + eps), m, v

        def by_torch(theta, m, v, gradient, t, lr, beta_1, beta_2, eps):
            return adam(theta, m, v, gradient, t, lr, beta_1, beta_2, eps / np.sqrt(1 - beta_2**t))


def walking(step):
    """A path by one step (θ, m, v, ∇J, t, α, β₁, β₂, ε) → (θ, m, v)."""

    def run(gradient, start, lr, steps):
        theta, m, v, path = start, np.zeros_like(start), np.zeros_like(start), [start]
        for t in range(1, steps + 1):
            theta, m, v = step(theta, m, v, gradient(theta), t, lr, 0.9, 0.999, 1e-8)
            path.append(theta)
        return np.array(path)

    return run


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
        yield functions.ravine.gradient, np.array([1.0, -2.0]), 0.1, 0

    class mistakes:
        @says(BUG_STILL_THERE)
        def still_corrected_again(gradient, start, lr, steps):
            return walking(adam_step.mistakes.hats_remembered)(gradient, start, lr, steps)

        def m_mended_only(gradient, start, lr, steps):
            """Half of the bug is mended: your m goes into the next turn as it should, but v goes into it corrected."""

            def step(theta, m, v, slope, t, *constants):
                theta, m, v = adam(theta, m, v, slope, t, *constants)
                return theta, m, v / (1 - constants[2] ** t)

            return walking(step)(gradient, start, lr, steps)

        def v_mended_only(gradient, start, lr, steps):
            """Half of the bug is mended: your v goes into the next turn as it should, but m goes into it corrected."""

            def step(theta, m, v, slope, t, *constants):
                theta, m, v = adam(theta, m, v, slope, t, *constants)
                return theta, m / (1 - constants[1] ** t), v

            return walking(step)(gradient, start, lr, steps)

        def correction_thrown_out(gradient, start, lr, steps):
            """The correction is gone altogether. That mends the memories, but now even the first step is wrong."""
            return walking(adam_step.mistakes.uncorrected)(gradient, start, lr, steps)

        def always_the_first_step(gradient, start, lr, steps):
            """The memories are right now, but you correct each step as if it were the first: t does not count in your
            loop."""

            def step(theta, m, v, slope, t, *constants):
                return adam(theta, m, v, slope, 1, *constants)

            return walking(step)(gradient, start, lr, steps)

        def memories_begun_anew(gradient, start, lr, steps):
            """Your memories begin anew in each turn of the loop, so that each step is a first one and goes by the sign
            alone."""

            def step(theta, m, v, slope, t, *constants):
                return adam(theta, 0 * m, 0 * v, slope, 1, *constants)

            return walking(step)(gradient, start, lr, steps)

        def t_from_two(gradient, start, lr, steps):
            """The memories are right now, but your t is one too large in every turn. The first step has t = 1."""
            return walking(adam_step.mistakes.one_step_ahead)(gradient, start, lr, steps)

        def slope_of_the_start(gradient, start, lr, steps):
            """Each of your steps uses the gradient at the start. The program had that part right: take it anew wherever
            the descent is."""
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
