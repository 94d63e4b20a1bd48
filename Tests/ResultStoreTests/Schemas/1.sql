-- Schema 1, with what a zlab of that version had stored; after those before it.
CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
CREATE TABLE "run" ("id" TEXT PRIMARY KEY NOT NULL, "scenario" TEXT NOT NULL, "kernel" TEXT NOT NULL,
  "state" TEXT NOT NULL, "started" DATETIME NOT NULL, "record" BLOB NOT NULL);
CREATE INDEX "run_on_started" ON "run"("started");
CREATE TABLE "trial" ("run" TEXT NOT NULL REFERENCES "run"("id") ON DELETE CASCADE, "number" INTEGER NOT NULL,
  "verdict" TEXT NOT NULL, "started" DATETIME NOT NULL, "duration" DOUBLE NOT NULL, "record" BLOB NOT NULL,
  PRIMARY KEY ("run", "number"));
CREATE TABLE "finding" ("run" TEXT NOT NULL, "trial" INTEGER NOT NULL, "position" INTEGER NOT NULL,
  "signature" TEXT NOT NULL, "kind" TEXT NOT NULL, "title" TEXT NOT NULL, PRIMARY KEY ("run", "trial", "position"),
  FOREIGN KEY ("run", "trial") REFERENCES "trial"("run", "number") ON DELETE CASCADE);
CREATE INDEX "finding_on_signature" ON "finding"("signature");
INSERT INTO run VALUES ('aaaa1111', 's', 'k1', 'finished', '2026-01-02 03:04:05.000', CAST('{"command":"zlab run s",
  "confidence":0.95,"folder":"/home/somebody/aaaa1111","goal":{"trials":3,"until_finding":false},
  "host":{"qemu":"7.2"},"id":"aaaa1111","image":{"created":"2026-01-01T00:00:00Z","id":"i1","kernel":"k1",
  "name":"mini","size":1},"kernel":{"created":"2026-01-01T00:00:00Z","id":"k1","name":"debian:bookworm","origin":"",
  "release":"6.1.0-50-s390x"},"parameters":{},"scenario":"s","scenarioText":"","seed":1,
  "started":"2026-01-02T03:04:05Z","state":"finished"}' AS BLOB));
INSERT INTO run VALUES ('bbbb2222', 's', 'k1', 'interrupted', '2026-01-03 03:04:05.000',
  CAST('{"command":"zlab run s","confidence":0.95,"folder":"/home/somebody/bbbb2222","goal":{"trials":3,
  "until_finding":false},"host":{"qemu":"7.2"},"id":"bbbb2222","image":{"created":"2026-01-01T00:00:00Z","id":"i1",
  "kernel":"k1","name":"mini","size":1},"kernel":{"created":"2026-01-01T00:00:00Z","id":"k1",
  "name":"debian:bookworm","origin":"","release":"6.1.0-50-s390x"},"parameters":{},"scenario":"s","scenarioText":"",
  "schedule":"icount","seed":1,"start":"restored","started":"2026-01-03T03:04:05Z","state":"interrupted"}' AS BLOB));
INSERT INTO trial VALUES ('aaaa1111', 1, 'pass', '2026-01-02 03:04:06.000', 1.5, CAST('{"actors":[{"complaint":"words","exit_code":0,"name":"a","output":""}],"duration":1.5,
  "end":"completed","findings":[],"number":1,"repeats":0,"seed":1,"started":"2026-01-02T03:04:06Z",
  "verdict":"pass"}' AS BLOB));
INSERT INTO trial VALUES ('aaaa1111', 2, 'fail', '2026-01-02 03:04:09.000', 1.5, CAST('{"actors":[],"boot":0.5,
  "duration":1.5,"end":"finding","findings":[{"fatal":true,"first_line":3,"frames":[],"function":"f",
  "interleaved":false,"kind":"oops","last_line":9,"message":"Oops in f","signature":"ab12ab12ab12ab12","taint":"G",
  "tainted":true,"title":"Oops in f","truncated":false},{"fatal":false,"first_line":3,"frames":[],"function":"g",
  "interleaved":false,"kind":"warning","last_line":9,"message":"WARNING in g","signature":"cd34cd34cd34cd34",
  "taint":"G D W","tainted":true,"title":"WARNING in g","truncated":false}],"number":2,"repeats":0,"seed":2,
  "started":"2026-01-02T03:04:09Z","verdict":"fail"}' AS BLOB));
INSERT INTO finding VALUES ('aaaa1111', 2, 0, 'ab12ab12ab12ab12', 'oops', 'Oops in f');
INSERT INTO finding VALUES ('aaaa1111', 2, 1, 'cd34cd34cd34cd34', 'warning', 'WARNING in g');
INSERT INTO trial VALUES ('aaaa1111', 3, 'miss', '2026-01-02 03:04:12.000', 1.5, CAST('{"actors":[],"duration":1.5,
  "end":"silence","findings":[],"note":"it said nothing","number":3,"repeats":0,"seed":3,
  "started":"2026-01-02T03:04:12Z","verdict":"miss"}' AS BLOB));
INSERT INTO trial VALUES ('bbbb2222', 1, 'fail', '2026-01-03 03:04:06.000', 1.5, CAST('{"actors":[],"duration":1.5,
  "end":"completed","findings":[{"fatal":false,"first_line":3,"frames":[],"function":"g","interleaved":false,
  "kind":"warning","last_line":9,"message":"WARNING in g","signature":"cd34cd34cd34cd34","taint":"G W",
  "tainted":true,"title":"WARNING in g","truncated":false}],"number":1,"repeats":0,"seed":1,
  "started":"2026-01-03T03:04:06Z","verdict":"fail"}' AS BLOB));
INSERT INTO finding VALUES ('bbbb2222', 1, 0, 'cd34cd34cd34cd34', 'warning', 'WARNING in g');
INSERT INTO grdb_migrations VALUES ('1 runs, trials and findings');
