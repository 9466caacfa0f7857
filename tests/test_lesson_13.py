"""What lesson 13's torchrun cell leaves behind, which is nothing, and where its workers end.

The cell is read out of the lesson and run in a kernel of its own, as a student runs it; interrupting it is what
Kernel, Interrupt does. References: psutil's view of the processes, and the closed form of descent on a quadratic.
"""

import ast
import contextlib
import json
import os
import queue
import secrets
import socket
import time
from typing import NamedTuple

import nbformat
import numpy as np
import psutil
import pytest
from jupyter_client.manager import KernelManager
from lesson_code import NOTEBOOKS

from helpers import data

pytestmark = pytest.mark.slow

MARK = "DOWNHILL_TEST"  # a variable that every process which the kernel starts inherits


class Run(NamedTuple):
    """How the cell ended, and what was seen of its processes meanwhile."""

    error: str | None  # the exception's name, None where there was none
    ranks: set  # of the workers
    addresses: set  # on which any of the processes listened: (ip, port)


class Notebook:
    """A kernel in which lesson 13 is ready for its torchrun cell."""

    def __init__(self, folder):
        self.value, self.folder = secrets.token_hex(8), folder
        self.manager = KernelManager()
        # The frameworks are of no use here and slow to load, so only the cells that the torchrun cell needs are run.
        sources = [cell.source for cell in lesson_cells()]
        (program,) = (source for source in sources if source.startswith("program = "))
        (self.torchrun,) = (source for source in sources if "torch.distributed.run" in source)
        environment = {MARK: self.value, "TMPDIR": str(folder), "TEMP": str(folder)}
        self.manager.start_kernel(env=os.environ | environment, cwd=str(folder))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=120)
        assert self.error_of(self.client.execute(imports_of(sources[0]) + "\n" + program)) is None

    def stop(self):
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)

    def run(self, interrupt=False) -> Run:
        """Run the torchrun cell; with `interrupt`, interrupt it as soon as two workers talk to each other."""
        ranks, addresses = set(), set()
        sent = self.client.execute(self.torchrun)

        def look():
            nonlocal interrupt
            listening = set()  # the workers, by rank, that can be spoken to
            for process in self.left():
                with contextlib.suppress(psutil.Error):
                    rank = process.environ().get("RANK")
                    here = [c.laddr for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN]
                    addresses.update((ip, port) for ip, port in here)
                    if rank is not None:
                        ranks.add(rank)
                        if here:
                            listening.add(rank)
            if interrupt and len(listening) == 2:
                self.manager.interrupt_kernel()
                interrupt = False

        return Run(self.error_of(sent, look), ranks, addresses)

    def error_of(self, sent, look=lambda: None) -> str | None:
        """Wait for the end of what was sent, looking on meanwhile; the name of the exception that ended it."""
        end = time.monotonic() + 240
        while time.monotonic() < end:
            with contextlib.suppress(queue.Empty):
                reply = self.client.get_shell_msg(timeout=0.1)
                if reply["parent_header"].get("msg_id") == sent:
                    return reply["content"].get("ename")
            look()
        raise TimeoutError("the kernel did not answer")

    def result(self) -> dict:
        """What the workers have printed."""
        sent = self.client.execute("", user_expressions={"ends": "json.dumps(ends)"})
        while (reply := self.client.get_shell_msg(timeout=60))["parent_header"].get("msg_id") != sent:
            pass
        return json.loads(ast.literal_eval(reply["content"]["user_expressions"]["ends"]["data"]["text/plain"]))

    def left(self) -> list[psutil.Process]:
        """The processes that come of this kernel, wherever they hang now, but for the kernel itself."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                ours = process.environ().get(MARK) == self.value and process.status() != psutil.STATUS_ZOMBIE
                if ours and process.pid != self.manager.provisioner.pid:
                    found.append(process)
        return found

    def files(self) -> set[str]:
        """What lies in the temporary directory, but for the one cache that importing PyTorch makes for all programs."""
        return {entry.name for entry in self.folder.iterdir() if not entry.name.startswith("torchinductor_")}


def lesson_cells():
    notebook = nbformat.read(NOTEBOOKS / "13_scaling_out.ipynb", as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def imports_of(source: str) -> str:
    """The imports at the top of a cell."""
    nodes = [node for node in ast.parse(source).body if isinstance(node, (ast.Import, ast.ImportFrom))]
    return ast.unparse(ast.Module(nodes, []))


def listening(address) -> bool:
    """Whether somebody answers there."""
    ip, port = address
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(ip, ip)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as caller:
        caller.settimeout(2)
        return caller.connect_ex((host, port)) == 0


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    started = Notebook(tmp_path_factory.mktemp("lesson_13"))
    yield started
    started.stop()


@pytest.fixture(scope="module")
def finished(notebook):
    """The cell, run to its end: what was seen, what was left at once, what the workers printed, which files are new."""
    before = notebook.files()
    run = notebook.run()
    return run, notebook.left(), notebook.result(), notebook.files() - before


def test_after_the_cell_no_process_and_no_port_is_left_behind(finished):
    run, left, _, _ = finished
    assert (run.error, run.ranks) == (None, {"0", "1"})
    assert left == []
    assert len(run.addresses) >= 2
    assert [address for address in run.addresses if listening(address)] == []


def test_after_the_cell_no_file_is_left_behind(finished):
    assert finished[3] == set()


def test_after_an_interrupted_cell_no_process_no_port_and_no_file_is_left_behind(notebook):
    before = notebook.files()
    run = notebook.run(interrupt=True)
    left = notebook.left()
    assert notebook.files() == before
    assert (run.error, run.ranks) == ("KeyboardInterrupt", {"0", "1"})
    assert left == []
    assert len(run.addresses) >= 2
    assert [address for address in run.addresses if listening(address)] == []


def descended(parts, weights):
    """Where 50 steps at 0.25 end on the weighted mean of the parts' costs, by θₜ = θ* + (I − αH)ᵗ (θ₀ − θ*)."""
    x, y = data.points()
    A, H, c = np.column_stack([x / 100, np.ones(100)]), 0, 0
    for part, weight in zip(parts, weights, strict=True):
        H = H + weight * 2 / len(part) * A[part].T @ A[part]
        c = c + weight * 2 / len(part) * A[part].T @ y[part]
    best = np.linalg.solve(H, c)
    return best - np.linalg.matrix_power(np.eye(2) - 0.25 * H, 50) @ best


def test_the_workers_end_where_the_closed_form_has_them(finished):
    whole = descended([range(100)], [1])
    alike = descended([range(30), range(30, 100)], [0.5, 0.5])  # as DDP puts unequal shards together
    result = finished[2]
    np.testing.assert_allclose(result["50 and 50, plain mean"], whole, rtol=1e-12)
    np.testing.assert_allclose(result["30 and 70, weighted"], whole, rtol=1e-12)
    np.testing.assert_allclose(result["30 and 70, plain mean"], alike, rtol=1e-12)
    assert np.abs(whole - alike).max() > 0.01


def printed(start: str) -> str:
    """What the lesson has stored as printed by the cell that begins like this."""
    (cell,) = (cell for cell in lesson_cells() if cell.source.startswith(start))
    return "".join(output.get("text", "") for output in cell.outputs)


def test_the_four_costs_on_two_devices_are_as_far_off_as_the_closed_form_says():
    whole = descended([range(100)], [1])
    shards = {"50 and 50": [range(50), range(50, 100)], "30 and 70": [range(30), range(30, 100)]}
    off = {  # a mean of each shard is added up as it is, or divided by the number of devices
        (name, factor): np.abs(descended(parts, [factor, factor]) - whole).max()
        for name, parts in shards.items()
        for factor in (1, 0.5)
    }
    rows = [row for row in printed("equal, unequal = ").splitlines() if "guess was made" not in row]
    assert f"off by {off['50 and 50', 1]:.3f}   off by {off['30 and 70', 1]:.3f}" in rows[1]
    assert f"equal to 1e-12  off by {off['30 and 70', 0.5]:.3f}" in rows[3]
    assert off["50 and 50", 0.5] < 1e-12
    assert [row.count("equal to 1e-12") for row in rows] == [0, 0, 2, 1, 2]


def test_fit_takes_the_plain_mean_of_the_halves_of_an_odd_batch():
    x, y = data.points()
    A = np.column_stack([x / 100, np.ones(100)])

    def fitted(second):
        theta = np.zeros(2)
        for _ in range(25):
            for parts in ([range(50)], second):
                slopes = [2 / len(part) * A[part].T @ (A[part] @ theta - y[part]) for part in parts]
                theta = theta - 0.25 * np.mean(slopes, axis=0)
        return theta

    gap = np.abs(fitted([range(50, 75), range(75, 99)]) - fitted([range(50, 99)])).max()
    assert f"fit, 99 examples: equal to 1e-12: False, off by {gap:.2f}" in printed("one_device = ")


def test_the_workers_of_the_sharded_model_hold_the_rows_and_bytes_that_the_lesson_says():
    shapes = [(64, 1), (64,), (64, 64), (64,), (1, 64), (1,)]
    said = printed("shared = torchrun(sharding)")
    for worker in range(2):
        rows = [len(range(rows)[worker * -(-rows // 2) :][: -(-rows // 2)]) for rows, *_ in shapes]
        numbers = sum(n * int(np.prod(shape[1:])) for n, shape in zip(rows, shapes, strict=True))
        assert f"worker {worker} holds rows {rows}: {4 * 8 * numbers} bytes" in said
