/** Keeps what is not saved yet in this tab, so that a reload or a slip of the hand loses nothing. */

/** `key` names the person and the job. A draft is {base, beats, done, undone}; `base` is the number of the newest step it knows. */
export function createDraft(key) {
  const name = `correct:${key}`;
  return {
    read() {
      try {
        const kept = JSON.parse(sessionStorage.getItem(name));
        return Array.isArray(kept?.beats) && Number.isInteger(kept.base) ? kept : null;
      } catch {
        return null;
      }
    },
    write(draft) {
      // A tab keeps about five million characters: the beats count more than the way to them.
      for (const kept of [draft, { ...draft, done: [], undone: [] }]) {
        try {
          sessionStorage.setItem(name, JSON.stringify(kept));
          return true;
        } catch {
          continue;
        }
      }
      return false;
    },
    clear: () => sessionStorage.removeItem(name),
  };
}
