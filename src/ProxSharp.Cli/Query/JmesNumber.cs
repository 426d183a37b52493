using System.Globalization;

namespace ProxSharp.Cli.Query;

/// <summary>A number and how it was written.</summary>
/// <param name="Value">The number.</param>
/// <param name="Text">How it is written in JSON.</param>
internal sealed record JmesNumber(double Value, string Text)
{
    /// <summary>Makes a number that was computed.</summary>
    public static JmesNumber Of(double value) => new(value, value.ToString("R", CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public bool Equals(JmesNumber? other) => other is not null && Value.Equals(other.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode();
}
