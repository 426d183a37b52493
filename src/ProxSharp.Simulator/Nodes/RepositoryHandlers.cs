using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.State;

namespace ProxSharp.Simulator.Nodes;

/// <summary>Where a node takes its packages from.</summary>
internal sealed class RepositoryHandlers(PveState state)
{
    private const string Root = "/nodes/{node}/apt/repositories";
    private const string Folder = "/etc/apt/sources.list.d";

    private static readonly StandardRepository[] s_standard =
    [
        new("enterprise", "Enterprise", "For subscribers", $"{Folder}/pve-enterprise.sources", "https://enterprise.proxmox.com/debian/pve", "pve-enterprise"),
        new("no-subscription", "No-Subscription", "Without support", $"{Folder}/proxmox.sources", "http://download.proxmox.com/debian/pve", "pve-no-subscription"),
        new("test", "Test", "Packages before their release", $"{Folder}/proxmox.sources", "http://download.proxmox.com/debian/pve", "pve-test"),
    ];

    public void Register(HandlerTable table)
    {
        table.Get(Root, call => ApiReply.Of(Show(FilesOf(state, call.PathValues["node"]))));
        table.Put(Root, Add);
        table.Post(Root, Switch);
    }

    /// <summary>Gives a node the repositories it has after its installation.</summary>
    public static void AddUsual(PveState state, string node)
    {
        JsonObject files = FilesOf(state, node);
        files[$"{Folder}/debian.sources"] = new JsonArray(
            Repository("http://deb.debian.org/debian/", ["trixie", "trixie-updates"], ["main", "contrib", "non-free-firmware"]),
            Repository("http://security.debian.org/debian-security/", ["trixie-security"], ["main", "contrib", "non-free-firmware"]));
        files[s_standard[0].File] = new JsonArray(Repository(s_standard[0].Uri, ["trixie"], [s_standard[0].Component]));
    }

    private static JsonObject FilesOf(PveState state, string node) => state.Collections.Settings($"/nodes/{node}/apt/files");

    private static JsonObject Repository(string uri, string[] suites, string[] components) => new()
    {
        ["Types"] = new JsonArray("deb"),
        ["URIs"] = new JsonArray(uri),
        ["Suites"] = new JsonArray([.. suites.Select(static suite => (JsonNode)JsonValue.Create(suite))]),
        ["Components"] = new JsonArray([.. components.Select(static component => (JsonNode)JsonValue.Create(component))]),
        ["Options"] = new JsonArray(new JsonObject { ["Key"] = "Signed-By", ["Values"] = new JsonArray("/usr/share/keyrings/proxmox-archive-keyring.gpg") }),
        ["FileType"] = "sources",
        ["Enabled"] = 1,
    };

    private static byte[] Hash(JsonNode content) => SHA256.HashData(Encoding.UTF8.GetBytes(content is JsonObject { Count: 0 } ? "" : content.ToJsonString()));

    private static string Digest(JsonObject files) => Convert.ToHexStringLower(Hash(files));

    private static JsonObject Show(JsonObject files)
    {
        JsonArray shown = [];
        JsonArray infos = [];
        foreach ((string path, JsonNode? repositories) in files)
        {
            shown.Add((JsonNode)new JsonObject
            {
                ["path"] = path,
                ["file-type"] = "sources",
                ["digest"] = new JsonArray([.. Hash(repositories!).Select(static value => (JsonNode)JsonValue.Create((int)value))]),
                ["repositories"] = repositories!.DeepClone(),
            });
            for (int index = 0; index < repositories.AsArray().Count; index++)
            {
                string origin = Uris(repositories[index]!).Contains("debian.org", StringComparison.Ordinal) ? "Debian" : "Proxmox";
                infos.Add((JsonNode)new JsonObject
                {
                    ["path"] = path,
                    ["index"] = index.ToString(System.Globalization.CultureInfo.InvariantCulture),
                    ["kind"] = "origin",
                    ["message"] = origin,
                });
            }
        }

        return new JsonObject
        {
            ["files"] = shown,
            ["errors"] = new JsonArray(),
            ["infos"] = infos,
            ["digest"] = Digest(files),
            ["standard-repos"] = new JsonArray([.. s_standard.Select(known => (JsonNode)Standard(files, known))]),
        };
    }

    private static string Uris(JsonNode repository) => ApiCall.TextOf(repository["URIs"]!);

    private static JsonObject? Configured(JsonObject files, string component) =>
        files.SelectMany(static file => file.Value!.AsArray())
            .FirstOrDefault(repository => repository!["Components"]!.AsArray().Any(known => known!.GetValue<string>() == component))?.AsObject();

    // Proxmox: a repository that is not configured has no status.
    private static JsonObject Standard(JsonObject files, StandardRepository known)
    {
        JsonObject shown = new() { ["handle"] = known.Handle, ["name"] = known.Name, ["description"] = known.Description };
        if (Configured(files, known.Component) is { } repository)
        {
            shown["status"] = repository["Enabled"]!.DeepClone();
        }

        return shown;
    }

    private ApiReply Add(ApiCall call)
    {
        JsonObject files = FilesOf(state, call.PathValues["node"]);
        call.DemandDigest(() => Digest(files));
        string handle = call.Required("handle");
        StandardRepository? known =
            Array.Find(s_standard, repository => repository.Handle == handle);
        if (known is null)
        {
            throw ApiFault.Failed($"unknown repository handle '{handle}'");
        }

        if (Configured(files, known.Component) is { } present)
        {
            present["Enabled"] = 1;
            return ApiReply.Nothing;
        }

        if (files[known.File] is not JsonArray list)
        {
            files[known.File] = list = [];
        }

        list.Add((JsonNode)Repository(known.Uri, ["trixie"], [known.Component]));
        return ApiReply.Nothing;
    }

    private ApiReply Switch(ApiCall call)
    {
        JsonObject files = FilesOf(state, call.PathValues["node"]);
        call.DemandDigest(() => Digest(files));
        string path = call.Required("path");
        long index = call.Integer("index") ?? 0;
        if (files[path] is not JsonArray list)
        {
            throw ApiFault.Failed($"invalid path - file '{path}' not found");
        }

        if (index < 0 || index >= list.Count)
        {
            throw ApiFault.Failed(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"invalid index - {index}"));
        }

        if (call.Flag("enabled") is { } enabled)
        {
            list[(int)index]!["Enabled"] = enabled ? 1 : 0;
        }

        return ApiReply.Nothing;
    }

    private sealed record StandardRepository(string Handle, string Name, string Description, string File, string Uri, string Component);
}
