/* A key whose private half nobody has, and the one token that it has signed. */
#ifndef COG_TEST_FUZZ_KNOWN_TOKEN_H
#define COG_TEST_FUZZ_KNOWN_TOKEN_H

#define KNOWN_KID "kbxEboFjTrF9NUaco1UzsY9LdPEXghei2viYpCCaALU="

static const char known_jwks[] =
    "{\"keys\":[{\"alg\":\"RS256\",\"e\":\"AQAB\",\"kid\":\"" KNOWN_KID
    "\",\"kty\":\"RSA\",\"n\":\""
    "z6UlhdlpmgYkiM11Rnda5C6LzSi6GAVaB37bNzuzEvVYwNdEJRjO1sBWdWiikaLtJmk3RGbIesv_qw"
    "vBhPHpDX24QD1XLgZ9V-0fXJC2uINTyj1t4azSq-bxXe8tQRok_ivTMI28Ft92ZqPJANl8SIMBeQrq"
    "QO8CuNwYpR44NLgSGJNUnOfqXGZudZTu4F4kVh6AhU9RLFTNTuE1jUiGzEnWn56wJmQ22tMIwZxyyn"
    "BrTXyu0iP25ygbXjdTmaVR6Uw9W38R9JXA9NXE5S9_4o36DIHAtx2t0InaRwcKsKg9roKm7gYVJmvu"
    "RR6ExksWz3poVlZTOt_L-l2vVK24mw"
    "\",\"use\":\"sig\"}]}";

static const char known_token[] =
    "eyJraWQiOiJrYnhFYm9GalRyRjlOVWFjbzFVenNZOUxkUEVYZ2hlaTJ2aVlwQ0NhQUxVPSIsImFsZy"
    "I6IlJTMjU2In0.eyJpc3MiOiJodHRwczpcL1wvaXNzdWVyLmV4YW1wbGUiLCJzdWIiOiJhbGljZSIs"
    "InRva2VuX3VzZSI6ImlkIn0.NsMUI0SBf0h09iOj-bPZIa-C1KNzKk8TGd6HYwq0FZ564EFuytk922"
    "x25-P1GLiSyWUychrxe50LH5W8VPk5jYnYmpvS7zAqtd8fyf5OiHX3W2TsQeUaZeMy6HR0U37OI4Bt"
    "yINrdY_92kNAwaXlMdHz196i5vtpSkPIv7bmh6R5m0Vdi9lN_MZVDyOvNFFOFtzO6RBFOqbLwyYROb"
    "rtsubJ4qzddsMwEoEPXQwIAmZs7dqrJzqag-xdWy7OPHpso-gZsOJNJUVNkROIvoVV6huhCXWbGFiC"
    "VbCEncUkYfnf03lI3J4SJFk5B_H8t_rNIr4AIV9u8-YmBvLwIgrV7A";

#endif
