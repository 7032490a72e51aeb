#!/usr/bin/env python3
"""Makes chains.json: certificate chains, good and hostile, and what their signers sign.

    python chains.py           in this folder, with cryptography

    roots      the trust anchors, in PEM
    envelopes  one payload, that of oms.certificate.sig, signed by each signer's key
    chains     by name: the certificates in DER and base64, the signer's first, and the envelope

Everything is valid from 2020 to 2120 where a chain's name does not say otherwise.
"""
import base64, datetime, json, pathlib
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage, NameOID


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)] if text else [])


def day(year):
    return datetime.datetime(year, 1, 1, tzinfo=datetime.timezone.utc)


def key_usage(*names):
    members = ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
               "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only"]
    return x509.KeyUsage(**{member: member in names for member in members})


def constraints(limit=None, authority=True):
    return (x509.BasicConstraints(authority, limit), True)


AUTHORITY = [constraints(), (key_usage("key_cert_sign"), True)]
SIGNER = [(key_usage("digital_signature"), True), (x509.ExtendedKeyUsage([Usage.CODE_SIGNING]), False)]
count = 0


def issue(subject, key, issuer, issuer_key, extensions, since=2020, until=2120, algorithm=None):
    global count
    count += 1
    builder = (x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
               .public_key(key.public_key()).serial_number(count)
               .not_valid_before(day(since)).not_valid_after(day(until)))
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    if isinstance(issuer_key, ed25519.Ed25519PrivateKey):
        algorithm = None
    else:
        algorithm = algorithm or hashes.SHA256()
    return builder.sign(issuer_key, algorithm).public_bytes(serialization.Encoding.DER)


def changed(der, old, new):
    assert old in der
    return der.replace(old, new, 1)


def p256():
    return ec.generate_private_key(ec.SECP256R1())


signers = {"p256": p256(), "p384": ec.generate_private_key(ec.SECP384R1()),
           "p521": ec.generate_private_key(ec.SECP521R1()),
           "rsa": rsa.generate_private_key(public_exponent=65537, key_size=2048)}
root_key, mid_key, other_key = p256(), p256(), p256()
rsa_key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
short_key = rsa.generate_private_key(public_exponent=65537, key_size=1024)
edwards_key = ed25519.Ed25519PrivateKey.generate()
root = issue("root", root_key, "root", root_key, AUTHORITY)
rsa_root = issue("rsa root", rsa_key, "rsa root", rsa_key, AUTHORITY)
edwards_root = issue("edwards root", edwards_key, "edwards root", edwards_key, AUTHORITY)
narrow_root = issue("narrow root", root_key, "narrow root", root_key,
                    [constraints(0), (key_usage("key_cert_sign"), True)])
old_root = issue("old root", root_key, "old root", root_key, AUTHORITY, until=2021)
# Renewed under its name and key; the file has the expired one first.
renewed = [issue("renewed root", root_key, "renewed root", root_key, AUTHORITY, until=2021),
           issue("renewed root", root_key, "renewed root", root_key, AUTHORITY)]
bare_root = issue("bare root", root_key, "bare root", root_key, [])
mid = issue("mid", mid_key, "root", root_key, AUTHORITY)
leaf = lambda **options: issue(**{
    "subject": "signer", "key": signers["p256"], "issuer": "mid", "issuer_key": mid_key,
    "extensions": SIGNER, **options})
good = leaf()

chains = {
    "good": [good, mid, root],
    "without the root": [good, mid],
    "directly below a root": [leaf(issuer="root", issuer_key=root_key)],
    "P-384": [leaf(key=signers["p384"]), mid],
    "P-521": [leaf(key=signers["p521"]), mid],
    "RSA root": [leaf(issuer="rsa root", issuer_key=rsa_key), rsa_root],
    "renewed root": [leaf(issuer="renewed root", issuer_key=root_key)],
    "any usage": [leaf(extensions=[
        SIGNER[0], (x509.ExtendedKeyUsage([Usage.ANY_EXTENDED_KEY_USAGE]), False)]), mid],
    "no extended usage": [leaf(extensions=[SIGNER[0]]), mid],
    "code signing alone": [leaf(extensions=[SIGNER[1]]), mid],
    "self-issued authority": [
        leaf(issuer="narrow root", issuer_key=mid_key),
        issue("narrow root", mid_key, "narrow root", root_key, AUTHORITY)],
    "expired": [leaf(until=2021), mid],
    "not yet valid": [leaf(since=2100), mid],
    "expired authority": [good, issue("mid", mid_key, "root", root_key, AUTHORITY, until=2021)],
    "expired root": [leaf(issuer="old root", issuer_key=root_key)],
    "unknown root": [leaf(issuer="another root", issuer_key=other_key),
                     issue("another root", other_key, "another root", other_key, AUTHORITY)],
    "namesake of a root": [leaf(issuer="root", issuer_key=other_key),
                           issue("root", other_key, "root", other_key, AUTHORITY)],
    "issued by another key": [leaf(issuer_key=other_key), mid],
    "altered signature": [good[:-1] + bytes([good[-1] ^ 1]), mid],
    "altered subject": [changed(good, b"signer", b"sender"), mid],
    "swapped": [good, root, mid],
    "authority first": [mid, good],
    "a step left out": [good],
    "issued by a signer": [
        leaf(issuer="mid signer", issuer_key=mid_key),
        issue("mid signer", mid_key, "root", root_key, SIGNER)],
    "no authority": [good, issue("mid", mid_key, "root", root_key, [constraints(authority=False)])],
    "bare root": [leaf(issuer="bare root", issuer_key=root_key)],
    "may not issue": [good, issue(
        "mid", mid_key, "root", root_key, [constraints(), (key_usage("crl_sign"), True)])],
    "path too long": [good, issue("mid", mid_key, "narrow root", root_key, AUTHORITY)],
    "path too long within": [
        leaf(issuer="low", issuer_key=other_key), issue("low", other_key, "mid", mid_key, AUTHORITY),
        issue("mid", mid_key, "root", root_key, [constraints(0), AUTHORITY[1]])],
    "unknown critical extension": [leaf(extensions=SIGNER + [(x509.UnrecognizedExtension(
        x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True)]), mid],
    "unknown extension": [leaf(extensions=SIGNER + [(x509.UnrecognizedExtension(
        x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), False)]), mid],
    "web server": [leaf(extensions=[
        SIGNER[0], (x509.ExtendedKeyUsage([Usage.SERVER_AUTH]), False)]), mid],
    "authority of web servers": [good, issue("mid", mid_key, "root", root_key, AUTHORITY + [
        (x509.ExtendedKeyUsage([Usage.SERVER_AUTH]), False)])],
    "encryption": [leaf(extensions=[(key_usage("key_encipherment"), True), SIGNER[1]]), mid],
    "no usage": [leaf(extensions=[]), mid],
    "names limited": [good, issue("mid", mid_key, "root", root_key, AUTHORITY + [
        (x509.NameConstraints([x509.DNSName("example.org")], None), True)])],
    "names limited, expired": [leaf(until=2021), issue(
        "mid", mid_key, "root", root_key, AUTHORITY + [
            (x509.NameConstraints([x509.DNSName("example.org")], None), True)])],
    "short RSA": [leaf(issuer="short", issuer_key=short_key), issue(
        "short", short_key, "root", root_key, AUTHORITY)],
    "RSA signer": [leaf(key=signers["rsa"]), mid],
    "Ed25519": [leaf(issuer="edwards root", issuer_key=edwards_key)],
    "truncated": [good[:-1], mid],
    "trailing byte": [good + b"\x00", mid],
    "truncated authority": [good, mid[:100]],
    "empty": [b""],
    # ecdsa-with-SHA384 in the signed part, SHA-256 beside the signature.
    "two algorithms": [changed(good, bytes.fromhex("06082a8648ce3d040302"),
                               bytes.fromhex("06082a8648ce3d040303")), mid],
    "another certificate of the key": [leaf(key=other_key), mid],
    "no subject": [leaf(subject=""), mid],
    "control characters": [leaf(subject="a\x1b[2K\u202eb"), mid],
}
# The library no longer signs over SHA-1: its identifier over a signature that is not looked at.
sha1 = leaf(issuer="rsa root", issuer_key=rsa_key)
sha256_oid, sha1_oid = (bytes.fromhex("06092a864886f70d0101" + end) for end in ["0b", "05"])
chains["SHA-1"] = [sha1.replace(sha256_oid, sha1_oid), rsa_root]
# Nine, and eight, authorities and a signer.
keys = [p256() for _ in range(8)]
tower = [leaf(issuer="a0", issuer_key=keys[0])] + [
    issue(f"a{place}", keys[place], f"a{place + 1}" if place < 7 else "root",
          keys[place + 1] if place < 7 else root_key, AUTHORITY) for place in range(8)]
chains["nine"] = tower
chains["eight"] = [leaf(issuer="a1", issuer_key=keys[1])] + tower[2:]

bundle = json.loads(pathlib.Path("oms.certificate.sig").read_text())
payload = base64.b64decode(bundle["dsseEnvelope"]["payload"])
kind = bundle["dsseEnvelope"]["payloadType"]
signed = f"DSSEv1 {len(kind)} {kind} {len(payload)} ".encode() + payload
envelopes = {}
for label, digest in [("p256", hashes.SHA256()), ("p384", hashes.SHA384()), ("p521", hashes.SHA512())]:
    signature = signers[label].sign(signed, ec.ECDSA(digest))
    envelopes[label] = {"payload": base64.b64encode(payload).decode(), "payloadType": kind,
                        "signatures": [{"sig": base64.b64encode(signature).decode(), "keyid": ""}]}
roots = "".join(
    x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM).decode()
    for der in [root, rsa_root, edwards_root, narrow_root, old_root, *renewed, bare_root])
kinds = {"P-384": "p384", "P-521": "p521"}
pathlib.Path("chains.json").write_text(json.dumps({
    "roots": "# Roots of the chains below.\n" + roots, "envelopes": envelopes,
    "chains": {label: {"envelope": kinds.get(label, "p256"), "certificates": [
        base64.b64encode(der).decode() for der in chain]} for label, chain in chains.items()},
}, indent=1) + "\n")
