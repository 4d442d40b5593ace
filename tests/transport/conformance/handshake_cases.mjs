// Section 4 of RFC 6455, and the HTTP around it. See ../rfc6455.md.

import { equal, handshake, opcode, frame, sampleAccept, sampleKey } from './peer.mjs';

export function define(add) {
  // A handshake that must be accepted, and work.
  const accepts = (name, text, check = () => {}) =>
    add(`handshake.${name}`, async ({ connect }) => {
      const peer = connect();
      await peer.send(text);
      const head = await peer.expectStatus(101);
      await check(head);
      await peer.expectWell();
    });
  const refuses = (name, status, text, check = () => {}) =>
    add(`handshake.${name}`, async ({ connect }) => {
      const peer = connect();
      await peer.send(text);
      const head = await peer.expectRefusal(status);
      equal(head.fields.has('sec-websocket-accept'), false, 'Sec-WebSocket-Accept');
      await check(head);
    });
  const one = (head, name) => {
    const values = head.fields.get(name) ?? [];
    equal(values.length, 1, `fields called ${name}`);
    return values[0];
  };

  accepts('response', handshake(), (head) => {
    equal(one(head, 'upgrade').toLowerCase(), 'websocket', 'Upgrade');
    equal(one(head, 'connection').toLowerCase(), 'upgrade', 'Connection');
    equal(one(head, 'sec-websocket-accept'), sampleAccept, 'Sec-WebSocket-Accept');
    equal(head.fields.has('content-length'), false, 'Content-Length');
    equal(head.fields.has('transfer-encoding'), false, 'Transfer-Encoding');
  });
  accepts('response_without_subprotocol', handshake(), (head) =>
    equal(head.fields.has('sec-websocket-protocol'), false, 'Sec-WebSocket-Protocol'));
  accepts('subprotocol_not_chosen', handshake({ 'Sec-WebSocket-Protocol': 'chat, superchat' }),
    (head) => equal(head.fields.has('sec-websocket-protocol'), false, 'Sec-WebSocket-Protocol'));
  accepts('extension_not_agreed',
    handshake({ 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' }),
    (head) => equal(head.fields.has('sec-websocket-extensions'), false, 'Extensions'));
  accepts('other_key', handshake({ 'Sec-WebSocket-Key': 'x3JJHMbDL1EzLkh9GBhXDw==' }), (head) =>
    equal(one(head, 'sec-websocket-accept'), 'HSmrc0sMlYUkAGmm5OPpG2HaGWk=', 'accept key'));

  accepts('upgrade_any_case', handshake({ Upgrade: 'WebSocket' }));
  accepts('upgrade_among_others', handshake({ Upgrade: 'h2c, websocket' }));
  accepts('connection_any_case', handshake({ Connection: 'uPGRADE' }));
  accepts('connection_among_others', handshake({ Connection: 'keep-alive, Upgrade' }));
  accepts('connection_twice', handshake({ Connection: ['keep-alive', 'Upgrade'] }));
  accepts('names_any_case',
    `GET / HTTP/1.1\r\nhOST: a\r\nuPGRADE: websocket\r\nCONNECTION: Upgrade\r\n` +
      `sec-websocket-KEY: ${sampleKey}\r\nSEC-websocket-version: 13\r\n\r\n`);
  accepts('no_space_after_colon',
    `GET / HTTP/1.1\r\nHost:a\r\nUpgrade:websocket\r\nConnection:Upgrade\r\n` +
      `Sec-WebSocket-Key:${sampleKey}\r\nSec-WebSocket-Version:13\r\n\r\n`);
  accepts('spaces_around_values', handshake({ 'Sec-WebSocket-Version': '  13 \t' }));
  accepts('origin', handshake({ Origin: 'https://example.com' }));
  accepts('no_origin', handshake());
  accepts('unknown_fields', handshake({ 'X-Unknown': 'yes', Cookie: 'a=b' }));
  accepts('root_path', handshake({}, 'GET / HTTP/1.1'));
  accepts('absolute_target', handshake({}, 'GET http://localhost/a?b HTTP/1.1'));
  accepts('empty_line_before', `\r\n${handshake()}`);

  add('handshake.chopped', async ({ connect }) => {
    const peer = connect();
    await peer.sendChopped(Buffer.from(handshake()));
    await peer.expectStatus(101);
    await peer.expectWell();
  });
  add('handshake.frame_right_behind', async ({ connect }) => {
    const peer = connect();
    await peer.send(Buffer.concat([Buffer.from(handshake()), frame(opcode.text, 'eager')]));
    await peer.expectStatus(101);
    await peer.expectFrame(opcode.text, 'eager');
  });
  add('handshake.half_a_frame_right_behind', async ({ connect }) => {
    const peer = connect();
    const whole = frame(opcode.text, 'eager');
    await peer.send(Buffer.concat([Buffer.from(handshake()), whole.subarray(0, 5)]));
    await peer.expectStatus(101);
    await peer.send(whole.subarray(5));
    await peer.expectFrame(opcode.text, 'eager');
  });
  add('handshake.after_another_request', async ({ connect }) => {
    const peer = connect();
    await peer.send(`GET /plain HTTP/1.1\r\nHost: a\r\n\r\n${handshake()}`);
    await peer.readBody(await peer.expectStatus(426));
    await peer.expectStatus(101);
    await peer.expectWell();
  });

  refuses('method_post', 400, handshake({ 'Content-Length': '0' }, 'POST / HTTP/1.1'));
  add('handshake.method_head', async ({ connect }) => {
    const peer = connect();
    await peer.send(handshake({}, 'HEAD / HTTP/1.1'));
    await peer.expectStatus(400);
    await peer.expectEnd();
  });
  refuses('version_1_0', 400, handshake({}, 'GET / HTTP/1.0'));
  refuses('http_version_0_9', 400, handshake({}, 'GET / HTTP/0.9'));
  refuses('http_version_1_2', 400, handshake({}, 'GET / HTTP/1.2'));
  refuses('http_version_2_0', 400, handshake({}, 'GET / HTTP/2.0'));
  refuses('no_host', 400, handshake({ Host: null }));
  refuses('two_hosts', 400, handshake({ Host: ['a', 'a'] }));
  refuses('malformed_host', 400, handshake({ Host: 'a b' }));
  add('handshake.no_upgrade', async ({ connect }) => {
    const peer = connect();
    await peer.send(handshake({ Upgrade: null }));
    const head = await peer.expectStatus(426);
    equal(head.fields.has('sec-websocket-accept'), false, 'Sec-WebSocket-Accept');
  });
  add('handshake.other_upgrade', async ({ connect }) => {
    const peer = connect();
    await peer.send(handshake({ Upgrade: 'websocketx' }));
    const head = await peer.expectStatus(426);
    equal(head.fields.has('sec-websocket-accept'), false, 'Sec-WebSocket-Accept');
  });
  refuses('no_connection', 400, handshake({ Connection: null }));
  refuses('other_connection', 400, handshake({ Connection: 'keep-alive' }));
  refuses('no_key', 400, handshake({ 'Sec-WebSocket-Key': null }));
  refuses('two_keys', 400, handshake({ 'Sec-WebSocket-Key': [sampleKey, sampleKey] }));
  refuses('empty_key', 400, handshake({ 'Sec-WebSocket-Key': '' }));
  refuses('key_of_15_bytes', 400, handshake({ 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAA' }));
  refuses('key_of_17_bytes', 400, handshake({ 'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAAA=' }));
  refuses('key_without_padding', 400, handshake({ 'Sec-WebSocket-Key': sampleKey.slice(0, 22) }));
  refuses('key_not_base64', 400, handshake({ 'Sec-WebSocket-Key': 'dGhlIHNhb$BsZSBub25jZQ==' }));
  const names13 = (head) => equal(one(head, 'sec-websocket-version'), '13', 'version');
  refuses('no_version', 426, handshake({ 'Sec-WebSocket-Version': null }), names13);
  for (const version of ['8', '0', '12', '14', '113', '13, 8', 'x']) {
    refuses(`version_${version.replace(/\W+/g, '_')}`, 426,
      handshake({ 'Sec-WebSocket-Version': version }), names13);
  }
  refuses('two_versions', 426, handshake({ 'Sec-WebSocket-Version': ['13', '8'] }), names13);
  refuses('subprotocol_not_token', 400, handshake({ 'Sec-WebSocket-Protocol': 'a b' }));
  refuses('subprotocol_empty_item', 400, handshake({ 'Sec-WebSocket-Protocol': 'a,,b' }));
  refuses('subprotocol_twice', 400, handshake({ 'Sec-WebSocket-Protocol': 'a, b, a' }));

  refuses('space_before_colon', 400, handshake({ 'X-Odd ': 'x' }));
  refuses('folded_line', 400, handshake({ 'X-Odd': 'x\r\n folded' }));
  refuses('folded_by_tab', 400, handshake({ 'X-Odd': 'x\r\n\tfolded' }));
  refuses('bare_line_feed', 400, 'GET / HTTP/1.1\nHost: a\n\n');
  refuses('bare_carriage_return', 400, handshake({ 'X-Odd': 'a\rb' }));
  refuses('control_character', 400, handshake({ 'X-Odd': 'a\x01b' }));
  refuses('not_http', 400, '\x16\x03\x01\x02\x00');
  refuses('lower_case_method', 400, handshake({}, 'get / HTTP/1.1'));
  refuses('no_target', 400, handshake({}, 'GET HTTP/1.1'));
  refuses('fragment_in_target', 400, handshake({}, 'GET /a#b HTTP/1.1'));
  refuses('get_with_body', 400, handshake({ 'Content-Length': '5' }));
  refuses('get_chunked', 400, handshake({ 'Transfer-Encoding': 'chunked' }));
  refuses('two_content_lengths', 400, handshake({ 'Content-Length': ['0', '0'] }));

  // The head's limit is 16 KiB: both sides of it.
  const padded = (size) => {
    const text = handshake({ 'X-Padding': '' });
    return handshake({ 'X-Padding': 'p'.repeat(size - text.length) });
  };
  accepts('head_of_16384_bytes', padded(16384));
  refuses('head_of_16385_bytes', 431, padded(16385));
  refuses('head_without_end', 431, 'GET / HTTP/1.1\r\nX: ' + 'p'.repeat(20000));
  const fields = (count) => {
    const extra = {};
    for (let i = 5; i < count; ++i) extra[`X-${i}`] = 'x';
    return handshake(extra);
  };
  accepts('fields_100', fields(100));
  refuses('fields_101', 431, fields(101));
}
