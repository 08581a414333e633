/**
 * What installing costs inside the guest, from the installer's first line to its reboot: stub's installer against mmdebstrap
 * as it comes, with the same packages (plain-install.sh). In turns, so that neither disturbs the other, in guests of the same
 * image. Prints both times, their ratio, and after how many seconds each of them was where.
 *
 *     node bench/install.ts [ROUNDS]
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patienceOf } from '../runners/cell/budgets.ts';
import { installerLine } from '../runners/cell/install.ts';
import { loneCell } from '../suites/harness/lone-cell.ts';
import { settingOf } from './setting.ts';

const ID = 'debian13-x86_64-xfs';
const [rounds = '1'] = process.argv.slice(2);
await using stack = new AsyncDisposableStack();
const { planned, options, prepared } = await settingOf(ID, stack);
const { archive, image, proof } = prepared;
const patience = patienceOf('install', proof, 'the end of the installer');
console.log(`${ID}, ${proof.accelerator}, image ${image.key}, archive ${archive.uri} of ${archive.date}`);

interface Install {
  /** From the first line to the reset, in seconds. */
  readonly seconds: number;
  /** What it said of itself, each with the seconds since its first line. */
  readonly story: readonly string[];
}

/** Has a new guest run the line, which says of itself what `words` matches, and reboots at its end. */
async function install(line: string, words: RegExp, script?: string): Promise<Install> {
  await using resources = new AsyncDisposableStack();
  const cell = await loneCell(resources, ID);
  await cell.bootStub();
  if (script) await cell.guest.run(`cat > /root/plain-install.sh << 'END'\n${script}\nEND`);
  const { machine } = cell;
  const said: { readonly at: number; readonly text: string }[] = [];
  machine.qemu.console.onLine((text) => {
    if (words.test(text)) said.push({ at: performance.now(), text });
  });
  const mark = machine.mark();
  await machine.type(`${line} || echo "status-$?"`);
  const failOn = [{ pattern: /\nstatus-\d+\n/, code: 'installer-failed', message: 'the installer gave up' }];
  const end = { ...patience, failOn };
  await machine.see(/is installed, after \d+ s/, { ...end, from: mark.position });
  await machine.reset(mark, end);
  const began = said[0]?.at ?? Number.NaN;
  const since = (time: number) => (time - began) / 1000;
  const story = said.map(({ at, text }) => `${since(at).toFixed(1).padStart(7)}  ${text}`);
  return { seconds: since(performance.now()), story };
}

const ours = installerLine(planned.cell, prepared, options);
const plain = `bash plain-install.sh ${archive.uri} ${archive.securityUri}`;
const script = await readFile(join(import.meta.dirname, 'plain-install.sh'), 'utf8');
for (let round = 1; round <= Number(rounds); round++) {
  const tuned = await install(ours, /^stub-install: (step|\w+:|\S+ is installed)/);
  console.log(`stub's installer\n${tuned.story.join('\n')}\n${tuned.seconds.toFixed(1).padStart(7)}  reset`);
  const untuned = await install(plain, /^(plain-install: |I: |update-initramfs: Gen)/, script);
  console.log(`mmdebstrap as it comes\n${untuned.story.join('\n')}\n${untuned.seconds.toFixed(1).padStart(7)}  reset`);
  const ratio = (tuned.seconds / untuned.seconds).toFixed(3);
  console.log(`mmdebstrap ${untuned.seconds.toFixed(1)} s, stub ${tuned.seconds.toFixed(1)} s, ratio ${ratio}`);
}
