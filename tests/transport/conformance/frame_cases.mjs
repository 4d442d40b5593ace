// Sections 5 to 7 of RFC 6455. See ../rfc6455.md.

import { closeFrame, equal, frame, opcode } from './peer.mjs';
import { invalidUtf8, validUtf8 } from './utf8.mjs';

const { text, binary, continuation, ping, pong, close } = opcode;
const lengths = [0, 1, 125, 126, 127, 128, 65535, 65536, 100000];

function bytes(length) {
  const result = Buffer.alloc(length);
  for (let i = 0; i < length; ++i) result[i] = (i * 131 + (i >> 8)) & 0xff;
  return result;
}
const letters = (length) => Buffer.alloc(length, 'abcdefghijklmnopqrstuvwxyz');

export function define(add) {
  // Sends `frames`, expects the connection to be failed with `code`.
  const fails = (name, code, ...frames) =>
    add(name, async ({ open }) => {
      const peer = await open();
      await peer.send(Buffer.concat(frames));
      await peer.expectClose(code);
    });

  // ---- 5.2: the base framing
  for (const length of lengths) {
    add(`frame.text_${length}`, async ({ open }) => {
      const peer = await open();
      await peer.send(frame(text, letters(length)));
      await peer.expectFrame(text, letters(length));
    });
    add(`frame.binary_${length}`, async ({ open }) => {
      const peer = await open();
      await peer.send(frame(binary, bytes(length)));
      await peer.expectFrame(binary, bytes(length));
    });
  }
  for (const length of [0, 1, 125, 126, 65535, 65536]) {
    add(`frame.chopped_${length}`, async ({ open }) => {
      const peer = await open();
      await peer.sendChopped(frame(binary, bytes(length)), length < 1000 ? 1 : 997);
      await peer.expectFrame(binary, bytes(length));
    });
  }
  add('frame.many_in_one_write', async ({ open }) => {
    const peer = await open();
    const all = [];
    for (let i = 0; i < 1000; ++i) all.push(frame(text, `message ${i}`));
    await peer.send(Buffer.concat(all));
    for (let i = 0; i < 1000; ++i) await peer.expectFrame(text, `message ${i}`);
  });
  add('frame.zero_mask', async ({ open }) => {
    const peer = await open();
    await peer.send(frame(text, 'plain', { mask: Buffer.alloc(4) }));
    await peer.expectFrame(text, 'plain');
  });
  add('frame.mask_changes', async ({ open }) => {
    const peer = await open();
    await peer.send(frame(text, 'one', { mask: Buffer.from([1, 2, 3, 4]) }));
    await peer.send(frame(text, 'two', { mask: Buffer.from([255, 254, 253, 252]) }));
    await peer.expectFrame(text, 'one');
    await peer.expectFrame(text, 'two');
  });
  fails('frame.unmasked_text', 1002, frame(text, 'bare', { mask: null }));
  fails('frame.unmasked_empty', 1002, frame(binary, '', { mask: null }));
  fails('frame.unmasked_ping', 1002, frame(ping, '', { mask: null }));
  fails('frame.unmasked_close', 1002, frame(close, '', { mask: null }));

  for (let rsv = 1; rsv <= 7; ++rsv) {
    fails(`frame.reserved_bits_${rsv}`, 1002, frame(text, 'x', { rsv }));
  }
  fails('frame.reserved_bits_on_binary', 1002, frame(binary, 'x', { rsv: 4 }));
  fails('frame.reserved_bits_on_continuation', 1002, frame(text, 'x', { fin: false }),
    frame(continuation, 'x', { rsv: 4 }));
  fails('frame.reserved_bits_on_ping', 1002, frame(ping, 'x', { rsv: 2 }));
  fails('frame.reserved_bits_on_close', 1002, frame(close, '', { rsv: 1 }));
  for (const code of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    fails(`frame.reserved_opcode_${code}`, 1002, frame(code, ''));
    fails(`frame.reserved_opcode_${code}_with_payload`, 1002, frame(code, 'x'));
  }
  fails('frame.reserved_opcode_in_message', 1002, frame(text, 'x', { fin: false }), frame(3, 'x'));
  add('frame.reserved_opcode_after_message', async ({ open }) => {
    const peer = await open();
    await peer.send(Buffer.concat([frame(text, 'good'), frame(3, 'x')]));
    await peer.expectFrame(text, 'good');
    await peer.expectClose(1002);
  });
  fails('frame.first_byte_alone_fails', 1002, Buffer.from([0x83]));

  fails('frame.length_0_in_2_bytes', 1002, frame(text, '', { lengthBytes: 2 }));
  fails('frame.length_125_in_2_bytes', 1002, frame(text, letters(125), { lengthBytes: 2 }));
  fails('frame.length_125_in_8_bytes', 1002, frame(text, letters(125), { lengthBytes: 8 }));
  fails('frame.length_126_in_8_bytes', 1002, frame(text, letters(126), { lengthBytes: 8 }));
  fails('frame.length_65535_in_8_bytes', 1002, frame(text, letters(65535), { lengthBytes: 8 }));
  fails('frame.length_highest_bit', 1002, frame(binary, '', { length: 1n << 63n }));
  fails('frame.length_all_ones', 1002, frame(binary, '', { length: (1n << 64n) - 1n }));
  fails('frame.length_63_bits', 1009, frame(binary, '', { length: (1n << 63n) - 1n }));

  // ---- 5.4: fragments
  const message = (code, ...parts) => parts.map((part, index) =>
    frame(index === 0 ? code : continuation, part, { fin: index === parts.length - 1 }));
  const joins = (name, code, ...parts) =>
    add(name, async ({ open }) => {
      const peer = await open();
      await peer.send(Buffer.concat(message(code, ...parts)));
      await peer.expectFrame(code, Buffer.concat(parts.map((part) => Buffer.from(part))));
      await peer.expectWell();
    });
  joins('fragments.two_of_text', text, 'Hel', 'lo');
  joins('fragments.two_of_binary', binary, bytes(10), bytes(20));
  joins('fragments.all_empty', text, '', '', '');
  joins('fragments.first_empty', text, '', 'later');
  joins('fragments.last_empty', text, 'early', '');
  joins('fragments.middle_empty', binary, 'a', '', 'b');
  joins('fragments.large', binary, bytes(65536), bytes(70000), bytes(3));
  joins('fragments.hundred', text, ...Array.from({ length: 100 }, (_, i) => `part ${i};`));
  add('fragments.of_one_byte_each_write', async ({ open }) => {
    const peer = await open();
    const parts = [...'fragmented'];
    for (const part of message(text, ...parts)) await peer.send(part);
    await peer.expectFrame(text, 'fragmented');
  });
  add('fragments.chopped', async ({ open }) => {
    const peer = await open();
    await peer.sendChopped(Buffer.concat(message(text, 'one', 'two', 'three')));
    await peer.expectFrame(text, 'onetwothree');
  });
  add('fragments.ping_between', async ({ open }) => {
    const peer = await open();
    const [first, last] = message(text, 'Hel', 'lo');
    await peer.send(Buffer.concat([first, frame(ping, 'now'), last]));
    await peer.expectFrame(pong, 'now');
    await peer.expectFrame(text, 'Hello');
  });
  add('fragments.ping_answered_before_message_ends', async ({ open }) => {
    const peer = await open();
    const [first, last] = message(text, 'Hel', 'lo');
    await peer.send(Buffer.concat([first, frame(ping, 'now')]));
    await peer.expectFrame(pong, 'now');
    await peer.send(last);
    await peer.expectFrame(text, 'Hello');
  });
  add('fragments.pong_between', async ({ open }) => {
    const peer = await open();
    const [first, last] = message(binary, 'Hel', 'lo');
    await peer.send(Buffer.concat([first, frame(pong, 'x'), last]));
    await peer.expectFrame(binary, 'Hello');
  });
  add('fragments.close_between', async ({ open }) => {
    const peer = await open();
    await peer.send(Buffer.concat([frame(text, 'Hel', { fin: false }), closeFrame(1000)]));
    await peer.expectClose(1000);
  });
  add('fragments.one_after_another', async ({ open }) => {
    const peer = await open();
    await peer.send(Buffer.concat([...message(text, 'a', 'b'), ...message(binary, 'c', 'd')]));
    await peer.expectFrame(text, 'ab');
    await peer.expectFrame(binary, 'cd');
  });
  fails('fragments.continuation_first', 1002, frame(continuation, 'x'));
  fails('fragments.unfinished_continuation_first', 1002, frame(continuation, 'x', { fin: false }));
  fails('fragments.text_inside_text', 1002, frame(text, 'a', { fin: false }), frame(text, 'b'));
  fails('fragments.binary_inside_text', 1002, frame(text, 'a', { fin: false }), frame(binary, 'b'));
  fails('fragments.unfinished_inside_binary', 1002, frame(binary, 'a', { fin: false }),
    frame(binary, 'b', { fin: false }));
  add('fragments.continuation_after_message', async ({ open }) => {
    const peer = await open();
    await peer.send(Buffer.concat([...message(text, 'a', 'b'), frame(continuation, 'c')]));
    await peer.expectFrame(text, 'ab');
    await peer.expectClose(1002);
  });

  // ---- 5.5: control frames
  for (const length of [0, 1, 124, 125]) {
    add(`control.ping_${length}`, async ({ open }) => {
      const peer = await open();
      await peer.send(frame(ping, bytes(length)));
      await peer.expectFrame(pong, bytes(length));
    });
  }
  for (const code of [close, ping, pong]) {
    fails(`control.opcode_${code}_of_126_bytes`, 1002, frame(code, bytes(126)));
    fails(`control.opcode_${code}_of_8_byte_length`, 1002, frame(code, bytes(65536)));
    fails(`control.opcode_${code}_fragmented`, 1002, frame(code, '', { fin: false }));
    fails(`control.opcode_${code}_fragmented_in_message`, 1002, frame(text, 'x', { fin: false }),
      frame(code, '', { fin: false }));
  }
  add('control.ping_chopped', async ({ open }) => {
    const peer = await open();
    await peer.sendChopped(frame(ping, bytes(125)));
    await peer.expectFrame(pong, bytes(125));
  });
  add('control.ten_pings', async ({ open }) => {
    const peer = await open();
    const all = Array.from({ length: 10 }, (_, i) => frame(ping, `ping ${i}`));
    await peer.send(Buffer.concat(all));
    for (let i = 0; i < 10; ++i) await peer.expectFrame(pong, `ping ${i}`);
  });
  add('control.thousand_pings_last_answered', async ({ open }) => {
    const peer = await open();
    const all = Array.from({ length: 1000 }, (_, i) => frame(ping, `${i}`));
    await peer.send(Buffer.concat(all));
    let last = -1;
    while (last !== 999) {
      const got = await peer.readFrame('a pong');
      equal(got.opcode, pong, 'opcode');
      const number = Number(got.payload.toString());
      equal(number > last, true, 'order of pongs');
      last = number;
    }
    await peer.expectWell();
  });
  add('control.pong_unsolicited', async ({ open }) => {
    const peer = await open();
    await peer.send(Buffer.concat([frame(pong, 'x'), frame(pong, ''), frame(ping, 'y')]));
    await peer.expectFrame(pong, 'y');
    await peer.expectWell();
  });
  add('control.ping_is_not_text', async ({ open }) => {
    const peer = await open();
    await peer.send(frame(ping, Buffer.from([0xff, 0xfe, 0xc0])));
    await peer.expectFrame(pong, Buffer.from([0xff, 0xfe, 0xc0]));
  });

  defineClose(add, fails);
  defineUtf8(add, fails, message);
  defineLimits(add, message);
}

// ---- 5.5.1 and 7: closing
function defineClose(add, fails) {
  const answered = (name, sent, code) =>
    add(name, async ({ open }) => {
      const peer = await open();
      await peer.send(sent);
      await peer.expectClose(code);
    });
  answered('close.empty', frame(close, ''), null);
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014,
    3000, 3999, 4000, 4999]) {
    answered(`close.code_${code}`, closeFrame(code, 'why'), code);
  }
  for (const code of [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535]) {
    answered(`close.code_${code}_refused`, closeFrame(code, 'why'), 1002);
  }
  answered('close.one_byte', frame(close, Buffer.from([3])), 1002);
  answered('close.reason_of_123_bytes', closeFrame(1000, letters(123)), 1000);
  answered('close.reason_of_124_bytes', closeFrame(1000, letters(124)), 1002);
  answered('close.reason_utf8', closeFrame(1000, 'κόσμε \u{1f58a}'), 1000);
  answered('close.reason_not_utf8', closeFrame(1000, Buffer.from([0xce, 0xba, 0xff])), 1007);
  answered('close.reason_cut_character', closeFrame(1000, Buffer.from([0xe2, 0x82])), 1007);
  answered('close.then_text', Buffer.concat([closeFrame(1000), frame(text, 'late')]), 1000);
  answered('close.then_ping', Buffer.concat([closeFrame(1000), frame(ping, 'late')]), 1000);
  answered('close.twice', Buffer.concat([closeFrame(1000), closeFrame(1001)]), 1000);
  answered('close.then_garbage', Buffer.concat([closeFrame(1000), bytes(1000)]), 1000);
  fails('close.after_failure_nothing_is_read', 1002,
    frame(3, 'x'), frame(text, 'late'), frame(ping, 'late'));
  add('close.echoes_first', async ({ open }) => {
    const peer = await open();
    await peer.send(Buffer.concat([frame(text, 'last words'), closeFrame(1000)]));
    await peer.expectFrame(text, 'last words');
    await peer.expectClose(1000);
  });
  add('close.chopped', async ({ open }) => {
    const peer = await open();
    await peer.sendChopped(closeFrame(3333, 'reason'));
    await peer.expectClose(3333);
  });
  add('close.by_eof', async ({ open }) => {
    const peer = await open();
    await peer.send(frame(text, 'x', { fin: false }));
    peer.finish();
    await peer.expectEnd();
  });
  add('close.by_server', async ({ startServer, connectTo }) => {
    const server = await startServer();
    const peer = await connectTo(server.port);
    await peer.expectWell();
    const stopped = server.stop();
    const got = await peer.readFrame('a close frame');
    equal(got.opcode, close, 'opcode');
    equal(got.payload.readUInt16BE(), 1001, 'code');
    await peer.send(closeFrame(1001));
    await peer.expectEnd();
    peer.finish();
    const how = await stopped;
    equal(how.code, 0, 'exit code of the server');
  });
  add('close.by_server_sigint', async ({ startServer, connectTo }) => {
    const server = await startServer();
    const peer = await connectTo(server.port);
    const stopped = server.stop('SIGINT');
    const got = await peer.readFrame('a close frame');
    equal(got.payload.readUInt16BE(), 1001, 'code');
    // Never answered: the server gives up after its close timeout.
    equal((await stopped).code, 0, 'exit code of the server');
  });
  add('close.message_after_server_close_ignored', async ({ startServer, connectTo }) => {
    const server = await startServer();
    const peer = await connectTo(server.port);
    await peer.expectWell();
    const stopped = server.stop();
    await peer.readFrame('a close frame');
    await peer.send(Buffer.concat([frame(text, 'late'), frame(ping, 'late'), closeFrame(1001)]));
    await peer.expectEnd();
    peer.finish();
    await stopped;
  });
}

// ---- 5.6 and 8.1: text is UTF-8
function defineUtf8(add, fails, message) {
  for (const [name, sample] of Object.entries(validUtf8)) {
    add(`utf8.valid_${name}`, async ({ open }) => {
      const peer = await open();
      await peer.send(frame(text, sample));
      await peer.expectFrame(text, sample);
    });
  }
  add('utf8.valid_cut_everywhere', async ({ open }) => {
    const peer = await open();
    for (const sample of Object.values(validUtf8)) {
      const parts = Array.from(sample, (byte) => Buffer.from([byte]));
      if (parts.length === 0) continue;
      await peer.send(Buffer.concat(message(text, ...parts)));
      await peer.expectFrame(text, sample);
    }
  });
  for (const [name, sample] of Object.entries(invalidUtf8)) {
    fails(`utf8.invalid_${name}`, 1007, frame(text, sample));
  }
  // Nothing but the bad byte and what is before it is sent: waiting for the rest would hang.
  for (const [name, start] of Object.entries({
    lone_continuation: [0x80],
    overlong_two: [0xc0],
    overlong_three: [0xe0, 0x9f],
    surrogate: [0xed, 0xa0],
    overlong_four: [0xf0, 0x8f],
    beyond_unicode: [0xf4, 0x90],
    byte_f5: [0xf5],
    cut_character: [0xe2, 0x82, 0x41],
  })) {
    fails(`utf8.fail_fast_${name}`, 1007,
      frame(text, Buffer.concat([letters(40), Buffer.from(start)]), { length: 60000n }));
  }
  fails('utf8.fail_fast_in_second_fragment', 1007, frame(text, 'good', { fin: false }),
    frame(continuation, Buffer.from([0xff]), { fin: false }));
  fails('utf8.fail_fast_across_fragments', 1007,
    frame(text, Buffer.from([0xf0, 0x9f]), { fin: false }),
    frame(continuation, Buffer.from([0x41]), { fin: false }));
  fails('utf8.incomplete_across_fragments', 1007,
    frame(text, Buffer.from([0xf0, 0x9f]), { fin: false }), frame(continuation, ''));
  add('utf8.not_checked_in_binary', async ({ open }) => {
    const peer = await open();
    await peer.send(frame(binary, Buffer.from([0xff, 0xc0, 0x80])));
    await peer.expectFrame(binary, Buffer.from([0xff, 0xc0, 0x80]));
  });
  add('utf8.state_is_reset', async ({ open }) => {
    const peer = await open();
    await peer.send(Buffer.concat([frame(binary, Buffer.from([0xe2])), frame(text, 'fine')]));
    await peer.expectFrame(binary, Buffer.from([0xe2]));
    await peer.expectFrame(text, 'fine');
  });
}

// ---- Limits, on a server whose message limit is 1,000 bytes and 5 fragments
function defineLimits(add, message) {
  const limited = (name, frames, outcome) =>
    add(`limits.${name}`, async ({ openLimited }) => {
      const peer = await openLimited();
      await peer.send(Buffer.concat(frames));
      if (typeof outcome === 'number') {
        await peer.expectClose(outcome);
      } else {
        await peer.expectFrame(outcome.opcode, outcome.payload);
        await peer.expectWell();
      }
    });
  const echo = (payload) => ({ opcode: binary, payload });
  limited('frame_of_1000', [frame(binary, bytes(1000))], echo(bytes(1000)));
  limited('frame_of_1001', [frame(binary, bytes(1001))], 1009);
  limited('frame_of_1001_announced', [frame(binary, '', { length: 1001n })], 1009);
  limited('message_of_1000', message(binary, bytes(600), bytes(400)),
    echo(Buffer.concat([bytes(600), bytes(400)])));
  limited('message_of_1001', message(binary, bytes(600), bytes(401)), 1009);
  limited('message_of_1001_announced', [frame(binary, bytes(600), { fin: false }),
    frame(continuation, '', { length: 401n })], 1009);
  limited('fragments_5', message(binary, 'a', 'b', 'c', 'd', 'e'), echo(Buffer.from('abcde')));
  limited('fragments_6', message(binary, 'a', 'b', 'c', 'd', 'e', 'f'), 1008);
  limited('fragments_empty_count', message(binary, '', '', '', '', '', ''), 1008);
  limited('pings_are_no_fragments', [frame(binary, 'a', { fin: false }), frame(pong), frame(pong),
    frame(pong), frame(pong), frame(pong), frame(continuation, 'b')], echo(Buffer.from('ab')));
  add('limits.close_is_read_after_large_upload', async ({ openLimited }) => {
    const peer = await openLimited();
    peer.send(frame(binary, bytes(8_000_000)));
    await peer.expectClose(1009);
  });
  add('limits.unread_echoes_stop_the_reading', async ({ open }) => {
    const peer = await open();
    peer.pause();
    const chunk = frame(binary, bytes(100_000));
    let taken = 0;
    for (let i = 0; i < 2000; ++i) peer.send(chunk).then(() => ++taken);
    // Until nothing has moved for a while. A slow machine may stop too early, which passes;
    // a server that reads on takes all, which fails.
    for (let before = -1, still = 0; still < 40 && taken < 2000;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      still = taken === before ? still + 1 : 0;
      before = taken;
    }
    equal(taken < 2000, true, 'the sender was held back');
  });
  add('limits.slow_reader_loses_nothing', async ({ open }) => {
    const peer = await open();
    peer.pause();
    let taken = 0;
    const chunk = frame(binary, bytes(100000));
    // More than the kernel's buffers take: the last writes end only once we read.
    const sent = [];
    for (let i = 0; i < 200; ++i) sent.push(peer.send(chunk).then(() => ++taken));
    await new Promise((resolve) => setImmediate(resolve));
    peer.resume();
    for (let i = 0; i < 200; ++i) await peer.expectFrame(binary, bytes(100000));
    await Promise.all(sent);
    equal(taken, 200, 'writes');
  });
}
