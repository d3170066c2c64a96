DROP TABLE agent_presence;
DROP TABLE nodes;
