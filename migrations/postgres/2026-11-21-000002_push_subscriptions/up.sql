-- Devices that agents allowed to be woken: one row a subscription of a browser. The endpoint is an address and a secret at
-- once, and as long as a push service likes: it is found again by its hash.
CREATE TABLE push_subscriptions (
    id              TEXT   NOT NULL PRIMARY KEY,
    agent_id        TEXT   NOT NULL,
    endpoint_hash   TEXT   NOT NULL,
    endpoint        TEXT   NOT NULL,
    p256dh          TEXT   NOT NULL,
    auth            TEXT   NOT NULL,
    device          TEXT,
    label           TEXT,
    user_agent      TEXT,
    created_at      BIGINT NOT NULL,
    last_success_at BIGINT,
    last_error_at   BIGINT,
    last_error      TEXT,
    failures        BIGINT NOT NULL
);
CREATE UNIQUE INDEX push_subscriptions_by_endpoint ON push_subscriptions (endpoint_hash);
CREATE INDEX push_subscriptions_by_agent ON push_subscriptions (agent_id, created_at);
