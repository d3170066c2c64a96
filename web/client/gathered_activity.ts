// Presence of all tabs of a browser as one: somebody is there when somebody is at one of them.
import type { Activity } from './protocol';

const NOBODY: Activity = { visible: false, idle: true, viewing: null };

export class GatheredActivity {
  /** By tab; who reported last is last. */
  #tabs = new Map<string, Activity>();

  report(tab: string, activity: Activity): void {
    this.#tabs.delete(tab);
    this.#tabs.set(tab, activity);
  }

  forget(tab: string): void {
    this.#tabs.delete(tab);
  }

  keepOnly(tab: string): void {
    for (const other of [...this.#tabs.keys()]) if (other !== tab) this.#tabs.delete(other);
  }

  get current(): Activity {
    const newestFirst = [...this.#tabs.values()].reverse();
    const visible = newestFirst.filter((tab) => tab.visible);
    const active = visible.filter((tab) => !tab.idle);
    if (visible.length === 0) return { ...NOBODY, idle: newestFirst.every((tab) => tab.idle) };
    const looked = active.length > 0 ? active : visible;
    return {
      visible: true,
      idle: active.length === 0,
      viewing: looked.find(({ viewing }) => viewing !== null)?.viewing ?? null,
    };
  }

  get isActive(): boolean {
    const { visible, idle } = this.current;
    return visible && !idle;
  }
}
