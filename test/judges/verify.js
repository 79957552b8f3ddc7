// Judges tokens with Amazon's own verifier: a JSON line in, a JSON line out.
//
// in:  {"jwt", "use", "clientId", "userPoolId", "jwks"}
// out: {"ok": true} or {"ok": false, "error": "...", "message": "..."}
"use strict";

const readline = require("node:readline");
const { createRequire } = require("node:module");
const fromHere = createRequire(process.cwd() + "/");
const { CognitoJwtVerifier } = fromHere("aws-jwt-verify");

function judge({ jwt, use, clientId, userPoolId, jwks }) {
  try {
    const verifier = CognitoJwtVerifier.create({ userPoolId, clientId, tokenUse: use });
    verifier.cacheJwks(jwks);
    verifier.verifySync(jwt);
    return { ok: true };
  } catch (error) {
    return { ok: false, error: error.constructor.name, message: error.message };
  }
}

readline.createInterface({ input: process.stdin }).on("line", (line) => {
  process.stdout.write(JSON.stringify(judge(JSON.parse(line))) + "\n");
});
