/** Who is asked in every request, wherever that is said, and who is not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf } from "../reports.ts";

const moduleOf = (name: string, more = "") => `import { Module } from "@nestjs/common";
${more}@Module({})
export class ${name} {}
`;

/** `unit: what file:line`. */
async function gatesOf(files: Readonly<Record<string, string>>): Promise<string[]> {
  const { units } = await reportOf(files);
  return units.flatMap(({ name, gate }) =>
    gate?.name === "in every request"
      ? [`${name}: ${gate.why.replace(/.*\(|\)$/g, "")} ${gate.at?.file}:${gate.at?.line}`]
      : [],
  );
}

test("the unit that makes a guard is in every request, by the place that provides it for all", async () => {
  const gates = await gatesOf({
    "src/main.ts": `import { NestFactory } from "@nestjs/core";
import { AppModule } from "./app.module";
import { AuditInterceptor } from "./audit/audit.interceptor";
const app = await NestFactory.create(AppModule);
app.useGlobalInterceptors(new AuditInterceptor());
`,
    "src/app.module.ts": `import { APP_FILTER, APP_GUARD } from "@nestjs/core";
import { License } from "./shared";
import { Failures } from "./failures.filter";
@Module({ providers: [
  { provide: APP_GUARD, useClass: License },
  { provide: APP_FILTER, useClass: Failures },
] })
export class AppModule {}
`,
    "src/failures.filter.ts": "export class Failures {}\n",
    "src/shared/index.ts": 'export { LicenseGuard as License } from "../licensing";\n',
    "src/licensing/index.ts": 'export * from "./license.guard";\n',
    "src/licensing/license.guard.ts": "export class LicenseGuard {}\n",
    "src/licensing/licensing.module.ts": moduleOf("LicensingModule"),
    "src/audit/audit.interceptor.ts": "export class AuditInterceptor {}\n",
    "src/audit/audit.module.ts": moduleOf("AuditModule"),
    "src/limits/limits.module.ts": `@Module({ providers: [
  { provide: APP_PIPE, useFactory: () => ({ transform: (value: unknown) => value }) },
] })
export class LimitsModule {}
`,
  });
  assert.deepEqual(gates, [
    "audit: useGlobalInterceptors: AuditInterceptor src/main.ts:5",
    "licensing: APP_GUARD: License src/app.module.ts:5",
    "limits: APP_PIPE src/limits/limits.module.ts:2",
  ]);
});

test("no comment, no test, no class of a library or of somebody else puts a unit into every request", async () => {
  const gates = await gatesOf({
    "src/mails/mails.module.ts": moduleOf(
      "MailsModule",
      "// { provide: APP_GUARD, useClass: RolesGuard } was here until 2024\nclass RolesGuard {}\n",
    ),
    "src/orders/orders.module.ts": `import { ValidationPipe } from "@nestjs/common";
import { RolesGuard } from "../roles.guard";
@Module({ providers: [
  { provide: APP_PIPE, useClass: ValidationPipe },
  { provide: APP_PIPE, useFactory: () => new ValidationPipe({ transform: true }) },
  { provide: APP_GUARD, useClass: RolesGuard },
] })
export class OrdersModule {}
`,
    "src/roles.guard.ts": "export class RolesGuard {}\n",
    "src/users/users.module.ts": moduleOf("UsersModule"),
    "src/users/guard.ts": "export class UserGuard {}\n",
    "test/app.spec.ts": `import { UserGuard } from "../src/users/guard";
app.useGlobalGuards(new UserGuard());
`,
  });
  assert.deepEqual(gates, []);
});

test("a package whose guard another package provides for its own application is none of every request", async () => {
  const gates = await gatesOf({
    "package.json": '{ "workspaces": ["packages/*"] }',
    ...Object.fromEntries(
      ["a", "b", "c"].map((name) => [`packages/${name}/package.json`, `{ "name": "${name}" }`]),
    ),
    "packages/a/guard.ts": "export class Guard {}\n",
    "packages/b/providers.ts": `import { Guard } from "../a/guard";
export const guard = { provide: APP_GUARD, useClass: Guard };
`,
  });
  assert.deepEqual(gates, []);
});
