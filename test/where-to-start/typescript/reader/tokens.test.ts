/** What a file of Nest has for others by a name, and what it gives to all requests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readTypeScript } from "../../../../src/where-to-start/typescript/read.ts";

function declaredIn(text: string): string[] {
  const { declared = [] } = readTypeScript("src/a.ts", text);
  return declared.map(({ line, kind, what, of }) =>
    [line, kind, ...(of === undefined ? [] : [of]), what].join(" "),
  );
}

test("names that Nest finds: providers, queues, events, strategies", () => {
  const text = `import { Strategy } from "passport-jwt";
@Processor({ concurrency: 2, name: "mail" }) class A {}
@Processor(QUEUES.sms) class B extends PassportStrategy(Strategy) {}
class C extends PassportStrategy(Strategy, "key") { x() { this.events.emit(\`paid\`, {}); } }
export const all = [{ provide: "MAILER", useValue: 1 }, { provide: tokens.CACHE, useClass: B }];
providers.push({ provide: made(), useValue: 1 }, { provide: \`\${a}\`, useValue: 1 });
`;
  assert.deepEqual(declaredIn(text), [
    "2 token InjectQueue(mail)",
    "3 token InjectQueue(QUEUES.sms)",
    "3 token AuthGuard(jwt)",
    "4 token AuthGuard(key)",
    "4 token OnEvent(paid)",
    "5 token Inject(MAILER)",
    "5 token Inject(tokens.CACHE)",
  ]);
});

test("what stands in a comment or in a text provides nothing", () => {
  const text = `// { provide: APP_GUARD, useClass: RolesGuard } was here
/** { provide: MAILER, useValue: 1 }, app.useGlobalGuards(new RolesGuard()), NestFactory.create(AppModule) */
export const help = \`@Processor("mail") { provide: APP_PIPE } this.events.emit("paid", 1)\`;
`;
  assert.deepEqual(declaredIn(text), []);
});

test("what takes part in every request is followed to the class or the function that makes it", () => {
  const text = `import * as guards from "./guards";
import { Limit, limitFor, Log, Roles } from "./all";
class Own {}
const log = isProduction ? new Log() : new Own();
@Module({ providers: [
  { provide: APP_GUARD, useClass: Roles },
  { provide: core.APP_GUARD, useExisting: forwardRef(() => guards.Key) },
  { provide: APP_INTERCEPTOR, useFactory: (limit: Limit) => limit, inject: [Limit] },
  { provide: APP_INTERCEPTOR, useFactory: async () => { if (x) { return limitFor("a"); } return () => new Deep(); } },
  { provide: APP_FILTER, useClass: Own },
  { provide: APP_PIPE, useFactory: () => ({ transform: (x: unknown) => x }) },
  { provide: APP_PIPE, useValue: log },
] }) class A {}
app.useGlobalGuards(app.get(Roles), new guards.Key(app.get(Reflector)));
app
  .useGlobalPipes(
    new ValidationPipe(),
  );
`;
  assert.deepEqual(declaredIn(text), [
    "6 every request APP_GUARD Roles",
    "7 every request APP_GUARD guards.Key",
    "8 every request APP_INTERCEPTOR Limit",
    "9 every request APP_INTERCEPTOR limitFor",
    "9 every request APP_INTERCEPTOR Deep",
    "10 every request APP_FILTER ",
    "11 every request APP_PIPE ",
    "12 every request APP_PIPE ",
    "12 every request APP_PIPE Log",
    "14 every request useGlobalGuards Roles",
    "14 every request useGlobalGuards guards.Key",
    "17 every request useGlobalPipes ValidationPipe",
  ]);
});

test("of what NestFactory makes an application", () => {
  const text = `await NestFactory.create<App>(AppModule, { cors: true });
NestFactory.createMicroservice(WorkerModule.register({ a: 1 }));
NestFactory.createApplicationContext(await made());
Factory.create(OtherModule);
`;
  assert.deepEqual(declaredIn(text), [
    "1 application AppModule",
    "2 application WorkerModule",
    "3 application made",
  ]);
});

test("circles end, no depth is too much, and names that every object has are names", () => {
  const deep = `${"a ? b : ".repeat(40)}constructor`;
  const text = `const a1 = a2; const a2 = a1;
const __proto__ = new toString();
app.useGlobalGuards(a1, __proto__, ${deep});
x({ provide: __proto__, useClass: valueOf, __proto__: null });
`;
  assert.deepEqual(declaredIn(text), [
    "4 token Inject(__proto__)",
    "3 every request useGlobalGuards toString",
    "3 every request useGlobalGuards constructor",
    "3 every request useGlobalGuards b",
  ]);
});

test("however many ask for what is made far away, a file is read in time by its length", () => {
  const count = 3000;
  const lines = [
    ...Array.from({ length: count }, (_, at) => `const a${at} = a${at + 1};`),
    "function make() {",
    ...Array.from({ length: count }, () => "  if (x) y();"),
    "  return new Guard();",
    "}",
    ...Array.from({ length: count }, () => "app.useGlobalGuards(a0, make());"),
  ];
  const start = performance.now();
  assert.equal(declaredIn(lines.join("\n")).length, count);
  const millis = performance.now() - start;
  assert.ok(millis < 20_000, `${millis} ms`);
});
