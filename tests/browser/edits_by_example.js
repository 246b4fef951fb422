// For evaluate(): what each edit makes of a few beats.
async ([source]) => {
    const edits = await import("data:text/javascript," + encodeURIComponent(source));
    const beat = (time, more = {}) => ({ time, label: "", strength: null, downbeat: false, ...more });
    const four = [1, 2, 3, 4].map((time) => beat(time, { downbeat: time % 2 === 1, strength: time / 4 }));
    const times = (beats) => beats.map((each) => each.time);
    return {
        moved: times(edits.move(four, new Set([1, 2]), 0.25, 10)),
        stopped: times(edits.move(four, new Set([1, 2]), 5, 10)),
        atStart: times(edits.move(four, new Set([0]), -5, 10)),
        toFrame: times(edits.toFrame([beat(1.01), beat(2)], new Set([0, 1]), 1, 25, 10)),
        backToFrame: times(edits.toFrame([beat(1.01), beat(2)], new Set([0, 1]), -1, 25, 10)),
        added: times(edits.add(four, 2.5, 10)),
        addedTwice: times(edits.add(four, 2.0005, 10)),
        everySecond: times(edits.everyNth(four, 2, 1)),
        downbeats: times(edits.downbeatsOnly(four)),
        strong: times(edits.strongOnly(four, 0.75)),
        doubled: times(edits.double(four)),
        earlier: times(edits.offset(four, -1.5, 10)),
        snapped: times(edits.snap([beat(1.02), beat(1.04), beat(2.5)], four, 0.1)),
        inRange: times(edits.within([...four, beat(5)], new Set([1, 3]), (list) => edits.everyNth(list, 2, 0))),
        lines: edits.linesOf([beat(1.5, { downbeat: true, label: "a" }), beat(2)]),
    };
}
