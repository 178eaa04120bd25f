/** Values of options about moves, as people type them. */
import { CommanderError, InvalidArgumentError } from "commander";
import { MarcotError } from "../../../errors.ts";
import { report } from "../../terminal/report.ts";

/** `postgres://…` or `embedded:FOLDER`. It may have a password, so it is not for commander to repeat it. */
export function toTarget(text: string): string {
  if (/^embedded:.+/.test(text)) return text;
  const url = URL.parse(text);
  if (url && /^postgres(ql)?:$/.test(url.protocol) && url.pathname.length > 1) return text;
  const message = "--to is wrong: it is not the address of a database";
  const fix = "Say postgres://owner:password@host/name or embedded:FOLDER.";
  report(new MarcotError("CommandInvalid", message, { fix }));
  throw new CommanderError(2, "marcot.target", message);
}

/** Of a service or a project, without the slash at its end. */
export function toAddress(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.search === "" && url.hash === "")
    return url.href.replace(/\/$/, "");
  throw new InvalidArgumentError("An address is of the form http://host:port.");
}

/** Of a project the address of the app in it; what has a path already is meant so. */
export function homeOf(home: string, app: string): string {
  const { pathname } = new URL(home);
  return pathname === "/" ? new URL(`/${app}`, home).href : home;
}

export function toMilliseconds(text: string): number {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Milliseconds are a whole number from 1 to 9999999.");
}

/** Whole numbers from 1 on. */
export function toSeconds(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("Seconds are a whole number from 1 to 99999.");
}

/** A share of reads: 0.1 is every tenth. */
export function toShare(text: string): number {
  const share = Number(text);
  if (text.trim() !== "" && share > 0 && share <= 1) return share;
  throw new InvalidArgumentError("A share is a number above 0, up to 1.");
}

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `24h`, `30m`, `7d` as milliseconds. */
export function toSpan(text: string): number {
  const [, count = "", unit = ""] = /^(\d{1,4})([smhd])$/.exec(text) ?? [];
  if (unit !== "") return Number(count) * UNITS_MS[unit as keyof typeof UNITS_MS];
  throw new InvalidArgumentError("A span of time is 30m, 24h or 7d.");
}

export function toPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port > 0 && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a number from 1 to 65535.");
}
