using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace ProxSharp.Pve.Guests;

/// <summary>Which storages or bridges of the target take the place of those at the source.</summary>
/// <example><code>TargetMapping.To("ceph").With("local-lvm", "fast")</code></example>
public sealed record TargetMapping : IParsable<TargetMapping>
{
    private readonly ImmutableArray<KeyValuePair<string, string>> _pairs;
    private readonly string? _default;

    private TargetMapping(string? fallback, ImmutableArray<KeyValuePair<string, string>> pairs) => (_default, _pairs) = (fallback, pairs);

    /// <summary>Everything goes to the one with the same name.</summary>
    public static TargetMapping Same { get; } = new("1", []);

    /// <summary>Everything that has no pair of its own goes to one target.</summary>
    /// <param name="target">The name of the target.</param>
    public static TargetMapping To(string target)
    {
        Check(target);
        return new TargetMapping(target, []);
    }

    /// <summary>One source goes to one target; others are not mapped.</summary>
    /// <param name="source">The name at the source.</param>
    /// <param name="target">The name at the target.</param>
    public static TargetMapping Of(string source, string target) => new TargetMapping(null, []).With(source, target);

    /// <summary>Returns a copy with one more pair.</summary>
    /// <param name="source">The name at the source.</param>
    /// <param name="target">The name at the target.</param>
    public TargetMapping With(string source, string target)
    {
        Check(source);
        Check(target);
        return new TargetMapping(_default, _pairs.Add(KeyValuePair.Create(source, target)));
    }

    /// <inheritdoc/>
    public static TargetMapping Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out TargetMapping? mapping) ? mapping : throw new FormatException($"'{s}' is no mapping; expected for example local:ceph,other.");

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out TargetMapping result)
    {
        result = new TargetMapping(null, []);
        foreach (string part in (s ?? "").Split(',', StringSplitOptions.TrimEntries))
        {
            string[] names = part.Split(':');
            if (names.Length > 2 || names.Any(string.IsNullOrEmpty) || (names.Length == 1 && result._default is not null))
            {
                result = null;
                return false;
            }

            result = names.Length == 2 ? result.With(names[0], names[1]) : new TargetMapping(names[0], result._pairs);
        }

        return true;
    }

    /// <summary>Compares the wire forms.</summary>
    public bool Equals(TargetMapping? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Returns the wire form, for example <c>local-lvm:fast,ceph</c>.</summary>
    public override string ToString()
    {
        IEnumerable<string> pairs = _pairs.Select(static pair => $"{pair.Key}:{pair.Value}");
        return string.Join(',', _default is null ? pairs : pairs.Append(_default));
    }

    private static void Check(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (name.AsSpan().IndexOfAny(':', ',') >= 0)
        {
            throw new ArgumentException($"'{name}' is no name: it holds a colon or a comma.", nameof(name));
        }
    }
}
