"""Update rules: how a gradient becomes a step.

A rule is two pure functions, `init` and `update`, so that one loop (`descent.descend`) runs them all:

    state = rule.init(theta)
    step, state = rule.update(gradient, state, theta)
    theta = theta + step

Where PyTorch and Keras write a rule differently, the plain name is PyTorch's form and `…_keras` the other.
Hyperparameters beside the rate default to those of the framework whose form it is. The rate never has a
default. It is a number, or a schedule: a callable of the iteration t = 0, 1, 2, …, whose rates may be 0 too.

A rule that is made with wrong numbers raises ValueError or TypeError at once; a schedule, at the step whose rate
is wrong. Arrays that a rule is given are never changed.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from helpers import arguments


class Rule(NamedTuple):
    """An update rule.

    name      what a legend calls it
    init      init(theta) -> state, before the first step
    update    update(gradient, state, theta) -> (step, state); gradient, step and theta of shape (d,)
    lr        the learning rate α, or its schedule
    border    border(L) -> the rate above which the rule diverges on a quadratic of largest curvature L;
              None where no such formula is known
    """

    name: str
    init: Callable
    update: Callable
    lr: float | Callable[[int], float]
    border: Callable[[float], float] | None = None


def gradient_descent(lr) -> Rule:
    """The rule of the course: θ ← θ − α∇J(θ). Cauchy (1847), Comptes rendus 25, 536–538."""
    rate = _schedule(lr)

    def update(gradient, t, theta):
        return -rate(t) * gradient, t + 1

    return Rule("gradient descent", lambda theta: 0, update, lr, border=lambda L: 2 / L)


def momentum(lr, beta=0.9, dampening=0.0) -> Rule:
    """Heavy ball, PyTorch's form: v ← βv + (1 − dampening)∇J, θ ← θ − αv; the first v is ∇J itself.

    Polyak (1964), USSR Computational Mathematics and Mathematical Physics 4(5), 1–17; torch.optim.SGD.
    """
    rate, beta, dampening = _schedule(lr), arguments.fraction(beta, "beta"), arguments.fraction(dampening, "dampening")

    def update(gradient, state, theta):
        velocity, t = state
        velocity = gradient if t == 0 else beta * velocity + (1 - dampening) * gradient
        return -rate(t) * velocity, (velocity, t + 1)

    return Rule("momentum", _zeros_and_count, update, lr, border=lambda L: 2 * (1 + beta) / (L * (1 - dampening)))


def momentum_keras(lr, beta=0.9) -> Rule:
    """Heavy ball, Keras's form: v ← βv − α∇J, θ ← θ + v. The rate is inside the velocity (keras.optimizers.SGD)."""
    rate, beta = _schedule(lr), arguments.fraction(beta, "beta")

    def update(gradient, state, theta):
        velocity, t = state
        velocity = beta * velocity - rate(t) * gradient
        return velocity, (velocity, t + 1)

    return Rule("momentum (Keras)", _zeros_and_count, update, lr, border=lambda L: 2 * (1 + beta) / L)


def nesterov(lr, beta=0.9) -> Rule:
    """Nesterov's momentum, PyTorch's form: v ← βv + ∇J, θ ← θ − α(∇J + βv).

    θ is the look-ahead point. Nesterov (1983), Soviet Mathematics Doklady 27, 372–376; as momentum Sutskever et al.
    (2013), ICML; in this form Bengio, Boulanger-Lewandowski, Pascanu (2013), ICASSP, and torch.optim.SGD.
    """
    rate, beta = _schedule(lr), arguments.fraction(beta, "beta")

    def update(gradient, state, theta):
        velocity, t = state
        velocity = beta * velocity + gradient
        return -rate(t) * (gradient + beta * velocity), (velocity, t + 1)

    return Rule("Nesterov", _zeros_and_count, update, lr, border=lambda L: 2 * (1 + beta) / ((1 + 2 * beta) * L))


def nesterov_keras(lr, beta=0.9) -> Rule:
    """Nesterov's momentum, Keras's form: v ← βv − α∇J, θ ← θ + βv − α∇J (keras.optimizers.SGD)."""
    rate, beta = _schedule(lr), arguments.fraction(beta, "beta")

    def update(gradient, state, theta):
        velocity, t = state
        velocity = beta * velocity - rate(t) * gradient
        return beta * velocity - rate(t) * gradient, (velocity, t + 1)

    border = nesterov(lr, beta).border
    return Rule("Nesterov (Keras)", _zeros_and_count, update, lr, border)


def adagrad(lr, eps=1e-10, start=0.0) -> Rule:
    """Adagrad, PyTorch's form: s ← s + ∇J², θ ← θ − α∇J/(√s + ε), s from `start`.

    Duchi, Hazan, Singer (2011), JMLR 12, 2121–2159; torch.optim.Adagrad.
    """
    rate, eps, start = _schedule(lr), arguments.not_negative(eps, "eps"), arguments.not_negative(start, "start")

    def update(gradient, state, theta):
        squares, t = state
        squares = squares + gradient**2
        return -rate(t) * gradient / (np.sqrt(squares) + eps), (squares, t + 1)

    return Rule("Adagrad", lambda theta: (np.zeros_like(theta) + start, 0), update, lr)


def adagrad_keras(lr, eps=1e-7, start=0.1) -> Rule:
    """Adagrad, Keras's form: s ← s + ∇J², θ ← θ − α∇J/√(s + ε), s from `start` (keras.optimizers.Adagrad)."""
    rate, eps, start = _schedule(lr), arguments.not_negative(eps, "eps"), arguments.not_negative(start, "start")

    def update(gradient, state, theta):
        squares, t = state
        squares = squares + gradient**2
        return -rate(t) * gradient / np.sqrt(squares + eps), (squares, t + 1)

    return Rule("Adagrad (Keras)", lambda theta: (np.zeros_like(theta) + start, 0), update, lr)


def rmsprop(lr, alpha=0.99, eps=1e-8) -> Rule:
    """RMSprop, PyTorch's form: s ← αs + (1 − α)∇J², θ ← θ − lr·∇J/(√s + ε); this α is the decay, not the rate.

    Tieleman and Hinton (2012), Coursera, Neural Networks for Machine Learning, lecture 6.5; torch.optim.RMSprop.
    """
    rate, alpha, eps = _schedule(lr), arguments.fraction(alpha, "alpha"), arguments.not_negative(eps, "eps")

    def update(gradient, state, theta):
        squares, t = state
        squares = alpha * squares + (1 - alpha) * gradient**2
        return -rate(t) * gradient / (np.sqrt(squares) + eps), (squares, t + 1)

    return Rule("RMSprop", _zeros_and_count, update, lr)


def rmsprop_keras(lr, rho=0.9, eps=1e-7) -> Rule:
    """RMSprop, Keras's form: s ← ρs + (1 − ρ)∇J², θ ← θ − α∇J/√(s + ε) (keras.optimizers.RMSprop)."""
    rate, rho, eps = _schedule(lr), arguments.fraction(rho, "rho"), arguments.not_negative(eps, "eps")

    def update(gradient, state, theta):
        squares, t = state
        squares = rho * squares + (1 - rho) * gradient**2
        return -rate(t) * gradient / np.sqrt(squares + eps), (squares, t + 1)

    return Rule("RMSprop (Keras)", _zeros_and_count, update, lr)


def adam(lr, beta_1=0.9, beta_2=0.999, eps=1e-8) -> Rule:
    """Adam, PyTorch's form: m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ), θ ← θ − α·m̂/(√v̂ + ε), t from 1.

    m ← β₁m + (1 − β₁)∇J and v ← β₂v + (1 − β₂)∇J². Kingma and Ba (2015), ICLR, Algorithm 1; torch.optim.Adam.
    """
    rate, eps = _schedule(lr), arguments.not_negative(eps, "eps")
    beta_1, beta_2 = arguments.fraction(beta_1, "beta_1"), arguments.fraction(beta_2, "beta_2")

    def update(gradient, state, theta):
        m, v, t = state
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        m_hat = m / (1 - beta_1 ** (t + 1))
        v_hat = v / (1 - beta_2 ** (t + 1))
        return -rate(t) * m_hat / (np.sqrt(v_hat) + eps), (m, v, t + 1)

    return Rule("Adam", _two_zeros_and_count, update, lr)


def adam_keras(lr, beta_1=0.9, beta_2=0.999, eps=1e-7, correction=None) -> Rule:
    """Adam, Keras's form: θ ← θ − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ) · m/(√v + ε), t from 1.

    The paper's "ε̂" variant, before its section 2.1: its ε counts for more in the first steps (keras.optimizers.Adam).
    correction   the pair (β₁, β₂) as the factor √(1 − β₂ᵗ)/(1 − β₁ᵗ) uses it, where that differs from the averages'
                 own: Keras rounds it to float32 there, and only there
    """
    rate, eps = _schedule(lr), arguments.not_negative(eps, "eps")
    beta_1, beta_2 = arguments.fraction(beta_1, "beta_1"), arguments.fraction(beta_2, "beta_2")
    corrected_1, corrected_2 = (arguments.fraction(beta, "correction") for beta in correction or (beta_1, beta_2))

    def update(gradient, state, theta):
        m, v, t = state
        m = beta_1 * m + (1 - beta_1) * gradient
        v = beta_2 * v + (1 - beta_2) * gradient**2
        corrected = rate(t) * np.sqrt(1 - corrected_2 ** (t + 1)) / (1 - corrected_1 ** (t + 1))
        return -corrected * m / (np.sqrt(v) + eps), (m, v, t + 1)

    return Rule("Adam (Keras)", _two_zeros_and_count, update, lr)


def decoupled_weight_decay(rule: Rule, weight_decay) -> Rule:
    """`rule`, and beside it θ ← θ − α·weight_decay·θ, which the rule's own state never sees.

    Loshchilov and Hutter (2019), ICLR.
    """
    rate, decay = _schedule(rule.lr), arguments.not_negative(weight_decay, "weight_decay")

    def update(gradient, state, theta):
        inner, t = state
        step, inner = rule.update(gradient, inner, theta)
        return step - rate(t) * decay * theta, (inner, t + 1)

    return Rule(f"{rule.name}, decoupled decay", lambda theta: (rule.init(theta), 0), update, rule.lr)


def coupled_weight_decay(rule: Rule, weight_decay) -> Rule:
    """`rule` on the gradient ∇J + weight_decay·θ: the L2 penalty ½·weight_decay·‖θ‖² added to the cost."""
    decay = arguments.not_negative(weight_decay, "weight_decay")

    def update(gradient, state, theta):
        return rule.update(gradient + decay * theta, state, theta)

    return Rule(f"{rule.name}, coupled decay", rule.init, update, rule.lr)


def adamw(lr, beta_1=0.9, beta_2=0.999, eps=1e-8, weight_decay=0.01) -> Rule:
    """AdamW, PyTorch's form: Adam with decoupled weight decay (torch.optim.AdamW)."""
    return decoupled_weight_decay(adam(lr, beta_1, beta_2, eps), weight_decay)._replace(name="AdamW")


def adamw_keras(lr, beta_1=0.9, beta_2=0.999, eps=1e-7, weight_decay=0.004, correction=None) -> Rule:
    """AdamW, Keras's form: Keras's Adam with decoupled weight decay (keras.optimizers.AdamW)."""
    adam = adam_keras(lr, beta_1, beta_2, eps, correction)
    return decoupled_weight_decay(adam, weight_decay)._replace(name="AdamW (Keras)")


def clipped_by_value(rule: Rule, limit) -> Rule:
    """`rule` on the gradient with each entry cut to −limit … limit.

    torch.nn.utils.clip_grad_value_ before `step`; Keras's argument `clipvalue`.
    """
    limit = arguments.positive(limit, "limit")

    def update(gradient, state, theta):
        return rule.update(np.clip(gradient, -limit, limit), state, theta)

    return Rule(f"{rule.name}, clipped by value", rule.init, update, rule.lr)


def clipped_by_norm(rule: Rule, limit, sizes=None) -> Rule:
    """`rule` on the gradient made no longer than limit, PyTorch's form: g ← g·min(1, limit/(‖g‖ + 1e-6)).

    Pascanu, Mikolov, Bengio (2013), ICML, Algorithm 1; torch.nn.utils.clip_grad_norm_ before `step`.
    sizes   how many entries of θ each variable has, in order: each is then clipped by its own norm, as calls for one
            parameter at a time do. By default all of θ is clipped together, by the global norm.
    """
    return _clipped(rule, limit, sizes, margin=1e-6)


def clipped_by_norm_keras(rule: Rule, limit, sizes=None) -> Rule:
    """`rule` on the gradient made no longer than limit, Keras's form: g ← g·min(1, limit/‖g‖).

    With `sizes`, as for `clipped_by_norm`, it is Keras's argument `clipnorm`; without, `global_clipnorm`.
    """
    return _clipped(rule, limit, sizes, margin=0.0)


def _clipped(rule: Rule, limit, sizes, margin) -> Rule:
    limit = arguments.positive(limit, "limit")
    sizes = None if sizes is None else [arguments.count(size, "sizes", least=1) for size in sizes]
    cuts = np.cumsum(sizes or [0])[:-1]

    def clip(gradient):
        return gradient * (limit / max(limit, np.linalg.norm(gradient) + margin))

    def init(theta):
        if sizes is not None and sum(sizes) != len(theta):
            raise ValueError(f"sizes = {sizes} adds up to {sum(sizes)}, but theta has {len(theta)} entries.")
        return rule.init(theta)

    def update(gradient, state, theta):
        clipped = np.concatenate([clip(part) for part in np.split(gradient, cuts)])
        return rule.update(clipped, state, theta)

    return Rule(f"{rule.name}, clipped by norm", init, update, rule.lr)


def _schedule(lr) -> Callable[[int], float]:
    """The rate as a callable of t: a number is checked here, a schedule's rate when it is asked for."""
    lr = arguments.rate(lr)
    return (lambda t: arguments.not_negative(lr(t), f"lr({t})")) if callable(lr) else lambda t: lr


def _zeros_and_count(theta):
    return np.zeros_like(theta), 0


def _two_zeros_and_count(theta):
    return np.zeros_like(theta), np.zeros_like(theta), 0
