-- Numbers that get no text messages, in E.164, and who said so: admin, stop (the person, by a reply), provider.
CREATE TABLE sms_opt_outs (
    phone      TEXT   NOT NULL PRIMARY KEY,
    source     TEXT   NOT NULL,
    by_whom    TEXT,
    created_at BIGINT NOT NULL
);

-- What may be or was sent, a row for each delivery: the days' limits are counted in it, and it keeps a ticket's critical
-- text from going to the same person twice, ever. Holds neither number nor text. Day: whole days since 1970, UTC.
CREATE TABLE sms_sent (
    delivery_id TEXT   NOT NULL PRIMARY KEY,
    kind        TEXT   NOT NULL,
    ticket_id   TEXT,
    recipient   TEXT   NOT NULL,
    day         BIGINT NOT NULL,
    created_at  BIGINT NOT NULL
);
CREATE UNIQUE INDEX sms_sent_once ON sms_sent (ticket_id, recipient) WHERE kind = 'critical' AND ticket_id IS NOT NULL;
CREATE INDEX sms_sent_by_day ON sms_sent (day, recipient);
CREATE INDEX sms_sent_by_recipient ON sms_sent (recipient);

-- Text messages as the provider knows them. id: of the delivery, or what the provider calls an answer that came in.
-- direction: out, in. rank: how far it has come, since the provider tells it in no particular order.
CREATE TABLE sms_messages (
    id         TEXT   NOT NULL PRIMARY KEY,
    sid        TEXT,
    direction  TEXT   NOT NULL,
    phone      TEXT,
    ticket_id  TEXT,
    recipient  TEXT,
    status     TEXT   NOT NULL,
    rank       BIGINT NOT NULL,
    error_code BIGINT,
    segments   BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sms_messages_by_sid ON sms_messages (sid) WHERE sid IS NOT NULL;
CREATE INDEX sms_messages_by_phone ON sms_messages (phone, created_at) WHERE phone IS NOT NULL;
CREATE INDEX sms_messages_by_recipient ON sms_messages (recipient) WHERE recipient IS NOT NULL;
CREATE INDEX sms_messages_by_age ON sms_messages (created_at);

-- What goes to the addresses of programs that want to hear. state: pending, delivered, failed. due_at: when it is tried
-- next; while it is being sent, when somebody else may take it over. attempts is also whose turn it is: who was
-- overtaken does not settle it.
CREATE TABLE webhook_messages (
    id          TEXT   NOT NULL PRIMARY KEY,
    webhook_id  TEXT   NOT NULL,
    type        TEXT   NOT NULL,
    body        TEXT   NOT NULL,
    state       TEXT   NOT NULL,
    attempts    BIGINT NOT NULL,
    due_at      BIGINT,
    last_status BIGINT,
    last_error  TEXT,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL
);
CREATE INDEX webhook_messages_due ON webhook_messages (webhook_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_messages_by_webhook ON webhook_messages (webhook_id, id);
CREATE INDEX webhook_messages_by_state ON webhook_messages (webhook_id, state, id);
CREATE INDEX webhook_messages_by_age ON webhook_messages (created_at);
