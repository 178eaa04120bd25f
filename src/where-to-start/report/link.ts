/** Where a place can be looked at: at the code's host, where the origin is one that is known. */
import type { Report } from "../types/report.ts";
import type { Place } from "../types/source.ts";

export type LinkTo = (place: Place) => string | undefined;

const HOSTS: Readonly<Record<string, (base: string, head: string, place: Place) => string>> = {
  "github.com": (base, head, { file, line }) => `${base}/blob/${head}/${encoded(file)}#L${line}`,
  "gitlab.com": (base, head, { file, line }) => `${base}/-/blob/${head}/${encoded(file)}#L${line}`,
  "bitbucket.org": (base, head, { file, line }) =>
    `${base}/src/${head}/${encoded(file)}#lines-${line}`,
  "codeberg.org": (base, head, { file, line }) =>
    `${base}/src/commit/${head}/${encoded(file)}#L${line}`,
};

export function linkTo({ repository }: Report): LinkTo {
  const origin = repository?.origin;
  if (repository === undefined || origin === undefined || !URL.canParse(origin))
    return () => undefined;
  const { hostname, protocol } = new URL(origin);
  const toAddress = protocol === "https:" ? HOSTS[hostname] : undefined;
  if (toAddress === undefined) return () => undefined;
  const { head, prefix } = repository;
  return ({ file, line }) => toAddress(origin, head, { file: prefix + file, line });
}

function encoded(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
