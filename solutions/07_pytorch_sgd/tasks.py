"""Exercise 07: the cases of each task, the known mistakes, and right answers written in other ways.

Most mistakes are written in NumPy: their results are PyTorch's within the tolerance.
"""

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
    SLOPES_SWAPPED,
    START_LEFT_OUT,
    SUM_FOR_MEAN,
    says,
)
from helpers import frameworks

torch = frameworks.pytorch()


def right_slope(x):
    return np.sin(x**2) + 2 * x**2 * np.cos(x**2)


class torch_gradient:
    """Of f(x) = x·sin(x²)."""

    relative, absolute = 1e-5, 1e-4

    def cases(rng):
        yield (np.array([1.0]),)
        for n in [2, 3, 5, 4]:
            yield (rng.uniform(0.3, 2, n).round(2) * rng.choice([-1, 1], n),)
        yield (np.array([0.0, -1.5, 0.75]),)

    class mistakes:
        def value_alone(x):
            """This is the function's value. Its slope is in `.grad`, once `backward` has been called."""
            return x * np.sin(x**2)

        def not_summed(x):
            """One place works, several end in an error: `backward` starts from one number. Which one has the slopes
            that you want as its gradient?"""
            if len(x) > 1:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            return right_slope(x)

        def slope_of_the_mean(x):
            """Each slope is divided by how many there are: you took the mean to get one number. What would leave each
            slope as it is?"""
            return right_slope(x) / len(x)

        def backward_twice(x):
            """Your slopes are twice what they should be. Is `backward` called twice? It adds to what is in `.grad`."""
            return 2 * right_slope(x)

        def factor_not_remembered(x):
            """A part is missing: PyTorch sees x inside the sine, but takes the factor in front of it for a constant. Is
            it another tensor there, one that does not ask for its gradient?"""
            return 2 * x**2 * np.cos(x**2)

        def square_not_remembered(x):
            """A part is missing: PyTorch sees the factor in front, but takes the sine for a constant. Was it cut off,
            or made of another tensor, one that does not ask for its gradient?"""
            return np.sin(x**2)

        @says(FACTOR_FORGOTTEN)
        def factor_forgotten(x):
            return 2 * x * np.cos(x**2)

        def inner_slope_forgotten(x):
            """This is what comes out by hand if the chain rule is forgotten: the x² inside the sine has a slope of its
            own. Let PyTorch do it."""
            return np.sin(x**2) + x * np.cos(x**2)

        @says(SINE_SQUARED)
        def sine_squared(x):
            return np.sin(x) ** 2 + x * np.sin(2 * x)

        def nothing_in_grad(x):
            """The result is None. Either `return` is missing; or you return what `backward` returns, which is nothing;
            or you ask a tensor for its `.grad` that was computed from another one. Only the one that you have made
            yourself keeps it."""

    class right:
        def by_weights(x):
            place = torch.tensor(x, requires_grad=True)
            values = place * torch.sin(place**2)
            values.backward(torch.ones_like(values))
            return place.grad.detach().numpy()

        def one_by_one(x):
            slopes = []
            for x_i in x:
                place = torch.tensor(float(x_i), requires_grad=True)  # float32
                (torch.sin(place * place) * place).backward()
                slopes.append(place.grad.item())
            return slopes

        def by_differences(x, h=1e-5):
            return (torch_gradient.mistakes.value_alone(x + h) - torch_gradient.mistakes.value_alone(x - h)) / (2 * h)


class accumulated:
    relative, absolute = 1e-5, 1e-6

    def cases(rng):
        yield np.array([3.0]), 1
        yield np.array([3.0]), 3
        for n, times in [(2, 2), (3, 4), (4, 1), (5, 3)]:
            yield rng.uniform(0.5, 4, n).round(2) * rng.choice([-1, 1], n), times

    class mistakes:
        def emptied_each_time(x, times):
            """However often `backward` is called, the gradient of one call comes out. Is `.grad` emptied in between, or
            the tensor made anew?"""
            return 2 * x

        def one_call_too_many(x, times):
            """You call `backward` once too often. How many times does the loop run?"""
            return 2 * x * (times + 1)

        def cost_piles_up_too(x, times):
            """Not only `.grad` piles up with you but the cost as well: each call starts from a larger one. It should be
            Σx² every time."""
            return x * times * (times + 1)

        def gradient_doubles(x, times):
            """With you the gradient doubles at each call. What is added is the gradient of Σx², the same each time."""
            return x * 2.0**times

        def cost_not_computed_anew(x, times):
            """One call works, a second ends in an error: `backward` lets go of what PyTorch has remembered. Compute the
            cost anew before each call."""
            if times > 1:
                raise RuntimeError("Trying to backward through the graph a second time")
            return 2 * x

        def mean_piled_up(x, times):
            """Your gradient is divided by the number of entries: the cost is their sum, and you take the mean."""
            return 2 * x * times / len(x)

        def cost_itself(x, times):
            """You return the squares. What is in `.grad` are slopes."""
            return times * x**2

        def total_of_the_slopes(x, times):
            """You return one number, the sum of the slopes. Each entry of x has its own."""
            return float(np.sum(2 * x * times))

        def each_on_the_way(x, times):
            """You return what is in `.grad` after each call. What is there after the last one is wanted."""
            return np.array([2 * x * k for k in range(1, times + 1)])

        def nothing_piled_up(x, times):
            """The result is None. Either `return` is missing; or you return what `backward` returns, which is nothing;
            or `.grad` was asked for before any call, or of a tensor that was computed from another one."""

    class right:
        def by_keeping(x, times):
            place = torch.tensor(x, dtype=torch.float32, requires_grad=True)
            cost = torch.sum(torch.square(place))
            for _ in range(times):
                cost.backward(retain_graph=True)
            return place.grad.numpy()

        def by_adding(x, times):
            total = torch.zeros(len(x), dtype=torch.float64)
            for _ in range(times):
                place = torch.tensor(x, requires_grad=True)
                torch.dot(place, place).backward()
                total += place.grad
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


class descend_pytorch:
    """On J(θ) = Σ(exp(θᵢ) − θᵢ)."""

    relative, absolute = 1e-5, 1e-6

    def cases(rng):
        yield np.array([1.0]), 0.5, 2
        for d, lr, steps in [(2, 0.2, 3), (3, 0.1, 1), (4, 0.15, 4), (1, 0.25, 5), (3, 0.3, 2)]:
            yield rng.uniform(0.4, 1.4, d).round(2) * rng.choice([-1, 1], d), lr, steps
        yield rng.uniform(-1, 1, 2).round(2), 0.1, 0

    class mistakes:
        @says(BUG_STILL_THERE)
        def never_emptied(start, lr, steps):
            path, pile = [start], np.zeros(len(start))
            for _ in range(steps):
                pile = pile + slope_of_the_sum(path[-1])
                path.append(path[-1] - lr * pile)
            return np.array(path)

        def emptied_too_late(start, lr, steps):
            """Your path never leaves the start. Is `.grad` set to zero after `backward` has filled it, and before the
            step uses it?"""
            return np.array([start] * (steps + 1))

        def one_memory(start, lr, steps):
            """All rows of your path are the same, the last point: `.detach().numpy()` shows the tensor's own memory,
            which each step overwrites. Keep a copy."""
            return np.array([right_path(start, lr, steps)[-1]] * (steps + 1))

        def start_overwritten(start, lr, steps):
            """The path is right, but the start that was passed in has been moved to its end: `torch.from_numpy` makes a
            tensor of the array's own memory. `torch.tensor` makes one of its own."""
            path = right_path(start, lr, steps)
            start[:] = path[-1]
            return path

        def everything_one_memory(start, lr, steps):
            """All rows of your path are the same, and the start was changed as well: tensor, start and rows share one
            memory. `torch.tensor` makes a tensor with memory of its own, and `.copy()` keeps a row as it is."""
            path = descend_pytorch.mistakes.one_memory(start, lr, steps)
            start[:] = path[-1]
            return path

        def no_parameter_any_more(start, lr, steps):
            """One step works, the second ends in an error. In `torch.no_grad()`, `theta = theta - …` makes a new tensor
            that asks for no gradient: change the one that is there."""
            if steps > 1:
                raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
            return right_path(start, lr, steps)

        def gradient_of_the_old_one(start, lr, steps):
            """One step works, and then `.grad` is None: `theta = theta - …` makes a new tensor, a result and no
            parameter, and `backward` fills the old one's `.grad`."""
            if steps > 1:
                raise TypeError("unsupported operand type(s) for *: 'float' and 'NoneType'")
            return right_path(start, lr, steps)

        @says(PATH_CLIMBS)
        def climbs(start, lr, steps):
            return right_path(start, -lr, steps)

        def gradient_taken_once(start, lr, steps):
            """Your path is a straight line of equal steps: `backward` is called once, at the start. Cost and gradient
            belong into the loop."""
            return np.array([start - k * lr * slope_of_the_sum(start) for k in range(steps + 1)])

        def always_from_the_start(start, lr, steps):
            """Your path stays at its second point: each step sets out from the start. Is the tensor made anew inside
            the loop?"""
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


def line_slopes(x, y, w, b):
    residual = w * x + b - y
    return np.array([2 * np.mean(residual * x), 2 * np.mean(residual)])


def slopes_by_batch(x, y, w, b, batch_size):
    """The slopes of each batch's mean, shape (batches, 2), and the batches' lengths."""
    cuts = [slice(k, k + batch_size) for k in range(0, len(x), batch_size)]
    return np.array([line_slopes(x[c], y[c], w, b) for c in cuts]), np.array([len(x[c]) for c in cuts])


class gradient_in_batches:
    relative, absolute = 1e-5, 1e-4

    def cases(rng):
        yield np.array([1.0, 3.0, 2.0]), np.array([2.0, 4.0, 1.0]), 2.0, 1.0, 2
        for n, centre, batch_size in [(5, 1.5, 2), (6, -1.0, 3), (7, 0.8, 3), (4, 2.0, 1), (3, 1.0, 8), (8, 0.5, 5)]:
            yield *points(rng, n, centre), *somewhere(rng), batch_size

    class mistakes:
        def means_added(x, y, w, b, batch_size):
            """You add up the slopes of the batches' means, so they grow with the number of batches. The parts of the
            cost have to add up to the cost of all points."""
            return slopes_by_batch(x, y, w, b, batch_size)[0].sum(axis=0)

        def mean_of_means(x, y, w, b, batch_size):
            """Right where all batches are of one length. But a short batch counts as much as a full one with you, so
            each of its points counts for more."""
            return slopes_by_batch(x, y, w, b, batch_size)[0].mean(axis=0)

        def short_batch_taken_for_full(x, y, w, b, batch_size):
            """Right where all batches are full. But you weight each batch's mean by `batch_size`, and the last batch
            may hold fewer points."""
            return slopes_by_batch(x, y, w, b, batch_size)[0].sum(axis=0) * batch_size / len(x)

        def sums_added(x, y, w, b, batch_size):
            """Your slopes are n times too large: you add up sums, and the cost is a mean over all points."""
            return line_slopes(x, y, w, b) * len(x)

        def sums_by_batch_size(x, y, w, b, batch_size):
            """You divide each batch's sum by `batch_size`. The cost divides by the number of all points."""
            return line_slopes(x, y, w, b) * len(x) / batch_size

        def last_batch_alone(x, y, w, b, batch_size):
            """These are the slopes of the last batch's mean. Is `.grad` emptied between the batches, or are w and b
            made anew? Here it is meant to pile up."""
            return slopes_by_batch(x, y, w, b, batch_size)[0][-1]

        def last_part_alone(x, y, w, b, batch_size):
            """The part of each batch is right, but only the last one is left. Is `.grad` emptied between the batches,
            or are w and b made anew? Here it is meant to pile up."""
            slopes, lengths = slopes_by_batch(x, y, w, b, batch_size)
            return slopes[-1] * lengths[-1] / len(x)

        def first_part_alone(x, y, w, b, batch_size):
            """Only the first batch takes part. Where does `return` stand, inside the loop or after it?"""
            slopes, lengths = slopes_by_batch(x, y, w, b, batch_size)
            return slopes[0] * lengths[0] / len(x)

        def short_batch_left_out(x, y, w, b, batch_size):
            """You leave the short batch out. Its points belong to the cost like all the others."""
            slopes, lengths = slopes_by_batch(x, y, w, b, batch_size)
            return (slopes * np.where(lengths == batch_size, lengths, 0)[:, None]).sum(axis=0) / len(x)

        def half_the_cost(x, y, w, b, batch_size):
            """Each slope is half of what it should be. The course's cost has no ½."""
            return line_slopes(x, y, w, b) / 2

        @says(SLOPES_SWAPPED)
        def slopes_swapped(x, y, w, b, batch_size):
            return line_slopes(x, y, w, b)[::-1]

        def without_intercept(x, y, w, b, batch_size):
            """Your residuals leave the value of `b` out, as if it were 0."""
            return line_slopes(x, y, w, 0.0)

    class right:
        def at_once(x, y, w, b, batch_size):
            theta = torch.tensor([w, b], requires_grad=True)  # float32
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


class fit_line_pytorch:
    relative, absolute = 1e-5, 1e-5

    def cases(rng):
        yield np.array([1.0, 3.0]), np.array([2.0, 4.0]), 0.0, 0.0, 0.05, 2
        for n, centre, lr, steps in [(3, 1.5, 0.03, 3), (5, -1.0, 0.05, 4), (4, 2.0, 0.02, 1), (6, 0.8, 0.07, 2)]:
            yield *points(rng, n, centre), *somewhere(rng), lr, steps

    class mistakes:
        def zero_grad_forgotten(x, y, w, b, lr, steps):
            """Your first step is right and the next ones go too far: they are made of all gradients so far. Which line
            of the loop is missing?"""
            pile = np.zeros(2)

            def piled(x, y, w, b):
                nonlocal pile
                pile = pile + line_slopes(x, y, w, b)
                return pile

            return fit_by(piled)(x, y, w, b, lr, steps)

        def nothing_moves(x, y, w, b, lr, steps):
            """Neither w nor b moves. Is `step` called, `backward` before it, and nothing emptied in between? And was
            the optimiser given the tensors that the cost is made of?"""
            return fit_by(lambda *at: (0.0, 0.0))(x, y, w, b, lr, steps)

        def step_before_backward(x, y, w, b, lr, steps):
            """You are one step behind: the step uses the gradients of the turn before, and in the first turn there are
            none. Look at the order of the four lines."""
            before = np.zeros(2)

            def late(x, y, w, b):
                nonlocal before
                now, before = before, line_slopes(x, y, w, b)
                return now

            return fit_by(late)(x, y, w, b, lr, steps)

        def costs_after_the_step(x, y, w, b, lr, steps):
            """The line is right, but each of your costs is taken after its step. The one that `backward` started from
            is the cost before it."""
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
            return fit_by(lambda *at: n * line_slopes(*at), lambda *at: n * line_cost(*at))(x, y, w, b, lr, steps)

        @says(COSTS_HALVED)
        def half_the_cost(x, y, w, b, lr, steps):
            return fit_by(lambda *at: line_slopes(*at) / 2, lambda *at: line_cost(*at) / 2)(x, y, w, b, lr, steps)

        def every_pair(x, y, w, b, lr, steps):
            """Your predictions are a column and y is not, or the other way round: the residuals are then a table of n
            times n, each prediction with every y. Give both one shape."""
            return fit_by(
                lambda x, y, w, b: line_slopes(x, np.mean(y), w, b),
                lambda x, y, w, b: line_cost(x, y[:, None], w, b),
            )(x, y, w, b, lr, steps)

        @says(PREDICTION_WITHOUT_INTERCEPT)
        def intercept_left_out(x, y, w, b, lr, steps):
            return fit_by(
                lambda x, y, w, b: (line_slopes(x, y, w, 0.0)[0], 0.0),
                lambda x, y, w, b: line_cost(x, y, w, 0.0),
            )(x, y, w, b, lr, steps)

        def gradient_at_the_start(x, y, w, b, lr, steps):
            """Each of your steps uses the gradient at the start, and your costs are that at the start. Cost and
            `backward` belong into the loop."""
            dw, db = line_slopes(x, y, w, b)
            return w - steps * lr * dw, b - steps * lr * db, np.full(steps, line_cost(x, y, w, b))

        def begun_anew(x, y, w, b, lr, steps):
            """However many steps there are, you come as far as with one. Are w and b made inside the loop, so that each
            step begins at the start again?"""
            w_1, b_1, costs = right_fit(x, y, w, b, lr, 1)
            return w_1, b_1, np.repeat(costs, steps)

        def w_moved_first(x, y, w, b, lr, steps):
            """You move w before the gradient along b is taken, so that belongs to another point. One `backward` fills
            both, then both move."""
            costs = []
            for _ in range(steps):
                costs.append(line_cost(x, y, w, b))
                w = w - lr * line_slopes(x, y, w, b)[0]
                b = b - lr * line_slopes(x, y, w, b)[1]
            return w, b, np.array(costs)

        def w_alone_moves(x, y, w, b, lr, steps):
            """Only w moves. Does b ask for its gradient, and was the optimiser given both?"""
            return fit_by(lambda *at: (line_slopes(*at)[0], 0.0))(x, y, w, b, lr, steps)

        def b_alone_moves(x, y, w, b, lr, steps):
            """Only b moves. Does w ask for its gradient, and was the optimiser given both?"""
            return fit_by(lambda *at: (0.0, line_slopes(*at)[1]))(x, y, w, b, lr, steps)

        @says(BEGINS_AT_ZERO)
        def from_zero(x, y, w, b, lr, steps):
            return right_fit(x, y, 0.0, 0.0, lr, steps)

        def default_rate(x, y, w, b, lr, steps):
            """The learning rate makes no difference to your result: without one, `torch.optim.SGD` takes 0.001."""
            return right_fit(x, y, w, b, 0.001, steps)

        @says(ONE_STEP_TOO_MANY)
        def one_step_too_many(x, y, w, b, lr, steps):
            return right_fit(x, y, w, b, lr, steps + 1)

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
            theta = torch.tensor([w, b], requires_grad=True)
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
