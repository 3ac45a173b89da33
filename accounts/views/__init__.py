from accounts.views.account import end_snooze, preferences
from accounts.views.delegations import delegations, end
from accounts.views.login import Login, login_code, logout
from accounts.views.passwords import ChoosePassword, forgotten
from accounts.views.people import (
    administration,
    departure,
    enable,
    end_membership,
    forget_second_factor,
    invite,
    invite_again,
    people,
    person,
    untie,
)
from accounts.views.security import end_session, my_data, password, second_factor, second_factor_picture, sessions

__all__ = [
    "ChoosePassword",
    "Login",
    "administration",
    "delegations",
    "departure",
    "enable",
    "end",
    "end_membership",
    "end_session",
    "end_snooze",
    "forget_second_factor",
    "forgotten",
    "invite",
    "invite_again",
    "login_code",
    "logout",
    "my_data",
    "password",
    "people",
    "person",
    "preferences",
    "second_factor",
    "second_factor_picture",
    "sessions",
    "untie",
]
