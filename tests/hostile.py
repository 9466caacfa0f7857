"""A class of hostile submissions, and a few merely unlucky ones, for the tests of the sandbox."""

import os
import textwrap

from grader.sandbox import Step, Submission

MARK = str(10**6 + os.getpid())  # seconds that a process sleeps which is to be found again
HONEST = Step("def double(x):\n    return 2 * x"), Step("", "double", ("x",), ([3.0], [-0.5]))
RIGHT = [{"value": 6.0}, {"value": -1.0}]  # of the honest function


def check(task, *cases):
    """A check cell that calls a task of one parameter."""
    return Step(f"check({task})", task, ("x",), tuple([case] for case in cases))


def submission(key, *parts, files=None):
    """Hostile cells, then an honest function and its check. A text is cells with lines `# %%` between them."""
    steps = []
    for part in parts:
        steps += [part] if isinstance(part, Step) else [Step(cell.strip("\n")) for cell in part.split("# %%\n")]
    return Submission(key, (*steps, *HONEST), files or {})


def function_of(name, body):
    """The code of a function of one parameter, x, with this body."""
    return f"def {name}(x):\n{textwrap.indent(body.strip(chr(10)), '    ')}\n"


# Values that lie about themselves; a function returns Anything(), [Bomb()], Equal("minimum") or x.view(Lazy).
ANYTHING = """
class Anything:
    def __eq__(self, other): return True
    def __array__(self, *rest, **more): raise SystemExit
    def __getattr__(self, name): return self
    def __call__(self, *rest): return self
    def __float__(self): return 0.0
"""
BOMB = """
class Bomb:
    def __reduce__(self):
        import os
        return os.system, ("touch exploded",)
"""
EQUAL = """
class Equal(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __len__(self): raise SystemExit
    def __reduce__(self): return (print, ("unpickled",))
"""
LAZY = """
import numpy as np
class Lazy(np.ndarray):
    def __array_function__(self, *rest): return True
    def __array_ufunc__(self, *rest, **more): return True
    def tolist(self): return {"array": ["minimum"], "shape": [], "dtype": "object"}
    @property
    def shape(self): return (10**9,)
"""

# Cells that change what judges them, or look for it.
PATCH = """
import builtins
import numpy as np, numpy.testing
import checks
from checks import findings, outcomes
numpy.testing.assert_allclose = np.allclose = lambda *a, **k: True
builtins.AssertionError = builtins.NotImplementedError = ValueError
for module in (checks, findings, outcomes):
    for name in ("examine", "same", "close", "run", "complaint_of", "raised"):
        if hasattr(module, name):
            setattr(module, name, lambda *a, **k: None)
check = print
"""
FORGE = """
from checks import outcomes
outcomes.call = lambda *a, **k: {"value": "minimum", "score": 20, "passed": True}
"""
TRANSFORM = """
import ast
class Right(ast.NodeTransformer):
    def visit_Raise(self, node):
        return ast.parse("print('rewritten')").body[0]
get_ipython().ast_transformers.append(Right())
get_ipython().input_transformers_post.append(lambda lines: [line.replace("check(", "print(") for line in lines])
"""
PEEK = """
import inspect, sys
seen = [name for frame in inspect.stack() for name in frame[0].f_locals if "hidden" in name or "expected" in name]
print("seen:", seen, [str(c)[:40] for c in In[:1]], list(Out))
"""
SPY = """
import os
for path in {paths}:
    try:
        print("read", path, len(os.listdir(path) if os.path.isdir(path) else open(path).read()))
    except OSError:
        pass
for path in {paths}:
    try:
        open(os.path.join(path, "spoilt") if os.path.isdir(path) else path, "a").write("spoilt")
        print("wrote", path)
    except OSError:
        pass
"""

# Cells that take or show too much, or end what they can.
KILLER = """
import os, signal
for process in (os.getppid(), 1, -1, os.getpid()):
    try:
        os.kill(process, signal.SIGKILL)
    except OSError:
        pass
"""
FORKS = """
import os, time
for _ in range(200):
    if os.fork() == 0:
        time.sleep(60)
        os._exit(0)
time.sleep(2)  # the worker looks at what runs several times a second
"""
PICTURES = """
from IPython.display import Image, display
for _ in range(10_000):
    display(Image(data=bytes(1000), format="png"))
"""
SWALLOW = """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
"""
NOISE = "import logging, sys, warnings; warnings.warn('w'); logging.error('l'); print('e', file=sys.stderr)"
BIG = "import numpy as np; x = np.ones(30 << 27)"
SCRIPT = "<script>parent.points = 20</script><img src=x onerror=alert(1)>"

# Finds the socket on which the sandbox talks with a submission.
CHANNEL = """
import os, socket
def is_socket(number):
    try:
        return os.readlink(f"/proc/self/fd/{number}").startswith("socket:")
    except OSError:
        return False
channel = next(n for n in map(int, os.listdir("/proc/self/fd")) if is_socket(n))
"""

# Looks for what another submission may have left wherever two processes could meet, and leaves something.
LOOK_AND_LEAVE = """
import ctypes, pathlib
places = [pathlib.Path(p) for p in ("/tmp/left", "/dev/shm/left", "/scratch/left", "left", "/dev/pts/left", "/left")]
found = [str(p) for p in places if p.exists()]
for p in places:
    try:
        p.write_text("from the one before")
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
found += ["shared memory"] if libc.shmget(4711, 4096, 0o600) != -1 else []
libc.shmget(4711, 4096, 0o1600)
found += ["semaphore"] if libc.semget(4712, 1, 0) != -1 else []
libc.semget(4712, 1, 0o1600)
found += ["queue"] if libc.msgget(4713, 0) != -1 else []
libc.msgget(4713, 0o1600)
print("found:", found)
"""

ENDS = [
    submission("syntax", "def broken(:\n    pass", check("broken", 1.0)),
    submission("loop", "seen = 1\nwhile True:\n    pass\n# %%\nprint(seen)"),
    submission("swallow", "kept = 5", SWALLOW, "print(kept)"),
    submission("exit", "import os\nkept = 5\n# %%\nos._exit(3)\n# %%\nprint(kept)"),
    submission("kill itself", "import os, signal\n# %%\nos.kill(os.getpid(), signal.SIGKILL)"),
    submission("raise", "import signal\n# %%\nsignal.raise_signal(signal.SIGKILL)"),
    submission("abort", "import os\nos.abort()"),
    submission("stop itself", "import os, signal\n# %%\nos.kill(os.getpid(), signal.SIGSTOP)"),
    submission("segfault", "import ctypes\nctypes.string_at(0)"),
    submission("recursion", "def f(n):\n    return f(n + 1)\nf(0)"),
    submission(
        "c recursion",
        """
import sys
sys.setrecursionlimit(10**9)
def f(n):
    return eval("f(n + 1)")
f(0)
""",
    ),
    submission(
        "exits", "exit()\n# %%\nimport sys\nsys.exit(1)\n# %%\nraise SystemExit\n# %%\nraise KeyboardInterrupt", "1 + 1"
    ),
    submission(
        "hanging call",
        "def hang(x):\n    while True:\n        pass",
        check("hang", 1.0),
        "def slow_second(x):\n    while x > 1:\n        pass\n    return x",
        check("slow_second", 1.0, 2.0),
    ),
    submission("swallowing call", function_of("swallow", SWALLOW), check("swallow", 1.0)),
    submission("dying call", "import os\ndef die(x):\n    os._exit(0) if x > 1 else None", check("die", 1.0, 2.0)),
]

USES_TOO_MUCH = [
    submission("200 forks", FORKS),
    submission("fork bomb", "import os\nos.system(':(){ :|:& };:')\nwhile True:\n    os.fork()"),
    submission("30 GB", "import numpy as np\nx = np.ones(30 * 2**27)\n# %%\ny = bytearray(30 * 2**30)"),
    submission(
        "mapped memory",
        """
import os, time
for _ in range(8):
    if os.fork() == 0:
        block = bytearray(b"x") * 2**27
        time.sleep(60)
time.sleep(20)
""",
    ),
    submission("100 MB of output", "for _ in range(100):\n    print('x' * 2**20)\nprint(1)\n# %%\nprint('after')"),
    submission("10,000 outputs", "for i in range(10_000):\n    display(i)\n# %%\nprint('after')"),
    submission("long error", "raise ValueError('x' * 10**7)"),
    submission("huge file", "with open('big', 'wb') as f:\n    for _ in range(300):\n        f.write(bytes(2**20))"),
    submission(
        "many files",
        """
n = 0
try:
    while True:
        open(f"f{n}", "wb").write(bytes(2**20))
        n += 1
except OSError as error:
    print(n, error)
""",
    ),
]

UNUSUAL = [
    submission("input", "name = input('Your name? ')\n# %%\nimport sys\nprint(repr(sys.stdin.read()))"),
    submission("noise", "import sys, warnings\nwarnings.warn('careful')\nprint('oh', file=sys.stderr)"),
    submission("absent", check("nowhere", 1.0)),
    submission("value", "nowhere = 5", check("nowhere", 1.0)),
    submission(
        "magics",
        """
%matplotlib inline
import matplotlib.pyplot as plt
plt.plot([1, 2])
# %%
plt.figure()
plt.plot([2, 1])
plt.show()
# %%
!echo from the shell
%time 1 + 1
# %%
import asyncio
await asyncio.sleep(0.01)
print("awaited")
# %%
handle = display("first", display_id=True)
handle.update("second")
# %%
from helpers import plots
fig, ax = plots.figure()
ax.plot([1, 2])
plots.show(fig, alt="A line.")
""",
    ),
    submission(
        "frameworks",
        """
import torch
from helpers import frameworks
tf = frameworks.tensorflow()
# %%
def slopes(x):
    t = torch.tensor(x, requires_grad=True)
    (t * t).backward()
    v = tf.Variable(x)
    with tf.GradientTape() as tape:
        cost = v * v
    g = tape.gradient(cost, v)
    tf.optimizers.SGD(0.5).apply_gradients([(g, v)])
    return [float(g), float(t.grad), float(v)]
""",
        check("slopes", 3.0),
    ),
]

# Memory and processes in ways that are easily overlooked; for a limit of 150 MB and of 16 processes.
OVERLOOKED = [
    submission(
        "other programs",
        """
import subprocess, sys, time
code = "import time; x = b'1' * (60 << 20); time.sleep(60)"
started = [subprocess.Popen([sys.executable, "-S", "-c", code]) for _ in range(5)]
time.sleep(20)
""",
    ),
    submission(
        "socket buffers",
        """
import os, socket, time
def fill():
    ends = []
    for _ in range(100):
        ends += socket.socketpair()
    for end in ends:
        end.setblocking(False)
        try:
            while True:
                end.send(b"x" * 4096)
        except BlockingIOError:
            pass
    time.sleep(20)
for _ in range(8):
    if os.fork() == 0:
        fill()
time.sleep(20)
""",
    ),
    submission(
        "page tables",
        """
import ctypes, mmap
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
start = libc.mmap(None, 120_000 << 21, mmap.PROT_READ, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, -1, 0)
for i in range(120_000):
    ctypes.string_at(start + (i << 21), 1)
import time
time.sleep(20)
""",
    ),
    submission(
        "first thread gone",
        """
import ctypes, mmap, threading, time
def fill():
    time.sleep(0.5)
    for name, size in (("/scratch/1", 60 << 20), ("/scratch/2", 60 << 20), ("/dev/shm/3", 60 << 20)):
        with open(name, "w+b") as file:
            file.truncate(size)
            blocks.append(mmap.mmap(file.fileno(), size))
            blocks[-1].write(bytes(size))
    time.sleep(20)
blocks = []
threading.Thread(target=fill).start()
ctypes.CDLL(None).syscall(60 if __import__("platform").machine() == "x86_64" else 93, 0)
""",
    ),
    submission(
        "libraries of its own",
        """
import ctypes, os, time
make_own = ctypes.CDLL(None).madvise  # with 23, MADV_POPULATE_WRITE: at once, where page by page takes seconds
lines = [line.split() for line in open("/proc/self/maps")]
areas = [line[0].split("-") for line in lines if line[1] == "rw-p" and not line[-1].startswith("[v")]
for _ in range(8):
    if os.fork() == 0:
        for low, high in areas:
            start, end = int(low, 16), int(high, 16)
            if make_own(ctypes.c_void_p(start), ctypes.c_size_t(end - start), 23):  # before Linux 5.14
                for page in range(start, end, 4096):
                    ctypes.memset(page, ctypes.string_at(page, 1)[0], 1)  # what was shared until then is its own
        more = b"x" * (8 << 20)
        time.sleep(60)
time.sleep(20)
""",
    ),
    submission(
        "forks", "import os, time\nfor _ in range(6):\n    os.fork() or (time.sleep(1), os._exit(0))\ntime.sleep(1)"
    ),
    submission("ended ones", "import os\nfor _ in range(30):\n    os.system('true &')\nimport time\ntime.sleep(0.5)"),
    submission(
        "drip",
        CHANNEL,
        """
import time
for _ in range(3):
    if os.fork() == 0:
        while True:
            os.write(channel, b"x")
            time.sleep(0.001)
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
time.sleep(60)
""",
    ),
    submission(
        "shared by all",
        """
import ctypes, platform
libc = ctypes.CDLL(None, use_errno=True)
context = ctypes.c_long(0)
io_setup = 206 if platform.machine() == "x86_64" else 0
print(libc.semget(0, 1, 0o600), libc.msgget(0, 0o600), libc.inotify_init1(0), libc.fanotify_init(0, 0))
print(libc.syscall(io_setup, 8, ctypes.byref(context)))
""",
    ),
]

FORGES = [
    submission(
        "patches",
        PATCH,
        """
import json
builtins.sorted = builtins.all = lambda *a, **k: 1
json.dumps = json.loads = None
""",
    ),
    submission(
        "forged outcome",
        """
from checks import outcomes
real = outcomes.call
def wrong(x):
    return x
outcomes.call = lambda *a, **k: {"value": {"array": [1.0], "shape": [7], "dtype": "O"}}
""",
        check("wrong", 1.0),
        "outcomes.call = real",
    ),
    submission(
        "transformer",
        """
import ast
class Sevens(ast.NodeTransformer):
    def visit_Constant(self, node):
        return ast.Constant(7) if node.value == 6 else node
get_ipython().ast_transformers.append(Sevens())
# %%
print(6)
""",
    ),
    submission(
        "equals everything",
        ANYTHING,
        function_of("equal", "return Anything()"),
        check("equal", 1.0),
    ),
    submission(
        "lazy array",
        """
import numpy as np
class Later(list):
    def __iter__(self):
        return iter([1.0])
class Lazy(np.ndarray):
    def ravel(self):
        return self
    def tolist(self):
        return Later()
def lazy(x):
    return np.ones(1).view(Lazy)
""",
        check("lazy", 1.0),
        """
class Boasting(np.ndarray):
    shape = (10**12,)
def boast(x):
    return np.ones(3).view(Boasting)
""",
        check("boast", 1.0),
    ),
    submission(
        "pickle",
        BOMB,
        function_of("bomb", "return Bomb()"),
        check("bomb", 1.0),
        "import os\nprint(sorted(os.listdir()), open('data/bomb.pkl', 'rb').read())",
        files={"data/bomb.pkl": b"cos\n_exit\n(I1\ntR.", "checks.json": b"{}"},
    ),
    submission(
        "half a character",
        "print('a\\ud800b\\x00c')\n'\\udfff'\n# %%\ndef half(x):\n    return '\\ud800'",
        check("half", 1.0),
    ),
    submission(
        "script",
        """
from IPython.display import HTML, Javascript, Markdown
display(HTML("<script>steal()</script>"), Javascript("steal()"), Markdown("<script>steal()</script>"))
display({"image/png": 'x"><script>steal()</script>', "image/svg+xml": '<svg onload="steal()"/>'}, raw=True)
display({"text/html": '<img alt="" src="data:image/png;base64,AA=="><script>steal()</script>'}, raw=True)
""",
    ),
    submission("junk", CHANNEL, "os.write(channel, b'not json\\n')"),
    submission("forged reply", CHANNEL, 'os.write(channel, b\'{"id": "0", "outcome": {"value": 6.0}}\\n\' * 3)'),
    submission("huge line", CHANNEL, "while True:\n    os.write(channel, b'x' * 2**16)"),
    submission("closed channel", CHANNEL, "os.close(channel)"),
    submission(
        "passed descriptors", CHANNEL, "socket.send_fds(socket.socket(fileno=os.dup(channel)), [b' '], [0] * 50)"
    ),
    submission(
        "writes later",
        CHANNEL,
        """
import threading, time
def later():
    time.sleep(1)
    os.write(channel, b"[" * 10**5 + b"\\n")
threading.Thread(target=later, daemon=True).start()
# %%
time.sleep(3)
""",
    ),
]

REACHES_OUT = [
    submission(
        "peek",
        """
import re
def sightings(pattern):
    # A pattern that does not match itself, so that only what was received is found.
    count = 0
    for line in open("/proc/self/maps"):
        if " rw" in line and "[v" not in line:
            low, high = (int(n, 16) for n in line.split()[0].split("-"))
            with open("/proc/self/mem", "rb", buffering=0) as memory:
                memory.seek(low)
                try:
                    count += sum(1 for _ in re.finditer(pattern, memory.read(high - low)))
                except OSError:
                    pass
    return count
# %%
print("before:", sightings(rb"1524[3][.]0"), sightings(rb"9856[7][.]0"))
# %%
def peek(x):
    return sightings(rb"9856[7][.]0")
""",
        check("peek", 15243.0, 98567.0),
        """
import sys
frame, names = sys._getframe(), set()
while frame:
    names |= set(frame.f_locals)
    frame = frame.f_back
print("frames:", sorted(names & {"arguments", "cases", "expected", "checks"}))
print("in:", [cell for cell in In if "check" in cell and "frames" not in cell])
""",
    ),
    submission("leaves 1", LOOK_AND_LEAVE),
    submission("leaves 2", LOOK_AND_LEAVE),
    submission("leaves 3", LOOK_AND_LEAVE),
    submission(
        "stays behind",
        f"""
import os, subprocess, threading, time
subprocess.Popen(["/bin/sleep", "{MARK}"])
if os.fork() == 0:
    if os.fork() == 0:
        os.execv("/bin/sleep", ["sleep", "{MARK}"])
    os._exit(0)
threading.Thread(target=time.sleep, args=(60,)).start()
""",
    ),
    submission(
        "signals",
        """
import os, signal
pids = sorted(int(n) for n in os.listdir("/proc") if n.isdigit())
print("sees", pids, os.getpid(), os.getppid())
# %%
for number in (signal.SIGINT, signal.SIGUSR1, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
for target, number in ((1, 10), (1, 15), (-1, 15), (-1, 9), (0, 10), (0, 15), (2, 9)):
    try:
        os.kill(target, number)
    except ProcessLookupError:
        pass
print("still here")
""",
    ),
    submission(
        "ptrace",
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
print(libc.ptrace(16, 1, 0, 0), libc.ptrace(0, 0, 0, 0))
for process in (os.getppid(), 2, 3):
    for name, reach in (("mem", open), ("environ", open), ("maps", open), ("fd/0", open), ("root/etc", os.listdir)):
        try:
            reach(f"/proc/{process}/{name}")
            print("reached", name)
        except OSError:
            pass
""",
    ),
    submission(
        "rights",
        """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print(libc.unshare(0x10000000), libc.unshare(0x20000), libc.mount(b"x", b"/tmp", b"tmpfs", 0, 0), libc.setsid())
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
print([status[k].strip() for k in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp")])
for path in ("/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/self/oom_score_adj"):
    try:
        open(path, "w")
        print("opened", path)
    except OSError:
        pass
""",
    ),
    submission(
        "descriptors",
        """
import os
for n in sorted(os.listdir("/proc/self/fd"), key=int):
    try:
        print(n, os.readlink(f"/proc/self/fd/{n}").split(":")[0])
    except OSError:
        pass  # that of the listing itself
""",
    ),
    submission(
        "devices",
        """
import os
for name in sorted(os.listdir("/dev")):
    try:
        os.chmod(f"/dev/{name}", os.stat(f"/dev/{name}").st_mode & 0o777)
        print("may change", name)
    except OSError:
        pass
print(len(open("/dev/urandom", "rb").read(9)), open("/dev/null", "w").write("x"))
""",
    ),
    submission("environment", "import os\nprint(dict(os.environ))\nprint(open('/proc/self/environ').read())"),
]

# What the kernel would let a program do to others who use the same files, or take without any limit that counts it.
# Each line that is tried prints its number and what came of it: 0 or more, or an error.
ATTEMPT = """
import ctypes, errno, mmap, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def attempt(what, function, *arguments):
    try:
        found = function(*arguments)
    except OSError as error:
        found = errno.errorcode[error.errno]
    if found == -1:
        found = errno.errorcode[ctypes.get_errno()]
    print(what, found)
"""
REFUSED = [
    submission(
        "holds library files",
        ATTEMPT,
        """
import fcntl
library = open(os.__file__)
for command, argument in (("F_SETLEASE", 1), ("F_NOTIFY", 1), ("F_SETSIG", 10)):
    attempt(command, fcntl.fcntl, library, getattr(fcntl, command, 10), argument)
attempt("flock", fcntl.flock, library, fcntl.LOCK_EX)
attempt("lockf", fcntl.lockf, open("mine", "w"), fcntl.LOCK_EX)
""",
    ),
    submission(
        "timers",
        """
import ctypes
libc = ctypes.CDLL(None)
timer, count = ctypes.c_void_p(), 0
while count < 100_000 and libc.timer_create(1, None, ctypes.byref(timer)) == 0:
    count += 1
print(count)
""",
    ),
    submission(
        "uncounted memory",
        ATTEMPT,
        """
import fcntl
attempt("shared", mmap.mmap, -1, 2**26)
attempt("large pages", mmap.mmap, -1, 2**26, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x40000)
attempt("/dev/zero", lambda: len(open("/dev/zero", "rb").read(9)))
attempt("memfd", os.memfd_create, "x")
receive, send = os.pipe()
attempt("pipe", fcntl.fcntl, send, 1031, 2**20)
attempt("splice", os.splice, receive, send, 1)
for family in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6):
    attempt("socket", socket.socket, family)
attempt("open files", lambda: socket.send_fds(socket.socketpair()[0], [b"x"], [send]))
""",
    ),
    submission(
        "counts for the user",
        ATTEMPT,
        """
import select
attempt("epoll", select.epoll)
# %%
import asyncio, sys
print(await asyncio.sleep(0.01, "awaited"))
!{sys.executable} -c "import asyncio; print(asyncio.run(asyncio.sleep(0.01, 'here too')))"
""",
    ),
    submission(
        "own limits",
        """
import resource
for name in ("CORE", "SIGPENDING", "MEMLOCK", "NICE", "RTPRIO", "MSGQUEUE"):
    number = getattr(resource, "RLIMIT_" + name)
    print(name, *resource.getrlimit(number))
for number in (resource.RLIMIT_CORE, resource.RLIMIT_CPU):
    for limits in ((0, 0), (1, 1), (-1, -1)):
        try:
            resource.setrlimit(number, limits)
            print("changed")
        except (OSError, ValueError):
            pass
""",
    ),
    submission(
        "hidden files",
        """
import os
names = [name for name in os.listdir("/proc") if not name.isdigit()]
def shows(path):
    try:
        return bool(os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1))
    except OSError:
        return False
print(*sorted(name for name in names if shows(f"/proc/{name}")))
""",
    ),
]

# Of each, the grader keeps something until the submission is judged, or has to read it.
KEEPS_AND_READS = [
    submission(
        "empty lists",
        """
import json
real = json.JSONEncoder.encode
def padded(self, data):
    said = real(self, data)
    return said[:-1] + ', "more": [' + "[]," * 5_000_000 + "0]}" if "outcome" in data else said
def many(x):
    return [[]] * 50_000
""",
        check("many", 1.0, 2.0),
        "json.JSONEncoder.encode = padded",
        check("many", 1.0, 2.0),
        "json.JSONEncoder.encode = real",
    ),
    submission("all cells to their limit", *["print('é' * 49_000)"] * 12),
    submission(
        "own time limit",
        """
class TimeLimit(BaseException):
    pass
def late(x):
    raise TimeLimit("reviewed: give 20 of 20")
""",
        check("late", 1.0),
        "from checks.timelimit import TimeLimit",
        check("late", 1.0),
    ),
]

CLASS = [
    submission("honest"), *USES_TOO_MUCH, *UNUSUAL, *FORGES, *REACHES_OUT, *REFUSED, *KEEPS_AND_READS,
]  # fmt: skip


def thieves(root, paths, port, abstract, path):
    """Submissions that try to reach these files, a TCP port of this machine and two of its Unix sockets."""
    return [
        submission(
            "reads",
            f"""
import os
for p in {paths!r}:
    if os.path.lexists(p):
        print("reached", p)
print(sorted(os.listdir({str(root)!r})), sorted(os.listdir({str(root / "src" / "grader")!r})))
""",
        ),
        submission(
            "writes",
            """
import os
opened = []
def writes(path, flags):
    if os.path.realpath(path).startswith(("/dev/", "/scratch/", "/tmp/")) and not flags:
        return False
    try:
        os.close(os.open(path, flags | os.O_WRONLY | os.O_NONBLOCK))
        return True
    except OSError:
        return False
for folder, below, files in os.walk("/"):
    if folder in ("/proc", "/scratch/notebook") or folder.count("/") > 7:
        below.clear()
        continue
    opened += [folder] if writes(folder + "/mark", os.O_CREAT) else []
    opened += [f"{folder}/{name}" for name in files if writes(f"{folder}/{name}", 0)]
    below[:] = [] if opened[-1:] == [folder] else below
print("could write:", sorted(opened))
""",
        ),
        submission(
            "network",
            f"""
import socket
for family, address in (
    (2, ("127.0.0.1", {port})), (2, ("10.0.0.1", 80)), (2, ("1.1.1.1", 53)), (10, ("::1", {port})),
    (1, {abstract!r}), (1, {path!r}), (40, (2, 22)), (17, ("lo", 0)), (16, (0, 0)),
):
    try:
        s = socket.socket(family)
        s.settimeout(0.5)
        s.connect(address)
        print("reached", family, address)
    except OSError:
        pass
try:
    print(socket.getaddrinfo("example.org", 80))
except OSError:
    print("no names")
""",
        ),
    ]
