using System.Text.Json;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Verbs.Endpoints;

/// <summary>The project's own sentences about parameters and results; they come with the tool, and are read when somebody wants help.</summary>
internal static class ParameterWords
{
    private static readonly Lazy<JsonDocument> s_words = new(static () =>
        JsonDocument.Parse(CompressedResource.Read(typeof(ParameterWords).Assembly, "glossary.json")));

    /// <summary>Returns the sentence about a parameter of a path; null if there is none.</summary>
    public static string? Find(ProxmoxProduct product, string path, string name)
    {
        JsonElement root = s_words.Value.RootElement;
        JsonElement own = root.GetProperty(product == ProxmoxProduct.BackupServer ? "pbs" : "pve");
        for (string prefix = path; prefix.Length > 0; prefix = prefix[..prefix.LastIndexOf('/')])
        {
            if (own.TryGetProperty($"{name} @ {prefix}", out JsonElement near))
            {
                return near.GetString();
            }
        }

        return own.TryGetProperty(name, out JsonElement words) || root.GetProperty("words").TryGetProperty(name, out words) ? words.GetString() : null;
    }
}
