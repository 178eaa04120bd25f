/**
 * The one switch: `FAQ_API=http://…` in the environment, and the app `faq` is provided there. With
 * `FAQ_API=fake:` nobody provides it, and calls are answered from its contract.
 */
import { MarcotError } from "../errors.ts";
import type { Environment } from "./env.ts";

/** `faq` -> `FAQ_API`. */
export function apiVariableOf(app: string): string {
  return `${upper(app)}_API`;
}

/** `github` -> `GITHUB_API_TOKEN`: what a service of others is told to let us in. */
export function tokenVariableOf(app: string): string {
  return `${apiVariableOf(app)}_TOKEN`;
}

/** The secret, behind a function so that nobody prints it with what it belongs to. */
export function readToken(app: string, environment: Environment): (() => string) | undefined {
  const name = tokenVariableOf(app);
  const text = environment[name];
  if (text === undefined || text === "") return undefined;
  // It may become a header; and a file that it was read from often ends with a line break.
  if (/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text)) return () => text;
  throw new MarcotError(
    "SettingInvalid",
    `${name} is wrong: expected printable ASCII, without a space or a line break around it`,
  );
}

/** `faq` -> `FAQ_DATABASE_URL`: a database of its own. */
export function databaseVariableOf(app: string): string {
  return `${upper(app)}_DATABASE_URL`;
}

function upper(app: string): string {
  return app.toUpperCase().replaceAll("-", "_");
}

const FAKE = "fake:";

/** Where an app is provided, when that is somewhere else. */
export function readAddress(app: string, environment: Environment): URL | undefined {
  const text = environment[apiVariableOf(app)];
  return text && !text.startsWith(FAKE) ? toAddress(app, text) : undefined;
}

/** The seed of an app that is fake: empty for `FAQ_API=fake:`. */
export function readFake(app: string, environment: Environment): string | undefined {
  const text = environment[apiVariableOf(app)];
  if (!text?.startsWith(FAKE)) return undefined;
  if (environment["NODE_ENV"] !== "production") return text.slice(FAKE.length);
  throw new MarcotError(
    "SettingInvalid",
    `${apiVariableOf(app)} is wrong: an app is not fake in production (NODE_ENV=production)`,
  );
}

function toAddress(app: string, text: string): URL {
  const name = apiVariableOf(app);
  const address = URL.canParse(text) ? new URL(text) : undefined;
  if (
    address === undefined ||
    !/^https?:$/.test(address.protocol) ||
    address.search ||
    address.hash
  ) {
    throw new MarcotError(
      "SettingInvalid",
      `${name} is wrong: expected the address of ${app}, such as http://127.0.0.1:8001, or fake:`,
    );
  }
  if (address.username || address.password) {
    throw new MarcotError(
      "SettingInvalid",
      `${name} is wrong: an address holds no user name or password`,
    );
  }
  address.pathname = address.pathname.replace(/\/+$/, "") || "/";
  return address;
}
