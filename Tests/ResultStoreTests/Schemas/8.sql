-- Schema 8: two tables of new names; after those before it.
ALTER TABLE "acquaintance" RENAME TO "first_naming";
ALTER TABLE "hunted" RENAME TO "bisect_target";
INSERT INTO grdb_migrations VALUES ('8 names of two tables');
