using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ProxSharp.Validation;

namespace ProxSharp.Ids;

/// <summary>
/// The id of a task, as every long operation returns it: which node runs it, since when, what it does, and for whom.
/// Both products' forms are read; the text itself is kept, so that it can be sent back unchanged.
/// </summary>
public readonly record struct Upid : IParsable<Upid>, ISpanFormattable
{
    private const string Kind = "task id (UPID)";
    private const string Expected = "expected UPID:node:pid:pstart:starttime:type:id:user:";
    private const int PveFields = 9;
    private const int PbsFields = 10;

    private readonly string? _text;
    private readonly string? _node;
    private readonly string? _type;
    private readonly string? _encodedId;
    private readonly string? _user;

    private Upid(string text, string[] fields)
    {
        // The backup server has one field more: a counter of the tasks of its process.
        int shift = fields.Length - PveFields;
        _text = text;
        _node = fields[1];
        ProcessId = Hexadecimal(fields[2]);
        ProcessStart = Hexadecimal(fields[3]);
        TaskNumber = shift == 0 ? null : Hexadecimal(fields[4]);
        StartTime = DateTimeOffset.FromUnixTimeSeconds(Hexadecimal(fields[4 + shift]));
        (_type, _encodedId, _user) = (fields[5 + shift], fields[6 + shift], fields[7 + shift]);
    }

    /// <summary>The node that runs the task.</summary>
    public string Node => _node ?? "";

    /// <summary>The id of the process that runs the task.</summary>
    public long ProcessId { get; }

    /// <summary>When the process was started, in clock ticks since the node booted.</summary>
    public long ProcessStart { get; }

    /// <summary>The number of the task within its process; null on Proxmox VE, where each task has a process of its own.</summary>
    public long? TaskNumber { get; }

    /// <summary>When the task was started, in whole seconds.</summary>
    public DateTimeOffset StartTime { get; }

    /// <summary>What the task does, for example <c>qmstart</c> or <c>garbage_collection</c>.</summary>
    public string Type => _type ?? "";

    /// <summary>What the task works on, as the text carries it; often a guest's number, may be empty.</summary>
    public string EncodedId => _encodedId ?? "";

    /// <summary>
    /// What the task works on. Proxmox Backup Server escapes characters in its ids: <c>golden\x3ahost-a\x2db</c> stands for
    /// <c>golden:host/a-b</c>. On Proxmox VE it is the same as <see cref="EncodedId"/>.
    /// </summary>
    public string Id => TaskNumber is null ? EncodedId : UnitEscapes.Decode(EncodedId);

    /// <summary>The user, or the API token (<c>name@realm!token</c>), that started the task.</summary>
    public string User => _user ?? "";

    /// <summary>Reads a task id.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static Upid Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static Upid Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out Upid result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads a task id.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out Upid result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Upid result)
    {
        result = default;
        if (s is null || !s.StartsWith("UPID:", StringComparison.Ordinal) || s.AsSpan().IndexOfAny(" \t\r\n") >= 0)
        {
            return false;
        }

        string[] fields = s.Split(':');
        if (!IsWellFormed(fields))
        {
            return false;
        }

        result = new Upid(s, fields);
        return true;
    }

    /// <summary>Compares the texts.</summary>
    public bool Equals(Upid other) => _text == other._text;

    /// <inheritdoc/>
    public override int GetHashCode() => _text?.GetHashCode(StringComparison.Ordinal) ?? 0;

    /// <summary>Returns the text that was read.</summary>
    public override string ToString() => _text ?? "";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(ToString(), destination, out charsWritten);

    private static bool IsWellFormed(string[] fields)
    {
        if (fields.Length is not (PveFields or PbsFields) || fields[^1].Length > 0)
        {
            return false;
        }

        int shift = fields.Length - PveFields;
        return IdFormats.IsNodeName(fields[1])
            && IsHexadecimal(fields[2], 8, 8)
            && IsHexadecimal(fields[3], 8, 9)
            && (shift == 0 || IsHexadecimal(fields[4], 8, 16))
            && IsHexadecimal(fields[4 + shift], 8, 8)
            && fields[5 + shift].Length > 0
            && fields[7 + shift].Length > 0;
    }

    private static bool IsHexadecimal(string field, int shortest, int longest) =>
        field.Length >= shortest && field.Length <= longest && field.All(char.IsAsciiHexDigit)
        && long.TryParse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long value) && value >= 0;

    private static long Hexadecimal(string field) => long.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
