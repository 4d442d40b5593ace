// Two people draw through examples/03_tiny_server: node tiny_server.mjs PROGRAM
import { spawn } from "node:child_process";
import { once } from "node:events";
import { strict as assert } from "node:assert";
import { WebSocket } from "../transport/clients/node_modules/ws/wrapper.mjs";

const server = spawn(process.argv[2], ["0"], { stdio: ["ignore", "pipe", "inherit"] });
const ended = once(server, "exit");
process.on("exit", () => server.kill("SIGKILL"));
const url = await new Promise((resolve, reject) => {
  let text = "";
  server.stdout.on("data", (bytes) => {
    text += bytes;
    const ready = /^listening on (http:\S+)$/m.exec(text);
    if (ready) resolve(ready[1]);
  });
  server.on("exit", (code) => reject(new Error(`the server ended with ${code}`)));
});

// A member of a room, who waits for messages by their type.
async function join(name) {
  const socket = new WebSocket(url.replace("http", "ws") + "/ROOM01");
  const messages = [];
  const waiting = [];
  const settle = () => {
    for (const each of [...waiting]) {
      const at = messages.findIndex((message) => message.type === each.type);
      if (at >= 0) {
        waiting.splice(waiting.indexOf(each), 1);
        each.resolve(messages.splice(at, 1)[0]);
      }
    }
  };
  socket.on("message", (bytes) => {
    messages.push(JSON.parse(bytes));
    settle();
  });
  await once(socket, "open");
  const member = {
    socket,
    say: (message) => socket.send(JSON.stringify(message)),
    hear: (type) => new Promise((resolve) => {
      waiting.push({ type, resolve });
      settle();
    }),
  };
  member.say({ type: "room:join", name });
  await member.hear("room:state");
  return member;
}

const ann = await join("Ann");
const bob = await join("Bob");
ann.say({ type: "stroke:start", stroke: { id: "s", points: [[1, 2]] } });
ann.say({ type: "stroke:end", op: 1, strokeId: "s", count: 1 });
assert.equal((await bob.hear("stroke:end")).count, 1);
assert.equal((await ann.hear("op:ack")).seq, 1);
bob.say({ type: "operation:undo", op: 1 });
assert.deepEqual((await ann.hear("operation:undo")).removed, ["s"]);
assert.equal((await fetch(url + "/ROOM01")).status, 404);

const closed = once(ann.socket, "close");
server.kill("SIGTERM");
assert.equal((await closed)[0], 1001);
assert.deepEqual(await ended, [0, null]);
