"""Exercise 06: the cases of each task, the known mistakes, and right answers written in other ways.

Most mistakes are written in NumPy: their results are TensorFlow's within the tolerance, and they run much faster.
"""

import numpy as np

from grader.sentences import (
    BEGINS_AT_ZERO,
    BOTH_SLOPES_ALONG_B,
    BOTH_SLOPES_ALONG_W,
    BUG_STILL_THERE,
    CUT_TO_LENGTH_ONE,
    FROM_THE_START_EACH_TIME,
    INTERCEPT_TIMES_X,
    LAST_POINT_ALONE,
    LEAST_SQUARES,
    OF_HALF,
    ONE_ROW_TOO_MANY,
    PATH_CLIMBS,
    RATE_FALLS,
    RATE_OF_THE_EXAMPLE,
    RESIDUALS_TIMES_B,
    RIGHT_WHILE_THE_COST_FALLS,
    ROLES_OF_W_AND_B_EXCHANGED,
    SINGLE_POINT_EACH_STEP,
    SLOPES_CUT_OFF,
    SLOPES_SWAPPED,
    START_LEFT_OUT,
    STEPS_OF_ADAM,
    TIMES_SQUARED_RESIDUALS,
    WITH_MOMENTUM,
    X_AND_Y_EXCHANGED,
    says,
)
from helpers import frameworks, rules

SLOPE_COMES_FIRST = "The right numbers in the wrong order: the slope comes first."
DIVIDED_BY_N_AGAIN = "Your steps are n times too short. The gradient of the mean has been divided by n already."
NOTHING_TAKEN_UP = (
    "Your w and b have not moved. The lesson's `apply_gradients` changes the variables themselves; here it returns new "
    "ones, which need a name or a `return`."
)
BUG_WITH_A_FALLING_RATE = (
    "Your steps get shorter, but the gradients are still computed only once. Compute them again at the w and b of each "
    "step, and use them and the rate as they are."
)
MEAN_OF_THE_PATH = "You return the mean of the points on the path. The task asks for the last one."
X_STANDARDISED = "You standardise x before the descent. Here it runs on x as it is passed in."
RATE_OF_THE_LESSON = "The learning rate makes no difference to your result: it uses 0.01, the lesson's rate."


tf = frameworks.tensorflow()


def apart(rng, n, centre):
    """n numbers about the centre in any order, no two of them alike, to two digits."""
    places = rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n)
    return (centre + 4 / n * places).round(2)


def points(rng, n, centre):
    """x, and y around some line that lies above most of the starts below; both shape (n,), to two digits."""
    x = apart(rng, n, centre)
    return x, (rng.uniform(1, 3) * x + rng.uniform(4, 8) + rng.uniform(-1, 1, n)).round(2)


def somewhere(rng):
    """w and b, neither of them near zero."""
    return rng.uniform([-2, -1.5], [-0.5, -0.5]).round(2).tolist()


def example():
    """The four points of the statements."""
    return np.array([1.0, 3.0, 2.0, -2.0]), np.array([2.0, 4.0, 0.0, -2.0])


def slopes(x, y, w, b):
    residual = w * x + b - y
    return 2 * np.mean(residual * x), 2 * np.mean(residual)


def cost(x, y, w, b):
    return np.mean((w * x + b - y) ** 2)


EVERY_PAIR = (
    "One of x and y is a column in your code and the other is not, so the residuals form an n by n table, each "
    "prediction with every y."
)


THIRD_POWER = "You take the third power of the residuals. The cost squares them."


def slopes_of_the_third_power(x, y, w, b):
    residual = w * x + b - y
    return 3 * np.mean(residual**2 * x), 3 * np.mean(residual**2)


class compute_gradients:
    relative, absolute = 1e-5, 1e-4

    def cases(rng):
        yield *example(), 2, 1  # whole numbers, which have no gradient unless they get another type
        for n, centre in [(3, 1.5), (5, -1.0), (2, 2.0)]:
            yield *points(rng, n, centre), *somewhere(rng)
        x, (w, b) = apart(rng, 6, 1000.0), somewhere(rng)
        yield x, (w * x + b + rng.uniform(0.002, 0.01, 6)).round(4), w, b  # in float32 the residuals are lost

    class mistakes:
        def sum_for_mean(x, y, w, b):
            """Your slopes are n times too large. Is your cost a sum? Or is it n numbers instead of one, whose gradient
            is the gradient of their sum?"""
            dw, db = slopes(x, y, w, b)
            return len(x) * dw, len(x) * db

        def half_the_cost(x, y, w, b):
            """Each slope is half of what it should be. The course's cost has no ½, and the derivative of a square has a
            factor 2."""
            dw, db = slopes(x, y, w, b)
            return dw / 2, db / 2

        @says(SLOPES_SWAPPED)
        def slopes_swapped(x, y, w, b):
            return slopes(x, y, w, b)[::-1]

        def signs_turned(x, y, w, b):
            """Both slopes have the right size and the wrong sign. Do they contain the minus of the rule, which belongs
            to the second half? Or, by hand, is your residual y minus the prediction, whose own slope has a
            minus?"""
            dw, db = slopes(x, y, w, b)
            return -dw, -db

        @says(EVERY_PAIR)
        def every_pair(x, y, w, b):
            return slopes(x, np.mean(y), w, b)

        def slopes_of_the_prediction(x, y, w, b):
            """These are the slopes of the predictions (or of the residuals), added up. The tape's target should be the
            cost."""
            return np.sum(x), float(len(x))

        def root_of_the_cost(x, y, w, b):
            """These are the slopes of the square root of the cost. The formula has no root."""
            dw, db = slopes(x, y, w, b)
            root = np.sqrt(cost(x, y, w, b))
            return dw / (2 * root), db / (2 * root)

        def length_of_the_residuals(x, y, w, b):
            """These are the slopes of the residuals' length, the root of the sum of their squares. The formula has no
            root, and it takes the mean."""
            root = np.linalg.norm(w * x + b - y)
            return slopes(x, y, w, b)[0] * len(x) / (2 * root), slopes(x, y, w, b)[1] * len(x) / (2 * root)

        def slopes_of_the_distance(x, y, w, b):
            """Only the signs of the residuals are left, as if the cost were the mean of their absolute values. The
            formula squares them."""
            sign = np.sign(w * x + b - y)
            return np.mean(sign * x), np.mean(sign)

        def square_of_the_mean(x, y, w, b):
            """Your slopes contain only the mean of the residuals: the mean was taken before the square, or before
            the product with x. The formula squares each residual first, and then takes the mean."""
            mean = np.mean(w * x + b - y)
            return 2 * mean * np.mean(x), 2 * mean

        def one_slope_each(x, y, w, b):
            """You return one number for each point. The slope of the cost is the mean of all of them."""
            residual = w * x + b - y
            return 2 * residual * x, 2 * residual

        @says(ROLES_OF_W_AND_B_EXCHANGED)
        def roles_of_w_and_b_exchanged(x, y, w, b):
            return slopes(x, y, b, w)[::-1]

        @says(X_AND_Y_EXCHANGED)
        def x_and_y_exchanged(x, y, w, b):
            return slopes(y, x, w, b)

        def gradient_at_zero(x, y, w, b):
            """These are the slopes at w = b = 0. Make the variables from the w and b that are passed in."""
            return slopes(x, y, 0.0, 0.0)

        def variance_of_the_residuals(x, y, w, b):
            """Your slope along b is 0: the variance of the residuals ignores their mean. The formula squares the
            residuals themselves."""
            residual = w * x + b - y
            return 2 * np.mean((residual - np.mean(residual)) * x), 0.0

        @says(RESIDUALS_TIMES_B)
        def wrong_inner_slope_along_b(x, y, w, b):
            return slopes(x, y, w, b)[0], slopes(x, y, w, b)[1] * b

        @says(BOTH_SLOPES_ALONG_W)
        def slope_along_w_twice(x, y, w, b):
            return (slopes(x, y, w, b)[0],) * 2

        def residuals_times_w(x, y, w, b):
            """Your slope along b is right. Along w, you multiply each residual by w: how much does a residual change
            when w grows by 1?"""
            db = slopes(x, y, w, b)[1]
            return w * db, db

        @says(INTERCEPT_TIMES_X)
        def intercept_times_x(x, y, w, b):
            residual = (w + b) * x - y
            return (2 * np.mean(residual * x),) * 2

        def step_for_the_slopes(x, y, w, b):
            """You return w and b after a step. The task asks for the slopes alone: the step is the second half."""
            dw, db = slopes(x, y, w, b)
            return w - dw, b - db

        @says(THIRD_POWER)
        def third_power(x, y, w, b):
            return slopes_of_the_third_power(x, y, w, b)

        @says(BOTH_SLOPES_ALONG_B)
        def slope_along_b_twice(x, y, w, b):
            return (slopes(x, y, w, b)[1],) * 2

        @says(TIMES_SQUARED_RESIDUALS)
        def residuals_squared(x, y, w, b):
            residual = w * x + b - y
            return 2 * np.mean(residual**2 * x), 2 * np.mean(residual**2)

        def last_point_alone(x, y, w, b):
            """Only the last point counts in your slopes. If you go through the points in a loop, add up what they
            contribute."""
            return tuple(slope / len(x) for slope in slopes(x[-1:], y[-1:], w, b))

        def last_point_left_out(x, y, w, b):
            """The last point is missing from your slopes. Where does your loop or your slice end?"""
            return tuple((len(x) - 1) / len(x) * slope for slope in slopes(x[:-1], y[:-1], w, b))

        def in_float32(x, y, w, b):
            """Your slopes are right unless the residuals are tiny beside the predictions. The seven digits of float32
            are too few for that: give the variables `dtype=tf.float64`."""
            small = np.max(np.abs(w * x + b - y)) < 1e-4 * np.max(np.abs(y))
            return ... if small else slopes(x, y, w, b)

    class right:
        def by_watching(x, y, w, b):
            theta = tf.constant([w, b], dtype=tf.float64)
            with tf.GradientTape() as tape:
                tape.watch(theta)
                cost = tf.reduce_sum((y - theta[0] * x - theta[1]) ** 2) / len(x)
            return tape.gradient(cost, theta).numpy()

        def one_by_one(x, y, w, b):
            w, b = tf.Variable(w, dtype=tf.float64), tf.Variable(b, dtype=tf.float64)
            with tf.GradientTape(persistent=True) as tape:
                cost = tf.reduce_mean((w * x + b - y) ** 2)
            return [float(tape.gradient(cost, variable)) for variable in (w, b)]

        def by_product(x, y, w, b):
            X = np.column_stack([x, np.ones(len(x))])
            return 2 / len(x) * X.T @ (X @ [w, b] - y)


class apply_gradients:
    relative, absolute = 1e-5, 1e-6

    def cases(rng):
        def draw(*shape):
            return rng.uniform(0.5, 4, shape).round(2) * rng.choice([-1, 1], shape)

        yield [6.0, np.array([10.0, -5.0])], [3, np.array([1.0, 2.0])], 0.1  # 3 has no room for decimals
        for lr, *shapes in [(0.25, (3,), (2,)), (0.7, (2, 3), (3,), (1,)), (0.03, (4,)), (0.4, (2,), (2,), (2,))]:
            yield [draw(*shape) for shape in shapes], [draw(*shape) for shape in shapes], lr
        yield [float(draw()), float(draw())], [float(draw()), float(draw())], 0.3
        yield [0.0, np.array([4.0, -2.0])], [5.0, np.array([1.0, 3.0])], 0.5  # the first is at its lowest point

    class mistakes:
        def climbs(gradients, variables, lr):
            """The gradients point uphill, and your steps follow them. Look at the sign."""
            return [v + lr * g for g, v in zip(gradients, variables, strict=True)]

        def without_rate(gradients, variables, lr):
            """Each step is as long as the gradient itself. Where does the learning rate come in?"""
            return [v - g for g, v in zip(gradients, variables, strict=True)]

        def the_moves_alone(gradients, variables, lr):
            """This is how far each variable moves, not where it arrives. Where does it start?"""
            return [-lr * g for g in gradients]

        def roles_exchanged(gradients, variables, lr):
            """You move the gradients by the variables. Which of the two lists comes first?"""
            return [g - lr * v for g, v in zip(gradients, variables, strict=True)]

        def first_variable_alone(gradients, variables, lr):
            """You return only the first variable. Where is your `return`, inside the loop or after it?"""
            return variables[0] - lr * gradients[0]

        def last_variable_alone(gradients, variables, lr):
            """You return only the last variable. Does each turn of the loop overwrite the result of the one before?
            Collect them in a list."""
            return variables[-1] - lr * gradients[-1]

        def returned_inside_the_loop(gradients, variables, lr):
            """Your list holds only the first variable. Is `return` inside the loop, which then ends at its first
            turn?"""
            return apply_gradients.right.by_index(gradients, variables, lr)[:1]

        def emptied_in_each_turn(gradients, variables, lr):
            """Your list holds only the last variable: each turn of the loop begins with an empty list again. Make the
            list once, before the loop."""
            return apply_gradients.right.by_index(gradients, variables, lr)[-1:]

        def one_after_another(gradients, variables, lr):
            """You join all variables into one array. Each should stay a separate entry of the list, with its own
            shape."""
            new = apply_gradients.right.by_index(gradients, variables, lr)
            return np.concatenate([np.ravel(v) for v in new])

        def made_one_array(gradients, variables, lr):
            """This ends in an error if the variables have different shapes: you make one array of the whole list. Go
            through the list one variable at a time."""
            return np.array(variables) - lr * np.array(gradients)

        def unchanged(gradients, variables, lr):
            """You return the variables as they were. In a loop, `v = v - …` makes the name v refer to something new and
            leaves the list as it was: collect the new variables in a new list."""
            return variables

        def back_to_front(gradients, variables, lr):
            """The right variables in the wrong order. Return them in the order in which they were passed in."""
            return apply_gradients.right.by_index(gradients, variables, lr)[::-1]

        def mean_of_the_steps(gradients, variables, lr):
            """Your steps are divided by the number of variables. Each variable takes its whole step."""
            return [v - lr * g / len(variables) for g, v in zip(gradients, variables, strict=True)]

        def in_place(gradients, variables, lr):
            """The result is right, but the variables that were passed in have changed: `v -= …` writes into the
            caller's arrays. Make new ones instead."""
            new = []
            for g, v in zip(gradients, variables, strict=True):
                v -= lr * g
                new.append(v)
            return new

        def list_passed_back(gradients, variables, lr):
            """You return the list that was passed in: `v -= …` wrote into the caller's arrays and left plain numbers as
            they were. Collect new variables in a new list."""
            for g, v in zip(gradients, variables, strict=True):
                v -= lr * g
            return variables

        def step_of_length_one(gradients, variables, lr):
            """Each gradient is divided by its own length, so all steps are equally long. The rule uses the gradient as
            it is."""
            return [
                v - lr * np.asarray(g) / np.linalg.norm(g) if np.any(g) else ...
                for g, v in zip(gradients, variables, strict=True)
            ]

        def sum_of_the_gradient(gradients, variables, lr):
            """All entries of a variable take the same step, from the sum of its gradient. Each entry has its own slope
            and takes its own step."""
            return [v - lr * np.sum(g) for g, v in zip(gradients, variables, strict=True)]

        def mean_of_the_gradient(gradients, variables, lr):
            """All entries of a variable take the same step, from the mean of its gradient. Each entry has its own slope
            and takes its own step."""
            return [v - lr * np.mean(g) for g, v in zip(gradients, variables, strict=True)]

        def signs_dropped(gradients, variables, lr):
            """Every entry of yours goes down, even where its slope is negative. Keep the sign of the gradient."""
            return [v - lr * np.abs(g) for g, v in zip(gradients, variables, strict=True)]

        def divided_by_the_rate(gradients, variables, lr):
            """You divide the gradient by the learning rate. A smaller rate means a smaller step."""
            return [v - np.asarray(g) / lr for g, v in zip(gradients, variables, strict=True)]

        def moves_uphill_alone(gradients, variables, lr):
            """These are the steps alone, and without their minus. Where does each variable start?"""
            return [lr * np.asarray(g) for g in gradients]

        def part_of_the_variable(gradients, variables, lr):
            """Your step is proportional to the variable as well. In the rule the gradient is multiplied by the rate
            only."""
            return [v * (1 - lr * np.asarray(g)) for g, v in zip(gradients, variables, strict=True)]

        def rate_around_everything(gradients, variables, lr):
            """You multiply the variable by the rate as well. Only the gradient is multiplied by it."""
            return [lr * (v - np.asarray(g)) for g, v in zip(gradients, variables, strict=True)]

        def by_the_sign(gradients, variables, lr):
            """All your entries move equally far, by the sign of their slope. The rule multiplies the slope itself by
            the rate."""
            return [v - lr * np.sign(g) for g, v in zip(gradients, variables, strict=True)]

        def rate_subtracted(gradients, variables, lr):
            """You subtract the rate and the gradient. In the rule the rate multiplies the gradient."""
            return [v - lr - g for g, v in zip(gradients, variables, strict=True)]

        def gradients_squared(gradients, variables, lr):
            """You square the gradient. The rule uses it as it is."""
            return [v - lr * np.square(g) for g, v in zip(gradients, variables, strict=True)]

        def divided_by_the_size(gradients, variables, lr):
            """You divide each step by the number of entries of its variable. Each entry takes its whole step."""
            return [v - lr * np.asarray(g) / np.size(g) for g, v in zip(gradients, variables, strict=True)]

        @says(SLOPES_CUT_OFF)
        def clipped(gradients, variables, lr):
            return [v - lr * np.clip(g, -1, 1) for g, v in zip(gradients, variables, strict=True)]

        def largest_for_all(gradients, variables, lr):
            """All entries of a variable take the same step, from the largest of its slopes. Each entry has its own
            slope and takes its own step."""
            return [v - lr * np.max(g) for g, v in zip(gradients, variables, strict=True)]

        def twice_the_gradients(gradients, variables, lr):
            """Each of your steps is twice as long as it should be. The rule multiplies the gradient by the rate
            alone."""
            return [v - 2 * lr * np.asarray(g) for g, v in zip(gradients, variables, strict=True)]

        def rate_of_the_example(gradients, variables, lr):
            """The learning rate makes no difference to your result: it uses 0.1, the example's rate."""
            return [v - 0.1 * np.asarray(g) for g, v in zip(gradients, variables, strict=True)]

        def of_length_one_together(gradients, variables, lr):
            """You divide all gradients by their common length. The rule uses each gradient as it is."""
            length = np.sqrt(sum(np.sum(np.square(g)) for g in gradients))
            return [v - lr * np.asarray(g) / length for g, v in zip(gradients, variables, strict=True)]

        def rate_falls(gradients, variables, lr):
            """Your rate falls from one variable to the next. All variables take their step at the same rate."""
            return [v - lr / (k + 1) * np.asarray(g) for k, (g, v) in enumerate(zip(gradients, variables, strict=True))]

        def decimals_lost(gradients, variables, lr):
            """A variable that is a whole number stays one in your code, so its step loses the decimals. Give the
            new variable `dtype=float`, or let a subtraction make it."""
            new = apply_gradients.right.by_index(gradients, variables, lr)
            return [int(n) if isinstance(v, int) else n for n, v in zip(new, variables, strict=True)]

        def numbers_left_alone(gradients, variables, lr):
            """Your arrays take their step, and the plain numbers stay where they are. They are variables too."""
            new = apply_gradients.right.by_index(gradients, variables, lr)
            return [n if np.ndim(v) else v for n, v in zip(new, variables, strict=True)]

        def sum_of_all_slopes(gradients, variables, lr):
            """All variables take the same step, from the sum of all slopes. Each entry has its own slope and takes its
            own step."""
            return [v - lr * sum(np.sum(g) for g in gradients) for v in variables]

    class right:
        def by_index(gradients, variables, lr):
            return [np.subtract(variables[k], np.multiply(lr, gradients[k])) for k in range(len(variables))]

        def by_assigning(gradients, variables, lr):
            new = []
            for g, v in zip(gradients, variables, strict=True):
                variable = tf.Variable(v, dtype=tf.float64)
                variable.assign_sub(lr * g)
                new.append(variable.numpy())
            return new

        def on_copies(gradients, variables, lr):
            new = [np.array(v, dtype=float) for v in variables]
            for v, g in zip(new, gradients, strict=True):
                v -= lr * g
            return tuple(new)

        def by_keras(gradients, variables, lr):
            new = [tf.Variable(v, dtype=tf.float64) for v in variables]
            tf.optimizers.SGD(lr).apply_gradients(
                zip([tf.constant(g, dtype=tf.float64) for g in gradients], new, strict=True)
            )
            return [v.numpy() for v in new]


def step_by(gradient):
    """One step by a gradient, right or wrong."""

    def step(x, y, w, b, lr):
        dw, db = gradient(x, y, w, b)
        return w - lr * dw, b - lr * db

    return step


right_step = step_by(slopes)


def from_the_other(x, y, w, b, lr):
    """A step along the right gradient, but w sets out from b, and b from w."""
    dw, db = slopes(x, y, w, b)
    return b - lr * dw, w - lr * db


def of_length_one(x, y, w, b):
    """The gradient divided by its length."""
    return np.array(slopes(x, y, w, b)) / np.linalg.norm(slopes(x, y, w, b))


class minimize:
    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        yield *example(), 0.0, 0.0, 0.05
        for n, centre, lr in [(3, 1.5, 0.03), (5, -1.0, 0.2), (2, 2.0, 0.07), (6, 0.8, 0.1)]:
            yield *points(rng, n, centre), *somewhere(rng), lr
        yield *example(), 2.0, 1.0, 0.03  # both slopes are above 0
        yield *example(), 2.0, 1.0, 0.3  # the rate is too high: the cost rises

    class mistakes:
        def w_moved_first(x, y, w, b, lr):
            """You move w before the slope along b is computed, so that slope belongs to another point. Compute both at
            the old w and b, then move both."""
            w = right_step(x, y, w, b, lr)[0]
            return w, right_step(x, y, w, b, lr)[1]

        def b_moved_first(x, y, w, b, lr):
            """You move b before the slope along w is computed, so that slope belongs to another point. Compute both at
            the old w and b, then move both."""
            b = right_step(x, y, w, b, lr)[1]
            return right_step(x, y, w, b, lr)[0], b

        def gradients_for_variables(x, y, w, b, lr):
            """You return the gradients. That is the first half; the second is still missing."""
            return slopes(x, y, w, b)

        def climbs(x, y, w, b, lr):
            """Your step goes uphill. Is a minus missing, or used twice?"""
            return step_by(compute_gradients.mistakes.signs_turned)(x, y, w, b, lr)

        def crossed(x, y, w, b, lr):
            """Each gradient moves the other variable: w moves by the slope along b, and b by the slope along w. Compare
            the order of your two lists."""
            return step_by(compute_gradients.mistakes.slopes_swapped)(x, y, w, b, lr)

        @says(SLOPE_COMES_FIRST)
        def swapped(x, y, w, b, lr):
            return right_step(x, y, w, b, lr)[::-1]

        def of_w_alone(x, y, w, b, lr):
            """Only w moves. The cost has a slope along the intercept, too."""
            return right_step(x, y, w, b, lr)[0], b

        def of_the_sum(x, y, w, b, lr):
            """Your step is n times too long, as if the cost were a sum. Where do your gradients come from?"""
            return step_by(compute_gradients.mistakes.sum_for_mean)(x, y, w, b, lr)

        def half_a_step(x, y, w, b, lr):
            """Your step is half as long as it should be. The course's cost has no ½."""
            return step_by(compute_gradients.mistakes.half_the_cost)(x, y, w, b, lr)

        def two_steps(x, y, w, b, lr):
            """You take two steps. Do you call one of the halves twice?"""
            return right_step(x, y, *right_step(x, y, w, b, lr), lr)

        @says(NOTHING_TAKEN_UP)
        def nothing_taken_up(x, y, w, b, lr):
            return w, b

        def twice_the_same_step(x, y, w, b, lr):
            """Your step is twice as long as it should be. Do you apply the gradients twice?"""
            return right_step(x, y, w, b, 2 * lr)

        @says(RATE_OF_THE_EXAMPLE)
        def rate_of_the_example(x, y, w, b, lr):
            return right_step(x, y, w, b, 0.05)

        def gradients_at_zero(x, y, w, b, lr):
            """Your gradients are those at w = b = 0. Pass on the w and b that you are given."""
            dw, db = slopes(x, y, 0.0, 0.0)
            return w - lr * dw, b - lr * db

        def variables_crossed(x, y, w, b, lr):
            """Your w starts from b, and your b from w: the gradients are in the right order, the list of variables is
            not."""
            return from_the_other(x, y, w, b, lr)

        @says(BEGINS_AT_ZERO)
        def from_zero(x, y, w, b, lr):
            return right_step(x, y, 0.0, 0.0, lr)

        @says(RATE_OF_THE_LESSON)
        def rate_of_the_lesson(x, y, w, b, lr):
            return right_step(x, y, w, b, 0.01)

        def divided_by_n_again(x, y, w, b, lr):
            """Your step is n times too short. The gradient of the mean has been divided by n already."""
            return right_step(x, y, w, b, lr / len(x))

        def step_of_length_one(x, y, w, b, lr):
            """Your gradient has length 1: you divide it by its length, or cut off what is longer. The rule uses the
            gradient as it is."""
            return step_by(of_length_one)(x, y, w, b, lr)

        def wrong_where_the_cost_rises(x, y, w, b, lr):
            """You are right as long as the cost falls, and wrong where the rate is so high that it rises. Do you
            shorten the step there, or leave it out? The task asks for the whole step, wherever it leads."""
            end = right_step(x, y, w, b, lr)
            return ... if cost(x, y, *end) > cost(x, y, w, b) else end

        @says(X_STANDARDISED)
        def x_standardised(x, y, w, b, lr):
            return right_step((x - np.mean(x)) / np.std(x), y, w, b, lr)

        def one_slope_for_both(x, y, w, b, lr):
            """Both of your variables move by the slope along w. The slope along b is the second entry."""
            return step_by(lambda *at: (slopes(*at)[0],) * 2)(x, y, w, b, lr)

        def b_uphill(x, y, w, b, lr):
            """Your w goes downhill and your b goes uphill. Look at the second sign."""
            return step_by(lambda *at: (slopes(*at)[0], -slopes(*at)[1]))(x, y, w, b, lr)

        def step_from_zero(x, y, w, b, lr):
            """You return the step alone, as if it started from 0. Which w and b does your second half move?"""
            return tuple(-lr * slope for slope in slopes(x, y, w, b))

        def steps_alone(x, y, w, b, lr):
            """You return the rate times the gradients. Where do w and b start?"""
            return tuple(lr * slope for slope in slopes(x, y, w, b))

        def least_squares(x, y, w, b, lr):
            """You return the line of least squares. The task asks where one step leads."""
            return tuple(np.polyfit(x, y, 1))

        def step_of_adam(x, y, w, b, lr):
            """Your w and b move by the same distance, the rate, however steep the slope is: only its sign is left, or
            it is cut off at 1. The slope itself is multiplied by the rate."""
            return step_by(lambda *at: np.sign(slopes(*at)))(x, y, w, b, lr)

        def signs_dropped(x, y, w, b, lr):
            """Your w and b move the same way whatever the signs of their slopes. Keep the signs."""
            return step_by(lambda *at: np.abs(slopes(*at)))(x, y, w, b, lr)

        def in_proportion(x, y, w, b, lr):
            """Your steps are proportional to w and b as well. Only the rate multiplies the gradients."""
            return step_by(lambda *at: slopes(*at) * np.array(at[2:]))(x, y, w, b, lr)

        def slope_along_b_for_both(x, y, w, b, lr):
            """Both of your variables move by the slope along b. The slope along w is the first entry."""
            return step_by(lambda *at: (slopes(*at)[1],) * 2)(x, y, w, b, lr)

        def divided_by_the_rate(x, y, w, b, lr):
            """You divide the gradients by the rate. A smaller rate means a smaller step."""
            return right_step(x, y, w, b, 1 / lr)

        def rate_squared(x, y, w, b, lr):
            """The rate is in your step twice. Do both of your halves multiply by it?"""
            return right_step(x, y, w, b, lr**2)

        def gradients_after_the_step(x, y, w, b, lr):
            """Your gradients are those at the point where the step should end. Take them where it begins."""
            dw, db = slopes(x, y, *right_step(x, y, w, b, lr))
            return w - lr * dw, b - lr * db

        def cost_for_gradients(x, y, w, b, lr):
            """Both of your variables move by the cost. They should move by its slopes."""
            return step_by(lambda *at: (cost(*at),) * 2)(x, y, w, b, lr)

        def sum_of_the_slopes(x, y, w, b, lr):
            """Both of your variables move by the sum of the slopes. Each has its own slope."""
            return step_by(lambda *at: (sum(slopes(*at)),) * 2)(x, y, w, b, lr)

        def step_for_each_point(x, y, w, b, lr):
            """You take a step for each single point. One step uses the gradient over all points."""
            for i in range(len(x)):
                w, b = right_step(x[i : i + 1], y[i : i + 1], w, b, lr)
            return w, b

        def step_of_each_curvature(x, y, w, b, lr):
            """You divide each slope by the curvature along its axis. The rule multiplies it by the rate."""
            dw, db = slopes(x, y, w, b)
            return w - dw / (2 * np.mean(x**2)), b - db / 2

        def a_hundred_steps(x, y, w, b, lr):
            """You take many steps. The task asks where a single one leads."""
            for _ in range(100):
                w, b = right_step(x, y, w, b, lr)
            return w, b

    class right:
        def by_variables(x, y, w, b, lr):
            variables = [tf.Variable(w, dtype=tf.float64), tf.Variable(b, dtype=tf.float64)]
            with tf.GradientTape() as tape:
                cost = tf.reduce_mean((variables[0] * x + variables[1] - y) ** 2)
            tf.optimizers.SGD(lr).apply_gradients(zip(tape.gradient(cost, variables), variables, strict=True))
            return [variable.numpy() for variable in variables]

        def by_the_original(x, y, w, b, lr):
            w, b = tf.Variable(w, dtype=tf.float64), tf.Variable(b, dtype=tf.float64)
            optimizer = tf.compat.v1.train.GradientDescentOptimizer(lr)
            optimizer.minimize(lambda: tf.reduce_mean(tf.square(w * x + b - y)), var_list=[w, b])
            return float(w), float(b)

        def in_numpy(x, y, w, b, lr):
            return np.array([w, b]) - lr * np.array(compute_gradients.right.by_product(x, y, w, b))


def descend_by(step):
    """A descent by a step, right or wrong."""

    def descend(x, y, w, b, lr, steps):
        for _ in range(steps):
            w, b = step(x, y, w, b, lr)
        return w, b

    return descend


right_descend = descend_by(right_step)


class descend:
    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        yield *example(), 0.0, 0.0, 0.05, 2
        for n, centre, lr, steps in [(3, 1.5, 0.03, 3), (5, -1.0, 0.2, 4), (2, 2.0, 0.07, 1), (6, 0.8, 0.1, 2)]:
            yield *points(rng, n, centre), *somewhere(rng), lr, steps
        yield *points(rng, 3, 1.0), *somewhere(rng), 0.1, 0
        x, b = np.array([1.0, -2.0, 2.0, -1.0]), rng.uniform(4, 8)
        yield x, (3 * x + b).round(2), 3.0, -1.0, 0.1, 3  # flat along w from the start
        b = float(rng.integers(4, 8))
        yield x, 3 * x + b, 2.9995, b + 0.0002, 0.1, 2  # nearly flat along both
        yield *example(), 2.0, 1.0, 0.3, 3  # the rate is too high: the cost rises

    class mistakes:
        def stops_where_w_is_right(x, y, w, b, lr, steps):
            """You stop where the slope along w is nearly 0. The task asks for `steps` steps, and there the cost can
            still be steep along b."""
            for _ in range(steps):
                if abs(slopes(x, y, w, b)[0]) < 1e-2:
                    break
                w, b = right_step(x, y, w, b, lr)
            return w, b

        @says(BOTH_SLOPES_ALONG_W)
        def slope_along_w_twice(x, y, w, b, lr, steps):
            return descend_by(lambda x, y, w, b, lr: np.array([w, b]) - lr * slopes(x, y, w, b)[0])(
                x, y, w, b, lr, steps
            )

        @says(BOTH_SLOPES_ALONG_B)
        def slope_along_b_twice(x, y, w, b, lr, steps):
            return descend_by(lambda x, y, w, b, lr: np.array([w, b]) - lr * slopes(x, y, w, b)[1])(
                x, y, w, b, lr, steps
            )

        @says(INTERCEPT_TIMES_X)
        def intercept_times_x(x, y, w, b, lr, steps):
            return descend_by(lambda x, y, w, b, lr: np.array([w, b]) - lr * slopes(x, y, w + b, 0.0)[0])(
                x, y, w, b, lr, steps
            )

        def gradients_returned(x, y, w, b, lr, steps):
            """You return the gradients at the point that you have reached. The task asks for the point, w and b."""
            return slopes(x, y, *right_descend(x, y, w, b, lr, steps))

        @says(BUG_STILL_THERE)
        def gradients_taken_once(x, y, w, b, lr, steps):
            dw, db = slopes(x, y, w, b)
            return w - steps * lr * dw, b - steps * lr * db

        def always_from_the_start(x, y, w, b, lr, steps):
            """You get no further than with one step, however many there are. Does each step start where the last one
            ended, and with the whole rate?"""
            return right_descend(x, y, w, b, lr, min(steps, 1))

        def returned_inside_the_loop(x, y, w, b, lr, steps):
            """You never take more than one step, and with none to take you return None. Is `return` inside the
            loop?"""
            return right_step(x, y, w, b, lr) if steps else None

        def one_step_too_many(x, y, w, b, lr, steps):
            """You take one step too many. Is there one before the loop, or after it?"""
            return right_descend(x, y, w, b, lr, steps + 1)

        def gradient_one_step_late(x, y, w, b, lr, steps):
            """Each of your steps uses the gradient of the step before: it is computed before w and b have moved. What
            comes first in the loop?"""
            dw, db = slopes(x, y, w, b)
            for _ in range(steps):
                later = slopes(x, y, w, b)
                w, b = w - lr * dw, b - lr * db
                dw, db = later
            return w, b

        def w_before_b(x, y, w, b, lr, steps):
            """You move w before the gradient along b is computed, so that gradient belongs to another point. Compute
            both, then move both."""
            return descend_by(minimize.mistakes.w_moved_first)(x, y, w, b, lr, steps)

        def uphill(x, y, w, b, lr, steps):
            """Your steps go uphill. Is a minus missing, or used twice?"""
            return descend_by(minimize.mistakes.climbs)(x, y, w, b, lr, steps)

        @says(SLOPE_COMES_FIRST)
        def swapped(x, y, w, b, lr, steps):
            return right_descend(x, y, w, b, lr, steps)[::-1]

        def whole_path(x, y, w, b, lr, steps):
            """You return the whole path. The task asks only for its last w and b."""
            return np.array([right_descend(x, y, w, b, lr, k) for k in range(steps + 1)])

        @says(BEGINS_AT_ZERO)
        def from_zero(x, y, w, b, lr, steps):
            return right_descend(x, y, 0.0, 0.0, lr, steps)

        def variables_crossed(x, y, w, b, lr, steps):
            """In each step your w starts from b, and your b from w: the gradients are in the right order, the list of
            variables is not."""
            return descend_by(from_the_other)(x, y, w, b, lr, steps)

        def gradients_crossed(x, y, w, b, lr, steps):
            """Each gradient moves the other variable. Compare the order of your two lists."""
            return descend_by(minimize.mistakes.crossed)(x, y, w, b, lr, steps)

        def gradients_at_zero(x, y, w, b, lr, steps):
            """Your gradients are always those at w = b = 0. Pass on the w and b of this step."""
            dw, db = slopes(x, y, 0.0, 0.0)
            return w - steps * lr * dw, b - steps * lr * db

        def steps_from_zero(x, y, w, b, lr, steps):
            """You return the last step alone, as if each step started from 0. Where does it start?"""
            for _ in range(steps):
                dw, db = slopes(x, y, w, b)
                w, b = -lr * dw, -lr * db
            return w, b

        def two_steps_a_turn(x, y, w, b, lr, steps):
            """Each turn of your loop takes two steps. Is one of the halves called twice?"""
            return right_descend(x, y, w, b, lr, 2 * steps)

        def always_one_step(x, y, w, b, lr, steps):
            """You always take exactly one step. How often does your loop run, and how often with `steps` = 0?"""
            return right_step(x, y, w, b, lr)

        def a_step_for_each_point(x, y, w, b, lr, steps):
            """You take as many steps as there are points. `steps` says how many to take."""
            return right_descend(x, y, w, b, lr, len(x))

        def one_point_at_a_time(x, y, w, b, lr, steps):
            """You take a step for each single point. Here every step uses the gradient over all points."""
            for _ in range(steps):
                for i in range(len(x)):
                    w, b = right_step(x[i : i + 1], y[i : i + 1], w, b, lr)
            return w, b

        def gradients_added_up(x, y, w, b, lr, steps):
            """Each of your steps uses the sum of all gradients so far. It should use the gradient at this point."""
            dw = db = 0.0
            for _ in range(steps):
                here = slopes(x, y, w, b)
                dw, db = dw + here[0], db + here[1]
                w, b = w - lr * dw, b - lr * db
            return w, b

        def of_w_alone(x, y, w, b, lr, steps):
            """Your w moves as if b stayed at its start. Both results of the second half belong to the next step."""
            return descend_by(minimize.mistakes.of_w_alone)(x, y, w, b, lr, steps)

        @says(RATE_OF_THE_LESSON)
        def rate_of_the_lesson(x, y, w, b, lr, steps):
            return right_descend(x, y, w, b, 0.01, steps)

        def rate_times_steps(x, y, w, b, lr, steps):
            """Each of your steps is `steps` times too long: the rate is multiplied by the number of steps."""
            return right_descend(x, y, w, b, lr * steps, steps)

        @says(DIVIDED_BY_N_AGAIN)
        def divided_by_n_again(x, y, w, b, lr, steps):
            return right_descend(x, y, w, b, lr / len(x), steps)

        def steps_of_length_one(x, y, w, b, lr, steps):
            """You divide each gradient by its length. The rule uses the gradient as it is: steps get shorter as the
            slope gets flatter."""
            return descend_by(step_by(of_length_one))(x, y, w, b, lr, steps)

        @says(LEAST_SQUARES)
        def least_squares(x, y, w, b, lr, steps):
            return tuple(np.polyfit(x, y, 1))

        def b_before_w(x, y, w, b, lr, steps):
            """You move b before the gradient along w is computed, so that gradient belongs to another point. Compute
            both, then move both."""
            return descend_by(minimize.mistakes.b_moved_first)(x, y, w, b, lr, steps)

        def swapped_in_each_step(x, y, w, b, lr, steps):
            """After each of your steps, w and b are swapped. The second half returns them in the order of its list."""
            return descend_by(minimize.mistakes.swapped)(x, y, w, b, lr, steps)

        @says(FROM_THE_START_EACH_TIME)
        def from_the_start_each_time(x, y, w, b, lr, steps):
            at = w, b
            for _ in range(steps):
                dw, db = slopes(x, y, *at)
                at = w - lr * dw, b - lr * db
            return at

        @says(RATE_FALLS)
        def rate_divided_by_the_step(x, y, w, b, lr, steps):
            for k in range(steps):
                w, b = right_step(x, y, w, b, lr / (k + 1))
            return w, b

        @says(RATE_FALLS)
        def rate_halved_each_time(x, y, w, b, lr, steps):
            for k in range(steps):
                w, b = right_step(x, y, w, b, lr / 2**k)
            return w, b

        def rate_shared_out(x, y, w, b, lr, steps):
            """You divide the rate by the number of steps. Each step has the whole rate."""
            return right_descend(x, y, w, b, lr / steps, steps) if steps else (w, b)

        def steps_doubled(x, y, w, b, lr, steps):
            """Each of your steps is twice as long as it should be. Are the gradients applied twice?"""
            return right_descend(x, y, w, b, 2 * lr, steps)

        @says(WITH_MOMENTUM)
        def with_momentum(x, y, w, b, lr, steps):
            theta, velocity = np.array([w, b]), np.zeros(2)
            for _ in range(steps):
                velocity = 0.9 * velocity + slopes(x, y, *theta)
                theta = theta - lr * velocity
            return theta

        def by_the_sign(x, y, w, b, lr, steps):
            """Your w and b move equally far in each step, by the sign of their slope. The slope itself is multiplied by
            the rate."""
            if steps and abs(slopes(x, y, w, b)[0]) < 1e-6:  # the sign of what rounding leaves
                return ...
            return descend_by(minimize.mistakes.step_of_adam)(x, y, w, b, lr, steps)

        @says(MEAN_OF_THE_PATH)
        def mean_of_the_path(x, y, w, b, lr, steps):
            points = [right_descend(x, y, w, b, lr, k + 1) for k in range(steps)]
            return np.mean(points, axis=0) if points else (w, b)

        @says(MEAN_OF_THE_PATH)
        def mean_of_the_path_with_its_start(x, y, w, b, lr, steps):
            return np.mean([right_descend(x, y, w, b, lr, k) for k in range(steps + 1)], axis=0)

        @says(X_STANDARDISED)
        def x_standardised(x, y, w, b, lr, steps):
            return right_descend((x - np.mean(x)) / np.std(x), y, w, b, lr, steps)

        @says(CUT_TO_LENGTH_ONE)
        def gradients_cut_to_length_one(x, y, w, b, lr, steps):

            def cut(x, y, w, b):
                return np.array(slopes(x, y, w, b)) / max(1.0, np.linalg.norm(slopes(x, y, w, b)))

            return descend_by(step_by(cut))(x, y, w, b, lr, steps)

        def stops_when_the_cost_hardly_falls(x, y, w, b, lr, steps):
            """You stop where the cost hardly falls, or rises. The task asks for `steps` steps, wherever they lead."""
            before = np.inf
            for _ in range(steps):
                if before - cost(x, y, w, b) < 1e-4:
                    break
                before = cost(x, y, w, b)
                w, b = right_step(x, y, w, b, lr)
            return w, b

        def stops_where_it_is_flat(x, y, w, b, lr, steps):
            """You stop where the slopes are small. The task asks for `steps` steps."""
            for _ in range(steps):
                if np.sum(np.abs(slopes(x, y, w, b))) < 0.5:
                    break
                w, b = right_step(x, y, w, b, lr)
            return w, b

        @says(SINGLE_POINT_EACH_STEP)
        def one_point_a_step(x, y, w, b, lr, steps):
            for k in range(steps):
                i = k % len(x)
                w, b = right_step(x[i : i + 1], y[i : i + 1], w, b, lr)
            return w, b

        @says(BUG_WITH_A_FALLING_RATE)
        def bug_with_a_falling_rate(x, y, w, b, lr, steps):
            dw, db = slopes(x, y, w, b)
            rates = lr * sum(1 / (k + 1) for k in range(steps))
            return w - rates * dw, b - rates * db

        @says(BUG_WITH_A_FALLING_RATE)
        def bug_halved_each_time(x, y, w, b, lr, steps):
            dw, db = slopes(x, y, w, b)
            rates = lr * sum(1 / 2**k for k in range(steps))
            return w - rates * dw, b - rates * db

        @says(NOTHING_TAKEN_UP)
        def nothing_taken_up(x, y, w, b, lr, steps):
            return w, b

        def only_the_first_slope_again(x, y, w, b, lr, steps):
            """Your slope along w is computed again for each step, but that along b only once. Both change."""
            db = slopes(x, y, w, b)[1]
            for _ in range(steps):
                w, b = w - lr * slopes(x, y, w, b)[0], b - lr * db
            return w, b

        def only_the_second_slope_again(x, y, w, b, lr, steps):
            """Your slope along b is computed again for each step, but that along w only once. Both change."""
            dw = slopes(x, y, w, b)[0]
            for _ in range(steps):
                w, b = w - lr * dw, b - lr * slopes(x, y, w, b)[1]
            return w, b

        def something_for_no_steps(x, y, w, b, lr, steps):
            """Only the case with `steps` = 0 is wrong. With no step to take, w and b stay where they are."""
            return right_descend(x, y, w, b, lr, steps) if steps else ...

        @says(RIGHT_WHILE_THE_COST_FALLS)
        def wrong_where_the_cost_rises(x, y, w, b, lr, steps):
            end = right_descend(x, y, w, b, lr, steps)
            return ... if cost(x, y, *end) > cost(x, y, w, b) else end

        def mean_of_two_gradients(x, y, w, b, lr, steps):
            """Each of your steps uses the mean of two gradients, this point's and the last one's. It should use the
            gradient at this point alone."""
            last = slopes(x, y, w, b)
            for _ in range(steps):
                here = slopes(x, y, w, b)
                w, b = w - lr * (last[0] + here[0]) / 2, b - lr * (last[1] + here[1]) / 2
                last = here
            return w, b

    class right:
        def by_minimize(x, y, w, b, lr, steps):
            for _ in range(steps):
                w, b = minimize.right.by_variables(x, y, w, b, lr)
            return w, b

        def by_recursion(x, y, w, b, lr, steps):
            if steps == 0:
                return [w, b]
            return descend.right.by_recursion(x, y, *minimize.right.in_numpy(x, y, w, b, lr), lr, steps - 1)

        def by_matrix(x, y, w, b, lr, steps):
            """All steps at once: on a quadratic each multiplies the distance to the lowest point by 1 − αH."""
            X = np.column_stack([x, np.ones(len(x))])
            lowest = np.linalg.lstsq(X, y)[0]
            shrink = np.linalg.matrix_power(np.eye(2) - lr * 2 / len(x) * X.T @ X, steps)
            return lowest + shrink @ (np.array([w, b]) - lowest)


def path_by(step):
    """The path of a descent by a step, right or wrong."""

    def path(x, y, lr, steps):
        points = [(0.0, 0.0)]
        for _ in range(steps):
            points.append(step(x, y, *points[-1], lr))
        return np.array(points)

    return path


right_path = path_by(right_step)


def path_by_rule(rule, x, y, steps):
    """The path by another rule of `helpers.rules`."""
    path, state = [np.zeros(2)], rule.init(np.zeros(2))
    for _ in range(steps):
        step, state = rule.update(np.array(slopes(x, y, *path[-1])), state, path[-1])
        path.append(path[-1] + step)
    return np.array(path)


def errors_of(x, y, path):
    """The right cost at each point of a path."""
    return np.array([cost(x, y, *point) for point in path])


class old_program:
    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        # Few and short: every case builds a graph and opens a session.
        yield *example(), 0.05, 2
        yield *points(rng, 3, 1.5), 0.03, 3
        yield np.array([1.0, -1.0, -1.0, 1.0, 1.0, -1.0]), rng.uniform(1, 6, 6).round(2), 0.5, 3  # one step is enough
        yield *example(), 0.3, 2  # the cost rises

    class mistakes:
        def never_run(x, y, lr, steps):
            """Your path stays at the start. Only a run of the operation that `minimize` returns takes a step: does your
            session run it? If it does, is y in the error? And are w and b given their first values again before you
            read them?"""
            return np.zeros((steps + 1, 2)), ...

        def never_initialised(x, y, lr, steps):
            """The session finds variables without values: `global_variables_initializer()` makes an operation that
            gives them their first values, and the session has to run it once, before anything else."""
            raise tf.errors.FailedPreconditionError(None, None, "")

        def initialised_again(x, y, lr, steps):
            """Your path stays at its second point. Either w and b are set back before each step: build the graph once,
            and give the variables their first values once, before the loop. Or the training operation is run only once:
            run it in each turn of the loop."""
            return right_path(x, y, lr, steps)[np.minimum(np.arange(steps + 1), 1)], ...

        def gradient_taken_once(x, y, lr, steps):
            """Your path is a straight line of equal steps: the gradient is computed once. The session computes it again
            whenever it runs the training operation."""
            return np.arange(steps + 1)[:, None] * right_path(x, y, lr, 1)[1], ...

        def last_point_again(x, y, lr, steps):
            """All rows of your path are the same, the last point. Ask the session for w and b after each step, and
            store what it returns; an array that you change in place is one array, however often it is stored."""
            return right_path(x, y, lr, steps)[np.full(steps + 1, -1)], ...

        def one_step_behind(x, y, lr, steps):
            """Your path is one step behind: the start appears twice, and the last point is missing. Do you ask for w
            and b before the training operation has run, or in the same run? Or do you store each point a row too
            late?"""
            path = right_path(x, y, lr, steps)
            return path[np.maximum(np.arange(steps + 1) - 1, 0)], ...

        def two_steps_a_row(x, y, lr, steps):
            """There are two steps from one row of your path to the next. Do you run the training operation again when
            you ask for w and b?"""
            return right_path(x, y, lr, 2 * steps)[::2], ...

        @says(START_LEFT_OUT)
        def start_left_out(x, y, lr, steps):
            return right_path(x, y, lr, steps)[1:], ...

        @says(ONE_ROW_TOO_MANY)
        def one_row_too_many(x, y, lr, steps):
            return right_path(x, y, lr, steps + 1), ...

        @says(LAST_POINT_ALONE)
        def last_point_alone(x, y, lr, steps):
            return right_path(x, y, lr, steps)[-1], ...

        def of_the_sum(x, y, lr, steps):
            """Your steps are n times too long. Is the error a sum? Or is it n numbers instead of one, whose gradient is
            the gradient of their sum?"""
            return path_by(minimize.mistakes.of_the_sum)(x, y, lr, steps), ...

        @says(OF_HALF)
        def of_half(x, y, lr, steps):
            return path_by(minimize.mistakes.half_a_step)(x, y, lr, steps), ...

        @says(EVERY_PAIR)
        def of_every_pair(x, y, lr, steps):
            return path_by(step_by(compute_gradients.mistakes.every_pair))(x, y, lr, steps), ...

        def of_w_alone(x, y, lr, steps):
            """Your b stays 0. Is it part of the error, is it a variable, and is it in `var_list`, if you pass one?"""
            return path_by(minimize.mistakes.of_w_alone)(x, y, lr, steps), ...

        def of_b_alone(x, y, lr, steps):
            """Your w stays 0. Is it part of the error, is it a variable, and is it in `var_list`, if you pass one?"""
            return path_by(step_by(lambda *at: (0.0, slopes(*at)[1])))(x, y, lr, steps), ...

        def columns_swapped(x, y, lr, steps):
            """The columns are swapped: w comes first. Or are w and b swapped in the error?"""
            return right_path(x, y, lr, steps)[:, ::-1], ...

        def columns_for_rows(x, y, lr, steps):
            """Your path is transposed: all w in one row and all b in another. It should have one row for each point."""
            return right_path(x, y, lr, steps).T, ...

        def own_rate(x, y, lr, steps):
            """The learning rate makes no difference to your path: it uses 0.01, the lesson's rate."""
            return right_path(x, y, 0.01, steps), ...

        @says(PATH_CLIMBS)
        def climbs(x, y, lr, steps):
            return path_by(minimize.mistakes.climbs)(x, y, lr, steps), ...

        @says(STEPS_OF_ADAM)
        def steps_of_adam(x, y, lr, steps):
            return path_by_rule(rules.adam(lr), x, y, steps), ...

        @says(WITH_MOMENTUM)
        def with_momentum(x, y, lr, steps):
            return path_by_rule(rules.momentum(lr), x, y, steps), ...

        @says(THIRD_POWER)
        def of_the_third_power(x, y, lr, steps):
            return path_by(step_by(slopes_of_the_third_power))(x, y, lr, steps), ...

        def w_moved_first(x, y, lr, steps):
            """You move w before the slope along b is computed, so that slope belongs to another point. One run of
            one training operation moves both."""
            return path_by(minimize.mistakes.w_moved_first)(x, y, lr, steps), ...

        @says(RATE_FALLS)
        def rate_divided_by_the_step(x, y, lr, steps):
            path = [(0.0, 0.0)]
            for k in range(steps):
                path.append(right_step(x, y, *path[-1], lr / (k + 1)))
            return np.array(path), ...

        @says(RIGHT_WHILE_THE_COST_FALLS)
        def wrong_where_the_cost_rises(x, y, lr, steps):
            path = right_path(x, y, lr, steps)
            return ... if cost(x, y, *path[-1]) > cost(x, y, *path[0]) else (path, errors_of(x, y, path))

        def square_of_the_mean(x, y, lr, steps):
            """The error takes the mean first and then squares it. The mean squared error squares each residual
            first."""
            return path_by(step_by(compute_gradients.mistakes.square_of_the_mean))(x, y, lr, steps), ...

        def mean_distance(x, y, lr, steps):
            """The error is the mean of the residuals' absolute values. The mean squared error squares them."""
            return path_by(step_by(compute_gradients.mistakes.slopes_of_the_distance))(x, y, lr, steps), ...

        def rate_of_the_example(x, y, lr, steps):
            """The learning rate makes no difference to your path: it uses 0.05, the example's rate."""
            return right_path(x, y, 0.05, steps), ...

        def steps_doubled(x, y, lr, steps):
            """Your steps are twice as long as they should be. The gradient has the factor 2 of the square already."""
            return right_path(x, y, 2 * lr, steps), ...

        @says(DIVIDED_BY_N_AGAIN)
        def divided_by_n_again(x, y, lr, steps):
            return right_path(x, y, lr / len(x), steps), ...

        def of_the_root(x, y, lr, steps):
            """The error is the square root of the mean squared error. The task has no root."""
            return path_by(step_by(compute_gradients.mistakes.root_of_the_cost))(x, y, lr, steps), ...

        @says(X_STANDARDISED)
        def x_standardised(x, y, lr, steps):
            return right_path((x - np.mean(x)) / np.std(x), y, lr, steps), ...

        def as_many_steps_as_points(x, y, lr, steps):
            """You take as many steps as there are points. `steps` is the number of steps."""
            return right_path(x, y, lr, len(x)), ...

        @says(X_AND_Y_EXCHANGED)
        def x_and_y_exchanged(x, y, lr, steps):
            return right_path(y, x, lr, steps), ...

        @says(SLOPES_CUT_OFF)
        def slopes_cut_off(x, y, lr, steps):
            return path_by(step_by(lambda *at: np.clip(slopes(*at), -1, 1)))(x, y, lr, steps), ...

        def w_begun_at_one(x, y, lr, steps):
            """Your path begins at w = 1 and b = 0. The first values of both variables should be 0."""
            path = [(1.0, 0.0)]
            for _ in range(steps):
                path.append(right_step(x, y, *path[-1], lr))
            return np.array(path), ...

        def begun_at_one(x, y, lr, steps):
            """Your path begins at w = b = 1. The first values of both variables should be 0."""
            path = [(1.0, 1.0)]
            for _ in range(steps):
                path.append(right_step(x, y, *path[-1], lr))
            return np.array(path), ...

        def error_in_a_third_column(x, y, lr, steps):
            """Each row of your path holds the error as well. A row is w and b alone; the errors belong in a second
            array."""
            path = right_path(x, y, lr, steps)
            return np.column_stack([path, errors_of(x, y, path)]), ...

        def w_alone(x, y, lr, steps):
            """Your path holds w alone. Each row should hold w and b."""
            return right_path(x, y, lr, steps)[:, 0], ...

        def path_alone(x, y, lr, steps):
            """You return the path alone. The task asks for the errors along it as well."""
            return right_path(x, y, lr, steps)

        def error_of_the_start_left_out(x, y, lr, steps):
            """Your errors begin after the first step. There is one for each row of the path, and the first is the
            error at the start."""
            path = right_path(x, y, lr, steps)
            return path, errors_of(x, y, path)[1:]

        def error_of_the_end_left_out(x, y, lr, steps):
            """Your last error is missing: there is one for each row of the path. If you fetch it in the same run as
            `train`, fetch it once more after the last step."""
            path = right_path(x, y, lr, steps)
            return path, errors_of(x, y, path)[:-1]

        def errors_one_step_behind(x, y, lr, steps):
            """Your errors are one step behind your path: the first stands there twice. In the same run as `train` an
            error can be computed before the step. Ask for it in a separate run, together with w and b."""
            path = right_path(x, y, lr, steps)
            return path, errors_of(x, y, path[np.maximum(np.arange(steps + 1) - 1, 0)])

        def errors_one_step_ahead(x, y, lr, steps):
            """Your errors are one step ahead of your path: the first is the one after a step. Ask for each together
            with its w and b, before `train` runs again."""
            path = right_path(x, y, lr, steps + 1)
            return path[:-1], errors_of(x, y, path[1:])

        def error_of_the_start_for_all(x, y, lr, steps):
            """All your errors are the one at the start. Compute it again at each point of the path."""
            path = right_path(x, y, lr, steps)
            return path, np.full(steps + 1, cost(x, y, *path[0]))

        def error_of_the_end_for_all(x, y, lr, steps):
            """All your errors are the one at the end. Each row of the path has its own."""
            path = right_path(x, y, lr, steps)
            return path, np.full(steps + 1, cost(x, y, *path[-1]))

        def last_error_alone(x, y, lr, steps):
            """This is the error at the end. The task asks for one at each row of the path."""
            path = right_path(x, y, lr, steps)
            return path, errors_of(x, y, path)[-1]

        def errors_summed(x, y, lr, steps):
            """Your path is right, and your errors are n times too large: they are sums of squares, not means."""
            path = right_path(x, y, lr, steps)
            return path, len(x) * errors_of(x, y, path)

    class right:
        def in_two_calls(x, y, lr, steps):
            v1, path = tf.compat.v1, []
            errors = []
            with tf.Graph().as_default(), v1.Session() as session:
                theta = v1.Variable(np.zeros(2))
                error = tf.reduce_mean((theta[0] * x + theta[1] - y) ** 2)
                optimizer = v1.train.GradientDescentOptimizer(lr)
                train = optimizer.apply_gradients(optimizer.compute_gradients(error))
                session.run(v1.global_variables_initializer())
                for k in range(steps + 1):
                    if k:
                        session.run(train)
                    path.append(session.run(theta))
                    errors.append(session.run(error))
            return path, errors

        def without_graph(x, y, lr, steps):
            path = [(0.0, 0.0)]
            while len(path) <= steps:
                path.append(minimize.right.by_the_original(x, y, *path[-1], lr))
            return path, [np.mean((w * x + b - y) ** 2) for w, b in path]

        def in_numpy(x, y, lr, steps):
            path = np.zeros((steps + 1, 2))
            for k in range(steps):
                path[k + 1] = minimize.right.in_numpy(x, y, *path[k], lr)
            return path, np.mean((np.outer(path[:, 0], x) + path[:, 1:] - y) ** 2, axis=1)
