-- Nodes that are alive, until their lease ends.
CREATE TABLE nodes (
    id    TEXT   NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);

-- Which agents each node has sessions of: since when, how they are there (`active`, `idle`), and when they left.
CREATE TABLE agent_presence (
    agent_id TEXT   NOT NULL,
    node_id  TEXT   NOT NULL,
    state    TEXT   NOT NULL,
    since    BIGINT NOT NULL,
    left_at  BIGINT,
    PRIMARY KEY (agent_id, node_id)
);
CREATE INDEX agent_presence_by_node ON agent_presence (node_id);
