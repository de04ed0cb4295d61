# The product alone: no database, no compiler, no HTTP client; an ordinary user on a read-only system.
FROM golang:1.26.8-bookworm AS build
ARG GOPROXY=https://proxy.golang.org,direct
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \
    CGO_ENABLED=0 go build -trimpath -ldflags='-s -w' -o /seedbed ./cmd/seedbed

FROM debian:12.11-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --chmod=0755 deploy/healthy.sh /usr/local/bin/healthy
COPY --from=build /seedbed /usr/local/bin/seedbed
# What is kept lives in PostgreSQL and the object store; this folder only holds what passes through.
ENV SEEDBED_LISTEN=0.0.0.0:8080 SEEDBED_DATA=/tmp/seedbed SEEDBED_LOG=json
USER 10001:10001
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s CMD ["healthy"]
ENTRYPOINT ["seedbed"]
CMD ["web"]
