from accounts.views.account import Login, end_snooze, preferences
from accounts.views.delegations import delegations, end

__all__ = ["Login", "delegations", "end", "end_snooze", "preferences"]
