/** A process of the letters' project as far as its own work goes, with providers that a test can change. */
import { type Events, startEvents, type EventsOptions } from "../../src/events/events.ts";
import { httpTransport } from "../../src/events/ways/http.ts";
import type { Provider, Running, ServedApp } from "../../src/app/types.ts";
import { openProject, type Project } from "../../src/project/project.ts";
import { folder } from "../events/letters.ts";

export interface Beside {
  readonly project: Project;
  readonly providers: Map<string, Provider>;
  readonly events: Events;
  readonly logged: { readonly data: object; readonly message: string }[];
  served(app: string): ServedApp;
  stop(): Promise<void>;
}

export interface BesideOptions {
  readonly environment: Readonly<Record<string, string>>;
  readonly paused?: EventsOptions["paused"];
  readonly only?: readonly string[];
  readonly secret?: string;
}

/** Its code and database are here for all apps of `only`; by default of all. */
export async function openBeside(options: BesideOptions): Promise<Beside> {
  const logged: Beside["logged"] = [];
  const note = (data: object, message: string) => void logged.push({ data, message });
  const { environment, only = [] } = options;
  const log = { info() {}, warn: note, error: note };
  const project = await openProject({ folder, only, environment, log });
  const providers = new Map(
    project.plan.apps.flatMap(({ name }) => {
      const provider = project.providers.get(name);
      return provider ? [[name, provider] as const] : [];
    }),
  );
  const running: Running = { ...project, providers };
  const workers = project.databases.flatMap((database) => {
    const provider = providers.get(database.app ?? "");
    return provider?.is === "local" ? [{ served: provider.served, database }] : [];
  });
  const events = await startEvents({
    running,
    workers,
    apps: project.plan.settings.apps,
    outward: (provider) =>
      provider.is === "remote"
        ? httpTransport(running, provider.address, options.secret)
        : undefined,
    paused: options.paused,
  });
  return {
    project,
    providers,
    events,
    logged,
    served(app) {
      const found = workers.find(({ served }) => served.app.name === app);
      if (found === undefined) throw new Error(`${app} is not here`);
      return found.served;
    },
    async stop() {
      await events.stop();
      await project.close();
    },
  };
}
