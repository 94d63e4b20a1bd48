-- Schema 3, with what a zlab of that version had stored; after those before it.
CREATE TABLE "night" ("id" TEXT PRIMARY KEY NOT NULL, "plan" TEXT NOT NULL, "state" TEXT NOT NULL,
  "started" DATETIME NOT NULL, "imported" BOOLEAN NOT NULL DEFAULT 0, "record" BLOB NOT NULL);
CREATE INDEX "night_on_started" ON "night"("started");
CREATE TABLE "cell" ("night" TEXT NOT NULL REFERENCES "night"("id") ON DELETE CASCADE, "position" INTEGER NOT NULL,
  "scenario" TEXT NOT NULL, "variant" TEXT NOT NULL, "line" TEXT NOT NULL, "config" TEXT NOT NULL,
  "kernel" TEXT NOT NULL, "kernel_id" TEXT, "state" TEXT NOT NULL,
  "run" TEXT REFERENCES "run"("id") ON DELETE SET NULL, "record" BLOB NOT NULL, PRIMARY KEY ("night", "position"));
CREATE INDEX "cell_key" ON "cell"("scenario", "line", "variant", "config");
CREATE INDEX "cell_run" ON "cell"("run");
CREATE TABLE "news" ("night" TEXT NOT NULL REFERENCES "night"("id") ON DELETE CASCADE, "position" INTEGER NOT NULL,
  "kind" TEXT NOT NULL, "signature" TEXT NOT NULL, "scenario" TEXT NOT NULL, "line" TEXT NOT NULL,
  "record" BLOB NOT NULL, PRIMARY KEY ("night", "position"));
CREATE INDEX "news_on_signature" ON "news"("signature");
INSERT INTO night VALUES ('00000001', 'p', 'finished', '2026-01-02 03:04:04.000', 0,
  CAST('{"command":"zlab nightly plan.yaml","ended":"2026-01-02T03:05:00Z","host":{"qemu":"7.2"},"id":"00000001",
  "jobs":1,"known":[],"plan":"p","planFile":"/p.yaml","planText":"","seed":1,"spent":4.5,
  "started":"2026-01-02T03:04:04Z","state":"finished"}' AS BLOB));
INSERT INTO cell VALUES ('00000001', 1, 's', '', '6.1', 'stock', 'debian:bookworm', 'k1', 'finished', 'aaaa1111',
  CAST('{"kernel":"debian:bookworm","kernelID":"k1","key":{"config":"stock","line":"6.1","scenario":"s",
  "variant":""},"position":1,"run":"aaaa1111","state":"finished","turn":1,"why":""}' AS BLOB));
INSERT INTO cell VALUES ('00000001', 2, 's', '', '6.1', 'kasan', 'debian:bookworm', NULL, 'not-reached', NULL,
  CAST('{"kernel":"debian:bookworm","key":{"config":"kasan","line":"6.1","scenario":"s","variant":""},"position":2,
  "reason":"the time was over","state":"not-reached","turn":2,"why":""}' AS BLOB));
INSERT INTO news VALUES ('00000001', 1, 'new', 'ab12ab12ab12ab12', 's', '6.1', CAST('{"key":{"config":"stock",
  "line":"6.1","scenario":"s","variant":""},"kind":"new","now":{"failures":1,"trials":2},
  "signature":"ab12ab12ab12ab12"}' AS BLOB));
INSERT INTO grdb_migrations VALUES ('3 nights, cells and news');
