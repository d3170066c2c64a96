"""Reads a message from the input and prints what it is, as JSON.

usage: read.py [DNS-NAME DNS-RECORD]   with a name and a record the DKIM signature is verified against it
"""

import email
import email.policy
import json
import sys

import dkim

raw = sys.stdin.buffer.read()
message = email.message_from_bytes(raw, policy=email.policy.default)


def defects(part):
    found = [type(one).__name__ for one in part.defects]
    for name, value in part.items():
        found += [f"{name}: {type(one).__name__}" for one in getattr(value, "defects", ())]
    for inner in part.iter_parts() if part.is_multipart() else ():
        found += defects(inner)
    return found


parts = list(message.iter_parts())
found = {
    "headers": {name: str(value) for name, value in message.items()},
    "names": [name for name, _ in message.items()],
    "defects": defects(message),
    "longest_line": max(len(line) for line in raw.split(b"\r\n")),
    "ascii": raw.isascii(),
    "bare_line_ends": raw.replace(b"\r\n", b"").count(b"\n") + raw.replace(b"\r\n", b"").count(b"\r"),
    "type": message.get_content_type(),
    "parts": [part.get_content_type() for part in parts],
    "contents": [part.get_content() for part in parts],
    "to": [{"name": one.display_name, "address": one.addr_spec} for one in message["To"].addresses],
    "from": [{"name": one.display_name, "address": one.addr_spec} for one in message["From"].addresses],
}
if len(sys.argv) == 3:
    name, record = sys.argv[1], sys.argv[2]

    def dns(asked, timeout=5):
        asked = asked if isinstance(asked, str) else asked.decode()
        return record.encode() if asked.rstrip(".") == name else b""

    found["dkim"] = dkim.verify(raw, dnsfunc=dns)
    found["dkim_of_changed"] = dkim.verify(raw.replace(b"Subject: ", b"Subject: Not ", 1), dnsfunc=dns)
json.dump(found, sys.stdout)
