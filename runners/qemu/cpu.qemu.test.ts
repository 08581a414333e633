import { expect, test } from 'vitest';
import { findTools } from '../host/tools.ts';
import { attempt } from '../process/command.ts';
import { ARCHES } from './arch.ts';
import { type CpuFloor, cpuFor, FLOORS } from './cpu.ts';
import { atLeast, qemuVersion } from './version.ts';

const WORDS = ['-nodefaults', '-no-user-config', '-display', 'none', '-S', '-qmp', 'stdio'];
const ASKED = '{"execute":"qmp_capabilities"}\n{"execute":"query-status"}\n{"execute":"quit"}\n';

test.for(Object.keys(FLOORS) as CpuFloor[])('QEMU takes its model for %s', async (floor, { skip }) => {
  const { arch, since = '0' } = FLOORS[floor];
  const there = findTools(['cell'], [arch]).some(({ probes, path }) => path && probes.includes(ARCHES[arch].qemu));
  skip(!there, `this host has no ${ARCHES[arch].qemu}`);
  const version = await qemuVersion(arch);
  skip(!atLeast(version, since), `this QEMU is ${version}, the model came with ${since}`);
  const { qemu, machine } = ARCHES[arch];
  const model = cpuFor(arch, 'tcg', floor, version);
  const argv = [qemu, '-machine', machine.tcg, '-accel', 'tcg', '-cpu', model, ...WORDS] as const;
  const { exitCode, stdout, stderr } = await attempt(argv, { input: ASKED, timeout: 60 });
  // A feature that TCG does not have is left out with no more than a warning.
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toContain('"status": "prelaunch"');
});
