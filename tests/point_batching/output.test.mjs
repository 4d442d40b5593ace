// What bin/point_batching prints: the columns of CSV, JSON that parses, numbers that follow
// from the strokes, and what it says of a wrong flag.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';

const program = process.env.COLLAB_POINT_BATCHING;
const folder = mkdtempSync(join(tmpdir(), 'point_batching-'));
after(() => rmSync(folder, { recursive: true }));

function run(...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

// A straight line of three samples, and a corner of which the filter drops a sample.
const lines = join(folder, 'lines.ndjson');
writeFileSync(
  lines,
  '[[1,2,0.5,0],[3,4,0.5,8],[5,6,1,20]]\n[[0,0,0.5,0],[0,0.5,0.5,10],[9,0,0.5,30]]\n',
);
const columns =
  'policy,encoding,raw_points,sent_points,messages,bytes,messages_per_second,bytes_per_second,' +
  'bytes_per_point,deviation_p99_px,deviation_max_px,curve_deviation_p99_px,' +
  'curve_deviation_max_px,latency_p50_ms,latency_p99_ms,cpu_ns_per_point';

function csvRows(text) {
  const [head, ...rest] = text.trimEnd().split('\n');
  assert.equal(head, columns);
  const names = head.split(',');
  return rest.map((line) => {
    const fields = line.split(',');
    assert.equal(fields.length, names.length, line);
    return Object.fromEntries(
      names.map((name, i) => [name, i < 2 ? fields[i] : Number(fields[i])]),
    );
  });
}

test('CSV has a row for each policy and encoding, and only numbers behind their names', () => {
  const { status, stdout, stderr } = run('--format', 'csv', '--strokes', lines);
  assert.equal(stderr, '');
  assert.equal(status, 0);
  const rows = csvRows(stdout);
  const policies = new Set(rows.map((row) => row.policy));
  const encodings = new Set(rows.map((row) => row.encoding));
  assert.equal(rows.length, policies.size * encodings.size);
  for (const name of ['none', 'filter', 'filter+16ms', 'batch-8', 'adaptive-slow']) {
    assert.ok(policies.has(name), name);
  }
  for (const name of ['json-event', 'json', 'binary']) assert.ok(encodings.has(name), name);
  for (const row of rows) {
    for (const [name, value] of Object.entries(row).slice(2)) {
      assert.ok(Number.isFinite(value) && value >= 0, `${row.policy} ${name} ${value}`);
    }
    assert.equal(row.raw_points, 6);
    assert.ok(row.cpu_ns_per_point > 0);
  }
});

test('the numbers follow from the strokes', () => {
  const chosen = ['--policy', 'filter', '--policy=none', '--encoding', 'json-event'];
  const { stdout } = run('--format=csv', '--strokes', lines, ...chosen);
  const [none, filter, ...more] = csvRows(stdout);
  assert.deepEqual(more, []);
  const bytes = (x, y, pressure, t) => {
    const point = { x, y, pressure, t };
    const ids = { roomId: 'ROOM01', strokeId: 'V1StGXR8_Z5jdHi6B-myT' };
    const text = JSON.stringify({ type: 'stroke:point', ...ids, point });
    return text.length + (text.length < 126 ? 2 : 4);
  };
  const kept = bytes(1, 2, 0.5, 0) + bytes(3, 4, 0.5, 8) + bytes(5, 6, 1, 20) +
    bytes(0, 0, 0.5, 0) + bytes(9, 0, 0.5, 30);
  const dropped = bytes(0, 0.5, 0.5, 10);
  assert.equal(none.policy, 'none');
  assert.equal(none.messages, 6);
  assert.equal(none.bytes, kept + dropped);
  assert.equal(none.bytes_per_point.toFixed(6), ((kept + dropped) / 6).toFixed(6));
  // The pen is down for 20 and 30 ms.
  assert.equal(none.messages_per_second, 120);
  assert.equal(none.bytes_per_second.toFixed(3), ((kept + dropped) / 0.05).toFixed(3));
  assert.equal(none.deviation_max_px, 0);
  assert.equal(none.latency_p99_ms, 0);
  assert.equal(filter.policy, 'filter');
  assert.equal(filter.messages, 5);
  assert.equal(filter.bytes, kept);
  assert.equal(filter.bytes_per_point.toFixed(6), (kept / 6).toFixed(6));
  assert.equal(filter.deviation_max_px, 0.5);
  assert.equal(filter.latency_p50_ms, 0);
  assert.equal(filter.latency_p99_ms, 20);
});

test('under 16 ms a point waits for the message that carries it', () => {
  const file = join(folder, 'waits.csv');
  writeFileSync(file, 'stroke,x,y,pressure,t\na,0,0,,0\na,9,0,,10\na,18,0,,30\n');
  const { stdout } = run('--format', 'csv', '--strokes', file, '--policy', '16ms');
  for (const row of csvRows(stdout)) {
    assert.equal(row.messages, row.encoding === 'json-event' ? 3 : 2);
    assert.equal(row.latency_p50_ms, 6);
    assert.equal(row.latency_p99_ms, 16);
    assert.equal(row.deviation_max_px, 0);
  }
});

test('JSON says what was run, has the rows of the CSV, and the targets', () => {
  const out = join(folder, 'report.json');
  const chosen = ['--policy', 'none', '--encoding', 'binary'];
  const { status, stdout } = run('--format', 'json', '--out', out, '--strokes', lines, ...chosen);
  assert.equal(status, 0);
  assert.equal(stdout, '');
  const report = JSON.parse(readFileSync(out, 'utf8'));
  assert.ok(report.source.includes('lines.ndjson'));
  assert.deepEqual([report.strokes, report.points, report.pen_down_seconds], [2, 6, 0.05]);
  assert.deepEqual(report.sets, ['points']);
  assert.ok(Array.isArray(report.notes));
  assert.match(report.compiler, /^(gcc|clang) \d/);
  assert.equal(report.rows.length, 1);
  assert.deepEqual(Object.keys(report.rows[0]), columns.split(','));
  assert.deepEqual(report.relay.map((each) => each.points_per_message), [1, 2, 8]);
  for (const each of report.relay) {
    assert.equal(each.set, 'all');
    assert.equal(each.bytes_met, each.bytes_per_point <= each.bytes_per_point_max);
  }
  assert.equal(report.relay[2].ratio_min, 25);
  assert.equal(report.relay[2].ratio_met, report.relay[2].ratio >= 25);
});

test('the table says where the strokes are from and what was left out', () => {
  const file = join(folder, 'timeless.ndjson');
  writeFileSync(file, '[[1,2],[3,4]]\n');
  const { stdout } = run('--strokes', file, '--strokes', join(folder, 'none'), '--policy=none');
  assert.match(stdout, /^Strokes: strokes in .*timeless\.ndjson; strokes in .*none\n/);
  assert.match(stdout, /\nNote: not read: .*none: /);
  assert.match(stdout, /\nNote: 1 stroke without time: 8 ms a sample assumed\n/);
  assert.match(stdout, /\nall +2 +8 /);
});

test('a wrong flag is named in one line on standard error, and the exit code is 2', () => {
  const wrong = [
    ['--polcy', 'none'],
    ['strokes.json'],
    ['--format', 'xml'],
    ['--policy', 'never'],
    ['--encoding=morse'],
    ['--out'],
    ['--strokes='],
  ];
  for (const args of wrong) {
    const { status, stdout, stderr } = run(...args);
    assert.equal(status, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /^point_batching: .+\n$/);
    assert.ok(stderr.includes(args[0].split('=')[0]), stderr);
  }
});

test('without strokes, or where the report can not be written, it exits with 1', () => {
  for (const args of [
    ['--strokes', join(folder, 'nothing')],
    ['--strokes', lines, '--policy=none', '--out', join(folder, 'no', 'folder')],
  ]) {
    const { status, stderr } = run(...args);
    assert.equal(status, 1);
    assert.match(stderr, /^point_batching: .+\n$/);
  }
});

test('--help names every flag, policy and encoding', () => {
  const { status, stdout } = run('--help');
  assert.equal(status, 0);
  for (const word of ['--format', '--out', '--strokes', '--policy', '--encoding', 'none',
    'adaptive-slow', 'json-event', 'binary']) {
    assert.ok(stdout.includes(word), word);
  }
});
