// A page of the studio that is told over its websocket and not drawn: what its widgets say is kept as it was told.
window.listener = {
  models: {},

  async open(link) {
    const there = new URL(link), session = crypto.randomUUID();
    await fetch(link);  // the studio knows this browser from now on
    const way = `ws://${there.host}/jupyter/api/kernels/${crypto.randomUUID()}/channels?session_id=${session}`;
    this.models = {};
    this.socket = new WebSocket(way);
    this.socket.binaryType = "arraybuffer";
    this.socket.onmessage = message => this.take(message.data);
    await new Promise((done, fail) => Object.assign(this.socket, {onopen: done, onerror: fail}));
    const line = crypto.randomUUID(), args = {path: there.pathname.slice(1) + there.search, dark: false};
    this.say("kernel_info_request", {});
    this.say("comm_open", {comm_id: line, target_name: "solara.control", data: {}});
    this.say("comm_msg", {comm_id: line, data: {method: "run", args}});
  },

  say(kind, content) {
    const header = {msg_type: kind, msg_id: crypto.randomUUID(), session: "", username: "", version: "5.3"};
    this.socket.send(JSON.stringify({header, parent_header: {}, metadata: {}, content, buffers: [], channel: "shell"}));
  },

  take(data) {
    if (typeof data !== "string") {  // how many parts there are, where each begins, and then the message
      const from = new DataView(data).getUint32(4), until = new DataView(data).getUint32(8);
      data = new TextDecoder().decode(data.slice(from, until || undefined));
    }
    const {header, content} = JSON.parse(data);
    if (header.msg_type === "comm_close") delete this.models[content.comm_id];
    const state = ((content || {}).data || {}).state;
    if (state) this.models[content.comm_id] = Object.assign(this.models[content.comm_id] || {}, state);
  },

  named(words) {  // the newest one, as the one before may be on its way out
    const found = Object.entries(this.models).filter(([, each]) =>
      each.label === words || (each.children || []).some(child => String(child).startsWith(words)));
    return found.length ? found[found.length - 1] : [null, {}];
  },

  says(words) { return Object.values(this.models).some(each => JSON.stringify(each).includes(words)); },
  open_to(words) { const [name, model] = this.named(words); return name !== null && !model.disabled; },
  send(words, data) { this.say("comm_msg", {comm_id: this.named(words)[0], data}); },
  put(words, state) { this.send(words, {method: "update", state, buffer_paths: []}); },
  tell(words, event, data) { this.send(words, {method: "custom", content: {event, data}}); },
};
