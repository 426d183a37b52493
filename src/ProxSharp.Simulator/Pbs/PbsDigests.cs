using System.Security.Cryptography;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.Pbs;

/// <summary>Which answers of a backup server carry the digest of a configuration file beside <c>data</c>. There is no rule: it is as recorded.</summary>
internal static class PbsDigests
{
    private const string Digest = "digest";
    /// <summary>Settings that are null, without a digest, until they are made; others are an empty object.</summary>
    public const string WebAuthn = "/config/access/tfa/webauthn";

    private static readonly HashSet<string> s_paths = new(StringComparer.Ordinal)
    {
        "/access/acl", "/access/domains",
        "/access/users", "/access/users/{userid}", "/access/users/{userid}/token", "/access/users/{userid}/token/{token-name}",
        "/admin/metrics", "/admin/prune", "/admin/sync", "/admin/traffic-control", "/admin/verify",
        "/config/access/ad", "/config/access/ad/{realm}", "/config/access/ldap", "/config/access/ldap/{realm}",
        "/config/access/openid", "/config/access/openid/{realm}", WebAuthn,
        "/config/acme/plugins", "/config/acme/plugins/{id}", "/config/changer", "/config/changer/{name}",
        "/config/datastore", "/config/datastore/{name}", "/config/drive", "/config/drive/{name}", "/config/media-pool",
        "/config/metrics/influxdb-http", "/config/metrics/influxdb-http/{name}", "/config/metrics/influxdb-udp", "/config/metrics/influxdb-udp/{name}",
        "/config/notifications/endpoints/gotify/{name}", "/config/notifications/endpoints/sendmail/{name}",
        "/config/notifications/endpoints/smtp/{name}", "/config/notifications/matcher-field-values", "/config/notifications/matchers/{name}",
        "/config/prune", "/config/prune/{id}", "/config/remote", "/config/remote/{name}", "/config/sync", "/config/sync/{id}",
        "/config/tape-backup-job", "/config/tape-backup-job/{id}", "/config/tape-encryption-keys",
        "/config/traffic-control", "/config/traffic-control/{name}", "/config/verify", "/config/verify/{id}",
        "/nodes/{node}/config", "/tape/backup",
    };

    /// <summary>Adds the digest or takes it away, as the server does at the path of the call.</summary>
    public static ApiReply Apply(ApiCall call, ApiReply reply)
    {
        if (call.Endpoint.Method != ApiMethod.Get || reply.Raw is not null || reply.Writer is not null || reply.Parts is not null)
        {
            return reply;
        }

        bool has = reply.Siblings?.ContainsKey(Digest) == true;
        bool isUnset = call.Endpoint.Path == WebAuthn && reply.Data is null;
        return (s_paths.Contains(call.Endpoint.Path) && !isUnset) == has ? reply : has ? Without(reply) : With(reply);
    }

    private static ApiReply With(ApiReply reply)
    {
        JsonObject siblings = reply.Siblings?.DeepClone().AsObject() ?? [];
        siblings[Digest] = Convert.ToHexStringLower(SHA256.HashData(PveFormat.Serialize(reply.Data ?? new JsonArray())));
        return reply with { Siblings = siblings };
    }

    private static ApiReply Without(ApiReply reply)
    {
        JsonObject siblings = reply.Siblings!.DeepClone().AsObject();
        siblings.Remove(Digest);
        return reply with { Siblings = siblings };
    }
}
