#!/usr/bin/env python3
"""Makes the files of this folder again, in an empty one: keys, and what other tools sign with them.

    python make.py FOLDER      with model_signing 1.1.1, cryptography, openssl, ssh-keygen, minisign
"""
import base64, hashlib, json, os, pathlib, struct, subprocess, sys
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from model_signing import hashing, signing

here = pathlib.Path(__file__).resolve().parent
out = pathlib.Path(sys.argv[1])
os.chdir(out)


def run(*arguments, **options):
    return subprocess.run(arguments, check=True, **options)


# What is signed: a file, and a small model.
pathlib.Path("release.bin").write_bytes(b"a release\n")
model = pathlib.Path("model")
(model / "sub").mkdir(parents=True)
(model / "a.txt").write_text("hello\n")
(model / "sub/b.bin").write_bytes(b"xyz")
(model / "big").write_bytes(bytes(range(256)) * 10)

# Keys.
for name, curve in [("p256", "P-256"), ("p384", "P-384"), ("p521", "P-521")]:
    run("openssl", "ecparam", "-name", curve, "-genkey", "-noout", "-out", f"{name}.pem")
    run("openssl", "ec", "-in", f"{name}.pem", "-pubout", "-out", f"{name}.pub.pem")
run("openssl", "pkcs8", "-topk8", "-nocrypt", "-in", "p256.pem", "-out", "p256.pkcs8.pem")
run("openssl", "genpkey", "-algorithm", "ed25519", "-out", "ed25519.pem")
run("openssl", "pkey", "-in", "ed25519.pem", "-pubout", "-out", "ed25519.pub.pem")
run("openssl", "pkcs8", "-topk8", "-passout", "pass:pw", "-in", "ed25519.pem", "-out",
    "ed25519.encrypted.pem")
run("openssl", "pkcs8", "-topk8", "-scrypt", "-scrypt_N", "1024", "-passout", "pass:pw", "-in",
    "ed25519.pem", "-out", "ed25519.scrypt.pem")
run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ana@example.org", "-f", "ssh")
run("ssh-keygen", "-q", "-t", "ed25519", "-N", "pw", "-C", "locked", "-f", "ssh.locked")
run("ssh-keygen", "-q", "-t", "ecdsa", "-N", "", "-C", "other type", "-f", "ssh.ecdsa")
with open("ssh.picture.txt", "w") as file:
    run("ssh-keygen", "-lvf", "ssh.pub", stdout=file)
run("minisign", "-G", "-W", "-f", "-p", "minisign.pub", "-s", "minisign.key")

# minisign's secret key under a passphrase, at scrypt's least cost (N 1024, r 8, p 1).
blob = base64.b64decode(pathlib.Path("minisign.key").read_text().split("\n")[1])
plain = blob[54:126]
plain += hashlib.blake2b(b"Ed" + plain, digest_size=32).digest()
salt = hashlib.sha256(b"salt").digest()
stream = hashlib.scrypt(b"pw", salt=salt, n=1024, r=8, p=1, dklen=104)
blob = (b"EdScB2" + salt + struct.pack("<QQ", 32768, 16 << 20)
        + bytes(a ^ b for a, b in zip(plain, stream)))
pathlib.Path("minisign.encrypted.key").write_text(
    "untrusted comment: minisign encrypted secret key\n" + base64.b64encode(blob).decode() + "\n")

# The fingerprint of ed25519.pem as words of the list in magic-wormhole 0.24.0.
try:
    from wormhole._wordlist import raw_words
    public = base64.b64decode(pathlib.Path("ed25519.pub.pem").read_text().split("\n")[1])[-32:]
    digest = hashlib.sha256(public).digest()
    words = [raw_words["%02X" % byte][place % 2] for place, byte in enumerate(digest)]
    pathlib.Path("ed25519.words.txt").write_text("\n".join(words) + "\n")
except ImportError:
    print("no magic-wormhole: ed25519.words.txt is not made")

# OpenSSF Model Signing.
for name in ["p256", "p384", "p521"]:
    signing.Config().use_elliptic_key_signer(private_key=pathlib.Path(f"{name}.pem")).sign(
        model, pathlib.Path(f"oms.{name}.sig"))
plain = lambda: hashing.Config().set_ignored_paths(paths=[], ignore_git_paths=False)
for name, config in [
    ("shards", plain().use_shard_serialization(shard_size=1000)),
    ("blake2b", plain().use_file_serialization(hashing_algorithm="blake2")),
    ("blake2b-shards", plain().use_shard_serialization(
        hashing_algorithm="blake2", shard_size=1000)),
    ("blake3", plain().use_file_serialization(hashing_algorithm="blake3")),
]:
    signing.Config().use_elliptic_key_signer(
        private_key=pathlib.Path("p256.pem")).set_hashing_config(config).sign(
            model, pathlib.Path(f"oms.{name}.sig"))
run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
    "-keyout", "authority.key", "-out", "authority.pem", "-subj", "/CN=authority", "-days", "3650")
run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
    "leaf.key", "-out", "leaf.csr", "-subj", "/CN=leaf")
pathlib.Path("leaf.ext").write_text("keyUsage=digitalSignature\nextendedKeyUsage=codeSigning\n")
run("openssl", "x509", "-req", "-in", "leaf.csr", "-CA", "authority.pem", "-CAkey",
    "authority.key", "-CAcreateserial", "-extfile", "leaf.ext", "-out", "leaf.pem", "-days", "3650")
signing.Config().use_certificate_signer(
    private_key=pathlib.Path("leaf.key"), signing_certificate=pathlib.Path("leaf.pem"),
    certificate_chain=[pathlib.Path("authority.pem")]).sign(
        model, pathlib.Path("oms.certificate.sig"))

run(sys.executable, here / "chains.py")

# minisign and OpenSSH.
run("minisign", "-S", "-m", "release.bin", "-s", "minisign.key", "-x", "release.minisig", "-t",
    "handwritten-digits 1.4.0")
run("minisign", "-S", "-l", "-m", "release.bin", "-s", "minisign.key", "-x", "legacy.minisig",
    "-t", "legacy")
run("minisign", "-S", "-m", "release.bin", "-s", "minisign.key", "-x", "escape.minisig", "-t",
    "\x1b[2Kall good")
for name, options in [("ssh", []), ("ssh-sha256", ["-O", "hashalg=sha256"])]:
    run("ssh-keygen", "-q", "-Y", "sign", "-f", "ssh", "-n", "proofmark", *options, "release.bin")
    os.rename("release.bin.sig", f"release.{name}.sig")
run("ssh-keygen", "-q", "-Y", "sign", "-f", "ssh", "-n", "file", "release.bin")
os.rename("release.bin.sig", "release.ssh-file.sig")
run("ssh-keygen", "-q", "-Y", "sign", "-f", "ssh.ecdsa", "-n", "proofmark", "release.bin")
os.rename("release.bin.sig", "release.ssh-ecdsa.sig")

# What cosign writes, after its documentation: a signature of the file, a bundle of one, and
# in-toto statements in bundles.
run("openssl", "dgst", "-sha256", "-sign", "p256.pem", "-out", "raw.sig", "release.bin")
raw = pathlib.Path("raw.sig").read_bytes()
pathlib.Path("release.cosign.sig").write_text(base64.b64encode(raw).decode())
digest = hashlib.sha256(b"a release\n")


def bundle(name, content, hint):
    pathlib.Path(name).write_text(json.dumps({
        "mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json",
        "verificationMaterial": {"publicKey": {"hint": hint}}, **content}))


bundle("release.cosign.json", {"messageSignature": {
    "messageDigest": {"algorithm": "SHA2_256", "digest": base64.b64encode(digest.digest()).decode()},
    "signature": base64.b64encode(raw).decode()}}, "cosign")
statement = json.dumps({
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "release.bin", "digest": {"sha256": digest.hexdigest()}}],
    "predicateType": "https://slsa.dev/provenance/v1", "predicate": {}}).encode()
kind = "application/vnd.in-toto+json"
pae = f"DSSEv1 {len(kind)} {kind} {len(statement)} ".encode() + statement
for name in ["p256", "ed25519"]:
    key = serialization.load_pem_private_key(pathlib.Path(f"{name}.pem").read_bytes(), None)
    if isinstance(key, ed25519.Ed25519PrivateKey):
        signature = key.sign(pae)
    else:
        signature = key.sign(pae, ec.ECDSA(hashes.SHA256()))
    bundle(f"release.dsse-{name}.json", {"dsseEnvelope": {
        "payload": base64.b64encode(statement).decode(), "payloadType": kind,
        "signatures": [{"sig": base64.b64encode(signature).decode()}]}}, "")
for name in ["raw.sig", "authority.key", "authority.srl", "leaf.key", "leaf.csr", "leaf.ext",
             "ssh.locked.pub", "ssh.ecdsa", "ssh.ecdsa.pub"]:
    pathlib.Path(name).unlink(missing_ok=True)
