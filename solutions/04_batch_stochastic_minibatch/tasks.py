"""Exercise 04: the cases of each task, the known mistakes, and right answers written in other ways."""

import math

import numpy as np

from grader.sentences import (
    BUG_STILL_THERE,
    FIXED_FRACTION_OFF,
    RIGHT_WHILE_THE_COST_FALLS,
    SLOPES_HALVED,
    STEPS_HALVED,
    WITH_MOMENTUM,
    says,
)

WHOLE_BATCHES_ALONE = "You use only as many examples as fill whole batches. What is left belongs to the cost as well."


def cut(order, batch_size):
    return [order[k : k + batch_size] for k in range(0, len(order), batch_size)]


BATCHES_EVENED_OUT = (
    "The right number of batches, but you have evened out their lengths. All but the last should be full, and the last "
    "takes what is left."
)
STEP_FOR_THETA = "You replace θ by the step. A step leads on from θ: subtract it from where you are."
DEALT_BY_STRIDE = (
    "Your batches skip through the order, like cards that are dealt. Cut the order instead: the first batch takes the "
    "first indices, the second the next ones."
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
            """The last, shorter batch is missing, so its examples are never used. And where the batch size is larger
            than n, there is no batch at all."""
            return [order[k * batch_size : (k + 1) * batch_size] for k in range(len(order) // batch_size)]

        def last_batch_always_dropped(order, batch_size):
            """The last batch is missing, whether it is short or full: the loop ends one batch too early."""
            return cut(order, batch_size)[:-1]

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

        def filled_with_zeros(order, batch_size):
            """Your last batch is filled up with zeros, and 0 is the index of an example. The last batch may be
            short."""
            return cut(np.append(order, np.zeros(-len(order) % batch_size, dtype=int)), batch_size)

        def taken_from_the_end(order, batch_size):
            """Your last batch is full because it begins earlier: some of its examples were used before. It may be
            short."""
            return [
                order[max(min(k, len(order) - batch_size), 0) :][:batch_size] for k in range(0, len(order), batch_size)
            ]

        def short_batch_first(order, batch_size):
            """Your short batch comes first. Full batches are cut from the front, and what is left makes the last
            one."""
            left = len(order) % batch_size
            return ([order[:left]] if left else []) + cut(order[left:], batch_size)

        def joined_to_the_last(order, batch_size):
            """You add what is left to the last full batch, which becomes too long. It makes another, shorter batch."""
            batches = cut(order, batch_size)
            if len(batches) > 1 and len(batches[-1]) < batch_size:
                batches[-2:] = [np.concatenate(batches[-2:])]
            return batches

        def positions_for_indices(order, batch_size):
            """Your batches hold positions, 0, 1, 2 and so on, and not the indices at those positions. The shuffling is
            lost."""
            return cut(np.arange(len(order)), batch_size)

        def sorted_order(order, batch_size):
            """You sort the indices. They were shuffled on purpose: keep them in the order in which they come."""
            return cut(np.sort(order), batch_size)

        @says(DEALT_BY_STRIDE)
        def every_few(order, batch_size):
            m = math.ceil(len(order) / batch_size)
            return [order[k::m] for k in range(m)]

        @says(DEALT_BY_STRIDE)
        def stride_of_batch_size(order, batch_size):
            if batch_size > len(order):  # some batches are empty, or left out
                return ...
            return [order[k::batch_size] for k in range(batch_size)]

        @says(DEALT_BY_STRIDE)
        def stride_from_each_start(order, batch_size):
            return [order[k::batch_size] for k in range(0, len(order), batch_size)]

        def sliding(order, batch_size):
            """Your batches overlap: each begins one position after the one before. It should begin where the one before
            ends."""
            return [order[k : k + batch_size] for k in range(len(order))]

        def one_short(order, batch_size):
            """One index is missing at the end of each batch. A slice `order[a:b]` already ends before entry b."""
            return [order[k : min(k + batch_size, len(order)) - 1] for k in range(0, len(order), batch_size)]

        def last_index_left_out(order, batch_size):
            """The last index is in none of your batches. A range, like a slice, already ends before its second
            number."""
            return cut(order[:-1], batch_size)

        def begun_at_one(order, batch_size):
            """Your first batch begins at the second index. Positions count from 0."""
            return cut(order[1:], batch_size)

        def first_batch_alone(order, batch_size):
            """You return the first batch alone. Is `return` inside the loop or after it?"""
            return cut(order, batch_size)[:1]

        def from_the_back(order, batch_size):
            """You reverse the order before you cut it. The first batch takes the first indices."""
            return cut(order[::-1], batch_size)

        def ended_at_batch_size(order, batch_size):
            """Only your first batch holds anything. The second number of a slice is where it ends, not how long it
            is."""
            return [order[k:batch_size] for k in range(0, len(order), batch_size)]

        def batches_backwards(order, batch_size):
            """You return the batches from the last to the first. The first batch takes the first indices."""
            return cut(order, batch_size)[::-1]

        def first_batch_left_out(order, batch_size):
            """Your first batch is missing. The range of positions at which batches begin starts at 0."""
            return cut(order, batch_size)[1:]

        def one_list_throughout(order, batch_size):
            """All your batches hold what is left at the end, or nothing if nothing is left. Are they one and the same
            list, which is emptied in between? Begin a new one for each batch."""
            batches, left = cut(order, batch_size), len(order) % batch_size
            return [order[len(order) - left :]] * len(batches)

        def joined_again(order, batch_size):
            """You return the indices one by one: the batches were joined again. Each batch is one entry of the list."""
            return list(order)

    class right:
        def by_positions(order, batch_size):
            return np.split(order, np.arange(batch_size, len(order), batch_size))

        def by_filling(order, batch_size):
            batches = []
            for k, index in enumerate(order):
                if k % batch_size == 0:
                    batches.append([])
                batches[-1].append(index)
            return batches

        def by_taking_off(order, batch_size):
            batches, rest = (), order
            while rest.size:
                batches, rest = (*batches, rest[:batch_size]), rest[batch_size:]
            return batches


class count_steps:
    relative, absolute = 0, 0

    def cases(rng):
        yield 10, 4, 2
        for n, batch_size in [(12, 4), (11, 4), (7, 10), (100, 32), (9, 1), (6, 6), (13, 5)]:
            yield n, batch_size, int(rng.integers(2, 8))
        yield int(rng.integers(20, 40)) * 3 + 1, 3, 1

    class mistakes:
        def full_batches_only(n, batch_size, epochs):
            """You count full batches only. Where batch_size does not divide n, a shorter batch is left at the end of
            each epoch."""
            return n // batch_size * epochs

        def one_batch_more(n, batch_size, epochs):
            """You count a shorter batch in every epoch. Where batch_size divides n, nothing is left for it."""
            return (n // batch_size + 1) * epochs

        def one_more_each_epoch(n, batch_size, epochs):
            """You count one step too many in every epoch, whether batch_size divides n or not. Rounding up already
            counts the shorter batch."""
            return (math.ceil(n / batch_size) + 1) * epochs

        def one_less_each_epoch(n, batch_size, epochs):
            """You count one step too few in every epoch. Whether the last batch is full or shorter, it makes a step."""
            return (math.ceil(n / batch_size) - 1) * epochs

        def rest_the_wrong_way_round(n, batch_size, epochs):
            """You add a step where batch_size divides n, and none where examples are left over. It should be the other
            way round."""
            return (n // batch_size + (n % batch_size == 0)) * epochs

        def parts_of_a_step(n, batch_size, epochs):
            """Steps are whole numbers: a batch that is half full is still a batch. Round up before you go on."""
            return n / batch_size * epochs

        def rounded_at_the_end(n, batch_size, epochs):
            """You let a batch continue from one epoch into the next. Each epoch begins with a new batch: round up
            first, then multiply."""
            return math.ceil(n * epochs / batch_size)

        def cut_at_the_end(n, batch_size, epochs):
            """You let a batch continue from one epoch into the next, and drop what is left in the end. Each epoch
            begins with a new batch, and a shorter one counts."""
            return n * epochs // batch_size

        def rounded_to_the_nearest(n, batch_size, epochs):
            """You round to the nearest whole number, which can lose a batch that is half full or less."""
            if 2 * (n % batch_size) == batch_size:  # `round` goes to the even one, `int` of a half more always up
                return ...
            return round(n / batch_size) * epochs

        def short_batch_once(n, batch_size, epochs):
            """You count the shorter batch once. It comes at the end of every epoch."""
            return n // batch_size * epochs + (n % batch_size > 0)

        def one_epoch_counted(n, batch_size, epochs):
            """These are the steps of one epoch. How many epochs are there?"""
            return math.ceil(n / batch_size)

        def every_example_a_step(n, batch_size, epochs):
            """You count a step for each example. That is batch size 1; here one step uses a whole batch."""
            return n * epochs

        def every_epoch_a_step(n, batch_size, epochs):
            """You count a step for each epoch. That is the whole batch; here an epoch has several."""
            return epochs

        def epochs_added(n, batch_size, epochs):
            """You add the number of epochs. Each epoch has the same number of steps: multiply."""
            return math.ceil(n / batch_size) + epochs

        def rest_as_steps(n, batch_size, epochs):
            """You count a step for each example that is left at the end of an epoch. Together they make one batch."""
            return (n // batch_size + n % batch_size) * epochs

        def rest_counted_once(n, batch_size, epochs):
            """You count full batches, and what is left of a single epoch. Every epoch has its shorter batch."""
            return n // batch_size * epochs + n % batch_size

        def one_in_the_end(n, batch_size, epochs):
            """You add one step at the very end. A shorter batch is left in every epoch, or in none."""
            return n // batch_size * epochs + 1

        def at_least_one(n, batch_size, epochs):
            """You drop the shorter batch, except where it is the only one. It counts in every epoch."""
            return max(1, n // batch_size) * epochs

        def rest_alone(n, batch_size, epochs):
            """You count the examples that are left over. The steps are the batches."""
            return n % batch_size * epochs

        def batches_multiplied(n, batch_size, epochs):
            """You multiply by the batch size. The larger the batches, the fewer there are."""
            return n * batch_size * epochs

        def epochs_for_batches(n, batch_size, epochs):
            """`epochs` and `batch_size` are swapped. By which of them are the examples divided?"""
            return math.ceil(n / epochs) * batch_size

        def examples_forgotten(n, batch_size, epochs):
            """Your number does not depend on n. How many batches do n examples make?"""
            return batch_size * epochs

        def divided_by_the_epochs(n, batch_size, epochs):
            """You divide by the number of epochs too. More epochs mean more steps: multiply."""
            return math.ceil(n / (batch_size * epochs))

        def full_and_divided_by_the_epochs(n, batch_size, epochs):
            """You divide by the number of epochs too, and drop what is left. More epochs mean more steps, and a shorter
            batch counts."""
            return n // (batch_size * epochs)

        def overlapping_batches(n, batch_size, epochs):
            """You count batches that begin one example after the other. They overlap: the next should begin where the
            last one ends."""
            return max(n - batch_size + 1, 1) * epochs

        def a_step_for_each_position(n, batch_size, epochs):
            """You count each position at which a batch fits. Batches do not overlap: each begins where the last one
            ends."""
            return epochs * (n - batch_size + 1)

        def rest_alone_in_every_epoch(n, batch_size, epochs):
            """You count the full batches of one epoch and the shorter batch of every epoch. Add the two first, then
            multiply: put brackets around the sum."""
            return n // batch_size + (n % batch_size > 0) * epochs

        def nothing_in_a_large_batch(n, batch_size, epochs):
            """Only the case in which batch_size is larger than n is wrong. There all n examples make one shorter batch,
            in every epoch."""
            return ... if batch_size > n else math.ceil(n / batch_size) * epochs

        def to_the_power(n, batch_size, epochs):
            """You raise the steps of one epoch to a power. Each epoch has the same number of steps: multiply."""
            return math.ceil(n / batch_size) ** epochs

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


def table(rng, n, d):
    """X of d features, clear of 0 on average, and y around a linear function of them; to two decimal places."""
    X = (rng.uniform(0.5, 1.5, d) * rng.choice([-1, 1], d) + rng.normal(0, 1, (n, d))).round(2)
    return X, (X @ rng.uniform(1, 3, d) + rng.uniform(1, 3) + rng.normal(0, 1, n)).round(2)


def parameters(rng, d):
    """θ, each entry clear of 0."""
    return (rng.uniform(0.5, 2, d) * rng.choice([-1, 1], d)).round(2)


def whole_gradient(X, y, theta):
    return 2 / len(X) * X.T @ (X @ theta - y)


def right_gradient(X, y, theta, batch):
    return whole_gradient(X[batch], y[batch], theta)


def scaled(factor, X, y, theta, batch):
    return factor * right_gradient(X, y, theta, batch)


class batch_gradient:
    def cases(rng):
        yield (
            np.array([[2.0, 1.0], [1.0, 1.0], [3.0, 1.0]]),
            np.array([3.0, 2.0, 4.0]),
            np.array([2.0, 1.0]),
            np.array([1, 2]),
        )
        for n, d, m in [(5, 3, 2), (7, 1, 3), (4, 2, 1), (6, 4, 4), (5, 3, 3)]:
            yield *table(rng, n, d), parameters(rng, d), (rng.permutation(n - 1) + 1)[:m]  # without example 0
        yield *table(rng, 5, 2), parameters(rng, 2), rng.permutation(5)
        yield *table(rng, 4, 4), parameters(rng, 4), rng.permutation(4)[:2]  # as many examples as features
        twice = rng.permutation(6)[:3]
        yield *table(rng, 6, 3), parameters(rng, 3), np.append(twice, twice[0])

    class mistakes:
        def divided_by_n(X, y, theta, batch):
            """You divide by the number of all examples. The mean is over the batch: divide by its own length."""
            return scaled(len(batch) / len(X), X, y, theta, batch)

        def sum_over_the_batch(X, y, theta, batch):
            """Your gradient grows with the batch, as a sum does. Take the mean over the batch, so that a rate keeps its
            meaning when the batch size changes."""
            return scaled(len(batch), X, y, theta, batch)

        def divided_by_d(X, y, theta, batch):
            """You divide by the number of features. The mean is over the examples of the batch: which axis do they run
            along?"""
            return scaled(len(batch) / len(theta), X, y, theta, batch)

        def all_examples(X, y, theta, batch):
            """You use all examples, whatever `batch` holds."""
            return whole_gradient(X, y, theta)

        def all_examples_by_the_batch(X, y, theta, batch):
            """You add up over all examples, and divide by the length of the batch. Pick the rows of the batch first."""
            return len(X) / len(batch) * whole_gradient(X, y, theta)

        def first_examples(X, y, theta, batch):
            """You use the first examples, as many as the batch has. `batch` holds the indices of those to use."""
            return whole_gradient(X[: len(batch)], y[: len(batch)], theta)

        def y_from_the_front(X, y, theta, batch):
            """You pick the rows of X by the batch's indices, but take y from the front. Each row then has the y of
            another example: pick both the same way."""
            return whole_gradient(X[batch], y[: len(batch)], theta)

        def rows_not_picked_again(X, y, theta, batch):
            """Your residuals are those of the batch, but you multiply them by the first rows of X. Use the rows of the
            batch there too."""
            return 2 / len(batch) * X[: len(batch)].T @ (X[batch] @ theta - y[batch])

        def twice_counted_once(X, y, theta, batch):
            """You count a repeated index only once. A mask, or a set, cannot tell the difference: use the indices
            themselves."""
            return right_gradient(X, y, theta, np.unique(batch))

        def product_of_means(X, y, theta, batch):
            """You multiply the mean residual by the mean of each feature. The mean of a product is another number:
            multiply example by example first."""
            return 2 * np.mean(X[batch] @ theta - y[batch]) * X[batch].mean(axis=0)

        def residual_alone(X, y, theta, batch):
            """All entries of your gradient are the mean residual, twice. How does a residual change when entry j of θ
            grows?"""
            return np.full(len(theta), 2 * np.mean(X[batch] @ theta - y[batch]))

        def last_example_alone(X, y, theta, batch):
            """This is the gradient of the batch's last example. Does each turn of the loop overwrite what the one
            before found? Add up, and divide at the end."""
            return right_gradient(X, y, theta, batch[-1:])

        def prediction_for_residual(X, y, theta, batch):
            """You multiply the predictions by the features, where the residuals belong: y is missing."""
            return 2 / len(batch) * X[batch].T @ (X[batch] @ theta)

        def of_the_distance(X, y, theta, batch):
            """Only the signs of the residuals are left, as if the cost were made of their absolute values. In this cost
            a larger residual pulls more."""
            return 2 / len(batch) * X[batch].T @ np.sign(X[batch] @ theta - y[batch])

        def divided_by_the_norm(X, y, theta, batch):
            """Your gradient has length 1 everywhere: its direction is right, its length is lost."""
            gradient = right_gradient(X, y, theta, batch)
            return gradient / np.linalg.norm(gradient)

        @says(SLOPES_HALVED)
        def half_the_gradient(X, y, theta, batch):
            return scaled(0.5, X, y, theta, batch)

        def one_gradient_each(X, y, theta, batch):
            """You return the gradient of each example, one per row. The batch's gradient is their mean."""
            return 2 * X[batch] * (X[batch] @ theta - y[batch])[:, None]

        def squared_residuals(X, y, theta, batch):
            """You multiply the features by the squared residuals. The derivative of a square contains the residual
            itself, doubled."""
            return 2 / len(batch) * X[batch].T @ (X[batch] @ theta - y[batch]) ** 2

        def without_sign(X, y, theta, batch):
            """You take the absolute values of the residuals, so that every example pulls the same way."""
            return 2 / len(batch) * X[batch].T @ abs(X[batch] @ theta - y[batch])

        def a_step(X, y, theta, batch):
            """You return θ after a step. The task asks for the gradient alone."""
            return theta - right_gradient(X, y, theta, batch)

        def theta_as_a_factor(X, y, theta, batch):
            """You multiply by θ at the end. Entry j of θ is multiplied by feature j, so that feature is the inner
            derivative."""
            return right_gradient(X, y, theta, batch) * theta

        def counted_from_one(X, y, theta, batch):
            """You subtract 1 from the indices. They count from 0, as NumPy does."""
            return right_gradient(X, y, theta, batch - 1)

        def first_left_out(X, y, theta, batch):
            """You leave out the first example of the batch."""
            return right_gradient(X, y, theta, batch[1:]) if len(batch) > 1 else 0 * theta

        def first_alone(X, y, theta, batch):
            """You use the batch's first example alone. Is `return` inside the loop?"""
            return right_gradient(X, y, theta, batch[:1])

        def first_of_the_sum(X, y, theta, batch):
            """You divide the first example's gradient by the length of the batch and return it: is `return` inside the
            loop?"""
            return right_gradient(X, y, theta, batch[:1]) / len(batch)

        def last_of_the_sum(X, y, theta, batch):
            """The last example alone is left, divided by the length of the batch. Does each turn of the loop overwrite
            what the one before found? Add up."""
            return right_gradient(X, y, theta, batch[-1:]) / len(batch)

        def a_range_of_them(X, y, theta, batch):
            """You use all examples from the smallest index to the largest. The batch holds some of them only."""
            return right_gradient(X, y, theta, np.arange(batch.min(), batch.max() + 1))

        def from_first_to_last(X, y, theta, batch):
            """You use the examples from the batch's first index to its last, as a slice does. A batch may hold any
            indices, in any order: pick those rows alone."""
            between = np.arange(batch[0], batch[-1] + 1)
            return len(between) / len(batch) * right_gradient(X, y, theta, between) if len(between) else 0 * theta

        def the_others(X, y, theta, batch):
            """You use the examples that are not in the batch."""
            others = np.setdiff1d(np.arange(len(X)), batch)
            return right_gradient(X, y, theta, others) if others.size else np.full(len(theta), np.nan)

        def a_mask_of_them(X, y, theta, batch):
            """You pick by a mask, which counts a repeated index once, but divide by the length of the batch, where it
            counts twice."""
            kept = np.unique(batch)
            return len(kept) / len(batch) * right_gradient(X, y, theta, kept)

        def divided_by_distinct(X, y, theta, batch):
            """You divide by the number of different indices. A repeated one counts twice in the mean, above and
            below."""
            return len(batch) / len(np.unique(batch)) * right_gradient(X, y, theta, batch)

        def features_averaged(X, y, theta, batch):
            """Your predictions are means over the features. A prediction is the sum of what the features contribute."""
            return 2 / len(batch) * X[batch].T @ (np.mean(X[batch] * theta, axis=1) - y[batch])

        def one_feature_at_a_time(X, y, theta, batch):
            """Your residual for feature j contains that feature's part of the prediction alone. A prediction is the sum
            over all features."""
            return 2 * np.mean((X[batch] * theta - y[batch][:, None]) * X[batch], axis=0)

        def entries_added_up(X, y, theta, batch):
            """All entries of your gradient are the same, the sum of them all. Does `+=` add to every entry? Write into
            entry j."""
            return np.full(len(theta), np.sum(right_gradient(X, y, theta, batch)))

        def sorted_rows(X, y, theta, batch):
            """You sort the batch for X, but not for y. Each row then has the y of another example."""
            return whole_gradient(X[np.sort(batch)], y[batch], theta)

        def product_of_sums(X, y, theta, batch):
            """You multiply the sum of the residuals by the sum of each feature. Multiply example by example first, then
            add up."""
            return 2 * np.sum(X[batch] @ theta - y[batch]) * X[batch].sum(axis=0) / len(batch)

        def y_without_features(X, y, theta, batch):
            """You multiply the predictions by the features and subtract y as it is. The whole residual is multiplied:
            put brackets around it."""
            return 2 * X[batch].T @ (X[batch] @ theta) / len(batch) - y[batch].mean()

        def y_added_up_without_features(X, y, theta, batch):
            """You multiply the predictions by the features, and subtract the sum of y. The whole residual is
            multiplied: put brackets around it."""
            return 2 * (X[batch].T @ (X[batch] @ theta) - y[batch].sum()) / len(batch)

        def mean_over_the_features(X, y, theta, batch):
            """You return one number for each example of the batch: the mean was taken over the features. Take it over
            the examples."""
            return 2 * np.mean((X[batch] @ theta - y[batch])[:, None] * X[batch], axis=1)

        def signs_of_the_residuals(X, y, theta, batch):
            """You keep only the signs of the residuals. The derivative of a square contains the residual itself,
            doubled."""
            return np.sign(X[batch] @ theta - y[batch]) @ X[batch] / len(batch)

        def theta_for_the_features(X, y, theta, batch):
            """You multiply the residuals by θ. The inner derivative is the feature: how does a residual change when an
            entry of θ grows?"""
            return 2 * theta * np.mean(X[batch] @ theta - y[batch])

        def mean_of_y(X, y, theta, batch):
            """Your residuals contain the mean of y. Each prediction needs its own y: a column of predictions minus the
            array y gives every prediction with every y."""
            return whole_gradient(X[batch], np.mean(y[batch]), theta)

        def sum_with_the_wrong_sign(X, y, theta, batch):
            """Two things are wrong: the sign, and a sum over the batch where its mean belongs."""
            return scaled(-len(batch), X, y, theta, batch)

        def divided_by_one_less(X, y, theta, batch):
            """You divide by one less than the length of the batch. The mean divides by the length itself."""
            m = len(batch)
            return scaled(m / (m - 1), X, y, theta, batch) if m > 1 else ...

        def lowest_point_of_the_batch(X, y, theta, batch):
            """You return the θ at which the batch's cost is lowest. The task asks for the gradient at the θ that is
            passed in."""
            return np.linalg.lstsq(X[batch], y[batch])[0]

    class right:
        def by_loop(X, y, theta, batch):
            gradient = np.zeros(len(theta))
            for i in batch:
                residual = sum(x * t for x, t in zip(X[i], theta, strict=True)) - y[i]
                for j in range(len(theta)):
                    gradient[j] += 2 * residual * X[i, j] / len(batch)
            return gradient

        def by_weights(X, y, theta, batch):
            counts = np.bincount(batch, minlength=len(X)) / batch.size
            return -2 * (counts * (y - X @ theta)) @ X

        def by_feature(X, y, theta, batch):
            rows = X.take(batch, axis=0)
            residual = rows.dot(theta) - y.take(batch)
            return [2 * np.mean(residual * column) for column in rows.T]


def points(rng, n):
    """x apart from each other, and y around some line; both shape (n,), to two decimal places."""
    x = (rng.uniform(-1, 1) + 4 / n * (rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n))).round(2)
    return x, (rng.uniform(1, 3) * x + rng.uniform(2, 6) + rng.normal(0, 2, n)).round(2)


def line(rng):
    """A slope and an intercept, both clear of 0."""
    return round(rng.uniform(-3, -0.5), 2), round(rng.uniform(-4, -1), 2)


def squares(x, y, w, b, batch_size):
    """The squared residuals in batches."""
    return cut((w * x + b - y) ** 2, batch_size)


SHORT_BATCH_LEFT_OUT = "You leave the short batch out. Its examples belong to the cost like all the others."
ALL_AS_LONG_AS_THE_LAST = (
    "You take every batch to be as long as the last one, which may be shorter. How many examples are there in all?"
)


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

        @says(SHORT_BATCH_LEFT_OUT)
        def short_batch_not_added(x, y, w, b, batch_size):
            full = [batch for batch in squares(x, y, w, b, batch_size) if len(batch) == batch_size]
            return sum(np.sum(batch) for batch in full) / len(x)

        @says(SHORT_BATCH_LEFT_OUT)
        def short_batch_left_out(x, y, w, b, batch_size):
            return np.mean([np.mean(batch) for batch in squares(x, y, w, b, batch_size) if len(batch) == batch_size])

        def divided_by_the_last(x, y, w, b, batch_size):
            """You divide the sum over all examples by the length of the last batch."""
            batches = squares(x, y, w, b, batch_size)
            return sum(np.sum(batch) for batch in batches) / len(batches[-1])

        @says(ALL_AS_LONG_AS_THE_LAST)
        def last_taken_for_all(x, y, w, b, batch_size):
            batches = squares(x, y, w, b, batch_size)
            return sum(np.sum(batch) for batch in batches) / (len(batches) * len(batches[-1]))

        @says(ALL_AS_LONG_AS_THE_LAST)
        def weighted_by_the_last(x, y, w, b, batch_size):
            batches = squares(x, y, w, b, batch_size)
            return sum(np.mean(batch) for batch in batches) * len(batches[-1]) / len(x)

        def total_by_batch_size(x, y, w, b, batch_size):
            """You divide the sum over all examples by the batch size. How many examples are in that sum?"""
            return sum(np.sum(batch) for batch in squares(x, y, w, b, batch_size)) / batch_size

        def means_added(x, y, w, b, batch_size):
            """You add up the batches' means, so the cost grows with the number of batches."""
            return sum(np.mean(batch) for batch in squares(x, y, w, b, batch_size))

        def mean_of_sums(x, y, w, b, batch_size):
            """You have the sum of each batch, and take the mean of these sums. Divide by the number of examples, not by
            the number of batches."""
            return np.mean([np.sum(batch) for batch in squares(x, y, w, b, batch_size)])

        def running_mean(x, y, w, b, batch_size):
            """You average each batch's mean with the result so far. That halves the part of all earlier batches every
            time, so the last one counts the most."""
            cost = None
            for batch in squares(x, y, w, b, batch_size):
                cost = np.mean(batch) if cost is None else (cost + np.mean(batch)) / 2
            return cost

        def last_batch_alone(x, y, w, b, batch_size):
            """This is the cost of the last batch. Does each turn of the loop overwrite what the one before found?"""
            return np.mean(squares(x, y, w, b, batch_size)[-1])

        def not_divided(x, y, w, b, batch_size):
            """Adding up sums works, but at the end the total has to be divided: the cost is a mean."""
            return sum(np.sum(batch) for batch in squares(x, y, w, b, batch_size))

        def first_batch_alone(x, y, w, b, batch_size):
            """This is the cost of the first batch. Is `return` inside the loop or after it?"""
            return np.mean(squares(x, y, w, b, batch_size)[0])

        def weighted_as_if_full(x, y, w, b, batch_size):
            """You weight each batch's mean by `batch_size`, even the mean of the short one. Weight it by the batch's
            own length."""
            return sum(np.mean(batch) * batch_size for batch in squares(x, y, w, b, batch_size)) / len(x)

        def divided_by_batch_size(x, y, w, b, batch_size):
            """You add up the means and divide by the batch size. That is neither the number of batches nor that of
            examples."""
            return sum(np.mean(batch) for batch in squares(x, y, w, b, batch_size)) / batch_size

        def means_divided_by_n(x, y, w, b, batch_size):
            """You add up the means and divide by n. Each mean was divided already: add up sums."""
            return sum(np.mean(batch) for batch in squares(x, y, w, b, batch_size)) / len(x)

        def last_batch_left_out(x, y, w, b, batch_size):
            """You leave the last batch out, whether it is short or not."""
            batches = squares(x, y, w, b, batch_size)[:-1]
            return np.mean([np.mean(batch) for batch in batches]) if batches else ...

        def last_batch_not_added(x, y, w, b, batch_size):
            """The squares of your last batch are not in the sum, whether it is short or not. Where does your loop end,
            and how much does the last batch count?"""
            return sum(np.sum(batch) for batch in squares(x, y, w, b, batch_size)[:-1]) / len(x)

        def last_example_not_added(x, y, w, b, batch_size):
            """The last example is missing from your sum. A slice and a range both end before their second number."""
            return np.sum((w * x + b - y)[:-1] ** 2) / len(x)

        def last_example_left_out(x, y, w, b, batch_size):
            """Your cost is the mean over all examples but the last. A slice and a range both end before their second
            number."""
            return np.mean((w * x + b - y)[:-1] ** 2)

        def remainder_for_the_last_length(x, y, w, b, batch_size):
            """Where batch_size divides n, your cost leaves the last batch out. The remainder is 0 there, but the batch
            is full."""
            batches = squares(x, y, w, b, batch_size)
            full = len(x) % batch_size == 0
            return sum(np.sum(batch) for batch in (batches[:-1] if full else batches)) / len(x)

        @says(remainder_for_the_last_length.__doc__)
        def remainder_for_the_last_weight(x, y, w, b, batch_size):
            n = len(x) - batch_size * (len(x) % batch_size == 0)
            return np.mean((w * x + b - y)[:n] ** 2)

        def mean_of_evened_out(x, y, w, b, batch_size):
            """Your cost is the mean over batches whose lengths are evened out. Where these still differ by one, the
            examples of the shorter batches count more than the others."""
            batches = np.array_split((w * x + b - y) ** 2, math.ceil(len(x) / batch_size))
            return np.mean([np.mean(batch) for batch in batches])

        def last_batch_begun_earlier(x, y, w, b, batch_size):
            """Your last batch is full because it begins earlier, so some of its examples count twice. It may be
            short."""
            batches = squares(x, y, w, b, batch_size)
            batches[-1] = ((w * x + b - y) ** 2)[-batch_size:]
            return np.mean([np.mean(batch) for batch in batches])

        def first_batch_left_out(x, y, w, b, batch_size):
            """You leave the first batch out: the range begins at 0."""
            return sum(np.sum(batch) for batch in squares(x, y, w, b, batch_size)[1:]) / len(x)

        def divided_twice(x, y, w, b, batch_size):
            """You divide by n, and then take the mean over the batches as well. Divide once."""
            return np.mean([np.sum(batch) / len(x) for batch in squares(x, y, w, b, batch_size)])

        def absolute_residuals(x, y, w, b, batch_size):
            """You add up absolute residuals. The cost is made of their squares."""
            return np.mean(abs(w * x + b - y))

        def squares_of_sums(x, y, w, b, batch_size):
            """You add up the residuals of a batch and square the sum, so that they cancel. Square each of them
            first."""
            return sum(np.sum(batch) ** 2 for batch in cut(w * x + b - y, batch_size)) / len(x)

        def square_of_the_mean(x, y, w, b, batch_size):
            """You square the mean residual. Residuals of opposite signs cancel in it: square each of them first."""
            return np.mean(w * x + b - y) ** 2

        def overlapping(x, y, w, b, batch_size):
            """Your batches overlap, so some examples count more than once. Let each begin where the one before ends."""
            return sum(np.sum(((w * x + b - y) ** 2)[k : k + batch_size]) for k in range(len(x))) / len(x)

        def slices_too_short(x, y, w, b, batch_size):
            """One example is missing from each batch: a slice already ends before its second number."""
            return sum(
                np.sum(((w * x + b - y) ** 2)[k : k + batch_size - 1]) for k in range(0, len(x), batch_size)
            ) / len(x)

        def slices_too_long(x, y, w, b, batch_size):
            """Each batch takes an example of the next one as well: a slice ends before its second number."""
            return sum(
                np.sum(((w * x + b - y) ** 2)[k : k + batch_size + 1]) for k in range(0, len(x), batch_size)
            ) / len(x)

        def running_mean_from_zero(x, y, w, b, batch_size):
            """You average each batch's mean with the result so far, which begins at 0. Every batch then counts twice as
            much as the one before."""
            cost = 0.0
            for batch in squares(x, y, w, b, batch_size):
                cost = (cost + np.mean(batch)) / 2
            return cost

        def first_batch_in_the_sum(x, y, w, b, batch_size):
            """Only your first batch is in the sum. Is `return` inside the loop? Or do you take the second number of a
            slice for its length? It is where the slice ends."""
            return np.sum(squares(x, y, w, b, batch_size)[0]) / len(x)

        @says(WHOLE_BATCHES_ALONE)
        def examples_of_full_batches(x, y, w, b, batch_size):
            n = len(x) // batch_size * batch_size or len(x)
            return np.mean((w * x[:n] + b - y[:n]) ** 2)

        @says(WHOLE_BATCHES_ALONE)
        def full_batches_alone(x, y, w, b, batch_size):
            n = len(x) // batch_size * batch_size
            return np.mean((w * x[:n] + b - y[:n]) ** 2) if n else 0.0

        @says(WHOLE_BATCHES_ALONE)
        def divided_by_none(x, y, w, b, batch_size):
            n = len(x) // batch_size * batch_size
            return sum((w * x[:n] + b - y[:n]) ** 2) / n

        def variance_of_the_residuals(x, y, w, b, batch_size):
            """You take the variance of the residuals, which ignores their mean. The cost squares the residuals
            themselves."""
            return np.var(w * x + b - y)

        def median_of_the_batches(x, y, w, b, batch_size):
            """You take the median of the batches' costs. Each example counts the same in the cost."""
            return np.median([np.mean(batch) for batch in squares(x, y, w, b, batch_size)])

        def mean_squared_in_each_batch(x, y, w, b, batch_size):
            """You take the mean of a batch's residuals first and then square it. The cost squares each residual."""
            return sum(len(r) * np.mean(r) ** 2 for r in cut(w * x + b - y, batch_size)) / len(x)

        def position_for_the_intercept(x, y, w, b, batch_size):
            """Your loop gives the name `b` to the position of a batch, so the intercept is lost. Use another name."""
            return sum(
                np.sum((w * x[k : k + batch_size] + k - y[k : k + batch_size]) ** 2)
                for k in range(0, len(x), batch_size)
            ) / len(x)

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


def shuffled(rng, epochs, n):
    """An order for each epoch, no two alike, and none with an example at its own position."""
    orders = []
    while len(orders) < epochs:
        order = rng.permutation(n)
        if np.all(order != np.arange(n)) and not any(np.array_equal(order, other) for other in orders):
            orders.append(order)
    return np.array(orders)


def one_over_t(lr, decay, t, epoch, used):
    """The rate of the task. t: steps taken so far; epoch: from 0; used: examples used so far."""
    return lr / (1 + decay * t)


def descent_by(gradient=right_gradient, split=cut, rate=one_over_t):
    """The descent of the task by a gradient, a way to cut and a rate, right or wrong."""

    def descent(X, y, theta, orders, batch_size, lr, decay):
        path, t, used = [theta], 0, 0
        for epoch, order in enumerate(orders):
            for batch in split(order, batch_size):
                theta = theta - rate(lr, decay, t, epoch, used) * gradient(X, y, theta, batch)
                t, used = t + 1, used + len(batch)
            path.append(theta)
        return np.array(path)

    return descent


rightly = descent_by()


def steps_alone(sign, X, y, theta, orders, batch_size, lr, decay):
    """The path if each θ is the step itself, times the sign."""
    path, t = [theta], 0
    for order in orders:
        for batch in cut(order, batch_size):
            theta = sign * lr / (1 + decay * t) * right_gradient(X, y, theta, batch)
            t += 1
        path.append(theta)
    return np.array(path)


GATHERED_IN_AN_EPOCH = (
    "You gather the gradients of all batches and take one step at the end of the epoch. Take a step after each batch, "
    "so that the next one measures its gradient there."
)


def gathered(X, y, theta, orders, batch_size, rate):
    """The path with one step an epoch, by the sum of its batches' gradients and rate(epoch, batches in an epoch)."""
    path = [theta]
    for epoch, order in enumerate(orders):
        gradients = [right_gradient(X, y, path[-1], batch) for batch in cut(order, batch_size)]
        path.append(path[-1] - rate(epoch, len(gradients)) * np.sum(gradients, axis=0))
    return np.array(path)


class minibatch_descent:
    def cases(rng):
        yield (
            np.array([[2.0, 1.0], [1.0, 1.0], [3.0, 1.0]]),
            np.array([3.0, 2.0, 4.0]),
            np.zeros(2),
            np.array([[1, 2, 0], [2, 0, 1]]),
            2,
            0.1,
            0.5,
        )
        for n, d, epochs, batch_size, lr, decay in [
            (5, 3, 2, 2, 0.04, 0.2),
            (6, 2, 3, 3, 0.06, 0.5),
            (7, 3, 2, 3, 0.03, 1.5),
            (4, 1, 2, 1, 0.05, 0.1),
            (5, 2, 3, 5, 0.08, 2.0),
            (4, 3, 3, 8, 0.02, 0.7),
            (8, 4, 2, 5, 0.05, 0.3),
        ]:
            yield *table(rng, n, d), parameters(rng, d), shuffled(rng, epochs, n), batch_size, lr, decay
        X, y, theta = *table(rng, 5, 2), parameters(rng, 2)
        for orders in shuffled(rng, 4, 5).reshape(2, 2, 5):
            yield X, y, theta, orders, 3, 0.05, 0.0  # a constant rate, and nothing but the orders differs
        yield *table(rng, 6, 2), parameters(rng, 2), shuffled(rng, 1, 6), 4, 0.05, 1.0
        X, lowest = table(rng, 5, 2)[0], parameters(rng, 2)
        yield X, (X @ lowest).round(6), lowest + 0.002, shuffled(rng, 3, 5), 2, 0.01, 0.5  # close to the lowest point
        yield *table(rng, 5, 2), parameters(rng, 2), shuffled(rng, 2, 5), 3, 1.0, 0.1  # the cost rises

    class mistakes:
        def constant_rate(X, y, theta, orders, batch_size, lr, decay):
            """Your rate stays at its first value: `decay` has no effect."""
            return rightly(X, y, theta, orders, batch_size, lr, 0.0)

        def count_starts_again(X, y, theta, orders, batch_size, lr, decay):
            """Your t starts again at 0 in every epoch, and the rate jumps back up with it. It counts all steps, from
            the first epoch to the last."""
            in_epoch = math.ceil(orders.shape[1] / batch_size)
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * (t % in_epoch)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def epochs_counted(X, y, theta, orders, batch_size, lr, decay):
            """Your rate falls once an epoch. Here t counts steps: it grows with every batch."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * epoch))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def examples_counted(X, y, theta, orders, batch_size, lr, decay):
            """Your t counts examples. It counts steps: a batch is one step, however many examples it has."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * used))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def counted_from_one(X, y, theta, orders, batch_size, lr, decay):
            """Your first step is too short: t is the number of steps taken so far, so it starts at 0, and the first
            step has the rate `lr`."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * (t + 1)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def rate_overwritten(X, y, theta, orders, batch_size, lr, decay):
            """Your rate falls much too fast: you overwrite `lr` with the lower rate and lower that one again. Compute
            each rate from the first one, under another name."""

            def rate(lr, decay, t, epoch, used):
                return lr / math.prod(1 + decay * k for k in range(t + 1))

            return descent_by(rate=rate)(X, y, theta, orders, batch_size, lr, decay)

        def geometric(X, y, theta, orders, batch_size, lr, decay):
            """You divide the rate by 1 + decay at each step. Those rates fall geometrically, and add up to a finite
            distance; the task asks for α/(1 + decay·t)."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay) ** t)(
                X, y, theta, orders, batch_size, lr, decay
            )

        def by_the_root(X, y, theta, orders, batch_size, lr, decay):
            """Your rate falls with the square root. The task asks for 1/t decay."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / math.sqrt(1 + decay * t))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def brackets_lost(X, y, theta, orders, batch_size, lr, decay):
            """Your rate grows with t. Without brackets around the sum, `lr / 1 + decay * t` adds decay·t to lr."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / 1 + decay * t)(
                X, y, theta, orders, batch_size, lr, decay
            )

        def t_after_the_brackets(X, y, theta, orders, batch_size, lr, decay):
            """Your rate is 0 at the first step and grows with t: you multiply the whole fraction by t, not the decay
            alone."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay) * t)(
                X, y, theta, orders, batch_size, lr, decay
            )

        def without_the_short_batch(X, y, theta, orders, batch_size, lr, decay):
            """You leave the last, shorter batch out, so some examples are never used in an epoch. It makes a step like
            any other."""
            return descent_by(split=split_into_batches.mistakes.last_batch_dropped)(
                X, y, theta, orders, batch_size, lr, decay
            )

        def short_batch_by_batch_size(X, y, theta, orders, batch_size, lr, decay):
            """This is right where batch_size divides n. But the step of a shorter last batch is too short, by the
            ratio of its length to batch_size. Where does that factor come in?"""

            def gradient(X, y, theta, batch):
                return scaled(len(batch) / batch_size, X, y, theta, batch)

            return descent_by(gradient)(X, y, theta, orders, batch_size, lr, decay)

        def steps_divided_by_n(X, y, theta, orders, batch_size, lr, decay):
            """Your steps are too short, and more so for smaller batches: you divide by the number of all examples. A
            batch's gradient is the mean over its own."""
            return descent_by(batch_gradient.mistakes.divided_by_n)(X, y, theta, orders, batch_size, lr, decay)

        def steps_of_sums(X, y, theta, orders, batch_size, lr, decay):
            """Your steps are too long, and more so for larger batches: you add up the examples' gradients. A batch's
            gradient is their mean."""
            return descent_by(batch_gradient.mistakes.sum_over_the_batch)(X, y, theta, orders, batch_size, lr, decay)

        @says(STEPS_HALVED)
        def half_steps(X, y, theta, orders, batch_size, lr, decay):
            return rightly(X, y, theta, orders, batch_size, lr / 2, decay)

        def climbs(X, y, theta, orders, batch_size, lr, decay):
            """Your steps go uphill. Look at the sign."""
            return rightly(X, y, theta, orders, batch_size, -lr, decay)

        def gradient_at_the_epochs_start(X, y, theta, orders, batch_size, lr, decay):
            """All batches of an epoch measure their gradient where the epoch began. Each should measure at the θ that
            the batch before it led to."""
            path, t = [theta], 0
            for order in orders:
                for batch in cut(order, batch_size):
                    theta = theta - lr / (1 + decay * t) * right_gradient(X, y, path[-1], batch)
                    t += 1
                path.append(theta)
            return np.array(path)

        def back_to_the_start(X, y, theta, orders, batch_size, lr, decay):
            """Each of your epochs begins at the first θ again. It should continue where the epoch before it ended."""
            path, t = [theta], 0
            for order in orders:
                at = theta
                for batch in cut(order, batch_size):
                    at = at - lr / (1 + decay * t) * right_gradient(X, y, at, batch)
                    t += 1
                path.append(at)
            return np.array(path)

        def first_order_alone(X, y, theta, orders, batch_size, lr, decay):
            """You use the first order in every epoch. Row k of `orders` is the order of epoch k."""
            return rightly(X, y, theta, np.array([orders[0]] * len(orders)), batch_size, lr, decay)

        def order_ignored(X, y, theta, orders, batch_size, lr, decay):
            """You use the examples in the order in which they appear in X, not in the shuffled one."""
            return rightly(X, y, theta, np.sort(orders, axis=1), batch_size, lr, decay)

        def rows_parted_from_y(X, y, theta, orders, batch_size, lr, decay):
            """You shuffle X and leave y as it is, so each row has the y of another example. Pick both by the same
            indices."""

            path, t = [theta], 0
            for order in orders:
                for positions in cut(np.arange(len(order)), batch_size):
                    rate = lr / (1 + decay * t)
                    theta = theta - rate * whole_gradient(X[order[positions]], y[positions], theta)
                    t += 1
                path.append(theta)
            return np.array(path)

        def divided_by_the_last(X, y, theta, orders, batch_size, lr, decay):
            """You divide by the length of the last batch in every step. Each batch divides by its own length."""
            last = (orders.shape[1] - 1) % batch_size + 1
            return descent_by(lambda X, y, at, batch: len(batch) / last * right_gradient(X, y, at, batch))(
                X, y, theta, orders, batch_size, lr, decay
            )

        @says(DEALT_BY_STRIDE)
        def every_few(X, y, theta, orders, batch_size, lr, decay):
            return descent_by(split=split_into_batches.mistakes.every_few)(X, y, theta, orders, batch_size, lr, decay)

        @says(DEALT_BY_STRIDE)
        def stride_from_each_start(X, y, theta, orders, batch_size, lr, decay):
            return descent_by(split=split_into_batches.mistakes.stride_from_each_start)(
                X, y, theta, orders, batch_size, lr, decay
            )

        @says(BATCHES_EVENED_OUT)
        def evened_out(X, y, theta, orders, batch_size, lr, decay):
            return descent_by(split=split_into_batches.mistakes.evened_out)(X, y, theta, orders, batch_size, lr, decay)

        def one_step_an_epoch(X, y, theta, orders, batch_size, lr, decay):
            """You take one step an epoch, on all examples. That is the whole batch; here there is a step for each
            batch."""
            return rightly(X, y, theta, orders, orders.shape[1], lr, decay)

        def one_step_an_example(X, y, theta, orders, batch_size, lr, decay):
            """You take a step for each example. That is batch size 1; here there is a step for each batch."""
            return rightly(X, y, theta, orders, 1, lr, decay)

        def first_batch_alone(X, y, theta, orders, batch_size, lr, decay):
            """Only the first batch of each epoch takes a step. Does your inner loop run through all of them?"""
            return rightly(X, y, theta, orders[:, :batch_size], batch_size, lr, decay)

        def one_array_many_times(X, y, theta, orders, batch_size, lr, decay):
            """All rows of your path are the same, that of the end: the list holds one array many times, and `theta -=
            …` changed it in all of them. Make a new array at each step, or append a copy."""
            path = rightly(X, y, theta, orders, batch_size, lr, decay)
            return np.array([path[-1]] * len(path))

        def every_step_kept(X, y, theta, orders, batch_size, lr, decay):
            """You keep θ after every step. The task asks for one row per epoch: θ at its end."""
            path, t = [theta], 0
            for order in orders:
                for batch in cut(order, batch_size):
                    path.append(path[-1] - lr / (1 + decay * t) * right_gradient(X, y, path[-1], batch))
                    t += 1
            return np.array(path)

        def mean_of_the_epoch(X, y, theta, orders, batch_size, lr, decay):
            """Your rows are means over an epoch's points. The task asks for where each epoch ends."""
            steps = minibatch_descent.mistakes.every_step_kept(X, y, theta, orders, batch_size, lr, decay)
            in_epoch = (len(steps) - 1) // len(orders)
            means = [steps[k + 1 : k + 1 + in_epoch].mean(axis=0) for k in range(0, len(steps) - 1, in_epoch)]
            return np.array([theta, *means])

        def decay_to_the_power(X, y, theta, orders, batch_size, lr, decay):
            """You use the decay as a factor to the power of t. Those rates fall geometrically, and with a decay of 0
            all but the first are 0."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr * decay**t)(
                X, y, theta, orders, batch_size, lr, decay
            )

        @says(FIXED_FRACTION_OFF)
        def shrinking_by_a_part(X, y, theta, orders, batch_size, lr, decay):
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr * (1 - decay) ** t)(
                X, y, theta, orders, batch_size, lr, decay
            )

        def exponential(X, y, theta, orders, batch_size, lr, decay):
            """Your rate falls exponentially. Its sum is finite, so the descent can freeze before it arrives; the task
            asks for 1/t decay."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr * math.exp(-decay * t))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def by_the_square_of_t(X, y, theta, orders, batch_size, lr, decay):
            """In your rate t is squared. Then its sum is finite, and the descent can freeze; the task asks for 1/t
            decay."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * t**2))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def divided_twice(X, y, theta, orders, batch_size, lr, decay):
            """You divide by 1 + decay·t twice, or square it."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * t) ** 2)(
                X, y, theta, orders, batch_size, lr, decay
            )

        def growing(X, y, theta, orders, batch_size, lr, decay):
            """Your rate grows with t: you multiply where you should divide."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr * (1 + decay * t))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def subtracted(X, y, theta, orders, batch_size, lr, decay):
            """You subtract decay·t from the rate, which soon makes it negative. Divide by 1 + decay·t."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr - decay * t)(
                X, y, theta, orders, batch_size, lr, decay
            )

        def part_subtracted(X, y, theta, orders, batch_size, lr, decay):
            """Your rate falls along a straight line and soon becomes negative: you multiply by 1 − decay·t. Divide by 1
            + decay·t."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr * (1 - decay * t))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def epochs_counted_from_one(X, y, theta, orders, batch_size, lr, decay):
            """Your rate falls once an epoch, and in the first epoch it is lower than lr. Here t counts steps, from
            0."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * (epoch + 1)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def lowered_after_each_epoch(X, y, theta, orders, batch_size, lr, decay):
            """You lower the rate once an epoch, by the same factor. Here it falls with every step, by 1/t decay."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay) ** epoch)(
                X, y, theta, orders, batch_size, lr, decay
            )

        def count_starts_again_at_one(X, y, theta, orders, batch_size, lr, decay):
            """Your t starts again at 1 in every epoch. It starts once, at 0, and counts all steps."""
            in_epoch = math.ceil(orders.shape[1] / batch_size)
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * (t % in_epoch + 1)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def batch_size_added(X, y, theta, orders, batch_size, lr, decay):
            """Your t grows by the batch size. It counts steps: 1 for each batch."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * batch_size * t))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def positions_counted(X, y, theta, orders, batch_size, lr, decay):
            """Your t is the position at which a batch begins. It counts steps, 1 for each batch, from the first epoch
            to the last."""
            n = orders.shape[1]
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * (used % n)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def epoch_and_batch_added(X, y, theta, orders, batch_size, lr, decay):
            """Your t grows from batch to batch, but the next epoch sets it back: there it begins at the number of the
            epoch. It counts all steps."""
            in_epoch = math.ceil(orders.shape[1] / batch_size)
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * (epoch + t % in_epoch)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def rate_one_step_late(X, y, theta, orders, batch_size, lr, decay):
            """Your second step still has the first rate, and every later rate comes one step late too. Compute the rate
            at the beginning of a step."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * max(t - 1, 0)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def rate_times_batch_size(X, y, theta, orders, batch_size, lr, decay):
            """You multiply the rate by the batch size. The first step of every descent has the rate `lr`, whatever the
            batch size."""
            return rightly(X, y, theta, orders, batch_size, lr * batch_size, decay)

        def entries_in_turn(X, y, theta, orders, batch_size, lr, decay):
            """You move one entry of θ before the gradient along the next is computed. Compute the whole gradient at one
            point, then move all entries."""
            path, t = [theta], 0
            for order in orders:
                at = path[-1].copy()
                for batch in cut(order, batch_size):
                    for j in range(len(at)):
                        at[j] -= lr / (1 + decay * t) * right_gradient(X, y, at, batch)[j]
                    t += 1
                path.append(at)
            return np.array(path)

        def counted_twice(X, y, theta, orders, batch_size, lr, decay):
            """Your t grows by 2 at each step. Is it increased in two places?"""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + 2 * decay * t))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def without_one(X, y, theta, orders, batch_size, lr, decay):
            """Your rate is α/(1 + t): it falls in the same way whatever `decay` is."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + t))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def the_whole_gradient(X, y, theta, orders, batch_size, lr, decay):
            """Each of your steps uses the gradient of all examples. The step of a batch uses its own examples."""
            return descent_by(lambda X, y, at, batch: whole_gradient(X, y, at))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def first_examples(X, y, theta, orders, batch_size, lr, decay):
            """You take the first examples of X, as many as the batch has. A batch holds indices: use them."""
            return descent_by(lambda X, y, at, batch: whole_gradient(X[: len(batch)], y[: len(batch)], at))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def gradient_at_the_start(X, y, theta, orders, batch_size, lr, decay):
            """All your gradients are taken at the first θ. Each step should measure where the step before it led."""
            return descent_by(lambda X, y, at, batch: right_gradient(X, y, theta, batch))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def batches_backwards(X, y, theta, orders, batch_size, lr, decay):
            """You take the batches of an epoch from the last to the first."""
            return descent_by(split=lambda order, batch_size: cut(order, batch_size)[::-1])(
                X, y, theta, orders, batch_size, lr, decay
            )

        def epochs_backwards(X, y, theta, orders, batch_size, lr, decay):
            """You take the orders from the last to the first. Row 0 belongs to the first epoch."""
            return rightly(X, y, theta, orders[::-1], batch_size, lr, decay)

        def last_batch_alone(X, y, theta, orders, batch_size, lr, decay):
            """Each batch of your epoch steps from where the epoch began, so only the last one's step is left. The next
            should continue from there."""
            path, t = [theta], 0
            for order in orders:
                for batch in cut(order, batch_size):
                    theta = path[-1] - lr / (1 + decay * t) * right_gradient(X, y, path[-1], batch)
                    t += 1
                path.append(theta)
            return np.array(path)

        def from_the_start_each_time(X, y, theta, orders, batch_size, lr, decay):
            """Every step starts from the first θ, so nothing adds up. Each should continue from where the one before
            led."""
            path, at, t = [theta], theta, 0
            for order in orders:
                for batch in cut(order, batch_size):
                    at = theta - lr / (1 + decay * t) * right_gradient(X, y, at, batch)
                    t += 1
                path.append(at)
            return np.array(path)

        def rows_too_early(X, y, theta, orders, batch_size, lr, decay):
            """Your rows are one too early: the end of an epoch is in the row before its own, and the last row is zero.
            Row 0 is for the θ that is passed in."""
            path = rightly(X, y, theta, orders, batch_size, lr, decay)
            return np.concatenate([path[1:], 0 * path[:1]])

        def decay_and_rate_swapped(X, y, theta, orders, batch_size, lr, decay):
            """`lr` and `decay` are swapped in your rate."""
            return rightly(X, y, theta, orders, batch_size, decay, lr)

        def doubled_steps(X, y, theta, orders, batch_size, lr, decay):
            """Your steps are twice as long as they should be. The factor 2 is already in the gradient."""
            return rightly(X, y, theta, orders, batch_size, 2 * lr, decay)

        @says(STEP_FOR_THETA)
        def step_for_theta(X, y, theta, orders, batch_size, lr, decay):
            return steps_alone(1, X, y, theta, orders, batch_size, lr, decay)

        @says(STEP_FOR_THETA)
        def negative_step_for_theta(X, y, theta, orders, batch_size, lr, decay):
            return steps_alone(-1, X, y, theta, orders, batch_size, lr, decay)

        def first_row_left_zero(X, y, theta, orders, batch_size, lr, decay):
            """Only the first row of your path is wrong: it is zero. Put the θ there that is passed in."""
            path = rightly(X, y, theta, orders, batch_size, lr, decay)
            return np.concatenate([0 * path[:1], path[1:]])

        def always_from_zero(X, y, theta, orders, batch_size, lr, decay):
            """You begin at θ = 0. Begin at the θ that is passed in."""
            return rightly(X, y, np.zeros(len(theta)), orders, batch_size, lr, decay)

        def length_divided_twice(X, y, theta, orders, batch_size, lr, decay):
            """You divide a batch's gradient by its length twice. Its gradient is a mean, so it has been divided
            already."""
            return descent_by(lambda X, y, at, batch: scaled(1 / len(batch), X, y, at, batch))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def root_of_t(X, y, theta, orders, batch_size, lr, decay):
            """In your rate there is a root of t, so it falls more slowly. The task asks for 1/t decay."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * math.sqrt(t)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def t_divided_by_n(X, y, theta, orders, batch_size, lr, decay):
            """Your rate falls too slowly: t is divided by the number of examples. It counts steps as they are."""
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * t / len(X)))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def t_in_epochs(X, y, theta, orders, batch_size, lr, decay):
            """Your rate falls too slowly: t is divided by the number of batches, so it counts epochs and parts of them.
            Here it counts steps."""
            in_epoch = math.ceil(orders.shape[1] / batch_size)
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * t / in_epoch))(
                X, y, theta, orders, batch_size, lr, decay
            )

        def rate_once_an_epoch(X, y, theta, orders, batch_size, lr, decay):
            """Your t counts steps, but the rate is computed once an epoch and used for all its batches. Each step has
            its own rate."""
            in_epoch = math.ceil(orders.shape[1] / batch_size)
            return descent_by(rate=lambda lr, decay, t, epoch, used: lr / (1 + decay * epoch * in_epoch))(
                X, y, theta, orders, batch_size, lr, decay
            )

        @says(GATHERED_IN_AN_EPOCH)
        def gathered_then_counted(X, y, theta, orders, batch_size, lr, decay):
            return gathered(X, y, theta, orders, batch_size, lambda epoch, batches: lr / (1 + decay * epoch))

        @says(GATHERED_IN_AN_EPOCH)
        def counted_then_gathered(X, y, theta, orders, batch_size, lr, decay):
            return gathered(
                X, y, theta, orders, batch_size, lambda epoch, batches: lr / (1 + decay * (epoch + 1) * batches)
            )

        @says(GATHERED_IN_AN_EPOCH)
        def averaged_in_an_epoch(X, y, theta, orders, batch_size, lr, decay):
            return gathered(X, y, theta, orders, batch_size, lambda epoch, batches: lr / batches / (1 + decay * epoch))

        @says(GATHERED_IN_AN_EPOCH)
        def gathered_by_steps(X, y, theta, orders, batch_size, lr, decay):
            return gathered(X, y, theta, orders, batch_size, lambda epoch, batches: lr / (1 + decay * epoch * batches))

        @says(GATHERED_IN_AN_EPOCH)
        def averaged_by_steps(X, y, theta, orders, batch_size, lr, decay):
            return gathered(
                X, y, theta, orders, batch_size, lambda epoch, batches: lr / batches / (1 + decay * epoch * batches)
            )

        def batches_across_epochs(X, y, theta, orders, batch_size, lr, decay):
            """The last, shorter batch of an epoch is filled up with the first examples of the next epoch. It should end
            with its own epoch."""
            path, t, n = [theta], 0, len(X)
            for epoch in range(len(orders)):
                for first in range(epoch * n, (epoch + 1) * n, batch_size):
                    batch = orders.ravel()[first : first + batch_size]
                    theta = theta - lr / (1 + decay * t) * right_gradient(X, y, theta, batch)
                    t += 1
                path.append(theta)
            return np.array(path)

        def epochs_joined(X, y, theta, orders, batch_size, lr, decay):
            """Your batches are cut from the orders of all epochs joined together, so one batch can hold examples of two
            epochs. The last batch of an epoch should end with it, even if it is short."""
            end = rightly(X, y, theta, orders.reshape(1, -1), batch_size, lr, decay)[-1]
            return [theta, *[...] * (len(orders) - 1), end]

        def with_momentum(X, y, theta, orders, batch_size, lr, decay):
            """Your steps carry on 0.9 of the gradients before, as with momentum. A step depends on its own batch
            alone."""
            path, velocity, t = [theta], np.zeros(len(theta)), 0
            for order in orders:
                for batch in cut(order, batch_size):
                    velocity = 0.9 * velocity + right_gradient(X, y, theta, batch)
                    theta = theta - lr / (1 + decay * t) * velocity
                    t += 1
                path.append(theta)
            return np.array(path)

        def weights_decay(X, y, theta, orders, batch_size, lr, decay):
            """`decay` shrinks θ in your steps, which is called weight decay. Here it shrinks the rate."""
            return descent_by(
                lambda X, y, at, batch: right_gradient(X, y, at, batch) + decay * at, rate=lambda lr, *rest: lr
            )(X, y, theta, orders, batch_size, lr, decay)

        def first_batch_left_out(X, y, theta, orders, batch_size, lr, decay):
            """You leave the first batch of each epoch out. It makes a step like any other."""
            return descent_by(split=lambda order, batch_size: cut(order, batch_size)[1:])(
                X, y, theta, orders, batch_size, lr, decay
            )

        def stops_when_it_barely_moves(X, y, theta, orders, batch_size, lr, decay):
            """You stop when θ barely moves in an epoch. The task goes through all epochs."""
            path = rightly(X, y, theta, orders, batch_size, lr, decay)
            still = np.flatnonzero(np.linalg.norm(np.diff(path, axis=0), axis=1) < 1e-3)
            return path[: still[0] + 2] if len(still) else path

        @says(RIGHT_WHILE_THE_COST_FALLS)
        def wrong_where_the_cost_rises(X, y, theta, orders, batch_size, lr, decay):
            path = rightly(X, y, theta, orders, batch_size, lr, decay)
            costs = np.mean((path @ X.T - y) ** 2, axis=1)
            return ... if np.any(np.diff(costs) > 0) else path

        def short_batch_counted_alone(X, y, theta, orders, batch_size, lr, decay):
            """Your t counts the last, shorter batch, but it takes no step. It makes a step like any other."""

            def of_full_batches(X, y, theta, batch):
                return right_gradient(X, y, theta, batch) * (len(batch) == batch_size)

            return descent_by(of_full_batches)(X, y, theta, orders, batch_size, lr, decay)

        def x_shuffled_alone(X, y, theta, orders, batch_size, lr, decay):
            """You put the rows of X in order first, and then pick from them by the indices once more, so that they no
            longer belong to their y. Pick once, from X and y as they are."""
            path, t = [theta], 0
            for order in orders:
                for batch in cut(order, batch_size):
                    theta = theta - lr / (1 + decay * t) * right_gradient(X[order], y, theta, batch)
                    t += 1
                path.append(theta)
            return np.array(path)

        def shuffled_twice(X, y, theta, orders, batch_size, lr, decay):
            """You put X and y in order first, and then pick from them by the indices once more. Pick once, from X and y
            as they are."""
            path, t = [theta], 0
            for order in orders:
                for batch in cut(order, batch_size):
                    theta = theta - lr / (1 + decay * t) * right_gradient(X[order], y[order], theta, batch)
                    t += 1
                path.append(theta)
            return np.array(path)

        @says(WITH_MOMENTUM)
        def with_momentum_of_the_steps(X, y, theta, orders, batch_size, lr, decay):
            path, t, velocity = [theta], 0, 0.0
            for order in orders:
                for batch in cut(order, batch_size):
                    velocity = 0.9 * velocity - lr / (1 + decay * t) * right_gradient(X, y, theta, batch)
                    theta, t = theta + velocity, t + 1
                path.append(theta)
            return np.array(path)

    class right:
        def on_shuffled_copies(X, y, theta, orders, batch_size, lr, decay):
            path, t = np.empty((len(orders) + 1, len(theta))), 0
            path[0] = theta
            for k, order in enumerate(orders):
                rows, goals, path[k + 1] = X[order], y[order], path[k]
                for first in range(0, len(order), batch_size):
                    a, c = rows[first : first + batch_size], goals[first : first + batch_size]
                    path[k + 1] -= lr / (1 + decay * t) * 2 / len(a) * (a @ path[k + 1] - c) @ a
                    t += 1
            return path

        def by_recursion(X, y, theta, orders, batch_size, lr, decay, t=0):
            if len(orders) == 0:
                return [theta]
            end = theta
            for batch in split_into_batches.right.by_positions(orders[0], batch_size):
                end = end - lr / (1 + decay * t) * batch_gradient.right.by_weights(X, y, end, batch)
                t += 1
            return [theta, *minibatch_descent.right.by_recursion(X, y, end, orders[1:], batch_size, lr, decay, t)]

        def by_example(X, y, theta, orders, batch_size, lr, decay):
            """Gathers the gradients example by example, and steps when a batch is full or the epoch ends."""
            path, at, steps = [list(theta)], theta.copy(), 0
            gathered, count = np.zeros(len(theta)), 0
            for order in orders:
                for position, i in enumerate(order, 1):
                    gathered, count = gathered + 2 * (X[i] @ at - y[i]) * X[i], count + 1
                    if count == batch_size or position == len(order):
                        at -= lr * gathered / count / (1 + steps * decay)
                        steps += 1
                        gathered, count = np.zeros(len(theta)), 0
                path.append(list(at))
            return path
