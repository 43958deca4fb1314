"""DKIM (RFC 6376): letters signed by the house's own key, both headers of the way out under the signature."""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from kernel import clock
from kernel.mime import Header

SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type", "list-unsubscribe",
    "list-unsubscribe-post", "list-id", "feedback-id",
)  # fmt: skip
_BLANKS = re.compile(rb"[ \t]+")


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
        seal = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
        value = (
            f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={self.domain}; s={self.selector};\r\n"
            f" t={int(clock.now().timestamp())}; h={':'.join([*have, 'from'])};\r\n"  # twice: a second From breaks it
            f" bh={seal};\r\n b="
        )
        told = b"\r\n".join([*(relaxed(name, last[name]) for name in have), relaxed("dkim-signature", value)])
        sign = base64.b64encode(self.key.sign(told, padding.PKCS1v15(), hashes.SHA256())).decode()
        rows = [sign[at : at + 72] for at in range(0, len(sign), 72)]
        return [("DKIM-Signature", value + "\r\n ".join(rows)), *headers]

    @property
    def record(self) -> tuple[str, str]:
        """What the domain's owner publishes: the name of a TXT record and its text."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        public = self.key.public_key().public_bytes(serialization.Encoding.DER, form)
        return f"{self.selector}._domainkey.{self.domain}", f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"


def relaxed(name: str, value: str) -> bytes:
    """A header in its relaxed form."""
    plain = _BLANKS.sub(b" ", value.replace("\r\n", "").encode()).strip()
    return b"%s:%s" % (name.lower().encode(), plain)


def relaxed_body(body: bytes) -> bytes:
    """A body in its relaxed form; looked at before it is rewritten, which costs more than the signature."""
    if b"  " in body or b"\t" in body or b" \r\n" in body:
        body = _BLANKS.sub(b" ", re.sub(rb"[ \t]+(?=\r\n)", b"", body))
    return body.rstrip(b"\r\n") + b"\r\n"


@lru_cache(maxsize=4)
def signer(key: str, selector: str, domain: str) -> Signer:
    """The signer of a key, given as PEM or as the path of a file with it; raises OSError or ValueError."""
    pem = key.replace("\\n", "\n").encode() if key.startswith("-----BEGIN") else Path(key).read_bytes()
    return Signer(domain, selector, pem)
