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
        yield [np.array([4.0, -2.0]), np.array([8.0, 6.0])], np.array([3, 1])
        for d, sizes in [(2, (1, 4, 2)), (1, (5, 2)), (3, (3, 3)), (4, (7, 1, 1, 3)), (2, (6,)), (3, (2, 9))]:
            yield [rng.normal(0, 5, d).round(2) for _ in sizes], np.array(sizes)

    class mistakes:
        def plain_mean(gradients, sizes):
            """Every shard counts the same in your mean, however many examples it has. That is right only where all are
            equally large."""
            return np.mean(gradients, axis=0)

        def plain_sum(gradients, sizes):
            """You add the gradients up as they are. The sizes do not come in, and nothing is divided."""
            return np.sum(gradients, axis=0)

        def not_divided(gradients, sizes):
            """You add up right, each gradient times its size. But a mean is wanted: what is the sum to be divided
            by?"""
            return sizes @ np.array(gradients)

        def divided_by_the_shards(gradients, sizes):
            """You add up right, each gradient times its size. But you divide by the number of shards: how many examples
            stand in the sum?"""
            return sizes @ np.array(gradients) / len(sizes)

        def divided_once_more(gradients, sizes):
            """Your result is too small by the number of shards: you take the mean of the parts that should be added
            up."""
            return np.mean([n * g / sum(sizes) for g, n in zip(gradients, sizes, strict=True)], axis=0)

        def small_shards_count_more(gradients, sizes):
            """In your mean a small shard counts for more than a large one. You divide by the sizes where you should
            multiply."""
            return np.average(gradients, axis=0, weights=1 / sizes)

        def divided_by_its_size(gradients, sizes):
            """You divide each gradient by its size. It is a mean already, and has been divided by it."""
            return sum(g / n for g, n in zip(gradients, sizes, strict=True))

        def pair_by_pair(gradients, sizes):
            """You take the mean of two, then of that and the next, and so on. The last one then counts as much as all
            before it together."""
            mean = gradients[0]
            for g in gradients[1:]:
                mean = (mean + g) / 2
            return mean

        def largest_shard_alone(gradients, sizes):
            """You take the gradient of the largest shard and leave the others out."""
            return gradients[int(np.argmax(sizes))]

        def first_shard_alone(gradients, sizes):
            """This is the gradient of the first shard alone. Where does `return` stand, inside the loop or after it?"""
            return gradients[0]

        def last_shard_alone(gradients, sizes):
            """This is the gradient of the last shard alone. Each turn of the loop writes over what the one before has
            found."""
            return gradients[-1]

        def one_number(gradients, sizes):
            """You mix the entries of the gradient into one number. Each entry has a mean of its own: look at `axis`."""
            return np.mean(np.average(gradients, axis=0, weights=sizes))

        def not_added(gradients, sizes):
            """You return the part of each shard. They still have to be added up."""
            return [n * g / sum(sizes) for g, n in zip(gradients, sizes, strict=True)]

        def entries_by_sizes(gradients, sizes):
            """You multiply the entries of each gradient by the sizes, one by one, which fits only where there are as
            many entries as shards. A size belongs to a whole gradient: which axis do the shards run along?"""
            return np.sum(np.array(gradients) * sizes, axis=0) / sum(sizes)

        def product_along_the_entries(gradients, sizes):
            """Your product runs along the entries of each gradient, where it should run along the shards. Put the two
            the other way round."""
            return np.array(gradients) @ sizes / sum(sizes)

        def gradients_written_over(gradients, sizes):
            """The right numbers, but the gradients that were passed in were changed: `g *= …` and `+=` write into them.
            Make new arrays."""
            for g, n in zip(gradients, sizes, strict=True):
                g *= n
            return sum(gradients) / sum(sizes)

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
    """x apart from each other, and y around some line; both shape (n,), to two digits."""
    x = (rng.uniform(-1, 1) + 4 / n * (rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n))).round(2)
    return x, (rng.uniform(1, 3) * x + rng.uniform(2, 6) + rng.normal(0, 2, n)).round(2)


def line(rng):
    """A slope and an intercept, both clear of 0."""
    return round(rng.uniform(-3, -0.5), 2), round(rng.uniform(-4, -1), 2)


def shards_of(rng, n, sizes):
    """Shards of these sizes, drawn from n examples; the rest stands in none."""
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
            """You add up the mean gradients of the pieces, so the result grows with their number. (PyTorch does that
            too, and therefore the lesson weighs each piece's cost.)"""
            return tuple(np.sum(part_gradients(x, y, w, b, batches), axis=0))

        def sums_not_divided(x, y, w, b, batches):
            """Adding up over the examples is a good way, but at the end it has to be divided: the cost is a mean."""
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches))

        def divided_by_all_there_are(x, y, w, b, batches):
            """Right where the pieces hold all the examples. Where some stand in no piece, you divide by too many: count
            those that are used."""
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / len(x))

        def divided_by_the_pieces(x, y, w, b, batches):
            """You add up over the examples, but divide by the number of pieces. How many examples are there in all?"""
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / len(batches))

        def all_as_long_as_the_first(x, y, w, b, batches):
            """You divide as if all the pieces were as long as the first one. Count the examples of each."""
            count = len(batches) * len(batches[0])
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / count)

        def all_as_long_as_the_last(x, y, w, b, batches):
            """You divide by the length of the last piece only. Count the examples of each."""
            return tuple(lengths(batches) @ part_gradients(x, y, w, b, batches) / len(batches[-1]))

        def divided_twice(x, y, w, b, batches):
            """Each piece is weighted right now, but its old division is still there, by the number of pieces."""
            return tuple(right_gradient(x, y, w, b, batches) / len(batches))

        def first_batch_alone(x, y, w, b, batches):
            """This is the gradient of the first piece alone. Where does `return` stand, inside the loop or after it?"""
            return tuple(part_gradients(x, y, w, b, batches)[0])

        def last_batch_alone(x, y, w, b, batches):
            """This is the gradient of the last piece alone. Each turn of the loop writes over what the one before has
            found: accumulate it."""
            return tuple(part_gradients(x, y, w, b, batches)[-1])

        def all_examples(x, y, w, b, batches):
            """You use all the examples whatever stands in `batches`. Those that stand in no piece take no part."""
            return tuple(whole_gradient(x, y, w, b))

        @says(RESIDUALS_WITHOUT_INTERCEPT)
        def without_intercept(x, y, w, b, batches):
            return tuple(right_gradient(x, y, w, 0.0, batches))

        def swapped(x, y, w, b, batches):
            """The right numbers in the wrong order: the slope along w comes first."""
            return tuple(right_gradient(x, y, w, b, batches)[::-1])

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
        yield np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0, 9.0]), 0.0, 0.0, [np.array([0, 1]), np.array([2])], 0.03
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
            """Every shard counts the same in your step, however many examples it has. That is so whether the gradients
            are averaged or what the workers have made of w and b: weigh by the sizes."""
            return stepped(w, b, np.mean(part_gradients(x, y, w, b, shards), axis=0), lr)

        def gradients_added(x, y, w, b, shards, lr):
            """You add up the workers' mean gradients, or take each worker's step in full. So the step is as many times
            too long as there are workers, more or less."""
            return stepped(w, b, np.sum(part_gradients(x, y, w, b, shards), axis=0), lr)

        def examples_added(x, y, w, b, shards, lr):
            """Your step grows with the number of examples, as a sum does. A mean over all of them is wanted."""
            return stepped(w, b, lengths(shards) @ part_gradients(x, y, w, b, shards), lr)

        def divided_by_workers(x, y, w, b, shards, lr):
            """You weigh by the sizes, but divide by the number of workers. How many examples stand in the sum?"""
            return stepped(w, b, lengths(shards) @ part_gradients(x, y, w, b, shards) / len(shards), lr)

        def step_too_short(x, y, w, b, shards, lr):
            """Your step has the right direction, but is too short by the number of workers: you divide by it once too
            often."""
            return stepped(w, b, right_gradient(x, y, w, b, shards) / len(shards), lr)

        def step_too_long(x, y, w, b, shards, lr):
            """Your step has the right direction, but is too long by the number of workers. Nobody has changed the rate
            here."""
            return stepped(w, b, right_gradient(x, y, w, b, shards) * len(shards), lr)

        def divided_by_all(x, y, w, b, shards, lr):
            """Right where the shards hold all the examples. Where some stand in no shard, you divide by too many: count
            those that are used."""
            return stepped(w, b, lengths(shards) @ part_gradients(x, y, w, b, shards) / len(x), lr)

        def on_all_examples(x, y, w, b, shards, lr):
            """You use all the examples whatever stands in `shards`. Those that stand in no shard take no part."""
            return stepped(w, b, whole_gradient(x, y, w, b), lr)

        def one_after_another(x, y, w, b, shards, lr):
            """You take a step for each shard, the next one from where the last has led. These are mini-batches; here
            all workers measure at the same w and b, and there is one step."""
            for shard in shards:
                w, b = stepped(w, b, whole_gradient(x[shard], y[shard], w, b), lr)
            return w, b

        def moved_inside_the_loop(x, y, w, b, shards, lr):
            """You weigh right, but move w and b inside the loop, so that later shards measure at other parameters.
            First all the gradients, then one step."""
            n = sum(lengths(shards))
            for shard in shards:
                w, b = stepped(w, b, whole_gradient(x[shard], y[shard], w, b), lr * len(shard) / n)
            return w, b

        def moved_inside_the_loop_alike(x, y, w, b, shards, lr):
            """Two things: you move w and b inside the loop, so that later shards measure at other parameters, and all
            the shards count the same whatever their size. First all the gradients, then their mean, then one step."""
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
            """Only the first worker's gradient is in your step. Where does `return` stand, inside the loop or after
            it?"""
            return stepped(w, b, part_gradients(x, y, w, b, shards)[0], lr)

        def last_worker_alone(x, y, w, b, shards, lr):
            """Only the last worker's gradient is in your step. Each turn of the loop writes over what the one before
            has found."""
            return stepped(w, b, part_gradients(x, y, w, b, shards)[-1], lr)

        def workers_part(x, y, w, b, shards, lr):
            """You return a w and a b for each worker: nothing has been exchanged. After the step all of them hold the
            same."""
            return [stepped(w, b, gradient, lr) for gradient in part_gradients(x, y, w, b, shards)]

        def climbs(x, y, w, b, shards, lr):
            """Your step goes uphill. Look at the sign."""
            return stepped(w, b, right_gradient(x, y, w, b, shards), -lr)

        def half_a_step(x, y, w, b, shards, lr):
            """Your step is half as long as it should be: the gradient of a square has a factor 2 in it."""
            return stepped(w, b, right_gradient(x, y, w, b, shards), lr / 2)

        def gradient_itself(x, y, w, b, shards, lr):
            """This is the gradient of all the shards. It is right; now take the step."""
            return tuple(right_gradient(x, y, w, b, shards))

        def only_w_moves(x, y, w, b, shards, lr):
            """w is right, but b stays where it was. It has a slope, too."""
            return stepped(w, b, right_gradient(x, y, w, b, shards), lr)[0], b

        @says(RESIDUALS_WITHOUT_INTERCEPT)
        def without_intercept(x, y, w, b, shards, lr):
            return stepped(w, b, right_gradient(x, y, w, 0.0, shards), lr)

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
        yield np.array([30, 70]), "DDP"
        yield np.array([30, 70]), "MirroredStrategy"
        for workers in (3, 5):
            sizes = rng.permutation(np.arange(1, workers + 1) * 7 + rng.integers(0, 5, workers))
            yield sizes, "DDP"
            yield sizes[::-1].copy(), "MirroredStrategy"
        yield np.array([25, 25, 25, 25]), "DDP"
        yield np.array([40, 40]), "MirroredStrategy"
        yield np.array([64]), "DDP"

    class mistakes:
        def always_for_the_sum(sizes, engine):
            """Right for MirroredStrategy. DDP divides by the number of workers afterwards, and your factors do not make
            up for it."""
            return factors_with(for_the_sum, for_the_sum)(sizes, engine)

        def always_for_the_mean(sizes, engine):
            """Right for DDP. MirroredStrategy divides by nothing, so with your factors its step is too long by the
            number of workers."""
            return factors_with(for_the_mean, for_the_mean)(sizes, engine)

        def engines_swapped(sizes, engine):
            """The two engines have changed places. Which of them takes the mean, and which the sum?"""
            return factors_with(for_the_sum, for_the_mean)(sizes, engine)

        def as_if_all_were_equal(sizes, engine):
            """Your factors are the same for all workers. That is right only where all the shards are equally large."""
            return factors_with(np.ones_like, lambda sizes: np.full(len(sizes), 1 / len(sizes)))(sizes, engine)

        def divided_for_the_mean(sizes, engine):
            """MirroredStrategy is right. For DDP you divide by the number of workers; DDP does that itself, and you
            have to make up for it."""
            return factors_with(lambda sizes: for_the_sum(sizes) / len(sizes), for_the_sum)(sizes, engine)

        def divided_for_the_sum(sizes, engine):
            """DDP is right. For MirroredStrategy you divide by the number of workers; but nothing there has grown by
            it."""
            return factors_with(for_the_mean, lambda sizes: for_the_sum(sizes) / len(sizes))(sizes, engine)

        def for_a_cost_that_is_a_sum(sizes, engine):
            """Your factors would be right for a cost that is the sum over the shard. Here each worker has the mean,
            which is divided by the shard's size already."""
            return factors_with(
                lambda sizes: np.full(len(sizes), len(sizes) / sizes.sum()),
                lambda sizes: np.full(len(sizes), 1 / sizes.sum()),
            )(sizes, engine)

        def sum_cost_for_the_sum(sizes, engine):
            """DDP is right. For MirroredStrategy your factor would be right for a cost that is the sum over the shard,
            as in the lesson's program. Here each worker has the mean."""
            return factors_with(for_the_mean, lambda sizes: np.full(len(sizes), 1 / sizes.sum()))(sizes, engine)

        def turned_over(sizes, engine):
            """Your factors are upside down: with them a large shard counts for less. Its gradient stands for more
            examples."""
            return factors_with(lambda sizes: 1 / for_the_mean(sizes), lambda sizes: 1 / for_the_sum(sizes))(
                sizes, engine
            )

        def not_yet_divided(sizes, engine):
            """Your factors grow with the number of examples. Only the part that a shard has of all of them counts."""
            return factors_with(lambda sizes: sizes * len(sizes), lambda sizes: sizes)(sizes, engine)

        def sizes_alone(sizes, engine):
            """These are the sizes themselves. Only the part that a shard has of all the examples counts, and what the
            engine does."""
            return sizes * 1.0

        def by_the_largest(sizes, engine):
            """You measure the sizes by the largest shard. The part of all the examples is what counts."""
            return factors_with(lambda sizes: sizes / sizes.max(), for_the_sum)(sizes, engine)

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
        yield np.array([30, 70]), 4.0, 400.0, 1000.0
        for sizes in [(25, 25, 25, 25), (10, 40, 30), (64,), (9, 1, 5, 2, 3), (12, 12)]:
            work, speed = round(rng.uniform(2, 9), 1), float(rng.integers(3, 9) * 100)
            yield np.array(sizes), work, float(rng.integers(5, 15) * 50), speed
        yield np.array([8, 3, 5]), 0.05, 600.0, 250.0  # hardly any work: the exchange is nearly all

    class mistakes:
        def work_dealt_evenly(sizes, work, megabytes, speed):
            """You deal the work out evenly. Shards may differ, and everybody waits for the slowest worker."""
            return seconds_with(lambda sizes: 1 / len(sizes), ring)(sizes, work, megabytes, speed)

        def quickest_worker(sizes, work, megabytes, speed):
            """You wait for the quickest worker. The exchange begins when the slowest is done."""
            return seconds_with(lambda sizes: min(sizes) / sum(sizes), ring)(sizes, work, megabytes, speed)

        def first_worker(sizes, work, megabytes, speed):
            """You take the first worker's part of the work. Which of them do all the others wait for?"""
            return seconds_with(lambda sizes: sizes[0] / sum(sizes), ring)(sizes, work, megabytes, speed)

        def work_not_shared(sizes, work, megabytes, speed):
            """You count all the work, as if one worker did it, or one after another. They compute at the same time."""
            return seconds_with(lambda sizes: 1.0, ring)(sizes, work, megabytes, speed)

        def every_example_all_the_work(sizes, work, megabytes, speed):
            """You multiply the work by the size of the largest shard. `work` is for all the examples: which part of it
            is the shard's?"""
            return seconds_with(max, ring)(sizes, work, megabytes, speed)

        def part_of_the_work_alone(sizes, work, megabytes, speed):
            """You count the computing alone. The step is over only after the exchange."""
            return seconds_with(slowest, lambda p: 0.0)(sizes, work, megabytes, speed)

        def exchange_alone(sizes, work, megabytes, speed):
            """You count the exchange alone. Before it there is the gradient to compute."""
            return seconds_with(lambda sizes: 0.0, ring)(sizes, work, megabytes, speed)

        def once_round_the_ring(sizes, work, megabytes, speed):
            """Your exchange takes half the time it should: a factor of the ring's formula is missing."""
            return seconds_with(slowest, lambda p: (p - 1) / p)(sizes, work, megabytes, speed)

        def twice_the_gradient(sizes, work, megabytes, speed):
            """You take twice the gradient's size, whatever the number of workers. It is a little less, and for one
            worker alone nothing at all."""
            return seconds_with(slowest, lambda p: 2.0)(sizes, work, megabytes, speed)

        def everything_through_one(sizes, work, megabytes, speed):
            """Your exchange grows with the number of workers. In the ring nobody sends more than twice the gradient's
            size."""
            return seconds_with(slowest, lambda p: 2 * (p - 1))(sizes, work, megabytes, speed)

        def exchange_shared_out(sizes, work, megabytes, speed):
            """You divide by the number of workers once too often: the formula tells already what each of them sends,
            and all send at the same time."""
            return seconds_with(slowest, lambda p: ring(p) / p)(sizes, work, megabytes, speed)

        def ring_turned_over(sizes, work, megabytes, speed):
            """In the ring's formula numerator and denominator have changed places, so that a worker alone divides by
            zero."""
            return seconds_with(slowest, lambda p: 2 * p / (p - 1))(sizes, work, megabytes, speed)

        def brackets_missing(sizes, work, megabytes, speed):
            """In the ring's formula brackets are missing: it is p − 1 that is divided by p."""
            return seconds_with(slowest, lambda p: 2 * p - 1 / p)(sizes, work, megabytes, speed)

        def examples_for_workers(sizes, work, megabytes, speed):
            """You put the number of examples into the ring's formula. It is the number of workers that counts there."""
            return seconds_with(slowest, lambda p: ring(sum(sizes)))(sizes, work, megabytes, speed)

        def speed_multiplied(sizes, work, megabytes, speed):
            """You multiply by the speed. The more megabytes a second, the less time it takes."""
            return seconds_with(slowest, lambda p: ring(p) * speed**2)(sizes, work, megabytes, speed)

        def both_at_once(sizes, work, megabytes, speed):
            """You take the longer of computing and exchanging, as if both went on at once. Here one comes after the
            other."""
            return max(work * slowest(sizes), ring(len(sizes)) * megabytes / speed)

        def times_as_fast(sizes, work, megabytes, speed):
            """This is how many times as fast the step is. The time is wanted, in seconds."""
            return work / seconds_with(slowest, ring)(sizes, work, megabytes, speed)

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
