using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Cli.Errors;
using ProxSharp.Cli.Terminal;
using ProxSharp.Schema;

namespace ProxSharp.Cli.Declare;

/// <summary>Small things that all sections need.</summary>
internal static class StateValues
{
    /// <summary>The value as it goes over the wire; null for null.</summary>
    public static string? Wire(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => "1",
        JsonValueKind.False => "0",
        JsonValueKind.String => value.GetString() switch
        {
            "True" or "TRUE" => "1",
            "False" or "FALSE" => "0",
            var text => text,
        },
        JsonValueKind.Array => string.Join(',', value.EnumerateArray().Select(Wire)),
        JsonValueKind.Object => string.Join(',', value.EnumerateObject().Select(static member => $"{member.Name}={Wire(member.Value)}")),
        _ => value.GetRawText(),
    };

    /// <summary>A member; undefined if there is none.</summary>
    public static JsonElement Member(JsonElement item, string name) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out JsonElement value) ? value : default;

    /// <summary>A text as it is written: a comment may be <c>true</c>. Null for null.</summary>
    public static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.String => value.GetString(),
        _ => Wire(value),
    };

    /// <summary>A member as text; null if there is none.</summary>
    public static string? Text(JsonElement item, string name) => Text(Member(item, name));

    /// <summary>Tells whether a member is there and switched on.</summary>
    public static bool Is(JsonElement item, string name) => Switch(Text(item, name)) == "1";

    /// <summary>What a switch is to a server; any other text stays.</summary>
    public static string? Switch(string? text) => text?.ToLowerInvariant() switch
    {
        "true" or "yes" or "on" => "1",
        "false" or "no" or "off" => "0",
        _ => text,
    };

    /// <summary>A member that has to be there.</summary>
    /// <exception cref="CliException">It is not.</exception>
    public static string Required(JsonElement item, string name, string section) =>
        Text(item, name) ?? throw CliException.Usage($"An item of '{section}' has no '{name}'", "See what prox export writes");

    /// <summary>Refuses members that nobody would read: a slip of the pen would be passed over in silence otherwise.</summary>
    /// <exception cref="CliException">There is one.</exception>
    public static void Only(JsonElement item, string section, params IReadOnlyList<string> known)
    {
        if (item.ValueKind != JsonValueKind.Object)
        {
            throw CliException.Usage($"An item of '{section}' has no keys", "See what prox export writes");
        }

        foreach (JsonProperty member in item.EnumerateObject())
        {
            string name = member.Name;
            Check(member, section);
            if (known.Contains(name))
            {
                continue;
            }

            string? near = UsageErrors.Nearest(name, known);
            throw CliException.Usage(
                $"An item of '{section}' has the key '{name}', which means nothing there",
                near is null ? $"There are: {string.Join(", ", known)}" : $"Did you mean '{near}'?");
        }
    }

    /// <summary>Refuses what a list names a second time.</summary>
    /// <exception cref="CliException">It was named before.</exception>
    public static void Once(HashSet<string> named, string id, string section)
    {
        if (!named.Add(id))
        {
            throw CliException.Usage($"'{section}' names '{id}' twice", "Leave one of them out");
        }
    }

    /// <summary>Refuses a digest, for whoever writes one expects that it counts.</summary>
    /// <exception cref="CliException">It is one.</exception>
    public static void Check(JsonProperty member, string section)
    {
        if (member.Name == "digest")
        {
            throw CliException.Usage(
                $"An item of '{section}' has a digest, which no file can say", "Take it out: apply compares the digest of what it has read itself");
        }
    }

    /// <summary>Refuses parts of a section that nobody would read.</summary>
    /// <exception cref="CliException">There is one, or the section has no parts.</exception>
    public static void OnlyParts(JsonElement section, string name, params IReadOnlyList<string> known)
    {
        if (section.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return;
        }

        if (section.ValueKind != JsonValueKind.Object)
        {
            throw CliException.Usage($"'{name}' {Shown(section)}, and has no parts", $"There are: {string.Join(", ", known)}");
        }

        Only(section, name, known);
    }

    /// <summary>The items of a list; none for an absent one.</summary>
    /// <exception cref="CliException">It is no list.</exception>
    public static IEnumerable<JsonElement> Items(JsonElement list, string section) => list.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => [],
        JsonValueKind.Array => list.EnumerateArray(),
        _ => throw CliException.Usage($"'{section}' is no list", "See what prox export writes"),
    };

    /// <summary>The items of a list of things with keys; none for an absent one.</summary>
    /// <param name="list">The list of the file.</param>
    /// <param name="place">Where it is in the file, for messages.</param>
    /// <exception cref="CliException">It is no list, or one of its items has no keys.</exception>
    public static IEnumerable<JsonElement> Objects(JsonElement list, string place) => Items(list, place).Select(
        (item, at) => item.ValueKind == JsonValueKind.Object ? item : throw CliException.Usage(
            string.Create(CultureInfo.InvariantCulture, $"Item {at + 1} of '{place}' {Shown(item)}, and has no keys"), "See what prox export writes"));

    private static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "is empty",
        JsonValueKind.Array => "is a list",
        _ => $"is '{TextCells.Visible(Text(value)!)}'",
    };

    /// <summary>The members that differ: those of the file count, null takes a key out.</summary>
    /// <param name="wanted">What the file says.</param>
    /// <param name="present">What is there.</param>
    /// <param name="parameters">What the members are.</param>
    /// <param name="except">Members that do not count.</param>
    public static IReadOnlyList<KeyChange> Differences(
        JsonElement wanted, JsonElement present, IReadOnlyDictionary<string, ApiNode> parameters, params IReadOnlyList<string> except) =>
    [
        .. (wanted.ValueKind == JsonValueKind.Object ? wanted.EnumerateObject().AsEnumerable() : [])
            .Where(member => !except.Contains(member.Name) && !IsMask(member.Value))
            .Select(member => new KeyChange(
                member.Name,
                StateSchema.Wire(StateSchema.Find(parameters, member.Name), Member(present, member.Name)),
                StateSchema.Wire(StateSchema.Find(parameters, member.Name), member.Value)))
            .Where(static difference => difference.From != difference.To),
    ];

    /// <summary>True for asterisks, by which a server shows that there is a secret: to set them would make them the secret.</summary>
    public static bool IsMask(JsonElement value) => value.ValueKind == JsonValueKind.String && IsMask(value.GetString()!);

    /// <inheritdoc cref="IsMask(JsonElement)"/>
    public static bool IsMask(string text) => text.Length >= 3 && text.All(static c => c == '*');

    /// <summary>Makes parameters of differences: new values, and <c>delete</c> for keys that go.</summary>
    public static ApiParameters Parameters(IReadOnlyList<KeyChange> differences, string? digest = null)
    {
        ApiParameters parameters = [];
        foreach ((string key, _, string? to) in differences)
        {
            parameters.Add(key, to);
        }

        string[] gone = [.. differences.Where(static difference => difference.To is null).Select(static difference => difference.Key)];
        parameters.Add("delete", gone.Length > 0 ? string.Join(',', gone) : null);
        parameters.Add("digest", digest);
        return parameters;
    }
}
