"""Mallory's own keys, in all the forms in which a token can bring one along (RFC 7515 4.1)."""

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm

from . import jose

KID = "mallorys-own-key"
SECRET = "a secret that Mallory has chosen"  # noqa: S105  (nobody's)
SECRET_JWK = {"kty": "oct", "kid": KID, "k": jose.b64(SECRET.encode())}


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Stranger:
    """A key pair that no server has heard of."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)

    def jwk(self) -> dict[str, Any]:
        """Return the public half as a JSON Web Key."""
        members = ECAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        return members | {"kid": KID, "alg": "ES256", "use": "sig"}

    def certificate(self) -> x509.Certificate:
        """Return a certificate of the public half that Mallory has issued to herself."""
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mallory.example")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(name)
        builder = builder.public_key(self.private.public_key()).serial_number(1)
        builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
        return builder.sign(self.private, SHA256())

    def chain(self) -> list[str]:
        """Return the certificate as `x5c` has it."""
        return [b64encode(self.certificate().public_bytes(Encoding.DER)).decode()]

    def forge(self, **members: Any) -> jose.Forge:
        """Sign as ES256 the claims of a token, with these members in its header."""
        return jose.resigned(jose.by_key(self.private), alg="ES256", **members)


def forge_by_secret(**members: Any) -> jose.Forge:
    """Sign as HS256 with Mallory's secret the claims of a token, with these members."""
    return jose.resigned(jose.by_secret(SECRET.encode()), alg="HS256", **members)
