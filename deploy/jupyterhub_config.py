"""JupyterHub on one Linux machine on which each student has an account. INSTRUCTORS.md shows how to install it.

The course is the one that this Python has installed. It belongs to root, and each student's copies are in the
student's own `~/downhill/work`: the lab lays them out, and brings them up to date whenever the server starts.
"""

import ipaddress
import os
import sys

c = get_config()  # noqa: F821  JupyterHub defines it

# Only the student may read what the student's server writes, even if the home folder is open to others.
os.umask(0o077)

# Passwords pass here, so give it a certificate. Only root may listen on a port below 1024.
c.JupyterHub.bind_url = "https://:443"
c.JupyterHub.ssl_key = "/srv/hub/key.pem"
c.JupyterHub.ssl_cert = "/srv/hub/cert.pem"

# Members of this Unix group log in with the password of their account.
c.PAMAuthenticator.allowed_groups = {"students"}

c.Spawner.cmd = [sys.executable, "-m", "helpers.lab", "--hub"]
# Kernels answer on sockets in the student's own folder. On a port, which is the default, every other user of the
# machine could read what a kernel prints.
c.Spawner.args = ["--KernelManager.transport=ipc"]


def at_an_address_of_its_own(spawner):
    spawner.ip = str(ipaddress.ip_address("127.0.1.0") + spawner.user.id)


# Each student's server has its own loopback address, and a certificate for that alone. Without it, another user
# could listen on the port of a server that has ended, and be taken for it.
c.JupyterHub.internal_ssl = True
c.Spawner.pre_spawn_hook = at_an_address_of_its_own
c.Spawner.ssl_alt_names = lambda spawner: [f"IP:{spawner.ip}"]
c.Spawner.ssl_alt_names_include_local = False
