/** Mouse and fingers on the picture while beats are corrected: choose, drag, draw a range, add by two clicks. */

const NEAR = { mouse: 7, pen: 12, touch: 24 };
const CLICK = 3;

/** Listens before the player's own stage does, and lets through what is not about a beat. `extendsRange()` says that the next beat ends a range. */
export function connectHands({ player, editor, edits, extendsRange }) {
  const element = player.root.querySelector("[data-player-stage]");
  let drag = null;
  let range = null;
  let wasHandled = false;

  function place(event) {
    const box = element.getBoundingClientRect();
    const x = event.clientX - box.left;
    return { x, row: player.picture.rowAt(event.clientY - box.top), time: player.view.timeAt(x) };
  }

  /** The index of the beat under the pointer, or -1. */
  function hit({ row, time }, kind) {
    if (row !== "wave") return -1;
    const beats = editor.beats();
    const reach = (NEAR[kind] ?? NEAR.touch) / player.view.now().perSecond;
    const at = edits.placeOf(beats, time);
    const near = [at - 1, at].filter((index) => beats[index] && Math.abs(beats[index].time - time) <= reach);
    // Of two as near, one that is chosen: so that a finger holds what it chose.
    near.sort((a, b) => editor.chosen().has(b) - editor.chosen().has(a) || Math.abs(beats[a].time - time) - Math.abs(beats[b].time - time));
    return near[0] ?? -1;
  }

  const stop = (event) => {
    event.preventDefault();
    event.stopPropagation();
  };

  function onDown(event) {
    wasHandled = false;
    if (event.button !== 0 || editor.isTrying()) return;
    const at = place(event);
    const index = hit(at, event.pointerType);
    const isTouch = event.pointerType === "touch";
    if (index < 0) {
      if (event.shiftKey && at.row === "wave") range = { from: at.time, x: at.x };
      if (range) hold(event);
      return;
    }
    // A finger first chooses by a tap: until then it scrolls.
    if (isTouch && !editor.chosen().has(index)) return;
    const isChosen = editor.chosen().has(index) && !event.shiftKey && !event.ctrlKey && !event.metaKey;
    if (!isChosen) editor.pick(index, { adds: event.ctrlKey || event.metaKey, extends: event.shiftKey || extendsRange() });
    drag = { index, x: at.x, from: at.time, beats: editor.beats(), chosen: editor.chosen(), moved: false, isChosen };
    hold(event);
  }

  function hold(event) {
    stop(event);
    wasHandled = true;
    element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
  }

  function onMove(event) {
    if (!drag && !range) return;
    stop(event);
    const at = place(event);
    if (range) {
      const [from, to] = [Math.min(range.from, at.time), Math.max(range.from, at.time)];
      const beats = editor.beats();
      const first = edits.placeOf(beats, from);
      editor.choose(Array.from({ length: Math.max(0, edits.placeOf(beats, to) - first) }, (_, step) => first + step));
      return;
    }
    drag.moved ||= Math.abs(at.x - drag.x) > CLICK;
    if (drag.moved) editor.try(edits.move(drag.beats, drag.chosen, at.time - drag.from, editor.end()), { keeps: true });
  }

  function onUp(event) {
    if (!drag && !range) return;
    const done = drag;
    drag = range = null;
    stop(event);
    if (!done) return;
    if (done.moved) editor.take(edits.move(done.beats, done.chosen, place(event).time - done.from, editor.end()), done.chosen);
    else if (done.isChosen && done.chosen.size > 1) editor.pick(done.index, { extends: extendsRange() });
  }

  function onCancel() {
    if (drag) editor.try(null);
    drag = range = null;
  }

  function onClick(event) {
    if (wasHandled) return stop(event);
    const index = editor.isTrying() ? -1 : hit(place(event), event.pointerType);
    if (index >= 0) {
      editor.pick(index, { extends: extendsRange() });
      return stop(event);
    }
    if (!event.shiftKey && editor.chosen().size) editor.none();
  }

  function onDouble(event) {
    const at = place(event);
    if (at.row === "wave" && hit(at, event.pointerType ?? "mouse") < 0) editor.add(at.time);
  }

  /** A finger on a chosen beat drags it: the browser must not scroll. */
  function onTouch(event) {
    if (event.touches.length !== 1) return;
    const index = hit(place(event.touches[0]), "touch");
    if (index >= 0 && editor.chosen().has(index)) event.preventDefault();
  }

  const early = { capture: true };
  element.addEventListener("pointerdown", onDown, early);
  element.addEventListener("pointermove", onMove, early);
  element.addEventListener("pointerup", onUp, early);
  element.addEventListener("pointercancel", onCancel, early);
  element.addEventListener("click", onClick, early);
  element.addEventListener("dblclick", onDouble, early);
  element.addEventListener("touchstart", onTouch, { capture: true, passive: false });
}
