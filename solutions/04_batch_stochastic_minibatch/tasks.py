"""Exercise 04: the cases of each task, the known mistakes, and right answers written in other ways."""

import math

import numpy as np

from grader.sentences import (
    B_MOVED_FIRST,
    BUG_STILL_THERE,
    INNER_DERIVATIVE_FORGOTTEN,
    RESIDUALS_WITHOUT_INTERCEPT,
    SIGNS_TURNED,
    SLOPE_COMES_FIRST,
    SLOPES_HALVED,
    SLOPES_SWAPPED,
    STEPS_HALVED,
    W_MOVED_FIRST,
    says,
)


class count_steps:
    relative, absolute = 0, 0

    def cases(rng):
        yield 10, 4, 2
        for n, batch_size in [(12, 4), (11, 4), (7, 10), (100, 32), (9, 1), (6, 6), (13, 5)]:
            yield n, batch_size, int(rng.integers(2, 8))
        yield int(rng.integers(20, 40)) * 3 + 1, 3, 1

    class mistakes:
        def full_batches_only(n, batch_size, epochs):
            """You count full batches only. Where n is not divided evenly, a shorter batch is left at the end of each
            epoch."""
            return n // batch_size * epochs

        def one_batch_more(n, batch_size, epochs):
            """You count a shorter batch in every epoch. Where batch_size divides n, nothing is left for it."""
            return (n // batch_size + 1) * epochs

        def parts_of_a_step(n, batch_size, epochs):
            """There is no part of a step: a batch that is half full is a batch. Round up before you go on."""
            return n / batch_size * epochs

        def rounded_at_the_end(n, batch_size, epochs):
            """You let a batch go across from one epoch to the next. Each epoch begins with a new batch: round up first,
            then multiply."""
            return math.ceil(n * epochs / batch_size)

        def cut_at_the_end(n, batch_size, epochs):
            """You let a batch go across from one epoch to the next, and drop what is left in the end. Each epoch begins
            with a new batch, and a shorter one counts."""
            return n * epochs // batch_size

        def rounded_to_the_nearest(n, batch_size, epochs):
            """You round to the nearest whole number, so that a batch that is less than half full gets lost."""
            return round(n / batch_size) * epochs

        def one_epoch_counted(n, batch_size, epochs):
            """This is one epoch. How many of them are there?"""
            return math.ceil(n / batch_size)

        def every_example_a_step(n, batch_size, epochs):
            """You count a step for each example. That is batch size 1; here one step uses a whole batch."""
            return n * epochs

        def every_epoch_a_step(n, batch_size, epochs):
            """You count a step for each epoch. That is the whole batch; here an epoch has several."""
            return epochs

    class right:
        def by_loop(n, batch_size, epochs):
            steps = 0
            for _ in range(epochs):
                left = n
                while left > 0:
                    left -= batch_size
                    steps += 1
            return steps

        def by_floor(n, batch_size, epochs):
            return epochs * ((n + batch_size - 1) // batch_size)

        def by_remainder(n, batch_size, epochs):
            return float(epochs * (n // batch_size + (n % batch_size > 0)))


def cut(order, batch_size):
    return [order[k : k + batch_size] for k in range(0, len(order), batch_size)]


BATCHES_EVENED_OUT = (
    "The right number of batches, but you have evened out their lengths. All are full, and the last takes what is left."
)


class split_into_batches:
    relative, absolute = 0, 0

    def cases(rng):
        yield np.array([6, 2, 9, 0, 4]), 2
        for n, batch_size in [(6, 3), (7, 3), (4, 1), (5, 5), (3, 8), (10, 4), (9, 2)]:
            yield rng.permutation(n), batch_size
        yield rng.permutation(np.array([3, 8, 11, 20, 21, 30])), 4  # some examples of many

    class mistakes:
        def last_batch_dropped(order, batch_size):
            """The last, shorter batch is missing: its examples are never seen. And where the batch size is larger than
            n, no batch comes out at all."""
            return [order[k * batch_size : (k + 1) * batch_size] for k in range(len(order) // batch_size)]

        def empty_batch_at_the_end(order, batch_size):
            """Where batch_size divides n, there is an empty batch at the end, whose mean would be NaN. Let the last
            batch begin before the end."""
            return [order[k * batch_size : (k + 1) * batch_size] for k in range(len(order) // batch_size + 1)]

        @says(BATCHES_EVENED_OUT)
        def evened_out(order, batch_size):
            return np.array_split(order, math.ceil(len(order) / batch_size))

        def that_many_batches(order, batch_size):
            """You take `batch_size` for the number of batches. It is the number of examples in each."""
            return np.array_split(order, batch_size)

        def filled_from_the_front(order, batch_size):
            """You fill the last batch up with examples that were used before. Then they count twice; the last batch may
            be short."""
            padded = np.resize(order, math.ceil(len(order) / batch_size) * batch_size)
            return cut(padded, batch_size)

        def taken_from_the_end(order, batch_size):
            """Your last batch is full because it begins earlier: some of its examples were used before. It may be
            short."""
            return [
                order[max(min(k, len(order) - batch_size), 0) :][:batch_size] for k in range(0, len(order), batch_size)
            ]

        def places_for_indices(order, batch_size):
            """Your batches hold places, 0, 1, 2 and so on, not the indices that stand there. The shuffling is lost."""
            return cut(np.arange(len(order)), batch_size)

        def sorted_order(order, batch_size):
            """You put the indices in order. They were shuffled with a purpose: keep them as they come."""
            return cut(np.sort(order), batch_size)

        def every_few(order, batch_size):
            """Your batches are dealt like cards, one index to each batch in turn. Cut the order instead: the first
            batch takes the first indices."""
            m = math.ceil(len(order) / batch_size)
            return [order[k::m] for k in range(m)]

        def sliding(order, batch_size):
            """Your batches overlap: each begins one place after the one before. It should begin where the one before
            ends."""
            return [order[k : k + batch_size] for k in range(len(order))]

        def one_short(order, batch_size):
            """One index is missing at the end of each batch. The end of a slice does not belong to it any more."""
            return [order[k : min(k + batch_size, len(order)) - 1] for k in range(0, len(order), batch_size)]

        def first_batch_alone(order, batch_size):
            """Only the first batch comes out. Where does `return` stand, inside the loop or after it?"""
            return cut(order, batch_size)[:1]

    class right:
        def by_places(order, batch_size):
            return np.split(order, np.arange(batch_size, len(order), batch_size))

        def by_filling(order, batch_size):
            batches = []
            for k, index in enumerate(order):
                if k % batch_size == 0:
                    batches.append([])
                batches[-1].append(int(index))
            return batches

        def by_rest(order, batch_size):
            rest, batches = order.copy(), ()
            while rest.size:
                batches, rest = (*batches, rest[:batch_size]), rest[batch_size:]
            return batches


def points(rng, n):
    """x apart from each other, and y around some line; both shape (n,), to two digits."""
    x = (rng.uniform(-1, 1) + 4 / n * (rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n))).round(2)
    return x, (rng.uniform(1, 3) * x + rng.uniform(2, 6) + rng.normal(0, 2, n)).round(2)


def line(rng):
    """A slope and an intercept, both clear of 0."""
    return round(rng.uniform(-3, -0.5), 2), round(rng.uniform(-4, -1), 2)


def whole_gradient(x, y, w, b):
    r = w * x + b - y
    return 2 * np.mean(r * x), 2 * np.mean(r)


def right_gradient(x, y, w, b, batch):
    return whole_gradient(x[batch], y[batch], w, b)


def scaled(factor, x, y, w, b, batch):
    dw, db = right_gradient(x, y, w, b, batch)
    return factor * dw, factor * db


class batch_gradient:
    def cases(rng):
        yield np.array([2.0, 1.0, 3.0]), np.array([3.0, 2.0, 4.0]), 2.0, 1.0, np.array([1, 2])
        for n, m in [(5, 2), (7, 3), (4, 1), (6, 4)]:
            batch = (rng.permutation(n - 1) + 1)[:m]  # without example 0
            yield *points(rng, n), *line(rng), batch
        yield *points(rng, 5), *line(rng), rng.permutation(5)
        twice = rng.permutation(6)[:3]
        yield *points(rng, 6), *line(rng), np.append(twice, twice[0])

    class mistakes:
        def divided_by_n(x, y, w, b, batch):
            """You divide by the number of all examples. The mean is over the batch: divide by its own length."""
            return scaled(len(batch) / len(x), x, y, w, b, batch)

        def sum_over_the_batch(x, y, w, b, batch):
            """Your slopes grow with the batch, as sums do. Take the mean over it, so that a rate keeps its meaning when
            the batch size changes."""
            return scaled(len(batch), x, y, w, b, batch)

        @says(SLOPES_HALVED)
        def half_the_gradient(x, y, w, b, batch):
            return scaled(0.5, x, y, w, b, batch)

        @says(SIGNS_TURNED)
        def gradient_downhill(x, y, w, b, batch):
            return scaled(-1, x, y, w, b, batch)

        def all_examples(x, y, w, b, batch):
            """You use all examples whatever stands in `batch`."""
            return whole_gradient(x, y, w, b)

        def first_examples(x, y, w, b, batch):
            """You use the first examples, as many as the batch has. `batch` holds the indices of those that are
            meant."""
            return whole_gradient(x[: len(batch)], y[: len(batch)], w, b)

        def y_from_the_front(x, y, w, b, batch):
            """You pick x by the batch's indices, but take y from the front. Each x then has the y of another example:
            pick both the same way."""
            return whole_gradient(x[batch], y[: len(batch)], w, b)

        def y_not_picked(x, y, w, b, batch):
            """You pick from x, but not from y. The two have different lengths then, or combine in ways that are not
            meant."""
            r = w * x[batch] + b - y
            return 2 * np.mean(r * x[batch]), 2 * np.mean(r)

        def x_not_picked_again(x, y, w, b, batch):
            """Your residuals are those of the batch, but along w you multiply them by all of x. Pick there too."""
            r = w * x[batch] + b - y[batch]
            return 2 * np.mean(r * x), 2 * np.mean(r)

        def twice_counted_once(x, y, w, b, batch):
            """An index that stands twice in the batch counts once with you. A mask, or a set, cannot tell the
            difference: use the indices themselves."""
            return right_gradient(x, y, w, b, np.unique(batch))

        @says(SLOPES_SWAPPED)
        def slopes_swapped(x, y, w, b, batch):
            return right_gradient(x, y, w, b, batch)[::-1]

        @says(RESIDUALS_WITHOUT_INTERCEPT)
        def without_intercept(x, y, w, b, batch):
            return right_gradient(x, y, w, 0.0, batch)

        @says(INNER_DERIVATIVE_FORGOTTEN)
        def without_x(x, y, w, b, batch):
            db = right_gradient(x, y, w, b, batch)[1]
            return db, db

    class right:
        def by_loop(x, y, w, b, batch):
            dw = db = 0.0
            for i in batch:
                residual = w * x[i] + b - y[i]
                dw, db = dw + 2 * residual * x[i], db + 2 * residual
            return dw / len(batch), db / len(batch)

        def by_weights(x, y, w, b, batch):
            counts = np.bincount(batch, minlength=len(x)) / batch.size
            r = y - b - w * x
            return [-2 * (counts * r) @ x, -2 * counts @ r]

        def by_product(x, y, w, b, batch):
            X = np.column_stack([x, np.ones(len(x))])[batch]
            return 2 / len(X) * X.T @ (X @ np.array([w, b]) - y[batch])


def squares(x, y, w, b, batch_size):
    """The squared residuals in batches."""
    return cut((w * x + b - y) ** 2, batch_size)


class cost_by_batches:
    def cases(rng):
        yield np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 4.0]), 0.0, 0.0, 2
        for n, batch_size in [(6, 4), (7, 3), (6, 3), (5, 8), (8, 5), (4, 1)]:
            yield *points(rng, n), *line(rng), batch_size

    class mistakes:
        @says(BUG_STILL_THERE)
        def every_batch_alike(x, y, w, b, batch_size):
            return np.mean([np.mean(batch) for batch in squares(x, y, w, b, batch_size)])

        def short_batch_taken_for_full(x, y, w, b, batch_size):
            """You divide by `batch_size` for each batch. The last one may hold fewer examples: how many are there in
            all?"""
            batches = squares(x, y, w, b, batch_size)
            return sum(np.sum(batch) for batch in batches) / (len(batches) * batch_size)

        def short_batch_left_out(x, y, w, b, batch_size):
            """You leave the short batch out. Its examples belong to the cost like all the others."""
            return np.mean([np.mean(batch) for batch in squares(x, y, w, b, batch_size) if len(batch) == batch_size])

        def means_added(x, y, w, b, batch_size):
            """You add up the batches' means, so the cost grows with the number of batches."""
            return sum(np.mean(batch) for batch in squares(x, y, w, b, batch_size))

        def mean_of_sums(x, y, w, b, batch_size):
            """You have the sum of each batch, and take the mean of these sums: divide by the number of examples, not of
            batches."""
            return np.mean([np.sum(batch) for batch in squares(x, y, w, b, batch_size)])

        def last_batch_alone(x, y, w, b, batch_size):
            """This is the cost of the last batch. Each turn of the loop writes over what the one before has found."""
            return np.mean(squares(x, y, w, b, batch_size)[-1])

        def not_divided(x, y, w, b, batch_size):
            """Adding up sums is a good way, but at the end the total has to be divided: the cost is a mean."""
            return sum(np.sum(batch) for batch in squares(x, y, w, b, batch_size))

    class right:
        def at_once(x, y, w, b, batch_size):
            return np.mean((w * x + b - y) ** 2)

        def by_weights(x, y, w, b, batch_size):
            batches = squares(x, y, w, b, batch_size)
            return np.average([np.mean(batch) for batch in batches], weights=[len(batch) for batch in batches])

        def by_example(x, y, w, b, batch_size):
            total = 0.0
            for x_i, y_i in zip(x, y, strict=True):
                total = total + float(y_i - w * x_i - b) ** 2
            return total / len(y)


def out_of_order(rng, n):
    """A shuffled order in which no example stands at its own place."""
    while True:
        order = rng.permutation(n)
        if np.all(order != np.arange(n)):
            return order


def epoch_by(gradient, split=cut):
    """An epoch by a gradient and a way to cut, right or wrong."""

    def epoch(x, y, w, b, order, batch_size, lr):
        for batch in split(order, batch_size):
            dw, db = gradient(x, y, w, b, batch)
            w, b = w - lr * dw, b - lr * db
        return w, b

    return epoch


class one_epoch:
    def cases(rng):
        yield np.array([2.0, 1.0, 3.0]), np.array([3.0, 2.0, 4.0]), 0.0, 0.0, np.array([1, 2, 0]), 2, 0.05
        for n, batch_size, lr in [(5, 2, 0.04), (6, 3, 0.1), (7, 3, 0.03), (4, 1, 0.05), (5, 5, 0.1), (3, 8, 0.02)]:
            yield *points(rng, n), *line(rng), out_of_order(rng, n), batch_size, lr
        yield *points(rng, 8), *line(rng), out_of_order(rng, 8), 5, 0.06

    class mistakes:
        @says(W_MOVED_FIRST)
        def w_moved_first(x, y, w, b, order, batch_size, lr):
            for batch in cut(order, batch_size):
                w = w - lr * right_gradient(x, y, w, b, batch)[0]
                b = b - lr * right_gradient(x, y, w, b, batch)[1]
            return w, b

        @says(B_MOVED_FIRST)
        def b_moved_first(x, y, w, b, order, batch_size, lr):
            for batch in cut(order, batch_size):
                b = b - lr * right_gradient(x, y, w, b, batch)[1]
                w = w - lr * right_gradient(x, y, w, b, batch)[0]
            return w, b

        def without_the_short_batch(x, y, w, b, order, batch_size, lr):
            """You leave the last, shorter batch out, so some examples are never used in this epoch. It makes a step
            like any other."""
            return epoch_by(right_gradient, split_into_batches.mistakes.last_batch_dropped)(
                x, y, w, b, order, batch_size, lr
            )

        def short_batch_by_batch_size(x, y, w, b, order, batch_size, lr):
            """Right where batch_size divides n. But the step of the shorter last batch is too short: divide by the
            batch's own length."""

            def gradient(x, y, w, b, batch):
                return scaled(len(batch) / batch_size, x, y, w, b, batch)

            return epoch_by(gradient)(x, y, w, b, order, batch_size, lr)

        def steps_divided_by_n(x, y, w, b, order, batch_size, lr):
            """Your steps are too short, the more so the smaller the batch: you divide by the number of all examples. A
            batch's gradient is the mean over its own."""
            return epoch_by(batch_gradient.mistakes.divided_by_n)(x, y, w, b, order, batch_size, lr)

        def steps_of_sums(x, y, w, b, order, batch_size, lr):
            """Your steps are too long, the more so the larger the batch: you add the examples' gradients up. A batch's
            gradient is their mean."""
            return epoch_by(batch_gradient.mistakes.sum_over_the_batch)(x, y, w, b, order, batch_size, lr)

        @says(STEPS_HALVED)
        def half_steps(x, y, w, b, order, batch_size, lr):
            return epoch_by(batch_gradient.mistakes.half_the_gradient)(x, y, w, b, order, batch_size, lr)

        def climbs(x, y, w, b, order, batch_size, lr):
            """Your steps go uphill. Look at the sign."""
            return epoch_by(batch_gradient.mistakes.gradient_downhill)(x, y, w, b, order, batch_size, lr)

        def gradient_at_the_start(x, y, w, b, order, batch_size, lr):
            """All your batches measure their gradient where the epoch began. Each should measure where the batch before
            has led."""
            slopes = [right_gradient(x, y, w, b, batch) for batch in cut(order, batch_size)]
            return w - lr * sum(dw for dw, _ in slopes), b - lr * sum(db for _, db in slopes)

        def last_step_alone(x, y, w, b, order, batch_size, lr):
            """Each of your batches steps from where the epoch began, and only the last one's step is left. The next
            should go on from there."""
            return epoch_by(right_gradient)(x, y, w, b, cut(order, batch_size)[-1], batch_size, lr)

        def first_step_alone(x, y, w, b, order, batch_size, lr):
            """Only the first batch takes a step. Where does `return` stand, inside the loop or after it?"""
            return epoch_by(right_gradient)(x, y, w, b, order[:batch_size], batch_size, lr)

        def one_step_on_all(x, y, w, b, order, batch_size, lr):
            """You take a single step, on all examples. That is the whole batch; here there is one step for each
            batch."""
            return epoch_by(right_gradient)(x, y, w, b, order, len(order), lr)

        def one_step_an_example(x, y, w, b, order, batch_size, lr):
            """You take a step for each example. That is batch size 1; here there is one step for each batch."""
            return epoch_by(right_gradient)(x, y, w, b, order, 1, lr)

        @says(BATCHES_EVENED_OUT)
        def evened_out(x, y, w, b, order, batch_size, lr):
            return epoch_by(right_gradient, split_into_batches.mistakes.evened_out)(x, y, w, b, order, batch_size, lr)

        def order_ignored(x, y, w, b, order, batch_size, lr):
            """You use the examples in the order in which they stand in x, not in the shuffled one."""
            return epoch_by(right_gradient)(x, y, w, b, np.sort(order), batch_size, lr)

        def x_and_y_parted(x, y, w, b, order, batch_size, lr):
            """You shuffle x and leave y as it is, so each x has the y of another example. Pick both by the same
            indices."""
            return epoch_by(right_gradient)(x[order], y, w, b, np.arange(len(order)), batch_size, lr)

        @says(SLOPE_COMES_FIRST)
        def swapped(x, y, w, b, order, batch_size, lr):
            return epoch_by(right_gradient)(x, y, w, b, order, batch_size, lr)[::-1]

    class right:
        def on_shuffled_copies(x, y, w, b, order, batch_size, lr):
            x, y = x[order], y[order]
            for k in range(0, len(x), batch_size):
                r = w * x[k : k + batch_size] + b - y[k : k + batch_size]
                w, b = w - 2 * lr * np.mean(r * x[k : k + batch_size]), b - 2 * lr * np.mean(r)
            return w, b

        def by_product(x, y, w, b, order, batch_size, lr):
            theta, X = np.array([w, b]), np.column_stack([x, np.ones(len(x))])
            for batch in split_into_batches.right.by_places(order, batch_size):
                theta = theta - lr * 2 / len(batch) * X[batch].T @ (X[batch] @ theta - y[batch])
            return theta

        def by_example(x, y, w, b, order, batch_size, lr):
            """Gathers the slopes example by example, and steps when a batch is full or the epoch ends."""
            dw = db = gathered = 0
            for count, i in enumerate(order, 1):
                residual = w * x[i] + b - y[i]
                dw, db, gathered = dw + 2 * residual * x[i], db + 2 * residual, gathered + 1
                if gathered == batch_size or count == len(order):
                    w, b = w - lr * dw / gathered, b - lr * db / gathered
                    dw = db = gathered = 0
            return [w, b]
