"""Exercise 09: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import (
    BUG_STILL_THERE,
    DIAGONAL_FOR_EIGENVALUES,
    LAST_POINT_ALONE,
    PATH_WITHOUT_START,
    says,
)
from helpers import functions

ONE_ARRAY_MANY_TIMES = (
    "All rows of your path are the same: the list holds one array many times over, and `theta -= …` changed it in "
    "all of them. Make a new array in each step."
)


def entries(rng, d, least, most):
    """d numbers of either sign, none near 0, so that each part of a step shows."""
    return (rng.choice([-1, 1], d) * rng.uniform(least, most, d)).round(2)


def step_cases(first_velocity):
    """θ, velocity, gradient, α and β; `first_velocity` is that of the statement's example."""

    def cases(rng):
        yield np.array([3.0]), np.array([first_velocity]), np.array([6.0]), 0.1, 0.5
        for d, lr, beta in [(1, 0.3, 0.9), (2, 0.05, 0.8), (3, 0.7, 0.25), (2, 1.5, 0.6)]:
            yield entries(rng, d, 1, 4), entries(rng, d, 1, 6), entries(rng, d, 1, 5), lr, beta
        yield entries(rng, 3, 1, 4), np.zeros(3), entries(rng, 3, 1, 5), 0.4, 0.9  # from rest
        yield entries(rng, 2, 1, 4), entries(rng, 2, 1, 6), np.zeros(2), 0.2, 0.9  # on flat ground it rolls on
        yield entries(rng, 2, 1, 4), entries(rng, 2, 1, 6), entries(rng, 2, 1, 5), 0.2, 0.0  # without inertia

    return cases


def heavy(theta, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return theta - lr * velocity, velocity


def heavy_in_keras(theta, velocity, gradient, lr, beta):
    velocity = beta * velocity - lr * gradient
    return theta + velocity, velocity


def look_ahead(theta, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return theta - lr * (gradient + beta * velocity), velocity


def look_ahead_in_keras(theta, velocity, gradient, lr, beta):
    velocity = beta * velocity - lr * gradient
    return theta + beta * velocity - lr * gradient, velocity


STEP_BEFORE_VELOCITY = (
    "Your step uses the velocity from before this gradient. Update the velocity first, then take the step."
)
VELOCITY_FIRST = "Both arrays are right, and in the wrong order: θ is returned first, then the velocity."
THETA_ALONE = "The new θ is right, but the new velocity is missing: the next step needs it, so return both."
OLD_VELOCITY_BACK = (
    "The new θ is right, but the velocity that you return is the one that was passed in. The next step would begin "
    "with it, and no speed would ever build up."
)
WRITES_INTO_VELOCITY = (
    "The result is right, but you change the velocity that was passed in: `velocity *= …` and `velocity += …` write "
    "into the caller's array. Make a new one."
)


class momentum_step:
    cases = step_cases(2.0)

    class mistakes:
        def rate_inside(theta, velocity, gradient, lr, beta):
            """Your rate is inside the velocity. In PyTorch's form the velocity gains the gradient as it is, and the
            rate multiplies the whole velocity afterwards."""
            velocity = beta * velocity + lr * gradient
            return theta - velocity, velocity

        def rate_in_what_is_kept(theta, velocity, gradient, lr, beta):
            """θ is right, but the velocity that you return has the rate inside. PyTorch keeps the sum of gradients
            without it."""
            velocity = beta * velocity + gradient
            return theta - lr * velocity, lr * velocity

        def rate_twice(theta, velocity, gradient, lr, beta):
            """Your rate comes in twice, inside the velocity and again in the step. In PyTorch's form the velocity
            gains the gradient as it is."""
            velocity = beta * velocity + lr * gradient
            return theta - lr * velocity, velocity

        def keras_for_torch(theta, velocity, gradient, lr, beta):
            """This is Keras's form, with the rate inside a velocity that points downhill. The task asks for
            PyTorch's."""
            return heavy_in_keras(theta, velocity, gradient, lr, beta)

        def climbs(theta, velocity, gradient, lr, beta):
            """Your step goes along the velocity, which is made of gradients and points uphill. Look at the sign."""
            velocity = beta * velocity + gradient
            return theta + lr * velocity, velocity

        def points_downhill(theta, velocity, gradient, lr, beta):
            """Your velocity loses the gradient. In PyTorch's form it gains it, and the minus is in the step."""
            velocity = beta * velocity - gradient
            return theta + lr * velocity, velocity

        def velocity_forgotten(theta, velocity, gradient, lr, beta):
            """The velocity that was passed in plays no part: yours is the gradient alone, and beta does nothing."""
            return theta - lr * gradient, gradient.copy()

        @says(STEP_BEFORE_VELOCITY)
        def step_before_velocity(theta, velocity, gradient, lr, beta):
            return theta - lr * velocity, beta * velocity + gradient

        def rate_on_the_gradient_alone(theta, velocity, gradient, lr, beta):
            """Your velocity is right, but in your step the rate multiplies the gradient alone. It multiplies the whole
            new velocity."""
            return theta - lr * gradient - beta * velocity, beta * velocity + gradient

        def velocity_unused(theta, velocity, gradient, lr, beta):
            """Your velocity is right, but the step ignores it: it uses the gradient alone."""
            return theta - lr * gradient, beta * velocity + gradient

        def averaged(theta, velocity, gradient, lr, beta):
            """You multiply the gradient by 1 − beta, which makes the velocity a running mean. Here it is a sum, to
            which each gradient is added as it is."""
            velocity = beta * velocity + (1 - beta) * gradient
            return theta - lr * velocity, velocity

        def beta_on_the_gradient(theta, velocity, gradient, lr, beta):
            """Your beta multiplies the gradient. It is the share of the old velocity that is kept."""
            velocity = velocity + beta * gradient
            return theta - lr * velocity, velocity

        def shares_swapped(theta, velocity, gradient, lr, beta):
            """You keep 1 − beta of the velocity. Keep the share beta: with 0.9, most of it."""
            velocity = (1 - beta) * velocity + gradient
            return theta - lr * velocity, velocity

        def mean_with_shares_swapped(theta, velocity, gradient, lr, beta):
            """Your velocity is a running mean, and keeps 1 − beta of what it was. It keeps the share beta, and the
            gradient is added as it is."""
            velocity = (1 - beta) * velocity + beta * gradient
            return theta - lr * velocity, velocity

        def beta_on_both(theta, velocity, gradient, lr, beta):
            """Your beta multiplies the gradient as well as the old velocity. The whole gradient is added."""
            velocity = beta * (velocity + gradient)
            return theta - lr * velocity, velocity

        def no_friction(theta, velocity, gradient, lr, beta):
            """Your velocity keeps all it had: beta is not used, and such a ball never comes to rest."""
            velocity = velocity + gradient
            return theta - lr * velocity, velocity

        def ahead_too_early(theta, velocity, gradient, lr, beta):
            """This is Nesterov's step. The heavy ball's goes against the new velocity and nothing else."""
            return look_ahead(theta, velocity, gradient, lr, beta)

        @says(VELOCITY_FIRST)
        def velocity_first(theta, velocity, gradient, lr, beta):
            return heavy(theta, velocity, gradient, lr, beta)[::-1]

        @says(THETA_ALONE)
        def theta_alone(theta, velocity, gradient, lr, beta):
            return heavy(theta, velocity, gradient, lr, beta)[0]

        @says(OLD_VELOCITY_BACK)
        def old_velocity_back(theta, velocity, gradient, lr, beta):
            return heavy(theta, velocity, gradient, lr, beta)[0], velocity.copy()

        @says(WRITES_INTO_VELOCITY)
        def writes_into_velocity(theta, velocity, gradient, lr, beta):
            velocity *= beta
            velocity += gradient
            return theta - lr * velocity, velocity

        def friction_after_the_step(theta, velocity, gradient, lr, beta):
            """Your friction comes last: you add the gradient to the whole old velocity, step, and only then multiply by
            beta. The share beta is taken of the old velocity, before the gradient is added."""
            velocity = velocity + gradient
            return theta - lr * velocity, beta * velocity

        def gradient_twice(theta, velocity, gradient, lr, beta):
            """Your velocity is right, but your step counts the gradient twice. The new velocity contains it already."""
            _, velocity = heavy(theta, velocity, gradient, lr, beta)
            return theta - lr * (velocity + gradient), velocity

        def beta_in_the_step(theta, velocity, gradient, lr, beta):
            """Your velocity is right, but your step is beta times too short. Only the rate multiplies the new
            velocity."""
            _, velocity = heavy(theta, velocity, gradient, lr, beta)
            return theta - lr * beta * velocity, velocity

        def rest_of_beta_in_the_step(theta, velocity, gradient, lr, beta):
            """Your velocity is right, but your step takes only 1 − beta of it. Only the rate multiplies the new
            velocity."""
            _, velocity = heavy(theta, velocity, gradient, lr, beta)
            return theta - lr * (1 - beta) * velocity, velocity

        def move_back(theta, velocity, gradient, lr, beta):
            """θ is right, but the velocity that you return is the move of this step, with the rate in it. PyTorch's
            velocity is what the rate multiplies."""
            moved, velocity = heavy(theta, velocity, gradient, lr, beta)
            return moved, -lr * velocity

        def mean_of_both_velocities(theta, velocity, gradient, lr, beta):
            """Your velocity is right, but your step takes the mean of the old and the new one. It takes the new one."""
            _, new = heavy(theta, velocity, gradient, lr, beta)
            return theta - lr * (velocity + new) / 2, new

        def rate_and_beta_on_the_gradient(theta, velocity, gradient, lr, beta):
            """Your gradient is multiplied by the rate and by beta before it is added. It is added as it is."""
            velocity = beta * (velocity + lr * gradient)
            return theta - lr * velocity, velocity

    class right:
        def by_entries(theta, velocity, gradient, lr, beta):
            new, where = np.empty(len(theta)), np.empty(len(theta))
            for i in range(len(theta)):
                new[i] = beta * velocity[i] + gradient[i]
                where[i] = theta[i] - lr * new[i]
            return where, new

        def as_lists(theta, velocity, gradient, lr, beta):
            new = [beta * v + g for v, g in zip(velocity, gradient, strict=True)]
            return [[t - lr * v for t, v in zip(theta, new, strict=True)], new]

        def on_copies(theta, velocity, gradient, lr, beta):
            velocity, theta = velocity.copy(), theta.copy()
            velocity *= beta
            velocity += gradient
            theta -= velocity * lr
            return theta, velocity


class keras_nesterov_step:
    cases = step_cases(-0.2)

    class mistakes:
        def torch_for_keras(theta, velocity, gradient, lr, beta):
            """This is PyTorch's form, with the rate outside the velocity. In Keras's the rate multiplies the gradient
            as it comes in, and the velocity points downhill."""
            return look_ahead(theta, velocity, gradient, lr, beta)

        def rate_on_the_bracket(theta, velocity, gradient, lr, beta):
            """Your velocity is Keras's, but your step treats it as PyTorch's: the rate multiplies it once more."""
            velocity = beta * velocity - lr * gradient
            return theta + lr * (beta * velocity - gradient), velocity

        def uphill_in_the_step(theta, velocity, gradient, lr, beta):
            """Your velocity points downhill, as Keras's does, and your step goes against it. That minus belongs to
            PyTorch's form."""
            velocity = beta * velocity - lr * gradient
            return theta - beta * velocity - lr * gradient, velocity

        def all_of_it_against(theta, velocity, gradient, lr, beta):
            """Both parts of your step have the wrong sign: it climbs. Keras's velocity points downhill, the gradient
            uphill."""
            velocity = beta * velocity - lr * gradient
            return theta - beta * velocity + lr * gradient, velocity

        def look_ahead_forgotten(theta, velocity, gradient, lr, beta):
            """This is the heavy ball's step in Keras's form. Nesterov's is made of the gradient and, beside it, the
            share beta of the new velocity. (With the old velocity it is the heavy ball's step as well.)"""
            return heavy_in_keras(theta, velocity, gradient, lr, beta)

        def ahead_by_all(theta, velocity, gradient, lr, beta):
            """Your step adds the whole new velocity to the gradient's part. Only the share beta of it is added."""
            velocity = beta * velocity - lr * gradient
            return theta + velocity - lr * gradient, velocity

        def gradient_left_out(theta, velocity, gradient, lr, beta):
            """Your step is beta times the velocity alone. Nesterov's step has another part, made of the gradient
            alone."""
            velocity = beta * velocity - lr * gradient
            return theta + beta * velocity, velocity

        def rate_forgotten_in_the_step(theta, velocity, gradient, lr, beta):
            """The gradient's own part of your step has no rate. The rate inside the velocity does not reach it."""
            velocity = beta * velocity - lr * gradient
            return theta + beta * velocity - gradient, velocity

        def rate_on_the_velocity(theta, velocity, gradient, lr, beta):
            """Your rate multiplies the old velocity as well. That has its rates inside already; only the new gradient
            needs one."""
            velocity = lr * (beta * velocity - gradient)
            return theta + beta * velocity - lr * gradient, velocity

        def points_uphill(theta, velocity, gradient, lr, beta):
            """Your velocity gains the gradient, and your step goes against it. Keras's velocity points where the ball
            goes, and the one that is passed in does so already."""
            velocity = beta * velocity + lr * gradient
            return theta - beta * velocity - lr * gradient, velocity

        def keeps_the_look_ahead(theta, velocity, gradient, lr, beta):
            """θ is right, but you return the whole step as the velocity. What is kept for the next step is the heavy
            ball's velocity."""
            velocity = beta * velocity - lr * gradient
            return theta + beta * velocity - lr * gradient, beta * velocity - lr * gradient

        def averaged(theta, velocity, gradient, lr, beta):
            """You multiply the gradient by 1 − beta in the velocity. Here it is multiplied by the rate alone."""
            velocity = beta * velocity - lr * (1 - beta) * gradient
            return theta + beta * velocity - lr * gradient, velocity

        def velocity_forgotten(theta, velocity, gradient, lr, beta):
            """The velocity that was passed in plays no part: yours is made of this gradient alone."""
            return theta - lr * (1 + beta) * gradient, -lr * gradient

        @says(VELOCITY_FIRST)
        def velocity_first(theta, velocity, gradient, lr, beta):
            return look_ahead_in_keras(theta, velocity, gradient, lr, beta)[::-1]

        @says(THETA_ALONE)
        def theta_alone(theta, velocity, gradient, lr, beta):
            return look_ahead_in_keras(theta, velocity, gradient, lr, beta)[0]

        @says(OLD_VELOCITY_BACK)
        def old_velocity_back(theta, velocity, gradient, lr, beta):
            return look_ahead_in_keras(theta, velocity, gradient, lr, beta)[0], velocity.copy()

        def converted_on_the_way_out(theta, velocity, gradient, lr, beta):
            """You use PyTorch's formulas and convert the velocity that you return, but not the one that is passed in.
            That is Keras's, too."""
            where, uphill = look_ahead(theta, velocity, gradient, lr, beta)
            return where, -lr * uphill

        def converted_by_multiplying(theta, velocity, gradient, lr, beta):
            """You convert the velocity that is passed in the wrong way round: Keras's is −α times PyTorch's, so going
            from Keras's to PyTorch's divides, and going back multiplies."""
            return look_ahead(theta, -lr * velocity, gradient, lr, beta)[0], ...

        def torch_step_along_a_keras_velocity(theta, velocity, gradient, lr, beta):
            """Your velocity is Keras's, but your step is PyTorch's, with that velocity in it. In Keras's form the
            velocity has its sign and its rate already."""
            velocity = beta * velocity - lr * gradient
            return theta - lr * (gradient + beta * velocity), velocity

        def torch_velocity_back(theta, velocity, gradient, lr, beta):
            """θ is right, but you return PyTorch's velocity, without the rate and pointing uphill. Keras's next step
            needs Keras's."""
            where, velocity = look_ahead_in_keras(theta, velocity, gradient, lr, beta)
            return where, -velocity / lr

        @says(WRITES_INTO_VELOCITY)
        def writes_into_velocity(theta, velocity, gradient, lr, beta):
            velocity *= beta
            velocity -= lr * gradient
            return theta + beta * velocity - lr * gradient, velocity

        def ahead_by_the_old_velocity(theta, velocity, gradient, lr, beta):
            """Your step is the new velocity and, beside it, beta times the old one. Nesterov's is made of the
            gradient's own part and beta times the *new* velocity."""
            _, new = heavy_in_keras(theta, velocity, gradient, lr, beta)
            return theta + new + beta * velocity, new

        def ahead_once_more(theta, velocity, gradient, lr, beta):
            """Your step is the new velocity and, beside it, beta times the new velocity. The first of the two should be
            the gradient's own part."""
            _, new = heavy_in_keras(theta, velocity, gradient, lr, beta)
            return theta + new + beta * new, new

        def beta_twice(theta, velocity, gradient, lr, beta):
            """Your step multiplies the new velocity by beta twice. Once is enough: friction has been at work in the
            velocity itself."""
            _, new = heavy_in_keras(theta, velocity, gradient, lr, beta)
            return theta + beta**2 * new - lr * gradient, new

        def both_steps(theta, velocity, gradient, lr, beta):
            """Your θ takes the heavy ball's step and Nesterov's as well. Take one step, Nesterov's, from θ as it is
            passed in."""
            moved, new = heavy_in_keras(theta, velocity, gradient, lr, beta)
            return moved + beta * new - lr * gradient, new

        def steps_exchanged(theta, velocity, gradient, lr, beta):
            """Your θ takes the heavy ball's step, and the look-ahead is in the velocity that you return. It is the
            other way round."""
            moved, new = heavy_in_keras(theta, velocity, gradient, lr, beta)
            return moved, beta * new - lr * gradient

    class right:
        def by_entries(theta, velocity, gradient, lr, beta):
            new = np.array([beta * velocity[i] - lr * gradient[i] for i in range(len(theta))])
            return [theta[i] + beta * new[i] - lr * gradient[i] for i in range(len(theta))], new

        def by_torch(theta, velocity, gradient, lr, beta):
            where, uphill = look_ahead(theta, -velocity / lr, gradient, lr, beta)
            return where, -lr * uphill

        def in_powers(theta, velocity, gradient, lr, beta):
            return [theta - lr * (1 + beta) * gradient + beta**2 * velocity, -lr * gradient + velocity * beta]

        def by_two_balls(theta, velocity, gradient, lr, beta):
            ball = theta - beta * velocity  # where the ball itself is
            velocity = beta * velocity - lr * gradient
            ball = ball + velocity
            return ball + beta * velocity, velocity


def paths_cases(rng):
    """A surface's gradient and a start on it, with α, β and a number of steps."""
    yield functions.square.gradient, np.array([3.0]), 0.1, 0.5, 3
    for f, lr, beta, steps in [
        (functions.ravine, 0.03, 0.8, 5),
        (functions.himmelblau, 0.005, 0.5, 4),
        (functions.double_well, 0.02, 0.9, 6),
        (functions.saddle, 0.05, 0.3, 7),
        (functions.plateau, 0.5, 0.95, 8),
    ]:
        low, high = np.array(f.domain).T
        yield f.gradient, rng.uniform(low + 0.55 * (high - low), high).round(2), lr, beta, steps


def steps_until(beta, share):
    """How many steps it takes a velocity to fade to that share."""
    steps, left = 0, 1.0
    while left > share:
        steps, left = steps + 1, left * beta
    return steps


def coasted(velocity, lr, beta):
    return -lr * beta / (1 - beta) * velocity


TIME_CONSTANT = (
    "The move is right, but 1/(1 − β) is when about a third of the velocity is left. Here the share is an argument."
)


def count_until(faded, velocity, beta):
    """After how many steps the velocity is what `faded` says, for the first time."""
    return next(k for k in range(2000) if faded(beta**k * velocity))


ROUNDED_DOWN = (
    "The move is right, but your count is one too small: after so many steps more than the share is left. Round up."
)


FIRST_STEP_TIMES_THE_COUNT = (
    "The count is right, but you take all steps to be equally long, and as many as you have counted. Friction shortens "
    "each of them, and they do not end there."
)
MANY_STEPS_ADDED_UP = (
    "The count is right, but you add up a fixed number of steps. With a β close to 1 the ball rolls on after them: the "
    "lesson has the whole sum."
)


MANY_STEPS_ADDED_UP_AND_ONE_MORE = (
    "The count is right, but you add up a fixed number of steps, and begin with the velocity that has been used up "
    "already. On the plateau friction comes first, and with a β close to 1 the ball rolls on after them."
)


class coast:
    def cases(rng):
        yield np.array([2.0]), 0.1, 0.5, 0.2
        for d, lr, beta, share in [
            (1, 0.3, 0.9, 0.12),
            (2, 0.05, 0.98, 0.05),  # more than a hundred steps
            (3, 0.7, 0.25, 0.3),
            (2, 1.5, 0.8, 0.003),
        ]:
            yield entries(rng, d, 1, 6), lr, beta, share
        yield entries(rng, 2, 1, 6), 0.2, 0.0, 0.1  # no inertia: all of it is gone after one step
        yield entries(rng, 2, 1, 6), 0.4, 0.7, 0.95
        yield entries(rng, 2, 1, 6), 0.3, 0.5, 0.25  # after two steps exactly the share is left

    class mistakes:
        def one_step_more(velocity, lr, beta, share):
            """The count is right, but your move is too long by one step: the velocity itself belongs to the step that
            has been taken. On the plateau friction comes before the first step."""
            return steps_until(beta, share), -lr / (1 - beta) * velocity

        def uphill(velocity, lr, beta, share):
            """The count is right, but your ball rolls uphill: in PyTorch's form a step goes against the
            velocity."""
            return steps_until(beta, share), -coasted(velocity, lr, beta)

        def in_keras_form(velocity, lr, beta, share):
            """The count is right, but your move is that of Keras's velocity, which has rate and sign inside. The task's
            velocity is PyTorch's."""
            return steps_until(beta, share), beta / (1 - beta) * velocity

        def rate_forgotten(velocity, lr, beta, share):
            """The count is right, but your move has no rate: a step is the rate times the velocity."""
            return steps_until(beta, share), -beta / (1 - beta) * velocity

        def one_step_alone(velocity, lr, beta, share):
            """The count is right, but your move is that of the first step alone. The ball coasts on until it is at
            rest."""
            return steps_until(beta, share), -lr * beta * velocity

        def step_before_the_plateau(velocity, lr, beta, share):
            """The count is right, but your move is that of the step that has been taken already. From now on friction
            acts first, and the ball coasts on until it is at rest."""
            return steps_until(beta, share), -lr * velocity

        def friction_in_the_move(velocity, lr, beta, share):
            """The count is right, but your move multiplies by what friction takes. Add up what is left, over all steps
            to come."""
            return steps_until(beta, share), -lr * (1 - beta) * velocity

        def move_until_the_share(velocity, lr, beta, share):
            """The count is right, but your move ends when the velocity has faded to the share. Go on until the ball is
            at rest."""
            steps = steps_until(beta, share)
            return steps, -lr * np.sum(beta ** np.arange(1, steps + 1)) * velocity

        def move_until_before_the_share(velocity, lr, beta, share):
            """The count is right, but your move ends one step before the velocity has faded to the share. Go on until
            the ball is at rest."""
            steps = steps_until(beta, share)
            return steps, -lr * np.sum(beta ** np.arange(1, steps)) * velocity

        def move_of_the_counted_steps(velocity, lr, beta, share):
            """The count is right, but your move is a sum over that many steps, and begins with the velocity that has
            been used up already. On the plateau friction comes first, and the ball goes on until it is at rest."""
            steps = steps_until(beta, share)
            return steps, -lr * np.sum(beta ** np.arange(steps)) * velocity

        def move_of_one_step_more_than_counted(velocity, lr, beta, share):
            """The count is right, but your move begins with the velocity that has been used up already, and ends when
            the velocity has faded to the share. On the plateau friction comes first, and the ball goes on until it is
            at rest."""
            steps = steps_until(beta, share)
            return steps, -lr * np.sum(beta ** np.arange(steps + 1)) * velocity

        def move_until_after_the_share(velocity, lr, beta, share):
            """The count is right, but your move ends one step after the velocity has faded to the share. Go on until
            the ball is at rest."""
            steps = steps_until(beta, share)
            return steps, -lr * np.sum(beta ** np.arange(1, steps + 2)) * velocity

        def one_step_more_without_the_share(velocity, lr, beta, share):
            """The count is right, but your move is that of a velocity which falls from the old one to exactly the
            share. On the plateau friction comes before the first step, and the ball goes on until it is at rest."""
            return steps_until(beta, share), -lr * (1 - share) / (1 - beta) * velocity

        def without_the_share(velocity, lr, beta, share):
            """The count is right, but your move is 1 − share times what it should be. It does not end where the share
            is left: go on until the ball is at rest."""
            return steps_until(beta, share), coasted(velocity, lr, beta) * (1 - share)

        def time_constant_times_the_count(velocity, lr, beta, share):
            """The count is right, but your move is α/(1 − β) times the velocity times the count. The sum 1 + β + β² + …
            already counts all steps, and the one before the plateau as well."""
            return steps_until(beta, share), -lr * steps_until(beta, share) / (1 - beta) * velocity

        def time_constant_in_keras_form(velocity, lr, beta, share):
            """The count is right, but your move is 1/(1 − β) times the velocity. A step is the rate times the velocity,
            against it, and on the plateau friction comes before the first one."""
            return steps_until(beta, share), velocity / (1 - beta)

        def time_constant_without_the_rate(velocity, lr, beta, share):
            """The count is right, but your move is −1/(1 − β) times the velocity. A step is the rate times the
            velocity, and on the plateau friction comes before the first one."""
            return steps_until(beta, share), -velocity / (1 - beta)

        def move_after_the_share(velocity, lr, beta, share):
            """The count is right, but your move begins when the velocity has faded to the share. It begins now."""
            return steps_until(beta, share), beta ** steps_until(beta, share) * coasted(velocity, lr, beta)

        def move_of_the_last_step(velocity, lr, beta, share):
            """The count is right, but your move is that of the last counted step alone. Add up those of all steps to
            come."""
            return steps_until(beta, share), -lr * beta ** steps_until(beta, share) * velocity

        def two_steps_left_out(velocity, lr, beta, share):
            """The count is right, but your move leaves out the first step on the plateau. Friction acts before it, once
            and not twice."""
            return steps_until(beta, share), beta * coasted(velocity, lr, beta)

        def fraction_upside_down(velocity, lr, beta, share):
            """The count is right, but the fraction in your move is upside down: a ball with more inertia coasts
            further."""
            return steps_until(beta, share), -lr * (1 - beta) / beta * velocity if beta else ...

        def velocity_forgotten(velocity, lr, beta, share):
            """The count is right, but your move does not depend on the velocity. A ball that is twice as fast coasts
            twice as far."""
            return steps_until(beta, share), np.full(len(velocity), -lr * beta / (1 - beta))

        def alternating(velocity, lr, beta, share):
            """The count is right, but 1 + β belongs to pushes that change their sign. Here the velocity keeps its
            sign."""
            return steps_until(beta, share), -lr * beta / (1 + beta) * velocity

        def size_of_the_move(velocity, lr, beta, share):
            """The count is right, but your move has lost its signs: θ moves against the velocity, entry by entry."""
            return steps_until(beta, share), abs(coasted(velocity, lr, beta))

        def length_of_the_move(velocity, lr, beta, share):
            """The count is right, but your move is one length for all entries. The task asks how far each entry of θ
            moves."""
            return steps_until(beta, share), np.linalg.norm(coasted(velocity, lr, beta))

        @says(ROUNDED_DOWN)
        def rounded_down(velocity, lr, beta, share):
            return int(np.log(share) / np.log(beta)) if beta else 0, coasted(velocity, lr, beta)

        @says(ROUNDED_DOWN)
        def rounded_down_with_inertia(velocity, lr, beta, share):
            return int(np.log(share) / np.log(beta)) if beta else 1, coasted(velocity, lr, beta)

        def one_too_few(velocity, lr, beta, share):
            """The move is right, but your count is one too small: after so many steps more than the share is left."""
            return max(steps_until(beta, share) - 1, 0), coasted(velocity, lr, beta)

        def not_rounded(velocity, lr, beta, share):
            """The move is right, but you count parts of steps. Steps are whole numbers: round up."""
            return np.log(share) / np.log(beta) if beta else 1, coasted(velocity, lr, beta)

        def nearest_number(velocity, lr, beta, share):
            """The move is right, but you round the count to the nearest number. Where that rounds down, more than the
            share is left."""
            return round(np.log(share) / np.log(beta)) if beta else 1, coasted(velocity, lr, beta)

        def one_too_many(velocity, lr, beta, share):
            """The move is right, but your count is one too large: the share is reached one step earlier."""
            return steps_until(beta, share) + 1, coasted(velocity, lr, beta)

        def less_than_the_share(velocity, lr, beta, share):
            """The move is right, but you go on while exactly the share is left. “At most” includes that: stop there."""
            return next(k for k in range(2000) if beta**k < share), coasted(velocity, lr, beta)

        def share_as_a_speed(velocity, lr, beta, share):
            """The move is right, but you count until the velocity itself is at most the share. The task asks when at
            most this share of the velocity is left."""
            return count_until(lambda left: np.linalg.norm(left) <= share, velocity, beta), coasted(velocity, lr, beta)

        def sign_of_the_velocity(velocity, lr, beta, share):
            """The move is right, but your count compares velocities together with their signs: a negative one seems to
            have faded before the first step. Compare sizes, or the share that is left."""
            within = count_until(lambda left: left[0] <= share * velocity[0], velocity, beta)
            return within, coasted(velocity, lr, beta)

        @says(TIME_CONSTANT)
        def time_constant(velocity, lr, beta, share):
            return round(1 / (1 - beta)), coasted(velocity, lr, beta)

        @says(TIME_CONSTANT)
        def time_constant_rounded_up(velocity, lr, beta, share):
            reach = 1 / (1 - beta)
            unsure = 0 < abs(reach - round(reach)) < 1e-9  # whether it is just above a whole number or just below
            return ... if unsure else int(np.ceil(reach)), coasted(velocity, lr, beta)

        @says(TIME_CONSTANT)
        def time_constant_not_rounded(velocity, lr, beta, share):
            return 1 / (1 - beta), coasted(velocity, lr, beta)

        def equal_losses(velocity, lr, beta, share):
            """The move is right, but your count takes 1 − β of the first velocity away in each step. Friction takes it
            from what is left: multiply by β again and again."""
            return int(np.ceil(round((1 - share) / (1 - beta), 9))), coasted(velocity, lr, beta)

        def share_lost(velocity, lr, beta, share):
            """The move is right, but you count until the share is lost. The share is what is left."""
            return steps_until(beta, 1 - share), coasted(velocity, lr, beta)

        def friction_for_beta(velocity, lr, beta, share):
            """The move is right, but your count lets the velocity keep 1 − β in each step. It keeps β."""
            return steps_until(1 - beta, share) if beta else ..., coasted(velocity, lr, beta)

        def without_inertia(velocity, lr, beta, share):
            """For β = 0 you count no step at all. The velocity is gone only after one step: before it, all is left.
            (The logarithm of 0 is −∞, so a formula with logarithms must treat this case separately.)"""
            return steps_until(beta, share) if beta else 0, coasted(velocity, lr, beta)

        def move_first(velocity, lr, beta, share):
            """Both are right, and in the wrong order: the count comes first, then the move."""
            return coasted(velocity, lr, beta), steps_until(beta, share)

        @says(share_as_a_speed.__doc__)
        def share_as_the_largest_speed(velocity, lr, beta, share):
            return count_until(lambda left: np.max(np.abs(left)) <= share, velocity, beta), coasted(velocity, lr, beta)

        @says(share_as_a_speed.__doc__)
        def share_as_the_first_speed(velocity, lr, beta, share):
            return count_until(lambda left: abs(left[0]) <= share, velocity, beta), coasted(velocity, lr, beta)

        def list_too_short(velocity, lr, beta, share):
            """Where the ball coasts for more than 100 steps, your count is 0. If you search a list of shares for the
            first small one, that list ends too early."""
            steps = steps_until(beta, share)
            return steps if steps < 100 else 0, coasted(velocity, lr, beta)

        def list_too_short_for_both(velocity, lr, beta, share):
            """You look at 100 steps only. With a β close to 1 the ball rolls on after them, so that your move is too
            short, and the velocity may not have faded to the share within them: then your count is wrong as well."""
            steps = steps_until(beta, share)
            return steps if steps <= 100 else 1, coasted(velocity, lr, beta) * (1 - beta**100)

        def velocity_for_the_move(velocity, lr, beta, share):
            """The count is right, but your second result is the velocity that is left after it. The task asks how far θ
            moves, until the ball is at rest."""
            return steps_until(beta, share), beta ** steps_until(beta, share) * velocity

        def all_one_way(velocity, lr, beta, share):
            """The count is right, but all your entries of θ move down, whatever the signs of the velocity. Each moves
            against its own velocity."""
            return steps_until(beta, share), -abs(coasted(velocity, lr, beta))

        def divided_once_too_often(velocity, lr, beta, share):
            """The count is right, but you divide your move by 1 − β once too often."""
            return steps_until(beta, share), coasted(velocity, lr, beta) / (1 - beta)

        @says(FIRST_STEP_TIMES_THE_COUNT)
        def old_speed_times_the_count(velocity, lr, beta, share):
            return steps_until(beta, share), -lr * velocity * steps_until(beta, share)

        @says(FIRST_STEP_TIMES_THE_COUNT)
        def first_step_times_the_count(velocity, lr, beta, share):
            return steps_until(beta, share), -lr * beta * velocity * steps_until(beta, share)

        def first_two_steps(velocity, lr, beta, share):
            """The count is right, but your move adds up two steps. The ball rolls on until it is at rest."""
            return steps_until(beta, share), -lr * velocity * (beta + beta**2)

        @says(MANY_STEPS_ADDED_UP)
        def fifty_steps(velocity, lr, beta, share):
            return steps_until(beta, share), coasted(velocity, lr, beta) * (1 - beta**50)

        @says(MANY_STEPS_ADDED_UP)
        def hundred_steps(velocity, lr, beta, share):
            return steps_until(beta, share), coasted(velocity, lr, beta) * (1 - beta**100)

        @says(MANY_STEPS_ADDED_UP_AND_ONE_MORE)
        def fifty_steps_from_the_old_speed(velocity, lr, beta, share):
            return steps_until(beta, share), -lr / (1 - beta) * velocity * (1 - beta**50)

        @says(MANY_STEPS_ADDED_UP_AND_ONE_MORE)
        def hundred_steps_from_the_old_speed(velocity, lr, beta, share):
            return steps_until(beta, share), -lr / (1 - beta) * velocity * (1 - beta**100)

        def share_of_the_first_step(velocity, lr, beta, share):
            """The move is right, but your count compares the rate times what is left with the share. The rate is no
            part of it."""
            return next(k for k in range(2000) if lr * beta**k <= share), coasted(velocity, lr, beta)

        def share_of_all_steps_to_come(velocity, lr, beta, share):
            """The move is right, but you count until all the velocities still to come add up to at most the share of
            this one. The task asks when at most this share of the velocity is left."""
            steps = count_until(lambda left: left <= share, beta / (1 - beta), beta)
            return steps if beta else ..., coasted(velocity, lr, beta)

        def mean_velocity(velocity, lr, beta, share):
            """The count is right, but all your entries of θ move equally far, by the mean velocity. Each has its
            own."""
            return steps_until(beta, share), coasted(np.full(len(velocity), np.mean(velocity)), lr, beta)

    class right:
        def by_logarithms(velocity, lr, beta, share):
            steps = int(np.ceil(np.log(share) / np.log(beta))) if beta > 0 else 1
            return steps, -velocity * lr * (1 / (1 - beta) - 1)

        def by_rolling(velocity, lr, beta, share):
            theta, left, steps = np.zeros(len(velocity)), velocity, None
            for k in range(1, 2000):
                left = beta * left
                theta = theta - lr * left
                if steps is None and abs(left[0]) <= share * abs(velocity[0]):
                    steps = k
            return [steps, theta]

        def by_all_the_shares(velocity, lr, beta, share):
            left = beta ** np.arange(2000)
            return np.argmax(left <= share), -lr * np.sum(left[1:]) * velocity


def ends(hessian):
    eigenvalues = np.linalg.eigvalsh(hessian)
    return eigenvalues[0], eigenvalues[-1]


def constants(low, high):
    """The answer, once both ends are known."""
    a, b = np.sqrt(low), np.sqrt(high)
    return (2 / (b + a)) ** 2, ((b - a) / (b + a)) ** 2


USUAL_BETA_AND_THE_LARGEST_ALONE = (
    "Your β is 0.9, whatever the Hessian, and your rate depends on the largest eigenvalue alone. Compute both from the "
    "smallest and the largest."
)


BETA_BY_A_DIFFERENCE = "α is right, but your β is made of 1 minus a ratio. The formula has a fraction, squared."


PART_OF_BETA_SQUARED = (
    "α is right, but in your β only the {} is squared. The square is that of the whole fraction: check your brackets."
)


class heavy_ball_constants:
    def cases(rng):
        def turned(*curvatures):
            """A Hessian with these curvatures, in directions far from the axes."""
            d = len(curvatures)
            angle = rng.uniform(0.4, 1.1)
            turn = np.eye(d)
            for i in range(d - 1):
                step = np.eye(d)
                step[i : i + 2, i : i + 2] = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
                turn = turn @ step
            H = (turn @ np.diag(curvatures) @ turn.T).round(3)
            return (H + H.T) / 2

        yield (np.diag([1.0, 25.0]),)
        yield (np.array([[4.0]]),)  # κ = 1
        yield (np.diag(rng.permutation([2.0, 7.0, 60.0])),)
        yield (turned(0.5, 8.0),)
        yield (turned(1.0, 5.0, 40.0),)
        yield (turned(3.0, 4.0),)
        yield (turned(0.2, 1.0, 6.0, 90.0),)
        yield (100 * turned(1.0, 12.0),)

    class mistakes:
        def square_of_the_rate_forgotten(hessian):
            """β is right, but α is the root of what it should be: the whole fraction is squared."""
            lr, beta = constants(*ends(hessian))
            return np.sqrt(lr), beta

        def square_of_beta_forgotten(hessian):
            """α is right, but β is the root of what it should be: the whole fraction is squared. (Its root is the
            factor by which the error shrinks.)"""
            lr, beta = constants(*ends(hessian))
            return lr, np.sqrt(beta)

        def both_squares_forgotten(hessian):
            """Both numbers are roots of what they should be: each of the two fractions is squared."""
            lr, beta = constants(*ends(hessian))
            return np.sqrt(lr), np.sqrt(beta)

        def condition_without_root(hessian):
            """Your β is made of κ, not of its root. The root is what the heavy ball gains."""
            low, high = ends(hessian)
            return constants(low, high)[0], ((high - low) / (high + low)) ** 2

        def rate_without_roots(hessian):
            """Your α is made of the eigenvalues, not of their roots."""
            low, high = ends(hessian)
            return (2 / (high + low)) ** 2, constants(low, high)[1]

        def rate_of_plain_descent(hessian):
            """Your α is the best one for plain descent. The heavy ball with its own β can take a larger one."""
            low, high = ends(hessian)
            return 2 / (low + high), constants(low, high)[1]

        def ends_of_an_unsorted_list(hessian):
            """You take the first and the last eigenvalue for the smallest and the largest. `np.linalg.eig` and
            `np.linalg.eigvals` return them in no particular order."""
            values = np.linalg.eigvals(hessian)
            return constants(*sorted((values[0], values[-1])))

        def half_the_rate(hessian):
            """β is right, but α is half of what it should be. Is the 2 part of what is squared? And are your
            eigenvalues those of the Hessian as it is passed in?"""
            lr, beta = constants(*ends(hessian))
            return lr / 2, beta

        def lengths_of_the_columns(hessian):
            """You take the lengths of the Hessian's columns for its eigenvalues. They are the same only for a diagonal
            matrix."""
            lengths = np.linalg.norm(hessian, axis=0)
            return constants(min(lengths), max(lengths))

        @says(PART_OF_BETA_SQUARED.format("numerator"))
        def numerator_of_beta_squared(hessian):
            low, high = ends(hessian)
            root = np.sqrt(high / low)
            return constants(low, high)[0], (root - 1) ** 2 / (root + 1)

        @says(PART_OF_BETA_SQUARED.format("denominator"))
        def denominator_of_beta_squared(hessian):
            low, high = ends(hessian)
            root = np.sqrt(high / low)
            return constants(low, high)[0], (root - 1) / (root + 1) ** 2

        def numerator_of_the_rate_squared(hessian):
            """β is right, but in your α only the 2 is squared. The square is that of the whole fraction: check your
            brackets."""
            low, high = ends(hessian)
            return 4 / (np.sqrt(low) + np.sqrt(high)), constants(low, high)[1]

        def sums_of_the_rows(hessian):
            """You add up the sizes of each row's entries, and take these sums for the eigenvalues. They are the same
            only for a diagonal matrix."""
            sums = np.sum(np.abs(hessian), axis=1)
            return constants(min(sums), max(sums))

        def rest_to_one(hessian):
            """α is right. Your β is what is missing from it to 1: take the square of the fraction itself."""
            lr, beta = constants(*ends(hessian))
            return lr, 1 - beta

        def of_nesterov(hessian):
            """These are the constants that the lesson uses for Nesterov. The heavy ball has its own."""
            low, high = ends(hessian)
            return 1 / high, np.sqrt(constants(low, high)[1])

        @says(of_nesterov.__doc__)
        def of_nesterov_on_a_quadratic(hessian):
            low, high = ends(hessian)
            root = np.sqrt(3 * high / low + 1)
            return 4 / (3 * high + low), (root - 2) / (root + 2)

        @says(DIAGONAL_FOR_EIGENVALUES)
        def by_diagonal(hessian):
            diagonal = np.diag(hessian)
            return constants(diagonal.min(), diagonal.max())

        def by_corners(hessian):
            """You take the first and the last entry of the diagonal for the two eigenvalues. They are the same only for
            a diagonal matrix in order."""
            return constants(hessian[0, 0], hessian[-1, -1])

        def steepest_alone(hessian):
            """Your α is made of the largest eigenvalue alone. The smallest one is in the denominator,
            too."""
            low, high = ends(hessian)
            return 4 / high, constants(low, high)[1]

        def root_of_the_sum(hessian):
            """Your α is 4/(L + μ). The formula has the square of a sum of roots, which is more than L + μ."""
            low, high = ends(hessian)
            return 4 / (high + low), constants(low, high)[1]

        def all_the_roots(hessian):
            """You add the roots of all eigenvalues in α. Only the smallest and the largest are in the formula."""
            return 4 / np.sum(np.sqrt(np.linalg.eigvalsh(hessian))) ** 2, constants(*ends(hessian))[1]

        def largest_entry(hessian):
            """You take the largest entry of the Hessian for its largest eigenvalue, which is larger if the matrix is
            not diagonal."""
            return constants(ends(hessian)[0], np.max(hessian))

        def norm_for_the_largest(hessian):
            """You take the root of the sum of all squared entries for the largest eigenvalue. Where there is
            more than one eigenvalue, that is too large."""
            return constants(ends(hessian)[0], np.linalg.norm(hessian))

        def trace_for_the_largest(hessian):
            """You take the sum of the diagonal for the largest eigenvalue. It is the sum of all eigenvalues."""
            return constants(ends(hessian)[0], np.trace(hessian))

        def eigenvalues_alone(hessian):
            """You return the smallest and the largest eigenvalue. The rate and β are made of them."""
            return ends(hessian)

        def entries_for_eigenvalues(hessian):
            """You take the smallest and the largest entry of the Hessian for its eigenvalues. Entries may be 0 or
            negative where all eigenvalues are positive."""
            return constants(np.min(hessian), np.max(hessian))

        @says(entries_for_eigenvalues.__doc__)
        def entries_with_the_sign_dropped_last(hessian):
            return constants(abs(np.min(hessian)), np.max(hessian))

        @says(entries_for_eigenvalues.__doc__)
        def entries_with_the_signs_dropped_first(hessian):
            return constants(np.min(np.abs(hessian)), np.max(np.abs(hessian)))

        def two_least(hessian):
            """You take the two smallest eigenvalues. Take the smallest and the largest: the first and the last of the
            sorted ones."""
            eigenvalues = np.linalg.eigvalsh(hessian)
            return constants(eigenvalues[0], eigenvalues[min(1, len(eigenvalues) - 1)])

        def first_and_second(hessian):
            """You take the first and the second eigenvalue. A 1 × 1 Hessian has no second one, which raises an
            IndexError, and of three the second is not the largest. Take the first and the last of the sorted ones."""
            eigenvalues = np.linalg.eigvalsh(hessian)
            return constants(eigenvalues[0], eigenvalues[1])

        def beta_first(hessian):
            """Both numbers are right, and in the wrong order: the rate comes first, then β."""
            return constants(*ends(hessian))[::-1]

        def usual_beta(hessian):
            """Your β does not depend on the Hessian. 0.9 is the usual choice; here you compute it."""
            return constants(*ends(hessian))[0], 0.9

        def plain_and_usual_beta(hessian):
            """Your β is 0.9, whatever the Hessian, and your rate is the best one for plain descent. Compute the heavy
            ball's own two constants."""
            low, high = ends(hessian)
            return 2 / (low + high), 0.9

        @says(USUAL_BETA_AND_THE_LARGEST_ALONE)
        def safe_rate_and_usual_beta(hessian):
            return 1 / ends(hessian)[1], 0.9

        @says(USUAL_BETA_AND_THE_LARGEST_ALONE)
        def border_and_usual_beta(hessian):
            return 2 / ends(hessian)[1], 0.9

        @says(USUAL_BETA_AND_THE_LARGEST_ALONE)
        def largest_rate_of_the_usual_beta(hessian):
            return (1 + np.sqrt(0.9)) ** 2 / ends(hessian)[1], 0.9

        def plain_descent(hessian):
            """These are the constants of plain descent: its best rate, and no momentum."""
            low, high = ends(hessian)
            return 2 / (low + high), 0.0

        def rate_and_factor_of_plain_descent(hessian):
            """These are the best rate and the factor per step of plain descent. The heavy ball has its own constants,
            made of the roots of the eigenvalues."""
            low, high = ends(hessian)
            return 2 / (low + high), (high - low) / (high + low)

        def plain_rate_and_squared_factor(hessian):
            """Your α is the best one for plain descent, and your β is made of κ instead of its root."""
            low, high = ends(hessian)
            return 2 / (low + high), ((high - low) / (high + low)) ** 2

        def no_roots_at_all(hessian):
            """Both numbers are made of the eigenvalues themselves. The heavy ball's constants are made of their
            roots."""
            low, high = ends(hessian)
            return (2 / (low + high)) ** 2, ((high - low) / (high + low)) ** 2

        def one_over_the_largest(hessian):
            """β is right, but your α is one over the largest eigenvalue, a safe rate for plain descent. The heavy
            ball's depends on both ends."""
            low, high = ends(hessian)
            return 1 / high, constants(low, high)[1]

        def border_of_plain_descent(hessian):
            """β is right, but your α is the largest at which plain descent still converges. The heavy ball's depends on
            both ends."""
            low, high = ends(hessian)
            return 2 / high, constants(low, high)[1]

        def border_of_the_heavy_ball(hessian):
            """β is right, but your α is the border, at which the heavy ball with this β no longer converges. The
            fastest rate is below it."""
            low, high = ends(hessian)
            beta = constants(low, high)[1]
            return 2 * (1 + beta) / high, beta

        def smallest_taken_as_one(hessian):
            """β is right, but your α depends on κ alone, as if the smallest eigenvalue were always 1. A Hessian ten
            times as large has the same κ and needs a tenth of the rate."""
            low, high = ends(hessian)
            return constants(1, high / low)[0], constants(low, high)[1]

        def brackets_missing_in_beta(hessian):
            """α is right, but your β lacks brackets. Put them around the whole numerator and around the whole
            denominator."""
            low, high = ends(hessian)
            root = np.sqrt(high / low)
            return constants(low, high)[0], (root - 1 / root + 1) ** 2

        def two_dimensions_alone(hessian):
            """Your constants are right where the Hessian is 2 × 2, but not wherever it is smaller or larger. Of any
            number of eigenvalues, only the smallest and the largest count."""
            return constants(*ends(hessian)) if len(hessian) == 2 else ...

        @says(BETA_BY_A_DIFFERENCE)
        def beta_from_one_over_the_root(hessian):
            low, high = ends(hessian)
            return constants(low, high)[0], 1 - np.sqrt(low / high)

        @says(BETA_BY_A_DIFFERENCE)
        def beta_from_one_over_the_condition(hessian):
            low, high = ends(hessian)
            return constants(low, high)[0], 1 - low / high

        @says(BETA_BY_A_DIFFERENCE)
        def beta_from_one_over_the_root_squared(hessian):
            low, high = ends(hessian)
            return constants(low, high)[0], (1 - np.sqrt(low / high)) ** 2

    class right:
        def as_in_the_lesson(hessian):
            eigenvalues = np.linalg.eigvals(hessian).real
            L, mu = max(eigenvalues), min(eigenvalues)
            kappa = L / mu
            beta = ((np.sqrt(kappa) - 1) / (np.sqrt(kappa) + 1)) ** 2
            return [4 / (np.sqrt(L) + np.sqrt(mu)) ** 2, beta]

        def by_singular_values(hessian):
            values = np.linalg.svd(hessian, compute_uv=False)
            return np.array(constants(values[-1], values[0]))

        def from_beta(hessian):
            low, high = ends(hessian)
            root = (1 - (low / high) ** 0.5) / (1 + (low / high) ** 0.5)
            return (1 + root) ** 2 / high, root * root


def in_stages(step, at_each_stage=lambda velocity, old, new: velocity):
    """A path in stages by step(θ, v, ∇J, α, β); at_each_stage(v, old rate, new rate) is the velocity to go on with."""

    def path(gradient, start, rates, beta, steps):
        theta, velocity, points, before = start, np.zeros(len(start)), [start], None
        for lr in rates:
            velocity = velocity if before is None else at_each_stage(velocity, before, lr)
            before = lr
            for _ in range(steps):
                theta, velocity = step(theta, velocity, gradient(theta), lr, beta)
                points.append(theta)
        return np.array(points)

    return path


right_stages = in_stages(heavy)


def at_rates(gradient, start, rates, beta):
    """The path with a rate for each step."""
    theta, velocity, points = start, np.zeros(len(start)), [start]
    for lr in rates:
        theta, velocity = heavy(theta, velocity, gradient(theta), lr, beta)
        points.append(theta)
    return np.array(points)


class roll_in_stages:
    def cases(rng):
        stages = [[0.1, 0.05], [0.03, 0.01, 0.003], [0.005, 0.001], [0.02, 0.04, 0.02, 0.005], [0.05], [0.5, 0.1, 0.05]]
        for (gradient, start, _, beta, steps), rates in zip(paths_cases(rng), stages, strict=True):
            yield gradient, start, np.array(rates), beta, steps
        yield functions.ravine.gradient, np.array([1.0, -2.0]), np.array([0.02, 0.01]), 0.9, 1
        yield functions.ravine.gradient, np.array([1.0, -2.0]), np.array([0.02, 0.01]), 0.9, 0

    class mistakes:
        def new_rate_one_step_late(gradient, start, rates, beta, steps):
            """The first step of each stage still has the rate of the stage before. Change it before that step."""
            each = np.repeat(rates, steps)
            return at_rates(gradient, start, [*each[:1], *each[:-1]], beta)

        @says(BUG_STILL_THERE)
        def still_from_rest(gradient, start, rates, beta, steps):
            return in_stages(heavy, lambda velocity, old, new: 0 * velocity)(gradient, start, rates, beta, steps)

        def from_rest_in_each_step(gradient, start, rates, beta, steps):
            """Now the ball is at rest before each step: nothing is ever kept, and this is plain descent."""
            return in_stages(momentum_step.mistakes.velocity_forgotten)(gradient, start, rates, beta, steps)

        def from_the_start_again(gradient, start, rates, beta, steps):
            """Each stage of yours begins at the start again. The ball goes on from where the stage before left it."""
            points, velocity = [start], np.zeros(len(start))
            for lr in rates:
                theta = start
                for _ in range(steps):
                    theta, velocity = heavy(theta, velocity, gradient(theta), lr, beta)
                    points.append(theta)
            return np.array(points)

        def all_from_the_start_again(gradient, start, rates, beta, steps):
            """Each stage of yours begins from rest and at the start. The ball goes on from where the stage before left
            it, with the velocity that it had."""
            points = [start]
            for lr in rates:
                points.extend(right_stages(gradient, start, [lr], beta, steps)[1:])
            return np.array(points)

        def velocity_scaled(gradient, start, rates, beta, steps):
            """You change the velocity along with the rate. In PyTorch's form the velocity holds gradients, with no rate
            in them: it stays, and the new rate multiplies it in the step."""
            rescaled = in_stages(heavy, lambda velocity, old, new: velocity * new / old)
            return rescaled(gradient, start, rates, beta, steps)

        def velocity_times_the_new_rate(gradient, start, rates, beta, steps):
            """You multiply the velocity by the rate at each new stage. In PyTorch's form the velocity holds gradients,
            with no rate in them: it stays, and the rate multiplies it in the step."""
            scaled = in_stages(heavy, lambda velocity, old, new: velocity * new)
            return scaled(gradient, start, rates, beta, steps)

        def in_keras_form(gradient, start, rates, beta, steps):
            """This is Keras's form, in which the velocity keeps the rates that its gradients came with. While the rate
            is constant the two agree, and here it changes: use the step of task 1."""
            return in_stages(heavy_in_keras)(gradient, start, rates, beta, steps)

        def first_rate_throughout(gradient, start, rates, beta, steps):
            """All your stages use the first rate. Each has its own."""
            return right_stages(gradient, start, [rates[0]] * len(rates), beta, steps)

        def last_rate_throughout(gradient, start, rates, beta, steps):
            """All your stages use the last rate. Each has its own."""
            return right_stages(gradient, start, [rates[-1]] * len(rates), beta, steps)

        def rates_in_reverse(gradient, start, rates, beta, steps):
            """Your stages use the rates in reverse order. The first stage has the first rate."""
            return right_stages(gradient, start, rates[::-1], beta, steps)

        def rates_sorted(gradient, start, rates, beta, steps):
            """Your stages use the rates in order of size. Take them as they are passed in."""
            return right_stages(gradient, start, sorted(rates), beta, steps)

        @says(rates_sorted.__doc__)
        def rates_sorted_downwards(gradient, start, rates, beta, steps):
            return right_stages(gradient, start, sorted(rates, reverse=True), beta, steps)

        def from_rest_where_the_rate_rises(gradient, start, rates, beta, steps):
            """Where a rate is higher than the one before it, your ball begins from rest again. It keeps its velocity
            through every change of the rate."""
            return in_stages(heavy, lambda velocity, old, new: (new <= old) * velocity)(
                gradient, start, rates, beta, steps
            )

        def rates_multiplied(gradient, start, rates, beta, steps):
            """The rate of each of your stages is the product of all rates so far. Take each as it is passed in."""
            return right_stages(gradient, start, np.cumprod(rates), beta, steps)

        def rate_lasts_for_as_many_steps_as_there_are_rates(gradient, start, rates, beta, steps):
            """The velocity is carried along now, but each of your rates lasts for as many steps as there are rates.
            Each should last for `steps` steps."""
            count = len(rates)
            return at_rates(gradient, start, [rates[k // count % count] for k in range(count * steps)], beta)

        def mean_rate(gradient, start, rates, beta, steps):
            """All your stages use the mean of the rates. Each has its own."""
            return right_stages(gradient, start, [np.mean(rates)] * len(rates), beta, steps)

        def velocity_fading(gradient, start, rates, beta, steps):
            """Your velocity loses some of its size between two stages. A new rate does not touch it: friction acts once
            in each step."""
            return in_stages(heavy, lambda velocity, old, new: beta * velocity)(gradient, start, rates, beta, steps)

        def one_stage_alone(gradient, start, rates, beta, steps):
            """Your path ends with the first stage. Where is the `return`?"""
            return right_stages(gradient, start, rates[:1], beta, steps)

        def last_stage_at_rest(gradient, start, rates, beta, steps):
            """Your ball stands still in the last stage. That one has steps as well, at the last rate."""
            return right_stages(gradient, start, [*rates[:-1], 0.0], beta, steps)

        def rows_overwritten(gradient, start, rates, beta, steps):
            """Your last stage is in the rows of the first one, and the rows after these are 0. Each stage overwrites
            the rows of the one before it: count the rows on."""
            points = right_stages(gradient, start, rates, beta, steps)
            path = np.zeros_like(points)
            path[0] = start
            path[1 : steps + 1] = points[len(points) - steps :]
            return path

        def velocity_from_one_step_earlier(gradient, start, rates, beta, steps):
            """Each new stage of yours begins with the velocity from before the last step. Take the one from after
            it."""
            theta, kept, points = start, np.zeros(len(start)), [start]
            for lr in rates:
                velocity = kept
                for _ in range(steps):
                    kept = velocity
                    theta, velocity = heavy(theta, velocity, gradient(theta), lr, beta)
                    points.append(theta)
            return np.array(points)

        def one_step_a_stage(gradient, start, rates, beta, steps):
            """Your stages are one step long. Each one should take `steps` steps."""
            return right_stages(gradient, start, rates, beta, min(steps, 1))

        def loops_exchanged(gradient, start, rates, beta, steps):
            """The velocity is carried along now, but your loops are exchanged: the rate changes at every step, and the
            whole list is used again and again. Each rate lasts for a whole stage."""
            return right_stages(gradient, start, np.tile(rates, steps), beta, 1)

        def loops_exchanged_from_rest(gradient, start, rates, beta, steps):
            """Your loops are exchanged, so that the rate changes at every step: each rate should last for a whole
            stage. And the velocity still begins at 0 again and again."""
            points, theta = [start], start
            for _ in range(steps):
                velocity = np.zeros(len(start))
                for lr in rates:
                    theta, velocity = heavy(theta, velocity, gradient(theta), lr, beta)
                    points.append(theta)
            return np.array(points)

        def slope_of_the_stage(gradient, start, rates, beta, steps):
            """The velocity is carried along now, but each stage uses the gradient at its beginning. Take it again
            wherever the ball is."""
            theta, velocity, points = start, np.zeros(len(start)), [start]
            for lr in rates:
                slope = gradient(theta)
                for _ in range(steps):
                    theta, velocity = heavy(theta, velocity, slope, lr, beta)
                    points.append(theta)
            return np.array(points)

        def begins_with_the_slope(gradient, start, rates, beta, steps):
            """Your ball is not at rest at first: its velocity begins as the gradient at the start, which then comes in
            twice."""
            theta, velocity, points = start, gradient(start), [start]
            for lr in rates:
                for _ in range(steps):
                    theta, velocity = heavy(theta, velocity, gradient(theta), lr, beta)
                    points.append(theta)
            return np.array(points)

        def without_friction(gradient, start, rates, beta, steps):
            """The velocity is carried along now, but all of it: beta is not used, and such a ball never comes to
            rest."""
            return in_stages(momentum_step.mistakes.no_friction)(gradient, start, rates, beta, steps)

        def ahead(gradient, start, rates, beta, steps):
            """The velocity is carried along now, but these are Nesterov's steps. The task asks for the heavy ball."""
            return in_stages(look_ahead)(gradient, start, rates, beta, steps)

        def with_a_mean(gradient, start, rates, beta, steps):
            """You multiply the gradient by 1 − beta. The program had that part right: each gradient is added as it
            is."""
            return in_stages(momentum_step.mistakes.averaged)(gradient, start, rates, beta, steps)

        def uphill(gradient, start, rates, beta, steps):
            """The velocity is carried along now, but the ball rolls uphill. Look at the sign of the step."""
            return in_stages(momentum_step.mistakes.climbs)(gradient, start, rates, beta, steps)

        def slope_of_the_start(gradient, start, rates, beta, steps):
            """The velocity is carried along now, but every step uses the gradient at the start. Take it again wherever
            the ball is."""
            slope = gradient(start)
            return right_stages(lambda theta: slope, start, rates, beta, steps)

        def one_step_more(gradient, start, rates, beta, steps):
            """Each of your stages is one step too long. How many times does the inner loop run?"""
            return right_stages(gradient, start, rates, beta, steps + 1)

        def one_step_less(gradient, start, rates, beta, steps):
            """Each of your stages is one step too short. How many times does the inner loop run?"""
            return right_stages(gradient, start, rates, beta, max(steps - 1, 0))

        def steps_shared(gradient, start, rates, beta, steps):
            """Your stages share the steps among them. Each one should take `steps` steps."""
            return right_stages(gradient, start, rates, beta, steps // len(rates))

        def unpacked_the_wrong_way_round(gradient, start, rates, beta, steps):
            """θ and the velocity have changed places: `momentum_step` returns the new θ first, then the velocity."""
            return in_stages(lambda *arguments: heavy(*arguments)[::-1])(gradient, start, rates, beta, steps)

        def ends_of_the_stages(gradient, start, rates, beta, steps):
            """Your path has one point for each stage. Keep one for each step."""
            points = right_stages(gradient, start, rates, beta, steps)
            return points[[k * steps for k in range(len(rates) + 1)]]

        def borders_twice(gradient, start, rates, beta, steps):
            """Your path holds the point between two stages twice, as the end of one and the beginning of the next. Keep
            it once."""
            points = right_stages(gradient, start, rates, beta, steps)
            return np.vstack([points[k * steps : (k + 1) * steps + 1] for k in range(len(rates))])

        @says(PATH_WITHOUT_START)
        def without_start(gradient, start, rates, beta, steps):
            return right_stages(gradient, start, rates, beta, steps)[1:]

        @says(LAST_POINT_ALONE)
        def end_alone(gradient, start, rates, beta, steps):
            return right_stages(gradient, start, rates, beta, steps)[-1]

        @says(ONE_ARRAY_MANY_TIMES)
        def one_array_many_times(gradient, start, rates, beta, steps):
            points = right_stages(gradient, start, rates, beta, steps)
            return np.tile(points[-1], (len(points), 1))

        @says(STEP_BEFORE_VELOCITY)
        def step_before_velocity(gradient, start, rates, beta, steps):
            return in_stages(lambda theta, v, slope, lr, beta: (theta - lr * v, beta * v + slope))(
                gradient, start, rates, beta, steps
            )

        @says(STEP_BEFORE_VELOCITY)
        def step_before_a_velocity_from_further_on(gradient, start, rates, beta, steps):
            theta, velocity, path = start, np.zeros(len(start)), [start]
            for lr in np.repeat(rates, steps):
                theta = theta - lr * velocity
                velocity = beta * velocity + gradient(theta)
                path.append(theta)
            return np.array(path)

        def rates_between_the_stages(gradient, start, rates, beta, steps):
            """The velocity is carried along now, but your rate glides from one stage to the next. Each rate holds for
            its whole stage."""
            between = np.interp(np.arange(len(rates) * steps), np.arange(len(rates)) * steps, rates) if steps else []
            return in_stages(heavy)(gradient, start, between, beta, 1)

    class right:
        def by_rows(gradient, start, rates, beta, steps):
            path = np.empty((len(rates) * steps + 1, len(start)))
            path[0], velocity = start, 0.0
            for k in range(len(rates) * steps):
                velocity = beta * velocity + gradient(path[k])
                path[k + 1] = path[k] - rates[k // steps] * velocity
            return path

        def by_repeated_rates(gradient, start, rates, beta, steps):
            theta, velocity, points = start, np.zeros_like(start), [start]
            for lr in np.repeat(rates, steps):
                theta, velocity = heavy(theta, velocity, gradient(theta), lr, beta)
                points.append(theta)
            return points

        def in_keras_rescaled(gradient, start, rates, beta, steps):
            """Keras's form agrees where its velocity is multiplied by the same factor as the rate."""
            rescaled = in_stages(heavy_in_keras, lambda velocity, old, new: velocity * new / old)
            return list(rescaled(gradient, start, rates, beta, steps))

        def by_recursion(gradient, start, rates, beta, steps):
            def onwards(theta, velocity, left):
                if not left:
                    return [theta]
                after, faster = heavy(theta, velocity, gradient(theta), left[0], beta)
                return [theta, *onwards(after, faster, left[1:])]

            return np.array(onwards(start, np.zeros(len(start)), [lr for lr in rates for _ in range(steps)]))
