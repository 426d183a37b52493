using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ProxSharp.Json;
using ProxSharp.PropertyStrings;

namespace ProxSharp.Pve.Guests;

/// <summary>
/// The options of a guest as a server keeps them: texts under wire names. The typed members read and write these texts, so an option that this library
/// does not know survives, and an option that is not touched keeps its exact text. Change copies with <c>with</c>.
/// </summary>
public abstract record GuestSettings
{
    private static readonly char[] s_tagSeparators = [';', ',', ' '];

    private ImmutableSortedDictionary<string, string> _values;

    private protected GuestSettings()
        : this(ImmutableSortedDictionary<string, string>.Empty)
    {
    }

    private protected GuestSettings(IReadOnlyDictionary<string, string> values) => _values = values.ToImmutableSortedDictionary(StringComparer.Ordinal);

    /// <summary>All options by wire name with their exact texts, those without a typed member included.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>Number of CPU cores, of a VM for each socket.</summary>
    public long? Cores { get => GetInt64("cores"); init => Set("cores", value); }

    /// <summary>Limit of CPU time, in cores (0.5 means half a core); 0 means none.</summary>
    public double? CpuLimit { get => GetDouble("cpulimit"); init => Set("cpulimit", value); }

    /// <summary>Weight of the guest when it competes with others for CPU time.</summary>
    public long? CpuUnits { get => GetInt64("cpuunits"); init => Set("cpuunits", value); }

    /// <summary>Free text with notes, shown in the web interface.</summary>
    public string? Description { get => GetText("description"); init => Set("description", value); }

    /// <summary>Volume of a script that runs when the guest starts and stops.</summary>
    public string? Hookscript { get => GetText("hookscript"); init => Set("hookscript", value); }

    /// <summary>DNS servers for the guest; separated by spaces.</summary>
    public string? NameServer { get => GetText("nameserver"); init => Set("nameserver", value); }

    /// <summary>Starts the guest when the node boots.</summary>
    public bool? OnBoot { get => GetBoolean("onboot"); init => Set("onboot", value); }

    /// <summary>Refuses to destroy the guest or its disks.</summary>
    public bool? Protection { get => GetBoolean("protection"); init => Set("protection", value); }

    /// <summary>DNS search domains for the guest; separated by spaces.</summary>
    public string? SearchDomain { get => GetText("searchdomain"); init => Set("searchdomain", value); }

    /// <summary>When the guest starts and stops in relation to others as its node boots or shuts down.</summary>
    public StartupOrder? Startup { get => GetProperties<StartupOrder>("startup"); init => SetProperties("startup", value); }

    /// <summary>The tags, sorted.</summary>
    public ImmutableSortedSet<string> Tags
    {
        get => GetText("tags") is { } text
            ? text.Split(s_tagSeparators, StringSplitOptions.RemoveEmptyEntries).ToImmutableSortedSet(StringComparer.Ordinal)
            : ImmutableSortedSet<string>.Empty.WithComparer(StringComparer.Ordinal);
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            if (!Tags.SetEquals(value))
            {
                Set("tags", value.Count == 0 ? null : string.Join(';', value));
            }
        }
    }

    /// <summary>Compares the type and all options.</summary>
    public virtual bool Equals(GuestSettings? other) => other is not null && EqualityContract == other.EqualityContract && _values.SequenceEqual(other._values);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach ((string key, string value) in _values)
        {
            hash.Add(key, StringComparer.Ordinal);
            hash.Add(value, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }

    /// <summary>Lists the options in a line; passwords are masked.</summary>
    public sealed override string ToString()
    {
        StringBuilder text = new(GetType().Name);
        text.Append(" { ");
        text.AppendJoin(", ", _values.Select(static pair => $"{pair.Key} = {Shown(pair.Key, pair.Value)}"));
        return text.Append(" }").ToString();
    }

    /// <summary>The value of an option as it may be shown.</summary>
    internal static string Shown(string key, string value) => key is "cipassword" or "password" ? "***" : value;

    /// <summary>Returns a copy in which one option has another text; null removes it.</summary>
    internal GuestSettings Replace(string key, string? value)
    {
        GuestSettings copy = this with { };
        copy.Set(key, value);
        return copy;
    }

    /// <summary>If a name is a prefix followed by a number, gives the number.</summary>
    internal static bool TryGetIndex(string key, string prefix, out int index)
    {
        index = 0;
        ReadOnlySpan<char> digits = key.StartsWith(prefix, StringComparison.Ordinal) ? key.AsSpan(prefix.Length) : default;
        return !digits.IsEmpty && !(digits.Length > 1 && digits[0] == '0') && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }

    private protected string? GetText(string key) => _values.GetValueOrDefault(key);

    private protected bool? GetBoolean(string key) => GetText(key) is { } text ? WireBoolean.Parse(text) : null;

    private protected long? GetInt64(string key) =>
        long.TryParse(GetText(key), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;

    private protected double? GetDouble(string key) =>
        double.TryParse(GetText(key), NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private protected T? GetWord<T>(string key)
        where T : struct, IApiWord<T>
        => GetText(key) is { } text ? T.FromWire(text) : null;

    private protected T? GetProperties<T>(string key)
        where T : PropertyString, IPropertyString<T>
        => GetText(key) is { } text ? T.FromWire(PropertyStringEntries.Parse(text)) : null;

    private protected IndexedOptions<T> GetMap<T>(string prefix)
        where T : PropertyString, IPropertyString<T>
        => GetMap(prefix, static text => T.FromWire(PropertyStringEntries.Parse(text)));

    private protected IndexedOptions<string> GetTextMap(string prefix) => GetMap(prefix, static text => text);

    private protected void Set(string key, string? value) => _values = value is null ? _values.Remove(key) : _values.SetItem(key, value);

    private protected void Set(string key, bool? value)
    {
        if (value != GetBoolean(key))
        {
            Set(key, value is { } set ? (set ? "1" : "0") : null);
        }
    }

    private protected void Set(string key, long? value)
    {
        if (value != GetInt64(key))
        {
            Set(key, value?.ToString(CultureInfo.InvariantCulture));
        }
    }

    private protected void Set(string key, double? value)
    {
        if (value != GetDouble(key))
        {
            Set(key, value?.ToString("R", CultureInfo.InvariantCulture));
        }
    }

    private protected void SetWord<T>(string key, T? value)
        where T : struct, IApiWord<T>
        => Set(key, value?.Value);

    private protected void SetProperties(string key, PropertyString? value) => Set(key, value?.ToString());

    private protected void SetMap<T>(string prefix, IndexedOptions<T> values)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(values);
        foreach (string key in _values.Keys.Where(key => TryGetIndex(key, prefix, out int index) && !values.ContainsKey(index)).ToArray())
        {
            _values = _values.Remove(key);
        }

        foreach ((int index, T value) in values)
        {
            Set(string.Create(CultureInfo.InvariantCulture, $"{prefix}{index}"), value.ToString());
        }
    }

    private IndexedOptions<T> GetMap<T>(string prefix, Func<string, T> parse)
        where T : class
    {
        ImmutableSortedDictionary<int, T>.Builder map = ImmutableSortedDictionary.CreateBuilder<int, T>();
        foreach ((string key, string value) in _values)
        {
            if (TryGetIndex(key, prefix, out int index))
            {
                map[index] = parse(value);
            }
        }

        return new IndexedOptions<T>(map.ToImmutable());
    }
}
