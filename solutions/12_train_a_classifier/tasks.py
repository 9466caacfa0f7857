"""Exercise 12: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import BUG_STILL_THERE, RATE_FORGOTTEN, says


def stable_softmax(scores, axis=1):
    powers = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def one_hot(labels, classes):
    return (labels[:, None] == np.arange(classes)).astype(float)


TOO_LITTLE_SUBTRACTED = (
    "You subtract a number that can be far below the largest score of the row, so the powers still overflow where the "
    "scores of a row differ widely. Subtract the largest."
)


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
            NaN. The probabilities stay the same if you subtract one number from all scores of a row."""
            powers = np.exp(scores)
            return powers / powers.sum(axis=1, keepdims=True)

        def one_maximum_for_all(scores):
            """You subtract the largest score of the whole array. In a row far below it all powers become 0, and 0/0 is
            NaN. Each row needs its own largest score."""
            powers = np.exp(scores - scores.max())
            return powers / powers.sum(axis=1, keepdims=True)

        def down_the_columns(scores):
            """Your columns add up to 1, not your rows. The classes of one example are in a row: which axis is that?"""
            return stable_softmax(scores, axis=0)

        def one_sum_for_all(scores):
            """All entries together add up to 1. Each row is one example, and has to add up to 1 on its own."""
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            return powers / powers.sum()

        def powers_alone(scores):
            """These are the powers, not yet divided by their sum: the rows do not add up to 1."""
            return np.exp(scores - scores.max(axis=1, keepdims=True))

        def without_powers(scores):
            """You divide the scores themselves by their sum. Negative scores then give negative probabilities; softmax
            takes powers of e first."""
            return scores / scores.sum(axis=1, keepdims=True)

        def without_keepdims(scores):
            """A row of n maxima or sums does not combine with n rows. NumPy raises an error, or, if there are as many
            examples as classes, subtracts example 2's number from class 2. You need a column of shape (n, 1)."""
            powers = np.exp(scores - scores.max(axis=1))
            return powers / powers.sum(axis=1)

        def the_winner_takes_all(scores):
            """The largest score gets 1 and all others 0. Softmax leaves something to the others."""
            return one_hot(scores.argmax(axis=1), scores.shape[1])

        def logarithms(scores):
            """These are the logarithms of the probabilities."""
            return scores - np.logaddexp.reduce(scores, axis=1, keepdims=True)

        def each_by_itself(scores):
            """You treat each score separately, with 1/(1 + e⁻ˢ), so the probabilities of a row do not add up to 1. Each
            of them depends on the other scores of its row."""
            return 1 / (1 + np.exp(-scores))

        def scores_are_changed(scores):
            """The result is right, but you changed the scores that were passed in: `scores -= …` writes into the
            caller's array."""
            scores -= scores.max(axis=1, keepdims=True)
            powers = np.exp(scores)
            return powers / powers.sum(axis=1, keepdims=True)

        def another_base(scores):
            """You take powers of 2. Softmax takes powers of e."""
            powers = 2 ** (scores - scores.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        def base_ten(scores):
            """You take powers of 10. Softmax takes powers of e."""
            powers = 10 ** (scores - scores.max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        def divided_by_the_examples(scores):
            """You divide the powers by the number of examples. Divide each row by its own sum."""
            return np.exp(scores - scores.max(axis=1, keepdims=True)) / len(scores)

        def cut_off(scores):
            """You cut off the scores so that their powers do not overflow. Where two are cut to the same value, their
            difference is lost: subtract instead."""
            return stable_softmax(np.clip(scores, -700, 700))

        def scaled_down(scores):
            """You divide the scores by 1000 so that their powers do not overflow. That changes their differences, and
            with them the probabilities: subtract instead."""
            return stable_softmax(scores / 1000)

        def divided_by_the_largest(scores):
            """You divide the scores by the largest of their row, which changes their differences, and with them the
            probabilities. Subtract it instead."""
            return stable_softmax(scores / scores.max(axis=1, keepdims=True))

        def divided_by_the_largest_absolute_value(scores):
            """You divide the scores of each row by the largest absolute value in it, which changes their differences,
            and with them the probabilities: subtract instead."""
            return stable_softmax(scores / abs(scores).max(axis=1, keepdims=True))

        def signs_dropped(scores):
            """You drop the signs of the scores. A negative score makes a small power, not a large one."""
            return stable_softmax(abs(scores))

        def negative_scores_as_zero(scores):
            """You replace negative scores by 0 and divide by the sum, without taking powers of e."""
            return np.maximum(scores, 0) / np.maximum(scores, 0).sum(axis=1, keepdims=True)

        def length_one(scores):
            """Your rows have length 1: the *squares* of a row's entries add up to 1. The entries themselves should."""
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            return powers / np.linalg.norm(powers, axis=1, keepdims=True)

        def one_class_more(scores):
            """You add 1 to the sum of the powers, as if there were one class more. The rows then add up to less than
            1."""
            powers = np.exp(scores - scores.max(axis=1, keepdims=True))
            return powers / (1 + powers.sum(axis=1, keepdims=True))

        def nan_replaced(scores):
            """You replace NaN by 0. That hides the overflow and does not avoid it: the row has lost its largest
            probability."""
            powers = np.exp(scores)
            return np.nan_to_num(powers / powers.sum(axis=1, keepdims=True))

        def whole_scores(scores):
            """You cut the scores to whole numbers."""
            return stable_softmax(scores.astype(int).astype(float))

        def halved_scores(scores):
            """You halve the scores before taking powers, which makes the probabilities more even."""
            return stable_softmax(scores / 2)

        def sorted_rows(scores):
            """You sort the probabilities of each row. The first column belongs to class 0."""
            return np.sort(stable_softmax(scores), axis=1)

        def added_up(scores):
            """You add up the probabilities along the row. Return the probability of each class."""
            return np.cumsum(stable_softmax(scores), axis=1)

        def of_the_others(scores):
            """These are the probabilities that it is *not* the class."""
            return 1 - stable_softmax(scores)

        def shifted_above_only(scores):
            """You subtract the largest score above the fraction line and not below it. It cancels only if it is in
            both."""
            return np.exp(scores - scores.max(axis=1, keepdims=True)) / np.exp(scores).sum(axis=1, keepdims=True)

        def powers_shifted(scores):
            """You subtract the largest score from the powers. Subtract it from the scores, before taking powers."""
            powers = np.exp(scores) - scores.max(axis=1, keepdims=True)
            return powers / powers.sum(axis=1, keepdims=True)

        def divided_by_the_entries(scores):
            """You divide the powers by the number of entries. Divide each row by its own sum."""
            return np.exp(scores - scores.max(axis=1, keepdims=True)) / scores.size

        @says(the_winner_takes_all.__doc__)
        def all_winners_take_all(scores):
            return (scores == scores.max(axis=1, keepdims=True)).astype(float)

        @says(logarithms.__doc__)
        def logarithms_of_zero(scores):
            return np.log(stable_softmax(scores))

        @says(TOO_LITTLE_SUBTRACTED)
        def mean_subtracted(scores):
            powers = np.exp(scores - scores.mean(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        @says(TOO_LITTLE_SUBTRACTED)
        def smallest_subtracted(scores):
            powers = np.exp(scores - scores.min(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        def largest_size_subtracted(scores):
            """You subtract a number that can be far above the largest score of the row. Then all powers of the row
            become 0, and 0/0 is NaN. Subtract the largest score itself."""
            powers = np.exp(scores - abs(scores).max(axis=1, keepdims=True))
            return powers / powers.sum(axis=1, keepdims=True)

        @says(nan_replaced.__doc__)
        def nan_replaced_after_all(scores):
            powers = np.exp(scores - scores.min(axis=1, keepdims=True))
            return np.nan_to_num(powers / powers.sum(axis=1, keepdims=True))

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


def answered(rng, least):
    """Scores and labels: at least least[k] examples of class k, none where that is 0, and any share of them right."""
    counts = [k and k + rng.integers(0, 3) for k in least]
    right = [rng.integers(0, count + 1) for count in counts]
    n, classes = sum(counts), len(counts)
    labels = np.repeat(np.arange(classes), counts)
    correct = np.concatenate([np.arange(count) < r for count, r in zip(counts, right, strict=True)])
    said = np.where(correct, labels, (labels + rng.integers(1, classes, n)) % classes)
    scores, rows = apart(rng, n, classes), np.arange(n)
    largest = scores.argmax(axis=1)
    scores[rows, largest], scores[rows, said] = scores[rows, said], scores[rows, largest]
    order = rng.permutation(n)
    return scores[order].round(2), labels[order]


def recalls(said, labels, classes):
    """The share of each class's examples that are classified correctly; NaN for a class without examples."""
    with np.errstate(invalid="ignore"):
        return np.bincount(labels[said == labels], minlength=classes) / np.bincount(labels, minlength=classes)


def precisions(said, labels, classes):
    return recalls(labels, said, classes)


class balanced_accuracy:
    def cases(rng):
        scores = [[2.0, 1, 0], [3, -1, 1], [1, 0, -2], [0, -1, 2], [-1, 1, 0], [2, 1.5, 0]]
        yield np.array(scores), np.array([0, 0, 0, 0, 1, 1])
        yield np.array([[1.0, 0.0], [2.0, -1.0], [0.5, 0.0], [3.0, 2.0]]), np.array([0, 0, 1, 0])  # always 0
        yield answered(rng, [5, 1, 2])
        yield answered(rng, [3, 0, 4, 2])  # a class without an example
        yield answered(rng, [4, 2])
        yield answered(rng, [1, 2, 3, 1, 3])
        scores, labels = answered(rng, [3, 2, 4])
        yield (scores / 10).round(3), labels  # the largest score is worth less than a half
        yield answered(rng, [2, 0, 0, 3, 1, 4])

    class mistakes:
        def every_example_alike(scores, labels):
            """This is the accuracy. Every example counts the same in it, so a frequent class counts for more than a
            rare one."""
            return np.mean(scores.argmax(axis=1) == labels)

        def absent_classes_count_as_zero(scores, labels):
            """Classes without an example count in your mean, as 0. Such a class has no recall: leave it out."""
            return np.nan_to_num(recalls(scores.argmax(axis=1), labels, scores.shape[1])).mean()

        def absent_classes_count_as_one(scores, labels):
            """A class without an example counts as completely right in your mean. Leave it out."""
            return np.nan_to_num(recalls(scores.argmax(axis=1), labels, scores.shape[1]), nan=1.0).mean()

        def nothing_by_nothing(scores, labels):
            """A class without an example makes your mean NaN: its recall is 0/0. Leave such classes out."""
            return recalls(scores.argmax(axis=1), labels, scores.shape[1]).mean()

        def classes_up_to_the_largest(scores, labels):
            """You count the classes up to the largest label, and a class without an example among them counts as 0.
            Leave it out of the mean."""
            return np.nan_to_num(recalls(scores.argmax(axis=1), labels, scores.shape[1]))[: labels.max() + 1].mean()

        def as_many_classes_as_occur(scores, labels):
            """You count the labels that occur, and take the classes from 0 up to that count. If one is missing in
            between, a class at the end is left out."""
            count = len(np.unique(labels))
            return np.nanmean(recalls(scores.argmax(axis=1), labels, scores.shape[1])[:count])

        def by_what_was_said(scores, labels):
            """You group the examples by the class that the scores give (which makes it *precision*). Group them by
            their label."""
            return np.nanmean(precisions(scores.argmax(axis=1), labels, scores.shape[1]))

        def not_averaged(scores, labels):
            """These are the recalls of the single classes. Return their mean, one number."""
            found = recalls(scores.argmax(axis=1), labels, scores.shape[1])
            return found[~np.isnan(found)]

        def one_for_each_class(scores, labels):
            """These are the recalls of all classes, one by one. Return their mean, one number, without the classes that
            have no example."""
            return np.nan_to_num(recalls(scores.argmax(axis=1), labels, scores.shape[1]))

        def along_the_examples(scores, labels):
            """You ask for each class which example has its largest score. For each example you need its largest class:
            look at the axis."""
            said = scores.argmax(axis=0)
            return np.mean([np.mean(said[labels == k] == k) for k in np.unique(labels)])

        def smallest_score(scores, labels):
            """You take the class with the smallest score. The larger the score, the larger the probability."""
            return np.nanmean(recalls(scores.argmin(axis=1), labels, scores.shape[1]))

        def share_of_mistakes(scores, labels):
            """This is the mean share of the examples that are wrong. The task asks for those that are right."""
            return 1 - np.nanmean(recalls(scores.argmax(axis=1), labels, scores.shape[1]))

        def more_than_half(scores, labels):
            """An example counts as right in your code only if its label has more than half of the probability. It is
            enough that no other class has more."""
            chance = stable_softmax(scores)[np.arange(len(labels)), labels]
            return np.mean([np.mean(chance[labels == k] > 0.5) for k in np.unique(labels)])

        def probabilities_averaged(scores, labels):
            """You average the probabilities of the labels. An example is right or wrong, however certain the model
            is."""
            chance = stable_softmax(scores)[np.arange(len(labels)), labels]
            return np.mean([np.mean(chance[labels == k]) for k in np.unique(labels)])

        def positive_scores(scores, labels):
            """An example counts as right in your code if the score of its label is above 0. A score of 0 means nothing
            in particular: compare it with the others in its row."""
            own = scores[np.arange(len(labels)), labels]
            return np.mean([np.mean(own[labels == k] > 0) for k in np.unique(labels)])

        def classes_from_one(scores, labels):
            """Your classes are one off from the labels. Both count from 0: the first column is class 0."""
            return np.nanmean(recalls(scores.argmax(axis=1) + 1, labels, scores.shape[1]))

        def worst_class(scores, labels):
            """This is the recall of the worst class. The task asks for the mean over the classes."""
            return np.nanmin(recalls(scores.argmax(axis=1), labels, scores.shape[1]))

        def best_class(scores, labels):
            """This is the recall of the best class. The task asks for the mean over the classes."""
            return np.nanmax(recalls(scores.argmax(axis=1), labels, scores.shape[1]))

        def middle_class(scores, labels):
            """You take the median of the classes' recalls. The task asks for their mean."""
            return np.nanmedian(recalls(scores.argmax(axis=1), labels, scores.shape[1]))

        def first_class_alone(scores, labels):
            """This is the recall of the first class only. Is your `return` inside the loop or after it?"""
            return recalls(scores.argmax(axis=1), labels, scores.shape[1])[0]

        def counts_for_shares(scores, labels):
            """You average how many examples of each class are right. Divide by how many there are of the class."""
            said = scores.argmax(axis=1)
            return np.mean([np.sum(said[labels == k] == k) for k in np.unique(labels)])

        def right_ones_among_all(scores, labels):
            """You divide the right examples of each class by the number of all examples. Divide by how many there are
            of the class."""
            said = scores.argmax(axis=1)
            return np.mean([np.mean((said == k) & (labels == k)) for k in np.unique(labels)])

        def classes_added(scores, labels):
            """You add up the recalls of the classes. The task asks for their mean."""
            return np.nansum(recalls(scores.argmax(axis=1), labels, scores.shape[1]))

        def each_class_against_the_rest(scores, labels):
            """For each class you also count the examples that rightly are *not* put into it. Only the examples that
            have the label belong in its recall."""
            said = scores.argmax(axis=1)
            return np.mean([np.mean((said == k) == (labels == k)) for k in np.unique(labels)])

        def by_what_was_said_of_those_that_occur(scores, labels):
            """For each label you look at the examples that the scores put into that class (which makes it precision).
            Look at the examples that have the label."""
            found = precisions(scores.argmax(axis=1), labels, scores.shape[1])
            return np.mean(found[np.unique(labels)])

        def classes_that_are_given(scores, labels):
            """You go through the classes that the scores give. One that has no example makes your mean NaN, and one
            that is never given is left out. Go through the classes that occur in the labels."""
            said = scores.argmax(axis=1)
            return np.mean(recalls(said, labels, scores.shape[1])[np.unique(said)])

        def classes_never_given_left_out(scores, labels):
            """You leave out classes that the scores never give. If they have examples, their recall is 0, and
            counts."""
            said = scores.argmax(axis=1)
            return np.mean(recalls(said, labels, scores.shape[1])[np.intersect1d(said, labels)])

        def absent_classes_count_as_half(scores, labels):
            """A class without an example counts as half right in your mean. Leave it out."""
            return np.nan_to_num(recalls(scores.argmax(axis=1), labels, scores.shape[1]), nan=0.5).mean()

        def divided_by_the_examples(scores, labels):
            """You add up the recalls of the classes and divide by the number of examples. How many recalls are
            there?"""
            return np.nansum(recalls(scores.argmax(axis=1), labels, scores.shape[1])) / len(labels)

        def product_of_shares(scores, labels):
            """You multiply the recalls of the classes. The task asks for their mean."""
            return np.nanprod(recalls(scores.argmax(axis=1), labels, scores.shape[1]))

        def geometric_mean(scores, labels):
            """You take the geometric mean. The task asks for the arithmetic one: the sum divided by the number of
            classes."""
            found = recalls(scores.argmax(axis=1), labels, scores.shape[1])
            return np.nanprod(found) ** (1 / np.sum(~np.isnan(found)))

        def scores_for_classes(scores, labels):
            """You compare the largest score itself with the label. The label is a position in the row: there is a
            function for that."""
            largest = scores.max(axis=1)
            return np.mean([np.mean(largest[labels == k] == k) for k in np.unique(labels)])

        def more_than_chance(scores, labels):
            """An example counts as right in your code if its label has at least an equal share of the probability. No
            other class may have more."""
            ok = stable_softmax(scores)[np.arange(len(labels)), labels] >= 1 / scores.shape[1]
            return np.mean([np.mean(ok[labels == k]) for k in np.unique(labels)])

        def among_the_first_two(scores, labels):
            """An example counts as right in your code if its label is among the two largest scores. It has to be the
            largest."""
            ok = np.sum(scores > scores[np.arange(len(labels)), labels][:, None], axis=1) < 2
            return np.mean([np.mean(ok[labels == k]) for k in np.unique(labels)])

        def above_chance(scores, labels):
            """You subtract what guessing would give. The task asks for the mean recall itself."""
            found, k = np.nanmean(recalls(scores.argmax(axis=1), labels, scores.shape[1])), scores.shape[1]
            return (found - 1 / k) / (1 - 1 / k)

        def each_column_against_the_rest(scores, labels):
            """For every column you also count the examples that rightly are *not* put into its class. Only the examples
            that have the label belong in its recall."""
            said = scores.argmax(axis=1)
            return np.mean([np.mean((said == k) == (labels == k)) for k in range(scores.shape[1])])

        def overlap(scores, labels):
            """You also divide by the examples that the scores wrongly put into the class. Divide by those that have its
            label."""
            said = scores.argmax(axis=1)
            either = [np.sum((said == k) | (labels == k)) for k in np.unique(labels)]
            return np.mean([np.sum((said == k) & (labels == k)) for k in np.unique(labels)] / np.array(either))

        def f_one(scores, labels):
            """This is the mean F1, which mixes recall with precision. The task asks for the recall alone."""
            said, occur = scores.argmax(axis=1), np.unique(labels)
            counts = [np.sum(said == k) + np.sum(labels == k) for k in occur]
            return np.mean(2 * np.array([np.sum((said == k) & (labels == k)) for k in occur]) / counts)

        def last_class_alone(scores, labels):
            """This is the recall of the last class only. Does each turn of the loop overwrite what the turn before has
            found?"""
            return recalls(scores.argmax(axis=1), labels, scores.shape[1])[labels.max()]

        def last_class_shared_out(scores, labels):
            """Only the last class's recall is in your sum. Does each turn of the loop overwrite the sum? Add to it."""
            found = recalls(scores.argmax(axis=1), labels, scores.shape[1])
            return found[labels.max()] / len(np.unique(labels))

        def two_classes(scores, labels):
            """You look at the classes 0 and 1 only. There may be more."""
            return recalls(scores.argmax(axis=1), labels, scores.shape[1])[:2].mean()

        def without_class_zero(scores, labels):
            """You begin with class 1. Classes count from 0."""
            return np.nanmean(recalls(scores.argmax(axis=1), labels, scores.shape[1])[1:])

        def said_against_labels(scores, labels):
            """You divide how often a class is given by how often it is a label, whether rightly given or not. Count the
            examples with the label that are right."""
            said = scores.argmax(axis=1)
            return np.mean([np.sum(said == k) / np.sum(labels == k) for k in np.unique(labels)])

        def middle_of_best_and_worst(scores, labels):
            """You take the middle between the best and the worst class. The task asks for the mean over all of them."""
            found = recalls(scores.argmax(axis=1), labels, scores.shape[1])
            return (np.nanmax(found) + np.nanmin(found)) / 2

        def classes_with_a_right_one(scores, labels):
            """You count the classes that have a right example. What is the recall of each?"""
            return np.nanmean(recalls(scores.argmax(axis=1), labels, scores.shape[1]) > 0) * (
                scores.shape[1] / len(np.unique(labels))
            )

        def scores_averaged(scores, labels):
            """You average the scores of the labels. A recall counts how often the label's score is the largest."""
            return np.mean([scores[labels == k, k].mean() for k in np.unique(labels)])

        def as_many_from_zero(scores, labels):
            """You count how many classes occur, and take that many from 0 upwards. The ones that occur may be others:
            `np.unique(labels)` lists them."""
            count = len(np.unique(labels))
            return recalls(scores.argmax(axis=1), labels, scores.shape[1])[:count].mean()

        def harmonic_mean(scores, labels):
            """You take the harmonic mean of the recalls. The task asks for the plain one."""
            shares = recalls(scores.argmax(axis=1), labels, scores.shape[1])
            shares = shares[~np.isnan(shares)]
            return len(shares) / np.sum(1 / np.maximum(shares, 1e-9))

        def first_class_shared_out(scores, labels):
            """Only the first class's recall is in your sum. Is your `return` inside the loop or after it?"""
            found = recalls(scores.argmax(axis=1), labels, scores.shape[1])
            return found[labels.min()] / len(np.unique(labels))

        @says(as_many_from_zero.__doc__)
        def as_many_from_zero_or_zero(scores, labels):
            count = len(np.unique(labels))
            return np.nan_to_num(recalls(scores.argmax(axis=1), labels, scores.shape[1]))[:count].mean()

        def largest_label_left_out(scores, labels):
            """The class with the largest label is missing from your mean. Does your `range` end too early?"""
            found = recalls(scores.argmax(axis=1), labels, scores.shape[1])[: labels.max()]
            return np.mean(found[~np.isnan(found)])

        @says(by_what_was_said.__doc__)
        def by_what_was_said_or_zero(scores, labels):
            return np.nan_to_num(precisions(scores.argmax(axis=1), labels, scores.shape[1])).mean()

        @says(by_what_was_said_of_those_that_occur.__doc__)
        def by_what_was_said_of_those_that_occur_or_zero(scores, labels):
            found = precisions(scores.argmax(axis=1), labels, scores.shape[1])
            return np.nan_to_num(found)[np.unique(labels)].mean()

        @says(by_what_was_said_of_those_that_occur.__doc__)
        def by_what_was_said_of_those_that_occur_if_any(scores, labels):
            found = precisions(scores.argmax(axis=1), labels, scores.shape[1])[np.unique(labels)]
            return np.nan_to_num(np.sum(found[~np.isnan(found)]) / max(1, np.sum(~np.isnan(found))))

        def classes_without_a_right_one_left_out(scores, labels):
            """You leave out the classes of which no example is right. If they have examples, their recall is 0, and
            counts."""
            found = recalls(scores.argmax(axis=1), labels, scores.shape[1])
            return found[found > 0].mean() if np.any(found > 0) else 0.0

        @says(above_chance.__doc__)
        def above_chance_among_those_that_occur(scores, labels):
            found, k = np.nanmean(recalls(scores.argmax(axis=1), labels, scores.shape[1])), len(np.unique(labels))
            return (found - 1 / k) / (1 - 1 / k)

        @says(above_chance.__doc__)
        def above_chance_or_zero(scores, labels):
            found, k = np.nanmean(recalls(scores.argmax(axis=1), labels, scores.shape[1])), len(np.unique(labels))
            return max(0.0, (found - 1 / k) / (1 - 1 / k))

    class right:
        def by_counting(scores, labels):
            right, all_of_it = {}, {}
            for row, label in zip(scores.tolist(), labels.tolist(), strict=True):
                all_of_it[label] = all_of_it.get(label, 0) + 1
                right[label] = right.get(label, 0) + all(row[label] >= other for other in row)
            return sum(right[k] / all_of_it[k] for k in right) / len(right)

        def by_weights(scores, labels):
            """Each example has the weight 1 / (examples of its class)."""
            weights = 1 / np.bincount(labels)[labels]
            return float(np.average(scores.argmax(1) == labels, weights=weights))

        def by_table(scores, labels):
            """The confusion matrix, one row for each label."""
            table = np.zeros((scores.shape[1], scores.shape[1]))
            np.add.at(table, (labels, np.argsort(scores, axis=1)[:, -1]), 1)
            occur = table.sum(axis=1) > 0
            return np.mean(table.diagonal()[occur] / table.sum(axis=1)[occur])


LABELS_FROM_ONE = "You read the labels one off, as if they counted from 1. The first column is class 0."
SOFTMAX_DOWN_THE_COLUMNS = "Your probabilities add up to 1 down the columns. The classes of one example are in a row."


def log_softmax(scores, axis=1):
    return scores - np.logaddexp.reduce(scores, axis=axis, keepdims=True)


def targets(labels, classes, at_the_label, elsewhere):
    """A row for each example: one number at its label, another at all other classes."""
    return np.where(one_hot(labels, classes) == 1, at_the_label, elsewhere)


def smooth(labels, classes, smoothing):
    return (1 - smoothing) * one_hot(labels, classes) + smoothing / classes


def cost_of(wanted, logarithms):
    return -np.sum(wanted * logarithms) / len(logarithms)


def right_cost(scores, labels, smoothing=0.0):
    """The mean cross-entropy of scores, shape (n, classes), with the powers kept from overflowing."""
    return cost_of(smooth(labels, scores.shape[1], smoothing), log_softmax(scores))


LABEL_ALONE = (
    "Only the label's class counts in your cost, with a smaller target. The other classes have their share of ε, and "
    "cost something as well."
)


class smoothed_cross_entropy:
    def cases(rng):
        yield np.array([[0.0, np.log(3).round(4)]]), np.array([1]), 0.2
        for n, classes, smoothing in [(4, 4, 0.1), (5, 3, 0.3), (6, 6, 0.25), (2, 5, 0.05)]:
            yield rng.normal(0, 2, (n, classes)).round(2), rng.integers(0, classes, n), smoothing
        yield rng.normal(0, 2, (7, 4)).round(2), rng.integers(0, 4, 7), 0.0  # the plain cross-entropy
        yield rng.normal(1000, 2, (3, 4)).round(2), rng.integers(0, 4, 3), 0.15
        yield np.array([[0.0, -1000.0, 3.0], [1.0, 0.0, 2.0]]), np.array([0, int(rng.integers(3))]), 0.1
        yield rng.normal(-900, 2, (4, 3)).round(2), rng.integers(0, 3, 4), 0.2
        # large ones in one row, small ones in another, out of reach of the large row's maximum
        yield np.array([rng.normal(900, 2, 3), rng.normal(-900, 2, 3)]).round(2), rng.integers(0, 3, 2), 0.4

    class mistakes:
        def not_smoothed(scores, labels, smoothing):
            """This is the plain cross-entropy of the lesson. The other classes of each example count too, a little."""
            return right_cost(scores, labels)

        def shared_by_the_others(scores, labels, smoothing):
            """You share ε among the *other* classes. In the task's formula it is shared among all of them, the label's
            own class too."""
            classes = scores.shape[1]
            wanted = targets(labels, classes, 1 - smoothing, smoothing / (classes - 1))
            return cost_of(wanted, log_softmax(scores))

        def label_gets_no_share(scores, labels, smoothing):
            """The label's target is 1 − ε alone in your code, so that the targets of a row do not add up to 1. The
            label's class has its share of ε as well."""
            wanted = targets(labels, scores.shape[1], 1 - smoothing, smoothing / scores.shape[1])
            return cost_of(wanted, log_softmax(scores))

        def nothing_taken_from_the_label(scores, labels, smoothing):
            """The label's target stays 1 in your code, so that the targets of a row add up to more than 1. What the
            others get is taken from the label."""
            return cost_of(targets(labels, scores.shape[1], 1.0, smoothing / scores.shape[1]), log_softmax(scores))

        def added_on_top(scores, labels, smoothing):
            """You add the smoothing on top: the targets of a row add up to 1 + ε. What is given to all classes is taken
            from the label."""
            return cost_of(one_hot(labels, scores.shape[1]) + smoothing / scores.shape[1], log_softmax(scores))

        def all_of_it_for_each(scores, labels, smoothing):
            """Every class gets the whole ε in your code. It is shared among them: divide by their number."""
            return cost_of((1 - smoothing) * one_hot(labels, scores.shape[1]) + smoothing, log_softmax(scores))

        def all_of_it_for_each_other(scores, labels, smoothing):
            """Every other class gets the whole ε in your code. It is shared: divide by the number of classes."""
            return cost_of(targets(labels, scores.shape[1], 1 - smoothing, smoothing), log_softmax(scores))

        def shared_by_the_examples(scores, labels, smoothing):
            """You share ε among the examples. It is shared among the classes: how many columns are there?"""
            wanted = (1 - smoothing) * one_hot(labels, scores.shape[1]) + smoothing / len(labels)
            return cost_of(wanted, log_softmax(scores))

        @says(LABEL_ALONE)
        def label_alone_with_less(scores, labels, smoothing):
            return (1 - smoothing) * right_cost(scores, labels)

        @says(LABEL_ALONE)
        def label_alone_with_its_target(scores, labels, smoothing):
            return (1 - smoothing + smoothing / scores.shape[1]) * right_cost(scores, labels)

        def other_half_alone(scores, labels, smoothing):
            """The label's own part is missing: this is only the part that all classes share."""
            return smoothing * right_cost(scores, labels, 1.0)

        def the_two_parts_exchanged(scores, labels, smoothing):
            """ε is the share of all classes, and 1 − ε the label's. In your code it is the other way round."""
            return right_cost(scores, labels, 1 - smoothing)

        def always_a_tenth(scores, labels, smoothing):
            """Your ε is always 0.1. Use the `smoothing` that is passed in."""
            return right_cost(scores, labels, 0.1)

        def probabilities_smoothed(scores, labels, smoothing):
            """You smooth the probabilities and then take the logarithm of the label's. It is the targets that are
            smoothed; the probabilities stay what softmax gives."""
            mixed = (1 - smoothing) * stable_softmax(scores) + smoothing / scores.shape[1]
            return -np.mean(np.log(mixed[np.arange(len(labels)), labels]))

        def scores_smoothed(scores, labels, smoothing):
            """You scale the scores by 1 − ε. That makes the model less certain; here it is the targets that are less
            certain."""
            return right_cost((1 - smoothing) * scores, labels)

        def sum_of_powers_overflows(scores, labels, smoothing):
            """The powers of large scores overflow, and those of very small ones are all 0: eˢ is infinity from s = 710
            on. Take each row's largest score out of the logarithm first."""
            logarithms = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
            return cost_of(smooth(labels, scores.shape[1], smoothing), logarithms)

        def naive_softmax_first(scores, labels, smoothing):
            """Your softmax gives NaN where scores are large or all very small. Even a better one would give 0 for a
            class far behind, which has no logarithm. Compute the logarithms from the scores."""
            powers = np.exp(scores)
            probabilities = powers / powers.sum(axis=1, keepdims=True)
            return cost_of(smooth(labels, scores.shape[1], smoothing), np.log(probabilities))

        def logarithm_of_zero(scores, labels, smoothing):
            """The probability of a class far behind is rounded to 0, and you take its logarithm. Here every class's
            logarithm counts, so compute them from the scores."""
            return cost_of(smooth(labels, scores.shape[1], smoothing), np.log(stable_softmax(scores)))

        def helped_by_epsilon(scores, labels, smoothing):
            """You add a small number to the probabilities, or cut them off below, so that their logarithms exist. That
            hides how far behind a class is. Computed from the scores, nothing has to be added."""
            return cost_of(smooth(labels, scores.shape[1], smoothing), np.log(stable_softmax(scores) + 1e-12))

        def largest_of_the_whole_array(scores, labels, smoothing):
            """You subtract the largest score of the whole array. In a row far below it all powers become 0, and 0 has
            no logarithm. Each row needs its own largest score."""
            shifted = scores - scores.max()
            logarithms = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            return cost_of(smooth(labels, scores.shape[1], smoothing), logarithms)

        def maximum_not_put_back(scores, labels, smoothing):
            """You subtract the largest score before taking powers, and do not add it again after the logarithm."""
            shifted = scores - scores.max(axis=1, keepdims=True)
            logarithms = scores - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
            return cost_of(smooth(labels, scores.shape[1], smoothing), logarithms)

        def mean_over_classes_too(scores, labels, smoothing):
            """Your mean is taken over all entries of the table, so it is divided by the number of classes as well.
            There is one cost for each example."""
            return right_cost(scores, labels, smoothing) / scores.shape[1]

        def of_the_winner(scores, labels, smoothing):
            """The large target is at the class with the largest score, whether it is the label or not."""
            return right_cost(scores, scores.argmax(axis=1), smoothing)

        @says(LABELS_FROM_ONE)
        def labels_from_one(scores, labels, smoothing):
            return right_cost(scores, (labels - 1) % scores.shape[1], smoothing)

        def softmax_twice(scores, labels, smoothing):
            """You take softmax of what is softmax already."""
            return right_cost(stable_softmax(scores), labels, smoothing)

        @says(SOFTMAX_DOWN_THE_COLUMNS)
        def softmax_down_the_columns(scores, labels, smoothing):
            return cost_of(smooth(labels, scores.shape[1], smoothing), log_softmax(scores, axis=0))

        def entropy_taken_off(scores, labels, smoothing):
            """You subtract the entropy of the targets, which gives the Kullback–Leibler divergence. The task asks for
            the cross-entropy."""
            wanted = smooth(labels, scores.shape[1], smoothing)
            return cost_of(wanted, log_softmax(scores)) - cost_of(wanted, np.log(np.where(wanted > 0, wanted, 1.0)))

        def roles_exchanged(scores, labels, smoothing):
            """You multiply the probabilities by the logarithms of the targets. It is the other way round: targets times
            logarithms of probabilities."""
            return cost_of(stable_softmax(scores), np.log(smooth(labels, scores.shape[1], smoothing)))

        def squares_for_logarithms(scores, labels, smoothing):
            """You take squared differences from the targets. The cross-entropy takes logarithms."""
            return np.sum((stable_softmax(scores) - smooth(labels, scores.shape[1], smoothing)) ** 2) / len(labels)

        def binary_logarithm(scores, labels, smoothing):
            """Your logarithm has base 2. Here log means the natural one, the inverse of eˢ."""
            return right_cost(scores, labels, smoothing) / np.log(2)

        def not_averaged(scores, labels, smoothing):
            """These are the costs of the examples. Return their mean."""
            return -np.sum(smooth(labels, scores.shape[1], smoothing) * log_softmax(scores), axis=1)

        def divided_by_the_largest_target(scores, labels, smoothing):
            """You scale the targets so that the label's is 1 again. They should add up to 1."""
            wanted = smooth(labels, scores.shape[1], smoothing)
            return cost_of(wanted / wanted.max(axis=1, keepdims=True), log_softmax(scores))

        def logarithm_left_out(scores, labels, smoothing):
            """You multiply the targets by the probabilities. The cross-entropy takes their logarithms."""
            return cost_of(smooth(labels, scores.shape[1], smoothing), stable_softmax(scores))

        def cut_off_low(scores, labels, smoothing):
            """You cut off tiny probabilities so that their logarithms exist. That hides how far behind a class is.
            Computed from the scores, nothing has to be cut."""
            return cost_of(
                smooth(labels, scores.shape[1], smoothing), np.log(np.maximum(stable_softmax(scores), 1e-300))
            )

        def logarithms_cut_off(scores, labels, smoothing):
            """You cut off the logarithms at −100. A class that is further behind costs more; computed from the scores,
            nothing has to be cut."""
            return cost_of(smooth(labels, scores.shape[1], smoothing), np.maximum(log_softmax(scores), -100))

        def scaled_by_the_rest(scores, labels, smoothing):
            """You multiply the whole cost by 1 − ε. The targets hold that factor already, where it belongs."""
            return (1 - smoothing) * right_cost(scores, labels, smoothing)

        def by_its_own_answer(scores, labels, smoothing):
            """You share ε in proportion to the model's own probabilities. It is shared equally."""
            wanted = (1 - smoothing) * one_hot(labels, scores.shape[1]) + smoothing * stable_softmax(scores)
            return cost_of(wanted, log_softmax(scores))

        def relative_to_knowing_nothing(scores, labels, smoothing):
            """You divide by the logarithm of the number of classes. The cost is not measured against that here."""
            return right_cost(scores, labels, smoothing) / np.log(scores.shape[1])

        def perplexity(scores, labels, smoothing):
            """You take the exponential of the cost, which is called perplexity. Return the cost itself."""
            return np.exp(right_cost(scores, labels, smoothing))

        def middle_example(scores, labels, smoothing):
            """You take the median of the examples' costs. The task asks for the mean."""
            return np.median(-np.sum(smooth(labels, scores.shape[1], smoothing) * log_softmax(scores), axis=1))

        def ten_classes(scores, labels, smoothing):
            """You share ε among ten classes, as the digits have. Here their number is the number of columns."""
            wanted = (1 - smoothing) * one_hot(labels, scores.shape[1]) + smoothing / 10
            return cost_of(wanted, log_softmax(scores))

        def smoothing_of_the_example(scores, labels, smoothing):
            """Your ε is always 0.2, as in the example. Use the `smoothing` that is passed in."""
            return right_cost(scores, labels, 0.2)

        def whole_columns(scores, labels, smoothing):
            """`table[:, labels]` takes the columns of all labels, in every row. You need one entry of each row: index
            with the row numbers too."""
            wanted = np.zeros(scores.shape)
            wanted[:, labels] = 1
            return cost_of((1 - smoothing) * wanted + smoothing / scores.shape[1], log_softmax(scores))

        def smoothing_added_to_the_cost(scores, labels, smoothing):
            """You add ε to the cost. It changes the targets, not the cost as a whole."""
            return right_cost(scores, labels) + smoothing

        def cost_of_knowing_nothing(scores, labels, smoothing):
            """You mix the cost with that of a model that knows nothing, ln K. It is the *targets* that are mixed with
            equal shares; each class's own logarithm still counts."""
            return (1 - smoothing) * right_cost(scores, labels) + smoothing * np.log(scores.shape[1])

        def not_shared_and_not_taken(scores, labels, smoothing):
            """Every class gets the whole ε in your code, and nothing is taken from the label."""
            return cost_of(one_hot(labels, scores.shape[1]) + smoothing, log_softmax(scores))

        def binary_cost_of_each_class(scores, labels, smoothing):
            """You add the cost of each class's *not* being the answer. The cross-entropy of several classes has only
            the logarithms of the probabilities themselves."""
            P = stable_softmax(scores)
            wanted = smooth(labels, scores.shape[1], smoothing)
            return cost_of(wanted, log_softmax(scores)) + cost_of(1 - wanted, np.log(1 - P))

        def last_example_alone(scores, labels, smoothing):
            """This is the cost of the last example only. Does each turn of the loop overwrite what the turn before has
            found?"""
            return right_cost(scores[-1:], labels[-1:], smoothing)

        def last_example_shared_out(scores, labels, smoothing):
            """Only the last example's cost is in your sum. Does each turn of the loop overwrite the sum? Add to it."""
            return right_cost(scores[-1:], labels[-1:], smoothing) / len(labels)

        def first_example_alone(scores, labels, smoothing):
            """This is the cost of the first example only. Is your `return` inside the loop or after it?"""
            return right_cost(scores[:1], labels[:1], smoothing)

        def one_class_too_many(scores, labels, smoothing):
            """You divide ε by one more than the number of classes."""
            wanted = (1 - smoothing) * one_hot(labels, scores.shape[1]) + smoothing / (scores.shape[1] + 1)
            return cost_of(wanted, log_softmax(scores))

        def whole_share_for_each_and_taken(scores, labels, smoothing):
            """You give every other class the whole ε and take as much from the label. ε is what all classes get
            together."""
            classes = scores.shape[1]
            wanted = targets(labels, classes, 1 - smoothing * (classes - 1), smoothing)
            return cost_of(wanted, log_softmax(scores))

        def worst_example(scores, labels, smoothing):
            """You take the largest of the examples' costs. The task asks for their mean."""
            return np.max(-np.sum(smooth(labels, scores.shape[1], smoothing) * log_softmax(scores), axis=1))

        @says(helped_by_epsilon.__doc__)
        def cut_off_at_fifteen_digits(scores, labels, smoothing):
            return cost_of(
                smooth(labels, scores.shape[1], smoothing), np.log(np.maximum(stable_softmax(scores), 1e-15))
            )

        def shared_by_the_classes_that_occur(scores, labels, smoothing):
            """You share ε among as many classes as occur in the labels. It is shared among all of them: how many
            columns are there?"""
            wanted = (1 - smoothing) * one_hot(labels, scores.shape[1]) + smoothing / len(np.unique(labels))
            return cost_of(wanted, log_softmax(scores))

        def shared_by_the_classes_up_to_the_largest_label(scores, labels, smoothing):
            """You count the classes up to the largest label. ε is shared among all of them, and the last ones may have
            no example: how many columns are there?"""
            wanted = (1 - smoothing) * one_hot(labels, scores.shape[1]) + smoothing / (labels.max() + 1)
            return cost_of(wanted, log_softmax(scores))

        def one_share_taken_from_the_label(scores, labels, smoothing):
            """The label's target is 1 − ε/K in your code, so that the targets of a row do not add up to 1. The whole ε
            is taken from the label, and ε/K of it comes back."""
            classes = scores.shape[1]
            wanted = targets(labels, classes, 1 - smoothing / classes, smoothing / classes)
            return cost_of(wanted, log_softmax(scores))

    class right:
        def by_two_parts(scores, labels, smoothing):
            log_sum = np.logaddexp.reduce(scores, axis=1)
            own = log_sum - scores[np.arange(len(labels)), labels]
            return np.mean((1 - smoothing) * own + smoothing * (log_sum - scores.mean(axis=1)))

        def by_loop(scores, labels, smoothing):
            total = 0.0
            for row, label in zip(scores.tolist(), labels.tolist(), strict=True):
                lead = max(row)
                log_sum = lead + np.log(sum(np.exp(s - lead) for s in row))
                for k, s in enumerate(row):
                    total += (log_sum - s) * (smoothing / len(row) + (1 - smoothing) * (k == label))
            return total / len(labels)

        def from_targets(scores, labels, smoothing):
            wanted = np.full(scores.shape, smoothing / scores.shape[1])
            wanted[np.arange(len(labels)), labels] += 1 - smoothing
            return -np.mean(np.sum(wanted * log_softmax(scores), axis=1))


def right_gradient(X, scores, labels, class_weights=None):
    """The gradient of the weighted mean cross-entropy by the weights, shape (inputs, classes)."""
    weights = np.ones(len(X)) if class_weights is None else class_weights[labels]
    return (weights[:, None] * X).T @ (stable_softmax(scores) - one_hot(labels, scores.shape[1])) / weights.sum()


def weighted_sum(X, scores, labels, class_weights):
    """The same before it is divided by anything."""
    return right_gradient(X, scores, labels, class_weights) * class_weights[labels].sum()


class weighted_gradient:
    def cases(rng):
        yield np.array([[1.0, 2.0], [1.0, -1.0]]), np.zeros((2, 2)), np.array([0, 1]), np.array([1.0, 3.0])
        for n, d, classes in [(3, 2, 3), (5, 2, 3), (4, 1, 2), (4, 3, 4), (6, 2, 2)]:
            X, scores = rng.normal(0, 2, (n, d)).round(2), rng.normal(0, 2, (n, classes)).round(2)
            labels = rng.permutation(np.arange(n) ** 2 % classes)  # not as many of each class; of some, none
            yield X, scores, labels, (rng.permutation(classes) + rng.uniform(0.5, 0.9, classes)).round(2)
        X, scores = rng.normal(0, 2, (4, 3)).round(2), rng.normal(1000, 2, (4, 3)).round(2)
        yield X, scores, rng.permutation([0, 1, 2, 2]), np.array([0.25, 2.0, 1.5])
        yield X, rng.normal(0, 1, (4, 3)).round(2), rng.permutation([0, 1, 2, 2]), np.ones(3)  # the plain mean

    class mistakes:
        def weights_left_out(X, scores, labels, class_weights):
            """This is the gradient of the plain mean. Each example counts with the weight of its label's class."""
            return right_gradient(X, scores, labels)

        def divided_by_the_examples(X, scores, labels, class_weights):
            """The weights are in your sum, but you divide it by the number of examples. In a weighted mean you divide
            by the sum of the weights."""
            return weighted_sum(X, scores, labels, class_weights) / len(X)

        def divided_by_the_classes_weights(X, scores, labels, class_weights):
            """You divide by the sum of the classes' weights. It is the examples' weights that are added up: a class
            with three examples is in that sum three times."""
            return weighted_sum(X, scores, labels, class_weights) / class_weights.sum()

        def divided_by_classes(X, scores, labels, class_weights):
            """You divide by the number of classes. In a weighted mean you divide by the sum of the examples'
            weights."""
            return weighted_sum(X, scores, labels, class_weights) / scores.shape[1]

        def not_divided(X, scores, labels, class_weights):
            """You add up the weighted examples and do not divide. The cost is a weighted mean."""
            return weighted_sum(X, scores, labels, class_weights)

        def divided_twice(X, scores, labels, class_weights):
            """You divide by the sum of the weights, and then by the number of examples as well. Once is enough to make
            a mean."""
            return right_gradient(X, scores, labels, class_weights) / len(X)

        def columns_weighted(X, scores, labels, class_weights):
            """You multiply each *column* of P − Y by its class's weight. A whole row belongs to one example, and gets
            the weight of that example's label."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return X.T @ (residual * class_weights) / class_weights[labels].sum()

        def columns_weighted_mean(X, scores, labels, class_weights):
            """You multiply each *column* of P − Y by its class's weight, and take the plain mean. A whole row belongs
            to one example, and gets the weight of that example's label."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return X.T @ (residual * class_weights) / len(X)

        def only_the_label_weighted(X, scores, labels, class_weights):
            """You put the weight into Y, and leave P without it. The weight is a factor of the example's whole
            residual."""
            Y = one_hot(labels, scores.shape[1]) * class_weights
            return X.T @ (stable_softmax(scores) - Y) / class_weights[labels].sum()

        def only_the_label_weighted_mean(X, scores, labels, class_weights):
            """You put the weight into Y, leave P without it, and take the plain mean. The weight is a factor of the
            example's whole residual, and you divide by the sum of the weights."""
            return X.T @ (stable_softmax(scores) - one_hot(labels, scores.shape[1]) * class_weights) / len(X)

        def only_the_label_s_entry(X, scores, labels, class_weights):
            """You multiply only the label's entry of each residual by the weight. It is a factor of the whole row."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            residual[np.arange(len(X)), labels] *= class_weights[labels]
            return X.T @ residual / class_weights[labels].sum()

        def probabilities_weighted(X, scores, labels, class_weights):
            """You weight the probabilities inside the residual. The weight is a factor of the whole residual, P − Y."""
            P, weights = stable_softmax(scores), class_weights[labels]
            return X.T @ (weights[:, None] * P - one_hot(labels, scores.shape[1])) / weights.sum()

        def scores_weighted(X, scores, labels, class_weights):
            """You multiply the scores by the weights. The scores stay as they are; the weight is a factor of each
            example's cost."""
            return right_gradient(X, scores * class_weights, labels)

        def weights_of_the_winners(X, scores, labels, class_weights):
            """You take the weight of the class with the largest score. It is the label's class that decides."""
            weights = class_weights[scores.argmax(axis=1)]
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return (weights[:, None] * X).T @ residual / weights.sum()

        def weights_squared(X, scores, labels, class_weights):
            """The weights come in twice, once too often."""
            weights = class_weights[labels]
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return (weights[:, None] ** 2 * X).T @ residual / weights.sum()

        def weights_turned_over(X, scores, labels, class_weights):
            """You divide by the weights where you should multiply: a class with a large weight counts for less."""
            return right_gradient(X, scores, labels, 1 / class_weights)

        def weights_by_frequency(X, scores, labels, class_weights):
            """You compute weights from how often each class occurs. The weights are passed in: use those."""
            counts = np.bincount(labels, minlength=scores.shape[1])
            return right_gradient(X, scores, labels, len(labels) / np.maximum(counts, 1))

        def classes_averaged(X, scores, labels, class_weights):
            """You take the mean of each class first, and then the weighted mean of the classes. Here every example has
            its class's weight, so a frequent class still counts for more."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            occur = np.unique(labels)
            means = [X[labels == k].T @ residual[labels == k] / np.sum(labels == k) for k in occur]
            return np.average(means, axis=0, weights=class_weights[occur])

        def labels_left_out(X, scores, labels, class_weights):
            """Y is missing: these are the weighted probabilities times the inputs. Subtract 1 at each example's
            label."""
            weights = class_weights[labels]
            return (weights[:, None] * X).T @ stable_softmax(scores) / weights.sum()

        @says(LABELS_FROM_ONE)
        def one_label_off(X, scores, labels, class_weights):
            return right_gradient(X, scores, (labels - 1) % scores.shape[1], class_weights)

        def columns_instead_of_entries(X, scores, labels, class_weights):
            """`residual[:, labels] -= 1` subtracts 1 from whole columns. You need one entry of each row: index with the
            row numbers too."""
            residual, weights = stable_softmax(scores), class_weights[labels]
            residual[:, labels] -= 1
            return (weights[:, None] * X).T @ residual / weights.sum()

        def softmax_overflows(X, scores, labels, class_weights):
            """The softmax in it overflows where scores are large. Use the one of task 1."""
            powers, weights = np.exp(scores), class_weights[labels]
            residual = powers / powers.sum(axis=1, keepdims=True) - one_hot(labels, scores.shape[1])
            return (weights[:, None] * X).T @ residual / weights.sum()

        def without_softmax(X, scores, labels, class_weights):
            """Your residual is made of the scores themselves. It is made of their probabilities."""
            weights = class_weights[labels]
            return (weights[:, None] * X).T @ (scores - one_hot(labels, scores.shape[1])) / weights.sum()

        @says(SOFTMAX_DOWN_THE_COLUMNS)
        def softmax_of_columns(X, scores, labels, class_weights):
            weights = class_weights[labels]
            residual = stable_softmax(scores, axis=0) - one_hot(labels, scores.shape[1])
            return (weights[:, None] * X).T @ residual / weights.sum()

        def slope_of_softmax_twice(X, scores, labels, class_weights):
            """There is a factor p(1 − p) too many. The slope of softmax is already in P − Y: logarithm and powers
            cancel."""
            P, weights = stable_softmax(scores), class_weights[labels]
            residual = (P - one_hot(labels, scores.shape[1])) * P * (1 - P)
            return (weights[:, None] * X).T @ residual / weights.sum()

        def product_of_means(X, scores, labels, class_weights):
            """You multiply the mean input by the mean residual. Each example's residual belongs to its own input: take
            the mean of the products."""
            weights = class_weights[labels]
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return np.outer(np.average(X, axis=0, weights=weights), np.average(residual, axis=0, weights=weights))

        def by_the_scores(X, scores, labels, class_weights):
            """This is the gradient along the scores, one row for each example. The task asks for the one along the
            weights: which factor does the chain rule add?"""
            weights = class_weights[labels]
            return weights[:, None] * (stable_softmax(scores) - one_hot(labels, scores.shape[1])) / weights.sum()

        def columns_weighted_over_classes(X, scores, labels, class_weights):
            """You multiply each *column* of P − Y by its class's weight and divide by the sum of the classes' weights.
            A row belongs to one example, and so does a weight: that of its label."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return X.T @ (residual * class_weights) / class_weights.sum()

        def probabilities_weighted_mean(X, scores, labels, class_weights):
            """You weight the probabilities inside the residual, and take the plain mean. The weight is a factor of the
            whole residual, P − Y."""
            weights = class_weights[labels]
            return X.T @ (weights[:, None] * stable_softmax(scores) - one_hot(labels, scores.shape[1])) / len(X)

        def columns_of_the_probabilities(X, scores, labels, class_weights):
            """You multiply each column of P by its class's weight, and leave Y without. The weight is a factor of the
            whole residual, P − Y."""
            P = stable_softmax(scores) * class_weights
            return X.T @ (P - one_hot(labels, scores.shape[1])) / class_weights[labels].sum()

        def turned_round(X, scores, labels, class_weights):
            """Your result has one row for each class. The task asks for one row for each input."""
            return right_gradient(X, scores, labels, class_weights).T

        def weights_of_squares(X, scores, labels, class_weights):
            """You square the weights. Use the weight of each example's class unchanged."""
            return right_gradient(X, scores, labels, class_weights**2)

        def weights_of_roots(X, scores, labels, class_weights):
            """You take the root of the weights. Use the weight of each example's class unchanged."""
            return right_gradient(X, scores, labels, np.sqrt(class_weights))

        def weighted_down(X, scores, labels, class_weights):
            """You divide the examples by their weights and then by the sum of the weights. Multiply by them first."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return X.T @ (residual / class_weights[labels][:, None]) / class_weights[labels].sum()

        def divided_by_the_mean_weight(X, scores, labels, class_weights):
            """You divide by the mean weight. In a weighted mean you divide by the sum of the weights."""
            return weighted_sum(X, scores, labels, class_weights) / class_weights[labels].mean()

        def divided_by_the_largest_weight(X, scores, labels, class_weights):
            """You divide by the largest weight. In a weighted mean you divide by the sum of the weights."""
            return weighted_sum(X, scores, labels, class_weights) / class_weights[labels].max()

        def divided_by_the_norm(X, scores, labels, class_weights):
            """You divide by the length of the vector of weights. In a weighted mean you divide by their sum."""
            return weighted_sum(X, scores, labels, class_weights) / np.linalg.norm(class_weights[labels])

        def divided_by_the_weights_that_occur(X, scores, labels, class_weights):
            """You add up the weights of the classes that occur, each once. It is the examples' weights that are added
            up: a class with three examples is in that sum three times."""
            return weighted_sum(X, scores, labels, class_weights) / class_weights[np.unique(labels)].sum()

        def shares_of_the_weights(X, scores, labels, class_weights):
            """You make the class weights add up to 1, and then take the plain mean. Divide by the sum of the
            *examples'* weights instead; then the scale of the weights does not matter."""
            return weighted_sum(X, scores, labels, class_weights) / class_weights.sum() / len(X)

        def relative_to_the_mean(X, scores, labels, class_weights):
            """You scale the class weights to a mean of 1, and then take the plain mean. Divide by the sum of the
            *examples'* weights instead."""
            return weighted_sum(X, scores, labels, class_weights) / class_weights.mean() / len(X)

        def relative_to_the_largest(X, scores, labels, class_weights):
            """You scale the class weights to a largest of 1, and then take the plain mean. Divide by the sum of the
            *examples'* weights instead."""
            return weighted_sum(X, scores, labels, class_weights) / class_weights.max() / len(X)

        def weights_of_the_winners_mean(X, scores, labels, class_weights):
            """You take the weight of the class with the largest score, and the plain mean. It is the label's class that
            decides, and the sum of the weights that you divide by."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return X.T @ (class_weights[scores.argmax(axis=1)][:, None] * residual) / len(X)

        def the_label_s_entry_mean(X, scores, labels, class_weights):
            """You multiply only the label's entry of each residual by the weight, and take the plain mean. The weight
            is a factor of the whole row, and you divide by the sum of the weights."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            residual[np.arange(len(X)), labels] *= class_weights[labels]
            return X.T @ residual / len(X)

        def half_of_it(X, scores, labels, class_weights):
            """Your gradient is half as long as it should be. There is no square here, and no ½."""
            return right_gradient(X, scores, labels, class_weights) / 2

        def weights_in_the_order_of_examples(X, scores, labels, class_weights):
            """You give the weights to the examples in turn. Each example has the weight of its label's class."""
            weights = class_weights[np.arange(len(X)) % len(class_weights)]
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return (weights[:, None] * X).T @ residual / weights.sum()

        def label_without_weight(X, scores, labels, class_weights):
            """You weight P and Y differently. The weight is a factor of the whole residual, P − Y."""
            weights = class_weights[labels]
            return (weights[:, None] * X).T @ stable_softmax(scores) / weights.sum() - X.T @ one_hot(
                labels, scores.shape[1]
            ) / len(X)

        def last_example_alone(X, scores, labels, class_weights):
            """This is the last example's gradient only. Does each turn of the loop overwrite what the turn before has
            found? Add to it."""
            return right_gradient(X[-1:], scores[-1:], labels[-1:], class_weights)

        def last_example_shared_out(X, scores, labels, class_weights):
            """Only the last example is in your sum, though all the weights are in what you divide by. Does each turn of
            the loop overwrite the sum? Add to it."""
            return weighted_sum(X[-1:], scores[-1:], labels[-1:], class_weights) / class_weights[labels].sum()

        def divided_by_the_last_weight(X, scores, labels, class_weights):
            """You divide by the weight of the last example only. In a weighted mean you divide by the sum of the
            weights."""
            return weighted_sum(X, scores, labels, class_weights) / class_weights[labels[-1]]

        def weights_added(X, scores, labels, class_weights):
            """You add the weight to the residual. It is a factor."""
            weights = class_weights[labels]
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return X.T @ (weights[:, None] + residual) / weights.sum()

        def classes_averaged_by_their_number(X, scores, labels, class_weights):
            """You take the mean of each class first, and divide by the number of classes. Here every example has its
            class's weight, and you divide by the sum of the examples' weights."""
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            means = [
                class_weights[k] * X[labels == k].T @ residual[labels == k] / max(np.sum(labels == k), 1)
                for k in range(scores.shape[1])
            ]
            return np.mean(means, axis=0)

        def weighted_twice_over(X, scores, labels, class_weights):
            """You weight the rows and the columns of P − Y. Only the row has a weight, that of its example's label."""
            weights = class_weights[labels]
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return (weights[:, None] * X).T @ (residual * class_weights) / weights.sum()

        def weights_one_class_off(X, scores, labels, class_weights):
            """The residuals are right, but you take the weight of the class before the label's. Both count from 0."""
            weights = class_weights[labels - 1]
            residual = stable_softmax(scores) - one_hot(labels, scores.shape[1])
            return (weights[:, None] * X).T @ residual / weights.sum()

        def uphill_and_by_the_examples(X, scores, labels, class_weights):
            """There are two faults: the sign is reversed, since the residual is P − Y, and you divide by the number of
            examples where the sum of their weights belongs."""
            return -weighted_sum(X, scores, labels, class_weights) / len(X)

        def only_the_label_has_a_slope(X, scores, labels, class_weights):
            """Only the label's entry of each residual is left, and all others are 0. The other scores change the cost
            too: their entries are their probabilities."""
            Y, weights = one_hot(labels, scores.shape[1]), class_weights[labels]
            return (weights[:, None] * X).T @ ((stable_softmax(scores) - 1) * Y) / weights.sum()

        def inputs_centred(X, scores, labels, class_weights):
            """You take the mean off the inputs first. The model uses them as they are."""
            return right_gradient(X - X.mean(axis=0), scores, labels, class_weights)

        def powers_for_probabilities(X, scores, labels, class_weights):
            """Your residual is made of the powers of e, which are not divided by their sum: they are not yet
            probabilities. `softmax` does both."""
            weights = class_weights[labels]
            return (weights[:, None] * X).T @ (np.exp(scores) - one_hot(labels, scores.shape[1])) / weights.sum()

    class right:
        by_product = right_gradient

        def by_examples(X, scores, labels, class_weights):
            total, weight = np.zeros((X.shape[1], scores.shape[1])), 0.0
            for x, row, label in zip(X, stable_softmax(scores), labels, strict=True):
                residual = row.copy()
                residual[label] -= 1
                total += class_weights[label] * np.outer(x, residual)
                weight += class_weights[label]
            return total / weight

        def by_classes(X, scores, labels, class_weights):
            """Column by column, each a weighted average."""
            P, weights = np.exp(log_softmax(scores)), class_weights[labels]
            columns = [
                np.average(X * (P[:, k] - (labels == k))[:, None], axis=0, weights=weights)
                for k in range(scores.shape[1])
            ]
            return np.column_stack(columns)


def epoch(X, labels, weights, batches, lr, gradient=right_gradient):
    for inputs, answers in batches:
        weights = weights - lr * gradient(X[inputs], X[inputs] @ weights, labels[answers])
    return weights


def cut(order, size):
    return [order[k : k + size] for k in range(0, len(order), size)]


def pairs(order, size):
    return [(batch, batch) for batch in cut(order, size)]


def descent(X, labels, classes, lr, steps, start=0.0, gradient=right_gradient):
    """The weights after 0, 1, …, steps steps."""
    path = [np.full((X.shape[1], classes), start)]
    for _ in range(steps):
        path.append(path[-1] - lr * gradient(X, X @ path[-1], labels))
    return path


def best_of(path, X, labels, judge=right_cost, pick=np.argmin):
    """The weights that the judged costs pick, and the costs."""
    costs = np.array([judge(X @ weights, labels) for weights in path])
    return path[pick(costs)], costs


def falls_and_rises(costs):
    """A lowest cost inside, clear of the others."""
    best = np.argmin(costs)
    return 0 < best < len(costs) - 1 and np.sort(costs)[1] - costs[best] > 1e-3


def lowest_before_the_last_fall(costs):
    """Whether the cost falls once more after its lowest point, and not as low."""
    falls = [k for k in range(1, len(costs)) if costs[k] < costs[k - 1] - 1e-3]
    return bool(falls) and falls[-1] > np.argmin(costs) and costs[falls[-1]] > costs.min() + 1e-3


def two_valleys(costs):
    """A cost that rises, and later falls below what it was before."""
    best = np.argmin(costs)
    return falls_and_rises(costs) and np.any(np.diff(costs[: best + 1]) > 1e-3)


START_NEVER_KEPT_STOPS = (
    "The weights of the start are never among your candidates. They are the best if every step makes the validation "
    "cost worse. And if there are no steps they are the only ones: then your function stops with an error."
)


class early_stopping:
    def cases(rng):
        def drawn(n, d, classes, lr, steps, wanted, size=1.5):
            while True:
                X, held_out = rng.normal(0, size, (n, d)).round(2), rng.normal(0, size, (n + 1, d)).round(2)
                labels = rng.permutation(np.arange(n) % classes)
                labels_valid = rng.permutation(np.arange(n + 1) % classes)
                path = descent(X, labels, classes, lr, steps)
                _, costs = best_of(path, held_out, labels_valid)
                right = [np.mean((held_out @ w).argmax(axis=1) == labels_valid) for w in path[1:]]
                if wanted(costs) and (steps < 3 or np.argmax(right) + 1 != np.argmin(costs)):
                    return X, labels, held_out, labels_valid, classes, lr, steps

        X, held_out = np.array([[1.0], [-1.0]]), np.array([[2.0], [1.0], [1.0]])
        yield X, np.array([0, 1]), held_out, np.array([0, 0, 1]), 2, 0.5, 4
        yield drawn(6, 2, 3, 0.3, 6, falls_and_rises)
        yield drawn(5, 3, 2, 0.7, 5, falls_and_rises)
        yield drawn(6, 3, 2, 0.4, 4, lambda costs: np.all(np.diff(costs) < -1e-3))  # still falling at the end
        yield drawn(5, 2, 2, 0.5, 4, lambda costs: np.all(np.diff(costs) > 1e-3))  # never below the start
        X, _, held_out, _, _, _, _ = drawn(6, 2, 3, 0.4, 4, falls_and_rises)
        labels = rng.permutation([0, 0, 1, 1, 2, 2])
        yield X, labels, held_out, rng.integers(0, 3, 7), 4, 0.2, 0
        yield X, labels, held_out, np.array([3, 0, 1, 2, 0, 1, 2]), 5, 0.2, 2  # of two classes, no training example
        yield drawn(6, 2, 2, 3.0, 7, two_valleys)
        yield drawn(6, 2, 2, 3.0, 6, lowest_before_the_last_fall)
        # weights that are left over from a call before would have the right shape here, and in the first case again
        yield drawn(5, 1, 2, 0.6, 5, falls_and_rises)

    class mistakes:
        def last_weights(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You return the last weights, or those with the lowest training cost. The task asks for the lowest
            validation cost. (If you did keep them: `best = weights` is a second name for the same array, so `weights -=
            …` changes both.)"""
            path = descent(X, labels, classes, lr, steps)
            return path[-1], best_of(path, X_valid, labels_valid)[1]

        def first_weights(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You return the weights of the start. Which of your weights has the lowest validation cost?"""
            path = descent(X, labels, classes, lr, steps)
            return path[0], best_of(path, X_valid, labels_valid)[1]

        def after_the_last_fall(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You compare each cost with the one before and keep the weights of the last fall. Compare it with the
            lowest so far."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[max([k for k in range(1, steps + 1) if costs[k] < costs[k - 1]], default=0)], costs

        def one_step_late(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your weights are those one step after the lowest validation cost. Keep them before they move on."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[min(np.argmin(costs) + 1, steps)], costs

        def one_step_early(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your weights are those one step before the lowest validation cost. Which weights does each cost belong
            to?"""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[max(np.argmin(costs) - 1, 0)], costs

        def start_never_kept(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights of the start are never among your candidates. If every step makes the validation cost worse,
            they are the best."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[np.argmin(costs[1:]) + 1 if steps else 0], costs

        def start_never_kept_but_none(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights of the start are never among your candidates. They are the best if every step makes the
            validation cost worse. And if there are no steps they are the only ones: then you return None."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[np.argmin(costs[1:]) + 1] if steps else None, costs

        @says(START_NEVER_KEPT_STOPS)
        def start_never_kept_and_no_minimum(X, labels, X_valid, labels_valid, classes, lr, steps):
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[np.argmin(costs[1:]) + 1], costs

        @says(START_NEVER_KEPT_STOPS)
        def start_never_kept_and_no_best(X, labels, X_valid, labels_valid, classes, lr, steps):
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            if steps:
                best = path[np.argmin(costs[1:]) + 1]
            return best, costs

        def none_if_no_step_helps(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You return None if no step lowers the validation cost. Then the weights of the start are the best: they
            belong to the first cost, and have to be kept together with it."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[np.argmin(costs)] if np.argmin(costs) else None, costs

        def no_best_if_no_step_helps(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your function stops with an error if no step lowers the validation cost: the best weights have no value
            yet. Begin with those of the start, which belong to the first cost."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            if np.argmin(costs):
                best = path[np.argmin(costs)]
            return best, costs

        def last_weights_if_no_step_helps(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You return the last weights if no step lowers the validation cost. Then those of the start are the
            best."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[np.argmin(costs) or -1], costs

        def first_step_if_no_step_helps(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your costs lack that of the start, and its weights are never among your candidates. There are `steps + 1`
            costs, and if every step makes the validation cost worse, the weights of the start are the best."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[np.argmin(costs[1:]) + 1 if steps else 0], costs[1:]

        @says(first_step_if_no_step_helps.__doc__)
        def first_step_or_none(X, labels, X_valid, labels_valid, classes, lr, steps):
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[np.argmin(costs[1:]) + 1] if steps else None, costs[1:]

        def end_never_kept(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights after the last step are never among your candidates. If the validation cost is still falling
            at the end, they are the best."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            return path[np.argmin(costs[:-1]) if steps else 0], costs

        def first_rise(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You keep the weights from before the first rise of the validation cost. It can fall again and go lower:
            take all the steps, and then the lowest of all."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            rises = np.flatnonzero(np.diff(costs) > 0)
            return path[rises[0] if len(rises) else steps], costs

        def stopped_at_the_first_rise(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You stop at the first rise of the validation cost. It can fall again and go lower: take all the steps, so
            that there are `steps + 1` costs."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            rises = np.flatnonzero(np.diff(costs) > 0)
            end = rises[0] if len(rises) else steps
            return path[end], costs[: end + 2]

        def stopped_before_the_first_rise(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You stop at the first rise of the validation cost and drop that cost. It can fall again and go lower:
            take all the steps, so that there are `steps + 1` costs."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            rises = np.flatnonzero(np.diff(costs) > 0)
            end = rises[0] if len(rises) else steps
            return path[end], costs[: end + 1]

        def stopped_and_filled_up(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You stop at the first rise of the validation cost and fill up the costs with the last one before it. The
            cost can fall again and go lower: take all the steps."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1]
            rises = np.flatnonzero(np.diff(costs) > 0)
            end = rises[0] if len(rises) else steps
            return path[end], np.append(costs[:end], np.full(steps + 1 - end, costs[end]))

        def highest_cost(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You keep the weights with the *highest* validation cost."""
            return best_of(descent(X, labels, classes, lr, steps), X_valid, labels_valid, pick=np.argmax)

        def best_accuracy(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You keep the weights with the best validation accuracy. The task goes by the cost, which also sees how
            certain the answers are."""
            path = descent(X, labels, classes, lr, steps)
            right = [np.mean((X_valid @ weights).argmax(axis=1) == labels_valid) for weights in path]
            return path[np.argmax(right)], best_of(path, X_valid, labels_valid)[1]

        def accuracies_for_costs(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You record the validation accuracy. The task asks for the cross-entropy."""
            path = descent(X, labels, classes, lr, steps)
            return best_of(
                path, X_valid, labels_valid, judge=lambda s, y: np.mean(s.argmax(axis=1) == y), pick=np.argmax
            )

        def training_costs(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your costs are those of the training examples. They fall almost always, and show nothing of overfitting:
            judge by the validation examples."""
            return best_of(descent(X, labels, classes, lr, steps), X, labels)

        def training_costs_recorded(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights are right, but your costs are those of the training examples."""
            path = descent(X, labels, classes, lr, steps)
            return best_of(path, X_valid, labels_valid)[0], best_of(path, X, labels)[1]

        def trained_on_validation(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You train on the validation examples. They may choose among the weights, but not make them."""
            return best_of(descent(X_valid, labels_valid, classes, lr, steps), X_valid, labels_valid)

        def the_two_parts_exchanged(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You train on the validation examples and judge by the training examples. It is the other way round."""
            return best_of(descent(X_valid, labels_valid, classes, lr, steps), X, labels)

        def trained_on_both(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You train on all the examples together. What descent has seen can no longer show overfitting."""
            path = descent(np.vstack([X, X_valid]), np.append(labels, labels_valid), classes, lr, steps)
            return best_of(path, X_valid, labels_valid)

        def judged_on_both(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your costs are taken over all the examples together. Judge by the validation examples alone."""
            path = descent(X, labels, classes, lr, steps)
            return best_of(path, np.vstack([X, X_valid]), np.append(labels, labels_valid))

        def best_so_far(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights are right, but your costs never rise: you record the lowest so far. Record the cost after
            each step."""
            weights, costs = best_of(descent(X, labels, classes, lr, steps), X_valid, labels_valid)
            return weights, np.minimum.accumulate(costs)

        def only_improvements(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights are right, but you record a cost only when it is a new lowest one. Record the cost after each
            step."""
            weights, costs = best_of(descent(X, labels, classes, lr, steps), X_valid, labels_valid)
            return weights, costs[np.append(True, costs[1:] < np.minimum.accumulate(costs)[:-1])]

        def lowest_cost_alone(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights are right, but you return only the lowest cost. The task asks for all of them."""
            weights, costs = best_of(descent(X, labels, classes, lr, steps), X_valid, labels_valid)
            return weights, costs.min()

        def cost_of_the_start_missing(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights are right, but the cost of the start is missing: there are `steps + 1` costs."""
            weights, costs = best_of(descent(X, labels, classes, lr, steps), X_valid, labels_valid)
            return weights, costs[1:]

        def cost_of_the_end_missing(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The weights are right, but the cost after the last step is missing: there are `steps + 1` costs."""
            weights, costs = best_of(descent(X, labels, classes, lr, steps), X_valid, labels_valid)
            return weights, costs[:-1]

        def back_to_the_best(X, labels, X_valid, labels_valid, classes, lr, steps):
            """After a step that makes the validation cost worse, your costs repeat: you go back to the best weights,
            or stop and fill up the list. Descent goes on from where it is; it never sees the validation cost."""
            weights = best = np.zeros((X.shape[1], classes))
            costs = [right_cost(X_valid @ weights, labels_valid)]
            for _ in range(steps):
                weights = best - lr * right_gradient(X, X @ best, labels)
                costs.append(right_cost(X_valid @ weights, labels_valid))
                best = weights if costs[-1] == min(costs) else best
            return best, np.array(costs)

        def climbs(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Each step goes along the gradient, which points uphill. Look at the sign."""
            return best_of(descent(X, labels, classes, -lr, steps), X_valid, labels_valid)

        def from_ones(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your weights start at 1, not at 0. The probabilities do not notice, since only differences of scores
            count, but the weights at the end are different."""
            return best_of(descent(X, labels, classes, lr, steps, start=1.0), X_valid, labels_valid)

        def gradient_of_the_start(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Every step uses the gradient at the zero weights. Compute the scores and the gradient again in each turn
            of the loop."""
            first = right_gradient(X, np.zeros((len(X), classes)), labels)
            return best_of(descent(X, labels, classes, lr, steps, gradient=lambda *_: first), X_valid, labels_valid)

        def classes_that_occur(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You count the classes by the labels that occur, and lose those without a training example. Their number
            is passed in."""
            return best_of(descent(X, labels, labels.max() + 1, lr, steps), X_valid, labels_valid)

        def steps_of_a_sum(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your steps are n times too long: the gradient adds up the examples instead of averaging them."""
            return best_of(descent(X, labels, classes, lr * len(X), steps), X_valid, labels_valid)

        def steps_of_a_mean_of_a_mean(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your steps are too short by a factor, the number of training examples. The gradient is a mean already: is
            it divided once more?"""
            return best_of(descent(X, labels, classes, lr / len(X), steps), X_valid, labels_valid)

        def steps_divided_by_the_validation_examples(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your steps are too short by a factor, the number of validation examples. The gradient is a mean over the
            training examples, and needs no other division."""
            return best_of(descent(X, labels, classes, lr / len(X_valid), steps), X_valid, labels_valid)

        def steps_divided_by_the_classes(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your steps are too short by a factor, the number of classes. The gradient is a mean over the examples,
            and is not divided by anything else."""
            return best_of(descent(X, labels, classes, lr / classes, steps), X_valid, labels_valid)

        def steps_halved(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your steps are half as long as they should be. The cross-entropy has no square and no ½."""
            return best_of(descent(X, labels, classes, lr / 2, steps), X_valid, labels_valid)

        def one_example_after_another(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You take a step for each example. Here a step uses all training examples at once."""
            path = [np.zeros((X.shape[1], classes))]
            for _ in range(steps):
                path.append(epoch(X, labels, path[-1], pairs(np.arange(len(X)), 1), lr))
            return best_of(path, X_valid, labels_valid)

        @says(RATE_FORGOTTEN)
        def rate_forgotten(X, labels, X_valid, labels_valid, classes, lr, steps):
            return best_of(descent(X, labels, classes, 1.0, steps), X_valid, labels_valid)

        def step_for_weights(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The costs are right, but instead of the weights you return the number of the step with the lowest
            cost."""
            costs = best_of(descent(X, labels, classes, lr, steps), X_valid, labels_valid)[1]
            return np.argmin(costs), costs

        def whole_path(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The costs are right, but you return the weights of all steps. The task asks for the best of them."""
            path = descent(X, labels, classes, lr, steps)
            return np.array(path), best_of(path, X_valid, labels_valid)[1]

        def squared_error_for_cross_entropy(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your steps go down the squared error of the scores: softmax is missing from the gradient."""
            gradient = lambda x, s, y: x.T @ (s - one_hot(y, classes)) / len(x)  # noqa: E731
            return best_of(descent(X, labels, classes, lr, steps, gradient=gradient), X_valid, labels_valid)

        def random_start(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your weights start at random. Softmax regression needs no random start: begin at zero."""
            path = [np.random.default_rng(0).normal(size=(X.shape[1], classes))]
            for _ in range(steps):
                path.append(path[-1] - lr * right_gradient(X, X @ path[-1], labels))
            return best_of(path, X_valid, labels_valid)

        def one_example_each_step(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Each of your steps uses a single example. Here a step uses all training examples at once."""
            path = [np.zeros((X.shape[1], classes))]
            for k in range(steps):
                one = np.array([k % len(X)])
                path.append(epoch(X, labels, path[-1], [(one, one)], lr))
            return best_of(path, X_valid, labels_valid)

        def negative_accuracies(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You record the validation accuracy with a minus. The task asks for the cross-entropy."""
            path = descent(X, labels, classes, lr, steps)
            return best_of(path, X_valid, labels_valid, judge=lambda s, y: -np.mean(s.argmax(axis=1) == y))

        def shares_of_mistakes(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You record the share of validation examples that are wrong. The task asks for the cross-entropy."""
            path = descent(X, labels, classes, lr, steps)
            return best_of(path, X_valid, labels_valid, judge=lambda s, y: np.mean(s.argmax(axis=1) != y))

        def squared_differences(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You record squared differences of the probabilities. The task asks for the cross-entropy."""
            path = descent(X, labels, classes, lr, steps)
            return best_of(
                path, X_valid, labels_valid, judge=lambda s, y: np.mean((stable_softmax(s) - one_hot(y, classes)) ** 2)
            )

        def two_costs_added(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You add the training cost to the validation cost. Judge by the validation examples alone."""
            path = descent(X, labels, classes, lr, steps)
            costs = best_of(path, X_valid, labels_valid)[1] + best_of(path, X, labels)[1]
            return path[np.argmin(costs)], costs

        def best_and_last_averaged(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You average the best weights with the last ones. Return the best ones unchanged."""
            path = descent(X, labels, classes, lr, steps)
            weights, costs = best_of(path, X_valid, labels_valid)
            return (weights + path[-1]) / 2, costs

        def one_step_beyond_the_end(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You return the weights after one step more than there are, not the best ones. (If you did keep those:
            after `best = weights` both names mean the same array, and `weights -= …` changes both.)"""
            path = descent(X, labels, classes, lr, steps + 1)
            return path[-1], best_of(path[:-1], X_valid, labels_valid)[1]

        def kept_after_moving_on(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You compare the cost first, then move the weights, and then keep them: they are one step too far. Keep
            those that the cost belongs to."""
            path = descent(X, labels, classes, lr, steps + 1)
            costs = best_of(path[:-1], X_valid, labels_valid)[1]
            return path[np.argmin(costs) + 1], costs

        def below_the_training_cost(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You keep weights only if their validation cost is below the training cost too. Compare it only with the
            other validation costs."""
            path = descent(X, labels, classes, lr, steps)
            best, costs = path[0], best_of(path, X_valid, labels_valid)[1]
            for k, weights in enumerate(path):
                if costs[k] == min(costs[: k + 1]) and costs[k] < right_cost(X @ weights, labels):
                    best = weights
            return best, costs

        def first_of_the_best_accuracy_above_zero(X, labels, X_valid, labels_valid, classes, lr, steps):
            """You keep the weights with the best validation accuracy, and never those of the start. The task goes by
            the cost, and the start is a candidate."""
            path = descent(X, labels, classes, lr, steps)
            right = [np.mean((X_valid @ weights).argmax(axis=1) == labels_valid) for weights in path[1:]]
            best = path[1 + np.argmax(right)] if right and max(right) > 0 else path[0]
            return best, best_of(path, X_valid, labels_valid)[1]

        def smoothed_validation(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Your validation costs are smoothed. The task asks for the plain cross-entropy: which `smoothing` is
            that?"""
            path = descent(X, labels, classes, lr, steps)
            return best_of(path, X_valid, labels_valid, lambda scores, labels: right_cost(scores, labels, 0.1))

        def all_weights_averaged(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The costs are right, but you return the mean of all weights on the path. Return the one with the lowest
            cost."""
            path = descent(X, labels, classes, lr, steps)
            return np.mean(path, axis=0), best_of(path, X_valid, labels_valid)[1]

        def lowest_training_cost(X, labels, X_valid, labels_valid, classes, lr, steps):
            """The costs are right, but you keep the weights with the lowest *training* cost. The validation cost
            decides."""
            path = descent(X, labels, classes, lr, steps)
            return best_of(path, X, labels)[0], best_of(path, X_valid, labels_valid)[1]

    class right:
        def along_the_path(X, labels, X_valid, labels_valid, classes, lr, steps):
            return best_of(descent(X, labels, classes, lr, steps), X_valid, labels_valid)

        def lowest_so_far(X, labels, X_valid, labels_valid, classes, lr, steps):
            weights, best, lowest, costs = np.zeros((X.shape[1], classes)), None, np.inf, []
            for k in range(steps + 1):
                if k:
                    weights -= lr * right_gradient(X, X @ weights, labels)
                costs.append(smoothed_cross_entropy.right.by_loop(X_valid @ weights, labels_valid, 0.0))
                if costs[-1] < lowest:
                    best, lowest = weights.copy(), costs[-1]
            return best, costs

        def trained_again(X, labels, X_valid, labels_valid, classes, lr, steps):
            """Costs first; then the descent once more, as far as it was good."""
            costs = [right_cost(X_valid @ w, labels_valid) for w in descent(X, labels, classes, lr, steps)]
            return [descent(X, labels, classes, lr, costs.index(min(costs)))[-1], costs]


def moving_columns(array):
    return array.max(axis=0) > array.min(axis=0)


def spread_or_one(array):
    """The standard deviation of each column, and 1 where a column does not vary."""
    return np.where(moving_columns(array), array.std(axis=0), 1.0)


def by_statistics_of(train, held_out, source, columns=None, ddof=0):
    keep = moving_columns(train) if columns is None else columns
    mean, std = source[:, keep].mean(axis=0), source[:, keep].std(axis=0, ddof=ddof)
    return (train[:, keep] - mean) / std, (held_out[:, keep] - mean) / std


class standardise_both:
    exact = ("train",)  # three times 0.1 make a mean and a spread whose last digits matter

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
        # each column varies in one entry alone, and the last one only a little: by about 1e-9
        train = np.array([[1.0, 2.0, 0.0], [3.0, 2.0, 0.0], [1.0, 5.0, 2.0**-30]])
        yield train, np.array([[2.0, 2.0, 0.0], [0.0, 4.0, 2.0**-29]])
        # the mean of three times 0.1 is not 0.1 in float64, so the spread of that column is not 0
        yield np.array([[0.1, 2.0], [0.1, 5.0], [0.1, 11.0]]), np.array([[0.5, 4.0], [0.25, 7.0]])

    class mistakes:
        def held_out_by_its_own(train, held_out):
            """You standardise the held-out examples by their own mean and spread. Treat them as if they came in later,
            one by one: only the training examples may be used."""
            keep = moving_columns(train)
            own = held_out[:, keep]
            return by_statistics_of(train, held_out, train)[0], (own - own.mean(axis=0)) / own.std(axis=0)

        @says(held_out_by_its_own.__doc__)
        def held_out_by_its_own_or_zero(train, held_out):
            own = held_out[:, moving_columns(train)]
            return by_statistics_of(train, held_out, train)[0], (own - own.mean(axis=0)) / spread_or_one(own)

        def each_by_its_own(train, held_out):
            """You treat each array separately, with its own mean and spread and without the columns that do not vary in
            it. Training alone decides all of this, for both."""
            return tuple(by_statistics_of(part, part, part)[0] for part in (train, held_out))

        def by_both_together(train, held_out):
            """Your mean and spread are taken over training and held-out examples together, so the held-out ones
            influence how they are prepared. Use the training examples alone."""
            return by_statistics_of(train, held_out, np.vstack([train, held_out]))

        def by_the_held_out(train, held_out):
            """You standardise both arrays by the held-out examples. It is the other way round."""
            return by_statistics_of(train, held_out, held_out)

        def still_columns_kept(train, held_out):
            """A column that does not vary in training has a spread of 0, and you divide by it. Leave such columns out
            of both arrays."""
            return by_statistics_of(train, held_out, train, columns=slice(None))

        def still_by_its_spread(train, held_out):
            """You keep a column of equal numbers. Do you compare its spread with 0, or its entries with their mean?
            That mean may be off in the last digit, and then the spread is tiny but not 0: compare the entries with one
            another."""
            return by_statistics_of(train, held_out, train, columns=train.std(axis=0) > 0)

        def still_columns_by_one(train, held_out):
            """Columns that do not vary in training are still there. Leave them out of both arrays."""
            std = train.std(axis=0)
            std[std == 0] = 1
            return (train - train.mean(axis=0)) / std, (held_out - train.mean(axis=0)) / std

        def empty_columns_alone(train, held_out):
            """You leave out the columns that are 0 in all training examples. A column that holds another value
            throughout does not vary either."""
            return by_statistics_of(train, held_out, train, columns=train.any(axis=0))

        def columns_by_the_held_out(train, held_out):
            """The held-out examples have a say in which columns you leave out. Training alone decides, here too."""
            return by_statistics_of(train, held_out, train, columns=moving_columns(train) & moving_columns(held_out))

        def sample_spread(train, held_out):
            """Your standard deviation divides by n − 1. The task asks for that of the whole population, which divides
            by n."""
            return by_statistics_of(train, held_out, train, ddof=1)

        def one_mean_for_all(train, held_out):
            """You use one mean and one spread for all columns. Each column has its own."""
            keep = moving_columns(train)
            mean, std = train[:, keep].mean(), train[:, keep].std()
            return (train[:, keep] - mean) / std, (held_out[:, keep] - mean) / std

        def spread_left_out(train, held_out):
            """You subtract the mean but do not divide by the spread."""
            keep = moving_columns(train)
            mean = train[:, keep].mean(axis=0)
            return train[:, keep] - mean, held_out[:, keep] - mean

        def divided_by_variance(train, held_out):
            """You divide by the variance. The standard deviation is its root."""
            keep = moving_columns(train)
            mean, variance = train[:, keep].mean(axis=0), train[:, keep].var(axis=0)
            return (train[:, keep] - mean) / variance, (held_out[:, keep] - mean) / variance

        def held_out_forgotten(train, held_out):
            """You return the held-out examples as they were. A model trained on standardised examples needs them with
            the same shift and the same scale. (If you do shift and scale them: the mean of `train` is 0 once `train`
            is a name for the standardised examples.)"""
            return by_statistics_of(train, held_out, train)[0], held_out[:, moving_columns(train)]

        def train_is_changed(train, held_out):
            """The result is right, but you changed the training examples that were passed in: `train -= …` writes into
            the caller's array."""
            result = by_statistics_of(train, held_out, train)
            train -= train.mean(axis=0)
            return result

        def scaled_to_one(train, held_out):
            """You scale the columns to the range from 0 to 1. Standardising subtracts the mean and divides by the
            standard deviation."""
            keep = moving_columns(train)
            least, span = train[:, keep].min(axis=0), np.ptp(train[:, keep], axis=0)
            return (train[:, keep] - least) / span, (held_out[:, keep] - least) / span

        def mean_left_in(train, held_out):
            """You divide by the spread but do not subtract the mean."""
            keep = moving_columns(train)
            std = train[:, keep].std(axis=0)
            return train[:, keep] / std, held_out[:, keep] / std

        def spread_of_the_held_out(train, held_out):
            """The means are right, but you divide the held-out examples by their own spread."""
            keep = moving_columns(train)
            mean, own = train[:, keep].mean(axis=0), held_out[:, keep].std(axis=0)
            return (train[:, keep] - mean) / train[:, keep].std(axis=0), (held_out[:, keep] - mean) / own

        @says(spread_of_the_held_out.__doc__)
        def spread_of_the_held_out_or_one(train, held_out):
            keep = moving_columns(train)
            deviations = held_out[:, keep] - train[:, keep].mean(axis=0)
            return by_statistics_of(train, held_out, train)[0], deviations / spread_or_one(held_out[:, keep])

        def mean_of_the_held_out(train, held_out):
            """The spreads are right, but you subtract the held-out examples' own mean from them."""
            keep = moving_columns(train)
            mean, std = train[:, keep].mean(axis=0), train[:, keep].std(axis=0)
            own = held_out[:, keep].mean(axis=0)
            return (train[:, keep] - mean) / std, (held_out[:, keep] - own) / std

        def median_for_mean(train, held_out):
            """You subtract the median. The task asks for the mean."""
            keep = moving_columns(train)
            middle, std = np.median(train[:, keep], axis=0), train[:, keep].std(axis=0)
            return (train[:, keep] - middle) / std, (held_out[:, keep] - middle) / std

        def along_the_rows(train, held_out):
            """You take the mean and spread of each example. Each *column* has its own: look at the axis."""
            keep = moving_columns(train)
            return tuple(
                (part - part.mean(axis=1, keepdims=True)) / part.std(axis=1, keepdims=True)
                for part in (train[:, keep], held_out[:, keep])
            )

        @says(along_the_rows.__doc__)
        def along_the_rows_or_zero(train, held_out):
            keep = moving_columns(train)
            return tuple(
                (part - part.mean(axis=1, keepdims=True)) / spread_or_one(part.T)[:, None]
                for part in (train[:, keep], held_out[:, keep])
            )

        def columns_of_each(train, held_out):
            """From each array you leave out the columns that do not vary in that array. Training alone decides, for
            both."""
            mean, std = train.mean(axis=0), train.std(axis=0)
            return tuple(((part - mean) / std)[:, moving_columns(part)] for part in (train, held_out))

        def still_columns_as_zeros(train, held_out):
            """You keep the columns that do not vary in training. Leave these columns out of both arrays."""
            keep, results = moving_columns(train), []
            for part in by_statistics_of(train, held_out, train):
                results.append(np.zeros((len(part), train.shape[1])))
                results[-1][:, keep] = part
            return tuple(results)

        def mean_after_the_spread(train, held_out):
            """You divide by the spread first and subtract the mean afterwards. Subtract first: the brackets matter."""
            keep = moving_columns(train)
            mean, std = train[:, keep].mean(axis=0), train[:, keep].std(axis=0)
            return train[:, keep] / std - mean, held_out[:, keep] / std - mean

        def divided_by_the_range(train, held_out):
            """You divide by the range, the largest minus the smallest. The task asks for the standard deviation."""
            keep = moving_columns(train)
            mean, span = train[:, keep].mean(axis=0), np.ptp(train[:, keep], axis=0)
            return (train[:, keep] - mean) / span, (held_out[:, keep] - mean) / span

        def ink_to_one(train, held_out):
            """You divide by 16, the most ink there is. Standardising subtracts the mean and divides by the standard
            deviation."""
            keep = moving_columns(train)
            return train[:, keep] / 16, held_out[:, keep] / 16

        def divided_by_the_largest(train, held_out):
            """You divide by the largest entry. Standardising subtracts the mean and divides by the standard
            deviation."""
            keep = moving_columns(train)
            largest = train[:, keep].max(axis=0)
            return train[:, keep] / largest, held_out[:, keep] / largest

        def ends_compared(train, held_out):
            """You compare the first training example with the last. A column may vary in between: look at all of
            them."""
            return by_statistics_of(train, held_out, train, columns=train[0] != train[-1])

        def first_two_compared(train, held_out):
            """You compare the first two training examples. A column may vary further down: look at all of them."""
            return by_statistics_of(train, held_out, train, columns=train[0] != train[1])

        def little_variation_left_out(train, held_out):
            """You also leave out columns that vary only a little. Leave out only those that do not vary at all."""
            return by_statistics_of(train, held_out, train, columns=train.std(axis=0) > 0.01)

        def columns_left_out_only(train, held_out):
            """You choose the right columns and return them as they were. Standardise them too."""
            keep = moving_columns(train)
            return train[:, keep] * 1.0, held_out[:, keep] * 1.0

        def root_of_the_deviation(train, held_out):
            """You divide by the root of the standard deviation. It is a root already, that of the variance."""
            keep = moving_columns(train)
            mean, root = train[:, keep].mean(axis=0), np.sqrt(train[:, keep].std(axis=0))
            return (train[:, keep] - mean) / root, (held_out[:, keep] - mean) / root

        @says(still_columns_as_zeros.__doc__)
        def still_columns_moved_to_zero(train, held_out):
            mean, std = train.mean(axis=0), spread_or_one(train)
            return (train - mean) / std, (held_out - mean) / std

        def mean_size_of_the_deviations(train, held_out):
            """You divide by the mean size of the deviations. The standard deviation is the root of their mean
            square."""
            keep = moving_columns(train)
            mean = train[:, keep].mean(axis=0)
            spread = np.abs(train[:, keep] - mean).mean(axis=0)
            return (train[:, keep] - mean) / spread, (held_out[:, keep] - mean) / spread

        def roles_exchanged(train, held_out):
            """You subtract the standard deviation and divide by the mean. It is the other way round."""
            keep = moving_columns(train)
            mean, std = train[:, keep].mean(axis=0), train[:, keep].std(axis=0)
            return (train[:, keep] - std) / mean, (held_out[:, keep] - std) / mean

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
            """Now the labels are reordered and the examples are not. Both must follow the same order."""
            as_they_stand = np.arange(len(X))
            return epoch(
                X, labels, weights, zip(cut(as_they_stand, batch_size), cut(order, batch_size), strict=True), lr
            )

        def order_ignored(X, labels, weights, order, batch_size, lr):
            """Examples and labels belong together now, but you use them as they come. Use the order that is passed
            in."""
            return epoch(X, labels, weights, pairs(np.arange(len(X)), batch_size), lr)

        def short_batch_dropped(X, labels, weights, order, batch_size, lr):
            """Only full batches take a step in your code: the examples of a short last batch are never used."""
            full = [(b, b) for b in cut(order, batch_size) if len(b) == batch_size]
            return epoch(X, labels, weights, full, lr)

        def divided_by_all(X, labels, weights, order, batch_size, lr):
            """You divide a batch's gradient by the number of all examples. It is the mean over the batch."""
            shrunk = lambda x, s, y: right_gradient(x, s, y) * len(x) / len(X)  # noqa: E731
            return epoch(X, labels, weights, pairs(order, batch_size), lr, shrunk)

        def divided_by_batch_size(X, labels, weights, order, batch_size, lr):
            """You divide the short last batch by the full batch size. It is the mean over its own examples, however
            few."""
            shrunk = lambda x, s, y: right_gradient(x, s, y) * len(x) / batch_size  # noqa: E731
            return epoch(X, labels, weights, pairs(order, batch_size), lr, shrunk)

        def slopes_of_the_start(X, labels, weights, order, batch_size, lr):
            """All your batches measure their scores or their gradient at the weights where the epoch began. Let each
            batch start where the one before ended."""
            return weights - lr * sum(right_gradient(X[b], X[b] @ weights, labels[b]) for b in cut(order, batch_size))

        def weights_are_changed(X, labels, weights, order, batch_size, lr):
            """The result is right, but you changed the weights that were passed in: `weights -= …` writes into the
            caller's array."""
            weights[:] = epoch(X, labels, weights, pairs(order, batch_size), lr)
            return weights

        def one_step_with_all(X, labels, weights, order, batch_size, lr):
            """You take one step with all examples. Cut the order into batches, and let each take a step."""
            return epoch(X, labels, weights, pairs(order, len(X)), lr)

        def order_of_the_inverse(X, labels, weights, order, batch_size, lr):
            """You use the order the wrong way round: it lists which example comes first, second and so on, not at which
            position each example is used."""
            return epoch(X, labels, weights, pairs(np.argsort(order), batch_size), lr)

        def order_backwards(X, labels, weights, order, batch_size, lr):
            """You go through the order backwards."""
            return epoch(X, labels, weights, pairs(order[::-1], batch_size), lr)

        def sorted_order(X, labels, weights, order, batch_size, lr):
            """You reorder the labels twice and the examples once. Cut the indices into batches, and let the same
            indices pick both."""
            twice = order[order]
            return epoch(X, labels, weights, zip(cut(order, batch_size), cut(twice, batch_size), strict=True), lr)

        def first_batch_alone(X, labels, weights, order, batch_size, lr):
            """Only the first batch takes a step. Is your `return` inside the loop or after it?"""
            return epoch(X, labels, weights, pairs(order, batch_size)[:1], lr)

        def one_example_at_a_time(X, labels, weights, order, batch_size, lr):
            """You take a step for each example. Take one for each batch of `batch_size`."""
            return epoch(X, labels, weights, pairs(order, 1), lr)

        def overlapping_batches(X, labels, weights, order, batch_size, lr):
            """Your batches overlap: each begins one example after the last. The next one begins where this one ends."""
            batches = [order[k : k + batch_size] for k in range(len(order))]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def batches_dealt_out(X, labels, weights, order, batch_size, lr):
            """Your batches pick examples at regular intervals. A batch is `batch_size` consecutive indices of the
            order."""
            count = -(-len(order) // batch_size)
            return epoch(X, labels, weights, [(order[k::count], order[k::count]) for k in range(count)], lr)

        def short_batch_joined(X, labels, weights, order, batch_size, lr):
            """Your short last batch is joined to the one before. It should get a separate step."""
            batches = cut(order, batch_size)
            if len(batches) > 1 and len(batches[-1]) < batch_size:
                batches[-2:] = [np.concatenate(batches[-2:])]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def rate_shrinks_with_the_batch(X, labels, weights, order, batch_size, lr):
            """You divide the rate by the batch size. The gradient is a mean already."""
            return epoch(X, labels, weights, pairs(order, batch_size), lr / batch_size)

        def begins_at_zero(X, labels, weights, order, batch_size, lr):
            """You begin from zero weights. Begin from those that are passed in."""
            return epoch(X, labels, np.zeros_like(weights), pairs(order, batch_size), lr)

        def change_alone(X, labels, weights, order, batch_size, lr):
            """This is the change of the weights. The task asks for the weights after it."""
            return epoch(X, labels, weights, pairs(order, batch_size), lr) - weights

        @says(RATE_FORGOTTEN)
        def rate_forgotten(X, labels, weights, order, batch_size, lr):
            return epoch(X, labels, weights, pairs(order, batch_size), 1.0)

        def sorted_labels(X, labels, weights, order, batch_size, lr):
            """You sort the labels. They have to follow the same order as the examples."""
            by_label = np.argsort(labels, kind="stable")
            return epoch(X, labels, weights, zip(cut(order, batch_size), cut(by_label, batch_size), strict=True), lr)

        def labels_inversely_ordered(X, labels, weights, order, batch_size, lr):
            """The examples follow the order, and the labels follow its inverse. Let the same indices pick both."""
            inverse = np.argsort(order)
            return epoch(X, labels, weights, zip(cut(order, batch_size), cut(inverse, batch_size), strict=True), lr)

        def labels_backwards(X, labels, weights, order, batch_size, lr):
            """You reverse the labels. They have to follow the same order as the examples."""
            return epoch(X, labels[::-1], weights, pairs(order, batch_size), lr)

        def counted_wrongly(X, labels, weights, order, batch_size, lr):
            """Your loop counts batches, and you use the count as a position. The next batch begins `batch_size` further
            on."""
            batches = [order[k : k + batch_size] for k in range(len(order) // batch_size)]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def as_many_steps_as_the_batch(X, labels, weights, order, batch_size, lr):
            """You take as many steps as a batch has examples. How many batches are there?"""
            batches = [order[k : k + batch_size] for k in range(min(batch_size, len(order)))]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def one_example_too_many(X, labels, weights, order, batch_size, lr):
            """Your batches have one example too many, so it belongs to two of them. A slice ends before its second
            number."""
            batches = [order[k : k + batch_size + 1] for k in range(0, len(order), batch_size)]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def first_batch_again_and_again(X, labels, weights, order, batch_size, lr):
            """Every step uses the first batch. Move on by `batch_size` each time."""
            first = order[:batch_size]
            return epoch(X, labels, weights, [(first, first)] * len(cut(order, batch_size)), lr)

        def all_in_each_step(X, labels, weights, order, batch_size, lr):
            """Every step uses all the examples. A step uses one batch."""
            return epoch(X, labels, weights, [(order, order)] * len(cut(order, batch_size)), lr)

        def steps_of_a_sum(X, labels, weights, order, batch_size, lr):
            """Your steps grow with the batch: the gradient is the mean over it, not the sum."""
            stretched = lambda x, s, y: right_gradient(x, s, y) * len(x)  # noqa: E731
            return epoch(X, labels, weights, pairs(order, batch_size), lr, stretched)

        def steps_of_a_mean_of_a_mean(X, labels, weights, order, batch_size, lr):
            """Your steps are too short by a factor, the number of examples in the batch. The gradient is a mean over
            them already: is it divided once more?"""
            shrunk = lambda x, s, y: right_gradient(x, s, y) / len(x)  # noqa: E731
            return epoch(X, labels, weights, pairs(order, batch_size), lr, shrunk)

        def steps_divided_by_all(X, labels, weights, order, batch_size, lr):
            """Your steps are too short by a factor, the number of all examples. The gradient is a mean over its batch,
            and is not divided by anything else."""
            return epoch(X, labels, weights, pairs(order, batch_size), lr / len(X))

        def last_batch_alone(X, labels, weights, order, batch_size, lr):
            """Only the last batch's step is left: each begins again from the weights of the start. Let each batch
            start where the one before ended."""
            return epoch(X, labels, weights, pairs(order, batch_size)[-1:], lr)

        def examples_ordered_twice(X, labels, weights, order, batch_size, lr):
            """You reorder the examples twice and the labels once. Let the same indices pick both, once."""
            twice = order[order]
            return epoch(X, labels, weights, zip(cut(twice, batch_size), cut(order, batch_size), strict=True), lr)

        def both_ordered_twice(X, labels, weights, order, batch_size, lr):
            """You use the order twice, for examples and labels. Reorder the arrays, or pick with the indices, but not
            both."""
            return epoch(X, labels, weights, pairs(order[order], batch_size), lr)

        def shrinking_rate(X, labels, weights, order, batch_size, lr):
            """Your rate shrinks from step to step. It stays as it was passed in."""
            for k, batch in enumerate(cut(order, batch_size)):
                weights = epoch(X, labels, weights, [(batch, batch)], lr * 0.9 ** (k + 1))
            return weights

        def slopes_normalised(X, labels, weights, order, batch_size, lr):
            """You divide the gradient by its length, so that all steps are equally long."""
            unit = lambda x, s, y: right_gradient(x, s, y) / np.linalg.norm(right_gradient(x, s, y))  # noqa: E731
            return epoch(X, labels, weights, pairs(order, batch_size), lr, unit)

        def two_epochs(X, labels, weights, order, batch_size, lr):
            """You go through the examples twice. An epoch goes through them once."""
            return epoch(X, labels, weights, pairs(order, batch_size) * 2, lr)

        def batches_evened_out(X, labels, weights, order, batch_size, lr):
            """You cut the order into parts of about equal size. Every batch but the last has `batch_size` examples."""
            batches = np.array_split(order, len(cut(order, batch_size)))
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def batch_size_batches(X, labels, weights, order, batch_size, lr):
            """You make `batch_size` batches. But `batch_size` is how many examples a batch has."""
            batches = [b for b in np.array_split(order, batch_size) if len(b)]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def last_batch_filled_from_before(X, labels, weights, order, batch_size, lr):
            """You fill up the short last batch with examples that were used before. Leave it short."""
            batches = [b if len(b) == batch_size else order[-batch_size:] for b in cut(order, batch_size)]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def last_batch_filled_from_the_front(X, labels, weights, order, batch_size, lr):
            """You fill up the short last batch with the first examples. Leave it short."""
            batches = [np.append(b, order[: batch_size - len(b)]) for b in cut(order, batch_size)]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def first_batch_skipped(X, labels, weights, order, batch_size, lr):
            """You skip the first batch. Positions in the order begin with 0."""
            return epoch(X, labels, weights, pairs(order, batch_size)[1:], lr)

        def labels_unused(X, labels, weights, order, batch_size, lr):
            """The labels do not come into your gradient: these are the probabilities times the inputs."""
            without = lambda x, s, y: x.T @ stable_softmax(s) / len(x)  # noqa: E731
            return epoch(X, labels, weights, pairs(order, batch_size), lr, without)

        def last_batch_first(X, labels, weights, order, batch_size, lr):
            """You take the batches from the last to the first. Begin at the front of the order."""
            return epoch(X, labels, weights, pairs(order, batch_size)[::-1], lr)

        def batches_slopes_averaged(X, labels, weights, order, batch_size, lr):
            """You average the slopes of all batches and take one step. Each batch takes its own step, from where the
            one before ended."""
            slopes = [right_gradient(X[b], X[b] @ weights, labels[b]) for b in cut(order, batch_size)]
            return weights - lr * np.mean(slopes, axis=0)

        @says(batches_evened_out.__doc__)
        def fewer_batches_evened_out(X, labels, weights, order, batch_size, lr):
            batches = np.array_split(order, max(1, len(order) // batch_size))
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        @says(last_batch_filled_from_the_front.__doc__)
        def last_batch_wrapped_around(X, labels, weights, order, batch_size, lr):
            batches = [np.take(order, range(k, k + batch_size), mode="wrap") for k in range(0, len(order), batch_size)]
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def with_momentum(X, labels, weights, order, batch_size, lr):
            """Each of your steps contains 0.9 of the step before, as with momentum. The task asks for plain descent."""
            velocity = 0
            for batch in cut(order, batch_size):
                velocity = 0.9 * velocity + right_gradient(X[batch], X[batch] @ weights, labels[batch])
                weights = weights - lr * velocity
            return weights

        def weights_averaged(X, labels, weights, order, batch_size, lr):
            """You return the mean of the weights after the batches. The task asks for those after the last one."""
            path = []
            for batch in cut(order, batch_size):
                weights = epoch(X, labels, weights, [(batch, batch)], lr)
                path.append(weights)
            return np.mean(path, axis=0)

        def one_example_too_few(X, labels, weights, order, batch_size, lr):
            """Your batches have one example too few, so that some are never used. A slice ends before its second
            number."""
            batches = [order[k : k + batch_size - 1] for k in range(0, len(order), batch_size)]
            return epoch(X, labels, weights, [(b, b) for b in batches if len(b)], lr)

        @says(batch_size_batches.__doc__)
        def batch_size_batches_some_empty(X, labels, weights, order, batch_size, lr):
            batches = np.array_split(order, batch_size)
            return epoch(X, labels, weights, [(b, b) for b in batches], lr)

        def rate_shared_by_the_batches(X, labels, weights, order, batch_size, lr):
            """You divide the rate by the number of batches. Each batch takes a whole step."""
            return epoch(X, labels, weights, pairs(order, batch_size), lr / len(cut(order, batch_size)))

    class right:
        def on_reordered_copies(X, labels, weights, order, batch_size, lr):
            X, labels = X[order], labels[order]
            return epoch(X, labels, weights, pairs(np.arange(len(X)), batch_size), lr)

        def with_while(X, labels, weights, order, batch_size, lr):
            left, weights = list(order), weights.copy()
            while left:
                batch, left = left[:batch_size], left[batch_size:]
                weights -= lr * right_gradient(X[batch], X[batch] @ weights, labels[batch])
            return weights
