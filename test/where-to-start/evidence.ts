/** Units for tests of the score, with only what a test is about. */
import type {
  Evidence,
  ResolvedImport,
  ResolvedKey,
  UnitFacts,
} from "../../src/where-to-start/score/facts.ts";
import type { Traffic } from "../../src/where-to-start/types/report.ts";
import type { Project } from "../../src/where-to-start/types/project.ts";
import type { FileFacts, Outside } from "../../src/where-to-start/types/source.ts";

export interface UnitLike {
  readonly lines: number;
  /** Commits, repairs, people. Default: no history. */
  readonly past?: readonly [number, number, number];
  readonly world?: readonly string[];
  /** One line each. */
  readonly imports?: readonly string[];
  readonly keys?: readonly string[];
  readonly traffic?: Partial<Traffic>;
}

const SILENT: Traffic = {
  days: 30,
  calls: 0,
  share: 0,
  errors: 0,
  slow: 0,
  milliseconds: 0,
  timeShare: 0,
};

export function evidenceOf(
  units: Readonly<Record<string, UnitLike>>,
  project: Partial<Project> = {},
  commits = 100,
): Evidence {
  const names = Object.keys(units);
  const places = names.map((name) => ({
    name,
    path: name,
    kind: "folder" as const,
    modules: [],
    because: { file: `${name}/a.py`, line: 1 },
  }));
  const imports = names.flatMap((from) =>
    (units[from]?.imports ?? []).map((to, index) => toImport(from, to, index + 1)),
  );
  const keys = names.flatMap((from) =>
    (units[from]?.keys ?? []).map((to, index) => toKey(from, to, index + 1)),
  );
  return {
    project: {
      kind: "folders",
      units: places,
      inEveryRequest: [],
      userModel: undefined,
      atomicRequests: undefined,
      own: [],
      problems: [],
      ...project,
    },
    units: places.map((place): UnitFacts => {
      const { name } = place;
      const { lines, past, world = [], traffic } = units[name] ?? { lines: 0 };
      return {
        place,
        files: [fileOf(`${name}/a.py`, lines, world)],
        importsOut: imports.filter(({ from }) => from === name),
        importsIn: imports.filter(({ to }) => to === name),
        keysOut: keys.filter(({ from }) => from === name),
        keysIn: keys.filter(({ to }) => to === name),
        hiddenOut: [],
        hiddenIn: [],
        ofProject: [],
        hiddenOfProject: [],
        userKeys: [],
        tables: [],
        whole: undefined,
        past: past && {
          commits: past[0],
          fixes: past[1],
          authors: past[2],
          monthsActive: 1,
          mainAuthor: undefined,
          ids: [],
          fixIds: [],
          people: [],
        },
        traffic: traffic && { ...SILENT, ...traffic },
        owner: undefined,
      };
    }),
    together: new Map(),
    commits,
    countsFixes: true,
  };
}

function fileOf(file: string, lines: number, world: readonly string[]): FileFacts {
  return {
    file,
    language: "python",
    lines,
    isTest: false,
    isMigration: false,
    isGenerated: false,
    imports: [],
    foreignKeys: [],
    hidden: [],
    outside: world.map((what): Outside => ({ file, line: 1, kind: "library", what })),
    exports: [],
    models: [],
    problems: [],
  };
}

function toImport(from: string, to: string, line: number): ResolvedImport {
  const file = `${from}/a.py`;
  const source = { file, line, from: to, names: [], isType: false };
  return { file, line, from, to, names: [], isType: false, isModel: false, source };
}

function toKey(from: string, to: string, line: number): ResolvedKey {
  const file = `${from}/a.py`;
  const kind = "foreign key" as const;
  const source = { file, line, kind, field: to, owner: "Row", to };
  return { file, line, from, to, field: to, kind, isUser: false, source };
}
