import type { Argv, CommandResult } from '../runners/process/command.ts';
import type { Workshop } from './workshop/workshop.ts';

export interface ToolCommand {
  /** Absolute path: where the tool runs, and all that it may change. */
  readonly folder: string;
  /** What failing means to the user. */
  readonly purpose: string;
  readonly signal?: AbortSignal | undefined;
}

/** The programs that an image is made with; what they make depends on their versions. */
export interface Toolbox {
  /** Among the inputs of whatever is made with them. */
  readonly key: string;
  run(argv: Argv, command: ToolCommand): Promise<CommandResult>;
}

/** The workshop's: the same on every host, so that the same inputs give the same bytes. */
export function workshopTools(workshop: Pick<Workshop, 'key' | 'run'>): Toolbox {
  return {
    key: workshop.key,
    run: (argv, { folder, purpose, signal }) =>
      workshop.run(argv, {
        binds: [{ from: folder, to: 'image', writable: true }],
        cwd: '/work/image',
        purpose,
        ...(signal ? { signal } : {}),
      }),
  };
}
