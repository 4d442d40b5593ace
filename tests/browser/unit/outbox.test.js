// outbox.test.js - the queue of operations that wait for their answer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { module } from './modules.js';

const { Outbox, messageOf } = await module('outbox');

const set = (id) => ({ type: 'element:set', id, props: {} });

describe('the outbox', () => {
  it('counts operations from the counter the server has', () => {
    const outbox = new Outbox();
    outbox.begin(7);
    assert.equal(outbox.add(set('a')).op, 8);
    assert.deepEqual(messageOf(outbox.add(set('b'))), { ...set('b'), op: 9 });
  });

  it('gives an answered operation out once', () => {
    const outbox = new Outbox();
    outbox.add(set('a'));
    assert.equal(outbox.settle(1).message.id, 'a');
    assert.equal(outbox.settle(1), null);
    assert.equal(outbox.size, 0);
  });

  it('finds an operation by its counter', () => {
    const outbox = new Outbox();
    for (const id of ['a', 'b', 'c']) outbox.add(set(id));
    outbox.settle(1);
    assert.equal(outbox.first.op, 2);
    assert.equal(outbox.find(3).message.id, 'c');
    assert.equal(outbox.find(1), undefined);
    assert.equal(outbox.find(4), undefined);
  });

  it('takes charactersMax of JSON and refuses what is beyond', () => {
    const size = JSON.stringify(set('a')).length;
    const outbox = new Outbox({ charactersMax: 2 * size });
    assert.ok(outbox.add(set('a')));
    assert.ok(outbox.add(set('b')));
    assert.equal(outbox.add(set('c')), null);
    outbox.settle(1);
    assert.ok(outbox.add(set('c')));
    const drawn = { id: 's', element: { points: [[1, 2]] } };
    const all = new Outbox({ charactersMax: size });
    assert.equal(all.add(set('a'), { drawn }), null, 'points of strokes count too');
  });

  it('puts back what an earlier page had, with its counters', () => {
    const outbox = new Outbox();
    outbox.restore({ op: 7, message: set('a'), sent: true });
    outbox.restore({ op: 8, message: set('b'), sent: false });
    assert.deepEqual(
      outbox.entries.map(({ op, sent }) => [op, sent]),
      [
        [7, true],
        [8, false],
      ],
    );
    assert.equal(outbox.add(set('c')).op, 9);
  });

  it('takes entriesMax operations and refuses one more', () => {
    const outbox = new Outbox({ entriesMax: 2 });
    assert.ok(outbox.add(set('a')));
    assert.ok(outbox.add(set('b')));
    assert.equal(outbox.add(set('c')), null);
    outbox.settle(1);
    assert.equal(outbox.add(set('c')).op, 3, 'the refused one used no counter');
  });

  it('hands everything over for a new session, whose counters begin anew while order goes on', () => {
    const outbox = new Outbox();
    outbox.add(set('a'));
    const [old] = outbox.takeAll();
    outbox.begin(0);
    const fresh = outbox.add(old.message);
    assert.equal(fresh.op, 1);
    assert.ok(fresh.order > old.order);
  });

  it('does not begin a session while operations wait', () => {
    const outbox = new Outbox();
    outbox.add(set('a'));
    assert.throws(() => outbox.begin(0));
  });

  it('finds the operation that ends a stroke', () => {
    const outbox = new Outbox();
    outbox.add({ type: 'stroke:end', strokeId: 's' }, { drawn: { id: 's', element: {} } });
    assert.equal(outbox.endOf('s').drawn.id, 's');
    assert.equal(outbox.endOf('t'), null);
  });
});
