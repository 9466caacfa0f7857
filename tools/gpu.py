"""What lesson 7 says that a GPU changes, measured: `python tools/gpu.py`, on a machine with one.

Nothing in the course needs a GPU, and no test runs this. The lesson quotes what it printed, with the card's name.
"""

import statistics
import sys
import time
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
from helpers import data

CPU, GPU = torch.device("cpu"), torch.device("cuda")
ROUNDS = 7


def main() -> None:
    print(f"{torch.cuda.get_device_name()}, PyTorch {torch.__version__}, one CPU thread")
    torch.set_num_threads(1)
    placement()
    queueing()
    waiting()
    small_and_large()
    precision()
    repeating()
    same_line()


def heading(words: str) -> None:
    print(f"\n{words}")


def seconds(run) -> float:
    """The median wall-clock time of `run`, in s, until the GPU has finished; the first call warms up."""
    run()
    times = []
    for _ in range(ROUNDS):
        torch.cuda.synchronize()
        begin = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - begin)
    return statistics.median(times)


def placement() -> None:
    heading("module on the GPU, data on the CPU")
    model = torch.nn.Linear(1, 1).to(GPU)
    try:
        model(torch.ones(1, 1))
    except RuntimeError as error:
        print(error)
    model = torch.nn.Linear(1, 1)
    before = model.weight
    model.to(GPU)
    print("the optimiser's parameter is still the module's after .to():", before is model.weight)


def queueing() -> None:
    heading("twenty products of two 4096 x 4096 matrices")
    matrix = torch.randn(4096, 4096, device=GPU)

    def products():
        for _ in range(20):
            matrix @ matrix

    products()
    torch.cuda.synchronize()
    begin = time.perf_counter()
    products()
    queued = time.perf_counter() - begin
    torch.cuda.synchronize()
    print(f"queued after {queued * 1e3:.2f} ms, done after {(time.perf_counter() - begin) * 1e3:.1f} ms")


def trainer(device, width: int, batch: int, *, item: bool = False, steps: int = 50):
    """A function that takes `steps` steps of SGD on a network with two hidden layers."""
    torch.manual_seed(0)
    layers = [torch.nn.Linear(64, width), torch.nn.ReLU(), torch.nn.Linear(width, width), torch.nn.ReLU()]
    model = torch.nn.Sequential(*layers, torch.nn.Linear(width, 1)).to(device)
    inputs, targets = torch.randn(batch, 64, device=device), torch.randn(batch, 1, device=device)
    optimizer = torch.optim.SGD(model.parameters(), lr=1e-3)
    loss_fn = torch.nn.MSELoss()

    def train():
        for _ in range(steps):
            optimizer.zero_grad()
            loss = loss_fn(model(inputs), targets)
            loss.backward()
            optimizer.step()
            if item:
                loss.item()

    return train


def waiting() -> None:
    heading("50 steps of a network, with and without .item() in each")
    for width, batch in [(64, 32), (4096, 4096)]:
        without, with_item = (seconds(trainer(GPU, width, batch, item=item)) for item in (False, True))
        print(f"width {width}, batch {batch}: {without * 1e3:.1f} ms without, {with_item * 1e3:.1f} ms with")


def small_and_large() -> None:
    heading("50 steps on the CPU (one thread) and on the GPU")
    x, y = (torch.tensor(values, dtype=torch.float32) for values in data.points())

    def line(device):
        model, loss_fn = torch.nn.Linear(1, 1).to(device), torch.nn.MSELoss()
        inputs, targets = x.reshape(-1, 1).to(device), y.reshape(-1, 1).to(device)
        optimizer = torch.optim.SGD(model.parameters(), lr=1e-5)

        def train():
            for _ in range(50):
                optimizer.zero_grad()
                loss_fn(model(inputs), targets).backward()
                optimizer.step()

        return train

    rows = [("the course's line", line(CPU), line(GPU))]
    for width, batch in [(64, 32), (512, 256), (2048, 1024)]:
        rows.append((f"width {width}, batch {batch}", trainer(CPU, width, batch, steps=50), trainer(GPU, width, batch)))
    for name, on_cpu, on_gpu in rows:
        cpu, gpu = seconds(on_cpu), seconds(on_gpu)
        print(f"{name}: CPU {cpu * 1e3:.1f} ms, GPU {gpu * 1e3:.1f} ms, {cpu / gpu:.2g} times as long on the CPU")


def precision() -> None:
    heading("largest error relative to the largest entry of float64's result")
    torch.manual_seed(1)
    a, b = torch.randn(1024, 1024, device=GPU), torch.randn(1024, 1024, device=GPU)
    images, kernels = torch.randn(32, 64, 32, 32, device=GPU), torch.randn(64, 64, 3, 3, device=GPU)
    lstm = torch.nn.LSTM(256, 256).to(GPU)
    sequence = torch.randn(20, 32, 256, device=GPU)

    def error(single, double):
        return float((single.double() - double).abs().max() / double.abs().max())

    with torch.no_grad():
        exact = {
            "matrix product": a.double() @ b.double(),
            "convolution": torch.nn.functional.conv2d(images.double(), kernels.double()),
        }
        on_cpu = torch.nn.LSTM(256, 256)
        on_cpu.load_state_dict(lstm.state_dict())
        exact["LSTM"] = on_cpu.double()(sequence.cpu().double())[0].to(GPU)
        for setting in ["as delivered", "none", "tf32"]:
            if setting == "none":
                torch.backends.cudnn.allow_tf32 = False
            if setting == "tf32":
                torch.backends.cudnn.allow_tf32 = True
                torch.set_float32_matmul_precision("high")
            made = {
                "matrix product": a @ b,
                "convolution": torch.nn.functional.conv2d(images, kernels),
                "LSTM": lstm(sequence)[0],
            }
            print(setting, {name: f"{error(made[name], exact[name]):.1e}" for name in made})
    torch.set_float32_matmul_precision("highest")


def repeating() -> None:
    heading("a sum by index_add_ of a million float32 values into ten places, five times from one seed")
    torch.manual_seed(0)
    values, where = torch.randn(1_000_000, device=GPU), torch.randint(10, (1_000_000,), device=GPU)
    sums = [torch.zeros(10, device=GPU).index_add_(0, where, values) for _ in range(5)]
    print("different results:", len({tuple(one.tolist()) for one in sums}))
    sums = [torch.zeros(10).index_add_(0, where.cpu(), values.cpu()) for _ in range(5)]
    print("different results on the CPU:", len({tuple(one.tolist()) for one in sums}))
    print("the same seed draws the same on both:", end=" ")
    draws = []
    for device in (CPU, GPU):
        torch.manual_seed(0)
        draws.append(torch.randn(3, device=device).tolist())
    print(draws[0] == draws[1], draws)


def same_line() -> None:
    heading("lesson 7's fifty steps at 1e-5 from the course's first start, float32")
    x, y = (torch.tensor(values, dtype=torch.float32) for values in data.points())
    start = [float(value) for value in data.start_pairs()[0]]
    for device in (CPU, GPU):
        w, b = (torch.tensor(value, device=device, requires_grad=True) for value in start)
        optimizer = torch.optim.SGD([w, b], lr=1e-5)
        for _ in range(50):
            optimizer.zero_grad()
            ((w * x.to(device) + b - y.to(device)) ** 2).mean().backward()
            optimizer.step()
        print(device.type, f"w = {w.item():.7f}, b = {b.item():.7f}")


if __name__ == "__main__":
    main()
