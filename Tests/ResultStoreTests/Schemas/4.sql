-- Schema 4, with what a zlab of that version had stored; after those before it.
ALTER TABLE "cell" ADD COLUMN "night_started" DATETIME;
UPDATE cell SET night_started = '2026-01-02 03:04:04.000';
CREATE INDEX "cell_history" ON "cell"("scenario", "line", "variant", "config", "night_started");
CREATE TABLE "acquaintance" ("scenario" TEXT NOT NULL, "line" TEXT NOT NULL,
  "signature" TEXT NOT NULL REFERENCES "signature"("signature"), "since" DATETIME NOT NULL, PRIMARY KEY ("scenario",
  "line", "signature")) WITHOUT ROWID;
INSERT INTO acquaintance VALUES ('s', '6.1', 'ab12ab12ab12ab12', '2026-01-02 03:04:04.000');
INSERT INTO grdb_migrations VALUES ('4 what nights are compared by');
