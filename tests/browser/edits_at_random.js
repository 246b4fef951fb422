// For evaluate(): plays at random with a list of beats. Each step is undone and done again, at last all of them are.
async ([editsSource, historySource, seed]) => {
    const load = (source) => import("data:text/javascript," + encodeURIComponent(source));
    const [edits, { createHistory, stepBetween }] = await Promise.all([load(editsSource), load(historySource)]);
    const random = () => {
        seed = (seed * 1103515245 + 12345) % 2147483648;
        return seed / 2147483648;
    };
    const upTo = (count) => Math.floor(random() * count);
    const end = 60;
    const first = Array.from({ length: 3 + upTo(80) }, (_, at) => ({
        time: Math.round((0.2 + at * 0.6 + random() * 0.5) * 1e6) / 1e6,
        label: at % 7 ? "" : "seven", strength: at % 3 ? random() : null, downbeat: at % 4 === 0,
    }));
    const history = createHistory(first);
    const seen = [JSON.stringify(first)];
    const faults = [];
    const names = new Set();
    for (let turn = 0; turn < 120; turn += 1) {
        const beats = history.beats();
        const chosen = new Set(beats.map((_, at) => at).filter(() => random() < 0.3));
        const tool = [
            (list) => edits.everyNth(list, 2 + upTo(3), upTo(2)), edits.downbeatsOnly, (list) => edits.strongOnly(list, random()),
            edits.double, (list) => edits.offset(list, random() - 0.5, end), (list) => edits.snap(list, first, 0.2),
        ][upTo(6)];
        const deeds = {
            move: () => edits.move(beats, chosen, (random() - 0.5) * 2, end),
            toFrame: () => edits.toFrame(beats, chosen, random() < 0.5 ? -1 : 1, [24, 25, 30000 / 1001][upTo(3)], end),
            remove: () => (random() < 0.3 ? edits.remove(beats, chosen) : beats),
            add: () => edits.add(beats, random() * 61, end),
            downbeat: () => edits.toggleDownbeat(beats, chosen),
            tool: () => edits.within(beats, chosen, tool),
        };
        const name = Object.keys(deeds)[upTo(6)];
        const before = JSON.stringify(beats);
        const next = deeds[name]();
        if (JSON.stringify(beats) !== before) faults.push(`${name} changed the list that it was given`);
        if (next.length === 0) continue;
        if (!history.take(next, name === "add" && random() < 0.3 ? `run ${turn >> 3}` : null)) continue;
        names.add(name);
        const after = history.beats();
        for (const [at, beat] of after.entries()) {
            if (!(beat.time >= 0 && beat.time <= end)) faults.push(`${name} left the song: ${beat.time}`);
            if (at && Math.round(beat.time * 1e4) <= Math.round(after[at - 1].time * 1e4)) faults.push(`${name} lost the order at ${at}`);
        }
        history.undo();
        const undone = JSON.stringify(history.beats());
        if (!seen.includes(undone)) faults.push(`${name} is not undone`);
        history.redo();
        if (JSON.stringify(history.beats()) !== JSON.stringify(after)) faults.push(`${name} is not redone`);
        seen.push(JSON.stringify(after));
        const dumped = createHistory([], JSON.parse(JSON.stringify(history.dump())));
        if (turn % 20 === 0) while (dumped.undo());
        if (turn % 20 === 0 && JSON.stringify(dumped.beats()) !== seen[0]) faults.push("a kept history does not lead back");
    }
    const last = JSON.stringify(history.beats());
    while (history.undo());
    if (JSON.stringify(history.beats()) !== seen[0]) faults.push("undoing all is not the beginning");
    while (history.redo());
    if (JSON.stringify(history.beats()) !== last) faults.push("redoing all is not the end");
    if (stepBetween(first, JSON.parse(seen[0])) !== null) faults.push("equal lists differ");
    return { faults, names: [...names].sort() };
}
