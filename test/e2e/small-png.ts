/** Screenshots for a repository: the same picture with a palette of 256 colours, a third of the size. */
import { crc32, deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const COLOURS = 256;

/** @param png 8 bits a channel, not interlaced, as Chromium writes it @throws RangeError for any other */
export function smallPng(png: Buffer): Buffer {
  const { width, height, channels, data } = decode(png);
  const pixels = unfilter(data, width, height, channels);
  const counts = new Map<number, number>();
  const colourAt = (i: number) => {
    const at = i * channels;
    return ((pixels[at] ?? 0) << 16) | ((pixels[at + 1] ?? 0) << 8) | (pixels[at + 2] ?? 0);
  };
  for (let i = 0; i < width * height; i++) {
    const colour = colourAt(i);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const palette = chooseColours(counts);
  const places = new Map<number, number>(palette.map((colour, place) => [colour, place]));
  const rows = Buffer.alloc((width + 1) * height);
  for (let i = 0; i < width * height; i++) {
    const colour = colourAt(i);
    let place = places.get(colour);
    if (place === undefined) {
      place = nearest(palette, colour);
      places.set(colour, place);
    }
    rows[Math.floor(i / width) * (width + 1) + 1 + (i % width)] = place;
  }
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((colour) => [colour >> 16, (colour >> 8) & 255, colour & 255]));
  const body = deflateSync(rows, { level: 9, memLevel: 9 });
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    chunk("PLTE", colours),
    chunk("IDAT", body),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The most frequent ones, and of the rest those that stand out: a small badge must not lose its colour. */
function chooseColours(counts: ReadonlyMap<number, number>): number[] {
  const chosen = new Map<number, number>();
  for (const bits of [3, 4, 8]) {
    const groups = new Map<number, [colour: number, count: number]>();
    for (const [colour, count] of counts) {
      const key = coarse(colour, bits);
      const best = groups.get(key);
      if (!best || best[1] < count) groups.set(key, [colour, count]);
    }
    const most = bits === 3 ? COLOURS / 2 : bits === 4 ? (COLOURS * 3) / 4 : COLOURS;
    for (const [colour] of [...groups.values()].sort((a, b) => b[1] - a[1])) {
      if (chosen.size >= most) break;
      chosen.set(colour, colour);
    }
  }
  return [...chosen.keys()];
}

function coarse(colour: number, bits: number): number {
  const keep = (0xff << (8 - bits)) & 0xff;
  return colour & ((keep << 16) | (keep << 8) | keep);
}

function nearest(palette: readonly number[], colour: number): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (const [place, one] of palette.entries()) {
    const red = (one >> 16) - (colour >> 16);
    const green = ((one >> 8) & 255) - ((colour >> 8) & 255);
    const blue = (one & 255) - (colour & 255);
    const far = 2 * red * red + 4 * green * green + 3 * blue * blue;
    if (far < least) [best, least] = [place, far];
  }
  return best;
}

function decode(png: Buffer): { width: number; height: number; channels: number; data: Buffer } {
  let [width, height, channels] = [0, 0, 0];
  const parts: Buffer[] = [];
  for (let at = SIGNATURE.length; at < png.length; ) {
    const size = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + size);
    if (type === "IHDR") {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      channels = { 2: 3, 6: 4 }[body[9] ?? 0] ?? 0;
      if (body[8] !== 8 || channels === 0 || body[12] !== 0)
        throw new RangeError("not Chromium's kind of PNG");
    }
    if (type === "IDAT") parts.push(body);
    at += size + 12;
  }
  return { width, height, channels, data: inflateSync(Buffer.concat(parts)) };
}

function unfilter(data: Buffer, width: number, height: number, channels: number): Buffer {
  const line = width * channels;
  const out = Buffer.alloc(line * height);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (line + 1)] ?? 0;
    for (let x = 0; x < line; x++) {
      const raw = data[y * (line + 1) + 1 + x] ?? 0;
      const left = x >= channels ? (out[y * line + x - channels] ?? 0) : 0;
      const up = y > 0 ? (out[(y - 1) * line + x] ?? 0) : 0;
      const corner = x >= channels && y > 0 ? (out[(y - 1) * line + x - channels] ?? 0) : 0;
      out[y * line + x] = raw + predicted(filter, left, up, corner);
    }
  }
  return out;
}

function predicted(filter: number, left: number, up: number, corner: number): number {
  if (filter === 1) return left;
  if (filter === 2) return up;
  if (filter === 3) return (left + up) >> 1;
  if (filter !== 4) return 0;
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function chunk(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length, 0);
  head.write(type, 4, "latin1");
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body, crc32(head.subarray(4))), 0);
  return Buffer.concat([head, body, sum]);
}
