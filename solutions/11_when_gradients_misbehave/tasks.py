"""Exercise 11: the cases of each task, the known mistakes, and right answers written in other ways."""

import math

import numpy as np

from grader.sentences import (
    BUG_STILL_THERE,
    says,
)

SUM_FOR_NORM = "You take the sum of the entries' sizes as the norm. For 3 and −4 that is 7; the norm is 5."


def drawn(rng, shape, low, high):
    """Entries of both signs, each of a size between low and high, to three digits."""
    sizes = rng.uniform(low, high, shape).round(3)
    signs = np.where(np.arange(sizes.size) % 2, 1.0, -1.0)
    return sizes * rng.permutation(signs).reshape(shape)


def norm_of(g):
    return math.sqrt(sum(entry * entry for entry in np.ravel(g).tolist()))


def shortened(g, norm, limit):
    """What clipping makes of an array, whatever is taken for its norm."""
    return g * (limit / norm) if norm > limit else g.copy()


def together(gradients):
    return np.concatenate([g.ravel() for g in gradients])


class clip_by_value:
    def cases(rng):
        yield [np.array([3.0, -4.0])], 2.5
        yield [np.array([3.0, -4.0]), np.array([12.0])], 6.5
        yield [drawn(rng, (2, 2), 0.5, 6), drawn(rng, 3, 0.1, 0.4), drawn(rng, 2, 1, 3)], 1.5
        yield [drawn(rng, 2, 0.5, 2), drawn(rng, (1, 2), 0.5, 2)], 20.0  # nothing is to be cut
        yield [drawn(rng, 1, 1.0, 1.4) for _ in range(3)], 1.5
        yield [drawn(rng, 3, 0.5, 5)], 2.25

    class mistakes:
        def from_above_only(gradients, limit):
            """You cut large entries, but a large negative entry stays. It is as far from 0 as its positive twin."""
            return [np.minimum(g, limit) for g in gradients]

        def from_below_only(gradients, limit):
            """You cut negative entries, but a large positive one stays. There is a bound on both sides."""
            return [np.maximum(g, -limit) for g in gradients]

        def signs_lost(gradients, limit):
            """The sizes are right, but all your entries are positive: descent would no longer know which direction is
            down. Keep the signs."""
            return [np.minimum(abs(g), limit) for g in gradients]

        def large_ones_positive(gradients, limit):
            """A large negative entry becomes plus `limit`. Cut its size and keep its sign."""
            return [np.where(abs(g) > limit, limit, g) for g in gradients]

        def negatives_gone(gradients, limit):
            """All negative entries become 0. Your lower bound is 0; where should it be?"""
            return [np.clip(g, 0, limit) for g in gradients]

        def large_ones_gone(gradients, limit):
            """You set the entries that are too large to 0. Cut them to the limit instead: they show where the surface
            is steepest."""
            return [np.where(abs(g) > limit, 0, g) for g in gradients]

        def all_at_the_limit(gradients, limit):
            """All your entries have the size of the limit. An entry that is small enough already should stay as it
            is."""
            return [np.sign(g) * limit for g in gradients]

        def scaled_by_the_largest(gradients, limit):
            """You shrink the whole array until its largest entry fits. That keeps the direction, but here each entry is
            cut separately, and the small ones stay."""
            return [shortened(g, np.max(abs(g)), limit) for g in gradients]

        def cut_by_norm(gradients, limit):
            """You clip each array by its norm. Here each entry is cut separately."""
            return [shortened(g, norm_of(g), limit) for g in gradients]

        def cut_by_global_norm(gradients, limit):
            """You shrink all arrays by one factor, as clipping by global norm does. Here each entry is cut
            separately."""
            norm = norm_of(together(gradients))
            return [shortened(g, norm, limit) for g in gradients]

        def scaled_by_the_largest_of_all(gradients, limit):
            """You shrink all arrays until the largest entry of all fits. Here each entry is cut separately, and the
            small ones stay."""
            largest = np.max(np.abs(together(gradients)))
            return [shortened(g, largest, limit) for g in gradients]

        def nothing_cut(gradients, limit):
            """You return the gradients as they came. If you call `np.clip`: it does not change an array, it returns a
            new one. Collect these."""
            return [g.copy() for g in gradients]

        def limit_of_one(gradients, limit):
            """You cut at −1 and 1, whatever `limit` is."""
            return [np.clip(g, -1, 1) for g in gradients]

        def large_ones_divided(gradients, limit):
            """You divide a large entry by the limit. It should become the limit itself."""
            return [np.where(abs(g) > limit, g / limit, g) for g in gradients]

        def large_ones_reduced(gradients, limit):
            """You subtract the limit from a large entry. It should become the limit itself."""
            return [np.where(abs(g) > limit, g - np.sign(g) * limit, g) for g in gradients]

        def list_as_one_array(gradients, limit):
            """Your function stops with an error if the arrays have different shapes: NumPy cannot make one array of the
            list. Take the arrays one after the other."""
            return np.clip(gradients, -limit, limit)

        def joined(gradients, limit):
            """You return one long array. The model needs a list again, one array for each of its parameters, in its
            shape."""
            return np.clip(together(gradients), -limit, limit)

        def bent_smoothly(gradients, limit):
            """You bend all entries towards the limit, so that even small ones change. An entry within the limits stays
            as it is."""
            return [limit * np.tanh(g / limit) for g in gradients]

        def first_array_alone(gradients, limit):
            """Your list holds the first array only. Is your `return` inside the loop or after it?"""
            return [np.clip(gradients[0], -limit, limit)]

        def cut_at_half(gradients, limit):
            """You cut at half of the limit. `limit` is how far an entry may be from 0 on either side."""
            return [np.clip(g, -limit / 2, limit / 2) for g in gradients]

        def uncut_ones_missing(gradients, limit):
            """Your list holds only the arrays that had to be cut. One within the limits stays as it is, and belongs in
            the list too."""
            return [np.clip(g, -limit, limit) for g in gradients if np.max(abs(g)) > limit]

        def last_array_first(gradients, limit):
            """Your arrays come in reverse order, the last one first. Keep the order in which they are passed in."""
            return [np.clip(g, -limit, limit) for g in gradients][::-1]

    class right:
        def by_bounds(gradients, limit):
            return [np.minimum(np.maximum(g, -limit), limit) for g in gradients]

        def by_sign(gradients, limit):
            return tuple(np.sign(g) * np.minimum(abs(g), limit) for g in gradients)

        def by_writing(gradients, limit):
            clipped = []
            for g in gradients:
                copy = g.copy()
                copy[copy > limit] = limit
                copy[copy < -limit] = -limit
                clipped.append(copy.tolist())
            return clipped


FLOOR = 1e-3
ROOT_OF_THE_MEAN = "You take the root of the mean square. The norm uses the sum: it grows with the number of entries."
ROOT_MISSING = "You take the sum of the squares as the norm, without its root. For 3 and −4 that is 25; the norm is 5."
LARGEST_FOR_NORM = (
    "You take the largest entry as the norm. The norm counts all entries: it is the root of the sum of their squares."
)
PLUS_A_LITTLE = "Nearly right: you add 1e-6 to the norm, as PyTorch does. Here the norm is used as it is."
ZERO_BY_ZERO = (
    "All is right except for gradients of zero: their norm is 0, and 0/0 is NaN. Compare the norm with the limit "
    "before you divide by it."
)
STRETCHED = "You scale every gradient, so that short ones become longer. What is short enough should stay as it is."


def limits_of(weights, ratio, floor=FLOOR, norm=norm_of):
    return [ratio * max(norm(w), floor) for w in weights]


def by_norm(gradients, limits, norm=norm_of):
    return [shortened(g, norm(g), limit) for g, limit in zip(gradients, limits, strict=True)]


def spectral(array):
    """What `np.linalg.norm(array, 2)` is: of a matrix, its largest singular value."""
    return np.linalg.norm(array, 2)


def with_norm(norm):
    """The right answer, but with another norm of both arrays."""
    return lambda gradients, weights, ratio: by_norm(gradients, limits_of(weights, ratio, norm=norm), norm)


class adaptive_clip:
    def cases(rng):
        yield [np.array([3.0, -4.0])], [np.array([6.0, 8.0])], 0.25
        yield [drawn(rng, (2, 2), 2, 6), drawn(rng, 3, 1, 4)], [drawn(rng, (2, 2), 1, 3), drawn(rng, 3, 6, 9)], 0.2
        yield (
            [drawn(rng, 2, 0.1, 0.4), drawn(rng, (2, 3), 2, 5)],
            [drawn(rng, 2, 1, 2), drawn(rng, (2, 3), 0.5, 2)],
            0.5,
        )
        yield [np.array([3.0, -4.0])], [np.array([18.0, -24.0])], 0.25  # nothing is to be cut
        yield [drawn(rng, 2, 0.01, 0.05), drawn(rng, 1, 1, 2)], [np.zeros(2), drawn(rng, 1, 1, 2)], 0.4  # the floor
        yield [np.zeros(2), drawn(rng, 2, 1, 3)], [np.zeros(2), drawn(rng, 2, 1, 3)], 0.1
        yield (
            [drawn(rng, 2, 0.1, 0.2), drawn(rng, 2, 0.1, 0.2)],
            [np.array([3e-4, -4e-4]), np.array([2e-3, 1e-4])],  # below the floor, and just above it
            0.3,
        )
        yield [np.zeros((2, 2)), drawn(rng, 2, 1, 3)], [drawn(rng, (2, 2), 1, 3), drawn(rng, 2, 1, 3)], 0.1
        yield [np.array([3e-4, -4e-4])], [np.array([3e-3, 4e-3])], 0.05
        # a low limit after a high one
        yield [drawn(rng, 2, 3, 5), drawn(rng, 2, 3, 5)], [drawn(rng, 2, 6, 9), drawn(rng, 2, 1, 2)], 0.2

    class mistakes:
        def short_ones_missing(gradients, weights, ratio):
            """Your list holds the shortened gradients only. One that is short enough stays as it is, and belongs in the
            list too: the model has as many arrays as before."""
            limits = limits_of(weights, ratio)
            return [
                shortened(g, norm_of(g), limit)
                for g, limit in zip(gradients, limits, strict=True)
                if norm_of(g) > limit
            ]

        def short_ones_gone(gradients, weights, ratio):
            """A gradient that is short enough becomes 0 in your function. It stays as it is."""
            limits = limits_of(weights, ratio)
            return [
                shortened(g, norm_of(g), limit) * (norm_of(g) > limit)
                for g, limit in zip(gradients, limits, strict=True)
            ]

        def limit_without_weights(gradients, weights, ratio):
            """You use the ratio itself as the limit, so that the weights play no part. The limit of an array is the
            ratio times the norm of its weights."""
            return by_norm(gradients, [ratio] * len(gradients))

        def all_together(gradients, weights, ratio):
            """You compare the norms of all arrays together, as clipping by global norm does. Here each array has its
            own limit, from its own weights."""
            limit = ratio * max(norm_of(together(weights)), FLOOR)
            norm = norm_of(together(gradients))
            return [shortened(g, norm, limit) for g in gradients]

        def one_limit_for_all(gradients, weights, ratio):
            """You take the norm of all weights together, so that every array has the same limit. Each array's limit
            comes from its own weights."""
            return by_norm(gradients, [ratio * max(norm_of(together(weights)), FLOOR)] * len(gradients))

        def without_floor(gradients, weights, ratio):
            """If the weights are 0, your limit is 0 and so is the clipped gradient: such weights would never move.
            Where does the floor of 0.001 come in?"""
            return by_norm(gradients, limits_of(weights, ratio, floor=0.0))

        def floor_added(gradients, weights, ratio):
            """You add 0.001 to the norm of the weights. It is a floor: it counts only where the norm is smaller."""
            return by_norm(gradients, [ratio * (norm_of(w) + FLOOR) for w in weights])

        def floor_of_the_limit(gradients, weights, ratio):
            """You apply the floor of 0.001 to the limit. It belongs to the norm of the weights, before the
            multiplication by the ratio."""
            return by_norm(gradients, [max(ratio * norm_of(w), FLOOR) for w in weights])

        def floor_for_every_weight(gradients, weights, ratio):
            """You apply the floor to each entry of the weights. It applies to their norm, one number for an array."""
            return by_norm(gradients, [ratio * norm_of(np.maximum(abs(w), FLOOR)) for w in weights])

        def floor_of_the_gradient(gradients, weights, ratio):
            """You apply the floor of 0.001 to the norm of the gradient. It belongs to the norm of the weights."""
            return [
                g * min(1.0, ratio * norm_of(w) / max(norm_of(g), FLOOR))
                for g, w in zip(gradients, weights, strict=True)
            ]

        def floor_of_both(gradients, weights, ratio):
            """You apply the floor of 0.001 to the norm of the gradient as well. It belongs to the norm of the weights
            alone."""
            return [
                g * min(1.0, limit / max(norm_of(g), FLOOR))
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def zeros_missing(gradients, weights, ratio):
            """Gradients of zeros are missing from your list. They stay as they are, and belong in it too: the model has
            as many arrays as before."""
            return [g for g in by_norm(gradients, limits_of(weights, ratio)) if g.any()]

        @says(STRETCHED + " And a gradient of zeros becomes NaN.")
        def stretched(gradients, weights, ratio):
            return [
                g * (limit / np.linalg.norm(g)) for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        @says(STRETCHED)
        def stretched_but_zeros(gradients, weights, ratio):
            return [
                g * (limit / max(norm_of(g), 1e-300))
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        @says(ZERO_BY_ZERO)
        def zero_by_zero(gradients, weights, ratio):
            return [
                g / np.linalg.norm(g) * min(np.linalg.norm(g), limit)
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def stops_at_zero(gradients, weights, ratio):
            """Your function stops with an error at a gradient of zeros: its norm is 0, and you divide by it. Compare
            the norm with the limit before you divide."""
            return [
                g * min(1, limit / norm_of(g)) for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        @says(LARGEST_FOR_NORM)
        def largest_for_norm(gradients, weights, ratio):
            return with_norm(lambda a: np.max(abs(a)))(gradients, weights, ratio)

        @says(SUM_FOR_NORM)
        def sum_for_norm(gradients, weights, ratio):
            return with_norm(lambda a: np.sum(abs(a)))(gradients, weights, ratio)

        @says(ROOT_MISSING)
        def root_missing(gradients, weights, ratio):
            return with_norm(lambda a: np.sum(a**2))(gradients, weights, ratio)

        @says(ROOT_OF_THE_MEAN)
        def root_of_the_mean(gradients, weights, ratio):
            return with_norm(lambda a: np.sqrt(np.mean(a**2)))(gradients, weights, ratio)

        def spectral_norm(gradients, weights, ratio):
            """Your vectors are right, but your matrices are not. Given a 2, `np.linalg.norm` returns the largest
            singular value of a matrix, which is another norm: here all entries count."""
            return with_norm(lambda a: np.linalg.norm(a, 2))(gradients, weights, ratio)

        def row_by_row(gradients, weights, ratio):
            """You compare each row of a matrix with its own weights. Here a matrix is one array with one limit: its
            norm counts all entries."""
            return [
                np.array(by_norm(list(g), limits_of(list(w), ratio))) if g.ndim == 2 else by_norm([g], [limit])[0]
                for g, w, limit in zip(gradients, weights, limits_of(weights, ratio), strict=True)
            ]

        def entries_cut(gradients, weights, ratio):
            """You cut each entry separately, so the direction changes. Here all entries of an array share one
            factor."""
            limits = limits_of(weights, ratio)
            return [np.clip(g, -limit, limit) for g, limit in zip(gradients, limits, strict=True)]

        def entry_by_entry(gradients, weights, ratio):
            """You compare each entry with its own weight, so the direction changes. The norms of the two arrays are
            what is compared."""
            return [
                np.clip(g, -ratio * np.maximum(abs(w), FLOOR), ratio * np.maximum(abs(w), FLOOR))
                for g, w in zip(gradients, weights, strict=True)
            ]

        def length_one(gradients, weights, ratio):
            """A gradient that is too long gets the norm 1 in your function, whatever its limit is."""
            return [
                g / norm_of(g) if norm_of(g) > limit else g
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def all_times_the_ratio(gradients, weights, ratio):
            """You multiply every gradient by the ratio. Only long ones are shortened, and the factor depends on the
            norms."""
            return [g * ratio for g in gradients]

        def entries_cut_at_the_ratio(gradients, weights, ratio):
            """You cut each entry at the ratio. Here a whole array shares one factor, and its limit depends on the
            weights."""
            return [np.clip(g, -ratio, ratio) for g in gradients]

        def large_ones_gone(gradients, weights, ratio):
            """You set a gradient that is too long to 0. Shorten it instead, until its norm is the limit."""
            limits = limits_of(weights, ratio)
            return [g * 0 if norm_of(g) > limit else g for g, limit in zip(gradients, limits, strict=True)]

        def the_wrong_ones(gradients, weights, ratio):
            """You have it the wrong way round: short gradients become longer, and long ones stay. Look at `min` and
            `max`, or at your comparison."""
            return [
                g * max(1.0, limit / max(norm_of(g), 1e-9))
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def small_weights_unclipped(gradients, weights, ratio):
            """Where the norm of the weights is below 0.001 you do not clip at all. Then 0.001 takes its place."""
            return [
                shortened(g, norm_of(g), ratio * norm_of(w)) if norm_of(w) > FLOOR else g
                for g, w in zip(gradients, weights, strict=True)
            ]

        def floor_as_the_limit(gradients, weights, ratio):
            """Where the norm of the weights is below 0.001 you use 0.001 as the limit. It takes the place of the norm,
            so it is multiplied by the ratio."""
            return by_norm(gradients, [ratio * norm_of(w) if norm_of(w) > FLOOR else FLOOR for w in weights])

        def column_by_column(gradients, weights, ratio):
            """You compare each column of a matrix with its own weights. Here a matrix is one array with one limit:
            leave `axis` out."""
            factors = [
                ratio * np.maximum(np.linalg.norm(w, axis=0), FLOOR) / np.maximum(np.linalg.norm(g, axis=0), 1e-9)
                for g, w in zip(gradients, weights, strict=True)
            ]
            return [g * np.minimum(1, factor) for g, factor in zip(gradients, factors, strict=True)]

        def first_weights_for_all(gradients, weights, ratio):
            """You take the norm of the first array of weights for all of them. Each gradient has its own weights."""
            return by_norm(gradients, [ratio * max(norm_of(weights[0]), FLOOR)] * len(gradients))

        def root_of_the_factor(gradients, weights, ratio):
            """You multiply by the root of limit/norm. The norm is a root already: the factor is the quotient itself."""
            return [
                g * min(1.0, math.sqrt(limit / max(norm_of(g), 1e-9)))
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def times_the_ratio(gradients, weights, ratio):
            """A gradient that is too long is multiplied by the ratio in your function. Which factor brings its norm
            down to the limit?"""
            return [
                g * ratio if norm_of(g) > limit else g
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def ratio_upside_down(gradients, weights, ratio):
            """Your limit is the weights' norm divided by the ratio. It is the ratio times that norm."""
            return [
                shortened(g, norm_of(g), max(norm_of(w), FLOOR) / ratio)
                for g, w in zip(gradients, weights, strict=True)
            ]

        def ratio_in_the_factor_alone(gradients, weights, ratio):
            """You shorten to the right norm, but only gradients that are longer than the weights. Compare with the same
            limit: the ratio belongs to it."""
            return [
                g * ratio * max(norm_of(w), FLOOR) / norm_of(g) if norm_of(g) > max(norm_of(w), FLOOR) else g
                for g, w in zip(gradients, weights, strict=True)
            ]

        def ratio_in_the_comparison_alone(gradients, weights, ratio):
            """You compare with the right limit, but then bring the gradient to the norm of the weights. Bring it to the
            limit: the ratio belongs to the factor too."""
            return [
                g * max(norm_of(w), FLOOR) / norm_of(g) if norm_of(g) > limit else g
                for g, w, limit in zip(gradients, weights, limits_of(weights, ratio), strict=True)
            ]

        def compared_with_the_ratio(gradients, weights, ratio):
            """You shorten to the right norm, but compare the gradient's norm with the ratio alone. Compare it with the
            limit, which depends on the weights."""
            return [
                g * limit / norm_of(g) if norm_of(g) > ratio else g
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def one_gradient_for_all(gradients, weights, ratio):
            """Each array has its limit, but you compare it with the norm of all gradients together. Each gradient's own
            norm counts."""
            norm = norm_of(together(gradients))
            return [shortened(g, norm, limit) for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)]

        def every_entry_at_the_limit(gradients, weights, ratio):
            """You set every entry of a long gradient to the limit. The limit is for its norm, and the entries keep
            their proportions."""
            limits = limits_of(weights, ratio)
            return [
                np.full_like(g, limit) if norm_of(g) > limit else g for g, limit in zip(gradients, limits, strict=True)
            ]

        def limit_subtracted(gradients, weights, ratio):
            """You subtract the limit from the entries of a long gradient. To shorten it in its direction, multiply all
            entries by one factor."""
            limits = limits_of(weights, ratio)
            return [g - limit if norm_of(g) > limit else g for g, limit in zip(gradients, limits, strict=True)]

        def floor_added_to_the_limit(gradients, weights, ratio):
            """You add 0.001 to the limit. It is a floor for the norm of the weights, and counts only where that norm is
            smaller."""
            return by_norm(gradients, [ratio * norm_of(w) + FLOOR for w in weights])

        def smallest_factor_for_all(gradients, weights, ratio):
            """All your arrays shrink by the factor of the one that is furthest above its limit. Each has its own
            factor, and an array below its limit stays."""
            factors = [
                min(1.0, limit / (norm_of(g) or limit))
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]
            return [g * min(factors) for g in gradients]

        def direction_of_the_weights(gradients, weights, ratio):
            """In place of a gradient that is too long you return ratio times its weights. Its norm is right, but the
            direction should be the gradient's."""
            limits = limits_of(weights, ratio)
            return [
                ratio * w if norm_of(g) > limit else g for g, w, limit in zip(gradients, weights, limits, strict=True)
            ]

        def weights_shortened(gradients, weights, ratio):
            """You return weights. It is the gradients that are to be clipped; the weights only set the limits."""
            return by_norm(weights, [ratio * max(norm_of(g), FLOOR) for g in gradients])

        @says(PLUS_A_LITTLE)
        def plus_a_little(gradients, weights, ratio):
            return [
                g * min(1.0, limit / (norm_of(g) + 1e-6))
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        @says(spectral_norm.__doc__)
        def spectral_norm_of_the_gradient(gradients, weights, ratio):
            return by_norm(gradients, limits_of(weights, ratio), spectral)

        @says(spectral_norm.__doc__)
        def spectral_norm_of_the_weights(gradients, weights, ratio):
            return by_norm(gradients, limits_of(weights, ratio, norm=spectral))

        @says(LARGEST_FOR_NORM)
        def largest_weight_for_norm(gradients, weights, ratio):
            return by_norm(gradients, limits_of(weights, ratio, norm=lambda w: np.max(np.abs(w))))

        @says(LARGEST_FOR_NORM)
        def largest_entry_for_norm(gradients, weights, ratio):
            return by_norm(gradients, limits_of(weights, ratio), lambda g: np.max(np.abs(g)))

        @says(weights_shortened.__doc__)
        def weights_by_the_gradients_factor(gradients, weights, ratio):
            limits = limits_of(weights, ratio)
            return [
                w * (limit / norm_of(g)) if norm_of(g) > limit else w
                for g, w, limit in zip(gradients, weights, limits, strict=True)
            ]

        def weights_made_as_long_as_the_limit(gradients, weights, ratio):
            """In place of a gradient that is too long you return its weights, made as long as the limit. Keep the
            gradient's direction."""
            limits = limits_of(weights, ratio)
            return [
                g if norm_of(g) <= limit else w / norm_of(w) * limit if norm_of(w) else ...
                for g, w, limit in zip(gradients, weights, limits, strict=True)
            ]

        def limits_that_only_grow(gradients, weights, ratio):
            """You keep the largest limit so far for the arrays that follow. Each array has its own."""
            return by_norm(gradients, np.maximum.accumulate(limits_of(weights, ratio)))

        def limit_added_to_the_norm(gradients, weights, ratio):
            """Your factor is the limit divided by the norm plus the limit. Divide by the norm alone."""
            return [
                g * (limit / (norm_of(g) + limit)) if norm_of(g) > limit else g
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def mean_size_for_norm(gradients, weights, ratio):
            """You take the mean size of the entries as the norm. The norm is the root of the sum of their squares."""
            return with_norm(lambda a: np.mean(np.abs(a)))(gradients, weights, ratio)

        def first_gradient_alone(gradients, weights, ratio):
            """Your list holds the first gradient only. Is your `return` inside the loop or after it?"""
            return by_norm(gradients, limits_of(weights, ratio))[:1]

        def roles_exchanged(gradients, weights, ratio):
            """You make the limit of the gradient's norm and compare that of the weights with it. It is the other way
            round: the weights set the limit, and the gradient is measured."""
            limits = limits_of(gradients, ratio)
            return [
                g * (limit / norm_of(w)) if norm_of(w) > limit else g
                for g, w, limit in zip(gradients, weights, limits, strict=True)
            ]

        def zero_by_zero_without_floor(gradients, weights, ratio):
            """The floor of 0.001 is missing, so weights that are 0 would never move. And a gradient of zeros becomes
            NaN: its norm is 0, and you divide by it. Compare the norm with the limit first."""
            return [
                g / np.linalg.norm(g) * np.minimum(np.linalg.norm(g), ratio * np.linalg.norm(w))
                for g, w in zip(gradients, weights, strict=True)
            ]

        def square_compared(gradients, weights, ratio):
            """You compare the square of the gradient's norm with the limit. What you make of those above it is
            right."""
            return [
                g * (limit / norm_of(g)) if norm_of(g) ** 2 > limit else g
                for g, limit in zip(gradients, limits_of(weights, ratio), strict=True)
            ]

        def floor_at_zero_alone(gradients, weights, ratio):
            """Your floor counts only where the weights are exactly 0. It is for all norms below 0.001."""
            return by_norm(gradients, [ratio * (norm_of(w) or FLOOR) for w in weights])

    class right:
        def by_quotient(gradients, weights, ratio):
            clipped = []
            for g, w in zip(gradients, weights, strict=True):
                allowed = ratio * max(np.linalg.norm(w), 1e-3)
                clipped.append(g / max(1.0, np.linalg.norm(g) / allowed))
            return clipped

        def by_index(gradients, weights, ratio):
            result = []
            for k in range(len(gradients)):
                g, allowed = gradients[k].ravel(), ratio * max(1e-3, np.sum(weights[k] ** 2) ** 0.5)
                norm = np.sqrt(g @ g)
                if norm > allowed:
                    result.append((gradients[k] * allowed / norm).tolist())
                else:
                    result.append(gradients[k].tolist())
            return result

        def by_recursion(gradients, weights, ratio):
            if not gradients:
                return ()
            rest = adaptive_clip.right.by_recursion(gradients[1:], weights[1:], ratio)
            norm, allowed = np.hypot.reduce(gradients[0].ravel()), ratio * np.hypot.reduce(weights[0].ravel())
            allowed = np.maximum(allowed, ratio / 1000)
            return (gradients[0] * np.minimum(allowed, norm) / np.maximum(norm, 1e-300), *rest)


def mean_of(batches):
    return [sum(parts) / len(batches) for parts in zip(*batches, strict=True)]


def cut(gradients, norm, limit):
    return [shortened(g, norm, limit) for g in gradients]


def norms_of(batches):
    """The global norm of each mini-batch."""
    return [norm_of(together(gradients)) for gradients in batches]


BATCHES_MEASURED = (
    "You clip the mean by a norm made of the mini-batches' norms. Gradients that point in different directions cancel "
    "in part, so the mean is shorter than that: measure the mean itself."
)
CLIPPED_ON_THE_WAY = (
    "You clip inside the loop, whenever the mean has changed: what is cut off early is missing later, so the order of "
    "the mini-batches counts. Let the loop only average, and clip once, after it."
)


class accumulate_and_clip:
    def cases(rng):
        yield [[np.array([12.0, 0.0])], [np.array([0.0, 3.0])]], 5.0
        yield [[drawn(rng, (2, 2), 2, 6), drawn(rng, 3, 0.5, 2)] for _ in range(3)], 1.5
        # Nothing is to be cut; the sum of the squares is above the limit, their root is not.
        yield [[np.array([3.0, -1.0]), np.array([[1.0]])], [np.array([1.0, 2.0]), np.array([[0.5]])]], 3.0
        opposite = drawn(rng, 2, 4, 7)
        yield [[opposite], [-opposite + drawn(rng, 2, 0.1, 0.3)]], 1.5  # each long, the mean short
        yield [[drawn(rng, 1, 1.0, 1.4) for _ in range(3)], [drawn(rng, 1, 1.0, 1.4) for _ in range(3)]], 1.5
        yield [[opposite, np.zeros(2)], [-opposite, np.zeros(2)]], 0.5  # a mean of zero
        yield [[np.array([1.0]), np.array([3.0, -4.0]), np.array([2.0])]], 2.0  # one batch, the longest array inside
        yield [[drawn(rng, 2, 0.01, 0.03), drawn(rng, 1, 0.02, 0.03)] for _ in range(4)], 0.001

    class mistakes:
        @says(CLIPPED_ON_THE_WAY)
        def running_mean_clipped(batches, limit):
            mean = batches[0]
            for k, gradients in enumerate(batches):
                mean = [(m * k + g) / (k + 1) for m, g in zip(mean, gradients, strict=True)]
                mean = cut(mean, norm_of(together(mean)), limit)
            return mean

        def last_batch_scaled(batches, limit):
            """The factor is right, but you multiply the last mini-batch's gradients by it. Multiply the mean."""
            norm = norm_of(together(mean_of(batches)))
            return cut(batches[-1], norm, limit)

        @says(CLIPPED_ON_THE_WAY)
        def growing_sum_clipped(batches, limit):
            mean = [g * 0 for g in batches[0]]
            for gradients in batches:
                mean = [m + g / len(batches) for m, g in zip(mean, gradients, strict=True)]
                mean = cut(mean, norm_of(together(mean)), limit)
            return mean

        @says(BUG_STILL_THERE)
        def still_clipped_each(batches, limit):
            return mean_of([cut(gradients, norm_of(together(gradients)), limit) for gradients in batches])

        def halved_in_every_turn(batches, limit):
            """You halve the sum in every turn of the loop, so the last mini-batch counts for half of the mean. Each of
            them has the same share, one divided by their number."""
            mean = [0 * g for g in batches[0]]
            for gradients in batches:
                mean = [(m + g) / 2 for m, g in zip(mean, gradients, strict=True)]
            return cut(mean, norm_of(together(mean)), limit)

        @says(halved_in_every_turn.__doc__)
        def halved_from_the_second_on(batches, limit):
            mean = batches[0]
            for gradients in batches[1:]:
                mean = [(m + g) / 2 for m, g in zip(mean, gradients, strict=True)]
            return cut(mean, norm_of(together(mean)), limit)

        def not_clipped(batches, limit):
            """You average the gradients, but nothing is clipped any more."""
            return mean_of(batches)

        def sum_clipped(batches, limit):
            """You clip the sum over the mini-batches. The step uses their mean: divide before you measure the norm."""
            total = [sum(parts) for parts in zip(*batches, strict=True)]
            return cut(total, norm_of(together(total)), limit)

        def divided_afterwards(batches, limit):
            """Your limit is divided by the number of mini-batches, perhaps because you clip the sum and divide
            afterwards. Average first, then clip."""
            total = [sum(parts) for parts in zip(*batches, strict=True)]
            return [g / len(batches) for g in cut(total, norm_of(together(total)), limit)]

        @says(BATCHES_MEASURED)
        def mean_of_the_norms(batches, limit):
            return cut(mean_of(batches), np.mean(norms_of(batches)), limit)

        @says(BATCHES_MEASURED)
        def sum_of_the_batches_norms(batches, limit):
            return cut(mean_of(batches), np.sum(norms_of(batches)), limit)

        @says(BATCHES_MEASURED)
        def all_batches_together(batches, limit):
            return cut(mean_of(batches), norm_of(norms_of(batches)), limit)

        def mean_of_the_factors(batches, limit):
            """You shorten the mean by the mean of the mini-batches' factors. It has one factor, which comes from its
            own norm."""
            factor = np.mean([min(1.0, limit / (norm or limit)) for norm in norms_of(batches)])
            return [factor * g for g in mean_of(batches)]

        def longest_batch(batches, limit):
            """You clip the mean by the norm of the longest mini-batch. Measure the mean itself."""
            return cut(mean_of(batches), max(norms_of(batches)), limit)

        def last_batch_measured(batches, limit):
            """You clip the mean by the norm of the last mini-batch. Does the loop compute that norm, or do you measure
            what the loop's variable holds after it? Measure the mean itself."""
            return cut(mean_of(batches), norm_of(together(batches[-1])), limit)

        def last_batch_alone(batches, limit):
            """Only the last mini-batch counts in your result. Does each turn of the loop overwrite what the turn before
            has found?"""
            return cut(batches[-1], norm_of(together(batches[-1])), limit)

        def last_batchs_share_alone(batches, limit):
            """Only the last mini-batch's share of the mean is left in your result. Does each turn of the loop overwrite
            the mean? Add to it."""
            share = [g / len(batches) for g in batches[-1]]
            return cut(share, norm_of(together(share)), limit)

        @says(last_batchs_share_alone.__doc__ + " And clip what comes out.")
        def last_batchs_share_unclipped(batches, limit):
            return [g / len(batches) for g in batches[-1]]

        def first_batch_alone(batches, limit):
            """Only the first mini-batch counts in your result."""
            return cut(batches[0], norm_of(together(batches[0])), limit)

        def first_array_measured(batches, limit):
            """You measure the first array only. The global norm counts the entries of all arrays."""
            mean = mean_of(batches)
            return cut(mean, norm_of(mean[0]), limit)

        def last_array_measured(batches, limit):
            """You measure the last array only: perhaps each turn of a loop overwrites the sum of the squares. The
            global norm counts the entries of all arrays."""
            mean = mean_of(batches)
            return cut(mean, norm_of(mean[-1]), limit)

        def divided_by_the_arrays(batches, limit):
            """You divide by the number of arrays. The mean is taken over the mini-batches."""
            mean = [sum(parts) / len(batches[0]) for parts in zip(*batches, strict=True)]
            return cut(mean, norm_of(together(mean)), limit)

        @says(SUM_FOR_NORM)
        def sum_for_norm(batches, limit):
            mean = mean_of(batches)
            return cut(mean, np.sum(abs(together(mean))), limit)

        def signed_sum_for_norm(batches, limit):
            """You add up the entries without squaring them, so that positive and negative ones cancel. The norm is the
            root of the sum of their squares."""
            mean = mean_of(batches)
            return cut(mean, np.sum(together(mean)), limit)

        def long_ones_gone(batches, limit):
            """You set a mean that is too long to 0. Shorten it instead, until its norm is the limit."""
            mean = mean_of(batches)
            return [g * 0 if norm_of(together(mean)) > limit else g for g in mean]

        def each_array_by_its_own_norm(batches, limit):
            """You clip each array of the mean by its own norm. The global norm is that of all arrays together, and all
            of them share one factor."""
            return [shortened(g, norm_of(g), limit) for g in mean_of(batches)]

        def sum_of_norms(batches, limit):
            """You add up the norms of the arrays. Norms combine like the sides of a right-angled triangle: 5 and 12
            make 13, not 17."""
            mean = mean_of(batches)
            return cut(mean, sum(norm_of(g) for g in mean), limit)

        def longest_array(batches, limit):
            """You use the norm of the longest array for all of them. The others make the step longer still: 5 and 12
            make 13."""
            mean = mean_of(batches)
            return cut(mean, max(norm_of(g) for g in mean), limit)

        @says(LARGEST_FOR_NORM)
        def largest_entry(batches, limit):
            mean = mean_of(batches)
            return cut(mean, np.max(abs(together(mean))), limit)

        @says(ROOT_MISSING)
        def root_missing(batches, limit):
            mean = mean_of(batches)
            return cut(mean, norm_of(together(mean)) ** 2, limit)

        @says(ROOT_OF_THE_MEAN)
        def root_of_the_mean(batches, limit):
            mean = mean_of(batches)
            return cut(mean, np.sqrt(np.mean(together(mean) ** 2)), limit)

        @says(STRETCHED + " And a mean of zeros becomes NaN.")
        def stretched(batches, limit):
            mean = mean_of(batches)
            return [limit * g / np.linalg.norm(together(mean)) for g in mean]

        @says(STRETCHED)
        def stretched_but_zeros(batches, limit):
            mean = mean_of(batches)
            return [g * (limit / max(norm_of(together(mean)), 1e-300)) for g in mean]

        @says(ZERO_BY_ZERO)
        def zero_by_zero(batches, limit):
            mean = mean_of(batches)
            norm = np.linalg.norm(together(mean))
            return [g / norm * min(norm, limit) for g in mean]

        def stops_at_zero(batches, limit):
            """Your function stops with an error if the mean is zero: its norm is 0, and you divide by it. Compare the
            norm with the limit before you divide."""
            mean = mean_of(batches)
            return [g * min(1, limit / norm_of(together(mean))) for g in mean]

        def entries_cut(batches, limit):
            """You cut each entry separately, so the direction changes. Here the entries of all arrays share one
            factor."""
            return [np.clip(g, -limit, limit) for g in mean_of(batches)]

        def only_long_arrays(batches, limit):
            """Your factor is right, but only arrays that are longer than the limit get it. All of them have to shrink
            by the same factor, or the step turns."""
            mean = mean_of(batches)
            norm = norm_of(together(mean))
            return [shortened(g, norm, limit) if norm_of(g) > limit else g for g in mean]

        @says(PLUS_A_LITTLE)
        def plus_a_little(batches, limit):
            mean = mean_of(batches)
            return [g * min(1.0, limit / (norm_of(together(mean)) + 1e-6)) for g in mean]

        def median_of_the_batches(batches, limit):
            """You take the median of the mini-batches, entry by entry. The step uses their mean."""
            middle = [np.median(np.array(parts), axis=0) for parts in zip(*batches, strict=True)]
            return cut(middle, norm_of(together(middle)), limit)

        def first_batch_twice(batches, limit):
            """The first mini-batch counts twice in your mean. If you begin with it, does the loop add it again?"""
            mean = [m + g / len(batches) for m, g in zip(mean_of(batches), batches[0], strict=True)]
            return cut(mean, norm_of(together(mean)), limit)

        def sums_squared(batches, limit):
            """For your norm you square the sum of an array's entries, so that positive and negative ones cancel. Square
            each entry, and then add up."""
            mean = mean_of(batches)
            return cut(mean, norm_of([np.sum(g) for g in mean]), limit)

        def divided_in_every_turn(batches, limit):
            """You divide the whole sum in every turn of the loop, so that the early mini-batches are divided again and
            again. Divide each gradient once."""
            mean = [np.zeros_like(g) for g in batches[0]]
            for gradients in batches:
                mean = [(m + g) / len(batches) for m, g in zip(mean, gradients, strict=True)]
            return cut(mean, norm_of(together(mean)), limit)

    class right:
        def by_norm_of_norms(batches, limit):
            mean = [np.mean(parts, axis=0) for parts in zip(*batches, strict=True)]
            norm = np.linalg.norm([np.linalg.norm(g) for g in mean])
            return [g * np.minimum(1, limit / norm) for g in mean] if norm else mean

        def by_joining(batches, limit):
            whole = np.mean([together(gradients) for gradients in batches], axis=0)
            whole = whole / max(1.0, np.sqrt(whole @ whole) / limit)
            ends = np.cumsum([g.size for g in batches[0]])
            return tuple(part.reshape(g.shape) for part, g in zip(np.split(whole, ends), batches[0], strict=False))

        def by_entry(batches, limit):
            mean, squares = [], 0.0
            for k, first in enumerate(batches[0]):
                total = np.zeros(first.shape)
                for gradients in batches:
                    total += gradients[k]
                mean.append(total / len(batches))
                for entry in mean[-1].ravel():
                    squares += entry**2
            if squares > limit**2:
                mean = [g / squares**0.5 * limit for g in mean]
            return [g.tolist() for g in mean]


def step_of_scale(theta, gradient, lr, scale, good, patience):
    if not np.isfinite(gradient).all():
        return theta, scale / 2, 0
    count = (good + 1) % patience
    return theta - lr * gradient / scale, scale * (1 if count else 2), count


def moved_by(step, theta, gradient, lr, scale, good, patience):
    """Scale and count as they should be, and θ after another step."""
    moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
    return theta - step if np.isfinite(gradient).all() else moved, new, count


OTHERS_MOVED = (
    "Where the gradient holds infinity or NaN, you still move the other entries of θ. Take no step at all: where one "
    "entry has overflowed, the others cannot be trusted either."
)


class scaled_step:
    def cases(rng):
        yield np.array([1.0, 2.0]), np.array([8.0, -4.0]), 0.5, 4.0, 1, 3
        yield np.array([1.0, 2.0]), np.array([8.0, -4.0]), 0.5, 4.0, 2, 3
        yield np.array([1.0, 2.0]), np.array([np.inf, -4.0]), 0.5, 4.0, 2, 3
        yield drawn(rng, 3, 1, 5), np.array([100.0, np.nan, -300.0]), 0.1, 1024.0, 5, 2000
        yield drawn(rng, 3, 1, 5), drawn(rng, 3, 100, 900), 0.1, 256.0, 0, 1  # each good step doubles
        yield drawn(rng, 2, 1, 5), np.array([250.0, -np.inf]), 0.3, 0.5, 3, 4
        yield drawn(rng, 2, 1, 5), np.array([3e199, -1e199]), 0.5, 2.0**660, 0, 3  # their squares overflow
        yield drawn(rng, 2, 1, 5), np.array([1.2e308, 1.1e308]), 0.5, 2.0**1000, 1, 3  # and here their sum
        yield drawn(rng, 4, 1, 5), drawn(rng, 4, 1000, 9000), 0.2, 65536.0, 11, 20
        yield drawn(rng, 2, 1, 5), np.array([np.nan, 7.0]), 0.1, 8.0, 0, 2  # a bad step before any good one
        yield drawn(rng, 2, 1, 5), np.array([7.0, np.inf]), 0.1, 16.0, 1, 4  # as NaN first, infinity last

    class mistakes:
        def still_scaled(theta, gradient, lr, scale, good, patience):
            """Your step is `scale` times too long. The gradient that arrives is that of the scaled cost: before the
            step, undo that."""
            return moved_by(lr * gradient, theta, gradient, lr, scale, good, patience)

        def scaled_again(theta, gradient, lr, scale, good, patience):
            """You multiply the gradient by the scale once more. It has been scaled already: undo that."""
            return moved_by(lr * gradient * scale, theta, gradient, lr, scale, good, patience)

        def unscaled_by_the_new_scale(theta, gradient, lr, scale, good, patience):
            """When the scale doubles, your step is half as long as it should be: you divide by the new scale. The
            gradient was made with the old one."""
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return theta - lr * gradient / new if np.isfinite(gradient).all() else theta, new, count

        def step_taken_all_the_same(theta, gradient, lr, scale, good, patience):
            """The scale and the count are right. But where the gradient holds infinity or NaN you take the step all the
            same, and θ is ruined for good."""
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return theta - lr * gradient / scale, new, count

        def sum_tested(theta, gradient, lr, scale, good, patience):
            """You skip a step whose entries are finite, though their sum overflows. Do you test their sum or their
            mean? Test each entry."""
            with np.errstate(over="ignore"):
                tested = np.where(np.isfinite(gradient.sum()), gradient, np.inf)
            return step_of_scale(theta, tested, lr, scale, good, patience)

        def step_taken_last(theta, gradient, lr, scale, good, patience):
            """The scale and the count are right. But you take the step after them, whatever the gradient holds and with
            the new scale. Take it only if all entries are finite, and with the scale they were made with."""
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return theta - lr * gradient / new, new, count

        @says(OTHERS_MOVED)
        def finite_entries_moved(theta, gradient, lr, scale, good, patience):
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return theta - lr * np.where(np.isfinite(gradient), gradient, 0.0) / scale, new, count

        @says(OTHERS_MOVED)
        def finite_entries_moved_by_the_new_scale(theta, gradient, lr, scale, good, patience):
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return theta - lr * np.where(np.isfinite(gradient), gradient, 0.0) / new, new, count

        def minus_infinity_missed(theta, gradient, lr, scale, good, patience):
            """Your condition finds ∞ and NaN, and −∞ slips through. It overflows just as well."""
            if not (gradient < np.inf).all():
                return theta, scale / 2, 0
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def squares_overflow(theta, gradient, lr, scale, good, patience):
            """You skip a step whose gradient is large but finite, perhaps because the squares of its entries overflow,
            or because you compare the entries with a limit. Only one that is infinite or NaN makes a step bad."""
            return step_of_scale(theta, gradient + 0 * np.sum(gradient**2), lr, scale, good, patience)

        def counted_before_looking(theta, gradient, lr, scale, good, patience):
            """You count the step before you know whether it is a good one. At a bad step that completes the count, your
            scale is doubled and halved and stays as it was."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            bad = not np.isfinite(gradient).all()
            return moved, scale if bad and good + 1 == patience else new, count

        def bad_step_taken_and_counted(theta, gradient, lr, scale, good, patience):
            """You take and count the step although an entry is infinite or NaN. One such entry is enough to skip it:
            how does your condition decide?"""
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def first_entry_alone(theta, gradient, lr, scale, good, patience):
            """You look at the first entry of the gradient only. One infinite or NaN anywhere makes the step bad."""
            if not np.isfinite(gradient[0]):
                return theta, scale / 2, 0
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def largest_entry_alone(theta, gradient, lr, scale, good, patience):
            """You look at the largest entry of the gradient only, so −∞ slips through, and so does NaN where Python's
            `max` has found a number before it. Test every entry."""
            if not np.isfinite(max(gradient.tolist())):
                return theta, scale / 2, 0
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def last_entry_alone(theta, gradient, lr, scale, good, patience):
            """You look at the last entry of the gradient only, perhaps because each turn of a loop overwrites what the
            turn before has found. One infinite or NaN anywhere makes the step bad."""
            if not np.isfinite(gradient[-1]):
                return theta, scale / 2, 0
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def plus_infinity_alone(theta, gradient, lr, scale, good, patience):
            """Your condition finds ∞ only. −∞ overflows just as well, and NaN is not equal to anything, not even to
            itself: ask `np.isfinite`."""
            if (gradient == np.inf).any():
                return theta, scale / 2, 0
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def infinity_missed(theta, gradient, lr, scale, good, patience):
            """Your condition finds NaN, and infinity slips through. It is what a float16 overflow leaves first."""
            if np.isnan(gradient).any():
                return theta, scale / 2, 0
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def nan_missed(theta, gradient, lr, scale, good, patience):
            """Your condition finds infinity, and NaN slips through. It is what ∞ − ∞ leaves, further along on the way
            back."""
            if np.isinf(gradient).any():
                return theta, scale / 2, 0
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def never_halved(theta, gradient, lr, scale, good, patience):
            """A bad step is skipped, but the scale stays: the next gradient will overflow again. Halve it."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, max(new, scale), count

        def count_kept(theta, gradient, lr, scale, good, patience):
            """After a bad step you go on counting where you were. Only good steps in a row count: begin again at 0."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, new, count if np.isfinite(gradient).all() else good

        def bad_step_counted(theta, gradient, lr, scale, good, patience):
            """You count a bad step as a good one. After it the count is 0."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, new, count if np.isfinite(gradient).all() else good + 1

        def doubled_at_every_step(theta, gradient, lr, scale, good, patience):
            """You double the scale after every good step. It takes `patience` of them in a row."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, max(new, 2 * scale) if np.isfinite(gradient).all() else new, count

        def count_not_reset(theta, gradient, lr, scale, good, patience):
            """When the scale has doubled, the count goes on. Begin again at 0, or the next step doubles it once
            more, or never again."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, new, good + 1 if np.isfinite(gradient).all() else count

        def doubled_one_step_late(theta, gradient, lr, scale, good, patience):
            """You do not double the scale at the step that completes the count. This step counts too, and `patience`
            good steps are enough."""
            if not np.isfinite(gradient).all():
                return theta, scale / 2, 0
            return theta - lr * gradient / scale, scale, good + 1

        def doubled_one_step_early(theta, gradient, lr, scale, good, patience):
            """You double the scale one step too early. Count this step, and compare the count with `patience`, no
            less."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            if np.isfinite(gradient).all() and good + 1 == patience - 1:
                return moved, 2 * scale, 0
            return moved, new, count

        def doubled_at_every_step_and_counted_on(theta, gradient, lr, scale, good, patience):
            """You double the scale after every good step, and never set the count back. Both wait until the count
            reaches `patience`."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return (moved, 2 * scale, good + 1) if np.isfinite(gradient).all() else (moved, new, count)

        def two_added(theta, gradient, lr, scale, good, patience):
            """You add 2 to the scale in place of doubling it."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, scale + 2 if new > scale else new, count

        def begins_again_at_one(theta, gradient, lr, scale, good, patience):
            """When the scale has doubled, your count begins again at 1. The step that completed the count belongs to
            the old one: begin at 0."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, new, count + (new > scale)

        def one_good_step_taken_back(theta, gradient, lr, scale, good, patience):
            """After a bad step you lower the count by one. Only good steps in a row count, so it begins again at 0."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, new, count if np.isfinite(gradient).all() else max(good - 1, 0)

        def rate_forgotten(theta, gradient, lr, scale, good, patience):
            """The gradient is unscaled, but your step is as long as the gradient. Where does the learning rate come
            in?"""
            return step_of_scale(theta, gradient, 1.0, scale, good, patience)

        def rate_scaled_too(theta, gradient, lr, scale, good, patience):
            """You divide by the scale twice. The gradient was multiplied by it once."""
            return step_of_scale(theta, gradient / scale, lr, scale, good, patience)

        def climbs(theta, gradient, lr, scale, good, patience):
            """Your step goes along the gradient, which points uphill. Look at the sign."""
            return step_of_scale(theta, gradient, -lr, scale, good, patience)

        def gradient_returned(theta, gradient, lr, scale, good, patience):
            """Scale and count are right. In place of θ you return the unscaled gradient: take the step with it."""
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return gradient / scale, new, count

        def doubled_when_it_overflows(theta, gradient, lr, scale, good, patience):
            """After a gradient with infinity or NaN your scale grows. It was too large already: halve it."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, new if np.isfinite(gradient).all() else 2 * scale, count

        def halved_in_whole_numbers(theta, gradient, lr, scale, good, patience):
            """You halve the scale with `//`, which cuts it to a whole number. A scale may be below 1."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, new if np.isfinite(gradient).all() else scale // 2, count

        def never_below_one(theta, gradient, lr, scale, good, patience):
            """You keep the scale at 1 or above. It may be smaller: halve it after a bad step, however small it is."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, max(1.0, new) if new < scale else new, count

        def completing_step_not_taken(theta, gradient, lr, scale, good, patience):
            """At the step that completes the count you return θ as it was. It is a good step too: take it, and then
            double the scale."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return theta if new > scale else moved, new, count

        def goes_on_after_a_bad_step(theta, gradient, lr, scale, good, patience):
            """You notice a bad gradient and halve the scale, and then go on: the step is taken and counted all the
            same. Return at once."""
            if not np.isfinite(gradient).all():
                scale, good = scale / 2, 0
            count = (good + 1) % patience
            return theta - lr * gradient / scale, scale * (1 if count else 2), count

        def nan_replaced(theta, gradient, lr, scale, good, patience):
            """You replace infinity and NaN by numbers and take the step with them. Take no step at all."""
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return theta - lr * np.nan_to_num(gradient / scale), new, count

        def theta_alone(theta, gradient, lr, scale, good, patience):
            """You return θ alone. The scale and the count are needed for the next step."""
            return step_of_scale(theta, gradient, lr, scale, good, patience)[0]

        def halved_and_doubled_the_other_way(theta, gradient, lr, scale, good, patience):
            """You double where you should halve, and halve where you should double. A gradient that overflows was
            scaled by too much."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, scale * (scale / new), count

        @says(OTHERS_MOVED)
        def infinities_made_finite(theta, gradient, lr, scale, good, patience):
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return theta - lr * np.nan_to_num(gradient) / scale, new, count

        @says(OTHERS_MOVED)
        def infinities_made_finite_by_the_new_scale(theta, gradient, lr, scale, good, patience):
            _, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            bad = not np.isfinite(gradient).all()
            return theta - lr * np.nan_to_num(gradient) / (new if bad else scale), new, count

        @says(doubled_one_step_early.__doc__)
        def doubled_only_one_step_early(theta, gradient, lr, scale, good, patience):
            moved, new, _ = step_of_scale(theta, gradient, lr, scale, good, patience)
            if not np.isfinite(gradient).all():
                return moved, new, 0
            return (moved, 2 * scale, 0) if good + 1 == patience - 1 else (moved, scale, good + 1)

        def never_doubled(theta, gradient, lr, scale, good, patience):
            """You never double the scale. When this step completes the count, it is time."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, min(scale, new), count

        def quartered(theta, gradient, lr, scale, good, patience):
            """After a bad step you divide the scale by 4. Halve it once."""
            moved, new, count = step_of_scale(theta, gradient, lr, scale, good, patience)
            return moved, new if np.isfinite(gradient).all() else new / 2, count

    class right:
        def by_remainder(theta, gradient, lr, scale, good, patience):
            if np.isnan(gradient).any() or np.isinf(gradient).any():
                return [theta.copy(), 0.5 * scale, 0]
            good = (good + 1) % patience
            return [theta - lr / scale * gradient, scale if good else scale * 2, good]

        def by_one_return(theta, gradient, lr, scale, good, patience):
            fine = bool(np.all(np.abs(gradient) < np.inf))
            moved = theta + np.where(fine, -lr * (gradient / scale), 0.0)
            grows = fine and good >= patience - 1
            return moved, scale * (2.0 if grows else 1.0 if fine else 0.5), good + 1 if fine and not grows else 0

        def by_entry(theta, gradient, lr, scale, good, patience):
            moved = []
            for place, slope in zip(theta.tolist(), gradient.tolist(), strict=True):
                if not math.isfinite(slope):
                    return theta.tolist(), scale / 2, 0
                moved.append(place - slope / scale * lr)
            return (moved, scale, good + 1) if good + 1 < patience else (moved, scale + scale, 0)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def elu(z):
    return np.where(z > 0, z, np.exp(np.minimum(z, 0)) - 1)


def silu(z):
    return z * sigmoid(z)


VALUES = {"sigmoid": sigmoid, "elu": elu, "silu": silu}
SLOPES = {
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "elu": lambda z: np.exp(np.minimum(z, 0)),
    "silu": lambda z: sigmoid(z) * (1 + z * (1 - sigmoid(z))),
}


def forward(weights, x, activation):
    """What goes into each layer, and into each activation; and last the output."""
    h = [x]
    for w in weights:
        h.append(float(VALUES[activation](w * h[-1])))
    return np.array(h[:-1]), weights * np.array(h[:-1]), h[-1]


def behind(factors):
    """For each layer the product of the factors of the layers after it."""
    return np.append(np.cumprod(factors[::-1])[::-1], 1.0)[1:]


def before(factors):
    """For each layer the product of the factors of the layers before it."""
    return np.append(1.0, np.cumprod(factors))[:-1]


def right_gradients(weights, x, activation):
    h, z, _ = forward(weights, x, activation)
    slopes = SLOPES[activation](z)
    return h * slopes * behind(weights * slopes)


def differences(weights, x, activation, ahead, back):
    """Quotients of differences in place of the slopes."""
    moves = np.eye(len(weights))
    return np.array(
        [
            (forward(weights + ahead * move, x, activation)[2] - forward(weights - back * move, x, activation)[2])
            / (ahead + back)
            for move in moves
        ]
    )


OUTPUT_TOO_EARLY = (
    "You take the slope at the weight times the layer's output, perhaps because `h` has been overwritten by then. Take "
    "it at the weight times what comes in, before you move on to the output."
)
ZERO_WEIGHT_DIVIDED_BY = (
    "All is right until a weight is 0. Then a gradient becomes NaN, which is what 0/0 gives: multiply the factors that "
    "you need, instead of dividing a product by those that you do not."
)
COARSE_DIFFERENCE = (
    "These are quotients of differences, and their steps are too large. The formula gives the slopes themselves."
)


class weight_gradients:
    def cases(rng):
        yield np.array([2.0, -1.0]), 0.5, "sigmoid"
        for n, activation in [(3, "silu"), (4, "sigmoid"), (1, "sigmoid"), (5, "elu"), (1, "silu"), (4, "silu")]:
            yield drawn(rng, n, 0.5, 1.8), float(drawn(rng, 1, 0.4, 1.5)[0]), activation
        yield abs(drawn(rng, 3, 0.5, 1.8)), round(rng.uniform(0.4, 1.5), 3), "elu"
        yield np.append(-abs(drawn(rng, 1, 0.5, 1.8)), drawn(rng, 2, 0.5, 1.8)), 0.75, "elu"
        yield np.array([1.2, 0.0, -0.7]), round(rng.uniform(0.4, 1.5), 3), "sigmoid"  # nothing to divide by
        yield np.array([-2.0, 1.5]), round(rng.uniform(0.9, 1.5), 3), "silu"  # its slope is negative in layer 1
        yield np.array([1.3, -0.9]), round(rng.uniform(0.4, 1.5), 3), "elu"  # negative at the end

    class mistakes:
        def for_the_inputs(weights, x, activation):
            """These are the slopes with respect to each layer's input, as in the lesson. How much does the output
            change when a weight changes? The weight's own factor is then a different one."""
            _, z, _ = forward(weights, x, activation)
            factors = weights * SLOPES[activation](z)
            return factors * behind(factors)

        def input_forgotten(weights, x, activation):
            """The layer's input is missing: a weight is multiplied by what comes in, so a large input makes the weight
            count for more."""
            _, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return slopes * behind(weights * slopes)

        def own_weight_too(weights, x, activation):
            """Your gradients have the layer's own weight as a factor, perhaps because you multiply by w·h, which goes
            into the activation. The derivative of w·h with respect to w is h alone."""
            return weights * right_gradients(weights, x, activation)

        def output_for_input(weights, x, activation):
            """You multiply by the layer's output. Its weight is multiplied by what comes in."""
            h, z, last = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return np.append(h[1:], last) * slopes * behind(weights * slopes)

        def x_for_every_input(weights, x, activation):
            """You use x as the input of every layer. Only the first layer sees x; each later one sees the output of the
            layer before it."""
            _, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return x * slopes * behind(weights * slopes)

        def own_layer_alone(weights, x, activation):
            """You stop at the layer's own output. The layers after it still change what a weight has changed: multiply
            by a factor for each of them."""
            h, z, _ = forward(weights, x, activation)
            return h * SLOPES[activation](z)

        def layers_before(weights, x, activation):
            """You multiply the factors of the layers before this one. A weight changes only what comes after it: take
            the later layers."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * slopes * before(weights * slopes)

        def all_layers(weights, x, activation):
            """Each of your gradients contains the factors of all layers. A weight changes only what comes after it."""
            h, z, _ = forward(weights, x, activation)
            return h * np.prod(weights * SLOPES[activation](z))

        def own_slope_forgotten(weights, x, activation):
            """The slope of the layer's own activation is missing: the weight acts through it as well."""
            h, z, _ = forward(weights, x, activation)
            return h * behind(weights * SLOPES[activation](z))

        def weights_behind_forgotten(weights, x, activation):
            """For the later layers you multiply the slopes but not the weights. Each layer's factor is both."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * slopes * behind(slopes)

        def slopes_behind_forgotten(weights, x, activation):
            """For the later layers you multiply the weights but not the slopes. Each layer's factor is both."""
            h, z, _ = forward(weights, x, activation)
            return h * SLOPES[activation](z) * behind(weights)

        def sum_of_the_layers_behind(weights, x, activation):
            """You add up the factors of the later layers. The chain rule multiplies them."""
            h, z, _ = forward(weights, x, activation)
            factors = weights * SLOPES[activation](z)
            later = np.append(np.cumsum(factors[::-1])[::-1], 0.0)[1:]
            return h * SLOPES[activation](z) * later

        def next_layer_left_out(weights, x, activation):
            """The factor of the layer right after the weight's own is missing from your product."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * slopes * np.append(behind(weights * slopes)[1:], 1.0)

        def last_layer_left_out(weights, x, activation):
            """The factor of the last layer is missing from your products."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * slopes * np.append(behind((weights * slopes)[:-1]), 1.0)

        def slope_along_x_over_the_weight(weights, x, activation):
            """You divide the slope with respect to x by each weight. That leaves the factors of the layers before the
            weight, which do not belong to it, and leaves out what comes into its layer."""
            _, z, _ = forward(weights, x, activation)
            return np.prod(weights * SLOPES[activation](z)) / weights

        def own_factor_alone(weights, x, activation):
            """These are the factors of the layers, one by one. How does a weight act on the output, through its layer
            and through those after it?"""
            _, z, _ = forward(weights, x, activation)
            return weights * SLOPES[activation](z)

        def own_slope_alone(weights, x, activation):
            """These are the slopes of the activations. A weight's gradient contains more: what comes in, and the
            factors of the later layers."""
            _, z, _ = forward(weights, x, activation)
            return SLOPES[activation](z)

        def path_of_x(weights, x, activation):
            """You multiply the factors from the first layer up to each one. That is how much each layer's output
            changes with x."""
            _, z, _ = forward(weights, x, activation)
            return np.cumprod(weights * SLOPES[activation](z))

        def slope_at_the_output(weights, x, activation):
            """You take each slope at the activation's output. Take it at what goes in."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](VALUES[activation](z))
            return h * slopes * behind(weights * slopes)

        def slope_without_the_weight(weights, x, activation):
            """You take each slope at the number that comes into the layer. It is multiplied by the weight before the
            activation sees it."""
            h, _, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](h)
            return h * slopes * behind(weights * slopes)

        def never_moved_on(weights, x, activation):
            """You give every layer the first layer's input. Each works on the output of the one before."""
            slopes = SLOPES[activation](weights * x)
            return x * slopes * behind(weights * slopes)

        def not_bent(weights, x, activation):
            """On the path forward you multiply by the weights but leave the activation out. Each layer gets what the
            activation before it returns."""
            h = x * before(weights)
            slopes = SLOPES[activation](weights * h)
            return h * slopes * behind(weights * slopes)

        def factors_so_far(weights, x, activation):
            """You collect the factors on the path forward, so each weight gets its own layer's and those of the layers
            before it. The factors that belong to it come after it."""
            h, z, _ = forward(weights, x, activation)
            return h * np.cumprod(weights * SLOPES[activation](z))

        def all_layers_over_the_weight(weights, x, activation):
            """You multiply the factors of all layers and divide by the weight. That leaves the factors of the layers
            before it, which do not belong to it."""
            h, z, _ = forward(weights, x, activation)
            return h * np.prod(weights * SLOPES[activation](z)) / weights

        @says(OUTPUT_TOO_EARLY)
        def slope_after_the_output(weights, x, activation):
            h, _, last = forward(weights, x, activation)
            slopes = SLOPES[activation](weights * np.append(h[1:], last))
            return h * slopes * behind(weights * slopes)

        @says(OUTPUT_TOO_EARLY)
        def slope_and_input_after_the_output(weights, x, activation):
            h, _, last = forward(weights, x, activation)
            outputs = np.append(h[1:], last)
            slopes = SLOPES[activation](weights * outputs)
            return outputs * slopes * behind(weights * slopes)

        def last_layer_first(weights, x, activation):
            """The numbers are right, but the last layer's gradient comes first. You find them from the end: turn the
            list round before you return it."""
            return right_gradients(weights, x, activation)[::-1]

        def last_layer_alone(weights, x, activation):
            """This is the gradient of the last weight alone. The task asks for one of each weight."""
            return right_gradients(weights, x, activation)[-1]

        def first_layer_alone(weights, x, activation):
            """This is the gradient of the first weight alone. The task asks for one of each weight."""
            return right_gradients(weights, x, activation)[0]

        def values_instead(weights, x, activation):
            """These are the outputs of the layers. How much does the last one change when a weight changes?"""
            h, _, last = forward(weights, x, activation)
            return np.append(h[1:], last)

        def layers_of_sigmoid(weights, x, activation):
            """All your layers use the sigmoid, whatever `activation` is."""
            return right_gradients(weights, x, "sigmoid")

        def sigmoids_slopes(weights, x, activation):
            """All your slopes are those of the sigmoid, whatever `activation` is."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES["sigmoid"](z)
            return h * slopes * behind(weights * slopes)

        @says(COARSE_DIFFERENCE)
        def difference_on_one_side(weights, x, activation):
            return differences(weights, x, activation, 1e-3, 0.0)

        @says(COARSE_DIFFERENCE)
        def difference_on_one_side_by_a_hundredth(weights, x, activation):
            return differences(weights, x, activation, 1e-2, 0.0)

        @says(COARSE_DIFFERENCE)
        def difference_on_one_side_by_a_twentieth(weights, x, activation):
            return differences(weights, x, activation, 0.05, 0.0)

        @says(COARSE_DIFFERENCE)
        def difference_on_one_side_by_a_tenth(weights, x, activation):
            return differences(weights, x, activation, 0.1, 0.0)

        @says(COARSE_DIFFERENCE)
        def difference_on_both_sides_by_a_tenth(weights, x, activation):
            return differences(weights, x, activation, 0.1, 0.1)

        def weights_one_layer_early(weights, x, activation):
            """The slopes of the later layers are right, but each is multiplied by the weight of the layer before it.
            A layer's factor has its own weight."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * slopes * behind(np.roll(weights, 1) * slopes)

        def last_weight_for_all(weights, x, activation):
            """The slopes of the later layers are right, but each is multiplied by the last weight. A layer's factor
            has its own weight."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * slopes * behind(weights[-1] * slopes)

        @says(sum_of_the_layers_behind.__doc__)
        def one_and_the_sum_of_the_layers_behind(weights, x, activation):
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            factors = weights * slopes
            return h * slopes * (1 + np.append(np.cumsum(factors[::-1])[::-1], 0.0)[1:])

        def last_slope_forgotten(weights, x, activation):
            """All is right except for the last weight: its gradient lacks the slope of its own activation."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * np.append(slopes[:-1], 1.0) * behind(weights * slopes)

        def last_layer_not_bent(weights, x, activation):
            """The slope of the last activation is missing from all your gradients, as if the last layer had none. Its
            output goes through the activation too."""
            h, z, _ = forward(weights, x, activation)
            slopes = np.append(SLOPES[activation](z)[:-1], 1.0)
            return h * slopes * behind(weights * slopes)

        def slopes_without_sign(weights, x, activation):
            """You drop the sign of a negative slope. To the left of about −1.3 silu falls, so its slope is below 0
            there."""
            h, z, _ = forward(weights, x, activation)
            slopes = np.abs(SLOPES[activation](z))
            return h * slopes * behind(weights * slopes)

        def sigmoids_formula(weights, x, activation):
            """You take a·(1 − a) for the slope of every activation a. That is right for the sigmoid alone; the setup
            cell defines the others in `SLOPES`."""
            h, z, _ = forward(weights, x, activation)
            slopes = VALUES[activation](z) * (1 - VALUES[activation](z))
            return h * slopes * behind(weights * slopes)

        def input_bent_first(weights, x, activation):
            """You put x through the activation before the first layer. The first layer multiplies x itself."""
            return right_gradients(weights, float(VALUES[activation](x)), activation)

        @says(never_moved_on.__doc__)
        def never_moved_on_to_the_next(weights, x, activation):
            slopes, outputs = SLOPES[activation](weights * x), VALUES[activation](weights * x)
            return np.append(x, outputs[:-1]) * slopes * behind(weights * slopes)

        @says(sum_of_the_layers_behind.__doc__)
        def sum_of_the_layers_behind_or_one(weights, x, activation):
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            sums = np.cumsum((weights * slopes)[::-1])[::-1]
            return h * slopes * np.append(sums[1:], 1.0)

        @says(slope_along_x_over_the_weight.__doc__)
        def slope_along_x_over_the_weight_times_x(weights, x, activation):
            _, z, _ = forward(weights, x, activation)
            return x * np.prod(weights * SLOPES[activation](z)) / weights

        def along_x(weights, x, activation):
            """This is the slope with respect to x, a single number, as the lesson's function gives it. The task asks
            for the slope with respect to each weight."""
            _, z, _ = forward(weights, x, activation)
            return np.prod(weights * SLOPES[activation](z))

        @says(ZERO_WEIGHT_DIVIDED_BY)
        def all_factors_over_those_so_far(weights, x, activation):
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            factors = weights * slopes
            with np.errstate(invalid="ignore"):
                return h * slopes * np.prod(factors) / np.cumprod(factors)

        @says(ZERO_WEIGHT_DIVIDED_BY)
        def own_factor_divided_out(weights, x, activation):
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            factors = weights * slopes
            with np.errstate(invalid="ignore"):
                return h * slopes * (factors * behind(factors) / factors)

        def own_weight_for_the_later_ones(weights, x, activation):
            """The slopes of the later layers are right, but each is multiplied by the weight that the gradient belongs
            to. A layer's factor has its own weight."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * slopes * behind(slopes) * weights ** np.arange(len(weights))[::-1]

        def weights_added(weights, x, activation):
            """Your layers add their weight to what comes in. They multiply by it."""
            h = [x]
            for w in weights:
                h.append(float(VALUES[activation](w + h[-1])))
            slopes = SLOPES[activation](weights + h[:-1])
            return h[:-1] * slopes * behind(weights * slopes)

        def inputs_behind_for_weights(weights, x, activation):
            """In the factors of the later layers you multiply by what comes into the layer. What the earlier weight
            changes is that input, so the factor is the layer's weight, times its slope."""
            h, z, _ = forward(weights, x, activation)
            slopes = SLOPES[activation](z)
            return h * slopes * behind(h * slopes)

    class right:
        def by_carrying(weights, x, activation):
            """Forward only: each layer multiplies all gradients so far by its factor, and adds its own."""
            gradients = []
            for w in weights:
                slope = SLOPES[activation](w * x)
                gradients = [g * w * slope for g in gradients] + [x * slope]
                x = VALUES[activation](w * x)
            return gradients

        def by_recursion(weights, x, activation):
            def layer(k, h):
                """The gradients from layer k on, and the slope with respect to its input."""
                if k == len(weights):
                    return [], 1.0
                z = weights[k] * h
                later, back = layer(k + 1, VALUES[activation](z))
                back = back * SLOPES[activation](z)
                return [back * h, *later], back * weights[k]

            return np.array(layer(0, x)[0])

        def by_differences(weights, x, activation, h=1e-5):
            def output(weights):
                return forward(weights, x, activation)[2]

            return [(output(weights + e) - output(weights - e)) / (2 * h) for e in h * np.eye(len(weights))]


def bce(scores, labels):
    """Both from the margin: the score, with its sign turned where the label is 0."""
    sign = np.where(labels == 1, 1.0, -1.0)
    return np.logaddexp(0.0, -sign * scores), -sign * np.exp(-np.logaddexp(0.0, sign * scores))


def margin(scores, labels):
    return np.where(labels == 1, scores, -scores)


P_KEPT_AWAY = (
    "You keep p away from 0 and 1, so the cost stays finite, but then it stops growing where the prediction is most "
    "wrong. Rewrite the cost in terms of the score."
)


def clipped(scores, labels, little):
    p = np.clip(sigmoid(scores), little, 1 - little)
    return -labels * np.log(p) - (1 - labels) * np.log(1 - p), p - labels


COST_OF_THE_OTHER_LABEL = (
    "Your cost is that of the other label: it is large where the prediction is right. With the label 1 it has to fall "
    "as the score rises."
)
SCORES_CUT = (
    "You cut off the scores, so nothing overflows, but beyond the cut the cost and the slope no longer change. Rewrite "
    "the cost, so that it holds for any score."
)
COST_CUT = (
    "The slope is right. Where the prediction is confident and right, your cost is exactly 0 instead of tiny. Do you "
    "set it to 0 there, or are its digits lost on the way?"
)
SLOPE_CUT = (
    "The cost is right. Where the prediction is confident and right, your slope is exactly 0 instead of tiny. Do you "
    "set it to 0 there, or are its digits lost on the way?"
)
BOTH_CUT = (
    "Where the prediction is confident and right, your cost and your slope are exactly 0 instead of tiny. Do you set "
    "them to 0 there, or are their digits lost on the way?"
)


def cut_off(values, scores, labels, beyond):
    """Costs or slopes that are set to 0 where the prediction is right by so much."""
    return np.where(margin(scores, labels) > beyond, 0.0, values)


BOTH_OVERFLOW = (
    "A power of e overflows where the prediction is most wrong: the cost becomes infinite, and the slope ∞/∞, which is "
    "NaN. Use one that is never above 1, in both."
)


SLOPE_BY_SUBTRACTION = (
    "The cost is right. Where {} the prediction is confident and right, your slope is 0 instead of tiny: a difference "
    "such as {}, of two numbers that are almost equal, has no digits left. Write it without one."
)
SLOPE_BY_SUBTRACTION_TURNED_ROUND = (
    "The cost is right. Your slope has the wrong sign, and where {} the prediction is confident and right it is 0: a "
    "difference of two numbers that are almost equal has no digits left."
)
COST_BY_SUBTRACTION = (
    "The slope is right. Where the label is {} and the prediction is confident and right, your cost is 0 instead of "
    "tiny: a difference of two numbers that are almost equal, such as {}, has no digits left. Give the label's sign to "
    "the score first."
)
SLOPE_OF_THE_OTHER_LABEL = (
    "The cost is right. Your slope is that of the other label: with the label 1 it should be p − 1, and with the label "
    "0 it should be p. Look at the signs, and at the condition that chooses by label."
)
SLOPE_MIRRORED = (
    "The cost is right. But your slope is near 1 in size where the prediction is right, and tiny where it is wrong: it "
    "should be the other way round. Look at the sign of the score that it is made of."
)
SAME_SLOPE_FOR_BOTH_LABELS = (
    "The cost is right. Your slope does not depend on the label: it is {} for either. With the label 1 it should be "
    "p − 1, and with the label 0 it should be p."
)
SLOPES_BY_LABEL = (
    "The cost is right. Your slope is {} with the label 1, and {} with the label 0. It should be p − 1 and p."
)
NEVER_NEGATIVE_BY_SUBTRACTION = (
    "The cost is right. But your slope is never negative: raise the score of an example with label 1, and its cost "
    "falls. And where {} the prediction is confident and right, it is 0 instead of tiny: a difference of two numbers "
    "that are almost equal has no digits left."
)
NEVER_POSITIVE_BY_SUBTRACTION = (
    "The cost is right. But your slope is never positive: with the label 0 a higher score costs more. And where {} the "
    "prediction is confident and right, it is 0 instead of tiny: a difference of two numbers that are almost equal has "
    "no digits left."
)


def probabilities(scores):
    """p and 1 − p, each with all its digits."""
    small = np.exp(-np.abs(scores))
    return np.where(scores >= 0, 1.0, small) / (1 + small), np.where(scores >= 0, small, 1.0) / (1 + small)


class binary_cross_entropy:
    absolute = 0

    def cases(rng):
        yield np.array([2.0, -1.0]), np.array([1, 1])
        yield np.array([2.0, -1.0, 0.0]), np.array([0, 0, 1])
        yield np.array([1000.0, -1000.0, 1000.0, -1000.0]), np.array([1, 0, 0, 1])
        yield drawn(rng, 4, 0.3, 8), np.array([0, 1, 1, 0])
        yield np.append(drawn(rng, 1, 40, 60), abs(drawn(rng, 1, 40, 60))), np.array([0, 1])
        yield np.append(abs(drawn(rng, 2, 40, 60)), -abs(drawn(rng, 2, 40, 60))), np.array([1, 0, 0, 1])
        yield np.array([750.0, drawn(rng, 1, 0.5, 2)[0], -750.0]), np.array([0, 0, 1])
        yield np.array([-33.0, 0.5]), np.array([0, 1])  # log(1 + t) still keeps a few digits of t

    class mistakes:
        def as_it_stands(scores, labels):
            """Written with p, as in the formula, nothing survives far out: p is 0 or 1 there, the logarithm of 0 is −∞,
            and 0·∞ is NaN. Rewrite the cost in terms of the score."""
            p = sigmoid(scores)
            return -labels * np.log(p) - (1 - labels) * np.log(1 - p), p - labels

        def chosen_by_label(scores, labels):
            """You choose the right term for each label, but far out p is 0 or 1 and the logarithm of 0 is −∞. Rewrite
            the cost in terms of the score."""
            p = sigmoid(scores)
            return np.where(labels == 1, -np.log(p), -np.log(1 - p)), p - labels

        @says(P_KEPT_AWAY)
        def clipped_at_seven_digits(scores, labels):
            return clipped(scores, labels, 1e-7)

        def probabilities_clipped_in_the_cost(scores, labels):
            """You keep p away from 0 and 1 before the logarithm, so the cost stays finite, but then it stops growing
            where the prediction is most wrong. Rewrite the cost in terms of the score."""
            p = sigmoid(scores)
            kept = np.clip(p, 1e-15, 1 - 1e-15)
            return -labels * np.log(kept) - (1 - labels) * np.log(1 - kept), p - labels

        def a_little_in_the_logarithm(scores, labels):
            """You add a tiny number inside the logarithm, so the cost stays finite, but then it stops growing where
            the prediction is most wrong. Rewrite the cost in terms of the score."""
            p = sigmoid(scores)
            return -labels * np.log(p + 1e-12) - (1 - labels) * np.log(1 - p + 1e-12), p - labels

        @says(P_KEPT_AWAY)
        def clipped_at_fifteen_digits(scores, labels):
            return clipped(scores, labels, 1e-15)

        @says(P_KEPT_AWAY)
        def clipped_at_twelve_digits(scores, labels):
            return clipped(scores, labels, 1e-12)

        @says(P_KEPT_AWAY)
        def clipped_at_ten_digits(scores, labels):
            return clipped(scores, labels, 1e-10)

        @says(P_KEPT_AWAY)
        def clipped_at_eight_digits(scores, labels):
            return clipped(scores, labels, 1e-8)

        def slope_clipped(scores, labels):
            """The cost is right. Your slope is made of a p that is kept away from 0 and 1. Leave p free, and avoid the
            difference p − 1, which has no digits left where p is nearly 1."""
            return bce(scores, labels)[0], clipped(scores, labels, 1e-15)[1]

        def logarithm_of_p_turned_round(scores, labels):
            """The slope is right. Your cost is infinite where the prediction is most wrong, because you take the
            logarithm of 0 or infinity: rewrite it so that neither arises. And where the prediction is confident and
            right, your cost is 0 instead of tiny: use a logarithm that loses no digits."""
            return -np.log(sigmoid(margin(scores, labels))), bce(scores, labels)[1]

        def line_taken_off(scores, labels):
            """No result overflows. But where the label is 1 and the prediction is confident and right, cost and slope
            are 0 instead of tiny: log(1 + eᶻ) − z is a difference of two numbers that are almost equal, and p − 1 is
            another. No digits are left. Give the label's sign to the score first."""
            small = np.exp(-np.abs(scores))
            costs = np.maximum(scores, 0) + np.log1p(small) - labels * scores
            return costs, np.where(scores >= 0, 1.0, small) / (1 + small) - labels

        @says(COST_BY_SUBTRACTION.format(1, "log(1 + eᶻ) − z"))
        def line_taken_off_the_cost(scores, labels):
            straight = np.maximum(scores, 0) + np.log1p(np.exp(-np.abs(scores)))
            return straight - labels * scores, bce(scores, labels)[1]

        @says(COST_BY_SUBTRACTION.format(0, "log(1 + e⁻ᶻ) + z"))
        def line_added_to_the_cost(scores, labels):
            straight = np.maximum(-scores, 0) + np.log1p(np.exp(-np.abs(scores)))
            return straight + (1 - labels) * scores, bce(scores, labels)[1]

        @says(SLOPE_BY_SUBTRACTION.format("the label is 1 and", "p − 1"))
        def slope_by_subtraction(scores, labels):
            return bce(scores, labels)[0], sigmoid(scores) - labels

        @says(SLOPE_BY_SUBTRACTION.format("the label is 0 and", "1 − (1 − p)"))
        def slope_by_subtraction_for_the_other_label(scores, labels):
            return bce(scores, labels)[0], (1 - labels) - sigmoid(-scores)

        def value_overflows(scores, labels):
            """The slope is right. The cost becomes infinite where the prediction is most wrong: a power of e overflows.
            Use one that is never above 1."""
            return np.log1p(np.exp(-margin(scores, labels))), bce(scores, labels)[1]

        def value_overflows_and_slope_by_subtraction(scores, labels):
            """The cost becomes infinite where the prediction is most wrong, because a power of e overflows: use one
            that is never above 1. And where the label is 1 and the prediction is confident and right, your slope is 0
            instead of tiny: p − 1 has no digits left."""
            return np.log1p(np.exp(-margin(scores, labels))), sigmoid(scores) - labels

        def digits_lost(scores, labels):
            """No result overflows, and the slope is right. But where the prediction is confident and right, your cost
            is 0 instead of tiny. In log(1 + t) a tiny t is lost as soon as it is added to 1."""
            m = margin(scores, labels)
            return np.maximum(-m, 0) + np.log(1 + np.exp(-np.abs(m))), bce(scores, labels)[1]

        def digits_lost_in_both(scores, labels):
            """No result overflows. But where the prediction is confident and right, your cost is 0 instead of tiny, and
            so is the slope if the label is 1. In log(1 + t) a tiny t is lost as soon as it is added to 1, and p − 1 has
            no digits left."""
            m = margin(scores, labels)
            return np.maximum(-m, 0) + np.log(1 + np.exp(-np.abs(m))), sigmoid(scores) - labels

        @says(COST_CUT)
        def cost_cut_at_thirty(scores, labels):
            costs, slopes = bce(scores, labels)
            return cut_off(costs, scores, labels, 30), slopes

        @says(COST_CUT)
        def cost_cut_at_forty(scores, labels):
            costs, slopes = bce(scores, labels)
            return cut_off(costs, scores, labels, 40), slopes

        @says(SLOPE_CUT)
        def slope_cut_at_thirty(scores, labels):
            costs, slopes = bce(scores, labels)
            return costs, cut_off(slopes, scores, labels, 30)

        @says(SLOPE_CUT)
        def slope_cut_at_forty(scores, labels):
            costs, slopes = bce(scores, labels)
            return costs, cut_off(slopes, scores, labels, 40)

        @says(BOTH_CUT)
        def both_cut_at_thirty(scores, labels):
            return tuple(cut_off(values, scores, labels, 30) for values in bce(scores, labels))

        @says(BOTH_CUT)
        def both_cut_at_forty(scores, labels):
            return tuple(cut_off(values, scores, labels, 40) for values in bce(scores, labels))

        def probabilities_held_above_zero(scores, labels):
            """You keep the argument of the logarithm just above 0, so the cost stays finite, but then it stops
            growing where the prediction is most wrong. Rewrite the cost in terms of the score."""
            p = sigmoid(scores)
            return -labels * np.log(np.maximum(p, 1e-300)) - (1 - labels) * np.log(
                np.maximum(1 - p, 1e-300)
            ), p - labels

        def nan_replaced(scores, labels):
            """You replace NaN and infinity afterwards, but nothing puts the right numbers in their place. Rewrite the
            cost in terms of the score, so that they do not arise."""
            p = sigmoid(scores)
            return np.nan_to_num(-labels * np.log(p) - (1 - labels) * np.log(1 - p)), p - labels

        def straight_on_both_sides(scores, labels):
            """The slope is right. Your cost also rises where the prediction is right: |z| is added everywhere, but only
            on the wrong side was a factor taken out."""
            return np.abs(scores) + np.log1p(np.exp(-np.abs(scores))), bce(scores, labels)[1]

        def hinge(scores, labels):
            """This is the hinge loss and its slope, the cost of a support vector machine."""
            m = margin(scores, labels)
            return np.maximum(1 - m, 0), np.where(m < 1, 1.0, 0.0) * np.where(labels == 1, -1, 1)

        def squared_error_along_p(scores, labels):
            """Your cost is the squared error, and your slope is the one with respect to p."""
            p = sigmoid(scores)
            return (p - labels) ** 2, 2 * (p - labels)

        @says(SLOPE_BY_SUBTRACTION_TURNED_ROUND.format("the label is 1 and"))
        def slope_by_subtraction_turned_round(scores, labels):
            return bce(scores, labels)[0], labels - sigmoid(scores)

        @says(SLOPE_BY_SUBTRACTION_TURNED_ROUND.format("").replace("  ", " "))
        def slope_by_subtraction_from_one_turned_round(scores, labels):
            sign = np.where(labels == 1, 1, -1)
            return bce(scores, labels)[0], sign * (1 - sigmoid(margin(scores, labels)))

        def straight_part_forgotten(scores, labels):
            """The slope is right. Your cost falls again where the prediction is very wrong: only the logarithm of 1 +
            e^(−|z|) is left. What happened to the part that was taken out?"""
            return np.log1p(np.exp(-np.abs(scores))), bce(scores, labels)[1]

        def straight_part_alone(scores, labels):
            """Your cost is a broken line, which is what the curve looks like from far away. Near 0 it bends."""
            m = margin(scores, labels)
            return np.maximum(-m, 0), np.where(m < 0, 1.0, 0.0) * np.where(labels == 1, -1, 1)

        def labels_exchanged(scores, labels):
            """You have exchanged the two labels: a high score is right where the label is 1."""
            return bce(scores, 1 - labels)

        def labels_of_one(scores, labels):
            """You treat every label as 1."""
            return bce(scores, np.ones_like(labels))

        def labels_of_zero(scores, labels):
            """You treat every label as 0."""
            return bce(scores, np.zeros_like(labels))

        @says(COST_OF_THE_OTHER_LABEL)
        def costs_exchanged(scores, labels):
            return bce(scores, 1 - labels)[0], bce(scores, labels)[1]

        @says(COST_OF_THE_OTHER_LABEL)
        def costs_exchanged_and_slope_by_subtraction(scores, labels):
            return bce(scores, 1 - labels)[0], sigmoid(scores) - labels

        def softplus_of_the_margin(scores, labels):
            """You take the softplus of z for the label 1 and of −z for the label 0. It is the other way round. And the
            slope with respect to z has a minus wherever you turn the sign of z."""
            m = margin(scores, labels)
            return np.logaddexp(0.0, m), np.exp(-np.logaddexp(0.0, -m))

        def labels_as_signs(scores, labels):
            """Your formula needs labels of −1 and 1. Here they are 0 and 1, so that a score with label 0 is multiplied
            by 0."""
            return np.logaddexp(0.0, -labels * scores), -labels * np.exp(-np.logaddexp(0.0, labels * scores))

        def slope_climbs(scores, labels):
            """The cost is right, and the slope has the right size but the wrong sign: raise the score of an example
            with label 1, and its cost falls."""
            costs, slopes = bce(scores, labels)
            return costs, -slopes

        def slope_without_sign(scores, labels):
            """The cost is right, and the slope has the right size, but it is never negative: raise the score of an
            example with label 1, and its cost falls."""
            costs, slopes = bce(scores, labels)
            return costs, abs(slopes)

        def slope_of_label_one(scores, labels):
            """The cost is right, and the slope has the right size, but it is never positive. That is right for the
            label 1: with the label 0 a higher score costs more."""
            costs, slopes = bce(scores, labels)
            return costs, -abs(slopes)

        def label_counted_twice(scores, labels):
            """The cost is right. In your slope the label comes in twice: you turn the sign of the score by it, and then
            subtract it as well."""
            return bce(scores, labels)[0], sigmoid(margin(scores, labels)) - labels

        @says(label_counted_twice.__doc__)
        def label_counted_twice_the_other_way(scores, labels):
            return bce(scores, labels)[0], sigmoid(-margin(scores, labels)) - labels

        def slope_along_p(scores, labels):
            """The cost is right. Your slope is the one with respect to p; multiply by the slope of the sigmoid to get
            the one with respect to the score, and let the two cancel on paper."""
            slopes = np.where(labels == 1, -1, 1) * (1 + np.exp(-margin(scores, labels)))
            far = np.any(np.abs(slopes) > 1e6)  # there it depends on how a division by 0 is avoided, if it is
            return bce(scores, labels)[0], ... if far else slopes

        def slope_that_saturates(scores, labels):
            """The cost is right. Your slope contains the slope of the sigmoid once too often, as in the squared error:
            in the cross-entropy the two cancel."""
            p = sigmoid(scores)
            return bce(scores, labels)[0], (p - labels) * p * (1 - p)

        def slope_of_the_sigmoid(scores, labels):
            """The cost is right. What you return as the slope is that of the sigmoid."""
            p = sigmoid(scores)
            return bce(scores, labels)[0], p * (1 - p)

        def squared_error(scores, labels):
            """This is the squared error and its slope, which the lesson compares with the cross-entropy."""
            p = sigmoid(scores)
            return (p - labels) ** 2, 2 * (p - labels) * p * (1 - p)

        def slope_of_one_side(scores, labels):
            """The cost is right. Your slope shrinks where the prediction is very wrong, too: this form holds only where
            the prediction is right."""
            small = np.exp(-np.abs(scores))
            return bce(scores, labels)[0], np.where(labels == 1, -1, 1) * small / (1 + small)

        def probability(scores, labels):
            """The cost is right. Instead of the slope you return the probability p, which does not depend on the
            label."""
            return bce(scores, labels)[0], sigmoid(scores)

        def means(scores, labels):
            """You return the mean over the examples. The task asks for the cost and the slope of each one."""
            costs, slopes = bce(scores, labels)
            return costs.mean(), slopes.mean()

        def mean_in_the_slope(scores, labels):
            """Your slopes are those of the mean cost. Here each example has its own cost: do not divide by n."""
            costs, slopes = bce(scores, labels)
            return costs, slopes / len(scores)

        def minus_forgotten(scores, labels):
            """Your costs are negative: the logarithm of a probability is, and the cross-entropy has a minus in
            front."""
            costs, slopes = bce(scores, labels)
            return -costs, -slopes

        def minus_forgotten_in_the_cost(scores, labels):
            """The slope is right. Your costs are negative: the cross-entropy is minus the logarithm."""
            costs, slopes = bce(scores, labels)
            return -costs, slopes

        @says(SCORES_CUT)
        def scores_cut_at_thirty(scores, labels):
            return bce(np.clip(scores, -30, 30), labels)

        @says(SCORES_CUT)
        def scores_cut_at_thirty_and_slope_by_subtraction(scores, labels):
            cut = np.clip(scores, -30, 30)
            return bce(cut, labels)[0], sigmoid(cut) - labels

        @says(SCORES_CUT)
        def scores_cut_at_thirty_in_the_formula(scores, labels):
            p = sigmoid(np.clip(scores, -30, 30))
            return -labels * np.log(p) - (1 - labels) * np.log(1 - p), p - labels

        @says(SCORES_CUT)
        def scores_cut_at_twenty_in_the_formula(scores, labels):
            p = sigmoid(np.clip(scores, -20, 20))
            return -labels * np.log(p) - (1 - labels) * np.log(1 - p), p - labels

        @says(SCORES_CUT)
        def scores_cut_at_a_hundred(scores, labels):
            return bce(np.clip(scores, -100, 100), labels)

        @says(SCORES_CUT)
        def scores_cut_at_five_hundred(scores, labels):
            return bce(np.clip(scores, -500, 500), labels)

        @says(SCORES_CUT)
        def scores_cut_at_seven_hundred(scores, labels):
            return bce(np.clip(scores, -700, 700), labels)

        @says(a_little_in_the_logarithm.__doc__)
        def less_in_the_logarithm(scores, labels):
            p = sigmoid(scores)
            return -labels * np.log(p + 1e-15) - (1 - labels) * np.log(1 - p + 1e-15), p - labels

        def score_in_the_slope(scores, labels):
            """The cost is right, but you multiply the slope by the score once more. The slope with respect to the score
            is p − y alone."""
            costs, slopes = bce(scores, labels)
            return costs, slopes * scores

        def binary_logarithm(scores, labels):
            """The slope is right, but your logarithm has base 2. Here log means the natural one, the inverse of eᶻ."""
            costs, slopes = bce(scores, labels)
            return costs / np.log(2), slopes

        @says(binary_logarithm.__doc__)
        def binary_logarithm_beside_the_score(scores, labels):
            costs, slopes = bce(scores, labels)
            straight = np.maximum(-margin(scores, labels), 0)
            return straight + (costs - straight) / np.log(2), slopes

        def logarithm_overflows_and_slope_by_subtraction(scores, labels):
            """Your cost is infinite where the prediction is most wrong, because you take the logarithm of 0 or
            infinity: rewrite it so that neither arises. And where the prediction is confident and right, your cost is 0
            instead of tiny, and so is the slope if the label is 1: use a logarithm that loses no digits, and no
            difference such as p − 1."""
            return np.log(1 + np.exp(-margin(scores, labels))), sigmoid(scores) - labels

        @says(BOTH_OVERFLOW)
        def both_overflow(scores, labels):
            powers = np.exp(-margin(scores, labels))
            return np.log1p(powers), np.where(labels == 1, -1, 1) * powers / (1 + powers)

        @says(BOTH_OVERFLOW)
        def both_overflow_and_digits_lost(scores, labels):
            powers = np.exp(-margin(scores, labels))
            return np.log(1 + powers), np.where(labels == 1, -1, 1) * powers / (1 + powers)

        @says(slope_that_saturates.__doc__)
        def slope_of_the_squared_error(scores, labels):
            p = sigmoid(scores)
            return bce(scores, labels)[0], 2 * (p - labels) * p * (1 - p)

        @says(slope_that_saturates.__doc__)
        def slope_that_saturates_with_all_digits(scores, labels):
            costs, slopes = bce(scores, labels)
            small = np.exp(-np.abs(scores))
            return costs, slopes * small / (1 + small) ** 2

        @says(SLOPE_BY_SUBTRACTION.format("", "1 − p").replace("  ", " "))
        def slope_by_subtraction_from_one(scores, labels):
            sign = np.where(labels == 1, -1, 1)
            return bce(scores, labels)[0], sign * (1 - sigmoid(margin(scores, labels)))

        @says(SLOPE_MIRRORED)
        def slope_mirrored(scores, labels):
            return bce(scores, labels)[0], bce(-scores, labels)[1]

        @says(SLOPE_MIRRORED)
        def slope_mirrored_by_subtraction(scores, labels):
            return bce(scores, labels)[0], sigmoid(-scores) - labels

        @says(SLOPE_OF_THE_OTHER_LABEL)
        def slope_of_the_other_label(scores, labels):
            return bce(scores, labels)[0], bce(scores, 1 - labels)[1]

        @says(SLOPE_OF_THE_OTHER_LABEL)
        def slope_of_the_other_label_by_subtraction(scores, labels):
            return bce(scores, labels)[0], sigmoid(scores) - (1 - labels)

        @says(SAME_SLOPE_FOR_BOTH_LABELS.format("p − 1"))
        def slope_of_label_one_for_both(scores, labels):
            return bce(scores, labels)[0], -probabilities(scores)[1]

        @says(SAME_SLOPE_FOR_BOTH_LABELS.format("p − 1"))
        def slope_of_label_one_for_both_by_subtraction(scores, labels):
            return bce(scores, labels)[0], sigmoid(scores) - 1

        @says(SAME_SLOPE_FOR_BOTH_LABELS.format("1 − p"))
        def rest_to_one_for_both(scores, labels):
            return bce(scores, labels)[0], probabilities(scores)[1]

        @says(SAME_SLOPE_FOR_BOTH_LABELS.format("1 − p"))
        def rest_to_one_for_both_by_subtraction(scores, labels):
            return bce(scores, labels)[0], 1 - sigmoid(scores)

        @says(SAME_SLOPE_FOR_BOTH_LABELS.format("−p"))
        def minus_p_for_both(scores, labels):
            return bce(scores, labels)[0], -sigmoid(scores)

        @says(SLOPES_BY_LABEL.format("−p", "p"))
        def minus_p_with_label_one(scores, labels):
            return bce(scores, labels)[0], np.where(labels == 1, -1, 1) * sigmoid(scores)

        @says(SLOPES_BY_LABEL.format("p − 1", "1 − p"))
        def rest_to_one_with_label_zero(scores, labels):
            return bce(scores, labels)[0], np.where(labels == 1, -1, 1) * probabilities(scores)[1]

        @says(SLOPES_BY_LABEL.format("p − 1", "1 − p"))
        def rest_to_one_with_label_zero_by_subtraction(scores, labels):
            return bce(scores, labels)[0], np.where(labels == 1, -1, 1) * (1 - sigmoid(scores))

        @says(SLOPES_BY_LABEL.format("p", "1 − p"))
        def probability_of_the_label(scores, labels):
            return bce(scores, labels)[0], sigmoid(margin(scores, labels))

        @says(SLOPES_BY_LABEL.format("−p", "p − 1"))
        def minus_probability_of_the_label(scores, labels):
            return bce(scores, labels)[0], -sigmoid(margin(scores, labels))

        @says(SLOPES_BY_LABEL.format("p", "−p"))
        def p_with_the_sign_turned(scores, labels):
            return bce(scores, labels)[0], np.where(labels == 1, 1, -1) * sigmoid(scores)

        @says(SLOPES_BY_LABEL.format("1 − p", "p − 1"))
        def rest_to_one_with_the_sign_turned(scores, labels):
            return bce(scores, labels)[0], np.where(labels == 1, 1, -1) * probabilities(scores)[1]

        @says(NEVER_NEGATIVE_BY_SUBTRACTION.format("the label is 1 and"))
        def size_of_the_difference(scores, labels):
            return bce(scores, labels)[0], abs(sigmoid(scores) - labels)

        @says(NEVER_NEGATIVE_BY_SUBTRACTION.format("").replace("  ", " "))
        def rest_to_one_of_the_label(scores, labels):
            return bce(scores, labels)[0], 1 - sigmoid(margin(scores, labels))

        @says(NEVER_POSITIVE_BY_SUBTRACTION.format("the label is 1 and"))
        def minus_the_size_of_the_difference(scores, labels):
            return bce(scores, labels)[0], -abs(sigmoid(scores) - labels)

        @says(NEVER_POSITIVE_BY_SUBTRACTION.format("").replace("  ", " "))
        def minus_the_rest_to_one_of_the_label(scores, labels):
            return bce(scores, labels)[0], sigmoid(margin(scores, labels)) - 1

        def scores_turned_round(scores, labels):
            """Your costs and the sizes of your slopes are large where the prediction is right, and tiny where it is
            wrong. It should be the other way round: is the sign that a label gives to its score the right one?"""
            return bce(-scores, labels)

        def slope_overflows(scores, labels):
            """The cost is right. Your slope becomes NaN where the prediction is most wrong: a power of e overflows, and
            ∞/∞ is NaN. Use a power that is never above 1."""
            powers = np.exp(-margin(scores, labels))
            return bce(scores, labels)[0], np.where(labels == 1, -1, 1) * powers / (1 + powers)

        def sign_of_the_product_turned(scores, labels):
            """The slope is right, and so is the cost where the label is 0. Where it is 1, your cost is off by twice the
            score, as if the product of score and label had the wrong sign."""
            costs, slopes = bce(scores, labels)
            return costs + 2 * scores * labels, slopes

    class right:
        def by_softplus(scores, labels):
            """log(1 + eᶻ) − yz: log1pexp of the lesson, minus a line."""
            small = np.exp(-np.abs(scores))
            above = np.where(scores >= 0, 1.0, small) / (1 + small)  # σ(z)
            below = np.where(scores >= 0, small, 1.0) / (1 + small)  # 1 − σ(z)
            straight = np.where(labels == 1, np.maximum(-scores, 0), np.maximum(scores, 0))
            return [straight + np.log1p(small), np.where(labels == 1, -below, above)]

        def by_loop(scores, labels):
            costs, slopes = [], []
            for z, y in zip(scores.tolist(), labels.tolist(), strict=True):
                m = z if y else -z
                t = math.exp(-abs(m))
                costs.append(max(-m, 0.0) + math.log1p(t))
                size = (t if m > 0 else 1) / (1 + t)
                slopes.append(-size if y else size)
            return costs, slopes

        def by_library(scores, labels):
            sign = 2 * labels - 1
            return np.logaddexp(0, -sign * scores), -sign / (1 + np.exp(sign * scores))

        def by_sides(scores, labels):
            costs, slopes = np.empty(len(scores)), np.empty(len(scores))
            for wanted, sign in ((1, -1.0), (0, 1.0)):
                of = labels == wanted
                z = sign * scores[of]  # the larger, the more wrong
                costs[of] = np.maximum(z, 0) + np.log1p(np.exp(-abs(z)))
                slopes[of] = sign / (1 + np.exp(-z))
            return costs, slopes
