using System.Diagnostics.CodeAnalysis;
using ProxSharp.Validation;

namespace ProxSharp.Ids;

/// <summary>A volume on a storage, written <c>storage:name</c>; the name may hold slashes and further colons.</summary>
public readonly record struct VolumeId : IParsable<VolumeId>, ISpanFormattable
{
    private const string Kind = "volume id";
    private const string Expected = "expected storage:name";

    private readonly string? _name;

    /// <summary>Creates an id.</summary>
    /// <exception cref="ArgumentException">The name is empty.</exception>
    public VolumeId(StorageId storage, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        (Storage, _name) = (storage, name);
    }

    /// <summary>The storage.</summary>
    public StorageId Storage { get; }

    /// <summary>The name of the volume on its storage, for example <c>vm-100-disk-0</c> or <c>iso/debian.iso</c>.</summary>
    public string Name => _name ?? "";

    /// <summary>Reads an id.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static VolumeId Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static VolumeId Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out VolumeId result) ? result : throw IdText.Malformed(s, Kind, Expected);

    /// <summary>Reads an id.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out VolumeId result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out VolumeId result)
    {
        int colon = s?.IndexOf(':', StringComparison.Ordinal) ?? -1;
        bool read = colon > 0 && colon < s!.Length - 1 && StorageFormats.IsStorageId(s.AsSpan(0, colon));
        result = read ? new VolumeId(StorageId.Parse(s![..colon], provider), s[(colon + 1)..]) : default;
        return read;
    }

    /// <summary>Returns <c>storage:name</c>.</summary>
    public override string ToString() => _name is null ? "" : $"{Storage}:{_name}";

    /// <inheritdoc/>
    public string ToString(string? format, IFormatProvider? formatProvider) => ToString();

    /// <inheritdoc/>
    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider) =>
        IdText.TryCopy(ToString(), destination, out charsWritten);
}
