import type { RunOptions } from '../matrix/options.ts';
import { Store } from '../store/store.ts';

/** One store a process and folder, so that cells side by side share the builds under way. */
const stores = new Map<string, Store>();

/** The store of the user's cache, for who has these wishes of it. */
export function storeOf({ cacheFolder, fresh, audit }: Pick<RunOptions, 'cacheFolder' | 'fresh' | 'audit'>): Store {
  const policy = { ...(fresh ? { fresh } : {}), ...(audit === undefined ? {} : { audit }) };
  const name = JSON.stringify([cacheFolder, policy]);
  const store = stores.get(name) ?? new Store(cacheFolder, policy);
  stores.set(name, store);
  return store;
}
