# Image of production: its own requirements only, no compiler, no embedded server, an ordinary account.
FROM python:3.11-slim-trixie AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PATH=/opt/venv/bin:$PATH
RUN python -m venv /opt/venv
# --build-arg REQUIREMENTS=requirements-s3.txt where files go to S3.
ARG REQUIREMENTS=requirements.txt
COPY ${REQUIREMENTS} /tmp/requirements.txt
RUN pip install --require-hashes -r /tmp/requirements.txt
WORKDIR /app
COPY . .
RUN find roadmap_portal -name django.po -execdir pybabel --quiet compile -i django.po -o django.mo \;
# Production refuses to start without its variables; these last for this line only and reach no server.
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
    PUBLIC_URL=https://portail.example \
    DATABASE_URL=postgresql://build@127.0.0.1/build \
    REDIS_URL=redis://127.0.0.1/0 \
    PROXIES=0 EMAIL_URL=smtp://localhost \
    python manage.py collectstatic --noinput \
    && python -m compileall -q . \
    && mkdir -p var/files

FROM python:3.11-slim-trixie
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOME=/tmp \
    GRANIAN_HOST=0.0.0.0 \
    GRANIAN_PORT=8000 \
    GRANIAN_WORKERS=2 \
    GRANIAN_BLOCKING_THREADS=4 \
    GRANIAN_WORKERS_KILL_TIMEOUT=30 \
    PROMETHEUS_MULTIPROC_DIR=/tmp/prometheus
# pg_dump and pg_restore of the version of the database (docker-compose.yml), for backup and restore.
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin portail
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
# The generated files are all that the portal writes.
RUN chown portail:portail /app/var/files
WORKDIR /app
USER portail
EXPOSE 8000
# As the reverse proxy asks: a request without its two headers is refused or sent to https.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-c", "\
import os, urllib.parse, urllib.request as web; \
host = urllib.parse.urlsplit(os.environ['PUBLIC_URL']).netloc; \
headers = {'Host': host, 'X-Forwarded-Proto': 'https'}; \
web.urlopen(web.Request('http://127.0.0.1:8000/healthz/', headers=headers), timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--no-ws", "roadmap_portal.wsgi:application"]
