import type { RunOptions } from '../matrix/options.ts';
import { Store } from '../store/store.ts';

/** One store a process and folder, so that cells side by side share the builds under way. */
const stores = new Map<string, Store>();

/** The store of the user's cache, with the wishes of whoever asked first. */
export function storeOf({ cacheFolder, fresh, audit }: Pick<RunOptions, 'cacheFolder' | 'fresh' | 'audit'>): Store {
  const policy = { ...(fresh ? { fresh } : {}), ...(audit === undefined ? {} : { audit }) };
  const store = stores.get(cacheFolder) ?? new Store(cacheFolder, policy);
  stores.set(cacheFolder, store);
  return store;
}
