"""Exercise 13: the cases of each task, the known mistakes, and right answers written in other ways."""

import math

import numpy as np

from grader.sentences import BUG_STILL_THERE, RESIDUALS_WITHOUT_INTERCEPT, says

BYTES_SHARED_EVENLY = (
    "You divide the bytes evenly among the workers. Rows stay whole, so the shares are rarely the same."
)


class average_shard_gradients:
    def cases(rng):
        yield [np.array(g) for g in ([10.0, -2.0], [5.0, 3.0], [0.0, 1.0], [5.0, -4.0])], np.array([1, 2, 3, 4])
        for d, sizes in [(2, (1, 4, 2)), (1, (5, 2)), (3, (3, 3)), (4, (7, 1, 1, 3)), (2, (6,)), (3, (2, 9))]:
            yield [rng.normal(0, 5, d).round(2) for _ in sizes], np.array(sizes)

    class mistakes:
        def plain_mean(gradients, sizes):
            """Every shard counts the same in your mean, however many examples it has. That is right only if all shards
            are the same size."""
            return np.mean(gradients, axis=0)

        def plain_sum(gradients, sizes):
            """You add up the gradients as they are: the sizes are not used, and nothing is divided."""
            return np.sum(gradients, axis=0)

        def not_divided(gradients, sizes):
            """The sum is right: each gradient times its size. But the task asks for a mean. What do you divide the sum
            by?"""
            return sizes @ np.array(gradients)

        def divided_by_the_shards(gradients, sizes):
            """The sum is right: each gradient times its size. But you divide it by the number of shards. How many
            examples are in the sum?"""
            return sizes @ np.array(gradients) / len(sizes)

        def divided_once_more(gradients, sizes):
            """Your result is too small by a factor, the number of shards. The weighted parts already make up the mean:
            add them, and do not divide again."""
            return np.mean([n * g / sum(sizes) for g, n in zip(gradients, sizes, strict=True)], axis=0)

        def small_shards_count_more(gradients, sizes):
            """In your mean a small shard counts for more than a large one. You divide by the sizes where you should
            multiply."""
            return np.average(gradients, axis=0, weights=1 / sizes)

        def divided_by_its_size(gradients, sizes):
            """You divide each gradient by the size of its shard. It is a mean already, so that division has been
            done."""
            return sum(g / n for g, n in zip(gradients, sizes, strict=True))

        @says(divided_by_its_size.__doc__)
        def divided_by_its_size_and_by_all(gradients, sizes):
            return sum(g / n for g, n in zip(gradients, sizes, strict=True)) / sum(sizes)

        def pair_by_pair(gradients, sizes):
            """You average the first two, then that mean and the next one, and so on. The last gradient then counts as
            much as all those before it together."""
            mean = gradients[0]
            for g in gradients[1:]:
                mean = (mean + g) / 2
            return mean

        def largest_shard_alone(gradients, sizes):
            """You return the gradient of the largest shard and leave out the others."""
            return gradients[int(np.argmax(sizes))]

        def first_shard_alone(gradients, sizes):
            """This is the gradient of the first shard only. Is your `return` inside the loop or after it?"""
            return gradients[0]

        def last_shard_alone(gradients, sizes):
            """This is the gradient of the last shard only. Does each turn of the loop overwrite what the turn before
            has found?"""
            return gradients[-1]

        def one_number(gradients, sizes):
            """You mix all entries of the gradient into one number. Each entry has its own mean: look at `axis`."""
            return np.mean(np.average(gradients, axis=0, weights=sizes))

        def not_added(gradients, sizes):
            """You return each shard's part separately. They still have to be added up."""
            return [n * g / sum(sizes) for g, n in zip(gradients, sizes, strict=True)]

        def entries_by_sizes(gradients, sizes):
            """You multiply the entries of each gradient by the sizes, one by one, which only works when there are as
            many entries as shards. A size belongs to a whole gradient: along which axis do the shards run?"""
            return np.sum(np.array(gradients) * sizes, axis=0) / sum(sizes)

        def along_the_entries(gradients, sizes):
            """You combine the entries of each gradient, where you should combine the shards: look at the axis, or at
            the order of the factors."""
            return np.array(gradients) @ sizes / sum(sizes)

        @says(along_the_entries.__doc__)
        def entries_added_up(gradients, sizes):
            return sizes * np.sum(gradients, axis=1) / sum(sizes)

        def gradients_written_over(gradients, sizes):
            """The numbers are right, but you changed the gradients that were passed in: `g *= …` and `+=` write into
            them. Make new arrays."""
            for g, n in zip(gradients, sizes, strict=True):
                g *= n
            return sum(gradients) / sum(sizes)

        def no_weights_but_all_examples(gradients, sizes):
            """You divide by the number of examples, but add up the gradients without their sizes. Each of them is a
            mean: how many examples does it represent?"""
            return np.sum(gradients, axis=0) / sum(sizes)

        def first_without_its_size(gradients, sizes):
            """The first gradient is in your sum without its size. It represents as many examples as its shard holds,
            like the others."""
            total = gradients[0]
            for g, n in zip(gradients[1:], sizes[1:], strict=True):
                total = total + n * g
            return total / sum(sizes)

        def squared_sizes(gradients, sizes):
            """The sizes come in twice, so that large shards count for too much."""
            return np.average(gradients, axis=0, weights=sizes**2)

        def weights_too_even(gradients, sizes):
            """You weight by the root of each size, so that small shards count for too much."""
            return np.average(gradients, axis=0, weights=np.sqrt(sizes))

        def sizes_from_the_other_end(gradients, sizes):
            """The gradients and the sizes are paired from opposite ends. Gradient k belongs to size k."""
            return np.average(gradients, axis=0, weights=sizes[::-1])

        def sizes_in_order_of_size(gradients, sizes):
            """You sort the sizes, so that they no longer belong to their gradients."""
            return np.average(gradients, axis=0, weights=np.sort(sizes))

        def divided_in_every_turn(gradients, sizes):
            """You divide in every turn of the loop, so that the early gradients are divided again and again. Divide
            once, at the end."""
            total = 0
            for g, n in zip(gradients, sizes, strict=True):
                total = (total + n * g) / n
            return total

        @says(divided_in_every_turn.__doc__)
        def divided_by_all_in_every_turn(gradients, sizes):
            total = 0
            for g, n in zip(gradients, sizes, strict=True):
                total = (total + n * g) / sum(sizes)
            return total

        def divided_by_the_first_size(gradients, sizes):
            """You divide by the size of the first shard. How many examples are there in all of them together?"""
            return sizes @ np.array(gradients) / sizes[0]

        def divided_by_the_last_size(gradients, sizes):
            """You divide by the size of the last shard. How many examples are there in all of them together?"""
            return sizes @ np.array(gradients) / sizes[-1]

        def divided_by_the_largest_size(gradients, sizes):
            """You divide by the size of the largest shard. How many examples are there in all of them together?"""
            return sizes @ np.array(gradients) / max(sizes)

        def divided_by_the_entries(gradients, sizes):
            """You divide by the number of entries of a gradient. How many examples are in the sum?"""
            return sizes @ np.array(gradients) / len(gradients[0])

        def divided_twice_by_the_sizes(gradients, sizes):
            """You divide by the number of examples twice. Once is enough to make a mean of a sum."""
            return np.average(gradients, axis=0, weights=sizes) / sum(sizes)

        def only_the_first_shards_part(gradients, sizes):
            """This is the first shard's part only. The others still have to be added."""
            return sizes[0] * gradients[0] / sum(sizes)

        def only_the_last_shards_part(gradients, sizes):
            """This is the last shard's part only. Does each turn of the loop overwrite the sum, or set it to zero
            again? Set it to zero once, before the loop, and add to it in every turn."""
            return sizes[-1] * gradients[-1] / sum(sizes)

        def last_sum_alone(gradients, sizes):
            """This is the last shard's gradient times its size. Does each turn of the loop overwrite the sum? Add to
            it, and divide it at the end by the number of examples."""
            return sizes[-1] * gradients[-1]

        def last_sum_divided_by_the_shards(gradients, sizes):
            """This is the last shard's gradient times its size, divided by the number of shards. Does each turn of the
            loop overwrite the sum? Add to it, and divide it by the number of examples."""
            return sizes[-1] * gradients[-1] / len(sizes)

        def first_sum_alone(gradients, sizes):
            """This is the first shard's gradient times its size. The other shards' still have to be added, and the sum
            divided by the number of examples."""
            return sizes[0] * gradients[0]

        def first_shard_left_out(gradients, sizes):
            """The first shard is missing from your sum. Where does the loop begin?"""
            return sizes[1:] @ np.array(gradients)[1:] / sum(sizes)

        def last_shard_left_out(gradients, sizes):
            """The last shard is missing from your sum. Where does the loop end?"""
            return sizes[:-1] @ np.array(gradients)[:-1] / sum(sizes)

        def rest_for_the_share(gradients, sizes):
            """You weight each gradient by the share of all the *other* shards."""
            return (sum(sizes) - sizes) @ np.array(gradients) / sum(sizes)

        def middle_gradient(gradients, sizes):
            """You take the median of the gradients, which uses neither the sizes nor all of the values."""
            return np.median(gradients, axis=0)

        def sizes_of_entries_alone(gradients, sizes):
            """You drop the signs of the gradients' entries. Slopes that point in opposite directions must cancel."""
            return sizes @ np.abs(gradients) / sum(sizes)

        def counted_for_its_size(gradients, sizes):
            """You weight each gradient by its place in the list, counted from 0. The weight is the size of its
            shard."""
            return np.arange(len(gradients)) @ np.array(gradients) / sum(sizes)

        def counted_from_one_for_its_size(gradients, sizes):
            """You weight each gradient by its place in the list, counted from 1. The weight is the size of its
            shard."""
            return np.arange(1, len(gradients) + 1) @ np.array(gradients) / sum(sizes)

        def means_so_far_added(gradients, sizes):
            """In every turn of the loop you divide the sum so far by the examples so far, and add up these quotients.
            Divide once, after the loop."""
            parts = np.array([n * g for g, n in zip(gradients, sizes, strict=True)])
            return np.sum(np.cumsum(parts, axis=0) / np.cumsum(sizes)[:, None], axis=0)

        def mean_divided_by_the_examples(gradients, sizes):
            """You take the plain mean of the gradients and divide it by the number of examples. Which weight does each
            gradient need before they are added?"""
            return np.mean(gradients, axis=0) / sum(sizes)

        def mean_times_the_mean_size(gradients, sizes):
            """You multiply the plain mean of the gradients by the mean size. Each gradient needs its own size, before
            they are added."""
            return np.mean(gradients, axis=0) * np.mean(sizes)

        def first_two_alone(gradients, sizes):
            """You combine the first two shards only. How many there are differs from case to case."""
            return np.average(gradients[:2], axis=0, weights=sizes[:2])

        def mean_of_the_divided(gradients, sizes):
            """You divide each gradient by the size of its shard and take the mean of that. Each gradient is a mean
            already: it needs its size as a weight."""
            return np.mean([g / n for g, n in zip(gradients, sizes, strict=True)], axis=0)

        def last_two_sizes_alone(gradients, sizes):
            """Your mean so far counts with the size of the last shard alone when the next gradient is added. It stands
            for all the shards before."""
            mean = gradients[0]
            for g, before, n in zip(gradients[1:], sizes[:-1], sizes[1:], strict=True):
                mean = (before * mean + n * g) / (before + n)
            return mean

        def one_example_less_each(gradients, sizes):
            """You count one example too few in each shard. The weight is its size as it is passed in."""
            return (sizes - 1) @ np.array(gradients) / (sum(sizes) - 1) if len(sizes) > 1 else ...

        @says(one_example_less_each.__doc__)
        def one_example_less_each_and_in_the_sum(gradients, sizes):
            return np.average(gradients, axis=0, weights=sizes - 1)

        def count_one_shard_behind(gradients, sizes):
            """Your running mean moves too far: the count that you divide by lacks the shard that joins. Add its size to
            the count first."""
            mean, count = gradients[0], sizes[0]
            for g, n in zip(gradients[1:], sizes[1:], strict=True):
                mean = mean + (g - mean) * n / count
                count = count + n
            return mean

        def divided_by_the_product(gradients, sizes):
            """The sum is right, but you divide it by the product of the sizes. How many examples are in the sum?"""
            return sizes @ np.array(gradients) / np.prod(sizes)

        def directions_alone(gradients, sizes):
            """You bring each gradient to length 1 before you add it up. A steep shard counts as steep as it is."""
            return sum(n * g / np.linalg.norm(g) for g, n in zip(gradients, sizes, strict=True)) / sum(sizes)

        def first_size_for_all_before(gradients, sizes):
            """Your mean so far counts with the size of the first shard, however many have joined it. Add up the sizes
            as you go."""
            mean = gradients[0]
            for g, n in zip(gradients[1:], sizes[1:], strict=True):
                mean = (sizes[0] * mean + n * g) / (sizes[0] + n)
            return mean

    class right:
        def by_numpy(gradients, sizes):
            return np.average(gradients, axis=0, weights=sizes)

        def by_entry(gradients, sizes):
            n = sum(sizes.tolist())
            columns = zip(*[g.tolist() for g in gradients], strict=True)
            return [sum(size * entry for size, entry in zip(sizes, column, strict=True)) / n for column in columns]

        def by_repeating(gradients, sizes):
            """Each gradient as often as its shard has examples."""
            return np.mean(np.repeat(np.array(gradients), sizes, axis=0), axis=0)

        def on_the_way(gradients, sizes):
            """The mean so far, moved towards each new gradient by its share."""
            mean, count = np.zeros(len(gradients[0])), 0
            for g, n in zip(gradients, sizes, strict=True):
                count += n
                mean = mean + (g - mean) * n / count
            return mean


def points(rng, n):
    """x apart from each other, and y around some line; both of shape (n,), to two decimal places."""
    x = (rng.uniform(-1, 1) + 4 / n * (rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n))).round(2)
    return x, (rng.uniform(1, 3) * x + rng.uniform(2, 6) + rng.normal(0, 2, n)).round(2)


def line(rng):
    """A slope and an intercept, both clear of 0."""
    return round(rng.uniform(-3, -0.5), 2), round(rng.uniform(-4, -1), 2)


def shards_of(rng, n, sizes):
    """Shards of these sizes, drawn from n examples; the rest are in none."""
    return np.split(rng.permutation(n)[: sum(sizes)], np.cumsum(sizes)[:-1])


def whole_gradient(x, y, w, b):
    r = w * x + b - y
    return np.array([2 * np.mean(r * x), 2 * np.mean(r)])


def part_gradients(x, y, w, b, parts):
    """The mean gradient of each part, a row each."""
    return np.array([whole_gradient(x[part], y[part], w, b) for part in parts])


def lengths(parts):
    return np.array([len(part) for part in parts])


def right_gradient(x, y, w, b, parts):
    used = np.concatenate(parts)
    return whole_gradient(x[used], y[used], w, b)


class accumulate_gradients:
    def cases(rng):
        yield np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 9.0]), 0.0, 0.0, [np.array([0, 1]), np.array([2])]
        for n, sizes in [(6, (4, 2)), (6, (2, 2, 2)), (9, (2, 4, 1)), (5, (5,)), (8, (1, 5))]:
            yield *points(rng, n), *line(rng), shards_of(rng, n, sizes)
        yield *points(rng, 7), *line(rng), [np.array([3, 0]), np.array([5])]  # some in between, and the last, in none

    class mistakes:
        @says(BUG_STILL_THERE)
        def every_piece_alike(x, y, w, b, pieces):
            return tuple(np.mean(part_gradients(x, y, w, b, pieces), axis=0))

        def one_slope_right(x, y, w, b, pieces):
            """The slope along w is right now. The one along b still counts a short piece as much as a long one."""
            return right_gradient(x, y, w, b, pieces)[0], np.mean(part_gradients(x, y, w, b, pieces), axis=0)[1]

        def means_added(x, y, w, b, pieces):
            """You add up the mean gradients of the pieces, so the result grows with their number. (PyTorch's `.grad`
            adds up too, which is why the lesson weights each piece's cost.)"""
            return tuple(np.sum(part_gradients(x, y, w, b, pieces), axis=0))

        def sums_not_divided(x, y, w, b, pieces):
            """Adding up over the examples is a good idea, but the cost is a mean: divide at the end."""
            return tuple(lengths(pieces) @ part_gradients(x, y, w, b, pieces))

        def divided_by_all_there_are(x, y, w, b, pieces):
            """This is right only if the pieces hold all the examples. If some are in no piece, you divide by too many:
            count the ones that are used."""
            return tuple(lengths(pieces) @ part_gradients(x, y, w, b, pieces) / len(x))

        def divided_by_the_pieces(x, y, w, b, pieces):
            """You add up over the examples, but divide by the number of pieces. How many examples are there in all?"""
            return tuple(lengths(pieces) @ part_gradients(x, y, w, b, pieces) / len(pieces))

        def all_as_long_as_the_first(x, y, w, b, pieces):
            """You divide as if all pieces were as long as the first. Count the examples of each."""
            count = len(pieces) * len(pieces[0])
            return tuple(lengths(pieces) @ part_gradients(x, y, w, b, pieces) / count)

        def all_as_long_as_the_last(x, y, w, b, pieces):
            """You divide by the length of the last piece only. Count the examples of each."""
            return tuple(lengths(pieces) @ part_gradients(x, y, w, b, pieces) / len(pieces[-1]))

        def divided_by_their_lengths(x, y, w, b, pieces):
            """You divide each piece's mean by its length. `np.mean` has done that already: which weight does the mean
            need?"""
            return tuple((1 / lengths(pieces)) @ part_gradients(x, y, w, b, pieces))

        def divided_twice(x, y, w, b, pieces):
            """Each piece has the right weight now, but the old division by the number of pieces is still there."""
            return tuple(right_gradient(x, y, w, b, pieces) / len(pieces))

        def first_piece_alone(x, y, w, b, pieces):
            """This is the gradient of the first piece only. Is your `return` inside the loop or after it?"""
            return tuple(part_gradients(x, y, w, b, pieces)[0])

        def last_piece_alone(x, y, w, b, pieces):
            """This is the gradient of the last piece only. Does each turn of the loop overwrite what the turn before
            has found? Accumulate it."""
            return tuple(part_gradients(x, y, w, b, pieces)[-1])

        def all_examples(x, y, w, b, pieces):
            """You use all the examples, whatever is in `pieces`. Examples that are in no piece are not used."""
            return tuple(whole_gradient(x, y, w, b))

        @says(RESIDUALS_WITHOUT_INTERCEPT)
        def without_intercept(x, y, w, b, pieces):
            return tuple(right_gradient(x, y, w, 0.0, pieces))

        def weighted_the_wrong_way_round(x, y, w, b, pieces):
            """A short piece counts for more than a long one: you divide by its length where you should multiply."""
            return tuple(part_gradients(x, y, w, b, pieces).T @ (sum(lengths(pieces)) / lengths(pieces)) / len(pieces))

        def weighted_by_the_rest(x, y, w, b, pieces):
            """You weight each piece by the share of all the *other* examples."""
            shares = lengths(pieces) / sum(lengths(pieces))
            return tuple((1 - shares) @ part_gradients(x, y, w, b, pieces))

        def all_as_long_as_the_longest(x, y, w, b, pieces):
            """You divide as if all pieces were as long as the longest. Count the examples of each."""
            count = len(pieces) * max(lengths(pieces))
            return tuple(lengths(pieces) @ part_gradients(x, y, w, b, pieces) / count)

        def halved_in_every_turn(x, y, w, b, pieces):
            """You average what you have so far with the next piece, so the last piece counts as much as all those
            before it together."""
            mean = part_gradients(x, y, w, b, pieces)[0]
            for gradient in part_gradients(x, y, w, b, pieces)[1:]:
                mean = (mean + gradient) / 2
            return tuple(mean)

        def means_multiplied(x, y, w, b, pieces):
            """Along w you multiply the mean residual by the mean of x. The mean of the products is not the product of
            the means: multiply example by example first."""
            used = np.concatenate(pieces)
            r = w * x[used] + b - y[used]
            return 2 * np.mean(r) * np.mean(x[used]), 2 * np.mean(r)

        def means_of_each_piece_multiplied(x, y, w, b, pieces):
            """Along w you multiply each piece's mean residual by its mean of x. The mean of the products is not the
            product of the means: multiply example by example first."""
            n, gradients = lengths(pieces), part_gradients(x, y, w, b, pieces)
            return n @ (gradients[:, 1] * [x[piece].mean() for piece in pieces]) / sum(n), n @ gradients[:, 1] / sum(n)

        def positions_for_values(x, y, w, b, pieces):
            """Along w you multiply by the indices in the piece. They say which examples belong to it: the factor is
            the `x` of each."""
            used = np.concatenate(pieces)
            r = w * x[used] + b - y[used]
            return 2 * np.mean(r * used), 2 * np.mean(r)

        def from_the_front(x, y, w, b, pieces):
            """You take as many examples as the piece has, but always the first ones. The piece says which: use its
            indices."""
            parts = [np.arange(len(piece)) for piece in pieces]
            return tuple(lengths(parts) @ part_gradients(x, y, w, b, parts) / sum(lengths(parts)))

        def last_piece_left_out(x, y, w, b, pieces):
            """The last piece is counted, but its gradient is missing from the sum."""
            n = lengths(pieces)
            return tuple(n[:-1] @ part_gradients(x, y, w, b, pieces)[:-1] / sum(n))

        def last_pieces_part_alone(x, y, w, b, pieces):
            """This is the last piece's part only. Does each turn of the loop overwrite the sums, or set them to zero
            again? Set them to zero before the loop, and add to them in it by `+=`."""
            n = lengths(pieces)
            return tuple(n[-1] * part_gradients(x, y, w, b, pieces)[-1] / sum(n))

        def last_piece_divided_by_the_pieces(x, y, w, b, pieces):
            """This is the last piece's mean, divided by the number of pieces. Does each turn of the loop overwrite the
            sums? Add to them, and give each piece the weight of its length."""
            return tuple(part_gradients(x, y, w, b, pieces)[-1] / len(pieces))

        def last_sums_alone(x, y, w, b, pieces):
            """These are the sums over the last piece only. Does each turn of the loop overwrite them? Add to them, and
            divide them at the end by the number of examples."""
            return tuple(part_gradients(x, y, w, b, pieces)[-1] * lengths(pieces)[-1])

        def residuals_squared(x, y, w, b, pieces):
            """You square the residuals as in the cost. The derivative of a square is twice what was squared."""
            used = np.concatenate(pieces)
            r = (w * x[used] + b - y[used]) ** 2
            return 2 * np.mean(r * x[used]), 2 * np.mean(r)

        def residuals_without_sign(x, y, w, b, pieces):
            """You drop the residuals' signs. Points above the line must pull against those below."""
            used = np.concatenate(pieces)
            r = abs(w * x[used] + b - y[used])
            return 2 * np.mean(r * x[used]), 2 * np.mean(r)

        def stepped_already(x, y, w, b, pieces):
            """You take a step with the gradient. This task asks for the gradient only."""
            dw, db = right_gradient(x, y, w, b, pieces)
            return w - dw, b - db

        def from_the_first_examples(x, y, w, b, pieces):
            """You take the first examples of all, as many as the pieces hold. A piece says which examples it holds: use
            its indices."""
            return tuple(whole_gradient(x[: sum(lengths(pieces))], y[: sum(lengths(pieces))], w, b))

        def stepped_between_the_pieces(x, y, w, b, pieces):
            """You change w and b between the pieces. All pieces of a batch are measured at the same w and b."""
            n, dw, db = sum(lengths(pieces)), 0.0, 0.0
            for piece in pieces:
                slopes = whole_gradient(x[piece], y[piece], w - dw, b - db) * len(piece) / n
                dw, db = dw + slopes[0], db + slopes[1]
            return dw, db

        @says(stepped_between_the_pieces.__doc__)
        def descended_between_the_pieces(x, y, w, b, pieces):
            theta, total = np.array([w, b]), np.zeros(2)
            for piece in pieces:
                gradient = whole_gradient(x[piece], y[piece], *theta)
                theta, total = theta - 0.1 * gradient, total + len(piece) * gradient
            return tuple(total / sum(lengths(pieces)))

        @says(stepped_between_the_pieces.__doc__)
        def stepped_between_the_pieces_by_a_hundredth(x, y, w, b, pieces):
            n, dw, db = sum(lengths(pieces)), 0.0, 0.0
            for piece in pieces:
                slopes = whole_gradient(x[piece], y[piece], w - 0.01 * dw, b - 0.01 * db) * len(piece) / n
                dw, db = dw + slopes[0], db + slopes[1]
            return dw, db

        def from_the_smallest_to_the_largest_index(x, y, w, b, pieces):
            """You take all the examples from a piece's smallest index to its largest. Some in between may belong to
            another piece, or to none: index with the piece itself."""
            parts = [np.arange(min(piece), max(piece) + 1) for piece in pieces]
            return tuple(lengths(parts) @ part_gradients(x, y, w, b, parts) / sum(lengths(parts)))

        def single_examples_left_out(x, y, w, b, pieces):
            """You leave out the pieces that hold a single example. It counts as much as any other."""
            parts = [piece for piece in pieces if len(piece) > 1]
            return tuple(right_gradient(x, y, w, b, parts))

        def middle_piece(x, y, w, b, pieces):
            """You take the median of the pieces' slopes, which uses neither their lengths nor all of the values."""
            return tuple(np.median(part_gradients(x, y, w, b, pieces), axis=0))

        def divided_as_it_goes(x, y, w, b, pieces):
            """You divide the sums in every turn of the loop, so that the early pieces are divided again and again.
            Divide once, after the loop."""
            gradient, count = np.zeros(2), 0
            for piece, mean in zip(pieces, part_gradients(x, y, w, b, pieces), strict=True):
                count += len(piece)
                gradient = (gradient + len(piece) * mean) / count
            return tuple(gradient)

        def sums_divided_by_the_count_so_far(x, y, w, b, pieces):
            """You divide each piece's sum by the examples counted so far, so that the early pieces count for too much.
            Divide once, after the loop."""
            n = lengths(pieces)
            return tuple((n / np.cumsum(n)) @ part_gradients(x, y, w, b, pieces))

        def means_divided_by_the_count(x, y, w, b, pieces):
            """You add up the pieces' means and divide by the number of examples. Each mean has been divided by the
            length of its piece already: `np.sum` leaves that to the end."""
            return tuple(np.sum(part_gradients(x, y, w, b, pieces), axis=0) / sum(lengths(pieces)))

        def all_examples_for_each_piece(x, y, w, b, pieces):
            """You add up all the examples once for each piece. In each turn, `x[piece]` and `y[piece]` are the ones
            that count."""
            return tuple(whole_gradient(x, y, w, b) * len(x) * len(pieces) / sum(lengths(pieces)))

        def one_slope_divided_by_the_pieces(x, y, w, b, pieces):
            """The slope along w is right now. Along b you still divide by the number of pieces."""
            right = right_gradient(x, y, w, b, pieces)
            return right[0], right[1] * sum(lengths(pieces)) / len(pieces)

        def one_example_too_many(x, y, w, b, pieces):
            """You divide by one example too many. Does your count begin at 0?"""
            n = sum(lengths(pieces))
            return tuple(right_gradient(x, y, w, b, pieces) * n / (n + 1))

        def up_to_the_largest_index(x, y, w, b, pieces):
            """You use all the examples up to the largest index in `pieces`. Some of those before it may be in no
            piece."""
            return tuple(whole_gradient(*(points[: 1 + np.max(np.concatenate(pieces))] for points in (x, y)), w, b))

    class right:
        def at_once(x, y, w, b, pieces):
            return right_gradient(x, y, w, b, pieces)

        def by_weights(x, y, w, b, pieces):
            n, dw, db = sum(len(piece) for piece in pieces), 0.0, 0.0
            for piece in pieces:
                residual = y[piece] - w * x[piece] - b
                dw -= 2 * np.mean(residual * x[piece]) * len(piece) / n
                db -= 2 * np.mean(residual) * len(piece) / n
            return [dw, db]

        def by_example(x, y, w, b, pieces):
            residuals = [(w * x[i] + b - y[i], x[i]) for piece in pieces for i in piece]
            n = len(residuals)
            return 2 * sum(r * x_i for r, x_i in residuals) / n, 2 * sum(r for r, _ in residuals) / n


def shared_out(shapes, workers, rows_of, numbers=4, size=4):
    """Bytes on each worker; rows_of(rows, workers) says how many rows of a tensor each worker holds."""
    held = np.zeros(workers)
    for rows, *row_shape in shapes:
        held += numbers * size * np.array(rows_of(rows, workers)) * np.prod(row_shape)
    return held.tolist()


def by_pieces(rows, workers):
    piece = int(np.ceil(rows / workers))
    return [min(piece, max(0, rows - k * piece)) for k in range(workers)]


def all_rows(rows, workers):
    return [rows] * workers


def parameters_of(shapes):
    return int(sum(np.prod(shape) for shape in shapes))


class bytes_per_worker:
    def cases(rng):
        yield [(5, 3), (5,), (1, 5), (1,)], 2
        yield [(5,)], 4  # 2, 2, 1 and 0 rows
        yield [(7, 2), (7,)], 1
        yield [(int(rng.integers(7, 10)), 3, 2, 2), (8,)], 3
        yield [(4, 6), (4,), (6, 4), (6,)], 2
        yield [(9, 2), (int(rng.integers(10, 13)),), (2, 9), (2,)], 5

    class mistakes:
        @says(BYTES_SHARED_EVENLY)
        def numbers_shared_evenly(shapes, workers):
            return [16 * parameters_of(shapes) / workers] * workers

        @says(BYTES_SHARED_EVENLY)
        def whole_bytes_shared_evenly(shapes, workers):
            return [16 * parameters_of(shapes) // workers] * workers

        def tensor_by_tensor_evenly(shapes, workers):
            """You divide the numbers of each tensor evenly, rounded up. Only whole rows are shared out: a tensor of one
            row is on one worker."""
            return [16 * sum(int(np.ceil(np.prod(shape) / workers)) for shape in shapes)] * workers

        def tensors_cut_by_numbers(shapes, workers):
            """You cut each tensor number by number. Only whole rows are shared out: a tensor of one row is on one
            worker."""
            return shared_out([(int(np.prod(shape)),) for shape in shapes], workers, by_pieces)

        def rounded_down(shapes, workers):
            """Your pieces are rounded down, so some rows are on no worker at all."""
            return shared_out(shapes, workers, lambda rows, p: [rows // p] * p)

        def rounded_to_the_nearest(shapes, workers):
            """Your pieces are rounded to the nearest whole number, so some rows may be on no worker. Round up."""
            return shared_out(
                shapes, workers, lambda rows, p: np.diff(np.minimum(np.arange(p + 1) * round(rows / p), rows))
            )

        def one_row_too_many(shapes, workers):
            """Your pieces are a row too long when the rows divide evenly: 4 rows among 2 workers are 2 and 2."""
            return shared_out(
                shapes, workers, lambda rows, p: np.diff(np.minimum(np.arange(p + 1) * (rows // p + 1), rows))
            )

        def rest_for_the_last(shapes, workers):
            """Your pieces are rounded down, and the last worker takes what is left. Pieces are rounded up here, so that
            it is the last workers who may get less."""
            return shared_out(shapes, workers, lambda rows, p: [rows // p] * (p - 1) + [rows - (p - 1) * (rows // p)])

        def rest_for_the_first(shapes, workers):
            """Your pieces are rounded down, and worker 0 takes what is left over as well. Pieces are rounded up here,
            so that it is the last workers who may get less."""
            return shared_out(shapes, workers, lambda rows, p: [rows // p + rows % p] + [rows // p] * (p - 1))

        def full_pieces_alone(shapes, workers):
            """In your code a worker takes a full piece or nothing. What is left at the end, less than a full piece, is
            on no worker."""
            return shared_out(
                shapes,
                workers,
                lambda rows, p: [n * ((k + 1) * n <= rows) for n in [int(np.ceil(rows / p))] for k in range(p)],
            )

        def piece_of_what_is_left(shapes, workers):
            """You compute the length of a piece again for each worker, from the rows that are left. It is the same for
            all: compute it once, from all rows."""

            def handed_out(rows, p):
                taken = []
                for _ in range(p):
                    taken.append(int(np.ceil((rows - sum(taken)) / p)))
                return taken

            return shared_out(shapes, workers, handed_out)

        @says(BYTES_SHARED_EVENLY)
        def rounded_up_evenly(shapes, workers):
            return [16 * int(np.ceil(parameters_of(shapes) / workers))] * workers

        def rest_one_by_one(shapes, workers):
            """You share out the rows as evenly as possible: 5 rows among 4 workers as 2, 1, 1 and 1. Here every piece
            has the same number of rows, rounded up, until none are left: 2, 2, 1 and 0."""
            return shared_out(shapes, workers, lambda rows, p: [rows // p + (k < rows % p) for k in range(p)])

        def remainder_for_the_last(shapes, workers):
            """You give the last worker the remainder of the division. What is left for it is what the full pieces
            before it have not taken."""
            return shared_out(shapes, workers, lambda rows, p: [np.ceil(rows / p)] * (p - 1) + [rows % p])

        def first_piece_and_the_rest(shapes, workers):
            """Each worker after the first holds all that is left after the first piece. That is right for two workers
            only."""
            return shared_out(shapes, workers, lambda rows, p: [n := int(np.ceil(rows / p))] + [rows - n] * (p - 1))

        def same_piece_for_all(shapes, workers):
            """You give every worker a full piece. Rounding up hands out more rows than there are: what is left for the
            last ones?"""
            return shared_out(shapes, workers, lambda rows, p: [np.ceil(rows / p)] * p)

        def fewer_than_none(shapes, workers):
            """In your code a worker can hold fewer than 0 rows, which lowers its bytes. If no rows are left for it, it
            holds none."""
            return shared_out(
                shapes, workers, lambda rows, p: [min(n := int(np.ceil(rows / p)), rows - k * n) for k in range(p)]
            )

        def rest_for_the_last_after_rounding_up(shapes, workers):
            """All workers but the last get a full piece in your code, and the last one what is left. With few rows
            there may be nothing left even before that."""
            return shared_out(
                shapes,
                workers,
                lambda rows, p: [n := int(np.ceil(rows / p))] * (p - 1) + [rows - (p - 1) * n],
            )

        @says(rest_for_the_last_after_rounding_up.__doc__)
        def rest_for_the_last_if_any(shapes, workers):
            return shared_out(
                shapes,
                workers,
                lambda rows, p: [n := int(np.ceil(rows / p))] * (p - 1) + [max(0, rows - (p - 1) * n)],
            )

        def nothing_shared(shapes, workers):
            """Every worker holds everything in your code, as under DDP. Here each holds only its rows."""
            return shared_out(shapes, workers, all_rows)

        def only_the_memories(shapes, workers):
            """You share out two of each parameter's four numbers, as ZeRO's stage 1 does with Adam's memories, and
            every worker holds the other two for all parameters. Here all four are shared out."""
            whole, part = shared_out(shapes, workers, all_rows, 2), shared_out(shapes, workers, by_pieces, 2)
            return [a + b for a, b in zip(whole, part, strict=True)]

        def memories_and_gradients(shapes, workers):
            """You share out three of each parameter's four numbers, as ZeRO's stage 2 does with gradients and Adam's
            memories, and every worker holds the fourth for all parameters. Here all four are shared out."""
            whole, part = shared_out(shapes, workers, all_rows, 1), shared_out(shapes, workers, by_pieces, 3)
            return [a + b for a, b in zip(whole, part, strict=True)]

        def parameters_alone(shapes, workers):
            """You count 4 bytes for each parameter. A worker keeps four numbers for it, of 4 bytes each."""
            return shared_out(shapes, workers, by_pieces, numbers=1)

        def without_memories(shapes, workers):
            """You count two numbers for each parameter. There are four: the parameter, its gradient, m and v."""
            return shared_out(shapes, workers, by_pieces, numbers=2)

        def one_number_missing(shapes, workers):
            """You count three numbers for each parameter. There are four: the parameter, its gradient, m and v."""
            return shared_out(shapes, workers, by_pieces, numbers=3)

        def parameters_counted(shapes, workers):
            """You count the parameters that each worker holds. How many bytes does a worker keep for each of them?"""
            return shared_out(shapes, workers, by_pieces, numbers=1, size=1)

        def float64(shapes, workers):
            """You count 8 bytes for a number. In float32 it takes 4."""
            return shared_out(shapes, workers, by_pieces, size=8)

        def bits(shapes, workers):
            """You count bits. A byte has 8 of them, and a number in float32 takes 4 bytes."""
            return shared_out(shapes, workers, by_pieces, size=32)

        def rows_for_numbers(shapes, workers):
            """You count rows. A row holds as many numbers as the other dimensions multiply to."""
            return shared_out([shape[:1] for shape in shapes], workers, by_pieces)

        def second_dimension_alone(shapes, workers):
            """You take a row to be as long as the second dimension. If there are more dimensions, they all multiply."""
            return shared_out([shape[:2] for shape in shapes], workers, by_pieces)

        def last_dimension_alone(shapes, workers):
            """You take a row to be as long as the last dimension. If there are more dimensions, they all multiply."""
            return shared_out([(shape[0], *shape[1:][-1:]) for shape in shapes], workers, by_pieces)

        def dimensions_added(shapes, workers):
            """You add up the dimensions of a row. They multiply: a row of shape (3, 2, 2) holds 12 numbers."""
            return shared_out([(shape[0], sum(shape[1:]) or 1) for shape in shapes], workers, by_pieces)

        def cut_along_the_last_dimension(shapes, workers):
            """You cut each tensor along its last dimension. It is cut along the first, by rows."""
            return shared_out([shape[::-1] for shape in shapes], workers, by_pieces)

        def matrices_alone(shapes, workers):
            """You leave out the tensors of one dimension, the biases. They are shared out too."""
            return shared_out([shape for shape in shapes if len(shape) > 1], workers, by_pieces)

        def vectors_whole(shapes, workers):
            """You keep the tensors of one dimension whole on worker 0. They are cut too: each of their numbers is a
            row."""
            vectors = [(1, *shape) for shape in shapes if len(shape) == 1]
            return shared_out([*vectors, *(shape for shape in shapes if len(shape) > 1)], workers, by_pieces)

        def vectors_for_all(shapes, workers):
            """You give every worker the whole tensors of one dimension. They are cut too: each of their numbers is a
            row."""
            vectors = shared_out([shape for shape in shapes if len(shape) == 1], workers, all_rows)
            matrices = shared_out([shape for shape in shapes if len(shape) > 1], workers, by_pieces)
            return [a + b for a, b in zip(vectors, matrices, strict=True)]

        def last_dimension_of_vectors_too(shapes, workers):
            """You take a row to be as long as the last dimension, even when there is only one. A row of a tensor with
            one dimension is a single number."""
            return shared_out([(shape[0], shape[-1]) for shape in shapes], workers, by_pieces)

        def rows_counted_twice(shapes, workers):
            """You multiply a worker's rows by the size of the whole tensor. A row holds what the other dimensions
            multiply to."""
            return shared_out([(shape[0], *shape) for shape in shapes], workers, by_pieces)

        def whole_tensors(shapes, workers):
            """You give each tensor to one worker, in turn. Every tensor is cut, and each worker gets its rows of it."""
            held = [0.0] * workers
            for k, shape in enumerate(shapes):
                held[k % workers] += 16.0 * np.prod(shape)
            return held

        def all_rows_in_one(shapes, workers):
            """You add up the rows of all tensors before you cut. Each tensor is cut separately, so each can leave the
            last workers with less."""
            pieces = by_pieces(sum(shape[0] for shape in shapes), workers)
            per_row = parameters_of(shapes) / sum(shape[0] for shape in shapes)
            return [16 * n * per_row for n in pieces]

        def cut_as_one_vector(shapes, workers):
            """You join all tensors into one long vector and cut that. Each tensor is cut separately, by rows."""
            return [16 * n for n in by_pieces(parameters_of(shapes), workers)]

        def last_tensor_alone(shapes, workers):
            """You count the last tensor only. Does each turn of the loop overwrite what the turn before has found?"""
            return shared_out(shapes[-1:], workers, by_pieces)

        def first_tensor_alone(shapes, workers):
            """You count the first tensor only. Is your `return` inside the loop or after it?"""
            return shared_out(shapes[:1], workers, by_pieces)

        def all_of_them_together(shapes, workers):
            """This is what all workers hold together. The task asks for each of them, in a list."""
            return 16 * parameters_of(shapes)

        def largest_alone(shapes, workers):
            """This is what the fullest worker holds. The task asks for each of them, in a list."""
            return max(shared_out(shapes, workers, by_pieces))

        def from_the_other_end(shapes, workers):
            """Your list runs from the last worker to the first. Worker 0 takes the first piece, and comes first."""
            return shared_out(shapes, workers, by_pieces)[::-1]

        def megabytes(shapes, workers):
            """You count megabytes. The task asks for bytes."""
            return [held / 1e6 for held in shared_out(shapes, workers, by_pieces)]

        def table_of_tensors(shapes, workers):
            """You return the bytes of each tensor separately. Add them up for each worker."""
            return [shared_out([shape], workers, by_pieces) for shape in shapes]

        def all_rows_in_one_pile(shapes, workers):
            """You put the rows of all tensors in one pile and cut that. Each tensor is cut on its own."""
            rows = [math.prod(shape[1:]) for shape in shapes for _ in range(shape[0])]
            piece = -(-len(rows) // workers)
            return [16 * sum(rows[k * piece : (k + 1) * piece]) for k in range(workers)]

        @says(rounded_to_the_nearest.__doc__)
        def rounded_to_the_nearest_but_one_at_least(shapes, workers):
            return shared_out(
                shapes, workers, lambda rows, p: np.diff(np.minimum(np.arange(p + 1) * max(1, round(rows / p)), rows))
            )

        @says(BYTES_SHARED_EVENLY)
        def bytes_of_each_tensor_shared_evenly(shapes, workers):
            return [sum(int(16 * np.prod(shape) / workers) for shape in shapes)] * workers

        def full_piece_or_none(shapes, workers):
            """A worker that gets any rows gets a full piece in your code. The last one that gets some takes what is
            left, which may be fewer."""
            return shared_out(
                shapes,
                workers,
                lambda rows, p: [n * (k * n < rows) for n in [int(np.ceil(rows / p))] for k in range(p)],
            )

        def only_the_parameters(shapes, workers):
            """You share out one of each parameter's four numbers, and every worker holds the other three for all
            parameters. Here all four are shared out: the parameter, its gradient, m and v."""
            whole, part = shared_out(shapes, workers, all_rows, 3), shared_out(shapes, workers, by_pieces, 1)
            return [a + b for a, b in zip(whole, part, strict=True)]

        def few_rows_for_all(shapes, workers):
            """You give every worker the whole of a tensor that has fewer rows than there are workers. It is cut as
            well: the first workers get a row each, and the others none."""
            return shared_out(shapes, workers, lambda rows, p: all_rows(rows, p) if rows < p else by_pieces(rows, p))

        def few_rows_on_the_first(shapes, workers):
            """You leave a tensor that has fewer rows than there are workers whole on worker 0. It is cut as well: the
            first workers get a row each, and the others none."""
            return shared_out(
                shapes, workers, lambda rows, p: [rows] + [0] * (p - 1) if rows < p else by_pieces(rows, p)
            )

        @says(dimensions_added.__doc__)
        def dimensions_added_none_of_a_vector(shapes, workers):
            return shared_out([(shape[0], sum(shape[1:])) for shape in shapes], workers, by_pieces)

    class right:
        def by_slices(shapes, workers):
            """Rows that are really cut, with a slice for each worker."""
            held = []
            for k in range(workers):
                mine = 0
                for shape in shapes:
                    piece = (shape[0] + workers - 1) // workers
                    mine += np.zeros(shape, dtype="float32")[k * piece : (k + 1) * piece].nbytes
                held.append(4 * mine)
            return held

        def by_arrays(shapes, workers):
            rows = np.array([shape[0] for shape in shapes])
            length = np.array([np.prod(shape) for shape in shapes]) // rows
            piece = -(-rows // workers)
            first = np.arange(workers)[:, None] * piece
            return (np.clip(rows - first, 0, piece) @ length * 16).astype(int)

        def by_handing_out(shapes, workers):
            """Row by row to the worker whose turn it is."""
            held = [0.0] * workers
            for shape in shapes:
                piece = int(np.ceil(shape[0] / workers))
                for row in range(shape[0]):
                    held[row // piece] += 16 * int(np.prod(shape[1:]))
            return held


def factors_with(ddp, mirrored):
    """Factors by a formula for each engine, each a function of the sizes."""
    return lambda sizes, engine: (ddp if engine == "DDP" else mirrored)(np.asarray(sizes))


def for_the_mean(sizes):
    return sizes * len(sizes) / sizes.sum()


def for_the_sum(sizes):
    return sizes / sizes.sum()


class cost_factors:
    def cases(rng):
        yield np.array([10, 20, 30, 40]), "DDP"
        yield np.array([10, 20, 30, 40]), "MirroredStrategy"
        yield np.array([30, 70]), "DDP"
        for workers in (3, 5):
            sizes = rng.permutation(np.arange(1, workers + 1) * 7 + rng.integers(0, 5, workers))
            yield sizes, "DDP"
            yield sizes[::-1].copy(), "MirroredStrategy"
        yield np.array([25, 25, 25, 25]), "DDP"
        yield np.array([40, 40]), "MirroredStrategy"
        yield np.array([64]), "DDP"

    class mistakes:
        def always_for_the_sum(sizes, engine):
            """This is right for MirroredStrategy. DDP divides by the number of workers afterwards, and your factors do
            not make up for it. (If a branch is meant to: does any case reach it? Is the sum that you divide by
            taken before the sizes change?)"""
            return factors_with(for_the_sum, for_the_sum)(sizes, engine)

        def always_for_the_mean(sizes, engine):
            """This is right for DDP. MirroredStrategy does not divide, so with your factors its step is too long by a
            factor, the number of workers. (If your code has other factors for it: does any case reach them?)"""
            return factors_with(for_the_mean, for_the_mean)(sizes, engine)

        def engines_swapped(sizes, engine):
            """You have mixed up the two engines. Which of them takes the mean, and which the sum?"""
            return factors_with(for_the_sum, for_the_mean)(sizes, engine)

        def as_if_all_were_equal(sizes, engine):
            """Your factors are the same for all workers. That is right only if all shards are the same size."""
            return factors_with(np.ones_like, lambda sizes: np.full(len(sizes), 1 / len(sizes)))(sizes, engine)

        def divided_for_the_mean(sizes, engine):
            """MirroredStrategy is right. For DDP you divide by the number of workers, but DDP does that already. Your
            factors have to make up for it."""
            return factors_with(lambda sizes: for_the_sum(sizes) / len(sizes), for_the_sum)(sizes, engine)

        def divided_for_the_sum(sizes, engine):
            """DDP is right. For MirroredStrategy you divide by the number of workers, but a sum of weighted parts needs
            no further division."""
            return factors_with(for_the_mean, lambda sizes: for_the_sum(sizes) / len(sizes))(sizes, engine)

        def for_a_cost_that_is_a_sum(sizes, engine):
            """Your factors would be right if each worker's cost were the sum over its shard. Here it is the mean,
            already divided by the size of the shard."""
            return factors_with(
                lambda sizes: np.full(len(sizes), len(sizes) / sizes.sum()),
                lambda sizes: np.full(len(sizes), 1 / sizes.sum()),
            )(sizes, engine)

        def sum_cost_for_the_sum(sizes, engine):
            """DDP is right. For MirroredStrategy your factor would be right if each worker's cost were the sum over its
            shard, as in the lesson's program. Here it is the mean."""
            return factors_with(for_the_mean, lambda sizes: np.full(len(sizes), 1 / sizes.sum()))(sizes, engine)

        def turned_over(sizes, engine):
            """Your factors are upside down: with them a large shard counts for less than a small one. Its gradient
            represents more examples."""
            return factors_with(lambda sizes: 1 / for_the_mean(sizes), lambda sizes: 1 / for_the_sum(sizes))(
                sizes, engine
            )

        def not_yet_divided(sizes, engine):
            """Your factors grow with the number of examples. Only a shard's share of all examples counts."""
            return factors_with(lambda sizes: sizes * len(sizes), lambda sizes: sizes)(sizes, engine)

        def sizes_alone(sizes, engine):
            """These are the sizes themselves. What counts is each shard's share of all examples, and what the engine
            does."""
            return sizes * 1.0

        def by_the_largest(sizes, engine):
            """For DDP you measure each size relative to the largest shard. What counts is its share of all examples."""
            return factors_with(lambda sizes: sizes / sizes.max(), for_the_sum)(sizes, engine)

        def none_for_ddp(sizes, engine):
            """MirroredStrategy is right. For DDP all your factors are 1, so its plain mean counts every shard the same,
            whatever its size."""
            return factors_with(np.ones_like, for_the_sum)(sizes, engine)

        def none_for_the_sum(sizes, engine):
            """DDP is right. For MirroredStrategy all your factors are 1: the sum of the workers' mean gradients is not
            the gradient of all the examples."""
            return factors_with(for_the_mean, np.ones_like)(sizes, engine)

        def mean_for_ddp(sizes, engine):
            """MirroredStrategy is right. For DDP your factors are the same for all workers, whatever their shards'
            sizes."""
            return factors_with(lambda sizes: np.full(len(sizes), 1 / len(sizes)), for_the_sum)(sizes, engine)

        def same_for_the_sum(sizes, engine):
            """DDP is right. For MirroredStrategy your factors are the same for all workers, whatever their shards'
            sizes."""
            return factors_with(for_the_mean, lambda sizes: np.full(len(sizes), 1 / len(sizes)))(sizes, engine)

        def divided_by_the_workers(sizes, engine):
            """MirroredStrategy is right. For DDP you divide the sizes by the number of workers. What counts is a
            shard's share of all examples, and what makes up for DDP's division."""
            return factors_with(lambda sizes: sizes / len(sizes), for_the_sum)(sizes, engine)

        def no_factors(sizes, engine):
            """Your factors are all 1, which leaves the cost as it is. What does each engine make of unequal shards
            then?"""
            return np.ones(len(sizes))

        def workers_alone_for_ddp(sizes, engine):
            """MirroredStrategy is right. For DDP you make up for its division, but the factors no longer depend on the
            shards' sizes."""
            return factors_with(lambda sizes: np.full(len(sizes), len(sizes)), for_the_sum)(sizes, engine)

        def sum_cost_for_the_mean(sizes, engine):
            """MirroredStrategy is right. For DDP you divide by each shard's size, but the cost is a mean already."""
            return factors_with(lambda sizes: 1 / sizes, for_the_sum)(sizes, engine)

        def sum_cost_divided_for_the_sum(sizes, engine):
            """DDP is right. For MirroredStrategy you divide by each shard's size, but the cost is a mean already."""
            return factors_with(for_the_mean, lambda sizes: 1 / sizes)(sizes, engine)

        def ddp_turned_over(sizes, engine):
            """MirroredStrategy is right. For DDP your factors are upside down: a large shard counts for less than a
            small one."""
            return factors_with(lambda sizes: sizes.sum() / sizes, for_the_sum)(sizes, engine)

        def sizes_for_the_sum(sizes, engine):
            """DDP is right. For MirroredStrategy your factors grow with the number of examples. Only a shard's share of
            all examples counts."""
            return factors_with(for_the_mean, lambda sizes: sizes * 1.0)(sizes, engine)

        def sizes_for_the_mean(sizes, engine):
            """MirroredStrategy is right. For DDP your factors grow with the number of examples. Only a shard's share of
            all examples counts."""
            return factors_with(lambda sizes: sizes * 1.0, for_the_sum)(sizes, engine)

        @says(sizes_for_the_mean.__doc__)
        def sizes_times_workers_for_the_mean(sizes, engine):
            return factors_with(lambda sizes: sizes * len(sizes), for_the_sum)(sizes, engine)

        def two_workers(sizes, engine):
            """For DDP your factors suit two workers. How many there are differs from case to case."""
            return factors_with(lambda sizes: 2 * for_the_sum(sizes), for_the_sum)(sizes, engine)

        def workers_of_the_example(sizes, engine):
            """For DDP your factors suit the example's four workers. How many there are differs from case to case."""
            return factors_with(lambda sizes: 4 * for_the_sum(sizes), for_the_sum)(sizes, engine)

        def examples_of_the_example(sizes, engine):
            """You divide by 100, the number of examples in the example. How many there are differs from case to
            case."""
            return factors_with(lambda sizes: len(sizes) * sizes / 100, lambda sizes: sizes / 100)(sizes, engine)

        def by_the_largest_for_both(sizes, engine):
            """You measure each size relative to the largest shard, whatever the engine. What counts is its share of all
            examples, and then what the engine does."""
            return sizes / max(sizes)

        def by_the_smallest(sizes, engine):
            """For DDP you measure each size relative to the smallest shard. What counts is its share of all
            examples."""
            return factors_with(lambda sizes: sizes / sizes.min(), for_the_sum)(sizes, engine)

        def by_the_norm(sizes, engine):
            """You divide by the length of the vector of sizes. Shares are parts of a sum: divide by that."""
            return sizes / np.linalg.norm(sizes)

        def workers_added(sizes, engine):
            """For DDP you add the number of workers. It divides the sum by that number: what makes up for a
            division?"""
            return factors_with(lambda sizes: for_the_sum(sizes) + len(sizes), for_the_sum)(sizes, engine)

        def rest_for_the_share(sizes, engine):
            """These are the shares of all the *other* shards."""
            return 1 - for_the_sum(sizes)

        def divided_twice(sizes, engine):
            """You divide by the number of examples twice. A share is the size divided by it once."""
            return factors_with(lambda s: for_the_mean(s) / s.sum(), lambda s: for_the_sum(s) / s.sum())(sizes, engine)

        def softmax_of_sizes(sizes, engine):
            """You take softmax of the sizes. Shares are the sizes themselves, divided by their sum."""
            powers = np.exp(sizes - max(sizes))
            return factors_with(for_the_mean, for_the_sum)(powers, engine)

        def weighted_by_its_size_again(sizes, engine):
            """MirroredStrategy is right. For DDP you multiply by each shard's size a second time. What does DDP divide
            by?"""
            return factors_with(lambda sizes: sizes * for_the_sum(sizes), for_the_sum)(sizes, engine)

        def shares_of_the_reciprocals(sizes, engine):
            """You share out the reciprocals of the sizes: with them a large shard counts for less than a small one.
            Its gradient represents more examples."""
            return factors_with(for_the_mean, for_the_sum)(1 / sizes, engine)

        def by_the_mean_size(sizes, engine):
            """DDP is right. For MirroredStrategy you divide by the mean size and multiply by the number of workers.
            Dividing by the mean size does that already, and a sum does not need it."""
            return factors_with(for_the_mean, lambda sizes: len(sizes) * for_the_mean(sizes))(sizes, engine)

        def rest_for_the_share_with_workers(sizes, engine):
            """You begin with the shares of all the *other* shards. A shard's own share is its size divided by the
            number of examples."""
            return factors_with(lambda s: len(s) * (1 - for_the_sum(s)), lambda s: 1 - for_the_sum(s))(sizes, engine)

        @says(turned_over.__doc__)
        def one_over_the_sizes(sizes, engine):
            return factors_with(lambda sizes: len(sizes) / sizes, lambda sizes: 1 / sizes)(sizes, engine)

        @says(turned_over.__doc__)
        def one_over_the_sizes_alone(sizes, engine):
            return 1 / sizes

        @says(turned_over.__doc__)
        def mean_size_over_the_sizes(sizes, engine):
            return factors_with(lambda sizes: sizes.mean() / sizes, lambda sizes: 1 / sizes / sum(1 / sizes))(
                sizes, engine
            )

        @says(turned_over.__doc__)
        def mean_size_over_the_sizes_shared_out(sizes, engine):
            return factors_with(lambda sizes: sizes.mean() / sizes, lambda sizes: sizes.mean() / sizes / len(sizes))(
                sizes, engine
            )

        @says(by_the_largest_for_both.__doc__)
        def by_the_largest_then_the_workers(sizes, engine):
            return factors_with(lambda sizes: len(sizes) * sizes / max(sizes), lambda sizes: sizes / max(sizes))(
                sizes, engine
            )

        def workers_the_wrong_way_round(sizes, engine):
            """For DDP you divide the shares by the number of workers, and for MirroredStrategy you multiply them by it.
            DDP divides by it afterwards, so make up for that. A sum needs neither."""
            return factors_with(lambda s: for_the_sum(s) / len(s), for_the_mean)(sizes, engine)

        def by_the_roots(sizes, engine):
            """You share by the roots of the sizes, so that small shards count for too much."""
            roots = np.sqrt(sizes)
            return factors_with(lambda sizes: len(sizes) * roots / sum(roots), lambda sizes: roots / sum(roots))(
                sizes, engine
            )

        @says(not_yet_divided.__doc__)
        def divided_by_the_workers_alone(sizes, engine):
            return factors_with(lambda sizes: sizes / len(sizes), lambda sizes: sizes * 1.0)(sizes, engine)

        @says(not_yet_divided.__doc__)
        def divided_by_the_workers_for_both(sizes, engine):
            return sizes / len(sizes)

    class right:
        def by_mean_size(sizes, engine):
            return sizes / np.mean(sizes) if engine == "DDP" else sizes / np.mean(sizes) / sizes.size

        def by_loop(sizes, engine):
            n, factors = 0, []
            for size in sizes.tolist():
                n += size
            for size in sizes.tolist():
                factors.append(size / n * (len(sizes) if engine == "DDP" else 1))
            return factors

        def by_dict(sizes, engine):
            return np.divide(sizes, sizes.sum()) * {"DDP": sizes.shape[0], "MirroredStrategy": 1}[engine]


def ring(p):
    return 2 * (p - 1) / p


def sent_with(seconds, sending, start=max):
    """When the last bucket has arrived; start(full, arrived) says when a bucket sets off."""
    full = arrived = 0.0
    for computing, exchanging in zip(seconds, sending, strict=True):
        full += computing
        arrived = start(full, arrived) + exchanging
    return arrived


class step_seconds:
    def cases(rng):
        yield np.array([1.0, 2.0, 5.0]), np.array([200.0, 200.0, 100.0]), 4, 100.0
        yield np.array([0.5, 0.4, 0.3, 0.7]), np.array([90.0, 60.0, 75.0, 40.0]), 3, 50.0  # the ring is the slower one
        yield np.array([3.0, 2.0, 4.0]), np.array([30.0, 20.0, 40.0]), 8, 200.0  # backward is the slower one
        yield np.array([1.5]), np.array([300.0]), 2, 250.0
        yield np.array([0.6, 1.1]), np.array([80.0, 50.0]), 1, 40.0  # one worker sends nothing
        yield np.array([1.0, 3.0, 0.5]), np.array([20.0, 200.0, 150.0]), 3, 80.0  # the second is the last not to wait
        seconds, megabytes = rng.uniform(0.5, 3, 5).round(1), rng.integers(4, 30, 5) * 10.0
        yield seconds, megabytes, int(rng.integers(3, 9)), float(rng.integers(5, 15) * 10)

    class mistakes:
        def one_after_the_other(seconds, megabytes, workers, speed):
            """Nothing overlaps in your code: sending waits for all of `backward`, or `backward` for sending. A bucket
            is sent as soon as it is full, while `backward` goes on."""
            return sum(seconds) + ring(workers) * sum(megabytes) / speed

        def longer_of_the_two(seconds, megabytes, workers, speed):
            """You take the longer of computing and sending. The first bucket must be full before anything is sent, and
            the last one is sent after `backward` has ended."""
            return max(sum(seconds), ring(workers) * sum(megabytes) / speed)

        def longer_of_the_two_from_the_first_on(seconds, megabytes, workers, speed):
            """You take the longer of two times: `backward` alone, or sending without a gap from the first bucket on.
            The last bucket is sent after `backward` has ended, and there may be gaps."""
            return max(sum(seconds), seconds[0] + ring(workers) * sum(megabytes) / speed)

        def all_at_once(seconds, megabytes, workers, speed):
            """In your code several buckets are on their way at the same time. A bucket waits until the one before has
            arrived."""
            return max(np.cumsum(seconds) + ring(workers) * megabytes / speed)

        def last_waits_for_nothing(seconds, megabytes, workers, speed):
            """You send the last bucket as soon as it is full. If the one before is still on its way, it has to wait."""
            return sum(seconds) + ring(workers) * megabytes[-1] / speed

        def no_wait_for_the_bucket(seconds, megabytes, workers, speed):
            """You wait for the first bucket only, and then send without a gap. Later ones, too, must be full before
            they set off."""
            return seconds[0] + ring(workers) * sum(megabytes) / speed

        def earlier_of_the_two(seconds, megabytes, workers, speed):
            """A bucket sets off in your code when it is full or the one before has arrived, whichever is earlier. Both
            are needed."""
            return sent_with(seconds, ring(workers) * megabytes / speed, min)

        def sending_hidden_behind_filling(seconds, megabytes, workers, speed):
            """In your code a bucket can be sent while it is still being filled. It sets off when it is full, and takes
            its time from then on."""
            full = arrived = 0.0
            for computing, size in zip(seconds, megabytes, strict=True):
                full += computing
                arrived = max(full, arrived + ring(workers) * size / speed)
            return arrived

        def never_sent(seconds, megabytes, workers, speed):
            """A bucket that would have to wait is never sent in your code."""
            full = arrived = 0.0
            for computing, size in zip(seconds, megabytes, strict=True):
                full += computing
                arrived = full + ring(workers) * size / speed if full > arrived else arrived
            return arrived

        def added_to_itself(seconds, megabytes, workers, speed):
            """You add the later of the two times to the last arrival, which is already in it."""
            return sent_with(
                seconds, ring(workers) * megabytes / speed, lambda full, arrived: arrived + max(full, arrived)
            )

        def first_left_out(seconds, megabytes, workers, speed):
            """You leave out the first bucket. It, too, is filled and sent."""
            return sent_with(seconds[1:], ring(workers) * megabytes[1:] / speed)

        def last_left_out(seconds, megabytes, workers, speed):
            """You leave out the last bucket. It, too, is filled and sent."""
            return sent_with(seconds[:-1], ring(workers) * megabytes[:-1] / speed)

        def first_and_last(seconds, megabytes, workers, speed):
            """You look at the first and the last bucket only. One in the middle may be the last that does not wait."""
            sending = ring(workers) * megabytes / speed
            return max(seconds[0] + sum(sending), sum(seconds) + sending[-1])

        def times_not_added_up(seconds, megabytes, workers, speed):
            """You compare with the time to fill this bucket alone. `backward` has filled all the buckets before it
            too."""
            arrived = 0.0
            for computing, size in zip(seconds, megabytes, strict=True):
                arrived = max(computing, arrived) + ring(workers) * size / speed
            return arrived

        def slowest_pairs(seconds, megabytes, workers, speed):
            """You add up, bucket by bucket, the longer of filling and sending. A bucket is not sent while it is being
            filled, but while the next one is."""
            return sum(np.maximum(seconds, ring(workers) * megabytes / speed))

        def previous_sent_meanwhile(seconds, megabytes, workers, speed):
            """In your code `backward` begins a bucket only when the one two before it has arrived. It never waits."""
            sending = ring(workers) * megabytes / speed
            return seconds[0] + sum(np.maximum(seconds[1:], sending[:-1])) + sending[-1]

        def computing_alone(seconds, megabytes, workers, speed):
            """This is when `backward` is done. The last bucket has yet to be sent, which takes time. (If your
            code does send it, that takes no time: does `//` cut a fraction to 0?)"""
            return sum(seconds)

        def sending_alone(seconds, megabytes, workers, speed):
            """This is the time for sending alone. A bucket must be full before it is sent."""
            return ring(workers) * sum(megabytes) / speed

        def set_off_alone(seconds, megabytes, workers, speed):
            """This is when the last bucket sets off. The step is over when it has arrived."""
            sending = ring(workers) * megabytes / speed
            return sent_with(seconds, sending) - sending[-1]

        def after_backward(seconds, megabytes, workers, speed):
            """This is how long the exchange goes on after `backward` is done. The time is counted from its
            beginning."""
            return sent_with(seconds, ring(workers) * megabytes / speed) - sum(seconds)

        def each_arrival(seconds, megabytes, workers, speed):
            """You return when each bucket arrives. The task asks for the last one only."""
            sending = ring(workers) * megabytes / speed
            return [sent_with(seconds[:k], sending[:k]) for k in range(1, len(seconds) + 1)]

        def from_the_last_bucket(seconds, megabytes, workers, speed):
            """You go through the buckets from the last to the first. They are already in the order in which `backward`
            fills them."""
            return sent_with(seconds[::-1], ring(workers) * megabytes[::-1] / speed)

        def all_megabytes_each_time(seconds, megabytes, workers, speed):
            """You send all the megabytes with each bucket. Each bucket has its own size."""
            return sent_with(seconds, ring(workers) * np.full(len(seconds), sum(megabytes)) / speed)

        def once_round_the_ring(seconds, megabytes, workers, speed):
            """Your exchange takes half as long as it should. Does each part of a bucket go round the ring once or
            twice?"""
            return sent_with(seconds, ring(workers) / 2 * megabytes / speed)

        def twice_the_bucket(seconds, megabytes, workers, speed):
            """You send twice the bucket's size, whatever the number of workers. It is a little less than that, and for
            a single worker it is nothing."""
            return sent_with(seconds, 2 * megabytes / speed)

        def bucket_itself(seconds, megabytes, workers, speed):
            """You send each bucket once, whatever the number of workers. In the ring that is right for two workers
            only."""
            return sent_with(seconds, megabytes / speed)

        def ring_turned_over(seconds, megabytes, workers, speed):
            """The ring's fraction is upside down in your code. With many workers it is close to 1, and always below."""
            return sent_with(seconds, 2 * workers / (workers - 1) * megabytes / speed) if workers > 1 else ...

        @says(ring_turned_over.__doc__)
        def ring_turned_over_for_one_worker_too(seconds, megabytes, workers, speed):
            return sent_with(seconds, 2 * workers / (workers - 1) * megabytes / speed)

        def brackets_lost_in_the_ring(seconds, megabytes, workers, speed):
            """In the ring's fraction the brackets are missing: p − 1/p is not (p − 1)/p."""
            return sent_with(seconds, 2 * (workers - 1 / workers) * megabytes / speed)

        def everything_through_one(seconds, megabytes, workers, speed):
            """Your exchange grows with the number of workers. In the ring nobody sends more than twice the bucket's
            size, and each worker has the whole `speed` to itself."""
            return sent_with(seconds, 2 * (workers - 1) * megabytes / speed)

        def shared_out_again(seconds, megabytes, workers, speed):
            """You divide the exchange by the number of workers once too often: the formula is already what each worker
            sends, and all send at the same time."""
            return sent_with(seconds, ring(workers) / workers * megabytes / speed)

        def buckets_for_workers(seconds, megabytes, workers, speed):
            """You put the number of buckets into the ring's formula. It needs the number of workers."""
            return sent_with(seconds, ring(len(seconds)) * megabytes / speed)

        def workers_of_the_example(seconds, megabytes, workers, speed):
            """Your exchange is always that of four workers. Use the number that is passed in."""
            return sent_with(seconds, ring(4) * megabytes / speed)

        def speed_of_the_example(seconds, megabytes, workers, speed):
            """You always send 100 megabytes per second. Use the `speed` that is passed in."""
            return sent_with(seconds, ring(workers) * megabytes / 100)

        def speed_multiplied(seconds, megabytes, workers, speed):
            """You multiply by the speed. The more megabytes per second, the less time it takes."""
            return sent_with(seconds, ring(workers) * megabytes * speed)

        def fraction_turned_over(seconds, megabytes, workers, speed):
            """You divide the speed by the megabytes. The more megabytes, the longer it takes."""
            return sent_with(seconds, ring(workers) * speed / megabytes)

        def bits_for_bytes(seconds, megabytes, workers, speed):
            """You turn megabytes into megabits. The speed is in megabytes per second already."""
            return sent_with(seconds, 8 * ring(workers) * megabytes / speed)

        def whole_division(seconds, megabytes, workers, speed):
            """You send each bucket once, and nothing if there is a single worker. Is the ring's fraction cut to a whole
            number, by `//` perhaps? Write `/`."""
            return sent_with(seconds, 2 * (workers - 1) // workers * megabytes / speed)

        def computing_shared_out(seconds, megabytes, workers, speed):
            """You divide the time of `backward` by the number of workers. The `seconds` are what each worker needs."""
            return sent_with(seconds / workers, ring(workers) * megabytes / speed)

        def waiting_alone(seconds, megabytes, workers, speed):
            """This is how long the buckets wait for each other. The step is over when the last one has arrived."""
            full, waited = np.cumsum(seconds), 0.0
            for k in range(1, len(seconds)):
                arrived = sent_with(seconds[:k], ring(workers) * megabytes[:k] / speed)
                waited += max(0.0, arrived - full[k])
            return waited

        def bytes_for_megabytes(seconds, megabytes, workers, speed):
            """You turn megabytes into bytes. The speed is in megabytes per second, so leave them as they are."""
            return sent_with(seconds, 1e6 * ring(workers) * megabytes / speed)

        def brackets_left_out(seconds, megabytes, workers, speed):
            """The ring's formula lacks its brackets: without them `* 2` and `/ workers` do not apply to the whole
            difference."""
            return sent_with(seconds, 2 * workers - megabytes / workers / speed)

        def once_without_sharing(seconds, megabytes, workers, speed):
            """You send each bucket once to every other worker. In the ring a worker sends less: twice that, divided by
            the number of workers."""
            return sent_with(seconds, (workers - 1) * megabytes / speed)

        def megabytes_so_far(seconds, megabytes, workers, speed):
            """You send all the megabytes so far with each bucket. Those of earlier buckets have been sent."""
            return sent_with(seconds, ring(workers) * np.cumsum(megabytes) / speed)

        def megabytes_on_average(seconds, megabytes, workers, speed):
            """You give all buckets the mean size. Each takes the time that its own megabytes need."""
            return sent_with(seconds, ring(workers) * np.full(len(seconds), np.mean(megabytes)) / speed)

        def longest_at_the_end(seconds, megabytes, workers, speed):
            """You send the largest bucket after `backward` has ended. It sets off when it is full and the one before
            has arrived, wherever it comes in the order."""
            return sum(seconds) + ring(workers) * max(megabytes) / speed

        def one_before_taken_to_set_off_when_full(seconds, megabytes, workers, speed):
            """You let a bucket wait for the one before as if that one had set off when it was full. It may have had to
            wait too: keep the time when it really arrived."""
            full, sending = np.cumsum(seconds), ring(workers) * megabytes / speed
            if len(full) == 1:
                return full[0] + sending[0]
            return max(full[-1], full[-2] + sending[-2]) + sending[-1]

        def waits_as_long_as_one_is_sent(seconds, megabytes, workers, speed):
            """You compare with how long the bucket before takes to be sent. What counts is when it arrives, on the same
            clock as the time when this one is full."""
            sending = ring(workers) * megabytes / speed
            return max(sum(seconds), sending[-2] if len(sending) > 1 else 0) + sending[-1]

        def waits_for_one_whole_sending(seconds, megabytes, workers, speed):
            """In your code a bucket that has to wait waits as long as the one before takes to be sent. It should wait
            until that one has arrived, which may be sooner or later."""
            arrived, full, sending = 0.0, np.cumsum(seconds), ring(workers) * megabytes / speed
            for k in range(len(full)):
                arrived = full[k] + sending[k - 1] * (arrived > full[k]) + sending[k]
            return arrived

        def right_for_several_workers(seconds, megabytes, workers, speed):
            """You are right when there are several workers, and wrong when there is one. It has nobody to send to: what
            is left of its step?"""
            return by_bucket(seconds, megabytes, workers, speed) if workers > 1 else ...

        def sizes_one_bucket_behind(seconds, megabytes, workers, speed):
            """Each of your buckets but the first is sent with the size of the one before. Bucket k holds
            `megabytes[k]`."""
            return sent_with(seconds, ring(workers) * np.append(megabytes[0], megabytes[:-1]) / speed)

        def first_filling_not_counted(seconds, megabytes, workers, speed):
            """Your time lacks `seconds[0]`, which `backward` needs to fill the first bucket. It is counted from the
            beginning of `backward`."""
            return sent_with(np.append(0.0, seconds[1:]), ring(workers) * megabytes / speed)

        def longer_of_the_two_and_the_last(seconds, megabytes, workers, speed):
            """You take the longer of all computing and all sending, and add the time for sending the last bucket. Go
            through the buckets one by one: each sets off when it is full and the one before has arrived."""
            sending = ring(workers) * megabytes / speed
            return max(sum(seconds), sum(sending)) + sending[-1]

        def sent_when_the_next_is_full(seconds, megabytes, workers, speed):
            """A bucket is sent in your code only when the next one is full as well. It does not wait for that one: it
            sets off when it is full itself and the one before has arrived."""
            full = np.append(np.cumsum(seconds)[1:], np.sum(seconds))
            return sent_with(np.diff(full, prepend=0.0), ring(workers) * megabytes / speed)

        def one_worker_too_many(seconds, megabytes, workers, speed):
            """You put one worker too many into the ring's formula. All of them are counted in `workers`."""
            return sent_with(seconds, ring(workers + 1) * megabytes / speed)

        def seconds_on_average(seconds, megabytes, workers, speed):
            """You let all buckets fill in the mean time. Each has its own."""
            return sent_with(np.full(len(seconds), np.mean(seconds)), ring(workers) * megabytes / speed)

        def one_after_the_other_and_bucket_itself(seconds, megabytes, workers, speed):
            """Two things are wrong. Nothing overlaps in your code, though a bucket is sent while `backward` goes on
            with the next. And you send each bucket once, whatever the number of workers: the ring's formula is
            missing."""
            return sum(seconds) + sum(megabytes) / speed

        def all_at_once_and_bucket_itself(seconds, megabytes, workers, speed):
            """Two things are wrong. Several buckets are on their way at the same time, though each has to wait for the
            one before. And you send each bucket once, whatever the number of workers: the ring's formula is missing."""
            return max(np.cumsum(seconds) + megabytes / speed)

        def one_after_the_other_and_once_round(seconds, megabytes, workers, speed):
            """Two things are wrong. Nothing overlaps in your code, though a bucket is sent while `backward` goes on
            with the next. And your exchange takes half as long as it should."""
            return sum(seconds) + ring(workers) / 2 * sum(megabytes) / speed

        def all_at_once_and_once_round(seconds, megabytes, workers, speed):
            """Two things are wrong. Several buckets are on their way at the same time, though each has to wait for the
            one before. And your exchange takes half as long as it should."""
            return max(np.cumsum(seconds) + ring(workers) / 2 * megabytes / speed)

    class right:
        def by_recursion(seconds, megabytes, workers, speed):
            if len(seconds) == 0:
                return 0.0
            before = by_bucket(seconds[:-1], megabytes[:-1], workers, speed)
            return max(before, float(np.sum(seconds))) + (2 - 2 / workers) * megabytes[-1] / speed

        def by_the_last_gap(seconds, megabytes, workers, speed):
            """After the last bucket that did not wait, everything is sent without a gap: the latest such end."""
            sending = 2 * (workers - 1) / workers * megabytes / speed
            return max(np.sum(seconds[: k + 1]) + np.sum(sending[k:]) for k in range(len(seconds)))

        def by_arrays(seconds, megabytes, workers, speed):
            full, sending = np.cumsum(seconds), ring(workers) * megabytes / speed
            sent = np.cumsum(sending)
            return float(np.max(full - sent + sending) + sent[-1])


def by_bucket(seconds, megabytes, workers, speed):
    return sent_with(seconds, ring(workers) * megabytes / speed)
