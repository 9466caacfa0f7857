"""A class on one machine: JupyterHub with five Unix users, started for real on loopback, with TLS.

Root makes the users and removes them again. Run it as root, with configurable-http-proxy on the PATH, by the pytest of
an environment that other users may run:

    python3 -m venv /opt/hub
    /opt/hub/bin/python -m pip install -c requirements.txt -e ".[dev,instructor]" jupyterhub==6.1.1
    /opt/hub/bin/python -m pytest tests/test_hub.py
"""

import contextlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from test_layout import put

from grader import bundle
from helpers import layout

ROOT = Path(__file__).parents[1]
LESSON = "notebooks/01_update_rule.ipynb"
MOST_SECONDS, MOST_MEMORY = 10, 350 * 10**6
PASSWORD = "a password for the test"


def missing():
    """Why no hub can be tried here; "" if it can."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("useradd") is None:
        return "only root on Linux can make the users of a hub"
    if importlib.util.find_spec("jupyterhub") is None:
        return "JupyterHub is not installed in this environment"
    if shutil.which("configurable-http-proxy") is None:
        return "JupyterHub's proxy, configurable-http-proxy, is not on the PATH"
    if subprocess.run(["runuser", "-u", "nobody", "--", sys.executable, "-c", ""], capture_output=True).returncode:
        return "other users may not run this Python"
    return ""


MISSING = missing()
pytestmark = [pytest.mark.long, pytest.mark.skipif(bool(MISSING), reason=MISSING)]


class Student:
    """A Unix user who works through the hub, without a browser."""

    def __init__(self, name, hub, certificate):
        import requests

        self.name, self.hub, self.home = name, hub, Path("/home", name)
        self.work = self.home / "downhill" / layout.WORK
        self.browser = requests.Session()
        self.browser.verify = str(certificate)
        self.browser.trust_env = False  # or certificates that the environment names take this one's place

    def log_in(self, password=PASSWORD):
        """Log in as in a browser; whether that was allowed."""
        self.browser.get(f"{self.hub}/hub/login")
        form = {"username": self.name, "password": password, "_xsrf": self.browser.cookies.get("_xsrf", path="/hub/")}
        answer = self.browser.post(f"{self.hub}/hub/login?next=/hub/home", data=form)
        return answer.ok and answer.url.endswith("/hub/home")

    def call(self, method, address, **content):
        """A request as JupyterLab's page makes it."""
        prefix = "/hub/" if address.startswith("/hub/") else f"/user/{self.name}/"
        headers = {"X-XSRFToken": self.browser.cookies.get("_xsrf", path=prefix), "Referer": self.hub}
        return self.browser.request(method, f"{self.hub}{address}", headers=headers, **content)

    def start(self):
        """Start the server and open the start page; the seconds until that is shown."""
        began = time.perf_counter()
        user = f"/hub/api/users/{self.name}"
        assert self.call("POST", f"{user}/server").status_code in (201, 202)
        wait(lambda: self.call("GET", user).json()["servers"].get("", {}).get("ready"))
        page = self.browser.get(f"{self.hub}/user/{self.name}/")
        assert page.ok and page.url.partition("?")[0].endswith(f"/user/{self.name}/lab/tree/{layout.START}"), page.url
        return time.perf_counter() - began

    def stop(self):
        assert self.call("DELETE", f"/hub/api/users/{self.name}/server").status_code in (202, 204)
        wait(lambda: not self.processes())

    def open(self, notebook):
        """Open a notebook with a kernel; the kernel's id."""
        asked = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
        answer = self.call("POST", f"/user/{self.name}/api/sessions", json=asked)
        assert answer.status_code == 201, answer.text
        return answer.json()["kernel"]["id"]

    def run(self, kernel, *cells):
        """What the cells print, run in a kernel that is open."""
        import websocket

        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.browser.cookies)
        address = f"{self.hub.replace('http', 'ws')}/user/{self.name}/api/kernels/{kernel}/channels"
        printed = []
        how = {"cookie": cookies, "timeout": 60, "sslopt": {"ca_certs": self.browser.verify}}
        with contextlib.closing(websocket.create_connection(address, **how)) as kernel:
            for number, source in enumerate(cells):
                header = {"msg_id": str(number), "msg_type": "execute_request", "username": "", "session": "test"}
                content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
                message = {"channel": "shell", "header": header | {"version": "5.3"}, "content": content}
                kernel.send(json.dumps(message | {"parent_header": {}, "metadata": {}}))
                while True:
                    frame = kernel.recv()
                    got = json.loads(frame) if isinstance(frame, str) else None  # in bytes is what a widget draws
                    if got is None or got["parent_header"].get("msg_id") != str(number):
                        continue
                    assert got["msg_type"] != "error", "\n".join(got["content"]["traceback"])
                    if got["msg_type"] == "stream":
                        printed.append(got["content"]["text"])
                    if got["msg_type"] == "status" and got["content"]["execution_state"] == "idle":
                        break
        return "".join(printed)

    def processes(self):
        return [one for one in psutil.process_iter(["username"]) if one.info["username"] == self.name]


def wait(until):
    for _ in range(1200):
        if until():
            return
        time.sleep(0.05)
    pytest.fail("nothing happened within a minute")


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture(scope="module")
def course():
    """What the students' zip holds, laid by root where everyone can read it."""
    folder = Path(tempfile.mkdtemp(prefix="downhill-hub-"))
    folder.chmod(0o755)
    try:
        for name, content in bundle.contents(ROOT).items():
            put(folder / "downhill" / name, content)
        yield folder / "downhill"
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def students(course):
    """Five students who have logged in and started their servers; `seconds` has how long that took each."""
    group = f"hub{os.getpid()}"
    names = [f"{group}-{number}" for number in range(1, 6)]
    outsider = f"{group}-outsider"
    address, api = (f"https://127.0.0.1:{free_port()}" for _ in range(2))
    folder = course.parent / "hub"
    folder.mkdir()
    key, certificate = folder / "key.pem", folder / "cert.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hub", "-days", "1"]
    make += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(make, check=True, capture_output=True)
    command = [sys.executable, "-m", "jupyterhub", "-f", str(ROOT / "deploy" / "jupyterhub_config.py")]
    command += [f"--url={address}", f"--ssl-key={key}", f"--ssl-cert={certificate}"]
    command += [f"--JupyterHub.hub_port={free_port()}"]
    command += [f"--ConfigurableHTTPProxy.api_url={api}", f"--PAMAuthenticator.allowed_groups={{'{group}'}}"]
    log = folder / "log"
    hub = None
    try:
        subprocess.run(["groupadd", group], check=True)
        for name in [*names, outsider]:  # with a home folder that others may enter: the hub has to keep them out
            make = ["useradd", "--create-home", "--key", "HOME_MODE=0755", "--shell", "/bin/bash"]
            make += [] if name == outsider else ["--groups", group]
            subprocess.run([*make, name], check=True)
        passwords = "".join(f"{name}:{PASSWORD}\n" for name in [*names, outsider])
        subprocess.run(["chpasswd"], input=passwords, text=True, check=True)
        env = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
        with log.open("w") as file:
            hub = subprocess.Popen(
                command,
                cwd=folder,
                env=env | {"PYTHONPATH": str(course / "src")},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        wait(lambda: "JupyterHub is now running" in log.read_text() or hub.poll() is not None)
        assert hub.poll() is None, log.read_text()
        assert "not recognized" not in log.read_text()  # an option that JupyterHub does not have
        found = [Student(name, address, certificate) for name in names]
        for student in found:
            assert student.log_in(), log.read_text()
            student.seconds = student.start()
        yield found
    finally:
        if hub is not None:
            hub.terminate()  # the servers and the proxy end with it
            with contextlib.suppress(subprocess.TimeoutExpired):
                hub.wait(60)
        for name in [*names, outsider]:
            subprocess.run(["pkill", "-KILL", "-u", name])  # what is left if the hub failed
            subprocess.run(["userdel", "--remove", name], capture_output=True)
        subprocess.run(["groupdel", group], check=True)


def files(work):
    """A student's copies: name → content; without what Jupyter and the layout keep for themselves."""
    return {
        path.relative_to(work).as_posix(): path.read_bytes()
        for path in work.rglob("*")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(work).parts)
    }


def test_each_student_gets_the_course_and_within_the_limits_of_time_and_memory(students, course, tmp_path, capsys):
    layout.lay_out(course, tmp_path / "work")
    cells = [cell for cell in json.loads((course / LESSON).read_text())["cells"] if cell["cell_type"] == "code"]
    for student in students:
        assert files(student.work) == files(tmp_path / "work")
        student.run(student.open(LESSON), *("".join(cell["source"]) for cell in cells))
    with capsys.disabled():
        print("\nstudent   seconds to the start page   MB with lesson 1 run")
    for student in students:
        student.memory = sum(process.memory_info().rss for process in student.processes())
        with capsys.disabled():
            print(f"{student.name}   {student.seconds:.1f}   {student.memory / 1e6:.0f}")
    assert max(student.seconds for student in students) <= MOST_SECONDS
    assert max(student.memory for student in students) <= MOST_MEMORY


# Runs in a student's kernel: which of these it can read, write to, or reach. It prints their numbers.
INTRUDE = """
import json, os, ssl, urllib.error, urllib.request

def read(path):
    os.listdir(path) if os.path.isdir(path) else open(path, "rb").read()

def write(folder):
    open(folder + "/planted", "x")

def signal(process):
    os.kill(process, 0)

def fetch(address):
    token = os.environ["JUPYTERHUB_API_TOKEN"]
    request = urllib.request.Request(address, headers={"Authorization": "token " + token})
    context = ssl._create_unverified_context()
    context.load_cert_chain(*(os.environ[f"JUPYTERHUB_SSL_{part}FILE"] for part in ("CERT", "KEY")))
    urllib.request.urlopen(request, context=context)

reached = []
for number, (act, what) in enumerate(json.loads(ASKED)):
    try:
        globals()[act](what)
        reached.append(number)
    except (PermissionError, urllib.error.HTTPError, ssl.SSLError):
        pass
    except urllib.error.URLError as error:
        if not isinstance(error.reason, ssl.SSLError):  # a certificate can be refused while the request is being sent
            raise
print(json.dumps(reached))
"""


def reached(student, asked):
    """Which of [act, what] a student's kernel can do."""
    printed = student.run(student.open(LESSON), f"ASKED = {json.dumps(asked)!r}\n{INTRUDE}")
    return [asked[number] for number in json.loads(printed)]


def belongings(student):
    """What a student has made and runs, as a list of [act, what]."""
    given = {path.name for path in Path("/etc/skel").iterdir()}
    paths = [path for path in student.home.rglob("*") if path.name not in given and (path.is_file() or path.is_dir())]
    asked = [["read", str(path)] for path in paths]
    asked += [["write", str(path)] for path in [student.home, *paths] if path.is_dir() and os.access(path, os.W_OK)]
    for process in student.processes():
        asked += [["signal", process.pid], ["read", f"/proc/{process.pid}/environ"]]
    return [*asked, ["fetch", f"{student.hub}/user/{student.name}/api/contents/{LESSON}"]]


def server(student):
    (found,) = [process for process in student.processes() if "helpers.lab" in process.cmdline()]
    return found


def listening_at(process):
    """The addresses at which a process listens."""
    return ["{}:{}".format(*one.laddr) for one in process.net_connections("inet") if one.status == psutil.CONN_LISTEN]


def test_no_student_reads_anothers_work_or_reaches_its_processes(students, course):
    student, *others = students
    for one in students:
        one.run(one.open(LESSON), "open('notes.txt', 'w').write('mine')")
    own = belongings(student)
    assert ["read", str(student.work / "notebooks" / "notes.txt")] in own
    assert reached(student, own) == own  # so that what follows shows something
    asked = [one for other in others for one in belongings(other)]
    hub = course.parent / "hub"
    secrets = [hub / name for name in ("jupyterhub.sqlite", "jupyterhub_cookie_secret", "key.pem")]
    asked += [["read", str(path)] for path in [*secrets, *hub.glob("internal-ssl/*/*.key")]]
    for one in students:  # their servers answer the proxy alone
        (address,) = listening_at(server(one))
        asked.append(["fetch", f"https://{address}/user/{one.name}/api/contents/{LESSON}"])
    asked += [["write", str(course)], ["write", str(course / "notebooks")], ["write", str(course / "src" / "helpers")]]
    assert len(asked) > 500
    assert reached(student, asked) == []
    for other in others:
        for address in ("lab", f"api/contents/{LESSON}", f"files/{LESSON}"):
            assert student.browser.get(f"{student.hub}/user/{other.name}/{address}").status_code == 403


def test_no_student_overhears_what_anothers_kernel_prints(students):
    talking, listening = students[:2]
    talk = "[(print('a secret', flush=True), time.sleep(0.1)) for _ in range(100)]"
    aside = f"import threading, time; threading.Thread(target=lambda: {talk}).start()"
    talking.run(talking.open(LESSON), aside)
    listen = "import zmq; heard = zmq.Context.instance().socket(zmq.SUB); heard.subscribe(b'')"
    for process in talking.processes():
        for address in listening_at(process):
            listen += f"; heard.connect('tcp://{address}')"
    assert "connect" in listen
    assert listening.run(listening.open(LESSON), f"{listen}; print(heard.poll(5000))") == "0\n"


def test_only_the_class_logs_in(students):
    student = students[0]
    assert not Student(student.name, student.hub, student.browser.verify).log_in("another password")
    assert not Student(student.name.replace("-1", "-outsider"), student.hub, student.browser.verify).log_in()


def test_an_update_reaches_each_student_by_the_rule_of_the_layout(students, course):
    busy, idle, later = students[:3]
    lesson, exercise = "notebooks/02_learning_rate.ipynb", "exercises/01_update_rule/01_update_rule.ipynb"
    own = busy.call("GET", f"/user/{busy.name}/api/contents/{exercise}").json()
    own["content"]["cells"][0]["source"] += "\n\nMy own words."
    assert busy.call("PUT", f"/user/{busy.name}/api/contents/{exercise}", json=own).ok
    kept = (busy.work / exercise).read_bytes()
    before = files(later.work)
    for name in (lesson, exercise):
        notebook = json.loads((course / name).read_text(encoding="utf-8"))
        notebook["cells"][0]["source"] = "# A newer version"
        put(course / name, json.dumps(notebook).encode())
    for student in (busy, idle):
        student.stop()
        student.start()
        assert b"# A newer version" in (student.work / lesson).read_bytes()
    beside = exercise.replace(".ipynb", "_new.ipynb")
    assert (busy.work / exercise).read_bytes() == kept
    assert (
        layout.news(busy.work).kept == {exercise: beside} and b"# A newer version" in (busy.work / beside).read_bytes()
    )
    assert b"# A newer version" in (idle.work / exercise).read_bytes() and not (idle.work / beside).exists()
    assert files(later.work) == before  # until the server starts again


# Runs in a student's kernel: listens in the place of another's server as soon as that is free.
TAKE_OVER = """
import os, socket, ssl, threading, time

bound, heard = [], []
context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
context.load_cert_chain(*(os.environ[f"JUPYTERHUB_SSL_{part}FILE"] for part in ("CERT", "KEY")))

def listen(ip, port):
    while not bound:
        try:
            bound.append(socket.create_server((ip, port)))
        except OSError:
            time.sleep(0.01)
    while True:
        connection, _ = bound[0].accept()
        try:
            heard.append(context.wrap_socket(connection, server_side=True).recv(1000).decode())
        except OSError:
            heard.append("")

threading.Thread(target=listen, args=WHERE, daemon=True).start()
"""


def test_no_student_takes_the_place_of_anothers_server_that_has_ended(students):
    taker, victim = students[-2:]
    ended = server(victim)
    (address,) = listening_at(ended)
    ip, _, port = address.partition(":")
    kernel = taker.open(LESSON)
    taker.run(kernel, f"WHERE = {ip!r}, {port}\n{TAKE_OVER}")
    ended.kill()
    wait(lambda: taker.run(kernel, "print(len(bound))") == "1\n")
    assert victim.browser.get(f"{victim.hub}/user/{victim.name}/api/contents").status_code == 503
    heard = json.loads(taker.run(kernel, "import json; print(json.dumps(heard))"))
    assert heard and not any(heard)  # the proxy saw whose certificate it is, and told nothing
