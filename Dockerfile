ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
# TRACING=yes adds the extra `tracing`: few need it, and it makes each start slower.
ARG TRACING
COPY requirements/build.txt requirements/runtime.txt requirements/tracing.txt requirements/
RUN pip install --require-hashes --no-deps -r requirements/build.txt -r requirements/runtime.txt \
    ${TRACING:+-r requirements/tracing.txt}
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
RUN pip install --no-deps --no-build-isolation --no-index . \
    && pip uninstall --yes flit_core pip

FROM python:${PYTHON}-slim
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="hh-bridge" \
      org.opencontainers.image.description="A Telegram bot that carries a job seeker's hh.ru conversations into the chat and back" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin bridge \
    && install --directory --owner=bridge --mode=0700 /data
COPY --from=build /opt/venv /opt/venv
# The root file system may be read-only: the bridge writes to /data alone, and only when REDIS_URL is unset.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HTTP_HOST=0.0.0.0 \
    DATA_DIR=/data \
    LOG_FORMAT=json
# By number: Kubernetes can only tell of a number that it is not root.
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
# A worker alone answers it with METRICS_PORT=8080; without, switch the check off for it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=15s \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:%s/healthz' % (os.environ.get('HTTP_PORT') or 8080), timeout=4)"]
ENTRYPOINT ["hh-bridge"]
CMD ["run"]
