FROM python:3.13-slim-trixie

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PARLEY_DATA=/var/lib/parley \
    STATIC_ROOT=/srv/static \
    HOST=0.0.0.0 \
    PORT=8000

RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/parley --create-home parley

WORKDIR /srv/parley
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

COPY . .
# DEBUG lends a passing key, and collecting the files asks no database anything.
RUN DEBUG=1 DATABASE_URL=postgresql://db/parley python manage.py collectstatic --no-input

USER parley
VOLUME /var/lib/parley
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:' + os.environ['PORT'] + '/health/live', headers={'Host': os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].lstrip('.')}), timeout=4)"]
CMD ["sh", "-c", "python manage.py migrate --no-input && { while :; do python manage.py run_worker; sleep 2; done & } && exec python -m config.server"]
