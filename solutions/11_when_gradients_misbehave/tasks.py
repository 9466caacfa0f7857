"""Exercise 11: the cases of each task, the known mistakes, and right answers written in other ways."""

import math

import numpy as np

from grader.sentences import BUG_STILL_THERE, says


def drawn(rng, shape, low, high):
    """Entries of both signs, each of a size between low and high, to three digits."""
    sizes = rng.uniform(low, high, shape).round(3)
    signs = np.where(np.arange(sizes.size) % 2, 1.0, -1.0)
    return sizes * rng.permutation(signs).reshape(shape)


def clip_cases(rng):
    yield [np.array([3.0, -4.0])], 2.5
    yield [np.array([3.0, -4.0]), np.array([12.0])], 6.5
    yield [drawn(rng, (2, 2), 0.5, 6), drawn(rng, 3, 0.1, 0.4), drawn(rng, 2, 1, 3)], 1.5
    yield [drawn(rng, 2, 0.5, 2), drawn(rng, (1, 2), 0.5, 2)], 20.0  # nothing is to be cut
    yield [drawn(rng, 1, 1.0, 1.4) for _ in range(3)], 1.5  # each short, together long


def norm_of(g):
    return math.sqrt(sum(entry * entry for entry in np.ravel(g).tolist()))


def shortened(g, norm, limit):
    """What clipping makes of an array, whatever is taken for its norm."""
    return g * (limit / norm) if norm > limit else g.copy()


def together(gradients):
    return np.concatenate([g.ravel() for g in gradients])


class clip_by_value:
    def cases(rng):
        yield from clip_cases(rng)
        yield [drawn(rng, 3, 0.5, 5)], 2.25

    class mistakes:
        def from_above_only(gradients, limit):
            """You cut large entries, but a large negative entry stays. It is as far from 0 as its positive twin."""
            return [np.minimum(g, limit) for g in gradients]

        def from_below_only(gradients, limit):
            """You cut negative entries, but a large positive one stays. Both sides have a border."""
            return [np.maximum(g, -limit) for g in gradients]

        def signs_lost(gradients, limit):
            """The sizes are right, but all your entries are positive: descent would no longer know which way is down.
            Keep the signs."""
            return [np.minimum(abs(g), limit) for g in gradients]

        def large_ones_positive(gradients, limit):
            """A large negative entry comes out as plus `limit`. Its size has to be cut, and its sign kept."""
            return [np.where(abs(g) > limit, limit, g) for g in gradients]

        def negatives_gone(gradients, limit):
            """All negative entries come out as 0. Your lower border is 0; where should it lie?"""
            return [np.clip(g, 0, limit) for g in gradients]

        def large_ones_gone(gradients, limit):
            """You set the entries that are too large to 0. They are to be cut to the limit, not taken away: they say
            where the surface is steepest."""
            return [np.where(abs(g) > limit, 0, g) for g in gradients]

        def all_at_the_limit(gradients, limit):
            """All your entries have the size of the limit. An entry that is small enough already should stay as it
            is."""
            return [np.sign(g) * limit for g in gradients]

        def scaled_by_the_largest(gradients, limit):
            """You make the whole array smaller until its largest entry fits. That keeps the direction, but here each
            entry is cut for itself, and the small ones stay."""
            return [shortened(g, np.max(abs(g)), limit) for g in gradients]

        def cut_by_norm(gradients, limit):
            """You cut each array by its norm, as in task 2. Here each entry is cut for itself."""
            return [shortened(g, norm_of(g), limit) for g in gradients]

        def cut_in_place(gradients, limit):
            """The right numbers, but the arrays that were passed in were changed: `out=…` and `g[…] = …` write into
            them. Make new ones."""
            for g in gradients:
                np.clip(g, -limit, limit, out=g)
            return gradients

        def list_as_one_array(gradients, limit):
            """Your function stops with an error where the arrays have different shapes: NumPy cannot make one array of
            the list. Take the arrays one after the other."""
            return np.clip(gradients, -limit, limit)

        def joined(gradients, limit):
            """You return one long array. The model needs a list again, one array for each of its parameters, in its
            shape."""
            return np.clip(together(gradients), -limit, limit)

        def first_array_alone(gradients, limit):
            """Only the first array comes out. Where does `return` stand, inside the loop or after it?"""
            return [np.clip(gradients[0], -limit, limit)]

    class right:
        def by_borders(gradients, limit):
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


ROOT_OF_THE_MEAN = (
    "You take the root of the mean square. The norm is made of the sum: it grows with the number of entries."
)
LENGTH_ONE = "What is too long becomes 1 long in your function, whatever the limit is."
WRITES_INTO_ARRAYS = (
    "The right numbers, but the arrays that were passed in were changed: `g *= …` writes into them. Make new ones."
)


class clip_by_norm:
    def cases(rng):
        yield from clip_cases(rng)
        yield [np.zeros(3), drawn(rng, (2, 2), 1, 4)], 1.25

    class mistakes:
        def all_by_one_norm(gradients, limit):
            """You cut all arrays by the norm of all of them together. That is the global norm, which comes in task 3;
            here each array is judged by its own."""
            norm = norm_of(together(gradients))
            return [shortened(g, norm, limit) for g in gradients]

        def stretched(gradients, limit):
            """You give every array the norm `limit`, the short ones too, which become longer; and an array of zeros
            becomes NaN. What is short enough should stay."""
            return [limit * g / np.linalg.norm(g) for g in gradients]

        def stretched_but_zeros(gradients, limit):
            """You give every array the norm `limit`, the short ones too, which become longer. What is short enough
            should stay."""
            return [g * (limit / max(norm_of(g), 1e-300)) for g in gradients]

        def zero_by_zero(gradients, limit):
            """Right, but for an array of zeros: its norm is 0, and 0/0 is NaN. Such an array needs no clipping: ask for
            the norm before you divide by it."""
            return [g / np.linalg.norm(g) * min(np.linalg.norm(g), limit) for g in gradients]

        def stops_at_zero(gradients, limit):
            """Your function stops with an error at an array of zeros, whose norm is 0: you divide by it. Such an array
            needs no clipping: ask for the norm before you divide."""
            return [g * min(1, limit / norm_of(g)) for g in gradients]

        def largest_for_norm(gradients, limit):
            """You take the largest entry for the norm. The norm counts all of them: it is the root of the sum of their
            squares."""
            return [shortened(g, np.max(abs(g)), limit) for g in gradients]

        def sum_for_norm(gradients, limit):
            """You add up the entries' sizes and take the sum for the norm. For 3 and −4 that is 7, but the norm is
            5."""
            return [shortened(g, np.sum(abs(g)), limit) for g in gradients]

        def root_missing(gradients, limit):
            """You take the sum of the squares for the norm: the root is missing. For 3 and −4 that is 25, but the norm
            is 5."""
            return [shortened(g, np.sum(g**2), limit) for g in gradients]

        @says(ROOT_OF_THE_MEAN)
        def root_of_the_mean(gradients, limit):
            return [shortened(g, np.sqrt(np.mean(g**2)), limit) for g in gradients]

        def cut_by_value(gradients, limit):
            """You cut each entry for itself, as in task 1, and so the direction changes. Here a whole array gets one
            factor."""
            return [np.clip(g, -limit, limit) for g in gradients]

        @says(LENGTH_ONE)
        def length_one(gradients, limit):
            return [g / norm_of(g) if norm_of(g) > limit else g for g in gradients]

        def the_wrong_ones(gradients, limit):
            """You have it the wrong way round: short arrays become longer, and long ones stay. Look at `min` and `max`,
            or at your comparison."""
            return [g if norm_of(g) > limit else g * (limit / max(norm_of(g), 1e-300)) for g in gradients]

        def row_by_row(gradients, limit):
            """You cut the rows of a matrix each by its own norm. Here a matrix is one array, and gets one factor: leave
            `axis` away."""
            return [np.array([shortened(row, norm_of(row), limit) for row in np.atleast_1d(g)]) for g in gradients]

        def largest_stretch(gradients, limit):
            """Right for rows of numbers. But for a matrix `np.linalg.norm(g, 2)` is something else, the most that it
            can stretch a vector: leave the 2 away."""
            return [shortened(g, np.linalg.norm(g, 2), limit) for g in gradients]

        def long_ones_gone(gradients, limit):
            """You set the arrays that are too long to 0. They are to be made shorter, not taken away."""
            return [np.zeros_like(g) if norm_of(g) > limit else g for g in gradients]

        @says(WRITES_INTO_ARRAYS)
        def norm_in_place(gradients, limit):
            for g in gradients:
                g *= limit / max(norm_of(g), limit)
            return gradients

    class right:
        def with_min(gradients, limit):
            """NumPy's 2.5/0.0 is ∞, and min(1, ∞) is 1."""
            return [g * min(1.0, limit / np.linalg.norm(g)) for g in gradients]

        def with_max(gradients, limit):
            return tuple(g / max(1.0, norm_of(g) / limit) for g in gradients)

        def with_a_little(gradients, limit):
            clipped = []
            for g in gradients:
                norm = np.sqrt((g * g).sum()) + 1e-12
                clipped.append((g * limit / norm if norm > limit else g).tolist())
            return clipped


class clip_by_global_norm:
    def cases(rng):
        yield from clip_cases(rng)
        yield [np.zeros((1, 2)), np.zeros(1)], 0.5
        yield [drawn(rng, 2, 0.02, 0.05), drawn(rng, 1, 0.02, 0.05)], 0.01

    class mistakes:
        @says(BUG_STILL_THERE)
        def shared_out(gradients, limit):
            return [shortened(g, norm_of(g), limit / math.sqrt(len(gradients))) for g in gradients]

        def shared_equally(gradients, limit):
            """Each array is still cut by its own norm, now to a smaller share of the limit. Any share has the same
            trouble: every array gets another factor."""
            return [shortened(g, norm_of(g), limit / len(gradients)) for g in gradients]

        def each_part_alone(gradients, limit):
            """You cut each array by its own norm, as in task 2. So each gets another factor, the step turns, and all
            together may still be longer than the limit."""
            return clip_by_value.mistakes.cut_by_norm(gradients, limit)

        def norms_so_far(gradients, limit):
            """You measure and cut in one loop, so each array is cut by the norm of those that came so far. Only the
            last one knows all of them: measure first, then cut."""
            clipped, squares = [], 0.0
            for g in gradients:
                squares = squares + np.sum(g**2)
                clipped.append(shortened(g, math.sqrt(squares), limit))
            return clipped

        def sum_of_norms(gradients, limit):
            """You add up the norms of the arrays. But norms add like the sides of a right angle: 5 and 12 make 13, not
            17."""
            norm = sum(norm_of(g) for g in gradients)
            return [shortened(g, norm, limit) for g in gradients]

        def longest_part(gradients, limit):
            """You take the norm of the longest array for all of them. The others make the step longer still: 5 and 12
            make 13."""
            norm = max(norm_of(g) for g in gradients)
            return [shortened(g, norm, limit) for g in gradients]

        def largest_entry(gradients, limit):
            """You take the largest entry of all for the norm. The norm counts all the entries: it is the root of the
            sum of their squares."""
            norm = np.max(abs(together(gradients)))
            return [shortened(g, norm, limit) for g in gradients]

        def root_missing(gradients, limit):
            """You take the sum of the squares for the norm: the root is missing. Of 5 and 12 that is 169, but the norm
            is 13."""
            norm = sum(np.sum(g**2) for g in gradients)
            return [shortened(g, norm, limit) for g in gradients]

        @says(ROOT_OF_THE_MEAN)
        def root_of_the_mean(gradients, limit):
            norm = np.sqrt(np.mean(together(gradients) ** 2))
            return [shortened(g, norm, limit) for g in gradients]

        def all_stretched(gradients, limit):
            """One factor for all is right, but it makes short gradients longer, and gradients of zero become NaN. What
            is short enough should stay."""
            return [limit * g / np.linalg.norm(together(gradients)) for g in gradients]

        def all_stretched_but_zeros(gradients, limit):
            """One factor for all is right, but it makes short gradients longer. What is short enough should stay."""
            return [g * (limit / max(norm_of(together(gradients)), 1e-300)) for g in gradients]

        def all_zero_by_zero(gradients, limit):
            """Right, but where all gradients are zero: their norm is 0, and 0/0 is NaN. Ask for the norm before you
            divide by it."""
            norm = np.linalg.norm(together(gradients))
            return [g / norm * min(norm, limit) for g in gradients]

        def all_stop_at_zero(gradients, limit):
            """Your function stops with an error where all gradients are zero: their norm is 0, and you divide by it.
            Ask for the norm before you divide."""
            return [g * min(1, limit / norm_of(together(gradients))) for g in gradients]

        def norm_of_the_list(gradients, limit):
            """Your function stops with an error where the arrays have different shapes: NumPy cannot make one array of
            the list. Go through the arrays one by one, and gather what the norm is made of."""
            norm = np.linalg.norm(gradients)
            return [g * min(1, limit / norm) for g in gradients]

        def only_long_parts(gradients, limit):
            """Your factor is right, but only arrays that are longer than the limit get it. All of them have to shrink
            alike, or the step turns."""
            norm = norm_of(together(gradients))
            return [shortened(g, norm, limit) if norm_of(g) > limit else g for g in gradients]

        def entries_cut(gradients, limit):
            """You cut each entry for itself, as in task 1, and so the direction changes. Here everything gets one
            factor."""
            return [np.clip(g, -limit, limit) for g in gradients]

        @says(LENGTH_ONE)
        def length_one(gradients, limit):
            norm = norm_of(together(gradients))
            return [g / norm if norm > limit else g for g in gradients]

        def the_wrong_way_round(gradients, limit):
            """You have it the wrong way round: short gradients become longer, and long ones stay. Look at `min` and
            `max`, or at your comparison."""
            norm = norm_of(together(gradients))
            return [g if norm > limit else g * (limit / max(norm, 1e-300)) for g in gradients]

        def plus_a_little(gradients, limit):
            """Nearly right: small gradients come out a little too short. You add 1e-6 to the norm, as PyTorch does;
            here it is the norm itself."""
            norm = norm_of(together(gradients))
            return [g * min(1.0, limit / (norm + 1e-6)) for g in gradients]

        @says(WRITES_INTO_ARRAYS)
        def all_in_place(gradients, limit):
            factor = limit / max(norm_of(together(gradients)), limit)
            for g in gradients:
                g *= factor
            return gradients

    class right:
        def by_norm_of_norms(gradients, limit):
            norm = np.linalg.norm([np.linalg.norm(g) for g in gradients])
            return [g * np.minimum(1, limit / norm) for g in gradients]  # limit / 0 is ∞ in NumPy

        def by_joining(gradients, limit):
            whole = together(gradients)
            whole = whole / max(1.0, np.sqrt(whole @ whole) / limit)
            ends = np.cumsum([g.size for g in gradients])
            return tuple(part.reshape(g.shape) for part, g in zip(np.split(whole, ends), gradients, strict=False))

        def by_entry(gradients, limit):
            squares = 0.0
            for g in gradients:
                for entry in g.ravel():
                    squares += entry**2
            if squares <= limit**2:
                return [g.tolist() for g in gradients]
            return [(g / squares**0.5 * limit).tolist() for g in gradients]


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def relu(z):
    return np.maximum(z, 0.0)


VALUES = {"sigmoid": sigmoid, "tanh": np.tanh, "relu": relu}
SLOPES = {
    "sigmoid": lambda z: sigmoid(z) * (1 - sigmoid(z)),
    "tanh": lambda z: 1 / np.cosh(z) ** 2,
    "relu": lambda z: np.heaviside(z, 0.0),
}


def but(name, slope):
    """The right slopes, but for one activation."""
    return lambda z, activation: (slope if activation == name else SLOPES[activation])(z)


class activation_slope:
    def cases(rng):
        yield np.array([0.0, 2.0]), "sigmoid"
        yield np.array([0.0, -1.0, 0.5]), "tanh"
        yield np.array([-2.0, 0.0, 3.0]), "relu"
        for n, activation in [(3, "relu"), (3, "sigmoid"), (2, "tanh")]:
            yield drawn(rng, n, 0.3, 3), activation
        yield float(drawn(rng, 1, 0.3, 2)[0]), "sigmoid"  # a plain number, as task 5 passes it

    class mistakes:
        def value_itself(z, activation):
            """This is the activation's value. Its slope is asked for: how fast the value changes with z."""
            return VALUES[activation](z)

        def formula_at_the_input(z, activation):
            """In the formulas of sigmoid and tanh you use z itself. There it is the activation's value at z that
            counts."""
            return {"sigmoid": z * (1 - z), "tanh": 1 - z**2, "relu": SLOPES["relu"](z)}[activation]

        def sigmoids_formula(z, activation):
            """You use the formula of the sigmoid for all three. Each activation has its own."""
            value = VALUES[activation](z)
            return value * (1 - value)

        def always_the_sigmoid(z, activation):
            """You give the slope of the sigmoid whatever `activation` says."""
            return SLOPES["sigmoid"](z)

        def one_factor_of_two(z, activation):
            """The slope of the sigmoid is a product, and you have one of its two factors, 1 − s."""
            return but("sigmoid", lambda z: 1 - sigmoid(z))(z, activation)

        def other_factor_of_two(z, activation):
            """The slope of the sigmoid is a product, and you have one of its two factors, s."""
            return but("sigmoid", sigmoid)(z, activation)

        def sigmoid_falls(z, activation):
            """Your slope of the sigmoid is negative, but the curve rises. Look at the sign."""
            return but("sigmoid", lambda z: -SLOPES["sigmoid"](z))(z, activation)

        def square_forgotten(z, activation):
            """In the slope of tanh the value has to be squared."""
            return but("tanh", lambda z: 1 - np.tanh(z))(z, activation)

        def square_added(z, activation):
            """Your slope of tanh grows towards the ends, where the curve is flat. Look at the sign."""
            return but("tanh", lambda z: 1 + np.tanh(z) ** 2)(z, activation)

        def one_forgotten(z, activation):
            """In the slope of tanh the square is to be taken off from 1."""
            return but("tanh", lambda z: np.tanh(z) ** 2)(z, activation)

        def relus_value(z, activation):
            """For relu you give the value. It rises as z does: how steeply?"""
            return but("relu", relu)(z, activation)

        def relus_sign(z, activation):
            """Your slope of relu is negative on the left, but relu is 0 all along there: it does not change."""
            return but("relu", np.sign)(z, activation)

        def relu_always_on(z, activation):
            """Your slope of relu is 1 everywhere. On the left relu is 0 whatever z is."""
            return but("relu", np.ones_like)(z, activation)

        def relu_at_the_kink(z, activation):
            """Right but for one place: at the kink, z = 0, the slope of relu is to be 0 here, as both frameworks have
            it."""
            return but("relu", lambda z: np.heaviside(z, 1.0))(z, activation)

        def relu_turned_round(z, activation):
            """Your slope of relu is 1 on the left and 0 on the right. On which side does relu rise?"""
            return but("relu", lambda z: np.heaviside(-z, 0.0))(z, activation)

    class right:
        def by_formulas(z, activation):
            power = np.exp(-z)
            sech = 2 / (np.exp(z) + power)
            return {"sigmoid": power / (1 + power) ** 2, "tanh": sech * sech, "relu": 1.0 * (z > 0)}[activation]

        def by_loop(z, activation):
            result = []
            for z_i in np.ravel(z):
                a = VALUES[activation](z_i)
                result.append({"sigmoid": a - a * a, "tanh": (1 + a) * (1 - a), "relu": 1 if a > 0 else 0}[activation])
            return result if np.ndim(z) else result[0]

        def by_differences(z, activation, h=1e-5):
            if activation == "relu":
                return np.sign(relu(z))
            return (VALUES[activation](z + h) - VALUES[activation](z - h)) / (2 * h)


def forward(weights, x, activation):
    """What goes into each layer's activation."""
    inputs = []
    for w in weights:
        inputs.append(w * x)
        x = VALUES[activation](w * x)
    return np.array(inputs)


def factors(weights, x, activation):
    """The chain rule's factor of each layer."""
    return weights * SLOPES[activation](forward(weights, x, activation))


class gradient_through_layers:
    def cases(rng):
        yield np.array([2.0, -1.0]), 0.0, "sigmoid"
        for n, activation in [(3, "tanh"), (4, "sigmoid"), (1, "sigmoid"), (6, "tanh"), (1, "tanh")]:
            yield drawn(rng, n, 0.5, 1.8), float(drawn(rng, 1, 0.4, 1.5)[0]), activation
        yield drawn(rng, 4, 0.5, 1.8), round(rng.uniform(0.4, 1.5), 3), "tanh"
        yield abs(drawn(rng, 3, 0.5, 1.8)), round(rng.uniform(0.4, 1.5), 3), "relu"  # all on
        yield np.append(-abs(drawn(rng, 1, 0.5, 1.8)), abs(drawn(rng, 2, 0.5, 1.8))), -0.75, "relu"
        yield np.append(abs(drawn(rng, 2, 0.5, 1.8)), -1.25), 0.75, "relu"  # off in the last layer

    class mistakes:
        def weights_forgotten(weights, x, activation):
            """You multiply the slopes, but not the weights. Each layer's input is multiplied by its weight first, and
            the chain rule has a factor for that too."""
            return np.prod(SLOPES[activation](forward(weights, x, activation)))

        def slopes_forgotten(weights, x, activation):
            """You multiply the weights, but not the slopes. That would be the gradient of layers that do not bend
            anything."""
            return np.prod(weights)

        def slope_at_the_output(weights, x, activation):
            """You take each slope at what comes out of the activation. It belongs to what goes in. (The formula s(1 −
            s) uses the output, but then it is the slope already.)"""
            outputs = VALUES[activation](forward(weights, x, activation))
            return np.prod(weights * SLOPES[activation](outputs))

        def slope_without_the_weight(weights, x, activation):
            """You take each slope at the number that comes into the layer. Before the activation sees it, it is
            multiplied by the weight."""
            inputs = np.append(x, VALUES[activation](forward(weights, x, activation)))[:-1]
            return np.prod(weights * SLOPES[activation](inputs))

        def moved_on_too_early(weights, x, activation):
            """You move on to the layer's output first, and then take its slope there, with its weight once more. The
            slope belongs to the number before the layer: take it first."""
            gradient = 1.0
            for w in weights:
                x = VALUES[activation](w * x)
                gradient *= w * SLOPES[activation](w * x)
            return gradient

        def never_moved_on(weights, x, activation):
            """You give every layer the first layer's input. Each works on what the one before has made of it."""
            return np.prod(weights * SLOPES[activation](weights * x))

        def not_bent(weights, x, activation):
            """On the way forward you multiply by the weights, but leave the activation out. Each layer gets what the
            one before has bent."""
            return np.prod(weights * SLOPES[activation](np.cumprod(weights) * x))

        def weights_not_on_the_way(weights, x, activation):
            """On the way forward you apply the activation without the weight. What is passed on is the activation's
            value where you have taken the slope."""
            gradient = 1.0
            for w in weights:
                gradient *= w * SLOPES[activation](w * x)
                x = VALUES[activation](x)
            return gradient

        def layers_backwards(weights, x, activation):
            """You go through the layers from the last to the first. A product may be taken in any order, but x goes
            into the first layer."""
            return np.prod(factors(weights[::-1], x, activation))

        def added_up(weights, x, activation):
            """You add the layers' factors up. The chain rule multiplies them."""
            return np.sum(factors(weights, x, activation))

        def added_to_one(weights, x, activation):
            """You add the layers' factors up, beginning with 1. The chain rule multiplies them."""
            return 1 + np.sum(factors(weights, x, activation))

        def last_layer_alone(weights, x, activation):
            """This is the factor of the last layer. Each turn of the loop writes over what the one before has found."""
            return factors(weights, x, activation)[-1]

        def first_layer_alone(weights, x, activation):
            """This is the factor of the first layer. Where does `return` stand, inside the loop or after it?"""
            return factors(weights, x, activation)[0]

        def first_left_out(weights, x, activation):
            """The factor of the first layer is missing."""
            return np.prod(factors(weights, x, activation)[1:])

        def last_left_out(weights, x, activation):
            """The factor of the last layer is missing."""
            return np.prod(factors(weights, x, activation)[:-1])

        def output_itself(weights, x, activation):
            """This is the number that comes out of the last layer. How much does it change when x changes?"""
            return VALUES[activation](forward(weights, x, activation))[-1]

        def factor_zero(weights, x, activation):
            """Your product is 0 always: it begins with 0. Which number changes nothing when it is multiplied?"""
            return 0.0

        def begins_with_x(weights, x, activation):
            """Your product begins with x, so x is a factor of your gradient. Which number changes nothing when it is
            multiplied? x is where the layers begin."""
            return x * np.prod(factors(weights, x, activation))

        def layers_of_sigmoid(weights, x, activation):
            """Every layer of yours is a sigmoid, whatever `activation` says."""
            return np.prod(factors(weights, x, "sigmoid"))

        def layers_of_tanh(weights, x, activation):
            """Every layer of yours is a tanh, whatever `activation` says."""
            return np.prod(factors(weights, x, "tanh"))

        def input_in_the_formula(weights, x, activation):
            """In the slopes of sigmoid and tanh you use what goes into the activation. Their formulas want its value
            there."""
            z = forward(weights, x, activation)
            return np.prod(weights * activation_slope.mistakes.formula_at_the_input(z, activation))

    class right:
        def from_the_end(weights, x, activation):
            """As the frameworks do it: forward first, keeping what is needed, then back."""
            inputs, gradient = forward(weights, x, activation), 1.0
            for k in reversed(range(len(weights))):
                gradient = gradient * SLOPES[activation](inputs[k]) * weights[k]
            return gradient

        def by_recursion(weights, x, activation):
            if len(weights) == 0:
                return 1.0
            z = weights[0] * x
            rest = gradient_through_layers.right.by_recursion(weights[1:], VALUES[activation](z), activation)
            return weights[0] * SLOPES[activation](z) * rest

        def by_outputs(weights, x, activation):
            """The slopes written with the values that come out."""
            out = VALUES[activation](forward(weights, x, activation))
            slopes = {"sigmoid": out * (1 - out), "tanh": 1 - out**2, "relu": out > 0}[activation]
            return float(np.prod(weights) * np.prod(slopes))

        def by_differences(weights, x, activation, h=1e-5):
            ahead, behind = (VALUES[activation](forward(weights, at, activation)[-1]) for at in (x + h, x - h))
            return (ahead - behind) / (2 * h)


def slope_of(x):
    return 1 / (1 + np.exp(-x))


def value_of(x):
    return np.logaddexp(0.0, x)


class log1pexp:
    absolute = 0

    def cases(rng):
        yield (np.array([0.0]),)
        yield (np.array([1.0, -1.0, 3.0]),)
        yield (np.array([1000.0, -1000.0]),)
        yield (drawn(rng, 4, 0.3, 8),)
        yield (drawn(rng, 2, 40, 60),)
        yield (np.array([750.0, drawn(rng, 1, 0.5, 2)[0]]),)

    class mistakes:
        def as_it_stands(x):
            """Written as it stands, eˣ becomes infinity far out on the right: the value is ∞, and the slope ∞/∞ is NaN.
            Write both with a power that is never above 1."""
            return np.log(1 + np.exp(x)), np.exp(x) / (1 + np.exp(x))

        def log1p_as_it_stands(x):
            """`log1p` saves the digits on the left. But far out on the right eˣ becomes infinity: the value is ∞, and
            the slope ∞/∞ is NaN. Write both with a power that is never above 1."""
            return np.log1p(np.exp(x)), np.exp(x) / (1 + np.exp(x))

        def value_as_it_stands(x):
            """The slope is right. The value is not: far out on the right eˣ becomes infinity, and on the left the
            digits of 1 + eˣ are lost."""
            return np.log(1 + np.exp(x)), slope_of(x)

        def value_overflows(x):
            """The slope is right, and so is the value on the left. Far out on the right eˣ becomes infinity: write the
            value with a power that is never above 1."""
            return np.log1p(np.exp(x)), slope_of(x)

        def slope_overflows(x):
            """The value is right, but the slope is NaN far out on the right, where it is ∞/∞. The slope has to be
            rewritten as well."""
            return value_of(x), np.exp(x) / (1 + np.exp(x))

        def digits_lost(x):
            """Nothing overflows, and the slope is right. But far out on the left the value comes out as 0: 1 plus a
            tiny number is 1, and its logarithm 0."""
            return np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x))), slope_of(x)

        def slope_by_subtraction(x):
            """The value is right. Far out on the left your slope comes out as 0: it is a difference of two numbers,
            both near 1, and what is left of it has no digits. Write it without a difference."""
            return value_of(x), 1 - 1 / (1 + np.exp(x))

        def slope_of_the_left(x):
            """The value is right. Your slope falls again on the right, where it should rise to 1: this form holds for
            negative x only."""
            small = np.exp(-np.abs(x))
            return value_of(x), small / (1 + small)

        def slope_of_the_right(x):
            """The value is right. Your slope rises again on the left, where it should fall to 0: this form holds for
            positive x only."""
            return value_of(x), 1 / (1 + np.exp(-np.abs(x)))

        def slope_turned_round(x):
            """The value is right. Your slope falls from 1 to 0, but the curve bends upwards: either the two sides have
            changed places, or the derivative of what is inside the logarithm is missing."""
            return value_of(x), slope_of(-x)

        def slope_not_divided(x):
            """The value is right. Your slope has the numerator of each side, but no denominator."""
            return value_of(x), np.where(x >= 0, 1.0, np.exp(-np.abs(x)))

        def slope_of_the_slope(x):
            """The value is right. What you return as the slope is that of the sigmoid, s(1 − s): one derivative too
            many."""
            return value_of(x), slope_of(x) * slope_of(-x)

        def without_the_straight_part(x):
            """The slope is right. Your value falls again on the right: only the logarithm of 1 + e^(−|x|) is left. What
            became of the factor that was taken out?"""
            return np.log1p(np.exp(-np.abs(x))), slope_of(x)

        def straight_on_both_sides(x):
            """The slope is right. Your value rises on the left as well: |x| is added everywhere, but only for positive
            x was a factor taken out."""
            return np.abs(x) + np.log1p(np.exp(-np.abs(x))), slope_of(x)

        def overflow_on_the_left(x):
            """The slope is right, and so is the value on the right. Now it is e^(−x) that becomes infinity, far out on
            the left. Which power is small on both sides?"""
            return np.maximum(x, 0) + np.log1p(np.exp(-x)), slope_of(x)

        def x_clamped(x):
            """You clamp x so that nothing overflows, but then the value stops growing there: it is wrong by as much as
            was cut off."""
            x = np.clip(x, -500, 500)
            return value_of(x), slope_of(x)

        def bend_cut_off(x):
            """You take x for the value and 1 for the slope wherever x is positive. That holds far out only: near 0 the
            curve bends."""
            return np.where(x > 0, x, np.log1p(np.exp(x))), np.where(x > 0, 1.0, slope_of(x))

        def only_the_ends(x):
            """This is relu and its slope, which is what the curve looks like from far away. Near 0 it bends."""
            return np.maximum(x, 0.0), np.where(x > 0, 1.0, 0.0)

        def slope_first(x):
            """The right numbers in the wrong order: the value comes first."""
            return slope_of(x), value_of(x)

        def value_alone(x):
            """The value is right. The slope is wanted, too: return both."""
            return value_of(x)

    class right:
        def by_sides(x):
            value, gradient = np.empty_like(x), np.empty_like(x)
            left = x < 0
            value[left], gradient[left] = np.log1p(np.exp(x[left])), np.exp(x[left]) / (1 + np.exp(x[left]))
            value[~left] = x[~left] + np.log1p(np.exp(-x[~left]))
            gradient[~left] = 1 / (1 + np.exp(-x[~left]))
            return [value, gradient]

        def by_loop(x):
            values, slopes = [], []
            for x_i in x.tolist():
                t = math.exp(-abs(x_i))
                values.append(max(x_i, 0.0) + math.log1p(t))
                slopes.append((1 if x_i > 0 else t) / (1 + t))
            return values, slopes

        def by_library(x):
            return value_of(x), np.exp(-np.logaddexp(0.0, -x))

        def far_out(x):
            """As PyTorch has it: beyond 20 the value is x, to nine digits."""
            return np.where(x > 20, x, np.log1p(np.exp(np.minimum(x, 20)))), slope_of(x)
