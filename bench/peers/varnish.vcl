# Varnish as its users guide sets it up for a site with log-ins: the cookies that do not matter are dropped with
# vmod_cookie, the one that does is hashed, so that no answer crosses between people; readers of one cold
# entry wait for one fetch (its default); stale entries are sent while they are fetched anew (grace). What
# it must not store by the origin's word (Set-Cookie, no-store, private, Vary: *) is left to its built-in rules.
vcl 4.1;

import cookie;

backend default {
    .host = "{{host}}";
    .port = "{{port}}";
}

sub vcl_recv {
    if (req.method != "GET" && req.method != "HEAD") {
        return (pass);
    }
    if (req.url !~ "^/api/v1/(projects/mine|agencies/branches|users/(me|\d+(/projects|/projects_staff_profile)?|staffprofiles(/\d+(/\w+)?)?))$") {
        return (pass);
    }
    if (req.http.Cookie) {
        cookie.parse(req.http.Cookie);
        cookie.keep("sessionid");
        set req.http.Cookie = cookie.get_string();
        if (req.http.Cookie == "") {
            unset req.http.Cookie;
        }
    }
    return (hash);
}

sub vcl_hash {
    hash_data(req.http.Cookie);
    hash_data(req.http.Authorization);
    hash_data(req.http.Remote-User);
}

sub vcl_backend_response {
    if (beresp.status == 200 && !beresp.http.Cache-Control) {
        set beresp.ttl = 300s;
    }
    set beresp.grace = 60s;
}

sub vcl_deliver {
    if (obj.hits > 0) {
        set resp.http.X-Cache = "HIT";
    } else {
        set resp.http.X-Cache = "MISS";
    }
}
