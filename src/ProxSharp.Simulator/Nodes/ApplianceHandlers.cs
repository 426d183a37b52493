using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;
using ProxSharp.Simulator.Guests;
using ProxSharp.Simulator.State;
using ProxSharp.Simulator.Storage;
using ProxSharp.Simulator.Tasks;

namespace ProxSharp.Simulator.Nodes;

/// <summary>Container templates that can be downloaded, and what the server finds out about a URL.</summary>
internal sealed class ApplianceHandlers(PveState state, GuestConfigurator configurator)
{
    private const string Source = "http://download.proxmox.com/images";
    private const long TemplateSize = 125L << 20;

    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/aplinfo", _ => ApiReply.List(state.Appliances.Select(static appliance => Describe(appliance))));
        table.Post("/nodes/{node}/aplinfo", Download);
        table.Get("/nodes/{node}/query-url-metadata", QueryUrl);
    }

    private static JsonObject Describe((string Template, string System) appliance)
    {
        string[] parts = appliance.Template.Split('_');
        return new JsonObject
        {
            ["template"] = appliance.Template,
            ["package"] = parts[0],
            ["version"] = parts[1],
            ["os"] = appliance.System,
            ["type"] = "lxc",
            ["section"] = "system",
            ["architecture"] = "amd64",
            ["headline"] = $"{char.ToUpperInvariant(parts[0][0])}{parts[0][1..].Replace('-', ' ')}",
            ["description"] = "A small system.",
            ["infopage"] = "https://pve.proxmox.com/wiki/Linux_Container#pct_supported_distributions",
            ["installed-size"] = "500",
            ["location"] = $"{Source}/system/{appliance.Template}",
            ["maintainer"] = "Support Team <support@example.test>",
            ["source"] = Source,
            ["sha512sum"] = Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(appliance.Template))),
        };
    }

    private ApiReply Download(ApiCall call)
    {
        string template = call.Required("template");
        if (!state.Appliances.Exists(appliance => appliance.Template == template))
        {
            throw ApiFault.Parameter("template", "no such template");
        }

        StorageDefinition storage = state.GetStorage(call.Required("storage"));
        if (!storage.Content.Contains("vztmpl"))
        {
            throw ApiFault.Failed($"storage '{storage.Id}' does not support content-type 'vztmpl'");
        }

        string node = call.PathValues["node"];
        return ApiReply.Of(state.Tasks.Start(new TaskRequest(node, "download", template, call.Caller.AuthId)
        {
            Lines = [$"downloading {Source}/system/{template} to {StoragePaths.Of(storage, $"vztmpl/{template}")}"],
            Work = task =>
            {
                string id = $"{storage.Id}:vztmpl/{template}";
                if (!state.HasInternet)
                {
                    throw ApiFault.Failed("download failed: command 'wget' failed: exit code 4");
                }

                if (state.Volumes.Find(id, node) is { } present)
                {
                    state.Volumes.Remove(present);
                }

                configurator.Volumes.Add(storage, node, id, "vztmpl", "t" + template[(template.LastIndexOf('.') + 1)..], TemplateSize, null, null);
                task.Write($"download of '{Source}/system/{template}' to '{StoragePaths.Of(storage, $"vztmpl/{template}")}' finished");
            },
        }).Upid);
    }

    private ApiReply QueryUrl(ApiCall call)
    {
        string url = call.Required("url");
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri))
        {
            throw ApiFault.Failed($"invalid URL '{url}'");
        }

        if (!state.HasInternet && !uri.IsLoopback)
        {
            throw ApiFault.Failed($"invalid server response: '500 Can't connect to {uri.Host}:{uri.Port} (Temporary failure in name resolution)'");
        }

        // Deterministic, so that two looks at the same file agree.
        byte[] hash = SHA256.HashData(Encoding.UTF8.GetBytes(url));
        return ApiReply.Of(new JsonObject
        {
            ["filename"] = uri.Segments[^1] == "/" ? uri.Host : Uri.UnescapeDataString(uri.Segments[^1]),
            ["mimetype"] = "application/octet-stream",
            ["size"] = 1_048_576L + (BitConverter.ToUInt32(hash) % (512L << 20)),
        });
    }
}
