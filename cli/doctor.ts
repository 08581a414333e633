import { nginxImage } from '../mirrors/proxy/nginx-container.ts';
import { nginxInWords } from '../mirrors/proxy/nginx-ways.ts';
import { realArchiveOf } from '../runners/cell/archive.ts';
import { emulatorWords } from '../runners/cell/emulator.ts';
import { whatExists } from '../runners/cell/existing.ts';
import { StubMatrixError } from '../runners/errors.ts';
import { type KeptProof, keptProofs } from '../runners/host/accelerator-proofs.ts';
import { type HostReport, hostReport } from '../runners/host/report.ts';
import type { Device } from '../runners/host/resources.ts';
import { installCommand } from '../runners/host/tools.ts';
import { loadMatrix } from '../runners/matrix/load.ts';
import { makePlan, type PlannedCell } from '../runners/matrix/plan.ts';
import { pasteable } from '../runners/process/command.ts';
import type { Start } from './commands.ts';
import { exitCodes } from './exit.ts';
import { cacheFolderOf, checkout } from './options.ts';
import { missingLines } from './tools.ts';

/** Exit code 125 where something is missing that a cell needs. */
export const start: Start = async (parsed, context) => {
  const { run: planned } = makePlan(loadMatrix(), whatExists({}));
  const cacheFolder = cacheFolderOf(parsed, context);
  const report = await hostReport({
    uses: ['cell', 'share', 'image', 'test'],
    archs: [...new Set(planned.map(({ cell }) => cell.arch))],
    folders: [cacheFolder, checkout],
  });
  for (const line of reportLines(report)) context.print(line);
  context.print(`nginx     ${await nginxInWords({ cacheFolder, image: nginxImage(context.env) })}`);
  for (const words of await emulatorWords(planned, cacheFolder)) context.print(`emulator  ${words}`);
  for (const line of proofLines(await keptProofs(cacheFolder))) context.print(line);
  const archives = await archiveLines(planned, context.signal);
  for (const line of archives.lines) context.print(line);
  return report.missing.tools.length > 0 || !archives.reachable ? exitCodes.unknown : exitCodes.passed;
};

/** The host in plain words. */
export function reportLines({ kernel, resources, tools, missing }: HostReport): string[] {
  const { cores, load, memoryAvailable, memoryTotal, folders, kvm, vhostVsock } = resources;
  const versions = tools.flatMap(({ path, version, probes }) => (path && version ? [`${probes[0]} ${version}`] : []));
  return [
    `host      Linux ${kernel}, ${cores} cores (load ${load.toFixed(1)}), ${gib(memoryAvailable)} of ${gib(memoryTotal)} memory free`,
    ...folders.map(({ path, free }) => `disk      ${gib(free)} free for ${path}`),
    `kvm       ${deviceWords(kvm, 'opens; whether guests run on it, the first run finds out by booting one', 'guests are emulated, which is slower')}`,
    `vsock     ${deviceWords(vhostVsock, 'opens', 'guests go without')}`,
    `tools     ${versions.join(', ') || 'none'}`,
    ...(missing.tools.length === 0
      ? ['missing   nothing']
      : [
          'missing',
          ...missingLines(missing.tools),
          `  $ ${pasteable(installCommand(missing.packages, { sudo: process.getuid?.() !== 0 }))}`,
        ]),
  ];
}

/** What earlier runs found out since the host was booted, and how to have it asked again. */
export function proofLines(proofs: readonly KeptProof[]): string[] {
  return proofs.flatMap(({ arch, accelerator, because, file }) => [
    `proof     ${arch} guests run on ${accelerator}: ${because}`,
    `          runs go by this until the host is booted anew; to have it asked again: ${pasteable(['rm', file])}`,
  ]);
}

function deviceWords({ path, state, because }: Device, opens: string, otherwise: string): string {
  if (state === 'opens') return `${path} ${opens}`;
  return `${path} ${state === 'absent' ? 'is not there' : `does not open (${because})`}; ${otherwise}`;
}

const gib = (bytes: number) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

/** A line for each archive of a distribution that cells would be installed from. */
async function archiveLines(
  planned: readonly PlannedCell[],
  signal: AbortSignal,
): Promise<{ lines: string[]; reachable: boolean }> {
  let reachable = true;
  const lines: string[] = [];
  const archiveName = ({ cell, distribution }: PlannedCell) =>
    `${cell.distro} ${distribution.published[cell.arch]?.archive}`;
  const asked = new Map(planned.map((each) => [archiveName(each), each]));
  for (const each of [...asked.values()].toSorted((a, b) => a.cell.distro.localeCompare(b.cell.distro))) {
    const id = each.cell.distro;
    try {
      const { uri, from, date } = await realArchiveOf(each, {}, signal);
      lines.push(`archive   ${id}: ${uri} (${from}), Release of ${date.slice(0, 10)}`);
    } catch (error) {
      if (!(error instanceof StubMatrixError)) throw error;
      reachable = false;
      lines.push(...`archive   ${id}: ${error.message}\nnext: ${error.hint}`.split('\n'));
    }
  }
  return { lines, reachable };
}
