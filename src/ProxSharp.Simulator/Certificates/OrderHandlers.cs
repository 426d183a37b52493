using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Certificates;

/// <summary>Certificates that a node orders from a certificate authority.</summary>
internal sealed class OrderHandlers(PveState state)
{
    private const string Certificate = "/nodes/{node}/certificates/acme/certificate";
    private const int MostDomains = 6;

    private static readonly TimeSpan s_renewalTime = TimeSpan.FromDays(30);

    public void Register(HandlerTable table)
    {
        table.Post(Certificate, Order);
        table.Put(Certificate, Renew);
        table.Delete(Certificate, Revoke);
    }

    private string? CustomOf(string node) => CertificateHandlers.Custom(state, node)["certificates"]?.GetValue<string>();

    private static string Option(JsonObject settings, string name) => settings[name] is { } value ? ApiCall.TextOf(value) : "";

    /// <summary>The account and the names in a node's options.</summary>
    private (string Account, string[] Domains) Configured(string node)
    {
        JsonObject settings = state.Collections.Settings($"/nodes/{node}/config");
        Dictionary<string, string> acme = PropertyStringEntries.Parse(Option(settings, "acme")).Items.ToDictionary(static entry => entry.Key ?? "account", static entry => entry.Value, StringComparer.Ordinal);
        IEnumerable<string> more = Enumerable.Range(0, MostDomains).Select(place => Option(settings, $"acmedomain{place}")).Where(static text => text.Length > 0)
            .Select(static text => PropertyStringEntries.Parse(text).Items.First(static entry => entry.Key is null or "domain").Value);
        string[] domains = [.. acme.GetValueOrDefault("domains", "").Split(';', StringSplitOptions.RemoveEmptyEntries), .. more];
        return domains.Length > 0 ? (acme.GetValueOrDefault("account", "default"), domains)
            : throw ApiFault.Failed("ACME domain list in node configuration is missing!");
    }

    private ApiReply Order(ApiCall call)
    {
        string node = call.PathValues["node"];
        if (CustomOf(node) is not null && !call.IsSet("force"))
        {
            throw ApiFault.Parameter("force", "Custom certificate exists but 'force' is not set.");
        }

        return Start(call, node, "acmenewcert");
    }

    private ApiReply Renew(ApiCall call)
    {
        string node = call.PathValues["node"];
        string present = CustomOf(node) ?? throw ApiFault.Failed("No current (custom) certificate found, please order a new certificate!");
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(present);
        if (certificate.NotAfter.ToUniversalTime() - state.Now.UtcDateTime > s_renewalTime && !call.IsSet("force"))
        {
            throw ApiFault.Parameter("force", "Certificate does not expire within the next 30 days, and 'force' is not set.");
        }

        return Start(call, node, "acmerenew");
    }

    private ApiReply Start(ApiCall call, string node, string type)
    {
        (string account, string[] domains) = Configured(node);
        List<string> lines = ["Loading ACME account details", "Placing ACME order"];
        foreach (string domain in domains)
        {
            lines.AddRange([$"Getting authorization details for '{domain}'", $"The validation for {domain} is pending!", "Setting up webserver", "Triggering validation", $"Status is 'valid', domain '{domain}' OK!"]);
        }

        lines.AddRange(["All domains validated!", "Creating CSR", "Checking order status", "Order is ready, finalizing order", "valid!", "Downloading certificate"]);
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, type, "", call.Caller.AuthId)
        {
            Effort = 2,
            Lines = lines,
            Work = task =>
            {
                JsonObject found = state.Collections.Find(AcmeHandlers.Accounts, account) ?? throw ApiFault.Failed($"ACME account config file '{account}' does not exist.");
                AcmeDirectory.Meta(state, Option(found, "directory") is { Length: > 0 } directory ? directory : AcmeDirectory.Usual);
                JsonObject custom = CertificateHandlers.Custom(state, node);
                custom["certificates"] = NodeCertificates.Make($"CN={domains[0]}", domains, task.DueAt);
                task.Write("Setting pveproxy certificate and key");
                task.Write("Restarting pveproxy");
            },
        }).Upid);
    }

    private ApiReply Revoke(ApiCall call)
    {
        string node = call.PathValues["node"];
        Configured(node);
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, "acmerevoke", "", call.Caller.AuthId)
        {
            Lines = ["Loading ACME account details", "Revoking old certificate"],
            Work = task =>
            {
                if (CustomOf(node) is null)
                {
                    throw ApiFault.Failed("No current (custom) certificate found");
                }

                CertificateHandlers.Custom(state, node).Clear();
                task.Write("Deleting certificate files");
                task.Write("Restarting pveproxy to revert to self-signed certificates");
            },
        }).Upid);
    }
}
