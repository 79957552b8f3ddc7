// Verifies what a backend gets, as backends behind a load balancer and behind Pomerium do it:
// a JSON line in, a JSON line out.
//
// in:  {"by": "alb", "jwt", "albArn", "clientId", "issuer", "keys"}
//      {"by": "jose", "jwt", "issuer", "audience", "keys"}
// out: {"claims": {...}} or {"error": "..."}
import readline from "node:readline";
import { webcrypto } from "node:crypto";
import { createRequire } from "node:module";

globalThis.crypto ??= webcrypto; // it is there since Node.js 20

// the packages are in the folder in which this runs, not beside this file
const need = createRequire(process.cwd() + "/");
const { AlbJwtVerifier } = need("aws-jwt-verify");
const { AlbJwksCache } = need("aws-jwt-verify/alb-cache");
const { createRemoteJWKSet, jwtVerify } = await import(need.resolve("jose"));

// its own fetcher insists on TLS
const fetcher = {
  async fetch(url) {
    const answer = await fetch(url);
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
    return answer.arrayBuffer();
  },
};

const judges = {
  async alb({ jwt, albArn, clientId, issuer, keys }) {
    const verifier = AlbJwtVerifier.create(
      { albArn, clientId, issuer, jwksUri: keys },
      { jwksCache: new AlbJwksCache({ fetcher }) },
    );
    return verifier.verify(jwt);
  },
  async jose({ jwt, issuer, audience, keys }) {
    const options = { issuer, audience, algorithms: ["ES256"], maxTokenAge: "5m" };
    return (await jwtVerify(jwt, createRemoteJWKSet(new URL(keys)), options)).payload;
  },
};

for await (const line of readline.createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  let answer;
  try {
    answer = { claims: await judges[question.by](question) };
  } catch (error) {
    answer = { error: `${error.name}: ${error.message}` };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
