"""DKIM (RFC 6376): letters signed by the house's own key, both headers of the way out under the signature."""

import base64
import hashlib
from functools import lru_cache
from pathlib import Path

from kernel import clock
from kernel.late import Late
from kernel.mime import Header

PRIMITIVES = "cryptography.hazmat.primitives"
hashes, serialization = Late(f"{PRIMITIVES}.hashes"), Late(f"{PRIMITIVES}.serialization")
padding, rsa = Late(f"{PRIMITIVES}.asymmetric.padding"), Late(f"{PRIMITIVES}.asymmetric.rsa")

SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-unsubscribe",
    "list-unsubscribe-post", "list-id", "feedback-id",
)  # fmt: skip


class Signer:
    """A private key and where its public half is looked up: `selector._domainkey.domain`."""

    def __init__(self, domain: str, selector: str, pem: bytes) -> None:
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError("the key that signs letters is an RSA key")
        self.domain, self.selector, self.key = domain, selector, key

    def signed(self, headers: list[Header], body: bytes) -> list[Header]:
        """The headers with the signature before them; each name stands there once."""
        last = {name.lower(): value for name, value in headers}
        have = [name for name in SIGNED if name in last]
        seal = base64.b64encode(hashlib.sha256(simple(body)).digest()).decode()
        value = (
            f"v=1; a=rsa-sha256; c=relaxed/simple; d={self.domain}; s={self.selector};\r\n"
            f" t={int(clock.now().timestamp())}; h={':'.join([*have, 'from'])};\r\n"  # twice: a second From breaks it
            f" bh={seal};\r\n b="
        )
        told = "\r\n".join([*(relaxed(name, last[name]) for name in have), relaxed("dkim-signature", value)])
        sign = base64.b64encode(self.key.sign(told.encode("ascii"), padding.PKCS1v15(), hashes.SHA256())).decode()
        rows = [sign[at : at + 72] for at in range(0, len(sign), 72)]
        return [("DKIM-Signature", value + "\r\n ".join(rows)), *headers]

    @property
    def record(self) -> tuple[str, str]:
        """What the domain's owner publishes: the name of a TXT record and its text."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public = self.key.public_key().public_bytes(serialization.Encoding.DER, form)
        return f"{self.selector}._domainkey.{self.domain}", f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def relaxed(name: str, value: str) -> str:
    """A header in its relaxed form."""
    return f"{name}:{' '.join(value.split())}"


def simple(body: bytes) -> bytes:
    """A body in its simple form: no empty lines at its end. Quoted-printable leaves no blanks to disagree about."""
    return body.rstrip(b"\r\n") + b"\r\n" if body.endswith(b"\r\n\r\n") or not body.endswith(b"\r\n") else body


@lru_cache(maxsize=4)
def signer(key: str, selector: str, domain: str) -> Signer:
    """The signer of a key, given as PEM or as the path of a file with it; raises OSError or ValueError."""
    pem = key.replace("\\n", "\n").encode() if key.startswith("-----BEGIN") else Path(key).read_bytes()
    return Signer(domain, selector, pem)
