-- One row: what every commit compares.
CREATE TABLE meta (
    id      INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    epoch   TEXT    NOT NULL,
    version BIGINT  NOT NULL
);

-- Made once, shared by all nodes: token secrets, link-signing keys.
CREATE TABLE secrets (
    name       TEXT   NOT NULL PRIMARY KEY,
    value      TEXT   NOT NULL,
    created_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Directory, preferences, settings, keys, sources: held in memory by every node, read again by version.
CREATE TABLE records (
    kind    TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    body    TEXT    NOT NULL,
    version BIGINT  NOT NULL,
    deleted BOOLEAN NOT NULL,
    PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE INDEX records_by_version ON records (version);

CREATE TABLE events (
    source      TEXT   NOT NULL,
    id          TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    ticket_id   TEXT,
    accepted_at BIGINT NOT NULL,
    body        TEXT   NOT NULL,
    explanation TEXT   NOT NULL,
    notified    TEXT   NOT NULL,
    PRIMARY KEY (source, id)
);
-- Rows are numbered as they come: the oldest are found by `rowid`.

CREATE TABLE tickets (
    id         TEXT   NOT NULL PRIMARY KEY,
    facts      TEXT   NOT NULL,
    updated_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE watches (
    ticket_id TEXT    NOT NULL,
    agent_id  TEXT    NOT NULL,
    active    BOOLEAN NOT NULL,
    auto      BOOLEAN NOT NULL,
    since     BIGINT  NOT NULL,
    PRIMARY KEY (ticket_id, agent_id)
) WITHOUT ROWID;
CREATE INDEX watches_by_agent ON watches (agent_id, since);

CREATE TABLE inboxes (
    agent_id        TEXT   NOT NULL PRIMARY KEY,
    seq             BIGINT NOT NULL,
    unread          BIGINT NOT NULL,
    unseen          BIGINT NOT NULL,
    seen_seq        BIGINT NOT NULL,
    acked_seq       BIGINT NOT NULL,
    decided_seq     BIGINT NOT NULL,
    floor_seq       BIGINT NOT NULL,
    fallback_due_at BIGINT
) WITHOUT ROWID;
CREATE INDEX inboxes_by_fallback ON inboxes (fallback_due_at) WHERE fallback_due_at IS NOT NULL;

-- Who has what, and in which state: what acts read and write. Rows are small, because each event dirties one page here
-- for every agent who hears of it; for the same reason no index holds an entry to which nothing happened yet.
CREATE TABLE notifications (
    agent_id      TEXT   NOT NULL,
    seq           BIGINT NOT NULL,
    id            TEXT   NOT NULL,
    changed_seq   BIGINT NOT NULL,
    alert_seq     BIGINT NOT NULL,
    -- When it called for attention again; null: when it was made.
    alert_at      BIGINT,
    ticket_id     TEXT,
    comment_id    TEXT,
    created_at    BIGINT NOT NULL,
    read_at       BIGINT,
    cleared_at    BIGINT,
    snoozed_until BIGINT,
    resolved      TEXT,
    PRIMARY KEY (agent_id, seq)
) WITHOUT ROWID;
-- An entry that never changed is found by its number.
CREATE UNIQUE INDEX notifications_by_change ON notifications (agent_id, changed_seq) WHERE changed_seq <> seq;
-- A ticket's entries are found by going through the agent's rows, which lie side by side.
CREATE INDEX notifications_asleep ON notifications (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- What a notification says: written once. Ids grow with time, so new rows of all agents land on the same page.
CREATE TABLE contents (
    id             TEXT    NOT NULL PRIMARY KEY,
    agent_id       TEXT    NOT NULL,
    seq            BIGINT  NOT NULL,
    event_source   TEXT    NOT NULL,
    event_id       TEXT    NOT NULL,
    type           TEXT    NOT NULL,
    reason         TEXT    NOT NULL,
    category       TEXT,
    priority       TEXT    NOT NULL,
    title          TEXT    NOT NULL,
    body           TEXT    NOT NULL,
    url            TEXT,
    actor          TEXT    NOT NULL,
    ticket_number  TEXT,
    ticket_subject TEXT,
    quiet          BOOLEAN NOT NULL
) WITHOUT ROWID;

-- What is to go out beside the bell: who, by which way, what for; and why not, where it does not. An event and a purpose
-- make one row for each person, way and endpoint, whatever is repeated; of an entry that calls for attention again, one
-- for each time (`stage`). Rows of one `batch` go out as one message.
CREATE TABLE deliveries (
    id              TEXT   NOT NULL PRIMARY KEY,
    event_source    TEXT   NOT NULL,
    event_id        TEXT   NOT NULL,
    notification_id TEXT,
    recipient       TEXT   NOT NULL,
    recipient_kind  TEXT   NOT NULL,
    channel         TEXT   NOT NULL,
    purpose         TEXT   NOT NULL,
    endpoint        TEXT   NOT NULL DEFAULT '',
    stage           BIGINT NOT NULL DEFAULT 0,
    address         TEXT,
    ticket_id       TEXT,
    batch           TEXT   NOT NULL DEFAULT '',
    state           TEXT   NOT NULL,
    why             TEXT,
    detail          TEXT,
    due_at          BIGINT,
    holder          TEXT,
    attempts        BIGINT NOT NULL DEFAULT 0,
    provider_id     TEXT,
    sent_at         BIGINT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX deliveries_once
    ON deliveries (event_source, event_id, recipient_kind, recipient, channel, purpose, endpoint, stage);
-- A row that is being sent is due when its lease ends.
CREATE INDEX deliveries_due ON deliveries (channel, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_by_recipient ON deliveries (recipient, purpose, created_at);
CREATE INDEX deliveries_by_ticket ON deliveries (ticket_id, id) WHERE ticket_id IS NOT NULL;
CREATE INDEX deliveries_by_notification ON deliveries (notification_id) WHERE notification_id IS NOT NULL;

-- Each try of a delivery and how it ended.
CREATE TABLE delivery_attempts (
    delivery_id TEXT   NOT NULL,
    number      BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    took_ms     BIGINT NOT NULL,
    outcome     TEXT   NOT NULL,
    detail      TEXT,
    PRIMARY KEY (delivery_id, number)
) WITHOUT ROWID;

-- Whether a customer is there, by id, or by address where there is no id; and when an email told them of an answer since
-- they were there last. Read and written by its key alone.
CREATE TABLE contact_presence (
    contact    TEXT    NOT NULL PRIMARY KEY,
    online     BOOLEAN NOT NULL,
    last_seen  BIGINT,
    known_at   BIGINT  NOT NULL,
    emailed_at BIGINT
) WITHOUT ROWID;

-- What arrived from helpdesks' own webhooks, per source.
CREATE TABLE source_deliveries (
    source_id        TEXT NOT NULL PRIMARY KEY,
    last_delivery_at BIGINT,
    last_error_at    BIGINT,
    last_error       TEXT
);
CREATE TABLE source_people (
    source_id   TEXT   NOT NULL,
    external_id TEXT   NOT NULL,
    name        TEXT   NOT NULL,
    times       BIGINT NOT NULL,
    last_at     BIGINT NOT NULL,
    PRIMARY KEY (source_id, external_id)
) WITHOUT ROWID;

-- Who does a job that only one node should do.
CREATE TABLE leases (
    name   TEXT   NOT NULL PRIMARY KEY,
    holder TEXT   NOT NULL,
    until  BIGINT NOT NULL
);
