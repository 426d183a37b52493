using System.Collections.Immutable;

namespace ProxSharp.Pve.Guests;

/// <summary>Makes the values of numbered options.</summary>
public static class IndexedOptions
{
    /// <summary>Takes values under their numbers; also what <c>[new(0, net0)]</c> calls.</summary>
    /// <param name="items">Numbers and values.</param>
    /// <typeparam name="T">The type of a value.</typeparam>
    /// <exception cref="ArgumentException">A number occurs twice.</exception>
    public static IndexedOptions<T> Create<T>(ReadOnlySpan<KeyValuePair<int, T>> items)
        where T : class
    {
        ImmutableSortedDictionary<int, T>.Builder builder = ImmutableSortedDictionary.CreateBuilder<int, T>();
        foreach ((int index, T value) in items)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index, nameof(items));
            builder.Add(index, value);
        }

        return new IndexedOptions<T>(builder.ToImmutable());
    }

    /// <summary>Numbers values from 0.</summary>
    /// <param name="values">The values.</param>
    /// <typeparam name="T">The type of a value.</typeparam>
    public static IndexedOptions<T> Of<T>(params ReadOnlySpan<T> values)
        where T : class
    {
        IndexedOptions<T> options = IndexedOptions<T>.Empty;
        for (int i = 0; i < values.Length; i++)
        {
            options = options.Set(i, values[i]);
        }

        return options;
    }
}
