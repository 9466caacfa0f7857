"""Exercise 09: the cases of each task, the known mistakes, and right answers written in other ways."""

import numpy as np

from grader.sentences import BUG_STILL_THERE, DIAGONAL_FOR_EIGENVALUES, PATH_WITHOUT_START, says
from helpers import functions


def step_cases(rng):
    """θ, velocity and gradient without an entry near 0, so that each part of a step shows."""

    def entries(d, least, most):
        return (rng.choice([-1, 1], d) * rng.uniform(least, most, d)).round(2)

    yield np.array([3.0]), np.array([2.0]), np.array([6.0]), 0.1, 0.5
    for d, lr, beta in [(1, 0.3, 0.9), (2, 0.05, 0.8), (3, 0.7, 0.25), (2, 1.5, 0.6)]:
        yield entries(d, 1, 4), entries(d, 1, 6), entries(d, 1, 5), lr, beta
    yield entries(3, 1, 4), np.zeros(3), entries(3, 1, 5), 0.4, 0.9  # from rest
    yield entries(2, 1, 4), entries(2, 1, 6), np.zeros(2), 0.2, 0.9  # on flat ground it rolls on
    yield entries(2, 1, 4), entries(2, 1, 6), entries(2, 1, 5), 0.2, 0.0  # without inertia


def heavy(theta, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return theta - lr * velocity, velocity


def heavy_in_keras(theta, velocity, gradient, lr, beta):
    velocity = beta * velocity - lr * gradient
    return theta + velocity, velocity


def look_ahead(theta, velocity, gradient, lr, beta):
    velocity = beta * velocity + gradient
    return theta - lr * (gradient + beta * velocity), velocity


STEP_BEFORE_VELOCITY = (
    "Your step uses the velocity as it was before this gradient. Bring it up to date first, then take the step."
)
VELOCITY_FIRST = "Both arrays are right, and in the wrong order: θ is returned first, then the velocity."
THETA_ALONE = "The new θ is right, but the new velocity is missing: the next step needs it, so return both."


class momentum_step:
    cases = step_cases

    class mistakes:
        def rate_inside(theta, velocity, gradient, lr, beta):
            """Your rate stands inside the velocity. In PyTorch's form the velocity gains the gradient as it is, and the
            rate multiplies the whole velocity afterwards."""
            velocity = beta * velocity + lr * gradient
            return theta - velocity, velocity

        def keras_for_torch(theta, velocity, gradient, lr, beta):
            """This is Keras's form, with the rate inside a velocity that points downhill. Asked is PyTorch's."""
            return heavy_in_keras(theta, velocity, gradient, lr, beta)

        def climbs(theta, velocity, gradient, lr, beta):
            """Your step goes along with the velocity. That is made of gradients and points uphill: look at the sign."""
            velocity = beta * velocity + gradient
            return theta + lr * velocity, velocity

        def points_downhill(theta, velocity, gradient, lr, beta):
            """Your velocity loses the gradient. In PyTorch's form it gains it, and the minus stands in the step."""
            velocity = beta * velocity - gradient
            return theta + lr * velocity, velocity

        def velocity_forgotten(theta, velocity, gradient, lr, beta):
            """The velocity that was passed in plays no part: yours begins anew with the gradient, and beta does
            nothing."""
            return theta - lr * gradient, gradient.copy()

        @says(STEP_BEFORE_VELOCITY)
        def step_before_velocity(theta, velocity, gradient, lr, beta):
            return theta - lr * velocity, beta * velocity + gradient

        def velocity_unused(theta, velocity, gradient, lr, beta):
            """Your velocity is right, but the step does not use it: it goes by the gradient alone."""
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

        def beta_on_both(theta, velocity, gradient, lr, beta):
            """Your beta multiplies the gradient as well as the old velocity. Look at the brackets: the gradient comes
            in whole."""
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

        def old_velocity_back(theta, velocity, gradient, lr, beta):
            """The new θ is right, but the velocity that you return is the one that was passed in. The next step would
            begin with it, and nothing would ever be gathered."""
            return heavy(theta, velocity, gradient, lr, beta)[0], velocity.copy()

        def writes_into_velocity(theta, velocity, gradient, lr, beta):
            """The result is right, but the velocity that was passed in is no longer what it was: `velocity *= …` and
            `velocity += …` write into the caller's array. Make a new one."""
            velocity *= beta
            velocity += gradient
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


def look_ahead_in_keras(theta, velocity, gradient, lr, beta):
    velocity = beta * velocity - lr * gradient
    return theta + beta * velocity - lr * gradient, velocity


WRITES_INTO_VELOCITY = (
    "The result is right, but the velocity that was passed in is no longer what it was. Make a new array."
)


class nesterov_step:
    cases = step_cases

    class mistakes:
        def look_ahead_forgotten(theta, velocity, gradient, lr, beta):
            """This is the heavy ball's step. Nesterov's goes against the gradient and, beside it, the share beta of the
            new velocity. (With the old velocity in the bracket it comes to the heavy ball's step as well.)"""
            return heavy(theta, velocity, gradient, lr, beta)

        def ahead_by_all(theta, velocity, gradient, lr, beta):
            """Your step adds the whole velocity to the gradient. Only the share beta of it is added."""
            velocity = beta * velocity + gradient
            return theta - lr * (gradient + velocity), velocity

        def gradient_left_out(theta, velocity, gradient, lr, beta):
            """Your step goes by beta times the velocity alone. The gradient itself is missing in the bracket."""
            velocity = beta * velocity + gradient
            return theta - lr * beta * velocity, velocity

        def rate_on_half(theta, velocity, gradient, lr, beta):
            """The rate multiplies only one of the two parts of your step. It stands before the bracket, for both."""
            velocity = beta * velocity + gradient
            return theta - lr * gradient - beta * velocity, velocity

        def keeps_the_look_ahead(theta, velocity, gradient, lr, beta):
            """θ is right, but you return the bracket as the velocity. What is kept for the next step is v of the first
            formula."""
            ahead = gradient + beta * (beta * velocity + gradient)
            return theta - lr * ahead, ahead

        def climbs(theta, velocity, gradient, lr, beta):
            """Your step goes uphill: gradient and velocity both point there, and the step goes against them."""
            velocity = beta * velocity + gradient
            return theta + lr * (gradient + beta * velocity), velocity

        def averaged(theta, velocity, gradient, lr, beta):
            """You multiply the gradient by 1 − beta in the velocity. Here each gradient is added as it is."""
            velocity = beta * velocity + (1 - beta) * gradient
            return theta - lr * (gradient + beta * velocity), velocity

        def in_keras(theta, velocity, gradient, lr, beta):
            """This is Keras's form, with the rate inside the velocity. Asked is PyTorch's."""
            return look_ahead_in_keras(theta, velocity, gradient, lr, beta)

        def velocity_forgotten(theta, velocity, gradient, lr, beta):
            """The velocity that was passed in plays no part: yours begins anew with each gradient."""
            return theta - lr * (1 + beta) * gradient, gradient.copy()

        @says(VELOCITY_FIRST)
        def velocity_first(theta, velocity, gradient, lr, beta):
            return look_ahead(theta, velocity, gradient, lr, beta)[::-1]

        @says(THETA_ALONE)
        def theta_alone(theta, velocity, gradient, lr, beta):
            return look_ahead(theta, velocity, gradient, lr, beta)[0]

        @says(WRITES_INTO_VELOCITY)
        def writes_into_velocity(theta, velocity, gradient, lr, beta):
            velocity *= beta
            velocity += gradient
            return theta - lr * (gradient + beta * velocity), velocity

    class right:
        def by_entries(theta, velocity, gradient, lr, beta):
            new, where = np.empty(len(theta)), np.empty(len(theta))
            for i in range(len(theta)):
                new[i] = beta * velocity[i] + gradient[i]
                where[i] = theta[i] - lr * gradient[i] - lr * beta * new[i]
            return where, new

        def in_powers(theta, velocity, gradient, lr, beta):
            move = (1 + beta) * gradient + beta**2 * velocity
            return [theta + -lr * move, gradient + velocity * beta]

        def by_two_balls(theta, velocity, gradient, lr, beta):
            ball = theta + lr * beta * velocity  # where the ball itself is
            velocity = beta * velocity + gradient
            ball = ball - lr * velocity
            return ball - lr * beta * velocity, velocity


class keras_momentum_step:
    cases = step_cases

    class mistakes:
        def torch_for_keras(theta, velocity, gradient, lr, beta):
            """This is PyTorch's form, with the rate outside the velocity. In Keras's the rate multiplies the gradient
            as it comes in, and the velocity is added to θ as it is."""
            return heavy(theta, velocity, gradient, lr, beta)

        def climbs(theta, velocity, gradient, lr, beta):
            """Your velocity gains the gradient and is then added to θ: that goes uphill. One of the two signs is a
            minus."""
            velocity = beta * velocity + lr * gradient
            return theta + velocity, velocity

        def turned_round(theta, velocity, gradient, lr, beta):
            """Your velocity points uphill and is subtracted. Keras's points where the ball goes: the velocity that is
            passed in does so already."""
            velocity = beta * velocity + lr * gradient
            return theta - velocity, velocity

        def subtracts_a_downhill_velocity(theta, velocity, gradient, lr, beta):
            """Your velocity is right, but it points downhill and you subtract it. Look at the sign of the step."""
            velocity = beta * velocity - lr * gradient
            return theta - velocity, velocity

        def rate_twice(theta, velocity, gradient, lr, beta):
            """The rate stands twice: it is inside the velocity already, so the step is the velocity itself."""
            velocity = beta * velocity - lr * gradient
            return theta + lr * velocity, velocity

        def rate_on_the_velocity(theta, velocity, gradient, lr, beta):
            """Your rate multiplies the old velocity as well. That has its rates inside already; only the new gradient
            needs one."""
            velocity = lr * (beta * velocity - gradient)
            return theta + velocity, velocity

        def rate_nowhere(theta, velocity, gradient, lr, beta):
            """The learning rate does not stand in your rule. It multiplies the gradient."""
            velocity = beta * velocity - gradient
            return theta + velocity, velocity

        @says(STEP_BEFORE_VELOCITY)
        def step_first(theta, velocity, gradient, lr, beta):
            return theta + velocity, beta * velocity - lr * gradient

        def velocity_forgotten(theta, velocity, gradient, lr, beta):
            """The velocity that was passed in plays no part: yours begins anew with each gradient, and beta does
            nothing."""
            return theta - lr * gradient, -lr * gradient

        def averaged(theta, velocity, gradient, lr, beta):
            """You multiply the gradient by 1 − beta as well. Here it is multiplied by the rate alone."""
            velocity = beta * velocity - lr * (1 - beta) * gradient
            return theta + velocity, velocity

        def looks_ahead(theta, velocity, gradient, lr, beta):
            """This is Nesterov's step in Keras's form. The heavy ball's is the velocity itself."""
            return look_ahead_in_keras(theta, velocity, gradient, lr, beta)

        @says(VELOCITY_FIRST)
        def velocity_first(theta, velocity, gradient, lr, beta):
            return heavy_in_keras(theta, velocity, gradient, lr, beta)[::-1]

        @says(THETA_ALONE)
        def theta_alone(theta, velocity, gradient, lr, beta):
            return heavy_in_keras(theta, velocity, gradient, lr, beta)[0]

        @says(WRITES_INTO_VELOCITY)
        def writes_into_velocity(theta, velocity, gradient, lr, beta):
            velocity *= beta
            velocity -= lr * gradient
            return theta + velocity, velocity

    class right:
        def by_entries(theta, velocity, gradient, lr, beta):
            new = np.array([beta * velocity[i] - lr * gradient[i] for i in range(len(theta))])
            return [theta[i] + new[i] for i in range(len(theta))], new

        def on_copies(theta, velocity, gradient, lr, beta):
            velocity = velocity.copy()
            velocity *= beta
            velocity += -lr * gradient
            return np.add(theta, velocity), velocity

        def by_torch(theta, velocity, gradient, lr, beta):
            where, uphill = heavy(theta, -velocity / lr, gradient, lr, beta)
            return where, -lr * uphill


def ends(hessian):
    eigenvalues = np.linalg.eigvalsh(hessian)
    return eigenvalues[0], eigenvalues[-1]


def constants(low, high):
    """The answer, once both ends are known."""
    a, b = np.sqrt(low), np.sqrt(high)
    return (2 / (b + a)) ** 2, ((b - a) / (b + a)) ** 2


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
            """Your β is made of κ, not of its root. The root is what the heavy ball is all about."""
            low, high = ends(hessian)
            return constants(low, high)[0], ((high - low) / (high + low)) ** 2

        def rate_without_roots(hessian):
            """Your α is made of the eigenvalues, not of their roots."""
            low, high = ends(hessian)
            return (2 / (high + low)) ** 2, constants(low, high)[1]

        def rate_of_plain_descent(hessian):
            """Your α is the best one for plain descent. The heavy ball with its own β bears a larger one."""
            low, high = ends(hessian)
            return 2 / (low + high), constants(low, high)[1]

        def of_nesterov(hessian):
            """These are the constants that the lesson uses for Nesterov. The heavy ball has its own."""
            low, high = ends(hessian)
            return 1 / high, np.sqrt(constants(low, high)[1])

        @says(DIAGONAL_FOR_EIGENVALUES)
        def by_diagonal(hessian):
            diagonal = np.diag(hessian)
            return constants(diagonal.min(), diagonal.max())

        def steepest_alone(hessian):
            """Your α is made of the greatest eigenvalue alone. The least one stands beside it, under the fraction
            line."""
            low, high = ends(hessian)
            return 4 / high, constants(low, high)[1]

        def two_least(hessian):
            """You take the two least eigenvalues. Take the least and the greatest: the first and the last of the sorted
            ones."""
            eigenvalues = np.linalg.eigvalsh(hessian)
            return constants(eigenvalues[0], eigenvalues[min(1, len(eigenvalues) - 1)])

        def beta_first(hessian):
            """Both numbers are right, and in the wrong order: the rate comes first, then β."""
            return constants(*ends(hessian))[::-1]

        def usual_beta(hessian):
            """Your β does not depend on the Hessian. 0.9 is what everybody types; here it is to be computed."""
            return constants(*ends(hessian))[0], 0.9

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


def rolling(step):
    """A mistake in one line of the loop: `step` gives (θ, v) from (θ, v, ∇J, α, β)."""

    def run(gradient, start, lr, beta, steps):
        theta, velocity, path = start, np.zeros_like(start), [start]
        for _ in range(steps):
            theta, velocity = step(theta, velocity, gradient(theta), lr, beta)
            path.append(theta)
        return np.array(path)

    return run


class roll:
    def cases(rng):
        yield functions.square.gradient, np.array([3.0]), 0.1, 0.5, 3
        for f, lr, beta, steps in [
            (functions.ravine, 0.03, 0.8, 5),
            (functions.himmelblau, 0.005, 0.5, 4),
            (functions.double_well, 0.02, 0.9, 6),
            (functions.saddle, 0.05, 0.3, 7),
            (functions.ravine, 0.02, 0.6, 2),
            (functions.plateau, 0.5, 0.95, 8),
        ]:
            low, high = np.array(f.domain).T
            yield f.gradient, rng.uniform(low + 0.55 * (high - low), high).round(2), lr, beta, steps
        yield functions.ravine.gradient, np.array([1.0, -2.0]), 0.02, 0.9, 0

    class mistakes:
        @says(BUG_STILL_THERE)
        def still_begun_anew(gradient, start, lr, beta, steps):
            return rolling(momentum_step.mistakes.velocity_forgotten)(gradient, start, lr, beta, steps)

        def slope_of_the_start(gradient, start, lr, beta, steps):
            """The velocity is carried along now, but each step uses the gradient at the start. Take it anew wherever
            the ball is."""
            slope = gradient(start)
            return rolling(heavy)(lambda theta: slope, start, lr, beta, steps)

        def begins_with_the_slope(gradient, start, lr, beta, steps):
            """Your ball is not at rest at first: its velocity begins as the gradient at the start, which then comes in
            twice."""
            theta, velocity, path = start, gradient(start), [start]
            for _ in range(steps):
                theta, velocity = heavy(theta, velocity, gradient(theta), lr, beta)
                path.append(theta)
            return np.array(path)

        def without_friction(gradient, start, lr, beta, steps):
            """The velocity is carried along now, but all of it: beta is not used, and such a ball never comes to
            rest."""
            return rolling(momentum_step.mistakes.no_friction)(gradient, start, lr, beta, steps)

        def one_step_late(gradient, start, lr, beta, steps):
            """Your ball stays where it is in its first step: each step uses the velocity from before the new
            gradient."""
            return rolling(momentum_step.mistakes.step_before_velocity)(gradient, start, lr, beta, steps)

        def uphill(gradient, start, lr, beta, steps):
            """The velocity is carried along now, but the ball rolls uphill. Look at the sign of the step."""
            return rolling(momentum_step.mistakes.climbs)(gradient, start, lr, beta, steps)

        def with_a_mean(gradient, start, lr, beta, steps):
            """You multiply the gradient by 1 − beta. The program had that part right: each gradient is added as it
            is."""
            return rolling(momentum_step.mistakes.averaged)(gradient, start, lr, beta, steps)

        def ahead(gradient, start, lr, beta, steps):
            """The velocity is carried along now, but these are Nesterov's steps. Asked is the heavy ball."""
            return rolling(look_ahead)(gradient, start, lr, beta, steps)

        @says(PATH_WITHOUT_START)
        def without_start(gradient, start, lr, beta, steps):
            return rolling(heavy)(gradient, start, lr, beta, steps)[1:]

        def end_alone(gradient, start, lr, beta, steps):
            """This is where the ball ends. The whole path is asked for, one row for each point."""
            return rolling(heavy)(gradient, start, lr, beta, steps)[-1]

        def one_array_many_times(gradient, start, lr, beta, steps):
            """All rows of your path are the same: the list holds one array many times over, and `theta -= …` changed it
            in all of them. Make a new array at each step."""
            return np.tile(rolling(heavy)(gradient, start, lr, beta, steps)[-1], (steps + 1, 1))

    class right:
        def by_rows(gradient, start, lr, beta, steps):
            path = np.empty((steps + 1, len(start)))
            path[0], velocity = start, np.zeros(len(start))
            for k in range(steps):
                velocity = beta * velocity + gradient(path[k])
                path[k + 1] = path[k] - lr * velocity
            return path

        def in_keras(gradient, start, lr, beta, steps):
            return list(rolling(heavy_in_keras)(gradient, start, lr, beta, steps))

        def by_differences(gradient, start, lr, beta, steps):
            path = [start, start]  # the point before the start, too: it is at rest
            for _ in range(steps):
                path.append(path[-1] - lr * gradient(path[-1]) + beta * (path[-1] - path[-2]))
            return np.array(path[1:])
