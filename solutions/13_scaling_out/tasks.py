"""Exercise 13: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import (
    B_MOVED_FIRST,
    BUG_STILL_THERE,
    RESIDUALS_WITHOUT_INTERCEPT,
    SLOPE_COMES_FIRST,
    W_MOVED_FIRST,
    says,
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
            """This is the gradient of the last shard only. Each turn of the loop overwrites what the turn before has
            found."""
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

        def gradients_written_over(gradients, sizes):
            """The numbers are right, but you changed the gradients that were passed in: `g *= …` and `+=` write into
            them. Make new arrays."""
            for g, n in zip(gradients, sizes, strict=True):
                g *= n
            return sum(gradients) / sum(sizes)

        def no_weights_but_all_examples(gradients, sizes):
            """You divide by the number of examples, but add up the gradients without their sizes. Each of them is a
            mean: how many examples does it speak for?"""
            return np.sum(gradients, axis=0) / sum(sizes)

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

        def divided_by_the_first_size(gradients, sizes):
            """You divide by the size of the first shard. How many examples are there in all of them together?"""
            return sizes @ np.array(gradients) / sizes[0]

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

        def rest_for_the_share(gradients, sizes):
            """You weight each gradient by the share of all the *other* shards."""
            return (sum(sizes) - sizes) @ np.array(gradients) / sum(sizes)

        def middle_gradient(gradients, sizes):
            """You take the median of the gradients, which uses neither the sizes nor all of the values."""
            return np.median(gradients, axis=0)

        def sizes_of_entries_alone(gradients, sizes):
            """You drop the signs of the gradients' entries. Slopes that point in opposite directions must cancel."""
            return sizes @ np.abs(gradients) / sum(sizes)

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


MEANS_MULTIPLIED = (
    "Along w you multiply the mean residual by the mean of x. The mean of the products is not the product of the "
    "means: multiply example by example first."
)


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

    class mistakes:
        @says(BUG_STILL_THERE)
        def every_batch_alike(x, y, w, b, batches):
            return tuple(np.mean(part_gradients(x, y, w, b, batches), axis=0))

        def one_slope_mended(x, y, w, b, batches):
            """The slope along w is right now. The one along b still counts a short piece as much as a long one."""
            return right_gradient(x, y, w, b, batches)[0], np.mean(part_gradients(x, y, w, b, batches), axis=0)[1]

        def means_added(x, y, w, b, batches):
            """You add up the mean gradients of the pieces, so the result grows with their number. (PyTorch's `.grad`
            adds up too, which is why the lesson weights each piece's cost.)"""
            return tuple(np.sum(part_gradients(x, y, w, b, batches), axis=0))

        def sums_not_divided(x, y, w, b, batches):
            """Adding up over the examples is a good idea, but the cost is a mean: divide at the end."""
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches))

        def divided_by_all_there_are(x, y, w, b, batches):
            """This is right only if the pieces hold all the examples. If some are in no piece, you divide by too many:
            count the ones that are used."""
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / len(x))

        def divided_by_the_pieces(x, y, w, b, batches):
            """You add up over the examples, but divide by the number of pieces. How many examples are there in all?"""
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / len(batches))

        def all_as_long_as_the_first(x, y, w, b, batches):
            """You divide as if all pieces were as long as the first. Count the examples of each."""
            count = len(batches) * len(batches[0])
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / count)

        def all_as_long_as_the_last(x, y, w, b, batches):
            """You divide by the length of the last piece only. Count the examples of each."""
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / len(batches[-1]))

        def divided_twice(x, y, w, b, batches):
            """Each piece has the right weight now, but the old division by the number of pieces is still there."""
            return tuple(right_gradient(x, y, w, b, batches) / len(batches))

        def first_batch_alone(x, y, w, b, batches):
            """This is the gradient of the first piece only. Is your `return` inside the loop or after it?"""
            return tuple(part_gradients(x, y, w, b, batches)[0])

        def last_batch_alone(x, y, w, b, batches):
            """This is the gradient of the last piece only. Each turn of the loop overwrites what the turn before has
            found: accumulate it."""
            return tuple(part_gradients(x, y, w, b, batches)[-1])

        def all_examples(x, y, w, b, batches):
            """You use all the examples, whatever is in `batches`. Examples that are in no piece take no part."""
            return tuple(whole_gradient(x, y, w, b))

        @says(RESIDUALS_WITHOUT_INTERCEPT)
        def without_intercept(x, y, w, b, batches):
            return tuple(right_gradient(x, y, w, 0.0, batches))

        def weighted_the_wrong_way_round(x, y, w, b, batches):
            """A short piece counts for more than a long one: you divide by its length where you should multiply."""
            return tuple(
                part_gradients(x, y, w, b, batches).T @ (sum(lengths(batches)) / lengths(batches)) / len(batches)
            )

        def weighted_by_the_rest(x, y, w, b, batches):
            """You weight each piece by the share of all the *other* examples."""
            shares = lengths(batches) / sum(lengths(batches))
            return tuple((1 - shares) @ part_gradients(x, y, w, b, batches))

        def all_as_long_as_the_longest(x, y, w, b, batches):
            """You divide as if all pieces were as long as the longest. Count the examples of each."""
            count = len(batches) * max(lengths(batches))
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / count)

        def halved_in_every_turn(x, y, w, b, batches):
            """You average the sum so far with the next piece, so the last piece counts as much as all those before it
            together."""
            mean = part_gradients(x, y, w, b, batches)[0]
            for gradient in part_gradients(x, y, w, b, batches)[1:]:
                mean = (mean + gradient) / 2
            return tuple(mean)

        @says(MEANS_MULTIPLIED)
        def means_multiplied(x, y, w, b, batches):
            used = np.concatenate(batches)
            r = w * x[used] + b - y[used]
            return 2 * np.mean(r) * np.mean(x[used]), 2 * np.mean(r)

        def means_of_each_piece_multiplied(x, y, w, b, batches):
            """Along w you multiply each piece's mean residual by its mean of x. The mean of the products is not the
            product of the means: multiply example by example first."""
            n, gradients = lengths(batches), part_gradients(x, y, w, b, batches)
            return n @ (gradients[:, 1] * [x[batch].mean() for batch in batches]) / sum(n), n @ gradients[:, 1] / sum(n)

        def positions_for_values(x, y, w, b, batches):
            """Along w you multiply by the indices in the piece. They say which examples belong to it: the factor is
            the `x` of each."""
            used = np.concatenate(batches)
            r = w * x[used] + b - y[used]
            return 2 * np.mean(r * used), 2 * np.mean(r)

        def from_the_front(x, y, w, b, batches):
            """You take as many examples as the piece has, but always the first ones. The piece says which: use its
            indices."""
            parts = [np.arange(len(batch)) for batch in batches]
            return tuple(lengths(parts) @ part_gradients(x, y, w, b, parts) / sum(lengths(parts)))

        def last_batch_left_out(x, y, w, b, batches):
            """The last piece is counted, but its gradient is missing from the sum."""
            n = lengths(batches)
            return tuple(n[:-1] @ part_gradients(x, y, w, b, batches)[:-1] / sum(n))

        def residuals_squared(x, y, w, b, batches):
            """You square the residuals as in the cost. The derivative of a square is twice what was squared."""
            used = np.concatenate(batches)
            r = (w * x[used] + b - y[used]) ** 2
            return 2 * np.mean(r * x[used]), 2 * np.mean(r)

        def residuals_without_sign(x, y, w, b, batches):
            """You drop the residuals' signs. Points above the line must pull against those below."""
            used = np.concatenate(batches)
            r = abs(w * x[used] + b - y[used])
            return 2 * np.mean(r * x[used]), 2 * np.mean(r)

        def stepped_already(x, y, w, b, batches):
            """You take a step with the gradient. This task asks for the gradient only."""
            return stepped(w, b, right_gradient(x, y, w, b, batches), 1.0)

        def middle_piece(x, y, w, b, batches):
            """You take the median of the pieces' slopes, which uses neither their lengths nor all of the values."""
            return tuple(np.median(part_gradients(x, y, w, b, batches), axis=0))

    class right:
        def at_once(x, y, w, b, batches):
            return right_gradient(x, y, w, b, batches)

        def by_weights(x, y, w, b, batches):
            n, dw, db = sum(len(batch) for batch in batches), 0.0, 0.0
            for batch in batches:
                residual = y[batch] - w * x[batch] - b
                dw -= 2 * np.mean(residual * x[batch]) * len(batch) / n
                db -= 2 * np.mean(residual) * len(batch) / n
            return [dw, db]

        def by_example(x, y, w, b, batches):
            residuals = [(w * x[i] + b - y[i], x[i]) for batch in batches for i in batch]
            n = len(residuals)
            return 2 * sum(r * x_i for r, x_i in residuals) / n, 2 * sum(r for r, _ in residuals) / n


def stepped(w, b, gradient, lr):
    return w - lr * gradient[0], b - lr * gradient[1]


class data_parallel_step:
    def cases(rng):
        x, y = np.array([1.0, 2.0, 3.0, 4.0, 5.0]), np.array([2.0, 4.0, 9.0, 9.0, 13.0])
        yield x, y, 0.0, 0.0, [np.array(shard) for shard in ([0, 1], [2], [3], [4])], 0.03
        for n, sizes, lr in [
            (7, (5, 2), 0.1),
            (6, (3, 3), 0.05),
            (10, (2, 5, 1), 0.04),
            (4, (4,), 0.2),
            (9, (1, 4, 2), 0.15),
        ]:
            yield *points(rng, n), *line(rng), shards_of(rng, n, sizes), lr

    class mistakes:
        def every_shard_alike(x, y, w, b, shards, lr):
            """Every shard counts the same in your step, however many examples it has. Weight by the sizes, whether you
            average the gradients or the workers' new w and b."""
            return stepped(w, b, np.mean(part_gradients(x, y, w, b, shards), axis=0), lr)

        def gradients_added(x, y, w, b, shards, lr):
            """You add up the workers' mean gradients, or let each worker take its full step. That makes the step too
            long, roughly by the number of workers."""
            return stepped(w, b, np.sum(part_gradients(x, y, w, b, shards), axis=0), lr)

        def examples_added(x, y, w, b, shards, lr):
            """Your step grows with the number of examples, as a sum does. The cost is the mean over all of them."""
            return stepped(w, b, lengths(shards) @ part_gradients(x, y, w, b, shards), lr)

        def divided_by_workers(x, y, w, b, shards, lr):
            """You weight by the sizes, but divide by the number of workers. How many examples are in the sum?"""
            return stepped(w, b, lengths(shards) @ part_gradients(x, y, w, b, shards) / len(shards), lr)

        def step_too_short(x, y, w, b, shards, lr):
            """Your step has the right direction, but it is too short by a factor, the number of workers: you divide by
            it once too often."""
            return stepped(w, b, right_gradient(x, y, w, b, shards) / len(shards), lr)

        def step_too_long(x, y, w, b, shards, lr):
            """Your step has the right direction, but it is too long by a factor, the number of workers. The rate stays
            as it was passed in."""
            return stepped(w, b, right_gradient(x, y, w, b, shards) * len(shards), lr)

        def divided_by_all(x, y, w, b, shards, lr):
            """This is right only if the shards hold all the examples. If some are in no shard, you divide by too many:
            count the ones that are used."""
            return stepped(w, b, lengths(shards) @ part_gradients(x, y, w, b, shards) / len(x), lr)

        def on_all_examples(x, y, w, b, shards, lr):
            """You use all the examples, whatever is in `shards`. Examples that are in no shard take no part."""
            return stepped(w, b, whole_gradient(x, y, w, b), lr)

        def one_after_another(x, y, w, b, shards, lr):
            """You take a step for each shard, each from where the last one ended. Those are mini-batches; here all
            workers measure at the same w and b, and there is one step."""
            for shard in shards:
                w, b = stepped(w, b, whole_gradient(x[shard], y[shard], w, b), lr)
            return w, b

        def moved_inside_the_loop(x, y, w, b, shards, lr):
            """Your weights are right, but you move w and b inside the loop, so later shards measure at other
            parameters. Collect all the gradients first, then take one step."""
            n = sum(lengths(shards))
            for shard in shards:
                w, b = stepped(w, b, whole_gradient(x[shard], y[shard], w, b), lr * len(shard) / n)
            return w, b

        def moved_inside_the_loop_alike(x, y, w, b, shards, lr):
            """There are two faults. You move w and b inside the loop, so later shards measure at other parameters; and
            all shards count the same, whatever their size. Collect all the gradients first, then take one step with
            their mean."""
            for shard in shards:
                w, b = stepped(w, b, whole_gradient(x[shard], y[shard], w, b), lr / len(shards))
            return w, b

        @says(W_MOVED_FIRST)
        def w_moved_first(x, y, w, b, shards, lr):
            w = w - lr * right_gradient(x, y, w, b, shards)[0]
            return w, b - lr * right_gradient(x, y, w, b, shards)[1]

        @says(B_MOVED_FIRST)
        def b_moved_first(x, y, w, b, shards, lr):
            b = b - lr * right_gradient(x, y, w, b, shards)[1]
            return w - lr * right_gradient(x, y, w, b, shards)[0], b

        def first_worker_alone(x, y, w, b, shards, lr):
            """Only the first worker's gradient is in your step. Is your `return` inside the loop or after it?"""
            return stepped(w, b, part_gradients(x, y, w, b, shards)[0], lr)

        def last_worker_alone(x, y, w, b, shards, lr):
            """Only the last worker's gradient is in your step. Each turn of the loop overwrites what the turn before
            has found."""
            return stepped(w, b, part_gradients(x, y, w, b, shards)[-1], lr)

        def workers_part(x, y, w, b, shards, lr):
            """You return a w and a b for each worker: nothing has been exchanged. After the step they all hold the same
            two numbers."""
            return [stepped(w, b, gradient, lr) for gradient in part_gradients(x, y, w, b, shards)]

        def half_a_step(x, y, w, b, shards, lr):
            """Your step is half as long as it should be: the derivative of a square brings a factor 2 with it."""
            return stepped(w, b, right_gradient(x, y, w, b, shards), lr / 2)

        def gradient_itself(x, y, w, b, shards, lr):
            """This is the gradient of all the shards, and it is right. Now take the step."""
            return tuple(right_gradient(x, y, w, b, shards))

        def only_w_moves(x, y, w, b, shards, lr):
            """w is right, but b stays where it was. It has a slope too."""
            return stepped(w, b, right_gradient(x, y, w, b, shards), lr)[0], b

        @says(RESIDUALS_WITHOUT_INTERCEPT)
        def without_intercept(x, y, w, b, shards, lr):
            return stepped(w, b, right_gradient(x, y, w, 0.0, shards), lr)

        def parameters_added(x, y, w, b, shards, lr):
            """You add up what the workers have made of w and b, so that the start is in the sum once for each worker.
            Take their mean, weighted by the sizes."""
            return tuple(np.sum([stepped(w, b, g, lr) for g in part_gradients(x, y, w, b, shards)], axis=0))

        def small_shards_count_more(x, y, w, b, shards, lr):
            """A small shard counts for more than a large one: you divide by its size where you should multiply."""
            mean = np.average(part_gradients(x, y, w, b, shards), axis=0, weights=1 / lengths(shards))
            return stepped(w, b, mean, lr)

        def divided_once_too_often(x, y, w, b, shards, lr):
            """Your step is too short: you divide by the number of examples although the gradient is a mean already."""
            return stepped(w, b, right_gradient(x, y, w, b, shards) / sum(lengths(shards)), lr)

        def largest_shard_alone(x, y, w, b, shards, lr):
            """Only the worker with the largest shard is heard. All the gradients belong in the step."""
            return stepped(w, b, part_gradients(x, y, w, b, shards)[np.argmax(lengths(shards))], lr)

        def pair_by_pair(x, y, w, b, shards, lr):
            """You average the first two gradients, then that mean and the next one, and so on. The last worker then
            counts as much as all those before it together."""
            mean, *others = part_gradients(x, y, w, b, shards)
            for gradient in others:
                mean = (mean + gradient) / 2
            return stepped(w, b, mean, lr)

        def middle_gradient(x, y, w, b, shards, lr):
            """You take the median of the gradients. The exchange makes a mean, weighted by the sizes."""
            return stepped(w, b, np.median(part_gradients(x, y, w, b, shards), axis=0), lr)

        def a_whole_step_for_each_worker(x, y, w, b, shards, lr):
            """The gradient of the whole is right, but you take as many steps as there are workers, each from where the
            last one ended. They all take the same step, once."""
            for _ in shards:
                w, b = stepped(w, b, right_gradient(x, y, w, b, shards), lr)
            return w, b

        def two_steps(x, y, w, b, shards, lr):
            """You take two steps. The task asks for one."""
            for _ in range(2):
                w, b = stepped(w, b, right_gradient(x, y, w, b, shards), lr)
            return w, b

        def change_alone(x, y, w, b, shards, lr):
            """This is the step's length along w and b. Now take it: the task asks for w and b after it."""
            return tuple(lr * right_gradient(x, y, w, b, shards))

        def signs_for_slopes(x, y, w, b, shards, lr):
            """Your step uses only the signs of the slopes. A steeper slope makes a longer step."""
            return stepped(w, b, np.sign(right_gradient(x, y, w, b, shards)), lr)

        def slopes_normalised(x, y, w, b, shards, lr):
            """You divide the gradient by its length, so that all your steps are equally long. A steeper slope makes a
            longer step."""
            gradient = right_gradient(x, y, w, b, shards)
            return stepped(w, b, gradient / np.linalg.norm(gradient), lr)

        def slopes_exchanged(x, y, w, b, shards, lr):
            """w moves by the slope along b, and b by the slope along w."""
            return stepped(w, b, right_gradient(x, y, w, b, shards)[::-1], lr)

        def begins_at_zero(x, y, w, b, shards, lr):
            """You start from w = b = 0, as in the example. Start from the w and b that are passed in."""
            return stepped(0.0, 0.0, right_gradient(x, y, 0.0, 0.0, shards), lr)

        def rate_of_the_example(x, y, w, b, shards, lr):
            """Your rate is always 0.03, as in the example. Use the `lr` that is passed in."""
            return stepped(w, b, right_gradient(x, y, w, b, shards), 0.03)

        @says(MEANS_MULTIPLIED)
        def means_multiplied(x, y, w, b, shards, lr):
            used = np.concatenate(shards)
            slope = right_gradient(x, y, w, b, shards)[1]
            return stepped(w, b, (slope * x[used].mean(), slope), lr)

        def standardised_first(x, y, w, b, shards, lr):
            """You standardise x first, so your w and b belong to another line. Use x as it is passed in."""
            return stepped(w, b, right_gradient((x - x.mean()) / x.std(), y, w, b, shards), lr)

        @says(SLOPE_COMES_FIRST)
        def swapped(x, y, w, b, shards, lr):
            return stepped(w, b, right_gradient(x, y, w, b, shards), lr)[::-1]

    class right:
        def at_once(x, y, w, b, shards, lr):
            return stepped(w, b, right_gradient(x, y, w, b, shards), lr)

        def by_averaging_parameters(x, y, w, b, shards, lr):
            """Each worker steps alone; then the weights are averaged by the sizes. For one step that is the same."""
            ends = [np.array([w, b]) - lr * gradient for gradient in part_gradients(x, y, w, b, shards)]
            return np.average(ends, axis=0, weights=lengths(shards))

        def by_matrix(x, y, w, b, shards, lr):
            total, count, theta = np.zeros(2), 0, np.array([w, b])
            for shard in shards:
                A = np.column_stack([x[shard], np.ones(len(shard))])
                total, count = total + 2 * A.T @ (A @ theta - y[shard]), count + len(shard)
            return (theta - lr / count * total).tolist()


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
            not make up for it."""
            return factors_with(for_the_sum, for_the_sum)(sizes, engine)

        def always_for_the_mean(sizes, engine):
            """This is right for DDP. MirroredStrategy does not divide, so with your factors its step is too long by a
            factor, the number of workers."""
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


def seconds_with(part, rounds):
    """Seconds by a part of the work, a function of the sizes, and by rounds of sending, one of the workers."""

    def seconds(sizes, work, megabytes, speed):
        return work * part(sizes) + rounds(len(sizes)) * megabytes / speed

    return seconds


def slowest(sizes):
    return max(sizes) / sum(sizes)


def ring(p):
    return 2 * (p - 1) / p


class step_seconds:
    def cases(rng):
        yield np.array([10, 20, 30, 40]), 4.0, 400.0, 1000.0
        for sizes in [(25, 25, 25, 25), (10, 40, 30), (64,), (9, 1, 5, 2, 3), (12, 12)]:
            work, speed = round(rng.uniform(2, 9), 1), float(rng.integers(3, 9) * 100)
            yield np.array(sizes), work, float(rng.integers(5, 15) * 50), speed
        yield np.array([8, 3, 5]), 0.05, 600.0, 250.0  # hardly any work: the exchange is nearly all

    class mistakes:
        def work_dealt_evenly(sizes, work, megabytes, speed):
            """You share out the work evenly. Shards may differ in size, and everybody waits for the slowest worker."""
            return seconds_with(lambda sizes: 1 / len(sizes), ring)(sizes, work, megabytes, speed)

        def quickest_worker(sizes, work, megabytes, speed):
            """You wait for the quickest worker. The exchange begins when the slowest one is done."""
            return seconds_with(lambda sizes: min(sizes) / sum(sizes), ring)(sizes, work, megabytes, speed)

        def first_worker(sizes, work, megabytes, speed):
            """You take the first worker's share of the work. Which worker do all the others wait for?"""
            return seconds_with(lambda sizes: sizes[0] / sum(sizes), ring)(sizes, work, megabytes, speed)

        def work_not_shared(sizes, work, megabytes, speed):
            """You count all the work, as if one worker did it alone or they took turns. They compute at the same
            time."""
            return seconds_with(lambda sizes: 1.0, ring)(sizes, work, megabytes, speed)

        def every_example_all_the_work(sizes, work, megabytes, speed):
            """You multiply the work by the size of the largest shard. `work` is for all the examples: what is that
            shard's share of it?"""
            return seconds_with(max, ring)(sizes, work, megabytes, speed)

        def part_of_the_work_alone(sizes, work, megabytes, speed):
            """You count only the computing. The step is over only after the exchange."""
            return seconds_with(slowest, lambda p: 0.0)(sizes, work, megabytes, speed)

        def exchange_alone(sizes, work, megabytes, speed):
            """You count only the exchange. Before it, the gradient has to be computed."""
            return seconds_with(lambda sizes: 0.0, ring)(sizes, work, megabytes, speed)

        def once_round_the_ring(sizes, work, megabytes, speed):
            """Your exchange takes half as long as it should. Does each part of the gradient go round the ring once or
            twice?"""
            return seconds_with(slowest, lambda p: (p - 1) / p)(sizes, work, megabytes, speed)

        def twice_the_gradient(sizes, work, megabytes, speed):
            """You send twice the gradient's size, whatever the number of workers. It is a little less than that, and
            for a single worker it is nothing."""
            return seconds_with(slowest, lambda p: 2.0)(sizes, work, megabytes, speed)

        def everything_through_one(sizes, work, megabytes, speed):
            """Your exchange grows with the number of workers. In the ring nobody sends more than twice the gradient's
            size."""
            return seconds_with(slowest, lambda p: 2 * (p - 1))(sizes, work, megabytes, speed)

        def exchange_shared_out(sizes, work, megabytes, speed):
            """You divide the exchange by the number of workers once too often: the formula is already what each worker
            sends, and all send at the same time."""
            return seconds_with(slowest, lambda p: ring(p) / p)(sizes, work, megabytes, speed)

        def examples_for_workers(sizes, work, megabytes, speed):
            """You put the number of examples into the ring's formula. It needs the number of workers."""
            return seconds_with(slowest, lambda p: ring(sum(sizes)))(sizes, work, megabytes, speed)

        def speed_multiplied(sizes, work, megabytes, speed):
            """You multiply by the speed. The more megabytes per second, the less time it takes."""
            return seconds_with(slowest, lambda p: ring(p) * speed**2)(sizes, work, megabytes, speed)

        def both_at_once(sizes, work, megabytes, speed):
            """You take the longer of computing and exchanging, as if they overlapped. Here one follows the other."""
            return max(work * slowest(sizes), ring(len(sizes)) * megabytes / speed)

        def times_as_fast(sizes, work, megabytes, speed):
            """This is how many times as fast the step is. The task asks for the time, in seconds."""
            return work / seconds_with(slowest, ring)(sizes, work, megabytes, speed)

        def last_worker(sizes, work, megabytes, speed):
            """You take the last worker's share of the work. Which worker do all the others wait for?"""
            return seconds_with(lambda sizes: sizes[-1] / sum(sizes), ring)(sizes, work, megabytes, speed)

        def middle_worker(sizes, work, megabytes, speed):
            """You take the share of a worker in the middle. Which worker do all the others wait for?"""
            return seconds_with(lambda sizes: np.median(sizes) / sum(sizes), ring)(sizes, work, megabytes, speed)

        def position_for_size(sizes, work, megabytes, speed):
            """You take the largest shard's position in the array for its size."""
            return seconds_with(lambda sizes: np.argmax(sizes) / sum(sizes), ring)(sizes, work, megabytes, speed)

        def work_divided_by_the_largest(sizes, work, megabytes, speed):
            """You divide the work by the size of the largest shard, so that a larger shard would take less time."""
            return seconds_with(lambda sizes: 1 / max(sizes), ring)(sizes, work, megabytes, speed)

        def share_turned_over(sizes, work, megabytes, speed):
            """Your share is upside down: it is larger than 1, so the slowest worker would need longer than one worker
            alone."""
            return seconds_with(lambda sizes: sum(sizes) / max(sizes), ring)(sizes, work, megabytes, speed)

        def size_divided_by_workers(sizes, work, megabytes, speed):
            """You divide the largest size by the number of workers. Its share is its part of all the examples."""
            return seconds_with(lambda sizes: max(sizes) / len(sizes), ring)(sizes, work, megabytes, speed)

        def examples_of_the_example(sizes, work, megabytes, speed):
            """The slowest worker's share is its part of 100 examples in your code. Add up `sizes` instead."""
            return seconds_with(lambda sizes: max(sizes) / 100, ring)(sizes, work, megabytes, speed)

        def workers_of_the_example(sizes, work, megabytes, speed):
            """Your exchange always takes four workers. How many there are differs from case to case."""
            return seconds_with(slowest, lambda p: ring(4))(sizes, work, megabytes, speed)

        def speed_of_the_example(sizes, work, megabytes, speed):
            """You always send 1000 megabytes per second. Use the `speed` that is passed in."""
            return seconds_with(slowest, lambda p: ring(p) * speed / 1000)(sizes, work, megabytes, speed)

        def bits_for_bytes(sizes, work, megabytes, speed):
            """You turn megabytes into megabits. The speed is in megabytes per second already."""
            return seconds_with(slowest, lambda p: 8 * ring(p))(sizes, work, megabytes, speed)

        def twice_for_each_worker(sizes, work, megabytes, speed):
            """You count the whole gradient twice for each worker. In the ring nobody sends more than twice the
            gradient's size, however many workers there are."""
            return seconds_with(slowest, lambda p: 2 * p)(sizes, work, megabytes, speed)

        def twice_unless_alone(sizes, work, megabytes, speed):
            """You send twice the gradient's size. With few workers it is clearly less than that."""
            return seconds_with(slowest, lambda p: 2 * (p > 1))(sizes, work, megabytes, speed)

        def ring_of_examples(sizes, work, megabytes, speed):
            """You put the largest shard's number of examples into the ring's formula. It needs the number of
            workers."""
            return seconds_with(slowest, lambda p: ring(max(sizes)))(sizes, work, megabytes, speed)

        def exchange_by_the_share(sizes, work, megabytes, speed):
            """You multiply the exchange by the slowest worker's share of the examples too. The gradient has the same
            size for every shard."""
            return seconds_with(slowest, lambda p: ring(p) * slowest(sizes))(sizes, work, megabytes, speed)

        def exchange_by_the_examples(sizes, work, megabytes, speed):
            """You divide the exchange by the number of examples. The gradient has the same size for every shard."""
            return seconds_with(slowest, lambda p: ring(p) / max(sizes))(sizes, work, megabytes, speed)

        def both_multiplied(sizes, work, megabytes, speed):
            """You multiply computing and exchange. One follows the other: the times add up."""
            return work * slowest(sizes) * ring(len(sizes)) * megabytes / speed

        def fraction_turned_over(sizes, work, megabytes, speed):
            """You divide the speed by the megabytes. The more megabytes, the longer it takes."""
            return seconds_with(slowest, lambda p: ring(p) * (speed / megabytes) ** 2)(sizes, work, megabytes, speed)

        def whole_division(sizes, work, megabytes, speed):
            """Your ring's fraction is cut to a whole number: write `/`, not `//`."""
            return seconds_with(slowest, lambda p: 2 * (p - 1) // p)(sizes, work, megabytes, speed)

        def one_after_another(sizes, work, megabytes, speed):
            """You add up the times of all the workers. They compute and send at the same time."""
            return seconds_with(lambda sizes: 1.0, lambda p: p * ring(p))(sizes, work, megabytes, speed)

    class right:
        def by_worker(sizes, work, megabytes, speed):
            """Each worker's own end, and the last of them."""
            each = np.array([work / sizes.sum() * size for size in sizes])
            p = sizes.size
            return np.max(each + (2 - 2 / p) * megabytes / speed)

        def by_rounds(sizes, work, megabytes, speed):
            """Round by round: each time a worker sends one part in p of the gradient to the next."""
            p = len(sizes)
            seconds = work * float(np.max(sizes / np.sum(sizes)))
            for _ in range(2 * (p - 1)):
                seconds += megabytes / p / speed
            return seconds
