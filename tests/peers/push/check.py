# Reads one push as JSON from standard input, as a browser and a push service would: decrypts it with http-ece, verifies
# the Authorization header with py-vapid, and prints what was in both.
import base64
import json
import sys

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


push = json.load(sys.stdin)
private = ec.derive_private_key(int.from_bytes(decoded(push["private_key"]), "big"), ec.SECP256R1())
plaintext = http_ece.decrypt(
    decoded(push["body"]), private_key=private, auth_secret=decoded(push["auth"]), version="aes128gcm"
)
token = push["authorization"].split("t=", 1)[1].split(",", 1)[0]
print(
    json.dumps(
        {
            "plaintext": plaintext.decode(),
            "verified": Vapid02.verify(push["authorization"]),
            "claims": json.loads(decoded(token.split(".")[1])),
        }
    )
)
