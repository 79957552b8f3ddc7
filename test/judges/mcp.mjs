// An MCP server, and a client of the same SDK that has to find its way in. Talks JSON lines:
// first it says where the server listens, then it answers each command.
import http from "node:http";
import readline from "node:readline";
import { webcrypto } from "node:crypto";
import { createRequire } from "node:module";

globalThis.crypto ??= webcrypto; // it is there since Node.js 20

// the packages are in the folder in which this runs, not beside this file
const need = createRequire(process.cwd() + "/");
const { McpServer } = need("@modelcontextprotocol/sdk/server/mcp.js");
const { StreamableHTTPServerTransport } = need("@modelcontextprotocol/sdk/server/streamableHttp.js");
const { Client } = need("@modelcontextprotocol/sdk/client/index.js");
const { StreamableHTTPClientTransport } = need("@modelcontextprotocol/sdk/client/streamableHttp.js");
const { UnauthorizedError } = need("@modelcontextprotocol/sdk/client/auth.js");

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");

// ---- the server: one tool, which tells what it was told of its caller

async function serve(request, response) {
  const server = new McpServer({ name: "judged", version: "1" });
  server.tool("whoami", async () => ({
    content: [{ type: "text", text: request.headers["x-cognito-username"] ?? "nobody" }],
  }));
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: undefined });
  await server.connect(transport);
  await transport.handleRequest(request, response);
}

// ---- the client: an app client that the user pool knows

class Provider {
  constructor(clientId, redirectUrl) {
    this.clientId = clientId;
    this.redirectUrl = redirectUrl;
    this.clientMetadata = { redirect_uris: [redirectUrl] };
    this.discovery = undefined;
  }
  clientInformation() { return { client_id: this.clientId }; }
  saveClientInformation() {}
  tokens() { return this.saved; }
  saveTokens(tokens) { this.saved = tokens; }
  redirectToAuthorization(url) { this.url = url.href; }
  saveCodeVerifier(verifier) { this.verifier = verifier; }
  codeVerifier() { return this.verifier; }
  saveDiscoveryState(found) { this.discovery = found; }
}

let provider;
let transport;

async function connect(url) {
  const client = new Client({ name: "judge", version: "1" });
  transport = new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });
  try {
    await client.connect(transport);
  } catch (error) {
    if (!(error instanceof UnauthorizedError)) throw error;
    return { authorize: provider.url, discovery: provider.discovery };
  }
  const answer = await client.callTool({ name: "whoami" });
  await client.close();
  return { whoami: answer.content[0].text };
}

const commands = {
  async connect({ url, client_id, redirect_url }) {
    provider ??= new Provider(client_id, redirect_url);
    return connect(url);
  },
  async finish({ code }) {
    await transport.finishAuth(code);
    return { scope: provider.saved.scope ?? null };
  },
};

const listener = http.createServer((request, response) =>
  serve(request, response).catch((error) => response.writeHead(500).end(String(error))));
listener.listen(0, "127.0.0.1", () => say({ port: listener.address().port }));
for await (const line of readline.createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  try {
    say(await commands[command.do](command));
  } catch (error) {
    say({ error: String(error?.stack ?? error) });
  }
}
process.exit(0);
