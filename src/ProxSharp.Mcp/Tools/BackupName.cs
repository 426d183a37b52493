using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
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

    /// <summary>True for what names a group of backups, and no time, or none that is one: <c>store1:host/laptop</c>.</summary>
    public static bool LacksTime(string text) => Group.IsMatch(text) && !TryParse(text, out _);

    /// <summary>The parameters by which the server's calls name it.</summary>
    public ApiParameters Parameters() => new()
    {
        { "ns", Namespace.Length > 0 ? Namespace : null },
        { "backup-type", Type },
        { "backup-id", Id },
        { "backup-time", Time.ToUnixTimeSeconds() },
    };

    /// <summary>The command that copies what is in a folder of the backup; null outside of the archives of files.</summary>
    /// <param name="path">The folder, for example <c>/root.pxar.didx/etc</c>.</param>
    public string? FetchCommand(string path)
    {
        string[] parts = path.Split('/', 3, StringSplitOptions.RemoveEmptyEntries);
        int end = parts.Length == 0 ? -1 : parts[0].IndexOf(".pxar", StringComparison.Ordinal);
        if (end < 0)
        {
            return null;
        }

        string inside = parts.Length > 1 ? $"/{string.Join('/', parts[1..])}" : "";
        string ns = Namespace.Length > 0 ? $" --ns {Namespace}" : "";
        string time = Time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture);
        return $"prox backup restore {Type}/{Id}/{time} {parts[0][..end]}.pxar DIRECTORY --datastore {Store}{ns} --pattern '{inside}/FILE'";
    }

    private static Regex Group => field ??= new("^[^:/]+:([^:]+/)?(vm|ct|host)/[^:/]+(/.*)?$", RegexOptions.ExplicitCapture);

    public override string ToString() =>
        $"{Store}:{(Namespace.Length > 0 ? Namespace + "/" : "")}{Type}/{Id}/{Time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture)}";
}
