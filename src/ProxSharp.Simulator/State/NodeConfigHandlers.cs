using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ProxSharp.Simulator.Calls;

namespace ProxSharp.Simulator.State;

/// <summary>The options of a node.</summary>
internal sealed class NodeConfigHandlers(PveState state)
{
    public void Register(HandlerTable table)
    {
        table.Get("/nodes/{node}/config", Get);
        table.Put("/nodes/{node}/config", Put);
    }

    private JsonObject Settings(ApiCall call) => state.Collections.Settings($"/nodes/{call.PathValues["node"]}/config");

    private static string Digest(JsonObject settings)
    {
#pragma warning disable CA5350 // The server's digests are SHA-1; nothing is protected by them.
        return Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(settings.ToJsonString())));
#pragma warning restore CA5350
    }

    private ApiReply Get(ApiCall call)
    {
        JsonObject settings = Settings(call);
        JsonObject data = [];
        string? wanted = call.Text("property");
        foreach ((string name, JsonNode? value) in settings
            .Where(option => wanted is null || option.Key == wanted || (wanted == "acme" && option.Key.StartsWith("acme", StringComparison.Ordinal))))
        {
            // Proxmox: numbers come as texts, notes with one more line end.
            string text = value!.GetValue<string>();
            data[name] = name == "description" ? text + "\n" : text;
        }

        if (wanted is null && settings.Count > 0)
        {
            data["digest"] = Digest(settings);
        }

        return ApiReply.Of(data);
    }

    private ApiReply Put(ApiCall call)
    {
        JsonObject settings = Settings(call);
        call.DemandDigest(() => Digest(settings));

        foreach (string name in call.Items("delete"))
        {
            settings.Remove(name);
        }

        foreach ((string name, JsonNode value) in call.Parameters.Where(static parameter => parameter.Key is not ("node" or "delete" or "digest")))
        {
            string text = ApiCall.TextOf(value);
            settings[name] = name == "description" ? text.TrimEnd() : text;
        }

        return ApiReply.Nothing;
    }
}
