# fcfi in a container, without root rights, for x86 (OpenVINO) and arm64 (ONNX Runtime).
#
#   docker build -t fcfi .
#   docker run --rm -p 127.0.0.1:8017:8017 -v "$PWD/photos:/data" --user "$(id -u):$(id -g)" fcfi
#   docker run --rm -v "$PWD:/data" --user "$(id -u):$(id -g)" fcfi segment a.jpg --click 320,180 -o mask.png
#   docker run --rm -p 127.0.0.1:9090:9090 -e FCFI_HEALTH=http://127.0.0.1:9090/health fcfi serve --host 0.0.0.0
#
# The first and the last print an address with a token (docker logs shows it again).  For workers
# of bulk runs:  docker build --build-arg EXTRAS=bulk --build-arg ALSO=s3fs -t fcfi:bulk .
# For both kinds of processor:  docker buildx build --platform linux/amd64,linux/arm64 -t fcfi .

FROM python:3.12-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY fcfi fcfi
ARG EXTRAS=""
ARG ALSO=""
# A package without a wheel for this processor is an error, not a reason to compile for an hour.
RUN python -m venv /opt/fcfi \
 && pip wheel --no-cache-dir --no-deps -w /tmp/wheel . \
 && /opt/fcfi/bin/pip install --no-cache-dir --only-binary=:all: \
      "$(ls /tmp/wheel/*.whl)${EXTRAS:+[$EXTRAS]}" ${ALSO}

FROM python:3.12-slim
LABEL org.opencontainers.image.title="fcfi" \
      org.opencontainers.image.description="Click-based image segmentation: a few clicks, an exact mask" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/fcfi /opt/fcfi
# Any user may run it (--user), so nothing is written outside /data and the temporary folder.
RUN useradd --create-home --uid 1000 fcfi && mkdir /data && chown fcfi /data
ENV PATH=/opt/fcfi/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/tmp \
    FCFI_HEALTH=http://127.0.0.1:8017/api/health
# By its number: Kubernetes cannot see that a name is not root's (runAsNonRoot).
USER 1000
WORKDIR /data
VOLUME /data
EXPOSE 8017 9090
# A response that refuses a missing token also shows that the server runs.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as r, urllib.error as e\ntry: r.urlopen(os.environ['FCFI_HEALTH'], timeout=4)\nexcept e.HTTPError as error: raise SystemExit(error.code >= 500)"]
ENTRYPOINT ["fcfi"]
CMD ["annotate", "/data", "--host", "0.0.0.0", "--no-browser"]
