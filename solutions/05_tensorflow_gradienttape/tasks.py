"""Exercise 05: the cases of each task, the known mistakes, and right answers written in other ways.

Most mistakes are written in NumPy: their results are TensorFlow's within the tolerance, and they run much faster.
"""

from functools import cache

import numpy as np

from grader.sentences import (
    BEGINS_AT_ZERO,
    BUG_STILL_THERE,
    COSTS_ALONE,
    COSTS_HALVED,
    FACTOR_FORGOTTEN,
    INTERCEPT_FIRST,
    LAST_COST_ALONE,
    LAST_POINT_ALONE,
    MEAN_FOR_SUM,
    ONE_COST_MORE,
    ONE_STEP_TOO_MANY,
    PATH_CLIMBS,
    PREDICTION_WITHOUT_INTERCEPT,
    SINE_SQUARED,
    START_LEFT_OUT,
    SUM_FOR_MEAN,
    says,
)
from helpers import frameworks

tf = frameworks.tensorflow()


def place_cases(rng):
    yield (np.array([1.0]),)
    for n in [2, 5, 3]:
        yield (rng.uniform(0.3, 2, n).round(2) * rng.choice([-1, 1], n),)
    yield (np.array([0.0, -1.5, 0.75]),)


def right_slope(x):
    return np.sin(x**2) + 2 * x**2 * np.cos(x**2)


class tape_gradient:
    """Of f(x) = x·sin(x²)."""

    relative, absolute = 1e-5, 1e-4
    cases = place_cases

    class mistakes:
        def value_alone(x):
            """This is the function's value. Its slope is what the tape gives when it is played, after the block."""
            return x * np.sin(x**2)

        def slope_along_the_square(x):
            """You ask for the slope along x², a step on the way. The second argument of `gradient` says along what: it
            should be the variable."""
            return x * np.cos(x**2)

        def factor_out_of_sight(x):
            """A part is missing: the tape sees x inside the sine, but takes the factor in front of it for a constant.
            Is it the array there, in place of the variable?"""
            return 2 * x**2 * np.cos(x**2)

        def square_out_of_sight(x):
            """A part is missing: the tape sees the factor in front, but takes the sine for a constant. Was it, or the
            square in it, computed from the array in place of the variable, or by NumPy?"""
            return np.sin(x**2)

        @says(FACTOR_FORGOTTEN)
        def factor_forgotten(x):
            return 2 * x * np.cos(x**2)

        def inner_slope_forgotten(x):
            """This is what comes out by hand if the chain rule is forgotten: the x² inside the sine has a slope of its
            own. Let the tape do it."""
            return np.sin(x**2) + x * np.cos(x**2)

        @says(SINE_SQUARED)
        def sine_squared(x):
            return np.sin(x) ** 2 + x * np.sin(2 * x)

        def slope_of_the_mean(x):
            """Each slope is divided by how many there are: you took a mean before you played the tape. A target of many
            numbers needs none."""
            return right_slope(x) / len(x)

        def jacobian_for_gradient(x):
            """You return the Jacobian: each value's slope along each place, nearly all of them 0. What you want stands
            on its diagonal, and `gradient` gives it at once."""
            return np.diag(right_slope(x))

        def tape_gives_none(x):
            """The result is None. Either `return` is missing, or the tape found no way from the target to the source:
            it watches variables by itself, a tensor only if told to, and never an array."""

    class right:
        def by_watching(x):
            place = tf.constant(x)
            with tf.GradientTape() as tape:
                tape.watch(place)
                total = tf.reduce_sum(tf.sin(tf.square(place)) * place)
            return tape.gradient(total, place).numpy()

        def one_by_one(x):
            slopes = []
            for x_i in x:
                place = tf.Variable(float(x_i))  # float32
                with tf.GradientTape() as tape:
                    value = place * tf.sin(place * place)
                slopes.append(tape.gradient(value, place).numpy())
            return slopes

        def by_differences(x, h=1e-5):
            return (tape_gradient.mistakes.value_alone(x + h) - tape_gradient.mistakes.value_alone(x - h)) / (2 * h)


def right_curvature(x):
    return 6 * x * np.cos(x**2) - 4 * x**3 * np.sin(x**2)


class second_derivative:
    """Of f(x) = x·sin(x²)."""

    relative, absolute = 1e-5, 1e-4
    cases = place_cases

    class mistakes:
        def first_derivative(x):
            """This is the first derivative. The outer tape has to be played as well, and its target is the slope, not
            the function's value."""
            return right_slope(x)

        def slope_squared(x):
            """You square the slope. The second derivative is the slope of the slope."""
            return right_slope(x) ** 2

        def factor_out_of_sight_twice(x):
            """Parts are missing: the tapes take the factor in front of the sine for a constant. Is it the array there,
            in place of the variable?"""
            return 2 * x * np.cos(x**2) - 4 * x**3 * np.sin(x**2)

        def factor_forgotten_twice(x):
            """This is the second derivative of the sine alone. In f a factor stands in front of it."""
            return 2 * np.cos(x**2) - 4 * x**2 * np.sin(x**2)

        @says(SINE_SQUARED)
        def of_sine_squared(x):
            return 2 * np.sin(2 * x) + 2 * x * np.cos(2 * x)

        def of_the_mean(x):
            """Each entry is divided by how many there are: you took a mean on the way. A target of many numbers needs
            none."""
            return right_curvature(x) / len(x)

        def hessian_for_curvature(x):
            """You return the Jacobian of the slopes: how each depends on each place, nearly all of it 0. What you want
            stands on its diagonal, and `gradient` gives it at once."""
            return np.diag(right_curvature(x))

        def outer_tape_gives_none(x):
            """The result is None. Either `return` is missing, or the outer tape did not hear how the slope came about:
            look how far the line that plays the inner tape is indented."""

    class right:
        def by_watching(x):
            place = tf.constant(x)
            with tf.GradientTape() as outer, tf.GradientTape() as inner:
                outer.watch(place)
                inner.watch(place)
                total = tf.reduce_sum(place * tf.sin(place * place))
                slope = inner.gradient(total, place)
            return outer.gradient(slope, place).numpy()

        def in_float32(x):
            place = tf.Variable(x, dtype=tf.float32)
            with tf.GradientTape() as outer:
                with tf.GradientTape() as inner:
                    values = place * tf.sin(place**2)
                slopes = inner.gradient(values, place)
            return outer.gradient(slopes, place).numpy()

        def by_differences(x, h=1e-5):
            return (right_slope(x + h) - right_slope(x - h)) / (2 * h)


def slope_of_the_sum(theta):
    return np.exp(theta) - 1


def path_by(gradient):
    """The path of descent by a gradient, right or wrong."""

    def descend(start, lr, steps):
        path = [start]
        for _ in range(steps):
            path.append(path[-1] - lr * gradient(path[-1]))
        return np.array(path)

    return descend


right_path = path_by(slope_of_the_sum)


class descend_by_tape:
    """On J(θ) = Σ(exp(θᵢ) − θᵢ)."""

    relative, absolute = 1e-5, 1e-6

    def cases(rng):
        yield np.array([1.0]), 0.5, 2
        for d, lr, steps in [(2, 0.2, 3), (3, 0.1, 1), (1, 0.25, 5), (4, 0.15, 2)]:
            yield rng.uniform(0.4, 1.4, d).round(2) * rng.choice([-1, 1], d), lr, steps
        yield rng.uniform(-1, 1, 2).round(2), 0.1, 0

    class mistakes:
        @says(BUG_STILL_THERE)
        def lost_after_one_step(start, lr, steps):
            if steps > 1:
                raise TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'")
            return right_path(start, lr, steps)

        def still_after_one_step(start, lr, steps):
            """Your path stays at its second point. Either each step sets out from the start again, with a variable that
            is made inside the loop; or the gradient is zeros where it was None, which hides the error and leaves its
            cause as it was."""
            path = right_path(start, lr, steps)
            return path[np.minimum(np.arange(steps + 1), 1)]

        def never_moves(start, lr, steps):
            """Your path never leaves the start. Is the cost computed out of the tape's sight, and its None turned into
            zeros? Or does `theta` get no new value?"""
            return np.array([start] * (steps + 1))

        def move_for_place(start, lr, steps):
            """Your θ is set to the move itself, as if each step set out from 0. `assign` replaces the value; which of
            its kin takes something off it?"""
            path = [start]
            for _ in range(steps):
                path.append(-lr * slope_of_the_sum(path[-1]))
            return np.array(path)

        @says(PATH_CLIMBS)
        def climbs(start, lr, steps):
            return right_path(start, -lr, steps)

        def gradient_taken_once(start, lr, steps):
            """Your path is a straight line of equal steps: the tape is played once, at the start. Each step needs a
            tape of its own."""
            return np.array([start - k * lr * slope_of_the_sum(start) for k in range(steps + 1)])

        def variable_many_times(start, lr, steps):
            """All rows of your path are the same: the list holds the variable itself many times over, and that has one
            value, the last. Keep what it holds at each step, by `.numpy()`."""
            return np.array([right_path(start, lr, steps)[-1]] * (steps + 1))

        @says(MEAN_FOR_SUM)
        def by_the_mean(start, lr, steps):
            return path_by(lambda theta: slope_of_the_sum(theta) / len(theta))(start, lr, steps)

        @says(START_LEFT_OUT)
        def start_left_out(start, lr, steps):
            return right_path(start, lr, steps)[1:]

        @says(LAST_POINT_ALONE)
        def last_point_alone(start, lr, steps):
            return right_path(start, lr, steps)[-1]

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

    class mistakes:
        def seed_set_each_time(seed, times):
            """However often the second cell is run, the first pair comes out. Is the seed set again before each draw?
            Or does the loop run once only?"""
            return pair(numbers_drawn(seed), 1)

        def data_not_drawn(seed, times):
            """Your pairs come right after the seed. But the first cell draws x and the noise as well, and that moves
            the sequence on, whether they are used or not."""
            return pair(numbers_drawn(seed, uniform=False, normal=False), times)

        def noise_not_drawn(seed, times):
            """One of the two draws of the first cell is missing, x or the noise. Each of them moves the sequence on."""
            return pair(numbers_drawn(seed, normal=False), times)

        def one_run_too_many(seed, times):
            """You run the second cell once too often. How many times does the loop run?"""
            return pair(numbers_drawn(seed), times + 1)

        def whole_thing_again(seed, times):
            """Between the pairs, your data is drawn again: x and the noise stand inside the loop. The first cell is run
            once."""
            tf.random.set_seed(seed)
            for _ in range(times):
                tf.random.uniform(shape=(100, 1), minval=0, maxval=100, dtype=tf.float32)
                tf.random.normal(shape=(100, 1), mean=50.0, stddev=20, dtype=tf.float32)
                W, b = tf.random.normal(shape=(1,)), tf.random.normal(shape=(1,))
            return W.numpy()[0], b.numpy()[0]

        def b_drawn_first(seed, times):
            """The right numbers in the wrong order: W is drawn, and returned, first."""
            return pair(numbers_drawn(seed), times)[::-1]

        def all_of_one_kind_first(seed, times):
            """You draw W so many times, and then b so many times. The second cell draws them in turn."""
            numbers = numbers_drawn(seed)
            return numbers[times - 1], numbers[2 * times - 1]

        def always_seed_23(seed, times):
            """Right for seed 23. The seed that is passed in may be another one."""
            return pair(numbers_drawn(23), times)

        def drawn_as_one_array(seed, times):
            """You draw W and b at once, as one array of two. A draw of two numbers is not two draws of one: draw as the
            cell does."""
            tf.random.set_seed(seed)
            tf.random.uniform(shape=(100, 1))
            tf.random.normal(shape=(100, 1))
            for _ in range(times):
                both = tf.random.normal(shape=(2,))
            return both.numpy()

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


def line_slopes(x, y, w, b):
    residual = w * x + b - y
    return 2 * np.mean(residual * x), 2 * np.mean(residual)


def line_cost(x, y, w, b):
    return np.mean((w * x + b - y) ** 2)


def fit_by(slopes=line_slopes, cost=line_cost):
    """The fit by slopes and a cost, right or wrong."""

    def fit(x, y, w, b, lr, steps):
        costs = []
        for _ in range(steps):
            costs.append(cost(x, y, w, b))
            dw, db = slopes(x, y, w, b)
            w, b = w - lr * dw, b - lr * db
        return w, b, np.array(costs)

    return fit


right_fit = fit_by()


class fit_line_tensorflow:
    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        yield np.array([1.0, 3.0]), np.array([2.0, 4.0]), 0.0, 0.0, 0.05, 2
        for n, centre, lr, steps in [(3, 1.5, 0.03, 3), (5, -1.0, 0.05, 2), (4, 2.0, 0.02, 1)]:
            x = apart(rng, n, centre)
            y = (rng.uniform(1, 3) * x + rng.uniform(4, 8) + rng.uniform(-1, 1, n)).round(2)
            w, b = rng.uniform([-2, -1.5], [-0.5, -0.5]).round(2).tolist()
            yield x, y, w, b, lr, steps

    class mistakes:
        def costs_after_the_step(x, y, w, b, lr, steps):
            """The line is right, but each of your costs is taken after its step. The one that the tape has recorded is
            the cost before it."""
            w_end, b_end, costs = right_fit(x, y, w, b, lr, steps)
            return w_end, b_end, np.append(costs[1:], line_cost(x, y, w_end, b_end))

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
            return fit_by(lambda *at: [n * slope for slope in line_slopes(*at)], lambda *at: n * line_cost(*at))(
                x, y, w, b, lr, steps
            )

        def not_reduced(x, y, w, b, lr, steps):
            """Your cost holds one number for each point, and the gradient of many targets is that of their sum: the
            steps are n times too long. Make one number of them first."""
            n = len(x)
            return fit_by(
                lambda *at: [n * slope for slope in line_slopes(*at)], lambda x, y, w, b: (w * x + b - y) ** 2
            )(x, y, w, b, lr, steps)

        def every_pair(x, y, w, b, lr, steps):
            """Your x is a column and your y is not, or the other way round: the residuals are then a table of n times
            n, each prediction with every y. Give both one shape."""
            return fit_by(
                lambda x, y, w, b: line_slopes(x, np.mean(y), w, b),
                lambda x, y, w, b: line_cost(x, y[:, None], w, b),
            )(x, y, w, b, lr, steps)

        @says(COSTS_HALVED)
        def half_the_cost(x, y, w, b, lr, steps):
            return fit_by(lambda *at: [slope / 2 for slope in line_slopes(*at)], lambda *at: line_cost(*at) / 2)(
                x, y, w, b, lr, steps
            )

        @says(PREDICTION_WITHOUT_INTERCEPT)
        def intercept_left_out(x, y, w, b, lr, steps):
            return fit_by(
                lambda x, y, w, b: (line_slopes(x, y, w, 0.0)[0], 0.0),
                lambda x, y, w, b: line_cost(x, y, w, 0.0),
            )(x, y, w, b, lr, steps)

        def gradient_at_the_start(x, y, w, b, lr, steps):
            """Each of your steps uses the gradient at the start, and your costs are that at the start. The tape has to
            record the cost anew in each turn of the loop."""
            dw, db = line_slopes(x, y, w, b)
            return w - steps * lr * dw, b - steps * lr * db, np.full(steps, line_cost(x, y, w, b))

        def only_the_gradient_at_the_start(x, y, w, b, lr, steps):
            """Your costs follow the steps, but each step uses the gradient at the start. Play a new tape in each turn
            of the loop."""
            slopes = line_slopes(x, y, w, b)
            return fit_by(lambda *at: slopes)(x, y, w, b, lr, steps)

        def begun_anew(x, y, w, b, lr, steps):
            """However many steps there are, you come as far as with one. Are the variables made inside the loop, so
            that each step begins at the start again?"""
            w_1, b_1, costs = right_fit(x, y, w, b, lr, 1)
            return w_1, b_1, np.repeat(costs, steps)

        def lost_after_one_step(x, y, w, b, lr, steps):
            """One step works, and then a gradient is None: `w = w - …` makes w a tensor, which the tape does not watch.
            Let the optimiser change the variables, or use `assign_sub`."""
            if steps > 1:
                raise TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'")
            return right_fit(x, y, w, b, lr, steps)

        def w_moved_first(x, y, w, b, lr, steps):
            """You move w before the gradient along b is taken, so that belongs to another point. Ask one tape for both
            gradients, then hand over both."""
            costs = []
            for _ in range(steps):
                costs.append(line_cost(x, y, w, b))
                w = w - lr * line_slopes(x, y, w, b)[0]
                b = b - lr * line_slopes(x, y, w, b)[1]
            return w, b, np.array(costs)

        def b_moved_first(x, y, w, b, lr, steps):
            """You move b before the gradient along w is taken, so that belongs to another point. Ask one tape for both
            gradients, then hand over both."""
            costs = []
            for _ in range(steps):
                costs.append(line_cost(x, y, w, b))
                b = b - lr * line_slopes(x, y, w, b)[1]
                w = w - lr * line_slopes(x, y, w, b)[0]
            return w, b, np.array(costs)

        def w_alone_moves(x, y, w, b, lr, steps):
            """Only w moves. Is b a variable, and does the optimiser get its gradient?"""
            return fit_by(lambda *at: (line_slopes(*at)[0], 0.0))(x, y, w, b, lr, steps)

        def b_alone_moves(x, y, w, b, lr, steps):
            """Only b moves. Is w a variable, and does the optimiser get its gradient?"""
            return fit_by(lambda *at: (0.0, line_slopes(*at)[1]))(x, y, w, b, lr, steps)

        def nothing_moves(x, y, w, b, lr, steps):
            """Neither w nor b moves. Are the gradients handed to the optimiser, and in pairs with the variables that
            you return?"""
            return fit_by(lambda *at: (0.0, 0.0))(x, y, w, b, lr, steps)

        def pairs_crossed(x, y, w, b, lr, steps):
            """Each gradient moves the other variable: w goes by the slope along b, and b by that along w. Compare the
            order of the two lists that you pair."""
            return fit_by(lambda *at: line_slopes(*at)[::-1])(x, y, w, b, lr, steps)

        @says(BEGINS_AT_ZERO)
        def from_zero(x, y, w, b, lr, steps):
            return right_fit(x, y, 0.0, 0.0, lr, steps)

        def default_rate(x, y, w, b, lr, steps):
            """The learning rate makes no difference to your result: without an argument, `tf.optimizers.SGD()` takes
            0.01."""
            return right_fit(x, y, w, b, 0.01, steps)

        @says(ONE_STEP_TOO_MANY)
        def one_step_too_many(x, y, w, b, lr, steps):
            return right_fit(x, y, w, b, lr, steps + 1)

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
