-- Schema 6, with what a zlab of that version had stored; after those before it.
ALTER TABLE "sighting" ADD COLUMN "line" TEXT NOT NULL DEFAULT '';
ALTER TABLE "sighting" ADD COLUMN "started" DATETIME NOT NULL DEFAULT '';
UPDATE sighting SET (line, started) = (SELECT line, started FROM run WHERE run.id = sighting.run);
CREATE INDEX "sighting_time" ON "sighting"("signature", "started");
CREATE INDEX "sighting_line" ON "sighting"("signature", "line", "started");
DROP INDEX IF EXISTS sighting_on_signature;
INSERT INTO grdb_migrations VALUES ('6 where and when signatures were seen');
