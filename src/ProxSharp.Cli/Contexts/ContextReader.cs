using System.Text.Json;
using ProxSharp.Cli.Errors;
using ProxSharp.Tls;

namespace ProxSharp.Cli.Contexts;

/// <summary>Reads and checks the file with the contexts, which people may edit: comments and trailing commas are fine.</summary>
internal sealed class ContextReader
{
    private static readonly JsonDocumentOptions s_lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly string[] s_listMembers = ["version", "current", "contexts"];
    private static readonly string[] s_contextMembers =
    [
        "name", "product", "endpoints", "tokenId", "user", "secret", "fingerprints", "caFile", "insecure", "readOnly", "protectedTags",
    ];

    private readonly JsonElement _item;
    private readonly string _place;

    private ContextReader(JsonElement item, string place) => (_item, _place) = (item, place);

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="CliException">The content is not what <see cref="ContextFile.Write"/> makes; the message names the context and the member.</exception>
    public static ContextList Read(string json, string file, CliEnvironment environment)
    {
        // What protects was in it: an empty file is no list without contexts.
        if (string.IsNullOrWhiteSpace(json))
        {
            throw new CliException(new CliError
            {
                Code = "config",
                ExitCode = ExitCodes.Error,
                Message = $"The context file {file} is empty: what was in it is lost",
                Hint = "Put a copy of it back, or delete it and add the contexts again: prox context add NAME URL",
            });
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(json, s_lenient);
            ContextReader root = new(document.RootElement, "the file");
            root.CheckVersion(file);
            return ReadList(root, environment);
        }
        catch (Exception e) when (e is JsonException or FormatException)
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

    // What a newer form holds would be lost when the file is written again.
    private void CheckVersion(string file)
    {
        JsonElement version = Member("version");
        if (version.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null)
            && !(version.ValueKind == JsonValueKind.Number && version.TryGetInt32(out int number) && number == ContextFile.Version))
        {
            throw new CliException(new CliError
            {
                Code = "config",
                ExitCode = ExitCodes.Error,
                Message = $"The context file {file} has the version {version.GetRawText()}, and this program knows version {ContextFile.Version}",
                Hint = "Use the prox that wrote it or a newer one, or name another file with PROX_CONFIG.",
            });
        }
    }

    // A setting that is meant to protect must not be passed over because of its spelling.
    private void CheckMembers(string[] known)
    {
        string? strange = _item.ValueKind == JsonValueKind.Object
            ? _item.EnumerateObject().Select(static member => member.Name).FirstOrDefault(name => !known.Contains(name))
            : null;
        if (strange is not null)
        {
            string bare = strange.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
            string? near = Array.Find(known, name => name.Equals(bare, StringComparison.OrdinalIgnoreCase))
                ?? (bare.Length > 3 ? Array.Find(known, name => name.StartsWith(bare, StringComparison.OrdinalIgnoreCase)) : null)
                ?? UsageErrors.Nearest(strange, known);
            throw Fault($"has a member {strange}, which means nothing{(near is null ? "" : $". Did you mean '{near}'?")}");
        }
    }

    private static ContextList ReadList(ContextReader root, CliEnvironment environment)
    {
        root.CheckMembers(s_listMembers);
        List<ServerContext> contexts = [];
        int position = 0;
        foreach (JsonElement item in root.List("contexts") ?? [])
        {
            position++;
            string? name = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("name", out JsonElement text) && text.ValueKind == JsonValueKind.String
                ? text.GetString()
                : null;
            ServerContext context = new ContextReader(
                item, string.IsNullOrEmpty(name) ? $"context number {position}" : $"context '{name}'").ReadContext(environment);
            if (contexts.Exists(other => other.Name == context.Name))
            {
                throw new FormatException($"there are two contexts '{context.Name}'");
            }

            contexts.Add(context);
        }

        return new ContextList { Current = root.Text("current"), Items = contexts };
    }

    private ServerContext ReadContext(CliEnvironment environment)
    {
        CheckMembers(s_contextMembers);
        string name = Text("name") is { Length: > 0 } text ? text : throw Fault("has no name");
        ProxmoxProduct product = Text("product") switch
        {
            null => ProxmoxProduct.VirtualEnvironment,
            { } word when Products.ShortNames.Contains(word) => Products.Parse(word),
            { } other => throw Fault($"has the product '{other}', which is neither pve nor pbs"),
        };
        (string? tokenId, string? user) = (Text("tokenId"), Text("user"));
        CheckIdentity(tokenId, user);
        return new ServerContext
        {
            Name = name,
            Product = product,
            Endpoints = [.. (Texts("endpoints") is { Count: > 0 } urls ? urls : throw Fault("has no endpoints")).Select(url => Endpoint(url, product))],
            TokenId = tokenId,
            User = user,
            Secret = Secret(environment),
            Trust = ReadTrust(),
            IsReadOnly = Truth("readOnly"),
            ProtectedTags = Tags(),
        };
    }

    private void CheckIdentity(string? tokenId, string? user)
    {
        _ = (tokenId, user) switch
        {
            (null, null) => throw Fault("has neither tokenId nor user"),
            ({ }, { }) => throw Fault("has both tokenId and user"),
            ({ }, _) when !LoginNames.IsTokenId(tokenId) => throw Fault("has a tokenId that is none; it is written user@realm!name, without the secret"),
            (_, { }) when !LoginNames.IsUser(user) => throw Fault("has a user that is none; it is written name@realm"),
            _ => true,
        };
    }

    private SecretReference Secret(CliEnvironment environment)
    {
        try
        {
            return SecretReference.Parse(Text("secret") ?? throw Fault("has no secret"), environment);
        }
        catch (CliException e)
        {
            throw new FormatException($"{_place}: {e.Message}", e);
        }
    }

    private IReadOnlyList<string> Tags()
    {
        List<string> texts = Texts("protectedTags") ?? [];
        IReadOnlyList<string> tags = TagNames.Split(texts);
        string? wrong = tags.FirstOrDefault(static tag => !TagNames.IsTag(tag)) ?? texts.Find(static text => TagNames.Split([text]).Count == 0);
        return wrong is null ? tags : throw Fault($"has the protected tag '{wrong}', which is none. {TagNames.Form}");
    }

    private TrustSettings ReadTrust()
    {
        TrustSettings trust = new()
        {
            Fingerprints = [.. (Texts("fingerprints") ?? []).Select(Fingerprint)],
            AuthorityFile = Text("caFile"),
            IsInsecure = Truth("insecure"),
        };
        int ways = (trust.Fingerprints.Count > 0 ? 1 : 0) + (trust.AuthorityFile is not null ? 1 : 0) + (trust.IsInsecure ? 1 : 0);
        return ways <= 1 ? trust : throw Fault("has more than one of fingerprints, caFile and insecure");
    }

    private ProxmoxEndpoint Endpoint(string url, ProxmoxProduct product) =>
        ProxmoxEndpoint.TryParse(url, product, out ProxmoxEndpoint? endpoint) && endpoint.Scheme == Uri.UriSchemeHttps
            ? endpoint
            : throw Fault($"has the endpoint '{url}', which is no https address");

    private CertificateFingerprint Fingerprint(string text) =>
        CertificateFingerprint.TryParse(text, out CertificateFingerprint fingerprint)
            ? fingerprint
            : throw Fault($"has the fingerprint '{text}', which is none");

    private JsonElement Member(string name) => _item.ValueKind == JsonValueKind.Object
        ? _item.TryGetProperty(name, out JsonElement value) ? value : default
        : throw Fault("is no object");

    private string? Text(string name) => Member(name) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.String } text => text.GetString(),
        _ => throw Fault($"has a member {name} that is no text"),
    };

    private bool Truth(string name) => Member(name).ValueKind switch
    {
        // A guard that is null may have been meant.
        JsonValueKind.Undefined or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw Fault($"has a member {name} that is neither true nor false"),
    };

    private List<JsonElement>? List(string name) => Member(name) switch
    {
        { ValueKind: JsonValueKind.Undefined } => null,
        { ValueKind: JsonValueKind.Array } list => [.. list.EnumerateArray()],
        _ => throw Fault($"has a member {name} that is no list"),
    };

    private List<string>? Texts(string name) =>
        List(name)?.ConvertAll(
            item => item.ValueKind == JsonValueKind.String ? item.GetString()! : throw Fault($"has a member {name} with an item that is no text"));

    private FormatException Fault(string what) => new($"{_place} {what}");
}
