using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using ProxSharp.Api;
using ProxSharp.Operations;

namespace ProxSharp.Mcp.Tools;

/// <summary>A snapshot of a datastore in one word: <c>store1:customers/acme/vm/100/2026-01-01T02:00:00Z</c>.</summary>
internal sealed record BackupName(string Store, string Namespace, string Type, string Id, DateTimeOffset Time)
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static BackupName Of(string store, string ns, JsonElement snapshot) => new(
        store,
        ns,
        snapshot.Text("backup-type") ?? "",
        snapshot.Text("backup-id") ?? "",
        DateTimeOffset.FromUnixTimeSeconds((long)(snapshot.Number("backup-time") ?? 0)));

    public static bool TryParse(string text, [NotNullWhen(true)] out BackupName? name)
    {
        name = null;
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0)
        {
            return false;
        }

        string[] parts = text[(colon + 1)..].Split('/');
        if (parts.Length < 3
            || !DateTimeOffset.TryParseExact(parts[^1], TimeForm, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time))
        {
            return false;
        }

        name = new BackupName(text[..colon], string.Join('/', parts[..^3]), parts[^3], parts[^2], time);
        return true;
    }

    /// <summary>The parameters by which the server's calls name it.</summary>
    public ApiParameters Parameters() => new()
    {
        { "ns", Namespace.Length > 0 ? Namespace : null },
        { "backup-type", Type },
        { "backup-id", Id },
        { "backup-time", Time.ToUnixTimeSeconds() },
    };

    public override string ToString() =>
        $"{Store}:{(Namespace.Length > 0 ? Namespace + "/" : "")}{Type}/{Id}/{Time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture)}";
}
