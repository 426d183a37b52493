using System.Text.Json;
using ProxSharp.Cli.Output;

namespace ProxSharp.Cli.Contexts;

/// <summary>Writes the text form of the contexts: JSON that people may edit.</summary>
internal static class ContextFile
{
    /// <summary>The version of the form that is written, and the only one that is read.</summary>
    public const int Version = 1;

    /// <summary>Returns a file's content.</summary>
    public static string Write(ContextList list) => JsonText.Indented(JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", Version);
        json.WriteOptional("current", list.Current);
        json.WriteStartArray("contexts");
        foreach (ServerContext context in list.Items)
        {
            WriteContext(json, context, current: null);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    })) + "\n";

    /// <summary>Writes one context.</summary>
    /// <param name="json">Where it goes.</param>
    /// <param name="context">The context.</param>
    /// <param name="current">Whether it is current; null does not say.</param>
    public static void WriteContext(Utf8JsonWriter json, ServerContext context, bool? current)
    {
        json.WriteStartObject();
        json.WriteOptional("name", context.Name);
        if (current is { } isCurrent)
        {
            json.WriteBoolean("current", isCurrent);
        }

        json.WriteString("product", context.ProductName);
        json.WriteList("endpoints", context.Endpoints.Select(static endpoint => $"{endpoint.Scheme}://{endpoint.Authority}"));
        json.WriteOptional("tokenId", context.TokenId);
        json.WriteOptional("user", context.User);
        json.WriteOptional("secret", context.Secret?.ToString());
        json.WriteOptionalList("fingerprints", [.. context.Trust.Fingerprints.Select(static fingerprint => fingerprint.ToString())]);
        json.WriteOptional("caFile", context.Trust.AuthorityFile);
        json.WriteFlag("insecure", context.Trust.IsInsecure);
        json.WriteFlag("readOnly", context.IsReadOnly);
        json.WriteOptionalList("protectedTags", context.ProtectedTags);
        json.WriteEndObject();
    }
}
