"""`python -m grader.spread 01_update_rule --scheduler ADDRESS`: the same grading, spread over a Dask cluster.

The workers run submissions in their sandboxes; reading, judging and writing the gradebook stay with this process, the
only one that writes it, in one transaction a submission. So a submission that is run twice, because a worker died, is
written down once. Without an address, a cluster is made on this machine.

A submission beside which a worker died is run again; after the second time alone, when all others are done, so that
one which ends its workers is told from those that were beside it. After the third it is given up. An error, or an
answer that cannot be read, counts as a death: whatever a submission has done to its worker, it does not stop others.
"""

import contextlib
import queue
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import dask
from distributed import CancelledError, Client, Future, KilledWorker, LocalCluster
from nbgrader.apps import autogradeapp
from traitlets import Unicode, default

from grader import grading, names, parcels, sandbox
from grader.forker import SandboxError
from grader.grading import Refused

_DEATHS = 3  # of workers while a submission ran, after which it is given up
_PATIENCE = 60.0  # seconds to wait for workers
_SAID = 200  # characters of a worker's error
_CONTINUE = "What is graded is kept; the same command continues."


class Spread(grading.Autograde):
    """Grades on a cluster, always in the sandbox."""

    scheduler = Unicode("", help="Address of a Dask scheduler; without it, a cluster is made on this machine.").tag(
        config=True
    )

    def _missing_sandbox(self) -> str:
        return "" if self.scheduler else sandbox.missing()

    def _runs(self, intake: grading.Intake, libraries: tuple[str, ...]) -> Iterator[sandbox.Run]:
        with self._client() as client:
            yield from run(client, intake, sandbox.Limits(**self.limits), libraries)

    @contextlib.contextmanager
    def _client(self) -> Iterator[Client]:
        with contextlib.ExitStack() as opened:
            if self.scheduler:
                try:
                    client = opened.enter_context(Client(self.scheduler))
                except (OSError, RuntimeError, TypeError, ValueError) as error:
                    raise Refused(f"No scheduler can be reached at {self.scheduler}: {error}") from None
            else:
                client = opened.enter_context(Client(opened.enter_context(local_cluster(grading.cores()))))
            try:
                client.wait_for_workers(1, timeout=_PATIENCE)
            except TimeoutError:
                raise Refused(f"The scheduler has no workers. {_CONTINUE}") from None
            yield client


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """A cluster on this machine, of so many processes; one that dies is started again, however often.

    What they say is encrypted and signed: other users of this machine could give orders to workers without keys.
    """
    with (
        dask.config.set({"distributed.deploy.lost-worker-timeout": "1 day"}),  # else one lost for 15 s stays away
        LocalCluster(
            n_workers=workers, threads_per_worker=1, security=True, dashboard_address="127.0.0.1:0"
        ) as cluster,
    ):
        yield cluster


class _Attempt(NamedTuple):
    """A submission that is to run, how many workers have died while it did, and whether nothing may run beside it."""

    submission: sandbox.Submission
    deaths: int = 0
    alone: bool = False


def run(
    client: Client, submissions: Iterable[sandbox.Submission], limits: sandbox.Limits, libraries: tuple[str, ...]
) -> Iterator[sandbox.Run]:
    """As sandbox.run, on the workers of this client's cluster. Raises Refused if they cannot run submissions."""
    client.run_on_scheduler(parcels.report_every_death)
    waiting, alone = map(_Attempt, submissions), deque()
    running: dict[str, tuple[_Attempt, Future]] = {}
    ended: queue.SimpleQueue[Future] = queue.SimpleQueue()
    places = 0

    def begin(attempt: _Attempt) -> None:
        future = client.submit(parcels.run, parcels.packed(attempt.submission, limits, libraries), pure=False)
        running[future.key] = attempt, future
        future.add_done_callback(ended.put)

    while True:
        if len(running) <= places:
            places = _places(client)
            # Twice as many are sent, so that no worker has to wait for its next.
            while len(running) < max(1, 2 * places) and (attempt := next(waiting, None)):
                begin(attempt)
        if not running:
            if not alone:
                return
            begin(alone.popleft())
        future = _next(client, ended)
        attempt, _ = running.pop(future.key)
        try:
            found, disputed = parcels.unpacked(attempt.submission.key, _result(client, future))
        except CancelledError:
            raise Refused(f"The connection to the scheduler was lost. {_CONTINUE}") from None
        except SandboxError as error:
            raise Refused(f"{error} {_CONTINUE}") from None
        except Refused:
            raise
        except Exception as error:
            attempt = attempt._replace(deaths=attempt.deaths + 1)
            if attempt.deaths == _DEATHS:
                yield _given_up(attempt.submission, error)
            elif attempt.deaths == _DEATHS - 1:
                alone.append(attempt._replace(alone=True))
            else:
                begin(attempt)
            continue
        if disputed and not attempt.alone:
            alone.append(attempt._replace(alone=True))
        else:
            yield found


def _next(client: Client, ended: queue.SimpleQueue) -> Future:
    """The next of the runs that have ended."""
    while True:
        try:
            return ended.get(timeout=_PATIENCE)
        except queue.Empty:
            _demand_workers(client)


def _result(client: Client, future: Future) -> str:
    """What a run that has ended gives. If its worker ends before handing that over, the run is repeated: wait again."""
    while True:
        try:
            return future.result(timeout=_PATIENCE)
        except TimeoutError:
            if future.status == "error":  # the worker's own
                raise
            _demand_workers(client)


def _demand_workers(client: Client) -> None:
    if not _places(client):
        raise Refused(f"The cluster has no workers any more. {_CONTINUE}")


def _places(client: Client) -> int:
    """How many submissions the cluster can run at once."""
    try:
        return sum(client.nthreads().values())
    except (OSError, RuntimeError):
        raise Refused(f"The connection to the scheduler was lost. {_CONTINUE}") from None


def _given_up(submission: sandbox.Submission, error: Exception) -> sandbox.Run:
    """What is said of a submission that no worker could run; the error is that of the last attempt."""
    how = "ended" if isinstance(error, KilledWorker) else f"failed ({names.plain(repr(error))[:_SAID]})"
    reason = f"The worker that ran it {how}, {_DEATHS} times."
    return sandbox.Run(submission.key, [sandbox.Done([], None, reason, ran=False) for _ in submission.steps], reason)


class SpreadApp(autogradeapp.AutogradeApp):
    """`nbgrader autograde`, with one option more."""

    name = "grader.spread"
    description = "Autograde on a Dask cluster"
    aliases = autogradeapp.AutogradeApp.aliases | {"scheduler": "Spread.scheduler"}

    @default("classes")
    def _classes_default(self):
        return [*super()._classes_default(), Spread]

    def start(self) -> None:
        """Grade, or exit with code 1."""
        autogradeapp.Autograde = Spread  # here, since reading nbgrader_config.py sets it
        super().start()


if __name__ == "__main__":
    SpreadApp.launch_instance()
