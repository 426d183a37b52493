using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using ProxSharp.Schema;

namespace ProxSharp.Simulator.Shapes;

/// <summary>Chooses texts that fit a format, a pattern, an enumeration or a property-string format.</summary>
internal sealed partial class TextSamples(ApiSchema schema)
{
    private static readonly ConcurrentDictionary<string, string?> s_byPattern = new(StringComparer.Ordinal);

    /// <summary>Returns a text that fits.</summary>
    /// <exception cref="InvalidOperationException">No sample fits the node's pattern; the list of samples must grow.</exception>
    public string For(ApiNode node, string name)
    {
        if (node.Enumeration is [string first, ..])
        {
            return first;
        }

        if (node.PropertyStringFormat is { } key && schema.Formats.TryGetValue(key, out ApiNode? format))
        {
            return PropertyString(format);
        }

        if (node.Pattern is { } pattern)
        {
            return s_byPattern.GetOrAdd(pattern, static (text, wanted) => Match(text, wanted.node, wanted.name), (node, name))
                ?? throw new InvalidOperationException($"No sample text fits the pattern {pattern}.");
        }

        string sample = Named(name) ?? (node.Format is { } formatName ? Formatted(formatName) : null) ?? "text";
        if (node.Format is { } declared && Formatted(declared) is { } formatted)
        {
            sample = formatted;
        }

        return Fit(sample, node);
    }

    private string PropertyString(ApiNode format)
    {
        List<string> parts = [];
        foreach ((string key, ApiNode child) in format.Properties)
        {
            if (child.IsOptional || child.Alias is not null || child.KeyAlias is not null)
            {
                continue;
            }

            string value = child.Type switch
            {
                ApiValueType.Boolean => "1",
                ApiValueType.Integer or ApiValueType.Number => ((long)Math.Max(1, child.Minimum ?? 1)).ToString(System.Globalization.CultureInfo.InvariantCulture),
                _ => For(child, key),
            };
            parts.Add($"{key}={value}");
        }

        if (parts.Count == 0 && format.Properties.FirstOrDefault(static entry => entry.Value.Alias is null && entry.Value.KeyAlias is null) is { Key: { } only, Value: { } node })
        {
            parts.Add($"{only}={(node.Type == ApiValueType.Boolean ? "1" : node.Type is ApiValueType.Integer or ApiValueType.Number ? ((long)Math.Max(1, node.Minimum ?? 1)).ToString(System.Globalization.CultureInfo.InvariantCulture) : For(node, only))}");
        }

        return string.Join(',', parts);
    }

    private static string Fit(string sample, ApiNode node)
    {
        if (node.MaximumLength is { } most && sample.Length > most)
        {
            sample = sample[..most];
        }

        return node.MinimumLength is { } least && sample.Length < least ? sample.PadRight(least, 'x') : sample;
    }

    private static string? Match(string pattern, ApiNode node, string name)
    {
        Regex regex = new($"^(?:{pattern})$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        bool Fits(string candidate) =>
            candidate.Length >= (node.MinimumLength ?? 0) && candidate.Length <= (node.MaximumLength ?? int.MaxValue) && regex.IsMatch(candidate);
        string? named = Named(name);
        return named is not null && Fits(named) ? named : Array.Find(s_candidates, Fits);
    }
}
