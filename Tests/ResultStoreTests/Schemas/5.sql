-- Schema 5, with what a zlab of that version had stored; after those before it.
CREATE TABLE "bisect" ("id" TEXT PRIMARY KEY NOT NULL, "name" TEXT NOT NULL, "scenario" TEXT NOT NULL,
  "state" TEXT NOT NULL, "started" DATETIME NOT NULL, "ended" DATETIME, "culprit" TEXT, "confidence" DOUBLE NOT NULL,
  "imported" BOOLEAN NOT NULL DEFAULT 0, "record" BLOB NOT NULL);
CREATE INDEX "bisect_on_started" ON "bisect"("started");
CREATE TABLE "hunted" ("signature" TEXT NOT NULL, "bisect" TEXT NOT NULL REFERENCES "bisect"("id") ON DELETE CASCADE,
  PRIMARY KEY ("signature", "bisect")) WITHOUT ROWID;
CREATE INDEX "hunted_on_bisect" ON "hunted"("bisect");
INSERT INTO bisect VALUES ('b@2026-01-04T00:00:00Z', 'b', 's', 'finished', '2026-01-04 00:00:00.000',
  '2026-01-05 00:00:00.000', 'c0ffee', 0.99, 0, CAST('{"builds":4,"command":"zlab bisect start","confidence":0.99,
  "culprit":{"author":"A","id":"c0ffee","subject":"S"},"ended":"2026-01-05T00:00:00Z","id":"b@2026-01-04T00:00:00Z",
  "name":"b","outcome":"found","repository":"/r","scenario":"s","seed":1,"signatures":["ab12ab12ab12ab12"],
  "started":"2026-01-04T00:00:00Z","state":"finished","suspects":["c0ffee"],"trials":40}' AS BLOB));
INSERT INTO hunted VALUES ('ab12ab12ab12ab12', 'b@2026-01-04T00:00:00Z');
INSERT INTO grdb_migrations VALUES ('5 bisections');
