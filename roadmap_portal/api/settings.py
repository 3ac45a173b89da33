"""Settings of the API's framework."""

from typing import Any

# A visitor asks a page a second for long, a script in bursts: both go on; who takes the whole portal down does not.
CALLS = "600/min"

REST_FRAMEWORK: dict[str, Any] = {
    # JSON alone: the pages of the framework carry inline scripts and styles, which our policy forbids.
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    # Closed by default, as pages are: what is public says so.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    # Answers kept by the page cache cost nothing and are not counted.
    "DEFAULT_THROTTLE_CLASSES": [
        "roadmap_portal.api.throttles.AnonThrottle",
        "roadmap_portal.api.throttles.UserThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": CALLS, "user": CALLS},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS: dict[str, Any] = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Feuille de route IA Auvergne-Rhône-Alpes",
    "DESCRIPTION": (
        "Les engagements de la feuille de route, leurs jalons, acteurs, financements, indicateurs et rapports, en "
        "lecture seule. Les noms de champs sont en anglais ; une valeur codée est suivie de son libellé français. "
        "Dates selon ISO 8601, heures en UTC. Une valeur qui manque est nulle, ce qui n’est pas zéro."
    ),
    "VERSION": "1",
    "LICENSE": {
        "name": "Licence Ouverte 2.0",
        "url": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    },
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "roadmap_portal.api.docs.tell_examples_and_faults",
    ],
}
