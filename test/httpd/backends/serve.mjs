// A server of its own port: `routes` answers by path, all else is told what it has asked for.
// First line out: {"port"}; it ends with its standard input.
import http from "node:http";

export function json(response, status, value) {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(value));
}

export function serve(routes) {
  const listener = http.createServer((request, response) => {
    const page = async () => json(response, 200, { path: request.url, headers: request.headers });
    (routes[request.url.split("?")[0]] ?? page)(request, response)
      .catch((error) => json(response, 500, { error: String(error?.cause ?? error) }));
  });
  listener.listen(0, "127.0.0.1", () =>
    process.stdout.write(JSON.stringify({ port: listener.address().port }) + "\n"));
  process.stdin.resume().on("end", () => process.exit(0));
}
