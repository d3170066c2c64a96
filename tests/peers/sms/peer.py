"""The other end of our signatures, in its makers' own libraries. Reads one JSON request a line, answers one a line.

{"ask": "twilio_sign", "token": …, "url": …, "form": {…}}        -> {"signature": …}
{"ask": "twilio_verify", …, "signature": …}                       -> {"genuine": true}
{"ask": "webhook_verify", "secret": …, "headers": {…}, "body": …} -> {"genuine": true}
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError
from twilio.request_validator import RequestValidator


def twilio_sign(request):
    return {"signature": RequestValidator(request["token"]).compute_signature(request["url"], request["form"])}


def twilio_verify(request):
    validator = RequestValidator(request["token"])
    return {"genuine": validator.validate(request["url"], request["form"], request["signature"])}


def webhook_verify(request):
    try:
        Webhook(request["secret"]).verify(request["body"], request["headers"])
    except WebhookVerificationError as error:
        return {"genuine": False, "why": str(error)}
    return {"genuine": True}


ASKED = {"twilio_sign": twilio_sign, "twilio_verify": twilio_verify, "webhook_verify": webhook_verify}

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(ASKED[request["ask"]](request)), flush=True)
