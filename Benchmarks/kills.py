"""Kills proofmark at random instants while it writes, and looks at what is left.

usage: python kills.py PROOFMARK RELEASE [KILLS]
RELEASE is a release folder with a manifest, such as Fixtures/digits. Five commands write a file each:
lock, sign, trust, trust sign, and verify with a state. Each is run to its end once, so that the new
bytes are known; then it is started over the old bytes again and again and killed (SIGKILL) after a
random part of its time. What the path names afterwards must be the old or the new file, whole.
"""
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

proofmark, release = (pathlib.Path(path).resolve() for path in sys.argv[1:3])
kills = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
END = "2036-12-31T00:00:00Z"
AT = "2026-11-01T00:00:00Z"


def run(folder, *arguments):
    subprocess.run([proofmark, *arguments], cwd=folder, check=True, stderr=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL)


def prepare(folder):
    """A locked and signed release with its trust file and state."""
    shutil.copytree(release, folder / "digits")
    run(folder, "keygen", "ana.key", "--no-passphrase")
    run(folder, "trust", "init", "trust.toml", "--owner", "ana", "--key", "ana.key.pub",
        "--expires", END)
    run(folder, "trust", "sign", "trust.toml", "--key", "ana.key")
    run(folder, "lock", "digits")
    run(folder, "sign", "digits", "--key", "ana.key")
    run(folder, "state", "init", "seen.toml")
    # The trust file that is changed is another one: the release is verified by the first.
    run(folder, "trust", "init", "other.toml", "--owner", "ana", "--key", "ana.key.pub",
        "--expires", END)
    run(folder, "trust", "sign", "other.toml", "--key", "ana.key")
    run(folder, "trust", "renew", "other.toml", "--expires", END)


COMMANDS = {
    "digits/proofmark.lock": ["lock", "digits"],
    "digits/proofmark.sig": ["sign", "digits", "--key", "ana.key", "--expires", END],
    "other.toml": ["trust", "renew", "other.toml", "--expires", END],
    "other.toml.sig": ["trust", "sign", "other.toml", "--key", "ana.key"],
    "seen.toml": ["verify", "digits", "--trust", "trust.toml", "--state", "seen.toml", "--at", AT],
}


def attack(folder, name, arguments, count):
    """How often the old and the new file were left, over this many kills."""
    path = folder / name
    old = path.read_bytes()
    if name.endswith(".lock"):
        old = old.replace(b"created-by", b"created-by ", 1)  # an older lock, to be replaced
    start = time.perf_counter()
    path.write_bytes(old)
    run(folder, *arguments)
    seconds = time.perf_counter() - start
    new = path.read_bytes()
    assert new != old, name
    left = {"old": 0, "new": 0}
    for _ in range(count):
        path.write_bytes(old)
        child = subprocess.Popen([proofmark, *arguments], cwd=folder, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        time.sleep(random.uniform(0, 1.2 * seconds))
        child.send_signal(signal.SIGKILL)
        child.wait()
        found = path.read_bytes()
        assert found in (old, new), f"{name}: {len(found)} bytes, neither old nor new"
        left["old" if found == old else "new"] += 1
        for rest in path.parent.glob(path.name + ".??????"):
            rest.unlink()
    path.write_bytes(old if name == "digits/proofmark.sig" else new)
    print(f"{name:22} {count} kills in {seconds * 1000:.0f} ms: old {left['old']}, new {left['new']}")


random.seed(1)
with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch)
    prepare(folder)
    for name, arguments in COMMANDS.items():
        attack(folder, name, arguments, kills // len(COMMANDS))
print("every file was the old or the new one, whole")
