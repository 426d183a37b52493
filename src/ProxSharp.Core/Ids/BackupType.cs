using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Ids;

/// <summary>What a group of backups is of.</summary>
public readonly record struct BackupType : IParsable<BackupType>
{
    private readonly string? _value;

    private BackupType(string value) => _value = value;

    /// <summary>A physical machine, or anything else that is backed up as files.</summary>
    public static BackupType Host { get; } = new("host");

    /// <summary>A virtual machine.</summary>
    public static BackupType Vm { get; } = new("vm");

    /// <summary>A container.</summary>
    public static BackupType Container { get; } = new("ct");

    /// <summary>Reads <c>host</c>, <c>vm</c> or <c>ct</c>.</summary>
    /// <exception cref="FormatException">The text is none of them.</exception>
    public static BackupType Parse(string s) => Parse(s, null);

    /// <inheritdoc/>
    public static BackupType Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out BackupType result) ? result : throw IdText.Malformed(s, "backup type", "expected host, vm or ct");

    /// <summary>Reads <c>host</c>, <c>vm</c> or <c>ct</c>.</summary>
    /// <returns>False if the text is none of them.</returns>
    public static bool TryParse([NotNullWhen(true)] string? s, out BackupType result) => TryParse(s, null, out result);

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out BackupType result)
    {
        bool read = s is "host" or "vm" or "ct";
        result = read ? new BackupType(s!) : default;
        return read;
    }

    /// <summary>Returns <c>host</c>, <c>vm</c> or <c>ct</c>.</summary>
    public override string ToString() => _value ?? "host";
}
