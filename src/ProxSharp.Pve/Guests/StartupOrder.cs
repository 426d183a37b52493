using System.Diagnostics.CodeAnalysis;
using ProxSharp.PropertyStrings;

namespace ProxSharp.Pve.Guests;

/// <summary>When a guest starts as its node boots, and how long the next one waits. Guests stop in the opposite order.</summary>
public sealed record StartupOrder : PropertyString, IPropertyString<StartupOrder>
{
    private static readonly PropertyStringFormat s_format = new("pve-startup-order", defaultKey: "order");

    /// <summary>Creates a value without keys.</summary>
    public StartupOrder()
        : this(PropertyStringEntries.Empty)
    {
    }

    private StartupOrder(PropertyStringEntries entries)
        : base(s_format, entries)
    {
    }

    static PropertyStringFormat IPropertyString<StartupOrder>.Format => s_format;

    /// <summary>The place in the order: lower numbers start first, guests without one last.</summary>
    public long? Order { get => GetInt64("order"); init => Set("order", value); }

    /// <summary>How many seconds the next guest waits after this one has started.</summary>
    public long? Up { get => GetInt64("up"); init => Set("up", value); }

    /// <summary>How many seconds the shutdown of this guest may take before the next one's begins.</summary>
    public long? Down { get => GetInt64("down"); init => Set("down", value); }

    /// <inheritdoc/>
    public static StartupOrder FromWire(PropertyStringEntries entries) => new(entries);

    /// <inheritdoc/>
    public static StartupOrder Parse(string s, IFormatProvider? provider = null) => new(PropertyStringEntries.Parse(s));

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out StartupOrder result) =>
        (result = s is null ? null : Parse(s)) is not null;
}
