"""Wrong fits of a line by gradient descent, which the exercises of several frameworks know.

    class fit_line_tensorflow:
        class mistakes(wrong_fits): ...  # these, and its own

A fit is `fit(x, y, w, b, lr, steps)`; it returns (w, b, costs), each cost from before its step. All is in NumPy: the
results are the frameworks' within the tolerance, and it runs much faster.
"""

import numpy as np

from grader.sentences import (
    B_MOVED_FIRST,
    BEGINS_AT_ZERO,
    INTERCEPT_FIRST,
    INTERCEPT_TIMES_X,
    LEAST_SQUARES,
    ONE_STEP_TOO_MANY,
    ROLES_OF_W_AND_B_EXCHANGED,
    W_MOVED_FIRST,
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

    def one_cost_more(x, y, w, b, lr, steps):
        """The line is right, but there is one cost too many, the one after the last step. Here there are as many costs
        as steps."""
        w_end, b_end, costs = right_fit(x, y, w, b, lr, steps)
        return w_end, b_end, np.append(costs, line_cost(x, y, w_end, b_end))

    def last_cost_alone(x, y, w, b, lr, steps):
        """The line is right, but you return only its last cost. The task asks for one cost for each step."""
        w, b, costs = right_fit(x, y, w, b, lr, steps)
        return w, b, costs[-1]

    def costs_alone(x, y, w, b, lr, steps):
        """You return the costs alone. The slope and the intercept come before them."""
        return right_fit(x, y, w, b, lr, steps)[2]

    @says(INTERCEPT_FIRST)
    def intercept_first(x, y, w, b, lr, steps):
        w, b, costs = right_fit(x, y, w, b, lr, steps)
        return b, w, costs

    def sum_for_mean(x, y, w, b, lr, steps):
        """Your first cost and your first step are n times too large: the cost is a mean, not a sum."""
        n = len(x)
        return fit_by(lambda *at: n * line_slopes(*at), lambda *at: n * line_cost(*at))(x, y, w, b, lr, steps)

    def half_the_cost(x, y, w, b, lr, steps):
        """Your costs and your steps are half as large as they should be. The course's cost has no ½."""
        return fit_by(lambda *at: line_slopes(*at) / 2, lambda *at: line_cost(*at) / 2)(x, y, w, b, lr, steps)

    def factor_two_lost(x, y, w, b, lr, steps):
        """Your costs are right and your steps half as long as they should be: the derivative of a square has a factor
        2."""
        return fit_by(lambda *at: line_slopes(*at) / 2)(x, y, w, b, lr, steps)

    def climbs(x, y, w, b, lr, steps):
        """Your costs rise from step to step: the steps follow the gradient, which points uphill. Is a minus missing, or
        used twice?"""
        return fit_by(lambda *at: -line_slopes(*at))(x, y, w, b, lr, steps)

    @says(WITH_MOMENTUM)
    def with_momentum(x, y, w, b, lr, steps):
        return fit_by(rule=rules.momentum)(x, y, w, b, lr, steps)

    @says(W_MOVED_FIRST)
    def w_moved_first(x, y, w, b, lr, steps):
        costs = []
        for _ in range(steps):
            costs.append(line_cost(x, y, w, b))
            w = w - lr * line_slopes(x, y, w, b)[0]
            b = b - lr * line_slopes(x, y, w, b)[1]
        return w, b, np.array(costs)

    @says(B_MOVED_FIRST)
    def b_moved_first(x, y, w, b, lr, steps):
        costs = []
        for _ in range(steps):
            costs.append(line_cost(x, y, w, b))
            b = b - lr * line_slopes(x, y, w, b)[1]
            w = w - lr * line_slopes(x, y, w, b)[0]
        return w, b, np.array(costs)

    def intercept_left_out(x, y, w, b, lr, steps):
        """Your prediction leaves `b` out: the line goes through zero, and b stays where it was."""
        return fit_by(
            lambda x, y, w, b: (line_slopes(x, y, w, 0.0)[0], 0.0),
            lambda x, y, w, b: line_cost(x, y, w, 0.0),
        )(x, y, w, b, lr, steps)

    @says(INTERCEPT_TIMES_X)
    def intercept_times_x(x, y, w, b, lr, steps):
        return fit_by(
            lambda x, y, w, b: line_slopes(x, y, w + b, 0.0)[[0, 0]],
            lambda x, y, w, b: line_cost(x, y, w + b, 0.0),
        )(x, y, w, b, lr, steps)

    def square_of_the_mean(x, y, w, b, lr, steps):
        """You take the mean first and then square it. The mean squared error squares each residual before the mean."""

        def slopes(x, y, w, b):
            mean = np.mean(w * x + b - y)
            return 2 * mean * np.mean(x), 2 * mean

        return fit_by(slopes, lambda x, y, w, b: np.mean(w * x + b - y) ** 2)(x, y, w, b, lr, steps)

    def root_of_the_cost(x, y, w, b, lr, steps):
        """Your steps follow the slopes of the square root of the mean squared error. The task has no root, neither in
        the steps nor in the costs."""
        return fit_by(
            lambda *at: line_slopes(*at) / (2 * np.sqrt(line_cost(*at))),
            lambda *at: np.sqrt(line_cost(*at)),
        )(x, y, w, b, lr, steps)

    def absolute_residuals(x, y, w, b, lr, steps):
        """Your cost is the mean of the residuals' absolute values. The mean squared error squares them."""

        def slopes(x, y, w, b):
            sign = np.sign(w * x + b - y)
            return np.mean(sign * x), np.mean(sign)

        return fit_by(slopes, lambda x, y, w, b: np.mean(np.abs(w * x + b - y)))(x, y, w, b, lr, steps)

    def residuals_not_squared(x, y, w, b, lr, steps):
        """Your cost is the mean of the residuals as they are, which has no lowest point. The mean squared error squares
        them."""
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
