"""Exercise 12: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import BUG_STILL_THERE, RATE_FORGOTTEN, says


def stable_softmax(scores, axis=1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def one_hot(labels, classes):
    return (labels[:, None] == np.arange(classes)).astype(float)


class softmax:
    def cases(rng):
        yield (np.array([[0.0, 1.0], [2.0, 2.0]]),)
        for n, classes in [(3, 3), (4, 3), (2, 4)]:
            yield (rng.normal(0, 2, (n, classes)).round(2),)
        # large ones in one row, small ones in another; beside the small ones the large row's maximum is out of reach
        yield (np.array([rng.normal(1000, 2, 3), rng.normal(-3, 2, 3), rng.normal(-1000, 2, 3)]).round(2),)
        yield (np.array([[-1000.0, 0.0, 1000.0], rng.normal(0, 1, 3).round(2)]),)

    class mistakes:
        def overflows(scores):
            """The powers of large scores overflow: eˢ is infinity from s = 710 on, and infinity divided by infinity is
            NaN. The probabilities stay the same if one number is subtracted from all scores of a row."""
            powers = np.exp(scores)
            return powers / powers.sum(axis=1, keepdims=True)

        def one_maximum_for_all(scores):
            """You subtract the largest score of the whole array. In a row that lies far below it all powers become 0,
            and 0/0 is NaN. Each row needs its own largest score."""
            powers = np.exp(scores - scores.max())
            return powers / powers.sum(axis=1, keepdims=True)

        def down_the_columns(scores):
            """Your columns add up to 1, not your rows. The classes of one example lie along a row: which axis is
            that?"""
            return stable_softmax(scores, axis=0)

        def one_sum_for_all(scores):
            """All entries together add up to 1. Each row is one example, and has to add up to 1 by itself."""
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            return powers / powers.sum()

        def powers_alone(scores):
            """These are powers that have not been divided by their sum: the rows do not add up to 1."""
            return np.exp(scores - scores.max(axis=1, keepdims=True))

        def without_powers(scores):
            """You divide the scores themselves by their sum. Negative scores then give negative probabilities; softmax
            takes powers of e first."""
            return scores / scores.sum(axis=1, keepdims=True)

        def without_keepdims(scores):
            """A row of n maxima or sums cannot be combined with n rows: NumPy refuses, or, where there are as many
            examples as classes, subtracts example 2's number from class 2. A column of shape (n, 1) is needed."""
            powers = np.exp(scores - scores.max(axis=1))
            return powers / powers.sum(axis=1)

        def the_winner_takes_all(scores):
            """The largest score gets 1 and all others 0. Softmax leaves something to the others."""
            return one_hot(scores.argmax(axis=1), scores.shape[1])

        def logarithms(scores):
            """These are the logarithms of the probabilities."""
            return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)

        def each_by_itself(scores):
            """You treat each score by itself, with 1/(1 + e⁻ˢ). Then the probabilities of a row do not add up to 1:
            each has to know the other scores of its row."""
            return 1 / (1 + np.exp(-scores))

        def scores_are_changed(scores):
            """The result is right, but the scores that were passed in have been changed: `scores -= …` writes into the
            caller's array."""
            scores -= scores.max(axis=1, keepdims=True)
            powers = np.exp(scores)
            return powers / powers.sum(axis=1, keepdims=True)

    class right:
        def row_by_row(scores):
            rows = []
            for row in scores:
                powers = [np.exp(s - max(row)) for s in row]
                rows.append([p / sum(powers) for p in powers])
            return rows

        def by_differences(scores):
            with np.errstate(over="ignore"):
                return 1 / np.exp(scores[:, None, :] - scores[:, :, None]).sum(axis=2)

        def by_logarithm(scores):
            return np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None])


def apart(rng, n, classes):
    """Scores whose entries in a row differ by at least a half, in any order."""
    steps = np.tile(np.arange(classes) * 1.5 - 2.0, (n, 1))
    return rng.permuted(steps, axis=1) + rng.uniform(-0.5, 0.5, (n, classes)).round(2)


def mostly_right(rng, scores):
    """Labels of which more than half are those of the largest scores."""
    labels = scores.argmax(axis=1)
    first, *others = rng.permutation(len(labels))[: rng.integers(1, (len(labels) + 1) // 2)]
    labels[first] += 1
    labels[others] += rng.integers(1, scores.shape[1], len(others))
    return labels % scores.shape[1]


class accuracy:
    def cases(rng):
        scores = np.array([[1.0, 0.0, -1.0], [0.0, 0.5, 2.0], [3.0, 1.0, 2.0], [0.0, 5.0, 1.0], [2.0, 3.0, 1.0]])
        yield scores, np.array([0, 2, 1, 1, 2])
        for n, classes in [(5, 5), (8, 3), (6, 4), (4, 4), (10, 10), (7, 2)]:
            scores = apart(rng, n, classes)
            scores[0, rng.integers(classes)] += 10.0  # the first example has the largest score of all
            yield scores, mostly_right(rng, scores)
        scores = apart(rng, 5, 3)
        yield scores, scores.argmax(axis=1)

    class mistakes:
        def along_the_examples(scores, labels):
            """You ask for each class which example has its largest score. Where there are as many examples as classes,
            nothing is refused and the number means nothing. For each example you want its largest class: look at the
            axis."""
            return np.mean(scores.argmax(axis=0) == labels)

        def smallest_score(scores, labels):
            """You take the class with the smallest score. The scores grow with the probability."""
            return np.mean(scores.argmin(axis=1) == labels)

        def share_of_mistakes(scores, labels):
            """This is the share of examples that are wrong."""
            return np.mean(scores.argmax(axis=1) != labels)

        def classes_from_one(scores, labels):
            """Your classes are one off from the labels. Both count from 0: the first column is class 0."""
            return np.mean(scores.argmax(axis=1) + 1 == labels)

        def without_axis(scores, labels):
            """Without an axis `argmax` gives one number for the whole array. Each example has its own largest score."""
            return np.mean(scores.argmax() == labels)

        def scores_for_classes(scores, labels):
            """You compare the largest score itself with the label. The label says where it should stand, not how large
            it is: there is a function for that."""
            return np.mean(scores.max(axis=1) == labels)

        def all_or_nothing(scores, labels):
            """You say whether all examples are right. The share of those that are right is wanted."""
            return float(np.all(scores.argmax(axis=1) == labels))

        def mean_probability(scores, labels):
            """This is the mean of the probabilities of the labels. Accuracy counts: an example is right or wrong,
            however sure the model is."""
            return np.mean(stable_softmax(scores)[np.arange(len(labels)), labels])

    class right:
        def by_counting(scores, labels):
            right = 0
            for row, label in zip(scores, labels, strict=True):
                right += all(row[label] >= other for other in row)
            return right / len(labels)

        def by_sorting(scores, labels):
            return np.count_nonzero(np.argsort(scores, axis=1)[:, -1] == labels) / len(labels)

        def of_probabilities(scores, labels):
            return float((stable_softmax(scores).argmax(1) == labels).sum()) / labels.size


def right_cost(scores, labels):
    """The mean cross-entropy of scores, shape (n, classes), with the powers kept from overflowing."""
    return np.mean(np.logaddexp.reduce(scores, axis=1) - scores[np.arange(len(labels)), labels])


LABELS_FROM_ONE = "You read the labels one off, as if they counted from 1. The first column is class 0."
SOFTMAX_DOWN_THE_COLUMNS = (
    "Your probabilities add up to 1 down the columns. The classes of one example lie along a row."
)


class cross_entropy:
    def cases(rng):
        yield np.array([[0.0, 0.0], [2.0, 1.0], [1.0, 4.0]]), np.array([0, 0, 1])
        for n, classes in [(4, 4), (5, 3), (6, 6), (2, 5), (7, 4)]:
            yield rng.normal(0, 2, (n, classes)).round(2), rng.integers(0, classes, n)
        yield rng.normal(1000, 2, (3, 4)).round(2), rng.integers(0, 4, 3)
        far = np.array([[0.0, -1000.0, 3.0], [1.0, 0.0, 2.0]])
        yield far, np.array([1, int(rng.integers(3))])
        yield rng.normal(-900, 2, (4, 3)).round(2), rng.integers(0, 3, 4)
        # large ones in one row, small ones in another, out of reach of the large row's maximum
        yield np.array([rng.normal(900, 2, 3), rng.normal(-900, 2, 3)]).round(2), rng.integers(0, 3, 2)

    class mistakes:
        def sum_of_powers_overflows(scores, labels):
            """The powers of large scores overflow, and those of very small ones are all 0: eˢ is infinity from s = 710
            on. Take each row's largest score out of the logarithm first."""
            return np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(labels)), labels])

        def naive_softmax_first(scores, labels):
            """Your softmax gives NaN where scores are large or all very small. And even a better one would give 0 for a
            class far behind, which has no logarithm. Compute the cost from the scores."""
            powers = np.exp(scores)
            return -np.mean(np.log((powers / powers.sum(axis=1, keepdims=True))[np.arange(len(labels)), labels]))

        def logarithm_of_zero(scores, labels):
            """The probability of a class far behind is rounded to 0, and you take its logarithm. Written with the
            scores, the cost of that example is a plain finite number."""
            return -np.mean(np.log(stable_softmax(scores)[np.arange(len(labels)), labels]))

        def helped_by_epsilon(scores, labels):
            """You add a small number to the probability, or cut it off below, so that its logarithm exists. That hides
            how wrong the worst examples are: their cost stops growing. Written with the scores, nothing has to be
            added."""
            return -np.mean(np.log(stable_softmax(scores)[np.arange(len(labels)), labels] + 1e-12))

        def largest_of_the_whole_array(scores, labels):
            """You subtract the largest score of the whole array. In a row that lies far below it all powers become 0,
            and 0 has no logarithm. Each row needs its own largest score."""
            log_sum = scores.max() + np.log(np.exp(scores - scores.max()).sum(axis=1))
            return np.mean(log_sum - scores[np.arange(len(labels)), labels])

        def maximum_not_put_back(scores, labels):
            """You subtract the largest score before the powers are taken and do not add it again after the
            logarithm."""
            log_sum = np.log(np.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1))
            return np.mean(log_sum - scores[np.arange(len(labels)), labels])

        def mean_over_classes_too(scores, labels):
            """Your mean is taken over all entries of the table, so it is divided by the number of classes as well.
            There is one cost for each example."""
            return right_cost(scores, labels) / scores.shape[1]

        def of_the_winner(scores, labels):
            """You take the probability of the class with the largest score, whether it is right or not. The labels do
            not matter then: a model that is always sure would cost nothing."""
            return right_cost(scores, scores.argmax(axis=1))

        def of_all_classes(scores, labels):
            """You add up −log p over all classes. Only the label's own probability counts."""
            return -np.mean(np.sum(scores - np.logaddexp.reduce(scores, axis=1)[:, None], axis=1))

        @says(LABELS_FROM_ONE)
        def labels_from_one(scores, labels):
            return right_cost(scores, labels - 1)

        def softmax_twice(scores, labels):
            """Softmax is taken of what is already softmax. The cost then never gets near 0, however good the scores
            are."""
            return right_cost(stable_softmax(scores), labels)

        def every_label_of_every_row(scores, labels):
            """`scores[:, labels]` takes, from every row, the columns of all labels: a table of shape (n, n). You want
            one entry of each row: index with the rows' numbers, too."""
            return np.mean(np.logaddexp.reduce(scores, axis=1)[:, None] - scores[:, labels])

        @says(SOFTMAX_DOWN_THE_COLUMNS)
        def softmax_down_the_columns(scores, labels):
            return np.mean(np.logaddexp.reduce(scores, axis=0)[labels] - scores[np.arange(len(labels)), labels])

        def logarithm_of_the_mean(scores, labels):
            """You take the mean of the probabilities first and then one logarithm. The cost is the mean of the
            logarithms: one example that is very wrong weighs much more in it."""
            return -np.log(np.mean(stable_softmax(scores)[np.arange(len(labels)), labels]))

    class right:
        by_logaddexp = right_cost

        def by_loop(scores, labels):
            total = 0.0
            for row, label in zip(scores, labels, strict=True):
                lead = max(row - row[label])
                total += np.log(sum(np.exp(s - row[label] - lead) for s in row)) + lead
            return total / len(labels)

        def with_one_hot(scores, labels):
            shifted = scores - scores.max(axis=1, keepdims=True)
            logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            return -np.sum(one_hot(labels, scores.shape[1]) * logarithms) / len(labels)


def right_gradient(X, scores, labels):
    """The gradient of the mean cross-entropy by the weights, shape (inputs, classes)."""
    return X.T @ (stable_softmax(scores) - one_hot(labels, scores.shape[1])) / len(X)


class cross_entropy_gradient:
    def cases(rng):
        yield np.array([[1.0, 2.0], [1.0, -1.0]]), np.array([[0.0, 0.0], [1.0, 0.0]]), np.array([0, 1])
        for n, d, classes in [(3, 2, 3), (5, 2, 3), (4, 1, 2), (4, 3, 4)]:
            X, scores = rng.normal(0, 2, (n, d)).round(2), rng.normal(0, 2, (n, classes)).round(2)
            labels = rng.permutation(np.arange(n) % classes)  # as many of each class as can be
            yield X, scores, labels
        yield rng.normal(0, 2, (4, 3)).round(2), rng.normal(1000, 2, (4, 3)).round(2), rng.permutation([0, 1, 2, 2])

    class mistakes:
        def sum_for_mean(X, scores, labels):
            """Your gradient adds up the examples. The cost is their mean: the n of the cost stands in its gradient as
            well."""
            return len(X) * right_gradient(X, scores, labels)

        def labels_left_out(X, scores, labels):
            """The labels do not come in: these are the probabilities times the inputs. From each example's
            probabilities 1 is taken away at its label."""
            return X.T @ stable_softmax(scores) / len(X)

        @says(LABELS_FROM_ONE)
        def one_label_off(X, scores, labels):
            return right_gradient(X, scores, (labels - 1) % scores.shape[1])

        def divided_by_classes(X, scores, labels):
            """You divide by the number of classes. The mean is over the examples: how many rows are there?"""
            return len(X) * right_gradient(X, scores, labels) / scores.shape[1]

        def divided_by_everything(X, scores, labels):
            """You divide by the number of entries of the table, examples times classes. There is one cost for each
            example, not one for each entry."""
            return right_gradient(X, scores, labels) / scores.shape[1]

        def columns_instead_of_entries(X, scores, labels):
            """`residual[:, labels] -= 1` takes 1 away from whole columns. One entry of each row is meant: index with
            the rows' numbers, too."""
            residual = stable_softmax(scores)
            residual[:, labels] -= 1
            return X.T @ residual / len(X)

        def written_into_the_scores(X, scores, labels):
            """The result is right, but the scores that were passed in have been changed. Work on what softmax returns,
            or on a copy."""
            result = right_gradient(X, scores, labels)
            scores[:] = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return result

        def softmax_overflows(X, scores, labels):
            """The softmax in it overflows where scores are large. Use the one of task 1."""
            powers = np.exp(scores)
            return X.T @ (powers / powers.sum(axis=1, keepdims=True) - one_hot(labels, scores.shape[1])) / len(X)

        def without_softmax(X, scores, labels):
            """The residual is made of the scores themselves. It is made of their probabilities."""
            return X.T @ (scores - one_hot(labels, scores.shape[1])) / len(X)

        @says(SOFTMAX_DOWN_THE_COLUMNS)
        def softmax_of_columns(X, scores, labels):
            return X.T @ (stable_softmax(scores, axis=0) - one_hot(labels, scores.shape[1])) / len(X)

        def slope_of_softmax_twice(X, scores, labels):
            """There is a factor p(1 − p) too many. The slope of softmax is already in P − Y: logarithm and powers
            cancel."""
            P = stable_softmax(scores)
            return X.T @ ((P - one_hot(labels, scores.shape[1])) * P * (1 - P)) / len(X)

        def product_of_means(X, scores, labels):
            """You multiply the mean input by the mean residual. The mean of the products is wanted: each example's
            residual goes with its own input."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return np.outer(X.mean(axis=0), residual.mean(axis=0))

    class right:
        by_product = right_gradient

        def by_examples(X, scores, labels):
            total = np.zeros((X.shape[1], scores.shape[1]))
            for x, row, label in zip(X, stable_softmax(scores), labels, strict=True):
                residual = row.copy()
                residual[label] -= 1
                total += np.outer(x, residual)
            return total / len(X)

        def by_classes(X, scores, labels):
            P = np.exp(scores - np.logaddexp.reduce(scores, axis=1)[:, None])
            columns = [np.mean(X * (P[:, k] - (labels == k))[:, None], axis=0) for k in range(scores.shape[1])]
            return np.column_stack(columns)


def training(X, labels, classes, lr, steps, start=0.0, gradient=right_gradient, judge=right_cost):
    weights = np.full((X.shape[1], classes), start)
    costs = [judge(X @ weights, labels)]
    for _ in range(steps):
        weights = weights - lr * gradient(X, X @ weights, labels)
        costs.append(judge(X @ weights, labels))
    return weights, np.array(costs)


def epoch(X, labels, weights, batches, lr, gradient=right_gradient):
    for inputs, answers in batches:
        weights = weights - lr * gradient(X[inputs], X[inputs] @ weights, labels[answers])
    return weights


def cut(order, size):
    return [order[k : k + size] for k in range(0, len(order), size)]


def pairs(order, size):
    return [(batch, batch) for batch in cut(order, size)]


class train_softmax:
    def cases(rng):
        yield np.array([[1.0, 2.0], [1.0, -1.0], [1.0, 0.5]]), np.array([0, 1, 0]), 2, 0.5, 2
        for n, d, classes, lr, steps in [(6, 1, 3, 0.3, 3), (5, 1, 4, 0.7, 2), (4, 2, 2, 1.1, 1)]:
            X = np.column_stack([np.ones(n), rng.normal(0, 1.5, (n, d)).round(2)])
            yield X, rng.permutation(np.arange(n) % classes), classes, lr, steps
        X = rng.normal(0, 1.5, (6, 2)).round(2)
        yield X, rng.permutation([0, 0, 1, 1, 2, 2]), 4, 0.4, 3  # one class without an example
        yield X, rng.permutation([0, 0, 1, 1, 2, 2]), 3, 0.2, 0
        yield 100 * X, rng.permutation([0, 0, 1, 1, 2, 2]), 3, 0.9, 2  # scores beyond 710 after one step

    class mistakes:
        def climbs(X, labels, classes, lr, steps):
            """Your cost grows: each step goes along the gradient, which points uphill. Look at the sign."""
            return training(X, labels, classes, -lr, steps)

        def from_ones(X, labels, classes, lr, steps):
            """Your weights start at 1, not at 0. The probabilities do not notice, since only differences of scores
            count, but the weights that come out are others."""
            return training(X, labels, classes, lr, steps, start=1.0)

        def gradient_of_the_start(X, labels, classes, lr, steps):
            """Every step uses the gradient at the zero weights. Scores and gradient belong to the weights of the
            moment: compute them anew in each turn."""
            first = right_gradient(X, np.zeros((len(X), classes)), labels)
            return training(X, labels, classes, lr, steps, gradient=lambda *_: first)

        def classes_that_occur(X, labels, classes, lr, steps):
            """You count the classes by the labels at hand, and lose those without an example. Their number is passed
            in."""
            return training(X, labels, labels.max() + 1, lr, steps)

        def steps_of_a_sum(X, labels, classes, lr, steps):
            """Your steps are n times too long: the gradient adds up the examples where their mean is wanted."""
            return training(X, labels, classes, lr * len(X), steps)

        def one_example_after_the_other(X, labels, classes, lr, steps):
            """You take a step for each example by itself. A step here uses all examples at once."""
            weights = np.zeros((X.shape[1], classes))
            costs = [right_cost(X @ weights, labels)]
            for _ in range(steps):
                weights = epoch(X, labels, weights, pairs(np.arange(len(X)), 1), lr)
                costs.append(right_cost(X @ weights, labels))
            return weights, np.array(costs)

        def costs_one_step_late(X, labels, classes, lr, steps):
            """The cost before the first step is there twice, and that after the last step is missing: after a step the
            cost belongs to the new weights, and so to new scores."""
            weights, costs = training(X, labels, classes, lr, steps)
            return weights, np.append(costs[:1], costs[:-1])

        def accuracies_for_costs(X, labels, classes, lr, steps):
            """What you note after each step is the accuracy. The cross-entropy is asked for."""
            return training(X, labels, classes, lr, steps, judge=lambda s, y: np.mean(s.argmax(axis=1) == y))

        @says(RATE_FORGOTTEN)
        def rate_forgotten(X, labels, classes, lr, steps):
            return training(X, labels, classes, 1.0, steps)

        def overflows(X, labels, classes, lr, steps):
            """Where the scores grow large, powers overflow, and NaN goes from the probabilities into the weights. Use
            the functions of tasks 1, 3 and 4."""
            return training(
                X,
                labels,
                classes,
                lr,
                steps,
                gradient=cross_entropy_gradient.mistakes.softmax_overflows,
                judge=cross_entropy.mistakes.sum_of_powers_overflows,
            )

        def squared_error_for_cross_entropy(X, labels, classes, lr, steps):
            """The steps go down the squared error of the scores: softmax is missing from the gradient."""
            return training(X, labels, classes, lr, steps, gradient=cross_entropy_gradient.mistakes.without_softmax)

    class right:
        step_by_step = training

        def as_in_the_lesson(X, labels, classes, lr, steps):
            weights, costs = np.zeros((X.shape[1], classes)), np.empty(steps + 1)
            for k in range(steps + 1):
                scores = X @ weights
                costs[k] = cross_entropy.right.by_loop(scores, labels)
                if k < steps:
                    weights = weights - lr * cross_entropy_gradient.right.by_examples(X, scores, labels)
            return weights, costs

        def of_rows(X, labels, classes, lr, steps):
            rows, Y = np.zeros((classes, X.shape[1])), one_hot(labels, classes)
            costs = []
            for k in range(steps + 1):
                logarithms = X @ rows.T - np.logaddexp.reduce(X @ rows.T, axis=1)[:, None]
                costs.append(-np.sum(logarithms * Y) / len(X))
                if k < steps:
                    rows = rows + lr * (Y - np.exp(logarithms)).T @ X / len(X)
            return [rows.T, costs]


def moving_columns(array):
    return array.max(axis=0) > array.min(axis=0)


def by_statistics_of(train, held_out, source, columns=None, ddof=0):
    keep = moving_columns(train) if columns is None else columns
    mean, std = source[:, keep].mean(axis=0), source[:, keep].std(axis=0, ddof=ddof)
    return (train[:, keep] - mean) / std, (held_out[:, keep] - mean) / std


class standardise_both:
    def cases(rng):
        yield np.array([[1.0, 7.0], [3.0, 7.0], [5.0, 7.0]]), np.array([[5.0, 7.0], [2.0, 8.0]])
        for n, m, p, still in [(3, 3, 2, []), (3, 2, 3, [1]), (5, 2, 4, [0, 3]), (2, 4, 3, [2])]:
            train = rng.integers(0, 17, (n, p)).astype(float)
            held_out = rng.integers(0, 17, (m, p)).astype(float)
            train[0], train[1] = 0.0, rng.integers(3, 17, p)  # so that each column varies
            held_out[0], held_out[1] = 1.0, rng.integers(4, 17, p)
            train[:, still] = 0 if n == 3 else rng.integers(1, 6)  # a column that does not vary need not be empty
            moving = next(k for k in range(p) if k not in still)
            if n == 5:
                held_out[:, moving] = 4.0  # still in the held-out examples, moving in training
                held_out[0, still] = 0.0  # and the other way round, below what training has there
            yield train, held_out

    class mistakes:
        def held_out_by_its_own(train, held_out):
            """The held-out examples are standardised by their own mean and spread. They are to be treated as if they
            came in one by one, later: only the training examples may be asked."""
            keep = moving_columns(train)
            own = held_out[:, keep]
            return by_statistics_of(train, held_out, train)[0], (own - own.mean(axis=0)) / own.std(axis=0)

        def by_both_together(train, held_out):
            """Mean and spread are taken over training and held-out examples together. So the held-out ones have helped
            to prepare themselves: ask the training examples alone."""
            return by_statistics_of(train, held_out, np.vstack([train, held_out]))

        def by_the_held_out(train, held_out):
            """Both arrays are standardised by the held-out examples. It is the other way around."""
            return by_statistics_of(train, held_out, held_out)

        def still_columns_kept(train, held_out):
            """A column that does not vary in training is divided by its spread of 0. Leave such columns out, of both
            arrays."""
            return by_statistics_of(train, held_out, train, columns=slice(None))

        def still_columns_by_one(train, held_out):
            """Columns that do not vary in training are still there. They are to be left out, of both arrays."""
            std = train.std(axis=0)
            std[std == 0] = 1
            return (train - train.mean(axis=0)) / std, (held_out - train.mean(axis=0)) / std

        def empty_columns_alone(train, held_out):
            """You leave out the columns that are 0 in all training examples. A column that has another value in all of
            them does not vary either, and its spread is 0."""
            return by_statistics_of(train, held_out, train, columns=train.any(axis=0))

        def columns_by_the_held_out(train, held_out):
            """Which columns are left out is decided by the held-out examples, or by both. Training alone decides, here
            too."""
            return by_statistics_of(train, held_out, train, columns=moving_columns(train) & moving_columns(held_out))

        def sample_spread(train, held_out):
            """Your standard deviation divides by n − 1. That of the whole population, with n, is asked for."""
            return by_statistics_of(train, held_out, train, ddof=1)

        def one_mean_for_all(train, held_out):
            """You use one mean and one spread for all columns. Each column has its own."""
            keep = moving_columns(train)
            mean, std = train[:, keep].mean(), train[:, keep].std()
            return (train[:, keep] - mean) / std, (held_out[:, keep] - mean) / std

        def spread_left_out(train, held_out):
            """The mean is taken away, but nothing is divided by the spread."""
            keep = moving_columns(train)
            mean = train[:, keep].mean(axis=0)
            return train[:, keep] - mean, held_out[:, keep] - mean

        def divided_by_variance(train, held_out):
            """You divide by the variance. The standard deviation is its root."""
            keep = moving_columns(train)
            mean, variance = train[:, keep].mean(axis=0), train[:, keep].var(axis=0)
            return (train[:, keep] - mean) / variance, (held_out[:, keep] - mean) / variance

        def held_out_forgotten(train, held_out):
            """The held-out examples come back as they were. A model trained on standardised examples can do nothing
            with them: they need the same shift and the same scale."""
            return by_statistics_of(train, held_out, train)[0], held_out[:, moving_columns(train)]

        def train_is_changed(train, held_out):
            """The result is right, but the training examples that were passed in have been changed: `train -= …` writes
            into the caller's array."""
            result = by_statistics_of(train, held_out, train)
            train -= train.mean(axis=0)
            return result

    class right:
        def column_by_column(train, held_out):
            columns = []
            for t, h in zip(train.T, held_out.T, strict=True):
                if len(set(t)) > 1:
                    mean = sum(t) / len(t)
                    std = np.sqrt(sum((t - mean) ** 2) / len(t))
                    columns.append(((t - mean) / std, (h - mean) / std))
            return np.column_stack([c[0] for c in columns]), np.column_stack([c[1] for c in columns])

        def stacked_then_split(train, held_out):
            keep = np.ptp(train, axis=0) > 0
            both = np.vstack([train, held_out])[:, keep]
            z = (both - both[: len(train)].mean(axis=0)) / both[: len(train)].std(axis=0)
            return [z[: len(train)], z[len(train) :]]


class train_epoch:
    def cases(rng):
        yield (
            np.array([[1.0, 2.0], [1.0, -1.0], [1.0, 0.5]]), np.array([0, 1, 1]), np.zeros((2, 2)),
            np.array([2, 0, 1]), 2, 0.5,
        )  # fmt: skip
        for n, d, classes, size, lr in [(7, 2, 3, 3, 0.4), (6, 1, 3, 2, 0.3), (5, 2, 4, 1, 0.2), (8, 2, 2, 5, 0.7)]:
            X, labels = rng.normal(0, 1.5, (n, d)).round(2), rng.permutation(np.arange(n) % classes)
            order = np.roll(rng.permutation(n), 1)
            while np.any(order == np.arange(n)) or np.array_equal(labels[order], labels):
                order = rng.permutation(n)
            yield X, labels, rng.normal(0, 0.5, (d, classes)).round(2), order, size, lr
        X, labels = rng.normal(0, 1.5, (4, 2)).round(2), rng.permutation([0, 1, 2, 0])
        # one batch, larger than the data
        yield X, labels, rng.normal(0, 0.5, (2, 3)).round(2), rng.permutation(4), 9, 0.4

    class mistakes:
        @says(BUG_STILL_THERE)
        def labels_stay_behind(X, labels, weights, order, batch_size, lr):
            as_they_stand = np.arange(len(X))
            return epoch(
                X, labels, weights, zip(cut(order, batch_size), cut(as_they_stand, batch_size), strict=True), lr
            )

        def examples_stay_behind(X, labels, weights, order, batch_size, lr):
            """Now the labels are put in order and the examples are not. Both must go through the same order."""
            as_they_stand = np.arange(len(X))
            return epoch(
                X, labels, weights, zip(cut(as_they_stand, batch_size), cut(order, batch_size), strict=True), lr
            )

        def order_ignored(X, labels, weights, order, batch_size, lr):
            """Examples and labels belong together now, but they are used as they stand. The order is passed in to be
            used."""
            return epoch(X, labels, weights, pairs(np.arange(len(X)), batch_size), lr)

        def short_batch_dropped(X, labels, weights, order, batch_size, lr):
            """Only full batches take a step: the examples of the short last one are never used."""
            full = [(b, b) for b in cut(order, batch_size) if len(b) == batch_size]
            return epoch(X, labels, weights, full, lr)

        def divided_by_all(X, labels, weights, order, batch_size, lr):
            """A batch's gradient is divided by the number of all examples. It is the mean over the batch's own."""
            shrunk = lambda x, s, y: right_gradient(x, s, y) * len(x) / len(X)  # noqa: E731
            return epoch(X, labels, weights, pairs(order, batch_size), lr, shrunk)

        def divided_by_batch_size(X, labels, weights, order, batch_size, lr):
            """The short last batch is divided by the full batch size. It is the mean over its own examples, however
            few."""
            shrunk = lambda x, s, y: right_gradient(x, s, y) * len(x) / batch_size  # noqa: E731
            return epoch(X, labels, weights, pairs(order, batch_size), lr, shrunk)

        def slopes_of_the_start(X, labels, weights, order, batch_size, lr):
            """All batches measure their gradient at the weights where the epoch began. Each starts where the one before
            has led."""
            return weights - lr * sum(right_gradient(X[b], X[b] @ weights, labels[b]) for b in cut(order, batch_size))

        def weights_are_changed(X, labels, weights, order, batch_size, lr):
            """The result is right, but the weights that were passed in have been changed: `weights -= …` writes into
            the caller's array."""
            weights[:] = epoch(X, labels, weights, pairs(order, batch_size), lr)
            return weights

        def climbs(X, labels, weights, order, batch_size, lr):
            """Each step goes along the gradient, which points uphill. Look at the sign."""
            return epoch(X, labels, weights, pairs(order, batch_size), -lr)

        def one_step_with_all(X, labels, weights, order, batch_size, lr):
            """You take one step with all examples. The order is to be cut into batches, and each takes a step."""
            return epoch(X, labels, weights, pairs(order, len(X)), lr)

    class right:
        def on_reordered_copies(X, labels, weights, order, batch_size, lr):
            X, labels = X[order], labels[order]
            return epoch(X, labels, weights, pairs(np.arange(len(X)), batch_size), lr)

        def with_while(X, labels, weights, order, batch_size, lr):
            left, weights = list(order), weights.copy()
            while left:
                batch, left = left[:batch_size], left[batch_size:]
                weights -= lr * cross_entropy_gradient.right.by_classes(X[batch], X[batch] @ weights, labels[batch])
            return weights
