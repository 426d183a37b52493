using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Certificates;

/// <summary>The certificates of a node, and its own one that takes the place of the cluster's.</summary>
internal sealed class CertificateHandlers(PveState state)
{
    public const string CustomFile = "pveproxy-ssl.pem";

    private const string Root = "/nodes/{node}/certificates";

    public void Register(HandlerTable table)
    {
        table.Get($"{Root}/info", Info);
        table.Post($"{Root}/custom", Upload);
        table.Delete($"{Root}/custom", Delete);
    }

    /// <summary>A node's own certificate and key in PEM; both are missing if it uses the cluster's.</summary>
    public static JsonObject Custom(PveState state, string node) => state.Collections.Settings($"/nodes/{node}/certificates/custom");

    private ApiReply Info(ApiCall call)
    {
        JsonArray list = new(NodeCertificates.Describe("pve-root-ca.pem", NodeCertificates.Authority), NodeCertificates.Describe("pve-ssl.pem", state.CertificatePem));
        if (Custom(state, call.PathValues["node"])["certificates"]?.GetValue<string>() is { } own)
        {
            list.Add((JsonNode)NodeCertificates.Describe(CustomFile, own));
        }

        return ApiReply.Of(list);
    }

    private ApiReply Upload(ApiCall call)
    {
        string chain = Strip(call.Required("certificates"));
        string? key = call.Text("key") is { } given ? Strip(given) : null;
        JsonObject custom = Custom(state, call.PathValues["node"]);
        DemandPem(chain, key);
        if (custom["certificates"] is not null && !call.IsSet("force"))
        {
            throw ApiFault.Failed("Custom certificate file exists but force flag is not set.");
        }

        key ??= custom["key"]?.GetValue<string>() ?? throw ApiFault.Failed("Attempting to upload custom certificate without private key, but no private key found.");
        DemandPair(chain, key);
        custom["certificates"] = chain;
        custom["key"] = key;
        return ApiReply.Of(NodeCertificates.Describe(CustomFile, chain));
    }

    /// <summary>The text from the first PEM block on.</summary>
    private static string Strip(string text)
    {
        int start = text.IndexOf("-----BEGIN", StringComparison.Ordinal);
        return start < 0 ? text : text[start..];
    }

    private static void DemandPem(string chain, string? key)
    {
        try
        {
            X509Certificate2Collection certificates = [];
            certificates.ImportFromPem(chain);
            if (certificates.Count == 0)
            {
                throw new CryptographicException("There is no certificate.");
            }
        }
        catch (CryptographicException)
        {
            throw ApiFault.Parameter("certificates", "invalid format - value does not look like a valid PEM-formatted certificate chain\n");
        }

        if (key is not null && !PemEncoding.TryFind(key, out _))
        {
            throw ApiFault.Parameter("key", "invalid format - value does not look like a valid PEM-formatted string\n");
        }
    }

    private static void DemandPair(string chain, string key)
    {
        try
        {
            using X509Certificate2 pair = X509Certificate2.CreateFromPem(chain, key);
        }
        catch (Exception exception) when (exception is CryptographicException or ArgumentException)
        {
            throw ApiFault.Failed("Certificate and private key do not match");
        }
    }

    private ApiReply Delete(ApiCall call)
    {
        Custom(state, call.PathValues["node"]).Clear();
        return ApiReply.Nothing;
    }
}
