import assert from "node:assert/strict";
import { test } from "node:test";
import { NAME_RULE } from "../../src/project/name.ts";
import { env } from "../../src/project/env.ts";
import { readSettings, settings, type SettingsOptions } from "../../src/project/settings.ts";
import { codeOf } from "../../src/errors.ts";

type Values = Readonly<Record<string, string>>;

/** The lines of the one error; the types would refuse most of these options. */
function mistakesOf(options: object, environment: Values = {}): string[] {
  try {
    readSettings(settings(options as SettingsOptions), environment);
  } catch (error) {
    assert.equal(codeOf(error), "SettingInvalid");
    assert.ok(error instanceof Error);
    return error.message.split("\n");
  }
  return [];
}

test("defaults, and what the environment says", () => {
  const read = readSettings(settings({ apps: ["faq", "my-notes"] }), {
    DATABASE_URL: "postgres://h/d",
    FAQ_API: "http://127.0.0.1:8001/",
    MY_NOTES_DATABASE_URL: "embedded:./other",
  });
  assert.deepEqual(read, {
    apps: ["faq", "my-notes"],
    database: "postgres://h/d",
    name: "Marcot",
    deadlineMs: 2000,
    fixtures: [],
    silenced: {},
    addresses: new Map([["faq", new URL("http://127.0.0.1:8001/")]]),
    events: { secret: undefined, url: undefined },
    fakes: new Map(),
    tokens: new Map(),
    databases: new Map([["my-notes", "embedded:./other"]]),
  });
  const none = readSettings(settings({ apps: [] }), {});
  assert.deepEqual([none.apps, none.database], [[], "embedded:./.data"]);
});

test("everything that is wrong is told at once, a line each, without the values of variables", () => {
  const options = {
    apps: env.list("APPS"),
    deadlineMs: env.integer("DEADLINE"),
    name: env.text("NAME"),
    database: env.url("DATABASE"),
    nmae: "x",
  };
  const environment = {
    APPS: "faq,secret app,faq",
    DEADLINE: "secret",
    DATABASE: "mysql://secret@h/d",
    FAQ_API: "ftp://secret",
    FAQ_DATABASE_URL: "mysql://u:secret@h/d",
  };
  const lines = mistakesOf(options, environment);
  assert.deepEqual(lines, [
    'settings.ts: there is no setting "nmae"; did you mean name?',
    `APPS is wrong: word 2 cannot be the name of an app: ${NAME_RULE}`,
    "APPS is wrong: word 3 is listed twice",
    "DATABASE is wrong: expected embedded:FOLDER or postgres://user@host/database",
    "NAME is not set: expected text",
    "DEADLINE is wrong: expected a whole number",
    "FAQ_API is wrong: expected the address of faq, such as http://127.0.0.1:8001, or fake:",
    "FAQ_DATABASE_URL is wrong: expected embedded:FOLDER or postgres://user@host/database",
  ]);
  assert.doesNotMatch(lines.join(), /secret/);
});

test("one mistake is one line, which names the place", () => {
  const apps: string[] = [];
  const wrong: [object, Values, RegExp][] = [
    [{}, {}, /^settings\.ts: apps is missing$/],
    [{ apps: "faq" }, {}, /^settings\.ts: apps is wrong: expected a list/],
    [{ apps: ["public"] }, {}, /^settings\.ts: apps is wrong: "public" cannot be/],
    [{ apps, database: 5 }, {}, /^settings\.ts: database is wrong/],
    [{ apps, database: "embedded:" }, {}, /^settings\.ts: database is wrong/],
    [{ apps }, { DATABASE_URL: "mysql://h/d" }, /^DATABASE_URL is wrong/],
    [{ apps }, { DATABASE_URL: "nonsense" }, /^DATABASE_URL is wrong/],
    [{ apps, deadlineMs: 0 }, {}, /^settings\.ts: deadlineMs is wrong/],
    [
      { apps, deadlineMs: env.integer("D") },
      { D: "0" },
      /^D is wrong: expected a whole number from 1/,
    ],
    [{ apps, name: "" }, {}, /^settings\.ts: name is wrong/],
    [{ apps, silenced: [] }, {}, /^settings\.ts: silenced is wrong: expected ids/],
    [{ apps: ["faq"] }, { FAQ_API: "http://u:secret@h" }, /^FAQ_API is wrong: an address holds no/],
    [{ apps: ["faq"] }, { FAQ_API: "http://h/?a" }, /^FAQ_API is wrong/],
  ];
  for (const [options, environment, expected] of wrong) {
    const [line = "", ...others] = mistakesOf(options, environment);
    assert.match(line, expected);
    assert.deepEqual(others, [], line);
  }
});
