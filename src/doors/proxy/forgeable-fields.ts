/**
 * Request fields by which a caller could speak for the ingress. A backend behind a sidecar trusts whoever comes from
 * 127.0.0.1, which is everybody, and no key of an entry counts these: what one caller's field did to an answer, all
 * others would get. Lower case.
 */
export const FORGEABLE_FIELDS: readonly string[] = [
  // gunicorn: `forwarder_headers`, taken from `forwarded_allow_ips` into the WSGI environment as they are.
  'script-name',
  'path-info',
  // gunicorn: `secure_scheme_headers`; `X-Forwarded-Proto`, the third of them, belongs to the key of rows that vary on it.
  'x-forwarded-ssl',
  'x-forwarded-protocol',
  // uvicorn and Starlette behind Traefik: the prefix of `root_path`. uWSGI and Flask recipes: the script name.
  'x-forwarded-prefix',
  'x-script-name',
  // ingress-nginx sets it beside `X-Forwarded-Proto`; WhiteNoise and older Django recipes read these for the scheme.
  'x-forwarded-scheme',
  'x-scheme',
  'x-url-scheme',
  'front-end-https',
  // Django: `USE_X_FORWARDED_HOST` and `USE_X_FORWARDED_PORT`. waitress: `trusted_proxy_headers`. RFC 7239.
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-server',
  'forwarded',
  // Symfony, Zend and IIS: another path; Rails, older Django REST framework: another method.
  'x-original-url',
  'x-rewrite-url',
  'x-http-method',
  'x-http-method-override',
  'x-method-override'
]
