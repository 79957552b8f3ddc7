"""/signup, /confirmUser, /resendcode, /forgotPassword, /confirmForgotPassword."""

from __future__ import annotations

import uuid

import flask

from . import web
from .codes import code_is_right, new_code
from .finish import start_session
from .forms import check_form, form_page, parse_at_login
from .model import User
from .passwords import password_problem

blueprint = flask.Blueprint("accounts", __name__)


def begin():
    """The pool and the authorization request in whose course the page is shown."""
    pool = web.pool()
    ask = parse_at_login(pool)
    if not pool.config.sign_up and flask.request.path in ("/signup", "/confirmUser"):
        flask.abort(404)
    if flask.request.method == "POST":
        check_form(pool)
    return pool, ask


def to_page(pool, path: str):
    return web.redirect(f"{web.domain_url()}{path}?{web.raw_query()}")


@blueprint.route("/signup", methods=["GET", "POST"])
def sign_up():
    pool, ask = begin()
    form = flask.request.form
    if flask.request.method == "GET":
        return form_page("signup.html", ask, username="", email="", message=None)
    username, email = form.get("username", "").strip(), form.get("email", "").strip()
    problem = sign_up_problem(pool, username, email, form.get("password", ""))
    if problem:
        return form_page("signup.html", ask, username=username, email=email, message=problem)
    user = User(username, form["password"], str(uuid.uuid4()), {"email": email})
    user.attributes["email_verified"] = "false"
    user.confirmed = False
    pool.add_user(user)
    return confirm_page(ask, username, new_code(pool, username))


def sign_up_problem(pool, username: str, email: str, password: str) -> str | None:
    if not username or "@" not in email:
        return "Enter a user name and an e-mail address."
    if username in pool.users:
        return "User already exists"
    return password_problem(password)


def confirm_page(ask, username: str, code: str | None, message: str | None = None):
    return form_page("confirm.html", ask, username=username, code=code, message=message)


@blueprint.route("/confirmUser", methods=["GET", "POST"])
def confirm_user():
    """A confirmed user is signed in at once."""
    pool, ask = begin()
    form = flask.request.form
    username = form.get("username", "")
    if flask.request.method == "GET":
        return confirm_page(ask, "", None)
    if username not in pool.users or not code_is_right(pool, username, form.get("code", "")):
        message = "Invalid verification code provided, please try again."
        return confirm_page(ask, username, pool.mail.get(username), message)
    pool.users[username].confirmed = True
    pool.users[username].attributes["email_verified"] = "true"
    return start_session(pool, ask, username, "COGNITO")


@blueprint.post("/resendcode")
def resend_code():
    pool, ask = begin()
    username = flask.request.form.get("username", "")
    code = new_code(pool, username) if username in pool.users else None
    return confirm_page(ask, username, code)


@blueprint.route("/forgotPassword", methods=["GET", "POST"])
def forgot_password():
    """Says the same for known and unknown users, but for the code that it shows."""
    pool, ask = begin()
    if flask.request.method == "GET":
        return form_page("forgot.html", ask)
    user = pool.find_user(flask.request.form.get("username", "").strip())
    if user is None:
        return reset_page(ask, flask.request.form.get("username", ""), None)
    return reset_page(ask, user.username, new_code(pool, user.username))


def reset_page(ask, username: str, code: str | None, message: str | None = None):
    return form_page("reset.html", ask, username=username, code=code, message=message)


@blueprint.route("/confirmForgotPassword", methods=["GET", "POST"])
def confirm_forgot_password():
    pool, ask = begin()
    form = flask.request.form
    if flask.request.method == "GET":
        return to_page(pool, "/forgotPassword")
    username, password = form.get("username", ""), form.get("password", "")
    if problem := password_problem(password):
        return reset_page(ask, username, pool.mail.get(username), problem)
    if username not in pool.users or not code_is_right(pool, username, form.get("code", "")):
        message = "Invalid verification code provided, please try again."
        return reset_page(ask, username, pool.mail.get(username), message)
    pool.users[username].password = password
    return to_page(pool, "/login")
