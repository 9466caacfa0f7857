"""The sentences to students that serve mistakes in more than one exercise.

    @says(PATH_CLIMBS)
    def climbs(gradient, start, lr, steps): ...

A sentence for one mistake is that mistake's docstring. One for several mistakes of a single exercise is a constant in
its tasks.py.
"""

from collections.abc import Callable


def says(sentence: str) -> Callable[[Callable], Callable]:
    """Make a shared sentence the docstring of the decorated mistake."""

    def decorate(mistake: Callable) -> Callable:
        mistake.__doc__ = sentence
        return mistake

    return decorate


# Of the program that a “Find the bug” task shows.
BUG_STILL_THERE = "The bug is still there. Open the first hint, and try what it says."
RATE_FORGOTTEN = "The step is as long as the gradient itself. Where does the learning rate come in?"
PATH_CLIMBS = "Your path climbs: each step goes along the gradient, which points uphill. Look at the sign."
START_LEFT_OUT = (
    "Your path begins after the first step. The start is its first row, so it has one row more than there are steps."
)
PATH_WITHOUT_START = "Your path begins after the first step. The start is its first row."
ONE_ROW_TOO_MANY = "Your path has one step too many. With the start as the first row, how many times does the loop run?"
LAST_POINT_ALONE = "This is where the descent ends. The task asks for the whole path, one row for each point."
DIAGONAL_FOR_EIGENVALUES = (
    "You use the diagonal of the Hessian as its eigenvalues. They are the same only where all other entries are 0."
)
SLOPES_HALVED = "Each slope is half of what it should be. The derivative of a square brings a factor with it."
SLOPES_SWAPPED = "The two slopes are swapped. The one along w comes first."
RESIDUALS_WITHOUT_INTERCEPT = "Your residuals leave `b` out: the line goes through zero whatever it is."
RESIDUALS_TIMES_B = (
    "Your slope along w is right. Along b, you multiply each residual by b: how much does a residual change when b "
    "grows by 1?"
)
W_MOVED_FIRST = (
    "You move w before the slope along b is taken, so that slope belongs to another point. Take both slopes at the old "
    "w and b, then move both."
)
B_MOVED_FIRST = (
    "You move b before the slope along w is taken, so that slope belongs to another point. Take both slopes at the old "
    "w and b, then move both."
)
STEPS_HALVED = "Your steps are half as long as they should be: the gradient of a square has a factor 2 in it."
INTERCEPT_FIRST = "The right numbers in the wrong order: the slope comes first, then the intercept, then the costs."
ONE_STEP_TOO_MANY = "You take one step too many. How many times does the loop run?"
FACTOR_FORGOTTEN = "This is the slope of the sine alone. In f there is a factor in front of it."
SINE_SQUARED = "You square the sine. In f the x is squared, inside the brackets."
MEAN_FOR_SUM = (
    "Your steps are too short where θ has several entries: the cost is a sum over them, and you take the mean."
)
BEGINS_AT_ZERO = "You begin at w = b = 0. Begin at the w and b that are passed in."
OF_THE_EXPONENTIAL = "Your gradient is exp(θ). In the cost θ is subtracted, and that has a slope too: −1."
OF_THE_COSINE = "This is the slope of x·cos(x²). The task's f has a sine."
TWICE_INSTEAD_OF_SQUARED = "You take the sine of 2x. In f the x is squared."
SIGN_OF_THE_COSINE_RULE = (
    "One of your two terms has the wrong sign: the minus belongs to the slope of a cosine, not of a sine."
)
ROLES_OF_W_AND_B_EXCHANGED = "In your predictions w and b are swapped: x is multiplied by the slope, w."
X_AND_Y_EXCHANGED = "In your residuals x and y are swapped: the line predicts y from x."
LEAST_SQUARES = "You return the line of least squares. The task asks where descent is after the given steps."
OF_HALF = "Your steps are half as long as they should be. The course's cost has no ½."
WITH_MOMENTUM = (
    "Each of your steps contains 0.9 of the step before, as with momentum. The task asks for plain gradient descent: a "
    "step depends only on the gradient at its own point."
)
STEPS_OF_ADAM = (
    "Your steps are Adam's: in the first one all entries move equally far, however steep the slope. The task asks for "
    "plain gradient descent, in which a step is the rate times the gradient."
)
FROM_THE_START_EACH_TIME = (
    "Each of your steps sets out from the start, by the gradient at the last point. It should set out from the last "
    "point as well."
)
RATE_FALLS = "Your rate falls from step to step. The task asks for the same rate in every step."
RIGHT_WHILE_THE_COST_FALLS = (
    "You are right as long as the cost falls, and wrong where the rate is so high that it rises. Does your loop stop "
    "there, or keep the better point? The task asks for every step, wherever it leads."
)
BOTH_SLOPES_ALONG_B = "Both of your slopes are the one along b. How does a residual change when w grows?"
BOTH_SLOPES_ALONG_W = "Both of your slopes are the one along w. How does a residual change when b grows?"
INTERCEPT_TIMES_X = "In your predictions b is multiplied by x as well. The line is w·x + b."
SINGLE_POINT_EACH_STEP = "Each of your steps uses a single point. Here every step uses the gradient over all points."
SLOPES_CUT_OFF = "You cut the slopes off at −1 and 1. The rule uses them as they are."
TIMES_SQUARED_RESIDUALS = (
    "You multiply by the squared residuals. The derivative of a square contains the residual itself, doubled."
)
FIXED_FRACTION_OFF = (
    "You take a fixed fraction off the rate at each step. Such rates fall geometrically; the task divides the first "
    "rate by 1 + decay·t."
)
RATE_OF_THE_EXAMPLE = "The learning rate makes no difference to your result: it uses 0.05, the example's rate."
CUT_TO_LENGTH_ONE = "You cut off gradients that are longer than 1. The rule uses each gradient as it is."
