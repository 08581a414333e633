import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { foldRun } from '../../fold.ts';
import { NIGHTLY } from '../fixture/cells.ts';
import { sampleEvents } from '../fixture/events.ts';
import { sampleRows, sampleRuns } from '../fixture/history.ts';
import { writeHtml } from '../write.ts';
import { type Browser, openBrowser } from './chromium.test-support.ts';

/** What a guest might print to get out of the page's data, or into its markup. */
const EVIL =
  '</script><script>document.title="taken"</script><img src=x onerror="document.title=\'taken\'"> \u2028 <!--';
const BROKEN = 'debian13-aarch64-xfs';
/** Enough for those of what broke: the page is loaded many times. */
const CONSOLES = { each: 40_000, total: 1_500_000, least: 8000 };

/** A browser takes its time to start where the host is busy. */
const MINUTES = 180_000;
vi.setConfig({ testTimeout: MINUTES, hookTimeout: MINUTES });

const folder = mkdtempSync(join(tmpdir(), 'report-'));
const file = join(folder, 'index.html');
let browser: Browser;
let page: Page;
/** Whatever the page asks for, and whatever it complains of. */
const requests: string[] = [];
const complaints: string[] = [];

beforeAll(async () => {
  const events = sampleEvents(NIGHTLY, folder);
  const console = join(folder, 'cells', BROKEN, 'attempt-2', 'console.log');
  writeFileSync(console, `${EVIL}\r\n${readFileSync(console, 'utf8')}`);
  await writeHtml(foldRun(events), { runs: sampleRuns(NIGHTLY), cells: sampleRows(NIGHTLY) }, file, CONSOLES);
  browser = await openBrowser();
  page = browser.context.pages()[0] ?? (await browser.context.newPage());
  page.setDefaultTimeout(MINUTES);
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(String(error)));
});
afterAll(async () => {
  await browser?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const open = async (hash = '') => {
  await page.goto('about:blank');
  await page.goto(`${pathToFileURL(file)}${hash}`);
};

beforeEach(async () => {
  requests.length = 0;
  complaints.length = 0;
  await page.setViewportSize({ width: 1440, height: 900 });
});
afterEach(() => {
  expect(requests.filter((url) => !url.startsWith('file:') && url !== 'about:blank')).toEqual([]);
  expect(requests.filter((url) => url.startsWith('file:')).every((url) => url.includes('index.html'))).toBe(true);
  expect(complaints).toEqual([]);
});

describe('the first page', () => {
  test('says what broke in its first line, and has a box for each cell', async () => {
    await open();
    expect(await page.locator('h1').first().textContent()).toBe('10 cells broke, 21 were broken before');
    expect(await page.locator('#matrix a.c').count()).toBe(240);
    expect(await page.locator('#matrix a.c.f').count()).toBe(29);
    const name = await page.locator(`#matrix a[href="#cell/${BROKEN}"]`).getAttribute('aria-label');
    expect(name).toMatch(/^debian13-aarch64-xfs: failed, new, \d/);
  });

  test('counts what ran against a stand-in by itself, and hatches it', async () => {
    await open();
    expect(await page.locator('[data-filter="passed"]').textContent()).toMatch(/117 passed \+ 40 stand-in/);
    const box = page.locator('#matrix a[href="#cell/rocky8-aarch64-xfs"]');
    expect(await box.getAttribute('aria-label')).toContain('against a stand-in, not the distribution itself');
    expect(await box.evaluate((each) => getComputedStyle(each).backgroundImage)).toContain('repeating-linear-gradient');
  });

  test('is there without its script', async () => {
    const plain = join(folder, 'plain.html');
    copyFileSync(file, plain);
    const text = readFileSync(plain, 'utf8');
    writeFileSync(plain, text.replace(/<script>.*?<\/script>/s, ''));
    await page.goto(String(pathToFileURL(plain)));
    expect(await page.locator('#matrix a.c').count()).toBe(240);
    expect(await page.locator('.problem h3').first().textContent()).toContain('The installed kernel panicked');
    expect(await page.locator('nav a').first().isVisible()).toBe(false);
    requests.length = 0;
  });

  test('filters by words and by verdicts, and opens the first that is left', async () => {
    await open();
    await page.keyboard.press('/');
    await page.keyboard.type('riscv64 luks');
    expect(await page.locator('#matrix a.c:not(.off)').count()).toBe(16);
    expect(await page.locator('#shown').textContent()).toBe('16 of 240 cells');
    await page.locator('[data-filter="failed"]').click();
    expect(await page.locator('#matrix a.c:not(.off)').count()).toBe(3);
    expect(await page.locator('#matrix tbody tr:visible').count()).toBe(3);
    await page.locator('#filter').focus();
    await page.keyboard.press('Enter');
    expect(await page.locator('#cell-title').textContent()).toBe('almalinux9-riscv64-luks');
  });

  test('is gone through by the arrow keys, past what is filtered away', async () => {
    await open();
    await page.locator('#matrix a[href="#cell/centos6-x86_64-xfs"]').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe('#cell/centos7-x86_64-btrfs');
    expect(await page.locator('#matrix a[tabindex="0"]').count()).toBe(1);
    await page.locator('[data-filter="failed"]').click();
    await page.locator('#matrix a[href="#cell/almalinux9-x86_64-luks"]').focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    expect(await page.locator('#cell-title').textContent()).toBe('fedora42-x86_64-luks');
  });

  test('shows durations and pass rates as heat, with their numbers', async () => {
    await open();
    await page.locator('#colour').selectOption('pace');
    const box = page.locator('#matrix a[href="#cell/debian12-x86_64-ext4"]');
    expect(await box.locator('small').textContent()).toMatch(/^\+\d+%$/);
    expect(Number(await box.evaluate((each) => (each as HTMLElement).style.getPropertyValue('--heat')))).toBe(1);
    await page.locator('#colour').selectOption('rate');
    expect(await page.locator('#matrix a[href="#cell/gentoo-x86_64-luks"] small').textContent()).toBe('0%');
  });
});

describe('a cell', () => {
  test('shows diagnosis, changes, phases, divergence, files, and the command to copy', async () => {
    await open(`#cell/${BROKEN}`);
    const cell = page.locator('#view-cell');
    await cell.locator('.sentence').waitFor();
    expect(await cell.locator('.sentence').textContent()).toMatch(/^The installed kernel panicked/);
    expect(await cell.locator('.diff ins').allTextContents()).toContain('c41be02f77a1');
    expect(await cell.locator('.attempt[open] .timeline tbody tr').count()).toBe(7);
    expect(await cell.locator('.attempt[open] .apart').count()).toBe(2);
    const link = cell.locator('.attempt[open] .files a').first();
    expect(await link.getAttribute('href')).toBe(`cells/${BROKEN}/attempt-2/console.log`);
    await page.evaluate(() => {
      navigator.clipboard.writeText = async (text) => {
        document.body.dataset.copied = text;
      };
    });
    await page.keyboard.press('c');
    await page.waitForFunction(() => document.body.dataset.copied);
    expect(await page.evaluate(() => document.body.dataset.copied)).toBe(`./stub-matrix run --cell ${BROKEN}`);
  });

  test('searches its console, in colours, and what a guest printed stays text', async () => {
    await open(`#cell/${BROKEN}`);
    await page.locator('.console .finding').first().waitFor();
    expect(await page.locator('.console .line').first().textContent()).toBe(EVIL);
    expect(await page.title()).toContain(BROKEN);
    expect(await page.locator('.console img').count()).toBe(0);
    expect(await page.locator('.console .ansi-green').first().textContent()).toBe('  OK  ');
    await page.keyboard.press('/');
    await page.keyboard.type('PANIC');
    const found = () => page.evaluate(() => [CSS.highlights.get('found')?.size, CSS.highlights.get('here')?.size]);
    expect(await found()).toEqual([3, 1]);
    expect(await page.locator('.console-bar output').textContent()).toBe('1 of 3');
    await page.keyboard.press('Enter');
    expect(await page.locator('.console-bar output').textContent()).toBe('2 of 3');
    await page.keyboard.press('Escape');
    expect(await found()).toEqual([0, 0]);
  });

  test('leads to the next that did not pass, and back to its box', async () => {
    await open(`#cell/${BROKEN}`);
    await page.locator('.sentence').waitFor();
    await page.keyboard.press('n');
    await page.locator('#cell-title', { hasText: 'debian13-aarch64-btrfs' }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.activeElement?.matches('#matrix a'));
    expect(await page.evaluate(() => document.activeElement?.getAttribute('href'))).toBe(
      '#cell/debian13-aarch64-btrfs',
    );
  });

  test('of a stand-in says so', async () => {
    await open('#cell/rocky8-aarch64-xfs');
    expect(await page.locator('.standin-note').textContent()).toContain('says nothing about the distribution');
    expect(await page.locator('.cell-head .badge').textContent()).toContain('passed (stand-in)');
  });
});

describe('the other views', () => {
  test('the schedule has a bar for each attempt, and what was admitted', async () => {
    await open('#schedule');
    await page.locator('.slot').first().waitFor();
    expect(await page.locator('.slot').count()).toBe(230);
    expect(await page.locator('#view-schedule canvas').count()).toBe(2);
    await page.locator('.slot').first().focus();
    expect(await page.locator('.slot-status').textContent()).toMatch(
      /core and 3072 MiB admitted · at most \d+ MiB used/,
    );
  });

  test('the history has its plots, their numbers, and each cell', async () => {
    await open('#history');
    expect(await page.locator('#view-history canvas').count()).toBe(3);
    await page.locator('#view-history summary').first().click();
    expect(await page.locator('#view-history .plot table tbody tr').filter({ hasText: '29 Nov' }).count()).toBe(1);
    expect(await page.locator('.records tbody tr').count()).toBe(100);
    await page.locator('#filter').fill('gentoo luks');
    expect(await page.locator('.records tbody tr').count()).toBe(3);
  });

  test('keys are listed under ?', async () => {
    await open();
    await page.keyboard.press('?');
    expect(await page.locator('#keys').textContent()).toContain('next cell that did not pass');
    await page.keyboard.press('Escape');
    expect(await page.locator('#keys').isVisible()).toBe(false);
    await page.keyboard.press('2');
    expect(new URL(page.url()).hash).toBe('#schedule');
  });
});

describe('whoever reads it', () => {
  const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

  test('has it light or dark, as the system or as they like', async () => {
    await page.emulateMedia({ colorScheme: 'dark' });
    await open();
    const dark = await ground();
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await ground();
    expect(dark).not.toBe(light);
    await page.keyboard.press('t');
    await page.keyboard.press('t');
    expect(await ground()).toBe(dark);
    await page.keyboard.press('t');
    expect(await ground()).toBe(light);
  });

  test.each(['light', 'dark'] as const)('can read each verdict on its ground: %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await open();
    const pairs = await page.evaluate(() => {
      const numbers = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
      const page = numbers(getComputedStyle(document.documentElement).backgroundColor);
      return [...document.querySelectorAll('.legend .c, .meta, .hint, .matrix th')].map((element) => {
        const { color, backgroundColor } = getComputedStyle(element);
        const ground = numbers(backgroundColor);
        return [element.className, numbers(color), ground[3] === 0 ? page : ground] as const;
      });
    });
    const luminance = (colour: readonly number[]) => {
      const [red = 0, green = 0, blue = 0] = colour.map((each) => {
        const share = each / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const contrast = (a: readonly number[], b: readonly number[]) => {
      const [dark = 0, light = 0] = [luminance(a), luminance(b)].toSorted((x, y) => x - y);
      return (light + 0.05) / (dark + 0.05);
    };
    expect(pairs.length).toBeGreaterThan(10);
    expect(pairs.filter(([, ink, ground]) => contrast(ink, ground) < 4.5)).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test.each(['', `#cell/${BROKEN}`, '#schedule', '#history', '#run'])('needs 360 pixels: %s', async (hash) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await open(hash);
    await page.waitForTimeout(150);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  });
});
