"""Exercise 08: the cases of each task, the known mistakes, and right answers written in other ways.

Mistakes made with a framework are written in NumPy: their results are the same within the tolerance, and they run much
faster.
"""

import struct

import numpy as np

from grader.sentences import BUG_STILL_THERE, COLUMNS_SWAPPED, LAST_POINT_ALONE, PATH_CLIMBS, START_LEFT_OUT, says
from helpers import frameworks, functions, optimisers

tf = frameworks.tensorflow()
torch = frameworks.pytorch()


class largest_difference:
    relative, absolute = 1e-7, 0  # a difference of 1e-6 between numbers of 4 holds no more digits

    def cases(rng):
        yield np.array([[0.0, 0.0], [0.7, 0.3]]), np.array([[0.0, 0.0], [0.5, 0.6]])
        for rows, d, size, place, sign in [
            (4, 2, 1.0, (2, 0), -1),
            (3, 3, 1.0, (1, 2), 1),
            (5, 2, 2.0**-20, (3, 1), -1),  # the differences of two descents, not of two cases
            (2, 4, 8.0, (1, 0), 1),
        ]:
            a = rng.uniform(-4, 4, (rows, d)).round(2)
            off = rng.uniform(0.2, 1, (rows, d)).round(3) * rng.choice([-1, 1], (rows, d))
            off[0] = 0
            off[place] = sign * round(rng.uniform(1.1, 2), 3)  # the largest: not always in the last row or positive
            yield a, a + size * off
        a = rng.uniform(-4, 4, (3, 2)).round(2)
        yield a, a.copy()

    class mistakes:
        def greatest_value(path_a, path_b):
            """You take the greatest of the differences as they are. A difference of −0.3 is larger than one of 0.2: how
            large it is has nothing to do with its sign."""
            return np.max(path_a - path_b)

        def greatest_value_the_other_way(path_a, path_b):
            """You take the greatest of the differences path_b − path_a as they are. How large a difference is has
            nothing to do with its sign."""
            return np.max(path_b - path_a)

        def mean_difference(path_a, path_b):
            """You take the mean of the absolute differences. A single large one disappears in it: the largest is
            wanted."""
            return np.mean(np.abs(path_a - path_b))

        def sum_of_differences(path_a, path_b):
            """You add up the absolute differences, so the result grows with the length of the path. The largest of them
            is wanted."""
            return np.sum(np.abs(path_a - path_b))

        def length_of_the_difference(path_a, path_b):
            """You put all differences together, as the root of the sum of their squares. The largest single entry is
            wanted."""
            return np.linalg.norm(path_a - path_b)

        def furthest_row(path_a, path_b):
            """You take the distance between the points of each row, and the greatest of those. Here it is the largest
            difference of a single entry."""
            return np.max(np.linalg.norm(path_a - path_b, axis=1))

        def at_the_end(path_a, path_b):
            """You look at the last row alone. Two paths can part on the way and come together again."""
            return np.max(np.abs(path_a[-1] - path_b[-1]))

        def by_column(path_a, path_b):
            """You return the largest difference of each column. One number for all of them is wanted."""
            return np.max(np.abs(path_a - path_b), axis=0)

        def by_row(path_a, path_b):
            """You return the largest difference of each row. One number for all of them is wanted."""
            return np.max(np.abs(path_a - path_b), axis=1)

        def maxima_compared(path_a, path_b):
            """You compare the largest entry of one path with the largest of the other. Subtract entry by entry
            first."""
            return abs(np.max(np.abs(path_a)) - np.max(np.abs(path_b)))

        def difference_squared(path_a, path_b):
            """You return the square of the largest difference."""
            return np.max((path_a - path_b) ** 2)

        def place_for_size(path_a, path_b):
            """You return where the largest difference is, counted through all entries. How large is it?"""
            return int(np.argmax(np.abs(path_a - path_b)))

    class right:
        def by_loop(path_a, path_b):
            largest = 0.0
            for row_a, row_b in zip(path_a, path_b, strict=True):
                for a, b in zip(row_a, row_b, strict=True):
                    largest = max(largest, abs(a - b))
            return largest

        def by_both_signs(path_a, path_b):
            difference = path_b - path_a
            return max(difference.max(), -difference.min())

        def by_norm(path_a, path_b):
            return np.linalg.norm((path_a - path_b).ravel(), np.inf)


class rate_for_float32:
    relative, absolute = 1e-12, 0
    exact = ("lr",)

    def cases(rng):
        yield (0.1,)
        yield (0.25,)
        for lr in [0.7, 0.001, 0.0123456789, 1 / 3, 0.09375]:
            yield (lr,)
        for digits in [3, 9]:
            yield (round(rng.uniform(0.1, 0.9), digits) + 10.0**-digits / 4,)

    class mistakes:
        def rate_as_it_is(lr):
            """You return the rate as it was. Where does float32 come in?"""
            return lr

        def rate_in_float16(lr):
            """This is what float16 would make of the rate: it has 11 binary digits, float32 has 24."""
            return float(np.float16(lr))

        def seven_decimals(lr):
            """You round to seven digits behind the point. float32 rounds in binary, and relative to the number's size:
            its result is no round number in decimal digits."""
            return round(lr, 7)

        def eight_decimals(lr):
            """You round to eight digits behind the point. float32 rounds in binary, and relative to the number's size:
            its result is no round number in decimal digits."""
            return round(lr, 8)

        def seven_digits(lr):
            """You round to seven decimal digits. float32 has about as many, but rounds in binary: its result is no
            round number in decimal digits."""
            return float(f"{lr:.7g}")

        def by_its_text(lr):
            """You went by way of the text that float32 prints. It prints as few digits as will do to tell one float32
            from the next, not the number itself: make the float straight from the float32."""
            return float(str(np.float32(lr)))

        def cut_off(lr):
            """You cut the digits off that do not fit. float32 takes the nearest number that fits, which may lie
            above."""
            stored = np.float32(lr)
            return float(stored if float(stored) <= lr else np.nextafter(stored, np.float32(0)))

        def what_is_lost(lr):
            """You return what rounding changes. The rate itself is wanted, after rounding."""
            return float(np.float32(lr)) - lr

        def share_lost(lr):
            """You return by what share of itself rounding changes the rate. The rate itself is wanted, after
            rounding."""
            return abs(float(np.float32(lr)) - lr) / lr

    class right:
        def by_bytes(lr):
            return struct.unpack("f", struct.pack("f", lr))[0]

        def by_array(lr):
            return np.array([lr]).astype("float32").astype("float64")[0]

        def by_pytorch(lr):
            return torch.tensor(lr).item()

        def by_keras(lr):
            return float(tf.optimizers.SGD(lr).learning_rate)


def lost(lr):
    return abs(float(np.float32(lr)) - lr)


class gap_from_rounding:
    relative, absolute = 1e-6, 0

    def cases(rng):
        yield 0.1, np.array([0.0, 0.0]), np.array([3.0, 4.0])
        for lr, d in [(0.7, 2), (0.25, 3), (0.001, 3), (0.0123456789, 1), (1 / 3, 4)]:  # 0.7 is rounded down
            start, lowest = rng.uniform(0.5, 5, (2, d)).round(2) * rng.choice([-1, 1], (2, d))
            yield lr, start, lowest

    class mistakes:
        def nothing_lost(lr, start, lowest):
            """Your result is always 0. Where a float32 meets a Python float, NumPy computes in float32 and rounds the
            other one too: both are the same then. Make a Python float of the rounded rate before you subtract."""
            return 0.0

        def not_relative(lr, start, lowest):
            """You multiply by δ itself. The bound takes it as a share of the rate."""
            return lost(lr) * np.linalg.norm(start - lowest)

        def for_any_rate(lr, start, lowest):
            """This is the bound that holds for any rate, made of 2⁻²⁴. Here the rate is known, and how far float32 is
            off from it."""
            return 2.0**-24 * np.linalg.norm(start - lowest)

        def sign_kept(lr, start, lowest):
            """Where float32 lies below the rate, your result is negative. A length is not: |δ| is meant."""
            return (float(np.float32(lr)) - lr) / lr * np.linalg.norm(start - lowest)

        def start_left_out(lr, start, lowest):
            """You measure from the origin. The way begins at the start."""
            return lost(lr) / lr * np.linalg.norm(lowest)

        def lowest_left_out(lr, start, lowest):
            """You measure how far the start lies from the origin. The way leads to the lowest point."""
            return lost(lr) / lr * np.linalg.norm(start)

        def lengths_subtracted(lr, start, lowest):
            """You subtract two lengths. Subtract the points, and take the length of what is left."""
            return lost(lr) / lr * abs(np.linalg.norm(start) - np.linalg.norm(lowest))

        def along_the_axes(lr, start, lowest):
            """You add up the differences along the axes. The double bars mean the straight way: root of the sum of
            squares."""
            return lost(lr) / lr * np.sum(np.abs(start - lowest))

        def root_forgotten(lr, start, lowest):
            """You multiply by the square of the way. Where is the root?"""
            return lost(lr) / lr * np.sum((start - lowest) ** 2)

        def longest_axis(lr, start, lowest):
            """You take the largest difference along an axis. The double bars mean the straight way: root of the sum of
            squares."""
            return lost(lr) / lr * np.max(np.abs(start - lowest))

        def entry_by_entry(lr, start, lowest):
            """You return one number for each entry. The length of the way is one number."""
            return lost(lr) / lr * np.abs(start - lowest)

        def way_alone(lr, start, lowest):
            """This is the length of the way. Which share of it is the bound?"""
            return np.linalg.norm(start - lowest)

    class right:
        def by_ratio(lr, start, lowest):
            difference = start - lowest
            return np.sqrt(difference @ difference) * abs(np.float64(np.float32(lr)) / lr - 1)

        def by_products(lr, start, lowest):
            way = sum((s - m) ** 2 for s, m in zip(start, lowest, strict=True)) ** 0.5
            return abs(lr - rate_for_float32.right.by_bytes(lr)) * way / lr

        def by_stored_rate(lr, start, lowest):
            stored = torch.tensor(lr).item()
            return float(np.linalg.norm(lowest - start)) * abs(stored - lr) / stored


def apart(rng, n, centre):
    """n numbers about the centre in any order, no two of them alike, to two digits."""
    places = rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n)
    return (centre + 4 / n * places).round(2)


def points(rng, n, centre):
    """x, and y around some line; both shape (n,), to two digits."""
    x = apart(rng, n, centre)
    return x, (rng.uniform(1, 3) * x + rng.uniform(4, 8) + rng.uniform(-1, 1, n)).round(2)


def descent_cases(rng):
    yield np.array([1.0, 3.0]), np.array([2.0, 4.0]), 0.05, 2
    for n, centre, lr, steps in [(3, 1.5, 0.03, 3), (5, -1.0, 0.1, 4), (6, 0.8, 0.125, 2)]:
        yield *points(rng, n, centre), lr, steps
    yield *points(rng, 4, 1.0), 0.07, 0


def line_slopes(x, y, w, b):
    residual = w * x + b - y
    return np.array([2 * np.mean(residual * x), 2 * np.mean(residual)])


def path_by(slopes):
    """The path of descent from w = b = 0 by slopes, right or wrong."""

    def path(x, y, lr, steps):
        points = [np.zeros(2)]
        for _ in range(steps):
            points.append(points[-1] - lr * np.array(slopes(x, y, *points[-1])))
        return np.array(points)

    return path


right_path = path_by(line_slopes)


class by_numpy:
    relative, absolute = 1e-5, 1e-5
    cases = descent_cases

    class mistakes:
        @says(BUG_STILL_THERE)
        def w_moved_first(x, y, lr, steps):
            w, b = 0.0, 0.0
            path = [(w, b)]
            for _ in range(steps):
                w = w - lr * line_slopes(x, y, w, b)[0]
                b = b - lr * line_slopes(x, y, w, b)[1]
                path.append((w, b))
            return np.array(path)

        def b_moved_first(x, y, lr, steps):
            """Now it is the other way round: b moves before the slope along w is taken. Neither should move before both
            slopes are there."""
            w, b = 0.0, 0.0
            path = [(w, b)]
            for _ in range(steps):
                b = b - lr * line_slopes(x, y, w, b)[1]
                w = w - lr * line_slopes(x, y, w, b)[0]
                path.append((w, b))
            return np.array(path)

        def slopes_taken_once(x, y, lr, steps):
            """Your path is a straight line of equal steps: the slopes are taken once, at the start. They have to be
            taken again at each point."""
            return path_by(lambda x, y, w, b: line_slopes(x, y, 0.0, 0.0))(x, y, lr, steps)

        def slope_of_one_step_before(x, y, lr, steps):
            """Each of your steps along b uses the residuals of the turn before. Both slopes come from the residuals of
            this turn."""
            path, before = [np.zeros(2)], None
            for _ in range(steps):
                now = line_slopes(x, y, *path[-1])
                before = now if before is None else before
                path.append(path[-1] - lr * np.array([now[0], before[1]]))
                before = now
            return np.array(path)

        def sum_for_mean(x, y, lr, steps):
            """Your steps are n times too long: the cost is a mean, not a sum."""
            return path_by(lambda x, y, w, b: len(x) * line_slopes(x, y, w, b))(x, y, lr, steps)

        def factor_two_lost(x, y, lr, steps):
            """Your steps are half as long as they should be: the 2 of the derivative is lost."""
            return path_by(lambda *at: line_slopes(*at) / 2)(x, y, lr, steps)

        @says(PATH_CLIMBS)
        def climbs(x, y, lr, steps):
            return right_path(x, y, -lr, steps)

        def x_lost(x, y, lr, steps):
            """Both of your slopes are the one along b. Along w each residual is multiplied by its x."""
            return path_by(lambda *at: np.full(2, line_slopes(*at)[1]))(x, y, lr, steps)

        @says(START_LEFT_OUT)
        def start_row_left_out(x, y, lr, steps):
            return right_path(x, y, lr, steps)[1:]

        @says(LAST_POINT_ALONE)
        def last_row_alone(x, y, lr, steps):
            return right_path(x, y, lr, steps)[-1]

        @says(COLUMNS_SWAPPED)
        def columns_swapped(x, y, lr, steps):
            return right_path(x, y, lr, steps)[:, ::-1]

    class right:
        def by_product(x, y, lr, steps):
            X, path = np.column_stack([x, np.ones(len(x))]), np.zeros((steps + 1, 2))
            for k in range(steps):
                path[k + 1] = path[k] - 2 * lr / len(x) * X.T @ (X @ path[k] - y)
            return path

        def at_once(x, y, lr, steps):
            w, b, path = 0.0, 0.0, [[0.0, 0.0]]
            for _ in range(steps):
                w, b = w - 2 * lr * np.mean((w * x + b - y) * x), b - 2 * lr * np.mean(w * x + b - y)
                path.append([w, b])
            return path

        def by_powers(x, y, lr, steps):
            """On a quadratic each step multiplies the distance to the lowest point by 1 − αH."""
            X = np.column_stack([x, np.ones(len(x))])
            lowest = np.linalg.lstsq(X, y)[0]
            shrink = np.eye(2) - lr * 2 / len(x) * X.T @ X
            return np.array([lowest - np.linalg.matrix_power(shrink, k) @ lowest for k in range(steps + 1)])


def three(numpy=right_path, tensorflow=right_path, pytorch=right_path):
    """The dict of three paths, each by its own program, right or wrong."""

    def descent(x, y, lr, steps):
        programs = {"numpy": numpy, "tensorflow": tensorflow, "pytorch": pytorch}
        return {name: path(x, y, lr, steps) for name, path in programs.items()}

    return descent


def all_three(path):
    return three(path, path, path)


def at_rate(rate):
    """The right path at another rate, whatever rate is passed in."""
    return lambda x, y, lr, steps: right_path(x, y, rate, steps)


def still(x, y, lr, steps):
    return np.zeros((steps + 1, 2))


def end_in_every_row(x, y, lr, steps):
    return right_path(x, y, lr, steps)[np.full(steps + 1, -1)]


def one_step_again_and_again(x, y, lr, steps):
    return right_path(x, y, lr, steps)[np.minimum(np.arange(steps + 1), 1)]


def piled_up(x, y, lr, steps):
    path, pile = [np.zeros(2)], np.zeros(2)
    for _ in range(steps):
        pile = pile + line_slopes(x, y, *path[-1])
        path.append(path[-1] - lr * pile)
    return np.array(path)


def every_pair(x, y, lr, steps):
    return path_by(lambda x, y, w, b: line_slopes(x, np.mean(y), w, b))(x, y, lr, steps)


class same_descent:
    relative, absolute = 1e-5, 1e-5
    cases = descent_cases

    class mistakes:
        def zero_grad_forgotten(x, y, lr, steps):
            """Your PyTorch path is right for one step and goes too far then: its steps are made of all gradients so
            far. Which line of the loop is missing?"""
            return three(pytorch=piled_up)(x, y, lr, steps)

        def pytorch_stands_still(x, y, lr, steps):
            """Your PyTorch path never leaves the start. Is `step` called, `backward` before it, and nothing emptied in
            between? And was the optimiser given the tensors that the cost is made of?"""
            return three(pytorch=still)(x, y, lr, steps)

        def tensorflow_stands_still(x, y, lr, steps):
            """Your TensorFlow path never leaves the start. Are the gradients handed to the optimiser, and in pairs with
            the variables whose values you keep?"""
            return three(tensorflow=still)(x, y, lr, steps)

        def tensorflow_variables_kept(x, y, lr, steps):
            """All rows of your TensorFlow path are the same, the last point: the list holds the variables themselves,
            which change. Keep their numbers."""
            return three(tensorflow=end_in_every_row)(x, y, lr, steps)

        def pytorch_memory_kept(x, y, lr, steps):
            """All rows of your PyTorch path are the same, the last point: the list holds the tensors' own memory, which
            each step overwrites. Keep their numbers."""
            return three(pytorch=end_in_every_row)(x, y, lr, steps)

        def tensorflow_begun_anew(x, y, lr, steps):
            """Your TensorFlow path stays at its second point. Are the variables made inside the loop, so that each step
            begins at the start again?"""
            return three(tensorflow=one_step_again_and_again)(x, y, lr, steps)

        def pytorch_begun_anew(x, y, lr, steps):
            """Your PyTorch path stays at its second point. Are w and b made inside the loop, so that each step begins
            at the start again?"""
            return three(pytorch=one_step_again_and_again)(x, y, lr, steps)

        def default_rate_in_tensorflow(x, y, lr, steps):
            """The learning rate makes no difference to your TensorFlow path: without an argument, `tf.optimizers.SGD()`
            takes 0.01."""
            return three(tensorflow=at_rate(0.01))(x, y, lr, steps)

        def default_rate_in_pytorch(x, y, lr, steps):
            """The learning rate makes no difference to your PyTorch path: without one, `torch.optim.SGD` takes
            0.001."""
            return three(pytorch=at_rate(0.001))(x, y, lr, steps)

        def sum_in_tensorflow(x, y, lr, steps):
            """Your TensorFlow steps are n times too long. Is the cost a sum? Or is it not one number but n of them,
            whose gradient is that of their sum?"""
            return three(tensorflow=by_numpy.mistakes.sum_for_mean)(x, y, lr, steps)

        def sum_in_pytorch(x, y, lr, steps):
            """Your PyTorch steps are n times too long: the cost is a mean, not a sum."""
            return three(pytorch=by_numpy.mistakes.sum_for_mean)(x, y, lr, steps)

        def sum_in_all(x, y, lr, steps):
            """The steps of all three are n times too long: the cost is a mean, not a sum."""
            return all_three(by_numpy.mistakes.sum_for_mean)(x, y, lr, steps)

        def pairs_in_tensorflow(x, y, lr, steps):
            """In your TensorFlow program one of x and y is a column and the other is not: the residuals are then a
            table of n times n."""
            return three(tensorflow=every_pair)(x, y, lr, steps)

        def pairs_in_pytorch(x, y, lr, steps):
            """In your PyTorch program one of x and y is a column and the other is not: the residuals are then a table
            of n times n."""
            return three(pytorch=every_pair)(x, y, lr, steps)

        def w_first_in_numpy(x, y, lr, steps):
            """Your frameworks agree and your NumPy path parts from both: w moves before the slope along b is taken.
            That was task 4."""
            return three(numpy=by_numpy.mistakes.w_moved_first)(x, y, lr, steps)

        def start_missing_in_all(x, y, lr, steps):
            """Your paths begin after the first step. The start is the first row of each."""
            return all_three(by_numpy.mistakes.start_row_left_out)(x, y, lr, steps)

        def ends_alone(x, y, lr, steps):
            """These are the ends of the three paths. The whole paths are asked for, one row for each point."""
            return all_three(by_numpy.mistakes.last_row_alone)(x, y, lr, steps)

        def columns_swapped_in_all(x, y, lr, steps):
            """The columns of your paths have changed places: w comes first."""
            return all_three(by_numpy.mistakes.columns_swapped)(x, y, lr, steps)

        def rows_for_columns(x, y, lr, steps):
            """Your paths lie on their sides: all w in one row and all b in another. There is one row for each point."""
            return {name: path.T for name, path in three()(x, y, lr, steps).items()}

    class right:
        def by_the_helpers(x, y, lr, steps):
            J = functions.mean_squared_error(x, y)

            def sgd(parameters):
                return torch.optim.SGD(parameters, lr=lr)

            return {
                "numpy": by_numpy.right.by_product(x, y, lr, steps),
                "tensorflow": optimisers.descend_keras(J, np.zeros(2), tf.optimizers.SGD(lr), steps).path,
                "pytorch": optimisers.descend_torch(J, np.zeros(2), sgd, steps).path,
            }

        def by_arrays_of_two(x, y, lr, steps):
            X = np.column_stack([x, np.ones(len(x))])
            tf_theta = tf.Variable(np.zeros(2))
            torch_theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
            keras, pytorch = tf.optimizers.SGD(lr), torch.optim.SGD([torch_theta], lr=lr)
            paths = {
                "tensorflow": [tf_theta.numpy()],
                "pytorch": [torch_theta.tolist()],
                "numpy": by_numpy.right.at_once(x, y, lr, steps),
            }
            for _ in range(steps):
                with tf.GradientTape() as tape:
                    cost = tf.reduce_mean(tf.square(tf.linalg.matvec(X, tf_theta) - y))
                keras.apply_gradients([(tape.gradient(cost, tf_theta), tf_theta)])
                paths["tensorflow"].append(tf_theta.numpy())
                torch.nn.functional.mse_loss(torch.tensor(X) @ torch_theta, torch.tensor(y)).backward()
                pytorch.step()
                pytorch.zero_grad()
                paths["pytorch"].append(torch_theta.tolist())
            return paths

        def by_float32(x, y, lr, steps):
            """All in float32: what it loses must be within the tolerance."""
            x, y, path = x.astype(np.float32), y.astype(np.float32), np.zeros((steps + 1, 2), dtype=np.float32)
            for k in range(steps):
                residual = path[k, 0] * x + path[k, 1] - y
                path[k + 1] = path[k] - np.float32(2 * lr) * np.array([np.mean(residual * x), np.mean(residual)])
            return {name: path for name in ("numpy", "tensorflow", "pytorch")}
