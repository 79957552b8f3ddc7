// What LibreChat does with OpenID tokens, by the packages that it uses: openid-client signs in,
// passport-jwt and jwks-rsa look at the token of each call.
//
// argv[2]: {"env": {LibreChat's settings}, "secret"}; first line out: {"port"}
import { webcrypto } from "node:crypto";
import { createRequire } from "node:module";
import { json, serve } from "./serve.mjs";

globalThis.crypto ??= webcrypto; // it is there since Node.js 20
// the packages are in the folder in which this runs, not beside this file
const need = createRequire(process.cwd() + "/");
const openid = await import(need.resolve("openid-client"));
const passport = need("passport");
const jwksRsa = need("jwks-rsa");
const { Strategy, ExtractJwt } = need("passport-jwt");

const { env, secret } = JSON.parse(process.argv[2]);
const callback = env.DOMAIN_SERVER + env.OPENID_CALLBACK_URL;
const config = await openid.discovery(
  new URL(env.OPENID_ISSUER), env.OPENID_CLIENT_ID, { client_secret: secret },
  openid.ClientSecretBasic(secret), { execute: [openid.allowInsecureRequests] });

const users = new Map();   // sub -> name: who has signed in here
const started = new Map(); // state -> nonce

passport.use("openidJwt", new Strategy({
  jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
  secretOrKeyProvider: jwksRsa.passportJwtSecret({ jwksUri: config.serverMetadata().jwks_uri, cache: true }),
}, (payload, done) => done(null, users.has(payload.sub) && { name: users.get(payload.sub), email: payload.email })));

const cookies = (request) => Object.fromEntries((request.headers.cookie ?? "")
  .split("; ").filter(Boolean).map((pair) => pair.split(/=(.*)/s)).reverse());

const routes = {
  "/oauth/openid": async (request, response) => {
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    started.set(state, nonce);
    const parameters = { redirect_uri: callback, scope: env.OPENID_SCOPE, state, nonce };
    response.writeHead(302, { Location: openid.buildAuthorizationUrl(config, parameters).href }).end();
  },
  [env.OPENID_CALLBACK_URL]: async (request, response) => {
    const url = new URL(request.url, env.DOMAIN_SERVER);
    const state = url.searchParams.get("state");
    const checks = { expectedState: state, expectedNonce: started.get(state) };
    const claims = (await openid.authorizationCodeGrant(config, url, checks)).claims();
    users.set(claims.sub, claims.name ?? claims["cognito:username"]);
    response.writeHead(302, { Location: "/c/new", "Set-Cookie": "token_provider=openid; Path=/; HttpOnly" }).end();
  },
  "/api/user": async (request, response) => {
    if (cookies(request).token_provider !== "openid") return json(response, 401, { error: "own token" });
    passport.authenticate("openidJwt", { session: false }, (error, user) =>
      error ? json(response, 500, { error: String(error) })
        : user ? json(response, 200, user) : json(response, 401, { error: "openidJwt" }))(request, response);
  },
};

serve(routes);
