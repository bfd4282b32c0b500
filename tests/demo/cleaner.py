"""Removes what the demo made: a process that outlives the demo, even one that was killed."""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time


def start(folder):
    """Starts the cleaner of `folder`. Returns `tell(line)`, and `clean()` that gives 0 when all is
    gone. When the caller ends without calling it, the cleaner cleans all the same."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(theirs)
        os.setsid()
        for name in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
            signal.signal(name, signal.SIG_IGN)
        os._exit(wait_and_clean(ours, folder))
    os.close(ours)

    def tell(line):
        os.write(theirs, line.encode() + b"\n")

    def clean():
        os.close(theirs)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    return tell, clean


def wait_and_clean(pipe, folder):
    tmux, editor = None, None
    with os.fdopen(pipe) as told:
        for line in told:  # ends with the one who tells
            word, what = line.split(maxsplit=1)
            if word == "tmux":
                tmux = what.strip()
            else:
                editor = None if what.strip() == "gone" else int(what)
    family = [editor, *descendants(editor)] if editor else []
    socket = folder / "tmux"
    if tmux and socket.exists():
        family += server_family(tmux, socket)
        subprocess.run([tmux, "-S", socket, "kill-server"], stderr=subprocess.DEVNULL)
    left = end(family)
    shutil.rmtree(folder, ignore_errors=True)
    for pid in left:
        print(f"demo: process {pid} could not be ended", file=sys.stderr)
    if folder.exists():
        print(f"demo: {folder} could not be removed", file=sys.stderr)
    return 1 if left or folder.exists() else 0


def server_family(tmux, socket):
    """The tmux server and all that runs in it."""
    asked = subprocess.run([tmux, "-S", socket, "display-message", "-p", "#{pid}"],
                           capture_output=True, text=True)
    server = asked.stdout.strip()
    return [int(server), *descendants(int(server))] if server.isdigit() else []


def end(family):
    """Ends what still runs of `family`, which was told to already; returns what stays."""
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        for pid in alive(family) if number else ():
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + 2
        while alive(family) and time.monotonic() < deadline:
            time.sleep(0.02)
    return alive(family)


def descendants(pid):
    parents = {child: parent for child, parent, _ in processes()}
    family = [pid]
    for one in family:
        family += [child for child, parent in parents.items() if parent == one]
    return family[1:]


def alive(pids):
    """Those of `pids` that live. A zombie does not: it only waits to be collected."""
    wanted = set(pids)
    return [pid for pid, _, state in processes() if pid in wanted and state != "Z"]


def processes():
    """Every process as (pid, parent, state)."""
    if not pathlib.Path("/proc/self/stat").exists():
        table = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True)
        rows = (row.split() for row in table.stdout.splitlines())
        return [(int(pid), int(parent), state[0]) for pid, parent, state in rows]
    found = []
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            # The name before it is in parentheses and may hold anything.
            state, parent, *_ = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it ended meanwhile
        found.append((int(folder.name), int(parent), state))
    return found
