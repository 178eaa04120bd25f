/** Python's two ways to put texts into a text. */

export type Filling = (name: string | number) => string;

/** `"%s.users" % name`, `"%(name)s.users" % locals()` */
export function percent(text: string, fill: Filling): string {
  let index = 0;
  return text.replace(/%(?:\((\w+)\))?[srd]/g, (_, name?: string) => fill(name ?? index++));
}

/** `"{}.users".format(name)`, `"{0}…"`, `"{name}…"` */
export function format(text: string, fill: Filling): string {
  let index = 0;
  return text.replace(/\{(\w*)\}/g, (_, name: string) =>
    fill(name === "" ? index++ : /^\d+$/.test(name) ? Number(name) : name),
  );
}
