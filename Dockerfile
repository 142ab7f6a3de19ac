# Two images of one installation: the proxy, which holds the keys, and the bot. compose.yaml runs them.
# Settings and secrets come when they run; .dockerignore lets in only what is named there.

FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN sh deploy/install /opt/piggybot

FROM python:3.11-slim AS house
COPY --from=build /opt/piggybot /opt/piggybot
COPY deploy/line /opt/piggybot/bin/line
RUN install -d -m 700 -o 10001 -g 10001 /data /line
ENV PATH=/opt/piggybot/bin:$PATH PYTHONUNBUFFERED=1 PIGGY_DATA=/data \
    PROXY_TOKEN_FILE=/line/proxy.token SSL_CERT_FILE=/line/trusted.pem
USER 10001:10001

FROM house AS proxy
ENV PROXY_HOST=0.0.0.0 PROXY_HOSTS=proxy,localhost BACKEND_API_URL=https://localhost:8000 \
    PROXY_TLS_CERT=/line/proxy.pem PROXY_TLS_KEY=/data/proxy.key
HEALTHCHECK --interval=15s --start-period=60s CMD \
    python -c "import os, urllib.request as web; web.urlopen(os.environ['BACKEND_API_URL'] + '/api/health', timeout=3)"
CMD ["sh", "/opt/piggybot/bin/line", "python", "-m", "proxy"]

FROM house AS bot
ENV BACKEND_API_URL=https://proxy:8000
HEALTHCHECK --interval=15s --start-period=60s CMD test -n "$(find $PIGGY_DATA/bot/alive -mmin -1)"
CMD ["piggybot", "bot"]
