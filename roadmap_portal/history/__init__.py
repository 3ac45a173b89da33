"""What was changed, by whom, when, through which request.

`tracking` writes (triggers of the database), `recording` says who, `reading` and `wording` tell it on `views`.
"""
