using System.Globalization;
using System.Text.Json.Nodes;
using ProxSharp.PropertyStrings;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Certificates;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Pbs.Certificates;

/// <summary>A backup server's accounts at certificate authorities, and the certificates that it orders with them.</summary>
internal sealed class PbsAcmeHandlers(PbsState state, ItemProjection projection)
{
    private const string Accounts = "/config/acme/account";
    private const string Account = $"{Accounts}/{{name}}";
    private const string Order = "/nodes/{node}/certificates/acme/certificate";
    private const string Plugins = "/config/acme/plugins";
    private const string Usual = "default";
    private const int MostDomains = 5;

    private static readonly TimeSpan s_renewalTime = TimeSpan.FromDays(30);

    private static readonly string[] s_challenges = ["acmedns", "aws", "cf"];

    public void Register(HandlerTable table)
    {
        table.Get("/config/acme/challenge-schema", static _ => ApiReply.Of(AcmeChallenges.Describe(s_challenges)));
        table.Get("/config/acme/tos", static call => ApiReply.Of(JsonValue.Create(AcmeDirectory.Terms(call.Text("directory") ?? AcmeDirectory.Usual))));
        table.Get(Plugins, _ => ApiReply.List(state.Collections.Items(Plugins).Select(static plugin => (JsonNode)Shown(plugin.Key, plugin.Value))));
        table.Get($"{Plugins}/{{id}}", ShowPlugin);
        table.Get("/config/acme/directories", static _ => ApiReply.Of(AcmeDirectory.Known()));
        table.Get(Accounts, _ => ApiReply.List(state.Collections.Items(Accounts).Keys.Select(static name => (JsonNode)new JsonObject { ["name"] = name })));
        table.Post(Accounts, Create);
        table.Get(Account, call => ApiReply.Of(Demand(call.PathValues["name"]).DeepClone()));
        table.Put(Account, Update);
        table.Delete(Account, Deactivate);
        table.Post(Order, call => OrderCertificate(call, "acme-new-cert"));
        table.Put(Order, Renew);
    }

    private ApiReply ShowPlugin(ApiCall call)
    {
        string id = call.PathValues["id"];
        JsonObject plugin = state.Collections.Find(Plugins, id) ?? throw new ApiFault(404, $"no such plugin '{id}'");
        return ApiReply.Of(Shown(id, plugin)) with { Siblings = new JsonObject { ["digest"] = projection.Digest(plugin) } };
    }

    private static JsonObject Shown(string id, JsonObject plugin)
    {
        JsonObject shown = plugin.DeepClone().AsObject();
        shown["plugin"] = id;
        shown["type"] ??= "dns";
        if (shown["data"] is JsonValue data)
        {
            string text = ApiCall.TextOf(data);
            shown["data"] = AcmeChallenges.Decode(text) ?? text;
        }

        return shown;
    }

    private JsonObject Demand(string name) =>
        state.Collections.Find(Accounts, name) ?? throw new ApiFault(404, $"ACME account '{name}' does not exist");

    private static JsonArray Contacts(string text) => new([.. text.Split([',', ';', ' '], StringSplitOptions.RemoveEmptyEntries)
        .Select(static address => (JsonNode)JsonValue.Create($"mailto:{address}"))]);

    private ApiReply Start(ApiCall call, string type, string id, string[] lines, Action<SimulatedTask> work) =>
        ApiReply.Of(state.Tasks.Start(new TaskRequest(state.NodeName, type, id, call.Caller.AuthId) { Lines = lines, Work = work }).Upid);

    private ApiReply Create(ApiCall call)
    {
        string name = call.Text("name") ?? Usual;
        if (state.Collections.Find(Accounts, name) is not null)
        {
            throw new ApiFault(400, $"account {name} already exists");
        }

        if (call.Has("eab_kid") != call.Has("eab_hmac_key"))
        {
            throw ApiFault.Parameter("eab_kid", "either both or none of 'eab_kid' and 'eab_hmac_key' have to be set.");
        }

        string directory = call.Text("directory") ?? AcmeDirectory.Usual;
        JsonArray contacts = Contacts(call.Required("contact"));
        string? terms = call.Text("tos_url");
        return Start(call, "acme-register", name, [$"Registering ACME account '{name}'..."], task =>
        {
            string number = state.Random.Next(100_000, 999_999).ToString(CultureInfo.InvariantCulture);
            string location = new Uri(new Uri(directory), $"/acme/acct/{number}").ToString();
            JsonObject account = new()
            {
                ["account"] = new JsonObject { ["contact"] = contacts, ["onlyReturnExisting"] = false, ["status"] = "valid", ["termsOfServiceAgreed"] = terms is not null },
                ["directory"] = directory,
                ["location"] = location,
            };
            if (terms is not null)
            {
                account["tos"] = terms;
            }

            state.Collections.Put(Accounts, name, account);
            task.Write($"Registration successful, account URL: {location}");
        });
    }

    private ApiReply Update(ApiCall call)
    {
        string name = call.PathValues["name"];
        JsonObject account = Demand(name);
        JsonArray? contacts = call.Text("contact") is { } text ? Contacts(text) : null;
        return Start(call, "acme-update", name, [], _ => account["account"]!["contact"] = contacts ?? account["account"]!["contact"]!.DeepClone());
    }

    private ApiReply Deactivate(ApiCall call)
    {
        string name = call.PathValues["name"];
        Demand(name);
        return Start(call, "acme-deactivate", name, [], _ => state.Collections.Remove(Accounts, name));
    }

    private ApiReply Renew(ApiCall call)
    {
        if (!call.IsSet("force") && state.Certificate is { } certificate && certificate.NotAfter.ToUniversalTime() - state.Now.UtcDateTime > s_renewalTime)
        {
            throw new ApiFault(400, "Certificate does not expire within the next 30 days and 'force' is not set.");
        }

        return OrderCertificate(call, "acme-renew-cert");
    }

    // The server's own certificate stays: who trusts the simulator by its fingerprint is still connected.
    private ApiReply OrderCertificate(ApiCall call, string type)
    {
        (string account, string[] domains) = Configured();
        return Start(call, type, "", [], task =>
        {
            if (state.Collections.Find(Accounts, account) is null)
            {
                throw ApiFault.Failed($"ACME account '{account}' does not exist");
            }

            if (domains.Length == 0)
            {
                task.Write("No domains configured to be ordered from an ACME server.");
                return;
            }

            task.Write("Placing ACME order");
            foreach (string domain in domains)
            {
                task.Write($"Getting authorization details for '{domain}'");
                task.Write($"The validation for {domain} is pending!");
                task.Write($"domain '{domain}' is validated");
            }

            task.Write("All domains validated!");
            task.Write("Order is ready, finalizing order");
            task.Write("Downloading certificate");
        });
    }

    /// <summary>The account and the names in the options of the node.</summary>
    private (string Account, string[] Domains) Configured()
    {
        JsonObject settings = state.Collections.Settings("/nodes/localhost/config");
        IEnumerable<string> domains = Enumerable.Range(0, MostDomains).Select(place => Option(settings, $"acmedomain{place}", "domain")).OfType<string>();
        return (Option(settings, "acme", "account") ?? Usual, [.. domains]);
    }

    private static string? Option(JsonObject settings, string name, string key) => settings[name] is { } value
        ? PropertyStringEntries.Parse(ApiCall.TextOf(value)).Items.FirstOrDefault(entry => entry.Key is null || entry.Key == key).Value
        : null;
}
