# The image of culvert: built on Debian, run on Debian without a compiler.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=unknown
RUN go build -trimpath -ldflags "-s -w -X main.version=${VERSION}" -o /out/culvert ./cmd/culvert

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libstdc++6 tzdata \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --home-dir /var/lib/culvert --create-home culvert
COPY --from=build /out/culvert /usr/local/bin/culvert
USER culvert
VOLUME /var/lib/culvert
EXPOSE 6875 6876
STOPSIGNAL SIGTERM
ENTRYPOINT ["culvert"]
# Listens on loopback only, until flags or the environment say otherwise.
CMD ["serve", "--data-dir", "/var/lib/culvert"]
