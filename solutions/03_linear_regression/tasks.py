"""Exercise 03: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import (
    B_MOVED_FIRST,
    BUG_STILL_THERE,
    COSTS_ALONE,
    INNER_DERIVATIVE_FORGOTTEN,
    INTERCEPT_FIRST,
    ONE_STEP_TOO_MANY,
    RESIDUALS_WITHOUT_INTERCEPT,
    SIGNS_TURNED,
    SLOPE_COMES_FIRST,
    SLOPES_HALVED,
    SLOPES_SWAPPED,
    STEPS_HALVED,
    W_MOVED_FIRST,
    says,
)


def apart(rng, n, centre, spread):
    """n numbers about the centre in any order, no two of them alike, to two digits."""
    places = rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n)
    return (centre + 3 * spread / n * places).round(2)


def points(rng, n, centre=0.0, spread=2.0):
    """x, and y around some line; both shape (n,), to two digits."""
    x = apart(rng, n, centre, spread)
    return x, (rng.uniform(1, 3) * x + rng.uniform(-6, 6) + rng.normal(0, 2, n)).round(2)


def line_cases(rng):
    yield np.array([1.0, 3.0]), np.array([2.0, 4.0]), 2.0, 1.0
    for n, centre in [(3, 0.0), (5, 4.0), (2, -3.0), (7, 0.0), (4, 10.0), (6, -1.0)]:
        yield *points(rng, n, centre), round(rng.uniform(-3, -0.5), 2), round(rng.uniform(1, 4), 2)
    yield *points(rng, 4, 2.0), 0.0, -2.5
    yield *points(rng, 3, 2.0), 1.5, 0.0


def residuals(x, y, w, b):
    return w * x + b - y


class mse:
    cases = line_cases

    class mistakes:
        def sum_of_squares(x, y, w, b):
            """Your cost grows with the number of points, as a sum does: where is 1/n?"""
            return np.sum(residuals(x, y, w, b) ** 2)

        def half_the_mean(x, y, w, b):
            """Some books put ½ in front, so that the 2 of the derivative goes away. The course's cost has no ½."""
            return np.mean(residuals(x, y, w, b) ** 2) / 2

        def root_of_the_mean(x, y, w, b):
            """This is the root of the cost. It measures the same thing in the units of y, but there is no root in the
            formula."""
            return np.sqrt(np.mean(residuals(x, y, w, b) ** 2))

        def mean_distance(x, y, w, b):
            """You take the mean of the residuals without their sign. In the formula they are squared, so that a large
            one counts for more."""
            return np.mean(abs(residuals(x, y, w, b)))

        def square_of_the_mean(x, y, w, b):
            """You take the mean first and square it then. Residuals of opposite sign cancel that way, and a bad line
            can cost nothing."""
            return np.mean(residuals(x, y, w, b)) ** 2

        def mean_residual(x, y, w, b):
            """You take the mean of the residuals themselves. Positive and negative ones cancel: the square is
            missing."""
            return np.mean(residuals(x, y, w, b))

        def intercept_left_out(x, y, w, b):
            """Your line goes through zero whatever `b` is. A line has two numbers."""
            return np.mean((w * x - y) ** 2)

        def intercept_in_the_bracket(x, y, w, b):
            """Your `b` is multiplied by `w`: the bracket must not enclose it."""
            return np.mean((w * (x + b) - y) ** 2)

        def slope_and_intercept_swapped(x, y, w, b):
            """`w` and `b` have changed places. Which of them is multiplied by x?"""
            return np.mean((b * x + w - y) ** 2)

        def plus_y(x, y, w, b):
            """A residual is the difference of what the line predicts and what was seen. You add the two."""
            return np.mean((w * x + b + y) ** 2)

        def one_degree_less(x, y, w, b):
            """You divide by n − 1. The mean of n numbers divides by n."""
            return np.sum(residuals(x, y, w, b) ** 2) / (len(x) - 1)

    class right:
        def by_loop(x, y, w, b):
            total = 0.0
            for x_i, y_i in zip(x, y, strict=True):
                total += (y_i - (w * x_i + b)) ** 2
            return total / len(x)

        def by_product(x, y, w, b):
            r = np.column_stack([x, np.ones_like(x)]) @ np.array([w, b]) - y
            return r @ r / r.size

        def by_norm(x, y, w, b):
            return float(np.linalg.norm(y - b - w * x) ** 2 / len(y))


class mse_gradient:
    cases = line_cases

    class mistakes:
        @says(SLOPES_HALVED)
        def factor_two_lost(x, y, w, b):
            r = residuals(x, y, w, b)
            return np.mean(r * x), np.mean(r)

        def sums_for_means(x, y, w, b):
            """Your slopes grow with the number of points, as sums do. The 1/n of the cost stands in its gradient
            too."""
            r = residuals(x, y, w, b)
            return 2 * np.sum(r * x), 2 * np.sum(r)

        @says(SIGNS_TURNED)
        def signs_turned(x, y, w, b):
            r = residuals(x, y, w, b)
            return -2 * np.mean(r * x), -2 * np.mean(r)

        @says(SLOPES_SWAPPED)
        def slopes_swapped(x, y, w, b):
            r = residuals(x, y, w, b)
            return 2 * np.mean(r), 2 * np.mean(r * x)

        @says(INNER_DERIVATIVE_FORGOTTEN)
        def inner_derivative_forgotten(x, y, w, b):
            r = residuals(x, y, w, b)
            return 2 * np.mean(r), 2 * np.mean(r)

        def inner_derivative_twice(x, y, w, b):
            """Both of your slopes are the one along w. How does a residual change when b grows?"""
            r = residuals(x, y, w, b)
            return 2 * np.mean(r * x), 2 * np.mean(r * x)

        def product_of_means(x, y, w, b):
            """Along w you multiply two means. The mean of a product is another number: multiply entry by entry first,
            then take the mean."""
            r = residuals(x, y, w, b)
            return 2 * np.mean(r) * np.mean(x), 2 * np.mean(r)

        def slope_times_w(x, y, w, b):
            """Along w you multiply the residuals by w. In the line, what is w multiplied by?"""
            r = residuals(x, y, w, b)
            return 2 * np.mean(r * w), 2 * np.mean(r)

        @says(RESIDUALS_WITHOUT_INTERCEPT)
        def without_intercept(x, y, w, b):
            r = w * x - y
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def of_the_distance(x, y, w, b):
            """Only the signs of the residuals are left, as if the cost were made of their absolute values. A larger
            residual pulls more."""
            r = np.sign(residuals(x, y, w, b))
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def one_slope_each(x, y, w, b):
            """You return one number for each example. The slope of the cost is the mean of them all."""
            r = residuals(x, y, w, b)
            return 2 * r * x, 2 * r

    class right:
        def by_loop(x, y, w, b):
            dw = db = 0.0
            for x_i, y_i in zip(x, y, strict=True):
                dw += 2 * (w * x_i + b - y_i) * x_i
                db += 2 * (w * x_i + b - y_i)
            return [dw / len(x), db / len(x)]

        def by_product(x, y, w, b):
            X = np.column_stack([x, np.ones(len(x))])
            return 2 / len(x) * X.T @ (X @ [w, b] - y)

        def by_four_means(x, y, w, b):
            dw = 2 * (w * np.mean(x * x) + b * np.mean(x) - np.mean(x * y))
            return dw, 2 * (w * np.mean(x) + b - np.mean(y))

        def by_differences(x, y, w, b, h=2.0**-7):
            """Central differences, which are exact on a quadratic but for rounding."""
            along_w = mse.right.by_loop(x, y, w + h, b) - mse.right.by_loop(x, y, w - h, b)
            along_b = mse.right.by_loop(x, y, w, b + h) - mse.right.by_loop(x, y, w, b - h)
            return along_w / (2 * h), along_b / (2 * h)


class cost_of_columns:
    def cases(rng):
        yield np.array([[1.0], [2.0], [3.0]]), np.array([1.0, 2.0, 3.0]), 1.0, 0.0
        for n, x_column, y_column in [
            (4, False, True),
            (3, True, True),
            (5, False, False),
            (2, True, False),
            (6, False, True),
            (6, True, True),
        ]:
            x, y = points(rng, n, 1.0)
            w, b = round(rng.uniform(0.5, 3), 2), round(rng.uniform(-4, -1), 2)
            yield x.reshape(-1, 1) if x_column else x, y.reshape(-1, 1) if y_column else y, w, b

    class mistakes:
        @says(BUG_STILL_THERE)
        def every_pair(x, y, w, b):
            return np.mean((w * x + b - y) ** 2)

        def y_left_a_column(x, y, w, b):
            """Right where y has shape (n,). But y may be the column, and then there are n times n residuals again."""
            return np.mean((w * x.ravel() + b - y) ** 2)

        def x_left_a_column(x, y, w, b):
            """Right where x has shape (n,). But x may be the column, and then there are n times n residuals again."""
            return np.mean((w * x + b - y.ravel()) ** 2)

        def x_made_a_column(x, y, w, b):
            """You make a column of x, which fits where y is one too. Where y is none, there are n times n residuals
            again."""
            return np.mean((w * x.reshape(-1, 1) + b - y) ** 2)

        def sum_of_columns(x, y, w, b):
            """There are n residuals now, as there should be, but your cost grows with n: take the mean of their
            squares."""
            return np.sum((w * x.ravel() + b - y.ravel()) ** 2)

    class right:
        def by_reshaping(x, y, w, b):
            return np.mean((w * x.reshape(-1, 1) + b - y.reshape(-1, 1)) ** 2)

        def by_squeezing(x, y, w, b):
            return float(np.mean(np.square(np.squeeze(y) - np.squeeze(x) * w - b)))

        def by_flat_loop(x, y, w, b):
            return sum((w * x_i + b - y_i) ** 2 for x_i, y_i in zip(x.flat, y.flat, strict=True)) / x.size


class standardise:
    def cases(rng):
        yield (np.array([2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]),)
        for n, centre, spread in [(3, 10.0, 2.0), (5, -4.0, 0.2), (2, 1.0, 3.0), (9, 100.0, 40.0), (6, 0.0, 1.0)]:
            yield (apart(rng, n, centre, spread),)

    class mistakes:
        def other_std(x):
            """Your standard deviation divides by n − 1 (`ddof=1`), which some libraries do. Here it is the one of all n
            numbers."""
            return (x - x.mean()) / x.std(ddof=1), x.mean(), x.std(ddof=1)

        def variance(x):
            """You divide by the variance, the mean of the squares: its root is missing."""
            return (x - x.mean()) / x.var(), x.mean(), x.var()

        def not_divided(x):
            """Your z has the mean 0, but it still has the spread of x. There is a second half to standardising."""
            return x - x.mean(), x.mean(), x.std()

        def not_shifted(x):
            """Your z has the spread 1, but its mean is not 0. There is a first half to standardising."""
            return x / x.std(), x.mean(), x.std()

        def mean_alone_divided(x):
            """Without brackets, only the mean is divided. Put brackets around the difference."""
            return x - x.mean() / x.std(), x.mean(), x.std()

        def results_in_other_order(x):
            """The right numbers in another order: first z, then the mean, then the standard deviation."""
            return (x - x.mean()) / x.std(), x.std(), x.mean()

        def z_alone(x):
            """You return z alone. The mean and the standard deviation are wanted too: without them there is no way
            back."""
            return (x - x.mean()) / x.std()

        def statistics_of_z(x):
            """z is right. But the mean and the standard deviation that you return are those of z, always 0 and 1: take
            them before x is replaced."""
            z = (x - x.mean()) / x.std()
            return z, z.mean(), z.std()

        def least_to_greatest(x):
            """You put x between 0 and 1, by its least and greatest value. That is another scale: mean and standard
            deviation are wanted."""
            return (x - x.min()) / (x.max() - x.min()), x.mean(), x.std()

        def not_from_the_mean(x):
            """Your standard deviation is measured from 0: the root of the mean of x². Measure from the mean."""
            std = np.sqrt(np.mean(x**2))
            return (x - x.mean()) / std, x.mean(), std

        def absolute_deviation(x):
            """You take the mean distance from the mean. The standard deviation squares the distances first, and takes
            the root at the end."""
            std = np.mean(abs(x - x.mean()))
            return (x - x.mean()) / std, x.mean(), std

        def root_of_a_sum(x):
            """Your standard deviation grows with n: there is a sum under the root where a mean should be."""
            std = np.linalg.norm(x - x.mean())
            return (x - x.mean()) / std, x.mean(), std

        def by_the_median(x):
            """You measure from the median, the value in the middle. The mean is wanted."""
            return (x - np.median(x)) / x.std(), np.median(x), x.std()

        def in_place(x):
            """The result is right, but the x that was passed in is no longer what it was: `x -= …` and `x /= …` write
            into the caller's array. Make a new one."""
            mean, std = x.mean(), x.std()
            x -= mean
            x /= std
            return x, mean, std

    class right:
        def by_hand(x):
            n = len(x)
            mean = sum(x) / n
            std = (sum((x_i - mean) ** 2 for x_i in x) / n) ** 0.5
            return [(x_i - mean) / std for x_i in x], mean, std

        def by_moments(x):
            mean = np.mean(x)
            difference = x - mean
            std = np.sqrt(difference @ difference / x.size)
            return difference / std, mean, std

        def by_average(x):
            mean = np.average(x)
            std = np.sqrt(np.var(x, ddof=0))
            return [x / std - mean / std, float(mean), float(std)]


class predict:
    def cases(rng):
        yield np.array([5.0, 7.0]), 3.0, 10.0, 5.0, 2.0
        for m, std in [(3, 4.0), (2, 0.25), (5, 15.0), (1, 3.0), (4, 0.5)]:
            w, b, mean = rng.uniform([-5, 2, 2], [-1, 9, 6]).round(2).tolist()
            yield apart(rng, m, 8.0, 3.0), w, b, mean, std
        yield apart(rng, 3, -6.0, 2.0), 2.5, 0.0, -5.0, 1.25

    class mistakes:
        def by_their_own_statistics(x_new, w, b, mean, std):
            """You standardise the new points by their own mean and standard deviation. On their own scale they are
            always about average, wherever they lie. The line was fitted with another mean and std, and knows no other
            scale."""
            return w * (x_new - x_new.mean()) / x_new.std() + b

        def not_standardised(x_new, w, b, mean, std):
            """You put x into a line that was fitted to z. Change the scale first."""
            return w * x_new + b

        def mean_taken_off_only(x_new, w, b, mean, std):
            """You subtract the mean, but do not divide by the standard deviation."""
            return w * (x_new - mean) + b

        def mean_forgotten(x_new, w, b, mean, std):
            """You divide by the standard deviation, but do not subtract the mean first."""
            return w * x_new / std + b

        def std_multiplied(x_new, w, b, mean, std):
            """You multiply by the standard deviation. That is the way from z to x; here it goes from x to z."""
            return w * (x_new - mean) * std + b

        def back_to_x(x_new, w, b, mean, std):
            """You go from z to x, but what comes in is x already: turn the formula of z around."""
            return w * (x_new * std + mean) + b

        def z_without_brackets(x_new, w, b, mean, std):
            """Without brackets, only the mean is divided, and only x is multiplied. Put brackets around the
            difference."""
            return w * x_new - mean / std + b

        def y_scaled_too(x_new, w, b, mean, std):
            """You scale the prediction back with the mean and std of x. Only x was standardised: what the line predicts
            is y as it is."""
            return (w * (x_new - mean) / std + b) * std + mean

        def everything_divided(x_new, w, b, mean, std):
            """The intercept is divided by the standard deviation as well. It stands outside the fraction."""
            return (w * (x_new - mean) + b) / std

    class right:
        def in_x(x_new, w, b, mean, std):
            slope = w / std
            return slope * x_new + (b - slope * mean)

        def by_loop(x_new, w, b, mean, std):
            return [b + w * ((x_i - mean) / std) for x_i in x_new]

        def by_product(x_new, w, b, mean, std):
            Z = np.column_stack([(x_new - mean) / std, np.ones(len(x_new))])
            return Z @ np.array([w, b])


class to_original_units:
    def cases(rng):
        yield 3.0, 10.0, 5.0, 2.0
        for mean, std in [(-4.0, 0.5), (50.0, 30.0), (1.5, 0.02), (-20.0, 7.0)]:
            yield round(rng.uniform(-9, -1), 2), round(rng.uniform(1, 9), 2), mean, std
        yield round(rng.uniform(1, 9), 2), round(rng.uniform(-9, -1), 2), round(rng.uniform(2, 8), 1), 1.5

    class mistakes:
        def intercept_kept(w, b, mean, std):
            """The slope is right. But the intercept belongs to z = 0, which is x at its mean, and is wanted at x =
            0."""
            return w / std, b

        def slope_multiplied(w, b, mean, std):
            """You multiply where you should divide. One unit of z is std units of x: on that way, how far does the line
            rise for each unit of x?"""
            return w * std, b - w * std * mean

        def intercept_raised(w, b, mean, std):
            """The slope is right, and the intercept is moved by the right amount in the wrong direction. Which sign
            does the mean have in the formula of z?"""
            return w / std, b + w * mean / std

        def old_slope_in_the_intercept(w, b, mean, std):
            """The slope is right. On the way from the mean to x = 0 the line falls by the slope in x times the mean;
            you use the slope in z."""
            return w / std, b - w * mean

        def mean_taken_off(w, b, mean, std):
            """The slope is right. The mean is a distance along x, and cannot be subtracted from a value along y. How
            far does the line fall over that distance?"""
            return w / std, b - mean

        def only_half_divided(w, b, mean, std):
            """The slope is right. In the intercept you divide the mean by std, but do not multiply it by the slope in
            z."""
            return w / std, b - mean / std

        def intercept_divided(w, b, mean, std):
            """The slope is right. In the intercept you divide `b` as well, which stands outside the fraction."""
            return w / std, (b - w * mean) / std

        def slope_kept(w, b, mean, std):
            """You shift the line and keep its slope. But x and z have different units, so the slope is another number
            too."""
            return w, b - w * mean / std

        def like_data(w, b, mean, std):
            """You scale slope and intercept like points of x, by std and mean. They are not points on the x axis: put
            the formula of z into the line instead."""
            return w * std + mean, b * std + mean

        def standardised_again(w, b, mean, std):
            """You standardise slope and intercept as if they were points of x. They are not: put the formula of z into
            the line instead."""
            return (w - mean) / std, (b - mean) / std

        @says(SLOPE_COMES_FIRST)
        def swapped(w, b, mean, std):
            return b - w * mean / std, w / std

    class right:
        def by_two_points(w, b, mean, std):
            """The line through what it predicts at two places."""
            at_mean, at_one_more = b, w * ((mean + std - mean) / std) + b
            slope = (at_one_more - at_mean) / std
            return slope, at_mean - slope * mean

        def by_zero(w, b, mean, std):
            z_of_zero = (0 - mean) / std
            return [w / std, w * z_of_zero + b]

        def as_array(w, b, mean, std):
            return np.array([[1 / std, 0.0], [-mean / std, 1.0]]) @ np.array([w, b])


def fit_with(x, y, steps, move, cost=mse.right.by_loop):
    """w, b and all costs; move(w, b) gives the next pair."""
    w, b = 0.0, 0.0
    costs = [cost(x, y, w, b)]
    for _ in range(steps):
        w, b = move(w, b)
        costs.append(cost(x, y, w, b))
    return w, b, np.array(costs)


def fit_by(gradient):
    """Descent by a gradient, right or wrong."""

    def fit(x, y, lr, steps):
        def move(w, b):
            dw, db = gradient(x, y, w, b)
            return w - lr * dw, b - lr * db

        return fit_with(x, y, steps, move)

    return fit


fit_rightly = fit_by(mse_gradient.right.by_four_means)


class fit_line:
    def cases(rng):
        yield np.array([1.0, 3.0]), np.array([2.0, 4.0]), 0.05, 1
        for n, centre, lr, steps in [(4, 1.0, 0.04, 5), (3, -2.0, 0.03, 4), (7, 0.0, 0.1, 6), (5, 3.0, 0.02, 8)]:
            yield *points(rng, n, centre, 1.5), lr, steps
        yield *points(rng, 6, 0.5, 1.0), 0.25, 3
        yield *points(rng, 5, 1.0), 0.05, 0

    class mistakes:
        @says(W_MOVED_FIRST)
        def w_moved_first(x, y, lr, steps):
            def move(w, b):
                w = w - lr * mse_gradient.right.by_loop(x, y, w, b)[0]
                return w, b - lr * mse_gradient.right.by_loop(x, y, w, b)[1]

            return fit_with(x, y, steps, move)

        @says(B_MOVED_FIRST)
        def b_moved_first(x, y, lr, steps):
            def move(w, b):
                b = b - lr * mse_gradient.right.by_loop(x, y, w, b)[1]
                return w - lr * mse_gradient.right.by_loop(x, y, w, b)[0], b

            return fit_with(x, y, steps, move)

        def by_sums(x, y, lr, steps):
            """Your steps are n times as long as they should be: the gradient of the mean has 1/n in it."""
            return fit_by(mse_gradient.mistakes.sums_for_means)(x, y, lr, steps)

        @says(STEPS_HALVED)
        def by_half(x, y, lr, steps):
            return fit_by(mse_gradient.mistakes.factor_two_lost)(x, y, lr, steps)

        def climbs(x, y, lr, steps):
            """Your costs grow, since the steps go uphill. Look at the sign."""
            return fit_by(mse_gradient.mistakes.signs_turned)(x, y, lr, steps)

        def slope_alone(x, y, lr, steps):
            """Only w moves, and b stays 0. A line has two numbers, and each has a slope of the cost."""
            return fit_by(lambda *at: (mse_gradient.right.by_loop(*at)[0], 0.0))(x, y, lr, steps)

        def gradient_of_the_start(x, y, lr, steps):
            """Each of your steps uses the gradient at the start. Take it anew at every w and b."""
            return fit_by(lambda x, y, w, b: mse_gradient.right.by_loop(x, y, 0.0, 0.0))(x, y, lr, steps)

        def last_cost_missing(x, y, lr, steps):
            """The line is right, but its last cost is missing: you take the cost before each step, and none at the
            end."""
            w, b, costs = fit_rightly(x, y, lr, steps)
            return w, b, costs[:steps]

        def first_cost_missing(x, y, lr, steps):
            """The line is right, but the cost at the start is missing: there is one cost more than there are steps."""
            w, b, costs = fit_rightly(x, y, lr, steps)
            return w, b, costs[1:]

        def last_cost_alone(x, y, lr, steps):
            """The line is right, but you return its last cost alone. All of them are wanted, from the start on."""
            w, b, costs = fit_rightly(x, y, lr, steps)
            return w, b, costs[-1]

        def costs_before_the_move(x, y, lr, steps):
            """The line is right, but its costs are late by one step: each is taken at the w and b before the move."""
            w, b, costs = fit_rightly(x, y, lr, steps)
            return w, b, np.append(costs[0], costs[:-1])

        @says(COSTS_ALONE)
        def costs_alone(x, y, lr, steps):
            return fit_rightly(x, y, lr, steps)[2]

        @says(INTERCEPT_FIRST)
        def intercept_first(x, y, lr, steps):
            w, b, costs = fit_rightly(x, y, lr, steps)
            return b, w, costs

        @says(ONE_STEP_TOO_MANY)
        def one_step_too_many(x, y, lr, steps):
            return fit_rightly(x, y, lr, steps + 1)

        def scaled_on_the_way(x, y, lr, steps):
            """You standardise x on the way. That is often wise, but here the descent is to run on x as it is, and to
            return its w and b."""
            return fit_rightly((x - x.mean()) / x.std(), y, lr, steps)

    class right:
        def by_matrix(x, y, lr, steps):
            X = np.column_stack([x, np.ones(len(x))])
            H, c = 2 / len(x) * X.T @ X, 2 / len(x) * X.T @ y
            theta, costs = np.zeros(2), []
            for k in range(steps + 1):
                if k:
                    theta = theta - lr * (H @ theta - c)
                costs.append(np.mean((X @ theta - y) ** 2))
            return theta[0], theta[1], costs

        def by_path(x, y, lr, steps):
            path = [(0.0, 0.0)]
            while len(path) <= steps:
                dw, db = mse_gradient.right.by_product(x, y, *path[-1])
                path.append((path[-1][0] - lr * dw, path[-1][1] - lr * db))
            return [*path[-1], [mse.right.by_norm(x, y, w, b) for w, b in path]]

        def into_an_array(x, y, lr, steps):
            costs, w, b = np.zeros(steps + 1), 0.0, 0.0
            for k in range(steps + 1):
                r = y - w * x - b
                costs[k] = np.mean(r * r)
                if k < steps:
                    w, b = w + 2 * lr * np.mean(r * x), b + 2 * lr * np.mean(r)
            return w, b, costs
