"""What a JWT says, for tests that do not doubt its signature."""
import base64
import json


def jwt_header(token):
    return part(token, 0)


def jwt_claims(token):
    return part(token, 1)


def part(token, number):
    """A load balancer's parts are padded, all others are not."""
    text = token.split(".")[number].rstrip("=")
    return json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
