"""Each template is compiled once for each language.

What the language alone decides (a text of the interface, an address without a parameter, the colon) is then written
into the compiled page instead of being looked up, a hundred times a page, at every request.
"""

from typing import Any

from django.template.backends.jinja2 import Jinja2
from django.utils.translation import get_language, override
from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

LANGUAGES = ("fr", "en")
# Functions of the templates that give the same answer to the same words in the same language. None reads the request.
SETTLED = frozenset({"_", "gettext", "url", "static", "language", "content_lang", "colon"})


class Settling(NodeTransformer):
    """Calls of such functions become their results."""

    def __init__(self, environment: "PageEnvironment") -> None:
        self.environment = environment

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        self.generic_visit(node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        arguments = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        if name not in SETTLED or node.kwargs or node.dyn_args or node.dyn_kwargs or len(arguments) < len(node.args):
            return node
        return nodes.Const(self.environment.call(name, *arguments), lineno=node.lineno, environment=self.environment)


class PageEnvironment(Environment):
    """Jinja's, of one language."""

    language: str = LANGUAGES[0]

    def in_language(self, code: str) -> "PageEnvironment":
        """The same, with compiled templates of its own."""
        made: Any = self.overlay()
        made.language = code
        return made

    def call(self, name: str, *arguments: Any) -> Any:
        """What a function of the templates answers here."""
        function: Any = self.globals[name]
        with override(self.language):
            return function(self, *arguments) if hasattr(function, "jinja_pass_arg") else function(*arguments)

    def _generate(self, source: nodes.Template, *arguments: Any, **options: Any) -> str:
        # Jinja's own hook to generate otherwise.
        return super()._generate(Settling(self).visit(source), *arguments, **options)


class Pages(Jinja2):
    """Django's backend, which takes a template from the environment of the present language."""

    @property
    def env(self) -> Environment:
        return self.environments.get(get_language() or "", self.environments[LANGUAGES[0]])

    @env.setter
    def env(self, made: Any) -> None:
        self.environments: dict[str, PageEnvironment] = {code: made.in_language(code) for code in LANGUAGES}
