"""Proofmark's sign and verify beside model_signing, minisign, ssh-keygen and OpenSSL, as ratios.

usage: python signing.py PROOFMARK [MIB] [FILES]
One file of MIB mebibytes (1024), and a release of FILES files of 1 kB (1000). Each run is a cold
process over files that the page cache holds; the median of RUNS counts, as a ratio to ours: 2.0x
means that the peer takes twice as long. model_signing is looked for beside this Python, the others
on PATH; what is missing is left out. Every run must end with exit 0.
"""
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

proofmark = pathlib.Path(sys.argv[1]).resolve()
mebibytes = int(sys.argv[2]) if len(sys.argv) > 2 else 1024
count = int(sys.argv[3]) if len(sys.argv) > 3 else 1000
RUNS = 5
beside = pathlib.Path(sys.executable).parent / "model_signing"
model_signing = str(beside) if beside.exists() else shutil.which("model_signing")

DIGITS = pathlib.Path(__file__).resolve().parent.parent / "Fixtures/digits"
TRUST = """trust-version = "1"
version = 1
expires = 2099-12-31T00:00:00Z
[[key]]
id = "bench"
owner = "bench"
public = "{key}"
[role.release]
threshold = 1
owners = ["bench"]
"""


def run(*arguments, stdin=None):
    """Wall seconds and peak resident MiB of one process, which must succeed."""
    source = open(stdin, "rb") if stdin else subprocess.DEVNULL
    start = time.perf_counter()
    child = subprocess.Popen(
        [str(argument) for argument in arguments], stdin=source, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    errors = child.stderr.read()
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}: {child.returncode}\n{errors.decode()}")
    return wall, usage.ru_maxrss / 1024


def table(title, rows):
    """Prints the median of each row and its ratio to the first, which is ours."""
    print(f"\n## {title}\n\n| tool | median | ratio | peak memory |\n|---|---:|---:|---:|")
    ours = None
    for name, arguments, stdin in rows:
        run(*arguments, stdin=stdin)
        runs = [run(*arguments, stdin=stdin) for _ in range(RUNS)]
        median = statistics.median(wall for wall, _ in runs)
        ours = ours or median
        peak = max(memory for _, memory in runs)
        print(f"| {name} | {median * 1000:.0f} ms | {median / ours:.2f}x | {peak:.0f} MiB |")


def keys():
    """A key of each kind, without passphrases, in the current folder."""
    run(proofmark, "keygen", "bench.key", "--no-passphrase")
    run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "ec.pem")
    os.chmod("ec.pem", 0o600)
    run("openssl", "ec", "-in", "ec.pem", "-pubout", "-out", "ec.pub.pem")
    run(proofmark, "key", "export", "bench.key", "--format", "openssh", "--secret", "-o", "ssh")
    run(proofmark, "key", "export", "bench.key", "--format", "minisign", "--secret", "-o", "ms.key")
    run(proofmark, "key", "export", "bench.key", "--format", "minisign", "-o", "ms.pub")
    public = pathlib.Path("bench.key.pub").read_text().strip()
    pathlib.Path("trust.toml").write_text(TRUST.format(key=public))
    run(proofmark, "key", "export", "bench.key", "--format", "openssh", "-o", "ssh.pub")
    pathlib.Path("allowed").write_text("bench " + pathlib.Path("ssh.pub").read_text())


def release(name, files):
    """The digits release with more files in it, `files` by path, locked and signed. A file is given
    by its content, or by another's path that it is moved from."""
    folder = pathlib.Path(name)
    shutil.copytree(DIGITS, folder)
    for path, content in files.items():
        if isinstance(content, pathlib.Path):
            content.rename(folder / path)
        else:
            (folder / path).write_bytes(content)
    run(proofmark, "lock", folder)
    run(proofmark, "sign", folder, "--key", "bench.key", "--oms", "ec.pem")
    return folder


def over_files(title, folder):
    """Signing and verifying every file of a release."""
    oms = folder / "model.sig"
    verify = [
        ("proofmark verify --trust", [proofmark, "verify", folder, "--trust", "trust.toml"], None),
        ("proofmark verify --oms-key", [proofmark, "verify", folder, "--oms-key", "ec.pub.pem"],
         None)]
    sign = [("proofmark sign", [proofmark, "sign", folder, "--key", "bench.key"], None),
            ("proofmark sign --oms", [proofmark, "sign", folder, "--oms", "ec.pem"], None)]
    if model_signing:
        verify.append(("model_signing verify key", [
            model_signing, "verify", "key", folder, "--public_key", "ec.pub.pem", "--signature",
            oms], None))
        sign.append(("model_signing sign key", [
            model_signing, "sign", "key", folder, "--private_key", "ec.pem", "--signature",
            "other.sig", "--ignore-paths", folder / "proofmark.sig", "--ignore-paths", oms], None))
    table(f"verify {title}", verify)
    table(f"sign {title}", sign)


def over_bytes(title, file):
    """Signatures of one file's bytes, which proofmark makes and every tool verifies."""
    run(proofmark, "sign", file, "--key", "bench.key", "--minisign")
    verify = [("proofmark verify --minisign-key", [
        proofmark, "verify", file, "--minisign-key", "ms.pub"], None)]
    if shutil.which("minisign"):
        verify.append(("minisign -V", ["minisign", "-V", "-m", file, "-p", "ms.pub"], None))
    table(f"minisign: verify {title}", verify)
    os.remove(f"{file}.minisig")
    run(proofmark, "sign", file, "--key", "ssh", "--ssh")
    table(f"OpenSSH: verify {title}", [
        ("proofmark verify --allowed-signers", [
            proofmark, "verify", file, "--allowed-signers", "allowed"], None),
        ("ssh-keygen -Y verify", [
            "ssh-keygen", "-Y", "verify", "-f", "allowed", "-I", "bench", "-n", "proofmark", "-s",
            f"{file}.sig"], file)])
    os.remove(f"{file}.sig")


def main():
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs; medians of {RUNS}")
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        keys()
        block = os.urandom(1 << 20)
        large = pathlib.Path("large.bin")
        with large.open("wb") as file:
            for index in range(mebibytes):
                file.write(index.to_bytes(8, "little") + block[8:])
        over_bytes(f"one file of {mebibytes} MiB", large)
        table(f"SHA-256 of one file of {mebibytes} MiB", [
            ("openssl dgst -sha256", ["openssl", "dgst", "-sha256", large], None)])
        small = {f"{index:05}.bin": os.urandom(1000) for index in range(count)}
        over_files(f"a release of {count} files of 1 kB", release("small", small))
        over_files(
            f"a release of one file of {mebibytes} MiB", release("large", {"model.bin": large}))


main()
