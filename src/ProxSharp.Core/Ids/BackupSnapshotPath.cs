using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace ProxSharp.Ids;

/// <summary>One backup, written <c>type/id/time</c>, for example <c>vm/100/2024-05-01T10:11:12Z</c>.</summary>
public readonly record struct BackupSnapshotPath : IParsable<BackupSnapshotPath>, ISpanFormattable
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    private readonly long _seconds;

    /// <summary>Names a snapshot.</summary>
    /// <param name="group">The group that it belongs to.</param>
    /// <param name="time">When it was made; parts of a second are dropped. 1 s after 1970 at least.</param>
    /// <exception cref="ArgumentOutOfRangeException">The time is too early.</exception>
    public BackupSnapshotPath(BackupGroupPath group, DateTimeOffset time)
    {
        Group = group;
        _seconds = time.ToUnixTimeSeconds();
        ArgumentOutOfRangeException.ThrowIfLessThan(_seconds, 1, nameof(time));
    }

    /// <summary>The group that it belongs to.</summary>
    public BackupGroupPath Group { get; }

    /// <summary>When it was made, in UTC and to the second.</summary>
    public DateTimeOffset Time => DateTimeOffset.FromUnixTimeSeconds(_seconds);

    /// <summary>When it was made, as the last part of the path has it: RFC 3339 in UTC.</summary>
    public string TimeText => Time.ToString(TimeFormat, CultureInfo.InvariantCulture);

    /// <summary>Reads <c>type/id/time</c>.</summary>
    /// <exception cref="FormatException">The text is no snapshot.</exception>
    public static BackupSnapshotPath Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static BackupSnapshotPath Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out BackupSnapshotPath result)
        ? result
        : throw IdText.Malformed(s, "snapshot", "expected type/id/time, for example vm/100/2024-05-01T10:11:12Z");

    /// <summary>Reads <c>type/id/time</c>.</summary>
    /// <returns>False if the text is no snapshot.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out BackupSnapshotPath result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out BackupSnapshotPath result)
    {
        int slash = s?.LastIndexOf('/') ?? -1;
        bool read = BackupGroupPath.TryParse(slash < 0 ? null : s![..slash], out BackupGroupPath group)
            & DateTimeOffset.TryParseExact(
                s.AsSpan(slash + 1), TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            && time.ToUnixTimeSeconds() >= 1;
        result = read ? new BackupSnapshotPath(group, time) : default;
        return read;
    }

    /// <summary>Returns <c>type/id/time</c>.</summary>
    public override string ToString() => $"{Group}/{TimeText}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(ToString(), destination, out charsWritten);
}
