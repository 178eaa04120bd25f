/** `marcot migrate` in a database that has one side of a move, and no journal. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { connect } from "../../src/data/database.ts";
import { testDatabase, type TestDatabase } from "../../src/data/testing.ts";
import { ensureControl } from "../../src/data/control.ts";
import { marcot, packageJson, settingsOf, tempFolder, tinyApp } from "../cli/command.ts";

const project = tempFolder({
  "package.json": packageJson,
  "settings.ts": settingsOf(["pet-shop"]),
  ...tinyApp("pet-shop"),
});
let database: TestDatabase;

before(async () => {
  database = await testDatabase("empty", async () => undefined);
});
after(async () => {
  await database.drop();
  project.remove();
});

test("an app with a hyphen in its name is not migrated while it moves", async () => {
  const environment = { DATABASE_URL: database.url };
  const migrate = () => marcot(["migrate"], { cwd: project.folder, environment });
  const sql = connect(database.url, { name: "test" });
  try {
    await ensureControl(sql);
    await sql`create publication marcot_move_pet_shop`;
    const { code, stderr } = await migrate();
    assert.equal(code, 0, `${stderr}: nothing is to be done yet`);
    await sql.unsafe(`DROP TABLE "pet-shop".move_markers`);
    assert.match((await migrate()).stderr, /pet-shop moves.*\[MoveRefused\]/s);
    await sql`drop publication marcot_move_pet_shop`;
    assert.equal((await migrate()).code, 0);
  } finally {
    await sql.end({ timeout: 1 });
  }
});
