-- Every version of every template that an administrator saved; which one is in force, the record of that name says.
CREATE TABLE templates (
    name       TEXT   NOT NULL,
    version    BIGINT NOT NULL,
    subject    TEXT   NOT NULL,
    text       TEXT   NOT NULL,
    html       TEXT,
    author     TEXT   NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (name, version)
) WITHOUT ROWID;

-- Addresses about which something came back, in lower case: the times of the last failures that may pass, and since when
-- and why nothing is sent there any more.
CREATE TABLE email_addresses (
    address       TEXT   NOT NULL PRIMARY KEY,
    score         BIGINT NOT NULL,
    soft_at       TEXT   NOT NULL,
    suppressed_at BIGINT,
    reason        TEXT,
    updated_at    BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX email_addresses_suppressed ON email_addresses (address) WHERE suppressed_at IS NOT NULL;

-- Tickets about which an agent wants no emails.
CREATE TABLE muted_tickets (
    agent_id  TEXT   NOT NULL,
    ticket_id TEXT   NOT NULL,
    since     BIGINT NOT NULL,
    PRIMARY KEY (agent_id, ticket_id)
) WITHOUT ROWID;

-- Links to sign in with, by the hash of what stands in them. Whoever uses one removes it.
CREATE TABLE sign_in_links (
    hash       TEXT   NOT NULL PRIMARY KEY,
    agent_id   TEXT   NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_in_links_by_age ON sign_in_links (expires_at);
