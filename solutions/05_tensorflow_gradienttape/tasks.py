"""Exercise 05: the cases of each task, the known mistakes, and right answers written in other ways.

Most mistakes are written in NumPy: their results are TensorFlow's within the tolerance, and they run much faster.
"""

from functools import cache

import numpy as np

from grader.fits import fit_by, line_cost, line_slopes, right_fit, wrong_fits
from grader.sentences import (
    BUG_STILL_THERE,
    FACTOR_FORGOTTEN,
    FROM_THE_START_EACH_TIME,
    LAST_POINT_ALONE,
    MEAN_FOR_SUM,
    OF_THE_COSINE,
    OF_THE_EXPONENTIAL,
    PATH_CLIMBS,
    RATE_FALLS,
    RATE_OF_THE_EXAMPLE,
    RIGHT_WHILE_THE_COST_FALLS,
    SIGN_OF_THE_COSINE_RULE,
    SINE_SQUARED,
    SINGLE_POINT_EACH_STEP,
    SLOPES_CUT_OFF,
    START_LEFT_OUT,
    STEPS_OF_ADAM,
    TWICE_INSTEAD_OF_SQUARED,
    WITH_MOMENTUM,
    says,
)
from helpers import frameworks, rules

DEFAULT_RATE = "The learning rate makes no difference to your result: without one, `tf.optimizers.SGD()` uses 0.01."
VARIABLE_KEPT = (
    "Your path holds one thing several times, with the latest value: a variable, or an array that you change in place. "
    "Store its value at each step: `.numpy()` of a variable, a copy of an array."
)
ALL_AT_ONCE = (
    "You draw the numbers of all runs at once, as one array. One draw of many numbers gives other numbers than many "
    "draws of one: draw as the cell does."
)
OF_THE_CUBE = "You take the sine of x³. In f the x is squared."
SQUARE_LOST_BY_HAND = (
    "Worked out by hand, one of the two terms has the sine or cosine of x, where x² belongs. Let the tape take care of "
    "it."
)
FORWARD_DIFFERENCE = (
    "This is a forward difference, whose distance h is too long to give more than a few digits of the slope. The tape "
    "gives them all."
)
FINITE_DIFFERENCE = (
    "This is a finite difference, whose distance h is too long to give more than a few digits of the second "
    "derivative. The tapes give them all."
)
NUMBERS_OF_NUMPY = "You draw with NumPy. Its random numbers are not TensorFlow's, even from the same seed."
POWER_LOST_BY_HAND = "Worked out by hand, one of the factors x is missing. Let the outer tape take care of it."
ANOTHER_SEED = "You set another seed than the one that is passed in. The first cell is run once, with that seed."
OF_A_GENERATOR = (
    "You draw from a `tf.random.Generator`. Its numbers are not those of `tf.random.normal`, even from the same seed: "
    "draw as the cells do."
)
SEED_OF_THE_DRAW = (
    "You give the draws a seed of their own, so they follow another sequence. The cells set the seed once, by "
    "`tf.random.set_seed`."
)
ONE_DRAW = "Your W and b are the same number. The second cell draws each of them."

tf = frameworks.tensorflow()


def adam(lr):
    """Keras's, which rounds β₁ and β₂ to float32 in its correction."""
    return rules.adam_keras(lr, correction=(float(np.float32(0.9)), float(np.float32(0.999))))


def point_cases(rng):
    yield (np.array([0.5, -2.0]),)
    for n in [1, 5, 3]:
        yield (rng.uniform(0.3, 2, n).round(2) * rng.choice([-1, 1], n),)
    # A point twice, and slopes that four decimal places do not hold.
    yield (np.array([0.0, -1.5, 0.3, 0.2, -1.5]),)


def right_slope(x):
    return np.sin(x**2) + 2 * x**2 * np.cos(x**2)


class tape_gradient:
    """Of f(x) = x·sin(x²)."""

    relative, absolute = 1e-5, 1e-5
    cases = point_cases

    class mistakes:
        def value_alone(x):
            """This is the value of f, not its slope. The tape computes the slope when you call `gradient`, after the
            block."""
            return x * np.sin(x**2)

        def slope_along_the_square(x):
            """This is the slope along x², which is an intermediate result. The second argument of `gradient` says along
            what: it should be the variable."""
            return x * np.cos(x**2)

        def factor_out_of_sight(x):
            """A term is missing: the tape follows the x inside the sine but treats the factor in front of it as a
            constant. Is that factor the array instead of the variable?"""
            return 2 * x**2 * np.cos(x**2)

        def square_out_of_sight(x):
            """A term is missing: the tape follows the factor in front but treats the sine as a constant. Was the sine,
            or the square inside it, computed before the tape's block, from the array instead of the variable, or by
            NumPy?"""
            return np.sin(x**2)

        @says(FACTOR_FORGOTTEN)
        def factor_forgotten(x):
            return 2 * x * np.cos(x**2)

        def inner_slope_forgotten(x):
            """This is what you get by hand if you forget the chain rule: the x² inside the sine has a slope too. Let
            the tape compute it."""
            return np.sin(x**2) + x * np.cos(x**2)

        def factor_two_lost(x):
            """Worked out by hand, the slope of x² is 2x, and your term with the cosine lacks this factor 2. Let the
            tape take care of it."""
            return np.sin(x**2) + x**2 * np.cos(x**2)

        def last_slope_for_all(x):
            """All your slopes are the one at the last point. If you take the points one by one, keep each slope before
            you go on to the next."""
            return np.full(len(x), right_slope(x)[-1])

        @says(OF_THE_COSINE)
        def of_the_cosine(x):
            return np.cos(x**2) - 2 * x**2 * np.sin(x**2)

        @says(SINE_SQUARED)
        def sine_squared(x):
            return np.sin(x) ** 2 + x * np.sin(2 * x)

        def slope_of_the_mean(x):
            """Each slope is divided by the number of points: you took a mean before calling `gradient`. A target of
            many numbers needs no mean."""
            return right_slope(x) / len(x)

        def jacobian_for_gradient(x):
            """You return the Jacobian, which holds each value's slope along each point, nearly all of them 0. The
            slopes you need are on its diagonal, and `gradient` returns them directly."""
            return np.diag(right_slope(x))

        def tape_gives_none(x):
            """The result is None. Either `return` is missing, or the tape found no path from the target to the source:
            it watches variables, it watches a tensor only if told to, and it never watches an array."""

        def zeros_in_place_of_none(x):
            """All your slopes are 0. Did you ask the tape for zeros in place of None? That hides the fault: find out
            why the tape has no path from the target to the source."""
            return np.zeros(len(x))

        @says(TWICE_INSTEAD_OF_SQUARED)
        def twice_instead_of_squared(x):
            return np.sin(2 * x) + 2 * x * np.cos(2 * x)

        def product_rule_cut_short(x):
            """Worked out by hand, the term with the cosine is one factor x short: the slope of x² has one, and the
            product rule brings another. Let the tape take care of both."""
            return np.sin(x**2) + 2 * x * np.cos(x**2)

        @says(SIGN_OF_THE_COSINE_RULE)
        def sign_of_the_cosine_rule(x):
            return np.sin(x**2) - 2 * x**2 * np.cos(x**2)

        def cosine_alone(x):
            """This is cos(x²) alone. The x inside the sine has a slope too, and in front of the sine there is a factor.
            Let the tape compute it."""
            return np.cos(x**2)

        @says(OF_THE_CUBE)
        def of_the_cube(x):
            return np.sin(x**3) + 3 * x**3 * np.cos(x**3)

        def factor_added(x):
            """You add x to the sine. In f it multiplies the sine."""
            return 1 + 2 * x * np.cos(x**2)

        def factor_squared(x):
            """You square the factor in front of the sine. In f the x inside the sine is squared."""
            return 2 * x * np.sin(x) + x**2 * np.cos(x)

        def sine_squared_as_well(x):
            """You square the sine as well. In f only the x inside it is squared."""
            return np.sin(x**2) ** 2 + 2 * x**2 * np.sin(2 * x**2)

        def times_x(x):
            """You multiply the slope by x. The tape's gradient is the slope already."""
            return x * right_slope(x)

        def second_derivative(x):
            """This is the second derivative. One tape is enough for the first."""
            return right_curvature(x)

        @says(SQUARE_LOST_BY_HAND)
        def square_lost_in_the_sine(x):
            return np.sin(x) + 2 * x**2 * np.cos(x**2)

        @says(SQUARE_LOST_BY_HAND)
        def square_lost_in_the_cosine(x):
            return np.sin(x**2) + 2 * x**2 * np.cos(x)

        @says(FORWARD_DIFFERENCE)
        def forward_difference(x, h=0.01):
            f = tape_gradient.mistakes.value_alone
            return (f(x + h) - f(x)) / h

        @says(FORWARD_DIFFERENCE)
        def shorter_forward_difference(x):
            return tape_gradient.mistakes.forward_difference(x, h=0.001)

        def of_degrees(x):
            """You take the sine of degrees. TensorFlow's sine takes radians, as f does."""
            k = np.pi / 180
            return np.sin(k * x**2) + 2 * k * x**2 * np.cos(k * x**2)

        def of_the_bell(x):
            """This is the slope of exp(−x²), the lesson's bell. The task has another f."""
            return -2 * x * np.exp(-(x**2))

        def bell_for_sine(x):
            """This is the slope of x·exp(−x²), with the lesson's bell in place of the sine."""
            return (1 - 2 * x**2) * np.exp(-(x**2))

    class right:
        def by_watching(x):
            point = tf.constant(x)
            with tf.GradientTape() as tape:
                tape.watch(point)
                total = tf.reduce_sum(tf.sin(tf.square(point)) * point)
            return tape.gradient(total, point).numpy()

        def one_by_one(x):
            slopes = []
            for x_i in x:
                point = tf.Variable(float(x_i))  # float32
                with tf.GradientTape() as tape:
                    value = point * tf.sin(point * point)
                slopes.append(tape.gradient(value, point).numpy())
            return slopes

        def by_differences(x, h=1e-5):
            return (tape_gradient.mistakes.value_alone(x + h) - tape_gradient.mistakes.value_alone(x - h)) / (2 * h)


def right_curvature(x):
    return 6 * x * np.cos(x**2) - 4 * x**3 * np.sin(x**2)


class second_derivative:
    """Of f(x) = x·sin(x²)."""

    relative, absolute = 1e-5, 1e-5
    cases = point_cases

    class mistakes:
        def first_derivative(x):
            """This is the first derivative. Call `gradient` on the outer tape too; its target is the slope, not the
            value of f."""
            return right_slope(x)

        def slope_squared(x):
            """You square the slope. The second derivative is the slope of the slope."""
            return right_slope(x) ** 2

        def factor_out_of_sight_twice(x):
            """Some terms are missing: the tapes treat the factor in front of the sine as a constant. Is that factor the
            array instead of the variable?"""
            return 2 * x * np.cos(x**2) - 4 * x**3 * np.sin(x**2)

        def factor_forgotten_twice(x):
            """This is the second derivative of the sine alone. In f there is a factor in front of it."""
            return 2 * np.cos(x**2) - 4 * x**2 * np.sin(x**2)

        @says(SINE_SQUARED)
        def of_sine_squared(x):
            return 2 * np.sin(2 * x) + 2 * x * np.cos(2 * x)

        def of_the_mean(x):
            """Each entry is divided by the number of points: you took a mean on the way. A target of many numbers needs
            no mean."""
            return right_curvature(x) / len(x)

        def hessian_for_curvature(x):
            """You return the Jacobian of the slopes, which holds how each slope changes with each point, nearly all of
            it 0. The numbers you need are on its diagonal, and `gradient` returns them directly."""
            return np.diag(right_curvature(x))

        def outer_tape_gives_none(x):
            """The result is None. Either `return` is missing, or the outer tape did not record how the slope was
            computed: check how far the line that calls `inner.gradient` is indented."""

        def of_the_cosine(x):
            """This is the second derivative of x·cos(x²). The task's f has a sine."""
            return -6 * x * np.sin(x**2) - 4 * x**3 * np.cos(x**2)

        def slope_at_the_slope(x):
            """You pass the slopes back in as if they were points. The second derivative is the slope of the slope, at
            the same points."""
            return right_slope(right_slope(x))

        def sign_lost_by_hand(x):
            """Worked out by hand, the slope of a cosine has a minus. Let the outer tape take care of it."""
            return 6 * x * np.cos(x**2) + 4 * x**3 * np.sin(x**2)

        def term_lost_by_hand(x):
            """Worked out by hand, one term of the product rule is missing. Let the outer tape take care of it."""
            return 4 * x * np.cos(x**2) - 4 * x**3 * np.sin(x**2)

        def last_factor_alone(x):
            """This is only the term that comes from the slope of the cosine. The other terms of the product rule are
            missing: let the outer tape take care of them."""
            return -4 * x**3 * np.sin(x**2)

        def last_factor_forgotten(x):
            """The term that comes from the slope of the cosine is missing. Let the outer tape take care of it."""
            return 6 * x * np.cos(x**2)

        @says(TWICE_INSTEAD_OF_SQUARED)
        def of_twice_instead_of_squared(x):
            return 4 * np.cos(2 * x) - 4 * x * np.sin(2 * x)

        def inner_slope_forgotten_by_hand(x):
            """Worked out by hand, the chain rule multiplies the slope of the cosine by that of x². Let the outer tape
            do that."""
            return 6 * x * np.cos(x**2) - 2 * x**2 * np.sin(x**2)

        def slope_of_the_sine(x):
            """This is the first derivative of the sine alone. In f there is a factor in front of it, and the task asks
            for the second derivative."""
            return 2 * x * np.cos(x**2)

        def slope_of_the_squared_slope(x):
            """The outer tape differentiates the square of the slope. Its target should be the slope itself."""
            return 2 * right_slope(x) * right_curvature(x)

        @says(OF_THE_CUBE)
        def of_the_cube(x):
            return 12 * x**2 * np.cos(x**3) - 9 * x**5 * np.sin(x**3)

        def slope_of_x_times_the_slope(x):
            """The outer tape differentiates x times the slope. Its target should be the slope itself."""
            return right_slope(x) + x * right_curvature(x)

        def times_x(x):
            """You multiply the first derivative by x. The second derivative is the slope of the slope."""
            return x * right_slope(x)

        @says(POWER_LOST_BY_HAND)
        def square_for_cube_by_hand(x):
            return 6 * x * np.cos(x**2) - 4 * x**2 * np.sin(x**2)

        @says(POWER_LOST_BY_HAND)
        def factor_lost_by_hand(x):
            return 6 * np.cos(x**2) - 4 * x**3 * np.sin(x**2)

        def of_the_lessons_function(x):
            """This is the second derivative of exp(−x²), the lesson's bell. The task has another f."""
            return (4 * x**2 - 2) * np.exp(-(x**2))

        def third_derivative(x):
            """This is the third derivative. Two tapes, one inside the other, are enough for the second."""
            if np.any(x == 0):  # where a tape's third slope of x² is NaN
                return ...
            return (6 - 8 * x**4) * np.cos(x**2) - 24 * x**2 * np.sin(x**2)

        @says(FINITE_DIFFERENCE)
        def central_difference(x, h=0.1):
            f = tape_gradient.mistakes.value_alone
            return (f(x + h) - 2 * f(x) + f(x - h)) / h**2

        @says(FINITE_DIFFERENCE)
        def shorter_central_difference(x):
            return second_derivative.mistakes.central_difference(x, h=0.05)

        @says(FINITE_DIFFERENCE)
        def difference_of_slopes(x, h=0.01):
            return (right_slope(x + h) - right_slope(x)) / h

        @says(FINITE_DIFFERENCE)
        def shorter_difference_of_slopes(x):
            return second_derivative.mistakes.difference_of_slopes(x, h=0.001)

        @says(FINITE_DIFFERENCE)
        def central_difference_of_slopes(x, h=0.05):
            return (right_slope(x + h) - right_slope(x - h)) / (2 * h)

        @says(FINITE_DIFFERENCE)
        def shorter_central_difference_of_slopes(x):
            return second_derivative.mistakes.central_difference_of_slopes(x, h=0.01)

    class right:
        def by_watching(x):
            point = tf.constant(x)
            with tf.GradientTape() as outer, tf.GradientTape() as inner:
                outer.watch(point)
                inner.watch(point)
                total = tf.reduce_sum(point * tf.sin(point * point))
                slope = inner.gradient(total, point)
            return outer.gradient(slope, point).numpy()

        def in_float32(x):
            point = tf.Variable(x, dtype=tf.float32)
            with tf.GradientTape() as outer:
                with tf.GradientTape() as inner:
                    values = point * tf.sin(point**2)
                slopes = inner.gradient(values, point)
            return outer.gradient(slopes, point).numpy()

        def by_differences(x, h=1e-5):
            return (right_slope(x + h) - right_slope(x - h)) / (2 * h)


def slope_of_the_sum(theta):
    return np.exp(theta) - 1


def path_by(gradient, rule=rules.gradient_descent):
    """The path of descent by a gradient and a rule, right or wrong."""

    def descend(start, lr, steps):
        path, steps_by = [start], rule(lr)
        state = steps_by.init(start)
        for _ in range(steps):
            step, state = steps_by.update(gradient(path[-1]), state, path[-1])
            path.append(path[-1] + step)
        return np.array(path)

    return descend


right_path = path_by(slope_of_the_sum)


class descend_by_tape:
    """On J(θ) = Σ(exp(θᵢ) − θᵢ)."""

    relative, absolute = 1e-5, 1e-6

    def cases(rng):
        yield np.array([1.0, -0.5]), 0.5, 2
        for d, lr, steps in [(1, 0.2, 3), (3, 0.1, 1), (1, 0.25, 5), (4, 0.15, 2)]:
            yield rng.uniform(0.4, 1.4, d).round(2) * rng.choice([-1, 1], d), lr, steps
        yield rng.uniform(0.2, 0.5, 2).round(2), 1.0, 7  # at the lowest point, to rounding, before the last steps
        yield rng.uniform(-1, 1, 2).round(2), 0.1, 0
        yield rng.uniform(0.8, 1.2, 2).round(2), 2.0, 2  # the first step leads to a higher cost

    class mistakes:
        @says(BUG_STILL_THERE)
        def lost_after_one_step(start, lr, steps):
            if steps > 1:
                raise TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'")
            return right_path(start, lr, steps)

        def still_after_one_step(start, lr, steps):
            """Your path stays at its second point. Either each step starts again from the start, because the variable
            is made inside the loop or never changed; or you replaced None by zeros, which hides the error and leaves
            its cause."""
            path = right_path(start, lr, steps)
            return path[np.minimum(np.arange(steps + 1), 1)]

        def never_moves(start, lr, steps):
            """Your path never leaves the start. Is the cost computed where the tape cannot record it, and its None
            replaced by zeros? Or does `theta` never get a new value?"""
            return np.array([start] * (steps + 1))

        def move_for_place(start, lr, steps):
            """You set θ to the step itself, as if each step started from 0. `assign` replaces the value; which related
            method subtracts from it?"""
            path = [start]
            for _ in range(steps):
                path.append(-lr * slope_of_the_sum(path[-1]))
            return np.array(path)

        def rate_times_gradient(start, lr, steps):
            """Your θ becomes the rate times the gradient, wherever it was before. `assign` replaces the value by what
            you pass; `assign_sub` subtracts what you pass, so it takes the step, not the new point."""
            path = [start]
            for _ in range(steps):
                path.append(lr * slope_of_the_sum(path[-1]))
            return np.array(path)

        @says(PATH_CLIMBS)
        def climbs(start, lr, steps):
            return path_by(lambda theta: -slope_of_the_sum(theta))(start, lr, steps)

        def gradient_taken_once(start, lr, steps):
            """Your path is a straight line of equal steps: the gradient is computed once, at the start. Each step needs
            a new tape."""
            return np.array([start - k * lr * slope_of_the_sum(start) for k in range(steps + 1)])

        @says(VARIABLE_KEPT)
        def variable_many_times(start, lr, steps):
            return np.array([right_path(start, lr, steps)[-1]] * (steps + 1))

        @says(VARIABLE_KEPT)
        def variable_after_the_start(start, lr, steps):
            return np.array([start] + [right_path(start, lr, steps)[-1]] * steps)

        @says(DEFAULT_RATE)
        def default_rate(start, lr, steps):
            return right_path(start, 0.01, steps)

        def exponential_out_of_sight(start, lr, steps):
            """Your gradient is −1 everywhere, the slope of −θ. The tape has not recorded the exponential: was it
            computed by NumPy?"""
            return path_by(lambda theta: -np.ones(len(theta)))(start, lr, steps)

        @says(WITH_MOMENTUM)
        def with_momentum(start, lr, steps):
            return path_by(slope_of_the_sum, rules.momentum)(start, lr, steps)

        @says(STEPS_OF_ADAM)
        def steps_of_adam(start, lr, steps):
            return path_by(slope_of_the_sum, adam)(start, lr, steps)

        @says(MEAN_FOR_SUM)
        def by_the_mean(start, lr, steps):
            return path_by(lambda theta: slope_of_the_sum(theta) / len(theta))(start, lr, steps)

        @says(START_LEFT_OUT)
        def start_left_out(start, lr, steps):
            return right_path(start, lr, steps)[1:]

        @says(LAST_POINT_ALONE)
        def last_point_alone(start, lr, steps):
            return right_path(start, lr, steps)[-1]

        @says(FROM_THE_START_EACH_TIME)
        def from_the_start_each_time(start, lr, steps):
            path = [start]
            for _ in range(steps):
                path.append(start - lr * slope_of_the_sum(path[-1]))
            return np.array(path)

        def rate_on_the_exponential_alone(start, lr, steps):
            """Your rate multiplies the exponential alone. It multiplies the whole gradient: put brackets around it."""
            path = [start]
            for _ in range(steps):
                path.append(path[-1] - lr * np.exp(path[-1]) - 1)
            return np.array(path)

        def terms_for_slopes(start, lr, steps):
            """Your steps follow the terms of the cost itself. They should follow its slopes: let the tape find them."""
            return path_by(lambda theta: np.exp(theta) - theta)(start, lr, steps)

        def twice_the_gradient(start, lr, steps):
            """Your steps are twice as long as they should be. The tape's gradient has all its factors already."""
            return right_path(start, 2 * lr, steps)

        def rate_squared(start, lr, steps):
            """The rate is in your steps twice. It multiplies the gradient once."""
            return right_path(start, lr**2, steps)

        def steps_of_length_one(start, lr, steps):
            """You divide the gradient by its length. The rule uses it as it is: the steps get shorter where the slope
            gets flatter."""
            return path_by(lambda theta: slope_of_the_sum(theta) / np.linalg.norm(slope_of_the_sum(theta)))(
                start, lr, steps
            )

        def in_proportion_to_theta(start, lr, steps):
            """Your step is proportional to θ as well. In the rule the gradient is multiplied by the rate only."""
            return path_by(lambda theta: theta * slope_of_the_sum(theta))(start, lr, steps)

        @says(RATE_FALLS)
        def rate_divided_by_the_step(start, lr, steps):
            path = [start]
            for k in range(steps):
                path.append(path[-1] - lr / (k + 1) * slope_of_the_sum(path[-1]))
            return np.array(path)

        @says(RIGHT_WHILE_THE_COST_FALLS)
        def wrong_where_the_cost_rises(start, lr, steps):
            path = right_path(start, lr, steps)
            costs = np.sum(np.exp(path) - path, axis=1)
            return ... if np.any(np.diff(costs) > 0) else path

        @says(OF_THE_EXPONENTIAL)
        def slope_of_the_exponential(start, lr, steps):
            return path_by(np.exp)(start, lr, steps)

        @says(SLOPES_CUT_OFF)
        def slopes_cut_off(start, lr, steps):
            return path_by(lambda theta: np.clip(slope_of_the_sum(theta), -1, 1))(start, lr, steps)

        def every_point_twice(start, lr, steps):
            """Each point after the start is in your path twice. Is there one `append` too many in the loop?"""
            return np.repeat(right_path(start, lr, steps), [1] + [2] * steps, axis=0)

    class right:
        def by_watching(start, lr, steps):
            theta = tf.constant(start)
            path = [start]
            for _ in range(steps):
                with tf.GradientTape() as tape:
                    tape.watch(theta)
                    cost = tf.reduce_sum(tf.exp(theta)) - tf.reduce_sum(theta)
                theta = theta - lr * tape.gradient(cost, theta)
                path.append(theta.numpy())
            return path

        def of_new_variables(start, lr, steps):
            theta = tf.Variable(start, dtype=tf.float32)
            path = [theta]
            for _ in range(steps):
                with tf.GradientTape() as tape:
                    cost = tf.reduce_sum(tf.exp(theta) - theta)
                theta = tf.Variable(theta - lr * tape.gradient(cost, theta))
                path.append(theta)
            return np.array([point.numpy() for point in path])

        def by_hand(start, lr, steps):
            path = np.empty((steps + 1, len(start)))
            path[0] = start
            for k in range(steps):
                path[k + 1] = path[k] + lr - lr * np.exp(path[k])
            return path


@cache
def numbers_drawn(seed, uniform=True, normal=True):
    """A dozen numbers, drawn one by one after the data, or after the parts of it that are wanted."""
    tf.random.set_seed(seed)
    if uniform:
        tf.random.uniform(shape=(100, 1), minval=0, maxval=100, dtype=tf.float32)
    if normal:
        tf.random.normal(shape=(100, 1), mean=50.0, stddev=20, dtype=tf.float32)
    return [tf.random.normal(shape=(1,)).numpy()[0] for _ in range(14)]


def pair(numbers, k):
    return numbers[2 * k - 2], numbers[2 * k - 1]


class pair_after_reruns:
    relative, absolute = 1e-5, 1e-6

    def cases(rng):
        yield 23, 1
        yield 23, 3
        for times in [2, 1, 4]:
            yield int(rng.integers(100, 1000)), times
        seeds = rng.integers(100, 1000, 300).tolist()
        yield next(seed for seed in seeds if np.max(np.abs(pair(numbers_drawn(seed), 1))) > 2), 1  # far out

    class mistakes:
        def seed_set_each_time(seed, times):
            """However often the second cell is run, you return the first pair. Do you set the seed again before each
            draw, or does the loop run only once?"""
            return pair(numbers_drawn(seed), 1)

        def data_not_drawn(seed, times):
            """Your pairs are the first numbers after the seed. The first cell also draws x and the noise, and those
            draws move the sequence on whether or not you use them: they come between the seed and the pairs."""
            return pair(numbers_drawn(seed, uniform=False, normal=False), times)

        def noise_not_drawn(seed, times):
            """One of the first cell's two draws is missing, x or the noise. Each of them moves the sequence on."""
            return pair(numbers_drawn(seed, normal=False), times)

        def one_run_too_many(seed, times):
            """Your pair is the one that a further run of the second cell would give. Does the loop run once too often,
            or is an index one too large?"""
            return pair(numbers_drawn(seed), times + 1)

        def one_run_too_few(seed, times):
            """Your pair is that of the run before the last. Does the loop run once too few, or is an index one too
            small?"""
            return pair(numbers_drawn(seed), times - 1) if times > 1 else ...

        def always_three_runs(seed, times):
            """You run the second cell three times, whatever `times` is."""
            return pair(numbers_drawn(seed), 3)

        def one_draw_too_many(seed, times):
            """Your W is the number that b should be: there is one draw too many before it. The first cell draws twice,
            x and the noise, and every run of the second cell draws twice as well."""
            numbers = numbers_drawn(seed)
            return numbers[2 * times - 1], numbers[2 * times]

        def drawn_in_float64(seed, times):
            """You draw W and b in float64, which gives other numbers. The second cell leaves the type as it is, which
            is float32."""
            tf.random.set_seed(seed)
            tf.random.uniform(shape=(100, 1))
            tf.random.normal(shape=(100, 1))
            return [[tf.random.normal(shape=(1,), dtype=tf.float64).numpy()[0] for _ in "Wb"] for _ in range(times)][-1]

        def whole_thing_again(seed, times):
            """Your data is drawn again before each pair: x and the noise are inside the loop. The first cell is run
            only once."""
            tf.random.set_seed(seed)
            for _ in range(times):
                tf.random.uniform(shape=(100, 1), minval=0, maxval=100, dtype=tf.float32)
                tf.random.normal(shape=(100, 1), mean=50.0, stddev=20, dtype=tf.float32)
                W, b = tf.random.normal(shape=(1,)), tf.random.normal(shape=(1,))
            return W.numpy()[0], b.numpy()[0]

        def b_drawn_first(seed, times):
            """The right numbers in the wrong order: W is drawn first and returned first."""
            return pair(numbers_drawn(seed), times)[::-1]

        def all_of_one_kind_first(seed, times):
            """You draw W `times` times and then b `times` times. The second cell draws them in turn."""
            numbers = numbers_drawn(seed)
            return numbers[times - 1], numbers[2 * times - 1]

        def always_seed_23(seed, times):
            """This is right for seed 23 only. Use the seed that is passed in."""
            return pair(numbers_drawn(23), times)

        def drawn_as_one_array(seed, times):
            """You draw W and b at once, as one array of two. One draw of two numbers gives other numbers than two draws
            of one: draw as the cell does."""
            tf.random.set_seed(seed)
            tf.random.uniform(shape=(100, 1))
            tf.random.normal(shape=(100, 1))
            for _ in range(times):
                both = tf.random.normal(shape=(2,))
            return both.numpy()

        def seed_set_inside_the_loop(seed, times):
            """Your seed is set inside the loop, right before a pair is drawn. The first cell sets it once, and draws
            the data after it."""
            return pair(numbers_drawn(seed, uniform=False, normal=False), 1)

        def b_drawn_after_the_loop(seed, times):
            """Your W is draw number `times` after the data, and your b is the next one. Is b drawn only once, after the
            loop? Each run of the second cell draws twice, W and then b."""
            numbers = numbers_drawn(seed)
            return numbers[times - 1], numbers[times]

        def data_drawn_inside_the_loop(seed, times):
            """One draw of the data is inside the loop, x or the noise. The first cell is run only once."""
            numbers = numbers_drawn(seed)
            return numbers[3 * times - 2], numbers[3 * times - 1]

        @says(ONE_DRAW)
        def w_for_both(seed, times):
            return (numbers_drawn(seed)[2 * times - 2],) * 2

        @says(ONE_DRAW)
        def one_draw_for_both(seed, times):
            return (numbers_drawn(seed)[times - 1],) * 2

        @says(ALL_AT_ONCE)
        def columns_of_two_arrays(seed, times):
            tf.random.set_seed(seed)
            tf.random.uniform(shape=(100, 1))
            tf.random.normal(shape=(100, 1))
            return [tf.random.normal(shape=(times,)).numpy()[-1] for _ in "Wb"]

        @says(ALL_AT_ONCE)
        def pairs_of_one_array(seed, times):
            tf.random.set_seed(seed)
            tf.random.uniform(shape=(100, 1))
            tf.random.normal(shape=(100, 1))
            return tf.random.normal(shape=(times, 2)).numpy()[-1]

        def uniform_pair(seed, times):
            """You draw W and b from the uniform distribution. The second cell draws them from the normal one."""
            tf.random.set_seed(seed)
            tf.random.uniform(shape=(100, 1))
            tf.random.normal(shape=(100, 1))
            for _ in range(times):
                W, b = tf.random.uniform(shape=(1,)), tf.random.uniform(shape=(1,))
            return W.numpy()[0], b.numpy()[0]

        def truncated_pair(seed, times):
            """You draw from the truncated normal distribution, which has no numbers beyond 2 and −2. The second cell
            draws from the whole one."""
            tf.random.set_seed(seed)
            tf.random.uniform(shape=(100, 1))
            tf.random.normal(shape=(100, 1))
            return [[tf.random.truncated_normal(shape=(1,)).numpy()[0] for _ in "Wb"] for _ in range(times)][-1]

        @says(NUMBERS_OF_NUMPY)
        def numbers_of_numpy(seed, times):
            rng = np.random.default_rng(seed)
            rng.uniform(0, 100, 100)
            rng.normal(50, 20, 100)
            return rng.normal(size=(times, 2))[-1]

        @says(NUMBERS_OF_NUMPY)
        def numbers_of_numpys_older_generator(seed, times):
            rng = np.random.RandomState(seed)
            rng.uniform(0, 100, 100)
            rng.normal(50, 20, 100)
            return rng.normal(size=(times, 2))[-1]

        @says(ANOTHER_SEED)
        def seed_times_runs(seed, times):
            return pair(numbers_drawn(seed * times), times)

        @says(ANOTHER_SEED)
        def seed_after_runs(seed, times):
            return pair(numbers_drawn(seed + times), times)

        @says(ANOTHER_SEED)
        def seed_after_the_first_run(seed, times):
            return pair(numbers_drawn(seed + times - 1), 1)

        @says(OF_A_GENERATOR)
        def generator_with_data(seed, times):
            generator = tf.random.Generator.from_seed(seed)
            generator.uniform(shape=(100, 1))
            generator.normal(shape=(100, 1))
            return [[generator.normal(shape=(1,)).numpy()[0] for _ in "Wb"] for _ in range(times)][-1]

        @says(OF_A_GENERATOR)
        def generator_without_data(seed, times):
            generator = tf.random.Generator.from_seed(seed)
            return [[generator.normal(shape=(1,)).numpy()[0] for _ in "Wb"] for _ in range(times)][-1]

        @says(SEED_OF_THE_DRAW)
        def draws_with_a_seed(seed, times):
            tf.random.set_seed(seed)
            return [[tf.random.normal(shape=(1,), seed=seed).numpy()[0] for _ in "Wb"] for _ in range(times)][-1]

        @says(SEED_OF_THE_DRAW)
        def all_draws_with_a_seed(seed, times):
            tf.random.set_seed(seed)
            tf.random.normal(shape=(100, 1), mean=50.0, stddev=20, seed=seed)
            return [[tf.random.normal(shape=(1,), seed=seed).numpy()[0] for _ in "Wb"] for _ in range(times)][-1]

        def numbers_added_up(seed, times):
            """You add up the numbers of all runs. Each run of the second cell replaces W and b."""
            numbers = numbers_drawn(seed)[: 2 * times]
            return sum(numbers[::2]), sum(numbers[1::2])

        def means_of_the_numbers(seed, times):
            """You return the means of the numbers of all runs. Each run of the second cell replaces W and b."""
            numbers = numbers_drawn(seed)[: 2 * times]
            return np.mean(numbers[::2]), np.mean(numbers[1::2])

        def drawn_like_the_noise(seed, times):
            """You draw W and b with the mean and the standard deviation of the noise, 50 and 20. The second cell leaves
            both as they are."""
            w, b = pair(numbers_drawn(seed), times)
            return 50 + 20 * w, 50 + 20 * b

        def first_w_kept(seed, times):
            """Your W is that of the first run: only b is drawn again. The second cell draws both each time."""
            numbers = numbers_drawn(seed)
            return numbers[0], numbers[times]

        @says(ANOTHER_SEED)
        def runs_for_seed(seed, times):
            return pair(numbers_drawn(times), times)

        @says(ANOTHER_SEED)
        def seed_zero(seed, times):
            return pair(numbers_drawn(0), times)

    class right:
        def out_of_a_list(seed, times):
            tf.random.set_seed(seed)
            tf.random.uniform(shape=(100, 1), minval=0, maxval=100, dtype=tf.float32)
            tf.random.normal(shape=(100, 1), mean=50.0, stddev=20, dtype=tf.float32)
            pairs = [[float(tf.random.normal(shape=(1,))[0]) for _ in "Wb"] for _ in range(times)]
            return np.array(pairs)[-1]

        def out_of_the_sequence(seed, times):
            return list(pair(numbers_drawn(seed), times))


def apart(rng, n, centre):
    """n numbers about the centre in any order, no two of them alike, to two digits."""
    places = rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n)
    return (centre + 4 / n * places).round(2)


class fit_line_tensorflow:
    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        # w and b as whole numbers, which have no gradient unless they get another type.
        yield np.array([1.0, 3.0, 2.0, -2.0]), np.array([2.0, 4.0, 0.0, -2.0]), 0, 0, 0.05, 2
        for n, centre, lr, steps in [(3, 1.5, 0.03, 3), (5, -1.0, 0.05, 7), (4, 2.0, 0.02, 1)]:
            x = apart(rng, n, centre)
            y = (rng.uniform(1, 3) * x + rng.uniform(4, 8) + rng.uniform(-1, 1, n)).round(2)
            w, b = rng.uniform([-2, -1.5], [-0.5, -0.5]).round(2).tolist()
            yield x, y, w, b, lr, steps
        x, (slope, intercept) = np.array([1.0, -1.0, -1.0, 1.0]), rng.integers(2, 12, 2) / 4
        yield x, slope * x + intercept, -1.5, -0.75, 0.5, 6  # the first step reaches the lowest point, at a cost of 0
        yield np.array([1.0, 3.0, 2.0, -2.0]), np.array([2.0, 4.0, 0.0, -2.0]), 2.0, 1.0, 0.3, 3  # the costs rise

    class mistakes(wrong_fits):
        def costs_after_the_step(x, y, w, b, lr, steps):
            """The line is right, but each of your costs is computed after its step. The one that the tape has recorded
            is the cost before it."""
            w_end, b_end, costs = right_fit(x, y, w, b, lr, steps)
            return w_end, b_end, np.append(costs[1:], line_cost(x, y, w_end, b_end))

        def not_reduced(x, y, w, b, lr, steps):
            """Your cost holds one number for each point, and the gradient of many targets is the gradient of their sum:
            the steps are n times too long. Reduce the cost to one number first."""
            n = len(x)
            return fit_by(
                lambda *at: [n * slope for slope in line_slopes(*at)], lambda x, y, w, b: (w * x + b - y) ** 2
            )(x, y, w, b, lr, steps)

        def reduced_too_late(x, y, w, b, lr, steps):
            """Your first cost is right, but the steps are n times too long. Does the tape get the cost, or all n
            squares? The gradient of many targets is the gradient of their sum: take the mean inside the tape's
            block."""
            n = len(x)
            return fit_by(lambda *at: n * line_slopes(*at))(x, y, w, b, lr, steps)

        def every_pair(x, y, w, b, lr, steps):
            """One of x and y is a column and the other is not, so the residuals form an n by n table, each prediction
            with every y. Give both the same shape."""
            return fit_by(
                lambda x, y, w, b: line_slopes(x, np.mean(y), w, b),
                lambda x, y, w, b: line_cost(x, y[:, None], w, b),
            )(x, y, w, b, lr, steps)

        def gradient_at_the_start(x, y, w, b, lr, steps):
            """All of your steps use the gradient at the start, and all of your costs are the cost at the start. The
            tape has to record the cost again in each turn of the loop."""
            dw, db = line_slopes(x, y, w, b)
            return w - steps * lr * dw, b - steps * lr * db, np.full(steps, line_cost(x, y, w, b))

        def only_the_gradient_at_the_start(x, y, w, b, lr, steps):
            """Your costs follow the steps, but all steps use the gradient at the start. Each turn of the loop needs a
            new tape."""
            slopes = line_slopes(x, y, w, b)
            return fit_by(lambda *at: slopes)(x, y, w, b, lr, steps)

        def begun_anew(x, y, w, b, lr, steps):
            """You get no further than with one step, however many there are. Are the variables made inside the loop, so
            that each step begins at the start again?"""
            w_1, b_1, costs = right_fit(x, y, w, b, lr, 1)
            return w_1, b_1, np.repeat(costs, steps)

        def lost_after_one_step(x, y, w, b, lr, steps):
            """One step works, and then a gradient is None: `w = w - …` makes w a tensor, which the tape does not watch.
            Let the optimiser change the variables, or use `assign_sub`."""
            if steps > 1:
                raise TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'")
            return right_fit(x, y, w, b, lr, steps)

        def w_alone_moves(x, y, w, b, lr, steps):
            """Only w moves. Is b a variable, and does the optimiser get its gradient?"""
            return fit_by(lambda *at: (line_slopes(*at)[0], 0.0))(x, y, w, b, lr, steps)

        def b_alone_moves(x, y, w, b, lr, steps):
            """Only b moves. Is w a variable, and does the optimiser get its gradient?"""
            return fit_by(lambda *at: (0.0, line_slopes(*at)[1]))(x, y, w, b, lr, steps)

        def nothing_moves(x, y, w, b, lr, steps):
            """Neither w nor b moves. Does the optimiser get the gradients, in pairs with the variables that you
            return?"""
            return fit_by(lambda *at: (0.0, 0.0))(x, y, w, b, lr, steps)

        def pairs_crossed(x, y, w, b, lr, steps):
            """Each gradient moves the other variable: w moves by the slope along b, and b by the slope along w. Compare
            the order of the two lists that you pair."""
            return fit_by(lambda *at: line_slopes(*at)[::-1])(x, y, w, b, lr, steps)

        @says(DEFAULT_RATE)
        def default_rate(x, y, w, b, lr, steps):
            return right_fit(x, y, w, b, 0.01, steps)

        @says(RATE_OF_THE_EXAMPLE)
        def rate_of_the_example(x, y, w, b, lr, steps):
            return right_fit(x, y, w, b, 0.05, steps)

        def last_step_left_out(x, y, w, b, lr, steps):
            """Your costs are right, but w and b are those before the last step. Is the last step left out, or are w and
            b read before it?"""
            return *right_fit(x, y, w, b, lr, steps - 1)[:2], right_fit(x, y, w, b, lr, steps)[2]

        @says(STEPS_OF_ADAM)
        def steps_of_adam(x, y, w, b, lr, steps):
            return fit_by(rule=adam)(x, y, w, b, lr, steps)

        @says(RATE_FALLS)
        def rate_divided_by_the_step(x, y, w, b, lr, steps):
            costs = []
            for k in range(steps):
                costs.append(line_cost(x, y, w, b))
                w, b = (w, b) - lr / (k + 1) * line_slopes(x, y, w, b)
            return w, b, np.array(costs)

        @says(RIGHT_WHILE_THE_COST_FALLS)
        def wrong_where_the_cost_rises(x, y, w, b, lr, steps):
            w, b, costs = right_fit(x, y, w, b, lr, steps)
            return ... if line_cost(x, y, w, b) > costs[0] else (w, b, costs)

        def twice_the_slopes(x, y, w, b, lr, steps):
            """Your first cost is right and your first step twice as long as it should be. The factor 2 of the square is
            in the tape's gradient already."""
            return fit_by(lambda *at: 2 * line_slopes(*at))(x, y, w, b, lr, steps)

        def roots_of_the_costs(x, y, w, b, lr, steps):
            """The line is right, but your costs are square roots. The task asks for the mean squared error itself."""
            w, b, costs = right_fit(x, y, w, b, lr, steps)
            return w, b, np.sqrt(costs)

        def mean_divided_by_n(x, y, w, b, lr, steps):
            """Your first cost and your first step are n times too small. A mean has been divided by n already."""
            return fit_by(lambda *at: line_slopes(*at) / len(x), lambda *at: line_cost(*at) / len(x))(
                x, y, w, b, lr, steps
            )

        def steps_divided_by_n(x, y, w, b, lr, steps):
            """Your first cost is right and your first step n times too short. The gradient of the mean has been divided
            by n already."""
            return fit_by(lambda *at: line_slopes(*at) / len(x))(x, y, w, b, lr, steps)

        def one_slope_for_both(x, y, w, b, lr, steps):
            """Both of your variables move by the slope along b. Each has its own."""
            return fit_by(lambda *at: line_slopes(*at)[[1, 1]])(x, y, w, b, lr, steps)

        def centred_on_the_way(x, y, w, b, lr, steps):
            """You subtract the mean of x. Here the descent runs on x as it is."""
            return right_fit(x - x.mean(), y, w, b, lr, steps)

        @says(SINGLE_POINT_EACH_STEP)
        def one_point_a_step(x, y, w, b, lr, steps):
            costs = []
            for k in range(steps):
                costs.append(line_cost(x, y, w, b))
                i = k % len(x)
                w, b = (w, b) - lr * line_slopes(x[i : i + 1], y[i : i + 1], w, b)
            return w, b, np.array(costs)

        def a_step_for_each_point(x, y, w, b, lr, steps):
            """In each turn of the loop you take a step for every single point. Take one, along the gradient over all
            points."""
            for _ in range(steps):
                for i in range(len(x)):
                    w, b = (w, b) - lr * line_slopes(x[i : i + 1], y[i : i + 1], w, b)
            return w, b, ...

    class right:
        def by_assigning(x, y, w, b, lr, steps):
            theta = tf.Variable([w, b], dtype=tf.float32)
            X = tf.constant(np.column_stack([x, np.ones(len(x))]), dtype=tf.float32)
            costs = []
            for _ in range(steps):
                with tf.GradientTape() as tape:
                    cost = tf.reduce_mean((tf.linalg.matvec(X, theta) - y.astype(np.float32)) ** 2)
                costs.append(float(cost))
                theta.assign_sub(lr * tape.gradient(cost, theta))
            return [*theta.numpy(), costs]

        def in_numpy(x, y, w, b, lr, steps):
            """In float64: what float32 loses must be within the tolerance."""
            theta, costs = np.array([w, b]), np.zeros(steps)
            X = np.column_stack([x, np.ones(len(x))])
            for k in range(steps):
                residual = X @ theta - y
                costs[k] = residual @ residual / len(x)
                theta = theta - 2 * lr / len(x) * X.T @ residual
            return theta[0], theta[1], costs
