"""An authenticator in software, as phones have one: it makes passkeys and answers with them, rightly or as a liar would."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

ORIGIN = "http://plaza.localhost:8000"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def told(raw: bytes) -> str:
    """base64url without padding, as browsers send bytes."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def heard(text: str) -> bytes:
    """The bytes of it."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Device:
    """One passkey; `count` None: it counts nothing, as most phones do."""

    count: int | None = None
    flags: int = PRESENT | VERIFIED
    origin: str = ORIGIN
    host: str = "plaza.localhost"
    name: bytes = field(default_factory=lambda: secrets.token_bytes(20))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    handle: str = ""

    def make(self, options: dict[str, Any]) -> str:
        """What the browser says once a passkey is made."""
        self.handle = options["user"]["id"]
        at = self.key.public_key().public_numbers()
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: at.x.to_bytes(32, "big"), -3: at.y.to_bytes(32, "big")})
        data = self._data(ATTESTED) + bytes(16) + len(self.name).to_bytes(2, "big") + self.name + public
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._said(self._client("create", options), attestationObject=told(attested))

    def answer(self, options: dict[str, Any], **changed: Any) -> str:
        """What the browser says once its owner was there; `changed` parts replace true ones after the signature."""
        if self.count is not None:
            self.count += 1
        client, data = self._client("get", options), self._data()
        signed = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"authenticatorData": told(data), "signature": told(signed), "userHandle": self.handle}
        return self._said(client, **{**parts, **changed})

    def _data(self, more: int = 0) -> bytes:
        flags, count = bytes([self.flags | more]), (self.count or 0).to_bytes(4, "big")
        return hashlib.sha256(self.host.encode()).digest() + flags + count

    def _client(self, verb: str, options: dict[str, Any]) -> bytes:
        known = {"type": f"webauthn.{verb}", "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(known).encode()

    def _said(self, client: bytes, **response: Any) -> str:
        return json.dumps({
            "id": told(self.name), "rawId": told(self.name), "type": "public-key",
            "response": {"clientDataJSON": told(client), **response},
        })  # fmt: skip
