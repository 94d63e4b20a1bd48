-- Schema 2, with what a zlab of that version had stored; after those before it.
CREATE TABLE "host" ("id" INTEGER PRIMARY KEY AUTOINCREMENT, "facts" TEXT NOT NULL UNIQUE);
CREATE TABLE "build" ("kernel" TEXT PRIMARY KEY NOT NULL, "name" TEXT NOT NULL, "release" TEXT NOT NULL,
  "line" TEXT NOT NULL, "made" TEXT NOT NULL, "seconds" DOUBLE, "record" BLOB NOT NULL);
ALTER TABLE "run" ADD COLUMN "passes" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "run" ADD COLUMN "fails" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "run" ADD COLUMN "misses" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "run" ADD COLUMN "cut" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "run" ADD COLUMN "seconds" DOUBLE NOT NULL DEFAULT 0;
ALTER TABLE "run" ADD COLUMN "line" TEXT NOT NULL DEFAULT '';
ALTER TABLE "run" ADD COLUMN "host" INTEGER REFERENCES "host"("id");
ALTER TABLE "run" ADD COLUMN "imported" BOOLEAN NOT NULL DEFAULT 0;
ALTER TABLE "run" ADD COLUMN "pruned" BOOLEAN NOT NULL DEFAULT 0;
CREATE INDEX "run_scenario_line" ON "run"("scenario", "line", "started");
CREATE INDEX "run_kernel" ON "run"("kernel");
CREATE TABLE "signature" ("signature" TEXT PRIMARY KEY NOT NULL, "kind" TEXT NOT NULL, "title" TEXT NOT NULL,
  "first_seen" DATETIME NOT NULL, "last_seen" DATETIME NOT NULL, "trials" INTEGER NOT NULL);
CREATE INDEX "signature_on_last_seen" ON "signature"("last_seen");
CREATE TABLE "sighting" ("run" TEXT NOT NULL REFERENCES "run"("id") ON DELETE CASCADE,
  "signature" TEXT NOT NULL REFERENCES "signature"("signature"), "trials" INTEGER NOT NULL, "named" INTEGER NOT NULL,
  "cut" INTEGER NOT NULL, "first_trial" INTEGER NOT NULL, PRIMARY KEY ("run", "signature"));
CREATE INDEX "sighting_on_signature" ON "sighting"("signature");
INSERT INTO host VALUES (1, '{"qemu":"7.2"}');
INSERT INTO build VALUES ('k1', 'debian:bookworm', '6.1.0-50-s390x', '6.1', '2026-01-01T00:00:00Z', NULL,
  CAST('{"created":"2026-01-01T00:00:00Z","id":"k1","name":"debian:bookworm","origin":"",
  "release":"6.1.0-50-s390x"}' AS BLOB));
UPDATE run SET line = '6.1', host = 1;
UPDATE run SET passes = 1, fails = 1, misses = 1, cut = 1, seconds = 4.5 WHERE id = 'aaaa1111';
UPDATE run SET fails = 1, seconds = 1.5 WHERE id = 'bbbb2222';
INSERT INTO signature VALUES ('ab12ab12ab12ab12', 'oops', 'Oops in f', '2026-01-02 03:04:09.000',
  '2026-01-02 03:04:09.000', 1);
INSERT INTO signature VALUES ('cd34cd34cd34cd34', 'warning', 'WARNING in g', '2026-01-02 03:04:09.000',
  '2026-01-03 03:04:06.000', 2);
INSERT INTO sighting VALUES ('aaaa1111', 'ab12ab12ab12ab12', 1, 1, 1, 2);
INSERT INTO sighting VALUES ('aaaa1111', 'cd34cd34cd34cd34', 1, 0, 1, 2);
INSERT INTO sighting VALUES ('bbbb2222', 'cd34cd34cd34cd34', 1, 1, 0, 1);
INSERT INTO grdb_migrations VALUES ('2 counts, signatures, builds and hosts');
