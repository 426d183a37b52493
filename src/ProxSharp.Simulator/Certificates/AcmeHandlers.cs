using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Api;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Collections;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Certificates;

/// <summary>Accounts at certificate authorities, and the plugins that prove who owns a name.</summary>
internal sealed class AcmeHandlers(PveState state, CollectionReader reader)
{
    public const string Accounts = "/cluster/acme/account";
    public const string Plugins = "/cluster/acme/plugins";

    private const string Builtin = "standalone";

    public void Register(HandlerTable table)
    {
        table.Get("/cluster/acme/directories", static _ => ApiReply.Of(AcmeDirectory.Known()));
        table.Get("/cluster/acme/tos", call => ApiReply.Of(AcmeDirectory.Meta(state, Directory(call))["termsOfService"]?.DeepClone()));
        table.Get("/cluster/acme/meta", call => ApiReply.Of(AcmeDirectory.Meta(state, Directory(call))));
        table.Get("/cluster/acme/challenge-schema", _ => ApiReply.Of(Challenges()));
        table.Get(Accounts, _ => ApiReply.List(state.Collections.Items(Accounts).Keys.Select(static name => new JsonObject { ["name"] = name })));
        table.Post(Accounts, Register);
        table.Get($"{Accounts}/{{name}}", call => ApiReply.Of(Demand(call).DeepClone()));
        table.Put($"{Accounts}/{{name}}", UpdateAccount);
        table.Delete($"{Accounts}/{{name}}", Deactivate);
        table.Get(Plugins, ListPlugins);
        table.Post(Plugins, CreatePlugin);
        table.Get($"{Plugins}/{{id}}", call => ApiReply.Of(Shown(call.PathValues["id"], DemandPlugin(call))));
        table.Put($"{Plugins}/{{id}}", UpdatePlugin);
        table.Delete($"{Plugins}/{{id}}", DeletePlugin);
    }

    private static string Directory(ApiCall call) => call.Text("directory") ?? AcmeDirectory.Usual;

    private JsonArray Challenges() => AcmeChallenges.Describe(state.Schema.Find(ApiMethod.Post, Plugins)!.Parameters["api"].Enumeration ?? []);

    private JsonObject Demand(ApiCall call)
    {
        string name = call.PathValues["name"];
        return state.Collections.Find(Accounts, name) ?? throw ApiFault.Parameter("name", $"ACME account config file '{name}' does not exist.");
    }

    private static JsonArray Contacts(ApiCall call) =>
        new([.. call.Items("contact").Select(static address => (JsonNode)JsonValue.Create($"mailto:{address}"))]);

    private ApiReply Register(ApiCall call)
    {
        string name = call.Text("name") ?? "default";
        string directory = Directory(call);
        if (state.Collections.Find(Accounts, name) is not null)
        {
            throw ApiFault.Parameter("name", $"ACME account config file '{name}' already exists.");
        }

        JsonArray contacts = Contacts(call);
        string? terms = call.Text("tos_url");
        return Start(call, "acmeregister", ["Registering new ACME account.."], task =>
        {
            AcmeDirectory.Meta(state, directory);
            string number = state.Random.Next(100_000, 999_999).ToString(CultureInfo.InvariantCulture);
            string modulus = Convert.ToBase64String(Encoding.UTF8.GetBytes(state.NewUuid())).TrimEnd('=');
            string location = new Uri(new Uri(directory), $"/acme/acct/{number}").ToString();
            JsonObject account = new()
            {
                ["account"] = new JsonObject
                {
                    ["contact"] = contacts,
                    ["createdAt"] = task.DueAt.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture),
                    ["initialIp"] = state.Nodes[state.LocalNode].Address,
                    ["key"] = new JsonObject { ["e"] = "AQAB", ["kty"] = "RSA", ["n"] = modulus },
                    ["status"] = "valid",
                },
                ["directory"] = directory,
                ["location"] = location,
            };
            if (terms is not null)
            {
                account["tos"] = terms;
            }

            state.Collections.Put(Accounts, name, account);
            task.Write($"Registration successful, account URL: '{location}'");
        });
    }

    private ApiReply Start(ApiCall call, string type, IReadOnlyList<string> lines, Action<SimulatedTask> work) =>
        ApiReply.Of(state.Tasks.Start(new TaskRequest(state.LocalNode, type, "", call.Caller.AuthId) { Lines = lines, Work = work }).Upid);

    private ApiReply UpdateAccount(ApiCall call)
    {
        JsonObject account = Demand(call);
        JsonArray? contacts = call.Has("contact") ? Contacts(call) : null;
        return Start(call, "acmeupdate", ["Updating ACME account.."], _ =>
        {
            AcmeDirectory.Meta(state, account["directory"]?.GetValue<string>() ?? AcmeDirectory.Usual);
            if (contacts is not null)
            {
                account["account"]!["contact"] = contacts;
            }
        });
    }

    private ApiReply Deactivate(ApiCall call)
    {
        Demand(call);
        string name = call.PathValues["name"];
        return Start(call, "acmedeactivate", ["Deactivating ACME account.."], task =>
        {
            state.Collections.Remove(Accounts, name);
            task.Write($"Renaming account file from '/etc/pve/priv/acme/{name}' to '/etc/pve/priv/acme/_deactivated_{name}_0'");
        });
    }

    private IEnumerable<KeyValuePair<string, JsonObject>> AllPlugins()
    {
        IReadOnlyDictionary<string, JsonObject> stored = state.Collections.Items(Plugins);
        return stored.ContainsKey(Builtin) ? stored : stored.Append(KeyValuePair.Create(Builtin, new JsonObject { ["type"] = Builtin }));
    }

    private string Digest() => reader.Digest(state.Collections.Items(Plugins).Values);

    private JsonObject Shown(string id, JsonObject plugin)
    {
        JsonObject shown = plugin.DeepClone().AsObject();
        shown["plugin"] = id;
        shown["type"] ??= "dns";
        shown["digest"] = Digest();
        if (shown["data"]?.GetValue<string>() is { } data)
        {
            shown["data"] = Decode(data);
        }

        return shown;
    }

    // Proxmox: it comes back in clear, and ends with a line.
    private static string Decode(string data)
    {
        string text = AcmeChallenges.Decode(data) ?? data;
        return text.EndsWith('\n') ? text : text + "\n";
    }

    private ApiReply ListPlugins(ApiCall call)
    {
        JsonObject[] shown = [.. AllPlugins().Select(plugin => Shown(plugin.Key, plugin.Value))];
        return ApiReply.List(shown.Where(plugin => call.Text("type") is not { } type || plugin["type"]!.GetValue<string>() == type));
    }

    private JsonObject DemandPlugin(ApiCall call)
    {
        string id = call.PathValues["id"];
        return AllPlugins().FirstOrDefault(plugin => plugin.Key == id).Value ?? throw ApiFault.Failed($"ACME account plugin '{id}' not defined");
    }

    private ApiReply CreatePlugin(ApiCall call)
    {
        string id = call.Required("id");
        if (AllPlugins().Any(plugin => plugin.Key == id))
        {
            throw ApiFault.Failed($"ACME plugin ID '{id}' already exists");
        }

        if (call.Text("type") == "dns" && !call.Has("api"))
        {
            throw ApiFault.Failed("missing value for required option 'api'");
        }

        state.Collections.Put(Plugins, id, reader.Store(call, null, "id"));
        return ApiReply.Nothing;
    }

    private ApiReply UpdatePlugin(ApiCall call)
    {
        JsonObject plugin = DemandPlugin(call);
        call.DemandDigest(Digest);

        state.Collections.Put(Plugins, call.PathValues["id"], reader.Store(call, plugin));
        return ApiReply.Nothing;
    }

    private ApiReply DeletePlugin(ApiCall call)
    {
        DemandPlugin(call);
        state.Collections.Remove(Plugins, call.PathValues["id"]);
        return ApiReply.Nothing;
    }
}
