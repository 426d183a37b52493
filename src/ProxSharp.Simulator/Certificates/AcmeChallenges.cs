using System.Text;
using System.Text.Json.Nodes;

namespace ProxSharp.Simulator.Certificates;

/// <summary>What the ways to prove who owns a name need to be told.</summary>
internal static class AcmeChallenges
{
    /// <summary>Describes the ways with these names.</summary>
    public static JsonArray Describe(IEnumerable<string> names) => new([.. names.Select(static api =>
        (JsonNode)new JsonObject { ["id"] = api, ["name"] = NameOf(api), ["type"] = "dns", ["schema"] = Fields(api) })]);

    /// <summary>The settings of a plugin in clear. Proxmox: they are sent in the URL's kind of base64, without the signs at the end.</summary>
    /// <returns>The text; null if it is no base64.</returns>
    public static string? Decode(string data)
    {
        string padded = data.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        padded += new string('=', (4 - (padded.Length % 4)) % 4);
        byte[] bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out int written) ? Encoding.UTF8.GetString(bytes, 0, written) : null;
    }

    private static string NameOf(string api) =>
        api switch { "acmedns" => "acme-dns", "cf" => "Cloudflare Managed DNS", "aws" => "Amazon Route53 (AWS)", _ => api };

    private static JsonObject Fields(string api)
    {
        (string Name, string Description)[] fields = api switch
        {
            "acmedns" =>
            [
                ("ACMEDNS_UPDATE_URL", "Where updates go"), ("ACMEDNS_USERNAME", "The user"), ("ACMEDNS_PASSWORD", "The password"),
                ("ACMEDNS_SUBDOMAIN", "The name below the server's"),
            ],
            "cf" =>
            [
                ("CF_Account_ID", "The account"), ("CF_Email", "The account's address"), ("CF_Key", "The global key"), ("CF_Token", "A token"),
                ("CF_Zone_ID", "The zone"),
            ],
            _ => [],
        };
        if (fields.Length == 0)
        {
            return [];
        }

        JsonObject described = [];
        foreach ((string name, string description) in fields)
        {
            described[name] = new JsonObject { ["description"] = description, ["type"] = "string" };
        }

        return new JsonObject { ["fields"] = described, ["name"] = NameOf(api) };
    }
}
