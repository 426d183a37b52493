using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ProxSharp.CodeGen.Schema;

/// <summary>Reads the inputs of the generator and writes the merged schema.</summary>
internal static class SchemaFiles
{
    private static readonly JsonSerializerOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Finds the repository that holds a folder.</summary>
    /// <exception cref="InvalidOperationException">No folder above holds the solution.</exception>
    public static string FindRepository(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "ProxSharp.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Run the generator from within the repository: no folder above holds ProxSharp.slnx.");
    }

    /// <summary>Reads a JSON object from the folder <c>schema</c>.</summary>
    public static JsonObject ReadObject(string repository, string name) => JsonNode.Parse(File.ReadAllBytes(Path.Combine(repository, "schema", name)))!.AsObject();

    /// <summary>Writes a schema in the compact form that is embedded.</summary>
    public static string Write(JsonObject schema) => schema.ToJsonString(s_compact) + "\n";
}
