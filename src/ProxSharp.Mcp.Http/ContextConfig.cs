using System.Text.Json;
using ProxSharp.Authentication;
using ProxSharp.Mcp.Policies;
using ProxSharp.Operations;
using ProxSharp.Tls;

namespace ProxSharp.Mcp.Http;

/// <summary>
/// Reads the contexts that <c>prox</c> keeps. A server that runs by itself needs what works without a person: an API token whose secret is in a file or in
/// the environment, and a certificate that is pinned, or signed by an authority it knows.
/// </summary>
internal sealed class ContextConfig(string path)
{
    /// <summary>The folder of the machine's own configuration; its policies go first.</summary>
    public string SystemFolder { get; init; } = PolicyFinder.SystemFolder;

    /// <summary>True if nothing may be changed in any context. Default: what <c>PROX_READ_ONLY</c> says.</summary>
    public bool IsReadOnly { get; init; } = Environment.GetEnvironmentVariable("PROX_READ_ONLY") is { Length: > 0 } wish && wish != "0";

    /// <summary>Reads the contexts with these names in their order; all of them if there are no names, the current one first.</summary>
    /// <exception cref="SettingsException">The file cannot be read, a name is unknown, or a context needs a person.</exception>
    public IReadOnlyList<AgentContext> Read(IReadOnlyList<string> names)
    {
        try
        {
            string text = GuardFiles.ReadText(path);
            if (string.IsNullOrWhiteSpace(text))
            {
                throw new SettingsException($"The contexts cannot be read from {path}: it is empty. Put a copy of it back.");
            }

            using JsonDocument document = JsonDocument.Parse(text);
            string? current = Text(document.RootElement, "current");
            JsonElement[] all = [.. document.RootElement.GetProperty("contexts").EnumerateArray().OrderBy(context => Text(context, "name") != current)];
            JsonElement[] wanted = names.Count == 0 ? all : [.. names.Select(name => Find(all, name))];
            return wanted.Length > 0 ? [.. wanted.Select(context => Context(context, all))] : throw new SettingsException($"{path} has no context.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException or ArgumentException)
        {
            throw new SettingsException($"The contexts cannot be read from {path}: {e.Message}", e);
        }
    }

    private static JsonElement Find(JsonElement[] all, string name)
    {
        JsonElement found = all.FirstOrDefault(context => Text(context, "name") == name);
        return found.ValueKind == JsonValueKind.Object ? found : throw new SettingsException($"There is no context '{name}'.");
    }

    private AgentContext Context(JsonElement context, JsonElement[] all)
    {
        string name = Text(context, "name") ?? throw new SettingsException($"A context in {path} has no name.");
        ProxmoxProduct product = Product(context) ?? throw new SettingsException($"The context '{name}' is of no product that is known.");
        string token = Text(context, "tokenId")
            ?? throw new SettingsException($"The context '{name}' has no API token; a server cannot log in with a password.");
        string secret = Text(context, "secret") ?? throw new SettingsException($"The context '{name}' has no secret.");
        CheckSecret(name, secret);
        GuardedServer server = Server(context);
        ServerTrust trust = Trust(name, context);
        GuardPlace place = Finder().Find(server, () => all.Select(Server));
        return new AgentContext
        {
            Product = product,
            Guard = new GuardOptions
            {
                Context = name,
                PolicyPath = place.PolicyPath,
                PolicyFault = place.Fault,
                StateFolder = place.StateFolder,
                CommonFolder = place.CommonFolder,
                IsReadOnly = IsReadOnly || (context.TryGetProperty("readOnly", out JsonElement readOnly) && readOnly.ValueKind == JsonValueKind.True),
                ProtectedTags = [.. Texts(context, "protectedTags")],
            },
            Connect = _ => ValueTask.FromResult(new ProxmoxClientOptions
            {
                Endpoints = server.Endpoints,
                Credentials = ProxmoxCredentials.ApiToken(token, Secret(name, secret)),
                Trust = trust,
            }),
        };
    }

    private PolicyFinder Finder() => new(SystemFolder, Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, "agents"));

    // As prox reads it: a context without a product is one of Proxmox VE.
    private static ProxmoxProduct? Product(JsonElement context) => Text(context, "product") switch
    {
        "pve" or null => ProxmoxProduct.VirtualEnvironment,
        "pbs" => ProxmoxProduct.BackupServer,
        _ => null,
    };

    private static GuardedServer Server(JsonElement context) => new(
        Text(context, "name") ?? "",
        [.. Texts(context, "endpoints").Select(text => ProxmoxEndpoint.Parse(text, Product(context) ?? ProxmoxProduct.VirtualEnvironment))],
        [.. Texts(context, "fingerprints").Select(static text => CertificateFingerprint.Parse(text))]);

    private static IEnumerable<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(static entry => entry.GetString()!) : [];

    private static ServerTrust Trust(string name, JsonElement context)
    {
        if (context.TryGetProperty("insecure", out JsonElement insecure) && insecure.ValueKind == JsonValueKind.True)
        {
            throw new SettingsException($"The context '{name}' trusts every certificate; a server does not.");
        }

        if (context.TryGetProperty("fingerprints", out JsonElement fingerprints) && fingerprints.GetArrayLength() > 0)
        {
            return ServerTrust.Pin([.. fingerprints.EnumerateArray().Select(static entry => entry.GetString()!)]);
        }

        return Text(context, "caFile") is { } file ? ServerTrust.System.WithCertificateAuthority(file) : ServerTrust.System;
    }

    private static void CheckSecret(string name, string secret)
    {
        if (!secret.StartsWith("env:", StringComparison.Ordinal) && !secret.StartsWith("file:", StringComparison.Ordinal))
        {
            throw new SettingsException($"The secret of the context '{name}' must be env:NAME or file:PATH, where a server can read it by itself.");
        }
    }

    private static string Secret(string name, string reference)
    {
        try
        {
            return reference.StartsWith("env:", StringComparison.Ordinal)
                ? Environment.GetEnvironmentVariable(reference[4..]) ?? throw new AgentConnectionException($"{name}: the variable {reference[4..]} is not set.")
                : GuardFiles.ReadSecret(reference["file:".Length..]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new AgentConnectionException($"{name}: the secret cannot be read: {e.Message}", e);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
