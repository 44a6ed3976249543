// Numbers as people say them.

// Where the slider stops: requests a second, from one an hour to a hundred a second. Each is a
// round number, and the steps are about even in proportion.
const INTERVALS = [
  3600, 2400, 1800, 1200, 900, 600, 480, 360, 300, 240, 180, 150, 120, 90, 75, 60, 50, 40, 30, 25,
  20, 15, 12, 10, 8, 7, 6, 5, 4, 3, 2.5, 2, 1.5,
];
const RATES = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 75, 100];
export const STOPS = [...INTERVALS.map((seconds) => 1 / seconds), ...RATES];

const UNITS = new Map([[1, "a second"], [60, "a minute"], [3600, "an hour"]]);

/** The stop next to a rate, in proportion. */
export function stopOf(rate) {
  const far = STOPS.map((stop) => Math.abs(Math.log(stop / rate)));
  return far.indexOf(Math.min(...far));
}

/** Three digits that count, and no zeros behind them. */
function short(number) {
  return Number(number.toPrecision(3)).toLocaleString("en", { maximumFractionDigits: 3 });
}

/** A whole number, with its thousands apart. */
export function count(number) {
  return Math.round(number).toLocaleString("en");
}

/** A number of things. */
export function many(number, one, several = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : several}`;
}

/** "one request every 4 s" */
export function pace(rate) {
  if (rate > 1) return `${short(rate)} requests a second`;
  const unit = UNITS.get(Number((1 / rate).toFixed(6)));
  return unit ? `one request ${unit}` : `one request every ${seconds(1 / rate)}`;
}

/** The same where it is said beside "Pace". */
export function briefly(rate) {
  return rate >= 1 ? `${short(rate)} a second` : `every ${seconds(1 / rate)}`;
}

/** A stretch of time: "4 s", "2 min 30 s", "3 h". */
export function seconds(number) {
  if (number < 1) return `${short(Math.max(number, 0))} s`;
  if (number < 60) return `${Number(number.toFixed(number < 10 ? 1 : 0))} s`;
  const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = units.findIndex(([, size]) => Math.round(number) >= size);
  const [unit, size] = units[first];
  const whole = Math.floor(Math.round(number) / size);
  const next = units[first + 1];
  const rest = next ? Math.floor((Math.round(number) - whole * size) / next[1]) : 0;
  return rest ? `${whole} ${unit} ${rest} ${next[0]}` : `${whole} ${unit}`;
}

/** Bytes, as people count them. */
export function octets(number) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(number, 1)) / 3));
  return `${short(number / 1000 ** power)} ${units[power]}`;
}

/** The time of day of an ISO 8601 time, in UTC as the logs have it; with the day, when not today. */
export function clock(iso) {
  const when = new Date(iso);
  const today = new Date().toISOString().slice(0, 10);
  const [day, time] = [when.toISOString().slice(0, 10), when.toISOString().slice(11, 19)];
  return day === today ? time : `${day} ${time}`;
}
