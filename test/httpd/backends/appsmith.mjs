// What Appsmith does with an OIDC provider, by openid-client: four endpoints that are written
// down, no discovery; where it is, the X-Forwarded headers say; the user comes from userInfo.
//
// argv[2]: {"issuer", "authorize", "token", "userinfo", "jwks", "client", "secret"};
// first line out: {"port"}
import { webcrypto } from "node:crypto";
import { createRequire } from "node:module";
import { json, serve } from "./serve.mjs";

globalThis.crypto ??= webcrypto; // it is there since Node.js 20
// the packages are in the folder in which this runs, not beside this file
const need = createRequire(process.cwd() + "/");
const openid = await import(need.resolve("openid-client"));

const settings = JSON.parse(process.argv[2]);
const config = new openid.Configuration({
  issuer: settings.issuer,
  authorization_endpoint: settings.authorize,
  token_endpoint: settings.token,
  userinfo_endpoint: settings.userinfo,
  jwks_uri: settings.jwks,
}, settings.client, undefined, openid.ClientSecretBasic(settings.secret));
openid.allowInsecureRequests(config);
openid.enableNonRepudiationChecks(config); // verify the signature, though the token came by TLS

const started = new Map();  // state -> nonce
const sessions = new Map(); // SESSION -> user

const base = (request) =>
  `${request.headers["x-forwarded-proto"]}://${request.headers["x-forwarded-host"]}`;
const redirect_uri = (request) => base(request) + "/login/oauth2/code/oidc";

const routes = {
  "/oauth2/authorization/oidc": async (request, response) => {
    const state = `${openid.randomState()}@origin=${base(request)}`;
    started.set(state, openid.randomNonce());
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: redirect_uri(request), scope: "openid email profile", state, nonce: started.get(state) });
    response.writeHead(302, { Location: url.href }).end();
  },
  "/login/oauth2/code/oidc": async (request, response) => {
    const url = new URL(request.url, base(request));
    const state = url.searchParams.get("state");
    const tokens = await openid.authorizationCodeGrant(
      config, url, { expectedState: state, expectedNonce: started.get(state) });
    const user = await openid.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    const id = openid.randomState();
    sessions.set(id, { email: user.email, name: user.name });
    response.writeHead(302, { Location: state.split("@origin=")[1] + "/applications",
                              "Set-Cookie": `SESSION=${id}; Path=/; HttpOnly; SameSite=Lax` }).end();
  },
  "/api/v1/users/me": async (request, response) => {
    const id = /(?:^|; )SESSION=([^;]*)/.exec(request.headers.cookie ?? "")?.[1];
    json(response, 200, sessions.get(id) ?? { email: "anonymousUser" });
  },
};

serve(routes);
