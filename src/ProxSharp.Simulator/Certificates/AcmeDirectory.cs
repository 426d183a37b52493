using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Certificates;

/// <summary>Certificate authorities as they answer the cluster.</summary>
internal static class AcmeDirectory
{
    public const string Usual = "https://acme-v02.api.letsencrypt.org/directory";

    public const string Staging = "https://acme-staging-v02.api.letsencrypt.org/directory";

    /// <summary>The authorities that a server offers.</summary>
    public static JsonArray Known() => new(
        new JsonObject { ["name"] = "Let's Encrypt V2", ["url"] = Usual },
        new JsonObject { ["name"] = "Let's Encrypt V2 Staging", ["url"] = Staging });

    /// <summary>What an authority tells of itself.</summary>
    /// <exception cref="ApiFault">The cluster cannot reach it.</exception>
    public static JsonObject Meta(PveState state, string directory)
    {
        Uri uri = new(directory);
        if (!state.HasInternet)
        {
            string host = $"{uri.Host}:{uri.Port}";
            const string Cause = "Temporary failure in name resolution";
            string position = $"{Cause} at /usr/share/perl5/LWP/Protocol/http.pm line 50.";
            throw new ApiFault(500, $"Error: GET to {directory}\nCan't connect to {host} ({Cause})\n\n{position}\n\n") { WithoutNewline = true };
        }

        return directory is Usual or Staging
            ? new JsonObject
            {
                ["caaIdentities"] = new JsonArray("letsencrypt.org"),
                ["termsOfService"] = Terms(directory),
                ["website"] = "https://letsencrypt.org",
            }
            : new JsonObject { ["termsOfService"] = Terms(directory), ["website"] = uri.GetLeftPart(UriPartial.Authority) };
    }

    /// <summary>Where an authority keeps what who has an account agrees to.</summary>
    public static string Terms(string directory) => directory is Usual or Staging
        ? "https://letsencrypt.org/documents/LE-SA-v1.6-August-18-2025.pdf"
        : new Uri(new Uri(directory), "/terms").ToString();
}
