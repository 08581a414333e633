import type { RunOptions } from '../runners/matrix/options.ts';

/**
 * Opens the image given by --image, so that one that cannot be used is refused before anything starts. To be called once
 * the tools of the image are there.
 *
 * @throws UsageError as `openImage` does.
 */
export async function checkGivenImage({ image, kernel, initrd, cacheFolder }: RunOptions): Promise<void> {
  if (image === undefined) return;
  const { openImage } = await import('../image/contract.ts');
  const { Store } = await import('../runners/store/store.ts');
  await openImage(image, new Store(cacheFolder), { kernel, initrd });
}
