using System.Text.Json.Nodes;

namespace ProxSharp.CodeGen.Docs;

/// <summary>The meanings in <c>schema/glossary.json</c>: those of the product first, those of both after them; the longest path decides.</summary>
internal sealed class Glossary
{
    private readonly Dictionary<string, string> _own;
    private readonly Dictionary<string, string> _words;

    /// <summary>Creates the glossary of a product.</summary>
    public Glossary(JsonObject glossary, string product) => (_own, _words) = (Read(glossary[product]), Read(glossary["words"]));

    /// <summary>Returns the meaning of a parameter; null if there is none.</summary>
    public string? Parameter(string path, string name) => AtPath(path, name) ?? Plain(name);

    /// <summary>Returns the meaning of a member of a result; null if there is none.</summary>
    public string? Result(string path, string name) => AtPath(path, "returns:" + name) ?? Plain("returns:" + name) ?? Parameter(path, name);

    /// <summary>Returns the meaning of a key of a property string; null if there is none.</summary>
    public string? FormatKey(string format, string key) => Plain($"fmt:{format}.{key}") ?? Plain($"fmt:{format.Split('#')[0]}.{key}");

    /// <summary>Returns the meaning of a property string; null if there is none.</summary>
    public string? Format(string format) => Plain("fmt:" + format) ?? Plain("fmt:" + format.Split('#')[0]);

    /// <summary>Returns what an endpoint does; null if the glossary does not say.</summary>
    public string? Operation(string endpoint) => Plain("op:" + endpoint);

    /// <summary>Returns what a group of paths is about; null if the glossary does not say.</summary>
    public string? Group(string path) => AtPath(path, "group:" + path) ?? Plain("group:" + path);

    private static Dictionary<string, string> Read(JsonNode? node) =>
        (node as JsonObject ?? []).ToDictionary(static pair => pair.Key, static pair => pair.Value!.GetValue<string>(), StringComparer.Ordinal);

    private string? Plain(string key) => _own.GetValueOrDefault(key) ?? _words.GetValueOrDefault(key);

    private string? AtPath(string path, string name)
    {
        for (string prefix = path; prefix.Length > 0; prefix = prefix[..prefix.LastIndexOf('/')])
        {
            if (_own.TryGetValue($"{name} @ {prefix}", out string? text))
            {
                return text;
            }
        }

        return null;
    }
}
