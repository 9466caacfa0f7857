"""JupyterHub on one Linux machine on which each student has an account. INSTRUCTORS.md shows how to install it.

The course is the one that this Python has installed. It belongs to root, and each student's copies are in the
student's own `~/downhill/work`: the lab lays them out, and brings them up to date whenever the server starts.
"""

import os
import sys

c = get_config()  # noqa: F821  JupyterHub defines it

# Only the student may read what the student's server writes, even if the home folder is open to others.
os.umask(0o077)

# Put a web server with TLS in front of this address: passwords pass through it.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

# Members of this Unix group log in with the password of their account.
c.PAMAuthenticator.allowed_groups = {"students"}

c.Spawner.cmd = [sys.executable, "-m", "helpers.lab", "--hub"]
# Kernels answer on sockets in the student's own folder. On a port, which is the default, every other user of the
# machine could read what a kernel prints.
c.Spawner.args = ["--KernelManager.transport=ipc"]
