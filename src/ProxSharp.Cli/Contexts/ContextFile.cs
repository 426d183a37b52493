using System.Text.Json;
using ProxSharp.Cli.Output;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Contexts;

/// <summary>Writes the text form of the contexts: JSON that people may edit.</summary>
internal static class ContextFile
{
    /// <summary>Returns a file's content.</summary>
    public static string Write(ContextList list) => JsonText.Indented(JsonText.Build(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 1);
        if (list.Current is not null)
        {
            json.WriteString("current", list.Current);
        }

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
        Optional(json, "name", context.Name);
        if (current is { } isCurrent)
        {
            json.WriteBoolean("current", isCurrent);
        }

        json.WriteString("product", context.ProductName);
        json.WriteStartArray("endpoints");
        foreach (ProxmoxEndpoint endpoint in context.Endpoints)
        {
            json.WriteStringValue($"{endpoint.Scheme}://{endpoint.Authority}");
        }

        json.WriteEndArray();
        Optional(json, "tokenId", context.TokenId);
        Optional(json, "user", context.User);
        Optional(json, "secret", context.Secret?.ToString());
        if (context.Trust.Fingerprints.Count > 0)
        {
            json.WriteStartArray("fingerprints");
            foreach (CertificateFingerprint fingerprint in context.Trust.Fingerprints)
            {
                json.WriteStringValue(fingerprint.ToString());
            }

            json.WriteEndArray();
        }

        Optional(json, "caFile", context.Trust.AuthorityFile);
        if (context.Trust.IsInsecure)
        {
            json.WriteBoolean("insecure", true);
        }

        if (context.IsReadOnly)
        {
            json.WriteBoolean("readOnly", true);
        }

        if (context.ProtectedTags.Count > 0)
        {
            json.WriteStartArray("protectedTags");
            foreach (string tag in context.ProtectedTags)
            {
                json.WriteStringValue(tag);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
