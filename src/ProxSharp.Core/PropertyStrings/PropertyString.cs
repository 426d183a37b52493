using System.Globalization;
using ProxSharp.Json;

namespace ProxSharp.PropertyStrings;

/// <summary>
/// The base of the typed property strings (<c>virtio=BC:24:11:00:00:01,bridge=vmbr0,firewall=1</c>). Values live in the parts of the text
/// itself, so order, spelling and unknown keys survive; a change touches only the part it concerns.
/// </summary>
public abstract record PropertyString
{
    private readonly PropertyStringFormat _format;
    private PropertyStringEntries _entries;

    /// <summary>Creates a property string.</summary>
    protected PropertyString(PropertyStringFormat format, PropertyStringEntries entries)
    {
        ArgumentNullException.ThrowIfNull(format);
        ArgumentNullException.ThrowIfNull(entries);
        (_format, _entries) = (format, entries);
    }

    /// <summary>The parts in the order they are written.</summary>
    public PropertyStringEntries Entries => _entries;

    /// <summary>Returns the value of a key, found under its own name, an alias or as the unnamed default; null if it is absent.</summary>
    public string? Get(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        foreach (PropertyStringEntry entry in _entries.Items)
        {
            if (_format.KeyAliasTarget(entry.Key) == key)
            {
                return entry.Key;
            }

            if (IsFor(entry, key))
            {
                return PropertyStringQuotes.Unquote(entry.Value);
            }
        }

        return null;
    }

    /// <summary>Returns the wire form.</summary>
    public sealed override string ToString() => _entries.ToString();

    /// <summary>Compares the wire forms.</summary>
    public virtual bool Equals(PropertyString? other) => other is not null && EqualityContract == other.EqualityContract && _entries.Equals(other._entries);

    /// <inheritdoc/>
    public override int GetHashCode() => _entries.GetHashCode();

    /// <summary>Reads a boolean; null if it is absent or none.</summary>
    protected bool? GetBoolean(string key) => Get(key) is { } text ? WireBoolean.Parse(text) : null;

    /// <summary>Reads a whole number; null if it is absent or none.</summary>
    protected long? GetInt64(string key) =>
        long.TryParse(Get(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;

    /// <summary>Reads a number; null if it is absent or none.</summary>
    protected double? GetDouble(string key) =>
        double.TryParse(Get(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    /// <summary>Reads a word of an open set; null if it is absent.</summary>
    protected T? GetWord<T>(string key)
        where T : struct, IApiWord<T>
        => Get(key) is { } text ? T.FromWire(text) : null;

    /// <summary>Writes 1 or 0; null removes the key.</summary>
    protected void Set(string key, bool? value) => Set(key, value is { } set ? (set ? "1" : "0") : null);

    /// <summary>Writes a whole number; null removes the key.</summary>
    protected void Set(string key, long? value) => Set(key, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes a number; null removes the key.</summary>
    protected void Set(string key, double? value) => Set(key, value?.ToString("R", CultureInfo.InvariantCulture));

    /// <summary>Writes a text; null removes the key. Only for use while the record is being made.</summary>
    /// <exception cref="ArgumentException">The value is empty, or holds a comma where the format has no quotes: a property string cannot carry it.</exception>
    protected void Set(string key, string? value)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (value is not null)
        {
            value = Encode(key, value);
        }

        for (int i = 0; i < _entries.Items.Length; i++)
        {
            PropertyStringEntry entry = _entries.Items[i];
            if (_format.KeyAliasTarget(entry.Key) == key)
            {
                SetKeyAlias(i, entry, value);
                return;
            }

            if (IsFor(entry, key))
            {
                _entries = value is null ? Remove(i, entry) : _entries.Replace(i, Named(entry.Key, key, value));
                return;
            }
        }

        if (value is not null)
        {
            PropertyStringEntry added = Named(key == _format.DefaultKey ? null : key, key, value);

            // By convention the part without a key comes first.
            _entries = added.Key is null ? _entries.Prepend(added) : _entries.Append(added);
        }
    }

    /// <summary>An empty part, as a trailing comma leaves it, belongs to no key.</summary>
    private bool IsFor(PropertyStringEntry entry, string key) =>
        (entry.Key is not null || !string.IsNullOrWhiteSpace(entry.Value)) && _format.Resolve(entry.Key?.Trim()) == key;

    /// <summary>A value with an equals sign would be read as key and value if its key were left out.</summary>
    private static PropertyStringEntry Named(string? written, string key, string value) =>
        new(written ?? (value.Contains('=', StringComparison.Ordinal) ? key : null), value);

    private string Encode(string key, string value)
    {
        if (value.Length == 0)
        {
            throw new ArgumentException($"The value of '{key}' is empty; a property string cannot carry that. Use null to remove the key.", nameof(value));
        }

        if (_format.AllowsQuotes)
        {
            return value.AsSpan().IndexOfAny(",;\"\\\n") >= 0 || char.IsWhiteSpace(value[0]) || char.IsWhiteSpace(value[^1])
                ? PropertyStringQuotes.Quote(value)
                : value;
        }

        return value.Contains(',', StringComparison.Ordinal)
            ? throw new ArgumentException($"The value of '{key}' holds a comma; a property string cannot carry it.", nameof(value))
            : value;
    }

    private void SetKeyAlias(int index, PropertyStringEntry entry, string? value)
    {
        // virtio=MAC with a new model becomes e1000=MAC if the format knows that key, otherwise the two keys are written out.
        string target = _format.Resolve(entry.Key)!;
        if (value is not null && _format.KeyAliasTarget(value) is not null)
        {
            _entries = _entries.Replace(index, new PropertyStringEntry(value, entry.Value));
            return;
        }

        _entries = _entries.Replace(index, new PropertyStringEntry(target, entry.Value));
        if (value is not null)
        {
            Set(_format.KeyAliasTarget(entry.Key)!, value);
        }
    }

    private PropertyStringEntries Remove(int index, PropertyStringEntry entry) =>
        _format.KeyAliasTarget(entry.Key) is { } target
            ? _entries.Replace(index, Named(target == _format.DefaultKey ? null : target, target, entry.Key!))
            : _entries.RemoveAt(index);
}
