/** The one switch: `FAQ_API=http://…` in the environment, and the app `faq` is provided there. */
import { MarcotError } from "../errors.ts";
import type { Environment } from "./env.ts";

/** `faq` -> `FAQ_API`. */
export function apiVariableOf(app: string): string {
  return `${upper(app)}_API`;
}

/** `faq` -> `FAQ_DATABASE_URL`: a database of its own. */
export function databaseVariableOf(app: string): string {
  return `${upper(app)}_DATABASE_URL`;
}

function upper(app: string): string {
  return app.toUpperCase().replaceAll("-", "_");
}

/** Where an app is provided, when that is somewhere else. */
export function readAddress(app: string, environment: Environment): URL | undefined {
  const text = environment[apiVariableOf(app)];
  return text ? toAddress(app, text) : undefined;
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
      `${name} is wrong: expected the address of ${app}, such as http://127.0.0.1:8001`,
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
