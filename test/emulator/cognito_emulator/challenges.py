"""What the hosted UI asks after a right password: a new one, and a second factor."""

from __future__ import annotations

import flask

from . import web
from .authorize_request import AuthorizeRequest, PageError
from .codes import code_is_right, new_code
from .finish import start_session
from .forms import WENT_WRONG, check_form, form_page, parse_at_login
from .model import User
from .passwords import password_problem

blueprint = flask.Blueprint("challenges", __name__)

# the methods that `amr` then names
METHODS = {"sms": "sms", "email": "email_otp", "totp": "otp"}


def next_page(pool, ask: AuthorizeRequest, user: User):
    """For a user whose password was right."""
    if user.temporary:
        return ask_new_password(pool, ask, user)
    if user.mfa is not None:
        return ask_factor(pool, ask, user)
    return start_session(pool, ask, user.username, "COGNITO")


def ask_new_password(pool, ask: AuthorizeRequest, user: User, message: str | None = None):
    session = pool.browsers.start_challenge(user.username, "new-password")
    return form_page("new_password.html", ask, session=session, message=message)


def ask_factor(pool, ask: AuthorizeRequest, user: User, message: str | None = None):
    session = pool.browsers.start_challenge(user.username, "factor")
    code = new_code(pool, user.username)
    return form_page(
        "factor.html", ask, session=session, kind=user.mfa, code=code, message=message
    )


def answered(pool, step: str) -> tuple[AuthorizeRequest, User]:
    ask = parse_at_login(pool)
    check_form(pool)
    username = pool.browsers.end_challenge(flask.request.form.get("session", ""), step)
    user = pool.users.get(username or "")
    if user is None or not user.enabled:
        raise PageError(WENT_WRONG, ask.client.id)
    return ask, user


@blueprint.post("/changePassword")
def change_password():
    pool = web.pool()
    ask, user = answered(pool, "new-password")
    password = flask.request.form.get("password", "")
    if problem := password_problem(password):
        return ask_new_password(pool, ask, user, problem)
    user.password, user.temporary = password, False
    return next_page(pool, ask, user)


@blueprint.post("/mfa")
def factor():
    pool = web.pool()
    ask, user = answered(pool, "factor")
    if not code_is_right(pool, user.username, flask.request.form.get("code", "")):
        return ask_factor(pool, ask, user, "Invalid code, please try again.")
    methods = ("pwd", METHODS[user.mfa], "mfa")
    return start_session(pool, ask, user.username, "COGNITO", methods)
