import assert from "node:assert/strict";
import { test } from "node:test";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";
import { whereToStart } from "../../../../src/where-to-start/where-to-start.ts";
import { draftOf } from "../../draft/load.ts";
import { repositoryOf, written } from "../../repository.ts";

test("of require it is seen what is taken, by which name, and where the statement begins", () => {
  const text = `const all = require("./all");
const {
  a, b: c, "d": e, f = 1, g: { h }, ...rest
} = require("./some");
const i = require("./one").i, j = require("./two").j.k;
let l; l = require("./later");
app.use("/x",
  require("./used").m, require(\`./called\`)(app));
const { n } = require("./deep").o;
import p = require("./p");
const q = require("./p" + "q");
const r = (require("./r") as any)?.r;
`;
  const { imports } = readTypeScript("a.ts", text);
  assert.deepEqual(
    imports.map(
      ({ line, from, names, here = names }) => `${line} ${from} ${names.join()} as ${here.join()}`,
    ),
    [
      "1 ./all * as all",
      "2 ./some a,b,d,f,g,* as a,c,e,f,,rest",
      "5 ./one i as i",
      "5 ./two j as ",
      "6 ./later * as l",
      "8 ./used m as ",
      "8 ./called * as ",
      "9 ./deep o as ",
      "10 ./p * as p",
      "12 ./r r as r",
    ],
  );
});

const exportsIn = (text: string) =>
  readTypeScript("a.js", text).exports.map(
    ({ line, name, of, isWhole }) =>
      `${line} ${name}${of === undefined ? "" : ` of ${of}`}${isWhole === true ? ", whole" : ""}`,
  );

test("what is put on exports is exported, in each of its ways", () => {
  assert.deepEqual(
    exportsIn("exports.a = 1;\nmodule.exports.b = c;\nexports['d'] = e = () => 1;"),
    ["1 a", "2 b of c", "3 d"],
  );
  assert.deepEqual(
    exportsIn("module.exports = { a, b: function () {},\n c() {}, [d]: 1, e: f };"),
    ["1 a", "1 b", "2 c", "2 e of f"],
  );
  assert.deepEqual(exportsIn("class A {}\nexports = module.exports = A;"), [
    "2 default of A, whole",
  ]);
  assert.deepEqual(exportsIn("const api = (module.exports = {});\napi.a = () => 1;"), ["2 a"]);
  assert.deepEqual(exportsIn("const api = { a };\napi.b = 1;\nmodule.exports = api;"), [
    "2 b",
    "1 a",
  ]);
  assert.deepEqual(exportsIn("exports.a = exports.b = void 0;\nif (x) { exports.b = b; }"), [
    "2 b",
  ]);
  assert.deepEqual(exportsIn("function f(exports) { exports.a = 1; }\nx.exports = 1;"), []);
  assert.deepEqual(exportsIn('const User = mongoose.model("User", s);\nmodule.exports = User;'), [
    "2 default of User, whole",
  ]);
});

test("what a file requires and exports it hands on", () => {
  const { passes, exports } = readTypeScript(
    "index.js",
    `const { a, b: c } = require("./one");
const two = require("./two");
module.exports = { a, d: c, two, e: two.f, ...two, g: require("./three").h };
module.exports.i = require("./four");
`,
  );
  assert.deepEqual(exports, []);
  assert.deepEqual(
    passes?.map(({ name, of, from }) => `${name} = ${of} ${from}`),
    [
      "a = a ./one",
      "d = b ./one",
      "two = * ./two",
      "e = f ./two",
      "* = * ./two",
      "g = h ./three",
      "i = * ./four",
    ],
  );
});

const shop = {
  "package.json": '{"name":"shop"}',
  "src/users/user.model.js":
    'const mongoose = require("mongoose");\nmodule.exports = mongoose.model("User", new mongoose.Schema({}));\n',
  "src/users/service.js": `const User = require("./user.model");
async function findUser(id) { return User.findById(id); }
const service = { findUser, nameOf: function (user, long) { return user.name; } };
module.exports = service;
`,
  "src/users/index.js":
    'module.exports = { users: require("./service"), Mailer: require("./mailer") };\n',
  "src/users/mailer.js": "module.exports = class Mailer { send(to, text) {} };\n",
  "src/users/clock.js": "class Clock { now(zone) {} }\nmodule.exports = new Clock();\n",
  "src/users/greet.js": "module.exports = function (user) {};\n",
  "src/orders/service.js": `const User = require("../users/user.model");
const { users, Mailer } = require("../users");
const {
  findUser,
} = require("../users/service");
const clock = require("../users/clock");
const hello = require("../users/greet");
const mailer = new Mailer();
exports.place = async (id) => {
  mailer.send(users.nameOf(await findUser(id)), clock.now("utc"));
  return hello(User);
};
`,
  "src/mails/service.js":
    'const late = () => require("../orders/service").place(1);\nmodule.exports = { late };\n',
};

test("functions, methods and models that are required are endpoints", async () => {
  const draft = await draftOf(repositoryOf([{ files: shop }]), "users", ["src/*"]);
  const told = [...draft.matchAll(/\* ([^\n]*), (src\S+)\n \s*\* (?:Called|Used) by ([^\n]*)/g)];
  assert.deepEqual(
    told.map(([, what, where, who]) => `${what} ${where} < ${who}`),
    [
      "findUser(id) src/users/service.js:2 < src/orders/service.js:3",
      "greet(user) src/users/greet.js:1 < src/orders/service.js:7",
      "nameOf(user, long) src/users/service.js:3 < src/orders/service.js:10",
      "Clock.now(zone) src/users/clock.js:1 < src/orders/service.js:10",
      "Mailer.send(to, text) src/users/mailer.js:1 < src/orders/service.js:10",
      "Rows of User src/users/user.model.js:2 < src/orders/service.js:1",
    ],
  );
});

test("a required model has the price of a model", async () => {
  const { report } = await whereToStart(written(shop), { units: ["src/*"] });
  const orders = report.units.find(({ name }) => name === "orders");
  assert.deepEqual(
    orders?.cuts
      .filter(({ kind }) => kind === "model import")
      .map(({ file, line, points }) => `${file}:${line} ${points}`),
    ["src/orders/service.js:1 2"],
  );
});

test("any text of it is read, in time by its length", () => {
  const texts = [
    Array.from({ length: 20_000 }, (_, at) => `const a${at} = require("./a${at}");`).join("\n") +
      `module.exports = { ${Array.from({ length: 20_000 }, (_, at) => `a${at}`).join()} };`,
    `module.exports = ${"exports.a = ".repeat(1000)}1;`,
    `const a = require("./a")${".a".repeat(1000)};`,
    "exports   ".repeat(50_000),
    "exports.__proto__ = module.exports.constructor = a;\n".repeat(10_000),
    `const { ${"a: { ".repeat(1000)}b${"}".repeat(1000)} } = require("./a");`,
  ];
  for (const text of texts) {
    const began = performance.now();
    readTypeScript("a.js", text);
    const took = performance.now() - began;
    assert.ok(took < 3000, `${text.slice(0, 30)}: ${Math.round(took)} ms`);
  }
});
