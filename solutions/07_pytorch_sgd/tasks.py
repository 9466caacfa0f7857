"""Exercise 07: the cases of each task, the known mistakes, and right answers written in other ways.

Most mistakes are written in NumPy: their results are PyTorch's within the tolerance.
"""

import numpy as np

from grader.fits import fit_by, line_cost, line_slopes, right_fit, wrong_fits
from grader.sentences import (
    BOTH_SLOPES_ALONG_B,
    BOTH_SLOPES_ALONG_W,
    BUG_STILL_THERE,
    CUT_TO_LENGTH_ONE,
    FACTOR_FORGOTTEN,
    INTERCEPT_TIMES_X,
    LAST_POINT_ALONE,
    MEAN_FOR_SUM,
    OF_HALF,
    OF_THE_COSINE,
    OF_THE_EXPONENTIAL,
    PATH_CLIMBS,
    RATE_FALLS,
    RATE_OF_THE_EXAMPLE,
    RIGHT_WHILE_THE_COST_FALLS,
    ROLES_OF_W_AND_B_EXCHANGED,
    SIGN_OF_THE_COSINE_RULE,
    SINE_SQUARED,
    SLOPES_SWAPPED,
    START_LEFT_OUT,
    TWICE_INSTEAD_OF_SQUARED,
    X_AND_Y_EXCHANGED,
    says,
)
from helpers import frameworks, rules

STEPS_BETWEEN_THE_BATCHES = (
    "You take a step after each batch, so the next batch's slopes belong to another point. All slopes belong to the w "
    "and b that are passed in: call no `step`."
)
DEFAULT_RATE = "The learning rate makes no difference to your result: without one, `torch.optim.SGD` uses 0.001."

torch = frameworks.pytorch()


def right_slope(x):
    return np.sin(x**2) + 2 * x**2 * np.cos(x**2)


class torch_gradient:
    """Of f(x) = x·sin(x²)."""

    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        yield (np.array([0.5, -2.0]),)
        for n in [1, 3, 5, 4]:
            yield (rng.uniform(0.3, 2, n).round(2) * rng.choice([-1, 1], n),)
        # A point twice, and a slope that four decimal places do not hold.
        yield (np.array([0.0, -1.5, 0.3, -1.5]),)

    class mistakes:
        def value_alone(x):
            """This is the value of f, not its slope. The slope is in `.grad`, once you have called `backward`."""
            return x * np.sin(x**2)

        def not_summed(x):
            """One point works, several end in an error: `backward` starts from one number. Which number has the slopes
            you want as its gradient?"""
            if len(x) > 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            return right_slope(x)

        def slope_of_the_mean(x):
            """Each slope is divided by the number of points: you took the mean to get one number. What would leave each
            slope as it is?"""
            return right_slope(x) / len(x)

        def backward_twice(x):
            """Your slopes are twice what they should be. Do you call `backward` twice? It adds to what is in
            `.grad`."""
            return 2 * right_slope(x)

        def backward_for_each_point(x):
            """Your slopes are n times too large, n being the number of points. Do you call `backward` on the whole sum
            once for each point? It adds to what is in `.grad`."""
            return len(x) * right_slope(x)

        def weighted_by_x(x):
            """Each of your slopes is multiplied by its x. Do you pass the points to `backward`? What you pass there
            weights the slopes."""
            return x * right_slope(x)

        def factor_not_remembered(x):
            """A term is missing: PyTorch follows the x inside the sine but takes the factor in front of it for a
            constant. Is that factor another tensor, one without `requires_grad`?"""
            return 2 * x**2 * np.cos(x**2)

        def square_not_remembered(x):
            """A term is missing: PyTorch follows the factor in front but takes the sine for a constant. Was the sine
            detached, or computed from another tensor, one without `requires_grad`?"""
            return np.sin(x**2)

        @says(FACTOR_FORGOTTEN)
        def factor_forgotten(x):
            return 2 * x * np.cos(x**2)

        def inner_slope_forgotten(x):
            """This is what you get by hand if you forget the chain rule: the x² inside the sine has a slope too. Let
            PyTorch compute it."""
            return np.sin(x**2) + x * np.cos(x**2)

        def factor_two_lost(x):
            """Worked out by hand, the slope of x² is 2x, and your term with the cosine lacks this factor 2. Let PyTorch
            take care of it."""
            return np.sin(x**2) + x**2 * np.cos(x**2)

        @says(OF_THE_COSINE)
        def of_the_cosine(x):
            return np.cos(x**2) - 2 * x**2 * np.sin(x**2)

        @says(SINE_SQUARED)
        def sine_squared(x):
            return np.sin(x) ** 2 + x * np.sin(2 * x)

        def nothing_in_grad(x):
            """The result is None. Either `return` is missing; or you return what `backward` returns, which is nothing;
            or you ask for the `.grad` of a tensor that was computed from another one. Only the tensor that you made
            with `requires_grad=True` keeps it."""

        @says(TWICE_INSTEAD_OF_SQUARED)
        def twice_instead_of_squared(x):
            return np.sin(2 * x) + 2 * x * np.cos(2 * x)

        def product_rule_cut_short(x):
            """Worked out by hand, the term with the cosine is one factor x short: the slope of x² has one, and the
            product rule brings another. Let PyTorch take care of both."""
            return np.sin(x**2) + 2 * x * np.cos(x**2)

        @says(SIGN_OF_THE_COSINE_RULE)
        def sign_of_the_cosine_rule(x):
            return np.sin(x**2) - 2 * x**2 * np.cos(x**2)

        def of_the_product(x):
            """You call `backward` on the product of the values, so each slope is multiplied by all the other values.
            Which number leaves each slope as it is?"""
            f = x * np.sin(x**2)
            return right_slope(x) * np.array([np.prod(np.delete(f, k)) for k in range(len(x))])

        def of_the_largest(x):
            """Only one of your slopes is not 0, that of the largest value of f: `backward` was called on that value
            alone. Which number contains all of them?"""
            f = x * np.sin(x**2)
            return right_slope(x) * (np.arange(len(x)) == np.argmax(f))

        def slope_of_the_slope(x):
            """This is the slope of the slope. Call `backward` once, on f."""
            return 6 * x * np.cos(x**2) - 4 * x**3 * np.sin(x**2)

        def of_the_lessons_function(x):
            """This is the slope of x·cos(x), the lesson's function. The task has another f."""
            return np.cos(x) - x * np.sin(x)

        def square_in_front(x):
            """This is the slope of x²·sin(x). In f the square is inside the sine."""
            return 2 * x * np.sin(x) + x**2 * np.cos(x)

        def of_degrees(x):
            """You take the sine of degrees. PyTorch's sine takes radians, as f does."""
            k = np.pi / 180
            return np.sin(k * x**2) + 2 * k * x**2 * np.cos(k * x**2)

        def summed_first(x):
            """You add up the points before you compute f. Compute f at each point, and then add up its values."""
            total, squares = np.sum(x), np.sum(x**2)
            return np.sin(squares) + total * np.cos(squares) * 2 * x

    class right:
        def by_weights(x):
            point = torch.tensor(x, requires_grad=True)
            values = point * torch.sin(point**2)
            values.backward(torch.ones_like(values))
            return point.grad.detach().numpy()

        def one_by_one(x):
            slopes = []
            for x_i in x:
                point = torch.tensor(float(x_i), requires_grad=True)  # float32
                (torch.sin(point * point) * point).backward()
                slopes.append(point.grad.item())
            return slopes

        def by_differences(x, h=1e-5):
            return (torch_gradient.mistakes.value_alone(x + h) - torch_gradient.mistakes.value_alone(x - h)) / (2 * h)


class accumulated:
    relative, absolute = 1e-5, 1e-6

    def cases(rng):
        yield np.array([3.0, -1.0]), 1
        yield np.array([3.0, -1.0]), 3
        for n, times in [(1, 2), (3, 4), (4, 1), (5, 3)]:
            yield rng.uniform(0.5, 4, n).round(2) * rng.choice([-1, 1], n), times

    class mistakes:
        def emptied_each_time(x, times):
            """However often `backward` should be called, you return the gradient of one call. Is `.grad` emptied in
            between, or divided by `times`, or the tensor made again? Or does the loop end in its first turn?"""
            return 2 * x

        def one_call_too_many(x, times):
            """You call `backward` once too often. How many times does the loop run?"""
            return 2 * x * (times + 1)

        def cost_piles_up_too(x, times):
            """Your result grows faster than `.grad` does: a larger cost each time, or the sum of successive `.grad`
            values, would do this. Return `.grad` after the last call."""
            return x * times * (times + 1)

        def gradient_doubles(x, times):
            """Your gradient doubles at each call. What each call adds is the gradient of Σx², always the same."""
            return x * 2.0**times

        def cost_not_computed_anew(x, times):
            """One call works, a second ends in an error: `backward` discards the record of how the cost was computed.
            Compute all of it again before each call, the squares as well: what an earlier turn computed has no record
            any more."""
            if times > 1:
                raise RuntimeError("Trying to backward through the graph a second time")
            return 2 * x

        def mean_piled_up(x, times):
            """Your gradient is divided by the number of entries: the cost is a sum, and you take the mean."""
            return 2 * x * times / len(x)

        def cost_itself(x, times):
            """You return the squares. `.grad` holds slopes."""
            return times * x**2

        def total_of_the_slopes(x, times):
            """You return one number, the sum of the slopes. Each entry of x has its own slope."""
            return float(np.sum(2 * x * times))

        def each_on_the_way(x, times):
            """You return what `.grad` holds after each call. The task asks only for what it holds after the last
            one."""
            return np.array([2 * x * k for k in range(1, times + 1)])

        def nothing_piled_up(x, times):
            """The result is None. Either `return` is missing; or you return what `backward` returns, which is nothing;
            or you ask for `.grad` before any call, or for the `.grad` of a tensor that was computed from another
            one."""

        def counted_twice(x, times):
            """Your gradient contains `times` twice. Do you multiply by it, although `.grad` adds up already? Or do you
            have a loop inside the loop?"""
            return 2 * x * times**2

        def slope_of_another_power(x, times):
            """This is the gradient of Σx³. The cost squares the entries."""
            return 3 * x**2 * times

        def slope_of_the_plain_sum(x, times):
            """This is the gradient of Σx. The cost squares the entries."""
            return np.ones(len(x)) * times

        def square_of_the_sum(x, times):
            """You add first and square the sum. The cost squares each entry."""
            return np.full(len(x), 2 * np.sum(x) * times)

        def one_call_for_each_entry(x, times):
            """You call `backward` as often as x has entries. `times` says how often."""
            return 2 * x * len(x)

        def of_the_sizes(x, times):
            """Your cost adds up the sizes of the entries. The task's adds up their squares."""
            return times * np.sign(x)

    class right:
        def by_keeping(x, times):
            point = torch.tensor(x, dtype=torch.float32, requires_grad=True)
            cost = torch.sum(torch.square(point))
            for _ in range(times):
                cost.backward(retain_graph=True)
            return point.grad.numpy()

        def by_adding(x, times):
            total = torch.zeros(len(x), dtype=torch.float64)
            for _ in range(times):
                point = torch.tensor(x, requires_grad=True)
                torch.dot(point, point).backward()
                total += point.grad
            return total.tolist()

        def by_hand(x, times):
            return 2 * times * x


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


def emptied_where(empties, kept=0.0):
    """The path of a loop that empties `.grad` at the end of the turns k for which empties(k) holds.

    kept   the share of `.grad` that stays in the others, unless it is 0: then all of it does
    """

    def descend(start, lr, steps):
        path, grad = [start], np.zeros(len(start))
        for k in range(steps):
            grad = grad + slope_of_the_sum(path[-1])
            path.append(path[-1] - lr * grad)
            grad = 0 * grad if empties(k) else (kept or 1.0) * grad
        return np.array(path)

    return descend


def by_rule(rule):
    def descend(start, lr, steps):
        path, state = [start], rule(lr).init(start)
        for _ in range(steps):
            step, state = rule(lr).update(slope_of_the_sum(path[-1]), state, path[-1])
            path.append(path[-1] + step)
        return np.array(path)

    return descend


EMPTIED_IN_SOME_TURNS = (
    "You empty `.grad` in some turns of the loop only. In the others the old gradients are still in it: empty it in "
    "every turn."
)
KEPT_IN_PART = (
    "Your steps contain a part of the old gradients, as with momentum. A step depends only on the gradient at its own "
    "point: leave nothing in `.grad`, and `momentum` at 0."
)
STEPS_LIKE_ADAMS = (
    "The first step of your path is as long as the rate, whatever the slope, as with Adam. A step of gradient descent "
    "is the rate times the gradient."
)


class descend_pytorch:
    """On J(θ) = Σ(exp(θᵢ) − θᵢ)."""

    relative, absolute = 1e-5, 1e-6

    def cases(rng):
        yield np.array([1.0, -0.5]), 0.5, 2
        for d, lr, steps in [(2, 0.2, 3), (3, 0.1, 1), (4, 0.15, 4), (1, 0.25, 5), (3, 0.3, 2)]:
            yield rng.uniform(0.4, 1.4, d).round(2) * rng.choice([-1, 1], d), lr, steps
        yield rng.uniform(0.2, 0.5, 2).round(2), 1.0, 7  # at the lowest point, to rounding, before the last steps
        yield rng.uniform(-1, 1, 2).round(2), 0.1, 0
        yield np.array([rng.uniform(1.2, 1.4), -0.5]).round(2), 1.6, 2  # the rate is too high: the cost rises

    class mistakes:
        @says(RIGHT_WHILE_THE_COST_FALLS)
        def wrong_where_the_cost_rises(start, lr, steps):
            path = right_path(start, lr, steps)
            costs = np.sum(np.exp(path) - path, axis=1)
            return ... if np.any(np.diff(costs) > 0) else path

        @says(OF_THE_EXPONENTIAL)
        def slope_of_the_exponential(start, lr, steps):
            return path_by(np.exp)(start, lr, steps)

        @says(BUG_STILL_THERE)
        def never_emptied(start, lr, steps):
            path, pile = [start], np.zeros(len(start))
            for _ in range(steps):
                pile = pile + slope_of_the_sum(path[-1])
                path.append(path[-1] - lr * pile)
            return np.array(path)

        def emptied_too_late(start, lr, steps):
            """Your path never leaves the start. Do you empty `.grad` after `backward` has filled it, but before the
            step uses it? Or does `theta` never get a new value?"""
            return np.array([start] * (steps + 1))

        def one_memory(start, lr, steps):
            """All rows of your path are the same, the last point: `.detach().numpy()` shares the tensor's memory, which
            each step overwrites. Keep a copy."""
            return np.array([right_path(start, lr, steps)[-1]] * (steps + 1))

        def start_overwritten(start, lr, steps):
            """The path is right, but the start that was passed in has moved to its end: `torch.from_numpy` makes a
            tensor that shares the array's memory. `torch.tensor` copies it."""
            path = right_path(start, lr, steps)
            start[:] = path[-1]
            return path

        def everything_one_memory(start, lr, steps):
            """All rows of your path are the same, and the start has changed as well: tensor, start and rows share one
            memory. `torch.tensor` copies the start, and `.copy()` keeps a row as it is."""
            path = descend_pytorch.mistakes.one_memory(start, lr, steps)
            start[:] = path[-1]
            return path

        def no_parameter_any_more(start, lr, steps):
            """One step works, the second ends in an error. Inside `torch.no_grad()`, `theta = theta - …` makes a new
            tensor without `requires_grad`: change the existing one in place."""
            if steps > 1:
                raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
            return right_path(start, lr, steps)

        def gradient_of_the_old_one(start, lr, steps):
            """One step works, and then `.grad` is None: `theta = theta - …` makes a new tensor, which is a result and
            not a parameter, and `backward` fills the `.grad` of the old one."""
            if steps > 1:
                raise TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'")
            return right_path(start, lr, steps)

        @says(PATH_CLIMBS)
        def climbs(start, lr, steps):
            return right_path(start, -lr, steps)

        def gradient_taken_once(start, lr, steps):
            """Your path is a straight line of equal steps: you call `backward` once, at the start. Cost and gradient
            belong inside the loop."""
            return np.array([start - k * lr * slope_of_the_sum(start) for k in range(steps + 1)])

        def always_from_the_start(start, lr, steps):
            """Your path stays at its second point. Does each step begin at the start, because the tensor is made inside
            the loop? Or do you subtract from `.grad` what you took from it before, another name for the same
            memory?"""
            return np.array([start] + [start - lr * slope_of_the_sum(start)] * steps)

        @says(MEAN_FOR_SUM)
        def by_the_mean(start, lr, steps):
            return path_by(lambda theta: slope_of_the_sum(theta) / len(theta))(start, lr, steps)

        @says(START_LEFT_OUT)
        def start_left_out(start, lr, steps):
            return right_path(start, lr, steps)[1:]

        @says(LAST_POINT_ALONE)
        def last_point_alone(start, lr, steps):
            return right_path(start, lr, steps)[-1]

        @says(EMPTIED_IN_SOME_TURNS)
        def emptied_in_the_first_turn(start, lr, steps):
            return emptied_where(lambda k: k == 0)(start, lr, steps)

        @says(EMPTIED_IN_SOME_TURNS)
        def emptied_in_every_other_turn(start, lr, steps):
            return emptied_where(lambda k: k % 2 == 1)(start, lr, steps)

        @says(EMPTIED_IN_SOME_TURNS)
        def emptied_in_the_other_turns(start, lr, steps):
            return emptied_where(lambda k: k % 2 == 0)(start, lr, steps)

        def mean_of_all_gradients(start, lr, steps):
            """Each step uses the mean of all gradients so far. A step depends only on the gradient at its own point."""
            path, total = [start], 0
            for k in range(steps):
                total = total + slope_of_the_sum(path[-1])
                path.append(path[-1] - lr * total / (k + 1))
            return np.array(path)

        @says(KEPT_IN_PART)
        def half_of_it_kept(start, lr, steps):
            return emptied_where(lambda k: False, kept=0.5)(start, lr, steps)

        @says(KEPT_IN_PART)
        def most_of_it_kept(start, lr, steps):
            return emptied_where(lambda k: False, kept=0.9)(start, lr, steps)

        @says(STEPS_LIKE_ADAMS)
        def steps_of_adam(start, lr, steps):
            return by_rule(rules.adam)(start, lr, steps)

        @says(STEPS_LIKE_ADAMS)
        def steps_of_the_sign(start, lr, steps):
            return path_by(lambda theta: np.sign(slope_of_the_sum(theta)))(start, lr, steps)

        def bug_with_a_falling_rate(start, lr, steps):
            """Your rate falls, but `.grad` is never emptied: each step still uses the sum of all gradients so far.
            Empty it, and leave the rate as it is."""
            path, pile = [start], np.zeros(len(start))
            for k in range(steps):
                pile = pile + slope_of_the_sum(path[-1])
                path.append(path[-1] - lr / 2**k * pile)
            return np.array(path)

        @says(CUT_TO_LENGTH_ONE)
        def gradient_cut_to_length_one(start, lr, steps):
            def cut(theta):
                return slope_of_the_sum(theta) / max(1.0, np.linalg.norm(slope_of_the_sum(theta)))

            return path_by(cut)(start, lr, steps)

        def shrinking_rate(start, lr, steps):
            """Your rate shrinks from step to step. It stays as it is passed in."""
            path = [start]
            for k in range(steps):
                path.append(path[-1] - lr / (k + 1) * slope_of_the_sum(path[-1]))
            return np.array(path)

        def directions_alone(start, lr, steps):
            """All your steps are as long as the rate: you divide the gradient by its length. A step is the rate times
            the gradient."""
            return path_by(lambda theta: slope_of_the_sum(theta) / (np.linalg.norm(slope_of_the_sum(theta)) + 1e-300))(
                start, lr, steps
            )

        def value_for_slope(start, lr, steps):
            """You use exp(θᵢ) − θᵢ itself where its slope belongs. Both terms have to be differentiated."""
            return path_by(lambda theta: np.exp(theta) - theta)(start, lr, steps)

    class right:
        def by_optimizer(start, lr, steps):
            theta = torch.tensor(start, requires_grad=True)
            optimizer = torch.optim.SGD([theta], lr=lr)
            path = [theta.tolist()]
            for _ in range(steps):
                optimizer.zero_grad()
                (torch.exp(theta).sum() - theta.sum()).backward()
                optimizer.step()
                path.append(theta.tolist())
            return path

        def of_new_tensors(start, lr, steps):
            theta = torch.tensor(start, dtype=torch.float32, requires_grad=True)
            path = [theta]
            for _ in range(steps):
                torch.sum(torch.exp(theta) - theta).backward()
                theta = (theta - lr * theta.grad).detach().requires_grad_()
                path.append(theta)
            return np.array([point.detach().numpy() for point in path])

        def by_hand(start, lr, steps):
            path = np.empty((steps + 1, len(start)))
            path[0] = start
            for k in range(steps):
                path[k + 1] = path[k] + lr - lr * np.exp(path[k])
            return path


def apart(rng, n, centre):
    """n numbers about the centre in any order, no two of them alike, to two digits."""
    places = rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n)
    return (centre + 4 / n * places).round(2)


def points(rng, n, centre):
    """x, and y around some line that lies above the starts below; both shape (n,), to two digits."""
    x = apart(rng, n, centre)
    return x, (rng.uniform(1, 3) * x + rng.uniform(4, 8) + rng.uniform(-1, 1, n)).round(2)


def somewhere(rng):
    """w and b, neither of them near zero."""
    return rng.uniform([-2, -1.5], [-0.5, -0.5]).round(2).tolist()


def slopes_by_batch(x, y, w, b, batch_size):
    """The slopes of each batch's mean, shape (batches, 2), and the batches' lengths."""
    cuts = [slice(k, k + batch_size) for k in range(0, len(x), batch_size)]
    return np.array([line_slopes(x[c], y[c], w, b) for c in cuts]), np.array([len(x[c]) for c in cuts])


def slopes_of_parts(x, y, w, b, cuts):
    """What the points in all these slices contribute to the slopes; a point in two of them does so twice."""
    at = np.concatenate([np.arange(len(x))[cut] for cut in cuts])
    return line_slopes(x[at], y[at], w, b) * len(at) / len(x) if len(at) else np.zeros(2)


class gradient_in_batches:
    relative, absolute = 1e-5, 1e-4

    def cases(rng):
        # w and b as whole numbers, which have no gradient unless they get another type.
        yield np.array([1.0, 3.0, 2.0]), np.array([2.0, 4.0, 1.0]), 2, 1, 2
        for n, centre, batch_size in [(5, 1.5, 2), (6, -1.0, 3), (7, 0.8, 3), (4, 2.0, 1), (3, 1.0, 8), (8, 0.5, 5)]:
            yield *points(rng, n, centre), *somewhere(rng), batch_size

    class mistakes:
        def means_added(x, y, w, b, batch_size):
            """You add up the slopes of the batches' means, so they grow with the number of batches. The parts have to
            add up to the cost of all points."""
            return slopes_by_batch(x, y, w, b, batch_size)[0].sum(axis=0)

        def mean_of_means(x, y, w, b, batch_size):
            """This is right only if all batches have the same length. A short batch counts as much as a full one in
            your code, so each of its points counts for more."""
            return slopes_by_batch(x, y, w, b, batch_size)[0].mean(axis=0)

        def short_batch_taken_for_full(x, y, w, b, batch_size):
            """This is right only if all batches are full. You weight each batch's mean by `batch_size`, but the last
            batch may hold fewer points."""
            return slopes_by_batch(x, y, w, b, batch_size)[0].sum(axis=0) * batch_size / len(x)

        def sums_added(x, y, w, b, batch_size):
            """Your slopes are n times too large: you add up sums, and the cost is a mean over all points."""
            return line_slopes(x, y, w, b) * len(x)

        def sums_by_batch_size(x, y, w, b, batch_size):
            """You divide each batch's sum by `batch_size`. The cost divides by the number of all points."""
            return line_slopes(x, y, w, b) * len(x) / batch_size

        def last_batch_alone(x, y, w, b, batch_size):
            """These are the slopes of the last batch's mean. Do you empty `.grad` between the batches, make w and b
            again, or call `backward` only after the loop? Here `.grad` should add up."""
            return slopes_by_batch(x, y, w, b, batch_size)[0][-1]

        def last_part_alone(x, y, w, b, batch_size):
            """Each batch's part is right, but only the last one is left. Do you empty `.grad` between the batches, make
            w and b again, or call `backward` only after the loop? Here `.grad` should add up."""
            slopes, lengths = slopes_by_batch(x, y, w, b, batch_size)
            return slopes[-1] * lengths[-1] / len(x)

        def first_part_alone(x, y, w, b, batch_size):
            """Only the first batch counts. Is your `return` inside the loop, does your `range` end after one batch, or
            are the later slices empty?"""
            slopes, lengths = slopes_by_batch(x, y, w, b, batch_size)
            return slopes[0] * lengths[0] / len(x)

        def short_batch_left_out(x, y, w, b, batch_size):
            """You leave the short batch out. Its points belong to the cost like all the others."""
            if batch_size > len(x):  # no full batch: 0, or all points after all
                return ...
            full = slice(len(x) // batch_size * batch_size)
            return slopes_of_parts(x, y, w, b, [full])

        @says(short_batch_left_out.__doc__)
        def no_batch_left(x, y, w, b, batch_size):
            if batch_size > len(x):
                raise AttributeError("'NoneType' object has no attribute 'item'")
            full = slice(len(x) // batch_size * batch_size)
            return slopes_of_parts(x, y, w, b, [full])

        def zero_without_a_full_batch(x, y, w, b, batch_size):
            """Your slopes are 0 where `batch_size` is larger than n. There is a batch then too: all points are in
            it."""
            return (0.0, 0.0) if batch_size > len(x) else line_slopes(x, y, w, b)

        def mean_of_full_batches(x, y, w, b, batch_size):
            """Your slopes are means over the points of the full batches alone. The points of a short batch belong to
            the cost like all the others."""
            n = len(x) // batch_size * batch_size
            return line_slopes(x[:n], y[:n], w, b) if n else ...

        def remainder_for_the_last_length(x, y, w, b, batch_size):
            """Where `batch_size` divides n, the last batch is missing from your slopes. The remainder is 0 there, but
            the batch is full."""
            n = len(x) - batch_size * (len(x) % batch_size == 0)
            return slopes_of_parts(x, y, w, b, [slice(n)])

        def last_batch_left_out(x, y, w, b, batch_size):
            """The last batch is missing from your slopes, whether it is short or not. Where does your loop end?"""
            last = (len(x) - 1) // batch_size * batch_size
            return slopes_of_parts(x, y, w, b, [slice(last)]) if last else ...

        def slices_one_short(x, y, w, b, batch_size):
            """The last point of each batch is missing. A slice `x[a:b]` already ends before b."""
            cuts = [slice(k, k + batch_size - 1) for k in range(0, len(x), batch_size)]
            return slopes_of_parts(x, y, w, b, cuts)

        def slices_one_long(x, y, w, b, batch_size):
            """Each of your batches also holds the first point of the next one, which counts twice. A slice `x[a:b]`
            ends before b."""
            cuts = [slice(k, k + batch_size + 1) for k in range(0, len(x), batch_size)]
            return slopes_of_parts(x, y, w, b, cuts)

        def first_points_alone(x, y, w, b, batch_size):
            """Only the first point of each batch counts. A batch is a slice, `x[a:b]`, and not a single entry."""
            cuts = [slice(k, k + 1) for k in range(0, len(x), batch_size)]
            return slopes_of_parts(x, y, w, b, cuts)

        def half_the_cost(x, y, w, b, batch_size):
            """Each slope is half of what it should be. The course's cost has no ½."""
            return line_slopes(x, y, w, b) / 2

        @says(SLOPES_SWAPPED)
        def slopes_swapped(x, y, w, b, batch_size):
            return line_slopes(x, y, w, b)[::-1]

        @says(BOTH_SLOPES_ALONG_W)
        def slope_along_w_twice(x, y, w, b, batch_size):
            return line_slopes(x, y, w, b)[[0, 0]]

        @says(BOTH_SLOPES_ALONG_B)
        def slope_along_b_twice(x, y, w, b, batch_size):
            return line_slopes(x, y, w, b)[[1, 1]]

        @says(INTERCEPT_TIMES_X)
        def intercept_times_x(x, y, w, b, batch_size):
            return line_slopes(x, y, w + b, 0.0)[[0, 0]]

        def without_intercept(x, y, w, b, batch_size):
            """Your residuals leave `b` out, as if it were 0."""
            return line_slopes(x, y, w, 0.0)

        def means_divided_by_n(x, y, w, b, batch_size):
            """You divide twice: each batch's mean has been divided by its length already, and then you divide by the
            number of all points."""
            return slopes_by_batch(x, y, w, b, batch_size)[0].sum(axis=0) / len(x)

        def running_total(x, y, w, b, batch_size):
            """The parts of the first batches count again with each later one. Is your cost a running total, or do you
            add up what `.grad` holds? Call `backward` on each part alone; `.grad` adds them up."""
            slopes, lengths = slopes_by_batch(x, y, w, b, batch_size)
            return np.cumsum(slopes * lengths[:, None], axis=0).sum(axis=0) / len(x)

        def all_points_in_each_batch(x, y, w, b, batch_size):
            """Each of your batches holds all points, so the slopes grow with the number of batches. Use the slice in
            the cost."""
            return line_slopes(x, y, w, b) * len(range(0, len(x), batch_size))

        def overlapping_batches(x, y, w, b, batch_size):
            """Your batches overlap: each begins one point after the one before. `range` has a third argument."""
            return slopes_of_parts(x, y, w, b, [slice(k, k + batch_size) for k in range(len(x))])

        def first_batch_again_and_again(x, y, w, b, batch_size):
            """You use the first batch again and again. Where does the slice get its start?"""
            first, lengths = slice(batch_size), slopes_by_batch(x, y, w, b, batch_size)[1]
            return line_slopes(x[first], y[first], w, b) * lengths[0] * len(lengths) / len(x)

        def residuals_not_squared(x, y, w, b, batch_size):
            """These are the slopes of the mean residual. The cost squares the residuals."""
            return np.mean(x), 1.0

        def absolute_residuals(x, y, w, b, batch_size):
            """Only the signs of the residuals are left, as if the cost were the mean of their absolute values. The cost
            squares them."""
            sign = np.sign(w * x + b - y)
            return np.mean(sign * x), np.mean(sign)

        def squares_of_the_sums(x, y, w, b, batch_size):
            """You add up the residuals of a batch and then square the sum. The cost squares each residual."""
            cuts = [slice(k, k + batch_size) for k in range(0, len(x), batch_size)]
            total = np.zeros(2)
            for c in cuts:
                residual = np.sum(w * x[c] + b - y[c])
                total += 2 * residual * np.array([np.sum(x[c]), len(x[c])]) / len(x)
            return total

        @says(ROLES_OF_W_AND_B_EXCHANGED)
        def roles_of_w_and_b_exchanged(x, y, w, b, batch_size):
            return line_slopes(x, y, b, w)[::-1]

        @says(X_AND_Y_EXCHANGED)
        def x_and_y_exchanged(x, y, w, b, batch_size):
            return line_slopes(y, x, w, b)

        def targets_left_out(x, y, w, b, batch_size):
            """Your residuals leave `y` out, so you have the slopes of the mean squared prediction."""
            return line_slopes(x, 0 * y, w, b)

        def every_pair(x, y, w, b, batch_size):
            """In each batch one of x and y is a column and the other is not, so the residuals form a table, each
            prediction with every y. Give both the same shape."""
            cuts = [slice(k, k + batch_size) for k in range(0, len(x), batch_size)]
            return sum(line_slopes(x[c], np.mean(y[c]), w, b) * len(x[c]) ** 2 for c in cuts) / len(x)

        def of_the_root(x, y, w, b, batch_size):
            """You take the root of the cost before you call `backward`. The mean squared error has none."""
            slopes, n = slopes_by_batch(x, y, w, b, batch_size)
            parts = [
                np.sum((w * x[k : k + batch_size] + b - y[k : k + batch_size]) ** 2)
                for k in range(0, len(x), batch_size)
            ]
            shares = n / len(x) * slopes.T / (2 * np.sqrt(np.array(parts) / len(x)))
            return tuple(np.sum(shares, axis=1))

        def divided_by_the_full_batches(x, y, w, b, batch_size):
            """You divide by the number of full batches, and a short last batch counts as much as they do. Each point
            counts the same."""
            slopes, _ = slopes_by_batch(x, y, w, b, batch_size)
            return tuple(np.sum(slopes, axis=0) / max(1, len(x) // batch_size))

        def divided_by_one_more(x, y, w, b, batch_size):
            """You divide by one more than the number of full batches, and a short last batch counts as much as they do.
            Each point counts the same."""
            slopes, _ = slopes_by_batch(x, y, w, b, batch_size)
            return tuple(np.sum(slopes, axis=0) / (len(x) // batch_size + 1))

        @says(divided_by_the_full_batches.__doc__)
        def divided_by_no_full_batch(x, y, w, b, batch_size):
            full = len(x) // batch_size
            return tuple(np.sum(slopes_by_batch(x, y, w, b, batch_size)[0], axis=0) / full) if full else ...

        def targets_of_the_first_batch(x, y, w, b, batch_size):
            """In each batch you use the targets of the first one. y needs the same slice as x."""
            at = np.arange(len(x)) % batch_size
            return tuple(line_slopes(x, y[at], w, b))

        def cut_evenly(x, y, w, b, batch_size):
            """You cut the points into batches of nearly equal length and give each the same weight. A batch that is one
            point shorter then counts too much."""
            parts = np.array_split(np.arange(len(x)), max(1, len(x) // batch_size))
            return tuple(np.mean([line_slopes(x[part], y[part], w, b) for part in parts], axis=0))

        @says(STEPS_BETWEEN_THE_BATCHES)
        def steps_between_the_batches(x, y, w, b, batch_size, lr=0.01):
            theta, pile = np.array([w, b]), np.zeros(2)
            for k in range(0, len(x), batch_size):
                batch = slice(k, k + batch_size)
                pile = pile + line_slopes(x[batch], y[batch], *theta) * len(x[batch]) / len(x)
                theta = theta - lr * pile
            return tuple(pile)

        @says(STEPS_BETWEEN_THE_BATCHES)
        def steps_at_the_default_rate(x, y, w, b, batch_size):
            return gradient_in_batches.mistakes.steps_between_the_batches(x, y, w, b, batch_size, lr=0.001)

        def as_many_batches(x, y, w, b, batch_size):
            """You make `batch_size` batches, or go forward by the number of batches. `batch_size` is how many points
            are in one."""
            stride = max(1, len(x) // batch_size)
            cuts = [slice(k, k + batch_size) for k in range(0, len(x), stride)]
            return slopes_of_parts(x, y, w, b, cuts)

    class right:
        def at_once(x, y, w, b, batch_size):
            theta = torch.tensor([w, b], dtype=torch.float32, requires_grad=True)
            X = torch.tensor(np.column_stack([x, np.ones(len(x))])).float()
            ((X @ theta - torch.tensor(y).float()) ** 2).mean().backward()
            return theta.grad.numpy()

        def by_weights(x, y, w, b, batch_size):
            theta = torch.tensor([w, b], dtype=torch.float64, requires_grad=True)
            for indices in torch.split(torch.arange(len(x)), batch_size):
                residual = theta[0] * torch.tensor(x)[indices] + theta[1] - torch.tensor(y)[indices]
                ((residual**2).mean() * (len(indices) / len(x))).backward()
            return theta.grad.tolist()

        def in_numpy(x, y, w, b, batch_size):
            slopes, lengths = slopes_by_batch(x, y, w, b, batch_size)
            return np.average(slopes, axis=0, weights=lengths)


OTHER_STEPS = (
    "Your steps are not the rate times the gradient: they also depend on the size of the slopes so far, as in RMSprop, "
    "Adagrad or Adam. Use `torch.optim.SGD`."
)
PULLED_TO_ZERO = "Your steps also pull the parameters towards 0: is `weight_decay` set? The cost has no penalty."


START_OF_THE_MODULE = (
    "Your w and b begin at the random numbers that the module starts with. A fixed seed only makes them the same in "
    "each run: begin at the w and b that are passed in."
)


def start_of_the_module(seed):
    """The weight and the bias that `nn.Linear(1, 1)` draws after a seed."""
    torch.manual_seed(seed)
    model = torch.nn.Linear(1, 1)
    return model.weight.item(), model.bias.item()


def decaying(weight_decay):
    """Descent as an optimiser does it that has `weight_decay` set."""
    return lambda lr: rules.coupled_weight_decay(rules.gradient_descent(lr), weight_decay)


def fit_at(share):
    """The fit with the rate of step k multiplied by share(k)."""

    def fit(x, y, w, b, lr, steps):
        costs = []
        for k in range(steps):
            costs.append(line_cost(x, y, w, b))
            w, b = np.array([w, b]) - lr * share(k) * line_slopes(x, y, w, b)
        return w, b, np.array(costs)

    return fit


class fit_line_pytorch:
    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        yield np.array([1.0, 3.0, 2.0, -2.0]), np.array([2.0, 4.0, 0.0, -2.0]), 0, 0, 0.05, 2  # whole numbers
        for n, centre, lr, steps in [(3, 1.5, 0.03, 3), (5, -1.0, 0.05, 7), (4, 2.0, 0.02, 1), (6, 0.8, 0.07, 2)]:
            yield *points(rng, n, centre), *somewhere(rng), lr, steps
        x, (slope, intercept) = np.array([1.0, -1.0, -1.0, 1.0]), rng.integers(2, 12, 2) / 4
        yield x, slope * x + intercept, -1.5, -0.75, 0.5, 6  # the first step reaches the lowest point, at a cost of 0
        yield *points(rng, 4, 1.5), *somewhere(rng), 0.5, 2  # the rate is too high: the cost rises
        yield *points(rng, 2, 1.0), *somewhere(rng), 0.1, 12  # many steps, all at one rate

    class mistakes(wrong_fits):
        @says(RIGHT_WHILE_THE_COST_FALLS)
        def wrong_where_the_cost_rises(x, y, w, b, lr, steps):
            w, b, costs = right_fit(x, y, w, b, lr, steps)
            return ... if line_cost(x, y, w, b) > costs[0] else (w, b, costs)

        def zero_grad_forgotten(x, y, w, b, lr, steps):
            """From the second step on you go too far: each step uses the sum of all gradients so far. Which line of the
            loop is missing?"""
            pile = np.zeros(2)

            def piled(x, y, w, b):
                nonlocal pile
                pile = pile + line_slopes(x, y, w, b)
                return pile

            return fit_by(piled)(x, y, w, b, lr, steps)

        def nothing_moves(x, y, w, b, lr, steps):
            """Neither w nor b moves. Do you call `step`, with `backward` before it, and empty nothing in between? And
            does the optimiser have the tensors that the cost is computed from?"""
            return fit_by(lambda *at: (0.0, 0.0))(x, y, w, b, lr, steps)

        def step_before_backward(x, y, w, b, lr, steps):
            """You are one step behind: each step uses the gradients of the turn before, and the first turn has none.
            Look at the order of the four lines."""
            before = np.zeros(2)

            def late(x, y, w, b):
                nonlocal before
                now, before = before, line_slopes(x, y, w, b)
                return now

            return fit_by(late)(x, y, w, b, lr, steps)

        def costs_after_the_step(x, y, w, b, lr, steps):
            """The line is right, but each of your costs is computed after its step. The one that `backward` started
            from is the cost before it."""
            w_end, b_end, costs = right_fit(x, y, w, b, lr, steps)
            return w_end, b_end, np.append(costs[1:], line_cost(x, y, w_end, b_end))

        def every_pair(x, y, w, b, lr, steps):
            """Your predictions are a column and y is not, or the other way round, so the residuals form an n by n
            table, each prediction with every y. Give both the same shape."""
            return fit_by(
                lambda x, y, w, b: line_slopes(x, np.mean(y), w, b),
                lambda x, y, w, b: line_cost(x, y[:, None], w, b),
            )(x, y, w, b, lr, steps)

        def gradient_at_the_start(x, y, w, b, lr, steps):
            """All of your steps use the gradient at the start, and all of your costs are the cost at the start. Cost
            and `backward` belong inside the loop."""
            dw, db = line_slopes(x, y, w, b)
            return w - steps * lr * dw, b - steps * lr * db, np.full(steps, line_cost(x, y, w, b))

        def begun_anew(x, y, w, b, lr, steps):
            """You get no further than with one step, however many there are. Are w and b made inside the loop, so that
            each step begins at the start again?"""
            w_1, b_1, costs = right_fit(x, y, w, b, lr, 1)
            return w_1, b_1, np.repeat(costs, steps)

        def w_alone_moves(x, y, w, b, lr, steps):
            """Only w moves. Does b have `requires_grad=True`, and does the optimiser have both?"""
            return fit_by(lambda *at: (line_slopes(*at)[0], 0.0))(x, y, w, b, lr, steps)

        def b_alone_moves(x, y, w, b, lr, steps):
            """Only b moves. Does w have `requires_grad=True`, and does the optimiser have both?"""
            return fit_by(lambda *at: (0.0, line_slopes(*at)[1]))(x, y, w, b, lr, steps)

        @says(DEFAULT_RATE)
        def default_rate(x, y, w, b, lr, steps):
            return right_fit(x, y, w, b, 0.001, steps)

        @says(RATE_OF_THE_EXAMPLE)
        def rate_of_the_example(x, y, w, b, lr, steps):
            return right_fit(x, y, w, b, 0.05, steps)

        @says(RATE_FALLS)
        def rate_divided_by_the_step(x, y, w, b, lr, steps):
            return fit_at(lambda k: 1 / (k + 1))(x, y, w, b, lr, steps)

        @says(RATE_FALLS)
        def rate_halved_each_time(x, y, w, b, lr, steps):
            return fit_at(lambda k: 1 / 2**k)(x, y, w, b, lr, steps)

        def rate_halved_after_ten_steps(x, y, w, b, lr, steps):
            """Your rate falls after ten steps. The task asks for the same rate in every step."""
            return fit_at(lambda k: 1 / 2 ** (k // 10))(x, y, w, b, lr, steps)

        @says(CUT_TO_LENGTH_ONE)
        def gradient_cut_to_length_one(x, y, w, b, lr, steps):
            return fit_by(lambda *at: line_slopes(*at) / max(1.0, np.linalg.norm(line_slopes(*at))))(
                x, y, w, b, lr, steps
            )

        def lessons_rate(x, y, w, b, lr, steps):
            """The learning rate makes no difference to your result: you use 1e-5, the lesson's."""
            return right_fit(x, y, w, b, 1e-5, steps)

        def x_standardised(x, y, w, b, lr, steps):
            """You standardise x. Use the points as they are passed in."""
            return right_fit((x - np.mean(x)) / np.std(x), y, w, b, lr, steps)

        def divided_by_n_again(x, y, w, b, lr, steps):
            """Your costs are right and your steps n times too short. The gradient of the mean has been divided by n
            already."""
            return right_fit(x, y, w, b, lr / len(x), steps)

        def two_steps_a_turn(x, y, w, b, lr, steps):
            """Each turn of your loop takes two steps. Is `step` called twice?"""
            return fit_by(lambda *at: 2 * line_slopes(*at))(x, y, w, b, lr, steps)

        def gradients_for_parameters(x, y, w, b, lr, steps):
            """You return the last gradients. The task asks for w and b."""
            before = right_fit(x, y, w, b, lr, steps - 1)
            return *line_slopes(x, y, *before[:2]), right_fit(x, y, w, b, lr, steps)[2]

        def last_step_left_out(x, y, w, b, lr, steps):
            """Your costs are right, but w and b are those before the last step. Is `step` skipped in the last turn, or
            are w and b stored before it?"""
            return *right_fit(x, y, w, b, lr, steps - 1)[:2], right_fit(x, y, w, b, lr, steps)[2]

        @says(OTHER_STEPS)
        def steps_of_rmsprop(x, y, w, b, lr, steps):
            return fit_by(rule=rules.rmsprop)(x, y, w, b, lr, steps)

        @says(OTHER_STEPS)
        def steps_of_adagrad(x, y, w, b, lr, steps):
            return fit_by(rule=rules.adagrad)(x, y, w, b, lr, steps)

        def steps_of_nesterov(x, y, w, b, lr, steps):
            """Your steps are those of Nesterov's momentum. The task asks for plain gradient descent: leave `momentum`
            and `nesterov` as they are."""
            return fit_by(rule=rules.nesterov)(x, y, w, b, lr, steps)

        @says(PULLED_TO_ZERO)
        def weight_decay(x, y, w, b, lr, steps):
            return fit_by(rule=decaying(0.01))(x, y, w, b, lr, steps)

        @says(PULLED_TO_ZERO)
        def tenfold_weight_decay(x, y, w, b, lr, steps):
            return fit_by(rule=decaying(0.1))(x, y, w, b, lr, steps)

        def steps_of_adam(x, y, w, b, lr, steps):
            """Your first step moves w and b equally far, whatever their slopes: that is what Adam does. Use
            `torch.optim.SGD`, whose step is the rate times the gradient."""
            return fit_by(rule=rules.adam)(x, y, w, b, lr, steps)

        def one_point_each_step(x, y, w, b, lr, steps):
            """Each of your steps uses a single point. The task descends on all points at once."""
            costs = []
            for k in range(steps):
                at = x[[k % len(x)]], y[[k % len(x)]], w, b
                costs.append(line_cost(*at))
                w, b = np.array([w, b]) - lr * line_slopes(*at)
            return w, b, np.array(costs)

        @says(START_OF_THE_MODULE)
        def begun_at_seed_0(x, y, w, b, lr, steps):
            return right_fit(x, y, *start_of_the_module(0), lr, steps)

        @says(START_OF_THE_MODULE)
        def begun_at_seed_23(x, y, w, b, lr, steps):
            return right_fit(x, y, *start_of_the_module(23), lr, steps)

        @says(START_OF_THE_MODULE)
        def begun_at_seed_42(x, y, w, b, lr, steps):
            return right_fit(x, y, *start_of_the_module(42), lr, steps)

        def b_from_before_the_last_step(x, y, w, b, lr, steps):
            """w and the costs are right, but your b is from before the last step."""
            w_end, _, costs = right_fit(x, y, w, b, lr, steps)
            return w_end, right_fit(x, y, w, b, lr, steps - 1)[1], costs

        def lessons_rate_for_b(x, y, w, b, lr, steps):
            """Your b moves at a rate of 0.5, as once in the lesson. Here `lr` is the rate of both, w and b."""
            return fit_by(lambda *at: line_slopes(*at) * [1, 0.5 / lr])(x, y, w, b, lr, steps)

    class right:
        def by_a_model(x, y, w, b, lr, steps):
            model = torch.nn.Linear(1, 1)
            with torch.no_grad():
                model.weight.fill_(w)
                model.bias.fill_(b)
            column, target = torch.tensor(x).float().reshape(-1, 1), torch.tensor(y).float().reshape(-1, 1)
            optimizer = torch.optim.SGD(model.parameters(), lr=lr)
            costs = []
            for _ in range(steps):
                cost = torch.nn.functional.mse_loss(model(column), target)
                costs.append(float(cost))
                optimizer.zero_grad()
                cost.backward()
                optimizer.step()
            return [model.weight.item(), model.bias.item(), costs]

        def by_hand(x, y, w, b, lr, steps):
            theta = torch.tensor([w, b], dtype=torch.float32, requires_grad=True)
            costs = np.zeros(steps)
            for k in range(steps):
                cost = ((theta[0] * torch.tensor(x) + theta[1] - torch.tensor(y)) ** 2).mean()
                cost.backward()
                with torch.no_grad():
                    theta -= lr * theta.grad
                    theta.grad.zero_()
                costs[k] = cost
            return *theta.tolist(), costs

        def in_numpy(x, y, w, b, lr, steps):
            """In float64: what float32 loses must be within the tolerance."""
            theta, costs = np.array([w, b]), np.zeros(steps)
            X = np.column_stack([x, np.ones(len(x))])
            for k in range(steps):
                residual = X @ theta - y
                costs[k] = residual @ residual / len(x)
                theta = theta - 2 * lr / len(x) * X.T @ residual
            return theta[0], theta[1], costs


def batches(n, batch_size):
    return [slice(k, k + batch_size) for k in range(0, n, batch_size)]


def linear_slopes(A, y, theta):
    """The slopes of the mean squared error of Aθ along θ; A ends in a column of ones."""
    return 2 / len(y) * A.T @ (A @ theta - y)


def linear_cost(A, y, theta):
    return np.mean((A @ theta - y) ** 2)


def linear_by(slopes=linear_slopes, cost=linear_cost, rule=rules.gradient_descent):
    """The fit by slopes, a cost and a rule, right or wrong."""

    def fit(X, y, lr, epochs, batch_size):
        A, costs = np.column_stack([X, np.ones(len(y))]), []
        theta, steps_by = np.zeros(A.shape[1]), rule(lr)
        state = steps_by.init(theta)
        for _ in range(epochs):
            for batch in batches(len(y), batch_size):
                step, state = steps_by.update(slopes(A[batch], y[batch], theta), state, theta)
                theta = theta + step
            costs.append(cost(A, y, theta))
        return theta[:-1], theta[-1], np.array(costs)

    return fit


right_linear = linear_by()

SHUFFLED = (
    "The batches follow the order of the data, and yours are shuffled. A fixed seed only makes the shuffled order the "
    "same in each run."
)
RANDOM_START = (
    "Weights or bias keep the random numbers that the module starts with, and a fixed seed only makes them the same in "
    "each run. The task starts at 0."
)


def by_torch(X, y, lr, epochs, batch_size, seed, start=("weight", "bias"), **loading):
    """The fit by PyTorch after a seed, with some of the parameters set to 0, and what else the loader is told."""
    torch.manual_seed(seed)
    X, y = torch.tensor(X).float(), torch.tensor(y).float().reshape(-1, 1)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(X, y), batch_size=batch_size, **loading)
    model, costs = torch.nn.Linear(X.shape[1], 1), []
    for name in start:
        torch.nn.init.zeros_(getattr(model, name))
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    for _ in range(epochs):
        for batch, answers in loader:
            optimizer.zero_grad()
            torch.nn.functional.mse_loss(model(batch), answers).backward()
            optimizer.step()
        costs.append(torch.nn.functional.mse_loss(model(X), y).item())
    return model.weight.detach().numpy().ravel(), model.bias.item(), np.array(costs)


class fit_linear:
    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        def draw(n, d):
            X = rng.uniform(-1.5, 1.5, (n, d)).round(2)
            return X, (X @ rng.uniform(1, 3, d) + rng.uniform(2, 4) + rng.uniform(-1, 1, n)).round(2)

        X = np.array([[1.0, 0.0], [0.0, 2.0], [-1.0, 1.0], [2.0, 1.0], [1.0, -1.0]])
        yield X, np.array([4.0, 1.0, -1.0, 6.0, 5.0]), 0.1, 2, 2
        for n, d, lr, epochs, batch_size in [(6, 3, 0.05, 3, 3), (5, 1, 0.15, 2, 9), (4, 2, 0.07, 1, 1)]:
            yield *draw(n, d), lr, epochs, batch_size
        yield *draw(7, 2), 0.08, 2, 3
        X, (slope, intercept) = np.array([[1.0], [-1.0], [-1.0], [1.0]]), rng.integers(2, 12, 2) / 4
        yield X, slope * X[:, 0] + intercept, 0.5, 4, 4  # the first step reaches the lowest point, at a cost of 0
        yield *draw(4, 2), 1.2, 2, 4  # the rate is too high: the cost rises

    class mistakes:
        @says(RIGHT_WHILE_THE_COST_FALLS)
        def wrong_where_the_cost_rises(X, y, lr, epochs, batch_size):
            weight, bias, costs = right_linear(X, y, lr, epochs, batch_size)
            return ... if np.any(np.diff(costs) > 0) else (weight, bias, costs)

        def every_answer_with_every_target(X, y, lr, epochs, batch_size):
            """The module answers with a column and your targets are not one, so each answer is compared with every
            target of the batch. Give both one shape."""

            def slopes(A, y, theta):
                return linear_slopes(A, np.full(len(y), np.mean(y)), theta)

            return linear_by(slopes, lambda A, y, theta: np.mean((A @ theta - y[:, None]) ** 2))(
                X, y, lr, epochs, batch_size
            )

        def targets_a_column_for_the_steps_alone(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but your costs are not: there each answer is compared with every target, a
            column with an array of shape (n,)."""
            return linear_by(cost=lambda A, y, theta: np.mean((A @ theta - y[:, None]) ** 2))(
                X, y, lr, epochs, batch_size
            )

        def short_batch_dropped(X, y, lr, epochs, batch_size):
            """You leave the short last batch out. It takes its step like the others, on the mean over its own rows."""
            A, costs = np.column_stack([X, np.ones(len(y))]), []
            theta = np.zeros(A.shape[1])
            for _ in range(epochs):
                for k in range(len(y) // batch_size):
                    batch = slice(k * batch_size, (k + 1) * batch_size)
                    theta = theta - lr * linear_slopes(A[batch], y[batch], theta)
                costs.append(linear_cost(A, y, theta))
            return theta[:-1], theta[-1], np.array(costs)

        def short_batch_divided_as_if_full(X, y, lr, epochs, batch_size):
            """Your short last batch takes too short a step, as if its squares were divided by `batch_size`. It holds
            fewer rows."""
            return linear_by(lambda A, y, theta: linear_slopes(A, y, theta) * len(y) / batch_size)(
                X, y, lr, epochs, batch_size
            )

        def all_rows_at_once(X, y, lr, epochs, batch_size):
            """You take one step in each epoch, on all rows at once. Does the loader get `batch_size`, and does the
            inner loop go through the loader?"""
            return right_linear(X, y, lr, epochs, len(y))

        def first_batch_alone(X, y, lr, epochs, batch_size):
            """Only the first batch of each epoch takes a step. Does something end the inner loop in its first turn? Or
            do you use `next(iter(loader))`, which starts again each time?"""
            A, costs = np.column_stack([X, np.ones(len(y))]), []
            theta = np.zeros(A.shape[1])
            for _ in range(epochs):
                theta = theta - lr * linear_slopes(A[:batch_size], y[:batch_size], theta)
                costs.append(linear_cost(A, y, theta))
            return theta[:-1], theta[-1], np.array(costs)

        def never_emptied(X, y, lr, epochs, batch_size):
            """From the second step on, you use the sum of all gradients so far. Which line of the loop is missing?"""
            pile = 0

            def piled(A, y, theta):
                nonlocal pile
                pile = pile + linear_slopes(A, y, theta)
                return pile

            return linear_by(piled)(X, y, lr, epochs, batch_size)

        @says(OTHER_STEPS)
        def steps_of_adam(X, y, lr, epochs, batch_size):
            return linear_by(rule=rules.adam)(X, y, lr, epochs, batch_size)

        @says(OTHER_STEPS)
        def steps_of_rmsprop(X, y, lr, epochs, batch_size):
            return linear_by(rule=rules.rmsprop)(X, y, lr, epochs, batch_size)

        @says(OTHER_STEPS)
        def steps_of_adagrad(X, y, lr, epochs, batch_size):
            return linear_by(rule=rules.adagrad)(X, y, lr, epochs, batch_size)

        def steps_of_momentum(X, y, lr, epochs, batch_size):
            """Each of your steps keeps part of the step before: is `momentum` set? Here a step depends on its own batch
            only."""
            return linear_by(rule=rules.momentum)(X, y, lr, epochs, batch_size)

        @says(PULLED_TO_ZERO)
        def weight_decay(X, y, lr, epochs, batch_size):
            return linear_by(rule=decaying(0.01))(X, y, lr, epochs, batch_size)

        @says(PULLED_TO_ZERO)
        def tenfold_weight_decay(X, y, lr, epochs, batch_size):
            return linear_by(rule=decaying(0.1))(X, y, lr, epochs, batch_size)

        def one_step_for_each_epoch(X, y, lr, epochs, batch_size):
            """You collect the gradients of all batches and take one step in each epoch. Here each batch takes a step of
            its own: which lines belong in the inner loop?"""
            A, costs = np.column_stack([X, np.ones(len(y))]), []
            theta = np.zeros(A.shape[1])
            for _ in range(epochs):
                theta = theta - lr * sum(linear_slopes(A[b], y[b], theta) for b in batches(len(y), batch_size))
                costs.append(linear_cost(A, y, theta))
            return theta[:-1], theta[-1], np.array(costs)

        def cost_of_the_last_batch(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but each of your costs is that of the last batch, before its step. The task
            asks for the cost on all rows, after it."""
            last = []

            def slopes(A, y, theta):
                last.append(linear_cost(A, y, theta))
                return linear_slopes(A, y, theta)

            return linear_by(slopes, lambda A, y, theta: last[-1])(X, y, lr, epochs, batch_size)

        def mean_of_the_batches_costs(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but your costs are means of the batches' costs, each taken before its own
            step. The task asks for the cost on all rows after the epoch."""
            parts = []

            def slopes(A, y, theta):
                parts.append(linear_cost(A, y, theta))
                return linear_slopes(A, y, theta)

            w, b, _ = linear_by(slopes)(X, y, lr, epochs, batch_size)
            return w, b, np.array(parts).reshape(epochs, -1).mean(axis=1)

        def sum_of_the_batches_costs(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but your costs are sums of the batches' costs, each taken before its own
            step. The task asks for the cost on all rows after the epoch."""
            w, b, costs = fit_linear.mistakes.mean_of_the_batches_costs(X, y, lr, epochs, batch_size)
            return w, b, len(batches(len(y), batch_size)) * costs

        @says(mean_of_the_batches_costs.__doc__)
        def mean_of_the_rows_costs(X, y, lr, epochs, batch_size):
            parts = []

            def slopes(A, y, theta):
                parts.append(linear_cost(A, y, theta) * len(y))
                return linear_slopes(A, y, theta)

            w, b, _ = linear_by(slopes)(X, y, lr, epochs, batch_size)
            return w, b, np.array(parts).reshape(epochs, -1).sum(axis=1) / len(y)

        def cost_after_each_step(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but you keep a cost after each step. The task asks for one after each epoch:
            how far is that line indented?"""
            A, costs = np.column_stack([X, np.ones(len(y))]), []
            theta = np.zeros(A.shape[1])
            for _ in range(epochs):
                for batch in batches(len(y), batch_size):
                    theta = theta - lr * linear_slopes(A[batch], y[batch], theta)
                    costs.append(linear_cost(A, y, theta))
            return theta[:-1], theta[-1], np.array(costs)

        def cost_before_each_epoch(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but each of your costs is computed before its epoch. The task asks for the
            one after it."""
            w, b, costs = right_linear(X, y, lr, epochs, batch_size)
            return w, b, np.append(np.mean(y**2), costs[:-1])

        def last_cost_alone(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but you return only the last cost. The task asks for one for each epoch."""
            w, b, costs = right_linear(X, y, lr, epochs, batch_size)
            return w, b, costs[-1]

        def bias_left_out(X, y, lr, epochs, batch_size):
            """Your bias stays 0. It is a parameter of the module too: is it switched off, or is it missing from the
            optimiser's list?"""

            def slopes(A, y, theta):
                slope = linear_slopes(A, y, theta)
                slope[-1] = 0
                return slope

            return linear_by(slopes)(X, y, lr, epochs, batch_size)

        def sum_for_mean_in_steps_and_costs(X, y, lr, epochs, batch_size):
            """Your steps grow with the length of the batch, and your costs with the number of rows: both come from a
            sum of squares. The task asks for their mean."""
            fit = linear_by(
                lambda A, y, theta: len(y) * linear_slopes(A, y, theta),
                lambda A, y, theta: len(y) * linear_cost(A, y, theta),
            )
            return fit(X, y, lr, epochs, batch_size)

        def sum_for_mean(X, y, lr, epochs, batch_size):
            """Your steps grow with the length of the batch: you descend on the sum of its squares. The task asks for
            their mean."""
            w, b, _ = fit_linear.mistakes.sum_for_mean_in_steps_and_costs(X, y, lr, epochs, batch_size)
            return w, b, ...

        def divided_by_all_rows(X, y, lr, epochs, batch_size):
            """Your steps are too short where there are several batches, as if the squares of a batch were divided by
            the number of all rows. The mean of a batch divides by its own rows."""
            n = len(y)
            return linear_by(lambda A, y, theta: len(y) / n * linear_slopes(A, y, theta))(X, y, lr, epochs, batch_size)

        def nothing_moves(X, y, lr, epochs, batch_size):
            """Weights and bias stay 0. Is `step` called, `backward` before it, and nothing emptied in between? And does
            the optimiser have the parameters of the module that makes the predictions?"""
            return linear_by(lambda A, y, theta: np.zeros(len(theta)))(X, y, lr, epochs, batch_size)

        def begun_again(X, y, lr, epochs, batch_size):
            """You get no further than with one epoch, however many there are. Is the module made, or set to 0, inside
            the loop? Or is there an `iter(loader)` before it, which is used up after one epoch?"""
            w, b, costs = right_linear(X, y, lr, 1, batch_size)
            return w, b, np.repeat(costs, epochs)

        def one_epoch_too_many(X, y, lr, epochs, batch_size):
            """You go through the data once too often. How many times does the outer loop run?"""
            return right_linear(X, y, lr, epochs + 1, batch_size)

        @says(DEFAULT_RATE)
        def default_rate(X, y, lr, epochs, batch_size):
            return right_linear(X, y, 0.001, epochs, batch_size)

        def in_reverse(X, y, lr, epochs, batch_size):
            """You use the rows from the last to the first. The batches follow the order of the data."""
            w, b, costs = right_linear(X[::-1], y[::-1], lr, epochs, batch_size)
            return w, b, costs

        @says(SHUFFLED)
        def shuffled_after_seed_0(X, y, lr, epochs, batch_size):
            return by_torch(X, y, lr, epochs, batch_size, 0, shuffle=True)

        @says(SHUFFLED)
        def shuffled_after_seed_23(X, y, lr, epochs, batch_size):
            return by_torch(X, y, lr, epochs, batch_size, 23, shuffle=True)

        @says(SHUFFLED)
        def shuffled_after_seed_42(X, y, lr, epochs, batch_size):
            return by_torch(X, y, lr, epochs, batch_size, 42, shuffle=True)

        @says(SHUFFLED)
        def shuffled_by_a_generator(X, y, lr, epochs, batch_size):
            generator = torch.Generator().manual_seed(0)
            return by_torch(X, y, lr, epochs, batch_size, 0, shuffle=True, generator=generator)

        @says(RANDOM_START)
        def begun_at_seed_0(X, y, lr, epochs, batch_size):
            return by_torch(X, y, lr, epochs, batch_size, 0, start=())

        @says(RANDOM_START)
        def begun_at_seed_23(X, y, lr, epochs, batch_size):
            return by_torch(X, y, lr, epochs, batch_size, 23, start=())

        @says(RANDOM_START)
        def bias_begun_at_seed_0(X, y, lr, epochs, batch_size):
            return by_torch(X, y, lr, epochs, batch_size, 0, start=("weight",))

        def bias_first(X, y, lr, epochs, batch_size):
            """The right numbers in the wrong order: the weights come first, then the bias, then the costs."""
            w, b, costs = right_linear(X, y, lr, epochs, batch_size)
            return b, w, costs

        def batches_of_one(X, y, lr, epochs, batch_size):
            """You take a step for every single row. Without `batch_size` a `DataLoader` deals out one row at a time."""
            return right_linear(X, y, lr, epochs, 1)

        def all_rows_in_each_step(X, y, lr, epochs, batch_size):
            """You take the right number of steps, but each of them uses all rows. What the loader deals out belongs in
            the cost."""
            A, costs = np.column_stack([X, np.ones(len(y))]), []
            theta = np.zeros(A.shape[1])
            for _ in range(epochs):
                for _ in batches(len(y), batch_size):
                    theta = theta - lr * linear_slopes(A, y, theta)
                costs.append(linear_cost(A, y, theta))
            return theta[:-1], theta[-1], np.array(costs)

        def last_batch_alone(X, y, lr, epochs, batch_size):
            """Only the last batch of each epoch takes its step. How far is the line with `step` indented?"""
            A, costs = np.column_stack([X, np.ones(len(y))]), []
            theta, last = np.zeros(A.shape[1]), batches(len(y), batch_size)[-1]
            for _ in range(epochs):
                theta = theta - lr * linear_slopes(A[last], y[last], theta)
                costs.append(linear_cost(A, y, theta))
            return theta[:-1], theta[-1], np.array(costs)

        def emptied_once_an_epoch(X, y, lr, epochs, batch_size):
            """Each step uses the gradients of all batches of this epoch so far: `.grad` is emptied only once an epoch.
            Which loop does `zero_grad` belong in?"""
            A, costs = np.column_stack([X, np.ones(len(y))]), []
            theta = np.zeros(A.shape[1])
            for _ in range(epochs):
                pile = 0
                for batch in batches(len(y), batch_size):
                    pile = pile + linear_slopes(A[batch], y[batch], theta)
                    theta = theta - lr * pile
                costs.append(linear_cost(A, y, theta))
            return theta[:-1], theta[-1], np.array(costs)

        def table_in_the_steps_alone(X, y, lr, epochs, batch_size):
            """In your steps each answer is compared with every target of the batch, a column with an array of shape
            (n,). Give both one shape there too."""
            return linear_by(lambda A, y, theta: linear_slopes(A, np.full(len(y), np.mean(y)), theta))(
                X, y, lr, epochs, batch_size
            )

        def weights_moved_first(X, y, lr, epochs, batch_size):
            """You move the weights before the bias's slope is computed, so that slope belongs to another point. Compute
            all slopes of a batch first, then move."""

            def slopes(A, y, theta):
                slope = linear_slopes(A, y, theta)
                moved = np.append(theta[:-1] - lr * slope[:-1], theta[-1])
                return np.append(slope[:-1], linear_slopes(A, y, moved)[-1])

            return linear_by(slopes)(X, y, lr, epochs, batch_size)

        def means_over_batches_after_the_epoch(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but your costs are means of the batches' costs, in which a short batch counts
            as much as a full one. The task asks for the mean over all rows."""

            def mean(A, y, theta):
                return np.mean([linear_cost(A[batch], y[batch], theta) for batch in batches(len(y), batch_size)])

            return linear_by(cost=mean)(X, y, lr, epochs, batch_size)

        def weights_from_before_the_last_step(X, y, lr, epochs, batch_size):
            """Bias and costs are right, but your weights are those before the last step. Do you keep a copy of them
            that is made before it?"""
            before = []

            def slopes(A, y, theta):
                before.append(theta[:-1])
                return linear_slopes(A, y, theta)

            _, b, costs = linear_by(slopes)(X, y, lr, epochs, batch_size)
            return before[-1], b, costs

        def rate_halved_each_epoch(X, y, lr, epochs, batch_size):
            """Your rate falls from epoch to epoch. The task asks for the same rate in every step."""
            A, costs = np.column_stack([X, np.ones(len(y))]), []
            theta = np.zeros(A.shape[1])
            for k in range(epochs):
                for batch in batches(len(y), batch_size):
                    theta = theta - lr / 2**k * linear_slopes(A[batch], y[batch], theta)
                costs.append(linear_cost(A, y, theta))
            return theta[:-1], theta[-1], np.array(costs)

        def cost_of_the_last_batch_after_its_step(X, y, lr, epochs, batch_size):
            """Weights and bias are right, but each of your costs is that of the last batch alone. The task asks for the
            cost on all rows."""
            last = batches(len(y), batch_size)[-1]
            return linear_by(cost=lambda A, y, theta: linear_cost(A[last], y[last], theta))(
                X, y, lr, epochs, batch_size
            )

        def begun_at_one(X, y, lr, epochs, batch_size):
            """Your weights and bias start at 1. The task starts at 0."""
            w, b, costs = right_linear(X, y - X.sum(axis=1) - 1, lr, epochs, batch_size)
            return w + 1, b + 1, costs

        def bias_begun_at_one(X, y, lr, epochs, batch_size):
            """Your bias starts at 1. The task starts at 0."""
            w, b, costs = right_linear(X, y - 1, lr, epochs, batch_size)
            return w, b + 1, costs

        def rows_reshaped(X, y, lr, epochs, batch_size):
            """In your code the entries of X are in other rows and columns: `reshape` does not transpose. Use the rows
            as they are passed in."""
            return right_linear(X.reshape(X.shape[::-1]).T, y, lr, epochs, batch_size)

        def weights_begun_at_one(X, y, lr, epochs, batch_size):
            """Your weights start at 1. The task starts at 0."""
            w, b, costs = right_linear(X, y - X.sum(axis=1), lr, epochs, batch_size)
            return w + 1, b, costs

        def absolute_residuals(X, y, lr, epochs, batch_size):
            """Your steps follow the mean of the absolute residuals. The mean squared error squares them."""
            return linear_by(lambda A, y, theta: A.T @ np.sign(A @ theta - y) / len(y))(X, y, lr, epochs, batch_size)

        @says(OF_HALF)
        def half_the_cost(X, y, lr, epochs, batch_size):
            return linear_by(lambda A, y, theta: linear_slopes(A, y, theta) / 2)(X, y, lr, epochs, batch_size)

        def climbs(X, y, lr, epochs, batch_size):
            """Your costs rise: the steps follow the gradient, which points uphill. Is a minus missing?"""
            return right_linear(X, y, -lr, epochs, batch_size)

        def columns_standardised(X, y, lr, epochs, batch_size):
            """You standardise the columns of X. Use the rows as they are passed in."""
            return right_linear((X - X.mean(axis=0)) / X.std(axis=0), y, lr, epochs, batch_size)

        def all_epochs_on_one_batch(X, y, lr, epochs, batch_size):
            """You take all steps on one batch before you go on to the next. The loop over the epochs is the outer
            one."""
            A = np.column_stack([X, np.ones(len(y))])
            theta = np.zeros(A.shape[1])
            for batch in batches(len(y), batch_size):
                for _ in range(epochs):
                    theta = theta - lr * linear_slopes(A[batch], y[batch], theta)
            return theta[:-1], theta[-1], ...

    class right:
        def by_slices(X, y, lr, epochs, batch_size):
            w = torch.zeros(X.shape[1], dtype=torch.float64, requires_grad=True)
            b = torch.zeros((), dtype=torch.float64, requires_grad=True)
            X, y, costs = torch.tensor(X), torch.tensor(y), []
            for _ in range(epochs):
                for rows, answers in zip(X.split(batch_size), y.split(batch_size), strict=True):
                    torch.mean((rows @ w + b - answers) ** 2).backward()
                    with torch.no_grad():
                        for parameter in (w, b):
                            parameter -= lr * parameter.grad
                            parameter.grad = None
                costs.append(float(torch.mean((X @ w + b - y) ** 2)))
            return w.tolist(), float(b), costs

        def by_a_sampler(X, y, lr, epochs, batch_size):
            model = torch.nn.Linear(X.shape[1], 1, dtype=torch.float64)
            for parameter in model.parameters():
                torch.nn.init.zeros_(parameter)
            pairs = [(torch.tensor(row), torch.tensor([target])) for row, target in zip(X, y, strict=True)]
            loader = torch.utils.data.DataLoader(pairs, batch_size, sampler=range(len(y)))
            optimizer, costs = torch.optim.SGD(model.parameters(), lr), np.empty(epochs)
            for k in range(epochs):
                for rows, targets in loader:
                    model.zero_grad()
                    (model(rows) - targets).square().mean().backward()
                    optimizer.step()
                costs[k] = np.mean([(model(row) - target).item() ** 2 for row, target in pairs])
            return model.weight[0].detach().numpy(), model.bias.item(), costs

        def in_numpy(X, y, lr, epochs, batch_size):
            """In float64: what float32 loses must be within the tolerance."""
            w, b, costs = np.zeros(X.shape[1]), 0.0, []
            for _ in range(epochs):
                for first in range(0, len(y), batch_size):
                    rows, targets = X[first : first + batch_size], y[first : first + batch_size]
                    residual = rows @ w + b - targets
                    w, b = w - 2 * lr * residual @ rows / len(rows), b - 2 * lr * np.mean(residual)
                costs.append(np.mean((X @ w + b - y) ** 2))
            return w, b, costs
