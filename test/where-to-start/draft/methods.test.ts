import assert from "node:assert/strict";
import { test } from "node:test";
import { classesOfPython, usesInPython } from "../../../src/where-to-start/draft/methods/python.ts";
import { readCalls } from "../../../src/where-to-start/draft/methods/read.ts";
import { classesOfTypeScript } from "../../../src/where-to-start/draft/methods/typescript-classes.ts";
import { usesInTypeScript } from "../../../src/where-to-start/draft/methods/typescript-uses.ts";
import { readTypeScript } from "../../../src/where-to-start/typescript/read.ts";
import { whereToStart } from "../../../src/where-to-start/where-to-start.ts";
import { repositoryOf } from "../repository.ts";
import { djangoFiles, nestFiles } from "../shops.ts";
import { draftOf } from "./load.ts";

async function callsOf(files: Readonly<Record<string, string>>, unit: string) {
  const { evidence, read } = await whereToStart(repositoryOf([{ files }]));
  const facts = evidence.units.find(({ place }) => place.name === unit);
  assert.ok(facts);
  const { methods, functions, offered, wiring } = await readCalls(facts, read);
  return {
    methods: methods.map(
      ({ owner, name, parameters, returns, file, line, callers }) =>
        `${owner}.${name}${parameters}: ${returns} ${file}:${line} < ${callers.join(" ")}`,
    ),
    functions: functions.map(({ name, file, callers }) => `${name} ${file} < ${callers.join(" ")}`),
    offered: [...offered].toSorted(),
    wiring: [...wiring],
  };
}

const service = `import { Injectable } from "@nestjs/common";
import { Base } from "./base";
@Injectable()
export class MailService extends Base {
  static parse(text: string) { return text; }
  send(to: string, { urgent = false }: { urgent?: boolean } = {}): Promise<void> { return this.#now(to); }
  later = async (to: string) => this.hidden(to);
  private hidden(to: string) {}
  protected inner() {}
  get size() { return 1; }
  #now(to: string) {}
}
export const mailer = new MailService();
export const tools = { clean(text: string) { return text; }, size: 1 };
`;

test(
  "many classes of one name, each with a base of that name, come to an end",
  { timeout: 20_000 },
  async () => {
    const gates = Array.from({ length: 40 }, (_, index) => [
      `shop/payments/m${index + 1}.py`,
      "from shop.payments import m0\nclass Gate(m0.Gate):\n    def charge(self, x=1): pass\n",
    ]);
    const files = {
      ...djangoFiles(),
      ...Object.fromEntries(gates),
      "shop/catalog/gate.py":
        "from shop.payments.m1 import Gate\ng = Gate()\ng.refund(1)\ng.charge(2)\n",
    };
    const { methods } = await callsOf(files, "payments");
    assert.ok(
      methods.some((method) => method.includes("Gate.charge")),
      methods.join("; "),
    );
  },
);

test("methods of injected services, with who calls them and what they are given", async () => {
  const files = {
    ...nestFiles,
    "src/mail/mail.service.ts": service,
    "src/mail/base.ts": `export class Base { close(at: Date) {} }\n`,
    "src/mail/format.ts": "export function format(text: string) { return text; }\n",
    "src/app.module.ts": `import { Module } from "@nestjs/common";
import { MailModule } from "./mail/mail.module";
import { MailService } from "./mail/mail.service";
@Module({ imports: [MailModule], providers: [MailService] })
export class AppModule {}
`,
    "src/orders/orders.controller.ts": `import { MailService as Post, mailer, tools } from "../mail/mail.service";
export class OrdersController {
  constructor(private readonly mail: Post, private other: Other) {}
  buy() {
    this.mail.send("a");
    this.mail?.later("b");
    this.mail!.hidden("c");
    this.other.send("d");
    Post.parse("e");
    Post.send("f");
    mailer.close(new Date());
    tools.clean("g");
    return this.mail.size;
  }
}
`,
    "src/reports/report.ts": `import type { MailService } from "../mail/mail.service";
import * as format from "../mail/format";
export function report(mail: MailService | null) {
  format.format("x");
  return mail?.send("x");
}
`,
  };
  const { methods, functions, offered, wiring } = await callsOf(files, "mail");
  assert.deepEqual(methods.toSorted(), [
    "MailService.close(at: Date): undefined src/mail/base.ts:1 < src/orders/orders.controller.ts:11",
    "MailService.later(to: string): undefined src/mail/mail.service.ts:7 < src/orders/orders.controller.ts:6",
    "MailService.parse(text: string): undefined src/mail/mail.service.ts:5 < src/orders/orders.controller.ts:9",
    "MailService.send(to: string, { urgent = false }: { urgent?: boolean } = {}): Promise<void> src/mail/mail.service.ts:6 < src/orders/orders.controller.ts:5 src/reports/report.ts:5",
    "tools.clean(text: string): undefined src/mail/mail.service.ts:14 < src/orders/orders.controller.ts:12",
  ]);
  assert.deepEqual(functions, ["format src/mail/format.ts < src/reports/report.ts:4"]);
  assert.deepEqual(offered, ["../mail/format", "MailService", "mailer", "tools"]);
  assert.deepEqual(wiring, ["MailModule"]);
});

test("an object is what it was made of, and a variable hides an import of its name", () => {
  const text = `import { Mail, helper } from "../mail";
const file = new Mail();
later.map((mail: Mail) => mail.a());
inject(Mail).b();
(new Mail()).c();
(await app.get(Mail)).d();
function f(Mail, helper) { Mail.no(); helper.no(); const x = new Mail(); x.no(); }
class A {
  one = inject(Mail);
  two: Mail;
  constructor(three: Mail) { this.three = three; }
  run() { this.one.e(); this.two.f(); this.three.g(); file.h(); helper.i(); this.four.no(); }
}
class B { run() { this.one.no(); } }
file["j"]();
{ const x = file; x.k(); }
`;
  const locals = new Map([
    ["Mail", "Mail"],
    ["helper", "helper"],
  ]);
  const uses = usesInTypeScript("a.ts", text, locals);
  assert.equal(
    uses
      .map(({ local, member, isDirect }) => `${local}${isDirect ? "." : "()."}${member}`)
      .join(" "),
    "Mail().a Mail().b Mail().c Mail().d Mail().e Mail().f Mail().g Mail().h helper.i Mail().k",
  );
});

test("exports of TypeScript are told apart, however they are written", () => {
  const text = `export function one(a: string, { b } = { b: 1 }): void {}
export const two = async (x: number) => x;
export const three = (1 + 2);
export class Four {}
const five = (id, name) => id;
export { five, five as six };
export const seven = async function (id) {}, eight = mail => mail, nine = ((a) => a) as Nine;
const ten = { a() {} };
export default function (...rest: string[]) {}
`;
  const { exports } = readTypeScript("a.ts", text);
  const made = classesOfTypeScript({ file: "a.ts", text, exports });
  assert.deepEqual(
    made.exports?.map(({ line, name, is, parameters = "" }) =>
      `${line} ${name} ${is} ${parameters}`.trim(),
    ),
    [
      "1 one function (a: string, { b } = { b: 1 })",
      "2 two function (x: number)",
      "3 three value",
      "4 Four class",
      "5 five function (id, name)",
      "5 six function (id, name)",
      "7 seven function (id)",
      "7 eight function (mail)",
      "7 nine function (a)",
      "9 default function (...rest: string[])",
    ],
  );
});

test("what is imported as the default is called as its file calls it, or as the file", async () => {
  const files = {
    ...nestFiles,
    "src/mail/describe.ts": "export default function describe(user: string, long = false) {}\n",
    "src/mail/post.ts": "class Post { send(to: string) {} }\nexport default new Post();\n",
    "src/mail/box/index.ts": "export default class { open(key: string) {} }\n",
    "src/mail/index.ts":
      'export { default as box } from "./box"; export { default } from "./later";\n',
    "src/mail/later.ts": "export default (at: Date) => at;\n",
    "src/orders/orders.controller.ts": `import tell from "../mail/describe";
import post from "../mail/post";
import later, { box as Box } from "../mail";
tell("a"); post.send("b"); new Box().open("c"); later(new Date());
`,
  };
  const { methods, offered } = await callsOf(files, "mail");
  assert.deepEqual(methods.toSorted(), [
    "Post.send(to: string): undefined src/mail/post.ts:1 < src/orders/orders.controller.ts:4",
    "box.open(key: string): undefined src/mail/box/index.ts:1 < src/orders/orders.controller.ts:4",
  ]);
  assert.deepEqual(offered, ["box", "post"]);
  const draft = await draftOf(repositoryOf([{ files }]), "mail");
  assert.match(draft, /\* describe\(user: string, long = false\), src\/mail\/describe\.ts:1\n/);
  assert.match(draft, /\* later\(at: Date\), src\/mail\/later\.ts:1\n/);
});

test("of Python methods of classes, of objects of a module, and functions of modules", async () => {
  const files = {
    ...djangoFiles(),
    "shop/payments/client.py": `class Base:
    def close(self, at: int = 1): pass

class Client(Base):
    def charge(self, amount: int) -> bool:
        def inner(): pass
    @classmethod
    def default(cls, key): pass
    @property
    def size(self): pass
    def _hidden(self): pass

client = Client()
`,
    "shop/orders/views.py": `from shop.payments import gateway
from shop.payments.client import Client, client
from ..payments import gateway as other
def buy(request):
    client.charge(1)
    own = Client()
    own.close()
    Client.default("x")
    Client().charge(2)
    Client.charge(3)
    client.size
    client._hidden()
    gateway.charge(request, 1)
    other.charge(request, 1)
    x.client.charge(4)
    "client.charge(5)"
`,
  };
  const { methods, functions, offered } = await callsOf(files, "payments");
  assert.deepEqual(methods.toSorted(), [
    "Client.charge(self, amount: int): bool shop/payments/client.py:5 < shop/orders/views.py:5 shop/orders/views.py:9",
    "Client.close(self, at: int = 1): undefined shop/payments/client.py:2 < shop/orders/views.py:7",
    "Client.default(cls, key): undefined shop/payments/client.py:8 < shop/orders/views.py:8",
  ]);
  assert.deepEqual(functions, [
    "charge shop/payments/gateway.py < shop/orders/views.py:13 shop/orders/views.py:14",
  ]);
  assert.deepEqual(offered, ["Client", "client", "gateway"]);
});

test("a name that is set to something else too is nobody's object", () => {
  const text = "x = Mail()\nx.a()\nx = other\ny = Mail()\ny.b()\n";
  const uses = usesInPython("a.py", text, new Map([["Mail", "Mail"]]));
  assert.deepEqual(
    uses.map(({ member }) => member),
    ["b"],
  );
});

test("next to files that are nested too deeply for the parser, or for the walk, the others are read", async () => {
  const use = (rest: string) => `import { MailService } from "../mail/mail.service";
export const use = (mail: MailService) => mail.send("a");
${rest}\n`;
  const nested = (depth: number) => `export const x = ${"[".repeat(depth)}${"]".repeat(depth)};`;
  const files = {
    ...nestFiles,
    "src/mail/mail.service.ts": service,
    "src/orders/use.ts": use(""),
    "src/orders/walk.ts": use(nested(4500)),
    "src/orders/parser.ts": use(nested(50_000)),
    "src/mail/walk.ts": `export class Walk {}\n${nested(4500)}`,
    "src/mail/parser.ts": `export class Parser {}\n${nested(50_000)}`,
  };
  const { methods } = await callsOf(files, "mail");
  const sent = methods.find((method) => method.startsWith("MailService.send"));
  assert.match(sent ?? "", /< src\/orders\/use\.ts:2$/);
});

test("any text can be read, in time by its length", () => {
  const locals = new Map([["Mail", "Mail"]]);
  // Ours, which call themselves for nothing; TypeScript's parser gets none of these.
  const nested = ["[".repeat(100_000), "x = Mail(".repeat(50_000)];
  const texts = [
    "[].".repeat(100_000),
    "class A:\n def a(".repeat(20_000),
    "Mail.".repeat(100_000),
    "x = Mail();".repeat(50_000),
    "class A extends A { x = new Mail(); }\n".repeat(5000),
    `import { Mail } from "./mail";\n${"(a) => { const b = Mail.c(b); ".repeat(200)}`,
  ];
  for (const text of [...nested, ...texts]) {
    const began = performance.now();
    if (!nested.includes(text)) usesInTypeScript("a.ts", text, locals);
    usesInPython("a.py", text, locals);
    classesOfPython("a.py", text);
    const took = performance.now() - began;
    assert.ok(took < 4000, `${text.slice(0, 30)}: ${Math.round(took)} ms`);
  }
});
