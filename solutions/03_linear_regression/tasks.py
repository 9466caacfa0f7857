"""Exercise 03: the cases of each task, the known mistakes, and right answers written in other ways."""

import itertools

import numpy as np

from grader.sentences import (
    B_MOVED_FIRST,
    BOTH_SLOPES_ALONG_B,
    BOTH_SLOPES_ALONG_W,
    BUG_STILL_THERE,
    INTERCEPT_FIRST,
    ONE_STEP_TOO_MANY,
    RATE_FALLS,
    RESIDUALS_TIMES_B,
    RESIDUALS_WITHOUT_INTERCEPT,
    SLOPES_HALVED,
    SLOPES_SWAPPED,
    STEPS_HALVED,
    TIMES_SQUARED_RESIDUALS,
    W_MOVED_FIRST,
    says,
)


def apart(rng, n, centre, spread):
    """n numbers about the centre in any order, no two of them alike, to two decimal places."""
    positions = rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n)
    return (centre + 3 * spread / n * positions).round(2)


def points(rng, n, centre=0.0, spread=2.0):
    """x, and y around some line; both shape (n,), to two decimal places."""
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
        def half_the_mean(x, y, w, b):
            """Some books put ½ in front, so that it cancels the 2 of the derivative. The course's cost has no ½."""
            return np.mean(residuals(x, y, w, b) ** 2) / 2

        def root_of_the_mean(x, y, w, b):
            """This is the square root of the cost. It measures the same thing in the units of y, but the formula has no
            root."""
            return np.sqrt(np.mean(residuals(x, y, w, b) ** 2))

        def mean_distance(x, y, w, b):
            """You take the mean of the residuals without their sign. The formula squares them, so that a large one
            counts for more."""
            return np.mean(abs(residuals(x, y, w, b)))

        def square_of_the_mean(x, y, w, b):
            """You take the mean first and then square it. Residuals of opposite sign cancel that way, and a bad line
            can cost nothing."""
            return np.mean(residuals(x, y, w, b)) ** 2

        def intercept_in_the_bracket(x, y, w, b):
            """Your `b` is multiplied by `w`. The brackets must not enclose it."""
            return np.mean((w * (x + b) - y) ** 2)

        def slope_and_intercept_swapped(x, y, w, b):
            """`w` and `b` have changed places. Which of them is multiplied by x?"""
            return np.mean((b * x + w - y) ** 2)

        def one_degree_less(x, y, w, b):
            """You divide by n − 1, as for the spread of a sample. The mean of n numbers divides by n."""
            return np.sum(residuals(x, y, w, b) ** 2) / (len(x) - 1)

        def spread_of_the_residuals(x, y, w, b):
            """This is the variance of the residuals, which measures them from their own mean. A line that is too high
            by the same amount everywhere would cost nothing."""
            return np.var(residuals(x, y, w, b))

        def largest_square(x, y, w, b):
            """You take the largest squared residual. The cost is the mean of them all."""
            return np.max(residuals(x, y, w, b) ** 2)

        def length_of_the_residuals(x, y, w, b):
            """This is the length of the residuals as a vector, the root of the sum of squares. The cost has no root,
            and it is a mean."""
            return np.linalg.norm(residuals(x, y, w, b))

        def difference_of_squares(x, y, w, b):
            """You square prediction and y first and then subtract. Subtract first: the residual is squared as a
            whole."""
            return np.mean((w * x + b) ** 2 - y**2)

        def doubled_for_squared(x, y, w, b):
            """You double the residuals where you should square them: `** 2` is the square."""
            return np.mean(residuals(x, y, w, b) * 2)

        def first_example_alone(x, y, w, b):
            """This is the squared residual of the first point alone. The cost is the mean over all points."""
            return residuals(x, y, w, b)[0] ** 2

        def x_from_y(x, y, w, b):
            """Your line predicts x from y. `x` and `y` have changed places."""
            return np.mean((w * y + b - x) ** 2)

        def deviation_of_the_residuals(x, y, w, b):
            """This is the standard deviation of the residuals. It measures them from their own mean, and has a root;
            the cost does neither."""
            return np.std(residuals(x, y, w, b))

        def square_of_the_mean_distance(x, y, w, b):
            """You take the mean of the absolute residuals and square it. Square each of them first, then take the
            mean."""
            return np.mean(abs(residuals(x, y, w, b))) ** 2

        def median_square(x, y, w, b):
            """You take the median of the squares. The cost is their mean."""
            return np.median(residuals(x, y, w, b) ** 2)

        def first_left_out(x, y, w, b):
            """Your loop leaves the first point out. NumPy counts from 0."""
            return np.sum(residuals(x, y, w, b)[1:] ** 2) / len(x)

        def last_left_out(x, y, w, b):
            """Your loop leaves the last point out. `range(n)` ends at n − 1 already."""
            return np.sum(residuals(x, y, w, b)[:-1] ** 2) / len(x)

        def slope_added(x, y, w, b):
            """You add w to x instead of multiplying."""
            return np.mean((w + x + b - y) ** 2)

        def other_power(x, y, w, b):
            """You use another power than the square."""
            return np.mean(residuals(x, y, w, b) ** 4)

        def half_of_the_sum(x, y, w, b):
            """You divide the sum by 2. The mean of n numbers divides by n."""
            return np.sum(residuals(x, y, w, b) ** 2) / 2

        def square_of_the_distance_to_the_line(x, y, w, b):
            """You measure the distance at right angles to the line. A residual is measured along y."""
            return np.mean(residuals(x, y, w, b) ** 2) / (1 + w**2)

        def coefficient_of_determination(x, y, w, b):
            """This is R², the share of the variation that the line explains. The task asks for the mean of the
            squares."""
            return 1 - np.sum(residuals(x, y, w, b) ** 2) / np.sum((y - y.mean()) ** 2)

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


X_TWICE = "Along w you multiply by x twice. The inner derivative is x itself."
TURNED_WITHOUT_BRACKETS = (
    "Your residual is y − wx + b, in which `b` has the wrong sign, as without brackets around the prediction. And the "
    "chain rule brings a minus for this order."
)
BRACKETS_OF_THE_WEIGHTED = (
    "What multiplies the residual, the weight and along w also x, has to multiply all three of its parts. Some part of "
    "yours goes without, as it does where brackets are missing."
)
PRODUCT_OF_MEANS = (
    "Along w you multiply two means. The mean of a product is another number: multiply entry by entry first, then take "
    "the mean."
)


def weighted_slopes(x, r, weights):
    """The slopes along w and b of a weighted mean of squares, by the residuals r."""
    return 2 * np.average(r * x, weights=weights), 2 * np.average(r, weights=weights)


def weighted_without_brackets(dw, db):
    """Slopes of a weighted cost from sums in which brackets are missing; None for a slope that is right."""

    def slopes(x, y, w, b, c):
        right = weighted_slopes(x, residuals(x, y, w, b), c)
        sums = [part and 2 * np.sum(part(x, y, w, b, c)) / np.sum(c) for part in (dw, db)]
        return tuple(value if part is None else part for part, value in zip(sums, right, strict=True))

    return slopes


class weighted_gradient:
    def cases(rng):
        yield np.array([1.0, 3.0]), np.array([2.0, 4.0]), 2.0, 1.0, np.array([3.0, 1.0])
        for n, centre in [(3, 0.0), (5, 4.0), (2, -3.0), (6, -1.0), (4, 10.0)]:
            line = round(rng.uniform(-3, -0.5), 2), round(rng.uniform(1, 4), 2)
            yield *points(rng, n, centre), *line, (rng.permutation(n) + rng.uniform(0.2, 0.7, n)).round(2)
        yield *points(rng, 5, 2.0), 1.5, -2.5, rng.permutation([0.0, 0.0, 1.0, 2.0, 4.0])
        yield *points(rng, 4, -1.0), -0.75, 2.0, np.full(4, 0.5)  # all the same: the plain gradient
        yield *points(rng, 3, 1.0), 2.25, -1.0, rng.permutation([2e-6, 3e-6, 7e-6])  # the scale cancels

    class mistakes:
        def weights_ignored(x, y, w, b, sample_weight):
            """You count all examples the same, whatever their weights are."""
            return weighted_slopes(x, residuals(x, y, w, b), np.ones(len(x)))

        def divided_by_n(x, y, w, b, sample_weight):
            """You divide by the number of examples. In a weighted mean, each example counts as often as its weight
            says: what do they count for in total?"""
            r = sample_weight * residuals(x, y, w, b)
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def not_divided(x, y, w, b, sample_weight):
            """Your slopes grow when all weights are doubled. In a weighted mean only their ratios matter."""
            r = sample_weight * residuals(x, y, w, b)
            return 2 * np.sum(r * x), 2 * np.sum(r)

        def divided_twice(x, y, w, b, sample_weight):
            """You divide by the sum of the weights and then take a mean, which divides by n as well. Once is enough."""
            r = sample_weight / np.sum(sample_weight) * residuals(x, y, w, b)
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def weights_squared(x, y, w, b, sample_weight):
            """Your weights are squared along with the residuals. In the cost, the weight multiplies the square and is
            not part of it."""
            r = sample_weight**2 * residuals(x, y, w, b)
            return 2 * np.sum(r * x) / np.sum(sample_weight), 2 * np.sum(r) / np.sum(sample_weight)

        def by_the_squared_weights(x, y, w, b, sample_weight):
            """Your weights count twice over: an example of weight 3 pulls as nine examples would. Each weight belongs
            in each sum once."""
            return weighted_slopes(x, residuals(x, y, w, b), sample_weight**2)

        def along_w_alone(x, y, w, b, sample_weight):
            """Your slope along w is right. Along b you take a plain mean, but there too an example counts as much as
            its weight says."""
            r = residuals(x, y, w, b)
            return weighted_slopes(x, r, sample_weight)[0], 2 * np.mean(r)

        def along_b_alone(x, y, w, b, sample_weight):
            """Your slope along b is right. Along w you take a plain mean, but there too an example counts as much as
            its weight says."""
            r = residuals(x, y, w, b)
            return 2 * np.mean(r * x), weighted_slopes(x, r, sample_weight)[1]

        def weighted_x(x, y, w, b, sample_weight):
            """You multiply x and y by the weights before you take the residuals. That moves the points. A weight says
            how much a point counts, and leaves it where it is."""
            x, y = sample_weight * x, sample_weight * y
            return weighted_slopes(x, residuals(x, y, w, b), np.ones(len(x)))

        def weight_on_the_prediction(x, y, w, b, sample_weight):
            """Your weight multiplies the prediction alone. It belongs to the whole residual: look at the brackets."""
            r = sample_weight * (w * x + b) - y
            return 2 * np.sum(r * x) / np.sum(sample_weight), 2 * np.sum(r) / np.sum(sample_weight)

        def weight_for_slope(x, y, w, b, sample_weight):
            """You use the weights in place of the slope of the line. `w` and `sample_weight` are two things: one is
            learnt, the other says how much an example counts."""
            return weighted_slopes(x, residuals(x, y, sample_weight, b), sample_weight)

        def by_the_largest(x, y, w, b, sample_weight):
            """You divide by the largest weight. A mean divides by what all examples count for in total."""
            r = sample_weight * residuals(x, y, w, b) / np.max(sample_weight)
            return 2 * np.sum(r * x), 2 * np.sum(r)

        def the_heaviest_alone(x, y, w, b, sample_weight):
            """You use the example with the largest weight alone. The others count too, only less."""
            k = np.argmax(sample_weight)
            r = residuals(x, y, w, b)[k]
            return 2 * r * x[k], 2 * r

        def zero_or_not(x, y, w, b, sample_weight):
            """You only ask whether a weight is above 0. An example of weight 2 counts as much as two examples of weight
            1."""
            return weighted_slopes(x, residuals(x, y, w, b), sample_weight > 0)

        @says(SLOPES_HALVED)
        def factor_two_lost(x, y, w, b, sample_weight):
            return weighted_slopes(x, residuals(x, y, w, b) / 2, sample_weight)

        def signs_turned(x, y, w, b, sample_weight):
            """Both slopes have the right size and the wrong sign, so a descent would climb. With y − wx − b for the
            residual, the chain rule brings a minus."""
            return weighted_slopes(x, -residuals(x, y, w, b), sample_weight)

        @says(SLOPES_SWAPPED)
        def slopes_swapped(x, y, w, b, sample_weight):
            return weighted_slopes(x, residuals(x, y, w, b), sample_weight)[::-1]

        @says(BOTH_SLOPES_ALONG_B)
        def inner_derivative_forgotten(x, y, w, b, sample_weight):
            return [weighted_slopes(x, residuals(x, y, w, b), sample_weight)[1]] * 2

        @says(BOTH_SLOPES_ALONG_W)
        def inner_derivative_twice(x, y, w, b, sample_weight):
            return [weighted_slopes(x, residuals(x, y, w, b), sample_weight)[0]] * 2

        @says(PRODUCT_OF_MEANS)
        def product_of_means(x, y, w, b, sample_weight):
            db = weighted_slopes(x, residuals(x, y, w, b), sample_weight)[1]
            return db * np.average(x, weights=sample_weight), db

        def slope_times_w(x, y, w, b, sample_weight):
            """Along w you multiply the residuals by w. In the line, what is w multiplied by?"""
            db = weighted_slopes(x, residuals(x, y, w, b), sample_weight)[1]
            return w * db, db

        @says(RESIDUALS_WITHOUT_INTERCEPT)
        def without_intercept(x, y, w, b, sample_weight):
            return weighted_slopes(x, w * x - y, sample_weight)

        def of_the_distance(x, y, w, b, sample_weight):
            """Only the signs of the residuals are left, as if the cost were made of their absolute values. A larger
            residual pulls more."""
            return weighted_slopes(x, np.sign(residuals(x, y, w, b)), sample_weight)

        def one_slope_each(x, y, w, b, sample_weight):
            """You return one number for each example, weighted and divided already. Their sum is the slope."""
            r = 2 * sample_weight * residuals(x, y, w, b) / np.sum(sample_weight)
            return r * x, r

        def intercept_with_the_wrong_sign(x, y, w, b, sample_weight):
            """In your residuals `b` has the wrong sign, or lost its brackets: y − wx + b is not y − (wx + b)."""
            return weighted_slopes(x, w * x - b - y, sample_weight)

        @says(TURNED_WITHOUT_BRACKETS)
        def turned_without_brackets(x, y, w, b, sample_weight):
            return weighted_slopes(x, y - w * x + b, sample_weight)

        @says(TIMES_SQUARED_RESIDUALS)
        def squared_residuals(x, y, w, b, sample_weight):
            return weighted_slopes(x, residuals(x, y, w, b) ** 2, sample_weight)

        def divided_by_squares(x, y, w, b, sample_weight):
            """You divide by the sum of the squared weights. Divide by the sum of the weights themselves."""
            r = sample_weight * residuals(x, y, w, b) / np.sum(sample_weight**2)
            return 2 * np.sum(r * x), 2 * np.sum(r)

        def divided_by_the_norm(x, y, w, b, sample_weight):
            """You divide by the length of the weights as a vector. Divide by their sum."""
            r = sample_weight * residuals(x, y, w, b) / np.linalg.norm(sample_weight)
            return 2 * np.sum(r * x), 2 * np.sum(r)

        def divided_by_weighted_x(x, y, w, b, sample_weight):
            """Your slope along b is right. Along w you divide by the weighted sum of x. The divisor does not depend on
            which slope you take."""
            r = residuals(x, y, w, b)
            return 2 * np.sum(sample_weight * r * x) / np.sum(sample_weight * x), weighted_slopes(x, r, sample_weight)[
                1
            ]

        def plain_sums(x, y, w, b, sample_weight):
            """Your slopes are plain sums over the examples: no weight is left in them, and nothing divides them."""
            r = residuals(x, y, w, b)
            return 2 * np.sum(r * x), 2 * np.sum(r)

        def those_that_count(x, y, w, b, sample_weight):
            """You divide by the number of examples whose weight is above 0. Divide by what they count for in total."""
            r = sample_weight * residuals(x, y, w, b) / np.count_nonzero(sample_weight)
            return 2 * np.sum(r * x), 2 * np.sum(r)

        def weights_as_integers(x, y, w, b, sample_weight):
            """You cut the weights to whole numbers. A weight may be any number from 0 up."""
            return weighted_slopes(x, residuals(x, y, w, b), np.trunc(sample_weight) + 1e-300)

        def last_example_alone(x, y, w, b, sample_weight):
            """Only the last example is left. Does each turn of the loop overwrite what the one before found? Add up."""
            r = 2 * sample_weight[-1] * residuals(x, y, w, b)[-1] / np.sum(sample_weight)
            return r * x[-1], r

        def first_example_alone(x, y, w, b, sample_weight):
            """Only the first example is used. Is `return` inside the loop or after it?"""
            r = 2 * sample_weight[0] * residuals(x, y, w, b)[0] / np.sum(sample_weight)
            return r * x[0], r

        def a_step(x, y, w, b, sample_weight):
            """You return w and b after a step. The task asks for the slopes alone."""
            dw, db = weighted_slopes(x, residuals(x, y, w, b), sample_weight)
            return w - dw, b - db

        def weights_turned_over(x, y, w, b, sample_weight):
            """Your weights are in another order than the examples they belong to."""
            return weighted_slopes(x, residuals(x, y, w, b), sample_weight[::-1])

        def roots_of_the_weights(x, y, w, b, sample_weight):
            """You use the square roots of the weights. In the cost, a weight multiplies the square as it is."""
            return weighted_slopes(x, residuals(x, y, w, b), np.sqrt(sample_weight))

        def along_w_by_n(x, y, w, b, sample_weight):
            """Your slope along b is right. Along w you divide by the number of examples in place of the sum of the
            weights."""
            r = residuals(x, y, w, b)
            return 2 * np.mean(sample_weight * r * x), weighted_slopes(x, r, sample_weight)[1]

        def multiplied_by_the_sum(x, y, w, b, sample_weight):
            """You multiply by the sum of the weights. A weighted mean divides by it."""
            r = sample_weight * residuals(x, y, w, b) * np.sum(sample_weight)
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def largest_and_n(x, y, w, b, sample_weight):
            """You divide the weights by the largest of them, and then by the number of examples. Divide by their sum
            alone."""
            r = sample_weight / np.max(sample_weight) * residuals(x, y, w, b)
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def weights_sorted(x, y, w, b, sample_weight):
            """You sort the weights. Each of them belongs to its example."""
            return weighted_slopes(x, residuals(x, y, w, b), np.sort(sample_weight))

        def one_x_too_many(x, y, w, b, sample_weight):
            """Both of your slopes have one factor x too many. How does a residual change when w grows, and how when b
            grows?"""
            return weighted_slopes(x, x * residuals(x, y, w, b), sample_weight)

        def slope_weighted(x, y, w, b, sample_weight):
            """You weight the slope w in the line, so that each example has its own line. The weight belongs to the
            whole squared residual."""
            r = w * sample_weight * x + b - y
            return 2 * np.sum(r * x) / np.sum(sample_weight), 2 * np.sum(r) / np.sum(sample_weight)

        def last_left_out(x, y, w, b, sample_weight):
            """Your loop leaves the last example out."""
            r = sample_weight[:-1] * residuals(x, y, w, b)[:-1] / np.sum(sample_weight)
            return 2 * np.sum(r * x[:-1]), 2 * np.sum(r)

        @says(BRACKETS_OF_THE_WEIGHTED)
        def x_on_y_alone(x, y, w, b, sample_weight):
            slopes = weighted_without_brackets(lambda x, y, w, b, c: c * (w * x + b - y * x), None)
            return slopes(x, y, w, b, sample_weight)

        @says(BRACKETS_OF_THE_WEIGHTED)
        def weight_on_wx_alone(x, y, w, b, sample_weight):
            slopes = weighted_without_brackets(None, lambda x, y, w, b, c: c * w * x + b - y)
            return slopes(x, y, w, b, sample_weight)

        @says(BRACKETS_OF_THE_WEIGHTED)
        def weight_on_y_alone(x, y, w, b, sample_weight):
            slopes = weighted_without_brackets(None, lambda x, y, w, b, c: w * x + b - y * c)
            return slopes(x, y, w, b, sample_weight)

        @says(BRACKETS_OF_THE_WEIGHTED)
        def both_on_wx_alone(x, y, w, b, sample_weight):
            slopes = weighted_without_brackets(
                lambda x, y, w, b, c: c * x * w * x + b - y, lambda x, y, w, b, c: c * w * x + b - y
            )
            return slopes(x, y, w, b, sample_weight)

        @says(BRACKETS_OF_THE_WEIGHTED)
        def both_on_wx_along_w(x, y, w, b, sample_weight):
            slopes = weighted_without_brackets(lambda x, y, w, b, c: c * x * w * x + b - y, None)
            return slopes(x, y, w, b, sample_weight)

        @says(BRACKETS_OF_THE_WEIGHTED)
        def weight_on_wx_x_on_y(x, y, w, b, sample_weight):
            slopes = weighted_without_brackets(
                lambda x, y, w, b, c: c * w * x + b - y * x, lambda x, y, w, b, c: c * w * x + b - y
            )
            return slopes(x, y, w, b, sample_weight)

        @says(BRACKETS_OF_THE_WEIGHTED)
        def both_on_y_alone(x, y, w, b, sample_weight):
            slopes = weighted_without_brackets(
                lambda x, y, w, b, c: w * x + b - y * c * x, lambda x, y, w, b, c: w * x + b - y * c
            )
            return slopes(x, y, w, b, sample_weight)

        @says(X_TWICE)
        def x_twice(x, y, w, b, sample_weight):
            r = residuals(x, y, w, b)
            return weighted_slopes(x**2, r, sample_weight)[0], weighted_slopes(x, r, sample_weight)[1]

        def sum_of_x(x, y, w, b, sample_weight):
            """Your slope along b is right. Along w you multiply the sum of the residuals by the sum of x. Multiply each
            residual by its own x first, then add up."""
            db = weighted_slopes(x, residuals(x, y, w, b), sample_weight)[1]
            return db * np.sum(x), db

        def w_as_well(x, y, w, b, sample_weight):
            """Along w you multiply by x and by w as well. In the line w is multiplied by x alone, which is the inner
            derivative."""
            r = residuals(x, y, w, b)
            return weighted_slopes(x * w, r, sample_weight)[0], weighted_slopes(x, r, sample_weight)[1]

        @says(RESIDUALS_TIMES_B)
        def intercept_as_inner_derivative(x, y, w, b, sample_weight):
            dw, db = weighted_slopes(x, residuals(x, y, w, b), sample_weight)
            return dw, b * db

        def parameters_as_inner_derivatives(x, y, w, b, sample_weight):
            """You multiply the residuals by w and by b. The inner derivative is how much a residual changes when w, or
            b, grows by 1."""
            db = weighted_slopes(x, residuals(x, y, w, b), sample_weight)[1]
            return w * db, b * db

        def weighted_points(x, y, w, b, sample_weight):
            """You multiply x and y by the weights, so that `b` has none. The weight belongs to the square of the whole
            residual."""
            weighted = sample_weight * x
            r = residuals(weighted, sample_weight * y, w, b)
            return 2 * np.sum(r * weighted) / np.sum(sample_weight), 2 * np.sum(r) / np.sum(sample_weight)

        def divided_by_each_weight(x, y, w, b, sample_weight):
            """You divide by the weights. An example of weight 3 counts three times: multiply by them."""
            r = residuals(x, y, w, b) / sample_weight
            return 2 * np.sum(r * x) / np.sum(sample_weight), 2 * np.sum(r) / np.sum(sample_weight)

        def mean_weight_for_all(x, y, w, b, sample_weight):
            """You multiply all examples by the same number, the mean of the weights. Each example has its own
            weight."""
            r = residuals(x, y, w, b) * np.mean(sample_weight)
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def weights_cut_to_whole_numbers(x, y, w, b, sample_weight):
            """You repeat the examples, so weights that are not whole numbers are cut off. Multiply by the weights."""
            many = sample_weight.astype(int)
            x, y = np.repeat(x, many), np.repeat(y, many)
            r = residuals(x, y, w, b)
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def by_softmax(x, y, w, b, sample_weight):
            """You turn the weights into others by the exponential function. A weight counts as it is."""
            c = np.exp(sample_weight) / np.sum(np.exp(sample_weight))
            r = residuals(x, y, w, b)
            return 2 * np.sum(c * r * x), 2 * np.sum(c * r)

    class right:
        def by_loop(x, y, w, b, sample_weight):
            dw = db = total = 0.0
            for x_i, y_i, c_i in zip(x, y, sample_weight, strict=True):
                dw += c_i * 2 * (w * x_i + b - y_i) * x_i
                db += c_i * 2 * (w * x_i + b - y_i)
                total += c_i
            return [dw / total, db / total]

        def by_product(x, y, w, b, sample_weight):
            X = np.column_stack([x, np.ones(len(x))])
            return 2 / sample_weight.sum() * X.T @ (sample_weight * (X @ [w, b] - y))

        def by_roots(x, y, w, b, sample_weight):
            """A plain least-squares problem, each row multiplied by the root of its share."""
            root = np.sqrt(sample_weight / sample_weight.sum())
            A = np.column_stack([root * x, root])
            return 2 * (A @ np.array([w, b]) - root * y) @ A

        def by_differences(x, y, w, b, sample_weight, h=2.0**-7):
            """Central differences, which are exact on a quadratic but for rounding."""

            def cost(w, b):
                return np.average((y - w * x - b) ** 2, weights=sample_weight)

            return (cost(w + h, b) - cost(w - h, b)) / (2 * h), (cost(w, b + h) - cost(w, b - h)) / (2 * h)


RESIDUALS_AVERAGED = (
    "You average the n times n residuals to n. But a mean over the y of other examples is not a residual: there should "
    "be only n from the start."
)


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
            """This is right where y has shape (n,). But y may be the column, and then there are n times n residuals
            again."""
            return np.mean((w * x.ravel() + b - y) ** 2)

        def x_left_a_column(x, y, w, b):
            """This is right where x has shape (n,). But x may be the column, and then there are n times n residuals
            again."""
            return np.mean((w * x + b - y.ravel()) ** 2)

        def x_made_a_column(x, y, w, b):
            """You make a column of x, which fits where y is a column too. Where y is not, there are n times n residuals
            again."""
            return np.mean((w * x.reshape(-1, 1) + b - y) ** 2)

        def y_made_a_column(x, y, w, b):
            """You make a column of y, which fits where x is a column too. Where x is not, there are n times n residuals
            again."""
            return np.mean((w * x + b - y.reshape(-1, 1)) ** 2)

        def x_made_a_row(x, y, w, b):
            """A row of shape (1, n) and a column of shape (n, 1) also combine to n times n residuals. Both need the
            same shape."""
            return np.mean((w * x.reshape(1, -1) + b - y.reshape(-1, 1)) ** 2)

        def mean_over_one_axis(x, y, w, b):
            """There are n residuals now, but not one for each example: you take the first row of their table, or the
            first entry of x or y, and there one example is compared with all others."""
            return np.mean(np.atleast_2d(w * x + b - y)[0] ** 2)

        def sum_of_columns(x, y, w, b):
            """There are n residuals now, as there should be, but your cost grows with n: take the mean of their
            squares."""
            return np.sum((w * x.ravel() + b - y.ravel()) ** 2)

        def mean_of_n_times_n(x, y, w, b):
            """You divide by n, but there are still n times n residuals: each prediction is compared with every y."""
            return np.sum((w * x + b - y) ** 2) / len(x)

        def first_n_residuals(x, y, w, b):
            """You keep the first n of the n times n residuals. They are those of one x or one y with all others, not
            one for each example."""
            return np.mean((w * x + b - y).ravel()[: len(x)] ** 2)

        def first_examples_alone(x, y, w, b):
            """`x[0]` is the first example, not the first column. Then only one of the examples counts."""
            return np.mean((w * x[0] + b - y[0]) ** 2)

        def right_when_x_is_a_column(x, y, w, b):
            """This is right where x is a column. But where only y is one, there are n times n residuals again."""
            return np.mean((w * x + b - (y.reshape(-1, 1) if x.ndim == 2 else y)) ** 2)

        def square_of_the_mean(x, y, w, b):
            """There are n residuals now, as there should be. But you square their mean; the cost is the mean of their
            squares."""
            return np.mean(w * x.ravel() + b - y.ravel()) ** 2

        def diagonal(x, y, w, b):
            """You take the diagonal. That is right where there are n times n residuals, but not where x and y have the
            same shape, and so the residuals too."""
            return np.mean(np.diag(w * x + b - y) ** 2)

        @says(RESIDUALS_AVERAGED)
        def averaged_residuals_by_row(x, y, w, b):
            r = w * x + b - y
            return np.mean((np.mean(r, axis=1) if r.ndim == 2 else r) ** 2)

        @says(RESIDUALS_AVERAGED)
        def averaged_residuals(x, y, w, b):
            return np.mean(np.mean(w * x + b - y, axis=0) ** 2)

        def one_column_at_most(x, y, w, b):
            """This is right unless both are columns: then you change the shape of one of them alone, and there are n
            times n residuals again."""
            if x.ndim == 2:
                x = x.ravel()
            elif y.ndim == 2:
                y = y.ravel()
            return np.mean((w * x + b - y) ** 2)

        def x_for_both(x, y, w, b):
            """Your residuals compare the line with x. Do both of your names hold the same array?"""
            return np.mean((w * x.ravel() + b - x.ravel()) ** 2)

        def y_for_both(x, y, w, b):
            """Your line is computed from y. Do both of your names hold the same array?"""
            return np.mean((w * y.ravel() + b - y.ravel()) ** 2)

        def right_when_y_is_a_column(x, y, w, b):
            """This is right where y is a column. But where only x is one, there are n times n residuals again."""
            return np.mean((w * (x.reshape(-1, 1) if y.ndim == 2 else x) + b - y) ** 2)

        def mean_distance(x, y, w, b):
            """There are n residuals now, as there should be. But you take the mean of their absolute values; the cost
            squares them."""
            return np.mean(abs(w * x.ravel() + b - y.ravel()))

        def variance_of_the_residuals(x, y, w, b):
            """There are n residuals now, as there should be. But their variance measures them from their own mean; the
            cost is the mean of their squares."""
            return np.var(w * x.ravel() + b - y.ravel())

        def divided_by_n_squared(x, y, w, b):
            """You divide by n². There should be only n residuals, one for each example."""
            r = w * x + b - y
            return np.sum(r**2) / len(x) ** 2

        def first_column_of_the_residuals(x, y, w, b):
            """You take only the first column of the residuals, so there are n of them. But they are not one for each
            example: each prediction is compared with the first y, or each y with the first prediction."""
            r = w * x + b - y
            return np.mean((r[:, 0] if r.ndim == 2 else r) ** 2)

        def of_the_best_line(x, y, w, b):
            """You return the cost of the line that fits best. The task asks for that of the w and b that are passed
            in."""
            x, y = x.ravel(), y.ravel()
            return np.mean((np.polyval(np.polyfit(x, y, 1), x) - y) ** 2)

        def sorted_first(x, y, w, b):
            """You sort x and y, so that they no longer belong together. Keep the order of the examples."""
            return np.mean((w * np.sort(x.ravel()) + b - np.sort(y.ravel())) ** 2)

    class right:
        def by_reshaping(x, y, w, b):
            return np.mean((w * x.reshape(-1, 1) + b - y.reshape(-1, 1)) ** 2)

        def by_squeezing(x, y, w, b):
            return float(np.mean(np.square(np.squeeze(y) - np.squeeze(x) * w - b)))

        def by_flat_loop(x, y, w, b):
            return sum((w * x_i + b - y_i) ** 2 for x_i, y_i in zip(x.flat, y.flat, strict=True)) / x.size


def table(rng, n, *columns):
    """Columns given as (centre, spread), or as one number for a column that does not vary: shape (n, d)."""
    return np.column_stack(
        [np.full(n, column) if np.isscalar(column) else apart(rng, n, *column) for column in columns]
    )


def scale(X, centre=np.mean, spread=np.std, constant=lambda X: X.std(axis=0) <= 1e-9 * abs(X).max(axis=0)):
    """Z, mean and std, column by column, by whatever is taken for them."""
    mean = np.array([centre(column) for column in X.T])
    std = np.where(constant(X), 1.0, [spread(column) for column in X.T])
    return np.where(constant(X), 0.0, (X - mean) / std), mean, std


def bordered(X, constant):
    """What `scale` makes by another border. Of a column that counts as constant and varies, Z may be 0 or centred."""
    Z, mean, std = scale(X, constant=constant)
    return ... if np.any(constant(X) & (np.ptp(X, axis=0) > 0)) else Z, mean, std


def never(X):
    return False


def close_to_zero(X):
    return X.std(axis=0) <= 1e-9


EACH_ROW = (
    "You standardise each example: its own entries are measured from their mean. Here every column has its own mean "
    "and standard deviation. Which axis do the examples run along?"
)
ONE_SCALE_FOR_ALL = (
    "All columns share one mean and one standard deviation. Without an axis, `mean` and `std` take the whole table."
)
ONE_SPREAD_FOR_ALL = (
    "The means are those of the columns, but all columns share one standard deviation. Give `std` the same axis."
)
NOT_RETURNED_AS_ONE = (
    "Your Z is right. But the std that you return for a constant column is not 1, and new data is divided by it too."
)
ENDS_COMPARED = (
    "You treat a column as constant although it varies: its first value is equal to its last, but those between differ."
)
OTHERS_SET_TO_ONE = (
    "You set the standard deviation to 1 for the columns that vary, and leave it as it is for the constant ones. The "
    "condition is the wrong way round."
)


class standardise_columns:
    relative = 1e-8
    exact = ("X",)  # what rounding leaves of the std of a constant column depends on its last digit

    def cases(rng):
        yield (np.array([[1.0, 0.1, 40.0], [2.0, 0.1, 10.0], [3.0, 0.1, 10.0]]),)
        yield (table(rng, 5, (10.0, 2.0), (-4.0, 30.0)).round().astype(int),)  # numbers of rooms are whole
        yield (table(rng, 3, (1.0, 3.0), (100.0, 40.0), (-6.0, 0.5)),)  # as many rows as columns
        yield (table(rng, 6, 5.0, (0.0, 1.0), (3.0, 2.0), -7.0),)
        yield (table(rng, 4, (8.0, 3.0), 0.0),)
        yield (1e-20 * table(rng, 6, (3.0, 2.0)),)
        yield (np.column_stack([apart(rng, 5, 2.0, 1.0), 1e-14 * apart(rng, 5, 2.0, 1.0)]),)
        yield (np.column_stack([50 + 1e-5 * apart(rng, 4, 0.0, 3.0), apart(rng, 4, 9.0, 2.0)]),)
        X = table(rng, 8, (-2.0, 5.0))
        yield (np.vstack([X, X[:1]]),)  # ends as it begins
        # Above the border by a third, and below it by a third; powers of 2 and n = 4 leave nothing to be rounded. Less
        # its mean, the one in large units is clear of 0.
        above, below = (1 + rng.permutation([0.0, 1.0, 2.0, 1.0]) * 2.0**-k for k in (29, 30))
        yield (np.column_stack([2.0**-20 * above, apart(rng, 4, 5.0, 2.0), 2.0**20 * below]),)

    class mistakes:
        def constant_divided(X):
            """A column that does not vary has the standard deviation 0, or what rounding leaves of it: try `np.full(3,
            0.1).std()`. You divide by that. Such a column should become 0, with std 1."""
            return scale(X, constant=never)

        def exact_zero(X):
            """A column counts as constant in your code only if its standard deviation is exactly 0. Rounding can leave
            something like 1e-17, as a column of 0.1 shows. Compare it with the border that the task gives."""
            return scale(X, constant=lambda X: X.std(axis=0) == 0)

        def equal_entries(X):
            """You treat a column as varying although its standard deviation is below the border that the task gives:
            10⁻⁹ times the largest |x| of the column."""
            return scale(X, constant=lambda X: np.ptp(X, axis=0) == 0)

        def border_too_high(X):
            """You treat a column as constant although its standard deviation is above the border that the task gives:
            10⁻⁹ times the largest |x| of the column."""
            return bordered(X, lambda X: X.std(axis=0) <= 1e-8 * abs(X).max(axis=0))

        @says(ENDS_COMPARED)
        def equal_ends(X):
            return bordered(X, lambda X: X[0] == X[-1])

        @says(ENDS_COMPARED)
        def nearly_equal_ends(X):
            return bordered(X, lambda X: abs(X[0] - X[-1]) <= 1e-9 * abs(X).max(axis=0))

        def zeros_missed(X):
            """You miss the column of zeros. Its standard deviation is 0 and so is its border, so the comparison has to
            hold when both are equal. And 0/0 is `nan`, for which every comparison fails."""
            return bordered(X, lambda X: X.std(axis=0) < 1e-9 * abs(X).max(axis=0))

        def absolute_zero(X):
            """Your border is the same whatever the units are. A column of small numbers then counts as constant
            although it varies. Measure the border by the column's largest |x|."""
            return bordered(X, close_to_zero)

        def loosely_equal(X):
            """You count a column as constant although it varies: it changes by a millionth of its size, and the border
            in the task is far below that."""
            return bordered(X, lambda X: np.array([np.allclose(column, column[0], atol=0) for column in X.T]))

        def variance_compared(X):
            """You count columns as constant although they vary: columns in small units, and one that changes by a
            millionth of its size. Compare the standard deviation itself with the border that the task gives."""
            return bordered(X, lambda X: X.var(axis=0) <= 1e-9 * abs(X).max(axis=0))

        def by_signed_maximum(X):
            """Your border is negative for a column of negative numbers, so nothing lies below it. Take absolute values
            first, then the largest."""
            return bordered(X, lambda X: X.std(axis=0) <= 1e-9 * X.max(axis=0))

        def one_border_for_all(X):
            """You measure all columns by one border, taken from the whole table. A column in small units then counts as
            constant beside one in large units: each column has its own border."""
            return bordered(X, lambda X: X.std(axis=0) <= 1e-9 * abs(X).max())

        @says(OTHERS_SET_TO_ONE)
        def the_others_set_to_one_strictly(X):
            return scale(X, constant=lambda X: X.std(axis=0) > 1e-9 * abs(X).max(axis=0))

        @says(OTHERS_SET_TO_ONE)
        def the_others_set_to_one(X):
            return scale(X, constant=lambda X: X.std(axis=0) >= 1e-9 * abs(X).max(axis=0))

        def std_set_too_late(X):
            """You return the right std. But Z was divided before you set it to 1 for the constant columns: change the
            order."""
            _, mean, std = scale(X)
            return scale(X, constant=never)[0], mean, std

        @says(NOT_RETURNED_AS_ONE)
        def std_left_as_it_is(X):
            Z, mean, _ = scale(X)
            return Z, mean, X.std(axis=0)

        @says(NOT_RETURNED_AS_ONE)
        def std_set_to_zero(X):
            Z, mean, std = scale(X)
            return Z, mean, np.where(X.std(axis=0) <= 1e-9 * abs(X).max(axis=0), 0.0, std)

        def constant_only_centred(X):
            """Your mean and std are right. But a column that counts as constant may still vary a little, and in your Z
            it is only centred. It should be 0 throughout."""
            _, mean, std = scale(X)
            return (X - mean) / std, mean, std

        def only_centred(X):
            """Your mean and std are right. But your Z is only centred: its columns are not divided by their std."""
            _, mean, std = scale(X)
            return X - mean, mean, std

        def constant_left_as_it_is(X):
            """You leave a constant column as it is. Its mean is subtracted like any other, so that it becomes 0."""
            Z, mean, std = scale(X)
            same = X.std(axis=0) <= 1e-9 * abs(X).max(axis=0)
            return np.where(same, X, Z), np.where(same, 0.0, mean), std

        def constant_not_centred(X):
            """Your mean and std are right. But in Z you leave a constant column as it is. Its mean is subtracted like
            any other, so that it becomes 0."""
            Z, mean, std = scale(X)
            return np.where(X.std(axis=0) <= 1e-9 * abs(X).max(axis=0), X, Z), mean, std

        def constant_left_out(X):
            """You leave a constant column out. Keep it, as a column of zeros: the weights to come belong to columns,
            and would no longer fit."""
            Z, mean, std = scale(X)
            varies = X.std(axis=0) > 1e-9 * abs(X).max(axis=0)
            return Z[:, varies], mean[varies], std[varies]

        @says(EACH_ROW)
        def each_row(X):
            Z, mean, std = scale(X.T)
            return Z.T, mean, std

        @says(EACH_ROW)
        def each_row_in_columns(X):
            Z, mean, std = scale(X.T)
            return Z.T, mean[:, None], std[:, None]

        @says(ONE_SCALE_FOR_ALL)
        def one_mean_and_one_spread(X):
            return (X - X.mean()) / X.std(), X.mean(), X.std()

        @says(ONE_SPREAD_FOR_ALL)
        def one_spread(X):
            return (X - X.mean(axis=0)) / X.std(), X.mean(axis=0), X.std()

        @says(ONE_SCALE_FOR_ALL)
        def one_scale_for_all(X):
            d = X.shape[1]
            mean, std = np.full(d, X.mean()), np.full(d, X.std())
            return (X - mean) / std, mean, std

        def other_std(X):
            """Your standard deviation divides by n − 1 (`ddof=1`), which some libraries do. Here it divides by n."""
            return scale(X, spread=lambda column: column.std(ddof=1))

        def variance(X):
            """You divide by the variance, the mean of the squares: the square root is missing."""
            return scale(X, spread=np.var)

        def variance_throughout(X):
            """You take the variance, in the comparison and as the divisor. The standard deviation is its root."""
            return ..., *scale(X, spread=np.var, constant=lambda X: X.var(axis=0) <= 1e-9 * abs(X).max(axis=0))[1:]

        def least_to_greatest_about_the_mean(X):
            """You divide by the distance from the least value to the greatest. The task asks for the standard
            deviation."""
            return scale(X, spread=np.ptp, constant=lambda X: np.ptp(X, axis=0) <= 1e-9 * abs(X).max(axis=0))

        def least_to_greatest(X):
            """You put each column between 0 and 1, by its least and greatest value. That is another scale: the task
            asks for mean and standard deviation."""
            varies = np.all(X.std(axis=0) > 1e-6 * abs(X).max(axis=0))  # of the others, what becomes of them is open
            return ..., X.min(axis=0), np.ptp(X, axis=0) if varies else ...

        def not_from_the_mean(X):
            """Your standard deviation is measured from 0: the root of the mean of x². Measure it from the mean."""
            return scale(X, spread=lambda column: np.sqrt(np.mean(column**2)))

        def absolute_deviation(X):
            """You take the mean distance from the mean. The standard deviation squares the distances first, and takes
            the root at the end."""
            return scale(X, spread=lambda column: np.mean(abs(column - column.mean())))

        def by_the_median(X):
            """You measure from the median, the value in the middle. The task asks for the mean."""
            return scale(X, centre=np.median)

        def statistics_of_z(X):
            """Your Z is right. But the mean and the standard deviation that you return are those of Z: take them before
            X is replaced."""
            Z = scale(X)[0]
            return Z, Z.mean(axis=0), Z.std(axis=0)

        def in_another_order(X):
            """The right results in another order: first Z, then the mean, then the standard deviation."""
            Z, mean, std = scale(X)
            return Z, std, mean

        def small_number_added(X):
            """You divide by the standard deviation and a small number, to avoid dividing by 0. That changes the columns
            that vary, and a constant column should have std 1."""
            mean, std = X.mean(axis=0), X.std(axis=0)
            return (X - mean) / (std + 1e-9), mean, std

        def at_least_one(X):
            """You raise every standard deviation to at least 1. Only those of constant columns should become 1."""
            mean, std = X.mean(axis=0), np.maximum(X.std(axis=0), 1.0)
            return (X - mean) / std, mean, std

        def at_least_a_little(X):
            """You raise small standard deviations to 1e-9. A constant column should have std 1, and a column may have
            small numbers and still vary."""
            mean, std = X.mean(axis=0), np.maximum(X.std(axis=0), 1e-9)
            return (X - mean) / std, mean, std

        def at_least_the_border(X):
            """You raise the standard deviation of a constant column to the border. It should become 1."""
            mean, std = X.mean(axis=0), np.maximum(X.std(axis=0), 1e-9 * abs(X).max(axis=0))
            return (X - mean) / std, mean, std

        def repaired_afterwards(X):
            """You divide by a standard deviation of 0 and repair Z afterwards. That misses a column of 0.1, for which
            rounding leaves something like 1e-17, and the std that you return for a constant column is not 1."""
            Z, mean, std = scale(X, constant=never)
            return np.nan_to_num(Z), mean, std

        def multiplied(X):
            """You multiply by the standard deviation. Dividing by it makes the spread 1."""
            Z, mean, std = scale(X)
            return Z * std**2, mean, std

        def mean_after_the_division(X):
            """You divide x first and then subtract the mean, which is still in the old units. Put brackets around the
            difference."""
            _, mean, std = scale(X)
            return X / std - mean, mean, std

        @says(ONE_SPREAD_FOR_ALL)
        def one_spread_for_all(X):
            std = np.full(X.shape[1], X.std())
            return (X - X.mean(axis=0)) / std, X.mean(axis=0), std

        def by_the_largest(X):
            """You divide by the largest absolute value and subtract nothing. That is another scale: the task asks for
            mean and standard deviation."""
            size = np.where(abs(X).max(axis=0) > 0, abs(X).max(axis=0), 1.0)
            return X / size, X.mean(axis=0), size

        def constant_column_of_ones(X):
            """You make a constant column 1 throughout. It should become 0: each of its entries is at the mean."""
            Z, mean, std = scale(X)
            return np.where(X.std(axis=0) <= 1e-9 * abs(X).max(axis=0), 1.0, Z), mean, std

        def constant_column_without_mean(X):
            """Your Z is right. But you return 0 for the mean of a constant column. Its mean is the value it has: new
            data needs it."""
            Z, mean, std = scale(X)
            return Z, np.where(X.std(axis=0) <= 1e-9 * abs(X).max(axis=0), 0.0, mean), std

        def one_constant_spoils_all(X):
            """As soon as one column is constant, you set every std to 1. Decide for each column: `np.where` does it
            entry by entry."""
            mean, std = X.mean(axis=0), X.std(axis=0)
            if np.any(std <= 1e-9 * abs(X).max(axis=0)):
                std = np.ones(len(std))
            return (X - mean) / std, mean, std

        def all_set_to_one(X):
            """You return 1 as the standard deviation of every column. Only a constant column has 1; the others have
            their own."""
            return ..., X.mean(axis=0), np.ones(X.shape[1])

        def kept_from_zero(X):
            """You keep standard deviations away from 0 by a small number, added to them or as their minimum. Only that
            of a constant column should change, to 1."""
            return ..., X.mean(axis=0), X.std(axis=0) + 1e-8

        def mean_distance_for_the_spread(X):
            """You take the mean distance from the mean. The standard deviation is the root of the mean square of the
            distances."""
            return scale(X, spread=lambda X, axis: np.mean(abs(X - X.mean(axis=axis)), axis=axis))

    class right:
        def column_by_column(X):
            Z, means, stds = np.zeros(X.shape), [], []
            for j in range(X.shape[1]):
                column = X[:, j]
                mean = sum(column) / len(column)
                std = (sum((x - mean) ** 2 for x in column) / len(column)) ** 0.5
                if std <= 1e-9 * max(abs(x) for x in column):
                    std = 1.0
                else:
                    Z[:, j] = (column - mean) / std
                means.append(mean)
                stds.append(std)
            return Z, means, stds

        def on_the_transposed(X):
            centred = X.T - X.mean(axis=0)[:, None]
            std = np.linalg.norm(centred, axis=1) / np.sqrt(len(X))
            constant = std <= 1e-9 * np.max(np.abs(X), axis=0)
            centred[constant], std[constant] = 0, 1
            return [(centred / std[:, None]).T, X.mean(axis=0), std]

        def corrected_afterwards(X):
            mean, std = np.average(X, axis=0), np.sqrt(np.var(X, axis=0))
            Z = X - mean
            for j, (spread, size) in enumerate(zip(std.copy(), abs(X).max(axis=0), strict=True)):
                if not spread > 1e-9 * size:
                    Z[:, j], std[j] = 0.0, 1.0
            return np.array([row / std for row in Z]), mean, std


OF_THEIR_OWN = (
    "You standardise the new data by its own mean and standard deviation. On that scale it always looks average, "
    "wherever it is. The weights belong to the scale of the data they were fitted to."
)


class predict:
    def cases(rng):
        yield (
            np.array([[5.0, 1.0], [7.0, 2.0]]),
            np.array([3.0, -1.0]),
            10.0,
            np.array([5.0, 1.0]),
            np.array([2.0, 0.5]),
        )
        for m, d in [(4, 3), (1, 2), (3, 3), (5, 1), (2, 4)]:
            X_new = np.column_stack([apart(rng, m, centre, 3.0) for centre in rng.uniform(-9, 9, d)])
            w, b = rng.uniform(1, 5, d).round(2) * rng.choice([-1, 1], d), round(rng.uniform(2, 9), 2)
            yield X_new, w, b, rng.uniform(2, 6, d).round(2), rng.permutation([0.25, 4.0, 15.0, 0.5])[:d]
        yield (
            apart(rng, 6, -6.0, 2.0).reshape(3, 2),
            np.array([2.5, 1.5]),
            0.0,
            np.array([-5.0, 0.1]),
            np.array([1.25, 1]),
        )

    class mistakes:
        @says(OF_THEIR_OWN)
        def by_their_own_statistics(X_new, w, b, mean, std):
            return (X_new - X_new.mean(axis=0)) / X_new.std(axis=0) @ w + b

        @says(OF_THEIR_OWN)
        def by_their_own_table(X_new, w, b, mean, std):
            return scale(X_new)[0] @ w + b

        @says(OF_THEIR_OWN)
        def by_their_own_sample(X_new, w, b, mean, std):
            return (X_new - X_new.mean(axis=0)) / X_new.std(axis=0, ddof=1) @ w + b

        def sum_not_set_back(X_new, w, b, mean, std):
            """Each prediction still contains what the examples before it added up. Begin a new sum for each example."""
            return np.cumsum((X_new - mean) / std @ w) + b

        def not_standardised(X_new, w, b, mean, std):
            """You put X into a model that was fitted to Z. Change the scale first."""
            return X_new @ w + b

        def std_multiplied(X_new, w, b, mean, std):
            """You multiply by the standard deviation. That leads from Z to X; here you go from X to Z."""
            return (X_new - mean) * std @ w + b

        def back_to_x(X_new, w, b, mean, std):
            """You go from Z to X, but what comes in is X already: use the formula of Z as it is."""
            return (X_new * std + mean) @ w + b

        def weights_scaled_too(X_new, w, b, mean, std):
            """You divide by the standard deviation twice. Once is enough: the weights belong to z already."""
            return (X_new - mean) / std @ (w / std) + b

        def intercept_for_each_column(X_new, w, b, mean, std):
            """You add the intercept once for each column. A prediction has one intercept, however many columns there
            are."""
            return (X_new - mean) / std @ w + len(w) * b

        def columns_not_added(X_new, w, b, mean, std):
            """You return one number for each entry of the table. The prediction of an example is the sum over its
            columns, plus the intercept."""
            return w * (X_new - mean) / std + b

        def examples_added(X_new, w, b, mean, std):
            """You add up over the examples, so each column has a sum. A prediction is the sum over the columns of one
            example: `axis=1`, or the product with `@`."""
            return np.sum(w * (X_new - mean) / std, axis=0) + b

        def everything_added(X_new, w, b, mean, std):
            """You add up the whole table, so all examples share one number. A prediction is the sum over the columns of
            one example: `axis=1`, or the product with `@`."""
            return np.sum(w * (X_new - mean) / std) + b

        def columns_averaged(X_new, w, b, mean, std):
            """You take the mean over the columns. A prediction is the sum of what the columns contribute."""
            return np.mean(w * (X_new - mean) / std, axis=1) + b

        def first_column_alone(X_new, w, b, mean, std):
            """Only the first column counts in your prediction. Each column has its weight."""
            return w[0] * (X_new[:, 0] - mean[0]) / std[0] + b

        def distances_alone(X_new, w, b, mean, std):
            """You lose the sign of z: a value below the mean counts as if it were above it."""
            return abs((X_new - mean) / std) @ w + b

        def their_own_mean(X_new, w, b, mean, std):
            """You subtract the new data's own mean. Subtract the mean of the data that the model was fitted to."""
            return (X_new - X_new.mean(axis=0)) / std @ w + b

        def their_own_std(X_new, w, b, mean, std):
            """You divide by the new data's own standard deviation. Divide by that of the data that the model was fitted
            to."""
            return (X_new - mean) / X_new.std(axis=0) @ w + b

        def each_row(X_new, w, b, mean, std):
            """You standardise each example by its own entries. Use the mean and std that were passed in, one for each
            column."""
            rows = X_new.T - X_new.mean(axis=1)
            return (rows / X_new.std(axis=1)).T @ w + b

        def statistics_averaged(X_new, w, b, mean, std):
            """You use one mean and one std for all columns. Each column has its own."""
            return (X_new - mean.mean()) / std.mean() @ w + b

        def statistics_of_the_first(X_new, w, b, mean, std):
            """You use the mean and std of the first column for all of them. Each column has its own."""
            return (X_new - mean[0]) / std[0] @ w + b

        def last_column_alone(X_new, w, b, mean, std):
            """Only the last column counts: each turn of the loop overwrites what the one before found. Add up."""
            return w[-1] * (X_new[:, -1] - mean[-1]) / std[-1] + b

        def intercept_added_to_z(X_new, w, b, mean, std):
            """You add the intercept to z, so that it is multiplied by the weights. Add it at the end."""
            return ((X_new - mean) / std + b) @ w

        def intercept_added_to_the_weights(X_new, w, b, mean, std):
            """You add the intercept to the weights. It is a number beside their product with z."""
            return (X_new - mean) / std @ (w + b)

        def intercept_as_a_factor(X_new, w, b, mean, std):
            """You multiply by the intercept. It is added."""
            return (X_new - mean) / std @ w * b

        def mean_and_std_swapped(X_new, w, b, mean, std):
            """`mean` and `std` have changed places. Which of them is subtracted?"""
            return (X_new - std) / mean @ w + b

        def root_of_std(X_new, w, b, mean, std):
            """You take the root of std. It is a standard deviation already, not a variance."""
            return (X_new - mean) / np.sqrt(std) @ w + b

        def half_in_x(X_new, w, b, mean, std):
            """You divide X by std, but not the mean that you subtract. Both are in the original units, and so is their
            difference."""
            return X_new @ (w / std) + b - w @ mean

        def one_scale_of_their_own(X_new, w, b, mean, std):
            """You standardise the new data by its own overall mean and standard deviation. Use those that were passed
            in, one for each column."""
            return (X_new - X_new.mean()) / X_new.std() @ w + b

        def weights_turned_over(X_new, w, b, mean, std):
            """The weights are in another order than their columns."""
            return (X_new - mean) / std @ w[::-1] + b

        def first_column_left_out(X_new, w, b, mean, std):
            """Your loop leaves the first column out. NumPy counts from 0."""
            return (X_new - mean)[:, 1:] / std[1:] @ w[1:] + b

        def means_averaged(X_new, w, b, mean, std):
            """What the means contribute to the intercept is averaged over the columns. It is their sum."""
            return X_new @ (w / std) + b - np.mean(w * mean / std)

        def means_without_weights(X_new, w, b, mean, std):
            """You subtract the means from the prediction. In there, each mean is multiplied by a weight and divided by
            a std."""
            return X_new @ (w / std) + b - np.sum(mean)

        def of_raw_data_without_intercept(X_new, w, b, mean, std):
            """You put X into a model that was fitted to Z, and leave the intercept out. Change the scale first."""
            return X_new @ w

        def scaled_by_the_first_column(X_new, w, b, mean, std):
            """Your predictions are multiplied by the std of the first column and moved by its mean. They are in the
            units of y already."""
            return ((X_new - mean) / std @ w + b) * std[0] + mean[0]

        def weights_standardised(X_new, w, b, mean, std):
            """You standardise the weights. They belong to z already: standardise X."""
            return X_new @ ((w - mean) / std) + b

    class right:
        def in_x(X_new, w, b, mean, std):
            slopes = w / std
            return X_new @ slopes + (b - slopes @ mean)

        def by_loop(X_new, w, b, mean, std):
            predictions = []
            for row in X_new:
                total = b
                for x, w_j, mean_j, std_j in zip(row, w, mean, std, strict=True):
                    total += w_j * ((x - mean_j) / std_j)
                predictions.append(total)
            return predictions

        def by_product(X_new, w, b, mean, std):
            Z = np.column_stack([(X_new - mean) / std, np.ones(len(X_new))])
            return Z @ np.append(w, b)


SCALED_TWICE = (
    "Your weights are right. In the intercept they are scaled a second time: multiplied by the means as they are, they "
    "give what belongs there."
)
MEANS_IN_THE_WEIGHTS = (
    "You subtract the means of the features from the weights. A mean shifts the line without tilting it: only the "
    "intercept depends on the means."
)


class to_original_units:
    def cases(rng):
        yield np.array([3.0, -1.0]), 0.5, np.array([5.0, 1.0]), np.array([2.0, 0.5]), 100.0, 10.0
        for d, y_mean, y_std in [(3, -40.0, 0.2), (1, 60.0, 25.0), (2, 7.5, 3.0), (4, -3.0, 12.0)]:
            w = rng.uniform(1, 9, d).round(2) * rng.choice([-1, 1], d)
            x_mean = rng.uniform(2, 9, d).round(2) * rng.choice([-1, 1], d)
            yield w, round(rng.uniform(1, 3), 2), x_mean, rng.permutation([0.25, 30.0, 1.5, 7.0])[:d], y_mean, y_std
        yield (
            np.array([1.5, -2.5]),
            0.0,
            np.array([4.0, 3.0]),
            np.array([0.5, 2.5]),
            9.0,
            5.0,
        )  # b of a fit that arrived

    class mistakes:
        def y_left_standardised(w, b, x_mean, x_std, y_mean, y_std):
            """Your line takes x in the original units, but what it predicts is still standardised: y has to be mapped
            back as well."""
            return w / x_std, b - w / x_std @ x_mean

        def y_divided(w, b, x_mean, x_std, y_mean, y_std):
            """You divide by `y_std`. One unit of the standardised y is `y_std` units of y: does the line rise by more
            or by less in those?"""
            return w / x_std / y_std, ...

        def intercept_kept(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. But `b` is still the intercept of the standardised data, in the wrong units and
            at the wrong place: it belongs to x at its mean."""
            return y_std * w / x_std, b

        def intercept_at_the_mean(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. The intercept that you return is what the line predicts where x is at its mean.
            The task asks for x = 0."""
            return y_std * w / x_std, y_mean + y_std * b

        def intercept_without_y_mean(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept the mean of y is missing: standardising took it away, and the
            way back has to put it in again."""
            return y_std * w / x_std, y_std * b - y_std * w / x_std @ x_mean

        def intercept_unscaled(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept, `b` is still in standardised units of y: it has to be scaled
            like every other height."""
            return y_std * w / x_std, y_mean + b - y_std * w / x_std @ x_mean

        def y_mean_scaled(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept you scale the mean of y as well, but it is in the original units
            already."""
            return y_std * w / x_std, y_std * (y_mean + b) - y_std * w / x_std @ x_mean

        def old_weights_in_the_intercept(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. From x at its mean to x = 0 the line falls by the new weights times the means;
            you use the weights of z."""
            return y_std * w / x_std, y_mean + y_std * b - w @ x_mean

        def intercept_half_scaled(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept, the part that comes from the means of x is not scaled by
            `y_std` yet."""
            return y_std * w / x_std, y_mean + y_std * b - w / x_std @ x_mean

        @says(SCALED_TWICE)
        def both_units_twice(w, b, x_mean, x_std, y_mean, y_std):
            weights = y_std * w / x_std
            return weights, y_mean + y_std * (b - weights / x_std @ x_mean)

        @says(SCALED_TWICE)
        def unit_of_x_twice(w, b, x_mean, x_std, y_mean, y_std):
            weights = y_std * w / x_std
            return weights, y_mean + y_std * b - weights / x_std @ x_mean

        @says(SCALED_TWICE)
        def unit_of_y_twice(w, b, x_mean, x_std, y_mean, y_std):
            weights = y_std * w / x_std
            return weights, y_mean + y_std * (b - weights @ x_mean)

        def intercept_raised(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right, and the intercept is moved by the right amount in the wrong direction. Which sign
            does the mean have in the formula of z?"""
            return y_std * w / x_std, y_mean + y_std * b + y_std * w / x_std @ x_mean

        def one_intercept_a_column(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. But you return an intercept for each column. There is one: what all columns
            contribute to it is added up."""
            return y_std * w / x_std, y_mean + y_std * b - y_std * w / x_std * x_mean

        def like_data(w, b, x_mean, x_std, y_mean, y_std):
            """You scale the weights like values of x, by std and mean. They are slopes: put the formulas of both scales
            into the line instead, and sort."""
            return w * x_std + x_mean, ...

        def swapped(w, b, x_mean, x_std, y_mean, y_std):
            """The right results in the wrong order: the weights come first, then the intercept."""
            return (y_mean + y_std * b - y_std * w / x_std @ x_mean, y_std * w / x_std)

        def upside_down_alone(w, b, x_mean, x_std, y_mean, y_std):
            """Your intercept is right. In the weights, the factor is upside down: the unit of y multiplies and that of
            x divides."""
            return w * x_std / y_std, y_mean + y_std * b - y_std * w / x_std @ x_mean

        def intercepts_added(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept you add up too much: the mean of y and `b` count once, not once
            for each column."""
            return y_std * w / x_std, np.sum(y_mean + y_std * b - y_std * w / x_std * x_mean)

        def features_alone(w, b, x_mean, x_std, y_mean, y_std):
            """You divide the weights by x_std and stop there. The unit of y, and the intercept, change as well."""
            return w / x_std, b

        def intercept_scaled_only(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. You scale the intercept, but both kinds of mean are missing from it: that of y,
            and those of the features."""
            return y_std * w / x_std, y_std * b

        def intercept_moved_only(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. You add the mean of y to an intercept that is still in standardised units, and
            the means of the features are missing."""
            return y_std * w / x_std, y_mean + b

        def intercept_without_y(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept you have moved `b` to x = 0, but it is still in standardised
            units of y, and the mean of y is missing."""
            return y_std * w / x_std, b - y_std * w / x_std @ x_mean

        def intercept_divided(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept you divide `b` by y_std: from standardised units back to those
            of y, you multiply."""
            return y_std * w / x_std, y_mean + b / y_std - y_std * w / x_std @ x_mean

        def y_mean_for_b(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept you scale the mean of y instead of `b`: it is the other one that
            is in standardised units."""
            return y_std * w / x_std, y_mean * y_std + b - y_std * w / x_std @ x_mean

        def first_feature_alone(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept only the first feature counts: each of them contributes."""
            weights = y_std * w / x_std
            return weights, y_mean + y_std * b - weights[0] * x_mean[0]

        def last_feature_alone(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept only the last feature counts. Does each turn of the loop
            overwrite what the one before found?"""
            weights = y_std * w / x_std
            return weights, y_mean + y_std * b - weights[-1] * x_mean[-1]

        def standardised_again(w, b, x_mean, x_std, y_mean, y_std):
            """You standardise weights and intercept as if they were data. They are not: put the formulas of both scales
            into the model instead."""
            return (w - x_mean) / x_std, (b - y_mean) / y_std

        def weights_scaled_as_y(w, b, x_mean, x_std, y_mean, y_std):
            """You map the weights back like values of y, mean included. A mean shifts the whole line, and only the
            intercept records that; the intercept lacks the means of the features."""
            return y_std * w / x_std + y_mean, y_std * b + y_mean

        def mean_for_std(w, b, x_mean, x_std, y_mean, y_std):
            """The means and the standard deviations of the features have changed places: a weight is divided by the
            unit of its feature."""
            return y_std * w / x_mean, y_mean + y_std * b - y_std * w / x_mean @ x_std

        def one_unit_for_all(w, b, x_mean, x_std, y_mean, y_std):
            """You use the mean of the standard deviations for all features. Divide each weight by its feature's
            standard deviation."""
            weights = y_std * w / x_std.mean()
            return weights, y_mean + y_std * b - weights @ x_mean

        def x_multiplied(w, b, x_mean, x_std, y_mean, y_std):
            """You multiply by `x_std`. One unit of z is `x_std` units of x: how far does the line rise for one unit of
            x?"""
            return y_std * w * x_std, ...

        def weights_with_y_mean(w, b, x_mean, x_std, y_mean, y_std):
            """You add the mean of y to the weights. A mean shifts the line as a whole, which only the intercept
            records."""
            return y_mean + y_std * w / x_std, ...

        def upside_down(w, b, x_mean, x_std, y_mean, y_std):
            """Your factor is upside down: weights are heights per width, so the unit of y multiplies and that of x
            divides."""
            return w * x_std / y_std, ...

        def weights_kept(w, b, x_mean, x_std, y_mean, y_std):
            """You keep the weights. But x and z have different units, so the weights are other numbers too."""
            return w, ...

        def unit_of_y_left_out(w, b, x_mean, x_std, y_mean, y_std):
            """You divide the weights by x_std and stop there, so they still lead to a standardised y. One of its units
            is y_std units of y."""
            return w / x_std, ...

        def unit_of_x_left_out(w, b, x_mean, x_std, y_mean, y_std):
            """You multiply the weights by y_std and stop there, so they still belong to z. How much does z change when
            x grows by 1?"""
            return y_std * w, ...

        @says(MEANS_IN_THE_WEIGHTS)
        def weights_from_the_means(w, b, x_mean, x_std, y_mean, y_std):
            return y_std * (w - x_mean) / x_std, ...

        @says(MEANS_IN_THE_WEIGHTS)
        def weights_less_the_means(w, b, x_mean, x_std, y_mean, y_std):
            return y_std * w / x_std - x_mean, ...

        @says(MEANS_IN_THE_WEIGHTS)
        def weights_standardised(w, b, x_mean, x_std, y_mean, y_std):
            return (w - x_mean) / x_std, ...

        def intercept_standardised(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept you standardise `b`, which is standardised already: map it back
            to the units of y."""
            return y_std * w / x_std, (b - y_mean) / y_std - y_std * w / x_std @ x_mean

        def unit_of_x_squared(w, b, x_mean, x_std, y_mean, y_std):
            """You divide the weights by x_std twice. Once leads from z to x."""
            return y_std * w / x_std**2, ...

        def unit_of_x_multiplied_alone(w, b, x_mean, x_std, y_mean, y_std):
            """You multiply the weights by x_std, and the unit of y is missing from them. How much does z change when x
            grows by 1?"""
            return w * x_std, ...

        def weights_as_values_of_y(w, b, x_mean, x_std, y_mean, y_std):
            """You map the weights back like values of y, mean included. A mean shifts the line without tilting it, and
            the unit of x is missing."""
            return y_std * w + y_mean, ...

        def intercept_back_to_z(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept you subtract the mean of y and divide by its standard deviation,
            which leads to the standardised scale. Here you leave it: multiply, then add."""
            return y_std * w / x_std, (b - np.sum(w * x_mean / x_std) - y_mean) / y_std

        def sums_multiplied(w, b, x_mean, x_std, y_mean, y_std):
            """Your weights are right. In the intercept you multiply the sum of the weights by the sum of the means.
            Multiply feature by feature, then add up."""
            new = y_std * w / x_std
            return new, y_mean + y_std * b - np.sum(new) * np.sum(x_mean)

    class right:
        def by_predictions(w, b, x_mean, x_std, y_mean, y_std):
            """From what the line predicts at x = 0, and one unit along each column from there."""

            def line(x):
                return y_mean + y_std * (w @ ((x - x_mean) / x_std) + b)

            zero = np.zeros(len(w))
            at_zero = line(zero)
            return [line(one) - at_zero for one in np.eye(len(w))], at_zero

        def by_loop(w, b, x_mean, x_std, y_mean, y_std):
            weights, intercept = [], b * y_std + y_mean
            for w_j, mean_j, std_j in zip(w, x_mean, x_std, strict=True):
                weights.append(w_j / std_j * y_std)
                intercept -= weights[-1] * mean_j
            return weights, intercept

        def x_before_y(w, b, x_mean, x_std, y_mean, y_std):
            """The units of x first, then those of y."""
            w, b = w / x_std, b - np.sum(w * x_mean / x_std)
            return [y_std * w, y_std * b + y_mean]


def ridge_by(gradient, cost=None, start=(0.0, 0.0)):
    """Descent by gradient(x, y, w, b, penalty), right or wrong; cost of the same arguments."""
    cost = cost or ridge_cost

    def fit(x, y, lr, steps, penalty):
        w, b = start
        costs = [cost(x, y, w, b, penalty)]
        for _ in range(steps):
            dw, db = gradient(x, y, w, b, penalty)
            w, b = w - lr * dw, b - lr * db
            costs.append(cost(x, y, w, b, penalty))
        return w, b, np.array(costs)

    return fit


def ridge_cost(x, y, w, b, penalty):
    return np.mean(residuals(x, y, w, b) ** 2) + penalty * w**2


def ridge_gradient(x, y, w, b, penalty):
    r = residuals(x, y, w, b)
    return 2 * np.mean(r * x) + 2 * penalty * w, 2 * np.mean(r)


fit_rightly = ridge_by(ridge_gradient)


def ridge_moving(move):
    """Descent whose w goes to move(w, dw, lr, penalty), dw being the slope of the squares alone."""

    def fit(x, y, lr, steps, penalty):
        w, b, costs = 0.0, 0.0, [ridge_cost(x, y, 0.0, 0.0, penalty)]
        for _ in range(steps):
            dw, db = ridge_gradient(x, y, w, b, 0.0)
            w, b = move(w, dw, lr, penalty), b - lr * db
            costs.append(ridge_cost(x, y, w, b, penalty))
        return w, b, np.array(costs)

    return fit


def costs_in_part(x, y, lr, steps, penalty, late_residuals, late_penalty):
    """The right line; of each cost, what is late is that of one step before."""
    lines = [fit_rightly(x, y, lr, k, penalty)[:2] for k in range(steps + 1)]
    before = [lines[0], *lines[:-1]]
    squares = [np.mean(residuals(x, y, *line) ** 2) for line in (before if late_residuals else lines)]
    penalties = [penalty * w**2 for w, _ in (before if late_penalty else lines)]
    return *lines[-1], np.array(squares) + penalties


def ended_when(stop):
    """A descent that ends before a step where stop(costs so far)."""

    def fit(x, y, lr, steps, penalty):
        w, b, costs = fit_rightly(x, y, lr, steps, penalty)
        k = next((k for k in range(1, steps) if stop(costs[: k + 1])), steps)
        w, b, _ = fit_rightly(x, y, lr, k, penalty)
        return w, b, costs[: k + 1]

    return fit


FIRST_RESIDUALS = "Your residuals are those of the start in every step. Compute them again at every new w and b."
BRACKETS_OF_THE_RESIDUAL = (
    "In the slope along w, x multiplies only a part of the residual, as it does where brackets are missing. It belongs "
    "to the whole."
)
TURNED_IN_ONE_SLOPE = (
    "In one of your slopes the residual is y − wx + b, in which b has the wrong sign. Are brackets missing around the "
    "prediction?"
)
ANOTHER_START = "Your first cost is that of another line: the descent starts from w = b = 0."
SUMS_FOR_MEANS = (
    "You use sums where the formula has means: the squared residuals weigh n times too much beside the penalty."
)
SLOPE_ALONG_W_TWICE = "Both of your numbers move by the slope along w. Along b, each residual counts as it is."
MOVED_IN_TWO_PARTS = (
    "You move w in two parts, so the slope of the second is taken after the first has moved it. Take the whole slope "
    "along w at the old w."
)


class fit_ridge:
    def cases(rng):
        yield np.array([1.0, 3.0]), np.array([2.0, 4.0]), 0.05, 2, 0.5
        for n, centre, lr, steps, penalty in [
            (4, 1.0, 0.04, 5, 0.3),
            (3, -2.0, 0.03, 4, 2.0),
            (7, 0.0, 0.1, 6, 0.1),
            (5, 3.0, 0.02, 8, 1.5),
        ]:
            yield *points(rng, n, centre, 1.5), lr, steps, penalty
        yield *points(rng, 6, 0.5, 1.0), 0.15, 3, 0.0  # the plain mean squared error
        yield *points(rng, 5, 1.0), 0.05, 0, 0.7
        yield *points(rng, 5, 0.2, 1.0), 0.2, 30, 0.25  # arrives before the last step
        yield *points(rng, 4, 4.0, 1.0), 0.2, 4, 0.4  # above the border: the costs grow

    class mistakes:
        def penalty_in_the_cost_alone(x, y, lr, steps, penalty):
            """The formula of your costs is right, but your steps leave the penalty out: they are those of the mean
            squared error. What is the slope of the penalty along w?"""
            return ridge_by(lambda x, y, w, b, penalty: ridge_gradient(x, y, w, b, 0.0))(x, y, lr, steps, penalty)

        def penalty_in_the_steps_alone(x, y, lr, steps, penalty):
            """w and b are right, but your costs leave the penalty out. It is part of the cost J."""
            return ridge_by(ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 0.0))(
                x, y, lr, steps, penalty
            )

        def penalty_forgotten(x, y, lr, steps, penalty):
            """The penalty is missing: this is the fit of the lesson. It is a part of J, and so of the slope along w."""
            return fit_rightly(x, y, lr, steps, 0.0)

        def penalty_on_b_too(x, y, lr, steps, penalty):
            """You pull the intercept towards 0 as well. The penalty is on w alone: how high the points lie says nothing
            against a line."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, penalty)
                return dw, db + 2 * penalty * b

            return ridge_by(gradient, lambda *at: ridge_cost(*at) + at[4] * at[3] ** 2)(x, y, lr, steps, penalty)

        def b_steps_penalised(x, y, lr, steps, penalty):
            """The formula of your costs is right, but the steps of b contain the penalty too, which does not depend on
            b."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, penalty)
                return dw, db + 2 * penalty * b

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def penalty_on_b_instead(x, y, lr, steps, penalty):
            """The penalty is on the intercept in your code. It belongs to the slope w."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw, db + 2 * penalty * b

            return ridge_by(gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 0) + penalty * b**2)(
                x, y, lr, steps, penalty
            )

        def half_the_pull(x, y, lr, steps, penalty):
            """The penalty pulls half as much as it should in your steps. It is a square too: what factor does its
            derivative bring?"""

            def gradient(x, y, w, b, penalty):
                return ridge_gradient(x, y, w, b, penalty / 2)

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pushed_away(x, y, lr, steps, penalty):
            """The penalty pushes w away from 0 in your steps, although it makes a large w expensive. Look at its
            sign."""

            def gradient(x, y, w, b, penalty):
                return ridge_gradient(x, y, w, b, -penalty)

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def absolute_penalty(x, y, lr, steps, penalty):
            """You penalise |w| instead of w²: its pull is the same for a small w and for a large one. (That is the
            lasso, another method.)"""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + penalty * np.sign(w), db

            return ridge_by(gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 0) + penalty * abs(w))(
                x, y, lr, steps, penalty
            )

        def penalty_averaged(x, y, lr, steps, penalty):
            """You divide the penalty by n. Only the squared residuals are averaged: the penalty is added once, beside
            the mean."""
            return fit_rightly(x, y, lr, steps, penalty / len(x))

        def penalty_for_each_example(x, y, lr, steps, penalty):
            """You add the penalty once for each example. It is added once, beside the mean of the squares."""
            return fit_rightly(x, y, lr, steps, penalty * len(x))

        @says(W_MOVED_FIRST)
        def w_moved_first(x, y, lr, steps, penalty):
            w, b, costs = 0.0, 0.0, [ridge_cost(x, y, 0.0, 0.0, penalty)]
            for _ in range(steps):
                w = w - lr * ridge_gradient(x, y, w, b, penalty)[0]
                b = b - lr * ridge_gradient(x, y, w, b, penalty)[1]
                costs.append(ridge_cost(x, y, w, b, penalty))
            return w, b, np.array(costs)

        @says(B_MOVED_FIRST)
        def b_moved_first(x, y, lr, steps, penalty):
            w, b, costs = 0.0, 0.0, [ridge_cost(x, y, 0.0, 0.0, penalty)]
            for _ in range(steps):
                b = b - lr * ridge_gradient(x, y, w, b, penalty)[1]
                w = w - lr * ridge_gradient(x, y, w, b, penalty)[0]
                costs.append(ridge_cost(x, y, w, b, penalty))
            return w, b, np.array(costs)

        @says(STEPS_HALVED)
        def by_half(x, y, lr, steps, penalty):
            return fit_rightly(x, y, lr / 2, steps, penalty)

        def slope_alone(x, y, lr, steps, penalty):
            """Only w moves, and b stays 0. A line has two numbers, and the cost has a slope along each."""
            return ridge_by(lambda *at: (ridge_gradient(*at)[0], 0.0))(x, y, lr, steps, penalty)

        def gradient_of_the_start(x, y, lr, steps, penalty):
            """All your steps use the gradient at the start. Compute it again at every new w and b."""
            return ridge_by(lambda x, y, w, b, penalty: ridge_gradient(x, y, 0.0, 0.0, penalty))(
                x, y, lr, steps, penalty
            )

        @says(FIRST_RESIDUALS)
        def residuals_of_the_start(x, y, lr, steps, penalty):
            return ridge_by(lambda x, y, w, b, penalty: (2 * np.mean(-y * x) + 2 * penalty * w, 2 * np.mean(-y)))(
                x, y, lr, steps, penalty
            )

        @says(FIRST_RESIDUALS)
        def residuals_of_the_start_throughout(x, y, lr, steps, penalty):
            return ridge_by(
                lambda x, y, w, b, penalty: (2 * np.mean(-y * x) + 2 * penalty * w, 2 * np.mean(-y)),
                lambda x, y, w, b, penalty: np.mean(y**2) + penalty * w**2,
            )(x, y, lr, steps, penalty)

        @says(BRACKETS_OF_THE_RESIDUAL)
        def x_on_y_alone(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                return 2 * np.mean(w * x + b - y * x) + 2 * penalty * w, 2 * np.mean(residuals(x, y, w, b))

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        @says(BRACKETS_OF_THE_RESIDUAL)
        def x_on_wx_alone(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                return 2 * np.mean(x * w * x + b - y) + 2 * penalty * w, 2 * np.mean(residuals(x, y, w, b))

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        @says(BRACKETS_OF_THE_RESIDUAL)
        def x_on_the_prediction_alone(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                return 2 * np.mean(x * (w * x + b) - y) + 2 * penalty * w, 2 * np.mean(residuals(x, y, w, b))

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        @says(TURNED_WITHOUT_BRACKETS)
        def turned_without_brackets(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                r = y - w * x + b
                return 2 * np.mean(r * x) + 2 * penalty * w, 2 * np.mean(r)

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        @says(X_TWICE)
        def x_twice(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                r = residuals(x, y, w, b)
                return 2 * np.mean(r * x**2) + 2 * penalty * w, 2 * np.mean(r)

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        @says(TURNED_IN_ONE_SLOPE)
        def turned_along_w(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                return 2 * penalty * w - 2 * np.mean((y - w * x + b) * x), 2 * np.mean(residuals(x, y, w, b))

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        @says(TURNED_IN_ONE_SLOPE)
        def turned_along_b(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                return ridge_gradient(x, y, w, b, penalty)[0], -2 * np.mean(y - w * x + b)

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pull_of_a_sum(x, y, lr, steps, penalty):
            """In your slope along w, the constant λ is added to w. Its part of the slope is a product."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + 2 * (penalty + w), db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pull_times_x(x, y, lr, steps, penalty):
            """In your slope along w, the penalty's part is multiplied by x. λw² does not contain x."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + 2 * penalty * w * np.mean(x), db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def penalty_in_the_residuals(x, y, lr, steps, penalty):
            """You add the penalty to each residual. In J it is added once, to the mean of the squares."""

            def gradient(x, y, w, b, penalty):
                r = residuals(x, y, w, b) + penalty * w**2
                return 2 * np.mean(r * x) + 2 * penalty * w, 2 * np.mean(r)

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def b_instead_of_w_in_the_costs(x, y, lr, steps, penalty):
            """w and b are right, but your costs penalise the intercept instead of the slope."""
            return ridge_by(ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 0.0) + penalty * b**2)(
                x, y, lr, steps, penalty
            )

        def half_in_front_of_the_penalty(x, y, lr, steps, penalty):
            """Some books put ½ in front of the penalty, so that it cancels the 2 of the derivative. The task's J has no
            ½."""
            return fit_rightly(x, y, lr, steps, penalty / 2)

        def half_in_front_of_all(x, y, lr, steps, penalty):
            """Some books put ½ in front of the cost, so that it cancels the 2 of the derivative. The task's J has no
            ½."""
            w, b, costs = fit_rightly(x, y, lr / 2, steps, penalty)
            return w, b, costs / 2

        @says(ANOTHER_START)
        def from_ones(x, y, lr, steps, penalty):
            return ridge_by(ridge_gradient, start=(1.0, 1.0))(x, y, lr, steps, penalty)

        @says(ANOTHER_START)
        def from_slope_one(x, y, lr, steps, penalty):
            return ridge_by(ridge_gradient, start=(1.0, 0.0))(x, y, lr, steps, penalty)

        @says(ANOTHER_START)
        def from_intercept_one(x, y, lr, steps, penalty):
            return ridge_by(ridge_gradient, start=(0.0, 1.0))(x, y, lr, steps, penalty)

        @says(ANOTHER_START)
        def from_the_mean(x, y, lr, steps, penalty):
            return ridge_by(ridge_gradient, start=(0.0, np.mean(y)))(x, y, lr, steps, penalty)

        def brackets_of_the_slope(x, y, lr, steps, penalty):
            """In your step along w the rate multiplies only the first part of the slope, and the penalty's part is
            added instead of subtracted. Are brackets missing around the slope?"""
            return ridge_moving(lambda w, dw, lr, penalty: w - lr * dw + 2 * penalty * w)(x, y, lr, steps, penalty)

        @says(MOVED_IN_TWO_PARTS)
        def penalty_pulls_later(x, y, lr, steps, penalty):
            return ridge_moving(lambda w, dw, lr, penalty: (w - lr * dw) * (1 - 2 * lr * penalty))(
                x, y, lr, steps, penalty
            )

        @says(MOVED_IN_TWO_PARTS)
        def penalty_pulls_first(x, y, lr, steps, penalty):
            w, b, costs = 0.0, 0.0, [ridge_cost(x, y, 0.0, 0.0, penalty)]
            for _ in range(steps):
                w = w - lr * 2 * penalty * w
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                w, b = w - lr * dw, b - lr * db
                costs.append(ridge_cost(x, y, w, b, penalty))
            return w, b, np.array(costs)

        @says(ONE_STEP_TOO_MANY)
        def one_step_more(x, y, lr, steps, penalty):
            w, b, costs = fit_rightly(x, y, lr, steps + 1, penalty)
            return w, b, costs[:-1]

        def costs_of_old_residuals(x, y, lr, steps, penalty):
            """w and b are right. In your costs the penalty is that of the new w, but the residuals are those from
            before the move. Compute them again."""
            return costs_in_part(x, y, lr, steps, penalty, late_residuals=True, late_penalty=False)

        def costs_of_old_residuals_alone(x, y, lr, steps, penalty):
            """w and b are right. Your costs leave the penalty out, and their residuals are those from before the
            move. Compute the whole cost at the new w and b."""
            w, b, costs = ridge_by(ridge_gradient, lambda *at: np.mean(residuals(*at[:4]) ** 2))(
                x, y, lr, steps, penalty
            )
            return w, b, np.append(costs[0], costs[:-1])

        def costs_of_old_penalties(x, y, lr, steps, penalty):
            """w and b are right. In your costs the residuals are those after the move, but the penalty is that of the
            old w. Compute both at the new w."""
            return costs_in_part(x, y, lr, steps, penalty, late_residuals=False, late_penalty=True)

        def costs_between_the_moves(x, y, lr, steps, penalty):
            """w and b are right, but your costs are taken after w has moved and before b has. They belong to the new w
            and the new b."""
            w, b, costs = fit_rightly(x, y, lr, steps, penalty)
            lines = [fit_rightly(x, y, lr, k, penalty)[:2] for k in range(steps + 1)]
            between = [ridge_cost(x, y, new[0], old[1], penalty) for old, new in itertools.pairwise(lines)]
            return w, b, np.append(costs[0], between)

        def square_of_the_constant(x, y, lr, steps, penalty):
            """w and b are right, but your costs square the constant as well: λw² is not (λw)²."""
            return ridge_by(
                ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 0.0) + (penalty * w) ** 2
            )(x, y, lr, steps, penalty)

        def twice_the_penalty_in_the_costs(x, y, lr, steps, penalty):
            """w and b are right, but your costs contain the penalty twice. The factor 2 belongs to its slope."""
            return ridge_by(ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 2 * penalty))(
                x, y, lr, steps, penalty
            )

        def costs_before_the_move(x, y, lr, steps, penalty):
            """The line is right, but its costs are late by one step: each is taken at the w and b before the move."""
            w, b, costs = fit_rightly(x, y, lr, steps, penalty)
            return w, b, np.append(costs[0], costs[:-1])

        def first_cost_left_zero(x, y, lr, steps, penalty):
            """Only the first of the costs is wrong: it is zero. It is the cost at w = b = 0, before any step."""
            w, b, costs = fit_rightly(x, y, lr, steps, penalty)
            return w, b, np.append(0.0, costs[1:])

        def ended_after_one_step(x, y, lr, steps, penalty):
            """Your descent ends after its first step, and where no step is to be taken, it returns nothing. Is `return`
            inside the loop?"""
            return fit_rightly(x, y, lr, 1, penalty) if steps else None

        @says(INTERCEPT_FIRST)
        def intercept_first(x, y, lr, steps, penalty):
            w, b, costs = fit_rightly(x, y, lr, steps, penalty)
            return b, w, costs

        def stops_when_flat(x, y, lr, steps, penalty):
            """Your descent stops when the cost barely changes. That is not what the task asks for, and the lesson shows
            that it can be far from the end then: take all `steps` steps."""
            return ended_when(lambda costs: abs(costs[-2] - costs[-1]) <= 1e-6)(x, y, lr, steps, penalty)

        def stops_when_it_climbs(x, y, lr, steps, penalty):
            """Your descent stops when the cost grows. With a rate above the border it does grow, and the costs are
            there to show it: take all `steps` steps."""
            return ended_when(lambda costs: costs[-1] > costs[-2])(x, y, lr, steps, penalty)

        def best_so_far(x, y, lr, steps, penalty):
            """You return the w and b of the lowest cost. The task asks for those after the last step, even where the
            descent climbs."""
            costs = fit_rightly(x, y, lr, steps, penalty)[2]
            w, b, _ = fit_rightly(x, y, lr, int(np.argmin(costs)), penalty)
            return w, b, costs

        def scaled_on_the_way(x, y, lr, steps, penalty):
            """You standardise x on the way. That is often wise, but here the descent runs on x as it is, and returns
            its w and b."""
            return fit_rightly((x - x.mean()) / x.std(), y, lr, steps, penalty)

        def solved_at_once(x, y, lr, steps, penalty):
            """You return the best line, and not where the descent is after `steps` steps."""
            X = np.column_stack([x, np.ones(len(x))])
            w, b = np.linalg.solve(X.T @ X / len(x) + np.diag([penalty, 0.0]), X.T @ y / len(x))
            return w, b, fit_rightly(x, y, lr, steps, penalty)[2]

        def pull_without_w(x, y, lr, steps, penalty):
            """Your penalty pulls with the same force whatever w is, or is even constant. The slope of w² along w
            depends on w."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + penalty, db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pull_of_the_square(x, y, lr, steps, penalty):
            """The penalty itself is in your slope along w. It takes the derivative of λw², not λw² or its double."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + penalty * w**2, db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def twice_the_square(x, y, lr, steps, penalty):
            """In the slope along w you double λw² instead of differentiating it. Which power of w is left after
            that?"""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + 2 * penalty * w**2, db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def square_in_both_slopes(x, y, lr, steps, penalty):
            """λw² itself is in both of your slopes. What belongs there is its derivative, along w in one and along b in
            the other."""

            def gradient(x, y, w, b, penalty):
                return np.array(ridge_gradient(x, y, w, b, 0.0)) + penalty * w**2

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pull_averaged_twice(x, y, lr, steps, penalty):
            """The penalty pulls twice as hard as it should. Does a 2 in front of brackets multiply it, beside its own
            2?"""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + 4 * penalty * w, db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pull_divided_by_n(x, y, lr, steps, penalty):
            """The penalty pulls n times too weakly in your steps. It is added once, beside the mean."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + 2 * penalty * w / len(x), db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pull_of_the_sign(x, y, lr, steps, penalty):
            """In your steps the penalty pulls equally hard on a small w and a large one, as if it were λ|w|."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + penalty * np.sign(w), db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pull_without_sign(x, y, lr, steps, penalty):
            """Your penalty pulls a negative w the wrong way: |w| has lost the sign that leads back to 0."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + 2 * penalty * abs(w), db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def pull_as_a_factor(x, y, lr, steps, penalty):
            """You multiply the slope by the penalty. It is another term of a sum."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw * penalty, db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def w_pulls_b(x, y, lr, steps, penalty):
            """The penalty on w is in the slope along b as well. When b changes, λw² does not."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw + 2 * penalty * w, db + 2 * penalty * w

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def halves_of_the_squares(x, y, lr, steps, penalty):
            """The slopes of the squared residuals lack their factor 2; that of the penalty has it."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw / 2 + 2 * penalty * w, db / 2

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        @says(SUMS_FOR_MEANS)
        def sums_in_the_steps(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw * len(x) + 2 * penalty * w, db * len(x)

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        @says(PRODUCT_OF_MEANS)
        def product_of_means(x, y, lr, steps, penalty):
            def gradient(x, y, w, b, penalty):
                db = ridge_gradient(x, y, w, b, penalty)[1]
                return db * np.mean(x) + 2 * penalty * w, db

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def divided_twice(x, y, lr, steps, penalty):
            """Your steps are n times too short. A mean is divided by n already."""
            return ridge_by(lambda x, *rest: np.divide(ridge_gradient(x, *rest), len(x)))(x, y, lr, steps, penalty)

        @says(SLOPE_ALONG_W_TWICE)
        def whole_slope_along_w_twice(x, y, lr, steps, penalty):
            return ridge_by(lambda *at: [ridge_gradient(*at)[0]] * 2)(x, y, lr, steps, penalty)

        @says(SLOPE_ALONG_W_TWICE)
        def slope_along_w_twice(x, y, lr, steps, penalty):

            def gradient(x, y, w, b, penalty):
                dw, _ = ridge_gradient(x, y, w, b, 0.0)
                return dw + 2 * penalty * w, dw

            return ridge_by(gradient)(x, y, lr, steps, penalty)

        def absolute_in_the_costs(x, y, lr, steps, penalty):
            """w and b are right, but your costs contain λ|w| in place of λw²."""
            return ridge_by(ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 0.0) + penalty * abs(w))(
                x, y, lr, steps, penalty
            )

        def b_in_the_costs(x, y, lr, steps, penalty):
            """w and b are right, but your costs penalise the intercept as well."""
            return ridge_by(
                ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, penalty) + penalty * b**2
            )(x, y, lr, steps, penalty)

        def half_the_penalty_in_the_costs(x, y, lr, steps, penalty):
            """w and b are right, but your costs contain half the penalty. There is no ½ in J."""
            return ridge_by(ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, penalty / 2))(
                x, y, lr, steps, penalty
            )

        def half_the_squares_in_the_costs(x, y, lr, steps, penalty):
            """w and b are right, but your costs contain half the mean of the squares. There is no ½ in J."""
            return ridge_by(
                ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 0.0) / 2 + penalty * w**2
            )(x, y, lr, steps, penalty)

        def slope_in_the_costs(x, y, lr, steps, penalty):
            """w and b are right, but your costs contain the slope of the penalty, 2λw, in place of λw²."""
            return ridge_by(ridge_gradient, lambda x, y, w, b, penalty: ridge_cost(x, y, w, b, 0.0) + 2 * penalty * w)(
                x, y, lr, steps, penalty
            )

        def root_in_the_costs(x, y, lr, steps, penalty):
            """w and b are right, but in your costs the mean of the squares is under a root."""
            return ridge_by(
                ridge_gradient, lambda x, y, w, b, penalty: np.sqrt(ridge_cost(x, y, w, b, 0.0)) + penalty * w**2
            )(x, y, lr, steps, penalty)

        @says(RATE_FALLS)
        def rate_halved_each_time(x, y, lr, steps, penalty):
            w, b, costs = 0.0, 0.0, [ridge_cost(x, y, 0.0, 0.0, penalty)]
            for k in range(steps):
                dw, db = ridge_gradient(x, y, w, b, penalty)
                w, b = w - lr / 2**k * dw, b - lr / 2**k * db
                costs.append(ridge_cost(x, y, w, b, penalty))
            return w, b, np.array(costs)

        def centred_on_the_way(x, y, lr, steps, penalty):
            """You subtract the mean of x on the way. Here the descent runs on x as it is, and returns its w and b."""
            return fit_rightly(x - x.mean(), y, lr, steps, penalty)

        @says(SUMS_FOR_MEANS)
        def sums_for_means(x, y, lr, steps, penalty):
            n = len(x)
            return ridge_by(
                lambda x, y, w, b, penalty: n * np.array(ridge_gradient(x, y, w, b, penalty / n)),
                lambda x, y, w, b, penalty: n * ridge_cost(x, y, w, b, penalty / n),
            )(x, y, lr, steps, penalty)

        def closed_form(x, y, lr, steps, penalty):
            """You return the line of lowest cost. The task asks where descent is after the given steps."""
            X = np.column_stack([x, np.ones(len(x))])
            return *np.linalg.solve(X.T @ X / len(x) + np.diag([penalty, 0.0]), X.T @ y / len(x)), ...

        def penalty_for_each_point(x, y, lr, steps, penalty):
            """The penalty pulls n times too strongly in your steps. It is added once, beside the mean."""
            return ridge_by(lambda x, y, w, b, penalty: ridge_gradient(x, y, w, b, len(x) * penalty), ridge_cost)(
                x, y, lr, steps, penalty
            )

        def rate_lowered(x, y, lr, steps, penalty):
            """Your penalty lowers the rate of w. It belongs in the slope along w."""

            def gradient(x, y, w, b, penalty):
                dw, db = ridge_gradient(x, y, w, b, 0.0)
                return dw / (1 + penalty), db

            return ridge_by(gradient, ridge_cost)(x, y, lr, steps, penalty)

    class right:
        def by_matrix(x, y, lr, steps, penalty):
            X = np.column_stack([x, np.ones(len(x))])
            H, c = 2 / len(x) * X.T @ X + np.diag([2 * penalty, 0.0]), 2 / len(x) * X.T @ y
            theta, costs = np.zeros(2), []
            for k in range(steps + 1):
                if k:
                    theta = theta - lr * (H @ theta - c)
                costs.append(np.mean((X @ theta - y) ** 2) + penalty * theta[0] ** 2)
            return theta[0], theta[1], costs

        def by_one_more_point(x, y, lr, steps, penalty):
            """The penalty as the squared residual of a point beside the others."""
            root = np.sqrt(len(x) * penalty)
            A = np.vstack([np.column_stack([x, np.ones(len(x))]), [root, 0.0]])
            goal, path = np.append(y, 0.0), [np.zeros(2)]
            while len(path) <= steps:
                path.append(path[-1] - 2 * lr / len(x) * A.T @ (A @ path[-1] - goal))
            return [*path[-1], [np.sum((A @ theta - goal) ** 2) / len(x) for theta in path]]

        def shrunk_each_time(x, y, lr, steps, penalty):
            costs, w, b = np.zeros(steps + 1), 0.0, 0.0
            for k in range(steps + 1):
                r = y - w * x - b
                costs[k] = np.mean(r * r) + penalty * w * w
                if k < steps:
                    w, b = (1 - 2 * lr * penalty) * w + 2 * lr * np.mean(r * x), b + 2 * lr * np.mean(r)
            return w, b, costs
