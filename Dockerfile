# Image of production: requirements.txt only, no compiler, no embedded server, an ordinary account.
# Debian 13, whose postgresql-client is of the version of the server in docker-compose.yml.
FROM python:3.11-slim-trixie AS build
# requirements-s3.txt where FILES_URL is s3://…
ARG REQUIREMENTS=requirements.txt
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/opt/venv/bin:$PATH
RUN python -m venv --without-pip /opt/venv
COPY requirements*.txt /tmp/
RUN pip --python /opt/venv/bin/python install --require-hashes -r /tmp/$REQUIREMENTS
WORKDIR /app
COPY . .
RUN find roadmap_portal -name django.po -execdir pybabel --quiet compile -i django.po -o django.mo \;
# Production refuses to start without its variables; these last for this line only and reach no server.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    PUBLIC_URL=https://portail.example \
    PROXIES=0 \
    EMAIL_URL=smtp://localhost \
    DATABASE_URL=postgresql://build@127.0.0.1/build \
    REDIS_URL=redis://127.0.0.1/0 \
    python manage.py collectstatic --noinput \
    && python -m compileall -q . \
    && mkdir -p var/files

FROM python:3.11-slim-trixie AS portal
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/tmp \
    PROMETHEUS_MULTIPROC_DIR=/tmp/metrics \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4 \
    GRANIAN_WORKERS_KILL_TIMEOUT=30 \
    GRANIAN_RESPAWN_FAILED_WORKERS=true \
    GRANIAN_LOG_CONFIG=/app/deploy/granian-logs.json
RUN groupadd --gid 10001 portail \
    && useradd --uid 10001 --gid portail --no-create-home --home-dir /tmp --shell /usr/sbin/nologin portail
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# The generated files are all that the portal writes, beside /tmp.
RUN chown portail:portail /app/var/files
WORKDIR /app
USER portail
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import urllib.request as web; \
web.urlopen(web.Request('http://127.0.0.1:8000/healthz/', headers={'X-Forwarded-Proto': 'https'}), timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--no-ws", "roadmap_portal.wsgi:application"]

# For `manage.py backup` and `restore` alone: pg_dump brings Perl along, which no server needs.
FROM portal AS tools
USER root
RUN apt-get update -qq \
    && apt-get install -qq -y --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*
USER portail

# What `docker build .` makes.
FROM portal
