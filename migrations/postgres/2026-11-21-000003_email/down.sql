DROP TABLE sign_in_links;
DROP TABLE muted_tickets;
DROP TABLE email_addresses;
DROP TABLE templates;
