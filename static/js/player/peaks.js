/** Finds the outline of a song: from a prepared file, or by decoding the audio in the browser. */

const POINTS_PER_SECOND = 150;
const MOST_POINTS = 400_000;

/**
 * Answers {peaks: numbers 0..1, duration: seconds, loudness: root mean square, or null where nobody measured}. `onProgress`
 * hears 0..1, or null when the length is unknown. Rejects when the audio cannot be fetched or understood.
 */
export async function loadPeaks({ peaksUrl, audioUrl, onProgress, signal }) {
  if (peaksUrl) {
    const answer = await fetch(peaksUrl, { signal });
    if (!answer.ok) throw new Error(`peaks: ${answer.status}`);
    return { loudness: null, ...(await answer.json()) };
  }
  const bytes = await download(audioUrl, onProgress, signal);
  // Decoding at 8 kHz keeps an hour of music in a fifth of the memory; an outline needs no more.
  const buffer = await new OfflineAudioContext(1, 1, 8000).decodeAudioData(bytes);
  return { peaks: outline(buffer), duration: buffer.duration, loudness: loudnessOf(buffer) };
}

async function download(url, onProgress, signal) {
  const answer = await fetch(url, { signal });
  if (!answer.ok) throw new Error(`audio: ${answer.status}`);
  const total = Number(answer.headers.get("Content-Length"));
  const chunks = [];
  let received = 0;
  for (const reader = answer.body.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    received += value.length;
    onProgress(total ? Math.min(1, received / total) : null);
  }
  return new Blob(chunks).arrayBuffer();
}

function outline(buffer) {
  const count = Math.max(1, Math.min(MOST_POINTS, Math.ceil(buffer.duration * POINTS_PER_SECOND)));
  const width = buffer.length / count;
  const peaks = new Float32Array(count);
  let loudest = 0;
  for (let channel = 0; channel < buffer.numberOfChannels; channel += 1) {
    const samples = buffer.getChannelData(channel);
    for (let point = 0; point < count; point += 1) {
      const end = Math.min(samples.length, Math.floor((point + 1) * width));
      for (let i = Math.floor(point * width); i < end; i += 1) {
        const size = Math.abs(samples[i]);
        if (size > peaks[point]) peaks[point] = size;
      }
      if (peaks[point] > loudest) loudest = peaks[point];
    }
  }
  return loudest > 0 ? peaks.map((peak) => peak / loudest) : peaks;
}

function loudnessOf(buffer) {
  let sum = 0;
  const samples = buffer.getChannelData(0);
  for (let i = 0; i < samples.length; i += 1) sum += samples[i] * samples[i];
  return Math.sqrt(sum / Math.max(1, samples.length));
}
