DROP TABLE webhook_messages;
DROP TABLE sms_messages;
DROP TABLE sms_sent;
DROP TABLE sms_opt_outs;
