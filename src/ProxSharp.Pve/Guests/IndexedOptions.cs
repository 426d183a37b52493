using System.Collections;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// The values of a numbered option such as <c>net0</c>, <c>net1</c>, by number and in its order. Immutable: changes make copies.
/// </summary>
/// <typeparam name="T">The type of a value.</typeparam>
/// <example><code>c with { Net = c.Net.Set(0, c.Net[0] with { Tag = 7 }) }</code></example>
[CollectionBuilder(typeof(IndexedOptions), nameof(IndexedOptions.Create))]
[SuppressMessage("Naming", "CA1710:Identifiers should have correct suffix", Justification = "It is named after what it holds.")]
public sealed class IndexedOptions<T> : IReadOnlyDictionary<int, T>, IEquatable<IndexedOptions<T>>
    where T : class
{
    private readonly ImmutableSortedDictionary<int, T> _items;

    internal IndexedOptions(ImmutableSortedDictionary<int, T> items) => _items = items;

    /// <summary>No values.</summary>
    [SuppressMessage("Design", "CA1000:Do not declare static members on generic types", Justification = "As in the immutable collections.")]
    public static IndexedOptions<T> Empty { get; } = new(ImmutableSortedDictionary<int, T>.Empty);

    /// <inheritdoc/>
    public int Count => _items.Count;

    /// <inheritdoc/>
    public IEnumerable<int> Keys => _items.Keys;

    /// <inheritdoc/>
    public IEnumerable<T> Values => _items.Values;

    /// <summary>The value with a number.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public T this[int key] => _items.TryGetValue(key, out T? value) ? value : throw new KeyNotFoundException($"No value has the number {key}.");

    /// <summary>Returns a copy in which a number has a value.</summary>
    /// <param name="index">The number.</param>
    /// <param name="value">The value.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public IndexedOptions<T> Set(int index, T value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentNullException.ThrowIfNull(value);
        return new IndexedOptions<T>(_items.SetItem(index, value));
    }

    /// <summary>Returns a copy with one more value under the lowest free number.</summary>
    /// <param name="value">The value.</param>
    public IndexedOptions<T> Add(T value)
    {
        int index = 0;
        while (_items.ContainsKey(index))
        {
            index++;
        }

        return Set(index, value);
    }

    /// <summary>Returns a copy without the value that has a number; the same if there is none.</summary>
    /// <param name="index">The number.</param>
    public IndexedOptions<T> Remove(int index) => _items.ContainsKey(index) ? new IndexedOptions<T>(_items.Remove(index)) : this;

    /// <inheritdoc/>
    public bool ContainsKey(int key) => _items.ContainsKey(key);

    /// <inheritdoc/>
    public bool TryGetValue(int key, [MaybeNullWhen(false)] out T value) => _items.TryGetValue(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<int, T>> GetEnumerator() => _items.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Compares numbers and values.</summary>
    public bool Equals(IndexedOptions<T>? other) => other is not null && _items.SequenceEqual(other._items);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as IndexedOptions<T>);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach ((int index, T value) in _items)
        {
            hash.Add(index);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }

    /// <summary>Lists numbers and values.</summary>
    public override string ToString() => string.Join("; ", _items.Select(static pair => $"{pair.Key}: {pair.Value}"));
}
