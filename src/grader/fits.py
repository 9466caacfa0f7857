"""Wrong fits of a line by gradient descent, which the exercises of several frameworks know.

    class fit_line_tensorflow:
        class mistakes(wrong_fits): ...  # these, and its own

A fit is `fit(x, y, w, b, lr, steps)`; it returns (w, b, costs), each cost from before its step. All is in NumPy: the
results are the frameworks' within the tolerance, and it runs much faster.
"""

import numpy as np

from grader.sentences import (
    ABSOLUTE_RESIDUALS,
    BEGINS_AT_ZERO,
    CLIMBS,
    COSTS_ALONE,
    COSTS_HALVED,
    FACTOR_TWO_LOST,
    INTERCEPT_FIRST,
    LAST_COST_ALONE,
    LEAST_SQUARES,
    ONE_COST_MORE,
    ONE_STEP_TOO_MANY,
    PREDICTION_WITHOUT_INTERCEPT,
    RESIDUALS_NOT_SQUARED,
    ROLES_OF_W_AND_B_EXCHANGED,
    ROOT_OF_THE_COST,
    SQUARE_OF_THE_MEAN,
    SUM_FOR_MEAN,
    WITH_MOMENTUM,
    X_AND_Y_EXCHANGED,
    says,
)
from helpers import rules


def line_slopes(x, y, w, b):
    residual = w * x + b - y
    return np.array([2 * np.mean(residual * x), 2 * np.mean(residual)])


def line_cost(x, y, w, b):
    return np.mean((w * x + b - y) ** 2)


def fit_by(slopes=line_slopes, cost=line_cost, rule=rules.gradient_descent):
    """The fit by slopes, a cost and a rule, right or wrong."""

    def fit(x, y, w, b, lr, steps):
        theta, costs, steps_by = np.array([w, b]), [], rule(lr)
        state = steps_by.init(theta)
        for _ in range(steps):
            costs.append(cost(x, y, *theta))
            step, state = steps_by.update(np.array(slopes(x, y, *theta)), state, theta)
            theta = theta + step
        return theta[0], theta[1], np.array(costs)

    return fit


right_fit = fit_by()


class wrong_fits:
    """Mistakes that a fit in any framework can make; the sentences name none."""

    @says(ONE_COST_MORE)
    def one_cost_more(x, y, w, b, lr, steps):
        w_end, b_end, costs = right_fit(x, y, w, b, lr, steps)
        return w_end, b_end, np.append(costs, line_cost(x, y, w_end, b_end))

    @says(LAST_COST_ALONE)
    def last_cost_alone(x, y, w, b, lr, steps):
        w, b, costs = right_fit(x, y, w, b, lr, steps)
        return w, b, costs[-1]

    @says(COSTS_ALONE)
    def costs_alone(x, y, w, b, lr, steps):
        return right_fit(x, y, w, b, lr, steps)[2]

    @says(INTERCEPT_FIRST)
    def intercept_first(x, y, w, b, lr, steps):
        w, b, costs = right_fit(x, y, w, b, lr, steps)
        return b, w, costs

    @says(SUM_FOR_MEAN)
    def sum_for_mean(x, y, w, b, lr, steps):
        n = len(x)
        return fit_by(lambda *at: n * line_slopes(*at), lambda *at: n * line_cost(*at))(x, y, w, b, lr, steps)

    @says(COSTS_HALVED)
    def half_the_cost(x, y, w, b, lr, steps):
        return fit_by(lambda *at: line_slopes(*at) / 2, lambda *at: line_cost(*at) / 2)(x, y, w, b, lr, steps)

    @says(FACTOR_TWO_LOST)
    def factor_two_lost(x, y, w, b, lr, steps):
        return fit_by(lambda *at: line_slopes(*at) / 2)(x, y, w, b, lr, steps)

    @says(CLIMBS)
    def climbs(x, y, w, b, lr, steps):
        return fit_by(lambda *at: -line_slopes(*at))(x, y, w, b, lr, steps)

    @says(WITH_MOMENTUM)
    def with_momentum(x, y, w, b, lr, steps):
        return fit_by(rule=rules.momentum)(x, y, w, b, lr, steps)

    def w_moved_first(x, y, w, b, lr, steps):
        """You move w before the slope along b is taken, so that slope belongs to another point. Take both slopes at
        the old w and b, then move both."""
        costs = []
        for _ in range(steps):
            costs.append(line_cost(x, y, w, b))
            w = w - lr * line_slopes(x, y, w, b)[0]
            b = b - lr * line_slopes(x, y, w, b)[1]
        return w, b, np.array(costs)

    def b_moved_first(x, y, w, b, lr, steps):
        """You move b before the slope along w is taken, so that slope belongs to another point. Take both slopes at
        the old w and b, then move both."""
        costs = []
        for _ in range(steps):
            costs.append(line_cost(x, y, w, b))
            b = b - lr * line_slopes(x, y, w, b)[1]
            w = w - lr * line_slopes(x, y, w, b)[0]
        return w, b, np.array(costs)

    @says(PREDICTION_WITHOUT_INTERCEPT)
    def intercept_left_out(x, y, w, b, lr, steps):
        return fit_by(
            lambda x, y, w, b: (line_slopes(x, y, w, 0.0)[0], 0.0),
            lambda x, y, w, b: line_cost(x, y, w, 0.0),
        )(x, y, w, b, lr, steps)

    @says(SQUARE_OF_THE_MEAN)
    def square_of_the_mean(x, y, w, b, lr, steps):

        def slopes(x, y, w, b):
            mean = np.mean(w * x + b - y)
            return 2 * mean * np.mean(x), 2 * mean

        return fit_by(slopes, lambda x, y, w, b: np.mean(w * x + b - y) ** 2)(x, y, w, b, lr, steps)

    @says(ROOT_OF_THE_COST)
    def root_of_the_cost(x, y, w, b, lr, steps):
        return fit_by(
            lambda *at: line_slopes(*at) / (2 * np.sqrt(line_cost(*at))),
            lambda *at: np.sqrt(line_cost(*at)),
        )(x, y, w, b, lr, steps)

    @says(ABSOLUTE_RESIDUALS)
    def absolute_residuals(x, y, w, b, lr, steps):

        def slopes(x, y, w, b):
            sign = np.sign(w * x + b - y)
            return np.mean(sign * x), np.mean(sign)

        return fit_by(slopes, lambda x, y, w, b: np.mean(np.abs(w * x + b - y)))(x, y, w, b, lr, steps)

    @says(RESIDUALS_NOT_SQUARED)
    def residuals_not_squared(x, y, w, b, lr, steps):
        return fit_by(lambda x, y, w, b: (np.mean(x), 1.0), lambda x, y, w, b: np.mean(w * x + b - y))(
            x, y, w, b, lr, steps
        )

    @says(ROLES_OF_W_AND_B_EXCHANGED)
    def roles_of_w_and_b_exchanged(x, y, w, b, lr, steps):
        b_end, w_end, costs = right_fit(x, y, b, w, lr, steps)
        return w_end, b_end, costs

    @says(X_AND_Y_EXCHANGED)
    def x_and_y_exchanged(x, y, w, b, lr, steps):
        return right_fit(y, x, w, b, lr, steps)

    @says(BEGINS_AT_ZERO)
    def from_zero(x, y, w, b, lr, steps):
        return right_fit(x, y, 0.0, 0.0, lr, steps)

    @says(ONE_STEP_TOO_MANY)
    def one_step_too_many(x, y, w, b, lr, steps):
        return right_fit(x, y, w, b, lr, steps + 1)

    @says(LEAST_SQUARES)
    def least_squares(x, y, w, b, lr, steps):
        w, b = np.polyfit(x, y, 1)
        return w, b, np.full(steps, line_cost(x, y, w, b))
