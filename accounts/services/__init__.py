class RightsRefused(Exception):
    """`str()`: why, for the person who asked. `field`: of the form, empty for the whole of it."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field
