using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Output;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Contexts;

/// <summary>The text form of the contexts: JSON that people may edit, comments and trailing commas included.</summary>
internal static class ContextFile
{
    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="CliException">The content is not what <see cref="Write"/> makes.</exception>
    public static ContextList Read(string json, string file, CliEnvironment environment)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, s_lenient);
            JsonElement root = document.RootElement;
            return new ContextList
            {
                Current = Text(root, "current"),
                Items = root.TryGetProperty("contexts", out JsonElement items)
                    ? [.. items.EnumerateArray().Select(item => ReadContext(item, environment))]
                    : [],
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException or CliException)
        {
            throw new CliException(
                new CliError
                {
                    Code = "config",
                    ExitCode = ExitCodes.Error,
                    Message = $"The context file {file} cannot be read: {e.Message}",
                    Hint = "Correct it, or move it away and add the contexts again.",
                },
                e);
        }
    }

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

        json.WriteEndObject();
    }

    private static ServerContext ReadContext(JsonElement item, CliEnvironment environment) => new()
    {
        Name = Text(item, "name") ?? throw new JsonException("a context has no name"),
        Product = Products.Parse(Text(item, "product") ?? "pve"),
        Endpoints = ReadEndpoints(item.GetProperty("endpoints"), Products.Parse(Text(item, "product") ?? "pve")),
        TokenId = Text(item, "tokenId"),
        User = Text(item, "user"),
        Secret = Text(item, "secret") is { } secret ? SecretReference.Parse(secret, environment) : null,
        Trust = new TrustSettings
        {
            Fingerprints = item.TryGetProperty("fingerprints", out JsonElement fingerprints) ? [.. fingerprints.EnumerateArray().Select(static text => CertificateFingerprint.Parse(text.GetString()!))] : [],
            AuthorityFile = Text(item, "caFile"),
            IsInsecure = item.TryGetProperty("insecure", out JsonElement insecure) && insecure.GetBoolean(),
        },
    };

    private static List<ProxmoxEndpoint> ReadEndpoints(JsonElement endpoints, ProxmoxProduct product) =>
        [.. endpoints.EnumerateArray().Select(endpoint => ProxmoxEndpoint.Parse(endpoint.GetString()!, product))];

    private static string? Text(JsonElement element, string name) => element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static void Optional(Utf8JsonWriter json, string name, string? value)
    {
        if (value is not null)
        {
            json.WriteString(name, value);
        }
    }
}
