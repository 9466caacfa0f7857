"""Exercise 08: the cases of each task, the known mistakes, and right answers written in other ways.

Mistakes made with a framework are written in NumPy: their results are the same within the tolerance, and they run much
faster.
"""

from fractions import Fraction
from functools import partial

import numpy as np

from grader.sentences import BUG_STILL_THERE, LAST_POINT_ALONE, PATH_CLIMBS, START_LEFT_OUT, says
from helpers import frameworks

tf = frameworks.tensorflow()
torch = frameworks.pytorch()


SIGNS_DROPPED_FIRST = "You take the absolute values first and subtract them. Subtract first: 1 and −1 are 2 apart."
ONE_COLUMN_ALONE = "You look at one column alone. The paths may differ more in another."
SIGN_KEPT = "You return the largest difference with its sign. The task asks for its size: drop the sign at the end."
RELATIVE_TO_AN_ENTRY = "You divide by the size of an entry. The task asks for the difference itself."
SORTED_FIRST = "You sort the entries before you compare them. Compare those in the same position."


class largest_difference:
    relative, absolute = 1e-7, 0  # a difference of 1e-6 between numbers of 4 holds no more digits

    def cases(rng):
        yield np.array([[0.0, 0.0], [0.7, 0.3]]), np.array([[0.0, 0.0], [0.5, 0.6]])
        for rows, d, size, place, sign in [
            (4, 2, 1.0, (2, 0), -1),
            (3, 3, 1.0, (1, 2), 1),
            (5, 2, 2.0**-20, (3, 1), -1),  # the differences of two descents, not of two cases
            (2, 4, 8.0, (1, 0), 1),
        ]:
            a = rng.uniform(-4, 4, (rows, d)).round(2)
            off = rng.uniform(0.2, 1, (rows, d)).round(3) * rng.choice([-1, 1], (rows, d))
            off[0] = 0
            off[place] = sign * round(rng.uniform(1.1, 2), 3)  # the largest: not always in the last row or positive
            yield a, a + size * off
        a = rng.uniform(-4, 4, (3, 2)).round(2)
        yield a, a.copy()
        a = rng.integers(-8, 9, (3, 2)) / 4
        yield a, a + np.array([[0, 0], [1, 5], [-3, 2]]) * 2.0**-24  # close, and yet not equal
        yield np.array([[0.0, 0.0], [1.0, -0.5]]), np.array([[0.0, 0.0], [-0.75, 0.25]])  # of opposite signs
        yield np.array([[1.0, 2.0], [0.5, 1.0]]), np.array([[1.5, 0.75], [0.5, 0.5]])  # from two starts

    class mistakes:
        def greatest_value(path_a, path_b):
            """You take the greatest of the signed differences path_a − path_b. A difference of −0.3 is larger than one
            of 0.2: its size has nothing to do with its sign."""
            return np.max(path_a - path_b)

        def greatest_value_the_other_way(path_a, path_b):
            """You take the greatest of the signed differences path_b − path_a. The size of a difference has nothing to
            do with its sign."""
            return np.max(path_b - path_a)

        def mean_difference(path_a, path_b):
            """You take the mean of the absolute differences. A single large one disappears in it: look for the
            largest."""
            return np.mean(np.abs(path_a - path_b))

        def sum_of_differences(path_a, path_b):
            """You add up the absolute differences, so the result grows with the length of the path. Look for the
            largest of them."""
            return np.sum(np.abs(path_a - path_b))

        def length_of_the_difference(path_a, path_b):
            """You combine all the differences, as the root of the sum of their squares. The task asks for the largest
            single one."""
            return np.linalg.norm(path_a - path_b)

        def root_of_the_mean_square(path_a, path_b):
            """You take the root of the mean of the squares, which is a kind of average. Look for the largest difference
            alone."""
            return np.sqrt(np.mean((path_a - path_b) ** 2))

        def furthest_row(path_a, path_b):
            """You take the distance between the points of each row, and the greatest of those. Here it is the largest
            difference of a single entry."""
            return np.max(np.linalg.norm(path_a - path_b, axis=1))

        def at_the_end(path_a, path_b):
            """Your result is that of the last row alone. Two paths can part on the way and meet again. If you loop over
            the rows: does each turn overwrite what the turn before has found?"""
            return np.max(np.abs(path_a[-1] - path_b[-1]))

        def by_column(path_a, path_b):
            """You return the largest difference of each column. The task asks for one number for all of them."""
            return np.max(np.abs(path_a - path_b), axis=0)

        def by_row(path_a, path_b):
            """You return the largest difference of each row. The task asks for one number for all of them."""
            return np.max(np.abs(path_a - path_b), axis=1)

        def maxima_compared(path_a, path_b):
            """You compare the largest entry of one path with the largest of the other. Subtract entry by entry
            first."""
            return abs(np.max(np.abs(path_a)) - np.max(np.abs(path_b)))

        def difference_squared(path_a, path_b):
            """You return the square of the largest difference."""
            return np.max((path_a - path_b) ** 2)

        @says(RELATIVE_TO_AN_ENTRY)
        def relative_difference(path_a, path_b):
            return np.max(np.abs(path_a - path_b) / np.maximum(np.abs(path_b), 1e-300))

        def place_for_size(path_a, path_b):
            """You return the position of the largest difference, counted through all entries. How large is it?"""
            return int(np.argmax(np.abs(path_a - path_b)))

        @says(SIGNS_DROPPED_FIRST)
        def sizes_subtracted(path_a, path_b):
            return np.max(np.abs(path_a) - np.abs(path_b))

        def greatest_entries_compared(path_a, path_b):
            """You compare the greatest entry of one path with the greatest of the other. Subtract the paths first,
            entry by entry."""
            return abs(np.max(path_a) - np.max(path_b))

        @says(SIGNS_DROPPED_FIRST)
        def signs_dropped_first(path_a, path_b):
            return np.max(np.abs(np.abs(path_a) - np.abs(path_b)))

        @says(RELATIVE_TO_AN_ENTRY)
        def relative_to_the_other(path_a, path_b):
            return np.max(np.abs(path_a - path_b) / np.maximum(np.abs(path_a), 1e-300))

        @says(RELATIVE_TO_AN_ENTRY)
        def relative_to_the_largest_entry(path_a, path_b):
            return np.max(np.abs(path_a - path_b)) / np.max(np.abs(path_b))

        @says(RELATIVE_TO_AN_ENTRY)
        def relative_to_the_largest_of_the_other(path_a, path_b):
            return np.max(np.abs(path_a - path_b)) / np.max(np.abs(path_a))

        def from_lowest_to_greatest(path_a, path_b):
            """You measure from the lowest signed difference to the greatest. Measure each difference from 0."""
            return np.ptp(path_a - path_b)

        def rows_added_up(path_a, path_b):
            """You add up the differences of each row and take the greatest sum. Look for the largest single
            difference."""
            return np.max(np.sum(np.abs(path_a - path_b), axis=1))

        def columns_added_up(path_a, path_b):
            """You add up the differences of each column and take the greatest sum. Look for the largest single
            difference."""
            return np.max(np.sum(np.abs(path_a - path_b), axis=0))

        @says(SORTED_FIRST)
        def columns_sorted(path_a, path_b):
            return np.max(np.abs(np.sort(path_a, axis=0) - np.sort(path_b, axis=0)))

        @says(SORTED_FIRST)
        def entries_sorted(path_a, path_b):
            return np.max(np.abs(np.sort(path_a, axis=None) - np.sort(path_b, axis=None)))

        def means_compared(path_a, path_b):
            """You subtract two means. Subtract the paths first, entry by entry."""
            return abs(np.mean(path_a) - np.mean(path_b))

        def greatest_mean_of_a_row(path_a, path_b):
            """You take the mean of each row's differences, and the greatest of those. Look for the largest single
            one."""
            return np.max(np.mean(np.abs(path_a - path_b), axis=1))

        @says(ONE_COLUMN_ALONE)
        def first_column_alone(path_a, path_b):
            return np.max(np.abs(path_a[:, 0] - path_b[:, 0]))

        @says(ONE_COLUMN_ALONE)
        def last_column_alone(path_a, path_b):
            return np.max(np.abs(path_a[:, -1] - path_b[:, -1]))

        def two_columns_alone(path_a, path_b):
            """You look at the first two columns alone. The paths may have more of them, and differ more in another."""
            return np.max(np.abs(path_a[:, :2] - path_b[:, :2]))

        def in_float32(path_a, path_b):
            """Your difference has few right digits where the paths are close. Are they rounded to float32? Its seven
            digits are mostly used up by what two such entries have in common."""
            return float(np.max(np.abs(path_a.astype(np.float32) - path_b.astype(np.float32))))

        def signed_at_the_end(path_a, path_b):
            """Two things are wrong. You look at the last row alone. And you take the greatest of its signed
            differences: their size has nothing to do with their sign."""
            return np.max(path_a[-1] - path_b[-1])

        def steps_compared(path_a, path_b):
            """You compare the steps of the two paths. Compare their points: a step that differs moves all points after
            it."""
            return np.max(np.abs(np.diff(path_a - path_b, axis=0)))

        def start_left_out(path_a, path_b):
            """You leave the first row out. Two paths may differ at the start as well."""
            return np.max(np.abs(path_a[1:] - path_b[1:]))

        def end_left_out(path_a, path_b):
            """You leave the last row out. `[:-1]` stops before it, and so does a loop over `range(len(path_a) - 1)`."""
            return np.max(np.abs(path_a[:-1] - path_b[:-1]))

        def at_the_start(path_a, path_b):
            """You look at the first row alone. Is `return` inside the loop?"""
            return np.max(np.abs(path_a[0] - path_b[0]))

        def first_entries_alone(path_a, path_b):
            """Your result is the difference of the very first entries alone. Is `return` inside the inner loop?"""
            return abs(path_a[0, 0] - path_b[0, 0])

        def last_entries_alone(path_a, path_b):
            """Your result is the difference of the very last entries alone. Does each turn of a loop overwrite what the
            turn before has found?"""
            return abs(path_a[-1, -1] - path_b[-1, -1])

        def first_that_is_not_0(path_a, path_b):
            """Your result is the first difference that is not 0. Is `return` inside the loop? Go through all entries
            first: a larger one may follow."""
            return next((d for d in np.abs(path_a - path_b).ravel() if d > 0), 0.0)

        def first_row_that_differs(path_a, path_b):
            """Your result is the largest difference in the first row that has any. Is `return` inside the loop? Go
            through all rows first: a larger one may follow."""
            return next((max(row) for row in np.abs(path_a - path_b) if max(row) > 0), 0.0)

        @says(SIGN_KEPT)
        def sign_kept(path_a, path_b):
            return max((path_a - path_b).ravel(), key=abs)

        @says(SIGN_KEPT)
        def sign_kept_the_other_way(path_a, path_b):
            return max((path_b - path_a).ravel(), key=abs)

        def every_entry_with_every_other(path_a, path_b):
            """You subtract each entry of one path from each entry of the other. Compare those in the same position."""
            return np.max(np.abs(path_a.reshape(-1, 1) - path_b.ravel()))

        def norm_of_the_matrix(path_a, path_b):
            """This is a norm of the difference as a matrix, its largest singular value. Look for the largest single
            entry."""
            return np.linalg.norm(path_a - path_b, 2)

    class right:
        def by_loop(path_a, path_b):
            largest = 0.0
            for row_a, row_b in zip(path_a, path_b, strict=True):
                for a, b in zip(row_a, row_b, strict=True):
                    largest = max(largest, abs(a - b))
            return largest

        def by_both_signs(path_a, path_b):
            difference = path_b - path_a
            return max(difference.max(), -difference.min())

        def by_norm(path_a, path_b):
            return np.linalg.norm((path_a - path_b).ravel(), np.inf)


def scaled(value, bits):
    """(m, e) with value = m·2ᵉ, where rounding m to a whole number rounds value to so many binary digits."""
    fraction, exponent = np.frexp(value)  # ½ ≤ |fraction| < 1
    return float(fraction) * 2.0**bits, int(exponent) - bits


def rounded_to(value, bits, whole=round):
    m, e = scaled(value, bits)
    return whole(m) * 2.0**e


FORMATS_OF_NUMPY = (
    "You use the formats that NumPy has. `bits` may also be 8 or 30, which none of them keeps: round by a rule of your "
    "own."
)


WRONG_POWER = (
    "Your result has the right binary digits and the wrong size: the power of 2 that it is multiplied by at the end is "
    "not the one that moves the point back. Look at each part of that exponent, and at its sign."
)
MOVED_THE_WRONG_WAY = (
    "Small numbers keep too few binary digits in your result, and large ones too many. Is the sign of the exponent "
    "right where you move the point?"
)
SMALL_ONES_NOT_MOVED = (
    "Numbers below {} keep too few binary digits in your result. Zeros between the point and the first other digit do "
    "not count: move the point past them."
)
NEGATIVES_UNSCALED = (
    "Your negative numbers are rounded at one and the same place after the point, whatever their size. Every negative "
    "number is below ½, so compare `abs(value)`."
)


def to_the_place(value, place):
    """The number nearest to value that is a whole multiple of 2 to the power −place."""
    return round(value * 2.0**place) * 2.0**-place


def size_of(value):
    """The exponent e with ½ ≤ |value|/2ᵉ < 1."""
    return int(np.frexp(value)[1])


class round_to_bits:
    relative, absolute = 1e-12, 0
    exact = ("value",)

    def cases(rng):
        def untied(bits, size):
            """A number whose remainder is far from 0 and from a tie."""
            m = 2 ** (bits - 1) + int(rng.integers(2 ** (bits - 1)))
            return float(rng.choice([-1, 1]) * (m + rng.choice([0.3, 0.7])) * 2.0 ** (size - bits))

        yield 0.1, 8
        yield 0.1, 24
        yield 0.25, 8  # it fits
        yield -0.7, 11
        yield 1 / 3, 24  # rounded up by the last digit alone
        yield 0.999, 8  # rounded up to 1, a digit more before the point
        yield -20000 / 11, 3  # more digits before the point than are kept, in decimal too
        yield 0.0123456789, 24
        yield -0.0371, 9
        for bits, size in [(5, 3), (8, -9), (11, 0), (30, 4)]:
            yield untied(bits, size), bits

    class mistakes:
        def value_as_it_is(value, bits):
            """You return the number unchanged. Where is it rounded?"""
            return value

        def float32_whatever(value, bits):
            """You round to float32 whatever `bits` is. It has 24 binary digits; other formats have other numbers of
            them."""
            return float(np.float32(value))

        def float16_whatever(value, bits):
            """You round to float16 whatever `bits` is. It has 11 binary digits; other formats have other numbers of
            them."""
            return float(np.float16(value))

        def counted_from_the_point(value, bits):
            """You count the digits from the point. A floating-point format counts them from the first digit that is
            not 0: the point floats."""
            return round(value * 2.0**bits) / 2.0**bits

        def decimal_places(value, bits):
            """You round to `bits` decimal places. These digits are binary, and they count from the first one that is
            not 0."""
            return round(value, bits)

        def decimal_digits(value, bits):
            """You round to `bits` decimal digits. These digits are binary."""
            return float(f"{value:.{bits}g}")

        def as_many_decimal_digits(value, bits):
            """You round to about as many decimal digits as correspond to `bits` binary ones. The format rounds in
            binary: few of its numbers have a short decimal notation."""
            return float(f"{value:.{max(1, round(bits * np.log10(2)))}g}")

        def fraction_to_decimal_places(value, bits):
            """You round the fraction to `bits` decimal places. These digits are binary: how far does a factor of 2 move
            the point?"""
            fraction, exponent = np.frexp(value)
            return round(float(fraction), bits) * 2.0 ** int(exponent)

        def exponent_cut(value, bits):
            """Numbers below 1 keep one binary digit too few. Is their logarithm cut by `int`? It is negative, and `int`
            cuts towards 0: round it down."""
            return rounded_to(value, bits - (abs(value) < 1))

        def above_one_from_the_point(value, bits):
            """Numbers above 1 keep too many digits. Their point has to move, too, in the other direction."""
            return rounded_to(value, bits) if abs(value) < 1 else round(value * 2.0 ** (bits - 1)) / 2.0 ** (bits - 1)

        @says(above_one_from_the_point.__doc__)
        def from_the_point_unless_small(value, bits):
            return to_the_place(value, bits - min(size_of(value), 0))

        @says(WRONG_POWER)
        def scaled_the_other_way(value, bits):
            return round(scaled(value, bits)[0]) * 2.0 ** (bits - size_of(value))

        @says(WRONG_POWER)
        def scaled_by_the_other_exponent(value, bits):
            return round(scaled(value, bits)[0]) * 2.0 ** (-bits - size_of(value))

        @says(WRONG_POWER)
        def scaled_up_by_the_bits(value, bits):
            return round(scaled(value, bits)[0]) * 2.0 ** (bits + size_of(value))

        @says(WRONG_POWER)
        def scaled_by_the_exponent_alone(value, bits):
            return round(scaled(value, bits)[0]) * 2.0 ** size_of(value)

        @says(WRONG_POWER)
        def scaled_by_the_size_of_the_exponent(value, bits):
            return round(scaled(value, bits)[0]) * 2.0 ** (abs(size_of(value)) - bits)

        @says(MOVED_THE_WRONG_WAY)
        def moved_the_wrong_way(value, bits):
            return to_the_place(value, bits + size_of(value))

        @says(MOVED_THE_WRONG_WAY)
        def moved_the_wrong_way_by_the_logarithm(value, bits):
            return to_the_place(value, bits - 2 + size_of(value))

        @says(MOVED_THE_WRONG_WAY)
        def moved_the_wrong_way_by_one_less(value, bits):
            return to_the_place(value, bits - 1 + size_of(value))

        @says(SMALL_ONES_NOT_MOVED.format("½"))
        def small_ones_not_moved(value, bits):
            return to_the_place(value, bits - max(size_of(value), 0))

        @says(SMALL_ONES_NOT_MOVED.format("½"))
        def small_ones_moved_the_wrong_way(value, bits):
            return to_the_place(value, bits - abs(size_of(value)))

        @says(SMALL_ONES_NOT_MOVED.format("1"))
        def numbers_below_one_not_moved(value, bits):
            return to_the_place(value, bits - 1 - max(size_of(value) - 1, 0))

        def negatives_unchanged(value, bits):
            """Negative numbers come back unchanged, and positive ones are right. Is there a comparison that decides by
            the sign? Round the size, `abs(value)`, in the same way."""
            return value if value < 0 else rounded_to(value, bits)

        @says(NEGATIVES_UNSCALED)
        def negatives_unscaled(value, bits):
            return to_the_place(value, bits) if value < 0 else rounded_to(value, bits)

        @says(NEGATIVES_UNSCALED)
        def negatives_unscaled_and_one_less(value, bits):
            return to_the_place(value, bits - 1) if value < 0 else rounded_to(value, bits)

        def cut_off(value, bits):
            """You cut off the digits that do not fit. The nearest number may be the next one away from zero."""
            return rounded_to(value, bits, int)

        def rounded_down(value, bits):
            """You always round down, so a negative number moves away from zero and a positive one towards it. Take the
            nearest."""
            return rounded_to(value, bits, lambda m: int(np.floor(m)))

        def rounded_up(value, bits):
            """You always round up. Take the nearest number that fits, which may be below."""
            return rounded_to(value, bits, lambda m: int(np.ceil(m)))

        def one_bit_less(value, bits):
            """You keep one binary digit too few. The leading 1 is one of them."""
            return rounded_to(value, bits - 1)

        def one_bit_more(value, bits):
            """You keep one binary digit too many. The leading 1 is one of them, not an extra."""
            return rounded_to(value, bits + 1)

        def one_bit_less_and_cut_off(value, bits):
            """Two things are wrong. You keep one binary digit too few: the leading 1 is one of them. And you cut off
            the digits that do not fit; the nearest number may be the next one away from zero."""
            return rounded_to(value, bits - 1, int)

        def three_formats_alone(value, bits):
            """With 11 and with 24 digits your results are right. With any other number of them you round to 8, as
            bfloat16 does: round by a rule in which `bits` appears."""
            return rounded_to(value, bits if bits in (11, 24) else 8)

        def sign_lost(value, bits):
            """The size is right, but a negative number comes back positive."""
            return abs(rounded_to(value, bits))

        def whole_number_alone(value, bits):
            """You return the whole number that the digits make. Scale it back to where the digits belong."""
            return float(round(scaled(value, bits)[0]))

        def scaled_to_a_half(value, bits):
            """You round the fraction between ½ and 1 and return that. Scale it back to where the digits belong."""
            return round(scaled(value, bits)[0]) / 2.0**bits

        def what_is_lost(value, bits):
            """You return what rounding changes. The task asks for the number after rounding."""
            return rounded_to(value, bits) - value

        def share_lost(value, bits):
            """You return by what share of itself rounding changes the number. The task asks for the number after
            rounding."""
            return abs(rounded_to(value, bits) - value) / abs(value)

        @says(FORMATS_OF_NUMPY)
        def narrower_or_wider_format(value, bits):
            return float(np.float16(value) if bits <= 11 else np.float32(value))

        @says(FORMATS_OF_NUMPY)
        def two_formats_alone(value, bits):
            return float({11: np.float16, 24: np.float32}.get(bits, float)(value))

        def exponent_one_too_small(value, bits):
            """Numbers from 1 upwards keep one binary digit too many. The whole part of the logarithm of 5 is 2, but 5
            has three digits in front of the point."""
            return rounded_to(value, bits + (abs(value) >= 1))

        def decimal_exponent(value, bits):
            """You move the point by powers of 2, but find out how far from the logarithm to base 10. How many *binary*
            digits are in front of the point?"""
            exponent = int(np.floor(np.log10(abs(value)))) + 1
            return round(value * 2.0 ** (bits - exponent)) * 2.0 ** (exponent - bits)

        def half_added_and_cut(value, bits):
            """You add a half and cut off, which is right for positive numbers alone: a negative one then moves towards
            0."""
            return rounded_to(value, bits, lambda m: int(m + 0.5))

        def rounded_away(value, bits):
            """Your result is always 0. If you round a number that is too small, nothing is left of it: first move the
            point until `bits` digits are in front of it."""
            return 0.0

        def whole_number(value, bits):
            """You round to a whole number. How far does the point have to move before you do that?"""
            return float(round(value))

        def exponent_twice(value, bits):
            """You move the point of the number itself, but scale back as if you had moved that of its fraction m. The
            factor 2ᵉ is then in the result twice."""
            return round(value * 2.0**bits) * 2.0 ** (np.frexp(value)[1] - bits)

        def fraction_and_exponent_swapped(value, bits):
            """You take the two results of `np.frexp` in the wrong order: the fraction comes first, then the
            exponent."""
            exponent, fraction = np.frexp(value)
            return round(fraction * 2.0**bits) * 2.0 ** (exponent - bits)

        def whole_part_kept(value, bits):
            """You keep the whole part and round the rest. The digits in front of the point count, too."""
            whole = int(value)
            return whole + rounded_to(value - whole, bits)

        def moved_one_way_alone(value, bits):
            """A number with more than `bits` digits in front of the point is rounded to a whole number. Its point has
            to move, too, in the other direction."""
            return rounded_to(value, bits) if abs(value) < 2.0**bits else float(round(value))

    class right:
        def by_log2(value, bits):
            last = 2.0 ** (np.floor(np.log2(abs(value))) + 1 - bits)  # what the last digit is worth
            return float(np.round(value / last) * last)

        def by_doubling(value, bits):
            scale = 1.0
            while abs(value) * scale < 2 ** (bits - 1):
                scale *= 2
            while abs(value) * scale >= 2**bits:
                scale /= 2
            return round(value * scale) / scale

        def by_spacing(value, bits):
            """float64 has 53 digits, and `spacing` is worth the last of them."""
            last = abs(np.spacing(value)) * 2.0 ** (53 - bits)
            return float(np.rint(value / last) * last)

        def by_fractions(value, bits):
            exact, last = Fraction(value), Fraction(1)
            while abs(exact) < last * 2 ** (bits - 1):
                last /= 2
            while abs(exact) >= last * 2**bits:
                last *= 2
            return float(round(exact / last) * last)


def lost(lr):
    return abs(float(np.float32(lr)) - lr)


class gap_from_rounding:
    relative, absolute = 1e-6, 0
    exact = ("lr",)

    def cases(rng):
        yield 0.1, np.array([0.0, 0.0]), np.array([3.0, 4.0])
        for lr, d in [(0.7, 2), (0.25, 3), (0.001, 3), (0.0123456789, 1), (1 / 3, 4)]:  # 0.7 is rounded down
            start, lowest = rng.uniform(0.5, 5, (2, d)).round(2) * rng.choice([-1, 1], (2, d))
            yield lr, start, lowest
        yield 0.3, np.array([700.1, 5.0]), np.array([700.0, 5.0])  # far from 0, and close together

    class mistakes:
        def nothing_lost(lr, start, lowest):
            """Your result is always 0. Is the rate rounded to float32 at all? If it is: when a float32 meets a Python
            float, NumPy rounds that one too. Make a Python float of the rounded rate before you subtract."""
            return 0.0

        def not_relative(lr, start, lowest):
            """You multiply by δ itself. The bound takes it relative to the rate."""
            return lost(lr) * np.linalg.norm(start - lowest)

        def for_any_rate(lr, start, lowest):
            """This is the bound that holds for any rate, computed from 2⁻²⁴. Here the rate is known, and so is its
            rounding error."""
            return 2.0**-24 * np.linalg.norm(start - lowest)

        def by_the_machine_epsilon(lr, start, lowest):
            """You use the gap between 1 and the next float32. Here the rate is known, and so is its rounding error."""
            return 2.0**-23 * np.linalg.norm(start - lowest)

        @says(by_the_machine_epsilon.__doc__)
        def machine_epsilon_for_the_error(lr, start, lowest):
            return 2.0**-23 / lr * np.linalg.norm(start - lowest)

        def quotient_upside_down(lr, start, lowest):
            """Your quotient is upside down: the better the rate fits into float32, the smaller the bound."""
            return lr / lost(lr) * np.linalg.norm(start - lowest) if lost(lr) else ...

        def root_of_the_mean_square(lr, start, lowest):
            """You take the root of the mean square of the differences. The double bars mean the straight line: root of
            the sum."""
            return lost(lr) / lr * np.sqrt(np.mean((start - lowest) ** 2))

        def in_bfloat16(lr, start, lowest):
            """You round the rate to 8 binary digits. float32 has 24."""
            return abs(rounded_to(lr, 8) - lr) / lr * np.linalg.norm(start - lowest)

        def in_23_digits(lr, start, lowest):
            """You keep 23 binary digits. float32 stores 23 and has 24: the first is always 1 and needs no room."""
            return abs(rounded_to(lr, 23) - lr) / lr * np.linalg.norm(start - lowest)

        def sign_kept(lr, start, lowest):
            """Where float32 rounds the rate down, your result is negative. A distance is not: the formula has |δ|."""
            return (float(np.float32(lr)) - lr) / lr * np.linalg.norm(start - lowest)

        def negative_cut_to_0(lr, start, lowest):
            """Where float32 rounds the rate down, your result is 0. δ is negative there, and the formula has |δ|."""
            return max(float(np.float32(lr)) - lr, 0) / lr * np.linalg.norm(start - lowest)

        def start_left_out(lr, start, lowest):
            """You measure from the origin. Measure from the start."""
            return lost(lr) / lr * np.linalg.norm(lowest)

        def lowest_left_out(lr, start, lowest):
            """You measure how far the start is from the origin. How far is it from the lowest point?"""
            return lost(lr) / lr * np.linalg.norm(start)

        def lengths_subtracted(lr, start, lowest):
            """You subtract two lengths. Subtract the points, and take the length of what is left."""
            return lost(lr) / lr * abs(np.linalg.norm(start) - np.linalg.norm(lowest))

        def along_the_axes(lr, start, lowest):
            """You add up the differences along the axes. The double bars mean the straight line: root of the sum of
            squares."""
            return lost(lr) / lr * np.sum(np.abs(start - lowest))

        def root_forgotten(lr, start, lowest):
            """You multiply by the square of the distance. Where is the root?"""
            return lost(lr) / lr * np.sum((start - lowest) ** 2)

        def longest_axis(lr, start, lowest):
            """You take the largest difference along an axis. The double bars mean the straight line: root of the sum of
            squares."""
            return lost(lr) / lr * np.max(np.abs(start - lowest))

        def entry_by_entry(lr, start, lowest):
            """You return one number for each entry. A distance is one number."""
            return lost(lr) / lr * np.abs(start - lowest)

        def distance_alone(lr, start, lowest):
            """This is the distance to the lowest point, or very nearly. What fraction of it is the bound?"""
            return np.linalg.norm(start - lowest)

        def share_alone(lr, start, lowest):
            """This is the relative change of the rate. The bound is that fraction of a distance."""
            return lost(lr) / lr

        def in_float16(lr, start, lowest):
            """You round the rate to 11 binary digits. float32 has 24."""
            return abs(rounded_to(lr, 11) - lr) / lr * np.linalg.norm(start - lowest)

        def multiplied_by_the_rate(lr, start, lowest):
            """You multiply by the rate where the bound divides by it."""
            return lost(lr) * lr * np.linalg.norm(start - lowest)

        def points_added(lr, start, lowest):
            """You add the two points. Subtract them, and take the length of what is left."""
            return lost(lr) / lr * np.linalg.norm(start + lowest)

        def lengths_added(lr, start, lowest):
            """You add two lengths. Subtract the points, and take the length of what is left."""
            return lost(lr) / lr * (np.linalg.norm(start) + np.linalg.norm(lowest))

        def in_32_digits(lr, start, lowest):
            """You keep 32 binary digits. float32 takes 32 bits of memory, but has only 24 digits: the others hold the
            sign and the exponent."""
            return abs(rounded_to(lr, 32) - lr) / lr * np.linalg.norm(start - lowest)

        def to_seven_decimal_places(lr, start, lowest):
            """You round the rate to seven decimal places. float32 keeps 24 binary digits, counted from the first that
            is not 0."""
            return abs(round(lr, 7) - lr) / lr * np.linalg.norm(start - lowest)

        def of_the_example(lr, start, lowest):
            """The rate makes no difference to your result: it is always that for 0.1. Use the `lr` that is passed
            in."""
            return lost(0.1) / 0.1 * np.linalg.norm(start - lowest)

        def first_axis_alone(lr, start, lowest):
            """You look at the first entries alone. The double bars mean the straight line: root of the sum of
            squares."""
            return lost(lr) / lr * abs(start[0] - lowest[0])

        def divided_by_the_distance(lr, start, lowest):
            """You divide by the distance where the bound multiplies by it."""
            return lost(lr) / lr / np.linalg.norm(start - lowest)

    class right:
        def by_ratio(lr, start, lowest):
            difference = start - lowest
            return np.sqrt(difference @ difference) * abs(np.float64(np.float32(lr)) / lr - 1)

        def by_products(lr, start, lowest):
            distance = sum((s - m) ** 2 for s, m in zip(start, lowest, strict=True)) ** 0.5
            return abs(lr - rounded_to(lr, 24)) * distance / lr

        def by_stored_rate(lr, start, lowest):
            stored = torch.tensor(lr).item()
            return float(np.linalg.norm(lowest - start)) * abs(stored - lr) / stored


def apart(rng, n, centre):
    """n numbers about the centre in any order, no two of them alike, to two digits."""
    places = rng.permutation(n) - (n - 1) / 2 + rng.uniform(-0.3, 0.3, n)
    return (centre + 4 / n * places).round(2)


def points(rng, n, centre):
    """x, and y around some line; both shape (n,), to two digits."""
    x = apart(rng, n, centre)
    return x, (rng.uniform(1, 3) * x + rng.uniform(4, 8) + rng.uniform(-1, 1, n)).round(2)


def descent_cases(rng):
    """Penalties that float32 holds, and rates that it does not: only the rate is rounded, and it shows."""
    yield np.array([1.0, 3.0]), np.array([2.0, 4.0]), 0.5, 0.05, 2
    for n, centre, penalty, lr, steps in [
        (3, 1.5, 0.25, 0.03, 3),
        (5, -1.0, 1.5, 0.1, 4),
        (6, 0.8, 0.75, 0.125, 3),  # here the three agree
        (4, 0.5, 0.0, 0.06, 3),
    ]:
        yield *points(rng, n, centre), penalty, lr, steps
    yield *points(rng, 4, 1.0), 0.5, 0.07, 0
    yield points(rng, 3, 1.0)[0], np.zeros(3), 0.5, 0.06, 2  # the start is the lowest point


def line_slopes(x, y, penalty, w, b):
    residual = w * x + b - y
    return np.array([2 * np.mean(residual * x) + 2 * penalty * w, 2 * np.mean(residual)])


def path_by(slopes):
    """The path of descent from w = b = 0 by slopes(x, y, penalty, w, b), right or wrong."""

    def path(x, y, penalty, lr, steps):
        points = [np.zeros(2)]
        for _ in range(steps):
            points.append(points[-1] - lr * np.array(slopes(x, y, penalty, *points[-1])))
        return np.array(points)

    return path


right_path = path_by(line_slopes)


def at_rounded_rate(x, y, penalty, lr, steps):
    """What Keras makes of it."""
    return right_path(x, y, penalty, float(np.float32(lr)), steps)


def decayed(share):
    """The path with a weight decay of `share` times the penalty: it is added to both slopes, times w and b."""

    def slopes(x, y, penalty, w, b):
        return line_slopes(x, y, 0.0, w, b) + share * penalty * np.array([w, b])

    return path_by(slopes)


def slopes_with_decay(x, y, penalty, w, b):
    """With the penalty in the cost and as weight decay as well."""
    return line_slopes(x, y, penalty, w, b) + penalty * np.array([w, b])


class by_numpy:
    relative, absolute = 1e-9, 1e-9  # a rounded rate changes the eighth digit
    cases = descent_cases

    class mistakes:
        @says(BUG_STILL_THERE)
        def w_moved_first(x, y, penalty, lr, steps):
            w, b = 0.0, 0.0
            path = [(w, b)]
            for _ in range(steps):
                w = w - lr * line_slopes(x, y, penalty, w, b)[0]
                b = b - lr * line_slopes(x, y, penalty, w, b)[1]
                path.append((w, b))
            return np.array(path)

        def w_moved_first_at_the_rounded_rate(x, y, penalty, lr, steps):
            """You round the rate to float32, which is not the bug: that is still there. Open the first hint, and try
            what it says."""
            return by_numpy.mistakes.w_moved_first(x, y, penalty, float(np.float32(lr)), steps)

        def b_moved_first(x, y, penalty, lr, steps):
            """Now it is the other way round: b moves before the slope along w is taken. Neither should move until both
            slopes are known."""
            w, b = 0.0, 0.0
            path = [(w, b)]
            for _ in range(steps):
                b = b - lr * line_slopes(x, y, penalty, w, b)[1]
                w = w - lr * line_slopes(x, y, penalty, w, b)[0]
                path.append((w, b))
            return np.array(path)

        def in_turn(x, y, penalty, lr, steps):
            """Your program moves w in one step and b in the next. Each step moves both, from slopes at one point."""
            path = [np.zeros(2)]
            for k in range(steps):
                path.append(path[-1] - lr * line_slopes(x, y, penalty, *path[-1]) * np.array([k % 2 == 0, k % 2 == 1]))
            return np.array(path)

        def slopes_taken_once(x, y, penalty, lr, steps):
            """Your path is a straight line of equal steps: the slopes are taken once, at the start. Take them again at
            each point."""
            return path_by(lambda x, y, penalty, w, b: line_slopes(x, y, penalty, 0.0, 0.0))(x, y, penalty, lr, steps)

        def slope_of_one_step_before(x, y, penalty, lr, steps):
            """Each of your steps along b uses the residuals of the previous turn. Both slopes need the residuals of
            this turn."""
            path, before = [np.zeros(2)], None
            for _ in range(steps):
                now = line_slopes(x, y, penalty, *path[-1])
                before = now if before is None else before
                path.append(path[-1] - lr * np.array([now[0], before[1]]))
                before = now
            return np.array(path)

        def residuals_taken_once(x, y, penalty, lr, steps):
            """Your residuals are computed once, at the start, and never again; only the penalty sees where w is.
            Compute them in every turn."""
            first = line_slopes(x, y, 0.0, 0.0, 0.0)
            return path_by(lambda x, y, penalty, w, b: first + np.array([2 * penalty * w, 0]))(x, y, penalty, lr, steps)

        def penalty_forgotten(x, y, penalty, lr, steps):
            """The penalty has no effect on your path. Its term in the cost has a slope along w, too."""
            return right_path(x, y, 0.0, lr, steps)

        def penalty_halved(x, y, penalty, lr, steps):
            """The penalty counts half in your slope along w. The derivative of a square brings a factor with it."""
            return right_path(x, y, penalty / 2, lr, steps)

        def penalty_on_both(x, y, penalty, lr, steps):
            """Your penalty pulls on b as well. In the cost it multiplies w² alone."""
            return decayed(2)(x, y, penalty, lr, steps)

        def penalty_constant(x, y, penalty, lr, steps):
            """You add the same number to the slope along w in every step. The slope of λw² depends on w."""
            return path_by(lambda x, y, penalty, w, b: line_slopes(x, y, 0.0, w, b) + np.array([2 * penalty, 0]))(
                x, y, penalty, lr, steps
            )

        def penalty_on_the_residuals(x, y, penalty, lr, steps):
            """Your penalty is inside the mean and multiplied by x. It is a term of its own in the slope along w."""
            return path_by(
                lambda x, y, penalty, w, b: line_slopes(x, y, 0.0, w, b) + np.array([2 * penalty * w * np.mean(x), 0])
            )(x, y, penalty, lr, steps)

        def rate_rounded(x, y, penalty, lr, steps):
            """The bug is gone, but your path has its rate rounded to float32. Then it agrees with Keras and differs
            from PyTorch, which keeps the rate as it is passed in."""
            return at_rounded_rate(x, y, penalty, lr, steps)

        def sum_for_mean(x, y, penalty, lr, steps):
            """Your slopes are n times too steep, apart from the penalty's: the cost has a mean, not a sum."""
            return path_by(
                lambda x, y, penalty, w, b: len(x) * line_slopes(x, y, 0.0, w, b) + np.array([2 * penalty * w, 0])
            )(x, y, penalty, lr, steps)

        def factor_two_lost(x, y, penalty, lr, steps):
            """Your steps are half as long as they should be: the 2 of the derivative is lost."""
            return path_by(lambda *at: line_slopes(*at) / 2)(x, y, penalty, lr, steps)

        @says(PATH_CLIMBS)
        def climbs(x, y, penalty, lr, steps):
            return right_path(x, y, penalty, -lr, steps)

        def x_lost(x, y, penalty, lr, steps):
            """The mean in your slope along w is that of the slope along b. Along w each residual is multiplied by its
            x."""
            return path_by(
                lambda x, y, penalty, w, b: line_slopes(x, y, penalty, w, b)[1] + np.array([2 * penalty * w, 0])
            )(x, y, penalty, lr, steps)

        @says(START_LEFT_OUT)
        def start_row_left_out(x, y, penalty, lr, steps):
            return right_path(x, y, penalty, lr, steps)[1:]

        @says(LAST_POINT_ALONE)
        def last_row_alone(x, y, penalty, lr, steps):
            return right_path(x, y, penalty, lr, steps)[-1]

        def columns_swapped(x, y, penalty, lr, steps):
            """The columns have changed places: w comes first."""
            return right_path(x, y, penalty, lr, steps)[:, ::-1]

        def penalty_over_n(x, y, penalty, lr, steps):
            """You divide the penalty by the number of points. In the cost only the squares of the residuals are
            averaged."""
            return right_path(x, y, penalty / len(x), lr, steps)

        def penalty_squared(x, y, penalty, lr, steps):
            """Your slope along w contains w squared. That belongs to the cost; its slope has one power less."""
            return path_by(
                lambda x, y, penalty, w, b: line_slopes(x, y, 0.0, w, b) + np.array([2 * penalty * w**2, 0])
            )(x, y, penalty, lr, steps)

        @says(penalty_squared.__doc__)
        def penalty_as_in_the_cost(x, y, penalty, lr, steps):
            return path_by(lambda x, y, penalty, w, b: line_slopes(x, y, 0.0, w, b) + np.array([penalty * w**2, 0]))(
                x, y, penalty, lr, steps
            )

        def penalty_doubled(x, y, penalty, lr, steps):
            """The penalty counts twice as much as it should in your slope along w. Is the 2 of its derivative in there
            two times?"""
            return right_path(x, y, 2 * penalty, lr, steps)

        def penalty_times_n(x, y, penalty, lr, steps):
            """You multiply the penalty by the number of points: is it inside a sum? In the cost it is there once."""
            return right_path(x, y, len(x) * penalty, lr, steps)

        def penalty_on_b_alone(x, y, penalty, lr, steps):
            """Your penalty pulls on b and not on w. In the cost it multiplies w²."""
            return path_by(lambda x, y, penalty, w, b: line_slopes(x, y, 0.0, w, b) + np.array([0, 2 * penalty * b]))(
                x, y, penalty, lr, steps
            )

        def penalty_in_the_residuals(x, y, penalty, lr, steps):
            """Your penalty is inside the residuals, so it is in both slopes. It is a separate term, beside the mean of
            their squares."""
            return path_by(lambda x, y, penalty, w, b: line_slopes(x, y - penalty * w, 0.0, w, b))(
                x, y, penalty, lr, steps
            )

        def means_swapped(x, y, penalty, lr, steps):
            """Your two means have changed places. Along w each residual is multiplied by its x, along b it is not."""
            return path_by(
                lambda x, y, penalty, w, b: line_slopes(x, y, 0.0, w, b)[::-1] + np.array([2 * penalty * w, 0])
            )(x, y, penalty, lr, steps)

        def means_multiplied(x, y, penalty, lr, steps):
            """You multiply the mean residual by the mean of x. The slope along w has the mean of the products."""

            def slopes(x, y, penalty, w, b):
                mean = np.mean(w * x + b - y)
                return 2 * mean * np.mean(x) + 2 * penalty * w, 2 * mean

            return path_by(slopes)(x, y, penalty, lr, steps)

        def penalty_pushes(x, y, penalty, lr, steps):
            """Your penalty pushes w away from 0. The slope of λw² has the sign of w, and a step goes against it: check
            the signs of the penalty and of the step together."""
            return right_path(x, y, -penalty, lr, steps)

        def penalty_by_the_sign(x, y, penalty, lr, steps):
            """Only the sign of w counts in your penalty, as if the cost had λ|w|. It has λw²."""
            return path_by(
                lambda x, y, penalty, w, b: line_slopes(x, y, 0.0, w, b) + np.array([penalty * np.sign(w), 0])
            )(x, y, penalty, lr, steps)

        @says(penalty_by_the_sign.__doc__)
        def penalty_by_twice_the_sign(x, y, penalty, lr, steps):
            return path_by(
                lambda x, y, penalty, w, b: line_slopes(x, y, 0.0, w, b) + np.array([2 * penalty * np.sign(w), 0])
            )(x, y, penalty, lr, steps)

        def shrunk_after_the_step(x, y, penalty, lr, steps):
            """You take the data's step first and let the penalty pull on the new w. Both slopes belong to the old
            one."""
            path = [np.zeros(2)]
            for _ in range(steps):
                moved = path[-1] - lr * line_slopes(x, y, 0.0, *path[-1])
                path.append(moved * np.array([1 - 2 * lr * penalty, 1]))
            return np.array(path)

        def lowest_point_in_every_row(x, y, penalty, lr, steps):
            """All your rows are the lowest point of the cost, solved for directly. The task asks for the steps towards
            it."""
            X = np.column_stack([x, np.ones(len(x))])
            lowest = np.linalg.solve(X.T @ X / len(x) + np.diag([penalty, 0]), X.T @ y / len(x))
            return np.tile(lowest, (steps + 1, 1))

        def divided_after_the_step(x, y, penalty, lr, steps):
            """You take the data's step first and then divide w by 1 + 2αλ, which takes the penalty's slope at the new
            w. Both slopes belong to the old one."""
            path = [np.zeros(2)]
            for _ in range(steps):
                moved = path[-1] - lr * line_slopes(x, y, 0.0, *path[-1])
                path.append(moved / np.array([1 + 2 * lr * penalty, 1]))
            return np.array(path)

        def x_centred(x, y, penalty, lr, steps):
            """You take the mean off x first. That is another line, with another b: use x as it is passed in."""
            return right_path(x - np.mean(x), y, penalty, lr, steps)

    class right:
        def by_product(x, y, penalty, lr, steps):
            X, path = np.column_stack([x, np.ones(len(x))]), np.zeros((steps + 1, 2))
            for k in range(steps):
                slopes = X.T @ (X @ path[k] - y) / len(x) + np.array([penalty, 0]) * path[k]
                path[k + 1] = path[k] - 2 * lr * slopes
            return path

        def at_once(x, y, penalty, lr, steps):
            w, b, path = 0.0, 0.0, [[0.0, 0.0]]
            for _ in range(steps):
                w, b = (
                    w - 2 * lr * (np.mean((w * x + b - y) * x) + penalty * w),
                    b - 2 * lr * np.mean(w * x + b - y),
                )
                path.append([w, b])
            return path

        def by_shrinking(x, y, penalty, lr, steps):
            """Decoupled weight decay: w shrinks first, then the data's slope moves it."""
            w, b, path = 0.0, 0.0, [[0.0, 0.0]]
            for _ in range(steps):
                residual = w * x + b - y
                w = w * (1 - 2 * lr * penalty)
                w -= 2 * lr * np.mean(residual * x)
                b -= 2 * lr * np.mean(residual)
                path.append([w, b])
            return path

        def by_powers(x, y, penalty, lr, steps):
            """On a quadratic each step multiplies the distance to the lowest point by 1 − αH."""
            X = np.column_stack([x, np.ones(len(x))])
            hessian = 2 / len(x) * X.T @ X + np.diag([2 * penalty, 0])
            lowest = np.linalg.solve(hessian, 2 / len(x) * X.T @ y)
            shrink = np.eye(2) - lr * hessian
            return np.array([lowest - np.linalg.matrix_power(shrink, k) @ lowest for k in range(steps + 1)])


def three(numpy=right_path, tensorflow=at_rounded_rate, pytorch=right_path):
    """The dict of three paths, each by its own program, right or wrong."""

    def descent(x, y, penalty, lr, steps):
        programs = {"numpy": numpy, "tensorflow": tensorflow, "pytorch": pytorch}
        return {name: path(x, y, penalty, lr, steps) for name, path in programs.items()}

    return descent


def in_keras(path):
    """A path, right or wrong, at the rate that Keras makes of the one passed in."""
    return lambda x, y, penalty, lr, steps: path(x, y, penalty, float(np.float32(lr)), steps)


def all_three(path):
    return three(path, in_keras(path), path)


def at_rate(rate):
    """The right path at another rate, whatever rate is passed in."""
    return lambda x, y, penalty, lr, steps: right_path(x, y, penalty, rate, steps)


def still(x, y, penalty, lr, steps):
    return np.zeros((steps + 1, 2))


def end_in_every_row(x, y, penalty, lr, steps):
    return right_path(x, y, penalty, lr, steps)[np.full(steps + 1, -1)]


def end_in_every_row_but_the_first(x, y, penalty, lr, steps):
    return np.concatenate([np.zeros((1, 2)), end_in_every_row(x, y, penalty, lr, steps)[1:]])


def one_step_again_and_again(x, y, penalty, lr, steps):
    return right_path(x, y, penalty, lr, steps)[np.minimum(np.arange(steps + 1), 1)]


def piled_up(x, y, penalty, lr, steps):
    path, pile = [np.zeros(2)], np.zeros(2)
    for _ in range(steps):
        pile = pile + line_slopes(x, y, penalty, *path[-1])
        path.append(path[-1] - lr * pile)
    return np.array(path)


def with_momentum(x, y, penalty, lr, steps, beta=0.9):
    path, velocity = [np.zeros(2)], 0.0
    for _ in range(steps):
        velocity = beta * velocity + line_slopes(x, y, penalty, *path[-1])
        path.append(path[-1] - lr * velocity)
    return np.array(path)


def every_pair(x, y, penalty, lr, steps):
    return path_by(lambda x, y, penalty, w, b: line_slopes(x, np.mean(y), penalty, w, b))(x, y, penalty, lr, steps)


def summed(x, y, penalty, lr, steps):
    """The sum of squares with the penalty once."""
    return by_numpy.mistakes.sum_for_mean(x, y, penalty, lr, steps)


def of_many_costs(x, y, penalty, lr, steps):
    """A cost that is an array: TensorFlow takes the gradient of its sum, in which the penalty comes n times."""
    return path_by(lambda *at: len(x) * line_slopes(*at))(x, y, penalty, lr, steps)


VARIABLES_KEPT = (
    "The rows that your TensorFlow loop appends are all the same, the last point: the list holds the variables "
    "themselves, which change. Keep their numbers."
)
MEMORY_KEPT = (
    "The rows that your PyTorch loop appends are all the same, the last point: the list holds the tensors' own memory, "
    "which each step overwrites. Keep their numbers."
)
PULLS_ON_B = (
    "In {} the penalty pulls on b as well. It should act on w alone: is b in the penalty's term of the cost, or does "
    "an optimiser's `weight_decay` act on both?"
)
DECAYS = (
    "In {} the penalty counts half and pulls on b as well, which is what an optimiser's `weight_decay` does with it. "
    "Write the penalty into the cost, or look at how its derivative differs."
)


PENALTY_OVER_N = (
    "In {} the penalty is too small by a factor, the number of points. In the cost only the squares of the residuals "
    "are averaged: add the penalty after that."
)
PENALTY_TIMES_N = (
    "In {} the penalty is too large by a factor, the number of points. Is it inside the brackets of a sum over the "
    "points? Add it after that."
)
PENALTY_HALVED = "In {} the penalty counts half. In the cost it has no ½."
PENALTY_DOUBLED = "In {} the penalty counts twice. In the cost it appears once, without a 2."


class same_descent:
    relative, absolute = 1e-9, 1e-9  # Keras's rounded rate changes the eighth digit
    cases = descent_cases

    class mistakes:
        def zero_grad_forgotten(x, y, penalty, lr, steps):
            """Your PyTorch path is right for one step and then goes too far: its steps are made of all gradients so
            far. Which line of the loop is missing?"""
            return three(pytorch=piled_up)(x, y, penalty, lr, steps)

        def pytorch_stands_still(x, y, penalty, lr, steps):
            """Your PyTorch path never leaves the start. Is `step` called, `backward` before it, and nothing emptied in
            between? And was the optimiser given the tensors that the cost is made of?"""
            return three(pytorch=still)(x, y, penalty, lr, steps)

        def tensorflow_stands_still(x, y, penalty, lr, steps):
            """Your TensorFlow path never leaves the start. Are the gradients handed to the optimiser, and in pairs with
            the variables whose values you keep?"""
            return three(tensorflow=still)(x, y, penalty, lr, steps)

        def b_still_in_pytorch(x, y, penalty, lr, steps):
            """In your PyTorch program b stays at 0. Was it given to the optimiser, and is it in the cost?"""
            return three(pytorch=path_by(lambda *at: (line_slopes(*at)[0], 0.0)))(x, y, penalty, lr, steps)

        def b_still_in_tensorflow(x, y, penalty, lr, steps):
            """In your TensorFlow program b stays at 0. Is it among the tape's sources and the optimiser's pairs?"""
            return three(tensorflow=in_keras(path_by(lambda *at: (line_slopes(*at)[0], 0.0))))(x, y, penalty, lr, steps)

        @says(VARIABLES_KEPT)
        def tensorflow_variables_kept(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(end_in_every_row))(x, y, penalty, lr, steps)

        @says(VARIABLES_KEPT)
        def tensorflow_variables_kept_after_the_start(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(end_in_every_row_but_the_first))(x, y, penalty, lr, steps)

        @says(MEMORY_KEPT)
        def pytorch_memory_kept(x, y, penalty, lr, steps):
            return three(pytorch=end_in_every_row)(x, y, penalty, lr, steps)

        @says(MEMORY_KEPT)
        def pytorch_memory_kept_after_the_start(x, y, penalty, lr, steps):
            return three(pytorch=end_in_every_row_but_the_first)(x, y, penalty, lr, steps)

        def tensorflow_gradients_swapped(x, y, penalty, lr, steps):
            """In your TensorFlow program each gradient moves the other variable. The tape's list and the optimiser's
            should be in the same order."""
            swapped = path_by(lambda *at: line_slopes(*at)[::-1])
            return three(tensorflow=in_keras(swapped))(x, y, penalty, lr, steps)

        def tensorflow_begun_again(x, y, penalty, lr, steps):
            """Your TensorFlow path stays at its second point. Are the variables made inside the loop, so that each step
            begins at the start again?"""
            return three(tensorflow=in_keras(one_step_again_and_again))(x, y, penalty, lr, steps)

        def pytorch_begun_again(x, y, penalty, lr, steps):
            """Your PyTorch path stays at its second point. Are w and b made inside the loop, so that each step begins
            at the start again?"""
            return three(pytorch=one_step_again_and_again)(x, y, penalty, lr, steps)

        def default_rate_in_tensorflow(x, y, penalty, lr, steps):
            """The learning rate makes no difference to your TensorFlow path: without an argument, `tf.optimizers.SGD()`
            takes 0.01."""
            return three(tensorflow=at_rate(float(np.float32(0.01))))(x, y, penalty, lr, steps)

        def default_rate_in_pytorch(x, y, penalty, lr, steps):
            """The learning rate makes no difference to your PyTorch path: without one, `torch.optim.SGD` takes
            0.001."""
            return three(pytorch=at_rate(0.001))(x, y, penalty, lr, steps)

        def keras_unrounded(x, y, penalty, lr, steps):
            """Your TensorFlow path is the one for the rate exactly as passed in. `tf.optimizers.SGD` stores it as
            float32, and that shows in the eighth digit. Does Keras's SGD take the steps, and in its default type?
            `set_floatx` changes that."""
            return three(tensorflow=right_path)(x, y, penalty, lr, steps)

        def rounded_in_numpy(x, y, penalty, lr, steps):
            """Your NumPy path has its rate rounded to float32. Then it agrees with Keras instead of PyTorch, and the
            comparison no longer shows what Keras does. Take the rate as it is passed in."""
            return three(numpy=at_rounded_rate)(x, y, penalty, lr, steps)

        def rounded_in_pytorch(x, y, penalty, lr, steps):
            """Your PyTorch path has its rate rounded to float32. PyTorch keeps the rate that it is given: pass it as
            the Python float that it is."""
            return three(pytorch=at_rounded_rate)(x, y, penalty, lr, steps)

        def names_swapped(x, y, penalty, lr, steps):
            """Your NumPy path has Keras's rounded rate, and your TensorFlow path has the exact one. Have the two names
            been swapped?"""
            return three(numpy=at_rounded_rate, tensorflow=right_path)(x, y, penalty, lr, steps)

        def frameworks_swapped(x, y, penalty, lr, steps):
            """Your PyTorch path has Keras's rounded rate, and your TensorFlow path has the exact one. Have the two been
            swapped?"""
            return three(tensorflow=right_path, pytorch=at_rounded_rate)(x, y, penalty, lr, steps)

        def rounded_in_all(x, y, penalty, lr, steps):
            """All three of your paths have their rate rounded to float32. Keras alone does that: the other two take the
            rate as it is passed in."""
            return three(at_rounded_rate, at_rounded_rate, at_rounded_rate)(x, y, penalty, lr, steps)

        def sum_in_tensorflow(x, y, penalty, lr, steps):
            """In your TensorFlow program the data's slopes are n times too steep: the cost has a mean, not a sum."""
            return three(tensorflow=in_keras(summed))(x, y, penalty, lr, steps)

        def many_costs_in_tensorflow(x, y, penalty, lr, steps):
            """Your TensorFlow steps are n times too long. Is the cost one number, or n of them, whose gradient is that
            of their sum?"""
            return three(tensorflow=in_keras(of_many_costs))(x, y, penalty, lr, steps)

        def sum_in_pytorch(x, y, penalty, lr, steps):
            """In your PyTorch program the data's slopes are n times too steep: the cost has a mean, not a sum."""
            return three(pytorch=summed)(x, y, penalty, lr, steps)

        def many_costs_in_pytorch(x, y, penalty, lr, steps):
            """Your PyTorch steps are n times too long: the cost is the sum of n numbers, in each of which the penalty
            appears. Take their mean."""
            return three(pytorch=of_many_costs)(x, y, penalty, lr, steps)

        def sum_in_all(x, y, penalty, lr, steps):
            """In all three programs the data's slopes are n times too steep: the cost has a mean, not a sum."""
            return all_three(summed)(x, y, penalty, lr, steps)

        def pairs_in_tensorflow(x, y, penalty, lr, steps):
            """In your TensorFlow program one of x and y is a column and the other is not: the residuals are then a
            table of n times n."""
            return three(tensorflow=in_keras(every_pair))(x, y, penalty, lr, steps)

        def pairs_in_pytorch(x, y, penalty, lr, steps):
            """In your PyTorch program one of x and y is a column and the other is not: the residuals are then a table
            of n times n."""
            return three(pytorch=every_pair)(x, y, penalty, lr, steps)

        def w_first_in_numpy(x, y, penalty, lr, steps):
            """Your frameworks agree and your NumPy path parts from both: w moves before the slope along b is taken.
            That was task 4."""
            return three(numpy=by_numpy.mistakes.w_moved_first)(x, y, penalty, lr, steps)

        def penalty_in_numpy_alone(x, y, penalty, lr, steps):
            """The penalty has no effect on the frameworks' paths. It belongs in the cost whose gradient they
            take."""
            without = by_numpy.mistakes.penalty_forgotten
            return three(tensorflow=in_keras(without), pytorch=without)(x, y, penalty, lr, steps)

        def penalty_missing_in_tensorflow(x, y, penalty, lr, steps):
            """The penalty has no effect on your TensorFlow path. Is it part of the cost, and inside the tape?"""
            return three(tensorflow=in_keras(by_numpy.mistakes.penalty_forgotten))(x, y, penalty, lr, steps)

        def penalty_missing_in_pytorch(x, y, penalty, lr, steps):
            """The penalty has no effect on your PyTorch path. Is it part of the cost that `backward` is called on, with
            w itself and not its number?"""
            return three(pytorch=by_numpy.mistakes.penalty_forgotten)(x, y, penalty, lr, steps)

        @says(PULLS_ON_B.format("both frameworks"))
        def penalty_on_both_in_the_frameworks(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(decayed(2)), pytorch=decayed(2))(x, y, penalty, lr, steps)

        @says(PULLS_ON_B.format("your TensorFlow program"))
        def penalty_on_both_in_tensorflow(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(decayed(2)))(x, y, penalty, lr, steps)

        @says(PULLS_ON_B.format("your PyTorch program"))
        def penalty_on_both_in_pytorch(x, y, penalty, lr, steps):
            return three(pytorch=decayed(2))(x, y, penalty, lr, steps)

        @says(PENALTY_HALVED.format("both frameworks"))
        def penalty_halved_in_the_frameworks(x, y, penalty, lr, steps):
            half = by_numpy.mistakes.penalty_halved
            return three(tensorflow=in_keras(half), pytorch=half)(x, y, penalty, lr, steps)

        @says(PENALTY_HALVED.format("your TensorFlow program"))
        def penalty_halved_in_tensorflow(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(by_numpy.mistakes.penalty_halved))(x, y, penalty, lr, steps)

        @says(PENALTY_HALVED.format("your PyTorch program"))
        def penalty_halved_in_pytorch(x, y, penalty, lr, steps):
            return three(pytorch=by_numpy.mistakes.penalty_halved)(x, y, penalty, lr, steps)

        @says(PENALTY_DOUBLED.format("both frameworks"))
        def penalty_doubled_in_the_frameworks(x, y, penalty, lr, steps):
            twice = by_numpy.mistakes.penalty_doubled
            return three(tensorflow=in_keras(twice), pytorch=twice)(x, y, penalty, lr, steps)

        @says(PENALTY_DOUBLED.format("your TensorFlow program"))
        def penalty_doubled_in_tensorflow(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(by_numpy.mistakes.penalty_doubled))(x, y, penalty, lr, steps)

        @says(PENALTY_DOUBLED.format("your PyTorch program"))
        def penalty_doubled_in_pytorch(x, y, penalty, lr, steps):
            return three(pytorch=by_numpy.mistakes.penalty_doubled)(x, y, penalty, lr, steps)

        @says(PENALTY_TIMES_N.format("both frameworks"))
        def penalty_times_n_in_the_frameworks(x, y, penalty, lr, steps):
            more = by_numpy.mistakes.penalty_times_n
            return three(tensorflow=in_keras(more), pytorch=more)(x, y, penalty, lr, steps)

        @says(PENALTY_TIMES_N.format("your TensorFlow program"))
        def penalty_times_n_in_tensorflow(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(by_numpy.mistakes.penalty_times_n))(x, y, penalty, lr, steps)

        @says(PENALTY_TIMES_N.format("your PyTorch program"))
        def penalty_times_n_in_pytorch(x, y, penalty, lr, steps):
            return three(pytorch=by_numpy.mistakes.penalty_times_n)(x, y, penalty, lr, steps)

        @says(PENALTY_OVER_N.format("both frameworks"))
        def penalty_over_n_in_the_frameworks(x, y, penalty, lr, steps):
            less = by_numpy.mistakes.penalty_over_n
            return three(tensorflow=in_keras(less), pytorch=less)(x, y, penalty, lr, steps)

        @says(PENALTY_OVER_N.format("your TensorFlow program"))
        def penalty_over_n_in_tensorflow(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(by_numpy.mistakes.penalty_over_n))(x, y, penalty, lr, steps)

        @says(PENALTY_OVER_N.format("your PyTorch program"))
        def penalty_over_n_in_pytorch(x, y, penalty, lr, steps):
            return three(pytorch=by_numpy.mistakes.penalty_over_n)(x, y, penalty, lr, steps)

        @says(PENALTY_OVER_N.format("your NumPy path"))
        def penalty_over_n_in_numpy(x, y, penalty, lr, steps):
            return three(numpy=by_numpy.mistakes.penalty_over_n)(x, y, penalty, lr, steps)

        @says(PENALTY_OVER_N.format("all three programs"))
        def penalty_over_n_in_all(x, y, penalty, lr, steps):
            return all_three(by_numpy.mistakes.penalty_over_n)(x, y, penalty, lr, steps)

        @says(DECAYS.format("both frameworks"))
        def weight_decay_in_both(x, y, penalty, lr, steps):
            decay = decayed(1)
            return three(tensorflow=in_keras(decay), pytorch=decay)(x, y, penalty, lr, steps)

        @says(DECAYS.format("your TensorFlow program"))
        def weight_decay_in_tensorflow(x, y, penalty, lr, steps):
            return three(tensorflow=in_keras(decayed(1)))(x, y, penalty, lr, steps)

        @says(DECAYS.format("your PyTorch program"))
        def weight_decay_in_pytorch(x, y, penalty, lr, steps):
            return three(pytorch=decayed(1))(x, y, penalty, lr, steps)

        def penalty_twice_in_pytorch(x, y, penalty, lr, steps):
            """In your PyTorch program the penalty acts twice: in the cost, and as the optimiser's `weight_decay`."""
            return three(pytorch=path_by(slopes_with_decay))(x, y, penalty, lr, steps)

        def penalty_twice_in_tensorflow(x, y, penalty, lr, steps):
            """In your TensorFlow program the penalty acts twice: in the cost, and as the optimiser's
            `weight_decay`."""
            return three(tensorflow=in_keras(path_by(slopes_with_decay)))(x, y, penalty, lr, steps)

        def start_missing_in_all(x, y, penalty, lr, steps):
            """Your paths begin after the first step. The start is the first row of each."""
            return all_three(by_numpy.mistakes.start_row_left_out)(x, y, penalty, lr, steps)

        def ends_alone(x, y, penalty, lr, steps):
            """These are the ends of the three paths. Return the whole paths, one row for each point."""
            return all_three(by_numpy.mistakes.last_row_alone)(x, y, penalty, lr, steps)

        def columns_swapped_in_all(x, y, penalty, lr, steps):
            """The columns of your paths have changed places: w comes first."""
            return all_three(by_numpy.mistakes.columns_swapped)(x, y, penalty, lr, steps)

        def rows_for_columns(x, y, penalty, lr, steps):
            """Your paths are transposed: all w in one row and all b in another. A path has one row for each point."""
            return {name: path.T for name, path in three()(x, y, penalty, lr, steps).items()}

        def momentum_in_tensorflow(x, y, penalty, lr, steps):
            """Each step of your TensorFlow program contains 0.9 of the step before: is `momentum` set? The task asks
            for plain descent."""
            rounded = partial(with_momentum, beta=float(np.float32(0.9)))
            return three(tensorflow=in_keras(rounded))(x, y, penalty, lr, steps)

        def momentum_in_pytorch(x, y, penalty, lr, steps):
            """Each step of your PyTorch program contains 0.9 of the step before: is `momentum` set? The task asks for
            plain descent."""
            return three(pytorch=with_momentum)(x, y, penalty, lr, steps)

        def w_first_in_tensorflow(x, y, penalty, lr, steps):
            """In your TensorFlow program w moves before the slope along b is taken. Take both slopes from one tape,
            then move both."""
            return three(tensorflow=in_keras(by_numpy.mistakes.w_moved_first))(x, y, penalty, lr, steps)

        def w_first_in_pytorch(x, y, penalty, lr, steps):
            """In your PyTorch program w moves before the slope along b is taken. Call `backward` once, then move
            both."""
            return three(pytorch=by_numpy.mistakes.w_moved_first)(x, y, penalty, lr, steps)

        def w_first_in_all(x, y, penalty, lr, steps):
            """In all three programs w moves before the slope along b is taken. Take both slopes at one point, then move
            both."""
            return all_three(by_numpy.mistakes.w_moved_first)(x, y, penalty, lr, steps)

    class right:
        def by_rounding(x, y, penalty, lr, steps):
            """What Keras does to the rate, done by hand."""
            path = by_numpy.right.by_product
            return {
                "pytorch": path(x, y, penalty, lr, steps),
                "tensorflow": path(x, y, penalty, np.float64(np.float32(lr)), steps),
                "numpy": path(x, y, penalty, lr, steps).tolist(),
            }

        def by_arrays_of_two(x, y, penalty, lr, steps):
            X = np.column_stack([x, np.ones(len(x))])
            tf_theta = tf.Variable(np.zeros(2))
            torch_theta = torch.zeros(2, dtype=torch.float64, requires_grad=True)
            keras, pytorch = tf.optimizers.SGD(lr), torch.optim.SGD([torch_theta], lr=lr)
            paths = {
                "tensorflow": [tf_theta.numpy()],
                "pytorch": [torch_theta.tolist()],
                "numpy": by_numpy.right.at_once(x, y, penalty, lr, steps),
            }
            for _ in range(steps):
                with tf.GradientTape() as tape:
                    cost = tf.reduce_mean(tf.square(tf.linalg.matvec(X, tf_theta) - y)) + penalty * tf_theta[0] ** 2
                keras.apply_gradients([(tape.gradient(cost, tf_theta), tf_theta)])
                paths["tensorflow"].append(tf_theta.numpy())
                fit = torch.nn.functional.mse_loss(torch.tensor(X) @ torch_theta, torch.tensor(y))
                (fit + penalty * torch_theta[0] ** 2).backward()
                pytorch.step()
                pytorch.zero_grad()
                paths["pytorch"].append(torch_theta.tolist())
            return paths

        def by_weight_decay(x, y, penalty, lr, steps):
            """Twice the penalty as PyTorch's weight decay of w alone."""
            w, b = (torch.zeros((), dtype=torch.float64, requires_grad=True) for _ in range(2))
            groups = [{"params": [w], "weight_decay": 2 * penalty}, {"params": [b]}]
            optimizer, pytorch = torch.optim.SGD(groups, lr=lr), [[0.0, 0.0]]
            for _ in range(steps):
                optimizer.zero_grad()
                (torch.from_numpy(x) * w + b - torch.from_numpy(y)).square().mean().backward()
                optimizer.step()
                pytorch.append([w.item(), b.item()])
            return three(pytorch=lambda *given: np.array(pytorch))(x, y, penalty, lr, steps)
