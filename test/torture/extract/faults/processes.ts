/** Processes of the project and of the service are ended or frozen. */
import type { Fault, Victim } from "../fault.ts";
import { stages } from "../stages.ts";

const DOWN_MS = 1500;
const FROZEN_MS = 3000;

/** The second process of the project is ended at once, and started again. */
async function killProject(victim: Victim): Promise<void> {
  await victim.down(1).kill();
  victim.later(DOWN_MS, async () => {
    await victim.scene.projects[1]?.start();
    victim.up(1);
  });
}

async function freezeProject(victim: Victim): Promise<void> {
  victim.down(2).signal("SIGSTOP");
  victim.later(FROZEN_MS, async () => {
    victim.scene.projects[2]?.signal("SIGCONT");
    victim.up(2);
  });
}

async function killService({ scene, later }: Victim): Promise<void> {
  await scene.service.kill();
  later(DOWN_MS, () => scene.service.start());
}

export const processFaults: readonly Fault[] = [
  {
    name: "project-process-kill",
    sentence: "A process of the project is killed while writes are held.",
    when: { point: stages.gated },
    strike: killProject,
  },
  {
    name: "project-process-kill-locked",
    sentence: "A process of the project is killed while the tables are locked.",
    when: { point: stages.locked },
    strike: killProject,
  },
  {
    name: "project-process-freeze",
    sentence: "A process of the project stands still for 3 s while writes are held.",
    when: { point: stages.gated },
    strike: freezeProject,
  },
  {
    name: "project-process-freeze-before",
    sentence: "A process of the project stands still for 3 s just before writes are to be held.",
    when: { point: stages.begun },
    strike: freezeProject,
  },
  {
    name: "service-kill-before",
    sentence: "The service is killed before the switch begins.",
    when: { before: "extracted" },
    strike: killService,
  },
  {
    name: "service-kill-during",
    sentence: "The service is killed while the tables are locked.",
    when: { point: stages.locked },
    strike: killService,
    mayRefuse: true,
  },
  {
    name: "service-kill-after",
    sentence: "The service is killed after the switch.",
    when: { after: "extracted" },
    strike: killService,
    mayRefuse: true,
  },
];
