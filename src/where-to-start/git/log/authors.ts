/** Who made commits: numbers, so that of each person there is one text. */
import type { Head } from "./parse.ts";
import { isBot } from "./repairs.ts";

export interface Authorship {
  readonly author: number;
  readonly isBot: boolean;
}

export interface Authors {
  of(head: Head): Authorship;
  /** `Ann <ann@example.com>` */
  nameOf(author: number): string;
}

/** People are told apart by their mail; the newest of their names is theirs. */
export function authorsOf(): Authors {
  const byMail = new Map<string, number>();
  const names: string[] = [];
  const known = new Map<string, Authorship>(); // by name and mail as they are printed: most commits are of few people
  const meet = ({ bytes, name: start, mail: middle, subject: end }: Head): Authorship => {
    const name = bytes.toString("utf8", start, middle - 1);
    const mail = bytes.toString("utf8", middle, end - 1);
    const key = mail.toLowerCase() || name;
    const author = byMail.get(key) ?? names.push(`${name} <${mail}>`) - 1;
    byMail.set(key, author);
    return { author, isBot: isBot(name, mail) };
  };
  return {
    of(head) {
      const key = head.bytes.toString("latin1", head.name, head.subject);
      const one = known.get(key) ?? meet(head);
      known.set(key, one);
      return one;
    },
    nameOf: (author) => names[author] ?? "",
  };
}
