"""Has the server read its files again, and waits until it has said so."""

import os
import signal
import time


def count():
    return open("server.log").read().count('"reloaded"')


before = count()
os.kill(int(os.environ["SERVER"]), signal.SIGHUP)
deadline = time.monotonic() + 60
while count() == before:
    assert time.monotonic() < deadline
