CREATE TABLE admin (variable TEXT PRIMARY KEY, value TEXT);
CREATE TABLE kvstore (module TEXT, "key" TEXT, val TEXT, id TEXT);
CREATE TABLE freepbx_settings (keyword TEXT PRIMARY KEY, value TEXT, module TEXT);
CREATE TABLE manager (manager_id INTEGER PRIMARY KEY, name TEXT, secret TEXT, deny TEXT, permit TEXT, read TEXT, write TEXT, writetimeout INTEGER);
CREATE TABLE arimanager (id INTEGER PRIMARY KEY, name TEXT, password TEXT, password_format TEXT, read_only INTEGER);
CREATE TABLE notifications (module TEXT, id TEXT, level TEXT, display_text TEXT, extended_text TEXT);
CREATE TABLE cron_jobs (modulename TEXT, jobname TEXT, class TEXT, schedule TEXT);
CREATE TABLE pm2 (name TEXT PRIMARY KEY, pid INTEGER);
CREATE TABLE userman_users (id INTEGER PRIMARY KEY, username TEXT, displayname TEXT, fname TEXT, lname TEXT, default_extension TEXT);
CREATE TABLE userman_users_settings (uid INTEGER, module TEXT, "key" TEXT, val BLOB, type TEXT);
CREATE TABLE userman_groups_settings (gid INTEGER, module TEXT, "key" TEXT, val BLOB, type TEXT);
CREATE TABLE userman_template_settings (tid INTEGER, module TEXT, "key" TEXT, val BLOB, type TEXT);
CREATE TABLE devices (id TEXT, tech TEXT);
CREATE TABLE sip (id TEXT, keyword TEXT, data TEXT);
CREATE TABLE pjsip (id TEXT, keyword TEXT, data TEXT);
CREATE TABLE ringgroups (grpnum TEXT, description TEXT);
CREATE TABLE queues_config (extension TEXT, descr TEXT);
CREATE TABLE incoming (cidnum TEXT, extension TEXT, description TEXT);
CREATE TABLE timeconditions (timeconditions_id INTEGER, displayname TEXT);

INSERT INTO manager (name, secret, deny, permit, read, write, writetimeout) VALUES ('cxpanel', 'theirs', '0.0.0.0/0.0.0.0', '127.0.0.1/255.255.255.0', 'all', 'all', 100);
INSERT INTO arimanager (name, password, password_format, read_only) VALUES ('theirs', 'theirs', 'plain', 1);
INSERT INTO userman_users VALUES (7, 'alice', 'Alice Adams', '', '', '101'), (8, 'bob', '', 'Bob', 'Brown', 'none'), (9, 'carol', '', '', '', '103');
INSERT INTO userman_users_settings VALUES
  (8, 'ucp|Settings', 'assigned', '["102","999x"]', 'json-arr'),
  (9, 'ucp|Global', 'dashboards', '[{"id":"d9","name":"Mine"}]', 'json-arr'),
  (9, 'ucp|Global', 'dashboard-layout-d9', '[{"id":"w1","rawname":"voicemail","size_x":0,"size_y":0,"col":6,"row":7}]', NULL);
INSERT INTO devices VALUES ('101', 'pjsip'), ('102', 'pjsip'), ('103', 'pjsip'), ('104', 'pjsip'), ('201', 'sip');
INSERT INTO sip VALUES ('101', 'account', '101'), ('102', 'account', '102'), ('103', 'account', '103'),
  ('104', 'account', '104'), ('104', 'message_context', 'smsconnector-messages');
INSERT INTO pjsip VALUES ('1', 'trunk_name', 'trunk1'), ('2', 'trunk_name', 'off'), ('2', 'disabletrunk', 'on');
INSERT INTO ringgroups VALUES ('600', 'Sales');
INSERT INTO queues_config VALUES ('8000', 'Support Department');
INSERT INTO incoming VALUES ('', '16313808000', 'Support line'), ('5551234', '16313808000', 'A friend'), ('', '', 'Any');
INSERT INTO timeconditions VALUES (1, 'Office hours');
