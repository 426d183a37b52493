using System.Globalization;
using System.Text.Json;

namespace ProxSharp.Configuration;

/// <summary>The settings of a server while they are collected.</summary>
internal sealed class ServerDraft
{
    private const string Members = "there are endpoints, tokenId, user, secret, fingerprints, caFile, insecure, timeout, connectTimeout and learnPeers";

    private readonly Dictionary<string, string> _texts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, IReadOnlyList<string>> _lists = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, bool> _switches = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, TimeSpan> _times = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The members that were there but could not be read.</summary>
    public HashSet<string> Unreadable { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Takes the members of a JSON object.</summary>
    public void ReadJson(JsonElement server, string place, List<ProxmoxConfigError> errors)
    {
        foreach (JsonProperty member in server.EnumerateObject())
        {
            string? complaint = Kind(member.Name) switch
            {
                MemberKind.Text => Take(_texts, member, Text(member.Value), "a text"),
                MemberKind.List => Take(_lists, member, List(member.Value), "a list of texts"),
                MemberKind.Switch => Take(_switches, member, Switch(member.Value), "true or false"),
                MemberKind.Time => Take(_times, member, Seconds(member.Value), "a number of seconds"),
                _ => $"There is no such member; {Members}.",
            };
            Complain(member.Name, $"{place}.{member.Name}", complaint, errors);
        }
    }

    /// <summary>Takes a member from the environment: lists have commas between their entries.</summary>
    public void SetText(string member, string value, string variable, List<ProxmoxConfigError> errors)
    {
        string? complaint = null;
        switch (Kind(member))
        {
            case MemberKind.Text:
                _texts[member] = value;
                break;
            case MemberKind.List:
                _lists[member] = value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
                break;
            case MemberKind.Switch when bool.TryParse(value, out bool read):
                _switches[member] = read;
                break;
            case MemberKind.Time when double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
                && seconds < int.MaxValue:
                _times[member] = TimeSpan.FromSeconds(seconds);
                break;
            case MemberKind.None:
                complaint = $"There is no such member; {Members}.";
                break;
            default:
                complaint = Kind(member) == MemberKind.Switch ? "It must be true or false." : "It must be a number of seconds.";
                break;
        }

        Complain(member, variable, complaint, errors);
    }

    /// <summary>Makes the settings of what was collected.</summary>
    public ServerConfig Make(ProxmoxProduct product) => new()
    {
        Product = product,
        Endpoints = _lists.GetValueOrDefault("endpoints") ?? [],
        TokenId = _texts.GetValueOrDefault("tokenId"),
        User = _texts.GetValueOrDefault("user"),
        Secret = _texts.GetValueOrDefault("secret"),
        Fingerprints = _lists.GetValueOrDefault("fingerprints") ?? [],
        CaFile = _texts.GetValueOrDefault("caFile"),
        Insecure = _switches.GetValueOrDefault("insecure"),
        Timeout = _times.TryGetValue("timeout", out TimeSpan timeout) ? timeout : null,
        ConnectTimeout = _times.TryGetValue("connectTimeout", out TimeSpan connect) ? connect : null,
        LearnPeers = _switches.GetValueOrDefault("learnPeers"),
    };

    private static MemberKind Kind(string member) => member.ToUpperInvariant() switch
    {
        "TOKENID" or "USER" or "SECRET" or "CAFILE" => MemberKind.Text,
        "ENDPOINTS" or "FINGERPRINTS" => MemberKind.List,
        "INSECURE" or "LEARNPEERS" => MemberKind.Switch,
        "TIMEOUT" or "CONNECTTIMEOUT" => MemberKind.Time,
        _ => MemberKind.None,
    };

    private static string? Text(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static IReadOnlyList<string>? List(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Array when value.EnumerateArray().All(static entry => entry.ValueKind == JsonValueKind.String) =>
            [.. value.EnumerateArray().Select(static entry => entry.GetString()!)],
        _ => null,
    };

    private static TimeSpan? Seconds(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double seconds) && Math.Abs(seconds) < int.MaxValue
            ? TimeSpan.FromSeconds(seconds)
            : null;

    private static bool? Switch(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null;

    private static string? Take<T>(Dictionary<string, T> target, JsonProperty member, T? value, string expected)
        where T : class
    {
        if (value is null)
        {
            return $"It must be {expected}.";
        }

        target[member.Name] = value;
        return null;
    }

    private static string? Take<T>(Dictionary<string, T> target, JsonProperty member, T? value, string expected)
        where T : struct
    {
        if (value is not { } read)
        {
            return $"It must be {expected}.";
        }

        target[member.Name] = read;
        return null;
    }

    private void Complain(string member, string place, string? complaint, List<ProxmoxConfigError> errors)
    {
        if (complaint is not null)
        {
            Unreadable.Add(member);
            errors.Add(new ProxmoxConfigError(place, complaint));
        }
        else
        {
            Unreadable.Remove(member);
        }
    }

    private enum MemberKind
    {
        None,
        Text,
        List,
        Switch,
        Time,
    }
}
