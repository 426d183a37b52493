using System.Collections.Immutable;

namespace ProxSharp.PropertyStrings;

/// <summary>
/// The parts of a property string in the order they were written. Parsing and printing give back the same text for every input,
/// whether or not the keys are known.
/// </summary>
public sealed class PropertyStringEntries : IEquatable<PropertyStringEntries>
{
    /// <summary>A property string without parts.</summary>
    public static readonly PropertyStringEntries Empty = new([]);

    private PropertyStringEntries(ImmutableArray<PropertyStringEntry> items) => Items = items;

    /// <summary>The parts.</summary>
    public ImmutableArray<PropertyStringEntry> Items { get; }

    /// <summary>Takes a text apart at its commas, except those in a quoted value, and each part at its first equals sign.</summary>
    public static PropertyStringEntries Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length == 0)
        {
            return Empty;
        }

        Builder builder = new();
        int start = 0;
        while (start <= text.Length)
        {
            int end = FindPartEnd(text, start);
            int equals = text.IndexOf('=', start, end - start);
            builder.Add(equals < 0 ? null : text[start..equals], text[(equals < 0 ? start : equals + 1)..end]);
            start = end + 1;
        }

        return builder.ToEntries();
    }

    private static int FindPartEnd(string text, int start)
    {
        int comma = text.IndexOf(',', start);
        int end = comma < 0 ? text.Length : comma;
        int equals = text.IndexOf('=', start, end - start);
        int value = equals < 0 ? start : equals + 1;
        int quoted = value < end && text[value] == '"' ? PropertyStringQuotes.FindEnd(text, value) : -1;
        return quoted < 0 ? end : quoted;
    }

    /// <summary>Returns a copy in which part <paramref name="index"/> is replaced.</summary>
    public PropertyStringEntries Replace(int index, PropertyStringEntry entry) => new(Items.SetItem(index, entry));

    /// <summary>Returns a copy without part <paramref name="index"/>.</summary>
    public PropertyStringEntries RemoveAt(int index) => new(Items.RemoveAt(index));

    /// <summary>Returns a copy with one more part at the end.</summary>
    public PropertyStringEntries Append(PropertyStringEntry entry) => new(Items.Add(entry));

    /// <summary>Returns a copy with one more part at the start.</summary>
    public PropertyStringEntries Prepend(PropertyStringEntry entry) => new(Items.Insert(0, entry));

    /// <summary>Returns the wire form.</summary>
    public override string ToString() => string.Join(',', Items);

    /// <inheritdoc/>
    public bool Equals(PropertyStringEntries? other) => other is not null && Items.AsSpan().SequenceEqual(other.Items.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PropertyStringEntries);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Collects parts.</summary>
    public sealed class Builder
    {
        private readonly ImmutableArray<PropertyStringEntry>.Builder _items = ImmutableArray.CreateBuilder<PropertyStringEntry>();

        /// <summary>Adds a part.</summary>
        public void Add(string? key, string value) => _items.Add(new PropertyStringEntry(key, value));

        /// <summary>Returns the parts collected so far.</summary>
        public PropertyStringEntries ToEntries() => new(_items.ToImmutable());
    }
}
