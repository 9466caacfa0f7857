"""Numbers as a reader wants them in a sentence, on a dial or on an axis."""


def number(value: float) -> str:
    """Four digits, an exponent only where needed, a real minus sign; from 10⁴ up to 10⁷ rounded to the unit."""
    text = f"{value:.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"
    mantissa, exponent, power = text.partition("e")
    return (mantissa + exponent + (str(int(power)) if exponent else "")).replace("-", "−")


def point(theta) -> str:
    """A point of shape (d,): its one number, or all of them in parentheses."""
    numbers = [number(value) for value in theta]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"


def line(slope: float, intercept: float) -> str:
    """The formula of a line over x."""
    return f"{number(slope)} x {'−' if intercept < 0 else '+'} {number(abs(intercept))}"
